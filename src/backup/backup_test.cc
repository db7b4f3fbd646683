#include "backup/backup.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "backup/sealed_file.h"

namespace bashu::backup {
namespace {

namespace fs = std::filesystem;

class SealedFiles : public testing::Test {
 protected:
  SealedFiles() {
    std::string name = (fs::temp_directory_path() / "sealed-XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
  }
  ~SealedFiles() override { fs::remove_all(dir_); }

  Sealed write(const std::string& content) {
    auto writer = SealedWriter::create(dir_ / "part", key_, "000001/part");
    // In odd pieces, so that no boundary is met by chance.
    for (std::size_t at = 0; at < content.size(); at += 7'001) {
      (*writer)->write(std::string_view{content}.substr(at, 7'001));
    }
    return (*writer)->finish().value();
  }
  std::expected<std::string, Fault> read(std::string_view name = "000001/part") {
    auto reader = SealedReader::open(dir_ / "part", key_, name);
    if (!reader) return std::unexpected{reader.error()};
    std::string content;
    while (!(*reader)->at_end()) {
      auto some = (*reader)->read(9'973);
      if (!some) return some;
      content += *some;
    }
    whole_ = (*reader)->whole();
    return content;
  }

  fs::path dir_;
  std::string key_ = std::string(kKeySize, 'k');
  Sealed whole_;
};

TEST_F(SealedFiles, GiveBackWhatWasWrittenAndItsDigest) {
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 131'072U, 400'000U}) {
    std::string content(size, 'x');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i % 251);
    const Sealed sealed = write(content);
    EXPECT_EQ(read().value(), content);
    EXPECT_EQ(whole_.sha256, sealed.sha256);
    EXPECT_EQ(whole_.bytes, fs::file_size(dir_ / "part"));
  }
}

TEST_F(SealedFiles, AChangedCutLongerOrRenamedOneIsNotRead) {
  write(std::string(200'000, 'x'));
  std::ifstream file{dir_ / "part", std::ios::binary};
  const std::string whole{std::istreambuf_iterator<char>{file}, {}};
  const auto put = [&](std::string_view content) {
    std::ofstream{dir_ / "part", std::ios::binary} << content;
  };
  constexpr std::size_t kHeader = 24, kPiece = 65'536 + 17;
  for (const std::size_t cut : {std::size_t{0}, kHeader, kHeader + kPiece, whole.size() - 1}) {
    put(std::string_view{whole}.substr(0, cut));
    EXPECT_FALSE(read()) << cut;
  }
  for (const std::size_t at : {std::size_t{3}, kHeader + 5, whole.size() - 1}) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put(changed);
    EXPECT_FALSE(read()) << at;
  }
  put(whole + "x");
  EXPECT_FALSE(read());
  // Pieces in another order.
  put(whole.substr(0, kHeader) + whole.substr(kHeader + kPiece, kPiece) +
      whole.substr(kHeader, kPiece) + whole.substr(kHeader + 2 * kPiece));
  EXPECT_FALSE(read());
  put(whole);
  EXPECT_FALSE(read("000002/part"));
  EXPECT_TRUE(read());
  key_[0] = 'K';
  EXPECT_FALSE(read());
}

TEST_F(SealedFiles, LinesEndWhereTheyWereWritten) {
  std::string content;
  for (int i = 0; i < 20'000; ++i) content += std::to_string(i) + "\n";
  write(content);
  auto reader = SealedReader::open(dir_ / "part", key_, "000001/part");
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ((*reader)->line().value(), std::to_string(i));
  EXPECT_TRUE((*reader)->at_end());
}

TEST(Nearness, IsSeenThroughLinksAndDots) {
  std::string name = (fs::temp_directory_path() / "near-XXXXXX").string();
  const fs::path dir = ::mkdtemp(name.data());
  fs::create_directories(dir / "backup");
  fs::create_directory_symlink(dir / "backup", dir / "link");
  EXPECT_EQ(nearness(dir / "backup", dir / "link"), Near::same);
  EXPECT_EQ(nearness(dir / "backup", dir / "x" / ".." / "backup" / "vault"), Near::inside);
  EXPECT_EQ(nearness(dir / "link" / "vault", dir / "backup"), Near::inside);
  EXPECT_EQ(nearness(dir / "backup", dir / "backup2"), Near::apart);
  fs::remove_all(dir);
}

}  // namespace
}  // namespace bashu::backup
