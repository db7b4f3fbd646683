#include "quorum_world.h"

#include <array>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "core/people/people.h"
#include "evidence/entry.h"
#include "node/codec.h"
#include "node/identity.h"
#include "node/kernel.h"
#include "node/storage/memory.h"
#include "node/succession.h"
#include "packs/load.h"
#include "quorum_truth.h"
#include "world.h"

namespace bashu::sim {

namespace {

constexpr std::int64_t kStepMs = 50, kSilentMs = 1'200;

constexpr std::string_view kPack = R"yaml(
bashu: 1
pack: notes
version: 1
title: {en: Notes}
types:
  line: {type: text, max: 100, class: public, title: {en: Text}}
  name: {type: text, max: 100, class: personal, title: {en: Name}}
services:
  note:
    title: {en: Note}
    parties: {here: {office: all}}
    fields: {subject: line, who: name}
    start: {owner: here, by: office, form: [subject, who], to: kept}
    states:
      kept: {title: {en: Kept}, owner: here, events: {end: {title: {en: End}, by: office, to: ended}}}
      ended: {title: {en: Ended}, final: true}
figures:
  notes: {title: {en: Notes}, of: note, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: notes, is: 0}]}
)yaml";

class QuorumClock final : public node::Clock {
 public:
  Instant now() override { return {kEpochMs + ms}; }
  Date today() override { return Date::at({kEpochMs}, 480); }
  std::int64_t ms = 0;
};

class QuorumChance final : public node::Chance {
 public:
  explicit QuorumChance(std::uint64_t seed) : random_{seed} {}
  std::string bytes(std::size_t count) override { return random_.bytes(count); }

 private:
  Random random_;
};

// What lies on a machine dies with it; the journal and the vault are the database's.
class QuorumStorage final : public node::Storage {
 public:
  struct Databases {
    QuorumDatabase &journal, &vault;
  };
  QuorumStorage(Databases there, std::string name, const node::MemoryStorage& like)
      : database_{there.journal},
        vault_{there.vault},
        name_{std::move(name)},
        local_{like.beside()} {}
  std::expected<std::unique_ptr<journal::Journal>, Fault> journal() override {
    return open_quorum(database_, name_, std::nullopt);
  }
  std::expected<std::unique_ptr<journal::Journal>, Fault> journal_to_read() override {
    return read_quorum(database_);
  }
  std::expected<std::unique_ptr<journal::Followed>, Fault> follow() override {
    return std::make_unique<journal::Followed>(read_quorum(database_), [this](std::uint64_t epoch) {
      return open_quorum(database_, name_, epoch);
    });
  }
  std::expected<std::unique_ptr<journal::TreeFile>, Fault> tree(std::uint64_t size_max) override {
    return local_->tree(size_max);
  }
  std::expected<std::unique_ptr<journal::Index>, Fault> index(std::uint64_t size_max) override {
    return local_->index(size_max);
  }
  std::expected<std::unique_ptr<node::Secrets>, Fault> secrets(bool /*fresh*/) override {
    return quorum_secrets(vault_);
  }
  std::expected<std::unique_ptr<node::Slot>, Fault> slot(std::string_view name,
                                                         std::string_view first) override {
    return local_->slot(name, first);
  }
  node::FileStore& files() override { return local_->files(); }

 private:
  QuorumDatabase &database_, &vault_;
  std::string name_;
  std::shared_ptr<node::MemoryStorage> local_;
};

struct Computer {
  std::string name;
  std::shared_ptr<QuorumStorage> storage;
  QuorumClock clock;
  std::unique_ptr<QuorumChance> chance;
  std::unique_ptr<node::Kernel> kernel;  // null: it is dead
  journal::Seat seat;                    // as it last saw it, and since when it looks as it does
  std::int64_t since_ms = 0;
  std::int64_t started_ms = 0;
  bool writes = false;  // as it believes
  int paused = 0;       // steps
};

// The one pack of every run: read once.
const packs::Loaded& notes() {
  static const packs::Loaded loaded = packs::load(kPack);
  BASHU_ASSERT(loaded.pack);
  return loaded;
}

class QuorumWorld {
 public:
  explicit QuorumWorld(const QuorumOptions& options)
      : options_{options},
        random_{options.seed},
        database_{random_.next(), options.flaw},
        vault_{random_.next(), options.flaw},
        truth_{database_, vault_},
        like_{std::make_shared<node::MemoryStorage>()} {
    const auto made = node::create_identity(like_->files(), {.party = "sichuan",
                                                             .name = "sichuan",
                                                             .host = "sichuan.example",
                                                             .peer_listen = "127.0.0.1:7443",
                                                             .api_listen = "127.0.0.1:8080"});
    BASHU_ASSERT(made);
    for (std::size_t i = 0; i < computers_.size(); ++i) {
      Computer& one = computers_[i];
      one.name = std::string(1, static_cast<char>('a' + i));
      one.storage = std::make_shared<QuorumStorage>(QuorumStorage::Databases{database_, vault_},
                                                    one.name, *like_);
      one.chance = std::make_unique<QuorumChance>(random_.next());
    }
  }

  QuorumResult run() {
    start(computers_[0], true);
    found(computers_[0]);
    for (Computer& one : computers_) {
      if (!one.kernel) start(one, false);
    }
    database_.be_faulty(true);
    vault_.be_faulty(true);
    int step = 0;
    for (; step < options_.steps && !broken_; ++step) {
      for (Computer& one : computers_) one.clock.ms += kStepMs;
      Computer& one = computers_[static_cast<std::size_t>(random_.below(3))];
      make_step(one);
      check(one);
    }
    database_.be_faulty(false);
    vault_.be_faulty(false);
    if (!broken_) heal();
    auto counts = std::move(database_.counts());
    for (const auto& [what, number] : vault_.counts()) counts[what] += number;
    return {.seed = options_.seed,
            .broken = std::move(broken_),
            .step = step,
            .trace = truth_.trace(),
            .counts = std::move(counts)};
  }

 private:
  void fail(Broken broken) {
    if (!broken_) broken_ = std::move(broken);
  }
  void count(const char* what) { ++database_.counts()[what]; }

  void start(Computer& one, bool to_write) {
    const node::Kernel::Parts parts{
        .storage = one.storage, .clock = &one.clock, .chance = one.chance.get()};
    auto kernel = to_write ? node::Kernel::open(parts) : node::Kernel::follow(parts);
    if (!kernel) {
      count("starts that failed");
      return;
    }
    one.kernel = std::move(*kernel);
    one.seat = {};
    one.since_ms = one.started_ms = one.clock.ms;
    one.writes = to_write;
    one.paused = 0;
    count(to_write ? "starts to write" : "starts to follow");
  }
  static void kill(Computer& one) {
    one.kernel.reset();
    one.writes = false;
  }

  // One commit of a writer; after a Fault its process ends.
  std::expected<void, Fault> commit(Computer& one, node::Batch batch) {
    if (batch.empty()) return {};
    if (auto written = one.kernel->write(std::move(batch)); !written) {
      kill(one);
      return written;
    }
    count("acknowledged commits");
    truth_.acknowledged(one.kernel->durable(), one.kernel->archive().checkpoint());
    return {};
  }
  // What a refusal would make of the run is no run.
  static void decide(Computer& one, node::Batch& batch, core::Command command,
                     Value* answer = nullptr) {
    const std::size_t before = batch.items.size();
    one.kernel->handle(batch, {.command = std::move(command), .evidence = "{}", .dry_run = false},
                       [](const node::Outcome& /*outcome*/) {});
    BASHU_ASSERT(batch.items.size() == before + 1);
    const auto* done = std::get_if<node::Done>(&batch.items.back().answer);
    BASHU_ASSERT(done);
    if (answer) *answer = done->decision.answer;
  }

  static core::Asker clerk() { return {.principal = "key:clerk-01", .roles = {"office"}}; }
  static core::Asker person(const char* name) { return {.principal = name}; }

  // The pack, and two people who may order together.
  void found(Computer& one) {
    BASHU_ASSERT(one.kernel);
    node::Batch batch = one.kernel->batch();
    one.kernel->tick(batch);
    decide(one, batch,
           core::AdoptPack{.by = {.principal = "key:clerk-01", .roles = {"registrar"}},
                           .source = canonical_json(notes().pack->source),
                           .from = one.clock.today()});
    for (const char* name : {"ann", "bo"}) {
      core::PrincipalSet who;
      who.id = std::string{"user:"} + name;
      who.version = 1;
      who.person = name;
      who.may = {"admin"};
      decide(one, batch,
             core::SetPrincipal{
                 .by = {.principal = "directory", .roles = {std::string{core::kDirectoryRole}}},
                 .who = std::move(who)});
    }
    BASHU_ASSERT(commit(one, std::move(batch)));
  }

  // A case with a personal value, sealed by a key of its own. Whoever got no answer asks again, of
  // whoever writes then.
  void open_case(Computer& one) {
    if (asking_.empty()) asking_ = "note-" + std::to_string(++asked_);
    core::Asker by = clerk();
    if (options_.flaw != Flaw::blind_repeat) {
      by.idempotency_key = asking_;
      by.request_digest = asking_;
    }
    node::Vault& vault = one.kernel->vault();
    const std::string key = vault.new_key("sichuan");
    const Value sealed = vault.seal(
        notes().pack->services.front().second.fields,
        Value::Record{{"subject", asking_}, {"who", "synthetic person"}}, "sichuan", key);
    node::Batch batch = one.kernel->batch();
    one.kernel->tick(batch);
    decide(one, batch,
           core::StartCase{.by = by,
                           .pack = "notes",
                           .service = "note",
                           .role = "office",
                           .parties = {{"here", "sichuan"}},
                           .parent = {},
                           .id = {},
                           .with = sealed});
    const bool repeated = batch.entries == 0;
    if (!commit(one, std::move(batch))) return;
    if (repeated) count("asked again and answered as before");
    if (!repeated) sealed_by_.push_back(key);
    asking_.clear();
  }

  // Two people have a key destroyed.
  void erase(Computer& one) {
    if (sealed_by_.empty()) return;
    const std::string key = random_.pick(sealed_by_);
    for (const auto& [number, order] : one.kernel->state().circle().orders) {
      if (order.order.keys.front() == key) return;
    }
    core::OrderPrivacy act;
    act.order.kind = "erase";
    act.order.subject = "a synthetic person";
    act.order.reason = "a request of the person";
    act.order.keys = {key};
    act.by = person("ann");
    node::Batch batch = one.kernel->batch();
    Value asked;
    decide(one, batch, core::AskApproval{.by = person("ann"), .act = act}, &asked);
    act.approval = asked.int_at("approval");
    act.by = person("bo");
    decide(one, batch, act);
    if (commit(one, std::move(batch))) count("keys destroyed");
  }

  // One commit, if there is any.
  std::expected<bool, Fault> follow(Computer& one) {
    const auto commits = one.kernel->followed()->ahead(1);
    if (!commits) return std::unexpected{commits.error()};
    if (commits->empty()) return false;
    journal::Commit commit = commits->front();
    if (options_.flaw == Flaw::skipped_entry && random_.below(4) == 0) leave_out(commit);
    if (options_.flaw == Flaw::hasty_erasure) destroy_at_once(*one.kernel, commit);
    if (auto taken = one.kernel->take({commit}); !taken) {
      count("followed what was lost");
      kill(one);
      return std::unexpected{taken.error()};
    }
    return true;
  }
  static void leave_out(journal::Commit& commit) {
    auto record = evidence::decode_commit(commit.record);
    BASHU_ASSERT(record);
    for (evidence::CommitEntry& entry : record->entries) entry.effect.clear();
    commit.record = evidence::encode_commit(*record);
  }
  static void destroy_at_once(node::Kernel& kernel, const journal::Commit& commit) {
    const auto record = evidence::decode_commit(commit.record);
    BASHU_ASSERT(record);
    for (const evidence::CommitEntry& entry : record->entries) {
      const auto events = node::decode(entry.effect);
      if (!events) continue;
      for (const core::Event& event : *events) {
        const auto* order = std::get_if<core::PrivacyOrdered>(&event);
        if (order) kernel.vault().erase(order->keys, {.order = order->number, .on = order->on});
      }
    }
  }

  void take_over(Computer& one, const std::string& by) {
    const auto begin = [&](const journal::Commit& last, const core::TakeOver& what) {
      node::Batch batch = one.kernel->batch();
      auto begun = one.kernel->begin_writing(batch, last, what);
      if (!begun) {
        count("did not begin on what was lost");
        kill(one);
        return begun;
      }
      one.writes = true;
      return commit(one, std::move(batch));
    };
    const auto done = node::succeed(
        {.journal = *one.kernel->followed(), .follow = [&] { return follow(one); }, .begin = begin},
        one.seat.epoch, by);
    count(done ? by == "system" ? "take-overs after a silence" : "take-overs by hand"
               : "take-overs that failed");
    if (!done && one.kernel) one.kernel->followed()->give_up();
  }

  // What befalls the one leaves the other alone.
  QuorumDatabase& database(std::int64_t drawn) { return drawn % 4 == 0 ? vault_ : database_; }

  void make_step(Computer& one) {
    if (one.paused > 0 && --one.paused == 0) count("writers that woke up");
    const std::int64_t drawn = random_.below(1'000);
    if (drawn < 28) return database(drawn).fail_over();
    if (drawn < 60) return database(drawn).replicate();
    if (drawn < 90) return database_.deliver();
    // Of the journal's servers: those of the vault have no guard, and are left as they are.
    if (drawn < 100) return database_.wait(drawn >= 94);
    if (!one.kernel) {
      if (drawn < 400) start(one, drawn < 115);
      return;
    }
    if (drawn < 125) {
      count(one.writes ? "writers killed" : "standbys killed");
      return kill(one);
    }
    if (one.paused > 0) return;
    if (one.writes) return write(one, drawn);
    // The third machine is a slow one.
    if (&one == &computers_[2] && drawn < 700) return;
    look(one);
    if (drawn < 135) return take_over(one, "key:administrator");
    if (node::too_silent(kSilentMs, one.clock.ms - one.since_ms, one.clock.ms - one.started_ms)) {
      return take_over(one, "system");
    }
    static_cast<void>(follow(one));
  }
  static void look(Computer& one) {
    const auto seat = one.kernel->followed()->seat();
    BASHU_ASSERT(seat);
    if (seat->epoch != one.seat.epoch || seat->beat != one.seat.beat) one.since_ms = one.clock.ms;
    one.seat = *seat;
  }
  void write(Computer& one, std::int64_t drawn) {
    if (drawn < 160) {
      one.paused = 5 + static_cast<int>(random_.below(30));
      return;
    }
    if (drawn < 500) {
      const auto lives = one.kernel->archive().journal().beat();
      if (lives && *lives) return;
      count("beats that found another writer");
      return kill(one);
    }
    if (drawn < 600) return erase(one);
    open_case(one);
  }

  void check(Computer& moved) {
    if (auto wrong = truth_.follow()) return fail(std::move(*wrong));
    if (!moved.kernel) return;
    if (auto wrong = truth_.compare(moved.name, *moved.kernel)) fail(std::move(*wrong));
  }

  void heal() {
    Computer& first = computers_[0];
    for (Computer& one : computers_) kill(one);
    start(first, true);
    if (!first.kernel) return fail({.check = "rest", .detail = "nobody can write any more"});
    open_case(first);
    for (Computer& one : computers_) {
      if (!one.kernel) start(one, false);
      while (one.kernel && !one.writes) {
        const auto more = follow(one);
        if (!more || !*more) break;
      }
      if (!one.kernel || one.kernel->durable() != first.kernel->durable()) {
        return fail({.check = "rest", .detail = one.name + " cannot follow"});
      }
      check(one);
    }
  }

  QuorumOptions options_;
  Random random_;
  QuorumDatabase database_, vault_;
  QuorumTruth truth_;
  std::shared_ptr<node::MemoryStorage> like_;
  std::array<Computer, 3> computers_;
  int asked_ = 0;
  std::string asking_;                  // nobody has answered yet
  std::vector<std::string> sealed_by_;  // keys of acknowledged values
  std::optional<Broken> broken_;
};

}  // namespace

QuorumResult simulate_quorum(const QuorumOptions& options) { return QuorumWorld{options}.run(); }

}  // namespace bashu::sim
