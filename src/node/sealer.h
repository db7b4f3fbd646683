// The writer's stage of a decision: its bytes, and what proves them. Makes of a batch one commit:
// leaves, blinds, effect commitments, envelopes for the messages queued, tree, checkpoint.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "evidence/entry.h"
#include "node/archive.h"
#include "node/batch.h"
#include "node/identity.h"
#include "node/vault.h"

namespace bashu::node {

class Sealer {
 public:
  // All must outlive it.
  Sealer(const Identity& identity, Archive& archive, Vault& vault, Chance& chance)
      : identity_{identity}, archive_{archive}, vault_{vault}, chance_{chance} {}

  struct Sealed {
    journal::Commit commit;
    Archive::Indexed indexed;
    Hash root{};
  };
  // Puts the leaves into the tree: a sealed batch must be appended or the process end. Effects,
  // evidence and bodies move out of the batch.
  [[nodiscard]] Sealed seal(Batch& batch);
  // Of an entry of the commit just sealed.
  [[nodiscard]] std::string receipt(const Sealed& sealed, std::uint64_t index) const;

 private:
  class Draws;
  struct Work;
  void seal_item(Work& work, Item& item);
  void send(Work& work, const Item& item, core::MessageQueued& message);
  // The envelope before under the keys of now; nothing else of it changes but its nonce and times.
  [[nodiscard]] evidence::Envelope sign_again(Work& work, const Item& item);
  [[nodiscard]] evidence::Envelope sign(const Directory& directory,
                                        const evidence::Payload& payload) const;
  void resolve(Work& work, const Item& item, const core::MessageResolved& message);
  // Whether what this directory is of is to be signed twice here.
  [[nodiscard]] bool signs_twice(const Directory& directory) const;
  void add(Work& work, evidence::EntryLeaf leaf, std::string effect, std::string evidence);

  const Identity& identity_;
  Archive& archive_;
  Vault& vault_;
  Chance& chance_;
  std::vector<std::string> leaves_;  // of the last commit
};

// Whether no receiver takes this envelope of ours to `to` any more as it is: a key that speaks in
// it was revoked (docs/formats/evidence.md 10.3), or its channel was given up for another (8.7).
[[nodiscard]] bool must_be_signed_again(std::string_view envelope, const Directory& directory,
                                        std::string_view own, std::string_view to);

// What a message will weigh as an envelope's payload, at most; its $keys included.
[[nodiscard]] std::size_t payload_bound(const core::MessageQueued& message);

}  // namespace bashu::node
