// The codes that compile are those that are documented.
#include "evidence/code.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

#include "testing/checkout.h"

namespace bashu::evidence {
namespace {

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t begin = text.find(from);
  EXPECT_NE(begin, std::string::npos) << from;
  return text.substr(begin, text.find(to, begin + 1) - begin);
}

// Every word that stands in backquotes.
std::set<std::string> words_in(const std::string& text) {
  std::set<std::string> words;
  std::size_t at = 0;
  while ((at = text.find('`', at)) != std::string::npos) {
    const std::size_t end = text.find('`', at + 1);
    std::istringstream inside{text.substr(at + 1, end - at - 1)};
    for (std::string word; inside >> word;) words.insert(word);
    at = end + 1;
  }
  return words;
}

TEST(Code, EveryOneIsDocumentedAndNoOtherIs) {
  std::ifstream file{checkout("docs/formats/evidence.md"), std::ios::binary};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  std::set<std::string> documented;
  std::istringstream table{between(page, "## 13 Codes", "\n## 14")};
  for (std::string row; std::getline(table, row);) {
    if (!row.starts_with("| ") || row.starts_with("| reasons in entries")) continue;
    documented.merge(words_in(row));
  }
  std::string fsck = between(page, "### 8.8", "\n\nA start from");
  fsck.replace(fsck.find("`ack`"), 5, "");
  documented.merge(words_in(fsck));
  std::set<std::string> known;
  for (const std::string_view code : kCodes) known.emplace(code);
  EXPECT_EQ(known, documented);
  EXPECT_EQ(known.size(), kCodes.size()) << "one stands there twice";
}

TEST(Code, IsToldAsItsText) {
  const Code code = "time-order";
  const std::string told = "entry 7: " + code;
  EXPECT_EQ(told, "entry 7: time-order");
  EXPECT_TRUE(code == "time-order");
  EXPECT_FALSE(code == "effect");
}

}  // namespace
}  // namespace bashu::evidence
