// Journals as they were once written, kept in tests/data/recorded: whatever build, machine or
// version reads them, each entry is sound and the state has the digest that was noted then.
//
//     <party>/node.json, journal.db   a node's directory without its secrets
//     digests                         party, entries, root and state of each
//
// They come from a seed of the simulator. BASHU_WRITE_GOLDEN=1 writes them again: needed only if
// the form of a snapshot row changes, for then equal states have another digest. The commit that
// does so says why.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "base/bytes.h"
#include "evidence/entry.h"
#include "journal/journal.h"
#include "node/replay.h"
#include "node/snapshot.h"
#include "node/storage/memory.h"
#include "node/verify.h"
#include "sqlite/database.h"
#include "testing/checkout.h"
#include "world.h"

namespace bashu::sim {
namespace {

namespace fs = std::filesystem;

const fs::path kRecorded = checkout("tests/data/recorded");
constexpr Options kRun{.seed = 8, .steps = 2'500};  // a circle founded under faults

std::string read(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string line(const std::string& party, const node::Verification& found) {
  return party + ' ' + std::to_string(found.entries) + ' ' + hex(found.root) + ' ' +
         hex(found.state) + '\n';
}

void record() {
  World world{kRun, nullptr};
  const Result result = world.run();
  ASSERT_FALSE(result.broken) << result.broken->detail;
  std::string digests;
  fs::remove_all(kRecorded);
  for (const auto& machine : world.machines()) {
    const fs::path dir = kRecorded / machine->party().text();
    fs::create_directories(dir);
    fs::copy_file(machine->dir() / "node.json", dir / "node.json");
    {
      const auto journal = journal::open_sqlite(dir);
      ASSERT_TRUE(journal);
      for (const journal::Commit& commit : machine->disk().commits()) {
        ASSERT_TRUE((*journal)->append(commit));
      }
    }
    {
      // One file, and none beside it when it is read.
      auto database = sqlite::Database::open((dir / "journal.db").string(), sqlite::Access::create);
      ASSERT_TRUE(database);
      (*database)->exec("VACUUM; PRAGMA journal_mode=DELETE");
      ASSERT_TRUE((*database)->check());
    }
    const auto found = node::verify(dir);
    ASSERT_TRUE(found && !found->unsound);
    digests += line(machine->party(), *found);
    fs::remove(dir / "lock");
  }
  std::ofstream{kRecorded / "digests"} << digests;
}

// Copies, since reading a database may write beside it.
class Recorded : public testing::Test {
 protected:
  void SetUp() override {
    if (::secure_getenv("BASHU_WRITE_GOLDEN") != nullptr) record();
    dir_ = fs::temp_directory_path() / ("bashu-recorded-" + std::to_string(::getpid()));
    fs::remove_all(dir_);
    fs::copy(kRecorded, dir_, fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(dir_); }
  fs::path dir_;
};

TEST_F(Recorded, JournalsGiveTheSameStateInEveryBuild) {
  std::string digests;
  for (const std::string party : {"sichuan", "chongqing"}) {
    const auto found = node::verify(dir_ / party);
    ASSERT_TRUE(found) << found.error().what;
    ASSERT_FALSE(found->unsound) << found->unsound->code << " at " << found->unsound->position;
    EXPECT_GT(found->entries, 300U);
    digests += line(party, *found);
  }
  EXPECT_EQ(digests, read(kRecorded / "digests"));
  const auto compared = node::compare(dir_ / "sichuan", dir_ / "chongqing");
  ASSERT_TRUE(compared);
  EXPECT_FALSE(compared->unsound);
}

// Whatever stretches it is replayed in, with a snapshot written and read between them.
TEST_F(Recorded, AReplayInStretchesGivesTheSameState) {
  for (const core::PartyId party : {"sichuan", "chongqing"}) {
    const auto journal = journal::open_sqlite(dir_ / party.text(), true);
    ASSERT_TRUE(journal);
    core::State whole{party};
    const std::uint64_t size = (*journal)->size();
    ASSERT_TRUE(node::replay(**journal, 0, size, whole));
    auto state = std::make_unique<core::State>(party);
    std::uint64_t at = 0;
    for (int stretch = 0; at < size; ++stretch) {
      const auto commits = (*journal)->read(at, 1 + static_cast<std::size_t>(stretch) * 40'000);
      ASSERT_TRUE(commits && !commits->empty());
      const std::uint64_t to = commits->back().first + commits->back().count;
      ASSERT_TRUE(node::replay(**journal, at, to, *state));
      at = to;
      node::MemoryFiles files;
      const auto written = node::write_snapshot(files, "between", *state, {.size = at, .root = {}});
      ASSERT_TRUE(written);
      auto back = node::read_snapshot(files, "between");
      ASSERT_TRUE(back);
      EXPECT_EQ(back->digest, *written);
      state = std::move(back->state);
    }
    EXPECT_EQ(node::state_digest(*state), node::state_digest(whole));
  }
}

// The check can fail: one byte of an effect, with every digest above it left alone or made anew.
TEST_F(Recorded, AnotherByteIsAnotherJournal) {
  const auto journal = journal::open_sqlite(dir_ / "sichuan", true);
  ASSERT_TRUE(journal);
  const auto commits = (*journal)->read(200, 1);
  ASSERT_TRUE(commits && !commits->empty());
  auto record = evidence::decode_commit(commits->front().record);
  ASSERT_TRUE(record);
  record->entries.front().effect.back() ^= 1;
  auto database =
      sqlite::Database::open((dir_ / "sichuan" / "journal.db").string(), sqlite::Access::create);
  ASSERT_TRUE(database);
  const std::string bytes = evidence::encode_commit(*record);
  (*database)
      ->prepared("UPDATE commits SET record=? WHERE first=?")
      .bind_bytes(0, bytes)
      .bind(1, static_cast<std::int64_t>(commits->front().first))
      .run();
  ASSERT_TRUE((*database)->check());
  const auto found = node::verify(dir_ / "sichuan");
  ASSERT_TRUE(found);
  ASSERT_TRUE(found->unsound);
  EXPECT_EQ(found->unsound->position, commits->front().first);
}

}  // namespace
}  // namespace bashu::sim
