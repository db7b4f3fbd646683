#include "transfers/flows.h"

#include <algorithm>
#include <numeric>

namespace bashu::transfers {

using clearing::Entry;

constexpr Money kMost = 10'000'000'000'000;  // fen: so that no sum of them overflows

// A line that corrects a claim is named id~n.
std::string claim_id(const std::string& payer, const std::string& reference) {
  std::string out = payer + "/";
  for (const char c : reference) out += c == '~' ? std::string{"%7E"} : std::string{c};
  return out;
}

Value to_value(const Sheet& sheet) {
  return Value::Record{{"transfer", sheet.transfer}, {"payer", sheet.payer},
                       {"payee", sheet.payee},       {"reference", sheet.reference},
                       {"amount", sheet.amount},     {"day", sheet.day.text()},
                       {"version", sheet.version}};
}

std::expected<Sheet, std::string> sheet_of(const Value& value) {
  const auto day = Date::parse(value.text_at("day"));
  if (!day) return std::unexpected{std::string{"day"}};
  Sheet out{.transfer = value.text_at("transfer"),
            .payer = value.text_at("payer"),
            .payee = value.text_at("payee"),
            .reference = value.text_at("reference"),
            .amount = value.int_at("amount"),
            .day = *day,
            .version = value.int_at("version", -1)};
  for (const auto& [name, text] :
       {std::pair{"transfer", &out.transfer}, std::pair{"payer", &out.payer},
        std::pair{"payee", &out.payee}, std::pair{"reference", &out.reference}}) {
    if (text->empty()) return std::unexpected{std::string{name}};
  }
  if (out.amount <= 0 || out.amount > kMost) return std::unexpected{std::string{"amount"}};
  if (out.version < 0) return std::unexpected{std::string{"version"}};
  return out;
}

std::vector<Receipt> receipts_of(const std::vector<bank::Booking>& bookings) {
  std::vector<Receipt> out;
  for (const bank::Booking& booking : bookings) {
    // Money out is another's claim, unless it takes back money in; and the other way round.
    if ((booking.amount > 0) == booking.reverses) continue;
    const auto put = [&](std::size_t part, const bank::Detail& detail, Money amount) {
      out.push_back({.booking = booking.reference,
                     .part = part,
                     .account = booking.account,
                     .counterparty = detail.counterparty,
                     .reference = !detail.order.empty()       ? detail.order
                                  : !detail.reference.empty() ? detail.reference
                                                              : booking.reference,
                     .day = booking.day,
                     .amount = amount});
    };
    if (booking.details.empty()) put(0, {}, booking.amount);
    const bool alone = booking.details.size() == 1;
    for (std::size_t i = 0; i < booking.details.size(); ++i) {
      const bank::Detail& detail = booking.details[i];
      if (detail.amount || alone) put(i, detail, detail.amount.value_or(booking.amount));
    }
  }
  return out;
}

Flows::Named& Flows::named(const std::string& payer, const std::string& payee,
                           const std::string& reference) {
  Named& held = by_id_[claim_id(payer, reference)];
  held.payer = payer;
  held.payee = payee;
  held.reference = reference;
  return held;
}

std::set<std::string> Flows::add(std::size_t number, std::vector<Sheet> sheets,
                                 std::vector<Receipt> receipts) {
  std::set<std::string> out;
  for (Sheet& sheet : sheets) {
    const bool ours = sheet.payer == between_.own && sheet.payee == between_.other;
    const bool theirs = sheet.payer == between_.other && sheet.payee == between_.own;
    if (!ours && !theirs) continue;
    named(sheet.payer, sheet.payee, sheet.reference).transfers.insert(sheet.transfer);
    auto& versions = transfers_[sheet.transfer];
    versions.emplace_back(number, std::move(sheet));
    // Another version may have named another reference, which it takes it from.
    for (const auto& [batch, one] : versions) out.insert(claim_id(one.payer, one.reference));
  }
  for (Receipt& receipt : receipts) {
    if (receipt.account != between_.own_account) continue;
    out.insert(claim_id(between_.other, receipt.reference));
    named(between_.other, between_.own, receipt.reference)
        .receipts.emplace_back(number, std::move(receipt));
  }
  return out;
}

std::optional<Sheet> Flows::sheet(const std::string& transfer, std::size_t counted) const {
  const auto held = transfers_.find(transfer);
  if (held == transfers_.end()) return std::nullopt;
  const Sheet* last = nullptr;
  const auto rank = [](const Sheet& one) {
    return std::tie(one.version, one.reference, one.amount, one.day);
  };
  for (const auto& [number, one] : held->second) {
    if (number < counted && (!last || rank(*last) < rank(one))) last = &one;
  }
  return last ? std::optional{*last} : std::nullopt;
}

Flows::Sheets Flows::sheets_of(const std::string& id, const Named& named,
                               std::size_t counted) const {
  Sheets out;
  for (const std::string& transfer : named.transfers) {
    const auto last = sheet(transfer, counted);
    if (!last || claim_id(last->payer, last->reference) != id) continue;
    out.day = out.amount ? std::max(out.day, last->day) : last->day;
    out.amount = out.amount.value_or(0) + last->amount;
  }
  return out;
}

std::set<Receipt> Flows::receipts_in(const Named& named, std::size_t counted,
                                     bool has_sheet) const {
  std::set<Receipt> out;
  for (const auto& [number, receipt] : named.receipts) {
    const bool of_this = has_sheet || receipt.counterparty == between_.other_account;
    if (number < counted && of_this) out.insert(receipt);
  }
  return out;
}

Known Flows::known(const std::string& id, std::size_t counted) const {
  const auto held = by_id_.find(id);
  if (held == by_id_.end()) return {};
  const Sheets sheets = sheets_of(id, held->second, counted);
  const auto receipts = receipts_in(held->second, counted, sheets.amount.has_value());
  return {
      .said = sheets.amount,
      .booked = std::accumulate(receipts.begin(), receipts.end(), Money{0},
                                [](Money sum, const Receipt& one) { return sum + one.amount; })};
}

std::vector<Flows::Reference> Flows::references(std::size_t counted) const {
  std::vector<Reference> out;
  for (const auto& [id, of] : by_id_) {
    const Known known_now = known(id, counted);
    if (!known_now.said && known_now.booked == 0) continue;
    const auto receipts = receipts_in(of, counted, known_now.said.has_value());
    out.push_back({.id = id,
                   .payer = of.payer,
                   .payee = of.payee,
                   .reference = of.reference,
                   .known = known_now,
                   .receipts = {receipts.begin(), receipts.end()}});
  }
  return out;
}

std::optional<Entry> Flows::claim(const std::string& id, std::size_t counted) const {
  const auto held = by_id_.find(id);
  if (held == by_id_.end()) return std::nullopt;
  const Named& of = held->second;
  const Sheets sheets = sheets_of(id, of, counted);
  const bool ours = of.payer == between_.own;
  Date day = sheets.day;
  if (!ours && !sheets.amount) {
    const auto receipts = receipts_in(of, counted, false);
    if (receipts.empty()) return std::nullopt;
    day = std::ranges::min(receipts, {}, &Receipt::day).day;
  }
  const Money amount = ours ? sheets.amount.value_or(0) : known(id, counted).booked;
  if (amount <= 0) return std::nullopt;
  return Entry{.id = id,
               .creditor = of.payee,
               .debtor = of.payer,
               .of = of.payee,
               .day = day,
               .first = of.reference,
               .last = {},
               .state = {},
               .amounts = {.gross = amount, .net = amount}};
}

}  // namespace bashu::transfers
