// Reads a pack: strict YAML or JSON, then every check of docs/formats/pack.md section 13 but the
// running of its scenarios.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "packs/pack.h"

namespace bashu::packs {

// Of a pack as JSON.
inline constexpr JsonLimits kSourceLimits{.depth = 64, .values = 500'000};

struct Loaded {
  PackPtr pack;                   // nullptr if some finding is no note
  std::vector<Finding> findings;  // in the order of the file
  // Where the steps of each scenario stand, from 1; empty of a pack without positions.
  std::vector<std::vector<int>> step_lines;
};

// Reports all faults at once. The text is refused beyond 4 MiB, its canonical form beyond 1 MiB.
[[nodiscard]] Loaded load(std::string_view text);
// A text is never taken for a Value that is one.
[[nodiscard]] inline Loaded load(const std::string& text) { return load(std::string_view{text}); }
[[nodiscard]] inline Loaded load(const char* text) { return load(std::string_view{text}); }
// The same from data already read, e.g. a canonical pack that came from a peer (no positions).
[[nodiscard]] Loaded load(const Value& source);
// A pack that was adopted, as events and snapshots hold it: canonical JSON. What it says must be
// understood; but rules that only decide whether a pack may be adopted (names apart, lint,
// scenarios) are not asked again, so that one added since does not stop a node that adopted it
// before.
[[nodiscard]] Loaded load_adopted(std::string_view source);

}  // namespace bashu::packs
