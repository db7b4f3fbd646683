#include "api/access.h"

#include <gtest/gtest.h>

#include "api/test_pack.h"
#include "packs/load.h"

namespace bashu::api {
namespace {

// Who sees a case of the test pack's service `errand`, at the node of `sichuan`.
class Sees : public ::testing::Test {
 protected:
  Sees() : pack_{packs::load(kTestPack).pack} {}

  Sight look(const Principal& key, const CaseFacts& facts) const {
    return sight(key, *pack_, *packs::find(pack_->services, "errand"), "sichuan", facts);
  }
  static Principal with(std::vector<std::string> roles, std::string pack = "errand") {
    Principal key;
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
  Principal person = with({"citizen"});
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
  Principal auditor = with({});
  auditor.may = {"audit"};
  EXPECT_EQ(look(auditor, facts_), Sight::audited);
  auditor.may = {"admin"};
  EXPECT_EQ(look(auditor, facts_), Sight::none);
}

TEST_F(Sees, InternalThingsOnlyByAnOffice) {
  EXPECT_FALSE(sees_internal(with({"citizen"}), *pack_));
  EXPECT_FALSE(sees_internal(with({"driver", "gardener"}), *pack_));
  EXPECT_TRUE(sees_internal(with({"clerk"}), *pack_));
  Principal registrar = with({});
  registrar.may = {"registrar"};
  EXPECT_TRUE(sees_internal(registrar, *pack_));
}

TEST_F(Sees, DivisionsByPrefix) {
  const auto& fields = packs::find(pack_->services, "errand")->fields;
  Principal key = with({"clerk"});
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
