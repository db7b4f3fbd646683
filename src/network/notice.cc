#include "network/notice.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace bashu::network {

namespace {
constexpr std::size_t kKindsMax = 1'000;
constexpr std::size_t kValueMax = 100;  // bytes shown
}  // namespace

void Notices::tell(Notice notice) {
  const auto kind = std::tuple{notice.code, notice.file, notice.field};
  if (const auto it = told_.find(kind); it != told_.end()) {
    ++notices_[it->second].count;
    return;
  }
  if (notices_.size() == kKindsMax) return;
  if (notice.value.size() > kValueMax) notice.value.resize(kValueMax);
  told_.emplace(kind, notices_.size());
  notices_.push_back(std::move(notice));
}

bool Notices::any(std::string_view code_prefix) const {
  return std::ranges::any_of(
      notices_, [&](const Notice& notice) { return notice.code.starts_with(code_prefix); });
}

std::vector<Notice> Notices::take() {
  std::ranges::stable_sort(notices_, std::greater<>{}, &Notice::error);
  told_.clear();
  return std::move(notices_);
}

}  // namespace bashu::network
