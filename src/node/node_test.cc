// One node as a whole: threads, journal, restart, crash; and two of one circle.

#include "node/node.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "evidence/tree.h"
#include "node/codec.h"
#include "node/files.h"
#include "node/high_mark.h"
#include "node/kernel.h"
#include "node/snapshot.h"
#include "node/test_support.h"
#include "node/verify.h"
#include "sqlite/database.h"

namespace bashu::node {
namespace {

Hash digest_of(Node& node) {
  Hash digest{};
  node.query([&](const core::State& state) {
    EXPECT_EQ(core::invariant(state), "");
    digest = state_digest(state);
  });
  return digest;
}

std::vector<Entry> all_entries(Node& node) {
  std::vector<Entry> all;
  while (all.size() < node.durable()) {
    auto part = node.entries(all.size(), 1 << 14);
    EXPECT_TRUE(part) << part.error().what;
    if (!part || part->empty()) break;
    std::move(part->begin(), part->end(), std::back_inserter(all));
  }
  return all;
}

core::StartCase visit(const std::string& subject) {
  return {.by = test_asker(),
          .pack = "tolls",
          .service = "visit",
          .role = "office",
          .parties = {{"host", "chongqing"}, {"guest", "sichuan"}},
          .parent = {},
          .id = {},
          .with = Value::Record{{"subject", subject}, {"who", "synthetic person"}}};
}

TEST(Node, BeginsWithAGenesisAndTheDay) {
  TestNode one{"sichuan"};
  const auto entries = all_entries(*one.node);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].kind, "genesis");
  const auto genesis = decode_genesis(entries[0].effect);
  ASSERT_TRUE(genesis);
  EXPECT_EQ(genesis->origin, "sichuan.example/bashu/1");
  EXPECT_EQ(entries[1].kind, "local");
  ASSERT_EQ(entries[1].events.size(), 1U);
  EXPECT_EQ(std::get<core::DayBegun>(entries[1].events[0]).day, one.clock.today());
}

TEST(Node, FollowsTheDayByItself) {
  TestNode one{"sichuan"};
  const std::uint64_t before = one.node->durable();
  one.clock.set_today(one.clock.today().plus_days(3));
  // Within the second at which the core thread looks.
  ASSERT_GT(one.node->wait_durable(before, 10'000), before);
  const auto entries = all_entries(*one.node);
  EXPECT_EQ(std::get<core::DayBegun>(entries.back().events.at(0)).day, one.clock.today());
}

TEST(Node, AnswersWithThePositionOfTheDecision) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  const Done done = one.must(one.taps(0, 10), R"({"principal":"key:clerk-01","lines":10})");
  const auto entries = one.node->entries(done.position, 1);
  ASSERT_TRUE(entries);
  ASSERT_FALSE(entries->empty());
  const Entry& entry = entries->front();
  EXPECT_EQ(entry.index, done.position);
  EXPECT_EQ(entry.kind, "local");
  EXPECT_EQ(entry.evidence, R"({"principal":"key:clerk-01","lines":10})");
  const auto* feed = std::get_if<core::FeedTaken>(&entry.events.at(0));
  ASSERT_TRUE(feed);
  EXPECT_EQ(feed->lines.size(), 10U);
}

TEST(Node, DryRunChangesNothing) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  const std::uint64_t before = one.node->durable();
  const Hash digest = digest_of(*one.node);
  const Outcome outcome =
      one.node->run({.command = one.taps(0, 3), .evidence = "{}", .dry_run = true});
  ASSERT_TRUE(std::holds_alternative<Done>(outcome));
  EXPECT_EQ(std::get<Done>(outcome).position, before - 1);
  EXPECT_FALSE(std::get<Done>(outcome).decision.events.empty());
  EXPECT_EQ(one.node->durable(), before);
  EXPECT_EQ(digest_of(*one.node), digest);
}

TEST(Node, RefusalsWriteNothing) {
  TestNode one{"sichuan"};
  const std::uint64_t before = one.node->durable();
  EXPECT_EQ(one.refused(one.taps(0, 1)), RejectCode::unknown_pack);
  EXPECT_EQ(one.refused(one.taps(0, 1), std::string((2U << 20) + 1, 'x')), RejectCode::too_large);
  EXPECT_EQ(one.node->durable(), before);
}

TEST(Node, RepeatedRequestsAreAnsweredFromMemoryAndWriteNothing) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  core::PostFeed feed = one.taps(0, 5);
  feed.by.idempotency_key = "k1";
  feed.by.request_digest = "d1";
  const Done first = one.must(feed);
  const std::uint64_t before = one.node->durable();
  const Done second = one.must(feed);
  EXPECT_EQ(one.node->durable(), before);
  EXPECT_EQ(second.decision.answer, first.decision.answer);
  EXPECT_GE(second.position, first.position);
}

TEST(Node, FullQueueIsRefusedAndNothingAcceptedIsLost) {
  TestNode one{"sichuan", 1, 4};
  one.adopt_pack();
  // The core thread is kept busy until released.
  std::promise<void> release, busy;
  std::thread blocker{[&] {
    one.node->query([&](const core::State&) {
      busy.set_value();
      release.get_future().wait();
    });
  }};
  busy.get_future().wait();
  std::atomic<int> answered = 0;
  int accepted = 0;
  for (int i = 0; i < 10; ++i) {
    accepted += one.node->submit({.command = one.taps(i, 1), .evidence = "{}"},
                                 [&](const Outcome& outcome) {
                                   EXPECT_TRUE(std::holds_alternative<Done>(outcome));
                                   ++answered;
                                 });
  }
  EXPECT_EQ(accepted, 4);
  release.set_value();
  blocker.join();
  one.close();  // what was accepted is done first
  EXPECT_EQ(answered, 4);
}

TEST(Node, QueueIsBoundedInBytesToo) {
  TestNode one{"sichuan"};
  std::promise<void> release, busy;
  std::thread blocker{[&] {
    one.node->query([&](const core::State&) {
      busy.set_value();
      release.get_future().wait();
    });
  }};
  busy.get_future().wait();
  int accepted = 0;
  for (int i = 0; i < 100; ++i) {
    accepted += one.node->submit(
        {.command = one.taps(i, 1), .evidence = std::string(2U << 20, 'x')}, nullptr);
  }
  EXPECT_EQ(accepted, 32);
  release.set_value();
  blocker.join();
}

// The normal case: many clients with one transfer each, waiting for it.
TEST(Node, ThirtyTwoClientsShareCommits) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  constexpr int kClients = 32, kEach = 20;
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      for (int i = 0; i < kEach; ++i) {
        const Outcome outcome =
            one.node->run({.command = one.taps(c * 1'000 + i, 1), .evidence = "{}"});
        EXPECT_TRUE(std::holds_alternative<Done>(outcome));
      }
    });
  }
  for (std::thread& client : clients) client.join();
  const std::uint64_t entries = one.node->durable();
  one.close();
  const auto journal = one.storage->journal_to_read();
  ASSERT_TRUE(journal);
  const auto commits = (*journal)->read(0, 1U << 30);
  ASSERT_TRUE(commits);
  EXPECT_EQ(entries, 3U + kClients * kEach);
  EXPECT_LT(commits->size(), entries / 4)
      << "commits did not fill while the one before was written";
}

TEST(Node, AnswersComeInTheOrderOfTheRequests) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  std::mutex guard;
  std::vector<int> order;
  constexpr int kRequests = 300;
  for (int i = 0; i < kRequests; ++i) {
    // Every third is refused: refusals must not overtake what they may depend on.
    core::PostFeed feed = one.taps(i, 1);
    if (i % 3 == 0) feed.feed = "unknown";
    ASSERT_TRUE(one.node->submit({.command = std::move(feed), .evidence = "{}"},
                                 [&, i](const Outcome& outcome) {
                                   EXPECT_EQ(std::holds_alternative<Reject>(outcome), i % 3 == 0);
                                   const std::lock_guard lock{guard};
                                   order.push_back(i);
                                 }));
  }
  one.close();
  ASSERT_EQ(order.size(), static_cast<std::size_t>(kRequests));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Node, RestartGivesTheSameStateWithAndWithoutSnapshot) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  for (int i = 0; i < 30; ++i) one.must(one.taps(i * 100, 50));
  const Hash before = digest_of(*one.node);
  const std::uint64_t size = one.node->durable();
  one.open();
  EXPECT_EQ(digest_of(*one.node), before);
  EXPECT_EQ(one.node->durable(), size);

  const auto snapshot = one.node->snapshot();
  ASSERT_TRUE(snapshot) << snapshot.error().what;
  EXPECT_EQ(*snapshot, size);
  one.open();
  EXPECT_EQ(digest_of(*one.node), before);
  one.must(one.taps(100'000, 50));
  const Hash after = digest_of(*one.node);
  EXPECT_NE(after, before);
  one.open();  // snapshot and tail
  EXPECT_EQ(digest_of(*one.node), after);
  ASSERT_TRUE(one.node->snapshot());  // from the one before
  one.open();
  EXPECT_EQ(digest_of(*one.node), after);
}

TEST(Node, UnsoundSnapshotIsPassedOver) {
  FileNode one{"sichuan"};
  one.adopt_pack();
  one.must(one.taps(0, 50));
  const Hash before = digest_of(*one.node);
  ASSERT_TRUE(one.node->snapshot());
  one.close();
  const std::string name = snapshot_name(snapshots_kept(one.storage->files()).at(0));
  std::fstream bytes{one.folder.path() / name, std::ios::in | std::ios::out | std::ios::binary};
  bytes.seekp(300);
  bytes.put('\x55');
  bytes.close();
  EXPECT_FALSE(read_snapshot(one.storage->files(), name));
  one.open();
  EXPECT_EQ(digest_of(*one.node), before);
}

TEST(Node, SecondNodeOnADirectoryIsRefused) {
  FileNode one{"sichuan"};
  const auto second = one.try_open();
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().what.find("in use by another writer"), std::string::npos);
}

TEST(Node, JournalOlderThanWhatLeftIsARollback) {
  FileNode one{"sichuan"};
  one.adopt_pack();
  one.must(one.taps(0, 1));
  one.close();
  std::filesystem::copy_file(one.folder.path() / "journal.db", one.folder.path() / "backup.db");
  one.open();
  one.must(one.taps(1, 1));
  one.close();
  for (const char* file : {"journal.db-wal", "journal.db-shm"}) {
    std::filesystem::remove(one.folder.path() / file);
  }
  std::filesystem::rename(one.folder.path() / "backup.db", one.folder.path() / "journal.db");
  const auto opened = one.try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().standing, evidence::Standing::rollback) << opened.error().what;
}

TEST(Node, JournalWithOtherEntriesThanWhatLeftIsAFork) {
  TestNode one{"sichuan"};
  one.close();
  auto mark = HighMark::open(*one.storage);
  ASSERT_TRUE(mark);
  ASSERT_TRUE(mark->raise({.size = mark->mark().size, .root = sha256("another")}));
  const auto opened = one.try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().standing, evidence::Standing::fork) << opened.error().what;
}

TEST(Node, TreeAndIndexAreMadeAgainWhenLost) {
  const TestFolder folder;
  TestCircle circle{open_directory(folder.path())};
  TestNode& one = circle.sichuan;
  const auto receipt = one.node->receipt(3);
  const auto sent = one.node->envelope_sent("chongqing", 1);
  const std::uint64_t size = one.node->durable();
  const auto proof = one.node->consistency(1, size);
  ASSERT_TRUE(receipt && sent && proof);
  one.close();
  std::filesystem::remove_all(folder.path() / "tree");
  for (const char* file : {"index.db", "index.db-wal", "index.db-shm"}) {
    std::filesystem::remove(folder.path() / file);
  }
  one.open();
  EXPECT_EQ(one.node->receipt(3), receipt);
  EXPECT_EQ(one.node->envelope_sent("chongqing", 1), sent);
  EXPECT_EQ(one.node->consistency(1, size), proof);
}

TEST(Node, AnIndexThatIsNoDatabaseIsMadeAgain) {
  const TestFolder folder;
  TestCircle circle{open_directory(folder.path())};
  TestNode& one = circle.sichuan;
  const auto sent = one.node->envelope_sent("chongqing", 1);
  ASSERT_TRUE(sent);
  one.close();
  for (const char* tail : {"-wal", "-shm"}) {
    std::filesystem::remove(folder.path() / ("index.db" + std::string{tail}));
  }
  ASSERT_TRUE(write_file(folder.path() / "index.db", std::string(10'000, 'x')));
  one.open();
  EXPECT_EQ(one.node->envelope_sent("chongqing", 1), sent);
}

TEST(Node, ProofsOfItsEntriesVerify) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  for (int i = 0; i < 40; ++i) one.must(one.taps(i, 1));
  const std::uint64_t size = one.node->durable();
  const std::vector<std::string> keys{one.node->identity().log.public_key};
  const auto newest =
      evidence::open_checkpoint(one.node->checkpoint(), one.node->identity().origin, keys);
  ASSERT_TRUE(newest) << newest.error().code;
  EXPECT_EQ(newest->size, size);
  EXPECT_EQ(newest->root, one.node->root_at(size));
  for (std::uint64_t i = 0; i < size; ++i) {
    const auto receipt = one.node->receipt(i);
    ASSERT_TRUE(receipt);
    const auto opened = evidence::open_receipt(*receipt, one.node->identity().origin, keys);
    ASSERT_TRUE(opened) << opened.error().code;
    EXPECT_EQ(opened->entry.index, i);
  }
  for (std::uint64_t old = 1; old <= size; ++old) {
    const auto proof = one.node->consistency(old, size);
    const auto note = one.node->checkpoint_at(old);
    ASSERT_TRUE(note);
    const auto there = evidence::open_checkpoint(*note, one.node->identity().origin, keys);
    ASSERT_TRUE(there);
    EXPECT_LE(there->size, old);
    EXPECT_EQ(proof.has_value(), there->size == old);
    if (proof) {
      EXPECT_TRUE(evidence::check_consistency(old, size, there->root, newest->root, *proof));
    }
  }
  EXPECT_FALSE(one.node->receipt(size));
  EXPECT_FALSE(one.node->consistency(1, size + 1));
  EXPECT_FALSE(one.node->root_at(size + 1));
}

TEST(Circle, ALostVaultStopsTheStart) {
  const TestFolder folder;
  TestCircle circle{open_directory(folder.path())};
  TestNode& node = circle.sichuan;
  node.must(visit("a visit"));
  node.close();
  const auto vault = folder.path() / "vault.db";
  for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(vault.string() + tail);
  const auto opened = node.try_open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("vault.db is missing"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(vault));
}

TEST(Circle, ADamagedVaultStopsTheStartAndNamesItsBackup) {
  const TestFolder folder;
  TestCircle circle{open_directory(folder.path())};
  TestNode& node = circle.sichuan;
  node.must(visit("a visit"));
  node.close();
  const std::string vault = (folder.path() / "vault.db").string();
  for (const char* tail : {"-wal", "-shm"}) std::filesystem::remove(vault + tail);
  ASSERT_TRUE(write_file(vault, std::string(8'192, 'x')));
  const auto opened = node.try_open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().what.find("restore it from its backup"), std::string::npos)
      << opened.error().what;
}

TEST(Circle, MessagesAreTakenOnceAndProven) {
  TestCircle circle;
  const Done started = circle.sichuan.must(visit("a visit"));
  const core::CaseId id{started.decision.answer.text_at("case")};
  ASSERT_FALSE(id.empty());
  circle.sichuan.must(core::FireEvent{.by = test_asker(),
                                      .id = id,
                                      .event = "ask",
                                      .role = "office",
                                      .version = {},
                                      .with = Value::Record{}});
  circle.settle();
  circle.chongqing.must(core::FireEvent{.by = test_asker(),
                                        .id = id,
                                        .event = "accept",
                                        .role = "office",
                                        .version = {},
                                        .with = Value::Record{}});
  circle.settle();
  for (TestNode* node : {&circle.sichuan, &circle.chongqing}) {
    node->node->query([&](const core::State& state) {
      const core::Case* c = state.find_case(id);
      ASSERT_TRUE(c);
      EXPECT_EQ(c->state, "agreed");
    });
  }
  // A message is what its peer took: id, entry and receipt, also after a restart.
  const auto taken = circle.chongqing.node->answered("sichuan", 1);
  ASSERT_TRUE(taken);
  const auto receipt = circle.chongqing.node->receipt(taken->entry);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(circle.chongqing.node->envelope_taken("sichuan", 1),
            circle.sichuan.node->envelope_sent("chongqing", 1));
  circle.chongqing.open();
  const auto again = circle.chongqing.node->answered("sichuan", 1);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->message_id, taken->message_id);
  EXPECT_EQ(again->entry, taken->entry);
  EXPECT_EQ(circle.chongqing.node->receipt(again->entry), receipt);
  EXPECT_FALSE(circle.chongqing.node->answered("sichuan", 1'000));

  circle.sichuan.close();
  circle.chongqing.close();
  for (TestNode* node : {&circle.sichuan, &circle.chongqing}) {
    const auto verified = verify(*node->storage);
    ASSERT_TRUE(verified) << verified.error().what;
    EXPECT_FALSE(verified->unsound)
        << verified->unsound->code << " at " << verified->unsound->position << " "
        << verified->unsound->text;
  }
  const auto compared = compare(*circle.sichuan.storage, *circle.chongqing.storage);
  ASSERT_TRUE(compared) << compared.error().what;
  EXPECT_FALSE(compared->unsound) << compared->unsound->code << " " << compared->unsound->text;
  ASSERT_EQ(compared->channels.size(), 2U);
  for (const auto& channel : compared->channels) {
    EXPECT_GT(channel.sent, 0U);
    EXPECT_EQ(channel.sent, channel.taken);
    EXPECT_EQ(channel.sent, channel.acked);
  }
}

TEST(Circle, SameMessageTwiceHasOneEffect) {
  TestCircle circle;
  circle.sichuan.must(visit("a visit"));
  const auto last = [&] {
    std::int64_t seq = 0;
    circle.sichuan.node->query(
        [&](const core::State& state) { seq = state.outbox("chongqing").last; });
    return seq;
  }();
  const auto envelope = circle.sichuan.node->envelope_sent("chongqing", last);
  ASSERT_TRUE(envelope);
  const Done first = TestCircle::take(circle.chongqing, "sichuan", *envelope);
  EXPECT_FALSE(first.receipt.empty());
  EXPECT_EQ(circle.chongqing.node->receipt(first.position), first.receipt);
  const std::uint64_t size = circle.chongqing.node->durable();
  const Outcome second = circle.chongqing.node->run(
      {.command = core::TakeMessage{.from = "sichuan", .seq = last}, .evidence = *envelope});
  EXPECT_TRUE(std::holds_alternative<Reject>(second));
  EXPECT_EQ(circle.chongqing.node->durable(), size);
}

TEST(Circle, SealedValuesTravelWithTheirKeysAndNowhereElse) {
  TestCircle circle;
  Vault& vault = circle.sichuan.node->vault();
  const std::string key = vault.new_key("sichuan");
  const auto pack = packs::load(kTestPack).pack;
  core::StartCase start = visit("a visit");
  start.with = vault.seal(pack->services[0].second.fields, start.with, "sichuan", key);
  EXPECT_EQ(start.with.text_at("subject"), "a visit");
  EXPECT_TRUE(packs::is_sealed(*start.with.find("who")));
  const Done done = circle.sichuan.must(std::move(start));
  std::int64_t last = 0;
  circle.sichuan.node->query(
      [&](const core::State& state) { last = state.outbox("chongqing").last; });
  const auto envelope = circle.sichuan.node->envelope_sent("chongqing", last);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->find("synthetic person"), std::string::npos);
  const auto opened =
      evidence::open_envelope(*envelope, circle.chongqing.node->directory()->keys, "sichuan");
  ASSERT_TRUE(opened);
  const Value* keys = opened->payload.body.find("$keys");
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->as_record()->size(), 1U);
  const auto box = from_base64url(keys->text_at(key));
  ASSERT_TRUE(box);
  const KeyPair& seal = circle.chongqing.node->identity().seal;
  const auto wrapped = open_sealed_box(seal.public_key, seal.secret_key, *box);
  ASSERT_TRUE(wrapped);
  EXPECT_EQ(wrapped, vault.key(key));
  circle.settle();
  // The receiver reads it once it has the key; the state is the same either way.
  const std::string id = done.decision.answer.text_at("case");
  Value who;
  circle.chongqing.node->query(
      [&](const core::State& state) { who = *state.find_case(id)->data.find("who"); });
  EXPECT_TRUE(packs::is_sealed(circle.chongqing.node->vault().unseal(who)));
  circle.chongqing.node->vault().put_key(key, *wrapped);
  EXPECT_EQ(circle.chongqing.node->vault().unseal(who), Value{"synthetic person"});
}

std::expected<Snapshot, Fault> newest_snapshot(const TestNode& node) {
  const FileStore& files = node.storage->files();
  return read_snapshot(files, snapshot_name(snapshots_kept(files).at(0)));
}

TEST(Circle, SnapshotsHoldEverythingAndRestartsAgree) {
  TestCircle circle;
  for (int i = 0; i < 5; ++i) circle.sichuan.must(visit("visit " + std::to_string(i)));
  circle.sichuan.must(circle.sichuan.taps(0, 20));
  circle.settle();
  for (TestNode* node : {&circle.sichuan, &circle.chongqing}) {
    const Hash before = digest_of(*node->node);
    Hash levels{};
    node->node->query([&](const core::State& state) { levels = levels_digest(state); });
    ASSERT_TRUE(node->node->snapshot());
    const auto snapshot = newest_snapshot(*node);
    ASSERT_TRUE(snapshot) << snapshot.error().what;
    EXPECT_EQ(snapshot->digest, before);
    EXPECT_EQ(state_digest(*snapshot->state), before);
    EXPECT_EQ(levels_digest(*snapshot->state), levels);
    EXPECT_EQ(core::invariant(*snapshot->state), "");
    node->open();
    EXPECT_EQ(digest_of(*node->node), before);
    EXPECT_TRUE(node->node->directory()->formed);
  }
  // Clocks are due on the same days in a state that was read as in one that was replayed.
  const Date late = circle.sichuan.clock.today().plus_days(30);
  std::vector<core::State::Due> due;
  circle.sichuan.node->query([&](const core::State& state) { due = state.due(late); });
  const auto read = newest_snapshot(circle.sichuan);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->state->due(late), due);
  EXPECT_FALSE(due.empty());
}

TEST(Circle, OverdueClocksFireWhenTheDayBegins) {
  TestCircle circle;
  const Done started = circle.sichuan.must(visit("too late"));
  const core::CaseId id{started.decision.answer.text_at("case")};
  Date day = circle.sichuan.clock.today().plus_days(10);
  while (day.weekday() > 4) day = day.plus_days(1);
  circle.sichuan.clock.set_today(day);
  const std::uint64_t before = circle.sichuan.node->durable();
  circle.sichuan.node->wait_durable(before, 10'000);
  for (int i = 0; i < 100; ++i) {
    std::string state;
    circle.sichuan.node->query([&](const core::State& seen) { state = seen.find_case(id)->state; });
    if (state == "declined") break;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  circle.sichuan.node->query(
      [&](const core::State& state) { EXPECT_EQ(state.find_case(id)->state, "declined"); });
}

Date day_begun(Node& node) {
  Date day;
  node.query([&](const core::State& state) { day = state.circle().today; });
  return day;
}

TEST(Circle, ADayThatThePeersContradictBeginsByCommandOnly) {
  TestCircle circle;
  TestClock& clock = circle.sichuan.clock;
  Node& node = *circle.sichuan.node;
  const auto begun = [&] { return day_begun(node); };
  const Date today = begun();
  node.peer_times().heard("chongqing", clock.now(), clock);
  clock.advance_ms(std::int64_t{20} * 24 * 3'600'000);
  clock.set_today(today.plus_days(20));
  clock.pass_ms(2'000);
  circle.sichuan.must(visit("on the day that is begun"));
  EXPECT_EQ(begun(), today);
  // The day that they say begins by itself.
  clock.pass_ms(std::int64_t{3} * 3'600'000);
  node.peer_times().heard("chongqing", {TestClock::kStart + std::int64_t{24} * 3'600'000}, clock);
  circle.sichuan.must(visit("a day later"));
  EXPECT_EQ(begun(), today.plus_days(1));
  // That of our clock if somebody says so.
  circle.sichuan.must(core::BeginDay{.day = today.plus_days(20)});
  EXPECT_EQ(begun(), today.plus_days(20));
}

TEST(Circle, ALeapThatNobodyConfirmsBeginsByCommandOnly) {
  TestCircle circle;
  TestClock& clock = circle.sichuan.clock;
  Node& node = *circle.sichuan.node;
  const auto begun = [&] { return day_begun(node); };
  const Date today = begun();
  clock.follow_time();
  const auto comes = [&](Date day) {
    clock.set_today(day);
    clock.pass_ms(2'000);
    circle.sichuan.must(visit("on " + day.text()));
  };
  comes(today.plus_days(31));
  EXPECT_EQ(begun(), today.plus_days(31)) << "alone it goes on for a month";
  const Date far = today.plus_days(63);
  comes(far);
  EXPECT_EQ(begun(), today.plus_days(31));
  circle.sichuan.must(core::BeginDay{.day = far});
  comes(far.plus_days(1));
  EXPECT_EQ(begun(), far.plus_days(1)) << "from then on a day like others";
  // A peer that says so is enough.
  const Date later = far.plus_days(100);
  const std::int64_t days = later.days() - clock.day_of(clock.now()).days();
  node.peer_times().heard("chongqing", {clock.now().unix_ms + days * 86'400'000}, clock);
  comes(later);
  EXPECT_EQ(begun(), later);
}

// A journal that ends wherever the process was killed: all that was answered is there, and what is
// there is sound.
TEST(Crash, KilledProcessLosesNothingItAcknowledged) {
  FileNode one{"sichuan"};
  one.adopt_pack();
  one.close();
  std::set<std::int64_t> acknowledged;
  std::int64_t next = 0;
  for (int round = 0; round < 8; ++round) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      auto opened = one.try_open();
      if (!opened) ::_exit(3);
      for (std::int64_t i = next;; ++i) {
        const bool accepted = (*opened)->submit({.command = one.taps(i, 1), .evidence = "{}"},
                                                [&, i](const Outcome& outcome) {
                                                  if (!std::holds_alternative<Done>(outcome))
                                                    ::_exit(4);
                                                  if (::write(pipe[1], &i, sizeof i) != sizeof i)
                                                    ::_exit(5);
                                                });
        if (!accepted) {
          --i;
          std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
      }
    }
    ::close(pipe[1]);
    std::int64_t serial = 0;
    const int wanted = 40 + 60 * round;
    for (int got = 0; got < wanted && ::read(pipe[0], &serial, sizeof serial) == sizeof serial;
         ++got) {
      acknowledged.insert(serial);
    }
    ::kill(child, SIGKILL);
    // What was in the pipe had been acknowledged too.
    while (::read(pipe[0], &serial, sizeof serial) == sizeof serial) acknowledged.insert(serial);
    ::close(pipe[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the node ended by itself: " << WEXITSTATUS(status);
    ASSERT_FALSE(acknowledged.empty());
    next = *acknowledged.rbegin() + 100'000;

    one.open();
    one.node->query([&](const core::State& state) {
      EXPECT_EQ(core::invariant(state), "");
      for (const std::int64_t i : acknowledged) {
        ASSERT_TRUE(
            state.feed_line("tolls/tap", "T" + std::to_string(i % 7) + "/" + std::to_string(i)))
            << "line " << i << " was answered and is lost";
      }
    });
    const Hash digest = digest_of(*one.node);
    one.close();
    const auto verified = verify(*one.storage);
    ASSERT_TRUE(verified);
    ASSERT_FALSE(verified->unsound) << verified->unsound->code;
    EXPECT_EQ(verified->state, digest);
  }
}

TEST(Verify, FindsAFlippedByteWhereverItIs) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  for (int i = 0; i < 10; ++i) one.must(one.taps(i * 10, 10));
  ASSERT_TRUE(one.node->snapshot());
  const Hash digest = digest_of(*one.node);
  const std::uint64_t size = one.node->durable();
  one.close();
  std::uint64_t told = 0;
  const auto sound = verify(*one.storage, [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_EQ(all, size);
    told = done;
  });
  ASSERT_TRUE(sound) << sound.error().what;
  EXPECT_FALSE(sound->unsound);
  EXPECT_EQ(sound->entries, size);
  EXPECT_EQ(sound->state, digest);
  EXPECT_EQ(sound->snapshots, 1U);
  EXPECT_EQ(told, size);

  auto& disk = dynamic_cast<MemoryStorage&>(*one.storage).disk();
  const std::vector<journal::Commit> commits = disk.commits();
  for (std::size_t i = 0; i < commits.size(); ++i) {
    const std::string& record = commits[i].record;
    for (const std::size_t at : {std::size_t{0}, std::size_t{12}, std::size_t{30},
                                 record.size() / 2, record.size() - 40, record.size() - 1}) {
      auto flipped = commits;
      flipped[i].record[at] = static_cast<char>(record[at] ^ 1);
      disk.replace(std::move(flipped));
      const auto result = verify(*one.storage);
      ASSERT_TRUE(result) << result.error().what;
      ASSERT_TRUE(result->unsound) << "byte " << at << " of the commit at " << commits[i].first;
      EXPECT_EQ(result->unsound->position, commits[i].first);
    }
  }
  disk.replace(commits);
  EXPECT_FALSE(verify(*one.storage)->unsound);
}

TEST(Verify, FindsTheSameByHoweverManyThreads) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  for (int i = 0; i < 12; ++i) one.must(one.taps(i * 8'000, 8'000));
  one.close();
  auto& disk = dynamic_cast<MemoryStorage&>(*one.storage).disk();
  std::vector<journal::Commit> commits = disk.commits();
  std::size_t bytes = 0;
  for (const journal::Commit& commit : commits) bytes += commit.record.size();
  ASSERT_GT(bytes, 3U << 20);  // more than what is read at a time
  const auto sound = verify(*one.storage);
  ASSERT_TRUE(sound && !sound->unsound);
  const auto same = verify(*one.storage, nullptr, 3);
  ASSERT_TRUE(same && !same->unsound);
  EXPECT_EQ(same->entries, sound->entries);
  EXPECT_EQ(same->root, sound->root);
  EXPECT_EQ(same->state, sound->state);
  // Two are wrong: the first of them is told.
  for (const std::size_t back : {1U, 4U}) {
    std::string& record = commits[commits.size() - back].record;
    record[record.size() / 2] = static_cast<char>(record[record.size() / 2] ^ 1);
  }
  const std::uint64_t first = commits[commits.size() - 4].first;
  disk.replace(std::move(commits));
  for (const unsigned threads : {1U, 3U}) {
    const auto found = verify(*one.storage, nullptr, threads);
    ASSERT_TRUE(found && found->unsound) << threads;
    EXPECT_EQ(found->unsound->position, first) << threads;
    EXPECT_EQ(found->unsound->code, "commit-digest") << threads;
  }
}

TEST(Verify, FindsASnapshotOfAnotherState) {
  TestNode one{"sichuan"};
  one.adopt_pack();
  one.must(one.taps(0, 10));
  const std::uint64_t size = one.node->durable();
  const auto root = one.node->root_at(size);
  one.close();
  core::State other{"sichuan"};
  ASSERT_TRUE(write_snapshot(one.storage->files(), snapshot_name(size), other,
                             {.size = size, .root = *root}));
  const auto result = verify(*one.storage);
  ASSERT_TRUE(result);
  ASSERT_TRUE(result->unsound);
  EXPECT_EQ(result->unsound->code, "snapshot");
  EXPECT_EQ(result->unsound->position, size);
}

}  // namespace
}  // namespace bashu::node
