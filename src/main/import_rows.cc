#include "main/import_rows.h"

#include <csv.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <set>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "main/xlsx.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

constexpr std::size_t kShownMax = 1'000;  // bytes of a row's text that are kept

// Shortened, and with `?` for what is not UTF-8.
std::string shown(std::string_view text) {
  std::string out{text.substr(0, kShownMax)};
  std::erase(out, '\0');
  while (!out.empty() && !is_utf8(out) && out.size() > kShownMax - 4 && out.size() < text.size()) {
    out.pop_back();
  }
  if (!is_json_text(out)) {
    for (char& c : out) {
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
  }
  return out;
}

Title not_text() {
  return {{"en", "The row is not UTF-8 text; save the file as UTF-8"},
          {"zh", "该行不是 UTF-8 文本，请将文件另存为 UTF-8 编码"}};
}

Title too_long() {
  return {{"en", "The row is too long (a quote that is not closed?)"},
          {"zh", "该行过长（引号未闭合？）"}};
}
Title open_quote(std::uint64_t line) {
  return texts::title("import.open_quote", {{"line", std::to_string(line)}});
}

struct Line {
  std::uint64_t number = 0;
  std::string text;  // without its end; cut off at kRowMax
  bool cut = false;
};

class LineReader {
 public:
  // With `quotes`, a line may go on within a pair of them.
  LineReader(std::FILE* file, bool quotes) : file_{file, &std::fclose}, quotes_{quotes} {}

  std::expected<std::optional<Line>, Fault> next() {
    Line line{.number = number_ + 1, .text = {}, .cut = false};
    bool any = false;
    while (true) {
      if (at_ == size_) {
        size_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
        at_ = 0;
        if (size_ == 0 && std::ferror(file_.get())) {
          return std::unexpected{
              Fault{.what = "reading the file failed", .unknown_outcome = false}};
        }
        if (size_ == 0) break;
        if (number_ == 0 && line.text.empty()) end_ = end_of_lines({buffer_.data(), size_});
      }
      any = true;
      const std::string_view rest{buffer_.data() + at_, size_ - at_};
      const std::size_t end = rest.find(end_);
      const std::string_view part = rest.substr(0, end);
      if (line.text.size() + part.size() > kRowMax) {
        line.text.append(part.substr(0, kRowMax - line.text.size()));
        line.cut = true;
      } else {
        line.text.append(part);
      }
      const std::size_t used = end == std::string_view::npos ? rest.size() : end + 1;
      at_ += used;
      bytes_ += used;
      if (end != std::string_view::npos) break;
    }
    if (!any) return std::nullopt;
    ++number_;
    if (number_ == 1 && line.text.starts_with("\xEF\xBB\xBF")) line.text.erase(0, 3);
    if (line.text.ends_with('\r')) line.text.pop_back();
    return line;
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  // As the first line ends. Old files of a Macintosh end theirs with CR alone, and may have LF
  // within a cell.
  [[nodiscard]] char end_of_lines(std::string_view begin) const {
    bool quoted = false;
    for (std::size_t i = 0; i < begin.size(); ++i) {
      if (quotes_ && begin[i] == '"') quoted = !quoted;
      if (quoted) continue;
      if (begin[i] == '\n') return '\n';
      if (begin[i] == '\r') return i + 1 < begin.size() && begin[i + 1] != '\n' ? '\r' : '\n';
    }
    return '\n';
  }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  bool quotes_ = false;
  std::array<char, 64u << 10> buffer_{};
  std::size_t at_ = 0, size_ = 0;
  std::uint64_t number_ = 0, bytes_ = 0;
  char end_ = '\n';
};

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

Row ndjson_row(const Line& line) {
  Row row{.line = line.number, .text = shown(line.text), .fields = {}, .wrong = {}};
  if (line.cut) {
    row.wrong = too_long();
    return row;
  }
  if (!is_utf8(line.text)) {
    row.wrong = not_text();
    return row;
  }
  auto value = parse_json(line.text);
  if (!value) {
    const std::string at = std::to_string(value.error().offset + 1);
    row.wrong = Title{{"en", "Not strict JSON: " + value.error().code + " at byte " + at},
                      {"zh", "不是严格的 JSON：" + value.error().code + "，第 " + at + " 字节"}};
  } else if (!value->as_record()) {
    row.wrong = Title{{"en", "A JSON object is expected"}, {"zh", "应为 JSON 对象"}};
  } else {
    row.fields = std::move(*value->as_record());
  }
  return row;
}

struct Cell {
  std::string text;
  bool absent = false;  // empty and not quoted
};

// The first row of cells is the heading, by which all others are records.
class HeadedRows {
 public:
  // `row` has its line and text; nullopt for the heading.
  std::optional<Row> take(Row row, std::vector<Cell> cells) {
    const bool text =
        std::ranges::all_of(cells, [](const Cell& c) { return is_json_text(c.text); });
    if (heading_->empty()) {
      std::vector<std::string> heading;
      for (Cell& cell : cells) heading.push_back(std::move(cell.text));
      if (!text) heading.assign(heading.size(), "?");
      find_twin(heading);
      heading_ = std::make_shared<const std::vector<std::string>>(std::move(heading));
      return std::nullopt;
    }
    row.heading = heading_;
    if (!twin_.empty()) {
      row.wrong = texts::title("import.same_heading", {{"heading", twin_}});
    } else if (!text) {
      row.wrong = not_text();
    } else if (cells.size() != heading_->size()) {
      const std::string is = std::to_string(cells.size());
      const std::string should = std::to_string(heading_->size());
      row.wrong = Title{{"en", "The row has " + is + " cells, the heading " + should},
                        {"zh", "该行有 " + is + " 个单元格，表头有 " + should + " 个"}};
    } else {
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (!cells[i].absent) row.fields.insert_or_assign((*heading_)[i], std::move(cells[i].text));
      }
    }
    return row;
  }
  [[nodiscard]] std::size_t columns() const { return heading_->size(); }

 private:
  void find_twin(const std::vector<std::string>& heading) {
    std::set<std::string_view> seen;
    for (const std::string& one : heading) {
      if (!one.empty() && one != "?" && !seen.insert(one).second) twin_ = one;
    }
  }
  std::shared_ptr<const std::vector<std::string>> heading_ =
      std::make_shared<const std::vector<std::string>>();
  std::string twin_;  // a heading of two columns
};

// libcsv is fed line by line, so that a row knows where it begins.
class CsvRows {
 public:
  CsvRows() { begin(); }
  CsvRows(const CsvRows&) = delete;
  CsvRows& operator=(const CsvRows&) = delete;
  ~CsvRows() { ::csv_free(&parser_); }

  void take(const Line& line, std::deque<Row>& out) {
    if (cells_.empty() && text_.empty()) first_ = line.number;
    text_ += text_.empty() ? line.text : "\n" + line.text;
    out_ = &out;
    bool good = !line.cut && text_.size() <= kRowMax;
    if (good) {
      const std::string fed = line.text + "\n";
      good = ::csv_parse(&parser_, fed.data(), fed.size(), &on_cell, &on_row, this) == fed.size();
    }
    if (good) return;
    const bool large = line.cut || text_.size() > kRowMax;
    refuse(
        large ? too_long()
              : Title{{"en", "Not CSV: a quote inside a cell must be doubled, and the cell quoted"},
                      {"zh", "不是 CSV：单元格内的引号须成对，且单元格须加引号"}});
  }
  void end(std::deque<Row>& out) {
    out_ = &out;
    if (::csv_fini(&parser_, &on_cell, &on_row, this) != 0) refuse(open_quote(first_));
  }

 private:
  void begin() {
    ::csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL);
    cells_.clear();
    text_.clear();
  }
  void refuse(Title why) {
    Row row{.line = first_, .text = shown(text_), .fields = {}, .wrong = std::move(why)};
    out_->push_back(std::move(row));
    ::csv_free(&parser_);
    begin();
  }
  static void on_cell(void* text, std::size_t size, void* self) {
    Cell cell{.text = {}, .absent = text == nullptr};
    if (text) cell.text.assign(static_cast<const char*>(text), size);
    static_cast<CsvRows*>(self)->cells_.push_back(std::move(cell));
  }
  static void on_row(int /*end*/, void* self) { static_cast<CsvRows*>(self)->row(); }

  void row() {
    Row row{.line = first_, .text = shown(text_), .fields = {}, .wrong = {}};
    text_.clear();
    auto read = headed_.take(std::move(row), std::exchange(cells_, {}));
    if (read) out_->push_back(std::move(*read));
  }

  ::csv_parser parser_{};
  std::deque<Row>* out_ = nullptr;
  HeadedRows headed_;
  std::vector<Cell> cells_;
  std::string text_;
  std::uint64_t first_ = 0;
};

// A row of a sheet is as wide as the heading; what stands beside it belongs to no column.
std::deque<Row> rows_of(const Worksheet& sheet) {
  HeadedRows headed;
  std::deque<Row> out;
  for (const SheetRow& row : sheet.rows) {
    std::string text;
    std::vector<Cell> cells;
    for (const auto& cell : row.cells) {
      text += (text.empty() ? "" : ",") + cell.value_or("");
      cells.push_back({.text = cell.value_or(""), .absent = !cell});
    }
    cells.resize(std::max(cells.size(), headed.columns()), {.text = {}, .absent = true});
    Row begun{.line = row.number, .text = shown(text), .fields = {}, .wrong = {}};
    const bool large = text.size() > kRowMax;
    auto read = headed.take(std::move(begun), std::move(cells));
    if (!read) continue;
    if (row.wrong) read->wrong = row.wrong;
    if (large) read->wrong = too_long();
    out.push_back(std::move(*read));
  }
  return out;
}

std::expected<const Worksheet*, Title> chosen(const std::vector<Worksheet>& sheets,
                                              const std::string& name) {
  std::string names;
  const Worksheet* only = nullptr;
  std::size_t several = 0;
  for (const Worksheet& sheet : sheets) {
    if (!name.empty() && sheet.name == name) return &sheet;
    names += (names.empty() ? "" : ", ") + sheet.name;
    if (sheet.hidden || sheet.rows.empty()) continue;
    only = &sheet;
    ++several;
  }
  if (!name.empty()) {
    return std::unexpected{texts::title("import.no_sheet", {{"sheet", name}, {"sheets", names}})};
  }
  if (several > 1) {
    return std::unexpected{texts::title("import.several_sheets", {{"sheets", names}})};
  }
  return only;
}

std::expected<std::deque<Row>, Title> read_sheet(const std::filesystem::path& file,
                                                 const std::string& name) {
  const auto sheets = read_xlsx(file);
  if (!sheets) return std::unexpected{sheets.error()};
  const auto sheet = chosen(*sheets, name);
  if (!sheet) return std::unexpected{sheet.error()};
  return *sheet ? rows_of(**sheet) : std::deque<Row>{};
}

}  // namespace

struct RowReader::Source {
  LineReader lines;
  RowFormat format;
  CsvRows csv{};
  std::deque<Row> ready{};
  bool ended = false;
};

RowReader::RowReader(std::unique_ptr<Source> source) : source_{std::move(source)} {}
RowReader::RowReader(RowReader&&) noexcept = default;
RowReader::~RowReader() = default;

RowFormat row_format(std::string_view asked, std::string_view file) {
  const auto is = [&](std::string_view name, std::string_view capitals) {
    if (!asked.empty()) return asked == name;
    return file.ends_with("." + std::string{name}) || file.ends_with("." + std::string{capitals});
  };
  if (is("csv", "CSV")) return RowFormat::csv;
  return is("xlsx", "XLSX") ? RowFormat::xlsx : RowFormat::ndjson;
}

std::expected<RowReader, Title> RowReader::open(const std::filesystem::path& file, RowFormat format,
                                                const std::string& sheet) {
  std::error_code error;
  std::FILE* opened =
      std::filesystem::is_regular_file(file, error) ? std::fopen(file.c_str(), "rbe") : nullptr;
  if (!opened) {
    return std::unexpected{texts::title("import.unreadable", {{"file", file.string()}})};
  }
  auto source = std::make_unique<Source>(LineReader{opened, format == RowFormat::csv}, format);
  if (format == RowFormat::xlsx) {
    auto rows = read_sheet(file, sheet);
    if (!rows) return std::unexpected{rows.error()};
    source->ready = std::move(*rows);
    source->ended = true;
  }
  return RowReader{std::move(source)};
}

std::expected<std::optional<Row>, Fault> RowReader::next() {
  Source& s = *source_;
  while (s.ready.empty() && !s.ended) {
    const auto line = s.lines.next();
    if (!line) return std::unexpected{line.error()};
    if (!*line) {
      s.ended = true;
      if (s.format == RowFormat::csv) s.csv.end(s.ready);
    } else if (s.format == RowFormat::csv) {
      s.csv.take(**line, s.ready);
    } else if (!blank((*line)->text)) {
      return ndjson_row(**line);
    }
  }
  if (s.ready.empty()) return std::nullopt;
  Row row = std::move(s.ready.front());
  s.ready.pop_front();
  return row;
}

std::uint64_t RowReader::bytes_read() const { return source_->lines.bytes(); }

}  // namespace bashu::cli
