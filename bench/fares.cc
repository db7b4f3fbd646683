// Taps priced: the record day of two metros, 28,000,000 taps of 6,000,000 tokens, token by token as
// a file in order of token gives them, so that memory does not grow with the day.

#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <iomanip>
#include <string>
#include <thread>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "bench/bench.h"
#include "fares/claims.h"

namespace bashu::bench {

namespace {

constexpr std::int64_t kTokens = 6'000'000;
constexpr std::int64_t kTaps = 28'000'000;
constexpr double kRecordDayGoalS = 60, kRatedGoal = 200'000;
constexpr int kStations = 40;
constexpr std::int64_t kMorning = 18'690 * 86'400 + 6 * 3'600;

std::string place(int group, int station) {
  return (group == 0 ? "chengdu-metro-" : "chongqing-metro-") + std::to_string(station);
}

fares::Tariff tariff() {
  Value::Record groups;
  for (const int group : {0, 1}) {
    Value::List metres;
    for (int a = 0; a < kStations; ++a) {
      for (int b = a + 1; b < kStations; ++b) {
        metres.push_back(Value::List{place(group, a), place(group, b), (b - a) * 1'100});
      }
    }
    groups.emplace(
        group == 0 ? "chengdu-metro" : "chongqing-metro",
        Value::Record{{"party", group == 0 ? "sichuan" : "chongqing"},
                      {"bands", *parse_json("[[4000,200],[8000,300],[12000,400],[18000,"
                                            "500],[24000,600],[32000,700],[50000,900]]")},
                      {"metres", std::move(metres)},
                      {"limit", 10'800},
                      {"overtime", 1'000},
                      {"missing", 1'000},
                      {"operators", *parse_json(R"([{"name":"metro"}])")}});
  }
  Value::Record all{{"tariff", "bench"},
                    {"version", 1},
                    {"from", "2021-01-01"},
                    {"fee", 3'000},
                    {"groups", groups}};
  all.emplace("discounts", *parse_json(R"([{"name":"card","media":["card"],"ppm":100000}])"));
  all.emplace("caps", *parse_json(R"([{"name":"day","period":"day","limit":2000}])"));
  auto read = fares::read_tariff(all);
  BASHU_ASSERT(read);
  return *std::move(read);
}

// Two trips, of every third token three; they arrive out of order.
std::vector<fares::Tap> taps_of(std::int64_t token) {
  std::vector<fares::Tap> out;
  const auto mixed = static_cast<std::uint64_t>(token) * 0x9E3779B97F4A7C15U;
  const int group = static_cast<int>(token % 2);
  const int trips = token % 3 == 0 ? 3 : 2;
  for (int i = 0; i < trips * 2; ++i) {
    fares::Tap tap{};
    tap.id = std::to_string(token) + "-" + std::to_string(i);
    tap.token = "t" + std::to_string(token);
    tap.at_s = kMorning + i * 4'000 + static_cast<std::int64_t>(mixed % 3'000);
    tap.device = "gate-" + std::to_string(mixed % 5'000);
    tap.sequence = i;
    tap.kind = i % 2 ? fares::Tap::Kind::out : fares::Tap::Kind::in;
    tap.group = group == 0 ? "chengdu-metro" : "chongqing-metro";
    tap.place =
        place(group, static_cast<int>((mixed >> (8U * static_cast<unsigned>(i))) % kStations));
    tap.medium = token % 4 == 0 ? "card" : "qr";
    tap.issuer = token % 100 == 0 ? "chongqing" : "sichuan";
    out.push_back(std::move(tap));
  }
  std::ranges::reverse(out);
  return out;
}

struct Day {
  std::int64_t rides = 0;
  fares::Money fare = 0, riders = 0;
  friend bool operator==(const Day&, const Day&) = default;
};

Day rate(const fares::Tariff& tariff, std::int64_t first, std::int64_t end) {
  Day out;
  for (std::int64_t token = first; token < end; ++token) {
    for (const fares::Posting& one : fares::rated(tariff, taps_of(token))) {
      ++out.rides;
      out.fare += one.fare;
      out.riders += one.from_issuer;
    }
  }
  return out;
}

// Work by halves on two threads; seconds.
template <typename Half>
double halves(Half half) {
  const auto begun = Steady::now();
  std::jthread other{[&] { half(kTokens / 2, kTokens, 1); }};
  half(0, kTokens / 2, 0);
  other.join();
  return seconds_since(begun);
}

// The same fares looked up in SQLite, one query a ride: rides per second.
double sqlite_fares_per_s() {
  sqlite3* db = nullptr;
  BASHU_ASSERT(sqlite3_open(":memory:", &db) == SQLITE_OK);
  const auto run = [&](const char* sql) {
    BASHU_ASSERT(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  run("CREATE TABLE fare(origin TEXT, destination TEXT, fen INTEGER, PRIMARY KEY(origin, "
      "destination)) WITHOUT ROWID; BEGIN");
  sqlite3_stmt* add = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO fare VALUES(?1, ?2, ?3)", -1, &add, nullptr);
  const auto bind = [](sqlite3_stmt* to, const std::string& a, const std::string& b) {
    sqlite3_bind_text(to, 1, a.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(to, 2, b.c_str(), -1, SQLITE_TRANSIENT);
  };
  for (int a = 0; a < kStations; ++a) {
    for (int b = 0; b < kStations; ++b) {
      bind(add, place(0, a), place(0, b));
      sqlite3_bind_int64(add, 3, std::abs(a - b));
      sqlite3_step(add);
      sqlite3_reset(add);
    }
  }
  sqlite3_finalize(add);
  run("COMMIT");
  sqlite3_stmt* find = nullptr;
  sqlite3_prepare_v2(db, "SELECT fen FROM fare WHERE origin = ?1 AND destination = ?2", -1, &find,
                     nullptr);
  constexpr int kRides = 500'000;
  const auto begun = Steady::now();
  for (int i = 0; i < kRides; ++i) {
    bind(find, place(0, i % kStations), place(0, i / kStations % kStations));
    BASHU_ASSERT(sqlite3_step(find) == SQLITE_ROW);
    sqlite3_reset(find);
  }
  const double seconds = seconds_since(begun);
  sqlite3_finalize(find);
  sqlite3_close(db);
  return kRides / seconds;
}

}  // namespace

bool fares(std::ostream& out) {
  const Folder folder;
  print_setup(out, "fares: the record day of two metros, 28,000,000 taps", folder.path());
  const bashu::fares::Tariff rules = tariff();
  constexpr std::int64_t kSome = 200'000;
  const auto begun = Steady::now();
  const Day some = rate(rules, 0, kSome);
  const double one_s = seconds_since(begun);
  const double taps = static_cast<double>(kTaps) * kSome / kTokens;
  BASHU_ASSERT(some.rides > 0);
  std::array<std::size_t, 2> made{};
  const double making_s = halves([&](std::int64_t first, std::int64_t end, std::size_t which) {
    for (std::int64_t token = first; token < end; ++token) made[which] += taps_of(token).size();
  });
  BASHU_ASSERT(made[0] + made[1] == static_cast<std::size_t>(kTaps));
  std::array<Day, 2> days;
  const double day_s = halves([&](std::int64_t first, std::int64_t end, std::size_t which) {
    days[which] = rate(rules, first, end);
  });
  BASHU_ASSERT(days[0].rides + days[1].rides == kTaps / 2);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const double baseline = sqlite_fares_per_s();
  const double per_s = taps / one_s;
  const bool good = day_s <= kRecordDayGoalS && per_s >= kRatedGoal;
  out << std::fixed << std::setprecision(1) << "  one thread   " << std::setprecision(0) << per_s
      << " taps/s made and rated, goal " << kRatedGoal << "\n"
      << std::setprecision(1) << "  result       the record day in " << day_s
      << " s on two threads, of which making the taps " << making_s << " s; goal "
      << kRecordDayGoalS << (good ? "" : "  MISSED") << "\n"
      << "  memory       at most " << usage.ru_maxrss / 1'024 << " MiB\n"
      << std::setprecision(0) << "  baseline     " << baseline
      << " fares/s looked up in SQLite in memory on one thread; ours rates " << per_s / 2
      << " rides/s: " << std::setprecision(1) << per_s / 2 / baseline << " times\n";
  return good;
}

}  // namespace bashu::bench
