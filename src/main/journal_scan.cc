#include "main/journal_scan.h"

#include <string>

#include "base/date.h"
#include "node/entry.h"

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

std::optional<std::string> checkpoint_of(journal::Journal& journal, std::uint64_t size) {
  if (size == 0 || size > journal.size()) return std::nullopt;
  std::optional<std::string> note;
  const auto read = each_commit(
      journal, size - 1, [&](const evidence::CommitRecord& commit) -> std::expected<bool, Fault> {
        if (commit.first + commit.entries.size() == size) note = commit.checkpoint;
        return false;
      });
  return read ? note : std::nullopt;
}

std::optional<std::int64_t> time_of(journal::Journal& journal, std::uint64_t index) {
  const auto entries = node::JournalEntries{journal}.entries(index, 1);
  if (!entries) return std::nullopt;
  for (const node::Entry& entry : *entries) {
    if (entry.index >= index) return entry.time_ms;
  }
  return std::nullopt;
}

std::string utc_text(std::int64_t seconds) {
  constexpr std::int64_t kDay = 86'400;
  std::string text = Date::from_days(static_cast<std::int32_t>(seconds / kDay)).text();
  char before = 'T';
  for (const std::int64_t unit : {3'600, 60, 1}) {
    const std::string part = std::to_string(seconds % kDay / unit % (unit == 3'600 ? 24 : 60));
    text.append(1, before).append(2 - part.size(), '0').append(part);
    before = ':';
  }
  return text + "Z";
}

}  // namespace bashu::cli
