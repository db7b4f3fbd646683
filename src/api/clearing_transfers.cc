#include "api/clearing_transfers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/case_pages.h"
#include "api/clearing_refusal.h"
#include "api/reading.h"
#include "bank/order.h"
#include "base/json.h"
#include "base/try.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::size_t kBatchMax = 7U << 20;  // bytes; what is left comes with the next batch
constexpr const char* kKind = "transfers";   // of a book

std::string yuan(clearing::Money fen) { return bank::decimal(fen); }

// What the case says of its money; nullopt: nothing was sent yet.
std::optional<transfers::Sheet> sheet_of(const views::CaseRow& row) {
  const auto older = row.parties.find("older"), newer = row.parties.find("newer");
  if (older == row.parties.end() || newer == row.parties.end()) return std::nullopt;
  const bool back = row.data.find("collected_amount") != nullptr;
  auto sheet = transfers::sheet_of(
      Value::Record{{"transfer", row.id},
                    {"payer", back ? newer->second : older->second},
                    {"payee", back ? older->second : newer->second},
                    {"reference", row.data.text_at("reference")},
                    {"amount", row.data.int_at(back ? "collected_amount" : "amount")},
                    {"day", row.data.text_at("sent_on")},
                    {"version", row.version}});
  return sheet ? std::optional{*std::move(sheet)} : std::nullopt;
}

// A sheet that is being corrected is not paid; of one that the payee has matched the money is
// there.
bool waits_for_money(const packs::Service& service, const views::CaseRow& row,
                     const transfers::Sheet& sheet) {
  const packs::StateDef* state = packs::find(service.states, row.state);
  if (!state || row.disputed || row.data.find("met_in")) return false;
  const auto owner = row.parties.find(state->owner);
  return owner != row.parties.end() && owner->second == sheet.payee;
}

bool says_the_same(const transfers::Sheet& a, const transfers::Sheet& b) {
  return a.payer == b.payer && a.payee == b.payee && a.reference == b.reference &&
         a.amount == b.amount && a.day == b.day;
}

// The books of transfers between the two, newest first.
std::expected<std::vector<ClearingBook>, Problem> books_between(Context& context, const Call& call,
                                                                const std::string& one,
                                                                const std::string& other) {
  std::vector<ClearingBook> out;
  const auto shelf = context.shelves.now();
  for (const HeldPack* held : shelf->list()) {
    const auto shape = clearing_of(*held->pack);
    if (!shape || !held->in_force) continue;
    const auto add = [&](views::CaseRow row) -> std::expected<bool, Problem> {
      if (row.data.text_at("kind") != kKind) return true;
      ClearingBook book = book_at(context, held->pack, *shape, std::move(row));
      if (std::minmax(book.first(), book.second()) == std::minmax(one, other)) {
        out.push_back(std::move(book));
      }
      return true;
    };
    BASHU_TRY_OK(each_case(call, cases_of(*held->pack, shape->book), add));
  }
  return out;
}

// Why the flows have not met in this book; nullopt: they have.
std::optional<Problem> why_not(const windows::Ledger::Met& met, const transfers::Sheet& sheet) {
  const texts::Places places{{"reference", sheet.reference},
                             {"said", yuan(met.known.said.value_or(0))},
                             {"booked", yuan(met.known.booked)}};
  if (!met.sheet || !says_the_same(*met.sheet, sheet)) return refused("", "no_sheet", places);
  if (met.known.booked == 0) return refused("", "no_money", places);
  if (met.known.booked != met.known.said) return refused("", "other_money", places);
  if (met.agreed != met.known.said) return refused("", "not_in_a_window", places);
  return std::nullopt;
}

}  // namespace

bool is_transfer(const packs::Service& service) {
  return service.party("older") && service.party("newer") &&
         std::ranges::all_of(std::vector{"reference", "amount", "sent_on", "met_in"},
                             [&](const char* name) { return service.field(name); });
}

std::expected<void, Problem> each_sent(Context& context, const Call& call, const ClearingBook& book,
                                       const std::function<bool(SentTransfer)>& each) {
  const auto shelf = context.shelves.now();
  bool more = true;
  for (const HeldPack* pack : shelf->list()) {
    if (!pack->in_force) continue;
    for (const auto& [name, service] : pack->pack->services) {
      if (!is_transfer(service) || !more) continue;
      const auto tell = [&](views::CaseRow row) -> std::expected<bool, Problem> {
        auto sheet = sheet_of(row);
        if (!sheet ||
            std::minmax(sheet->payer, sheet->payee) != std::minmax(book.first(), book.second())) {
          return true;
        }
        const bool waits = waits_for_money(service, row, *sheet);
        more = each({.pack = pack->pack,
                     .row = std::move(row),
                     .sheet = *std::move(sheet),
                     .waits = waits});
        return more;
      };
      BASHU_TRY_OK(each_case(call, cases_of(*pack->pack, name), tell));
    }
  }
  return {};
}

std::expected<std::string, Problem> new_sheets(Context& context, const Call& call,
                                               const ClearingBook& book) {
  const auto held = hold_ledger(context, call, book);
  if (!held) return std::unexpected{held.error()};
  windows::Ledger& ledger = *(*held)->ledger;
  std::string out;
  const auto listed = each_sent(context, call, book, [&](const SentTransfer& sent) {
    const auto known = ledger.met(sent.sheet.transfer).sheet;
    if (known && says_the_same(*known, sent.sheet)) return true;
    out += canonical_json(transfers::to_value(sent.sheet)) + "\n";
    return out.size() < kBatchMax;
  });
  if (!listed) return std::unexpected{listed.error()};
  if (out.empty()) return std::unexpected{refused("with.what", "no_new_sheets")};
  return out;
}

std::expected<std::string, Problem> met_in(Context& context, const Call& call,
                                           const views::CaseRow& transfer) {
  const auto sheet = sheet_of(transfer);
  if (!sheet) return std::unexpected{refused(transfer.id, "no_sheet", {{"reference", ""}})};
  auto books = books_between(context, call, sheet->payer, sheet->payee);
  if (!books) return std::unexpected{books.error()};
  Problem why = refused("", "no_transfer_book", {{"payer", sheet->payer}, {"payee", sheet->payee}});
  for (const ClearingBook& book : *books) {
    const auto held = hold_ledger(context, call, book);
    if (!held) return std::unexpected{held.error()};
    auto not_yet = why_not((*held)->ledger->met(sheet->transfer), *sheet);
    if (!not_yet) return (*held)->closed;
    why = *std::move(not_yet);
  }
  return std::unexpected{std::move(why)};
}

}  // namespace bashu::api
