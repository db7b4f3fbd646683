#include "base/divisions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace bashu {

namespace {

constexpr std::string_view kHeader =
    "code\tname_zh\tname_en\tvalid_from\tvalid_to\tsuccessors\tstatus\tnote";
constexpr std::size_t kColumns = 8;
constexpr std::size_t kTextMax = 4U << 20;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_code(std::string_view text) {
  return text.size() == 6 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<Division::Status> status_named(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {"listed", "reported", "recalled",
                                                      "provisional"};
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Division::Status>(found - kNames.begin());
}

// Reads one line; what is wrong goes into `wrong`.
Division read_line(std::string_view line, std::vector<std::string>& wrong) {
  Division division;
  const std::vector<std::string_view> column = split(line, '\t');
  if (column.size() != kColumns) {
    wrong.push_back("must have 8 columns parted by tabs, has " + std::to_string(column.size()));
    return division;
  }
  division.code = column[0];
  if (!is_code(column[0])) wrong.emplace_back("a code has six digits");
  division.name = {{"zh", std::string{column[1]}}, {"en", std::string{column[2]}}};
  if (column[1].empty() || column[2].empty()) wrong.emplace_back("a name is missing");
  const auto date = [&](std::string_view text) -> std::optional<Date> {
    if (text.empty()) return std::nullopt;
    const std::optional<Date> read = Date::parse(text);
    if (!read) wrong.push_back("no day of the calendar: " + std::string{text});
    return read;
  };
  division.from = date(column[3]);
  division.until = date(column[4]);
  if (division.from && division.until && *division.from >= *division.until) {
    wrong.emplace_back("ends before it begins");
  }
  if (!column[5].empty()) {
    for (const std::string_view code : split(column[5], ','))
      division.successors.emplace_back(code);
  }
  if (division.successors.empty() == division.until.has_value()) {
    wrong.emplace_back("has successors if and only if it ended");
  }
  const std::optional<Division::Status> status = status_named(column[6]);
  if (!status) wrong.emplace_back("status must be listed, reported, recalled or provisional");
  division.status = status.value_or(Division::Status::recalled);
  division.note = column[7];
  return division;
}

bool overlap(const Division& a, const Division& b) {
  const bool a_first = a.until && b.from && *a.until <= *b.from;
  const bool b_first = b.until && a.from && *b.until <= *a.from;
  return !a_first && !b_first;
}

}  // namespace

bool Division::in_force(Date on) const { return (!from || *from <= on) && (!until || on < *until); }

Division::Level Division::level() const {
  if (code.ends_with("0000")) return Level::province;
  return code.ends_with("00") ? Level::prefecture : Level::county;
}

std::expected<Divisions, std::vector<Finding>> Divisions::read(std::string_view text) {
  std::vector<Finding> findings;
  const auto find = [&](int line, std::string what) {
    findings.push_back({.line = line, .column = 1, .path = {}, .text = std::move(what)});
  };
  if (text.size() > kTextMax || !is_utf8(text)) {
    find(0, "must be UTF-8 of at most 4 MiB");
    return std::unexpected{std::move(findings)};
  }
  Divisions divisions;
  bool header = false;
  int number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!std::exchange(header, true)) {
      if (line != kHeader) find(number, "the first line must be " + std::string{kHeader});
      continue;
    }
    std::vector<std::string> wrong;
    Division division = read_line(line, wrong);
    for (std::string& what : wrong) find(number, std::move(what));
    if (!wrong.empty()) continue;
    std::vector<Division>& same_code = divisions.by_code_[division.code];
    for (const Division& other : same_code) {
      if (overlap(division, other)) find(number, "the code had another division on the same day");
    }
    same_code.push_back(std::move(division));
  }
  if (!header) find(1, "the file is empty");
  for (auto& [code, same_code] : divisions.by_code_) {
    std::ranges::sort(same_code, {}, [](const Division& d) { return d.from; });
    for (const Division& division : same_code) {
      for (const std::string& successor : division.successors) {
        if (divisions.find(successor, *division.until)) continue;
        find(0, code + ": its successor " + successor + " was not in force on " +
                    division.until->text());
      }
    }
  }
  if (!findings.empty()) return std::unexpected{std::move(findings)};
  return divisions;
}

const Division* Divisions::find(std::string_view code, Date on) const {
  const auto same_code = by_code_.find(code);
  if (same_code == by_code_.end()) return nullptr;
  for (const Division& division : same_code->second) {
    if (division.in_force(on)) return &division;
  }
  return nullptr;
}

std::vector<const Division*> Divisions::heirs(std::string_view code, Date then, Date now) const {
  std::vector<const Division*> heirs;
  std::vector<const Division*> waiting;
  if (const Division* division = find(code, then)) waiting.push_back(division);
  // Ends: every successor was in force when its predecessor ended, so it ended later itself.
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const Division* division = waiting[i];
    if (!division->until || now < *division->until) {
      heirs.push_back(division);
      continue;
    }
    for (const std::string& successor : division->successors) {
      const Division* next = find(successor, *division->until);
      if (next && std::ranges::find(waiting, next) == waiting.end()) waiting.push_back(next);
    }
  }
  return heirs;
}

std::optional<Title> Divisions::doubt(std::string_view code, Date on) const {
  if (find(code, on)) return std::nullopt;
  const auto same_code = by_code_.find(code);
  if (same_code == by_code_.end()) {
    const std::string_view province = code.substr(0, 2);
    const auto next = by_code_.lower_bound(province);
    if (next == by_code_.end() || !next->first.starts_with(province)) return std::nullopt;
    return Title{{"en", "No division has this code."}, {"zh", "没有此行政区划代码。"}};
  }
  const Division& last = same_code->second.back();
  if (!last.until || on < *last.until) {
    const std::string from = last.from ? last.from->text() : "";
    return Title{{"en", last.name.at("en") + " has this code from " + from + " on."},
                 {"zh", "该代码自 " + from + " 起为" + last.name.at("zh") + "。"}};
  }
  std::string en;
  std::string zh;
  for (const Division* heir : heirs(code, last.until->plus_days(-1), on)) {
    en += (en.empty() ? "; now " : ", ") + heir->code + " " + heir->name.at("en");
    zh += (zh.empty() ? "；现为 " : "、") + heir->code + " " + heir->name.at("zh");
  }
  const std::string until = last.until->text();
  return Title{{"en", last.name.at("en") + " ended on " + until + en + "."},
               {"zh", last.name.at("zh") + "已于 " + until + " 撤销" + zh + "。"}};
}

std::vector<const Division*> Divisions::in_force(Date on) const {
  std::vector<const Division*> all;
  for (const auto& [code, same_code] : by_code_) {
    for (const Division& division : same_code) {
      if (division.in_force(on)) all.push_back(&division);
    }
  }
  return all;
}

}  // namespace bashu
