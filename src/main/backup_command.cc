// bashu backup, bashu backup rehearse, bashu restore, bashu restore release.

#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <ostream>
#include <utility>

#include "backup/backup.h"
#include "backup/restore.h"
#include "base/bytes.h"
#include "base/json.h"
#include "figures/known_at.h"
#include "main/backup_rehearsal.h"
#include "main/client.h"
#include "main/commands.h"
#include "node/custody.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace fs = std::filesystem;

namespace {

std::string say(const Console& console, std::string_view key, const texts::Places& places = {}) {
  return texts::text(console.language, key, places);
}
Exit refuse(const Console& console, std::string_view key, const texts::Places& places = {}) {
  const std::string words = say(console, key, places);
  static_cast<void>(console.fail(words, words));
  return Exit::refused;
}

// The key, or what was told about it.
std::expected<std::string, Exit> key_of(const Console& console) {
  auto key = backup::backup_key();
  if (!key) return std::unexpected{console.fail(key.error())};
  if (key->empty()) return std::unexpected{refuse(console, "backup.no_key")};
  return std::move(*key);
}

backup::Progress progress(const Console& console, const std::string& what) {
  return [&console, what](std::uint64_t done, std::uint64_t all) {
    console.progress(what + "  " + std::to_string(done) + "/" + std::to_string(all));
  };
}

std::string seconds_since(std::chrono::steady_clock::time_point begun) {
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  const std::string ms = std::to_string(took.count() % 1'000);
  return std::to_string(took.count() / 1'000) + "." + std::string(3 - ms.size(), '0') + ms;
}

std::expected<backup::Wish, Exit> wish_of(const Console& console, const std::string& from,
                                          const std::string& vault_from) {
  auto key = key_of(console);
  if (!key) return std::unexpected{key.error()};
  return backup::Wish{.from = from,
                      .to = {},
                      .vault_from = vault_from,
                      .key = std::move(*key),
                      .at = {},
                      .as_of_ms = {}};
}

}  // namespace

Exit backup_make(const Console& console, const Backup& what) {
  if (what.dir.empty() || what.to.empty()) {
    return console.fail(what.dir.empty() ? "DIR is required" : "--to is required",
                        what.dir.empty() ? "需要 DIR" : "需要 --to");
  }
  for (const std::string& folder : {what.to, what.vault_to}) {
    if (!folder.empty() && backup::nearness(what.dir, folder) != backup::Near::apart) {
      return refuse(console, "backup.near_dir", {{"folder", folder}, {"dir", what.dir}});
    }
  }
  if (!what.vault_to.empty() && backup::nearness(what.to, what.vault_to) != backup::Near::apart) {
    return refuse(console, "backup.near_vault", {{"folder", what.to}, {"vault", what.vault_to}});
  }
  auto key = key_of(console);
  if (!key) return key.error();
  node::keep_files_private();
  // The node beside it comes first.
  ::setpriority(PRIO_PROCESS, 0, 10);
  const auto begun = std::chrono::steady_clock::now();
  const auto made = backup::make(
      {.dir = what.dir, .to = what.to, .vault_to = what.vault_to, .key = std::move(*key)},
      progress(console, what.to));
  console.progress({});
  if (!made) return console.fail(made.error());
  console.out << say(console, "backup.made",
                     {{"number", std::to_string(made->number)},
                      {"entries", std::to_string(made->entries)},
                      {"new", std::to_string(made->new_entries)},
                      {"documents", std::to_string(made->new_documents)},
                      {"bytes", std::to_string(made->bytes)},
                      {"seconds", seconds_since(begun)}})
              << "\n  " << say(console, "backup.root", {{"root", hex(made->root)}}) << '\n';
  if (what.vault_to.empty()) {
    console.out << "  " << say(console, "backup.without_vault") << '\n';
  } else {
    console.out << "  "
                << say(console, "backup.vault",
                       {{"keys", std::to_string(made->vault_keys)}, {"folder", what.vault_to}})
                << '\n';
  }
  return Exit::done;
}

Exit backup_restore(const Console& console, const Restore& what) {
  if (what.from.empty() || what.to.empty()) {
    return console.fail(what.from.empty() ? "--from is required" : "--to is required",
                        what.from.empty() ? "需要 --from" : "需要 --to");
  }
  auto wish = wish_of(console, what.from, what.vault_from);
  if (!wish) return wish.error();
  wish->to = what.to;
  if (!what.at.empty() || !what.as_of.empty()) {
    constexpr int kChinaMinutes = 480;  // of a date without a zone
    const std::string& asked = what.at.empty() ? what.as_of : what.at;
    const auto known = figures::parse_known_at(asked, kChinaMinutes);
    if (!known || known->position.has_value() != what.as_of.empty()) {
      return refuse(console, what.at.empty() ? "restore.as_of" : "restore.at", {{"text", asked}});
    }
    if (known->position) {
      wish->at = known->position;
    } else {
      wish->as_of_ms = known->time_ms;
    }
  }
  node::keep_files_private();
  const auto begun = std::chrono::steady_clock::now();
  const auto done = backup::restore(*wish, progress(console, what.to));
  console.progress({});
  if (!done) return console.fail(done.error());
  console.out << say(console, "restore.done",
                     {{"dir", what.to},
                      {"party", done->party},
                      {"entries", std::to_string(done->entries)},
                      {"of", std::to_string(done->of)},
                      {"number", std::to_string(done->number)},
                      {"documents", std::to_string(done->documents)},
                      {"seconds", seconds_since(begun)}})
              << "\n  " << say(console, "backup.root", {{"root", hex(done->root)}}) << "\n  "
              << say(console, what.vault_from.empty() ? "restore.without_vault" : "restore.guarded")
              << '\n';
  return Exit::done;
}

Exit restore_release(const Console& console, const RestoreRelease& what) {
  return call_and_print(console, what.remote,
                        {.method = "POST",
                         .path = "/restored/release",
                         .body = canonical_json(Value::Record{{"note", what.note}})});
}

Exit backup_rehearse(const Console& console, const BackupRehearse& what) {
  auto wish = wish_of(console, what.from, what.vault_from);
  if (!wish) return wish.error();
  node::keep_files_private();
  const auto begun = std::chrono::steady_clock::now();
  const auto seen = rehearse(std::move(*wish), what.work,
                             [&](std::string_view step, std::uint64_t done, std::uint64_t all) {
                               console.progress(say(console, step) + "  " + std::to_string(done) +
                                                "/" + std::to_string(all));
                             });
  console.progress({});
  if (!seen) return console.fail(seen.error());
  const auto line = [&](std::string_view key, const texts::Places& places) {
    console.out << say(console, key, places) << '\n';
  };
  line("rehearse.journal", {{"party", seen->restored.party},
                            {"entries", std::to_string(seen->restored.entries)},
                            {"number", std::to_string(seen->restored.number)},
                            {"root", hex(seen->restored.root)}});
  if (seen->unsound) {
    line("rehearse.unsound", {{"code", seen->unsound->code},
                              {"entry", std::to_string(seen->unsound->position)},
                              {"text", seen->unsound->text}});
  }
  if (what.vault_from.empty()) {
    line("rehearse.without_vault", {});
  } else {
    line("rehearse.vault", {{"keys", std::to_string(seen->restored.vault_keys)},
                            {"values", std::to_string(seen->values_opened)},
                            {"erased", std::to_string(seen->keys_gone)}});
    if (seen->values_shut > 0) {
      line("rehearse.values_shut", {{"count", std::to_string(seen->values_shut)}});
    }
  }
  line("rehearse.documents", {{"count", std::to_string(seen->restored.documents)},
                              {"missing", std::to_string(seen->documents_missing)}});
  line(seen->sound() ? "rehearse.sound" : "rehearse.failed", {{"seconds", seconds_since(begun)}});
  return seen->sound() ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
