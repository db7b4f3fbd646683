// Packs and registers.

#include <algorithm>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "api/titles.h"
#include "core/registers/settling.h"

namespace bashu::api {

namespace {

constexpr int kPagesMax = 20;              // looked through for one answer
constexpr std::size_t kVersionsMax = 100;  // of a record, told at once

Value pack_value(const HeldPack& held, const std::string& language) {
  Value::Record adopted;
  for (const auto& [party, from] : held.adopted) adopted.emplace(party, from.text());
  const auto names = [](const auto& items) {
    Value::List list;
    for (const auto& [name, item] : items) list.emplace_back(name);
    return list;
  };
  return Value::Record{{"pack", held.pack->name},
                       {"version", held.pack->version},
                       {"digest", held.pack->digest},
                       {"title", in_language(held.pack->title, language)},
                       {"in_force", held.in_force},
                       {"adopted", std::move(adopted)},
                       {"services", names(held.pack->services)},
                       {"registers", names(held.pack->registers)},
                       {"books", names(held.pack->books)},
                       {"feeds", names(held.pack->feeds)},
                       {"figures", names(held.pack->figures)}};
}

bool has_private_fields(const packs::Type& record) {
  return std::ranges::any_of(record.members,
                             [](const packs::Member& m) { return is_private(*m.type); });
}

Problem no_part() {
  return forbidden("This key has no role in the pack.", "该密钥在此业务包中没有角色。");
}

Value edition_value(const views::EditionRow& edition) {
  return Value::Record{{"name", edition.name},     {"number", edition.number},
                       {"keeper", edition.keeper}, {"on", edition.on.text()},
                       {"case", edition.id},       {"entries", edition.entries},
                       {"digest", edition.digest}, {"position", edition.position}};
}

// A register that somebody may read, and its rows as he sees them.
class Reading {
 public:
  static std::expected<Reading, Problem> of(Context& context, const Call& call) {
    auto held = see_pack(context, call.part("pack"));
    if (!held) return std::unexpected{held.error()};
    const packs::Register* reg = packs::find(held->pack->registers, call.part("register"));
    if (!reg) return std::unexpected{problem_of(reject(RejectCode::unknown_register))};
    if (!desk::has_part(*call.key, *held->pack)) return std::unexpected{no_part()};
    return Reading{context, call, std::move(*held), *reg};
  }

  [[nodiscard]] const packs::Register& reg() const { return *reg_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  // Whoever may not see a key may not find out by asking how it begins.
  [[nodiscard]] std::expected<void, Problem> may_ask_keys() const {
    if (shows_key_) return {};
    return std::unexpected{
        forbidden("Keys of this register are for offices.", "此登记簿的键仅供机关查阅。")};
  }
  // Fields that no record shows to the reader.
  [[nodiscard]] Value::List hidden() const {
    Value::List out;
    for (const packs::Member& one : reg_->record->members) {
      if (!all_.internal && one.type->cls != packs::Class::open) out.emplace_back(one.name);
    }
    return out;
  }
  [[nodiscard]] bool sees(const views::RecordRow& row) const {
    return desk::sees_record(*call_->key, *reg_, row.fields);
  }
  [[nodiscard]] Value shown(const views::RecordRow& row) {
    Reader reader = all_;
    reader.vault = &context_->node.vault();
    reader.personal = hides_ && (row.id.empty() ? call_->key->allows("registrar")
                                                : onlooker_.sight_of(row.id) == Sight::full);
    Value fields = reveal(reader, reg_->record->members, row.fields, id_ + "/" + row.key, true);
    if (!shows_key_ && fields.as_record()) fields.as_record()->erase("key");
    Value::Record titles = titles_of(reg_->record->members, fields, call_->language);
    Value::Record one{{"keeper", row.keeper},
                      {"version", row.version},
                      {"on", row.on.text()},
                      {"fields", std::move(fields)},
                      {"changed_at", row.position}};
    if (shows_key_) one["key"] = row.key;
    if (!titles.empty()) one["titles"] = std::move(titles);
    if (all_.internal && !row.id.empty()) one["case"] = row.id;
    if (!row.edition.empty()) {
      one["edition"] = row.edition;
      one["number"] = row.number;
    }
    if (!row.contested.empty()) add_claims(reader, row, one);
    std::ranges::move(reader.opened, std::back_inserter(all_.opened));
    return one;
  }
  // Writes down what the rows shown so far opened.
  [[nodiscard]] std::expected<void, Problem> account_for() {
    return onlooker_.account_for(all_, id_);
  }

 private:
  // What each of its keepers says, what is signed for each, and by whom already.
  void add_claims(Reader& reader, const views::RecordRow& row, Value::Record& one) const {
    std::vector<core::PartyId> others;
    Value::List claims{Value::Record{{"keeper", row.keeper}, {"on", row.on.text()}}};
    for (const auto& [party, claim] : row.contested) {
      others.push_back(party);
      Value::Record said{{"keeper", party}};
      if (claim.on) said["on"] = claim.on->text();
      if (claim.fields.as_record()) {
        said["fields"] =
            reveal(reader, reg_->record->members, claim.fields, id_ + "/" + row.key, true);
      }
      claims.push_back(std::move(said));
    }
    Value::List signatures;
    context_->node.query([&](const core::State& state) {
      const core::Record* record = state.find_record(id_, row.key);
      if (!record) return;
      for (Value& claim : claims) {
        const Value stands = core::row_of(*reg_, *record, core::PartyId{claim.text_at("keeper")});
        if (stands.as_record()) claim.as_record()->emplace("content", core::digest_of_row(stands));
      }
      for (const core::RecordSignature& by : record->signatures) {
        signatures.push_back(Value::Record{
            {"by", by.by}, {"keeper", by.keeper}, {"yields", by.yields}, {"round", by.round}});
      }
    });
    one["contested"] = list_of(others);
    one["claims"] = std::move(claims);
    if (!signatures.empty()) one["signed"] = std::move(signatures);
  }

  Reading(Context& context, const Call& call, HeldPack held, const packs::Register& reg)
      : context_{&context},
        call_{&call},
        held_{std::move(held)},
        reg_{&reg},
        id_{held_.pack->name + "/" + call.part("register")},
        shows_key_{desk::sees_key(*call.key, *held_.pack, reg)},
        hides_{has_private_fields(*reg.record)},
        onlooker_{context, call},
        all_{.vault = nullptr,
             .personal = false,
             .internal = desk::is_office(*call.key, *held_.pack)} {}

  Context* context_;
  const Call* call_;
  HeldPack held_;
  const packs::Register* reg_;  // of the pack
  std::string id_;
  bool shows_key_ = false, hides_ = false;
  Onlooker onlooker_;
  Reader all_;  // what is opened of all rows
};

}  // namespace

Result list_packs(Context& context, const Call& call) {
  Value::List list;
  const auto shelf = context.shelves.now();
  for (const HeldPack* held : shelf->list()) list.push_back(pack_value(*held, call.language));
  return json_response(Value::Record{{"packs", std::move(list)}});
}

Result show_pack(Context& context, const Call& call) {
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  Value answer = pack_value(*held, call.language);
  answer.as_record()->emplace("source", held->pack->source);
  return json_response(answer);
}

Result list_records(Context& context, const Call& call) {
  auto reading = Reading::of(context, call);
  if (!reading) return std::unexpected{reading.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  const auto as_of = date_parameter(call, "as_of");
  if (const auto key = call.request.parameter("key"); key && key->empty()) {
    return std::unexpected{
        malformed("key", "It is empty; leave it out.", "为空；不需要时请省略。")};
  }
  views::RecordFilter filter{.reg = reading->id(),
                             .key = call.parameter("key"),
                             .prefix = call.parameter("prefix"),
                             .contested = call.parameter("contested") == "true",
                             .as_of = as_of,
                             .page = *page};
  if (!(filter.key.empty() && filter.prefix.empty())) {
    if (auto may = reading->may_ask_keys(); !may) return std::unexpected{may.error()};
  }
  Value::List records;
  std::string next;
  for (int pages = 0; pages < kPagesMax; ++pages) {
    filter.page.limit = page->limit - static_cast<int>(records.size());
    const auto listed = call.views->records(filter, past->at);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    for (const views::RecordRow& row : listed->rows) {
      if (reading->sees(row)) records.push_back(reading->shown(row));
    }
    next = filter.page.after = listed->next;
    if (next.empty() || static_cast<int>(records.size()) >= page->limit) break;
  }
  if (auto noted = reading->account_for(); !noted) return std::unexpected{noted.error()};
  Value::Record answer{{"register", call.part("register")},
                       {"title", in_language(reading->reg().title, call.language)},
                       {"records", std::move(records)},
                       {"next", next_page(context, call, next)},
                       {"position", past->position}};
  if (Value::List hidden = reading->hidden(); !hidden.empty()) answer["hidden"] = std::move(hidden);
  if (reading->reg().editions) {
    const auto editions = call.views->editions(reading->id(), past->at);
    if (!editions) return std::unexpected{problem_of(editions.error())};
    Value::List list;
    for (const views::EditionRow& edition : *editions) list.push_back(edition_value(edition));
    answer["editions"] = std::move(list);
  }
  return json_response(answer);
}

// A record as it was after each entry that changed it, newest first.
Result record_history(Context& context, const Call& call) {
  auto reading = Reading::of(context, call);
  if (!reading) return std::unexpected{reading.error()};
  if (auto may = reading->may_ask_keys(); !may) return std::unexpected{may.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const views::RecordFilter filter{
      .reg = reading->id(), .key = call.parameter("key"), .as_of = context.shelves.now()->today};
  if (filter.key.empty()) {
    return std::unexpected{malformed("key", "The key of the record is missing.", "缺少记录的键。")};
  }
  Value::List versions;
  views::At at = past->at;
  bool more = false;
  while (!more) {
    const auto rows = call.views->records(filter, at);
    if (!rows) return std::unexpected{problem_of(rows.error())};
    if (rows->rows.empty()) break;
    const std::uint64_t position = rows->rows.front().position;
    const auto time = recorded_ms(context, position);
    for (const views::RecordRow& row : rows->rows) {
      if (!reading->sees(row)) continue;
      Value version = reading->shown(row);
      if (time) version.as_record()->emplace("time_ms", *time);
      versions.push_back(std::move(version));
    }
    more = versions.size() >= kVersionsMax && position > 0;
    if (position == 0) break;
    at = position - 1;
  }
  if (auto noted = reading->account_for(); !noted) return std::unexpected{noted.error()};
  return json_response(Value::Record{{"register", call.part("register")},
                                     {"key", filter.key},
                                     {"versions", std::move(versions)},
                                     {"more", more},
                                     {"position", past->position}});
}

}  // namespace bashu::api
