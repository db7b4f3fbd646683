// SQL tables made from packs, readable as they stood at any position of the journal.
//
//     durable entries ─► apply ─► views.db ◄─ reads: cases, records, accounts, tasks, messages;
//                          └────► or a schema    figures count over them (figures/)
//                                 of PostgreSQL
//
// A row is valid from the position of the entry that made it to the position of the one that
// changed it. Nothing here decides anything: the tables can be dropped and rebuilt from the journal
// (follower.h). Personal and sensitive values are kept only as they came, sealed.
//
// One thread applies; any number of threads read what has been flushed. Past positions cost what
// the present costs.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "core/event.h"
#include "views/place.h"
#include "views/read/accounts.h"
#include "views/read/cases.h"
#include "views/read/disputes.h"
#include "views/read/messages.h"
#include "views/read/records.h"
#include "views/read/tasks.h"
#include "views/session.h"

namespace bashu::views {

class Writer;

class Views {
 public:
  struct Options {
    std::string path = ":memory:";  // or of a file, or `postgres://...` (place.h)
    core::PartyId own;              // whose journal this is
    bool rebuilding = false;        // indexes come at the end, nothing is seen before; see finish()
    // On a server: where the tables lie, the role that may read them, a replica that answers.
    std::string schema = "bashu_views";
    std::string readers, read_path;
    bool anew = false;  // a rebuild there takes nothing over from one that was ended
    // After how many entries a rebuild there keeps what it made, to go on from.
    std::int64_t keep_every = 200'000;
  };
  [[nodiscard]] static Place place_of(const Options& options);
  // A file of another format or another node, or a damaged one, is emptied.
  [[nodiscard]] static std::expected<std::unique_ptr<Views>, Fault> open(const Options& options);
  // A file another process may be writing; it is never changed. apply() and the like give a Fault.
  [[nodiscard]] static std::expected<std::unique_ptr<Views>, Fault> open_to_read(
      const std::string& path);
  // The same; of a server too. `own` is read there.
  [[nodiscard]] static std::expected<std::unique_ptr<Views>, Fault> open_to_read(Options options);
  Views(Options options, std::unique_ptr<Database> database, bool read_only);  // open() instead
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  // Takes the events of the next entry. Nothing is visible before flush(). After a Fault the views
  // must be dropped.
  [[nodiscard]] std::expected<void, Fault> apply(std::uint64_t position, std::int64_t time_ms,
                                                 const std::vector<core::Event>& events);
  // Makes visible what was applied. `mark` is kept with the position: the follower's proof that
  // the file belongs to the journal.
  [[nodiscard]] std::expected<void, Fault> flush(std::string_view mark = {});
  // Ends a rebuild: makes the indexes, makes the file safe.
  [[nodiscard]] std::expected<void, Fault> finish();

  // How many entries are visible: the newest one is at entries() - 1.
  [[nodiscard]] std::uint64_t entries() const;
  [[nodiscard]] std::string mark() const;
  [[nodiscard]] core::PartyId party() const { return options_.own; }  // whose journal it is
  // Tells this file from every other, also from one that was made again under the same name.
  [[nodiscard]] std::string made() const { return made_; }
  // The newest position whose entry was journalled at or before `time_ms`.
  [[nodiscard]] std::expected<At, Fault> at_position(std::int64_t time_ms);

  // One look at everything as it stood at a position: what `look` reads on its session (read/,
  // figures/) is of one moment. Not to be nested.
  template <typename T>
  using Read = std::expected<T, Fault>;
  template <typename Look>
  [[nodiscard]] auto read(At at, Look look) -> Read<std::invoke_result_t<Look, Session&>> {
    auto lease = take();
    if (!lease) return std::unexpected{std::move(lease.error())};
    Session session = begin(*lease, at);
    auto result = look(session);
    if (auto ended = give_back(std::move(*lease)); !ended) {
      return std::unexpected{std::move(ended.error())};
    }
    return result;
  }

  // The same for one answer; see read/.
  Read<std::optional<CaseRow>> case_at(std::string_view id, At at = {});
  Read<Listed<CaseRow>> list_cases(const CaseFilter& filter, At at = {});
  Read<std::vector<StepRow>> history(std::string_view id, At at = {});
  Read<Listed<RecordRow>> records(const RecordFilter& filter, At at = {});
  Read<std::vector<EditionRow>> editions(std::string_view reg, At at = {});
  Read<Listed<AccountRow>> accounts(const AccountFilter& filter, At at = {});
  Read<Listed<PostingRow>> postings(const core::Account& account, std::string_view month,
                                    const Page& page, At at = {});
  Read<std::vector<MonthRow>> months(const core::Account& account, At at = {});
  Read<Listed<TaskRow>> tasks(const TaskFilter& filter, At at = {});
  Read<Listed<MessageRow>> messages(const MessageFilter& filter, At at = {});
  Read<std::vector<DisputeRow>> disputes(std::string_view id, At at = {});
  Read<std::vector<std::uint64_t>> positions(std::string_view id, At at = {});

 private:
  // A connection for one look, and the catalogue of its tables.
  struct Lease {
    std::unique_lock<std::mutex> lock;  // of the connection in memory
    std::unique_ptr<Database> own;
    Database* db = nullptr;
    CataloguePtr catalogue;
  };
  [[nodiscard]] std::expected<void, Fault> start();

  // In memory there is one connection for all; else one for the writer and several to read.
  [[nodiscard]] std::unique_lock<std::mutex> writing();
  void publish_catalogue();
  [[nodiscard]] CataloguePtr catalogue() const;
  [[nodiscard]] std::expected<std::unique_ptr<Database>, Fault> take_reader();
  [[nodiscard]] std::expected<std::unique_ptr<Database>, Fault> begun_reader();
  void match_catalogue(Lease& lease);
  [[nodiscard]] std::expected<Lease, Fault> take();
  [[nodiscard]] Session begin(Lease& lease, At at) const;
  [[nodiscard]] std::expected<void, Fault> give_back(Lease lease);

  Options options_;
  Place place_;
  std::unique_ptr<Database> db_;
  bool read_only_;
  std::unique_ptr<Writer> writer_;        // none if only read
  std::optional<std::uint64_t> applied_;  // entries applied, when not all are flushed

  std::mutex connection_;  // of the connection in memory
  mutable std::mutex mutex_;
  CataloguePtr catalogue_;
  std::string matched_;  // on a server: which tables the next is the catalogue of
  CataloguePtr matched_catalogue_;
  std::uint64_t entries_ = 0;
  std::string mark_, made_;
  std::vector<std::unique_ptr<Database>> readers_;
};

}  // namespace bashu::views
