#include "main/clear_book.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <ostream>
#include <set>
#include <utility>

#include "base/json.h"
#include "clearing/bounds.h"
#include "fares/denied.h"
#include "fares/taking.h"
#include "fares/tap_rows.h"
#include "main/import_rows.h"
#include "main/taps.h"
#include "medical/bills.h"
#include "medical/bounds.h"
#include "node/files.h"

namespace bashu::cli {

namespace {

namespace fs = std::filesystem;
using clearing::Entry;
using clearing::Statement;
constexpr unsigned kMode = 0644;
constexpr std::size_t kIssuersTold = 10;

fs::path numbered(const fs::path& dir, const std::string& name, std::size_t number,
                  const char* suffix) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "-%04zu", number);
  return dir / (name + text.data() + suffix);
}

std::string ndjson(const std::vector<Entry>& lines) {
  std::string out;
  for (const Entry& line : lines) out += canonical_json(clearing::to_value(line)) + '\n';
  return out;
}

// Each row of a file to `take`, which gives what is wrong with it, or nothing. False if a row was
// wrong or the file cannot be read; told on the console.
template <typename Take>
bool each_row(const Console& console, const std::string& path, Take take) {
  auto rows = RowReader::open(path, row_format({}, path));
  if (!rows) return console.fail(path, rows.error()), false;
  bool sound = true;
  while (true) {
    auto row = rows->next();
    if (!row) return console.fail(row.error()), false;
    if (!*row) return sound;
    const std::string wrong =
        (*row)->wrong ? in_language(*(*row)->wrong, console.language) : take(**row);
    if (wrong.empty()) continue;
    sound = false;
    console.err << path << ':' << (*row)->line << ": " << wrong << '\n';
  }
}

// What is wrong with a row of taps, in words.
std::string tap_in(const Console& console, const Row& row, fares::Tap& tap) {
  const std::string wrong = tap_of(row, tap);
  return wrong.empty() ? wrong : texts::text(console.language, "fares." + wrong);
}

// Whether one of the sides of a book runs something of its tariff.
bool runs_on_a_side(const fares::Tariff& tariff, const ClearBook& book) {
  const auto runs = [&](const fares::Tariff& edition) {
    return std::ranges::any_of(edition.groups, [&](const auto& group) {
      return group.second.party == book.side || group.second.party == book.other;
    });
  };
  return runs(tariff) || std::ranges::any_of(tariff.editions, runs);
}

// Whether no two claims are of one name, and all can be summed; told if not.
bool can_be_stated(const Console& console, const std::vector<Entry>& claims) {
  const clearing::Fitness fit = clearing::fitness(claims);
  if (fit.unfit == clearing::Unfit::none) return true;
  console.err << (fit.unfit == clearing::Unfit::twice
                      ? clear_text(console, "claim_twice", {{"id", fit.line}})
                      : texts::text(console.language, "windows.sums_too_large"))
              << '\n';
  return false;
}

// What names a row in its book: of a tap its id, of a bill its id and version.
std::string name_of(const Row& row, bool bills) {
  if (!bills) return text_in(row, "id");
  const Value bill{row.fields};
  return bill.text_at("bill") + " version " + std::to_string(bill.int_at("version", 1));
}

// The rows of a book by what they are: copies, and others of a name that is taken.
class Known {
 public:
  enum class Is : std::uint8_t { fresh, copy, repeated };
  Is add(const std::string& name, const Row& row) {
    if (!contents_.insert(sha256(canonical_json(Value{row.fields}))).second) return Is::copy;
    return names_.insert(name).second ? Is::fresh : Is::repeated;
  }

 private:
  std::set<std::string> names_;
  std::set<Hash> contents_;
};

}  // namespace

std::string clear_text(const Console& console, std::string_view key, const texts::Places& places) {
  return texts::text(console.language, "clear." + std::string{key}, places);
}

std::optional<std::vector<Entry>> read_lines(const Console& console, const std::string& path) {
  const std::string file =
      fs::is_directory(path) ? (fs::path{path} / "draft.ndjson").string() : path;
  std::vector<Entry> out;
  const bool sound = each_row(console, file, [&](const Row& row) {
    auto line = clearing::entry_of(Value{row.fields});
    if (!line) return clear_text(console, "bad_line", {{"member", line.error()}});
    out.push_back(*std::move(line));
    return std::string{};
  });
  if (!sound) return std::nullopt;
  if (clearing::fitness(out).unfit != clearing::Unfit::too_large) return out;
  console.err << file << ": " << texts::text(console.language, "windows.sums_too_large") << '\n';
  return std::nullopt;
}

std::optional<Statement> read_statement(const Console& console, const std::string& path) {
  const auto text = node::read_file(path);
  if (!text) return console.fail(text.error()), std::nullopt;
  const auto value = parse_json(*text);
  auto statement = value ? clearing::statement_of(*value)
                         : std::expected<Statement, std::string>{std::unexpected{"JSON"}};
  if (statement) return *std::move(statement);
  console.err << path << ": " << clear_text(console, "bad_line", {{"member", statement.error()}})
              << '\n';
  return std::nullopt;
}

Exit ClearBook::make(const Console& console, const std::string& dir, ClearBook book,
                     const std::string& tariff) {
  if (fs::exists(fs::path{dir} / "book.json")) {
    console.err << clear_text(console, "there_already", {{"dir", dir}}) << '\n';
    return Exit::refused;
  }
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) return console.fail(Fault{dir + ": " + error.message()});
  if (!book.bills) {
    const auto read = read_tariff(console, tariff);
    if (!read) return Exit::refused;
    if (!runs_on_a_side(*read, book)) {
      console.err << clear_text(console, "no_group_of_side",
                                {{"side", book.side}, {"other", book.other}})
                  << '\n';
      return Exit::refused;
    }
    const auto text = node::read_file(tariff);
    if (!text) return console.fail(text.error());
    const auto kept = node::write_file(fs::path{dir} / "tariff.yaml", *text, kMode);
    if (!kept) return console.fail(kept.error());
  }
  const Value::Record about{
      {"side", book.side}, {"with", book.other}, {"of", book.bills ? "bills" : "taps"}};
  const auto made =
      node::write_file(fs::path{dir} / "book.json", canonical_json(about) + "\n", kMode);
  return made ? Exit::done : console.fail(made.error());
}

std::optional<ClearBook> ClearBook::open(const Console& console, const std::string& dir) {
  ClearBook book;
  book.dir_ = dir;
  const auto text = node::read_file(book.dir_ / "book.json");
  if (!text) return console.fail(text.error()), std::nullopt;
  const auto about = parse_json(*text);
  if (about) {
    book.side = about->text_at("side");
    book.other = about->text_at("with");
    book.bills = about->text_at("of") == "bills";
  }
  if (book.side.empty() || book.other.empty()) {
    console.err << dir << "/book.json: " << clear_text(console, "bad_line", {{"member", "side"}})
                << '\n';
    return std::nullopt;
  }
  if (!book.bills) {
    book.tariff = read_taken_tariff(console, (book.dir_ / "tariff.yaml").string());
    if (!book.tariff) return std::nullopt;
  }
  if (!book.read_statements(console)) return std::nullopt;
  return book;
}

// A statement is there once its .json is: its lines were written before.
bool ClearBook::read_statements(const Console& console) {
  for (std::size_t i = 1;; ++i) {
    const fs::path path = numbered(dir_, "statement", i, ".json");
    if (!fs::exists(path)) return true;
    auto statement = read_statement(console, path.string());
    if (!statement) return false;
    const auto lines = read_lines(console, numbered(dir_, "statement", i, ".ndjson").string());
    if (!lines) return false;
    // Computed again from its lines it must be the same, byte for byte.
    Statement again = clearing::statement_of(standing, *lines, {side, other}, statement->until);
    if (clearing::text_of(again) + "\n" != *node::read_file(path)) {
      console.err << clear_text(console, "changed", {{"number", std::to_string(i)}}) << '\n';
      return false;
    }
    clearing::close(standing, again, *lines);
    statements.push_back(std::move(again));
  }
}

std::vector<fs::path> ClearBook::batches(const std::string& name) const {
  std::vector<fs::path> out;
  for (std::size_t i = 1;; ++i) {
    fs::path path = numbered(dir_, name, i, ".ndjson");
    if (!fs::exists(path)) return out;
    out.push_back(std::move(path));
  }
}

fs::path ClearBook::next_batch(const std::string& name) const {
  return numbered(dir_, name, batches(name).size() + 1, ".ndjson");
}

std::string ClearBook::wrong_in(const Console& console, const Row& row) const {
  if (!bills) {
    fares::Tap tap;
    std::string wrong = tap_in(console, row, tap);
    if (!wrong.empty()) return wrong;
    if (const auto token = fares::token_with_slash({tap})) {
      return texts::text(console.language, "windows.token_slash", {{"token", *token}});
    }
    const auto group = fares::unknown_group(*tariff, {tap});
    return group ? texts::text(console.language, "windows.unknown_group", {{"group", *group}})
                 : wrong;
  }
  const Value bill{row.fields};
  if (const auto priced = medical::priced(bill); !priced) return priced.error();
  const auto beyond = medical::beyond(bill);
  return beyond ? texts::text(console.language, beyond->key, {{"what", beyond->what}})
                : std::string{};
}

std::optional<ClearBook::Taken> ClearBook::rows_of(const Console& console,
                                                   const std::vector<std::string>& files) const {
  Known known;
  for (const fs::path& batch : batches("taken")) {
    const bool sound = each_row(console, batch.string(), [&](const Row& row) {
      static_cast<void>(known.add(name_of(row, bills), row));
      return std::string{};
    });
    if (!sound) return std::nullopt;
  }
  Taken out;
  bool sound = true;
  for (const std::string& file : files) {
    sound &= each_row(console, file, [&](const Row& row) {
      std::string wrong = wrong_in(console, row);
      if (!wrong.empty()) return wrong;
      const std::string name = name_of(row, bills);
      const Known::Is is = known.add(name, row);
      if (is == Known::Is::copy) return ++out.copies, std::string{};
      if (is == Known::Is::repeated && bills) {
        return texts::text(console.language, "windows.bill_repeated", {{"bill", name}});
      }
      if (is == Known::Is::repeated) {
        ++out.repeated;
        console.out << file << ':' << row.line << ": "
                    << clear_text(console, "repeated", {{"name", name}}) << '\n';
      }
      if (!bills && text_in(row, "issuer") != side && text_in(row, "issuer") != other) {
        ++out.strangers;
        if (out.issuers.size() < kIssuersTold) out.issuers.insert(text_in(row, "issuer"));
      }
      ++out.taken;
      out.rows += canonical_json(Value{row.fields}) + '\n';
      return std::string{};
    });
  }
  return sound ? std::optional{std::move(out)} : std::nullopt;
}

std::optional<std::string> ClearBook::denied_of(const Console& console, const std::string& file) {
  std::string rows;
  if (file.empty()) return rows;
  const bool sound = each_row(console, file, [&](const Row& row) {
    if (!fares::denial_of(row.fields, true)) return clear_text(console, "bad_denied");
    rows += canonical_json(Value{row.fields}) + '\n';
    return std::string{};
  });
  return sound ? std::optional{std::move(rows)} : std::nullopt;
}

// Everything is read before anything is kept.
Exit ClearBook::take(const Console& console, const std::vector<std::string>& files,
                     const std::string& denied) const {
  const auto list = denied_of(console, denied);
  const auto taken = rows_of(console, files);
  if (!list || !taken) {
    console.err << clear_text(console, "nothing_taken") << '\n';
    return Exit::refused;
  }
  const fs::path batch = next_batch("taken");
  if (taken->taken > 0) {
    const auto kept = node::write_file(batch, taken->rows, kMode);
    if (!kept) return console.fail(kept.error());
  }
  if (!denied.empty()) {
    const auto kept = node::write_file(next_batch("denied"), *list, kMode);
    std::error_code ignored;
    if (!kept && taken->taken > 0) fs::remove(batch, ignored);
    if (!kept) return console.fail(kept.error());
  }
  if (files.empty()) return Exit::done;
  console.out << clear_text(console, "taken",
                            {{"taken", std::to_string(taken->taken)},
                             {"copies", std::to_string(taken->copies)},
                             {"repeated", std::to_string(taken->repeated)}})
              << '\n';
  if (taken->strangers > 0) {
    std::string issuers;
    for (const std::string& one : taken->issuers) issuers += (issuers.empty() ? "" : ", ") + one;
    console.out << clear_text(console, "strangers",
                              {{"count", std::to_string(taken->strangers)}, {"issuers", issuers}})
                << '\n';
  }
  return Exit::done;
}

Exit ClearBook::refuse(const Console& console, const std::string& id, const std::string& why,
                       bool accept) const {
  const Value::Record row{{"id", id}, {"why", why}, {"accepted", accept}};
  const auto kept = node::write_file(next_batch("refused"), canonical_json(row) + '\n', kMode);
  return kept ? Exit::done : console.fail(kept.error());
}

std::optional<std::set<std::string>> ClearBook::refused(const Console& console) const {
  std::set<std::string> out;
  for (const fs::path& batch : batches("refused")) {
    const bool sound = each_row(console, batch.string(), [&](const Row& row) {
      const auto accepted = row.fields.find("accepted");
      if (accepted != row.fields.end() && accepted->second == Value{true}) {
        out.erase(text_in(row, "id"));
      } else {
        out.insert(text_in(row, "id"));
      }
      return std::string{};
    });
    if (!sound) return std::nullopt;
  }
  return out;
}

std::optional<std::vector<Entry>> ClearBook::claims(const Console& console) const {
  const auto out_of_it = refused(console);
  if (!out_of_it) return std::nullopt;
  std::map<std::string, std::vector<fares::Tap>> tokens;
  std::vector<medical::Bill> all_bills;
  fares::Denied denied;
  for (const fs::path& batch : batches("denied")) {
    const bool sound = each_row(console, batch.string(), [&](const Row& row) {
      if (const auto entry = fares::denial_of(row.fields, false)) fares::deny(denied, *entry);
      return std::string{};
    });
    if (!sound) return std::nullopt;
  }
  for (const fs::path& batch : batches("taken")) {
    const bool sound = each_row(console, batch.string(), [&](const Row& row) {
      if (bills) {
        auto bill = medical::priced(Value{row.fields});
        if (!bill) return bill.error();
        all_bills.push_back(*std::move(bill));
        return std::string{};
      }
      fares::Tap tap;
      std::string wrong = tap_in(console, row, tap);
      if (wrong.empty()) tokens[tap.token].push_back(std::move(tap));
      return wrong;
    });
    if (!sound) return std::nullopt;
  }
  std::vector<Entry> out = medical::claims(std::move(all_bills));
  for (auto& [token, taps] : tokens) {
    for (Entry& one : fares::claims(*tariff, std::move(taps), denied))
      out.push_back(std::move(one));
  }
  const auto between = std::minmax(side, other);
  std::erase_if(out, [&](const Entry& one) {
    return std::minmax(one.creditor, one.debtor) != between || out_of_it->contains(one.id);
  });
  if (!can_be_stated(console, out)) return std::nullopt;
  return out;
}

Exit ClearBook::write_draft(const Console& console, const Statement& statement,
                            const std::vector<Entry>& lines) const {
  auto kept = node::write_file(dir_ / "draft.ndjson", ndjson(lines), kMode);
  if (kept) {
    kept = node::write_file(dir_ / "draft.json", clearing::text_of(statement) + "\n", kMode);
  }
  return kept ? Exit::done : console.fail(kept.error());
}

std::optional<ClearBook::Draft> ClearBook::draft(const Console& console) const {
  const auto statement = read_statement(console, (dir_ / "draft.json").string());
  if (!statement) return std::nullopt;
  auto lines = read_lines(console, (dir_ / "draft.ndjson").string());
  if (!lines) return std::nullopt;
  Statement again = clearing::statement_of(standing, *lines, {side, other}, statement->until);
  if (clearing::text_of(again) != clearing::text_of(*statement)) {
    console.err << clear_text(console, "stale") << '\n';
    return std::nullopt;
  }
  return Draft{std::move(again), *std::move(lines)};
}

Exit ClearBook::close(const Console& console, const Draft& draft) const {
  const auto number = static_cast<std::size_t>(draft.statement.number);
  auto kept =
      node::write_file(numbered(dir_, "statement", number, ".ndjson"), ndjson(draft.lines), kMode);
  if (kept) {
    kept = node::write_file(numbered(dir_, "statement", number, ".json"),
                            clearing::text_of(draft.statement) + "\n", kMode);
  }
  if (!kept) return console.fail(kept.error());
  std::error_code ignored;
  fs::remove(dir_ / "draft.json", ignored);
  fs::remove(dir_ / "draft.ndjson", ignored);
  return Exit::done;
}

}  // namespace bashu::cli
