#include "evidence/agreement.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "evidence/fixture.h"

namespace bashu::evidence {
namespace {

using fixture::kDay;
using fixture::kNow;
using fixture::text;
using fixture::texts;

template <typename T>
std::string code(const Verified<T>& result) {
  return result ? std::string{"opened"} : result.error().code;
}

TEST(Agreement, FollowsTheEditionsOfTheVectors) {
  const auto agreement = open_agreements(fixture::agreements(), fixture::agreement_id());
  ASSERT_TRUE(agreement);
  EXPECT_EQ(agreement->id, fixture::agreement_id());
  EXPECT_EQ(agreement->edition, 2);
  EXPECT_EQ(agreement->previous, agreement->id);
  EXPECT_EQ(agreement->parties.size(), 3u);
  EXPECT_FALSE(agreement->party("auditor")->member);
  EXPECT_EQ(agreement->party("guizhou"), nullptr);
  EXPECT_EQ(agreement->channel(fixture::kChannel)->window, 4);
  EXPECT_EQ(agreement->rate_per_s, 4000);
  EXPECT_EQ(agreement->quorum, 1);
  EXPECT_EQ(agreement->witnesses, std::vector{std::string{fixture::kAuditorWitness}});
  EXPECT_EQ(code(open_agreements(fixture::agreements(), "")), "opened");
  EXPECT_EQ(code(open_agreements(fixture::agreements(), std::string(64, '0'))), "agreement-pin");
  EXPECT_EQ(code(open_agreements({}, "")), "agreement-chain");
}

TEST(Agreement, RefusesEveryBrokenChain) {
  int cases = 0;
  const Value vector_file = fixture::vectors("agreement");
  for (const auto& [name, row] : fixture::record(vector_file, "refused_agreements")) {
    const auto& pair = *row.as_list();
    EXPECT_EQ(code(open_agreements(texts(*pair[1].as_list()), fixture::agreement_id())),
              *pair[0].as_text())
        << name;
    ++cases;
  }
  EXPECT_EQ(cases, 5);
}

// The secret of pseudonyms, edition after edition: what each says of it and who its members are.
TEST(Agreement, ASecretOnceSharedIsNeverGivenUpAndChangesWithItsMembers) {
  struct Edition {
    std::int64_t pseudonyms;
    std::vector<std::string> members;
  };
  const auto followed = [](const std::vector<Edition>& all) {
    std::vector<std::string> records;
    std::optional<Agreement> last;
    for (const Edition& one : all) {
      Agreement next;
      next.edition = static_cast<std::int64_t>(records.size()) + 1;
      next.name = "Test circle";
      next.effective = kNow;
      next.pseudonyms = one.pseudonyms;
      if (last) {
        next.id = last->id;
        next.previous = last->digest;
      }
      std::vector<Signer> roots;
      for (const char* id : {"auditor", "chongqing", "sichuan"}) {
        const std::string kid = std::string{id} + "/root/1";
        roots.push_back({kid, fixture::key(kid).secret_key});
        next.parties.push_back({.party = id,
                                .member = std::ranges::find(one.members, id) != one.members.end(),
                                .origin = std::string{id} + ".example/bashu/1",
                                .endpoint = "https://" + std::string{id} + ".example/bashu/v1",
                                .root_kid = kid,
                                .root_key = fixture::key(kid).public_key,
                                .tls_ca = {std::string(64, 'a')}});
      }
      records.push_back(signed_record(agreement_payload(next), kAgreementType, roots));
      const auto read = next_agreement(last ? &*last : nullptr, records.back(), "");
      if (!read) return code(read);
      if (read->pseudonyms != one.pseudonyms) return std::string{"read otherwise"};
      last = *read;
    }
    return std::string{"followed"};
  };
  const std::vector<std::string> two{"chongqing", "sichuan"},
      three{"auditor", "chongqing", "sichuan"};
  EXPECT_EQ(followed({{0, two}, {0, three}}), "followed");
  EXPECT_EQ(followed({{1, two}, {1, two}, {2, two}}), "followed");
  EXPECT_EQ(followed({{0, two}, {1, two}}), "followed") << "a circle of one key is moved";
  EXPECT_EQ(followed({{1, two}, {2, three}, {3, two}}), "followed");
  EXPECT_EQ(followed({{1, two}, {1, three}}), "agreement-chain") << "no share for who joins";
  EXPECT_EQ(followed({{1, three}, {1, two}}), "agreement-chain") << "who left keeps his";
  EXPECT_EQ(followed({{1, two}, {0, two}}), "agreement-chain");
  EXPECT_EQ(followed({{1, two}, {3, two}}), "agreement-chain");
  EXPECT_EQ(followed({{2, two}}), "agreement-chain");
}

TEST(Agreement, AnotherWayToMakePseudonymsIsNotTaken) {
  Agreement edition;
  edition.edition = 1;
  edition.pseudonyms = 1;
  const auto read = [&](std::string_view from, std::string_view to) {
    std::string payload = agreement_payload(edition);
    const std::size_t at = payload.find(from);
    if (at == std::string::npos) return std::string{"not written"};
    payload.replace(at, from.size(), to);
    return code(read_agreement(signed_record(payload, kAgreementType, {})));
  };
  EXPECT_EQ(read("ristretto255-SHA512", "ristretto255-SHA512"), "opened");
  EXPECT_EQ(read("ristretto255-SHA512", "P256-SHA256"), "record-form");
  EXPECT_EQ(read("\"threshold\":2", "\"threshold\":1"), "record-form");
  EXPECT_EQ(read("\"generation\":1", "\"generation\":0"), "record-form");
}

TEST(Keys, FollowTheListsOfTheVectors) {
  int cases = 0;
  for (const char* party : {"sichuan", "chongqing", "auditor"}) {
    const std::string kid = std::string{party} + "/root/1";
    const auto keys = open_keys(fixture::key_lists(party), party, fixture::agreement_id(), kid,
                                fixture::key(kid).public_key);
    ASSERT_TRUE(keys) << party;
    const KeyRecord& old = keys->at(std::string{party} + "/env/0");
    EXPECT_EQ(old.revoked, kNow - 5 * kDay);
    EXPECT_EQ(old.party, party);
    ++cases;
  }
  EXPECT_EQ(cases, 3);
}

TEST(Keys, RefuseEveryBrokenChain) {
  int cases = 0;
  const Value vector_file = fixture::vectors("agreement");
  for (const auto& [name, row] : fixture::record(vector_file, "refused_key_lists")) {
    const auto& pair = *row.as_list();
    EXPECT_EQ(code(open_keys(texts(*pair[1].as_list()), "sichuan", fixture::agreement_id(),
                             "sichuan/root/1", fixture::key("sichuan/root/1").public_key)),
              *pair[0].as_text())
        << name;
    ++cases;
  }
  EXPECT_EQ(cases, 6);
}

// A circle of our own making.
PartyRecord party(const std::string& id, int root) {
  const std::string kid = id + "/root/" + std::to_string(root);
  return {.party = id,
          .member = true,
          .origin = id + ".example/bashu/1",
          .endpoint = "https://" + id + ".example/bashu/v1",
          .root_kid = kid,
          .root_key = fixture::key(kid).public_key,
          .tls_ca = {std::string(64, 'a')}};
}
Signer signer(const std::string& kid) { return {kid, fixture::key(kid).secret_key}; }

struct Circle {
  Agreement first{.id = "",
                  .digest = "",
                  .edition = 1,
                  .previous = "",
                  .name = "Test circle",
                  .effective = kNow,
                  .parties = {party("sichuan", 1), party("chongqing", 1)},
                  .channels = {{.channel = "sichuan.chongqing.main"}},
                  .witnesses = {}};
  std::string record = signed_record(agreement_payload(first), kAgreementType,
                                     {signer("sichuan/root/1"), signer("chongqing/root/1")});
  // Edition 2 with a change, still unsigned.
  template <typename Change>
  Agreement next(const Change& change) const {
    Agreement second = *open_agreements({record}, "");
    second.previous = second.digest;
    second.edition = 2;
    change(second);
    return second;
  }
};

// Two nodes of one party, each a member for itself.
struct TwoNodes : Circle {
  TwoNodes() {
    first.parties.push_back(party("sichuan-mianyang", 1));
    node("sichuan") = NodeRecord{.of = {}, .divisions = {"51"}, .site = "https://sichuan.example"};
    node("sichuan-mianyang") =
        NodeRecord{.of = "sichuan", .divisions = {"5107", "5108"}, .site = {}};
  }
  std::optional<NodeRecord>& node(std::string_view id) {
    return std::ranges::find(first.parties, id, &PartyRecord::party)->node;
  }
  std::string opened() const {
    return code(read_agreement(signed_record(agreement_payload(first), kAgreementType, {})));
  }
};

TEST(Agreement, SaysWhichNodesAPartyHasAndForWhat) {
  TwoNodes circle;
  const auto read =
      read_agreement(signed_record(agreement_payload(circle.first), kAgreementType, {}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->party("sichuan-mianyang")->node, circle.node("sichuan-mianyang"));
  EXPECT_EQ(read->party("chongqing")->node, std::nullopt);
  EXPECT_EQ(agreement_payload(*read), agreement_payload(circle.first));
}

TEST(Agreement, RefusesNodesThatContradictEachOther) {
  const auto refused = [](const auto& change) {
    TwoNodes circle;
    change(circle);
    EXPECT_EQ(circle.opened(), "record-form");
  };
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->divisions = {"51"}; });  // given twice
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->divisions = {"5108", "5107"}; });
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->divisions = {"5107", "5107"}; });
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->divisions = {}; });
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->divisions = {"510"}; });
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->divisions = {"xx"}; });
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->of = "guizhou"; });
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->of = "sichuan-mianyang"; });
  refused([](TwoNodes& c) { c.node("sichuan-mianyang")->site = "ftp://x"; });
  refused([](TwoNodes& c) { c.node("sichuan") = std::nullopt; });  // whose node, without its own
  refused([](TwoNodes& c) { c.node("sichuan")->of = "chongqing"; });
  TwoNodes other;  // another party may have the same code, whatever that means there
  other.node("chongqing") = NodeRecord{.of = {}, .divisions = {"51"}, .site = {}};
  EXPECT_EQ(other.opened(), "opened");
}

TEST(Agreement, IsComposedSignedOneAfterTheOtherAndRead) {
  const Circle circle;
  std::string record =
      signed_record(agreement_payload(circle.first), kAgreementType, {signer("sichuan/root/1")});
  EXPECT_EQ(code(open_agreements({record}, "")), "agreement-signature");
  record = add_signature(record, kAgreementType, signer("chongqing/root/1")).value();
  EXPECT_EQ(record, circle.record);
  EXPECT_EQ(add_signature(record, kAgreementType, signer("chongqing/root/1")).value(), record);
  EXPECT_EQ(code(add_signature(record, kKeysType, signer("chongqing/root/1"))), "record-header");
  EXPECT_EQ(record_signers(record).value(),
            (std::vector<std::string>{"sichuan/root/1", "chongqing/root/1"}));
  const auto agreement = open_agreements({record}, "");
  ASSERT_TRUE(agreement);
  EXPECT_EQ(read_agreement(record)->id, agreement->id);
  EXPECT_EQ(agreement_payload(*agreement), agreement_payload(circle.first));
  EXPECT_EQ(agreement->channels.front().window, 64);
}

TEST(Agreement, ASignatureByAStrangerNeitherHelpsNorHarms) {
  const Circle circle;
  const auto with_stranger = add_signature(circle.record, kAgreementType, signer("guizhou/root/1"));
  EXPECT_EQ(code(open_agreements({*with_stranger}, "")), "opened");
  const std::string strangers = signed_record(agreement_payload(circle.first), kAgreementType,
                                              {signer("guizhou/root/1"), signer("yunnan/root/1")});
  EXPECT_EQ(code(open_agreements({strangers}, "")), "agreement-signature");
}

TEST(Agreement, ARootChangesOnlyWithItsKidAndBothSignatures) {
  const Circle circle;
  const auto moved = [&](std::vector<RootChange> roots) {
    return agreement_payload(circle.next([&](Agreement& next) {
      next.parties[0] = party("sichuan", 2);
      next.roots = std::move(roots);
    }));
  };
  std::string payload =
      moved({{.party = "sichuan", .keys = 0, .digest = {}, .lost = false, .reason = {}}});
  const auto opened = [&](const std::vector<Signer>& signers) {
    return code(
        open_agreements({circle.record, signed_record(payload, kAgreementType, signers)}, ""));
  };
  EXPECT_EQ(opened({signer("sichuan/root/2"), signer("chongqing/root/1")}), "agreement-signature");
  EXPECT_EQ(
      opened({signer("sichuan/root/1"), signer("sichuan/root/2"), signer("chongqing/root/1")}),
      "opened");
  payload = moved({});  // it has to be said
  EXPECT_EQ(
      opened({signer("sichuan/root/1"), signer("sichuan/root/2"), signer("chongqing/root/1")}),
      "agreement-root");
}

TEST(Agreement, APartyLeavesOnlyWithItsSignature) {
  const Circle circle;
  const Agreement second = circle.next([](Agreement& next) {
    next.parties.pop_back();
    next.channels.clear();
  });
  const std::string alone =
      signed_record(agreement_payload(second), kAgreementType, {signer("sichuan/root/1")});
  EXPECT_EQ(code(open_agreements({circle.record, alone}, "")), "agreement-signature");
  const auto both = add_signature(alone, kAgreementType, signer("chongqing/root/1"));
  EXPECT_EQ(code(open_agreements({circle.record, *both}, "")), "opened");
}

TEST(Agreement, RefusesWhatContradictsItself) {
  const Circle circle;
  int cases = 0;
  const auto refuse = [&](void (*change)(Agreement&)) {
    Agreement agreement = circle.first;
    change(agreement);
    const std::string record =
        signed_record(agreement_payload(agreement), kAgreementType,
                      {signer("sichuan/root/1"), signer("chongqing/root/1")});
    EXPECT_EQ(code(open_agreements({record}, "")), "record-form") << cases;
    ++cases;
  };
  refuse([](Agreement& a) { a.parties[1] = a.parties[0]; });
  refuse([](Agreement& a) { a.parties[1].root_kid = a.parties[0].root_kid; });
  refuse([](Agreement& a) { a.parties[0].party = "Sichuan"; });
  refuse([](Agreement& a) { a.parties[0].root_key = "short"; });
  refuse([](Agreement& a) { a.parties[0].tls_ca = {"abc"}; });
  refuse([](Agreement& a) { a.channels.push_back(a.channels[0]); });
  refuse([](Agreement& a) { a.channels[0].channel = "sichuan.guizhou.main"; });
  refuse([](Agreement& a) { a.channels[0].channel = "sichuan.sichuan.main"; });
  refuse([](Agreement& a) { a.channels[0].window = 0; });
  refuse([](Agreement& a) { a.max_payload = (1 << 20) + 1; });
  refuse([](Agreement& a) { a.quorum = -1; });
  EXPECT_EQ(cases, 11);
}

TEST(Keys, HistoryOnlyGrowsShrinksWindowsAndRevokes) {
  const fixture::Key root = fixture::key("sichuan/root/1");
  const std::string agreement = std::string(64, 'a');
  const auto list = [&](std::int64_t edition, const std::string& previous,
                        std::vector<KeyRecord> keys) {
    return signed_record(keys_payload(agreement, "sichuan", edition, previous, kNow, keys),
                         kKeysType, {{"sichuan/root/1", root.secret_key}});
  };
  const KeyRecord key{.party = "sichuan",
                      .kid = "sichuan/envelope/1",
                      .role = "envelope",
                      .alg = "EdDSA",
                      .key = fixture::key("sichuan/envelope/1").public_key,
                      .name = "",
                      .from = kNow,
                      .to = kNow + 90 * kDay,
                      .revoked = kNow + 1};
  const std::string first = list(1, "", {key});
  const std::string digest = read_keys(first)->digest;
  const auto opened = [&](const KeyRecord& next) {
    return code(open_keys({first, list(2, digest, {next})}, "sichuan", agreement, "sichuan/root/1",
                          root.public_key));
  };
  const auto with = [&](const auto& change) {
    KeyRecord next = key;
    change(next);
    return opened(next);
  };
  EXPECT_EQ(opened(key), "opened");
  EXPECT_EQ(with([](KeyRecord& k) { k.to -= 1; }), "opened");
  EXPECT_EQ(with([](KeyRecord& k) { k.to += 1; }), "keys-history");
  EXPECT_EQ(with([](KeyRecord& k) { k.from += 1; }), "keys-history");
  EXPECT_EQ(with([](KeyRecord& k) { k.role = "log"; }), "keys-history");
  EXPECT_EQ(with([](KeyRecord& k) { k.alg = "X25519"; }), "keys-history");
  EXPECT_EQ(with([](KeyRecord& k) { k.alg = "SM2-SM3"; }), "record-form");  // 32 bytes are none
  EXPECT_EQ(with([](KeyRecord& k) { k.name = "x"; }), "keys-history");
  EXPECT_EQ(with([](KeyRecord& k) { k.revoked = 0; }), "keys-history");
  EXPECT_EQ(with([](KeyRecord& k) { k.revoked += 1; }), "keys-history");
  EXPECT_EQ(with([](KeyRecord& k) { k.to = k.from - 1; }), "record-form");
  EXPECT_EQ(
      code(open_keys({first, first}, "sichuan", agreement, "sichuan/root/1", root.public_key)),
      "keys-chain");
  EXPECT_EQ(code(open_keys({first}, "chongqing", agreement, "sichuan/root/1", root.public_key)),
            "keys-chain");
  EXPECT_EQ(open_keys({first}, "sichuan", agreement, "sichuan/root/1", root.public_key)
                ->at("sichuan/envelope/1")
                .key,
            key.key);
}

}  // namespace
}  // namespace bashu::evidence
