#include "desk/authority.h"

#include <gtest/gtest.h>

#include "desk/test_pack.h"
#include "packs/load.h"

namespace bashu::desk {
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
  const Value in_chengdu_{Value::Record{{"place", "510104"}}}, nowhere_{Value::Record{}};
  const CaseFacts facts_{
      .parties = &parties_, .data = &nowhere_, .parent = nullptr, .opened_by = "key:other"};
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

TEST_F(Sees, WhomACaseIsAboutByTheFieldsOfTheirRole) {
  const packs::Service& errand = *packs::find(pack_->services, "errand");
  const Value data{Value::Record{{"firm", "91510100MA00000001"}, {"person", "t:someone"}}};
  CaseFacts facts = facts_;
  facts.data = &data;
  const auto about = [&](std::vector<std::string> roles, const char* subject) {
    Principal key = with(std::move(roles));
    if (subject) key.subjects = {subject};
    return is_subject(key, *pack_, errand, "sichuan", facts);
  };
  EXPECT_TRUE(about({"citizen"}, "t:someone"));
  EXPECT_TRUE(about({"driver"}, "91510100MA00000001"));
  EXPECT_FALSE(about({"driver"}, "t:someone")) << "the field of another role";
  EXPECT_FALSE(about({"citizen"}, "t:another"));
  EXPECT_FALSE(about({"citizen"}, nullptr));
  EXPECT_FALSE(about({"clerk"}, "t:someone")) << "an office sees all, and is not told of each";
  facts.parties = &swapped_;
  EXPECT_FALSE(about({"citizen"}, "t:someone")) << "that party is not played here";
}

TEST_F(Sees, OwnCasesByARoleThatSeesItsOwn) {
  CaseFacts facts = facts_;
  EXPECT_EQ(look(with({"citizen"}), facts), Sight::none);
  facts.opened_by = "key:k";
  EXPECT_EQ(look(with({"citizen"}), facts), Sight::full);
  Principal person = with({"citizen"});
  person.person = "person-7";
  EXPECT_EQ(look(person, facts), Sight::none);
  facts.opened_by = "person-7";
  EXPECT_EQ(look(person, facts), Sight::full);
}

TEST_F(Sees, TheCasesOfTheirSubjectWhoeverBeganThem) {
  const Value of_firm{Value::Record{{"firm", "91510100MA00000001"}, {"person", "t:ann"}}};
  CaseFacts facts = facts_;
  facts.data = &of_firm;
  for (const char* opener : {"key:other", ""}) {  // here, or on the other side
    facts.opened_by = opener;
    Principal driver = with({"driver"});
    EXPECT_EQ(look(driver, facts), Sight::none) << opener;
    driver.subjects = {"91500000MA00000009"};
    EXPECT_EQ(look(driver, facts), Sight::none) << opener;
    driver.subjects = {"t:ann"};  // the pack says: by the firm
    EXPECT_EQ(look(driver, facts), Sight::none) << opener;
    driver.subjects = {"91510100MA00000001"};
    EXPECT_EQ(look(driver, facts), Sight::full) << opener;
    Principal citizen = with({"citizen"});
    citizen.subjects = {"91510100MA00000001"};
    EXPECT_EQ(look(citizen, facts), Sight::none) << opener;
    citizen.subjects = {"t:ann"};
    EXPECT_EQ(look(citizen, facts), Sight::full) << opener;
    facts.data = &nowhere_;  // it says of nobody that it is his
    EXPECT_EQ(look(citizen, facts), Sight::none) << opener;
    facts.data = &of_firm;
  }
}

TEST_F(Sees, WhoseACaseIsThroughListsAndTheCaseAbove) {
  packs::Service service = *packs::find(pack_->services, "errand");
  for (packs::PartyDef& party : service.parties) {
    if (party.name == "origin") party.whose["driver"] = {"legs.carrier", "parent.firm"};
  }
  const Value legs{Value::Record{
      {"legs", Value::List{Value::Record{{"carrier", "A"}}, Value::Record{{"carrier", "B"}}}}}};
  const Value above{Value::Record{{"firm", "C"}}};
  CaseFacts facts = facts_;
  facts.data = &legs;
  Principal driver = with({"driver"});
  const auto sees = [&](const char* firm) {
    driver.subjects = {firm};
    return sight(driver, *pack_, service, "sichuan", facts) == Sight::full;
  };
  EXPECT_TRUE(sees("A"));
  EXPECT_TRUE(sees("B"));
  EXPECT_FALSE(sees("C"));
  facts.parent = &above;
  EXPECT_TRUE(sees("C"));
  EXPECT_FALSE(sees("D"));
  EXPECT_TRUE(asks_parent(service));
  EXPECT_FALSE(asks_parent(*packs::find(pack_->services, "errand")));
}

TEST_F(Sees, ACaseThatNamesNoSubjectIsOfWhoBeganItOrTookAStep) {
  packs::Service service = *packs::find(pack_->services, "errand");
  for (packs::PartyDef& party : service.parties) party.whose.clear();
  CaseFacts facts = facts_;
  facts.opened_by = "";
  Principal driver = with({"driver"});
  driver.subjects = {"91510100MA00000001"};
  EXPECT_EQ(sight(driver, *pack_, service, "sichuan", facts), Sight::none);
  facts.acted = true;
  EXPECT_EQ(sight(driver, *pack_, service, "sichuan", facts), Sight::full);
}

TEST_F(Sees, WhoIsTiedToASubjectBeginsItsCasesOnly) {
  const packs::Service& service = *packs::find(pack_->services, "errand");
  const Value mine{Value::Record{{"person", "t:ann"}}}, others{Value::Record{{"person", "t:bob"}}};
  Principal citizen = with({"citizen"});
  EXPECT_TRUE(may_begin(citizen, service, "citizen", {.data = &others}));
  citizen.subjects = {"t:ann"};
  EXPECT_TRUE(may_begin(citizen, service, "citizen", {.data = &mine}));
  EXPECT_TRUE(may_begin(citizen, service, "citizen", {.data = &nowhere_}));
  EXPECT_FALSE(may_begin(citizen, service, "citizen", {.data = &others}));
  EXPECT_TRUE(may_begin(citizen, service, "clerk", {.data = &others}));
}

TEST_F(Sees, AnAuditorSeesWithoutReadingWhatIsPersonal) {
  Principal auditor = with({});
  auditor.may = {"audit"};
  EXPECT_EQ(look(auditor, facts_), Sight::audited);
  auditor.may = {"admin"};
  EXPECT_EQ(look(auditor, facts_), Sight::none);
}

TEST_F(Sees, InternalThingsOnlyByAnOffice) {
  EXPECT_FALSE(is_office(with({"citizen"}), *pack_));
  EXPECT_FALSE(is_office(with({"driver", "gardener"}), *pack_));
  EXPECT_TRUE(is_office(with({"clerk"}), *pack_));
  Principal registrar = with({});
  registrar.may = {"registrar"};
  EXPECT_TRUE(is_office(registrar, *pack_));
}

TEST_F(Sees, CasesOfTheDivisionsSomebodyActsFor) {
  CaseFacts facts = facts_;
  facts.data = &in_chengdu_;
  Principal key = with({"clerk"});
  EXPECT_EQ(look(key, facts), Sight::full);
  key.divisions = {"5105", "5113"};
  EXPECT_EQ(look(key, facts), Sight::none);
  facts.opened_by = "key:k";
  EXPECT_EQ(look(key, facts), Sight::none);
  key.divisions.emplace_back("5101");
  EXPECT_EQ(look(key, facts), Sight::full);
  // A personal case that names no place: whose it is nobody knows, but of who began it.
  facts.data = &nowhere_;
  EXPECT_EQ(look(key, facts), Sight::full);
  facts.opened_by = "key:other";
  EXPECT_EQ(look(key, facts), Sight::none);
  key.may = {"audit"};
  EXPECT_EQ(look(key, facts), Sight::none);
}

TEST_F(Sees, SumsAndKeysOnlyByWhoAnswersForAllOfThem) {
  const packs::Register& agents = *packs::find(pack_->registers, "agents");
  Principal key = with({"clerk"});
  EXPECT_TRUE(sees_sums(key, *pack_));
  EXPECT_TRUE(sees_record(key, agents, nowhere_));
  EXPECT_TRUE(sees_key(with({}), *pack_, agents));
  key.divisions = {"5101"};
  EXPECT_FALSE(sees_sums(key, *pack_));
  EXPECT_FALSE(sees_record(key, agents, nowhere_));
  EXPECT_FALSE(sees_sums(with({"citizen"}), *pack_));
  Principal auditor = with({});
  auditor.may = {"audit"};
  EXPECT_TRUE(may_everywhere(auditor, "audit"));
  EXPECT_FALSE(may_everywhere(auditor, "admin"));
  auditor.divisions = {"5101"};
  EXPECT_FALSE(may_everywhere(auditor, "audit"));
}

}  // namespace
}  // namespace bashu::desk
