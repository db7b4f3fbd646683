// bashu journal move: from the directory to a server, or back.

#include <ostream>

#include "journal/postgres.h"
#include "main/commands.h"
#include "node/custody.h"
#include "node/identity.h"
#include "node/storage/move.h"
#include "texts/texts.h"

namespace bashu::cli {

Exit journal_move(const Console& console, const JournalMove& what) {
  const auto fail = [&](std::string_view key) {
    const std::string words = texts::text(console.language, key, {{"text", what.to}});
    return console.fail(words, words);
  };
  const bool back = what.to == "directory";
  if (!back && !journal::is_postgres(what.to)) return fail("journal.move.where");
  if (const auto identity = node::load_identity(what.dir); !identity) {
    return console.fail(identity.error());
  }
  node::keep_files_private();
  const auto moved =
      node::move_journal(what.dir, back ? "" : what.to, [&](std::uint64_t done, std::uint64_t all) {
        console.progress(std::to_string(done) + "/" + std::to_string(all));
      });
  console.progress({});
  if (!moved) return console.fail(moved.error());
  console.out << texts::text(console.language,
                             moved->done ? "journal.move.done" : "journal.move.runs",
                             {{"count", std::to_string(moved->entries)}})
              << '\n';
  return moved->done ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
