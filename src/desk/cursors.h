// Where a list goes on, as its reader carries it: sealed, so that it tells nothing of the row it
// stands at, and bound to who asked for what, so that it opens nothing elsewhere.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::desk {

class Cursors {
 public:
  // With the key in `file`, made when it is not there. Without one that can be kept, cursors end
  // with the process.
  explicit Cursors(const std::filesystem::path& file);

  // Of an empty place, the end of a list, an empty text. The same place of the same list is always
  // the same text.
  [[nodiscard]] std::string seal(std::string_view place, std::string_view of) const;
  // nullopt: not ours, or of another list.
  [[nodiscard]] std::optional<std::string> open(std::string_view cursor, std::string_view of) const;

 private:
  std::string key_;
};

}  // namespace bashu::desk
