// bashu fares: what taps cost under a tariff, and under another one.

#include <map>
#include <ostream>
#include <utility>

#include "fares/rate.h"
#include "fares/sums.h"
#include "main/commands.h"
#include "main/import_rows.h"
#include "main/table.h"
#include "main/taps.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

using fares::Money;
using fares::Tap;

std::string say(const Console& console, std::string_view key, const texts::Places& places = {}) {
  return texts::text(console.language, "fares." + std::string{key}, places);
}

using fares::Sums;
using Statement = fares::SumsBy;

void print(const Console& console, const Statement& statement, const std::vector<std::string>& by,
           const Statement* before) {
  using Align = Table::Align;
  std::vector<Align> columns(by.size(), Align::left);
  columns.resize(by.size() + 7, Align::right);
  Table table{columns};
  std::vector<std::string> heading;
  for (const std::string& key : by) heading.push_back(say(console, "by_" + key));
  for (const char* key : {"rides", "faults", "fare", "from_issuer", "from_place", "borne", "fee"}) {
    heading.push_back(say(console, key));
  }
  table.add(heading);
  const Sums all = fares::all_of(statement);
  const auto row = [&](std::vector<std::string> cells, const Sums& sums) {
    for (std::string cell :
         {std::to_string(sums.rides), std::to_string(sums.faults), yuan(sums.fare),
          yuan(sums.from_issuer), yuan(sums.from_place), yuan(sums.off), yuan(sums.fee)}) {
      cells.push_back(std::move(cell));
    }
    table.add(std::move(cells));
  };
  for (const auto& [who, sums] : statement) row(who, sums);
  std::vector<std::string> last(by.size());
  last[0] = say(console, "all");
  row(std::move(last), all);
  table.print(console.out);
  if (!before) return;
  for (const auto& [who, sums] : statement) {
    const auto then = before->find(who);
    const Sums was = then == before->end() ? Sums{} : then->second;
    std::string name;
    for (const std::string& part : who) name += (name.empty() ? "" : " / ") + part;
    console.out << say(console, "change",
                       {{"who", name},
                        {"riders", yuan(sums.from_issuer - was.from_issuer)},
                        {"place", yuan(sums.from_place - was.from_place)},
                        {"operators", yuan(sums.off - was.off)}})
                << '\n';
  }
}

}  // namespace

Exit fares_rate(const Console& console, const FaresRate& what) {
  const auto tariff = read_tariff(console, what.tariff);
  if (!tariff) return Exit::refused;
  const auto other = what.against.empty() ? std::nullopt : read_tariff(console, what.against);
  if (!what.against.empty() && !other) return Exit::refused;
  auto rows = RowReader::open(what.taps, row_format({}, what.taps));
  if (!rows) return console.fail(what.taps, rows.error());
  std::map<std::string, std::vector<Tap>> tokens;
  bool sound = true;
  while (true) {
    auto row = rows->next();
    if (!row) return console.fail(row.error());
    if (!*row) break;
    Tap tap;
    const std::string wrong = (*row)->wrong ? std::string{} : tap_of(**row, tap);
    if (!(*row)->wrong && wrong.empty()) {
      tokens[tap.token].push_back(std::move(tap));
      continue;
    }
    sound = false;
    console.err << what.taps << ':' << (*row)->line << ": "
                << ((*row)->wrong ? in_language(*(*row)->wrong, console.language)
                                  : say(console, wrong))
                << '\n';
  }
  Statement statement, alternative;
  std::string lines =
      "issuer,operator,day,first_tap,last_tap,fault,fare,from_issuer,from_place,off,fee\n";
  for (const auto& [token, taps] : tokens) {
    for (const fares::Posting& one : fares::rated(*tariff, taps)) {
      fares::add(statement, one, what.by);
      if (what.out.empty()) continue;
      lines += one.issuer + ',' + one.operator_name + ',' + one.day.text() + ',' + one.first_tap +
               ',' + one.last_tap + ',' + std::to_string(static_cast<int>(one.fault)) + ',' +
               std::to_string(one.fare) + ',' + std::to_string(one.from_issuer) + ',' +
               std::to_string(one.from_place) + ',' + std::to_string(one.off) + ',' +
               std::to_string(one.fee) + '\n';
    }
    if (!other) continue;
    for (const fares::Posting& one : fares::rated(*other, taps))
      fares::add(alternative, one, what.by);
  }
  if (!what.out.empty()) {
    if (const auto done = write_output(console, what.out, lines); !done) {
      return console.fail(done.error());
    }
  }
  print(console, statement, what.by, nullptr);
  if (other) {
    console.out << '\n' << say(console, "under", {{"tariff", what.against}}) << '\n';
    print(console, alternative, what.by, &statement);
  }
  return sound ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
