// bashu fares: what taps cost under a tariff, and under another one.

#include <map>
#include <optional>
#include <ostream>
#include <utility>
#include <vector>

#include "base/csv.h"
#include "fares/denied.h"
#include "fares/sums.h"
#include "fares/tap_rows.h"
#include "main/commands.h"
#include "main/fares_why.h"
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

// Of a key with its section; none of none.
std::string in_words(const Console& console, const std::string& key) {
  return key.empty() ? std::string{} : texts::text(console.language, key);
}

using fares::Sums;
using Statement = fares::SumsBy;

void print(const Console& console, const Statement& statement, const std::vector<std::string>& by,
           const Statement* before) {
  using Align = Table::Align;
  const Sums all = fares::all_of(statement);
  // What only some taps have is shown where there is some of it.
  const auto counts = [&](const Sums& sums) {
    std::vector<std::pair<const char*, std::string>> out{{"rides", std::to_string(sums.rides)},
                                                         {"faults", std::to_string(sums.faults)}};
    if (all.completed > 0) out.emplace_back("completed", std::to_string(sums.completed));
    out.emplace_back("fare", yuan(sums.fare));
    out.emplace_back("from_issuer", yuan(sums.from_issuer));
    out.emplace_back("from_place", yuan(sums.from_place));
    out.emplace_back("borne", yuan(sums.off));
    if (all.denied > 0) out.emplace_back("refused", yuan(sums.refused));
    out.emplace_back("fee", yuan(sums.fee));
    return out;
  };
  std::vector<std::string> heading;
  for (const std::string& key : by) heading.push_back(say(console, "by_" + key));
  for (const auto& [key, cell] : counts(all)) heading.push_back(say(console, key));
  std::vector<Align> columns(by.size(), Align::left);
  columns.resize(heading.size(), Align::right);
  Table table{columns};
  table.add(heading);
  const auto row = [&](std::vector<std::string> cells, const Sums& sums) {
    for (auto& [key, cell] : counts(sums)) cells.push_back(std::move(cell));
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
    const Money refused = sums.refused - was.refused;
    console.out << say(console, refused == 0 ? "change" : "change_refused",
                       {{"refused", yuan(refused)},
                        {"who", name},
                        {"riders", yuan(sums.from_issuer - was.from_issuer)},
                        {"place", yuan(sums.from_place - was.from_place)},
                        {"operators", yuan(sums.off - was.off)}})
                << '\n';
  }
}

// What a row says, by `take`, which gives what is wrong with it as a key of the texts. Whether
// every row was good; nullopt if the file cannot be read; told on the console.
template <typename Take>
std::optional<bool> each_row(const Console& console, const std::string& path, Take take) {
  auto rows = RowReader::open(path, row_format({}, path));
  if (!rows) return console.fail(path, rows.error()), std::nullopt;
  bool sound = true;
  while (true) {
    auto row = rows->next();
    if (!row) return console.fail(row.error()), std::nullopt;
    if (!*row) return sound;
    const std::string wrong = (*row)->wrong ? in_language(*(*row)->wrong, console.language)
                                            : in_words(console, take(**row));
    if (wrong.empty()) continue;
    sound = false;
    console.err << path << ':' << (*row)->line << ": " << wrong << '\n';
  }
}

// A deny list; empty if no file is named. nullopt: told on the console.
std::optional<fares::Denied> read_denied(const Console& console, const std::string& path) {
  fares::Denied out;
  if (path.empty()) return out;
  const auto sound = each_row(console, path, [&](const Row& row) -> std::string {
    const auto entry = fares::denial_of(row.fields, true);
    if (!entry) return "clear.bad_denied";
    fares::deny(out, *entry);
    return {};
  });
  return sound == true ? std::optional{std::move(out)} : std::nullopt;
}

std::string csv_line(const fares::Posting& one) {
  std::string out;
  for (const std::string& cell :
       {one.issuer, one.operator_name, one.day.text(), one.first_tap, one.last_tap,
        std::to_string(static_cast<int>(one.fault)), std::to_string(one.fare),
        std::to_string(one.from_issuer), std::to_string(one.from_place), std::to_string(one.off),
        std::to_string(one.fee), one.completion, one.completed_at, std::to_string(one.refused),
        std::to_string(one.tariff_version)}) {
    out += (out.empty() ? "" : ",") + csv_cell(cell, true);  // for programs: nothing is text
  }
  return out + '\n';
}

// A tariff with the deny list that is in force.
struct Terms {
  fares::Tariff tariff;
  fares::Denied denied;
};
// What is asked for, and what it is compared with: another tariff, another list, or both.
struct Asked {
  Terms terms;
  std::optional<Terms> other;
};
std::optional<Asked> asked(const Console& console, const FaresRate& what) {
  auto tariff = read_tariff(console, what.tariff);
  auto denied = tariff ? read_denied(console, what.denied) : std::nullopt;
  if (!denied) return std::nullopt;
  Asked out{.terms = {*std::move(tariff), *std::move(denied)}, .other = std::nullopt};
  if (what.against.empty() && what.denied_against.empty()) return out;
  out.other = out.terms;
  if (!what.against.empty()) {
    tariff = read_tariff(console, what.against);
    if (!tariff) return std::nullopt;
    out.other->tariff = *std::move(tariff);
  }
  if (!what.denied_against.empty()) {
    denied = read_denied(console, what.denied_against);
    if (!denied) return std::nullopt;
    out.other->denied = *std::move(denied);
  }
  return out;
}

}  // namespace

Exit fares_rate(const Console& console, const FaresRate& what) {
  const auto terms = asked(console, what);
  if (!terms) return Exit::refused;
  std::map<std::string, std::vector<Tap>> tokens;
  const auto sound = each_row(console, what.taps, [&](const Row& row) -> std::string {
    Tap tap;
    const std::string wrong = tap_of(row, tap);
    if (!wrong.empty()) return "fares." + wrong;
    tokens[tap.token].push_back(std::move(tap));
    return {};
  });
  if (!sound) return Exit::refused;
  if (!what.why.empty()) {
    const auto token = tokens.find(what.why);
    if (token == tokens.end()) {
      console.err << say(console, "no_token", {{"token", what.why}}) << '\n';
      return Exit::refused;
    }
    print_why(console, terms->terms.tariff, terms->terms.denied, token->second);
    return *sound ? Exit::done : Exit::refused;
  }
  Statement statement, alternative;
  std::string lines =
      "issuer,operator,day,first_tap,last_tap,fault,fare,from_issuer,from_place,off,fee,"
      "completion,completed_at,refused,tariff_version\n";
  const auto rated = [&](const Terms& by, const std::vector<Tap>& taps) {
    return fares::rated(by.tariff, taps, by.denied);
  };
  for (const auto& [token, taps] : tokens) {
    for (const fares::Posting& one : rated(terms->terms, taps)) {
      fares::add(statement, one, what.by);
      if (!what.out.empty()) lines += csv_line(one);
    }
    if (!terms->other) continue;
    for (const fares::Posting& one : rated(*terms->other, taps)) {
      fares::add(alternative, one, what.by);
    }
  }
  if (!what.out.empty()) {
    if (const auto done = write_output(console, what.out, lines); !done) {
      return console.fail(done.error());
    }
  }
  print(console, statement, what.by, nullptr);
  if (terms->other) {
    const std::string& name = what.against.empty() ? what.tariff : what.against;
    const std::string& list = what.denied_against.empty() ? what.denied : what.denied_against;
    console.out << '\n'
                << say(console, list.empty() ? "under" : "under_denied",
                       {{"tariff", name}, {"denied", list}})
                << '\n';
    print(console, alternative, what.by, &statement);
  }
  return *sound ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
