// What every benchmark shares: its setup on the first lines, a disk-sync probe beside every durable
// figure, a baseline from the same run, medians.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "node/node.h"
#include "node/system_environment.h"

namespace bashu::bench {

using Steady = std::chrono::steady_clock;

[[nodiscard]] inline double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// A folder that is removed at the end; under BASHU_BENCH_DIR or the system's temporary folder.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Machine, build and file system.
void print_setup(std::ostream& out, std::string_view name, const std::filesystem::path& dir);
// Median and 99th percentile, in milliseconds, of 4 KiB appended and flushed, 200 times.
struct Sync {
  double median_ms = 0, p99_ms = 0;
};
[[nodiscard]] Sync probe_sync(const std::filesystem::path& dir);
void print_sync(std::ostream& out, const Sync& sync);

// Of this process; its processor time is what a busy machine does not lengthen.
[[nodiscard]] std::size_t resident_bytes();
[[nodiscard]] double cpu_seconds();
// How large to make something: what the environment variable says, if there is one.
[[nodiscard]] std::uint64_t size_from(const char* variable, std::uint64_t otherwise);

[[nodiscard]] double median(std::vector<double> values);
[[nodiscard]] double percentile(std::vector<double> values, double share);

// Milliseconds of each of `pace` requests a second from when it was due, until `ended`, at least
// `least` of them.
[[nodiscard]] std::vector<double> latencies(node::Node& node,
                                            const std::function<node::Request()>& request, int pace,
                                            int least, const std::atomic<bool>& ended);

// One transfer per SQL transaction, durable, in SQLite: transfers per second.
[[nodiscard]] double sqlite_transfers_per_s(const std::filesystem::path& dir, int transfers);

// A node of its own with a circle of one and the pack `bench` adopted: feed `transfer`
// {id, from, to, amount}, feeds `hold` and `post` of the same form (an account for each id holds
// what is held back), service `job` with the event `work` {note}.
struct BenchNode {
  std::unique_ptr<node::SystemClock> clock;
  std::unique_ptr<node::SystemChance> chance;
  std::unique_ptr<node::Node> node;
  std::filesystem::path dir;
};
// The directory of one; nothing happens if it is there.
void make_identity(const std::filesystem::path& dir, const std::string& party);
[[nodiscard]] BenchNode open_node(const std::filesystem::path& dir, const std::string& party);
[[nodiscard]] std::string bench_pack();  // canonical JSON
void adopt_bench_pack(node::Node& node);
[[nodiscard]] core::Asker clerk();
// A transfer between two of 1,000 accounts.
[[nodiscard]] Value transfer(std::uint64_t number);
// 32 hexadecimal digits, of every number others and in no order.
[[nodiscard]] std::string random_id(std::uint64_t number);
// Bytes of the journal of a node in a folder: its pages in use, in the file or on the way there.
[[nodiscard]] std::uint64_t journal_bytes(const std::filesystem::path& dir);

// The benchmarks; each gives false if it could not measure.
bool feeds(std::ostream& out);
bool feeds_random(std::ostream& out);
bool feeds_hold(std::ostream& out);
bool feeds_http(std::ostream& out);
bool feeds_http_batches(std::ostream& out);
bool cases(std::ostream& out);
bool exchange(std::ostream& out);
bool restart(std::ostream& out);
bool scale(std::ostream& out);
bool verify(std::ostream& out);
bool journals(std::ostream& out);  // needs BASHU_BENCH_POSTGRES, a URL
bool standby(std::ostream& out);   // the same, and BASHU_BENCH_PROMOTE if there are two servers
bool backup(std::ostream& out);
bool figures(std::ostream& out);
bool views_postgres(std::ostream& out);
bool find(std::ostream& out);
bool fares(std::ostream& out);
bool clearing(std::ostream& out);
bool network(std::ostream& out);

}  // namespace bashu::bench
