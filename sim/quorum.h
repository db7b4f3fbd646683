// A database on three machines as a journal and a vault meet it: rows go into the log of the
// machine that leads, and are acknowledged when a second one holds them. What a real one does to
// whoever relies on it:
//
//     unknown     the connection breaks; the row is on two machines, on one, nowhere, or still on
//                 its way: then it arrives later, be its writer dead by then
//     failover    another machine leads, which holds all that was acknowledged; what the one before
//                 had beyond that is gone when it comes back
//     stale       a reader asks a machine that lags, or one that led before
//     let go      a supervisor tells the machine that leads to wait for nobody, also while a
//                 statement waits: it is acknowledged with one machine holding it
//
// Against the last a journal has its guard (journal/quorum.h): it looks whether the server waits
// before an append and after it, and holds its word back until a later statement was waited for.
//
// It is a model of servers and of what the statements of journal/postgres.cc and
// node/storage/postgres_secrets.cc mean there; journal/conformance.h holds it to what it asks of a
// real one. What it promises is checked by quorum_world.h; what it breaks on purpose is a Flaw.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/journal.h"
#include "node/storage/secrets.h"
#include "random.h"

namespace bashu::sim {

// Faults in what keeps the journal that no run may survive unnoticed.
enum class Flaw : std::uint8_t {
  none,
  blind_append,   // an append asks neither for the epoch nor for the size
  hasty_answer,   // acknowledged with one machine holding it
  lonely_key,     // a key of the vault is kept on one machine, and said to be kept
  returning_key,  // a destroyed key is destroyed on the machine that leads alone
  hasty_erasure,  // a standby destroys keys by an order that is not durable yet
  skipped_entry,  // a standby's state misses what a commit says
  blind_repeat,   // what nobody answered is asked again as if it were new
  one_look,       // whether the server waits is looked at before an append, and not after it
};

class QuorumDatabase {
 public:
  // One row of the log, and the statement that asks for it: it is written if what it says of the
  // database is so when it arrives.
  struct Row {
    enum class Kind : std::uint8_t { raise, commit, key, erased };
    Kind kind = Kind::raise;
    std::uint64_t epoch = 0;                     // of the writer; of a raise: what it became
    std::optional<std::uint64_t> if_epoch = {};  // of a raise: only from this one
    std::string name = {}, bytes = {};           // of a raise the holder; of a key id and bytes
    journal::Commit commit = {};
    std::uint64_t term = 0;  // of the leader that took it
  };
  using Log = std::vector<std::shared_ptr<const Row>>;  // a row is the same on every machine
  using Named = std::map<std::string, std::string, std::less<>>;
  // What the rows up to some point add up to.
  struct Tables {
    std::uint64_t epoch = 0, size = 0, beat = 0;
    std::string holder;
    std::vector<journal::Commit> commits;
    Named keys;
  };

  QuorumDatabase(std::uint64_t seed, Flaw flaw) : random_{seed}, flaw_{flaw} {}

  // Whether it was written, acknowledged; a Fault: nobody knows.
  [[nodiscard]] std::expected<bool, Fault> run(const Row& row);
  void beat() { ++machines_[leader_].tables.beat; }
  // A beat that is waited for, of the writer of this epoch; false: another one writes.
  [[nodiscard]] bool confirm(std::uint64_t epoch);
  // Whether the machine that leads waits for another one before it acknowledges.
  [[nodiscard]] bool waits() const { return waits_; }
  void wait(bool waits);
  // A writer holds its word back until it waits again; false: the writer is gone before, or its
  // server is.
  [[nodiscard]] bool time_passes();
  // Kept at once on all machines: what is set up before anything goes wrong.
  void set(std::string_view name, std::string_view value) {
    settings_.insert_or_assign(std::string{name}, std::string{value});
  }
  [[nodiscard]] const Named& settings() const { return settings_; }

  // Of the machine that leads.
  [[nodiscard]] const Tables& now() const { return machines_[leader_].tables; }
  [[nodiscard]] const Log& log() const { return machines_[leader_].log; }
  // Of any machine, also one that led before.
  [[nodiscard]] const Tables& anywhere();

  // A machine that lags takes in what the leader has.
  void replicate() { copy_to(another()); }
  // A statement that was on its way arrives, if there is one.
  void deliver();
  // The leader is gone; of the others leads who heard the last leader, and most of it.
  void fail_over();
  // Whether anything goes wrong from here on.
  void be_faulty(bool faulty) {
    faulty_ = faulty;
    waits_ = waits_ || !faulty;
  }
  [[nodiscard]] Flaw flaw() const { return flaw_; }
  [[nodiscard]] std::map<std::string, std::int64_t>& counts() { return counts_; }

 private:
  struct Machine {
    Log log;
    Tables tables;
  };
  [[nodiscard]] bool holds(const Row& row) const;
  // On the machine that leads; false: what it says of the database is not so.
  bool write(Row row);
  // Another machine takes in what was written, unless it is let go.
  void be_held();
  void add(std::size_t machine, std::shared_ptr<const Row> row);
  void copy_to(std::size_t machine);
  [[nodiscard]] std::size_t another() {
    return (leader_ + 1 + static_cast<std::size_t>(random_.below(2))) % machines_.size();
  }

  Random random_;
  Flaw flaw_;
  bool faulty_ = false, waits_ = true;
  std::array<Machine, 3> machines_;
  std::size_t leader_ = 0;
  std::uint64_t term_ = 1;  // grows with each failover
  std::vector<Row> on_its_way_;
  Named settings_;
  std::map<std::string, std::int64_t> counts_;
};

// The journal to write, by `holder`; with `epoch`, if nobody has opened it since.
[[nodiscard]] std::expected<std::unique_ptr<journal::Journal>, Fault> open_quorum(
    QuorumDatabase& database, const std::string& holder, std::optional<std::uint64_t> epoch);
// To read, now and then from a machine that lags.
[[nodiscard]] std::unique_ptr<journal::Journal> read_quorum(QuorumDatabase& database);
[[nodiscard]] std::unique_ptr<node::Secrets> quorum_secrets(QuorumDatabase& database);

}  // namespace bashu::sim
