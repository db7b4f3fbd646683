#include "bench/bench.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "packs/load.h"

namespace bashu::bench {

namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: bench
version: 1
title: {en: Benchmark}
types:
  name: {type: text, max: 2000, class: public, title: {en: Name}}
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
books:
  money: {title: {en: Money}, type: amount, accounts: {holder: {key: [name], floor: none}, held: {key: [name]}}}
services:
  job:
    title: {en: Job}
    parties: {here: {clerk: all}, there: {clerk: all}}
    fields: {note: name}
    start: {owner: here, by: clerk, form: [note], to: open}
    states:
      open:
        title: {en: Open}
        owner: here
        events:
          work: {title: {en: Work}, by: clerk, form: [note]}
          close: {title: {en: Close}, by: clerk, to: done}
      done: {title: {en: Done}, final: true}
feeds:
  transfer:
    title: {en: Transfers}
    by: clerk
    fields: {id: name, from: name, to: name, amount: amount}
    key: [id]
    do: {move: =line.amount, from: money.holder(line.from), to: money.holder(line.to)}
  hold:
    title: {en: Sums held back}
    by: clerk
    fields: {id: name, from: name, to: name, amount: amount}
    key: [id]
    do: {move: =line.amount, from: money.holder(line.from), to: money.held(line.id)}
  post:
    title: {en: Sums held back that are paid}
    by: clerk
    fields: {id: name, from: name, to: name, amount: amount}
    key: [id]
    do: {move: =line.amount, from: money.held(line.id), to: money.holder(line.to)}
figures:
  jobs: {title: {en: Jobs}, of: job, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: jobs, is: 0}]}
)pack";

std::string first_line_with(const char* file, std::string_view word) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(word)) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

}  // namespace

Folder::Folder() {
  const char* base = std::getenv("BASHU_BENCH_DIR");
  const std::filesystem::path root =
      base ? std::filesystem::path{base} : std::filesystem::temp_directory_path();
  static int number = 0;
  path_ = root / ("bashu-bench-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
  std::filesystem::create_directories(path_);
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void print_setup(std::ostream& out, std::string_view name, const std::filesystem::path& dir) {
  utsname system{};
  ::uname(&system);
  out << "benchmark " << name << "\n"
      << "  machine   " << first_line_with("/proc/cpuinfo", "model name") << ", "
      << std::thread::hardware_concurrency() << " cores, Linux " << system.release << "\n"
      << "  build     Bashu " << BASHU_VERSION << ", g++ " << __VERSION__
#ifdef __OPTIMIZE__
      << ", optimised"
#else
      << ", NOT optimised"
#endif
      << ", data in " << dir.parent_path().string() << "\n";
}

Sync probe_sync(const std::filesystem::path& dir) {
  const std::string file = (dir / "probe").string();
  const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  BASHU_ASSERT(fd >= 0);
  const std::string block(4096, 'x');
  std::vector<double> times;
  for (int i = 0; i < 200; ++i) {
    const auto start = Steady::now();
    BASHU_ASSERT(::write(fd, block.data(), block.size()) == 4096);
    BASHU_ASSERT(::fdatasync(fd) == 0);
    times.push_back(seconds_since(start) * 1e3);
  }
  ::close(fd);
  ::unlink(file.c_str());
  return {.median_ms = median(times), .p99_ms = percentile(times, 0.99)};
}

void print_sync(std::ostream& out, const Sync& sync) {
  out << "  sync      4 KiB append + fdatasync: median " << sync.median_ms << " ms, p99 "
      << sync.p99_ms << " ms\n";
}

std::vector<double> latencies(node::Node& node, const std::function<node::Request()>& request,
                              int pace, int least, const std::atomic<bool>& ended) {
  constexpr std::size_t kMost = 200'000;
  std::vector<double> all(kMost);
  std::atomic<int> left = 0;
  std::size_t count = 0;
  const auto start = Steady::now();
  for (; count < kMost && (!ended || count < static_cast<std::size_t>(least)); ++count) {
    const auto due = start + std::chrono::duration_cast<Steady::duration>(
                                 std::chrono::duration<double>(static_cast<double>(count) / pace));
    std::this_thread::sleep_until(due);
    ++left;
    (void)node.submit(request(), [&, count, due](const node::Outcome&) {
      all[count] = seconds_since(due) * 1e3;
      --left;
    });
  }
  while (left > 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  all.resize(count);
  return all;
}

std::size_t resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::uint64_t size_from(const char* variable, std::uint64_t otherwise) {
  const char* const told = ::secure_getenv(variable);
  return told ? std::strtoull(told, nullptr, 10) : otherwise;
}

double median(std::vector<double> values) { return percentile(std::move(values), 0.5); }

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  return values[at];
}

double sqlite_transfers_per_s(const std::filesystem::path& dir, int transfers) {
  sqlite3* db = nullptr;
  BASHU_ASSERT(sqlite3_open((dir / "baseline.db").c_str(), &db) == SQLITE_OK);
  const auto run = [&](const char* sql) {
    BASHU_ASSERT(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  };
  run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "CREATE TABLE account(name TEXT PRIMARY KEY, balance INTEGER NOT NULL);"
      "CREATE TABLE posting(id TEXT PRIMARY KEY, source TEXT, target TEXT, amount INTEGER);");
  sqlite3_stmt* account = nullptr;
  sqlite3_stmt* posting = nullptr;
  sqlite3_prepare_v2(db,
                     "INSERT INTO account VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET "
                     "balance = balance + ?2",
                     -1, &account, nullptr);
  sqlite3_prepare_v2(db, "INSERT INTO posting VALUES(?1, ?2, ?3, ?4)", -1, &posting, nullptr);
  const auto start = Steady::now();
  for (int i = 0; i < transfers; ++i) {
    const Value line = transfer(static_cast<std::uint64_t>(i));
    const std::string id = line.text_at("id");
    const std::string from = line.text_at("from");
    const std::string to = line.text_at("to");
    const auto amount = line.int_at("amount");
    run("BEGIN IMMEDIATE");
    for (const auto& [name, change] : {std::pair{from, -amount}, std::pair{to, amount}}) {
      sqlite3_bind_text(account, 1, name.c_str(), -1, SQLITE_TRANSIENT);
      sqlite3_bind_int64(account, 2, change);
      sqlite3_step(account);
      sqlite3_reset(account);
    }
    sqlite3_bind_text(posting, 1, id.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(posting, 2, from.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(posting, 3, to.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(posting, 4, amount);
    sqlite3_step(posting);
    sqlite3_reset(posting);
    run("COMMIT");
  }
  const double rate = transfers / seconds_since(start);
  sqlite3_finalize(account);
  sqlite3_finalize(posting);
  sqlite3_close(db);
  return rate;
}

std::string bench_pack() {
  const auto loaded = packs::load(kPack);
  BASHU_ASSERT(loaded.pack);
  return canonical_json(loaded.pack->source);
}

core::Asker clerk() {
  return {.principal = "bench",
          .roles = {"clerk"},
          .divisions = {},
          .idempotency_key = {},
          .request_digest = {}};
}

void make_identity(const std::filesystem::path& dir, const std::string& party) {
  if (std::filesystem::exists(dir / "node.json")) return;
  BASHU_ASSERT(node::create_identity(dir, {.party = core::PartyId{party},
                                           .name = party,
                                           .host = "127.0.0.1",
                                           .peer_listen = "127.0.0.1:0",
                                           .api_listen = "127.0.0.1:0"}));
}

BenchNode open_node(const std::filesystem::path& dir, const std::string& party) {
  BenchNode one;
  one.dir = dir;
  make_identity(dir, party);
  one.clock = std::make_unique<node::SystemClock>(480);
  one.chance = std::make_unique<node::SystemChance>();
  auto opened = node::Node::open(
      {.storage = node::open_directory(dir), .clock = one.clock.get(), .chance = one.chance.get()});
  BASHU_ASSERT(opened);
  one.node = std::move(*opened);
  return one;
}

void adopt_bench_pack(node::Node& node) {
  const auto outcome = node.run(
      {.command =
           core::AdoptPack{.by = {}, .source = bench_pack(), .from = *Date::parse("2020-01-01")},
       .evidence = "{}"});
  BASHU_ASSERT(std::holds_alternative<node::Done>(outcome));
}

std::string random_id(std::uint64_t number) {
  // The mixer of SplitMix64: every number another, in no order.
  const auto mixed = [](std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
    return x ^ (x >> 31U);
  };
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016lx%016lx", mixed(2 * number), mixed(2 * number + 1));
  return text.data();
}

std::uint64_t journal_bytes(const std::filesystem::path& dir) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  BASHU_ASSERT(sqlite3_open_v2((dir / "journal.db").c_str(), &db, SQLITE_OPEN_READONLY, nullptr) ==
               SQLITE_OK);
  BASHU_ASSERT(sqlite3_prepare_v2(db,
                                  "SELECT (page_count - freelist_count) * page_size FROM "
                                  "pragma_page_count, pragma_freelist_count, pragma_page_size",
                                  -1, &statement, nullptr) == SQLITE_OK);
  BASHU_ASSERT(sqlite3_step(statement) == SQLITE_ROW);
  const auto bytes = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return bytes;
}

Value transfer(std::uint64_t number) {
  // Spread over 1,000 accounts without repeating a pair for long.
  const std::uint64_t from = number * 7'919 % 1'000;
  const std::uint64_t to = (from + 1 + number % 997) % 1'000;
  Value::Record line;
  line["id"] = "t" + std::to_string(number);
  line["from"] = "account-" + std::to_string(from);
  line["to"] = "account-" + std::to_string(to);
  line["amount"] = static_cast<std::int64_t>(1 + number % 10'000);
  return Value{std::move(line)};
}

}  // namespace bashu::bench
