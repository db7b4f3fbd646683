// Where the command line reads and writes, in which language, and with which outcome.
#pragma once

#include <cstdint>
#include <expected>
#include <iosfwd>
#include <string>
#include <string_view>

#include "base/error.h"

namespace bashu::cli {

enum class Exit : std::uint8_t {
  done = 0,
  refused = 1,  // refused, or not valid
  usage = 2,    // the command was misspelt, or a file or peer failed
};

struct Console {
  std::ostream& out;
  std::ostream& err;
  std::string language = "en";  // zh, en
  bool err_is_terminal = false;

  // The text in the reader's language.
  [[nodiscard]] std::string_view say(std::string_view en, std::string_view zh) const {
    return language == "zh" ? zh : en;
  }
  // Prints `bashu: ...` to err.
  Exit fail(const Fault& fault) const;
  Exit fail(std::string_view en, std::string_view zh) const;
  Exit fail(const std::string& file, const Title& why) const;
  // A refusal with all its reasons.
  Exit refuse(const Reject& reject) const;
  // One line that is written over, only on a terminal; an empty text removes it.
  void progress(std::string_view text) const;
};

// Whole or not at all. `-` and empty mean standard output.
[[nodiscard]] std::expected<void, Fault> write_output(const Console& console,
                                                      const std::string& file,
                                                      std::string_view text);

}  // namespace bashu::cli
