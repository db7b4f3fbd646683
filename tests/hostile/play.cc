#include "play.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "core/core.h"
#include "core/peers/objection.h"
#include "core/peers/parked.h"
#include "core/told/step.h"
#include "house.h"
#include "liar.h"
#include "node/entry.h"
#include "node/snapshot.h"
#include "packs/load.h"
#include "people.h"
#include "testing/checkout.h"

namespace bashu::hostile {

namespace {

const char* const kHonest[] = {"chongqing", "sichuan"};
const char* const kLiar = "guizhou";
constexpr std::int64_t kTickMs = 30;
// What a node decides in a tick, and what a member may say in one: less than half of it.
constexpr std::size_t kDecidedInATick = 8;
constexpr std::int64_t kRate = 100;
constexpr std::int64_t kCallsOfTheLiar = 5;
constexpr int kTicksOfARound = 600;
// What a member may leave behind at a node.
constexpr std::size_t kHeldBytesMax = (64U << 20U) + (2U << 20U);
constexpr std::size_t kAlarmsMax = 200;
constexpr std::size_t kDocumentsMax = 5'000;
constexpr int kStoppedADay = 20;
// Its envelope is kept as evidence, and once more as what waits or was applied.
constexpr std::int64_t kWrittenForAByte = 4;
constexpr std::int64_t kWrittenAnyway = 200'000;

packs::PackPtr pack() {
  static const packs::PackPtr kPack = [] {
    std::ifstream file{checkout("tests/hostile/pack.yaml")};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const packs::Loaded loaded = packs::load(text);
    BASHU_ASSERT(loaded.pack);
    return loaded.pack;
  }();
  return kPack;
}

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

class Game {
 public:
  explicit Game(const Options& options)
      : options_{options},
        circle_{sim::make_circle(
            {kHonest[0], kHonest[1], kLiar},
            {.window = 16, .rate_per_s = kRate, .vouched = true, .witnessed = true})} {
    for (const char* party : kHonest) {
      houses_.push_back(
          std::make_unique<House>(time_, party, circle_, options.seed * 10 + houses_.size()));
    }
    own_ = std::make_unique<House>(time_, kLiar, circle_, options.seed * 10 + 5);
    twin_ = std::make_unique<House>(time_, kLiar, circle_, options.seed * 10 + 6);
    liar_ = std::make_unique<Liar>(time_, options.seed * 7 + 1, *own_, *twin_,
                                   std::vector<House*>{houses_[0].get(), houses_[1].get()},
                                   pack()->digest);
    people_ = std::make_unique<People>(options.seed * 3 + 1, pack(), *houses_[0], *houses_[1]);
    for (House* house : {houses_[0].get(), houses_[1].get(), own_.get(), twin_.get()}) {
      const auto adopted =
          house->run({.command = core::AdoptPack{.by = {.roles = {"admin"}},
                                                 .source = canonical_json(pack()->source),
                                                 .from = time_.day},
                      .evidence = "{\"adopts\":true}"});
      BASHU_ASSERT(std::holds_alternative<node::Done>(adopted));
    }
  }

  Result run() {
    if (options_.lies) liar_->claim_more();
    settle(false);
    // A door that never opened to the liar hears no lie.
    for (int i = 0; i < kTicksOfARound && !hear_the_liar(); ++i) tick(false);
    ticks_ = 0;
    for (int round = 0; round < options_.rounds && !broken_; ++round) {
      if (round % 2 == 1) time_.day = time_.day.plus_days(1);
      people_->act();
      settle(options_.lies);
    }
    for (const auto& house : houses_) {
      house->work(std::numeric_limits<std::size_t>::max());
      house->forget_refused();
      if (!broken_) check(*house);
    }
    Result result{.broken = broken_,
                  .ended = ended(),
                  .acts = people_->acts(),
                  .ticks = ticks_,
                  .seconds = seconds_,
                  .written = written(),
                  .heard = liar_->heard_bytes(),
                  .counts = liar_->counts()};
    for (const auto& house : houses_) {
      if (!result.broken) result.broken = check_restart(*house);
    }
    return result;
  }

 private:
  void fail(std::string check, std::string detail) {
    if (!broken_) broken_ = sim::Broken{.check = std::move(check), .detail = std::move(detail)};
  }

  void carry(House& from, const std::string& to, const exchange::PeerCall& call) {
    if (to == kLiar) return liar_->answer(from, call);
    House& other = to == kHonest[0] ? *houses_[0] : *houses_[1];
    http::Request request{.method = call.method,
                          .target = std::string{exchange::kPrefix} + call.target};
    request.body = call.body;
    request.length_given = true;
    if (!call.content_type.empty()) request.headers = {{"Content-Type", call.content_type}};
    other.handle(from.party(), std::move(request),
                 [&from, to, id = call.id](const http::Response& response) {
                   exchange::PeerAnswer answer{.status = response.status, .body = response.body};
                   const std::string retry{response.header("retry-after")};
                   if (!retry.empty()) answer.retry_after_s = std::stoll(retry);
                   from.answer(to, id, std::move(answer));
                 });
  }

  void tick(bool lies) {
    ++ticks_;
    time_.ms += kTickMs;
    // Whoever shouts is heard first.
    if (lies) {
      liar_->act(kCallsOfTheLiar);
    } else {
      liar_->speak_truly();
    }
    const double before = processor_seconds();
    for (const auto& house : houses_) {
      house->pump([this](House& from, const std::string& to, const exchange::PeerCall& call) {
        carry(from, to, call);
      });
    }
    for (const auto& house : houses_) house->work(kDecidedInATick);
    seconds_ += processor_seconds() - before;
    liar_->work();
  }

  // Until the honest have heard and been heard.
  void settle(bool lies) {
    for (int i = 0; i < kTicksOfARound && !broken_; ++i) {
      tick(lies);
      if (people_->satisfied() && quiet()) return;
    }
    fail("channel", "what the honest said to each other is not answered: " + standing());
  }
  [[nodiscard]] bool hear_the_liar() const {
    return std::ranges::all_of(
        houses_, [](const auto& house) { return house->state().inbox(kLiar).next > 1; });
  }
  [[nodiscard]] bool quiet() const {
    for (const auto& house : houses_) {
      const std::string& to = house == houses_[0] ? houses_[1]->party() : houses_[0]->party();
      const core::Outbox& box = house->state().outbox(to);
      if (box.acked < box.last || !box.asked.empty() || !box.stopped.empty()) return false;
    }
    return true;
  }
  [[nodiscard]] std::string standing() const {
    std::string out;
    for (const auto& house : houses_) {
      const std::string& to = house == houses_[0] ? houses_[1]->party() : houses_[0]->party();
      const core::Outbox& box = house->state().outbox(to);
      out += house->party() + " " + std::to_string(box.acked) + " of " + std::to_string(box.last) +
             " " + box.stopped + "; ";
    }
    return out;
  }

  [[nodiscard]] std::string ended() {
    std::string out;
    for (const auto& house : houses_) out += house->party() + "\n" + people_->ended(*house);
    return out;
  }
  [[nodiscard]] std::int64_t written() const {
    std::int64_t bytes = 0;
    for (const auto& house : houses_) {
      for (const journal::Commit& commit : house->storage().disk().commits()) {
        bytes += static_cast<std::int64_t>(commit.record.size());
      }
    }
    return bytes;
  }

  void check(House& house) {
    if (std::string broken = core::invariant(house.state()); !broken.empty()) {
      fail("invariant", house.party() + ": " + broken);
    }
    check_journal(house);
    check_officers(house);
    check_bounds(house);
    if (const auto trouble = house.trouble()) {
      fail("trouble", house.party() + " would end: " + trouble->text());
    }
    check_parked(house);
    check_useless(house);
    const House& other = &house == houses_[0].get() ? *houses_[1] : *houses_[0];
    for (const auto& [seq, held] : house.state().inbox(other.party()).held) {
      fail("held", house.party() + " holds what " + other.party() + " said: " + held.reason);
    }
  }
  void check_journal(House& house) {
    sim::Disk disk;
    disk.commits() = house.storage().disk().commits();
    sim::Shadow shadow{core::PartyId{house.party()}, sim::origin_of(house.party()),
                       sim::keys_of(house.party(), "log").public_key};
    if (auto broken = shadow.follow(disk)) return fail(broken->check, broken->detail);
    if (node::state_digest(shadow.state()) != node::state_digest(house.state())) {
      fail("replay", house.party() + " has another state than its journal leads to");
    }
    if (auto broken = people_->check(house, shadow)) fail(broken->check, broken->detail);
  }
  // Whoever signed a settlement in its name, its sign-in service vouched for them.
  void check_officers(House& house) {
    if (liar_->counts().contains(kTakenOfNobody)) fail("officers", kTakenOfNobody);
    each_event(house, [&](const core::Event& event) {
      const auto* settled = std::get_if<core::SettlementSigned>(&event);
      if (settled && settled->by == kLiar && settled->officer != kLiarsOfficer) {
        fail("officers", house.party() + " took a settlement of nobody in " + settled->id);
      }
    });
  }
  void each_event(House& house, const std::function<void(const core::Event&)>& visit) {
    std::uint64_t index = 0;
    for (const journal::Commit& commit : house.storage().disk().commits()) {
      auto record = evidence::decode_commit(commit.record);
      if (!record) return fail("journal", record.error().code);
      for (evidence::CommitEntry& bytes : record->entries) {
        const auto entry = node::decode_entry(index++, std::move(bytes));
        if (!entry) return fail("journal", entry.error().what);
        for (const core::Event& event : entry->events) visit(event);
      }
    }
  }
  void check_bounds(House& house) {
    std::size_t bytes = 0;
    for (const auto& [seq, held] : house.state().inbox(kLiar).held) {
      bytes += canonical_json(held.body).size();
    }
    if (bytes > kHeldBytesMax) fail("bounds", house.party() + " holds too much of the liar");
    if (house.alarms() > kAlarmsMax) fail("bounds", house.party() + " keeps too many alarms");
    if (house.documents_wanted() > kDocumentsMax) {
      fail("bounds", house.party() + " wants too many documents");
    }
  }
  // Steps that came early: few of a case, all counted, and few cases stopped by them a day.
  void check_parked(House& house) {
    std::map<std::pair<core::CaseId, core::PartyId>, std::pair<std::int64_t, std::int64_t>> of_case;
    std::map<core::PartyId, std::int64_t> of_party;
    house.state().each_parked([&](const core::CaseId& id, std::int64_t, const core::Parked& one) {
      const auto size = static_cast<std::int64_t>(canonical_json(one.body).size());
      auto& [steps, bytes] = of_case[{id, one.from}];
      ++steps;
      bytes += size;
      of_party[one.from] += size;
      if (steps > core::kParkedSteps || bytes > core::kParkedBytes) {
        fail("bounds", house.party() + " lets too much wait in " + id);
      }
    });
    for (const std::string party : {kHonest[0], kHonest[1], kLiar}) {
      if (house.state().serial(core::kParkedOf, party) != of_party[core::PartyId{party}]) {
        fail("bounds", house.party() + " does not count what waits of " + party);
      }
    }
    check_stopped(house);
  }
  void check_stopped(House& house) {
    std::set<std::string> parked;
    std::map<Date, int> stopped;
    bool stops = false;
    each_event(house, [&](const core::Event& event) {
      if (const auto* one = std::get_if<core::StepParked>(&event)) {
        parked.insert(core::told::step_digest(one->body));
      } else if (const auto* dispute = std::get_if<core::CaseDisputed>(&event)) {
        if (dispute->by == kLiar && core::stops(dispute->reason)) {
          fail("stopped", house.party() + " stops " + dispute->id + " by a lie");
        }
        stops = dispute->by == house.party() && parked.contains(dispute->content);
      } else if (const auto* task = std::get_if<core::TaskRaised>(&event); task && stops) {
        stops = false;
        if (++stopped[task->on] > kStoppedADay) {
          fail("bounds", house.party() + " stops too many cases in a day for steps that waited");
        }
      }
    });
  }
  // Nothing that needs them was taken.
  void check_useless(House& house) {
    for (const std::string& name : liar_->useless()) {
      if (house.kernel().vault().key(name)) fail("keys", house.party() + " keeps " + name);
      if (house.wants(name)) fail("documents", house.party() + " wants " + name);
    }
  }
  std::optional<sim::Broken> check_restart(House& house) {
    const Hash before = node::state_digest(house.state());
    if (const auto started = house.restart(); !started) {
      return sim::Broken{"restart", house.party() + ": " + started.error().what};
    }
    if (node::state_digest(house.state()) != before) {
      return sim::Broken{"restart", house.party() + " comes back with another state"};
    }
    return std::nullopt;
  }

  Options options_;
  Time time_;
  sim::Circle circle_;
  std::vector<std::unique_ptr<House>> houses_;
  std::unique_ptr<House> own_, twin_;  // the liar's
  std::unique_ptr<Liar> liar_;
  std::unique_ptr<People> people_;
  std::int64_t ticks_ = 0;
  double seconds_ = 0;
  std::optional<sim::Broken> broken_;
};

// The first line in which two texts differ.
std::string difference(const std::string& one, const std::string& other) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < one.size() && i < other.size() && one[i] == other[i]; ++i) {
    if (one[i] == '\n') from = i + 1;
  }
  const auto line = [&](const std::string& text) {
    return text.substr(from, text.find('\n', from) - from);
  };
  return "'" + line(one) + "' instead of '" + line(other) + "'";
}

}  // namespace

Result play(const Options& options) { return Game{options}.run(); }

Compared compare(std::uint64_t seed, int rounds) {
  Compared out{.broken = std::nullopt,
               .with = play({.seed = seed, .rounds = rounds, .lies = true}),
               .without = play({.seed = seed, .rounds = rounds, .lies = false})};
  out.broken = out.without.broken ? out.without.broken : out.with.broken;
  if (out.broken) return out;
  if (out.with.ended != out.without.ended) {
    out.broken = sim::Broken{"ended", difference(out.with.ended, out.without.ended)};
  } else if (out.with.ticks > 2 * out.without.ticks) {
    out.broken = sim::Broken{"throughput", std::to_string(out.with.ticks) + " ticks instead of " +
                                               std::to_string(out.without.ticks)};
  } else if (out.with.written - out.without.written >
             kWrittenAnyway + kWrittenForAByte * out.with.heard) {
    out.broken = sim::Broken{"bounds", std::to_string(out.with.written - out.without.written) +
                                           " bytes written for " + std::to_string(out.with.heard) +
                                           " heard"};
  }
  return out;
}

}  // namespace bashu::hostile
