#include "main/journal_scan.h"

#include <string>

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

}  // namespace bashu::cli
