// bashu circle withdraw (docs/guide/members.md).

#include "main/withdraw_command.h"

#include <ostream>

#include "exchange/signed_editions.h"
#include "node/storage/directory_files.h"
#include "node/system_environment.h"
#include "texts/texts.h"

namespace bashu::cli {

std::optional<Exit> not_signed(const Console& console,
                               const std::expected<std::optional<Title>, Fault>& why) {
  if (!why) return console.fail(why.error());
  if (!*why) return std::nullopt;
  const std::string words = in_language(**why, console.language);
  console.fail(words, words);
  return Exit::refused;
}

Exit circle_withdraw(const Console& console, const CircleWithdraw& what) {
  node::DirectoryFiles files{what.dir};
  node::SystemClock clock{0};
  const auto done = exchange::withdraw(
      files, {.digest = what.digest, .reason = what.reason, .now_s = clock.now().unix_ms / 1'000});
  if (!done) return console.fail(done.error());
  if (const auto refused = not_signed(console, done->why_not)) return *refused;
  console.out << texts::text(console.language, "circle.withdrawn",
                             {{"edition", std::to_string(done->edition)}, {"digest", what.digest}})
              << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
