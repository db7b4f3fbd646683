// bashu journal move, bashu vault move: from the directory to a server, or back; bashu journal
// reopen: where it was moved from, after all.

#include <ostream>

#include "journal/postgres.h"
#include "main/commands.h"
#include "node/custody.h"
#include "node/identity.h"
#include "node/storage/move.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// A URL, or empty: into the directory.
std::expected<std::string, Exit> target(const Console& console, const std::string& dir,
                                        const std::string& to) {
  const bool back = to == "directory";
  if (!back && !journal::is_postgres(to)) {
    const std::string words = texts::text(console.language, "journal.move.where", {{"text", to}});
    return std::unexpected{console.fail(words, words)};
  }
  if (const auto identity = node::load_identity(dir); !identity) {
    return std::unexpected{console.fail(identity.error())};
  }
  node::keep_files_private();
  return back ? std::string{} : to;
}

}  // namespace

Exit vault_move(const Console& console, const VaultMove& what) {
  const auto to = target(console, what.dir, what.to);
  if (!to) return to.error();
  const auto moved = node::move_vault(what.dir, *to);
  if (!moved) return console.fail(moved.error());
  console.out << texts::text(console.language, "vault.move.done",
                             {{"count", std::to_string(*moved)}})
              << '\n';
  return Exit::done;
}

Exit journal_move(const Console& console, const JournalMove& what) {
  const auto to = target(console, what.dir, what.to);
  if (!to) return to.error();
  const auto moved = node::move_journal(what.dir, *to, [&](std::uint64_t done, std::uint64_t all) {
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

Exit journal_reopen(const Console& console, const JournalReopen& what) {
  const auto went = node::reopen_journal(what.dir, what.yes);
  if (!went) return console.fail(went.error());
  const auto say = [&](const char* name) {
    return texts::text(console.language, name,
                       {{"place", *went ? (*went)->place : ""}, {"at", *went ? (*went)->at : ""}});
  };
  if (!*went || !what.yes) {
    const std::string words = say(*went ? "journal.reopen.ask" : "journal.reopen.open");
    return console.fail(words, words);
  }
  console.out << say("journal.reopen.done") << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
