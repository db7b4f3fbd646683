// What is well in a node's directory and what is not, each with what to do. Reads only; works
// beside the running node, and without it.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace bashu::cli {

enum class Level : std::uint8_t { ok, warn, fail };

struct Examined {
  // clock disk files keys vault root documents journal versions calendar peers backup doors
  std::string check;
  Level level{};
  std::string text;
  std::string todo;  // empty where all is well
};
struct Examination {
  std::filesystem::path dir;
  std::string language = "en";
  std::uint64_t disk_floor = 0;  // bytes
};
// Not a node's directory: a Fault.
[[nodiscard]] std::expected<std::vector<Examined>, Fault> examine(const Examination& what);

}  // namespace bashu::cli
