// Rows found by account, without building a key.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "core/event.h"
#include "core/rows.h"

namespace bashu::core {

struct AccountHash {
  std::size_t operator()(const Account& account) const {
    const std::hash<std::string_view> hash;
    return hash(account.key) * 31 + hash(account.kind) * 7 + hash(account.book);
  }
};

template <typename Row>
using AccountTable = Rows<Row, Account, Account, AccountHash>;

}  // namespace bashu::core
