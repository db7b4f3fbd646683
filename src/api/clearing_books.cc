#include "api/clearing_books.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/documents.h"
#include "api/reading.h"
#include "clearing/sketch.h"
#include "packs/yaml.h"

namespace bashu::api {

namespace {

constexpr int kPageMax = 1'000;
constexpr std::size_t kMost = 100'000;  // batches or windows of one book

bool has_fields(const packs::Service& service, const std::vector<const char*>& names) {
  return std::ranges::all_of(names, [&](const char* name) { return service.field(name); });
}

std::expected<std::vector<views::CaseRow>, Problem> all_cases(const Call& call,
                                                              views::CaseFilter filter) {
  std::vector<views::CaseRow> out;
  filter.page.limit = kPageMax;
  do {
    auto listed = call.views->list_cases(filter);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    std::ranges::move(listed->rows, std::back_inserter(out));
    filter.page.after = listed->next;
  } while (!filter.page.after.empty() && out.size() < kMost);
  return out;
}

// The number at the end of an id: a side numbers its cases one after the other.
std::int64_t number_of(const std::string& id) {
  std::int64_t out = 0;
  const std::size_t from = id.find_last_not_of("0123456789");
  for (std::size_t i = from == std::string::npos ? 0 : from + 1; i < id.size(); ++i) {
    out = out * 10 + (id[i] - '0');
  }
  return out;
}

void in_order(std::vector<views::CaseRow>& rows) {
  std::ranges::sort(rows, {}, [](const views::CaseRow& row) { return number_of(row.id); });
}

std::expected<std::optional<fares::Tariff>, Problem> tariff_of(Context& context,
                                                               const ClearingBook& book) {
  if (book.row.data.text_at("kind") != "taps") return std::nullopt;
  const auto text = document_text(context, book.row, "tariff");
  if (!text) return std::unexpected{text.error()};
  const packs::Document file = packs::read_yaml(*text);
  auto tariff = file.findings.empty()
                    ? fares::read_tariff(file.root)
                    : std::unexpected{std::vector<fares::Wrong>{
                          {.where = "line " + std::to_string(file.findings.front().line),
                           .what = file.findings.front().text}}};
  if (tariff) return *std::move(tariff);
  const fares::Wrong& wrong = tariff.error().front();
  return std::unexpected{
      problem_of(reject(RejectCode::error, book.row.id + ".tariff",
                        "The tariff of the book cannot be used: " + wrong.where + " " + wrong.what,
                        "清算簿的票价规则不可用：" + wrong.where + " " + wrong.what))};
}

Value amounts_value(const clearing::Amounts& amounts) {
  return Value::Record{{"gross", amounts.gross},   {"discount", amounts.discount},
                       {"relief", amounts.relief}, {"refused", amounts.refused},
                       {"fee", amounts.fee},       {"net", amounts.net}};
}

std::set<std::string> accepted_in(const views::CaseRow& window, std::string_view field) {
  std::set<std::string> out;
  const Value* answers = window.data.find(field);
  for (const Value& one : answers && answers->as_list() ? *answers->as_list() : Value::List{}) {
    if (one.bool_at("accepts")) out.insert(one.text_at("line"));
  }
  return out;
}

Problem not_as_signed(const views::CaseRow& window, const std::string& what) {
  return problem_of(
      reject(RejectCode::error, window.id,
             "What this node has no longer gives the statement that was signed: " + what,
             "本节点的数据不再得出已签署的结算单：" + what));
}

}  // namespace

std::optional<ClearingShape> clearing_of(const packs::Pack& pack) {
  ClearingShape shape{.book = {}, .batch = {}, .window = {}};
  for (const auto& [name, service] : pack.services) {
    if (service.parties.size() == 1 && has_fields(service, {"book", "what", "rows", "file"})) {
      shape.batch = name;
    } else if (has_fields(service, {"until", "first", "first_sketch", "second", "second_lines",
                                    "differences", "second_answer", "first_answer", "first_agreed",
                                    "second_agreed", "agreed"})) {
      shape.window = name;
      shape.book = service.parent;
    }
  }
  const packs::Service* book = packs::find(pack.services, shape.book);
  if (shape.batch.empty() || !book || !has_fields(*book, {"kind", "tariff"}) ||
      !book->party("first") || !book->party("second")) {
    return std::nullopt;
  }
  return shape;
}

std::expected<ClearingBook, Problem> find_book(Context& context, const Call& call,
                                               std::string_view id) {
  const Problem unknown = problem_of(reject(RejectCode::unknown_case, std::string{id}));
  if (const auto past = read_past(context, call); !past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  if (onlooker.sight_of(id) != Sight::full) return std::unexpected{unknown};
  auto row = call.views->case_at(id);
  if (!row) return std::unexpected{problem_of(row.error())};
  const packs::PackPtr pack = *row ? onlooker.pack((*row)->pack) : nullptr;
  auto shape = pack ? clearing_of(*pack) : std::nullopt;
  if (!shape || (*row)->service != shape->book) return std::unexpected{unknown};
  ClearingBook book{.pack = pack,
                    .shape = *std::move(shape),
                    .row = **row,
                    .other = {},
                    .batches = {},
                    .windows = {}};
  const std::string& first = book.row.parties.find("first")->second;
  const std::string& second = book.row.parties.find("second")->second;
  book.own_is_first = first == context.node.identity().party;
  book.other = book.own_is_first ? second : first;
  views::CaseFilter batches;
  batches.pack = pack->name;
  batches.service = book.shape.batch;
  batches.equal = {{"book", Value{book.row.id}}};
  auto held = all_cases(call, std::move(batches));
  if (!held) return std::unexpected{held.error()};
  book.batches = *std::move(held);
  in_order(book.batches);
  views::CaseFilter windows;
  windows.pack = pack->name;
  windows.service = book.shape.window;
  windows.parent = book.row.id;
  auto opened = all_cases(call, std::move(windows));
  if (!opened) return std::unexpected{opened.error()};
  book.windows = *std::move(opened);
  in_order(book.windows);
  return book;
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
  if (!differences) return std::unexpected{not_as_signed(window, differences.error())};
  said.differences = *std::move(differences);
  said.first_accepts = accepted_in(window, "first_answer");
  said.second_accepts = accepted_in(window, "second_answer");
  return said;
}

std::expected<windows::Ledger, Problem> ledger_of(Context& context, const ClearingBook& book) {
  auto tariff = tariff_of(context, book);
  if (!tariff) return std::unexpected{tariff.error()};
  windows::Batches batches;
  for (std::size_t i = 0; i < book.batches.size(); ++i) {
    const views::CaseRow& batch = book.batches[i];
    const auto rows = document_text(context, batch, "file");
    if (!rows) return std::unexpected{rows.error()};
    const auto added = batches.add(batch.data.text_at("what"), *rows, i);
    if (!added) return std::unexpected{not_as_signed(batch, added.error().text)};
  }
  const auto& parties = book.row.parties;
  windows::Ledger ledger{{.first = parties.find("first")->second,
                          .second = parties.find("second")->second,
                          .own_is_first = book.own_is_first,
                          .tariff = *std::move(tariff)},
                         std::move(batches)};
  for (const views::CaseRow& window : book.windows) {
    if (!is_agreed(window)) continue;
    const auto said = said_of(context, book, window);
    if (!said) return std::unexpected{said.error()};
    const auto drawn = ledger.agreed(*said);
    if (!drawn) return std::unexpected{not_as_signed(window, drawn.error())};
    if (drawn->statement.root != root_in(window, "agreed")) {
      return std::unexpected{not_as_signed(window, hex(drawn->statement.root))};
    }
    if (auto closed = ledger.close(*said); !closed) {
      return std::unexpected{not_as_signed(window, closed.error())};
    }
  }
  return ledger;
}

std::expected<std::string, Problem> document_text(Context& context, const views::CaseRow& row,
                                                  std::string_view field) {
  const Value* value = row.data.find(field);
  if (!value) return std::unexpected{not_found()};
  return document_bytes(context, *value);
}

Value statement_field(const windows::Drawn& drawn, const ClearingBook& book, std::size_t batches) {
  const auto owed_to = [&](const char* creditor, const char* debtor) {
    const auto found = drawn.statement.sums.find(
        {book.row.parties.find(debtor)->second, book.row.parties.find(creditor)->second});
    return amounts_value(found == drawn.statement.sums.end() ? clearing::Amounts{} : found->second);
  };
  return Value::Record{{"batches", batches},
                       {"lines", drawn.lines.size()},
                       {"late", drawn.statement.late},
                       {"corrections", drawn.statement.corrections},
                       {"to_first", owed_to("first", "second")},
                       {"to_second", owed_to("second", "first")},
                       {"root", "sha256:" + hex(drawn.statement.root)}};
}

}  // namespace bashu::api
