#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "changes/sink.h"

namespace bashu::changes {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "bashu-changes-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path path;
};

Change change(std::uint64_t position) {
  Change made{.position = position,
              .time_ms = 1'700'000'000'000,
              .kind = "local",
              .json = {},
              .events = {}};
  made.json = R"({"position":)" + std::to_string(position) + R"(,"text":"签收, \"x\""})";
  // None, one, two events in turn.
  for (std::uint64_t i = 0; i < position % 3; ++i) {
    made.events.push_back({"case_changed", "a-1", R"({"event":"case_changed","n":"a,b"})"});
  }
  return made;
}

std::string text_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}
std::map<std::string, std::string> texts(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& item : fs::directory_iterator{folder}) {
    all[item.path().filename().string()] = text_of(item.path());
  }
  return all;
}

void feed(Sink& sink, std::uint64_t end) {
  while (sink.next() < end) ASSERT_TRUE(sink.put(change(sink.next())));
  ASSERT_TRUE(sink.keep());
}

TEST(Files, HoldEachEntryOnceInOrderAcrossFiles) {
  const Folder folder;
  const auto sink = open_files(folder.path, FileFormat::ndjson, "sichuan/1");
  ASSERT_TRUE(sink) << sink.error().what;
  feed(**sink, 10'002);
  const auto all = texts(folder.path);
  EXPECT_EQ(all.size(), 3U);
  EXPECT_EQ(std::ranges::count(all.at("000000000000.ndjson"), '\n'), 10'000);
  EXPECT_EQ(all.at("000000010000.ndjson"), change(10'000).json + "\n" + change(10'001).json + "\n");
}

// Whatever was lost of the end of the newest file, what is fed again is the same as fed once.
RC_GTEST_PROP(Files, AreTheSameHoweverOftenTheyWereBrokenOff, ()) {
  const FileFormat format = *rc::gen::element(FileFormat::ndjson, FileFormat::csv);
  const Folder broken, whole;
  const auto once = open_files(whole.path, format, "sichuan/1");
  RC_ASSERT(once.has_value());
  feed(**once, 40);
  const auto stops =
      *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 40));
  for (const std::uint64_t stop : stops) {
    const auto sink = open_files(broken.path, format, "sichuan/1");
    RC_ASSERT(sink.has_value());
    feed(**sink, stop);
    for (const auto& item : fs::directory_iterator{broken.path}) {
      if (item.path().filename() == "journal.json") continue;
      const auto size = item.file_size();
      fs::resize_file(item.path(), size - *rc::gen::inRange<std::uint64_t>(0, size + 1));
    }
  }
  const auto last = open_files(broken.path, format, "sichuan/1");
  RC_ASSERT(last.has_value());
  feed(**last, 40);
  RC_ASSERT(texts(broken.path) == texts(whole.path));
}

TEST(Files, RefuseTheFolderOfAnotherJournalAndStrangeLines) {
  const Folder folder;
  {
    const auto sink = open_files(folder.path, FileFormat::ndjson, "sichuan/1");
    ASSERT_TRUE(sink);
    feed(**sink, 3);
    EXPECT_FALSE((*sink)->put(change(5)));
  }
  const auto other = open_files(folder.path, FileFormat::ndjson, "chongqing/1");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().what.find("another journal"), std::string::npos);
  std::ofstream{folder.path / "000000000000.ndjson", std::ios::app} << "not an entry\n";
  const auto strange = open_files(folder.path, FileFormat::ndjson, "sichuan/1");
  ASSERT_FALSE(strange);
  EXPECT_NE(strange.error().what.find("not of this feed"), std::string::npos);
}

}  // namespace
}  // namespace bashu::changes
