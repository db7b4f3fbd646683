// bashu clear: statements between two sides, which each computes by itself; where they differ, and
// what both say alike.

#include <algorithm>
#include <iostream>
#include <ostream>
#include <utility>

#include "base/json.h"
#include "clearing/exchange.h"
#include "main/asked.h"
#include "main/clear_book.h"
#include "main/commands.h"
#include "main/table.h"
#include "main/taps.h"

namespace bashu::cli {

namespace {

using clearing::Amounts;
using clearing::Difference;
using clearing::Entry;
using clearing::Statement;

void print(const Console& console, const Statement& statement) {
  console.out << clear_text(console, "statement",
                            {{"number", std::to_string(statement.number)},
                             {"from", statement.from ? statement.from->text() : "-"},
                             {"until", statement.until.text()},
                             {"first", std::to_string(statement.first)},
                             {"end", std::to_string(statement.end)},
                             {"late", std::to_string(statement.late)},
                             {"corrections", std::to_string(statement.corrections)},
                             {"root", hex(statement.root)}})
              << '\n';
  if (statement.sums.empty()) return;
  using Align = Table::Align;
  Table table{{Align::left, Align::left, Align::right, Align::right, Align::right, Align::right,
               Align::right, Align::right}};
  std::vector<std::string> heading;
  for (const char* key :
       {"debtor", "creditor", "gross", "discount", "relief", "refused", "fee", "net"}) {
    heading.push_back(clear_text(console, key));
  }
  table.add(heading);
  for (const auto& [who, a] : statement.sums) {
    table.add({who.first, who.second, yuan(a.gross), yuan(a.discount), yuan(a.relief),
               yuan(a.refused), yuan(a.fee), yuan(a.net)});
  }
  table.print(console.out);
}

std::string evidence(const Console& console, const std::optional<Entry>& line) {
  if (!line) return clear_text(console, "nothing");
  return clear_text(console, "evidence",
                    {{"net", yuan(line->amounts.net)},
                     {"gross", yuan(line->amounts.gross)},
                     {"day", line->day.text()},
                     {"first", line->first},
                     {"last", line->last.empty() ? "-" : line->last},
                     {"state", line->state.empty() ? "-" : line->state}});
}

void print(const Console& console, const Difference& one) {
  const Entry& line = one.here ? *one.here : *one.there;
  console.out << clear_text(console, clearing::kind_name(one.kind)) << "  " << line.line_id()
              << "\n    " << clear_text(console, "here") << "  " << evidence(console, one.here)
              << "\n    " << clear_text(console, "there") << "  " << evidence(console, one.there)
              << '\n';
}

Value to_value(const Difference& one) {
  Value::Record out{{"kind", clearing::kind_name(one.kind)}};
  if (one.here) out.emplace("here", clearing::to_value(*one.here));
  if (one.there) out.emplace("there", clearing::to_value(*one.there));
  return out;
}

// With lines of a file, or with those that a program answers for.
std::optional<clearing::Compared> compare(const Console& console, const std::vector<Entry>& here,
                                          const std::string& theirs, const std::string& ask) {
  if (ask.empty()) {
    const auto there = read_lines(console, theirs);
    if (!there) return std::nullopt;
    return clearing::compare(here, *there);
  }
  Asked program{ask};
  auto compared = clearing::compare_by(
      here, [&](const std::string& question) { return program.ask(question); });
  if (compared) return *std::move(compared);
  console.err << ask << ": " << compared.error() << '\n';
  return std::nullopt;
}

}  // namespace

Exit clear_open(const Console& console, const ClearOpen& what) {
  if (what.side == what.other || (what.tariff.empty() && !what.bills)) {
    console.err << clear_text(console, "needs") << '\n';
    return Exit::usage;
  }
  ClearBook book;
  book.side = what.side;
  book.other = what.other;
  book.bills = what.bills;
  return ClearBook::make(console, what.book, std::move(book), what.tariff);
}

Exit clear_take(const Console& console, const ClearTake& what) {
  const auto book = ClearBook::open(console, what.book);
  if (!book) return Exit::refused;
  return book->take(console, what.files, what.denied);
}

Exit clear_draw(const Console& console, const ClearDraw& what) {
  const auto until = Date::parse(what.until);
  if (!until) {
    console.err << clear_text(console, "bad_until") << '\n';
    return Exit::usage;
  }
  const auto book = ClearBook::open(console, what.book);
  if (!book) return Exit::refused;
  if (book->standing.until && *until < *book->standing.until) {
    console.err << clear_text(console, "before_closed", {{"until", book->standing.until->text()}})
                << '\n';
    return Exit::refused;
  }
  const auto claims = book->claims(console);
  if (!claims) return Exit::refused;
  const auto lines = clearing::due(book->standing, *claims, *until);
  const Statement statement =
      clearing::statement_of(book->standing, lines, {book->side, book->other}, *until);
  print(console, statement);
  return book->write_draft(console, statement, lines);
}

Exit clear_compare(const Console& console, const ClearCompare& what) {
  const auto book = ClearBook::open(console, what.book);
  if (!book) return Exit::refused;
  const auto draft = book->draft(console);
  if (!draft) return Exit::refused;
  const auto found = compare(console, draft->lines, what.theirs, what.ask);
  if (!found) return Exit::refused;
  const clearing::Compared& compared = *found;
  std::string file;
  std::map<clearing::Kind, int> kinds;
  for (const Difference& one : compared.differences) {
    print(console, one);
    file += canonical_json(to_value(one)) + '\n';
    ++kinds[one.kind];
  }
  if (!what.out.empty()) {
    const auto done = write_output(console, what.out, file);
    if (!done) return console.fail(done.error());
  }
  const auto count = [&](clearing::Kind kind) { return std::to_string(kinds[kind]); };
  console.out << clear_text(console, "compared",
                            {{"lines", std::to_string(draft->lines.size())},
                             {"differ", std::to_string(compared.differences.size())},
                             {"missing_here", count(clearing::Kind::missing_here)},
                             {"missing_there", count(clearing::Kind::missing_there)},
                             {"amount", count(clearing::Kind::amount)},
                             {"pairing", count(clearing::Kind::pairing)},
                             {"date", count(clearing::Kind::date)},
                             {"other_evidence", count(clearing::Kind::other_evidence)},
                             {"bytes", std::to_string(compared.bytes)}})
              << '\n';
  return compared.differences.empty() ? Exit::done : Exit::refused;
}

Exit clear_answer(const Console& console, const ClearAnswer& what) {
  const auto lines = read_lines(console, what.book);
  if (!lines) return Exit::refused;
  const clearing::Answers answers{*lines};
  for (std::string question; std::getline(std::cin, question);) {
    console.out << answers.to(question) << std::endl;
  }
  return Exit::done;
}

Exit clear_refuse(const Console& console, const ClearRefuse& what) {
  const auto book = ClearBook::open(console, what.book);
  if (!book) return Exit::refused;
  const auto claims = book->claims(console);
  if (!claims) return Exit::refused;
  const bool there = std::ranges::find(*claims, what.id, &Entry::id) != claims->end();
  if (there == what.accept) {
    console.err << clear_text(console, what.accept ? "not_refused" : "no_claim", {{"id", what.id}})
                << '\n';
    return Exit::refused;
  }
  return book->refuse(console, what.id, what.why, what.accept);
}

Exit clear_close(const Console& console, const ClearClose& what) {
  const auto book = ClearBook::open(console, what.book);
  if (!book) return Exit::refused;
  auto draft = book->draft(console);
  if (!draft) return Exit::refused;
  if (!what.theirs.empty() || !what.ask.empty()) {
    const auto found = compare(console, draft->lines, what.theirs, what.ask);
    if (!found) return Exit::refused;
    const std::size_t all = draft->lines.size();
    draft->lines = clearing::agreed(draft->lines, found->differences);
    draft->statement = clearing::statement_of(book->standing, draft->lines,
                                              {book->side, book->other}, draft->statement.until);
    console.out << clear_text(console, "carried",
                              {{"count", std::to_string(all - draft->lines.size())}})
                << '\n';
  } else if (what.root != hex(draft->statement.root)) {
    console.err << clear_text(console, "other_root", {{"root", hex(draft->statement.root)}})
                << '\n';
    return Exit::refused;
  }
  const Exit done = book->close(console, *draft);
  if (done == Exit::done) print(console, draft->statement);
  return done;
}

Exit clear_show(const Console& console, const ClearShow& what) {
  const auto book = ClearBook::open(console, what.book);
  if (!book) return Exit::refused;
  for (const Statement& statement : book->statements) print(console, statement);
  Amounts ours, theirs;
  for (const Statement& statement : book->statements) {
    for (const auto& [who, amounts] : statement.sums) {
      Amounts& sum = who.second == book->side ? ours : theirs;
      sum = clearing::plus(sum, amounts);
    }
  }
  console.out << clear_text(console, "standing",
                            {{"side", book->side},
                             {"other", book->other},
                             {"ours", yuan(ours.net)},
                             {"theirs", yuan(theirs.net)},
                             {"balance", yuan(ours.net - theirs.net)},
                             {"digest", hex(book->standing.last)}})
              << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
