#include "node/entry.h"

#include <utility>

#include "node/codec.h"

namespace bashu::node {

namespace {

std::unexpected<Fault> fault(std::uint64_t index, const std::string& why) {
  return std::unexpected{Fault{.what = "journal entry " + std::to_string(index) + ": " + why}};
}

std::string dash_as_empty(std::string text) { return text == "-" ? std::string{} : text; }

}  // namespace

std::expected<Entry, Fault> decode_entry(std::uint64_t index, evidence::CommitEntry bytes) {
  auto leaf = evidence::parse_entry(bytes.leaf);
  if (!leaf) return fault(index, leaf.error().code);
  auto events = decode(bytes.effect);
  if (!events) return fault(index, events.error());
  return Entry{.index = index,
               .time_ms = static_cast<std::int64_t>(leaf->time),
               .kind = std::move(leaf->kind),
               .outcome = dash_as_empty(std::move(leaf->outcome)),
               .reason = dash_as_empty(std::move(leaf->reason)),
               .channel = dash_as_empty(std::move(leaf->channel)),
               .seq = static_cast<std::int64_t>(leaf->seq),
               .leaf = std::move(bytes.leaf),
               .effect = std::move(bytes.effect),
               .evidence = std::move(bytes.evidence),
               .events = std::move(*events)};
}

// Whole commits, from the entry on: none is decoded twice by a reader that goes on.
std::expected<std::vector<Entry>, Fault> JournalEntries::entries(std::uint64_t from,
                                                                 std::size_t bytes_max) {
  std::vector<Entry> out;
  const auto commits = journal_.read(from, bytes_max);
  if (!commits) return std::unexpected{commits.error()};
  for (const journal::Commit& commit : *commits) {
    auto record = evidence::decode_commit(commit.record);
    if (!record) return fault(commit.first, record.error().code);
    std::uint64_t index = record->first;
    for (evidence::CommitEntry& bytes : record->entries) {
      const std::uint64_t i = index++;
      if (i < from) continue;
      auto entry = decode_entry(i, std::move(bytes));
      if (!entry) return std::unexpected{entry.error()};
      out.push_back(std::move(*entry));
    }
  }
  return out;
}

}  // namespace bashu::node
