#include "api/clearing_books.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/clearing_refusal.h"
#include "api/documents.h"
#include "api/reading.h"
#include "base/ahead.h"
#include "clearing/sketch.h"
#include "fares/size.h"
#include "packs/yaml.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr int kWindows = 20;           // read at once
constexpr std::size_t kReadAhead = 2;  // documents of batches

bool has_fields(const packs::Service& service, const std::vector<const char*>& names) {
  return std::ranges::all_of(names, [&](const char* name) { return service.field(name); });
}

// The windows opened after the last one that is closed in the ledger, in order.
std::expected<std::vector<views::CaseRow>, Problem> windows_since(const Call& call,
                                                                  const ClearingBook& book,
                                                                  const std::string& closed) {
  std::vector<views::CaseRow> out;
  views::CaseFilter filter;
  filter.pack = book.pack->name;
  filter.service = book.shape.window;
  filter.parent = book.row.id;
  filter.page.limit = kWindows;
  do {  // newest first
    auto listed = call.views->list_cases(filter);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    filter.page.after = listed->next;
    for (views::CaseRow& row : listed->rows) {
      if (row.id == closed) {
        filter.page.after.clear();
        break;
      }
      out.push_back(std::move(row));
    }
  } while (!filter.page.after.empty());
  std::ranges::reverse(out);
  return out;
}

std::optional<windows::Ledger::Accounts> accounts_of(const ClearingBook& book) {
  if (!clears_transfers(book)) return std::nullopt;
  const auto account = [&](const char* field) {
    const Value* found = book.row.data.find(field);
    return found ? found->text_at("account") : "";
  };
  return windows::Ledger::Accounts{.first = account("first_account"),
                                   .second = account("second_account")};
}

std::set<std::string> accepted_in(const views::CaseRow& window, std::string_view field) {
  std::set<std::string> out;
  const Value* answers = window.data.find(field);
  for (const Value& one : answers && answers->as_list() ? *answers->as_list() : Value::List{}) {
    if (one.bool_at("accepts")) out.insert(one.text_at("line"));
  }
  return out;
}

Problem not_as_signed(const std::string& id, const std::string& what) {
  return problem_of(
      reject(RejectCode::error, id,
             "What this node has no longer gives the statement that was signed: " + what,
             "本节点的数据不再得出已签署的结算单：" + what));
}

// The rows of all batches that the ledger does not have yet; how many all have.
std::expected<std::size_t, Problem> take_batches(Context& context, const Call& call,
                                                 const ClearingBook& book,
                                                 windows::Ledger& ledger) {
  const auto batches = context.books.batches(*call.views, book.pack->name, book.shape.batch,
                                             book.row.id, ledger.batches());
  if (!batches) return std::unexpected{batches.error()};
  using Read = std::expected<windows::Rows, Problem>;
  const auto read = [&](std::size_t number) -> Read {
    const ClearingBatch& batch = batches->more[number];
    const auto text = document_bytes(context, batch.file);
    if (!text) return std::unexpected{text.error()};
    auto rows = windows::read_rows(batch.what, *text);
    if (!rows) return std::unexpected{not_as_signed(batch.id, rows.error().text)};
    return *std::move(rows);
  };
  std::optional<Problem> wrong;
  make_ahead(batches->more.size(), kReadAhead, read, [&](Read rows) {
    if (rows) {
      ledger.take(*std::move(rows));
    } else {
      wrong = rows.error();
    }
    return !wrong;
  });
  if (wrong) return std::unexpected{*std::move(wrong)};
  return static_cast<std::size_t>(batches->rows);
}

// A window that does not come out as it was signed.
struct Otherwise {
  core::CaseId window;
  std::string what;
};
// Closes what both sides agreed on since; nullopt: all came out as it was signed.
std::expected<std::optional<Otherwise>, Problem> close_windows(Context& context, const Call& call,
                                                               const ClearingBook& book,
                                                               KeptBook& kept) {
  windows::Ledger& ledger = *kept.ledger;
  const auto since = windows_since(call, book, kept.closed);
  if (!since) return std::unexpected{since.error()};
  for (const views::CaseRow& window : *since) {
    if (!is_agreed(window)) continue;
    const auto said = said_of(context, book, window);
    if (!said) return std::unexpected{said.error()};
    const auto agreed = ledger.agreed(*said);
    if (!agreed) return Otherwise{.window = window.id, .what = agreed.error()};
    if (agreed->root != root_in(window, "agreed")) {
      return Otherwise{.window = window.id, .what = hex(agreed->root)};
    }
    if (auto closed = ledger.close(*said); !closed) {
      return Otherwise{.window = window.id, .what = closed.error()};
    }
    kept.closed = window.id;
    kept.statements.emplace(window.id, clearing::text_of(*agreed));
    kept.splits.emplace(window.id, ledger.split());
  }
  return std::nullopt;
}

windows::Ledger::Of ledger_of(const ClearingBook& book, std::optional<fares::Tariff> tariff) {
  return {.first = book.first(),
          .second = book.second(),
          .own_is_first = book.own_is_first,
          .tariff = std::move(tariff),
          .transfers = accounts_of(book)};
}

}  // namespace

std::optional<ClearingShape> clearing_of(const packs::Pack& pack) {
  ClearingShape shape{.book = {}, .batch = {}, .window = {}};
  for (const auto& [name, service] : pack.services) {
    if (service.parties.size() == 1 && has_fields(service, {"book", "what", "rows", "file"})) {
      shape.batch = name;
    } else if (service.parties.size() == 1 &&
               has_fields(service, {"book", "pay_on", "payments", "checked", "booked", "bookings",
                                    "unpaid", "paid_on"})) {
      shape.order = name;
    } else if (has_fields(service, {"until", "statements", "texts", "round", "netting", "root",
                                    "position", "checked", "released", "amount"}) &&
               service.party("house") && service.party("member")) {
      shape.share = name;
      shape.membership = service.parent;
    } else if (service.parties.size() == 1 && service.party("house") &&
               has_fields(service, {"until", "shares", "file", "root", "signed"})) {
      shape.netting = name;
    } else if (has_fields(service, {"until", "first", "first_sketch", "second", "second_lines",
                                    "differences", "second_answer", "first_answer", "first_agreed",
                                    "second_agreed", "agreed"})) {
      shape.window = name;
      shape.book = service.parent;
    }
  }
  for (const auto& [name, reg] : pack.registers) {
    if (reg.key == std::vector<std::string>{"transfer"} && reg.record->member("reference") &&
        reg.record->member("amount")) {
      shape.ordered = name;
    }
  }
  if (shape.ordered.empty()) shape.order.clear();
  if (shape.netting.empty() || !packs::find(pack.services, shape.membership)) {
    shape.share.clear();
    shape.membership.clear();
    shape.netting.clear();
  }
  const packs::Service* book = packs::find(pack.services, shape.book);
  if (shape.batch.empty() || !book || !has_fields(*book, {"kind", "tariff"}) ||
      !book->party("first") || !book->party("second")) {
    return std::nullopt;
  }
  return shape;
}

bool is_audited(const packs::Pack& pack, std::string_view service) {
  const auto shape = clearing_of(pack);
  return shape && (service == shape->book || service == shape->window ||
                   (!shape->share.empty() && service == shape->share));
}

ClearingBook book_at(const Context& context, packs::PackPtr pack, ClearingShape shape,
                     views::CaseRow row) {
  ClearingBook book{.pack = std::move(pack), .shape = std::move(shape), .row = std::move(row)};
  book.own_is_first = book.first() == context.node.identity().party;
  return book;
}

std::expected<ClearingBook, Problem> find_book(Context& context, const Call& call,
                                               std::string_view id, Sight least) {
  const Problem unknown = problem_of(reject(RejectCode::unknown_case, std::string{id}));
  if (const auto past = read_past(context, call); !past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const Sight sight = onlooker.sight_of(id);
  if (sight < least) return std::unexpected{unknown};
  auto row = call.views->case_at(id);
  if (!row) return std::unexpected{problem_of(row.error())};
  const packs::PackPtr pack = *row ? onlooker.pack((*row)->pack) : nullptr;
  auto shape = pack ? clearing_of(*pack) : std::nullopt;
  if (!shape || (*row)->service != shape->book) return std::unexpected{unknown};
  ClearingBook book = book_at(context, pack, *std::move(shape), **row);
  book.sight = sight;
  return book;
}

std::expected<FoundWindow, Problem> find_window(Context& context, const Call& call, Sight least) {
  const std::string& id = call.part("id");
  if (const auto past = read_past(context, call); !past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const Problem unknown = problem_of(reject(RejectCode::unknown_case, id));
  if (onlooker.sight_of(id) < least) return std::unexpected{unknown};
  auto row = call.views->case_at(id);
  if (!row) return std::unexpected{problem_of(row.error())};
  if (!*row || (*row)->parent.empty()) return std::unexpected{unknown};
  auto book = find_book(context, call, (*row)->parent, least);
  if (!book) return std::unexpected{book.error()};
  if ((*row)->service != book->shape.window) return std::unexpected{unknown};
  FoundWindow found{.book = *std::move(book), .window = **row, .differences = {}};
  if (!found.window.data.find("differences")) return found;
  const auto said = said_of(context, found.book, found.window);
  if (!said) return std::unexpected{said.error()};
  found.differences = said->differences;
  return found;
}

std::expected<void, Problem> account_for_audit(Context& context, const Call& call, Sight sight,
                                               const std::string& resource) {
  if (sight != Sight::audited) return {};
  return account_for(context, call, resource);
}

std::expected<fares::SaidTariff, Problem> said_tariff(const std::string& text,
                                                      const std::string& where, TariffUse use) {
  const bool to_take = use == TariffUse::to_take;
  const auto wrong = [&](const fares::Wrong& what) {
    if (to_take) return std::unexpected{wrong_tariff(where, what)};
    return std::unexpected{problem_of(
        Reject{.code = RejectCode::error,
               .where = where,
               .why = {texts::title("windows.tariff_wrong", {{"what", words_of(what)}})}})};
  };
  packs::Document file = packs::read_yaml(text);
  if (!file.findings.empty()) {
    return wrong({.where = "line " + std::to_string(file.findings.front().line),
                  .what = file.findings.front().text});
  }
  file.positions.clear();
  if (const auto large = to_take ? fares::too_large(file.root) : std::nullopt) return wrong(*large);
  auto read = fares::read_tariff(file.root);
  if (!read) return wrong(read.error().front());
  return fares::SaidTariff{.said = std::move(file.root), .read = *std::move(read)};
}

std::expected<fares::Tariff, Problem> tariff_in(const std::string& text, const std::string& where,
                                                TariffUse use) {
  auto said = said_tariff(text, where, use);
  if (!said) return std::unexpected{said.error()};
  return std::move(said->read);
}

std::expected<fares::Tariff, Problem> tariff_of(Context& context, const ClearingBook& book) {
  const auto text = document_text(context, book.row, "tariff");
  if (!text) return std::unexpected{text.error()};
  return tariff_in(*text, book.row.id + ".tariff", TariffUse::taken);
}

bool clears_taps(const ClearingBook& book) { return book.row.data.text_at("kind") == "taps"; }

bool clears_transfers(const ClearingBook& book) {
  return book.row.data.text_at("kind") == "transfers";
}

std::string kind_key(const ClearingBook& book, const clearing::Difference& one) {
  const std::string plain = std::string{"windows.kind_"} + clearing::kind_name(one.kind);
  if (!clears_transfers(book) || (one.here && one.there)) return plain;
  const clearing::Entry& line = one.here ? *one.here : *one.there;
  const std::string& whose = one.here ? book.first() : book.second();
  return line.debtor == whose ? "windows.flow_no_money" : "windows.flow_no_sheet";
}

bool is_agreed(const views::CaseRow& window) { return window.data.find("agreed") != nullptr; }

bool roots_equal(const views::CaseRow& window) {
  const auto first = root_in(window, "first"), second = root_in(window, "second");
  return first && second && *first == *second;
}

std::optional<Hash> root_in(const views::CaseRow& window, std::string_view field) {
  const Value* statement = window.data.find(field);
  const std::string text = statement ? statement->text_at("root") : "";
  constexpr std::string_view kPrefix = "sha256:";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  return hash_from_hex(text.substr(kPrefix.size()));
}

std::expected<windows::Said, Problem> said_of(Context& context, const ClearingBook& book,
                                              const views::CaseRow& window) {
  const Value* own = window.data.find(book.own_is_first ? "first" : "second");
  const auto until = Date::parse(window.data.text_at("until"));
  windows::Said said{
      .until = until.value_or(Date{}),
      .batches = static_cast<std::size_t>(own ? own->int_at("batches") : 0),
      .other_root = root_in(window, book.own_is_first ? "second" : "first").value_or(Hash{}),
      .differences = {},
      .first_accepts = {},
      .second_accepts = {}};
  if (roots_equal(window)) return said;
  const auto text = document_text(context, window, "differences");
  if (!text) return std::unexpected{text.error()};
  auto differences = clearing::differences_of(*text);
  if (!differences) return std::unexpected{not_as_signed(window.id, differences.error())};
  said.differences = *std::move(differences);
  said.first_accepts = accepted_in(window, "first_answer");
  said.second_accepts = accepted_in(window, "second_answer");
  return said;
}

std::expected<HeldBook, Problem> hold_ledger(Context& context, const Call& call,
                                             const ClearingBook& book) {
  HeldBook held = context.books.hold(book.row.id);
  // Another edition of the tariff: all is rated anew, and what was closed comes out as it was.
  const Value* agreed_tariff = book.row.data.find("tariff");
  if (held->ledger && agreed_tariff && *agreed_tariff != held->tariff) {
    held->ledger.reset();
    held->closed.clear();
    held->statements.clear();
    held->splits.clear();
  }
  if (!held->ledger) {
    if (agreed_tariff) held->tariff = *agreed_tariff;
    std::optional<fares::Tariff> tariff;
    if (clears_taps(book)) {
      auto read = tariff_of(context, book);
      if (!read) return std::unexpected{read.error()};
      tariff = *std::move(read);
    }
    held->ledger.emplace(ledger_of(book, std::move(tariff)));
  }
  const auto rows = take_batches(context, call, book, *held->ledger);
  if (!rows) return std::unexpected{rows.error()};
  context.books.has_rows(held, *rows);
  const auto otherwise = close_windows(context, call, book, *held.book);
  if (!otherwise) return std::unexpected{otherwise.error()};
  if (*otherwise) return std::unexpected{not_as_signed((*otherwise)->window, (*otherwise)->what)};
  return held;
}

std::expected<std::optional<core::CaseId>, Problem> closed_otherwise(Context& context,
                                                                     const Call& call,
                                                                     const ClearingBook& book,
                                                                     fares::Tariff tariff) {
  KeptBook trial;
  trial.ledger.emplace(ledger_of(book, std::move(tariff)));
  if (auto rows = take_batches(context, call, book, *trial.ledger); !rows) {
    return std::unexpected{rows.error()};
  }
  const auto otherwise = close_windows(context, call, book, trial);
  if (!otherwise) return std::unexpected{otherwise.error()};
  return *otherwise ? std::optional{(*otherwise)->window} : std::nullopt;
}

std::expected<std::string, Problem> document_text(Context& context, const views::CaseRow& row,
                                                  std::string_view field) {
  const Value* value = row.data.find(field);
  if (!value) return std::unexpected{not_found()};
  return document_bytes(context, *value);
}

Value amounts_value(const clearing::Amounts& amounts) {
  return Value::Record{{"gross", amounts.gross},   {"discount", amounts.discount},
                       {"relief", amounts.relief}, {"refused", amounts.refused},
                       {"fee", amounts.fee},       {"net", amounts.net}};
}

Value statement_field(const clearing::Statement& statement, const ClearingBook& book,
                      std::size_t batches) {
  const auto owed_to = [&](const std::string& creditor, const std::string& debtor) {
    const auto found = statement.sums.find({debtor, creditor});
    return amounts_value(found == statement.sums.end() ? clearing::Amounts{} : found->second);
  };
  return Value::Record{{"batches", batches},
                       {"lines", statement.end - statement.first},
                       {"late", statement.late},
                       {"corrections", statement.corrections},
                       {"to_first", owed_to(book.first(), book.second())},
                       {"to_second", owed_to(book.second(), book.first())},
                       {"root", "sha256:" + hex(statement.root)}};
}

}  // namespace bashu::api
