#include "main/offline_views.h"

#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include "node/identity.h"
#include "node/projection.h"
#include "node/storage/storage.h"
#include "views/tables.h"

namespace bashu::cli {

namespace {

constexpr auto kPatience = std::chrono::seconds{2};
constexpr auto kPause = std::chrono::milliseconds{50};

std::expected<std::unique_ptr<views::Views>, Fault> build(const Console& console,
                                                          journal::Journal& journal,
                                                          const core::PartyId& party) {
  auto views = views::Views::open({.path = ":memory:", .own = party, .rebuilding = true});
  if (!views) return std::unexpected{views.error()};
  views::Tables tables{**views};
  node::JournalEntries entries{journal};
  const auto read = node::project(entries, tables, [&] {
    console.progress(std::to_string(tables.next()) + "/" + std::to_string(journal.size()));
    return true;
  });
  console.progress({});
  if (!read) return std::unexpected{read.error()};
  if (auto ok = (*views)->finish(); !ok) return std::unexpected{ok.error()};
  return views;
}

}  // namespace

std::expected<std::unique_ptr<views::Views>, Exit> open_views(const Console& console,
                                                              const std::string& dir) {
  const auto identity = node::load_identity(dir);
  if (!identity) return std::unexpected{console.fail(identity.error())};
  const auto journal = node::open_directory(dir)->journal_to_read();
  if (!journal) return std::unexpected{console.fail(journal.error())};
  const std::uint64_t size = (*journal)->size();
  const auto file = std::filesystem::path{dir} / "views.db";
  // A running node is at most moments behind its journal.
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::filesystem::exists(file)) {
    auto views = views::Views::open_to_read(file.string());
    if (!views || (*views)->party() != identity->party) break;
    if ((*views)->entries() >= size) return std::move(*views);
    if (std::chrono::steady_clock::now() > end) break;
    std::this_thread::sleep_for(kPause);
  }
  auto built = build(console, **journal, identity->party);
  if (!built) return std::unexpected{console.fail(built.error())};
  return std::move(*built);
}

}  // namespace bashu::cli
