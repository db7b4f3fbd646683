// Packs, registers and books.

#include <algorithm>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"

namespace bashu::api {

namespace {

constexpr int kPagesMax = 20;  // looked through for one answer

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

// Keys of an account kind, as people write them and as they are kept. One alone needs no writing
// of its own.
struct AccountKeys {
  const packs::AccountKind& kind;

  [[nodiscard]] bool single() const { return kind.key.size() == 1; }
  [[nodiscard]] std::string kept(const std::string& asked) const {
    const Value text{asked};
    return single() ? packs::join_key({&text, 1}) : asked;
  }
  [[nodiscard]] std::string shown(const std::string& key) const {
    return single() ? packs::split_key(key).front() : key;
  }
};

Value counter(const packs::Book& book, const core::Account& account) {
  const packs::AccountKind* kind = packs::find(book.accounts, account.kind);
  return Value::Record{{"kind", account.kind},
                       {"key", kind ? AccountKeys{*kind}.shown(account.key) : account.key}};
}

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
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Register* reg = packs::find(held->pack->registers, call.part("register"));
  if (!reg) return std::unexpected{problem_of(reject(RejectCode::unknown_register))};
  if (!desk::has_part(*call.key, *held->pack)) return std::unexpected{no_part()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  const auto as_of = date_parameter(call, "as_of");
  if (!as_of) return std::unexpected{as_of.error()};
  views::RecordFilter filter{.reg = held->pack->name + "/" + call.part("register"),
                             .key = call.parameter("key"),
                             .prefix = call.parameter("prefix"),
                             .as_of = *as_of,
                             .page = *page};
  const bool internal = desk::is_office(*call.key, *held->pack);
  const bool shows_key = desk::sees_key(*call.key, *held->pack, *reg);
  // Whoever may not see a key may not find out by asking how it begins.
  if (!shows_key && !(filter.key.empty() && filter.prefix.empty())) {
    return std::unexpected{
        forbidden("Keys of this register are for offices.", "此登记簿的键仅供机关查阅。")};
  }

  Onlooker onlooker{context, call};
  const bool hides = has_private_fields(*reg->record);
  Reader all{.vault = nullptr, .personal = false, .internal = internal};
  const auto shown = [&](const views::RecordRow& row) {
    Reader reader = all;
    reader.vault = &context.node.vault();
    reader.personal = hides && (row.id.empty() ? call.key->allows("registrar")
                                               : onlooker.sight_of(row.id) == Sight::full);
    Value fields =
        reveal(reader, reg->record->members, row.fields, filter.reg + "/" + row.key, true);
    std::ranges::move(reader.opened, std::back_inserter(all.opened));
    if (!shows_key && fields.as_record()) fields.as_record()->erase("key");
    Value::Record one{{"keeper", row.keeper},
                      {"version", row.version},
                      {"on", row.on.text()},
                      {"fields", std::move(fields)},
                      {"changed_at", row.position}};
    if (shows_key) one["key"] = row.key;
    if (internal && !row.id.empty()) one["case"] = row.id;
    if (!row.edition.empty()) {
      one["edition"] = row.edition;
      one["number"] = row.number;
    }
    if (!row.contested.empty()) one["contested"] = list_value(row.contested);
    return one;
  };
  Value::List records;
  std::string next;
  for (int pages = 0; pages < kPagesMax; ++pages) {
    filter.page.limit = page->limit - static_cast<int>(records.size());
    const auto listed = call.views->records(filter, past->at);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    for (const views::RecordRow& row : listed->rows) {
      if (desk::sees_record(*call.key, *reg, row.fields)) records.push_back(shown(row));
    }
    next = filter.page.after = listed->next;
    if (next.empty() || static_cast<int>(records.size()) >= page->limit) break;
  }
  if (auto noted = onlooker.account_for(all, filter.reg); !noted) {
    return std::unexpected{noted.error()};
  }
  Value::Record answer{{"register", call.part("register")},
                       {"title", in_language(reg->title, call.language)},
                       {"records", std::move(records)},
                       {"next", next_page(context, call, next)},
                       {"position", past->position}};
  if (reg->editions) {
    const auto editions = call.views->editions(filter.reg, past->at);
    if (!editions) return std::unexpected{problem_of(editions.error())};
    Value::List list;
    for (const views::EditionRow& edition : *editions) list.push_back(edition_value(edition));
    answer["editions"] = std::move(list);
  }
  return json_response(answer);
}

Result list_accounts(Context& context, const Call& call) {
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Book* book = packs::find(held->pack->books, call.part("book"));
  const packs::AccountKind* kind = book ? packs::find(book->accounts, call.part("kind")) : nullptr;
  if (!kind) return std::unexpected{not_found()};
  const AccountKeys keys{*kind};
  if (!desk::sees_sums(*call.key, *held->pack)) {
    return std::unexpected{
        forbidden("Books are read by offices of the parties.", "账簿仅供各方机关查阅。")};
  }
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  const auto as_of = date_parameter(call, "as_of");
  if (!as_of) return std::unexpected{as_of.error()};
  const core::BookId id = held->pack->name + "/" + call.part("book");
  Value::Record answer{{"book", call.part("book")},
                       {"kind", call.part("kind")},
                       {"title", in_language(book->title, call.language)},
                       {"unit", book->type->unit},
                       {"scale", book->type->scale},
                       {"position", past->position}};

  if (const auto key = call.request.parameter("key")) {
    const core::Account account{.book = id, .kind = call.part("kind"), .key = keys.kept(*key)};
    const auto listed = call.views->postings(account, *page, past->at);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    Value::List postings;
    for (const views::PostingRow& row : listed->rows) {
      postings.push_back(Value::Record{{"on", row.on.text()},
                                       {"amount", row.amount},
                                       {"counter", counter(*book, row.counter)},
                                       {"case", row.id},
                                       {"position", row.position}});
    }
    answer["key"] = *key;
    answer["postings"] = std::move(postings);
    answer["next"] = next_page(context, call, listed->next);
    return json_response(answer);
  }
  const views::AccountFilter filter{.book = id,
                                    .kind = call.part("kind"),
                                    .prefix = keys.kept(call.parameter("prefix")),
                                    .as_of = *as_of,
                                    .page = *page};
  const auto listed = call.views->accounts(filter, past->at);
  if (!listed) return std::unexpected{problem_of(listed.error())};
  Value::List accounts;
  for (const views::AccountRow& row : listed->rows) {
    accounts.push_back(
        Value::Record{{"key", keys.shown(row.account.key)}, {"balance", row.balance}});
  }
  answer["accounts"] = std::move(accounts);
  answer["next"] = next_page(context, call, listed->next);
  return json_response(answer);
}

}  // namespace bashu::api
