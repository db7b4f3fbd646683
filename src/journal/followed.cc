#include "journal/followed.h"

#include <utility>

namespace bashu::journal {

std::expected<std::vector<Commit>, Fault> Followed::ahead(std::size_t bytes_max) {
  return (taking_ ? *taking_ : *there_).read(taken_.load(), bytes_max);
}

std::expected<std::uint64_t, Fault> Followed::take_over(std::uint64_t epoch) {
  auto taken = take_over_(epoch);
  if (!taken) return std::unexpected{taken.error()};
  taking_ = std::move(*taken);
  return taking_->size();
}

std::expected<std::optional<Commit>, Fault> Followed::last() {
  const std::uint64_t size = taking_->size();
  if (size == 0) return std::nullopt;
  auto commits = taking_->read(size - 1, 1);
  if (!commits) return std::unexpected{commits.error()};
  if (commits->empty()) return std::nullopt;
  return std::move(commits->back());
}

void Followed::begin() { own_.store(taking_.get(), std::memory_order_release); }

std::uint64_t Followed::behind() const {
  if (own()) return 0;
  const std::uint64_t there = there_->size(), taken = size();
  return there > taken ? there - taken : 0;
}

std::expected<void, Fault> Followed::append(const Commit& commit) {
  if (Journal* const journal = own()) return journal->append(commit);
  return std::unexpected{Fault{.what = "this journal is another one's to write"}};
}

std::expected<std::vector<Commit>, Fault> Followed::read(std::uint64_t from,
                                                         std::size_t bytes_max) {
  if (Journal* const journal = own()) return journal->read(from, bytes_max);
  const std::uint64_t end = size();
  if (from >= end) return std::vector<Commit>{};
  auto commits = there_->read(from, bytes_max);
  if (commits) std::erase_if(*commits, [&](const Commit& one) { return one.first >= end; });
  return commits;
}

std::uint64_t Followed::size() const {
  const Journal* const journal = own();
  return journal ? journal->size() : taken_.load(std::memory_order_acquire);
}

std::expected<bool, Fault> Followed::beat() {
  Journal* const journal = own();
  return journal ? journal->beat() : std::expected<bool, Fault>{true};
}

}  // namespace bashu::journal
