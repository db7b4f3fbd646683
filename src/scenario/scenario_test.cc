// Every pack we ship, and the five the language was designed with, plays its scenarios in memory.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "packs/load.h"
#include "scenario/runner.h"
#include "testing/checkout.h"

namespace bashu::scenario {
namespace {

std::vector<std::string> files(const std::string& folder) {
  std::vector<std::string> found;
  for (const auto& item : std::filesystem::directory_iterator{checkout(folder)}) {
    if (item.path().extension() == ".yaml") found.push_back(item.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

packs::Loaded load_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return packs::load(std::string{std::istreambuf_iterator<char>{in}, {}});
}

// The shipped packs that a pack's scenarios fill registers of.
std::vector<packs::PackPtr> given_packs(const packs::Pack& pack) {
  std::vector<packs::PackPtr> found;
  for (const std::string& name : packs_given(pack)) {
    found.push_back(load_file(checkout("packs/" + name + ".yaml")).pack);
  }
  return found;
}

class Packs : public testing::TestWithParam<std::string> {};

TEST_P(Packs, ScenariosEndAsTheySay) {
  const auto loaded = load_file(GetParam());
  for (const Finding& finding : loaded.findings) {
    EXPECT_TRUE(finding.note) << finding.line << ":" << finding.column << ": " << finding.path
                              << ": " << finding.text;
  }
  ASSERT_TRUE(loaded.pack);
  const auto reports = play(*loaded.pack, in_memory(), given_packs(*loaded.pack));
  EXPECT_FALSE(reports.empty());
  for (const Report& report : reports) {
    for (const Failure& failure : report.failures) {
      ADD_FAILURE() << report.title << ": " << failure.text;
    }
    for (const std::string& exception : report.exceptions) {
      std::cout << "  " << report.title << ": exception " << exception << "\n";
    }
  }
}

// With a third party in the circle that takes no part.
TEST_P(Packs, ScenariosEndAlikeInACircleOfThree) {
  const auto loaded = load_file(GetParam());
  ASSERT_TRUE(loaded.pack);
  for (const Report& report :
       play(*loaded.pack, in_memory(), given_packs(*loaded.pack), {"guizhou"})) {
    for (const Failure& failure : report.failures) {
      ADD_FAILURE() << report.title << ": " << failure.text;
    }
  }
}

std::string name_of(const testing::TestParamInfo<std::string>& item) {
  std::string name = std::filesystem::path{item.param}.stem().string();
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shipped, Packs, testing::ValuesIn(files("packs")), name_of);
INSTANTIATE_TEST_SUITE_P(Language, Packs, testing::ValuesIn(files("tests/packs/language")),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Original, Packs, testing::ValuesIn(files("tests/packs/original")),
                         name_of);

}  // namespace
}  // namespace bashu::scenario
