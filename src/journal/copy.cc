#include "journal/copy.h"

#include "base/try.h"

namespace bashu::journal {

namespace {

constexpr std::size_t kReadBytes = 4U << 20;

}  // namespace

std::expected<bool, Fault> begins(Journal& part, Journal& whole) {
  const std::uint64_t size = part.size();
  if (size == 0) return true;
  if (size > whole.size()) return false;
  BASHU_TRY(const auto last, part.read(size - 1, 1));
  BASHU_TRY(const auto there, whole.read(size - 1, 1));
  return !last.empty() && !there.empty() && last.front().first == there.front().first &&
         last.front().record == there.front().record;
}

std::expected<void, Fault> copy_tail(
    Journal& from, Journal& to, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  for (;;) {
    const std::uint64_t end = from.size();
    if (to.size() >= end) return {};
    BASHU_TRY(const auto commits, from.read(to.size(), kReadBytes));
    if (commits.empty()) {
      return std::unexpected{
          Fault{.what = "the journal has no entry " + std::to_string(to.size())}};
    }
    for (const Commit& commit : commits) BASHU_TRY_OK(to.append(commit));
    if (progress) progress(to.size(), end);
  }
}

}  // namespace bashu::journal
