// A node whose journal came back without its end (docs/formats/evidence.md 8.7, docs/guide/
// successor.md): what its peers hold beyond it, the edition by which it goes on as a successor log,
// and the messages that it forgot. Reads a directory beside its node or without one, and asks the
// peers over TLS as the node would.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/value.h"
#include "core/command.h"
#include "core/state.h"
#include "evidence/succession.h"
#include "http/message.h"
#include "node/directory.h"
#include "node/identity.h"
#include "node/storage/storage.h"
#include "tokens/token.h"

namespace bashu::exchange {

// A directory as its journal tells it, to the end of its last commit.
struct JournalHeld {
  node::Identity identity;
  std::vector<std::string> log_keys;
  std::shared_ptr<node::Storage> storage;
  std::unique_ptr<core::State> state;
  node::Directory directory;
  std::uint64_t size = 0;                                 // entries
  std::map<std::uint64_t, Hash> roots;                    // at the ends of its commits
  std::map<std::string, std::int64_t, std::less<>> sent;  // by channel, the last number
  std::vector<evidence::Renewed> renewed;                 // by the editions adopted
};
[[nodiscard]] std::expected<JournalHeld, Fault> read_journal(const std::filesystem::path& dir);

// How parties are asked: GET of the exchange (docs/formats/evidence.md 12).
struct Questions {
  // Null: over TLS, as the node would.
  std::function<std::expected<http::Response, Fault>(const evidence::PartyRecord& party,
                                                     const std::string& target)>
      ask = nullptr;
  // While many are asked of one party: how many were, of how many. May be null.
  std::function<void(const std::string& party, std::int64_t done, std::int64_t all)> progress =
      nullptr;
};

// Whether it is this journal's end that is lost, and what a peer holds of it.
struct PeerHolds {
  std::string party;
  bool member = true;
  std::uint64_t seen = 0;     // the size of the largest checkpoint of our log; 0: none
  std::int64_t answered = 0;  // of our messages to it
  std::int64_t sent = 0;      // of its own to us
};
// Of every other party; a Fault names the one that does not answer, or whose answer is no proof:
// that it has more of our messages it shows by the last, which we signed.
[[nodiscard]] std::expected<std::vector<PeerHolds>, Fault> ask_peers(const JournalHeld& held,
                                                                     const Questions& how = {});

// A circle file with the next edition, in which the log goes on under its next name from what is
// held; signed by its party's root. Refused if nothing is lost, and where another history is known.
[[nodiscard]] std::expected<std::string, Fault> compose_successor(
    const JournalHeld& held, const std::vector<PeerHolds>& peers, std::int64_t now_s,
    const tokens::Pin& pin = {}, const Questions& how = {});

// Before a node is opened to adopt: if the file's newest edition names a successor of its log, so
// does its node.json from now on, and the guard of a restored directory ends. False: it does not.
[[nodiscard]] std::expected<bool, Fault> take_up_successor(const std::filesystem::path& dir,
                                                           std::string_view circle_file);

// Before somebody signs: whether what DIR/seen and DIR/witness hold of another party's log allows
// the successor that the newest edition of the file names.
[[nodiscard]] std::expected<void, Fault> fits_what_was_seen(const std::filesystem::path& dir,
                                                            const node::Identity& own,
                                                            std::string_view circle_file);

// What an edition with a successor log means for the core of `own`.
void tell_succession(const evidence::Agreement& last, const evidence::Agreement& next,
                     const core::PartyId& own, core::AdoptRecord& command);

// A message that one side holds and the other forgot.
struct LostMessage {
  std::string peer, channel;
  std::int64_t seq = 0;
  bool ours = false;    // sent by this node's party
  bool forgot = false;  // by this node; else by the peer
  std::string kind, stream, id;
  std::string pack;          // hex or empty
  Value says;                // its body, without keys and voucher
  std::string envelope;      // as it was signed
  bool revoked = false;      // under a key that is revoked by now: no node takes it (10.3)
  std::int64_t version = 0;  // of its case, if it tells a step
  // How the case stands here: `unknown`, `behind`, `same`, `further`, `other`; empty: it tells
  // none.
  std::string here;
};
struct Lost {
  std::vector<LostMessage> messages;
  // By party: how many more of its own it says it has sent. They come again by themselves.
  std::map<std::string, std::int64_t> more;
};
// Of what a party has sent itself no more than kUntakenMax messages and 64 MiB are asked for.
inline constexpr std::int64_t kUntakenMax = 10'000;
[[nodiscard]] std::expected<Lost, Fault> lost_messages(const JournalHeld& held,
                                                       const Questions& how = {});
// How the case of a message stands: as `here`.
[[nodiscard]] std::string standing_of(const core::State& state, const LostMessage& message);
// Whether it is a step of ours that we forgot and can take back from the peer's copy, which no
// revoked key signed; what the core is asked then (core/peers/recall.h).
[[nodiscard]] bool can_be_recalled(const LostMessage& message);
// Whether it is one but for the key that signed it, which may have been a thief's.
[[nodiscard]] bool is_doubtful(const LostMessage& message);
[[nodiscard]] core::TakeMessage recalled(const core::PartyId& own, const LostMessage& message);

}  // namespace bashu::exchange
