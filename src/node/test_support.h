// For tests: nodes in memory or in temporary directories, with clocks set by hand, and a circle of
// two.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "core/core.h"
#include "evidence/agreement.h"
#include "evidence/checkpoint.h"
#include "evidence/envelope.h"
#include "node/certificates.h"
#include "node/environment.h"
#include "node/identity.h"
#include "node/node.h"
#include "node/storage/memory.h"
#include "packs/load.h"

namespace bashu::node {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "bashu-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class TestClock final : public Clock {
 public:
  static constexpr std::int64_t kStart = 1'790'000'000'000;  // September 2026
  Instant now() override { return {now_.load()}; }
  Date today() override { return Date::from_days(day_.load()); }
  Date day_of(Instant at) override { return Date::at(at, 480); }
  std::int64_t steady_ms() override { return steady_; }
  // Time goes on, for the clock and everybody.
  void pass_ms(std::int64_t by) {
    now_ += by;
    steady_ += by;
  }
  void advance_ms(std::int64_t by) { now_ += by; }
  void set_today(Date day) { day_ = day.days(); }
  bool follows_time() const override { return follows_; }
  void follow_time() { follows_ = true; }

 private:
  std::atomic<bool> follows_ = false;
  std::atomic<std::int64_t> now_ = kStart;
  std::atomic<std::int64_t> steady_ = 0;
  std::atomic<std::int32_t> day_ = Date::at({kStart}, 480).days();
};

// The same bytes for the same seed.
class TestChance final : public Chance {
 public:
  explicit TestChance(std::uint64_t seed) : state_{seed} {}
  std::string bytes(std::size_t count) override {
    const std::lock_guard lock{guard_};
    std::string out;
    while (out.size() < count) {
      const Hash block = sha256("test chance " + std::to_string(state_++));
      out += as_bytes(block);
    }
    out.resize(count);
    return out;
  }

 private:
  std::mutex guard_;
  std::uint64_t state_;
};

// A pack with what a node's bytes can hold: a service of two parties with a clock and a personal
// field, a book, a register, a feed.
inline constexpr std::string_view kTestPack = R"yaml(
bashu: 1
pack: tolls
version: 1
title: {en: Tolls}
types:
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
  line: {type: text, max: 100, class: public, title: {en: Text}}
  name: {type: text, max: 100, class: personal, title: {en: Name}}
registers:
  terminal: {title: {en: Terminals}, kept: own, key: [terminal], fields: {terminal: line, fare: amount}}
books:
  fares:
    title: {en: Fares}
    type: amount
    accounts: {riders: {floor: none}, owed: {key: [terminal]}}
services:
  visit:
    title: {en: Visit}
    parties: {host: {office: all}, guest: {office: all}}
    fields: {subject: line, who: name}
    start: {owner: guest, by: office, form: [subject, who], to: drafted}
    states:
      drafted:
        title: {en: Drafted}
        owner: guest
        events:
          note: {title: {en: Note}, by: office, form: [subject]}
          ask: {title: {en: Ask}, by: office, to: proposed}
          late: {title: {en: Late}, by: system, to: declined}
      proposed:
        title: {en: Proposed}
        owner: host
        events:
          accept: {title: {en: Accept}, by: office, to: agreed}
      agreed: {title: {en: Agreed}, final: true}
      declined: {title: {en: Declined}, final: true}
    clocks:
      asking: {working_days: 3, runs_in: drafted, breach: late}
feeds:
  tap:
    title: {en: Taps}
    by: operator
    fields: {terminal: line, serial: amount, fare: amount}
    key: [terminal, serial]
    when: line.fare > 0
    why: {en: A fare is positive}
    do:
      - {move: =line.fare, from: fares.riders, to: "fares.owed(line.terminal)"}
      - {put: terminal, key: =line.terminal, fields: {terminal: =line.terminal, fare: =line.fare}}
figures:
  visits: {title: {en: Visits}, of: visit, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: visits, is: 0}]}
)yaml";

inline core::Asker test_asker() {
  return {.principal = "key:clerk-01", .roles = {"office", "operator", "registrar"}};
}

// A node and all it needs, opened again at will.
class TestNode {
 public:
  explicit TestNode(const std::string& party, std::uint64_t seed = 1,
                    std::size_t queue_max = 16'384)
      : TestNode{party, std::make_shared<MemoryStorage>(), seed, queue_max} {}
  TestNode(const std::string& party, std::shared_ptr<Storage> kept, std::uint64_t seed = 1,
           std::size_t queue_max = 16'384)
      : storage{std::move(kept)}, chance{seed}, queue_max_{queue_max} {
    const auto made = create_identity(storage->files(), {.party = core::PartyId{party},
                                                         .name = party,
                                                         .host = party + ".example",
                                                         .peer_listen = "127.0.0.1:7443",
                                                         .api_listen = "127.0.0.1:8080"});
    EXPECT_TRUE(made) << made.error().what;
    open();
  }
  // Node::open on what it keeps.
  [[nodiscard]] std::expected<std::unique_ptr<Node>, StartFault> try_open() {
    return Node::open(
        {.storage = storage, .clock = &clock, .chance = &chance, .queue_max = queue_max_});
  }
  void open() {
    close();
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().what;
    node = std::move(*opened);
  }
  void close() { node.reset(); }

  Done must(core::Command command, std::string evidence = R"({"principal":"key:clerk-01"})") {
    Outcome outcome = node->run({.command = std::move(command), .evidence = std::move(evidence)});
    if (const auto* why = std::get_if<Reject>(&outcome)) {
      ADD_FAILURE() << reject_name(why->code) << " " << why->where << " "
                    << (why->why.empty() ? "" : in_language(why->why.front(), "en"));
      return {};
    }
    if (const auto* fault = std::get_if<Fault>(&outcome)) {
      ADD_FAILURE() << fault->what;
      return {};
    }
    return std::get<Done>(std::move(outcome));
  }
  RejectCode refused(core::Command command, std::string evidence = "{}") {
    const Outcome outcome =
        node->run({.command = std::move(command), .evidence = std::move(evidence)});
    const auto* why = std::get_if<Reject>(&outcome);
    EXPECT_TRUE(why);
    return why ? why->code : RejectCode{};
  }
  void adopt_pack() {
    const auto loaded = packs::load(kTestPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note)
        ADD_FAILURE() << finding.line << ": " << finding.path << " " << finding.text;
    }
    ASSERT_TRUE(loaded.pack);
    must(core::AdoptPack{
        .by = test_asker(), .source = canonical_json(loaded.pack->source), .from = clock.today()});
  }
  core::PostFeed taps(std::int64_t first, std::int64_t count) const {
    core::PostFeed feed{
        .by = test_asker(), .pack = "tolls", .feed = "tap", .role = "operator", .lines = {}};
    for (std::int64_t i = first; i < first + count; ++i) {
      feed.lines.push_back(Value::Record{
          {"terminal", "T" + std::to_string(i % 7)}, {"serial", i}, {"fare", 200 + i % 100}});
    }
    return feed;
  }

  std::shared_ptr<Storage> storage;
  TestClock clock;
  TestChance chance;
  std::unique_ptr<Node> node;

 private:
  std::size_t queue_max_;
};

// One that is kept in files.
struct InFolder {
  TestFolder folder;
};
class FileNode : public InFolder, public TestNode {
 public:
  explicit FileNode(const std::string& party)
      : TestNode{party, open_directory(InFolder::folder.path())} {}
};

// Two nodes under one agreement; messages go from one to the other when told.
class TestCircle {
 public:
  TestCircle() : TestCircle{std::make_shared<MemoryStorage>()} {}
  // What sichuan keeps is kept in `kept`.
  explicit TestCircle(std::shared_ptr<Storage> kept)
      : sichuan{"sichuan", std::move(kept), 1}, chongqing{"chongqing", 2} {
    const std::string agreement = make_agreement();
    const std::string id = evidence::read_agreement(agreement)->id;
    const std::string keys_s = key_list(sichuan, id), keys_c = key_list(chongqing, id);
    for (TestNode* node : {&sichuan, &chongqing}) {
      node->must(
          core::AdoptRecord{
              .record = {.what = "agreement", .party = {}, .edition = 1, .bytes = agreement},
              .parties = {{.party = "chongqing"}, {.party = "sichuan"}}},
          agreement);
      adopt_keys(*node, "sichuan", keys_s);
      adopt_keys(*node, "chongqing", keys_c);
    }
    sichuan.adopt_pack();
    chongqing.adopt_pack();
    settle();
  }

  // Delivers every message not answered yet, both ways, until none is left.
  void settle() {
    for (bool more = true; more;) {
      more = false;
      for (auto [from, to] : {std::pair{&sichuan, &chongqing}, std::pair{&chongqing, &sichuan}}) {
        while (deliver(*from, *to)) more = true;
      }
    }
  }
  // The next unanswered message; false if there is none.
  bool deliver(TestNode& from, TestNode& to) {
    const std::string& name = from.node->identity().party;
    std::int64_t next = 0, last = 0;
    from.node->query([&](const core::State& state) {
      const core::Outbox& box = state.outbox(to.node->identity().party);
      next = box.acked + 1;
      last = box.last;
    });
    if (next > last) return false;
    const auto envelope = from.node->envelope_sent(to.node->identity().party, next);
    EXPECT_TRUE(envelope);
    if (!envelope) return false;
    const Done taken = take(to, name, *envelope);
    const auto opened = evidence::open_envelope(*envelope, to.node->directory()->keys, name);
    const auto directory = from.node->directory();
    const auto receipt = evidence::accept_receipt(
        taken.receipt, directory->agreement.party(to.node->identity().party)->origin,
        directory->log_keys(to.node->identity().party), opened->message_id, opened->payload.channel,
        static_cast<std::uint64_t>(next));
    EXPECT_TRUE(receipt) << receipt.error().code;
    from.must(core::AckMessage{.to = to.node->identity().party,
                               .seq = next,
                               .outcome = taken.decision.outcome,
                               .reason = taken.decision.reason},
              taken.receipt);
    return true;
  }
  static Done take(TestNode& to, const std::string& from, const std::string& envelope) {
    const auto opened = evidence::open_envelope(envelope, to.node->directory()->keys, from);
    EXPECT_TRUE(opened) << opened.error().code;
    if (!opened) return {};
    const evidence::Payload& payload = opened->payload;
    core::TakeMessage take{.from = core::PartyId{from},
                           .seq = payload.seq,
                           .message_id = opened->message_id,
                           .issued = payload.issued,
                           .expiry = payload.expiry,
                           .life_max = to.node->directory()->agreement.max_life_s,
                           .kind = payload.kind,
                           .stream = payload.stream,
                           .pack = payload.pack,
                           .body = payload.body};
    if (Value::Record* body = take.body.as_record()) body->erase("$keys");
    return to.must(std::move(take), envelope);
  }

  TestNode sichuan, chongqing;

 private:
  static constexpr std::int64_t kNow = TestClock::kStart / 1000;

  std::string make_agreement() {
    evidence::Agreement agreement;
    agreement.edition = 1;
    agreement.name = "test circle";
    agreement.effective = kNow - 1'000;
    std::vector<evidence::Signer> signers;
    for (TestNode* node : {&chongqing, &sichuan}) {
      const Identity& identity = node->node->identity();
      evidence::PartyRecord party;
      party.party = identity.party;
      party.origin = identity.origin;
      party.endpoint = identity.endpoint;
      party.root_kid = identity.root.kid;
      party.root_key = identity.root.public_key;
      party.tls_ca = {*certificate_digest(load_ca(node->storage->files())->certificate_pem)};
      agreement.parties.push_back(party);
      signers.push_back({identity.root.kid, identity.root.secret_key});
    }
    agreement.channels = {{.channel = "sichuan.chongqing.main"},
                          {.channel = "chongqing.sichuan.main"}};
    return evidence::signed_record(evidence::agreement_payload(agreement), evidence::kAgreementType,
                                   signers);
  }
  static std::string key_list(TestNode& node, const std::string& agreement) {
    const Identity& identity = node.node->identity();
    std::vector<evidence::KeyRecord> keys;
    const auto add = [&](const KeyPair& key, const char* role, const std::string& alg,
                         const std::string& name) {
      keys.push_back({.party = identity.party,
                      .kid = key.kid,
                      .role = role,
                      .alg = alg,
                      .key = key.public_key,
                      .name = name,
                      .from = kNow - 1'000,
                      .to = kNow + 90 * 86'400});
    };
    add(identity.envelope, "envelope", "EdDSA", "");
    add(identity.log, "log", "EdDSA", identity.origin);
    add(identity.seal, "seal", "X25519", "");
    return evidence::signed_record(
        evidence::keys_payload(agreement, identity.party, 1, "", kNow, keys), evidence::kKeysType,
        {{identity.root.kid, identity.root.secret_key}});
  }
  static void adopt_keys(TestNode& node, const std::string& party, const std::string& record) {
    node.must(core::AdoptRecord{.record = {.what = "keys",
                                           .party = core::PartyId{party},
                                           .edition = 1,
                                           .bytes = record},
                                .parties = {}},
              record);
  }
};

}  // namespace bashu::node
