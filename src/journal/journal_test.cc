// The journals, the lock of one in SQLite, tree files and index.

#include "journal/journal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "evidence/entry.h"
#include "evidence/tree.h"
#include "journal/conformance.h"
#include "journal/copy.h"
#include "journal/index.h"
#include "journal/lock.h"
#include "journal/memory.h"
#include "journal/tree_file.h"

namespace bashu::journal {
namespace {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "bashu-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Commit commit(std::uint64_t first, std::uint32_t count, std::size_t padding = 0) {
  evidence::CommitRecord record;
  record.first = first;
  for (std::uint32_t i = 0; i < count; ++i) {
    record.entries.push_back({.leaf = "leaf " + std::to_string(first + i),
                              .blind = std::string(16, 'b'),
                              .effect = std::string(padding, 'e'),
                              .evidence = ""});
  }
  record.checkpoint = "note";
  return {.first = first, .count = count, .record = evidence::encode_commit(record)};
}

void expect_kept(const Place& place) {
  const auto promises = try_promises(place);
  EXPECT_EQ(promises.size(), 7U);
  for (const Promise& promise : promises) EXPECT_EQ(promise.wrong, "") << promise.name;
}

TEST(Promises, AreKeptInFiles) {
  const Folder folder;
  expect_kept({.to_write = [&] { return open_sqlite(folder.path()); },
               .to_read = [&] { return open_sqlite(folder.path(), true); }});
}

TEST(Promises, AreKeptInMemory) {
  const auto disk = std::make_shared<MemoryDisk>();
  expect_kept(
      {.to_write = [&] { return disk->open(); }, .to_read = [&] { return disk->open(true); }});
}

TEST(Promises, OneThatLosesWhatItTookIsFound) {
  auto disk = std::make_shared<MemoryDisk>();
  const auto promises = try_promises({.to_write =
                                          [&] {
                                            disk = std::make_shared<MemoryDisk>();
                                            return disk->open();
                                          },
                                      .to_read = [&] { return disk->open(true); }});
  ASSERT_EQ(promises.size(), 7U);
  EXPECT_NE(promises[1].wrong, "");
}

TEST(SqliteJournal, TellsWhichProcessHoldsIt) {
  const Folder folder;
  const auto first = open_sqlite(folder.path());
  ASSERT_TRUE(first);
  const auto second = open_sqlite(folder.path());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find(std::to_string(::getpid())), std::string::npos);
}

TEST(MemoryDisk, AppendsEndAsTold) {
  const auto disk = std::make_shared<MemoryDisk>();
  for (const Fate fate : {Fate::refused, Fate::lost, Fate::unanswered}) {
    const std::uint64_t before = disk->commits().size();
    {
      auto journal = disk->open();
      ASSERT_TRUE(journal);
      disk->fate = [fate] { return fate; };
      const auto done = (*journal)->append(commit(before, 1));
      ASSERT_FALSE(done);
      EXPECT_EQ(done.error().unknown_outcome, fate != Fate::refused);
      EXPECT_EQ((*journal)->size(), before) << "nobody reads what is not known to be durable";
      EXPECT_TRUE((*journal)->read(before, 1)->empty());
    }
    EXPECT_EQ((*disk->open())->size(), fate == Fate::unanswered ? before + 1 : before);
  }
}

Hash leaf(std::uint64_t i) { return sha256("leaf " + std::to_string(i)); }

RC_GTEST_PROP(TreeFile, ProofsAreThoseOfMemoryWhereverItWasFlushed, ()) {
  const Folder folder;
  auto tree = TreeFile::open(folder.path() / "tree", 0);
  RC_ASSERT(tree.has_value());
  evidence::MemoryNodes memory;
  const auto steps =
      *rc::gen::container<std::vector<std::uint8_t>>(rc::gen::inRange<std::uint8_t>(1, 40));
  std::uint64_t size = 0;
  for (const std::uint8_t leaves : steps) {
    for (std::uint8_t i = 0; i < leaves; ++i, ++size) {
      evidence::append(**tree, size, leaf(size));
      evidence::append(memory, size, leaf(size));
    }
    if (leaves % 3 == 0) RC_ASSERT((*tree)->flush().has_value());
    RC_ASSERT(evidence::root(**tree, size) == evidence::root(memory, size));
    const auto old = *rc::gen::inRange<std::uint64_t>(0, size);
    RC_ASSERT(evidence::inclusion_proof(**tree, old, size) ==
              evidence::inclusion_proof(memory, old, size));
    RC_ASSERT(evidence::consistency_proof(**tree, old, size) ==
              evidence::consistency_proof(memory, old, size));
  }
}

TEST(TreeFile, OpensAgainWithWhatWasFlushed) {
  const Folder folder;
  {
    auto tree = TreeFile::open(folder.path(), 0);
    for (std::uint64_t i = 0; i < 1000; ++i) evidence::append(**tree, i, leaf(i));
    ASSERT_TRUE((*tree)->flush());
    EXPECT_EQ((*tree)->unflushed(), 0U);
    for (std::uint64_t i = 1000; i < 1100; ++i) evidence::append(**tree, i, leaf(i));
  }
  auto tree = TreeFile::open(folder.path(), 1100);
  ASSERT_TRUE(tree);
  ASSERT_EQ((*tree)->size(), 1000U);
  for (std::uint64_t i = 1000; i < 1100; ++i) evidence::append(**tree, i, leaf(i));
  evidence::MemoryNodes memory;
  for (std::uint64_t i = 0; i < 1100; ++i) evidence::append(memory, i, leaf(i));
  EXPECT_EQ(evidence::root(**tree, 1100), evidence::root(memory, 1100));
}

TEST(TreeFile, IsCutToTheJournal) {
  const Folder folder;
  {
    auto tree = TreeFile::open(folder.path(), 0);
    for (std::uint64_t i = 0; i < 100; ++i) evidence::append(**tree, i, leaf(i));
    ASSERT_TRUE((*tree)->flush());
  }
  auto tree = TreeFile::open(folder.path(), 77);
  ASSERT_TRUE(tree);
  EXPECT_EQ((*tree)->size(), 77U);
  evidence::MemoryNodes memory;
  for (std::uint64_t i = 0; i < 77; ++i) evidence::append(memory, i, leaf(i));
  EXPECT_EQ(evidence::root(**tree, 77), evidence::root(memory, 77));
}

// A write that was cut off, of any file at any byte, is noticed: the tree begins again, or holds
// what it held before.
TEST(TreeFile, TornLastWriteIsNoticed) {
  for (const char* file : {"0", "1", "3", "size"}) {
    for (const std::uintmax_t lost : {1U, 31U, 32U, 33U, 40U}) {
      const Folder folder;
      {
        auto tree = TreeFile::open(folder.path(), 0);
        for (std::uint64_t i = 0; i < 64; ++i) evidence::append(**tree, i, leaf(i));
        ASSERT_TRUE((*tree)->flush());
      }
      const auto path = folder.path() / file;
      const auto size = std::filesystem::file_size(path);
      std::filesystem::resize_file(path, size - std::min(size, lost));
      auto tree = TreeFile::open(folder.path(), 64);
      ASSERT_TRUE(tree);
      ASSERT_EQ((*tree)->size(), 0U) << file << " without " << lost;
      evidence::append(**tree, 0, leaf(0));
      EXPECT_EQ(evidence::root(**tree, 1), leaf(0));
    }
  }
}

TEST(Copy, GoesOnWhereItWasAndTakesNoOtherJournal) {
  const auto source = std::make_shared<MemoryDisk>();
  const auto target = std::make_shared<MemoryDisk>();
  const auto from = *source->open();
  ASSERT_TRUE(from->append(commit(0, 2)));
  ASSERT_TRUE(from->append(commit(2, 1)));
  {
    const auto to = *target->open();
    EXPECT_TRUE(*begins(*to, *from));
    std::uint64_t told = 0;
    ASSERT_TRUE(copy_tail(*from, *to, [&](std::uint64_t done, std::uint64_t) { told = done; }));
    EXPECT_EQ(told, 3U);
  }
  ASSERT_TRUE(from->append(commit(3, 4, 100)));
  const auto to = *target->open();
  EXPECT_TRUE(*begins(*to, *from));
  EXPECT_FALSE(*begins(*from, *to));
  ASSERT_TRUE(copy_tail(*from, *to));
  EXPECT_EQ(to->size(), 7U);
  const auto kept = target->commits(), wanted = source->commits();
  ASSERT_EQ(kept.size(), wanted.size());
  for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i].record, wanted[i].record);

  const auto other = *std::make_shared<MemoryDisk>()->open();
  ASSERT_TRUE(other->append(commit(0, 3)));
  EXPECT_FALSE(*begins(*other, *from));
}

TEST(Copy, AnAppendThatFailsEndsIt) {
  const auto source = std::make_shared<MemoryDisk>();
  const auto from = *source->open();
  ASSERT_TRUE(from->append(commit(0, 2)));
  const auto target = std::make_shared<MemoryDisk>();
  target->fate = [] { return Fate::refused; };
  const auto to = *target->open();
  EXPECT_FALSE(copy_tail(*from, *to));
  EXPECT_EQ(to->size(), 0U);
}

TEST(TreeFile, ReadersMayAskWhileItGrowsAndIsFlushed) {
  const Folder folder;
  auto tree = TreeFile::open(folder.path(), 0);
  ASSERT_TRUE(tree);
  constexpr std::uint64_t kLeaves = 3000;
  std::thread writer{[&] {
    for (std::uint64_t i = 0; i < kLeaves; ++i) evidence::append(**tree, i, leaf(i));
  }};
  std::thread flusher{[&] {
    while ((*tree)->size() < kLeaves) EXPECT_TRUE((*tree)->flush());
  }};
  evidence::MemoryNodes memory;
  for (std::uint64_t i = 0; i < kLeaves; ++i) evidence::append(memory, i, leaf(i));
  for (std::uint64_t size = 1; size < kLeaves;) {
    // The last leaf's nodes may be on their way.
    const std::uint64_t there = (*tree)->size();
    if (there < size + 1) continue;
    ASSERT_EQ(evidence::root(**tree, size), evidence::root(memory, size));
    size += 37;
  }
  writer.join();
  flusher.join();
}

TEST(Index, FindsMessagesAndBoundariesBeforeAndAfterFlushing) {
  const Folder folder;
  const auto file = folder.path() / "index.db";
  const auto check = [](Index& index) {
    const auto sent = index.find(Trace::sent, "chongqing", 7);
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->entry, 2U);
    EXPECT_EQ(sent->id, sha256("a"));
    EXPECT_FALSE(index.find(Trace::taken, "chongqing", 7));
    EXPECT_FALSE(index.find(Trace::sent, "sichuan", 7));
    EXPECT_EQ(index.boundary(2), std::nullopt);
    EXPECT_EQ(index.boundary(3), 3U);
    EXPECT_EQ(index.boundary(4), 3U);
    EXPECT_EQ(index.boundary(1000), 5U);
    EXPECT_EQ(index.size(), 5U);
  };
  {
    auto index = Index::open(file, 0);
    ASSERT_TRUE(index) << index.error().what;
    (*index)->add(
        3, {{.trace = Trace::sent, .peer = "chongqing", .seq = 7, .id = sha256("a"), .entry = 2}});
    (*index)->add(5, {});
    check(**index);
    ASSERT_TRUE((*index)->flush());
    EXPECT_EQ((*index)->unflushed(), 0U);
    check(**index);
    (*index)->add(
        6, {{.trace = Trace::taken, .peer = "chongqing", .seq = 1, .id = sha256("b"), .entry = 5}});
    EXPECT_TRUE((*index)->find(Trace::taken, "chongqing", 1));
  }
  {
    auto index = Index::open(file, 6);
    ASSERT_TRUE(index);
    check(**index);
  }
  auto index = Index::open(file, 2);
  ASSERT_TRUE(index);
  EXPECT_EQ((*index)->size(), 2U);
  EXPECT_FALSE((*index)->find(Trace::sent, "chongqing", 7));
  EXPECT_EQ((*index)->boundary(100), std::nullopt);
}

}  // namespace
}  // namespace bashu::journal
