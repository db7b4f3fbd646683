// Books of clearing as a node keeps them: in cases and documents, of any pack that declares
// services of this shape (docs/formats/clearing.md). Nothing here knows a pack by name.
//
//     book    two parties; `kind`, `tariff`      windows are its sub-cases
//     batch   one party; `book`, `what`, `file`  never leaves the side that has it
//     window  `first`, `second`: the statements of both sides
//     order   one party; `book`, `payments`, `checked`, `unpaid`: what its bank is told to pay
//     membership, share, netting   of a clearing house (api/clearing_netting.h)
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/clearing_kept.h"
#include "api/context.h"
#include "fares/renewed.h"
#include "views/read/cases.h"
#include "windows/ledger.h"

namespace bashu::api {

struct ClearingShape {
  std::string book, batch, window;  // names of services
  // Of payment orders, and of the register of what was ordered; empty: the pack has none.
  std::string order{}, ordered{};
  // Of a clearing house: its memberships, a member's parts of nettings, the nettings; empty: none.
  std::string membership{}, share{}, netting{};
};
// nullopt: the pack clears nothing.
[[nodiscard]] std::optional<ClearingShape> clearing_of(const packs::Pack& pack);
// Whether auditors read the documents of its cases: those of books, windows and shares, with the
// sketches, lines, differences and nettings that both sides signed. What batches are made of stays
// with the offices.
[[nodiscard]] bool is_audited(const packs::Pack& pack, std::string_view service);

struct ClearingBook {
  packs::PackPtr pack;
  ClearingShape shape;
  views::CaseRow row;
  bool own_is_first = true;
  Sight sight = Sight::full;  // of the asker

  [[nodiscard]] const std::string& first() const { return row.parties.find("first")->second; }
  [[nodiscard]] const std::string& second() const { return row.parties.find("second")->second; }
  [[nodiscard]] const std::string& own() const { return own_is_first ? first() : second(); }
  [[nodiscard]] const std::string& other() const { return own_is_first ? second() : first(); }
};
// The case `row` of the service `shape.book`.
[[nodiscard]] ClearingBook book_at(const Context& context, packs::PackPtr pack, ClearingShape shape,
                                   views::CaseRow row);
// As it stands now; not_found if the asker sees less of it, or it is no book.
[[nodiscard]] std::expected<ClearingBook, Problem> find_book(Context& context, const Call& call,
                                                             std::string_view id,
                                                             Sight least = Sight::full);
struct FoundWindow {
  ClearingBook book;
  views::CaseRow window;
  std::vector<clearing::Difference> differences;
};
// The window that the path names, with the lines on which the sides differ, as far as they are
// known.
[[nodiscard]] std::expected<FoundWindow, Problem> find_window(Context& context, const Call& call,
                                                              Sight least);
// What an auditor reads of clearing is written down, though nothing of it is personal; a problem if
// it cannot.
[[nodiscard]] std::expected<void, Problem> account_for_audit(Context& context, const Call& call,
                                                             Sight sight,
                                                             const std::string& resource);
// The tariff that a book of taps names; a problem says what is wrong with it.
[[nodiscard]] std::expected<fares::Tariff, Problem> tariff_of(Context& context,
                                                              const ClearingBook& book);
// One in a text. What a book has that both sides agreed on is read as it was taken; what is handed
// in, or awaits an answer, must keep the bounds of today too (fares/size.h): it is refused before
// its editions are read.
enum class TariffUse : std::uint8_t { taken, to_take };
[[nodiscard]] std::expected<fares::SaidTariff, Problem> said_tariff(const std::string& text,
                                                                    const std::string& where,
                                                                    TariffUse use);
[[nodiscard]] std::expected<fares::Tariff, Problem> tariff_in(const std::string& text,
                                                              const std::string& where,
                                                              TariffUse use = TariffUse::to_take);
[[nodiscard]] bool clears_taps(const ClearingBook& book);
// Whether what it clears is money of transfers (api/clearing_transfers.h).
[[nodiscard]] bool clears_transfers(const ClearingBook& book);
// The text that says how a line differs; of transfers, which of the two flows is missing.
[[nodiscard]] std::string kind_key(const ClearingBook& book, const clearing::Difference& one);
// Its ledger for as long as it is held, with all batches and the windows that both sides agreed on;
// what has come since it was held last is read. A window that no longer comes out as it was signed
// is a problem.
[[nodiscard]] std::expected<HeldBook, Problem> hold_ledger(Context& context, const Call& call,
                                                           const ClearingBook& book);
// The first closed window of a book of taps that under another tariff would not come out as it was
// signed; nullopt: there is none.
[[nodiscard]] std::expected<std::optional<core::CaseId>, Problem> closed_otherwise(
    Context& context, const Call& call, const ClearingBook& book, fares::Tariff tariff);
// Whether both sides have agreed on it, and that they did so without a list of differences.
[[nodiscard]] bool is_agreed(const views::CaseRow& window);
[[nodiscard]] bool roots_equal(const views::CaseRow& window);
// What both have said of a window; the answers as far as there are any.
[[nodiscard]] std::expected<windows::Said, Problem> said_of(Context& context,
                                                            const ClearingBook& book,
                                                            const views::CaseRow& window);

// A document of this node or of the other side, in clear; not_ready if it has not arrived.
[[nodiscard]] std::expected<std::string, Problem> document_text(Context& context,
                                                                const views::CaseRow& row,
                                                                std::string_view field);
// {gross, discount, relief, refused, fee, net}, fen.
[[nodiscard]] Value amounts_value(const clearing::Amounts& amounts);
// A statement as a window's field has it.
[[nodiscard]] Value statement_field(const clearing::Statement& statement, const ClearingBook& book,
                                    std::size_t batches);
[[nodiscard]] std::optional<Hash> root_in(const views::CaseRow& window, std::string_view field);

}  // namespace bashu::api
