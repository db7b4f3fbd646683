#include "main/console.h"

#include <filesystem>
#include <ostream>
#include <utility>

#include "node/files.h"

namespace bashu::cli {

Exit Console::fail(const Fault& fault) const {
  progress({});
  err << "bashu: " << fault.what;
  if (fault.unknown_outcome) {
    err << say(" (it may have happened all the same)", "（仍可能已经生效）");
  }
  err << '\n';
  return Exit::usage;
}

Exit Console::fail(std::string_view en, std::string_view zh) const {
  progress({});
  err << "bashu: " << say(en, zh) << '\n';
  return Exit::usage;
}

Exit Console::fail(const std::string& file, const Title& why) const {
  const std::string text = file + ": " + in_language(why, language);
  return fail(text, text);
}

Exit Console::refuse(const Reject& reject) const {
  progress({});
  err << say("refused: ", "已拒绝：") << reject_name(reject.code) << " ("
      << static_cast<int>(reject.code) << ')';
  if (!reject.where.empty()) err << ' ' << reject.where;
  err << '\n';
  for (const Title& why : reject.why) err << "  " << in_language(why, language) << '\n';
  return Exit::refused;
}

void Console::progress(std::string_view text) const {
  if (err_is_terminal) err << "\r\x1b[K" << text << std::flush;
}

std::expected<void, Fault> write_output(const Console& console, const std::string& file,
                                        std::string_view text) {
  if (file.empty() || file == "-") {
    console.out << text << std::flush;
    return {};
  }
  constexpr unsigned kMode = 0644;
  return node::write_file(std::filesystem::absolute(file), text, kMode);
}

}  // namespace bashu::cli
