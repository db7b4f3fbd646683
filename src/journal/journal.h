// Durable bytes, without meaning: the sequence of commit records of one node
// (docs/formats/evidence.md 4.2), one blob row each.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace bashu::journal {

struct Commit {
  std::uint64_t first = 0;  // index of its first entry
  std::uint32_t count = 0;  // entries
  std::string record;       // BSHCMT01...
};

// Who writes a journal that others may take over.
struct Seat {
  std::uint64_t epoch = 0;  // raised by each who opens to write; 0: it cannot be taken over
  std::uint64_t beat = 0;   // grows for as long as the writer lives
  std::string holder;       // for people: a machine, a directory
  std::string moved;        // why nobody writes it any more; empty: it is in force
};

// How many others have what is acknowledged, of a journal whose server waits for some.
struct Quorum {
  std::int64_t wanted = 0;      // standbys; not asked for: as many as it has waited for
  std::int64_t waited_for = 0;  // by the server, as last heard
  bool asked_for = false;       // by who runs the node
  bool holds_back = false;      // with fewer nothing is acknowledged; else people are told

  [[nodiscard]] bool is_short() const { return waited_for < wanted; }
};

// One writer; read() may be called from any thread and sees durable commits only.
class Journal {
 public:
  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  virtual ~Journal() = default;

  // The commit that begins at size(), durable when it returns. After a Fault the caller must end
  // the process, and never append it again: if its outcome is unknown it may be there.
  virtual std::expected<void, Fault> append(const Commit& commit) = 0;
  // Commits in order, beginning with the one that holds entry `from`; stops after `bytes_max` but
  // gives at least one if there is one.
  virtual std::expected<std::vector<Commit>, Fault> read(std::uint64_t from,
                                                         std::size_t bytes_max) = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;  // entries durable

  [[nodiscard]] virtual std::expected<Seat, Fault> seat() { return Seat{}; }
  // Called by the writer every second or so, from any one thread; false: another one has taken its
  // place.
  [[nodiscard]] virtual std::expected<bool, Fault> beat() { return true; }
  // As heard with the last commit or beat, without asking; for any thread.
  [[nodiscard]] virtual Quorum quorum() const { return {}; }
};

// DIR/journal.db: WAL, synchronous=FULL. A second writer is refused by a lock on DIR/lock.
[[nodiscard]] std::expected<std::unique_ptr<Journal>, Fault> open_sqlite(
    const std::filesystem::path& directory, bool read_only = false);

}  // namespace bashu::journal
