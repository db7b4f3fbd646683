// What the taps of a book would come to under another tariff, which whoever asks hands in as a
// document: a trial, of which nothing stays.

#include <algorithm>
#include <utility>

#include "api/clearing_views.h"
#include "api/documents.h"
#include "api/handlers.h"
#include "fares/sums.h"
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
                       {"fee", sums.fee}};
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
    return std::unexpected{problem_of(
        Reject{.code = RejectCode::guard,
               .where = book->row.id,
               .why = {texts::title("windows.no_book_of_taps", {{"book", book->row.id}})}})};
  }
  const auto by = keys_of(call);
  if (!by) return std::unexpected{by.error()};
  const auto text = deposited_bytes(context, call.key->principal(),
                                    Value::Record{{"sha256", call.parameter("tariff")}});
  if (!text) {
    return std::unexpected{malformed(
        "tariff", "The digest of a tariff that you have handed in as a document is expected.",
        "应为您已提交的票价规则文件的摘要。")};
  }
  const auto other = tariff_in(*text, "tariff");
  if (!other) return std::unexpected{other.error()};
  const auto tariff = tariff_of(context, *book);
  if (!tariff) return std::unexpected{tariff.error()};
  fares::SumsBy now, then;
  {
    const auto held = hold_ledger(context, call, *book);
    if (!held) return std::unexpected{held.error()};
    (*held)->ledger->each_token([&](const std::vector<fares::Tap>& taps) {
      for (const fares::Posting& one : fares::rated(*tariff, taps)) fares::add(now, one, *by);
      for (const fares::Posting& one : fares::rated(*other, taps)) fares::add(then, one, *by);
    });
  }
  auto value = book_value(context, call, *book, {});
  if (!value) return std::unexpected{value.error()};
  return json_response(Value::Record{{"book", *std::move(value)},
                                     {"by", Value::List{by->begin(), by->end()}},
                                     {"rows", rows_of(now, then)},
                                     {"all", std::max(now.size(), then.size()) <= kRowsMax},
                                     {"now", to_value(fares::all_of(now))},
                                     {"then", to_value(fares::all_of(then))}});
}

}  // namespace bashu::api
