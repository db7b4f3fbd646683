#include "api/access.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "api/test_pack.h"
#include "packs/load.h"

namespace bashu::api {
namespace {

namespace fs = std::filesystem;

class Folder : public ::testing::Test {
 protected:
  Folder() {
    fs::remove_all(dir_);
    fs::create_directories(dir_);
  }
  ~Folder() override { fs::remove_all(dir_); }
  void write(const std::string& text) { std::ofstream{file_} << text; }

  const fs::path dir_ =
      fs::temp_directory_path() / ("bashu-access-" + std::to_string(::getpid()) + "-" +
                                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const fs::path file_ = dir_ / "api-keys.json";
};
using KeyFile = Folder;

ApiKey clerk() {
  ApiKey key;
  key.id = "clerk-01";
  key.name = "Clerk";
  key.roles = {{"errand", {"clerk"}}};
  return key;
}

TEST_F(KeyFile, TheSecretOfAnAddedKeyFindsItAndIsNotInTheFile) {
  const auto secret = add_api_key(file_, clerk(), std::string(32, 'x'));
  ASSERT_TRUE(secret) << secret.error().what;
  KeyRing ring{file_};
  ASSERT_TRUE(ring.open());
  const auto found = ring.find(*secret);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "clerk-01");
  EXPECT_EQ(found->roles_in("errand"), std::vector<std::string>{"clerk"});
  EXPECT_FALSE(ring.find(*secret + "x"));
  EXPECT_FALSE(ring.find(""));
  EXPECT_FALSE(ring.find(found->secret_sha256));

  std::ifstream in{file_};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_EQ(text.find(*secret), std::string::npos);
  EXPECT_EQ(fs::status(file_).permissions() & fs::perms::others_all, fs::perms::none);
}

TEST_F(KeyFile, AnIdIsAddedOnce) {
  ASSERT_TRUE(add_api_key(file_, clerk(), std::string(32, 'x')));
  EXPECT_FALSE(add_api_key(file_, clerk(), std::string(32, 'y')));
}

TEST_F(KeyFile, TooLittleChanceMakesNoKey) {
  EXPECT_FALSE(add_api_key(file_, clerk(), std::string(31, 'x')));
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(KeyFile, WhatIsNotUnderstoodIsRefused) {
  const std::string hash(64, 'a');
  const std::string rows[] = {
      "",
      "{}",
      "[1]",
      R"([{"id":"a","sha256":")" + hash + R"(","rols":{}}])",
      R"([{"id":"","sha256":")" + hash + R"("}])",
      R"([{"id":"A b","sha256":")" + hash + R"("}])",
      R"([{"id":"a","sha256":"secret"}])",
      R"([{"id":"a","sha256":")" + hash + R"(","may":["everything"]}])",
      R"([{"id":"a","sha256":")" + hash + R"(","may":"admin"}])",
      R"([{"id":"a","sha256":")" + hash + R"(","roles":["clerk"]}])",
      R"([{"id":"a","sha256":")" + hash + R"("},{"id":"b","sha256":")" + hash + R"("}])",
  };
  for (const std::string& row : rows) {
    write(row);
    EXPECT_FALSE(read_api_keys(file_)) << row;
  }
  write(R"([{"id":"a","sha256":")" + hash + R"("}])");
  EXPECT_TRUE(read_api_keys(file_));
}

TEST_F(KeyFile, AFileThatBreaksLeavesTheKeysAndSaysSo) {
  const auto secret = add_api_key(file_, clerk(), std::string(32, 'x'));
  KeyRing ring{file_};
  ASSERT_TRUE(ring.open());
  write("not json");
  ring.reload();
  EXPECT_NE(ring.problem(), "");
  EXPECT_TRUE(ring.find(*secret));
  write("[]");
  ring.reload();
  EXPECT_EQ(ring.problem(), "");
  EXPECT_FALSE(ring.find(*secret));
}

// Who sees a case of the test pack's service `errand`, at the node of `sichuan`.
class Sees : public ::testing::Test {
 protected:
  Sees() : pack_{packs::load(kTestPack).pack} {}

  Sight look(const ApiKey& key, const CaseFacts& facts) const {
    return sight(key, *pack_, *packs::find(pack_->services, "errand"), "sichuan", facts);
  }
  static ApiKey with(std::vector<std::string> roles, std::string pack = "errand") {
    ApiKey key;
    key.id = "k";
    if (!roles.empty()) key.roles[std::move(pack)] = std::move(roles);
    return key;
  }

  packs::PackPtr pack_;
  const core::Parties parties_{{"origin", "sichuan"}, {"destination", "chongqing"}};
  const core::Parties swapped_{{"origin", "chongqing"}, {"destination", "sichuan"}};
  const CaseFacts facts_{.parties = &parties_, .state = "asked", .opened_by = "key:other"};
};

TEST_F(Sees, NothingWithoutARole) {
  EXPECT_EQ(look(with({}), facts_), Sight::none);
  EXPECT_EQ(look(with({"gardener"}), facts_), Sight::none);
  EXPECT_EQ(look(with({"clerk"}, "another-pack"), facts_), Sight::none);
}

TEST_F(Sees, EveryCaseByARoleThatSeesAll) {
  EXPECT_EQ(look(with({"clerk"}), facts_), Sight::full);
  EXPECT_EQ(look(with({"clerk"}, "*"), facts_), Sight::full);
}

TEST_F(Sees, NothingByTheRoleOfAPartySomebodyElsePlays) {
  EXPECT_EQ(look(with({"checker"}), facts_), Sight::none);
  CaseFacts facts = facts_;
  facts.parties = &swapped_;
  EXPECT_EQ(look(with({"checker"}), facts), Sight::full);
}

TEST_F(Sees, OwnCasesByARoleThatSeesItsOwn) {
  CaseFacts facts = facts_;
  EXPECT_EQ(look(with({"citizen"}), facts), Sight::none);
  facts.opened_by = "key:k";
  EXPECT_EQ(look(with({"citizen"}), facts), Sight::full);
  ApiKey person = with({"citizen"});
  person.subject = "person-7";
  EXPECT_EQ(look(person, facts), Sight::none);
  facts.opened_by = "person-7";
  EXPECT_EQ(look(person, facts), Sight::full);
}

TEST_F(Sees, AnotherCitizensCaseStaysTheirsWhateverWaits) {
  CaseFacts facts = facts_;
  facts.task_roles = {"citizen"};
  EXPECT_EQ(look(with({"citizen"}), facts), Sight::none);
}

TEST_F(Sees, WhatWaitsForARoleThatBeganNothing) {
  CaseFacts facts = facts_;
  EXPECT_EQ(look(with({"driver"}), facts), Sight::none);
  facts.task_roles = {"driver"};
  EXPECT_EQ(look(with({"driver"}), facts), Sight::full);
  facts.task_roles.clear();
  facts.state = "on_the_way";
  EXPECT_EQ(look(with({"driver"}), facts), Sight::full);
  facts.state = "done";
  EXPECT_EQ(look(with({"driver"}), facts), Sight::none);
  facts.acted = true;
  EXPECT_EQ(look(with({"driver"}), facts), Sight::full);
}

TEST_F(Sees, AnAuditorSeesWithoutReadingWhatIsPersonal) {
  ApiKey auditor = with({});
  auditor.may = {"audit"};
  EXPECT_EQ(look(auditor, facts_), Sight::audited);
  auditor.may = {"admin"};
  EXPECT_EQ(look(auditor, facts_), Sight::none);
}

TEST_F(Sees, InternalThingsOnlyByAnOffice) {
  EXPECT_FALSE(sees_internal(with({"citizen"}), *pack_));
  EXPECT_FALSE(sees_internal(with({"driver", "gardener"}), *pack_));
  EXPECT_TRUE(sees_internal(with({"clerk"}), *pack_));
  ApiKey registrar = with({});
  registrar.may = {"registrar"};
  EXPECT_TRUE(sees_internal(registrar, *pack_));
}

TEST_F(Sees, DivisionsByPrefix) {
  const auto& fields = packs::find(pack_->services, "errand")->fields;
  ApiKey key = with({"clerk"});
  const Value in_chengdu{Value::Record{{"place", "510104"}}};
  EXPECT_TRUE(in_divisions(key, fields, in_chengdu));
  key.divisions = {"5105", "5113"};
  EXPECT_FALSE(in_divisions(key, fields, in_chengdu));
  key.divisions.emplace_back("5101");
  EXPECT_TRUE(in_divisions(key, fields, in_chengdu));
  EXPECT_TRUE(in_divisions(key, fields, Value{Value::Record{}}));
}

}  // namespace
}  // namespace bashu::api
