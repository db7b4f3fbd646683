// Books of clearing with their windows, what the next statement would be, and the lines on which
// two sides differ.

#include <limits>
#include <map>
#include <utility>

#include "api/clearing_books.h"
#include "api/clearing_exposure.h"
#include "api/clearing_refusal.h"
#include "api/clearing_split.h"
#include "api/clearing_views.h"
#include "api/handlers.h"
#include "api/reading.h"
#include "clearing/sketch.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr int kBooksMax = 1'000, kWindowsShown = 200;  // of a pack
constexpr std::size_t kNoBatch = std::numeric_limits<std::size_t>::max();

// The members of a case's data that a page shows beside its state.
Value window_value(const views::CaseRow& row, const packs::Pack& pack,
                   const std::string& language) {
  Value::Record out{{"case", row.id},
                    {"state", row.state},
                    {"since", row.since.text()},
                    {"version", row.version}};
  const packs::Service* service = packs::find(pack.services, row.service);
  if (const packs::StateDef* state = service ? packs::find(service->states, row.state) : nullptr) {
    out["state_title"] = in_language(state->title, language);
    const auto owner = row.parties.find(state->owner);
    if (owner != row.parties.end()) out["owner"] = owner->second;
  }
  for (const char* field : {"until", "first", "second", "agreed", "found", "exposed", "second_owes",
                            "first_owes", "due_on", "paid_on", "rounding", "interest", "netted_in",
                            "first_answer", "second_answer", "note"}) {
    // Of an earlier comparison, before one side stated again.
    if (std::string_view{field} == "found" && roots_equal(row)) continue;
    if (const Value* value = row.data.find(field)) out[field] = *value;
  }
  return out;
}

// The windows of a book, or of all books of its pack, newest first.
std::expected<views::Listed<views::CaseRow>, Problem> windows_of(const Call& call,
                                                                 const std::string& pack,
                                                                 const ClearingShape& shape,
                                                                 const core::CaseId& book,
                                                                 views::Page page) {
  views::CaseFilter filter;
  filter.pack = pack;
  filter.service = shape.window;
  filter.parent = book;
  filter.page = std::move(page);
  auto listed = call.views->list_cases(filter);
  if (!listed) return std::unexpected{problem_of(listed.error())};
  return *std::move(listed);
}

// One book with its windows, page by page.
Result list_book(Context& context, const Call& call, const std::string& id) {
  const auto book = find_book(context, call, id, Sight::audited);
  if (!book) return std::unexpected{book.error()};
  auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  const auto windows =
      windows_of(call, book->pack->name, book->shape, book->row.id, *std::move(page));
  if (!windows) return std::unexpected{windows.error()};
  std::vector<const views::CaseRow*> rows;
  for (const views::CaseRow& row : windows->rows) rows.push_back(&row);
  auto value = book_value(context, call, *book, rows);
  if (!value) return std::unexpected{value.error()};
  if (auto told = account_for_audit(context, call, book->sight, book->row.id + "/clearing");
      !told) {
    return std::unexpected{told.error()};
  }
  return json_response(Value::Record{{"books", Value::List{*std::move(value)}},
                                     {"all", windows->next.empty()},
                                     {"next", next_page(context, call, windows->next)}});
}

// What a case of the answers says of a difference: whether this side takes the other's line, and
// why.
void add_answer(Value::Record& row, const Value* answers, const std::string& line,
                const char* name) {
  for (const Value& one : answers && answers->as_list() ? *answers->as_list() : Value::List{}) {
    if (one.text_at("line") != line) continue;
    row[std::string{name} + "_accepts"] = *one.find("accepts");
    if (const Value* note = one.find("note")) row[std::string{name} + "_note"] = *note;
  }
}

}  // namespace

std::expected<Value, Problem> book_value(Context& context, const Call& call,
                                         const ClearingBook& book,
                                         const std::vector<const views::CaseRow*>& windows) {
  const std::string& language = call.language;
  const auto batches =
      context.books.batches(*call.views, book.pack->name, book.shape.batch, book.row.id, kNoBatch);
  if (!batches) return std::unexpected{batches.error()};
  Value::List list;
  for (const views::CaseRow* row : windows) {
    list.push_back(window_value(*row, *book.pack, language));
  }
  const packs::Service* service = packs::find(book.pack->services, book.shape.book);
  const packs::Service* batch = packs::find(book.pack->services, book.shape.batch);
  const packs::Service* order = packs::find(book.pack->services, book.shape.order);
  const packs::StateDef* state = service ? packs::find(service->states, book.row.state) : nullptr;
  Value::Record out{{"case", book.row.id},
                    {"pack", book.pack->name},
                    {"services", Value::Record{{"book", book.shape.book},
                                               {"batch", book.shape.batch},
                                               {"window", book.shape.window},
                                               {"order", book.shape.order},
                                               {"membership", book.shape.membership},
                                               {"share", book.shape.share},
                                               {"netting", book.shape.netting}}},
                    {"name", book.row.data.text_at("name")},
                    {"kind", book.row.data.text_at("kind")},
                    {"state", book.row.state},
                    {"state_title", state ? in_language(state->title, language) : ""},
                    {"own", book.own()},
                    {"batch_party", batch->parties.front().name},
                    {"order_party", order ? order->parties.front().name : ""},
                    {"first", book.first()},
                    {"second", book.second()},
                    {"batches", batches->count},
                    {"rows", batches->rows},
                    {"windows", std::move(list)}};
  for (const char* term : {"way", "house", "least", "cap"}) {
    if (const Value* value = book.row.data.find(term)) out[term] = *value;
  }
  return out;
}

Result list_clearing(Context& context, const Call& call) {
  if (const auto past = read_past(context, call); !past) return std::unexpected{past.error()};
  if (const std::string id = call.parameter("case"); !id.empty()) {
    return list_book(context, call, id);
  }
  const auto shelf = context.shelves.now();
  Onlooker onlooker{context, call};
  Value::List books;
  bool all = true;
  for (const HeldPack* held : shelf->list()) {
    const auto shape = clearing_of(*held->pack);
    if (!shape || !held->in_force || !desk::is_office(*call.key, *held->pack)) continue;
    views::CaseFilter filter;
    filter.pack = held->pack->name;
    filter.service = shape->book;
    filter.page.limit = kBooksMax;
    const auto listed = call.views->list_cases(filter);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    const auto windows =
        windows_of(call, held->pack->name, *shape, {}, {.after = {}, .limit = kWindowsShown});
    if (!windows) return std::unexpected{windows.error()};
    all = all && windows->next.empty();
    std::map<core::CaseId, std::vector<const views::CaseRow*>> by_book;
    for (const views::CaseRow& row : windows->rows) by_book[row.parent].push_back(&row);
    for (const views::CaseRow& row : listed->rows) {
      const Sight sight = onlooker.sight_of(row);
      if (sight == Sight::none) continue;
      if (auto told = account_for_audit(context, call, sight, row.id + "/clearing"); !told) {
        return std::unexpected{told.error()};
      }
      auto value =
          book_value(context, call, book_at(context, held->pack, *shape, row), by_book[row.id]);
      if (!value) return std::unexpected{value.error()};
      books.push_back(*std::move(value));
    }
  }
  return json_response(Value::Record{{"books", std::move(books)}, {"all", all}, {"next", ""}});
}

Result draft_statement(Context& context, const Call& call) {
  const auto book = find_book(context, call, call.part("id"), Sight::audited);
  if (!book) return std::unexpected{book.error()};
  const auto until = date_parameter(call, "until");
  if (!until) {
    return std::unexpected{malformed("until", "The first day that is left out: until=2026-04-01.",
                                     "应为不含的第一天：until=2026-04-01。")};
  }
  const auto held = hold_ledger(context, call, *book);
  if (!held) return std::unexpected{held.error()};
  windows::Ledger& ledger = *(*held)->ledger;
  const auto& closed = ledger.closed_until();
  if (closed && *until < *closed) {
    return std::unexpected{wrong_at("until", "before_the_last", {{"day", closed->text()}})};
  }
  std::optional<Value> exposed;
  if (book->row.data.find("cap")) {
    const auto worst = exposed_of(call, *book, ledger);
    if (!worst) return std::unexpected{worst.error()};
    exposed = beside_cap(*worst, *book);
  }
  const clearing::Statement drawn = ledger.draw(*until, ledger.batches());
  if (!ledger.fits()) {
    return std::unexpected{refused(book->row.id, "sums_too_large")};
  }
  if (auto told = account_for_audit(context, call, book->sight, book->row.id + "/draft"); !told) {
    return std::unexpected{told.error()};
  }
  Value::Record out{{"case", book->row.id},
                    {"until", until->text()},
                    {"from", closed ? Value{closed->text()} : Value{}},
                    {"statement", statement_field(drawn, *book, ledger.batches())},
                    {"parts", parts_value(ledger.split())}};
  if (exposed) out["exposed"] = *std::move(exposed);
  return json_response(std::move(out));
}

Result list_window_differences(Context& context, const Call& call) {
  const auto found = find_window(context, call, Sight::audited);
  if (!found) return std::unexpected{found.error()};
  if (auto told =
          account_for_audit(context, call, found->book.sight, found->window.id + "/differences");
      !told) {
    return std::unexpected{told.error()};
  }
  const std::size_t from = number_parameter(call, "from").value_or(0);
  const std::size_t most = number_parameter(call, "limit").value_or(100);
  Value::List rows;
  for (std::size_t i = from; i < found->differences.size() && rows.size() < most; ++i) {
    const clearing::Difference& one = found->differences[i];
    const std::string name = clearing::name_of(one);
    const std::string kind = clearing::kind_name(one.kind);
    Value::Record row{{"line", name},
                      {"kind", kind},
                      {"kind_title", texts::text(call.language, kind_key(found->book, one))}};
    if (one.here) row["first"] = clearing::to_value(*one.here);
    if (one.there) row["second"] = clearing::to_value(*one.there);
    add_answer(row, found->window.data.find("first_answer"), name, "first");
    add_answer(row, found->window.data.find("second_answer"), name, "second");
    rows.push_back(std::move(row));
  }
  auto book = book_value(context, call, found->book, {});
  if (!book) return std::unexpected{book.error()};
  return json_response(
      Value::Record{{"window", window_value(found->window, *found->book.pack, call.language)},
                    {"book", *std::move(book)},
                    {"first", found->book.first()},
                    {"second", found->book.second()},
                    {"differences", std::move(rows)},
                    {"from", from},
                    {"count", found->differences.size()}});
}

}  // namespace bashu::api
