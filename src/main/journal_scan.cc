#include "main/journal_scan.h"

#include <string>
#include <utility>

#include "node/codec.h"

namespace bashu::cli {

namespace {

constexpr std::size_t kBatchBytes = 8u << 20;

}  // namespace

std::expected<void, Fault> each_commit(
    journal::Journal& journal, std::uint64_t from,
    const std::function<std::expected<bool, Fault>(const evidence::CommitRecord&)>& visit) {
  while (from < journal.size()) {
    const auto commits = journal.read(from, kBatchBytes);
    if (!commits) return std::unexpected{commits.error()};
    if (commits->empty()) return {};
    for (const journal::Commit& commit : *commits) {
      const auto record = evidence::decode_commit(commit.record);
      if (!record) {
        return std::unexpected{Fault{.what = "commit at entry " + std::to_string(commit.first) +
                                             ": " + record.error().code}};
      }
      const auto more = visit(*record);
      if (!more) return std::unexpected{more.error()};
      if (!*more) return {};
      from = commit.first + commit.count;
    }
  }
  return {};
}

std::expected<node::Entry, Fault> decode_entry(const evidence::CommitEntry& bytes) {
  const auto leaf = evidence::parse_entry(bytes.leaf);
  if (!leaf) return std::unexpected{Fault{.what = "entry: " + leaf.error().code}};
  const auto or_empty = [](const std::string& text) { return text == "-" ? "" : text; };
  node::Entry entry{.index = leaf->index,
                    .time_ms = static_cast<std::int64_t>(leaf->time),
                    .kind = leaf->kind,
                    .outcome = or_empty(leaf->outcome),
                    .reason = or_empty(leaf->reason),
                    .channel = or_empty(leaf->channel),
                    .seq = static_cast<std::int64_t>(leaf->seq),
                    .leaf = bytes.leaf,
                    .effect = bytes.effect,
                    .evidence = bytes.evidence,
                    .events = {}};
  if (leaf->kind == "genesis") return entry;
  auto events = node::decode(bytes.effect);
  if (!events) {
    return std::unexpected{
        Fault{.what = "entry " + std::to_string(leaf->index) + ": " + events.error()}};
  }
  entry.events = std::move(*events);
  return entry;
}

}  // namespace bashu::cli
