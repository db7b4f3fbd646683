// bashu fares: what taps cost under a tariff, and under another one.

#include <map>
#include <ostream>
#include <utility>

#include "fares/rate.h"
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

struct Sums {
  std::int64_t rides = 0, faults = 0;
  Money fare = 0, from_issuer = 0, from_place = 0, off = 0, fee = 0;
};
using Statement = std::map<std::pair<std::string, std::string>, Sums>;  // issuer, operator

void add(Statement& statement, const fares::Posting& one) {
  Sums& sums = statement[{one.issuer, one.operator_name}];
  ++sums.rides;
  sums.faults += one.fault != fares::Fault::none;
  sums.fare += one.fare;
  sums.from_issuer += one.from_issuer;
  sums.from_place += one.from_place;
  sums.off += one.off;
  sums.fee += one.fee;
}

void print(const Console& console, const Statement& statement, const Statement* before) {
  using Align = Table::Align;
  Table table{{Align::left, Align::left, Align::right, Align::right, Align::right, Align::right,
               Align::right, Align::right, Align::right}};
  std::vector<std::string> heading;
  for (const char* key : {"issuer", "operator", "rides", "faults", "fare", "from_issuer",
                          "from_place", "borne", "fee"}) {
    heading.push_back(say(console, key));
  }
  table.add(heading);
  Sums all;
  const auto row = [&](const std::string& issuer, const std::string& who, const Sums& sums) {
    table.add({issuer, who, std::to_string(sums.rides), std::to_string(sums.faults),
               yuan(sums.fare), yuan(sums.from_issuer), yuan(sums.from_place), yuan(sums.off),
               yuan(sums.fee)});
  };
  for (const auto& [who, sums] : statement) {
    row(who.first, who.second, sums);
    all.rides += sums.rides;
    all.faults += sums.faults;
    all.fare += sums.fare;
    all.from_issuer += sums.from_issuer;
    all.from_place += sums.from_place;
    all.off += sums.off;
    all.fee += sums.fee;
  }
  row(say(console, "all"), "", all);
  table.print(console.out);
  if (!before) return;
  for (const auto& [who, sums] : statement) {
    const auto then = before->find(who);
    const Sums was = then == before->end() ? Sums{} : then->second;
    console.out << say(console, "change",
                       {{"issuer", who.first},
                        {"operator", who.second},
                        {"riders", yuan(sums.from_issuer - was.from_issuer)},
                        {"place", yuan(sums.from_place - was.from_place)}})
                << '\n';
  }
}

}  // namespace

Exit fares_rate(const Console& console, const FaresRate& what) {
  const auto tariff = read_tariff(console, what.tariff);
  if (!tariff) return Exit::refused;
  const auto other = what.against.empty() ? std::nullopt : read_tariff(console, what.against);
  if (!what.against.empty() && !other) return Exit::refused;
  auto rows = RowReader::open(what.taps, row_format(what.taps));
  if (!rows) return console.fail(rows.error());
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
      add(statement, one);
      if (what.out.empty()) continue;
      lines += one.issuer + ',' + one.operator_name + ',' + one.day.text() + ',' + one.first_tap +
               ',' + one.last_tap + ',' + std::to_string(static_cast<int>(one.fault)) + ',' +
               std::to_string(one.fare) + ',' + std::to_string(one.from_issuer) + ',' +
               std::to_string(one.from_place) + ',' + std::to_string(one.off) + ',' +
               std::to_string(one.fee) + '\n';
    }
    if (!other) continue;
    for (const fares::Posting& one : fares::rated(*other, taps)) add(alternative, one);
  }
  if (!what.out.empty()) {
    if (const auto done = write_output(console, what.out, lines); !done) {
      return console.fail(done.error());
    }
  }
  print(console, statement, nullptr);
  if (other) {
    console.out << '\n' << say(console, "under", {{"tariff", what.against}}) << '\n';
    print(console, alternative, &statement);
  }
  return sound ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
