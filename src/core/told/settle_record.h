// `register.settle`: the sender's signature under which of two keepers of one record stands. Told
// to all who adopted the pack, so that everybody ends with the same record.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct SettleRecord {
  static constexpr std::string_view kKind = "register.settle";
  std::string reg;  // its name in the pack
  std::string key;
  PartyId keeper;  // who is to stand
  PartyId yields;  // who gives way
  std::int64_t round = 1;
  std::string content;  // digest of the fields that are to stand
  Value fields{};       // those, if the sender is their keeper
  std::string note;
};
[[nodiscard]] Value write(const SettleRecord& settle);
[[nodiscard]] std::expected<SettleRecord, Reject> read_settle_record(const Value& body);

}  // namespace bashu::core::told
