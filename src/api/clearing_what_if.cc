// What the taps of a book would come to under another tariff, with another deny list or both, which
// whoever asks hands in as documents: a trial, of which nothing stays.

#include <algorithm>
#include <ranges>
#include <utility>

#include "api/clearing_refusal.h"
#include "api/clearing_views.h"
#include "api/documents.h"
#include "api/handlers.h"
#include "fares/denied.h"
#include "fares/sums.h"
#include "fares/tap_rows.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::size_t kRowsMax = 1'000;

// `by=side,operator`; side, operator and class of rider without it.
std::expected<std::vector<std::string>, Problem> keys_of(const Call& call) {
  const std::string given = call.parameter("by");
  std::vector<std::string> out;
  for (std::size_t from = 0; from < given.size();) {
    const std::size_t to = std::min(given.find(',', from), given.size());
    out.push_back(given.substr(from, to - from));
    from = to + 1;
  }
  if (given.empty()) return std::vector<std::string>{"side", "operator", "class"};
  const auto& known = fares::sum_keys();
  const bool good = std::ranges::all_of(
      out, [&](const std::string& one) { return std::ranges::find(known, one) != known.end(); });
  if (good && !out.empty()) return out;
  return std::unexpected{
      malformed("by", "issuer, side, operator, class and day are expected: by=side,class.",
                "应为 issuer、side、operator、class、day：by=side,class。")};
}

Value to_value(const fares::Sums& sums) {
  return Value::Record{{"rides", sums.rides},
                       {"faults", sums.faults},
                       {"fare", sums.fare},
                       {"from_issuer", sums.from_issuer},
                       {"from_place", sums.from_place},
                       {"off", sums.off},
                       {"fee", sums.fee},
                       {"completed", sums.completed},
                       {"denied", sums.denied},
                       {"refused", sums.refused}};
}

// How many tokens, and when the first and the last of them took effect: local times.
Value to_value(const fares::Denied& denied) {
  Value::Record out{{"tokens", denied.size()}};
  if (denied.empty()) return out;
  const auto [first, last] = std::ranges::minmax(
      denied | std::views::transform([](const auto& one) { return one.second.begin()->first; }));
  out.emplace("first", fares::moment_text(first));
  out.emplace("last", fares::moment_text(last));
  return out;
}

void add(fares::Denied& denied, const windows::Rows& rows) {
  for (const fares::Denial& entry : rows.denied) fares::deny(denied, entry);
}

// What is in force: all deny lists that this side has for the book.
std::expected<fares::Denied, Problem> denied_in(Context& context, const Call& call,
                                                const ClearingBook& book) {
  const auto batches =
      context.books.batches(*call.views, book.pack->name, book.shape.batch, book.row.id, 0);
  if (!batches) return std::unexpected{batches.error()};
  fares::Denied out;
  for (const ClearingBatch& batch : batches->more) {
    if (batch.what != "denied") continue;
    const auto text = document_bytes(context, batch.file);
    if (!text) return std::unexpected{text.error()};
    const auto rows = windows::read_rows(batch.what, *text);
    if (rows) add(out, *rows);  // it was read once already, when it was taken
  }
  return out;
}

std::expected<std::string, Problem> handed_in(Context& context, const Call& call,
                                              const char* parameter) {
  auto text = deposited_bytes(context, call.key->principal(),
                              Value::Record{{"sha256", call.parameter(parameter)}});
  if (text) return *std::move(text);
  return std::unexpected{malformed(
      parameter, "The digest of a file that you have handed in as a document is expected.",
      "应为您已提交文件的摘要。")};
}

// A tariff with a deny list: the book's own, or what is tried.
struct Terms {
  fares::Tariff tariff;
  fares::Denied denied;
};
std::expected<Terms, Problem> terms_now(Context& context, const Call& call,
                                        const ClearingBook& book) {
  auto tariff = tariff_of(context, book);
  if (!tariff) return std::unexpected{tariff.error()};
  auto denied = denied_in(context, call, book);
  if (!denied) return std::unexpected{denied.error()};
  return Terms{.tariff = *std::move(tariff), .denied = *std::move(denied)};
}
// What is not handed in is as it is now.
std::expected<Terms, Problem> terms_then(Context& context, const Call& call, Terms terms) {
  const bool other_tariff = !call.parameter("tariff").empty();
  const std::string list = call.parameter("denied");
  if (other_tariff || list.empty()) {
    const auto text = handed_in(context, call, "tariff");
    if (!text) return std::unexpected{text.error()};
    auto tariff = tariff_in(*text, "tariff");
    if (!tariff) return std::unexpected{tariff.error()};
    terms.tariff = *std::move(tariff);
  }
  if (!list.empty()) terms.denied.clear();
  if (list.empty() || list == "none") return terms;
  const auto text = handed_in(context, call, "denied");
  if (!text) return std::unexpected{text.error()};
  const auto rows = windows::read_rows("denied", *text);
  if (!rows) {
    const std::string line = "denied:" + std::to_string(rows.error().line);
    return std::unexpected{problem_of(Reject{
        .code = RejectCode::error, .where = line, .why = {texts::title(rows.error().text)}})};
  }
  add(terms.denied, *rows);
  return terms;
}

// Groups of either, with both.
Value rows_of(const fares::SumsBy& now, const fares::SumsBy& then) {
  std::map<std::vector<std::string>, std::pair<fares::Sums, fares::Sums>> both;
  for (const auto& [who, sums] : now) both[who].first = sums;
  for (const auto& [who, sums] : then) both[who].second = sums;
  Value::List out;
  for (const auto& [who, sums] : both) {
    if (out.size() == kRowsMax) break;
    out.push_back(Value::Record{{"who", Value::List{who.begin(), who.end()}},
                                {"now", to_value(sums.first)},
                                {"then", to_value(sums.second)}});
  }
  return out;
}

}  // namespace

Result try_tariff(Context& context, const Call& call) {
  const auto book = find_book(context, call, call.part("id"));
  if (!book) return std::unexpected{book.error()};
  if (!clears_taps(*book)) {
    return std::unexpected{refused(book->row.id, "no_book_of_taps", {{"book", book->row.id}})};
  }
  const auto by = keys_of(call);
  if (!by) return std::unexpected{by.error()};
  const auto terms = terms_now(context, call, *book);
  if (!terms) return std::unexpected{terms.error()};
  const auto other = terms_then(context, call, *terms);
  if (!other) return std::unexpected{other.error()};
  fares::SumsBy now, then;
  {
    const auto held = hold_ledger(context, call, *book);
    if (!held) return std::unexpected{held.error()};
    const auto rate = [&](const std::vector<fares::Tap>& taps, const Terms& under,
                          fares::SumsBy& sums) {
      for (const fares::Posting& one : fares::rated(under.tariff, taps, under.denied)) {
        fares::add(sums, one, *by);
      }
    };
    (*held)->ledger->each_token([&](const std::vector<fares::Tap>& taps) {
      rate(taps, *terms, now);
      rate(taps, *other, then);
    });
  }
  auto value = book_value(context, call, *book, {});
  if (!value) return std::unexpected{value.error()};
  return json_response(Value::Record{{"book", *std::move(value)},
                                     {"by", Value::List{by->begin(), by->end()}},
                                     {"rows", rows_of(now, then)},
                                     {"all", std::max(now.size(), then.size()) <= kRowsMax},
                                     {"denied_now", to_value(terms->denied)},
                                     {"denied_then", to_value(other->denied)},
                                     {"now", to_value(fares::all_of(now))},
                                     {"then", to_value(fares::all_of(then))}});
}

}  // namespace bashu::api
