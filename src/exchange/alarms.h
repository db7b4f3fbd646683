// What an operator must look at: each alarm is a file in alarms/ with the proof verbatim, and
// the newest ones are kept to be shown, those from before a restart too. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "node/storage/file_store.h"

namespace bashu::exchange {

struct Alarm {
  std::int64_t time_ms = 0;
  std::string code;   // of docs/formats/evidence.md section 13, or of exchange.md
  std::string party;  // whom it is about
  std::string text;   // for people
};

class Alarms {
 public:
  explicit Alarms(node::FileStore& files);

  // An alarm of the same code, party and proof is raised once; of one code and party at most ten in
  // an hour. True if it was new.
  bool raise(Alarm alarm, std::string_view proof = {});
  [[nodiscard]] std::vector<Alarm> newest() const;

 private:
  node::FileStore& files_;
  mutable std::mutex mutex_;
  std::deque<Alarm> newest_;
  std::map<std::string, std::int64_t> known_;  // what was raised, by name, to when
  std::map<std::string, std::deque<std::int64_t>> recent_;
};

}  // namespace bashu::exchange
