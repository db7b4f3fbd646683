// Documents as values name them, and those that a case or a record named once, until a later step
// put something else in their place. The history goes on naming them, so they stay until their keys
// are destroyed (exchange/named.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/store.h"

namespace bashu::core {

// Of the keys that a value's sealed parts are under: each once, in order.
[[nodiscard]] std::vector<std::string> sealing_keys(const Value& value);

// Each with its key in the vault; empty: it says none.
struct KeyedDocument {
  std::string sha256, key;
  std::int64_t size = 0;  // in clear, as it says
  bool operator==(const KeyedDocument&) const = default;
};
void each_document(const Value& value, const std::function<void(const KeyedDocument&)>& visit);
// Each once, under the first of its keys.
[[nodiscard]] std::vector<KeyedDocument> keyed_documents(const Value& value);

struct EarlierDocument {
  KeyedDocument document;
  std::string place;  // a case, or `pack/register/key`
};
// They are numbered from 1 in the order in which they gave way, each once for its key and place.
[[nodiscard]] std::int64_t earlier_documents(const Store& store);
[[nodiscard]] EarlierDocument earlier_document(const Store& store, std::int64_t number);
// The names of those under one key.
[[nodiscard]] std::vector<std::string> earlier_documents_under(const Store& store,
                                                               std::string_view key);

// For apply(): what a change of one place takes away from it.
class GivingWay {
 public:
  // All before the change: what is written over whole.
  void see(const Value& value);
  // What the fields of `of` hold that a merge of `fields` writes.
  void see(const Value& of, const Value& fields);
  // Notes those that `left`, the place after the change, does not name.
  void note(Store& store, std::string_view place, const Value& left) const;
  [[nodiscard]] bool empty() const { return seen_.empty(); }

 private:
  std::vector<KeyedDocument> seen_;
};

}  // namespace bashu::core
