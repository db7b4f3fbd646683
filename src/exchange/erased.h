// Documents whose keys an order has destroyed. Nobody can read them any more, so nobody keeps them:
// their blobs go, here and in an object store. How far that has come is kept in
// DIR/erased-documents, which no backup holds: what comes back with one goes again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exchange/blobs.h"
#include "node/node.h"

namespace bashu::exchange {

// Documents as documents_in() finds them, each with its key in the vault; empty: it says none.
struct KeyedDocument {
  std::string sha256, key;
  bool operator==(const KeyedDocument&) const = default;
};
[[nodiscard]] std::vector<KeyedDocument> keyed_documents(const Value& value);

class ErasedDocuments {
 public:
  ErasedDocuments(node::Node& node, Blobs& blobs) : node_{node}, blobs_{blobs} {}
  // Takes up the orders that came since, unless the store of documents is away.
  void tick();

 private:
  node::Node& node_;
  Blobs& blobs_;
  std::optional<std::int64_t> done_;  // the newest order that was taken up; unread at first
};

}  // namespace bashu::exchange
