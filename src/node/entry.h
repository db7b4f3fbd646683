// One durable entry, decoded, and where entries come from: a node, or the journal of one that is
// not running.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/error.h"
#include "core/event.h"
#include "evidence/entry.h"
#include "journal/journal.h"

namespace bashu::node {

struct Entry {
  std::uint64_t index = 0;
  std::int64_t time_ms = 0;
  std::string kind;             // genesis local recv send ack agreement keys resolve alarm
  std::string outcome, reason;  // empty for `-`
  std::string channel;          // empty for `-`
  std::int64_t seq = 0;
  std::string leaf, effect, evidence;
  std::vector<core::Event> events;  // of the effect
};

class EntrySource {
 public:
  EntrySource() = default;
  EntrySource(const EntrySource&) = delete;
  EntrySource& operator=(const EntrySource&) = delete;
  virtual ~EntrySource() = default;
  // How many entries are durable.
  [[nodiscard]] virtual std::uint64_t durable() const = 0;
  // Durable entries from `from` on, at least one if there is one, about `bytes_max` of them.
  virtual std::expected<std::vector<Entry>, Fault> entries(std::uint64_t from,
                                                           std::size_t bytes_max = 1 << 20) = 0;
};

// `journal` must outlive it.
class JournalEntries final : public EntrySource {
 public:
  explicit JournalEntries(journal::Journal& journal) : journal_{journal} {}
  [[nodiscard]] std::uint64_t durable() const override { return journal_.size(); }
  std::expected<std::vector<Entry>, Fault> entries(std::uint64_t from,
                                                   std::size_t bytes_max) override;

 private:
  journal::Journal& journal_;
};

// The entry that stands at `index`.
[[nodiscard]] std::expected<Entry, Fault> decode_entry(std::uint64_t index,
                                                       evidence::CommitEntry bytes);

}  // namespace bashu::node
