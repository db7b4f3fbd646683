// What messages bring along: keys of sealed values, and wishes for documents. It is taken in before
// a message is decided, since a decision may need it. Where the message is refused, what came by it
// is forgotten, unless another that is not answered yet names it too, or it was here before.
//
//     named ─► fresh, so many messages on their way ─┬─► one is taken ─► stays
//                                                    └─► all refused ─► forgotten
//
// Not thread-safe. What a process that ends leaves on its way is sent again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exchange/blobs.h"
#include "node/vault.h"

namespace bashu::exchange {

class Brought {
 public:
  Brought(node::Vault& vault, Blobs& blobs) : vault_{vault}, blobs_{blobs} {}

  // Of one message, what is here by messages whose answers are not known.
  struct Names {
    std::vector<std::string> keys, documents;
  };
  // Whether the key is not here yet: then it is to be put.
  [[nodiscard]] bool lacks_key(Names& of, const std::string& id);
  void put_key(Names& of, const std::string& id, std::string_view key);  // 32 bytes
  void want(Names& of, const std::string& document, const std::string& party);

  void taken(const Names& of);
  void refused(const Names& of);
  // What only refused messages brought.
  void forget();

 private:
  struct Wish {
    std::int64_t on_their_way = 0;
    std::optional<std::string> before;  // of whom it was wanted
  };
  node::Vault& vault_;
  Blobs& blobs_;
  std::map<std::string, std::int64_t> keys_;  // to messages on their way
  std::map<std::string, Wish> wishes_;
  bool to_forget_ = false;
};

}  // namespace bashu::exchange
