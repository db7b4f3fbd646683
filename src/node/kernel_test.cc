// The kernel by itself: what happens when the disk says no, messages that bring a node down, held
// messages and their resolution.

#include "node/kernel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "evidence/envelope.h"
#include "node/codec.h"
#include "node/crash_mark.h"
#include "node/high_mark.h"
#include "node/replay.h"
#include "node/sealer.h"
#include "node/test_support.h"
#include "node/verify.h"
#include "packs/yaml.h"
#include "sqlite/database.h"

namespace bashu::node {
namespace {

// Of a test's node in memory.
MemoryStorage& memory_of(TestNode& node) { return dynamic_cast<MemoryStorage&>(*node.storage); }

// A commit of one entry that adopts a pack.
evidence::CommitRecord adopting(std::string source) {
  const std::vector<core::Event> events{core::PackAdopted{.party = "sichuan",
                                                          .digest = "sha256:" + hex(sha256(source)),
                                                          .from = *Date::parse("2026-03-02"),
                                                          .source = std::move(source)}};
  const std::string blind(16, 'b'), effect = encode(events);
  const std::string leaf =
      evidence::entry_text({.index = 7,
                            .time = 1,
                            .kind = "local",
                            .outcome = "-",
                            .reason = "-",
                            .channel = "-",
                            .seq = 0,
                            .evidence = "-",
                            .effect = hex(evidence::effect_commitment(blind, effect))});
  return {.first = 7,
          .entries = {{.leaf = leaf, .blind = blind, .effect = effect, .evidence = {}}},
          .checkpoint = {}};
}

TEST(Replay, APackThatARuleForbidsNowIsStillCarriedOut) {
  std::string text{kTestPack};
  const std::string_view end = "      declined: {title: {en: Declined}, final: true}\n";
  text.insert(text.find(end), "      idle: {title: {en: Nobody comes here}, final: true}\n");
  ASSERT_FALSE(packs::load(text).pack);
  const std::string source = canonical_json(packs::read_yaml(text).root);
  core::State state{"sichuan"};
  const auto replayed = replay(adopting(source), 0, state);
  ASSERT_TRUE(replayed) << replayed.error().what;
  ASSERT_EQ(state.circle().packs.size(), 1U);
  EXPECT_TRUE(state.circle().packs.begin()->second.pack);
}

TEST(Replay, APackThatIsNotUnderstoodStopsTheStartWithItsReason) {
  std::string text{kTestPack};
  text.replace(text.find("registers:"), 0, "surprises: {a: 1}\n");
  const std::string source = canonical_json(packs::read_yaml(text).root);
  core::State state{"sichuan"};
  const auto replayed = replay(adopting(source), 0, state);
  ASSERT_FALSE(replayed);
  EXPECT_NE(replayed.error().what.find("journal entry 7"), std::string::npos)
      << replayed.error().what;
  EXPECT_NE(replayed.error().what.find("surprises"), std::string::npos) << replayed.error().what;
}

TEST(Kernel, NothingIsAnsweredOrReadableOfACommitThatFailed) {
  using journal::Fate;
  for (const Fate fate : {Fate::refused, Fate::lost, Fate::unanswered}) {
    TestNode home{"sichuan"};
    home.close();
    auto kernel =
        Kernel::open({.storage = home.storage, .clock = &home.clock, .chance = &home.chance});
    ASSERT_TRUE(kernel) << kernel.error().what;
    const std::uint64_t before = (*kernel)->durable();
    const std::string note = (*kernel)->archive().checkpoint();
    memory_of(home).disk().fate = [fate] { return fate; };
    Batch batch = (*kernel)->batch();
    (*kernel)->tick(batch);
    bool answered = false;
    (*kernel)->handle(batch, {.command = core::StopChannel{.peer = "chongqing", .reason = "test"}},
                      [&](const Outcome&) { answered = true; });
    const auto written = (*kernel)->write(std::move(batch));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().unknown_outcome, fate != Fate::refused);
    EXPECT_FALSE(answered);
    EXPECT_EQ((*kernel)->durable(), before);
    EXPECT_EQ((*kernel)->archive().checkpoint(), note);
    EXPECT_FALSE((*kernel)->archive().receipt(before, {}));
    auto mark = HighMark::open(*home.storage);
    ASSERT_TRUE(mark);
    EXPECT_EQ(mark->mark().size, before);
    // The next one finds what the disk has, and goes on from there.
    kernel->reset();
    memory_of(home).disk().fate = [] { return Fate::durable; };
    home.open();
    EXPECT_EQ(home.node->durable(), fate == Fate::unanswered ? before + 1 : before);
    home.adopt_pack();
    EXPECT_FALSE(verify(*home.storage)->unsound);
  }
}

TEST(Kernel, ProcessEndsWhenTheJournalCannotBeWritten) {
  FileNode home{"sichuan"};
  home.adopt_pack();
  const std::uint64_t size = home.node->durable();
  home.close();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, STDERR_FILENO);
    home.open();
    // Somebody took the place of the next commit.
    auto database = sqlite::Database::open((home.folder.path() / "journal.db").string(),
                                           sqlite::Access::create);
    (*database)
        ->prepared("INSERT INTO commits VALUES(?, ?)")
        .bind(0, static_cast<std::int64_t>(size))
        .bind_bytes(1, "other")
        .run();
    if (!(*database)->check()) ::_exit(3);
    const Outcome outcome = home.node->run({.command = home.taps(0, 1), .evidence = "{}"});
    ::_exit(4);  // it must never be answered
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 70);
}

TEST(Kernel, MessageThatBroughtTheNodeDownTwiceIsHeldUndecided) {
  TestCircle circle;
  circle.sichuan.must(core::StartCase{.by = test_asker(),
                                      .pack = "tolls",
                                      .service = "visit",
                                      .role = "office",
                                      .parties = {{"host", "chongqing"}, {"guest", "sichuan"}},
                                      .parent = {},
                                      .id = {},
                                      .with = Value::Record{{"subject", "s"}, {"who", "w"}}});
  std::int64_t seq = 0;
  circle.sichuan.node->query(
      [&](const core::State& state) { seq = state.outbox("chongqing").last; });
  const auto envelope = circle.sichuan.node->envelope_sent("chongqing", seq);
  ASSERT_TRUE(envelope);
  for (int i = 0; i < 2; ++i) {
    circle.chongqing.close();
    auto mark = CrashMark::open(*circle.chongqing.storage);
    ASSERT_TRUE(mark);
    EXPECT_EQ(mark->crashes("sichuan", seq), i);
    mark->begin("sichuan", seq);  // and no end
  }
  circle.chongqing.open();
  const Done taken = TestCircle::take(circle.chongqing, "sichuan", *envelope);
  EXPECT_EQ(taken.decision.outcome, "held");
  EXPECT_EQ(taken.decision.reason, "internal");
  const std::vector<std::string> keys{circle.chongqing.node->identity().log.public_key};
  const auto receipt =
      evidence::open_receipt(taken.receipt, circle.chongqing.node->identity().origin, keys);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->entry.outcome, "held");
  EXPECT_EQ(receipt->entry.reason, "internal");
  // A corrected release decides it.
  const Done resolved = circle.chongqing.must(core::ResolveHeld{.by = {.principal = "key:one"},
                                                                .second = {.principal = "key:two"},
                                                                .from = "sichuan",
                                                                .seq = seq,
                                                                .reject = false,
                                                                .note = {}},
                                              *envelope);
  EXPECT_EQ(resolved.decision.outcome, "applied");
  circle.chongqing.close();
  const auto verified = verify(*circle.chongqing.storage);
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->unsound) << verified->unsound->code;
}

TEST(CrashMark, OnlyADecisionThatDidNotEndCounts) {
  MemoryStorage storage;
  {
    auto mark = CrashMark::open(storage);
    ASSERT_TRUE(mark);
    mark->begin("sichuan", 5);
    mark->end();
    mark->begin("sichuan", 6);
  }
  {
    auto mark = CrashMark::open(storage);
    EXPECT_EQ(mark->crashes("sichuan", 5), 0);
    EXPECT_EQ(mark->crashes("sichuan", 6), 1);
    EXPECT_EQ(mark->crashes("chongqing", 6), 0);
    mark->begin("sichuan", 6);
    mark->end();
  }
  EXPECT_EQ(CrashMark::open(storage)->crashes("sichuan", 6), 0);
}

TEST(HighMark, IsReadBackAndRefusesWhatItCannotRead) {
  const TestFolder folder;
  const auto storage = open_directory(folder.path());
  {
    auto mark = HighMark::open(*storage);
    ASSERT_TRUE(mark);
    EXPECT_EQ(mark->mark().size, 0U);
    ASSERT_TRUE(mark->raise({.size = 1'234'567, .root = sha256("root")}));
  }
  auto mark = HighMark::open(*storage);
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->mark().size, 1'234'567U);
  EXPECT_EQ(mark->mark().root, sha256("root"));
  std::filesystem::resize_file(folder.path() / "published", 40);
  EXPECT_FALSE(HighMark::open(*storage));
}

// Envelopes of sichuan that its own node never queued.
class Held : public testing::Test {
 protected:
  Done take(const std::string& kind, const std::string& pack, const std::string& stream,
            Value body) {
    std::int64_t next = 0;
    circle.chongqing.node->query(
        [&](const core::State& state) { next = state.inbox("sichuan").next; });
    const Identity& own = circle.sichuan.node->identity();
    const std::int64_t now = TestClock::kStart / 1000;
    const evidence::Envelope envelope = evidence::sign_envelope(
        evidence::payload_text({.from = "sichuan",
                                .to = "chongqing",
                                .channel = "sichuan.chongqing.main",
                                .seq = next,
                                .issued = now,
                                .expiry = now + 3'600,
                                .agreement = circle.sichuan.node->directory()->agreement.id,
                                .pack = pack,
                                .kind = kind,
                                .stream = stream,
                                .nonce = base64url(std::string(16, 'n')),
                                .body = std::move(body)}),
        own.envelope.kid, own.envelope.secret_key);
    envelopes.push_back(envelope.text);
    ids.push_back(envelope.message_id);
    seqs.push_back(next);
    return TestCircle::take(circle.chongqing, "sichuan", envelope.text);
  }
  core::ResolveHeld resolve(std::int64_t seq, bool give_up) {
    return {.by = {.principal = "key:one"},
            .second = {.principal = "key:two"},
            .from = "sichuan",
            .seq = seq,
            .reject = give_up,
            .note = "synthetic"};
  }
  // That every `resolve` entry proves an answer to the message it names.
  std::vector<std::string> resolutions() {
    std::vector<std::string> found;
    Node& node = *circle.chongqing.node;
    const auto entries = node.entries(0, 1U << 24);
    EXPECT_TRUE(entries);
    for (const Entry& entry : *entries) {
      if (entry.kind != "resolve") continue;
      const auto which = std::find(seqs.begin(), seqs.end(), entry.seq) - seqs.begin();
      EXPECT_EQ(entry.evidence, envelopes.at(static_cast<std::size_t>(which)));
      const auto receipt =
          evidence::accept_receipt(*node.receipt(entry.index), node.identity().origin,
                                   std::vector<std::string>{node.identity().log.public_key},
                                   ids.at(static_cast<std::size_t>(which)),
                                   "sichuan.chongqing.main", static_cast<std::uint64_t>(entry.seq));
      EXPECT_TRUE(receipt) << receipt.error().code;
      found.push_back(entry.outcome);
    }
    return found;
  }

  TestCircle circle;
  std::vector<std::string> envelopes, ids;
  std::vector<std::int64_t> seqs;
};

TEST_F(Held, GivingUpIsProvenByAResolveEntry) {
  const Done held = take("register.shared", std::string(64, 'a'), "s", Value::Record{});
  EXPECT_EQ(held.decision.outcome, "held");
  EXPECT_EQ(held.decision.reason, "pack");
  EXPECT_EQ(circle.chongqing.refused(resolve(seqs[0], true), "no envelope"), RejectCode::malformed);
  EXPECT_EQ(circle.chongqing.refused(resolve(seqs[0], true),
                                     *circle.chongqing.node->envelope_taken("sichuan", 1)),
            RejectCode::malformed);
  circle.chongqing.must(resolve(seqs[0], true), envelopes[0]);
  EXPECT_EQ(resolutions(), std::vector<std::string>{"rejected"});
  circle.chongqing.close();
  const auto verified = verify(*circle.chongqing.storage);
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->unsound) << verified->unsound->code;
}

TEST_F(Held, AdoptionReleasesWhatWaitedForItAndProvesEach) {
  std::string text{kTestPack};
  text.replace(text.find("version: 1"), 10, "version: 2");
  const auto pack = packs::load(text).pack;
  ASSERT_TRUE(pack);
  const std::string digest = pack->digest.substr(7);
  for (int i = 0; i < 3; ++i) {
    const Done held = take("register.shared", digest, "s" + std::to_string(i),
                           Value::Record{{"items", Value::List{}}});
    EXPECT_EQ(held.decision.outcome, "held");
  }
  circle.chongqing.must(core::AdoptPack{.by = test_asker(),
                                        .source = canonical_json(pack->source),
                                        .from = circle.chongqing.clock.today()});
  EXPECT_EQ(resolutions(), (std::vector<std::string>{"applied", "applied", "applied"}));
  circle.chongqing.close();
  const auto verified = verify(*circle.chongqing.storage);
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->unsound) << verified->unsound->code;
}

TEST_F(Held, ReasonsBecomeTokens) {
  // The core names the place that is wrong; brackets of it have no place in an entry.
  const Done done = take(
      "register.shared",
      [&] {
        std::string digest;
        circle.chongqing.node->query([&](const core::State& state) {
          digest = state.circle().packs.begin()->first.substr(7);
        });
        return digest;
      }(),
      "s", Value::Record{{"items", Value::List{Value::Record{{"register", "no such"}}}}});
  EXPECT_EQ(done.decision.outcome, "held");
  const auto receipt = evidence::open_receipt(
      done.receipt, circle.chongqing.node->identity().origin,
      std::vector<std::string>{circle.chongqing.node->identity().log.public_key});
  ASSERT_TRUE(receipt) << receipt.error().code;
  EXPECT_NE(receipt->entry.reason, "-");
}

TEST_F(Held, SameBatchCanHoldAndRelease) {
  // The adoption is decided while the message it releases is not durable yet.
  std::string text{kTestPack};
  text.replace(text.find("version: 1"), 10, "version: 3");
  const auto pack = packs::load(text).pack;
  circle.chongqing.close();
  auto kernel = Kernel::open({.storage = circle.chongqing.storage,
                              .clock = &circle.chongqing.clock,
                              .chance = &circle.chongqing.chance});
  ASSERT_TRUE(kernel) << kernel.error().what;
  const std::int64_t next = (*kernel)->state().inbox("sichuan").next;
  const Identity& own = circle.sichuan.node->identity();
  const std::int64_t now = TestClock::kStart / 1000;
  const evidence::Envelope envelope = evidence::sign_envelope(
      evidence::payload_text({.from = "sichuan",
                              .to = "chongqing",
                              .channel = "sichuan.chongqing.main",
                              .seq = next,
                              .issued = now,
                              .expiry = now + 3'600,
                              .agreement = (*kernel)->directory()->agreement.id,
                              .pack = pack->digest.substr(7),
                              .kind = "register.shared",
                              .stream = "s",
                              .nonce = base64url(std::string(16, 'n')),
                              .body = Value::Record{{"items", Value::List{}}}}),
      own.envelope.kid, own.envelope.secret_key);
  Batch batch = (*kernel)->batch();
  int answered = 0;
  const auto done = [&](const Outcome& outcome) {
    EXPECT_TRUE(std::holds_alternative<Done>(outcome));
    ++answered;
  };
  (*kernel)->handle(batch,
                    {.command = core::TakeMessage{.from = "sichuan",
                                                  .seq = next,
                                                  .message_id = envelope.message_id,
                                                  .issued = now,
                                                  .expiry = now + 3'600,
                                                  .life_max = 2'592'000,
                                                  .kind = "register.shared",
                                                  .stream = "s",
                                                  .pack = pack->digest.substr(7),
                                                  .body = Value::Record{{"items", Value::List{}}}},
                     .evidence = envelope.text},
                    done);
  (*kernel)->handle(batch,
                    {.command = core::AdoptPack{.by = test_asker(),
                                                .source = canonical_json(pack->source),
                                                .from = circle.chongqing.clock.today()},
                     .evidence = "{}"},
                    done);
  ASSERT_TRUE((*kernel)->write(std::move(batch)));
  EXPECT_EQ(answered, 2);
  kernel->reset();
  const auto verified = verify(*circle.chongqing.storage);
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->unsound) << verified->unsound->code;
}

TEST(Sealer, PayloadBoundIsNeverBelowThePayload) {
  core::MessageQueued message{.to = core::PartyId{std::string(32, 'p')},
                              .seq = 9'007'199'254'740'991,
                              .kind = std::string(64, 'k'),
                              .stream = std::string(128, '\x01'),
                              .pack = std::string(64, 'a'),
                              .body = Value::Record{},
                              .principal = {}};
  (*message.body.as_record())["text"] = "\"\\\n\x01成渝";
  (*message.body.as_record())["\x02name"] = Value::List{1, true, Value{}, INT64_MIN};
  evidence::Payload payload{.from = std::string(32, 'p'),
                            .to = message.to,
                            .channel = std::string(32 + 32 + 32 + 2, 'c'),
                            .seq = message.seq,
                            .issued = 9'007'199'254'740'990,
                            .expiry = 9'007'199'254'740'991,
                            .agreement = std::string(64, 'a'),
                            .pack = message.pack,
                            .kind = message.kind,
                            .stream = message.stream,
                            .nonce = std::string(22, 'n'),
                            .body = message.body};
  EXPECT_GE(payload_bound(message), evidence::payload_text(payload).size());
  // With sealed values: each names a key that travels wrapped.
  Value::Record keys;
  for (int i = 0; i < 50; ++i) {
    const std::string id = "sichuan-k" + std::to_string(i);
    (*message.body.as_record())["f" + std::to_string(i)] =
        Value::Record{{"$sealed", "1"}, {"alg", "XC20P"}, {"dek", id}, {"nonce", ""}, {"box", ""}};
    keys[id] = base64url(std::string(80, 'x'));
  }
  payload.body = message.body;
  (*payload.body.as_record())["$keys"] = std::move(keys);
  EXPECT_GE(payload_bound(message), evidence::payload_text(payload).size());
}

TEST(Sealer, MessagesBeyondTheAgreementsLimitAreRefused) {
  TestCircle circle;
  const auto limit = circle.sichuan.node->directory()->agreement.max_payload;
  EXPECT_EQ(limit, 1'048'576);
  const std::uint64_t before = circle.sichuan.node->durable();
  core::StartCase start{.by = test_asker(),
                        .pack = "tolls",
                        .service = "visit",
                        .role = "office",
                        .parties = {{"host", "chongqing"}, {"guest", "sichuan"}},
                        .parent = {},
                        .id = {},
                        .with = Value::Record{{"subject", "s"}, {"who", "w"}}};
  // The key ends with the quarter: what it signs must not outlive it, and nothing is signed after.
  circle.sichuan.clock.advance_ms(91LL * 86'400 * 1'000);
  EXPECT_EQ(circle.sichuan.refused(start), RejectCode::not_ready);
  EXPECT_EQ(circle.sichuan.node->durable(), before);
}

}  // namespace
}  // namespace bashu::node
