// bashu fares to-gtfs, from-gtfs, tides: tariffs and taps as other systems have them, with what
// could not be carried over.

#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

#include "base/csv.h"
#include "base/json.h"
#include "fares/gtfs_fares.h"
#include "fares/tides.h"
#include "main/commands.h"
#include "main/import_rows.h"
#include "main/taps.h"
#include "node/files.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

namespace fs = std::filesystem;

std::string say(const Console& console, std::string_view key, const texts::Places& places = {}) {
  return texts::text(console.language, "fares." + std::string{key}, places);
}

void print(const Console& console, const std::vector<fares::Unsaid>& all) {
  for (const fares::Unsaid& one : all) {
    console.err << one.of << ": " << say(console, "unsaid_" + one.key) << '\n';
  }
}

std::string csv_of(const std::vector<std::map<std::string, std::string>>& rows) {
  std::string out;
  for (const auto& [column, cell] : rows.front()) out += (out.empty() ? "" : ",") + column;
  out += '\n';
  for (const auto& row : rows) {
    bool begun = false;
    for (const auto& [column, cell] : row) {
      if (std::exchange(begun, true)) out += ',';
      out += csv_cell(cell, true);  // for programs: nothing is marked as text
    }
    out += '\n';
  }
  return out;
}

// Told if it cannot be read; empty if there is no such file.
std::optional<std::vector<std::map<std::string, std::string>>> read_table(const Console& console,
                                                                          const fs::path& file) {
  std::vector<std::map<std::string, std::string>> out;
  if (!fs::exists(file)) return out;
  auto rows = RowReader::open(file, RowFormat::csv);
  if (!rows) return console.fail(file.string(), rows.error()), std::nullopt;
  while (true) {
    auto row = rows->next();
    if (!row) return console.fail(row.error()), std::nullopt;
    if (!*row) return out;
    if ((*row)->wrong) {
      console.err << file.string() << ':' << (*row)->line << ": "
                  << in_language(*(*row)->wrong, console.language) << '\n';
      return std::nullopt;
    }
    auto& cells = out.emplace_back();
    for (const auto& [column, value] : (*row)->fields) cells[column] = text_in(**row, column);
  }
}

}  // namespace

Exit fares_to_gtfs(const Console& console, const FaresToGtfs& what) {
  const auto tariff = read_tariff(console, what.tariff);
  if (!tariff) return Exit::refused;
  std::error_code error;
  fs::create_directories(what.dir, error);
  if (error) return console.fail(Fault{what.dir + ": " + error.message()});
  const fares::GtfsFares out = fares::to_gtfs(*tariff);
  for (const auto& [name, rows] : out.tables) {
    const auto done =
        write_output(console, (fs::path{what.dir} / (name + ".txt")).string(), csv_of(rows));
    if (!done) return console.fail(done.error());
  }
  print(console, out.unsaid);
  return Exit::done;
}

Exit fares_from_gtfs(const Console& console, const FaresFromGtfs& what) {
  const auto from = Date::parse(what.from);
  if (!from) {
    console.err << say(console, "bad_from") << '\n';
    return Exit::usage;
  }
  fares::GtfsTables tables;
  for (const char* name :
       {"fare_products", "fare_leg_rules", "fare_transfer_rules", "rider_categories", "stop_areas",
        "timeframes", "calendar", "calendar_dates"}) {
    auto rows = read_table(console, fs::path{what.dir} / (std::string{name} + ".txt"));
    if (!rows) return Exit::refused;
    tables[name] = *std::move(rows);
  }
  const auto read = fares::from_gtfs(
      tables, {.name = what.name, .version = what.version, .from = *from, .party = what.party});
  if (!read) {
    console.err << what.dir << '/' << read.error() << ": " << say(console, "gtfs_wrong") << '\n';
    return Exit::refused;
  }
  print(console, read->unsaid);
  const auto done = write_output(console, what.out, canonical_json(read->tariff) + '\n');
  return done ? Exit::done : console.fail(done.error());
}

Exit fares_tides(const Console& console, const FaresTides& what) {
  auto rows = RowReader::open(what.file, row_format({}, what.file));
  if (!rows) return console.fail(what.file, rows.error());
  std::string out;
  std::int64_t taps = 0, others = 0;
  while (true) {
    auto row = rows->next();
    if (!row) return console.fail(row.error());
    if (!*row) break;
    const auto tap =
        fares::tap_of_tides((*row)->fields, {.issuer = what.issuer, .group = what.group});
    if ((*row)->wrong || !tap) {
      console.err << what.file << ':' << (*row)->line << ": "
                  << ((*row)->wrong ? in_language(*(*row)->wrong, console.language)
                                    : say(console, "tides_wrong", {{"column", tap.error()}}))
                  << '\n';
      return Exit::refused;
    }
    ++(*tap ? taps : others);
    if (*tap) out += canonical_json(Value{**tap}) + '\n';
  }
  const auto done = write_output(console, what.out, out);
  if (!done) return console.fail(done.error());
  console.err << say(console, "tides_taken",
                     {{"taps", std::to_string(taps)}, {"others", std::to_string(others)}})
              << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
