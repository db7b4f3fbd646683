#include "evidence/fsck.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "evidence/fixture.h"
#include "evidence/standing.h"

namespace bashu::evidence {
namespace {

using fixture::kChannel;
using fixture::kNow;
using fixture::list;
using fixture::Log;
using fixture::number;
using fixture::text;

// The code of the first finding, empty if there is none.
std::string check(JournalCheck& check, const std::vector<std::string>& commits) {
  for (const std::string& commit : commits)
    if (const auto sound = check.next(commit); !sound) return sound.error().code;
  return {};
}

// The same of commits that were all examined before the first was put in its place.
std::string check_ahead(JournalCheck& check, const std::vector<std::string>& commits) {
  std::vector<ExaminedCommit> examined;
  for (const std::string& commit : commits) examined.push_back(examine(commit, check.keys()));
  for (ExaminedCommit& commit : examined)
    if (const auto sound = check.next(commit); !sound) return sound.error().code;
  return {};
}

JournalCheck chongqing() {
  return {std::string{fixture::kChongqingLog},
          {fixture::key("chongqing/log/1").public_key},
          fixture::keys()};
}

std::vector<std::string> vector_commits(const Value& given) {
  std::vector<std::string> commits;
  for (const std::string& encoded : fixture::texts(list(given, "commits_base64")))
    commits.push_back(fixture::unbase64(encoded));
  return commits;
}

TEST(JournalCheck, PassesTheJournalsOfTheVectors) {
  const Value given = fixture::vectors("journal");
  JournalCheck journal = chongqing();
  EXPECT_EQ(check(journal, vector_commits(given)), "");
  EXPECT_EQ(journal.size(), static_cast<std::uint64_t>(number(given, "size")));
  EXPECT_EQ(hex(journal.root()), text(given, "root"));
  JournalCheck channel = chongqing();
  EXPECT_EQ(check(channel, vector_commits(fixture::vectors("channel"))), "");
  EXPECT_EQ(channel.size(), 11u);
}

TEST(JournalCheck, FindsEveryCorruption) {
  const Value given = fixture::vectors("journal");
  const std::vector<std::string> sound = vector_commits(given);
  int cases = 0;
  for (const auto& [name, row] : fixture::record(given, "corrupted")) {
    std::vector<std::string> commits;
    for (const Value& commit : list(row, "commits"))
      commits.push_back(commit.as_int() ? sound[static_cast<std::size_t>(*commit.as_int())]
                                        : fixture::unbase64(*commit.as_text()));
    JournalCheck journal = chongqing();
    EXPECT_EQ(check(journal, commits), text(row, "code")) << name;
    JournalCheck ahead = chongqing();
    EXPECT_EQ(check_ahead(ahead, commits), text(row, "code")) << name;
    ++cases;
  }
  EXPECT_EQ(cases, 13);
}

TEST(Guard, TellsRollbackAndForkApart) {
  const Value given = fixture::vectors("journal");
  const Value& guard_cases = fixture::at(given, "guard");
  const std::vector<Hash> own = fixture::hashes(list(guard_cases, "own_roots"));
  const auto own_size = static_cast<std::uint64_t>(number(guard_cases, "own_size"));
  int cases = 0;
  for (const Value& row : list(guard_cases, "cases")) {
    const auto peer_size = static_cast<std::uint64_t>(number(row, "peer_size"));
    const Hash there = peer_size < own.size() ? own[peer_size] : Hash{};
    const Standing standing =
        guard(own_size, there, peer_size, fixture::hash(text(row, "peer_root")));
    EXPECT_EQ(standing == Standing::ok ? "ok" : code_of(standing).text(), text(row, "verdict"))
        << text(row, "name");
    ++cases;
  }
  EXPECT_EQ(cases, 4);
}

RC_GTEST_PROP(JournalCheck, FindsAnyChangedByteOfACommit, ()) {
  static const std::vector<std::string> sound = vector_commits(fixture::vectors("channel"));
  const auto which = *rc::gen::inRange<std::size_t>(0, sound.size());
  std::vector<std::string> commits = sound;
  std::string& commit = commits[which];
  const bool fix_digest = *rc::gen::arbitrary<bool>();
  const auto offset = *rc::gen::inRange<std::size_t>(0, commit.size() - (fix_digest ? 32 : 0));
  commit[offset] = static_cast<char>(commit[offset] ^ *rc::gen::inRange(1, 256));
  if (fix_digest) {
    commit.resize(commit.size() - 32);
    commit += as_bytes(sha256(commit));
  }
  JournalCheck journal = chongqing();
  const std::string found = check(journal, commits);
  RC_ASSERT(found != "");
  JournalCheck ahead = chongqing();
  RC_ASSERT(check_ahead(ahead, commits) == found);
}

// Two logs in which Sichuan sends and Chongqing answers; keys are learnt from the journals alone.
struct Circle {
  Log sichuan{fixture::kSichuanLog, "sichuan/log/1"};
  Log chongqing{fixture::kChongqingLog, "chongqing/log/1"};
  std::vector<Envelope> envelopes;

  Circle() {
    std::vector<Log::Entry> adopted{{.kind = "genesis"}};
    for (const std::string& edition : fixture::agreements())
      adopted.push_back({.kind = "agreement", .evidence = edition});
    for (const char* party : {"sichuan", "chongqing"})
      for (const std::string& keys : fixture::key_lists(party))
        adopted.push_back({.kind = "keys", .evidence = keys});
    sichuan.commit((kNow - 100) * 1000, adopted);
    chongqing.commit((kNow - 100) * 1000, adopted);
    for (std::int64_t seq = 1; seq <= 3; ++seq) envelopes.push_back(fixture::envelope(seq));
  }
  [[nodiscard]] Log::Entry entry(const std::string& kind, std::uint64_t seq) const {
    const Envelope& envelope = envelopes.at(seq - 1);
    const bool answers = kind == "recv" || kind == "resolve";
    return {.kind = kind,
            .outcome = answers ? "applied" : "-",
            .channel = std::string{kChannel},
            .seq = seq,
            .message_id = envelope.message_id,
            .evidence = envelope.text};
  }
  [[nodiscard]] static Log::Entry ack(std::uint64_t seq, const std::string& receipt) {
    return {.kind = "ack", .channel = std::string{kChannel}, .seq = seq, .evidence = receipt};
  }
  static std::string check_alone(const Log& log, std::string_view kid) {
    JournalCheck journal{log.origin, {fixture::key(kid).public_key}, {}};
    std::string found = check(journal, log.commits);
    // Nothing is known yet under which its messages would verify.
    JournalCheck ahead{log.origin, {fixture::key(kid).public_key}, {}};
    EXPECT_EQ(check_ahead(ahead, log.commits), found);
    EXPECT_EQ(ahead.root(), journal.root());
    return found;
  }
  [[nodiscard]] std::string check_sichuan() const { return check_alone(sichuan, "sichuan/log/1"); }
  [[nodiscard]] std::string check_chongqing() const {
    return check_alone(chongqing, "chongqing/log/1");
  }
};

TEST(JournalCheck, LearnsKeysFromTheJournalItself) {
  Circle circle;
  circle.sichuan.commit(kNow * 1000, {circle.entry("send", 1), circle.entry("send", 2)});
  const auto receipts =
      circle.chongqing.commit(kNow * 1000, {circle.entry("recv", 1), circle.entry("recv", 2)});
  circle.sichuan.commit(kNow * 1000, {Circle::ack(2, receipts[1]), Circle::ack(1, receipts[0])});
  EXPECT_EQ(circle.check_sichuan(), "");
  EXPECT_EQ(circle.check_chongqing(), "");
}

TEST(JournalCheck, RefusesAReceiptThatAnswersNothingOpen) {
  const auto check_with = [](const auto& write) {
    Circle circle;
    circle.sichuan.commit(kNow * 1000, {circle.entry("send", 1), circle.entry("send", 2)});
    const auto receipts =
        circle.chongqing.commit(kNow * 1000, {circle.entry("recv", 1), circle.entry("recv", 2)});
    write(circle, receipts);
    return circle.check_sichuan();
  };
  using Receipts = std::vector<std::string>;
  EXPECT_EQ(check_with([](Circle& circle, const Receipts& receipts) {
              circle.sichuan.commit(kNow * 1000, {Circle::ack(1, receipts[1])});
            }),
            "receipt");
  EXPECT_EQ(check_with([](Circle& circle, const Receipts& receipts) {
              circle.sichuan.commit(kNow * 1000, {Circle::ack(3, receipts[1])});
            }),
            "receipt");
  EXPECT_EQ(check_with([](Circle& circle, const Receipts& receipts) {
              circle.sichuan.commit(kNow * 1000,
                                    {Circle::ack(1, receipts[0]), Circle::ack(1, receipts[0])});
            }),
            "receipt");
  EXPECT_EQ(check_with([](Circle& circle, const Receipts&) {
              circle.sichuan.commit(kNow * 1000, {Circle::ack(1, "")});
            }),
            "receipt");
}

TEST(JournalCheck, HoldsTheOrderOfEveryChannel) {
  const auto received = [](const std::vector<std::pair<std::string, std::uint64_t>>& entries) {
    Circle circle;
    for (const auto& [kind, seq] : entries)
      circle.chongqing.commit(kNow * 1000, {circle.entry(kind, seq)});
    return circle.check_chongqing();
  };
  EXPECT_EQ(received({{"recv", 1}, {"recv", 2}, {"resolve", 1}}), "");
  EXPECT_EQ(received({{"recv", 2}}), "channel-order");
  EXPECT_EQ(received({{"recv", 1}, {"recv", 1}}), "channel-order");
  EXPECT_EQ(received({{"recv", 1}, {"resolve", 2}}), "channel-order");
  EXPECT_EQ(received({{"send", 1}, {"resend", 1}}), "");
  EXPECT_EQ(received({{"send", 2}}), "channel-order");
  EXPECT_EQ(received({{"resend", 1}}), "channel-order");
}

TEST(JournalCheck, RefusesKeyListsAndEditionsThatDoNotContinue) {
  const auto adopted = [](const std::string& kind, const std::string& record) {
    Circle circle;
    circle.sichuan.commit(kNow * 1000, {{.kind = kind, .evidence = record}});
    return circle.check_sichuan();
  };
  EXPECT_EQ(adopted("keys", fixture::key_lists("sichuan").front()), "evidence");
  EXPECT_EQ(adopted("keys", fixture::key_lists("auditor").front()), "");
  EXPECT_EQ(adopted("agreement", fixture::agreements().front()), "evidence");
  EXPECT_EQ(adopted("keys", "{}"), "evidence");
  Log early{fixture::kSichuanLog, "sichuan/log/1"};
  early.commit(1, {{.kind = "keys", .evidence = fixture::key_lists("sichuan").front()}});
  EXPECT_EQ(Circle::check_alone(early, "sichuan/log/1"), "evidence");
}

TEST(JournalCheck, RefusesAnEnvelopeOfAnotherLine) {
  Circle circle;
  Log::Entry other = circle.entry("recv", 1);
  other.evidence = circle.envelopes[1].text;
  circle.chongqing.commit(kNow * 1000, {other});
  EXPECT_EQ(circle.check_chongqing(), "evidence");
}

// What the list that follows says of one of Sichuan's keys.
std::string revoking(std::string_view kid) {
  const Verified<KeysEdition> last = read_keys(fixture::key_lists("sichuan").back());
  EXPECT_TRUE(last.has_value());
  std::vector<KeyRecord> keys;
  for (const auto& [id, key] : last->keys) {
    keys.push_back(key);
    if (id == kid) keys.back().revoked = kNow;
  }
  return signed_record(
      keys_payload(last->agreement, "sichuan", last->edition + 1, last->digest, kNow, keys),
      kKeysType,
      {{.kid = "sichuan/root/1", .secret_key = fixture::key("sichuan/root/1").secret_key}});
}

TEST(JournalCheck, NothingIsTakenUnderAKeyBehindTheListThatRevokesIt) {
  const auto check_with = [](bool before) {
    Circle circle;
    const Log::Entry taken = circle.entry("recv", 1);
    const Log::Entry list{.kind = "keys", .evidence = revoking("sichuan/env/1")};
    circle.chongqing.commit(kNow * 1000, before ? std::vector<Log::Entry>{taken, list}
                                                : std::vector<Log::Entry>{list, taken});
    return circle.check_chongqing();
  };
  EXPECT_EQ(check_with(true), "");
  EXPECT_EQ(check_with(false), "evidence");
}

TEST(JournalCheck, TheCommitWithTheListIsTheLastOneUnderARevokedLogKey) {
  Circle circle;
  circle.sichuan.commit(kNow * 1000, {{.kind = "keys", .evidence = revoking("sichuan/log/1")}});
  EXPECT_EQ(circle.check_sichuan(), "");
  circle.sichuan.commit(kNow * 1000, {{.kind = "local"}});
  EXPECT_EQ(circle.check_sichuan(), "note-unsigned");
}

}  // namespace
}  // namespace bashu::evidence
