// A node that stands by: it holds what the writer holds, writes nothing, and takes its place.

#include "node/standby.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "evidence/signing.h"
#include "node/kernel.h"
#include "node/snapshot.h"
#include "node/test_support.h"
#include "node/verify.h"

namespace bashu::node {
namespace {

Hash digest_of(Node& node) {
  Hash digest{};
  node.query([&](const core::State& state) { digest = state_digest(state); });
  return digest;
}

bool comes(const std::function<bool()>& true_at_last) {
  for (int i = 0; i < 1'000; ++i) {
    if (true_at_last()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return false;
}

// A writer, and another machine beside it.
struct Two {
  std::shared_ptr<MemoryStorage> first = std::make_shared<MemoryStorage>();
  TestNode writer{"sichuan", first};
  std::shared_ptr<MemoryStorage> second = first->beside();
  TestClock clock;
  TestChance chance{7};
  std::unique_ptr<Node> standby;

  explicit Two(std::int64_t after_ms) {
    writer.adopt_pack();
    auto opened =
        Node::open({.storage = second, .clock = &clock, .chance = &chance, .standby_ms = after_ms});
    EXPECT_TRUE(opened) << opened.error().what;
    if (opened) standby = std::move(*opened);
  }
  void caught_up() {
    const std::uint64_t end = writer.node->durable();
    EXPECT_TRUE(comes([&] { return standby->durable() == end; }));
  }
};

TEST(Standby, HoldsWhatTheWriterHoldsAndWritesNothing) {
  Two two{-1};
  two.caught_up();
  for (int i = 0; i < 20; ++i) two.writer.must(two.writer.taps(i * 10, 10));
  two.caught_up();
  EXPECT_EQ(digest_of(*two.standby), digest_of(*two.writer.node));
  EXPECT_EQ(two.standby->checkpoint(), two.writer.node->checkpoint());
  const std::uint64_t last = two.standby->durable() - 1;
  EXPECT_EQ(two.standby->receipt(last), two.writer.node->receipt(last));
  const auto outcome =
      two.standby->run({.command = two.writer.taps(1'000, 1), .evidence = "{}", .dry_run = false});
  const auto* refused = std::get_if<Reject>(&outcome);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, RejectCode::not_ready);
  EXPECT_FALSE(two.standby->gate().is_open());
  ASSERT_TRUE(two.standby->standby());
  EXPECT_EQ(two.standby->standby()->behind, 0U);
}

TEST(Standby, TakesTheWritersPlaceWhenItIsSilent) {
  Two two{300};
  two.writer.must(two.writer.taps(0, 10));
  const std::uint64_t before = two.writer.node->durable();
  // A writer that lives is left alone.
  std::this_thread::sleep_for(std::chrono::milliseconds{200});
  two.writer.close();
  ASSERT_TRUE(comes([&] { return !two.standby->standby(); }));
  EXPECT_TRUE(two.standby->gate().is_open());
  const auto entries = two.standby->entries(before, 1 << 20);
  ASSERT_TRUE(entries);
  ASSERT_FALSE(entries->empty());
  const auto* changed = std::get_if<core::WriterChanged>(&entries->front().events.at(0));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->epoch, 2);
  EXPECT_EQ(changed->by, "system");
  const auto outcome =
      two.standby->run({.command = two.writer.taps(100, 5), .evidence = "{}", .dry_run = false});
  EXPECT_TRUE(std::holds_alternative<Done>(outcome));
  const Hash digest = digest_of(*two.standby);
  two.standby.reset();
  const auto found = verify(*two.second);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_FALSE(found->unsound);
  EXPECT_EQ(found->state, digest);
}

TEST(Standby, AnotherWordIsRefusedOnceItWrites) {
  Two two{-1};
  two.caught_up();
  two.writer.close();
  EXPECT_TRUE(two.standby->take_over("key:administrator"));
  EXPECT_FALSE(two.standby->standby());
  EXPECT_TRUE(two.standby->take_over("key:administrator"));  // it is what was asked for
  EXPECT_EQ(std::get<core::WriterChanged>(
                two.standby->entries(two.standby->durable() - 1, 1)->back().events.at(0))
                .by,
            "key:administrator");
}

// Two kernels on one journal, without threads.
class Kernels : public testing::Test {
 protected:
  static Batch day(Kernel& kernel) {
    Batch batch = kernel.batch();
    kernel.tick(batch);
    return batch;
  }
  std::unique_ptr<Kernel> follow() {
    auto kernel = Kernel::follow({.storage = second_, .clock = &clock_, .chance = &chance_});
    EXPECT_TRUE(kernel) << kernel.error().what;
    return kernel ? std::move(*kernel) : nullptr;
  }
  static std::expected<void, Fault> take_all(Kernel& kernel) {
    for (;;) {
      const auto commits = kernel.followed()->ahead(1);
      if (!commits) return std::unexpected{commits.error()};
      if (commits->empty()) return {};
      if (auto taken = kernel.take(*commits); !taken) return taken;
    }
  }
  static std::expected<void, Fault> begin(Kernel& kernel) {
    const auto last = kernel.followed()->last();
    if (!last || !*last) return std::unexpected{Fault{.what = "no last commit"}};
    Batch batch = kernel.batch();
    if (auto begun = kernel.begin_writing(batch, **last,
                                          {.epoch = 2, .holder = "second", .word_of = "system"});
        !begun) {
      return begun;
    }
    return kernel.write(std::move(batch));
  }

  std::shared_ptr<MemoryStorage> first_ = std::make_shared<MemoryStorage>();
  TestNode writer_{"sichuan", first_};
  std::shared_ptr<MemoryStorage> second_;
  TestClock clock_;
  TestChance chance_{7};
};

TEST_F(Kernels, AWriterWhosePlaceWasTakenAppendsNoMore) {
  writer_.close();
  auto old = Kernel::open({.storage = first_, .clock = &clock_, .chance = &chance_});
  ASSERT_TRUE(old) << old.error().what;
  second_ = first_->beside();
  const auto standby = follow();
  ASSERT_TRUE(standby);
  // What was under way when the epoch was raised is in; the standby sees it.
  clock_.set_today(clock_.today().plus_days(1));
  ASSERT_TRUE((*old)->write(day(**old)));
  ASSERT_TRUE(standby->followed()->take_over((*old)->archive().journal().seat()->epoch));
  ASSERT_TRUE(take_all(*standby));
  ASSERT_TRUE(begin(*standby));
  clock_.set_today(clock_.today().plus_days(1));
  const auto late = (*old)->write(day(**old));
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().what.find("another writer"), std::string::npos);
  EXPECT_FALSE(*(*old)->archive().journal().beat());
  EXPECT_TRUE(standby->write(day(*standby)));
}

TEST_F(Kernels, OnlyOneOfTwoStandbysTakesOver) {
  second_ = first_->beside();
  const auto one = follow(), other = follow();
  ASSERT_TRUE(one && other);
  const std::uint64_t epoch = one->followed()->seat()->epoch;
  writer_.close();
  ASSERT_TRUE(one->followed()->take_over(epoch));
  EXPECT_FALSE(other->followed()->take_over(epoch));
}

TEST_F(Kernels, WhatWasFollowedAndIsNotThereEndsIt) {
  second_ = first_->beside();
  writer_.adopt_pack();
  auto kept = first_->disk().commits();
  writer_.must(writer_.taps(0, 3));
  const auto standby = follow();
  ASSERT_TRUE(standby);
  writer_.close();
  // The servers that are left never held the last commit.
  first_->disk().replace(std::move(kept));
  ASSERT_TRUE(standby->followed()->take_over(standby->followed()->seat()->epoch));
  const auto begun = begin(*standby);
  ASSERT_FALSE(begun);
  EXPECT_NE(begun.error().what.find("not what the journal holds"), std::string::npos);
}

// Its own list, signed by the root: the log key is revoked, and another one takes its place.
std::string list_with_next_log_key(TestNode& one, const evidence::SigningPair& next) {
  std::string before;
  one.node->query([&](const core::State& state) {
    before = state.circle().records.find("keys/sichuan/1")->second;
  });
  const auto last = evidence::read_keys(before);
  std::vector<evidence::KeyRecord> keys;
  for (const auto& [kid, key] : last->keys) keys.push_back(key);
  const auto log = std::ranges::find(keys, "sichuan/log/1", &evidence::KeyRecord::kid);
  evidence::KeyRecord fresh = *log;
  log->revoked = log->from + 1;
  fresh.kid = "sichuan/log/2";
  fresh.key = next.public_key;
  fresh.from += 1;
  keys.push_back(std::move(fresh));
  const KeyPair& root = one.node->identity().root;
  return evidence::signed_record(
      evidence::keys_payload(one.node->directory()->agreement.id, "sichuan", 2, last->digest,
                             TestClock::kStart / 1'000, keys),
      evidence::kKeysType, {{root.kid, root.secret_key}});
}

// What the next start of that machine reads.
void put_log_key(FileStore& files, const std::string& seed, const std::string& public_key) {
  auto config = parse_json(*files.read("node.json"));
  Value& log = config->as_record()->at("keys").as_record()->at("log");
  const std::string old = log.text_at("public");
  log = Value::Record{
      {"kid", "sichuan/log/2"}, {"public", hex(public_key)}, {"before", Value::List{Value{old}}}};
  ASSERT_TRUE(files.write("keys/log.key", hex(seed) + "\n"));
  ASSERT_TRUE(files.write("node.json", pretty_json(*config) + "\n", 0644));
}

TEST_F(Kernels, AReplacedLogKeyIsFollowed) {
  const auto first = std::make_shared<MemoryStorage>();
  TestCircle circle{first};
  TestNode& writer = circle.sichuan;
  second_ = first->beside();
  auto standby = follow();
  ASSERT_TRUE(standby);
  EXPECT_TRUE(standby->may_write());
  const std::string seed(32, 'n');
  const evidence::SigningPair next = evidence::signing_pair(seed);
  const std::string list = list_with_next_log_key(writer, next);
  writer.must(
      core::AdoptRecord{
          .record = {.what = "keys", .party = "sichuan", .edition = 2, .bytes = list}},
      list);
  writer.close();
  put_log_key(first->files(), seed, next.public_key);
  writer.open();
  writer.must(writer.taps(0, 3));

  // Beside it, and from a start on.
  for (int i = 0; i < 2; ++i) {
    const auto taken = take_all(*standby);
    ASSERT_TRUE(taken) << taken.error().what;
    EXPECT_EQ(standby->archive().checkpoint(), writer.node->checkpoint());
    const auto may = standby->may_write();
    ASSERT_FALSE(may);
    EXPECT_NE(may.error().what.find("sichuan/log/1"), std::string::npos);
    standby.reset();
    standby = follow();
    ASSERT_TRUE(standby);
  }

  // Given the key, it takes over and signs with it.
  standby.reset();
  put_log_key(second_->files(), seed, next.public_key);
  standby = follow();
  ASSERT_TRUE(standby);
  EXPECT_TRUE(standby->may_write());
  writer.close();
  ASSERT_TRUE(standby->followed()->take_over(standby->followed()->seat()->epoch));
  ASSERT_TRUE(take_all(*standby));
  ASSERT_TRUE(begin(*standby));
  standby.reset();
  const auto found = verify(*second_);
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_FALSE(found->unsound) << found->unsound->code << " at " << found->unsound->position;
}

TEST_F(Kernels, AnotherHistoryIsNotFollowed) {
  second_ = first_->beside();
  const auto standby = follow();
  ASSERT_TRUE(standby);
  writer_.adopt_pack();
  auto commits = first_->disk().commits();
  commits.back().record[commits.back().record.size() / 2] ^= 1;
  first_->disk().replace(std::move(commits));
  EXPECT_FALSE(take_all(*standby));
}

}  // namespace
}  // namespace bashu::node
