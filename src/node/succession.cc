#include "node/succession.h"

#include <algorithm>

namespace bashu::node {

namespace {

// A database that was away tells an old beat first: so long the writer may find it again.
constexpr std::int64_t kGraceMs = 1'500;

}  // namespace

bool too_silent(std::int64_t after_ms, std::int64_t silent_ms,
                std::optional<std::int64_t> answering_ms) {
  return after_ms >= 0 && silent_ms >= after_ms && answering_ms &&
         *answering_ms >= std::min(after_ms, kGraceMs);
}

std::expected<void, Fault> succeed(const Succession& parts, std::uint64_t epoch,
                                   const std::string& by) {
  journal::Followed& journal = parts.journal;
  const auto end = journal.take_over(epoch);
  if (!end) return std::unexpected{end.error()};
  while (journal.size() < *end) {
    const auto more = parts.follow();
    if (!more) return std::unexpected{more.error()};
    if (!*more) return std::unexpected{Fault{.what = "the journal ends before its end"}};
  }
  const auto seat = journal.seat();
  if (!seat) return std::unexpected{seat.error()};
  const auto last = journal.last();
  if (!last) return std::unexpected{last.error()};
  if (!*last) return std::unexpected{Fault{.what = "the journal has no last commit"}};
  return parts.begin(
      **last,
      {.epoch = static_cast<std::int64_t>(seat->epoch), .holder = seat->holder, .word_of = by});
}

}  // namespace bashu::node
