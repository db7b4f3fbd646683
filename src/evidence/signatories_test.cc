#include "evidence/signatories.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <set>

#include "evidence/fixture.h"
#include "evidence/known.h"

namespace bashu::evidence {
namespace {

using fixture::kNow;

template <typename T>
std::string code(const Verified<T>& result) {
  return result ? std::string{"opened"} : result.error().code;
}

std::string kid_of(const std::string& id, int root = 1) {
  return id + "/root/" + std::to_string(root);
}
PartyRecord party(const std::string& id, int root = 1) {
  return {.party = id,
          .member = true,
          .origin = id + ".example/bashu/1",
          .endpoint = "https://" + id + ".example/bashu/v1",
          .root_kid = kid_of(id, root),
          .root_key = fixture::key(kid_of(id, root)).public_key,
          .tls_ca = {std::string(64, 'a')}};
}
std::string signed_by(const Agreement& edition, const std::set<std::string>& kids) {
  std::vector<Signer> signers;
  for (const std::string& kid : kids) signers.push_back({kid, fixture::key(kid).secret_key});
  return signed_record(agreement_payload(edition), kAgreementType, signers);
}

const std::vector<std::string> kNames{"anhui", "chongqing", "guizhou", "sichuan", "yunnan"};

Agreement empty() {
  Agreement first;
  first.edition = 1;
  first.name = "Test circle";
  first.effective = kNow;
  return first;
}
RootChange change(const std::string& id, const std::string& lost = {}) {
  return {.party = id, .keys = 0, .digest = {}, .lost = !lost.empty(), .reason = lost};
}

Agreement first_of(const std::vector<std::string>& ids) {
  Agreement first = empty();
  std::set<std::string> kids;
  for (const std::string& id : ids) {
    first.parties.push_back(party(id));
    kids.insert(kid_of(id));
  }
  return *next_agreement(nullptr, signed_by(first, kids), "");
}
Agreement after(const Agreement& last) {
  Agreement next = last;
  next.previous = last.digest;
  ++next.edition;
  next.expelled.clear();
  next.roots.clear();
  return next;
}
void drop(Agreement& edition, std::string_view id) {
  std::erase_if(edition.parties, [&](const PartyRecord& one) { return one.party == id; });
}
void expel(Agreement& edition, const std::string& id) {
  drop(edition, id);
  edition.expelled.push_back({.party = id, .reason = "misbehaved"});
}
std::string follow(const Agreement& last, const Agreement& next,
                   const std::set<std::string>& kids) {
  return code(next_agreement(&last, signed_by(next, kids), ""));
}

// Whatever becomes of each member, and whoever signs: only those sets are taken that the rule
// names.
RC_GTEST_PROP(Signatories, NoSetShortOfTheRuleIsTaken, ()) {
  enum class Fate { stays, leaves, expelled, moves, loses };
  const auto count = *rc::gen::inRange<std::size_t>(2, kNames.size() + 1);
  const std::vector<std::string> ids{kNames.begin(), kNames.begin() + static_cast<long>(count)};
  const Agreement last = first_of(ids);
  Agreement next = after(last);
  std::set<std::string> needed, all;
  std::size_t vouching = 0, left = 0;
  bool without_one = false;
  for (const std::string& id : ids) {
    const auto fate = *rc::gen::weightedElement<Fate>({{3, Fate::stays},
                                                       {1, Fate::leaves},
                                                       {2, Fate::expelled},
                                                       {1, Fate::moves},
                                                       {1, Fate::loses}});
    all.insert({kid_of(id), kid_of(id, 2)});
    if (fate == Fate::leaves) drop(next, id);
    if (fate == Fate::expelled) expel(next, id);
    if (fate == Fate::moves || fate == Fate::loses) {
      *std::ranges::find(next.parties, id, &PartyRecord::party) = party(id, 2);
      next.roots.push_back(change(id, fate == Fate::loses ? "burnt" : ""));
      needed.insert(kid_of(id, 2));
    }
    const bool vouches = fate != Fate::expelled && fate != Fate::loses;
    if (vouches) needed.insert(kid_of(id));
    vouching += vouches ? 1 : 0;
    left += fate == Fate::leaves || fate == Fate::expelled ? 0 : 1;
    without_one = without_one || !vouches;
  }
  RC_PRE(left > 0);
  std::set<std::string> signers;
  for (const std::string& kid : all) {
    if (*rc::gen::weightedElement<bool>({{5, true}, {1, false}})) signers.insert(kid);
  }
  const bool many = !without_one || (2 * vouching > count && left >= 2);
  const bool taken = many && std::ranges::includes(signers, needed);
  RC_CLASSIFY(taken, "taken");
  RC_ASSERT((follow(last, next, signers) == "opened") == taken);
  RC_ASSERT((follow(last, next, all) == "opened") == many);
}

TEST(Signatories, TwoOfThreeExpelTheThirdAndOneDoesNot) {
  const Agreement last = first_of({"chongqing", "guizhou", "sichuan"});
  Agreement next = after(last);
  expel(next, "guizhou");
  EXPECT_EQ(follow(last, next, {"chongqing/root/1", "sichuan/root/1"}), "opened");
  EXPECT_EQ(follow(last, next, {"chongqing/root/1"}), "agreement-signature");
  EXPECT_EQ(follow(last, next, {"chongqing/root/1", "guizhou/root/1"}), "agreement-signature");
  expel(next, "chongqing");
  std::ranges::sort(next.expelled, {}, &Expelled::party);
  EXPECT_EQ(follow(last, next, {"sichuan/root/1"}), "agreement-majority");
  EXPECT_EQ(follow(last, next, {"chongqing/root/1", "guizhou/root/1", "sichuan/root/1"}),
            "agreement-majority");
}

// What makes two editions after one impossible without a witness against who signed both.
TEST(Signatories, HalfOfTheCircleExpelsNobody) {
  const std::vector<std::string> four{"anhui", "chongqing", "guizhou", "sichuan"};
  const Agreement last = first_of(four);
  Agreement one = after(last), other = after(last);
  expel(one, "anhui");
  expel(one, "chongqing");
  expel(other, "guizhou");
  expel(other, "sichuan");
  EXPECT_EQ(follow(last, one, {"guizhou/root/1", "sichuan/root/1"}), "agreement-majority");
  EXPECT_EQ(follow(last, other, {"anhui/root/1", "chongqing/root/1"}), "agreement-majority");
  const Agreement two = first_of({"chongqing", "sichuan"});
  Agreement alone = after(two);
  expel(alone, "chongqing");
  EXPECT_EQ(follow(two, alone, {"sichuan/root/1"}), "agreement-majority");
}

// The nodes of one government are one voice, and go together.
TEST(Signatories, NodesOfAPartyAreOneVoiceAndGoWithIt) {
  Agreement first = empty();
  first.parties = {party("chongqing"), party("guizhou"), party("sichuan"), party("sichuan-east")};
  first.parties[2].node = NodeRecord{.of = {}, .divisions = {"51"}, .site = {}};
  first.parties[3].node = NodeRecord{.of = "sichuan", .divisions = {"5107"}, .site = {}};
  const std::set<std::string> everybody{"chongqing/root/1", "guizhou/root/1", "sichuan/root/1",
                                        "sichuan-east/root/1"};
  const Agreement last = *next_agreement(nullptr, signed_by(first, everybody), "");
  // Two nodes of four members, and one government of three.
  Agreement coup = after(last);
  expel(coup, "chongqing");
  expel(coup, "guizhou");
  EXPECT_EQ(follow(last, coup, everybody), "agreement-majority");
  Agreement half = after(last);
  expel(half, "sichuan");
  drop(half, "sichuan-east");
  EXPECT_EQ(follow(last, half, everybody), "agreement-chain") << "a node stays behind unsaid";
  half.expelled.push_back({.party = "sichuan-east", .reason = "misbehaved"});
  EXPECT_EQ(follow(last, half, {"chongqing/root/1", "guizhou/root/1"}), "opened");
}

TEST(Signatories, ExpulsionsThatSayWhatIsNotSoAreRefused) {
  const Agreement last = first_of({"chongqing", "guizhou", "sichuan"});
  const std::set<std::string> all{"chongqing/root/1", "guizhou/root/1", "sichuan/root/1"};
  Agreement stays = after(last);
  stays.expelled.push_back({.party = "guizhou", .reason = "x"});
  EXPECT_EQ(follow(last, stays, all), "agreement-chain");
  Agreement stranger = after(last);
  stranger.expelled.push_back({.party = "yunnan", .reason = "x"});
  EXPECT_EQ(follow(last, stranger, all), "agreement-chain");
  Agreement mute = after(last);
  expel(mute, "guizhou");
  mute.expelled.front().reason = "";
  EXPECT_EQ(follow(last, mute, all), "record-form");
  Agreement twice = after(last);
  expel(twice, "guizhou");
  twice.expelled.push_back(twice.expelled.front());
  EXPECT_EQ(follow(last, twice, all), "record-form");
  Agreement unmoved = after(last);
  unmoved.roots.push_back(change("guizhou"));
  EXPECT_EQ(follow(last, unmoved, all), "agreement-chain");
}

TEST(Signatories, WhoWasExpelledComesBackWithEverybodysSignature) {
  Agreement last = first_of({"chongqing", "guizhou", "sichuan"});
  Agreement out = after(last);
  expel(out, "guizhou");
  last = *next_agreement(&last, signed_by(out, {"chongqing/root/1", "sichuan/root/1"}), "");
  Agreement back = after(last);
  back.parties.push_back(party("guizhou", 2));
  back.roots.push_back(change("guizhou"));
  EXPECT_EQ(follow(last, back, {"chongqing/root/1", "sichuan/root/1"}), "agreement-signature");
  EXPECT_EQ(follow(last, back, {"chongqing/root/1", "guizhou/root/2"}), "agreement-signature");
  EXPECT_EQ(follow(last, back, {"chongqing/root/1", "sichuan/root/1", "guizhou/root/2"}), "opened");
  back.roots.front().lost = true;
  back.roots.front().reason = "x";
  EXPECT_EQ(follow(last, back, {"chongqing/root/1", "sichuan/root/1", "guizhou/root/2"}),
            "agreement-chain");
}

// A root that another one followed vouches for the lists the edition counts, and for no more.
TEST(Known, AnOldRootSignsNoListAfterTheOneThatFollowed) {
  Agreement last = first_of({"chongqing", "guizhou", "sichuan"});
  Known known;
  known.adopt(last);
  const auto list = [&](std::int64_t edition, const std::string& previous, int root) {
    const std::string kid = kid_of("guizhou", root);
    return signed_record(keys_payload(last.id, "guizhou", edition, previous, kNow + edition, {}),
                         kKeysType, {{kid, fixture::key(kid).secret_key}});
  };
  const std::string one = list(1, "", 1);
  const KeysEdition held = *known.next_keys(nullptr, one);
  Agreement moved = after(last);
  moved.parties[1] = party("guizhou", 2);
  moved.roots.push_back(
      {.party = "guizhou", .keys = 1, .digest = held.digest, .lost = true, .reason = "stolen"});
  last = *next_agreement(
      &last, signed_by(moved, {"chongqing/root/1", "sichuan/root/1", "guizhou/root/2"}), "");
  known.adopt(last);
  EXPECT_EQ(code(known.next_keys(&held, list(2, held.digest, 1))), "keys-signature");
  EXPECT_EQ(code(known.next_keys(&held, list(2, held.digest, 2))), "opened");
  // Who comes late takes what the old one signed, and what it did not only from the new one.
  EXPECT_EQ(code(known.next_keys(nullptr, one)), "opened");
  EXPECT_EQ(code(known.next_keys(nullptr, list(1, "", 2))), "keys-signature");
  const auto all = known.open_keys({one, list(2, held.digest, 2)}, "guizhou");
  ASSERT_TRUE(all);
  EXPECT_EQ((*all)->edition, 2);
  EXPECT_EQ(known.party("guizhou")->root_kid, "guizhou/root/2");
  // Another list in the place of the last one it signed is none.
  const std::string forged =
      signed_record(keys_payload(last.id, "guizhou", 1, "", kNow + 77, {}), kKeysType,
                    {{kid_of("guizhou"), fixture::key(kid_of("guizhou")).secret_key}});
  EXPECT_EQ(code(known.next_keys(nullptr, forged)), "keys-chain");
}

}  // namespace
}  // namespace bashu::evidence
