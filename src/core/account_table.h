// Rows found by account, without building a key.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "core/event.h"
#include "core/rows.h"

namespace bashu::core {

struct AccountHash {
  // Keys are many; books and kinds are few, and told apart by their ends and lengths.
  std::size_t operator()(const Account& account) const {
    return std::hash<std::string_view>{}(account.key) * 31 + ends(account.kind) * 7 +
           ends(account.book);
  }

 private:
  static std::size_t ends(std::string_view name) {
    if (name.empty()) return 0;
    return name.size() * 65'537 + static_cast<unsigned char>(name.front()) * 257U +
           static_cast<unsigned char>(name.back());
  }
};

template <typename Row>
using AccountTable = Rows<Row, Account, Account, AccountHash>;

}  // namespace bashu::core
