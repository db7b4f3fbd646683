// The synchronous heart of a node: what its two threads do, as plain calls, so that a simulator
// can make them one after the other.
//
//     core stage     handle(), tick(): decide and apply; entries and answers fill a Batch
//     writer stage   write(): seal the batch, make it durable, let its answers go
//
// The stages share nothing but the batch; each belongs to one thread. What is durable is read
// through archive() from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/command.h"
#include "core/privacy/retention.h"
#include "core/state.h"
#include "node/archive.h"
#include "node/batch.h"
#include "node/crash_mark.h"
#include "node/directory.h"
#include "node/environment.h"
#include "node/high_mark.h"
#include "node/identity.h"
#include "node/node.h"
#include "node/peer_times.h"
#include "node/sealer.h"
#include "node/storage/late_eraser.h"
#include "node/storage/storage.h"
#include "node/vault.h"

namespace bashu::node {

class Kernel {
 public:
  struct Parts {
    std::shared_ptr<Storage> storage;
    Clock* clock = nullptr;  // must outlive the kernel
    Chance* chance = nullptr;
  };
  // The journal as its one writer, identity, tree and index, guard, newest snapshot, tail. A
  // journal without entries gets its genesis.
  [[nodiscard]] static std::expected<std::unique_ptr<Kernel>, StartFault> open(Parts parts);
  // The same beside the writer, which another machine is: it decides nothing until begin_writing().
  [[nodiscard]] static std::expected<std::unique_ptr<Kernel>, StartFault> follow(Parts parts);
  // For open() and follow().
  Kernel(Parts parts, Identity identity, std::unique_ptr<Archive> archive,
         std::unique_ptr<Vault> vault, HighMark mark, CrashMark deciding);

  // Core stage.
  [[nodiscard]] const core::State& state() const { return *state_; }
  // A batch that continues with the next entry.
  [[nodiscard]] Batch batch() const { return {.first = next_}; }
  // Asked before a day is begun; none before this is called, so that start-up goes by the clock.
  void ask(const PeerTimes& times) { peer_times_ = &times; }
  // Begins the business day if it changed and no peer contradicts, and fires the clocks that are
  // due.
  void tick(Batch& batch);
  // Whether tick() has more to do than it does at once: it is to be called again soon.
  [[nodiscard]] bool has_more_to_do() const { return retention_.has_value(); }
  // Decides a request. Its answer goes with the batch, also if it writes nothing: a refusal may
  // rest on decisions that are not durable yet.
  void handle(Batch& batch, Request request, std::function<void(Outcome)> done);
  // Something that waits for what was decided so far.
  void wait(Batch& batch, std::function<void()> done);

  // Of a kernel that follows, instead of the core and writer stages.
  [[nodiscard]] journal::Followed* followed() { return followed_; }
  // What the writer has made durable since. After a Fault the process must end: it does not follow
  // from what was taken before, and what is derived from that is dropped.
  [[nodiscard]] std::expected<void, Fault> take(const std::vector<journal::Commit>& commits);
  // Whether its own keys are those under which the journal is written; a Fault says what to copy.
  // Any thread.
  [[nodiscard]] std::expected<void, Fault> may_write();
  // The journal was taken over, ends with `last`, and everything in it was taken: what begins here
  // is the core and writer stages, with an entry that says so. After a Fault as after one of
  // take().
  [[nodiscard]] std::expected<void, Fault> begin_writing(Batch& batch, const journal::Commit& last,
                                                         const core::TakeOver& what);

  // Writer stage. After a Fault the process must end.
  [[nodiscard]] std::expected<void, Fault> write(Batch batch);

  // A thread of its own, if it erases_late(): destroys those of orders that are durable, and
  // says so to the core stage when no trace of them is left. After a Fault they still wait.
  [[nodiscard]] bool erases_late() const { return late_eraser_ != nullptr; }
  [[nodiscard]] std::expected<void, Fault> erase_what_waits();

  // Any thread.
  [[nodiscard]] Archive& archive() { return *archive_; }
  [[nodiscard]] Vault& vault() { return *vault_; }
  [[nodiscard]] Storage& storage() { return *parts_.storage; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] Clock& clock() { return *parts_.clock; }
  [[nodiscard]] Chance& chance() { return *parts_.chance; }
  // As of the last durable commit.
  [[nodiscard]] std::shared_ptr<const Directory> directory();
  [[nodiscard]] std::uint64_t circle_changes() const {
    return circle_changes_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::size_t late_erasures() const { return late_.load(); }
  [[nodiscard]] std::uint64_t durable() const { return durable_.load(std::memory_order_acquire); }
  // Entries and feed lines since the newest snapshot, roughly: when it is time for the next.
  [[nodiscard]] std::uint64_t since_snapshot() const {
    return since_snapshot_.load(std::memory_order_relaxed);
  }
  // Writes a snapshot of what is durable, built from the one before and the journal. Takes as long
  // as it takes; for a thread of its own. Gives its position.
  [[nodiscard]] std::expected<std::uint64_t, Fault> snapshot();

 private:
  [[nodiscard]] static std::expected<std::unique_ptr<Kernel>, StartFault> open_on(
      Parts parts, std::unique_ptr<journal::Journal> journal, journal::Followed* followed);
  [[nodiscard]] std::expected<void, Fault> take(const evidence::CommitRecord& record);
  [[nodiscard]] std::unexpected<Fault> apart(const std::string& why);
  [[nodiscard]] std::expected<void, Fault> load();
  [[nodiscard]] std::expected<void, Fault> begin();
  void erase_again();
  // Destroys the keys of a durable order.
  void carry_out(const core::PrivacyOrdered& erase, bool finished);
  void finish_erasures(Batch& batch);
  void end_retention(Batch& batch, Date today);
  [[nodiscard]] core::Moment moment();
  // By the clock, unless the peers contradict; never before the day that is begun.
  [[nodiscard]] Date today();
  [[nodiscard]] std::string salt();
  [[nodiscard]] std::expected<core::Decision, Reject> decide(const core::Command& command,
                                                             const core::Moment& at);
  void refuse(Batch& batch, Reject why, std::function<void(Outcome)> done);
  // Why a decision cannot become an entry, if it cannot.
  [[nodiscard]] std::optional<Reject> unfit(const Request& request, const core::Decision& decision,
                                            Instant at, Batch& batch, std::uint64_t& entries);
  void label(Item& item, const core::Command& command, const core::Decision& decision) const;

  Parts parts_;
  Identity identity_;
  std::unique_ptr<Archive> archive_;
  journal::Followed* followed_ = nullptr;  // the archive's journal, if another one writes it
  std::unique_ptr<Vault> vault_;
  LateEraser* late_eraser_ = nullptr;  // of the vault, if its secrets are such
  HighMark mark_;
  CrashMark deciding_now_;

  // Core stage.
  std::unique_ptr<core::State> state_;
  std::shared_ptr<const Directory> deciding_;  // as of the last decision
  const PeerTimes* peer_times_ = nullptr;
  std::string salts_;  // drawn and not used yet
  std::uint64_t next_ = 0;
  std::int64_t last_time_ = 0;
  Date tried_on_;
  // What is destroyed because its time is over: looked for on the one day, done on the other.
  Date retaining_on_, retained_on_;
  std::optional<core::RetentionSearch> retention_;
  std::int64_t looked_ = 0;           // when it last went on, ms
  std::int64_t ticked_ = 0;           // when clocks were last looked at, ms
  std::set<core::State::Due> tried_;  // clocks fired or refused on that day

  // Writer stage.
  Sealer sealer_;

  std::mutex guard_;
  std::shared_ptr<const Directory> directory_;
  struct Erasing {
    std::int64_t number = 0;  // to be said; 0: that it is done has been said
    std::string subject;
  };
  std::vector<Erasing> erasing_;           // their keys are marked, and wait for the late eraser
  std::vector<std::int64_t> carried_out_;  // orders whose keys are gone, to be said
  std::atomic<std::uint64_t> durable_ = 0, since_snapshot_ = 0, circle_changes_ = 0;
  std::atomic<std::size_t> late_ = 0;  // erasures that a party has not answered in time
  std::mutex snapshotting_;
};

}  // namespace bashu::node
