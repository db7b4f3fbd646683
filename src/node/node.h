// One node: the core, its journal and its keys, run by two threads.
//
//     submit ─► [queue, bounded] ─► core thread: decide, apply ─► filling commit ─┐
//                                                                                  │ when the
//                                                                                  writer is free
//     done ◄── replies ◄── durable ◄── writer thread: sign, write, flush ◄─────────┘
//
// While one commit is on its way to the disk the next fills, so commits grow under load by
// themselves: no timer. Cap: 1 MiB or 8,192 events. Nothing outside sees what is not durable; a
// refusal waits for the commit it may have depended on. If a commit cannot be made durable the
// process ends.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "core/core.h"
#include "evidence/standing.h"
#include "journal/journal.h"
#include "node/directory.h"
#include "node/entry.h"
#include "node/environment.h"
#include "node/gate.h"
#include "node/identity.h"
#include "node/peer_times.h"
#include "node/standby.h"
#include "node/storage/storage.h"
#include "node/vault.h"

namespace bashu::node {

// A command and what proves that it was given.
struct Request {
  core::Command command;
  // Of TakeMessage and ResolveHeld: the envelope as it came. Of AckMessage: the receipt. Of
  // AdoptRecord: the signed record. Otherwise the command record: JSON with principal, role, key id
  // and the request's bytes.
  std::string evidence;
  bool dry_run = false;  // decide, tell, change nothing
  // Of TakeMessage: the keys it was checked under. Where others are in force by its turn it is to
  // be checked again: refused with not_ready. Null: it goes by what it was told.
  std::shared_ptr<const Directory> under = nullptr;
};

struct Done {
  std::uint64_t position = 0;  // index of the decision's entry; for a repeated request the newest
  core::Decision decision;
  std::string receipt;  // of TakeMessage: docs/formats/evidence.md section 6
};
using Outcome = std::variant<Done, Reject, Fault>;

// Why a node does not start. If its journal is not the one whose checkpoints left, `standing` says
// how it stands to them.
struct StartFault : Fault {
  // NOLINTNEXTLINE(google-explicit-constructor): most are plain ones
  StartFault(Fault fault, evidence::Standing s = evidence::Standing::ok)
      : Fault{std::move(fault)}, standing{s} {}
  evidence::Standing standing;
};

class Node : public EntrySource {
 public:
  struct Options {
    std::shared_ptr<Storage> storage;
    Clock* clock = nullptr;  // must outlive the node
    Chance* chance = nullptr;
    std::size_t queue_max = 16'384;
    // Follows a journal that another machine writes, and takes its place after so much silence; -1:
    // only when it is told to.
    std::optional<std::int64_t> standby_ms = std::nullopt;
  };
  // Takes the writer's lock, checks, loads the newest snapshot, replays the tail, begins the day.
  [[nodiscard]] static std::expected<std::unique_ptr<Node>, StartFault> open(
      const Options& options);
  // Queues a request; false if the queue is full (answer 429, Retry-After). `done` is called once,
  // from a thread of the node, when the outcome is durable; it must not block. While the gate is
  // shut people are refused at once, and what peers sent is to be tried again: false.
  virtual bool submit(Request request, std::function<void(Outcome)> done) = 0;
  // How it stands by; nullopt: it is the writer.
  [[nodiscard]] virtual std::optional<StandbyStatus> standby() { return std::nullopt; }
  // Of one that stands by: takes the writer's place by the word of a principal.
  [[nodiscard]] virtual std::expected<void, Fault> take_over(const std::string& by);
  // Waits for the outcome.
  virtual Outcome run(Request request) = 0;
  [[nodiscard]] Gate& gate() { return gate_; }
  // What time it is at the peers. The day of the clock is not begun while they contradict it.
  [[nodiscard]] PeerTimes& peer_times() { return peer_times_; }
  // Runs `read` on the core thread; what it saw is durable when this returns.
  virtual void query(const std::function<void(const core::State&)>& read) = 0;
  // The same for whoever must not wait long; false: it may still be called later.
  [[nodiscard]] virtual bool query_within(int /*timeout_ms*/,
                                          const std::function<void(const core::State&)>& read) {
    query(read);
    return true;
  }
  // For how long the commit has been on its way that was begun first; 0: none is.
  [[nodiscard]] virtual std::int64_t commit_waits_ms() const { return 0; }
  // The node is to end. A commit that is on its way in vain `patience_ms` from now ends the process
  // with 70 and words that say so; the next start reads what became of it.
  virtual void end_within(std::int64_t /*patience_ms*/) {}
  // How many others have what is acknowledged, where the journal is on a server.
  [[nodiscard]] virtual journal::Quorum quorum() const { return {}; }

  [[nodiscard]] virtual const Identity& identity() const = 0;
  [[nodiscard]] virtual std::shared_ptr<const Directory> directory() = 0;
  [[nodiscard]] virtual Vault& vault() = 0;
  [[nodiscard]] virtual Storage& storage() = 0;
  [[nodiscard]] virtual Clock& clock() = 0;
  [[nodiscard]] virtual Chance& chance() = 0;

  // Grows whenever packs, parties, people or the day change: a copy made at the same count is still
  // true.
  [[nodiscard]] virtual std::uint64_t circle_changes() const = 0;
  // Erasures that a party should have answered and has not (docs/formats/privacy.md).
  [[nodiscard]] virtual std::size_t late_erasures() const = 0;
  // Returns durable() once it is above `above` or the time is up.
  virtual std::uint64_t wait_durable(std::uint64_t above, int timeout_ms) = 0;

  // Evidence. Channels are named by the peer: `to` for ours, `from` for theirs.
  // As it goes out: the one signed last, if it was signed again.
  virtual std::optional<std::string> envelope_sent(std::string_view to, std::int64_t seq) = 0;
  // As it was signed first, if it was signed again.
  virtual std::optional<std::string> envelope_before(std::string_view to, std::int64_t seq) = 0;
  virtual std::optional<std::string> envelope_taken(std::string_view from, std::int64_t seq) = 0;
  // The message id (hex) and entry of an answered message, however old.
  struct Answered {
    std::string message_id;
    std::uint64_t entry = 0;
  };
  virtual std::optional<Answered> answered(std::string_view from, std::int64_t seq) = 0;
  // The proof of an entry on the checkpoint of the commit that wrote it: the same bytes for ever.
  virtual std::optional<std::string> receipt(std::uint64_t entry) = 0;
  virtual std::string checkpoint() = 0;  // the newest durable one
  // Largest durable commit boundary's note not above `size`, and consistency proofs between
  // boundaries; nullopt if `size` is no commit boundary or too large.
  virtual std::optional<std::string> checkpoint_at(std::uint64_t size) = 0;
  virtual std::optional<std::vector<Hash>> consistency(std::uint64_t old_size,
                                                       std::uint64_t size) = 0;
  virtual std::optional<Hash> root_at(std::uint64_t size) = 0;

  // Builds a snapshot beside the node; returns when it is on disk.
  virtual std::expected<std::uint64_t, Fault> snapshot() = 0;

 private:
  Gate gate_;
  PeerTimes peer_times_;
};

}  // namespace bashu::node
