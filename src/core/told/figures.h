// `figure.value`: what the sender counted of figures on a day, up to 200 items of one pack to a
// message. The node's views give the same items to be told, each with the pack it is of.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core::told {

struct FigureItem {
  std::string figure, definition;  // name in the pack, digest of its definition
  Date as_of;
  std::optional<std::pair<Date, Date>> period;
  std::optional<std::int64_t> value;  // in the figure's smallest unit; nullopt: null
  std::int64_t rows = 0, failed = 0;
  std::optional<Value::Record> splits;  // break-down to list of [key, value]
  std::optional<std::string> rows_digest;
  std::optional<std::map<std::string, std::string>> row_digests;  // at most 2,000
};
struct Figures {
  static constexpr std::string_view kKind = "figure.value";
  static constexpr std::size_t kItemsMax = 200;
  std::int64_t position = 0;         // of the sender's journal
  std::int64_t sent = 0, taken = 0;  // how far the channel between the two had come by then
  Value::List items;                 // as write() makes them
};

[[nodiscard]] Value write(const FigureItem& item);
[[nodiscard]] Value write(Figures figures);
// Any figure and any definition: whether they are ours is seen when the two are compared.
[[nodiscard]] std::expected<void, Reject> check_figures(const Value& body);

// What the views have to tell.
struct Counted {
  std::string pack;  // digest
  PartyId to;        // the only reader; empty: all of them
  FigureItem item;
};
struct CountedAll {
  std::int64_t position = 0;
  std::map<PartyId, std::pair<std::int64_t, std::int64_t>> channels;  // sent, taken
  std::vector<Value> items;                                           // read_counted()
};
// The error is the member that is not as it must be.
[[nodiscard]] std::expected<CountedAll, std::string> read_counted_all(const Value& told);
[[nodiscard]] std::expected<Counted, std::string> read_counted(const Value& item);

}  // namespace bashu::core::told
