#include "main/xlsx.h"

#include <expat.h>
#include <zip.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "texts/texts.h"

namespace bashu::cli {

namespace {

constexpr std::size_t kPartMax = 512u << 20;  // bytes of one part, unpacked
constexpr std::size_t kColumnMax = 16'384;    // of a sheet, as the standard has it

using Attributes = std::map<std::string, std::string, std::less<>>;

// A part of XML on its way through Expat. Prefixes of names are dropped: parts differ in them.
struct Handler {
  std::function<void(std::string_view name, const Attributes& attributes)> begin;
  std::function<void(std::string_view name)> end;
  std::function<void(std::string_view text)> text;
};

std::string_view local(const char* name) {
  const std::string_view whole{name};
  return whole.substr(whole.find(':') == std::string_view::npos ? 0 : whole.find(':') + 1);
}

void on_begin(void* self, const XML_Char* name, const XML_Char** given) {
  Attributes attributes;
  for (; *given; given += 2) attributes.emplace(local(given[0]), given[1]);
  static_cast<Handler*>(self)->begin(local(name), attributes);
}
void on_end(void* self, const XML_Char* name) { static_cast<Handler*>(self)->end(local(name)); }
void on_text(void* self, const XML_Char* text, int size) {
  static_cast<Handler*>(self)->text({text, static_cast<std::size_t>(size)});
}

std::string attribute(const Attributes& attributes, std::string_view name) {
  const auto it = attributes.find(name);
  return it == attributes.end() ? "" : it->second;
}

class Archive {
 public:
  explicit Archive(const std::filesystem::path& file)
      : zip_{zip_open(file.c_str(), ZIP_RDONLY, nullptr), &zip_discard} {}

  [[nodiscard]] bool is_open() const { return zip_ != nullptr; }
  [[nodiscard]] bool has(const std::string& part) const {
    return zip_name_locate(zip_.get(), part.c_str(), 0) >= 0;
  }
  // False: there is no such part, it is no XML, or it is too large.
  [[nodiscard]] bool read(const std::string& part, Handler handler) const {
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> in{
        zip_fopen(zip_.get(), part.c_str(), 0), &zip_fclose};
    const std::unique_ptr<std::remove_pointer_t<XML_Parser>, void (*)(XML_Parser)> parser{
        XML_ParserCreate(nullptr), &XML_ParserFree};
    if (!in || !parser) return false;
    XML_SetUserData(parser.get(), &handler);
    XML_SetElementHandler(parser.get(), &on_begin, &on_end);
    XML_SetCharacterDataHandler(parser.get(), &on_text);
    std::array<char, 64u << 10> buffer{};
    for (std::size_t all = 0; all <= kPartMax;) {
      const zip_int64_t got = zip_fread(in.get(), buffer.data(), buffer.size());
      if (got < 0) return false;
      all += static_cast<std::size_t>(got);
      if (XML_Parse(parser.get(), buffer.data(), static_cast<int>(got), got == 0) !=
          XML_STATUS_OK) {
        return false;
      }
      if (got == 0) return true;
    }
    return false;
  }

 private:
  std::unique_ptr<zip_t, void (*)(zip_t*)> zip_;
};

// `B3` is column 1.
std::optional<std::size_t> column_of(std::string_view place) {
  std::size_t column = 0;
  for (const char c : place) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<std::size_t>(c - 'A') + 1;
    if (column > kColumnMax) return std::nullopt;
  }
  if (column == 0) return std::nullopt;
  return column - 1;
}

// Spreadsheets hold binary fractions and show 15 digits of them: 0.1 + 0.2 is 0.3.
std::string number_text(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return text;
  std::array<char, 64> shown{};
  std::snprintf(shown.data(), shown.size(), "%.15g", value);
  return shown.data();
}

bool shared_strings(const Archive& archive, const std::string& part,
                    std::vector<std::string>& out) {
  bool wanted = false;
  int phonetic = 0;
  return archive.read(part, {.begin =
                                 [&](std::string_view name, const Attributes&) {
                                   if (name == "si") out.emplace_back();
                                   if (name == "rPh") ++phonetic;
                                   wanted = name == "t" && phonetic == 0 && !out.empty();
                                 },
                             .end =
                                 [&](std::string_view name) {
                                   if (name == "rPh") --phonetic;
                                   wanted = false;
                                 },
                             .text =
                                 [&](std::string_view text) {
                                   if (wanted) out.back() += text;
                                 }});
}

// Reads `row` and `c` of one sheet.
class SheetReader {
 public:
  SheetReader(const std::vector<std::string>& shared, std::vector<SheetRow>& out)
      : shared_{shared}, out_{out} {}

  bool read(const Archive& archive, const std::string& part) {
    return archive.read(
        part, {.begin = [&](std::string_view name, const Attributes& a) { begin(name, a); },
               .end = [&](std::string_view name) { end(name); },
               .text =
                   [&](std::string_view text) {
                     if (wanted_) text_ += text;
                   }});
  }

 private:
  void begin(std::string_view name, const Attributes& attributes) {
    if (name == "row") {
      const std::string number = attribute(attributes, "r");
      row_ = SheetRow{.number = before_ + 1, .cells = {}, .wrong = {}};
      std::from_chars(number.data(), number.data() + number.size(), row_.number);
      next_ = 0;
    } else if (name == "c") {
      place_ = attribute(attributes, "r");
      kind_ = attribute(attributes, "t");
      column_ = place_.empty() ? next_ : column_of(place_).value_or(kColumnMax);
      next_ = column_ + 1;
      text_.clear();
      has_value_ = formula_ = false;
    } else if (name == "f") {
      formula_ = true;
    } else if (name == "rPh") {
      ++phonetic_;
    }
    wanted_ = name == "v" || (name == "t" && phonetic_ == 0);
    has_value_ = has_value_ || wanted_;
  }
  void end(std::string_view name) {
    wanted_ = false;
    if (name == "rPh") --phonetic_;
    if (name == "c") end_cell();
    if (name != "row") return;
    before_ = row_.number;
    if (!row_.cells.empty() || row_.wrong) out_.push_back(std::exchange(row_, {}));
  }
  void end_cell() {
    const Places where{{"cell", place_}, {"text", text_}};
    if (column_ >= kColumnMax) return refuse("import.cell_unknown", where);
    if (kind_ == "e") return refuse("import.cell_error", where);
    if (formula_ && !has_value_) return refuse("import.cell_formula", where);
    if (text_.empty()) return;
    if (kind_ == "s") {
      std::size_t index = 0;
      const auto [last, error] = std::from_chars(text_.data(), text_.data() + text_.size(), index);
      if (error != std::errc{} || index >= shared_.size()) {
        return refuse("import.cell_unknown", where);
      }
      text_ = shared_[index];
    } else if (kind_ == "b") {
      text_ = text_ == "1" ? "TRUE" : "FALSE";
    } else if (kind_.empty() || kind_ == "n") {
      text_ = number_text(text_);
    }
    if (text_.empty()) return;
    if (row_.cells.size() <= column_) row_.cells.resize(column_ + 1);
    row_.cells[column_] = std::move(text_);
  }
  using Places = texts::Places;
  void refuse(std::string_view key, const Places& where) { row_.wrong = texts::title(key, where); }

  const std::vector<std::string>& shared_;
  std::vector<SheetRow>& out_;
  SheetRow row_;
  std::string place_, kind_, text_;
  std::uint64_t before_ = 0;  // number of the row before
  std::size_t column_ = 0, next_ = 0;
  int phonetic_ = 0;
  bool wanted_ = false, has_value_ = false, formula_ = false;
};

// Relations of the workbook: id to part, and the part of shared strings.
struct Relations {
  std::map<std::string, std::string> parts;
  std::string shared;
};

std::optional<Relations> relations(const Archive& archive) {
  Relations out;
  const auto take = [&](std::string_view name, const Attributes& attributes) {
    if (name != "Relationship") return;
    const std::string target = attribute(attributes, "Target");
    const std::string part = target.starts_with('/') ? target.substr(1) : "xl/" + target;
    if (attribute(attributes, "Type").ends_with("/sharedStrings")) out.shared = part;
    out.parts.emplace(attribute(attributes, "Id"), part);
  };
  const bool read = archive.read("xl/_rels/workbook.xml.rels",
                                 {.begin = take, .end = [](auto) {}, .text = [](auto) {}});
  if (!read) return std::nullopt;
  return out;
}

}  // namespace

std::expected<std::vector<Worksheet>, Title> read_xlsx(const std::filesystem::path& file) {
  const auto refused = [](std::string_view key) { return std::unexpected{texts::title(key)}; };
  const Archive archive{file};
  if (!archive.is_open()) return refused("import.no_workbook");
  const auto related = relations(archive);
  if (!related) return refused("import.no_workbook");
  std::vector<Worksheet> sheets;
  std::vector<std::string> ids;
  bool from_1904 = false;
  const auto take = [&](std::string_view name, const Attributes& attributes) {
    if (name == "workbookPr") {
      const std::string flag = attribute(attributes, "date1904");
      from_1904 = flag == "1" || flag == "true";
    } else if (name == "sheet") {
      const std::string state = attribute(attributes, "state");
      sheets.push_back({.name = attribute(attributes, "name"),
                        .hidden = state == "hidden" || state == "veryHidden",
                        .rows = {}});
      ids.push_back(attribute(attributes, "id"));
    }
  };
  if (!archive.read("xl/workbook.xml", {.begin = take, .end = [](auto) {}, .text = [](auto) {}})) {
    return refused("import.no_workbook");
  }
  if (from_1904) return refused("import.days_from_1904");
  std::vector<std::string> shared;
  if (!related->shared.empty() && !shared_strings(archive, related->shared, shared)) {
    return refused("import.broken_workbook");
  }
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    const auto part = related->parts.find(ids[i]);
    if (part == related->parts.end() || !archive.has(part->second)) {
      return refused("import.broken_workbook");
    }
    if (!part->second.contains("worksheets/")) continue;  // a sheet that is a chart
    if (!SheetReader{shared, sheets[i].rows}.read(archive, part->second)) {
      return refused("import.broken_workbook");
    }
  }
  return sheets;
}

}  // namespace bashu::cli
