// The divisions of a circle as shapes: a circle's map.tsv, made by tools/map/make_map.py.
//
//     480 359                                             width, height
//     500101  万州区  Wanzhou District  413  156  M432 162l...   code, names, middle, SVG path
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/title.h"

namespace bashu::travel {
class Computed;
}

namespace bashu::site {

struct Map {
  int width = 0, height = 0;
  struct Area {
    std::string code;  // of a county
    Title name;
    int x = 0, y = 0;  // about its middle
    std::string path;
  };
  std::vector<Area> areas;                       // in order of codes
  std::shared_ptr<travel::Computed> computed{};  // how long one travels; null: not known

  // `Wanzhou District` of 500101; empty: not on this map.
  [[nodiscard]] const Title* name(std::string_view code) const;
};

// DIR/map.tsv and DIR/network (travel/network.h); a map without areas if there is no such file.
[[nodiscard]] std::expected<std::shared_ptr<const Map>, Fault> load_map(
    const std::filesystem::path& folder);
[[nodiscard]] std::expected<std::shared_ptr<const Map>, Fault> read_map(std::string_view text,
                                                                        const std::string& name);

// Whether a county lies in a division: `510100` and `51` are all that begins with 5101, 51.
[[nodiscard]] bool lies_in(std::string_view county, std::string_view division);
// A code of six digits, as divisions have.
[[nodiscard]] bool is_division(std::string_view text);

}  // namespace bashu::site
