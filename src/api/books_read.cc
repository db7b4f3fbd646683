// Books: accounts and their balances, statements month by month, postings down to case and entry.

#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "api/titles.h"

namespace bashu::api {

namespace {

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

Value counter(const packs::Pack& pack, const packs::Book& book, const core::Account& account,
              const std::string& language) {
  const packs::AccountKind* kind = packs::find(book.accounts, account.kind);
  return Value::Record{{"kind", account.kind},
                       {"title", word_of(pack, account.kind, language)},
                       {"key", kind ? AccountKeys{*kind}.shown(account.key) : account.key}};
}

// The book and kind of account of a request, for offices of the pack.
struct Asked {
  HeldPack held;
  const packs::Book* book = nullptr;
  core::BookId id;
  std::string kind;

  [[nodiscard]] AccountKeys keys() const { return {*packs::find(book->accounts, kind)}; }
};
std::expected<Asked, Problem> find_book(Context& context, const Call& call) {
  auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  Asked asked{.held = std::move(*held), .kind = call.part("kind")};
  asked.book = packs::find(asked.held.pack->books, call.part("book"));
  if (!asked.book || !packs::find(asked.book->accounts, asked.kind)) {
    return std::unexpected{not_found()};
  }
  if (!desk::sees_sums(*call.key, *asked.held.pack)) {
    return std::unexpected{
        forbidden("Books are read by offices of the parties.", "账簿仅供各方机关查阅。")};
  }
  asked.id = core::BookId{asked.held.pack->name + "/" + call.part("book")};
  return asked;
}

Value::Record head(const Call& call, const Asked& asked, const Past& past) {
  return {{"book", call.part("book")},
          {"kind", asked.kind},
          {"title", in_language(asked.book->title, call.language)},
          {"kind_title", word_of(*asked.held.pack, asked.kind, call.language)},
          {"unit", asked.book->type->unit},
          {"scale", asked.book->type->scale},
          {"position", past.position}};
}

}  // namespace

Result list_accounts(Context& context, const Call& call) {
  const auto asked = find_book(context, call);
  if (!asked) return std::unexpected{asked.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  const auto as_of = date_parameter(call, "as_of");
  Value::Record answer = head(call, *asked, *past);
  if (const auto key = call.request.parameter("key")) {
    const core::Account account{
        .book = asked->id, .kind = asked->kind, .key = asked->keys().kept(*key)};
    const auto listed = call.views->postings(account, call.parameter("month"), *page, past->at);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    Value::List postings;
    for (const views::PostingRow& row : listed->rows) {
      postings.push_back(Value::Record{
          {"on", row.on.text()},
          {"amount", row.amount},
          {"counter", counter(*asked->held.pack, *asked->book, row.counter, call.language)},
          {"case", row.id},
          {"position", row.position}});
    }
    answer["key"] = *key;
    answer["postings"] = std::move(postings);
    answer["next"] = next_page(context, call, listed->next);
    return json_response(answer);
  }
  const views::AccountFilter filter{.book = asked->id,
                                    .kind = asked->kind,
                                    .prefix = asked->keys().kept(call.parameter("prefix")),
                                    .as_of = as_of,
                                    .page = *page};
  const auto listed = call.views->accounts(filter, past->at);
  if (!listed) return std::unexpected{problem_of(listed.error())};
  Value::List accounts;
  for (const views::AccountRow& row : listed->rows) {
    Value::Record one{{"key", asked->keys().shown(row.account.key)}, {"balance", row.balance}};
    Value::List titles;
    bool named = false;
    for (const std::string& part : packs::split_key(row.account.key)) {
      titles.emplace_back(word_of(*asked->held.pack, part, call.language));
      named = named || titles.back() != Value{part};
    }
    if (named) one["key_titles"] = std::move(titles);
    accounts.push_back(std::move(one));
  }
  answer["accounts"] = std::move(accounts);
  answer["next"] = next_page(context, call, listed->next);
  return json_response(answer);
}

Result account_months(Context& context, const Call& call) {
  const auto asked = find_book(context, call);
  if (!asked) return std::unexpected{asked.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const std::string key = call.parameter("key");
  const core::Account account{
      .book = asked->id, .kind = asked->kind, .key = asked->keys().kept(key)};
  const auto rows = call.views->months(account, past->at);
  if (!rows) return std::unexpected{problem_of(rows.error())};
  Value::List months;
  for (const views::MonthRow& row : *rows) {
    months.push_back(Value::Record{{"month", row.month},
                                   {"opening", row.opening},
                                   {"in", row.into},
                                   {"out", row.out_of},
                                   {"closing", row.closing},
                                   {"postings", row.postings}});
  }
  Value::Record answer = head(call, *asked, *past);
  answer["key"] = key;
  answer["months"] = std::move(months);
  return json_response(answer);
}

}  // namespace bashu::api
