#include "world.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "circle.h"
#include "clients.h"
#include "core/core.h"
#include "exchange/circle.h"
#include "exchange/seen.h"
#include "node/files.h"
#include "node/snapshot.h"

namespace bashu::sim {

namespace {

constexpr std::int64_t kPatienceMs = 3'600'000;  // of the healing phase, virtual
const std::vector<core::PartyId> kParties{"sichuan", "chongqing"};

std::filesystem::path fresh_directory() {
  static std::atomic<unsigned> counter{0};
  std::error_code ignored;
  const std::filesystem::path memory{"/dev/shm"};
  const std::filesystem::path base = std::filesystem::is_directory(memory, ignored)
                                         ? memory
                                         : std::filesystem::temp_directory_path();
  return base / ("bashu-sim-" + std::to_string(::getpid()) + "-" + std::to_string(++counter));
}

bool same(const core::State& one, const core::State& other) {
  return node::state_digest(one) == node::state_digest(other) &&
         node::levels_digest(one) == node::levels_digest(other);
}

void write(const std::filesystem::path& file, std::string_view content) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  BASHU_ASSERT(node::write_file(file, content));
}

const Circle& circle() {
  // A small window, so that it fills.
  static const Circle kCircle = make_circle({kParties.begin(), kParties.end()}, {.window = 8});
  return kCircle;
}

}  // namespace

World::World(const Options& options, const Prepared* prepared)
    : options_{options},
      random_{options.seed},
      dir_{fresh_directory()},
      clients_{std::make_unique<Clients>(*this)},
      day_{*Date::parse("2026-03-02")} {
  BASHU_ASSERT(sodium_init() >= 0);
  for (const core::PartyId& party : kParties) {
    const core::PartyId& peer = party == kParties[0] ? kParties[1] : kParties[0];
    machines_.push_back(
        std::make_unique<Machine>(*this, party, peer, dir_ / party.text(), random_.next()));
    Machine& machine = *machines_.back();
    machine.set_today(day_);
    machine.set_shadow(
        std::make_unique<Shadow>(party, origin_of(party), keys_of(party, "log").public_key));
  }
  checked_.assign(machines_.size(), 0);
  if (prepared) {
    restore(*prepared);
  } else {
    found();
  }
}

World::~World() {
  for (const auto& machine : machines_) machine->crash();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

void World::found() {
  for (const auto& machine : machines_) {
    for (const auto& [name, content] : identity_files(machine->party())) {
      write(machine->dir() / name, content);
    }
    start(*machine);
  }
  for (const auto& machine : machines_) {
    const auto adopt = [&](node::Request request) {
      const auto outcome = machine->node().run(std::move(request));
      BASHU_ASSERT(std::holds_alternative<node::Done>(outcome));
    };
    core::AdoptRecord agreement{
        .record = {.what = "agreement", .party = {}, .edition = 1, .bytes = circle().agreement},
        .parties = {}};
    for (const core::PartyId& party : kParties) agreement.parties.push_back({.party = party});
    adopt({.command = std::move(agreement), .evidence = circle().agreement});
    for (const auto& [party, list] : circle().key_lists) {
      adopt({.command = core::AdoptRecord{.record = {.what = "keys",
                                                     .party = core::PartyId{party},
                                                     .edition = 1,
                                                     .bytes = list},
                                          .parties = {}},
             .evidence = list});
    }
    machine->kernel().vault().set_token_key(as_bytes(sha256("token key of the simulation")));
  }
  clients_->found();
}

void World::restore(const Prepared& prepared) {
  for (const auto& machine : machines_) {
    const Stored& stored = prepared.at(machine->party());
    for (const auto& [name, content] : stored.files) write(machine->dir() / name, content);
    machine->disk().commits() = stored.commits;
    if (auto broken = machine->shadow().follow(machine->disk())) fail(*broken);
    start(*machine);
  }
  clients_->go_on();
}

World::Prepared World::prepare() {
  settle();
  BASHU_ASSERT(!broken_);
  Prepared prepared;
  for (const auto& machine : machines_) {
    machine->crash();
    Stored& stored = prepared[machine->party()];
    stored.commits = machine->disk().commits();
    for (const auto& file : std::filesystem::recursive_directory_iterator{machine->dir()}) {
      if (!file.is_regular_file()) continue;
      auto content = node::read_file(file.path());
      BASHU_ASSERT(content);
      stored.files[std::filesystem::relative(file.path(), machine->dir()).string()] =
          std::move(*content);
    }
  }
  return prepared;
}

Machine& World::other(const Machine& machine) {
  return machine.party() == machines_[0]->party() ? *machines_[1] : *machines_[0];
}

void World::fail(Broken broken) {
  if (broken_) return;
  trace("BROKEN " + broken.check + ": " + broken.detail);
  broken_ = std::move(broken);
}

void World::trace(std::string_view what) {
  // FNV-1a: it need only differ when a run differs.
  const auto mix = [this](std::string_view bytes) {
    for (const char byte : bytes) {
      trace_ = (trace_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
    }
  };
  const std::string time = std::to_string(now());
  mix(time);
  mix(what);
  if (options_.verbose) {
    std::printf("%6d %8s ms  %.*s\n", step_, time.c_str(), static_cast<int>(what.size()),
                what.data());
  }
}

std::int64_t World::delay() {
  if (!faulty_) return random_.between(1, 5);
  if (random_.permille(weather_.late)) return random_.between(1'000, 60'000);
  return random_.between(1, weather_.delay_ms);
}

std::int64_t World::flush_ms() {
  return faulty_ ? random_.between(0, weather_.flush_ms) : random_.between(0, 3);
}

Fate World::fate(const Machine& machine) {
  if (options_.plant == Plant::lying_disk && faulty_) return Fate::lied;
  if (!faulty_ || !random_.permille(weather_.die_in_write)) return Fate::durable;
  const std::vector<std::pair<Fate, const char*>> kinds{
      {Fate::lost, "before its commit is on the disk"},
      {Fate::torn, "halfway through a record"},
      {Fate::unanswered, "after its commit, before anybody hears"}};
  const auto& [fate, words] = random_.pick(kinds);
  trace(machine.party() + " dies " + words);
  count(std::string{"died "} + words);
  return fate;
}

void World::start(Machine& machine) {
  const auto started = machine.start();
  if (!started) return fail({"start", machine.party() + ": " + started.error().what});
  trace(machine.party() + " starts with " + std::to_string(machine.kernel().durable()) +
        " entries");
  if (machine.kernel().durable() < machine.shadow().size()) {
    return fail({"durable", machine.party() + " has lost entries"});
  }
  if (!same(machine.kernel().state(), machine.shadow().state())) {
    fail({"digest", machine.party() + " comes back with another state than it had"});
  }
}

void World::crash(Machine& machine) {
  trace(machine.party() + " is dead");
  count("crashes");
  machine.crash();
  damage(machine);
  in(random_.between(10, 6'000), [this, &machine] {
    if (!machine.up()) start(machine);
  });
}

// What a crash may leave of files that can be made again.
void World::damage(Machine& machine) {
  const std::filesystem::path& dir = machine.dir();
  std::error_code ignored;
  const auto remove = [&](const char* name) {
    std::filesystem::remove_all(dir / name, ignored);
    count(std::string{"lost "} + name);
  };
  if (random_.permille(100)) remove("tree");
  if (random_.permille(100)) {
    std::filesystem::remove(dir / "index.db-wal", ignored);
    std::filesystem::remove(dir / "index.db-shm", ignored);
    remove("index.db");
  }
  if (random_.permille(100)) remove("snapshots");
  // After a power cut the mark can be older than the journal.
  if (random_.permille(100)) remove("published");
  const auto leaves = dir / "tree" / "0";
  if (random_.permille(100) && std::filesystem::exists(leaves, ignored)) {
    const auto size = std::filesystem::file_size(leaves, ignored);
    std::filesystem::resize_file(
        leaves, static_cast<std::uintmax_t>(random_.below(static_cast<std::int64_t>(size) + 1)),
        ignored);
    count("cut tree files");
  }
}

bool World::cut(const Machine& from, const Machine& to) const {
  if (options_.plant == Plant::deaf_link && &from == machines_[0].get()) return true;
  const auto until = cut_until_.find(from.party() + to.party());
  return faulty_ && until != cut_until_.end() && now() < until->second;
}

void World::check_leak(const Machine& from, const exchange::PeerCall& call) {
  if (call.target.ends_with("/messages") && !from.shadow().has_sent(call.body)) {
    fail({"leak", from.party() + " sends a message that is not in its journal"});
  }
}

void World::send(Machine& from, exchange::PeerCall call) {
  if (options_.plant == Plant::leak && call.target.ends_with("/messages")) call.body += ' ';
  check_leak(from, call);
  Machine& to = other(from);
  const std::uint64_t life = from.life();
  trace(from.party() + " calls " + call.method + " " + call.target);
  count("calls");
  // The caller's patience; the call may arrive all the same.
  in(faulty_ ? random_.between(1'000, 30'000) : 30'000, [&from, life, id = call.id] {
    from.answer(life, id, {.status = 0, .body = {}, .retry_after_s = 0, .error = "timeout"});
  });
  int copies = 1;
  if (faulty_ && random_.permille(weather_.twice)) {
    copies = 2;
    count("doubled calls");
  }
  for (int i = 0; i < copies; ++i) {
    if (cut(from, to) || (faulty_ && random_.permille(weather_.loss))) {
      count("lost calls");
      continue;
    }
    ++on_the_way_;
    in(delay(), [this, &from, &to, life, call, i] {
      --on_the_way_;
      if (cut(from, to)) return count("lost calls");
      if (options_.plant == Plant::deaf_to_repeats && i > 0 && call.target.ends_with("/messages") &&
          to.up()) {
        const auto outer = parse_json(call.body);
        const auto payload = from_base64url(outer ? outer->text_at("payload") : "");
        const auto inner = payload ? parse_json(*payload) : std::unexpected{JsonError{}};
        BASHU_ASSERT(inner);
        Value body = *inner->find("body");
        body.as_record()->erase("$keys");
        (void)to.submit(
            {.command =
                 core::TakeMessage{.from = from.party(),
                                   .seq = to.kernel().state().inbox(from.party()).next,
                                   .message_id = hex(sha256(outer->text_at("protected") + "." +
                                                            outer->text_at("payload"))),
                                   .kind = inner->text_at("kind"),
                                   .stream = inner->text_at("stream"),
                                   .pack = inner->text_at("pack"),
                                   .body = std::move(body)},
             .evidence = call.body},
            nullptr);
        return;
      }
      deliver(from, to, life, call);
    });
  }
}

void World::deliver(Machine& from, Machine& to, std::uint64_t life,
                    const exchange::PeerCall& call) {
  const auto reset = [&](const char* why) {
    from.answer(life, call.id, {.status = 0, .body = {}, .retry_after_s = 0, .error = why});
  };
  if (!to.up()) return reset("refused");
  http::Request request{.method = call.method,
                        .target = std::string{exchange::kPrefix} + call.target};
  request.body = call.body;
  request.length_given = true;
  if (!call.content_type.empty()) request.headers = {{"Content-Type", call.content_type}};
  to.handle(std::move(request), [this, &from, &to, life, id = call.id,
                                 target = call.target](const http::Response& response) {
    trace(to.party() + " answers " + std::to_string(response.status) + " to " + target);
    count("answers " + std::to_string(response.status));
    if (const auto note = exchange::checkpoint_of(response.body);
        response.status == 200 && target.ends_with("/messages")) {
      const std::string_view after = note.substr(std::min(note.find('\n') + 1, note.size()));
      const std::string size{after.substr(0, after.find('\n'))};
      if (size.empty() || std::stoull(size) > to.disk().size()) {
        fail({"leak", to.party() + " gives a receipt for what is not on its disk"});
      }
    }
    if (cut(to, from) || (faulty_ && random_.permille(weather_.loss))) {
      return count("lost answers");
    }
    exchange::PeerAnswer answer{.status = response.status, .body = response.body};
    const std::string retry{response.header("retry-after")};
    if (!retry.empty()) answer.retry_after_s = std::stoll(retry);
    ++on_the_way_;
    in(delay(), [this, &from, life, id, answer = std::move(answer)] {
      --on_the_way_;
      from.answer(life, id, answer);
    });
  });
}

void World::plan_fault() {
  in(random_.between(1, 2 * weather_.fault_every_ms), [this] {
    if (!faulty_) return;
    make_fault();
    plan_fault();
  });
}

void World::make_fault() {
  Machine& machine = *random_.pick(machines_);
  Machine& peer = other(machine);
  const std::int64_t what = random_.below(100);
  if (what < 40) {
    if (machine.up()) crash(machine);
  } else if (what < 60) {
    const std::int64_t until = now() + random_.between(100, 40'000);
    const std::int64_t ways = random_.between(1, 3);
    if ((ways & 1) != 0) cut_until_[machine.party() + peer.party()] = until;
    if ((ways & 2) != 0) cut_until_[peer.party() + machine.party()] = until;
    trace("the link of " + machine.party() + " is cut until " + std::to_string(until));
    count("partitions");
  } else if (what < 72) {
    if (!machine.up()) return;
    trace(machine.party() + " makes a snapshot");
    if (const auto made = machine.kernel().snapshot(); !made) {
      return fail({"snapshot", machine.party() + ": " + made.error().what});
    }
    count("snapshots");
  } else if (what < 84) {
    if (!machine.up()) return;
    trace(machine.party() + " writes out tree and index");
    if (const auto done = machine.kernel().archive().flush(true); !done) {
      return fail({"flush", machine.party() + ": " + done.error().what});
    }
  } else if (what < 92) {
    machine.set_skew(random_.between(-90'000, 90'000));
    trace("the clock of " + machine.party() + " is wrong");
    count("skewed clocks");
  } else if (what < 96) {
    std::error_code ignored;
    if (!machine.up() || std::filesystem::exists(machine.dir() / "keys" / "next", ignored)) return;
    trace(machine.party() + " announces new keys");
    if (exchange::rotate_keys(machine.node())) count("rotated keys");
  } else if (options_.plant == Plant::tampering && machine.disk().commits().size() > 8) {
    journal::Commit& old = machine.disk().commits()[6];
    old.record[old.record.size() / 2] ^= 1;
  }
}

void World::plan_day() {
  in(random_.between(1, 2 * weather_.day_every_ms), [this] {
    if (!faulty_) return;
    // What was asked is remembered for seven days; clients do not ask again after longer.
    const bool waits = day_.days() - clients_->oldest().days() >= 5;
    const bool behind = std::any_of(machines_.begin(), machines_.end(),
                                    [&](const auto& machine) { return machine->today() != day_; });
    if (!waits && !behind) begin_day();
    plan_day();
  });
}

void World::begin_day() {
  day_ = day_.plus_days(1);
  trace("it is " + day_.text());
  count("days");
  for (const auto& machine : machines_) {
    in(random_.below(200), [this, &machine = *machine, day = day_] {
      machine.set_today(day);
      if (machine.up()) machine.wake();
    });
  }
}

void World::check() {
  Shadows shadows;
  bool changed = false;
  for (std::size_t i = 0; i < machines_.size(); ++i) {
    const Shadow& shadow = machines_[i]->shadow();
    shadows.push_back(&shadow);
    if (shadow.size() == checked_[i]) continue;
    checked_[i] = shadow.size();
    changed = true;
    if (auto broken = check_alone(shadow)) return fail(*broken);
  }
  if (!changed) return;
  if (auto broken = check_together(shadows)) fail(*broken);
}

void World::after_step() {
  for (const auto& machine : machines_) {
    if (machine->dying()) crash(*machine);
    if (std::string alarm = machine->alarm(); !alarm.empty()) {
      fail({"alarm", machine->party() + ": " + alarm});
    }
  }
  check();
}

std::string World::unrest() const {
  if (!clients_->satisfied()) return "a client waits for an answer";
  if (on_the_way_ > 0) return "calls are on the way";
  for (const auto& machine : machines_) {
    if (!machine->up()) return machine->party() + " is down";
    if (!machine->idle()) return machine->party() + " has work";
    if (machine->kernel().state().circle().today != day_) return machine->party() + " sleeps";
    const core::Outbox& box = machine->shadow().state().outbox(machine->peer());
    if (box.acked != box.last) {
      return machine->party() + " waits for the receipt of message " +
             std::to_string(box.acked + 1);
    }
  }
  return {};
}

bool World::quiet() const { return unrest().empty(); }

void World::settle() {
  const std::int64_t until = now() + kPatienceMs;
  while (!broken_ && !quiet()) {
    if (now() > until) return fail({"heal", unrest()});
    if (!timeline_.step()) return fail({"heal", "nothing happens any more: " + unrest()});
    after_step();
  }
}

void World::heal() {
  trace("no more faults");
  clients_->stop();
  faulty_ = false;
  for (const auto& machine : machines_) {
    machine->set_skew(0);
    machine->set_today(day_);
    if (!machine->up()) {
      start(*machine);
    } else {
      machine->wake();
    }
  }
  settle();
  // Clocks run out: what waits for nobody but a date must end by itself.
  for (std::int64_t days = random_.between(0, 60); days > 0 && !broken_; --days) {
    begin_day();
    const std::int64_t until = now() + 400;
    while (!broken_ && now() < until && timeline_.step()) after_step();
  }
  settle();
  if (broken_) return;
  clients_->check();
  Shadows shadows;
  for (const auto& machine : machines_) shadows.push_back(&machine->shadow());
  if (auto broken = check_at_rest(shadows)) return fail(*broken);
  if (options_.plant == Plant::drift) {
    machines_[0]->shadow().state().set_serial("planted", "", 1);
  }
  if (options_.plant == Plant::lost_keys) {
    Machine& machine = *machines_[0];
    machine.shadow().state().each_case([&](const core::Case& c) {
      for (const std::string& key : node::sealing_keys(c.data)) {
        (void)machine.kernel().vault().forget(key);
      }
    });
  }
  compare_states();
  if (!broken_) compare_after_rebuilding();
}

void World::compare_states() {
  for (const auto& machine : machines_) {
    if (!same(machine->kernel().state(), machine->shadow().state())) {
      return fail({"digest", machine->party() + " is not in the state its journal leads to"});
    }
    // What was sealed for a case can be opened by every party of it.
    machine->shadow().state().each_case([&](const core::Case& c) {
      for (const std::string& key : node::sealing_keys(c.data)) {
        if (!machine->kernel().vault().key(key)) {
          fail({"keys", machine->party() + " cannot open a sealed value of " + c.id});
        }
      }
    });
  }
}

void World::compare_after_rebuilding() {
  for (const auto& machine : machines_) {
    machine->crash();
    std::error_code ignored;
    for (const char* name : {"tree", "index.db", "index.db-wal", "index.db-shm", "snapshots"}) {
      std::filesystem::remove_all(machine->dir() / name, ignored);
    }
    start(*machine);
  }
}

Result World::run() {
  weather_ = {
      .loss = random_.below(200),
      .twice = random_.below(200),
      .late = random_.below(60),
      .die_in_write = random_.below(40),
      .fault_every_ms = random_.between(500, 8'000),
      .delay_ms = random_.between(5, 400),
      .flush_ms = random_.permille(200) ? random_.between(100, 2'000) : random_.between(1, 30),
      .day_every_ms = random_.between(800, 20'000)};
  faulty_ = true;
  clients_->begin();
  plan_fault();
  plan_day();
  for (step_ = 1; step_ <= options_.steps && !broken_; ++step_) {
    if (!timeline_.step()) break;
    after_step();
  }
  if (!broken_) heal();
  Result result{.seed = options_.seed,
                .broken = broken_,
                .step = step_,
                .at_ms = now(),
                .trace = trace_,
                .digests = {},
                .counts = counts_};
  for (const auto& machine : machines_) {
    result.digests.push_back(hex(node::state_digest(machine->shadow().state())));
    result.counts["entries"] += static_cast<std::int64_t>(machine->shadow().size());
    machine->shadow().state().each_case([&](const core::Case& c) {
      for (const core::Visit& visit : c.reached) {
        ++result.counts["reached " + c.service + "." + visit.state];
      }
    });
  }
  return result;
}

Result simulate(const Options& options) {
  static const World::Prepared kPrepared = [] {
    return World{{.seed = 0, .steps = 0, .verbose = false, .plant = Plant::none}, nullptr}
        .prepare();
  }();
  // Some circles are founded under faults.
  World world{options, options.seed % 8 == 0 ? nullptr : &kPrepared};
  return world.run();
}

}  // namespace bashu::sim
