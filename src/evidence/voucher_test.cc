// Who may be said to have acted: one test for each rule of docs/formats/evidence.md section 19.
#include "evidence/voucher.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/json.h"
#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

constexpr std::int64_t kLife = 2'592'000;
const std::string kContent = "sha256:" + std::string(64, 'a');

class VoucherTest : public ::testing::Test {
 protected:
  VoucherTest() {
    keys = fixture::keys();
    list("sichuan", 1);
    list("sichuan", 2);
    list("chongqing", 1);
    message.from = "sichuan";
    message.to = "chongqing";
    message.kind = "case.settle";
    message.issued = fixture::kNow;
    message.body =
        Value::Record{{"case", "sichuan-7"}, {"content", kContent}, {"note", "as recorded"}};
  }
  static std::string kid(const std::string& party, int number) {
    return party + "/command/" + std::to_string(number);
  }
  void list(const std::string& party, int number) {
    keys[kid(party, number)] = {.party = party,
                                .kid = kid(party, number),
                                .role = std::string{kCommandRole},
                                .alg = "EdDSA",
                                .key = fixture::key(kid(party, number)).public_key,
                                .name = {},
                                .from = fixture::kNow - fixture::kDay,
                                .to = fixture::kNow + fixture::kDay,
                                .revoked = 0};
  }
  [[nodiscard]] Voucher voucher() const {
    return {.party = message.from,
            .officer = "user:zhang",
            .roles = {"clerk"},
            .divisions = {"5101"},
            .how = "password",
            .session = std::string(64, '1'),
            .at = message.issued - 2,
            .case_id = message.body.text_at("case"),
            .after = 0,
            .act = act_digest(act_of(message.kind, message.body).value_or(Value{}))};
  }
  void bring(const Voucher& voucher, const std::string& by = kid("sichuan", 1)) {
    (*message.body.as_record())[std::string{kVoucher}] =
        sign_voucher(voucher, by, fixture::key(by).secret_key);
  }
  [[nodiscard]] std::string verdict(bool past = false) const {
    const auto checked = check_voucher(message, {.keys = keys, .max_life_s = kLife, .past = past});
    if (!checked) return checked.error();
    return *checked ? (*checked)->voucher.officer + " by " + (*checked)->kid : "nobody";
  }

  KeyList keys;
  Payload message;
};

TEST_F(VoucherTest, NamesTheOfficerAndHowTheyCameIn) {
  bring(voucher());
  const auto checked = check_voucher(message, {.keys = keys, .max_life_s = kLife});
  ASSERT_TRUE(checked && *checked);
  const Voucher& read = (*checked)->voucher;
  EXPECT_EQ((*checked)->kid, "sichuan/command/1");
  EXPECT_EQ(read.officer, "user:zhang");
  EXPECT_EQ(read.roles, std::vector<std::string>{"clerk"});
  EXPECT_EQ(read.divisions, std::vector<std::string>{"5101"});
  EXPECT_EQ(read.how, "password");
  EXPECT_EQ(read.at, message.issued - 2);
  EXPECT_EQ(read.case_id, "sichuan-7");
}

TEST_F(VoucherTest, CountsForNoOtherCommand) {
  bring(voucher());
  for (const auto& [member, other] : {std::pair{"case", "sichuan-8"},
                                      {"content", "sha256:bb"},
                                      {"note", "as somebody else wants it"}}) {
    const Payload before = message;
    (*message.body.as_record())[member] = other;
    EXPECT_EQ(verdict(), "voucher") << member;
    message = before;
  }
  message.kind = "bashu.ping";  // nobody's act
  EXPECT_EQ(verdict(), "voucher");
}

TEST_F(VoucherTest, OfAStepCountsForTheVersionThatWasSeen) {
  message.kind = "case.event";
  message.body = Value::Record{{"case", "sichuan-7"},
                               {"event", "decide"},
                               {"version", 4},
                               {"input", Value::Record{{"note", "yes"}}}};
  Voucher seen = voucher();
  seen.after = 3;
  bring(seen);
  EXPECT_EQ(verdict(), "user:zhang by sichuan/command/1");
  (*message.body.as_record())["version"] = 5;
  EXPECT_EQ(verdict(), "voucher");
  (*message.body.as_record())["version"] = 4;
  (*message.body.as_record())["event"] = "$then";  // the engine's
  EXPECT_EQ(verdict(), "voucher");
}

TEST_F(VoucherTest, IsSignedByTheSendersOwnCommandKey) {
  bring(voucher(), "chongqing/command/1");
  EXPECT_EQ(verdict(), "voucher") << "of another party";
  Voucher theirs = voucher();
  theirs.party = "chongqing";
  bring(theirs);
  EXPECT_EQ(verdict(), "voucher") << "for another party";
  bring(voucher(), "sichuan/command/3");
  EXPECT_EQ(verdict(), "voucher") << "not listed";
  keys[kid("sichuan", 1)].role = "envelope";
  bring(voucher());
  EXPECT_EQ(verdict(), "voucher") << "a node's key is no sign-in service";
}

TEST_F(VoucherTest, IsAsItWasSigned) {
  bring(voucher());
  const Value good = *message.body.find(kVoucher);
  const auto broken = [&](const std::function<void(Value::Record&)>& change) {
    Value bad = good;
    change(*bad.as_record());
    (*message.body.as_record())[std::string{kVoucher}] = bad;
    return verdict();
  };
  EXPECT_EQ(broken([](Value::Record& one) {
              std::string said = one["said"].as_text() ? *one["said"].as_text() : "";
              said.replace(said.find("zhang"), 5, "wangx");
              one["said"] = said;
            }),
            "voucher");
  EXPECT_EQ(broken([](Value::Record& one) { one["signature"] = base64url(std::string(64, 'x')); }),
            "voucher");
  EXPECT_EQ(broken([](Value::Record& one) { one.erase("kid"); }), "voucher");
  EXPECT_EQ(broken([](Value::Record& one) { one["more"] = 1; }), "voucher");
  (*message.body.as_record())[std::string{kVoucher}] = Value{};
  EXPECT_EQ(verdict(), "voucher") << "null is not absent";
}

TEST_F(VoucherTest, CountsWhileItsKeyDoes) {
  bring(voucher());
  KeyRecord& key = keys[kid("sichuan", 1)];
  const KeyRecord good = key;
  key.to = message.issued - 3;
  EXPECT_EQ(verdict(), "voucher") << "retired before";
  key = good;
  key.from = message.issued - 1;
  EXPECT_EQ(verdict(), "voucher") << "not in use yet";
  key = good;
  key.revoked = message.issued + 60;
  EXPECT_EQ(verdict(), "voucher") << "revoked: nothing new is taken under it";
  EXPECT_EQ(verdict(true), "user:zhang by sichuan/command/1") << "what was taken before stands";
  key.revoked = message.issued - 3;
  EXPECT_EQ(verdict(true), "voucher") << "but not what was signed after it was stolen";
}

TEST_F(VoucherTest, IsOfAboutTheTimeOfItsMessage) {
  keys[kid("sichuan", 1)].from = 0;
  Voucher late = voucher(), old = voucher();
  late.at = message.issued + 301;
  bring(late);
  EXPECT_EQ(verdict(), "voucher");
  old.at = message.issued - kLife - 1;
  bring(old);
  EXPECT_EQ(verdict(), "voucher");
  old.at = message.issued - kLife;
  bring(old);
  EXPECT_EQ(verdict(), "user:zhang by sichuan/command/1");
}

TEST_F(VoucherTest, IsNeededForASettlementOnceThePartyHasAKey) {
  EXPECT_EQ(verdict(), "voucher-missing");
  keys[kid("sichuan", 1)].to = message.issued - 1;
  keys[kid("sichuan", 2)].revoked = 1;
  EXPECT_EQ(verdict(), "voucher-missing") << "a key that has ended makes nobody free of it";
  for (const int number : {1, 2}) keys[kid("sichuan", number)].from = message.issued - 3'599;
  EXPECT_EQ(verdict(), "nobody") << "under way when it was announced";
  for (const int number : {1, 2}) keys.erase(kid("sichuan", number));
  EXPECT_EQ(verdict(), "nobody") << "of a node of before";
  list("sichuan", 1);
  message.kind = "case.event";
  EXPECT_EQ(verdict(), "nobody") << "a clock's step is nobody's";
}

TEST_F(VoucherTest, EveryActIsWhatItsMessageSays) {
  const auto covered = [](std::string_view kind, const Value& body) {
    const auto act = act_of(kind, body);
    return act ? canonical_json(*act) : std::string{};
  };
  EXPECT_EQ(covered("case.settle",
                    Value::Record{{"case", "a-1"}, {"content", "c"}, {"note", "n"}, {"more", 1}}),
            R"({"act":"settle","case":"a-1","content":"c","note":"n"})");
  EXPECT_EQ(covered("case.settle", Value::Record{{"case", "a-1"}, {"content", "c"}}), "");
  EXPECT_EQ(covered("case.ask",
                    Value::Record{{"case", "a-1"}, {"event", "e"}, {"input", Value::Record{}}}),
            covered("case.event",
                    Value::Record{{"case", "a-1"}, {"event", "e"}, {"input", Value::Record{}}}));
  EXPECT_EQ(covered("case.event", Value::Record{{"case", "a-1"},
                                                {"event", "$start"},
                                                {"service", "s"},
                                                {"input", Value::Record{}}}),
            R"({"act":"start","input":{},"service":"s"})");
  EXPECT_EQ(covered("bashu.erase", Value::Record{{"subject", "s"}, {"reason", "r"}}),
            R"({"act":"erase","reason":"r","subject":"s"})");
  EXPECT_EQ(covered("pack.adopt", Value::Record{{"digest", "sha256:d"}}),
            R"({"act":"adopt","digest":"sha256:d"})");
  EXPECT_EQ(
      covered(
          "register.settle",
          Value::Record{
              {"register", "r"}, {"key", "k"}, {"keeper", "a"}, {"content", "c"}, {"note", "n"}}),
      R"({"act":"settle-record","content":"c","keeper":"a","key":"k","note":"n","register":"r"})");
  EXPECT_EQ(covered("figure.value", Value{Value::Record{}}), "");
}

}  // namespace
}  // namespace bashu::evidence
