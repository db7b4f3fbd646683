// Balances found by account, without building a key.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event.h"

namespace bashu::core {

struct AccountHash {
  std::size_t operator()(const Account& account) const {
    const std::hash<std::string_view> hash;
    return hash(account.key) * 31 + hash(account.kind) * 7 + hash(account.book);
  }
};

class AccountTable {
 public:
  [[nodiscard]] const std::int64_t* find(const Account& account) const {
    if (rows_.empty()) return nullptr;
    const auto it = rows_.find(account);
    return it == rows_.end() ? nullptr : &it->second;
  }
  // 0 if it is new.
  std::int64_t& edit(const Account& account) { return rows_.try_emplace(account).first->second; }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  // In the order of the accounts.
  void each(const std::function<void(const Account&, std::int64_t)>& visit) const {
    std::vector<const std::pair<const Account, std::int64_t>*> sorted;
    sorted.reserve(rows_.size());
    for (const auto& row : rows_) sorted.push_back(&row);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    for (const auto* row : sorted) visit(row->first, row->second);
  }

 private:
  std::unordered_map<Account, std::int64_t, AccountHash> rows_;
};

}  // namespace bashu::core
