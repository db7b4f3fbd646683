// Administrative divisions (GB/T 2260) over time. A code is not a place: codes are given up,
// merged, and used again, so every question names a day.
//
//     find("500112", 2021-01-01)                  Yubei District
//     find("500112", 2026-01-01)                  nothing
//     heirs("500112", 2021-01-01, 2026-01-01)     Liangjiang New Area, Beibei District
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/title.h"

namespace bashu {

struct Division {
  // How far the entry can be relied on; the file says what each means.
  enum class Status : std::uint8_t { listed, reported, recalled, provisional };
  enum class Level : std::uint8_t { province, prefecture, county };

  std::string code;
  Title name;
  std::optional<Date> from;             // first day in force; nullopt: before anything recorded
  std::optional<Date> until;            // first day no longer in force; nullopt: still in force
  std::vector<std::string> successors;  // codes in force on `until`, the largest part first
  Status status{};
  std::string note;

  [[nodiscard]] bool in_force(Date on) const;
  [[nodiscard]] Level level() const;
};

class Divisions {
 public:
  // Lines of eight columns parted by tabs: code, name_zh, name_en, valid_from, valid_to, successors
  // (parted by commas), status, note. The first line names them; `#` begins a comment.
  [[nodiscard]] static std::expected<Divisions, std::vector<Finding>> read(std::string_view text);

  // nullptr if no division had this code on that day.
  [[nodiscard]] const Division* find(std::string_view code, Date on) const;
  // What held the code on `then`, and on `now` holds its territory: itself, or the successors of
  // its successors, each once. Empty if nothing held the code.
  [[nodiscard]] std::vector<const Division*> heirs(std::string_view code, Date then,
                                                   Date now) const;
  // What is to be said of a code written on that day: nothing if it is in force, or of a province
  // that this file does not list. Else that there is no such code, or since when it is none and
  // what took its place.
  [[nodiscard]] std::optional<Title> doubt(std::string_view code, Date on) const;
  // In the order of codes, then days.
  [[nodiscard]] std::vector<const Division*> in_force(Date on) const;

 private:
  std::map<std::string, std::vector<Division>, std::less<>> by_code_;
};

}  // namespace bashu
