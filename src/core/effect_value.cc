// Effects as they travel in a step, and as they are read from one.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/decider.h"

namespace bashu::core {

namespace {

// Members of a record as they must be; nullopt in `ok` once one is not.
struct Reader {
  const Value& record;
  bool ok = true;

  std::string text(std::string_view name) {
    const Value* member = record.find(name);
    if (!member || !member->as_text()) {
      ok = false;
      return {};
    }
    return *member->as_text();
  }
  std::int64_t number(std::string_view name) {
    const Value* member = record.find(name);
    if (!member || !member->as_int()) {
      ok = false;
      return 0;
    }
    return *member->as_int();
  }
  Value fields(std::string_view name) {
    const Value* member = record.find(name);
    if (!member || !member->as_record()) {
      ok = false;
      return Value{Value::Record{}};
    }
    return *member;
  }
  Account account(std::string_view name, std::string_view pack) {
    const Value* member = record.find(name);
    const Value::List* parts = member ? member->as_list() : nullptr;
    if (!parts || parts->size() != 3 || !(*parts)[0].as_text() || !(*parts)[1].as_text() ||
        !(*parts)[2].as_text()) {
      ok = false;
      return {};
    }
    return {.book = std::string{pack} + "/" + *(*parts)[0].as_text(),
            .kind = *(*parts)[1].as_text(),
            .key = *(*parts)[2].as_text()};
  }
};

}  // namespace

Value to_value(const EffectDone& effect) {
  Value::Record record;
  record["n"] = effect.n;
  record["at"] = effect.at;
  const auto account = [](const Account& a) {
    return Value{
        Value::List{Value{a.book.substr(a.book.find('/') + 1)}, Value{a.kind}, Value{a.key}}};
  };
  if (const auto* move = std::get_if<MoveDone>(&effect.what)) {
    record["kind"] = "move";
    record["amount"] = move->amount;
    record["from"] = account(move->from);
    record["to"] = account(move->to);
    record["date"] = move->on.text();
  } else if (const auto* put = std::get_if<PutDone>(&effect.what)) {
    record["kind"] = "put";
    record["register"] = put->reg;
    record["key"] = put->key;
    record["fields"] = put->fields;
  } else if (const auto* edition = std::get_if<EditionDone>(&effect.what)) {
    record["kind"] = "edition";
    record["register"] = edition->reg;
    record["name"] = edition->name;
    if (edition->field.empty()) {
      record["entries"] = edition->entries;
    } else {
      record["field"] = edition->field;
    }
    if (edition->from) record["from"] = edition->from->text();
  } else if (std::holds_alternative<TaskDone>(effect.what)) {
    record["kind"] = "task";
  } else if (const auto* start = std::get_if<StartDone>(&effect.what)) {
    record["kind"] = "start";
    record["service"] = start->service;
    record["id"] = start->id;
    record["parties"] = parties_record(start->parties);
    record["with"] = start->with;
  } else if (const auto* signal = std::get_if<SignalDone>(&effect.what)) {
    record["kind"] = "signal";
    record["event"] = signal->event;
    Value::List targets;
    for (const CaseId& target : signal->targets) targets.emplace_back(target);
    record["targets"] = std::move(targets);
    record["with"] = signal->with;
  }
  return Value{std::move(record)};
}

std::optional<EffectDone> effect_from(const Value& value, std::string_view pack) {
  Reader in{.record = value};
  EffectDone effect{.n = in.number("n"), .at = in.text("at"), .what = TaskDone{}};
  const std::string kind = in.text("kind");
  if (!in.ok) return std::nullopt;
  std::size_t members = 3;
  if (kind == "move") {
    MoveDone move{.amount = in.number("amount"),
                  .from = in.account("from", pack),
                  .to = in.account("to", pack),
                  .on = {}};
    const auto on = Date::parse(in.text("date"));
    if (!on || move.amount <= 0) return std::nullopt;
    move.on = *on;
    effect.what = std::move(move);
    members += 4;
  } else if (kind == "put") {
    effect.what = PutDone{.reg = in.text("register"),
                          .key = in.text("key"),
                          .fields = in.fields("fields"),
                          .sides = {}};
    members += 3;
  } else if (kind == "edition") {
    EditionDone edition{.reg = in.text("register"),
                        .name = in.text("name"),
                        .field = {},
                        .entries = {},
                        .from = {}};
    if (value.find("from")) {
      edition.from = Date::parse(in.text("from"));
      if (!edition.from) return std::nullopt;
      ++members;
    }
    const Value* entries = value.find("entries");
    if (entries && entries->as_list()) {
      edition.entries = *entries;
    } else {
      edition.field = in.text("field");
    }
    effect.what = std::move(edition);
    members += 3;
  } else if (kind == "task") {
    effect.what = TaskDone{};
  } else if (kind == "start") {
    StartDone start{.service = in.text("service"),
                    .id = in.text("id"),
                    .parties = {},
                    .with = in.fields("with")};
    const Value parties = in.fields("parties");
    for (const auto& [name, party] : *parties.as_record()) {
      if (!party.as_text()) return std::nullopt;
      start.parties[name] = *party.as_text();
    }
    effect.what = std::move(start);
    members += 4;
  } else if (kind == "signal") {
    SignalDone signal{.event = in.text("event"), .targets = {}, .with = in.fields("with")};
    const Value* targets = value.find("targets");
    if (!targets || !targets->as_list()) return std::nullopt;
    for (const Value& target : *targets->as_list()) {
      if (!target.as_text()) return std::nullopt;
      signal.targets.push_back(*target.as_text());
    }
    effect.what = std::move(signal);
    members += 3;
  } else {
    return std::nullopt;
  }
  if (!in.ok || value.as_record()->size() != members) return std::nullopt;
  return effect;
}

}  // namespace bashu::core
