// Where copies of a journal's entries go, for other people's systems to read: files, or a topic of
// Kafka. A copy proves nothing and decides nothing; the journal does.
//
// A sink itself keeps how far it has come, together with what it keeps. So a feed that ended at
// any moment, or ran twice, goes on where the sink is: each entry is there once, in order.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace bashu::changes {

// One entry of the journal.
struct Change {
  struct Event {
    std::string name;  // case_changed
    std::string key;   // the case concerned; may be empty
    std::string json;  // canonical
  };
  std::uint64_t position = 0;
  std::int64_t time_ms = 0;  // since 1970, UTC
  std::string kind;          // local, take, send, ...
  std::string json;          // the whole entry, canonical, on one line
  std::vector<Event> events;
};

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  // The position to go on with: one past the last entry that is kept.
  [[nodiscard]] virtual std::uint64_t next() const = 0;
  // In order of positions, none left out.
  virtual std::expected<void, Fault> put(const Change& change) = 0;
  // All that was put is kept when it returns. After a Fault the sink is to be opened anew.
  virtual std::expected<void, Fault> keep() = 0;
};

// A folder of files, each for 10,000 positions, named by the first of them:
//
//     journal.json             whose journal this is
//     000000000000.ndjson      the entries, a line each
//     000000000000.csv         or, for spreadsheets and SQL, their events: a row each with
//     position,
//                              number within the entry, time, kind, event, key and JSON
//
// Opening cuts off a line that was not written whole. A folder of another journal is refused.
enum class FileFormat : std::uint8_t { ndjson, csv };
[[nodiscard]] std::expected<std::unique_ptr<Sink>, Fault> open_files(
    const std::filesystem::path& folder, FileFormat format, const std::string& origin);

// A topic of Kafka. What is kept together goes in one transaction, whose name is the journal's:
// a feed begun elsewhere fences the one before. A message's value is the entry's JSON, its key the
// first case the entry concerns, its headers `position` and `origin`. Read it `read_committed`.
struct KafkaOptions {
  std::string brokers;  // host:port, separated by commas
  std::string topic;
  std::map<std::string, std::string> settings;  // of librdkafka, e.g. security.protocol
  int patience_ms = 60'000;                     // for every answer of the brokers
};
[[nodiscard]] std::expected<std::unique_ptr<Sink>, Fault> open_kafka(const KafkaOptions& options,
                                                                     const std::string& origin);

}  // namespace bashu::changes
