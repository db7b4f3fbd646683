// DIR/access.log: who read which personal values, who searched, and who read the journal. One JSON
// line for every such answer, without values. Each line has a number, names the one before by its
// tag, and carries a tag of its own under a key, so that a line cannot be changed, left out, moved
// or cut off at the end by whoever can edit the file but has not the key.
//
//     {"fields":[…],"key":…,"n":7,"prev":tag of 6,"principal":…,"resource":…,"tag":…,"time_ms":…}
//
// The key is DIR/keys/access.key; DIR/keys/access.end holds number and tag of the last line.
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/instant.h"
#include "base/value.h"
#include "people/principal.h"

namespace bashu::api {

struct AccessOf {
  std::string_view resource;
  std::string_view purpose{};  // as the reader said it; of restricted values
};

class AccessLog {
 public:
  // Goes on where the file ends.
  explicit AccessLog(const std::filesystem::path& dir);
  // False if it could not be written: then the values must not leave. `paths`: what was opened.
  [[nodiscard]] bool record(Instant now, const people::Principal& key, const AccessOf& what,
                            const std::vector<std::string>& paths);

 private:
  std::filesystem::path file_, end_file_;
  std::string key_;  // empty: it could not be read, and nothing is written
  std::mutex mutex_;
  std::uint64_t count_ = 0;  // lines in the chain
  std::string tag_;          // of the last one
};

// The first thing that is wrong; `line` counts from 1 in the file.
struct AccessFlaw {
  enum class Why : std::uint8_t { changed, missing, end } why{};
  std::uint64_t line = 0;
  std::uint64_t count = 0;  // of `end`: lines that were written
};
// How many lines are in the chain; `seen`, if there is one, is shown each of the file.
using SeeAccess = std::function<void(const Value& line)>;
[[nodiscard]] std::expected<std::expected<std::uint64_t, AccessFlaw>, Fault> verify_access(
    const std::filesystem::path& dir, const SeeAccess& seen = {});

// Whether a line is about the case or record `about`: all of it, or a part.
[[nodiscard]] bool is_about(const Value& line, std::string_view about);
// The lines about a case, newest first, at most so many; the chain is not verified.
[[nodiscard]] std::vector<Value> accesses_of(const std::filesystem::path& dir,
                                             std::string_view about, std::size_t most);

}  // namespace bashu::api
