// The strict subset of YAML a pack is written in (docs/formats/pack.md section 2), read by libyaml.
// Every other reader of YAML sees the same data, or the text is refused here.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/value.h"

namespace bashu::packs {

struct Position {
  int line = 0;    // from 1
  int column = 0;  // from 1, in characters
};

struct Document {
  Value root;
  // Where each value begins, by path: `services.permit.states.review.events.decide.by[0]`.
  // A member's position is that of its name.
  std::map<std::string, Position, std::less<>> positions;
  std::vector<Finding> findings;  // if any, root means nothing
  // Path to the path at which it was written, where an expansion (expand.h) has moved things.
  std::map<std::string, std::string, std::less<>> origins;

  // The position of `path`, or of its nearest known ancestor.
  [[nodiscard]] Position at(std::string_view path) const;
};

[[nodiscard]] Document read_yaml(std::string_view text);

}  // namespace bashu::packs
