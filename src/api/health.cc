#include "api/health.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "api/handlers.h"
#include "backup/backup.h"
#include "exchange/beside.h"
#include "exchange/outside.h"
#include "exchange/timestamps.h"
#include "node/leap.h"
#include "node/storage/object_files.h"
#include "views/follower.h"
#include "views/server_follower.h"

namespace bashu::api {

namespace {

constexpr std::int64_t kClockS = 60;
constexpr std::int64_t kBehindMs = 30'000;
// A commit waits for others' disks, as long as there are enough: after a while nobody can rely on
// it.
constexpr std::int64_t kSlowCommitMs = 3'000, kStuckCommitMs = 10'000;
constexpr int kAskMs = 200;  // whoever asks for health is answered within a second
constexpr std::int64_t kBackupMs = 26 * 3'600'000;  // a daily one, and two hours

// Only of a node that is backed up at all: a rehearsal on a desk need not be.
bool backup_is_old(const std::filesystem::path& dir) {
  const auto last = backup::last_backup(dir);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return last &&
         std::chrono::duration_cast<std::chrono::milliseconds>(now).count() - last->made_ms >
             kBackupMs;
}

// The day of the clock, if the peers contradict it or nobody confirms a leap: not begun unless an
// administrator says so.
std::optional<Date> day_not_begun(node::Node& node, const std::shared_ptr<const Shelf>& shelf) {
  node::Clock& clock = node.clock();
  const node::PeerTimes& times = node.peer_times();
  const Date day = clock.today();
  if (!shelf || day <= shelf->today) return {};
  const bool alone =
      node::has_peers(shelf->parties, shelf->own) && node::is_leap(shelf->today, day, times, clock);
  if (!alone && times.confirmed(day, clock) == day) return {};
  return day;
}

}  // namespace

std::vector<std::string> beside_missing(node::Node& node,
                                        const std::shared_ptr<const Shelf>& shelf) {
  return exchange::missing_beside(node.storage().files(), *node.directory(), node.identity(),
                                  shelf && shelf->passwords);
}

const std::vector<std::string_view>& health_reasons() {
  static const std::vector<std::string_view> kReasons{"guarded",
                                                      "disk",
                                                      "rollback",
                                                      "quorum",
                                                      "commit_waits",
                                                      "standby_behind",
                                                      "standby_stopped",
                                                      "beside_missing",
                                                      "views_stopped",
                                                      "server_views_behind",
                                                      "keys_unreadable",
                                                      "clock",
                                                      "documents_away",
                                                      "rollback_unproven",
                                                      "peer_away",
                                                      "channel_stopped",
                                                      "held",
                                                      "erasure_late",
                                                      "backup_old",
                                                      "timestamp_late",
                                                      "witness_late"};
  return kReasons;
}

Health health_of(const HealthParts& parts) {
  Health health;
  const auto because = [&](bool is, std::string_view why) {
    if (is) health.why.push_back(why);
  };
  because(parts.node.gate().is_shut(node::Gate::Why::restored), "guarded");
  because(parts.node.gate().is_shut(node::Gate::Why::disk), "disk");
  because(parts.exchange && parts.exchange->trouble().has_value(), "rollback");
  because(parts.node.quorum().is_short(), "quorum");
  because(parts.node.commit_waits_ms() > kSlowCommitMs, "commit_waits");
  const auto shelf = parts.shelves.within(kAskMs);
  const auto standby = parts.node.standby();
  because(standby && standby->behind_ms > kBehindMs, "standby_behind");
  because(standby && !standby->trouble.empty(), "standby_stopped");
  because(!beside_missing(parts.node, shelf).empty(), "beside_missing");
  because(!parts.follower.fault().empty(), "views_stopped");
  // Also while they are made for the first time: who asks them is told less than there is.
  because(parts.server_views && parts.server_views->lag().ms > kBehindMs, "server_views_behind");
  because(!parts.entrance.roster().problem().empty(), "keys_unreadable");
  const auto clocks = parts.node.peer_times().differences(parts.node.clock());
  const bool apart =
      std::ranges::any_of(clocks, [](const auto& one) { return std::abs(one.seconds) > kClockS; });
  because(apart || day_not_begun(parts.node, shelf).has_value(), "clock");
  because(node::documents_away(parts.node.storage().files()).has_value(), "documents_away");
  const std::vector<exchange::PeerStatus> peers =
      parts.exchange ? parts.exchange->status() : std::vector<exchange::PeerStatus>{};
  const auto any = [&](auto is) { return std::ranges::any_of(peers, is); };
  because(any([](const auto& peer) { return !peer.unproven.empty(); }), "rollback_unproven");
  because(any([](const auto& peer) { return peer.away; }), "peer_away");
  because(any([](const auto& peer) { return !peer.stopped.empty(); }), "channel_stopped");
  because(any([](const auto& peer) { return peer.held > 0; }), "held");
  because(parts.node.late_erasures() > 0, "erasure_late");
  because(backup_is_old(parts.node.identity().dir), "backup_old");
  because(parts.timestamps && parts.timestamps->late(), "timestamp_late");
  because(parts.witnesses && parts.witnesses->late(), "witness_late");
  health.state = parts.node.durable() == 0 ? "down"
                 : standby                 ? "standby"
                 : health.why.empty()      ? "ready"
                                           : "degraded";
  return health;
}

http::Response ending_health(Context& context) {
  return json_response(Value::Record{{"ready", false},
                                     {"state", "ending"},
                                     {"why", Value::List{}},
                                     {"writes", false},
                                     {"party", context.node.identity().party},
                                     {"version", BASHU_VERSION}},
                       503);
}

// What went wrong is in the log; here, without a key, only that something did.
Result show_health(Context& context, const Call& /*call*/) {
  const Health health = health_of({.node = context.node,
                                   .follower = context.follower,
                                   .exchange = context.exchange,
                                   .entrance = context.entrance,
                                   .shelves = context.shelves,
                                   .timestamps = context.timestamps,
                                   .witnesses = context.witnesses});
  const std::uint64_t durable = context.node.durable();
  const std::uint64_t visible = context.follower.entries();
  const std::int64_t waits_ms = context.node.commit_waits_ms();
  const bool ready = durable > 0 && waits_ms <= kStuckCommitMs;
  Value::List why;
  for (const std::string_view reason : health.why) why.emplace_back(reason);
  Value::Record answer{{"ready", ready},
                       {"state", health.state},
                       {"why", std::move(why)},
                       {"writes", context.node.gate().is_open()},
                       {"party", context.node.identity().party},
                       {"version", BASHU_VERSION}};
  Value::List clocks;
  for (const auto& one : context.node.peer_times().differences(context.node.clock())) {
    clocks.push_back(Value::Record{{"party", one.party}, {"ahead_s", one.seconds}});
  }
  if (!clocks.empty()) answer["clocks"] = std::move(clocks);
  if (const auto day = day_not_begun(context.node, context.shelves.within(kAskMs))) {
    answer["day_not_begun"] = day->text();
  }
  if (const auto standby = context.node.standby()) {
    answer["writer"] = standby->writer;
    answer["behind"] = Value::Record{{"entries", static_cast<std::int64_t>(standby->behind)},
                                     {"ms", standby->behind_ms}};
    answer["writer_silent_ms"] = standby->silent_ms;
  }
  if (waits_ms > kSlowCommitMs) answer["commit_waits_ms"] = waits_ms;
  if (const auto missing = beside_missing(context.node, context.shelves.within(kAskMs));
      !missing.empty()) {
    answer["missing"] = Value::List(missing.begin(), missing.end());
  }
  if (durable > 0) answer["position"] = durable - 1;
  if (visible > 0) answer["views"] = visible - 1;
  return json_response(answer, ready ? 200 : 503);
}

}  // namespace bashu::api
