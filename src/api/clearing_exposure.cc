#include "api/clearing_exposure.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/case_pages.h"
#include "api/clearing_pay.h"
#include "api/clearing_refusal.h"
#include "base/try.h"
#include "clearing/exposure.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr int kBits = 4;

// Above zero what the first side owes.
std::expected<void, Problem> add_lines(const ClearingBook& book, windows::Ledger& ledger,
                                       std::vector<Money>& amounts) {
  static const Date kEver = *Date::from_civil(9'999, 12, 31);
  (void)ledger.draw(kEver, ledger.batches());
  if (!ledger.fits()) {
    return std::unexpected{refused(book.row.id, "sums_too_large")};
  }
  const clearing::Kept lines = ledger.lines();
  for (std::size_t part = 0; part < std::size_t{1} << kBits; ++part) {
    lines.tree.each_in(part, kBits, [&](const clearing::RunningTree::Held& held) {
      const clearing::Entry line = lines.line(held.of);
      amounts.push_back(line.debtor == book.first() ? line.amounts.net : -line.amounts.net);
    });
  }
  return {};
}

// Of two sums the second side's is paid first: it is, where the first side's bank is waited for, or
// the second side is to confirm that it came.
bool second_has_paid(const ClearingBook& book, const views::CaseRow& window,
                     const packs::StateDef& state) {
  const auto owner = window.parties.find(state.owner);
  const bool first_is_on = owner != window.parties.end() && owner->second == book.first();
  return payer_awaited(*book.pack, window) ? first_is_on : !first_is_on;
}

void add_window(const ClearingBook& book, const views::CaseRow& window,
                std::vector<Money>& amounts) {
  const packs::Service* service = packs::find(book.pack->services, window.service);
  const packs::StateDef* state = service ? packs::find(service->states, window.state) : nullptr;
  const Value* agreed = window.data.find("agreed");
  if (!state || state->final || !agreed) return;
  if (!window.data.find("second_owes")) {
    const Value *first = agreed->find("to_first"), *second = agreed->find("to_second");
    amounts.push_back((second ? second->int_at("net") : 0) - (first ? first->int_at("net") : 0));
    return;
  }
  const Money first = window.data.int_at("first_owes"), second = window.data.int_at("second_owes");
  amounts.push_back(first);
  if (first == 0 || !second_has_paid(book, window, *state)) amounts.push_back(-second);
}

}  // namespace

std::expected<Exposed, Problem> exposed_of(const Call& call, const ClearingBook& book,
                                           windows::Ledger& ledger) {
  std::vector<Money> amounts;
  BASHU_TRY_OK(add_lines(book, ledger, amounts));
  views::CaseFilter windows = cases_of(*book.pack, book.shape.window);
  windows.parent = book.row.id;
  const auto add = [&](const views::CaseRow& window) -> std::expected<bool, Problem> {
    add_window(book, window, amounts);
    return true;
  };
  BASHU_TRY_OK(each_case(call, std::move(windows), add));
  const clearing::Exposure worst = clearing::worst_prefix(amounts);
  return Exposed{.first_owes = worst.owes, .second_owes = worst.owed};
}

Value to_value(const Exposed& exposed) {
  return Value::Record{{"first_owes", exposed.first_owes}, {"second_owes", exposed.second_owes}};
}

Value beside_cap(const Exposed& exposed, const ClearingBook& book) {
  Value out = to_value(exposed);
  const Money cap = book.row.data.int_at("cap");
  if (cap <= 0) return out;
  const Money most = std::max(exposed.first_owes, exposed.second_owes);
  out.as_record()->insert_or_assign("cap", cap);
  out.as_record()->insert_or_assign("percent", clearing::percent_of(most, cap));
  return out;
}

}  // namespace bashu::api
