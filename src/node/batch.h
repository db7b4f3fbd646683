// What the core thread hands to the writer: decisions that wait for one commit, and answers that
// wait for it because they saw its decisions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/directory.h"
#include "node/node.h"

namespace bashu::node {

struct Item {
  bool writes = false;      // false: a refusal, a repeated request, a dry run, a query
  std::uint64_t index = 0;  // of the decision's entry; those of its messages follow it
  std::int64_t time_ms = 0;
  std::string_view kind;  // as in the leaf
  std::string outcome = "-", reason = "-", channel = "-";
  std::int64_t seq = 0;
  std::string message_id;  // of recv and resolve
  std::string evidence;
  core::Command spent;  // decided; the writer has the time to destroy it
  std::string effect;   // encoded already: the genesis, and what is small
  bool wants_receipt = false;
  bool adopts = false;  // `directory` is in force from here on
  std::shared_ptr<const Directory> directory;
  Outcome answer;
  std::function<void(Outcome)> done;  // may be empty
};

struct Batch {
  std::uint64_t first = 0;  // index of its first entry
  std::uint64_t entries = 0;
  std::size_t bytes = 0, events = 0;  // about
  std::vector<Item> items;

  [[nodiscard]] bool empty() const { return items.empty(); }
  // Takes in the batch that continues it.
  void merge(Batch next) {
    entries += next.entries;
    bytes += next.bytes;
    events += next.events;
    items.insert(items.end(), std::make_move_iterator(next.items.begin()),
                 std::make_move_iterator(next.items.end()));
  }
  // A commit is closed at 1 MiB or 8,192 events; one decision may exceed both.
  [[nodiscard]] bool full() const {
    constexpr std::size_t kBytesMax = 1U << 20, kEventsMax = 8'192;
    // Answers wait in memory only, but not without end.
    return bytes >= kBytesMax || events >= kEventsMax || items.size() >= kEventsMax;
  }
};

}  // namespace bashu::node
