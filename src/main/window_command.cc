// bashu window: clearing in a running node (docs/guide/clearing.md). What is computed the node
// computes; this asks, and shows.

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <utility>

#include "bank/xml.h"
#include "base/json.h"
#include "clearing/money.h"
#include "clearing/statement.h"
#include "http/message.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/import_rows.h"
#include "main/table.h"
#include "node/files.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

using clearing::yuan;
constexpr std::size_t kBatchMax = 7u << 20;  // bytes: a document is at most 8 MiB
constexpr int kPage = 1'000;

std::string word(const Console& console, const std::string& key, const texts::Places& places = {}) {
  return texts::text(console.language, "windows." + key, places);
}

std::string path_of(const std::string& id) { return http::percent_encode(id); }

const Value::List& list_at(const Value& value, std::string_view name) {
  static const Value::List kNone;
  const Value* found = value.find(name);
  return found && found->as_list() ? *found->as_list() : kNone;
}

std::expected<Value, Exit> post(const Console& console, const Remote& remote,
                                const std::string& path, Value body) {
  return call(console, remote, {.method = "POST", .path = path, .body = canonical_json(body)});
}

void print_written(const Console& console, const Value& answer) {
  console.out << answer.text_at("case") << "  " << answer.text_at("state") << '\n';
  print_warnings(console, answer);
}

// {"name","account","bank"} of `name,account,bank`; null if that is not three.
Value account_of(const std::string& text) {
  const std::size_t one = text.find(','),
                    two = one == std::string::npos ? one : text.find(',', one + 1);
  if (two == std::string::npos) return {};
  return Value::Record{{"name", text.substr(0, one)},
                       {"account", text.substr(one + 1, two - one - 1)},
                       {"bank", text.substr(two + 1)}};
}

std::expected<Value, Exit> book_of(const Console& console, const Remote& remote,
                                   const std::string& id) {
  const auto all =
      call(console, remote, {.path = "/clearing?limit=1&case=" + http::percent_encode(id)});
  if (!all) return std::unexpected{all.error()};
  for (const Value& book : list_at(*all, "books")) {
    if (book.text_at("case") == id) return book;
  }
  console.err << word(console, "no_book", {{"book", id}}) << '\n';
  return std::unexpected{Exit::refused};
}

// One side's statement, or what both agreed on, as a row.
void add_statement(Table& table, const std::string& who, const Value& statement) {
  const Value *first = statement.find("to_first"), *second = statement.find("to_second");
  table.add(
      {who, std::to_string(statement.int_at("lines")), std::to_string(statement.int_at("late")),
       std::to_string(statement.int_at("corrections")), first ? yuan(first->int_at("net")) : "",
       second ? yuan(second->int_at("net")) : "", statement.text_at("root").substr(7, 16)});
}

void print_statements(const Console& console, const Value& window, const Value& book) {
  using Align = Table::Align;
  Table table{{Align::left, Align::right, Align::right, Align::right, Align::right, Align::right,
               Align::left}};
  table.add({"", word(console, "lines"), word(console, "late"), word(console, "corrections"),
             word(console, "owed_to", {{"party", book.text_at("first")}}),
             word(console, "owed_to", {{"party", book.text_at("second")}}), word(console, "root")});
  for (const char* side : {"first", "second"}) {
    if (const Value* one = window.find(side)) add_statement(table, book.text_at(side), *one);
  }
  if (const Value* one = window.find("agreed")) {
    add_statement(table, word(console, "agreed"), *one);
  }
  table.print(console.out);
}

// A statement by who earned it, each part with the version of the tariff.
void print_parts(const Console& console, const Value::List& parts) {
  if (parts.empty()) return;
  using Align = Table::Align;
  std::vector<Align> columns{Align::left, Align::left, Align::right, Align::right};
  std::vector<std::string> head{word(console, "owed_by"), word(console, "earned_by"),
                                word(console, "tariff_version"), word(console, "lines")};
  const auto amounts = {"gross", "discount", "relief", "refused", "fee", "net"};
  for (const char* name : amounts) {
    columns.push_back(Align::right);
    head.push_back(word(console, name));
  }
  Table table{std::move(columns)};
  table.add(std::move(head));
  for (const Value& part : parts) {
    const std::int64_t version = part.int_at("version");
    std::vector<std::string> row{part.text_at("debtor"), part.text_at("of"),
                                 version == 0 ? "" : std::to_string(version),
                                 std::to_string(part.int_at("lines"))};
    for (const char* name : amounts) row.push_back(yuan(part.int_at(name)));
    table.add(std::move(row));
  }
  table.print(console.out);
}

// The most that each side may come to owe, beside the cap.
void print_exposed(const Console& console, const Value& exposed, const Value& book) {
  console.out << word(console, "exposed",
                      {{"first", yuan(exposed.int_at("first_owes"))},
                       {"first_party", book.text_at("first")},
                       {"second", yuan(exposed.int_at("second_owes"))},
                       {"second_party", book.text_at("second")}});
  if (exposed.find("cap")) {
    console.out << "  "
                << word(console, "exposed_cap",
                        {{"percent", std::to_string(exposed.int_at("percent"))},
                         {"cap", yuan(exposed.int_at("cap"))}});
  }
  console.out << '\n';
}

// Rows of files as NDJSON, cut into batches; told if a row cannot be read, or a file has none.
std::expected<std::vector<std::string>, Exit> batches_of(const Console& console,
                                                         const std::vector<std::string>& files) {
  std::vector<std::string> out;
  for (const std::string& file : files) {
    auto rows = RowReader::open(file, row_format({}, file));
    if (!rows) return std::unexpected{console.fail(file, rows.error())};
    out.emplace_back();
    while (true) {
      auto row = rows->next();
      if (!row) return std::unexpected{console.fail(row.error())};
      if (!*row) break;
      if ((*row)->wrong) {
        console.err << file << ':' << (*row)->line << ": "
                    << in_language(*(*row)->wrong, console.language) << '\n';
        return std::unexpected{Exit::refused};
      }
      const std::string text = canonical_json(Value{(*row)->fields}) + '\n';
      if (out.back().size() + text.size() > kBatchMax) out.emplace_back();
      out.back() += text;
    }
    if (!out.back().empty()) continue;
    out.pop_back();
    console.err << word(console, "empty_file", {{"file", file}}) << '\n';
  }
  return out;
}

// One batch; `document` null: its rows are the node's own.
Exit take_batch(const Console& console, const WindowTake& what, const Value& book,
                const std::string& rows, const Value& document) {
  const Value* services = book.find("services");
  const Value* own = book.find("own");
  Value::Record with{{"book", what.book}, {"what", rows}};
  if (document.as_record()) with["file"] = document;
  const auto taken = post(
      console, what.remote, "/cases",
      Value::Record{{"pack", book.text_at("pack")},
                    {"service", services ? services->text_at("batch") : ""},
                    {"role", what.role},
                    {"parties", Value::Record{{book.text_at("batch_party"), own ? *own : Value{}}}},
                    {"with", std::move(with)}});
  if (!taken) return taken.error();
  print_written(console, *taken);
  return Exit::done;
}

Exit take(const Console& console, const WindowTake& what, const Value& book,
          const std::vector<std::string>& files, const std::string& rows) {
  const auto batches = batches_of(console, files);
  if (!batches) return batches.error();
  for (const std::string& batch : *batches) {
    const auto document = deposit(console, what.remote, rows + ".ndjson", batch);
    if (!document) return document.error();
    if (const Exit taken = take_batch(console, what, book, rows, *document); taken != Exit::done) {
      return taken;
    }
  }
  return Exit::done;
}

// Of a book with a cap it is looked at what is unsettled now, so that both sides are told in time.
Exit check_cap(const Console& console, const WindowTake& what, const Value& book) {
  if (!book.find("cap")) return Exit::done;
  const std::string path = "/cases/" + path_of(what.book);
  const auto choices = call(console, what.remote, {.path = path + "/choices"});
  if (!choices) return choices.error();
  for (const Value& choice : list_at(*choices, "choices")) {
    const Value::List& form = list_at(choice, "form");
    if (std::ranges::find(form, Value{"exposed"}) == form.end()) continue;
    const auto done = post(console, what.remote, path + "/events/" + choice.text_at("event"),
                           Value::Record{{"role", what.role}, {"with", Value::Record{}}});
    return done ? Exit::done : done.error();
  }
  return Exit::done;
}

// Statements of the bank as they came; without one the sheets of the node's cases.
Exit take_transfers(const Console& console, const WindowTake& what, const Value& book) {
  if (what.files.empty()) return take_batch(console, what, book, "sheets", {});
  for (const std::string& file : what.files) {
    auto text = node::read_file(file);
    if (!text) return console.fail(text.error());
    const auto document = deposit(console, what.remote, "camt053.xml", *std::move(text));
    if (!document) return document.error();
    const Exit taken = take_batch(console, what, book, "receipts", *document);
    if (taken != Exit::done) return taken;
  }
  return Exit::done;
}

void print_flows(const Console& console, const Value::List& rows, const Value& all) {
  using Align = Table::Align;
  Table table{{Align::left, Align::left, Align::left, Align::right, Align::left, Align::right,
               Align::left}};
  table.add({word(console, "flow_reference"), word(console, "flow_meeting"),
             word(console, "flow_sent_on"), word(console, "flow_said"),
             word(console, "flow_booked_on"), word(console, "flow_booked"),
             word(console, "flow_bank")});
  for (const Value& row : rows) {
    const Value::List& bookings = list_at(row, "bookings");
    std::string banks;
    for (const Value& one : bookings) banks += (banks.empty() ? "" : " ") + one.text_at("bank");
    table.add({row.text_at("reference"), row.text_at("kind_title"), row.text_at("sent_on"),
               row.find("said") ? yuan(row.int_at("said")) : "",
               bookings.empty() ? "" : bookings.back().text_at("on"), yuan(row.int_at("booked")),
               banks});
  }
  table.print(console.out);
  for (const Value& total : list_at(all, "totals")) {
    console.out << total.text_at("kind_title") << ": "
                << word(console, "flows_said",
                        {{"count", std::to_string(total.int_at("count"))},
                         {"said", yuan(total.int_at("said"))},
                         {"booked", yuan(total.int_at("booked"))}})
                << '\n';
  }
  if (const Value* due = all.find("due")) {
    console.out << word(console, "flows_due",
                        {{"count", std::to_string(due->int_at("count"))},
                         {"sum", yuan(due->int_at("sum"))}})
                << '\n';
  }
  const Value::List& queue = list_at(all, "unmatched");
  if (queue.empty()) return;
  console.out << word(console, "queue", {{"count", std::to_string(queue.size())}}) << '\n';
  for (const Value& one : queue) {
    std::string named;
    for (const Value& name : list_at(one, "named")) named += " " + *name.as_text();
    console.out << "  " << one.text_at("bank") << "  " << one.text_at("on") << "  "
                << yuan(one.int_at("amount")) << "  " << one.text_at("counterparty")
                << (named.empty() ? "" : "  " + word(console, "queue_named", {{"named", named}}))
                << '\n';
  }
}

// All differences, page by page.
std::expected<Value::List, Exit> differences_of(const Console& console, const Remote& remote,
                                                const std::string& id) {
  Value::List out;
  while (true) {
    const auto page = call(
        console, remote,
        {.path = "/clearing/" + path_of(id) + "/differences?from=" + std::to_string(out.size()) +
                 "&limit=" + std::to_string(kPage)});
    if (!page) return std::unexpected{page.error()};
    const Value::List& rows = list_at(*page, "differences");
    std::ranges::copy(rows, std::back_inserter(out));
    if (rows.empty() || std::cmp_greater_equal(out.size(), page->int_at("count"))) return out;
  }
}

std::string side_in_words(const Value& row, const char* side) {
  const Value* line = row.find(side);
  if (!line) return "-";
  return line->text_at("day") + "  " + line->text_at("of") + "  " + yuan(line->int_at("net")) +
         "  [" + line->text_at("first") +
         (line->text_at("last").empty() ? "" : " " + line->text_at("last")) + "]" +
         (line->text_at("state").empty() ? "" : " " + line->text_at("state"));
}

// Whether all of the kinds are some of differences; told if not.
bool are_kinds(const Console& console, const std::vector<std::string>& kinds) {
  std::vector<std::string> known;
  for (int i = 0; i <= static_cast<int>(clearing::Kind::other_evidence); ++i) {
    known.emplace_back(clearing::kind_name(static_cast<clearing::Kind>(i)));
  }
  for (const std::string& kind : kinds) {
    if (std::ranges::find(known, kind) != known.end()) continue;
    std::string all;
    for (const std::string& one : known) all += (all.empty() ? "" : ", ") + one;
    console.err << word(console, "no_accept_kind", {{"kind", kind}, {"kinds", all}}) << '\n';
    return false;
  }
  return true;
}

std::expected<Value, Exit> answers_of(const Console& console, const WindowSign& what) {
  std::set<std::string> accepted{what.accept.begin(), what.accept.end()};
  if (!what.accept_kinds.empty()) {
    const auto rows = differences_of(console, what.remote, what.window);
    if (!rows) return std::unexpected{rows.error()};
    for (const Value& row : *rows) {
      const auto& kinds = what.accept_kinds;
      if (std::ranges::find(kinds, row.text_at("kind")) != kinds.end()) {
        accepted.insert(row.text_at("line"));
      }
    }
  }
  Value::List out;
  for (const std::string& line : accepted) {
    out.push_back(Value::Record{{"line", line}, {"accepts", true}});
  }
  for (const std::string& line : what.refuse) {
    Value::Record one{{"line", line}, {"accepts", false}};
    if (!what.note.empty()) one["note"] = what.note;
    out.push_back(std::move(one));
  }
  return Value{std::move(out)};
}

// The step that computes what the window waits for, with its role.
struct Step {
  std::string event, role, answers;  // `answers`: the field that takes them; empty: none
};
std::expected<Step, Exit> next_step(const Console& console, const WindowSign& what) {
  const auto choices =
      call(console, what.remote, {.path = "/cases/" + path_of(what.window) + "/choices"});
  if (!choices) return std::unexpected{choices.error()};
  for (const char* field : {"second_answer", "first_answer", "second_agreed", "differences",
                            "second", "statements", "checked", "released", "netted_in", "signed"}) {
    for (const Value& choice : list_at(*choices, "choices")) {
      const Value::List& form = list_at(choice, "form");
      const Value::List& roles = list_at(choice, "roles");
      if (roles.empty() || std::ranges::find(form, Value{field}) == form.end()) continue;
      const bool answers = std::string_view{field}.ends_with("_answer");
      return Step{.event = choice.text_at("event"),
                  .role = *roles.front().as_text(),
                  .answers = answers ? field : ""};
    }
  }
  console.err << word(console, "not_our_turn", {{"state", choices->text_at("state")}}) << '\n';
  return std::unexpected{Exit::refused};
}

// The step of each share of a netting whose form asks for `field`; shares that take none now are
// left alone. The first that is refused ends it: what was done stands, and it may be asked again.
Exit each_share(const Console& console, const WindowShares& what, const std::string& field,
                const Value& with) {
  const auto netting = call(console, what.remote, {.path = "/cases/" + path_of(what.netting)});
  if (!netting) return netting.error();
  const Value* data = netting->find("data");
  const Value none = Value::Record{};
  for (const Value& id : list_at(data ? *data : none, "shares")) {
    const std::string path = "/cases/" + path_of(*id.as_text());
    const auto share = call(console, what.remote, {.path = path});
    if (!share) return share.error();
    const Value* has = share->find("data");
    const bool same = has && has->text_at("root") == data->text_at("root");
    if (same != (field == "released")) continue;  // published before, or not yet
    const auto choices = call(console, what.remote, {.path = path + "/choices"});
    if (!choices) return choices.error();
    for (const Value& choice : list_at(*choices, "choices")) {
      const Value::List& form = list_at(choice, "form");
      const bool asks = std::ranges::find(form, Value{field}) != form.end();
      if (!asks || list_at(choice, "roles").empty()) continue;
      const auto done = post(console, what.remote, path + "/events/" + choice.text_at("event"),
                             Value::Record{{"role", what.role}, {"with", with}});
      if (!done) return done.error();
      print_written(console, *done);
    }
  }
  return Exit::done;
}

Exit written(const Console& console, const std::string& out, const std::string& text) {
  const auto done = write_output(console, out, text);
  return done ? Exit::done : console.fail(done.error());
}

}  // namespace

Exit window_list(const Console& console, const WindowList& what) {
  const auto all = call(console, what.remote, {.path = "/clearing"});
  if (!all) return all.error();
  if (what.remote.json) return print_json(console, *all), Exit::done;
  for (const Value& book : list_at(*all, "books")) {
    console.out << book.text_at("case") << "  " << book.text_at("name") << "  "
                << book.text_at("state_title") << "  "
                << word(console, "has_rows",
                        {{"batches", std::to_string(book.int_at("batches"))},
                         {"rows", std::to_string(book.int_at("rows"))}})
                << '\n';
    for (const Value& window : list_at(book, "windows")) {
      console.out << "  " << window.text_at("case") << "  " << window.text_at("until") << "  ["
                  << window.text_at("state") << "] " << window.text_at("state_title") << '\n';
      print_statements(console, window, book);
    }
  }
  return Exit::done;
}

namespace {

// A further edition of the tariff of a book that is there.
Exit propose_edition(const Console& console, const WindowBook& what) {
  const auto book = book_of(console, what.remote, what.service);
  if (!book) return book.error();
  auto text = node::read_file(what.tariff);
  if (!text) return console.fail(text.error());
  const std::string path = "/cases/" + path_of(what.service);
  const auto choices = call(console, what.remote, {.path = path + "/choices"});
  if (!choices) return choices.error();
  for (const Value& choice : list_at(*choices, "choices")) {
    const Value::List& form = list_at(choice, "form");
    if (std::ranges::find(form, Value{"proposal"}) == form.end()) continue;
    const auto document = deposit(console, what.remote, "tariff.yaml", *std::move(text));
    if (!document) return document.error();
    const auto done =
        post(console, what.remote, path + "/events/" + choice.text_at("event"),
             Value::Record{{"role", what.role}, {"with", Value::Record{{"proposal", *document}}}});
    if (!done) return done.error();
    return print_written(console, *done), Exit::done;
  }
  console.err << word(console, "no_edition_now") << '\n';
  return Exit::refused;
}

}  // namespace

Exit window_book(const Console& console, const WindowBook& what) {
  if (what.with.empty() && !what.tariff.empty()) return propose_edition(console, what);
  const std::size_t slash = what.service.find('/');
  const int kinds = int{!what.tariff.empty()} + int{what.bills} + int{what.transfers};
  if (slash == std::string::npos || kinds != 1 || what.with.empty() || what.name.empty()) {
    console.err << word(console, "book_usage") << '\n';
    return Exit::usage;
  }
  const char* kind = what.bills ? "bills" : what.transfers ? "transfers" : "taps";
  Value::Record form{{"name", what.name}, {"kind", kind}};
  if (!what.way.empty()) form["way"] = what.way;
  if (!what.house.empty()) form["house"] = what.house;
  if (what.least > 0) form["least"] = what.least;
  if (what.cap > 0) form["cap"] = what.cap;
  if (!what.period.empty()) form["period"] = what.period;
  if (!what.account.empty()) form["first_account"] = account_of(what.account);
  if (!what.tariff.empty()) {
    auto text = node::read_file(what.tariff);
    if (!text) return console.fail(text.error());
    const auto document = deposit(console, what.remote, "tariff.yaml", *std::move(text));
    if (!document) return document.error();
    form["tariff"] = *document;
  }
  const auto circle = call(console, what.remote, {.path = "/circle"});
  if (!circle) return circle.error();
  const auto made =
      post(console, what.remote, "/cases",
           Value::Record{
               {"pack", what.service.substr(0, slash)},
               {"service", what.service.substr(slash + 1)},
               {"role", what.role},
               {"parties", Value::Record{{"first", circle->text_at("own")}, {"second", what.with}}},
               {"with", std::move(form)}});
  if (!made) return made.error();
  return print_written(console, *made), Exit::done;
}

Exit window_take(const Console& console, const WindowTake& what) {
  const auto book = book_of(console, what.remote, what.book);
  if (!book) return book.error();
  if (book->text_at("kind") == "transfers" && what.refused.empty()) {
    return take_transfers(console, what, *book);
  }
  if (!what.files.empty()) {
    const Exit taken = take(console, what, *book, what.files, book->text_at("kind"));
    if (taken != Exit::done) return taken;
  }
  if (!what.denied.empty()) {
    const Exit taken = take(console, what, *book, {what.denied}, "denied");
    if (taken != Exit::done) return taken;
  }
  if (!what.refused.empty()) {
    const Exit taken = take(console, what, *book, {what.refused}, "refused");
    if (taken != Exit::done) return taken;
  }
  return check_cap(console, what, *book);
}

Exit window_draft(const Console& console, const WindowDraft& what) {
  const auto book = book_of(console, what.remote, what.book);
  if (!book) return book.error();
  const auto draft = call(console, what.remote,
                          {.path = "/clearing/" + path_of(what.book) +
                                   "/draft?until=" + http::percent_encode(what.until)});
  if (!draft) return draft.error();
  if (what.remote.json) return print_json(console, *draft), Exit::done;
  const bool first = book->text_at("own") == book->text_at("first");
  if (const Value* exposed = draft->find("exposed")) print_exposed(console, *exposed, *book);
  print_statements(console, Value::Record{{first ? "first" : "second", *draft->find("statement")}},
                   *book);
  print_parts(console, list_at(*draft, "parts"));
  return Exit::done;
}

Exit window_open(const Console& console, const WindowOpen& what) {
  const auto book = book_of(console, what.remote, what.book);
  if (!book) return book.error();
  const Value* services = book->find("services");
  const auto opened = post(console, what.remote, "/cases",
                           Value::Record{{"parent", what.book},
                                         {"service", services ? services->text_at("window") : ""},
                                         {"role", what.role},
                                         {"with", Value::Record{{"until", what.until}}}});
  if (!opened) return opened.error();
  return print_written(console, *opened), Exit::done;
}

Exit window_sign(const Console& console, const WindowSign& what) {
  if (!are_kinds(console, what.accept_kinds)) return Exit::usage;
  const auto step = next_step(console, what);
  if (!step) return step.error();
  Value::Record with;
  if (!step->answers.empty()) {
    auto answers = answers_of(console, what);
    if (!answers) return answers.error();
    with[step->answers] = *std::move(answers);
  }
  const auto done =
      post(console, what.remote, "/cases/" + path_of(what.window) + "/events/" + step->event,
           Value::Record{{"role", step->role}, {"with", std::move(with)}});
  if (!done) return done.error();
  return print_written(console, *done), Exit::done;
}

Exit window_differences(const Console& console, const WindowDifferences& what) {
  const std::string path = "/clearing/" + path_of(what.window) + "/differences";
  if (what.csv) {
    const auto text = call_text(console, what.remote, {.path = path + ".csv"});
    return text ? written(console, what.out, *text) : text.error();
  }
  const auto rows = differences_of(console, what.remote, what.window);
  if (!rows) return rows.error();
  if (what.remote.json) return print_json(console, Value{*rows}), Exit::done;
  for (const Value& row : *rows) {
    console.out << row.text_at("line") << "  " << row.text_at("kind_title") << '\n'
                << "  1  " << side_in_words(row, "first") << '\n'
                << "  2  " << side_in_words(row, "second") << '\n';
  }
  console.out << word(console, "so_many", {{"count", std::to_string(rows->size())}}) << '\n';
  return Exit::done;
}

Exit window_split(const Console& console, const WindowSplit& what) {
  const auto split =
      call(console, what.remote, {.path = "/clearing/" + path_of(what.window) + "/split"});
  if (!split) return split.error();
  if (what.remote.json) return print_json(console, *split), Exit::done;
  print_parts(console, list_at(*split, "parts"));
  for (const Value& line : list_at(*split, "refused")) {
    console.out << line.text_at("id") << "  " << line.text_at("of") << "  "
                << yuan(line.int_at("net")) << "  " << word(console, "split_refused") << '\n';
  }
  for (const Value& line : list_at(*split, "taken_back")) {
    console.out << line.text_at("id") << "  " << line.text_at("of") << "  "
                << yuan(line.int_at("net")) << "  "
                << word(console, "split_taken_back", {{"line", line.text_at("corrects")}}) << '\n';
  }
  return Exit::done;
}

Exit window_statement(const Console& console, const WindowStatement& what) {
  const auto text =
      call_text(console, what.remote, {.path = "/clearing/" + path_of(what.window) + "/statement"});
  return text ? written(console, what.out, *text) : text.error();
}

Exit window_order(const Console& console, const WindowOrder& what) {
  const std::string on = what.on.empty() ? "" : "?on=" + http::percent_encode(what.on);
  const auto text = call_text(console, what.remote,
                              {.path = "/clearing/" + path_of(what.window) + "/order.xml" + on});
  if (!text) return text.error();
  if (const auto wrong =
          what.schema.empty() ? std::nullopt : bank::against_schema(*text, what.schema)) {
    console.err << what.schema << ": " << *wrong << '\n';
    return Exit::refused;
  }
  return written(console, what.out, *text);
}

Exit window_pay(const Console& console, const WindowPay& what) {
  const auto book = book_of(console, what.remote, what.book);
  if (!book) return book.error();
  const Value *services = book->find("services"), *own = book->find("own");
  const auto made =
      post(console, what.remote, "/cases",
           Value::Record{
               {"pack", book->text_at("pack")},
               {"service", services ? services->text_at("order") : ""},
               {"role", what.role},
               {"parties", Value::Record{{book->text_at("order_party"), own ? *own : Value{}}}},
               {"with", Value::Record{{"book", what.book}, {"pay_on", what.on}}}});
  if (!made) return made.error();
  return print_written(console, *made), Exit::done;
}

Exit window_net(const Console& console, const WindowNet& what) {
  const std::size_t slash = what.service.find('/');
  const auto circle = call(console, what.remote, {.path = "/circle"});
  if (!circle) return circle.error();
  const auto made =
      post(console, what.remote, "/cases",
           Value::Record{{"pack", what.service.substr(0, slash)},
                         {"service", slash == std::string::npos ? std::string{"netting"}
                                                                : what.service.substr(slash + 1)},
                         {"role", what.role},
                         {"parties", Value::Record{{"house", circle->text_at("own")}}},
                         {"with", Value::Record{{"until", what.until}}}});
  if (!made) return made.error();
  return print_written(console, *made), Exit::done;
}

Exit window_publish(const Console& console, const WindowShares& what) {
  return each_share(console, what, "round", Value::Record{{"round", what.netting}});
}

Exit window_release(const Console& console, const WindowShares& what) {
  return each_share(console, what, "released", Value::Record{});
}

Exit window_flows(const Console& console, const WindowFlows& what) {
  const std::string path = "/clearing/" + path_of(what.book) + "/flows";
  const std::string kind = what.kind.empty() ? "" : "kind=" + http::percent_encode(what.kind);
  if (what.csv) {
    const auto text =
        call_text(console, what.remote, {.path = path + ".csv" + (kind.empty() ? "" : "?" + kind)});
    return text ? written(console, what.out, *text) : text.error();
  }
  Value::List rows;
  while (true) {
    const auto page = call(console, what.remote,
                           {.path = path + "?from=" + std::to_string(rows.size()) + "&limit=" +
                                    std::to_string(kPage) + (kind.empty() ? "" : "&" + kind)});
    if (!page) return page.error();
    const Value::List& some = list_at(*page, "rows");
    std::ranges::copy(some, std::back_inserter(rows));
    if (!some.empty() && std::cmp_less(rows.size(), page->int_at("count"))) continue;
    if (what.remote.json) return print_json(console, Value{rows}), Exit::done;
    print_flows(console, rows, *page);
    return Exit::done;
  }
}

Exit window_paid(const Console& console, const WindowPaid& what) {
  auto text = node::read_file(what.statement);
  if (!text) return console.fail(text.error());
  const auto document = deposit(console, what.remote, "camt053.xml", *std::move(text));
  if (!document) return document.error();
  const auto choices =
      call(console, what.remote, {.path = "/cases/" + path_of(what.window) + "/choices"});
  if (!choices) return choices.error();
  for (const Value& choice : list_at(*choices, "choices")) {
    const Value::List& form = list_at(choice, "form");
    const Value::List& roles = list_at(choice, "roles");
    if (roles.empty() || std::ranges::find(form, Value{"booked"}) == form.end()) continue;
    const auto done = post(
        console, what.remote,
        "/cases/" + path_of(what.window) + "/events/" + choice.text_at("event"),
        Value::Record{{"role", roles.front()}, {"with", Value::Record{{"booked", *document}}}});
    if (!done) return done.error();
    return print_written(console, *done), Exit::done;
  }
  console.err << word(console, "not_our_turn", {{"state", choices->text_at("state")}}) << '\n';
  return Exit::refused;
}

}  // namespace bashu::cli
