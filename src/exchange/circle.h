// Forming a circle by files, before any node can reach another (docs/formats/exchange.md):
//
//   every party   card                     who I am: names, root key, TLS authority
//   one of them   compose_edition(cards)   circle file: all editions, the newest to be signed
//   every party   co_sign                  adds its root's signature and its first key list
//   every party   adopt                    into its own journal, when nobody's signature is missing
//
// Widening an existing circle is the same with the editions before it. A circle file is JSON:
// {"editions": [signed record, ...], "cards": [...], "keys": [signed key list, ...]}.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/title.h"
#include "evidence/agreement.h"
#include "node/identity.h"
#include "node/node.h"
#include "tokens/token.h"

namespace bashu::exchange {

inline constexpr std::int64_t kDayS = 86'400;
inline constexpr std::int64_t kKeyDays = 90;
inline constexpr std::int64_t kRenewAfterDays = 60;
inline constexpr JsonLimits kFileLimits{.depth = 32, .values = 200'000};

// One party as a file. Reads DIR/keys/ca.crt.
[[nodiscard]] std::expected<std::string, Fault> party_card(const node::Identity& identity);

// What a node brings to the next edition; of a party without a circle all is empty.
struct CircleHeld {
  std::vector<std::string> editions;   // of the agreement, in order
  std::vector<std::string> key_lists;  // of all parties, each in order
  std::vector<std::string> cards;
};
[[nodiscard]] CircleHeld circle_held(node::Node& node);

// The next edition, signed by `own`: the parties so far, those of the cards (a card of a known
// party replaces its endpoint and TLS authorities), and `own`. Channels `from.to.main` between all
// members. `pin`, here and below: of the token the root is in, where no PIN is left for the
// process.
struct Composed {
  std::string name;                                             // of the circle; empty: as before
  std::int64_t effective = 0;                                   // seconds
  std::optional<evidence::SecondPolicy> second = std::nullopt;  // nullopt: as before
  // The members share a new secret for pseudonyms; they do too when one joins a circle that has
  // one.
  bool new_pseudonyms = false;
  tokens::Pin pin = {};
  std::vector<evidence::Expelled> expelled = {};  // with all their nodes
  bool leaves = false;                            // `own`: the others go on without it
  // Whose card shows another root since theirs is lost, and why.
  std::map<std::string, std::string, std::less<>> lost = {};
  tokens::Pin next_pin = {};  // of the token the next root of `own` is in
};
[[nodiscard]] std::expected<std::string, Fault> compose_edition(
    const CircleHeld& held, const std::vector<std::string>& cards, const node::Identity& own,
    const Composed& how);

// Why the node of `dir` does not sign the newest edition of the file: it stands by another one of
// the same number, or by another one before it (exchange/signed_editions.h). nullopt: it may.
[[nodiscard]] std::expected<std::optional<Title>, Fault> signed_otherwise(
    std::string_view circle_file, const std::filesystem::path& dir);

// Adds the signature of `own`, and notes it in its directory; refuses an edition that does not show
// `own` as it is, and a second one of a number. Where a next root of `own` waits
// (node/next_root.h) the edition may show that one, and both sign.
[[nodiscard]] std::expected<std::string, Fault> co_sign(std::string_view circle_file,
                                                        const node::Identity& own,
                                                        std::int64_t now_s,
                                                        const tokens::Pin& pin = {},
                                                        const tokens::Pin& next_pin = {});

struct CircleSummary {
  evidence::Agreement agreement;              // the newest edition
  std::optional<evidence::Agreement> before;  // the one it follows
  std::vector<std::string> missing;  // parties whose signature is missing; kids of old roots
};
[[nodiscard]] std::expected<CircleSummary, Fault> circle_summary(std::string_view circle_file);

// The editions of the file that the node has not adopted yet, verified. `pinned`: the agreement id
// from the paper treaty; empty trusts the file for edition 1.
[[nodiscard]] std::expected<std::vector<core::AdoptRecord>, Fault> new_editions(
    node::Node& node, std::string_view circle_file, std::string_view pinned = {});

// Who adopts an edition: whoever holds the directory, or the second of two people.
struct Adopter {
  core::Asker by;
  std::int64_t approval = 0;
};
// Adopts what the node has not adopted yet: editions, then key lists; writes DIR/peers/*.crt. May
// be repeated.
[[nodiscard]] std::expected<void, Fault> adopt(node::Node& node, std::string_view circle_file,
                                               std::string_view pinned = {},
                                               const Adopter& who = {});

// The editions in the journal, so that no other of their numbers is signed: of a node that adopted
// them before it noted what it signs, too.
[[nodiscard]] std::expected<void, Fault> remember_adopted(node::Node& node);

// Announces the keys of the second signature, made before the node was opened, in a key list of
// their own; of a node without a circle its first key list will name them.
[[nodiscard]] std::expected<void, Fault> announce_second(node::Node& node,
                                                         const tokens::Pin& pin = {});

// Makes new envelope, seal and command keys, and those of the second signature where there are any,
// adopts the key list that announces them and leaves the secrets in DIR/keys/next. They are used
// from the next start on.
[[nodiscard]] std::expected<void, Fault> rotate_keys(node::Node& node, const tokens::Pin& pin = {});
// True if the keys are old enough to be rotated and have not been.
[[nodiscard]] bool rotation_due(node::Node& node);
// Before a node is opened: puts keys of DIR/keys/next in use. The seal key before stays readable. A
// node made before there were command keys gets one.
[[nodiscard]] std::expected<bool, Fault> activate_keys(const std::filesystem::path& dir);
// Secret seal keys of this node, the newest first: (public, secret).
[[nodiscard]] std::vector<node::KeyPair> seal_keys(const node::Identity& identity);

// PEM certificates in DIR/peers/<party>.crt whose digest is among `pinned`.
[[nodiscard]] std::vector<std::string> peer_authorities(const node::FileStore& files,
                                                        std::string_view party,
                                                        const std::vector<std::string>& pinned);

}  // namespace bashu::exchange
