// What nodes tell each other of their figures. A core computes none: it passes on what its views
// computed to those who adopted the pack, and keeps what a peer told as it came.

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/decider.h"

namespace bashu::core {

namespace {

constexpr std::size_t kItemsMax = 200;      // of one message
constexpr std::size_t kBytesMax = 600'000;  // of its items
constexpr std::size_t kValuesMax = 15'000;  // a payload may hold 20,000 JSON values
constexpr std::size_t kRowsMax = 2'000;     // named one by one in an item
constexpr std::size_t kToldMax = 2'000;     // items of one command

std::size_t values_in(const Value& value) {
  std::size_t count = 1;
  if (const auto* list = value.as_list()) {
    for (const Value& item : *list) count += values_in(item);
  } else if (const auto* record = value.as_record()) {
    for (const auto& [name, item] : *record) count += values_in(item);
  }
  return count;
}

bool is_number_or_null(const Value* value) {
  return value && (value->is_null() || value->as_int());
}

bool is_count(const Value* value) { return value && value->as_int() && *value->as_int() >= 0; }

bool is_day(const Value& value) { return value.as_text() && Date::parse(*value.as_text()); }

bool is_digest(const std::string& text) {
  return text.size() == 71 && text.starts_with("sha256:") &&
         text.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
}

// Empty, or the member that is not as it must be.
std::string misshapen(const Value& item) {
  const Value::Record* record = item.as_record();
  if (!record) return "items";
  for (const auto& [name, value] : *record) {
    if (name == "figure" || name == "definition" || name == "as_of" || name == "value" ||
        name == "rows" || name == "failed") {
      continue;  // required, below
    }
    if (name == "pack") {
      if (!value.as_text()) return name;
    } else if (name == "period") {
      const auto* days = value.as_list();
      if (!days || days->size() != 2 || !is_day((*days)[0]) || !is_day((*days)[1])) return name;
    } else if (name == "rows_digest") {
      if (!value.as_text() || !is_digest(*value.as_text())) return name;
    } else if (name == "row_digests") {
      const auto* rows = value.as_record();
      if (!rows || rows->size() > kRowsMax) return name;
      for (const auto& [key, digest] : *rows) {
        if (!digest.as_text() || digest.as_text()->size() > 71) return name;
      }
    } else if (name == "splits") {
      const auto* splits = value.as_record();
      if (!splits) return name;
      for (const auto& [split, pairs] : *splits) {
        if (!pairs.as_list()) return name;
        for (const Value& pair : *pairs.as_list()) {
          const auto* both = pair.as_list();
          if (!both || both->size() != 2 || !is_number_or_null(&(*both)[1])) return name;
        }
      }
    } else {
      return name;
    }
  }
  const std::string figure = item.text_at("figure");
  if (figure.empty() || figure.size() > 100) return "figure";
  if (!is_digest(item.text_at("definition"))) return "definition";
  if (!item.find("as_of") || !is_day(*item.find("as_of"))) return "as_of";
  if (!is_number_or_null(item.find("value"))) return "value";
  if (!is_count(item.find("rows"))) return "rows";
  if (!is_count(item.find("failed"))) return "failed";
  return {};
}

}  // namespace

// {"position","sent","taken","items"}: how far the values reach in the channel between the two.
Result Decider::tell_figures(const TellFigures& command, Value* answer) {
  const auto& roles = command.by.roles;
  if (std::find(roles.begin(), roles.end(), "admin") == roles.end() &&
      std::find(roles.begin(), roles.end(), "audit") == roles.end()) {
    return std::unexpected{reject(RejectCode::role, "role",
                                  "Only an administrator or auditor may tell figures",
                                  "只有管理员或审计员可以通报指标")};
  }
  const Value* items = command.told.find("items");
  const Value* channels = command.told.find("channels");
  if (!items || !items->as_list() || items->as_list()->size() > kToldMax || !channels ||
      !channels->as_record() || !is_count(command.told.find("position"))) {
    return std::unexpected{reject(RejectCode::malformed, "told")};
  }
  std::map<std::pair<PartyId, std::string>, Value::List> told;  // (party, pack) to items
  for (const Value& item : *items->as_list()) {
    if (const std::string wrong = misshapen(item); !wrong.empty())
      return std::unexpected{reject(RejectCode::malformed, wrong)};
    const auto row = draft_.circle().packs.find(item.text_at("pack"));
    if (row == draft_.circle().packs.end() || !row->second.pack ||
        !row->second.adopted.contains(self())) {
      return std::unexpected{reject(RejectCode::unknown_pack, "pack")};
    }
    const packs::Pack& pack = *row->second.pack;
    const auto* figure = packs::find(pack.figures, item.text_at("figure"));
    if (!figure) return std::unexpected{reject(RejectCode::not_found, "figure")};
    Value::Record plain = *item.as_record();
    plain.erase("pack");
    using Source = packs::Figure::Source;
    const auto* reg =
        figure->source == Source::reg ? packs::find(pack.registers, figure->of) : nullptr;
    // Whose records they are is told to those only who hold them too.
    const bool of_cases = figure->source == Source::service;
    const bool of_all = reg && (reg->kept == packs::Kept::shared ||
                                (reg->kept == packs::Kept::parties && members().size() <= 2));
    // An account of which the sides count the same is one both of them hold.
    const bool of_both =
        figure->source == Source::account && !figure->add_sides && members().size() <= 2;
    if (!of_cases && !of_all && !of_both) {
      plain.erase("rows_digest");
      plain.erase("row_digests");
    }
    for (const PartyId& party : adopters(pack, {})) {
      Value::Record one = plain;
      const auto named = one.find("row_digests");
      if (of_cases && named != one.end()) {
        std::erase_if(*named->second.as_record(), [&](const auto& key) {
          const Case* c = draft_.find_case(key.first);
          return !c || std::none_of(c->parties.begin(), c->parties.end(),
                                    [&](const auto& role) { return role.second == party; });
        });
      }
      told[{party, pack.digest}].push_back(Value{std::move(one)});
    }
  }
  std::int64_t messages = 0;
  for (auto& [to, list] : told) {
    const Value* channel = channels->find(to.first);
    Value::List batch;
    std::size_t bytes = 0, values = 0;
    const auto send = [&]() -> Result {
      if (batch.empty()) return {};
      Value::Record body{{"position", *command.told.find("position")},
                         {"sent", channel ? channel->int_at("sent") : 0},
                         {"taken", channel ? channel->int_at("taken") : 0},
                         {"items", std::move(batch)}};
      batch = {};
      bytes = values = 0;
      ++messages;
      return queue(to.first, "figure.value", {}, to.second, Value{std::move(body)},
                   command.by.principal);
    };
    for (Value& item : list) {
      const std::size_t size = canonical_json(item).size();
      const std::size_t more = values_in(item);
      if (batch.size() >= kItemsMax || bytes + size > kBytesMax || values + more > kValuesMax) {
        if (auto ok = send(); !ok) return ok;
      }
      bytes += size;
      values += more;
      batch.push_back(std::move(item));
    }
    if (auto ok = send(); !ok) return ok;
  }
  *answer = Value::Record{{"items", items->as_list()->size()}, {"messages", messages}};
  return {};
}

// Any figure and any definition: whether they are ours is seen when the two are compared.
Result Decider::take_figures(const TakeMessage& message) {
  const auto hold = [](const std::string& detail) {
    return std::unexpected{reject(RejectCode::malformed, "shape", detail)};
  };
  static constexpr std::string_view kMembers[] = {"position", "sent", "taken", "items"};
  const Value::Record* body = message.body.as_record();
  if (!body || body->size() != std::size(kMembers)) return hold("body");
  const Value* items = message.body.find("items");
  if (!items || !items->as_list() || items->as_list()->size() > kItemsMax) return hold("items");
  for (const char* name : {"position", "sent", "taken"}) {
    if (!is_count(message.body.find(name))) return hold(name);
  }
  for (const Value& item : *items->as_list()) {
    std::string wrong = misshapen(item);
    if (item.find("pack")) wrong = "pack";
    if (!wrong.empty()) return hold(wrong);
  }
  draft_.decide(FigureTold{.from = message.from,
                           .pack = "sha256:" + message.pack,
                           .body = message.body,
                           .on = moment_.today});
  return {};
}

}  // namespace bashu::core
