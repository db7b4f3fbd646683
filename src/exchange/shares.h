// This node's share of the secret that pseudonyms are made with (docs/formats/exchange.md): of
// every generation that an edition of the agreement asked for, what each member dealt, and the
// share that came of it. Kept in the vault; thread-safe.
//
//     edition names generation g ─► every member deals ─► GET /pseudonyms/g from each other
//     all dealings sound ─► the share, and what each member's answers are checked by
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/value.h"
#include "node/node.h"
#include "oblivious/shares.h"

namespace bashu::exchange {

// What one member dealt, as it is handed to the others.
struct Dealing {
  oblivious::Commitment commitment;
  std::map<std::string, std::string, std::less<>> boxes;  // of the others: sealed to each
};
[[nodiscard]] Value dealing_value(const Dealing& dealing);
[[nodiscard]] std::optional<Dealing> read_dealing(const Value& value);

// One generation, whole.
struct Shared {
  std::int64_t generation = 0;
  std::string digest;        // hex, of what all members committed to
  oblivious::Index own = 0;  // of this node
  oblivious::Scalar share;   // secret
  std::map<std::string, oblivious::Index, std::less<>> members;
  std::map<oblivious::Index, oblivious::Point> public_shares;
};

class Shares {
 public:
  // The node outlives it.
  explicit Shares(node::Node& node);

  // Deals what the newest edition asks for and was not dealt yet.
  void follow();
  // What this node dealt, for its peers; nullopt: nothing of this generation.
  [[nodiscard]] std::optional<std::string> dealt(std::int64_t generation) const;
  // The generation of which `party` should be asked what it dealt; nullopt: none.
  [[nodiscard]] std::optional<std::int64_t> lacking(std::string_view party) const;
  // What `party` dealt, from itself. A fault: it is not sound, and says why.
  [[nodiscard]] std::expected<void, Fault> take(std::string_view party, std::int64_t generation,
                                                std::string_view text);
  // Whole ones, the newest first.
  [[nodiscard]] std::vector<std::shared_ptr<const Shared>> whole() const;
  [[nodiscard]] std::shared_ptr<const Shared> of(std::int64_t generation) const;
  // Somebody was named by it here: from now on nobody is named by an older one, whatever a peer
  // says.
  void use(std::int64_t generation);
  [[nodiscard]] bool used(std::int64_t generation) const;

 private:
  struct Kept {
    std::string circle;  // id of the agreement
    std::vector<std::string> members;
    // Our line at our own index; from when all have dealt our share of the whole.
    oblivious::Scalar secret;
    std::map<std::string, Dealing, std::less<>> dealt;
    std::shared_ptr<const Shared> whole;  // null: not all have dealt
    bool used = false;
  };
  void load(std::int64_t generation);
  void keep(std::int64_t generation, const Kept& kept);
  // Adds up what was dealt to us, if all have dealt; their boxes are dropped then.
  void complete(std::int64_t generation, Kept& kept) const;
  void put_together(std::int64_t generation, Kept& kept) const;
  [[nodiscard]] std::optional<oblivious::Scalar> opened(std::string_view box) const;

  node::Node& node_;
  mutable std::mutex mutex_;
  std::map<std::int64_t, Kept> kept_;
};

}  // namespace bashu::exchange
