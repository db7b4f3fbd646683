#include "main/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>

#include "backup/backup.h"
#include "http/message.h"
#include "views/follower.h"
#include "views/server_follower.h"

namespace bashu::cli {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

class Families {
 public:
  void add(const std::string& name, const char* help, double value, Labels labels = {},
           MetricType type = MetricType::Gauge) {
    if (all_.empty() || all_.back().name != name) {
      all_.push_back({.name = name, .help = help, .type = type, .metric = {}});
    }
    ClientMetric metric;
    metric.label = std::move(labels);
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    all_.back().metric.push_back(std::move(metric));
  }
  void add(std::vector<MetricFamily> more) {
    for (MetricFamily& one : more) all_.push_back(std::move(one));
  }
  [[nodiscard]] const std::vector<MetricFamily>& all() const { return all_; }

 private:
  std::vector<MetricFamily> all_;
};

void add_state(Families& out, const api::HealthParts& parts) {
  const api::Health health = api::health_of(parts);
  out.add("bashu_ready", "1 while the node reads and writes and nothing waits for a person",
          health.state == "ready" ? 1 : 0);
  for (const std::string_view reason : api::health_reasons()) {
    out.add("bashu_degraded", "1 while this is wrong (docs/alarms)",
            std::ranges::count(health.why, reason) > 0 ? 1 : 0, {{"why", std::string{reason}}});
  }
  out.add("bashu_writes_open", "0 while writes are refused", parts.node.gate().is_open() ? 1 : 0);
  // At the writer they are 0: a series that is always there can be asked for.
  const auto standby = parts.node.standby();
  out.add("bashu_standby_behind_seconds", "For how long entries of the writer wait to be followed",
          standby ? static_cast<double>(standby->behind_ms) / 1'000 : 0);
  out.add("bashu_standby_behind_entries", "Entries of the writer that are not followed yet",
          standby ? static_cast<double>(standby->behind) : 0);
  out.add("bashu_standby_writer_silent_seconds", "Since the writer said that it lives",
          standby ? static_cast<double>(standby->silent_ms) / 1'000 : 0);
  out.add("bashu_standby", "1 while another machine writes the journal", standby ? 1 : 0);
  out.add("bashu_journal_entries_total", "Entries durable in the journal",
          static_cast<double>(parts.node.durable()), {}, MetricType::Counter);
  out.add("bashu_views_entries", "Entries the views show",
          static_cast<double>(parts.follower.entries()));
  const auto lag = parts.server_views ? parts.server_views->lag() : views::ServerFollower::Lag{};
  out.add("bashu_server_views", "1 while tables are kept on a PostgreSQL server",
          parts.server_views ? 1 : 0);
  out.add("bashu_server_views_behind_entries", "Durable entries that the tables there lack",
          static_cast<double>(lag.entries));
  out.add("bashu_server_views_behind_seconds", "For how long they have lacked some",
          static_cast<double>(lag.ms) / 1'000);
  out.add("bashu_info", "1, with the version and the party", 1,
          {{"version", BASHU_VERSION}, {"party", parts.node.identity().party}});
}

void add_channels(Families& out, exchange::Exchange* exchange) {
  if (!exchange) return;
  const std::vector<exchange::PeerStatus> peers = exchange->status();
  const auto each = [&](const char* name, const char* help, auto value) {
    for (const exchange::PeerStatus& peer : peers) {
      out.add(name, help, static_cast<double>(value(peer)), {{"peer", peer.party}});
    }
  };
  using Peer = exchange::PeerStatus;
  each("bashu_channel_up", "1 while the last call to the peer was answered",
       [](const Peer& peer) { return peer.up ? 1 : 0; });
  each("bashu_channel_stopped", "1 while the channel is stopped for good",
       [](const Peer& peer) { return peer.stopped.empty() ? 0 : 1; });
  each("bashu_channel_backlog", "Messages to the peer without a receipt",
       [](const Peer& peer) { return peer.backlog; });
  each("bashu_channel_held", "Messages of the peer that could not be decided",
       [](const Peer& peer) { return peer.held; });
  each("bashu_channel_contact_age_seconds", "Since the peer last answered; -1: never",
       [](const Peer& peer) { return peer.last_contact_s; });
  each("bashu_channel_life_used_ratio", "Of the life of the oldest message without a receipt",
       [](const Peer& peer) { return peer.life_used_percent / 100.0; });
  const std::map<std::string, exchange::AskedOf> asked = exchange->asked_pseudonyms();
  for (const auto& [party, of] : asked) {
    out.add("bashu_pseudonyms_asked_total", "Pseudonyms the peer asked our part of",
            static_cast<double>(of.points), {{"peer", party}}, MetricType::Counter);
  }
  for (const auto& [party, of] : asked) {
    out.add("bashu_pseudonyms_refused_total", "Pseudonyms it asked for above the limit of an hour",
            static_cast<double>(of.refused), {{"peer", party}}, MetricType::Counter);
  }
  std::map<std::pair<std::string, std::string>, std::int64_t> newest;
  for (const exchange::Alarm& alarm : exchange->alarms()) {
    auto& time = newest[{alarm.code, alarm.party}];
    time = std::max(time, alarm.time_ms);
  }
  for (const auto& [about, time_ms] : newest) {
    out.add("bashu_alarm_time_seconds", "When an alarm of this code was last raised",
            static_cast<double>(time_ms) / 1'000, {{"code", about.first}, {"party", about.second}});
  }
}

void add_disk(Families& out, const std::filesystem::path& dir, const node::DiskFloor& disk) {
  if (const auto free = node::disk_free(dir)) {
    out.add("bashu_disk_free_bytes", "Free on the disk of the node's directory",
            static_cast<double>(*free));
  }
  out.add("bashu_disk_floor_bytes", "Below this writes are refused",
          static_cast<double>(disk.floor()));
  if (const auto last = backup::last_backup(dir)) {
    out.add("bashu_backup_time_seconds", "When the last backup was made",
            static_cast<double>(last->made_ms) / 1'000);
    out.add("bashu_backup_entries", "Entries in the last backup",
            static_cast<double>(last->entries));
    out.add("bashu_backup_with_vault", "1 if the last backup copied the keys of sealed values",
            last->vault ? 1 : 0);
  }
}

void add_process(Families& out) {
  ::rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    const auto seconds = [](const ::timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    out.add("process_cpu_seconds_total", "Processor time used",
            seconds(used.ru_utime) + seconds(used.ru_stime), {}, MetricType::Counter);
  }
  std::ifstream memory{"/proc/self/statm"};
  std::uint64_t pages = 0, resident = 0;
  if (memory >> pages >> resident) {
    out.add("process_resident_memory_bytes", "Memory in use",
            static_cast<double>(resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))));
  }
}

}  // namespace

struct Metrics::Requests {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& by_status =
      prometheus::BuildCounter()
          .Name("bashu_requests_total")
          .Help("Requests answered by the API, by class of status")
          .Register(registry);
  prometheus::Histogram& seconds =
      prometheus::BuildHistogram()
          .Name("bashu_request_seconds")
          .Help("How long the API took to answer")
          .Register(registry)
          .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                           0.1, 0.25, 0.5, 1, 2.5, 10});
};

Metrics::Metrics() : requests_{std::make_unique<Requests>()} {}
Metrics::~Metrics() = default;

void Metrics::answered(int status, std::int64_t ms) {
  requests_->by_status.Add({{"status", std::to_string(status / 100) + "xx"}}).Increment();
  requests_->seconds.Observe(static_cast<double>(ms) / 1'000);
}

std::string Metrics::text(const api::HealthParts& parts, const node::DiskFloor& disk) const {
  Families out;
  add_state(out, parts);
  add_channels(out, parts.exchange);
  add_disk(out, parts.node.identity().dir, disk);
  add_process(out);
  out.add(requests_->registry.Collect());
  return prometheus::TextSerializer{}.Serialize(out.all());
}

std::expected<std::unique_ptr<http::Server>, Fault> serve_metrics(
    http::Server::Options options, std::function<std::string()> text) {
  return http::Server::start(
      std::move(options),
      [text = std::move(text)](const http::Request& request, const http::Reply& reply) {
        if (request.path() != "/metrics") return reply(http::problem(404, "not-found"));
        if (request.method != "GET") return reply(http::problem(405, "method"));
        reply(http::text_response(200, "text/plain; version=0.0.4; charset=utf-8", text()));
      });
}

}  // namespace bashu::cli
