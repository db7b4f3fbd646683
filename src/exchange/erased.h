// Documents whose keys an order has destroyed. Nobody can read them any more, so nobody keeps them:
// their blobs go, here and in an object store, unless something else names them (named.h). How far
// that has come is kept in DIR/erased-documents, which no backup holds: what comes back with one
// goes again.
//
//     NUMBER LF     the newest order that was taken up
//     NAME LF       of each document that a legal hold keeps: it goes when that is over
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "exchange/blobs.h"
#include "exchange/named.h"
#include "node/node.h"

namespace bashu::exchange {

class ErasedDocuments {
 public:
  using Query = std::function<void(const std::function<void(const core::State&)>&)>;
  // `query` as Node::query(); all of them must outlive this.
  ErasedDocuments(Query query, node::FileStore& files, Blobs& blobs)
      : query_{std::move(query)}, files_{files}, blobs_{blobs} {}
  ErasedDocuments(node::Node& node, Blobs& blobs)
      : ErasedDocuments{[&node](const auto& read) { node.query(read); }, node.storage().files(),
                        blobs} {}
  // Takes up the orders that came since, unless the store of documents is away. Looks for what
  // names their documents for some 100 ms, and goes on there the next time.
  void tick();

 private:
  struct Removal {
    std::int64_t last = 0;  // when it is done, all orders up to this one are
    std::map<std::string, std::vector<Part>> documents;
    NamedDocuments named;
  };
  void read_done();
  void write_done(std::int64_t last, std::set<std::string> held);
  void begin();
  [[nodiscard]] bool search();
  void remove();

  Query query_;
  node::FileStore& files_;
  Blobs& blobs_;
  std::optional<std::int64_t> done_;  // the newest order that was taken up; unread at first
  std::set<std::string> held_;
  std::pair<Date, std::size_t>
      tried_;                       // day, and orders in force or not, when those were looked at
  std::optional<Removal> removal_;  // on its way
};

}  // namespace bashu::exchange
