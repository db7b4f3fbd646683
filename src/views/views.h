// SQL tables made from packs, readable as they stood at any position of the journal.
//
//     durable entries ─► apply ─► views.db ◄─ reads: cases, records, accounts, tasks, messages;
//                                             figures count over them (figures/)
//
// A row is valid from the position of the entry that made it to the position of the one that
// changed it. Nothing here decides anything: the tables can be dropped and rebuilt from the journal
// (follower.h). Personal and sensitive values are kept only as they came, sealed.
//
// One thread applies; any number of threads read what has been flushed. Past positions cost what
// the present costs.
#pragma once

#include <condition_variable>
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

#include "base/date.h"
#include "base/error.h"
#include "base/title.h"
#include "base/value.h"
#include "core/event.h"
#include "core/store.h"
#include "views/session.h"

namespace bashu::views {

struct Page {
  std::string after;  // `next` of the page before; empty: from the beginning
  int limit = 50;     // at most 1,000
};
template <typename Row>
struct Listed {
  std::vector<Row> rows;
  std::string next;  // empty: that was all
};

struct CaseRow {
  core::CaseId id;
  std::string pack;  // digest
  std::string pack_name;
  std::string service;
  std::string state;
  core::Parties parties;
  core::CaseId parent;
  std::string opened_by;
  Date opened, since;
  std::int64_t version = 0;
  Value data;
  std::vector<core::Visit> reached;
  bool disputed = false;
  std::uint64_t position = 0;  // of the entry that made it so
};
struct CaseFilter {
  std::string pack, service, state;  // names; empty: any
  std::string party;                 // with `plays` empty: in any party of the case
  std::string plays;                 // `origin`
  core::CaseId parent;
  std::string opened_by;
  std::optional<std::uint64_t> changed_since;        // changed by an entry after this position
  std::vector<std::pair<std::string, Value>> equal;  // field to value
  std::string text;                                  // contained in the id or a readable text field
  Page page;
};
struct StepRow {
  std::int64_t version = 0;
  std::string event, from, to;  // `to` empty: the state did not change
  core::PartyId decided_by;
  std::string role, principal;
  std::int64_t branch = 0;
  Date on;
  std::string digest;
  Value input, set;
  std::uint64_t position = 0;
};
struct RecordRow {
  std::string key;
  core::PartyId keeper;
  std::int64_t version = 0;
  Date on;
  core::CaseId id;          // the case that wrote it
  std::string edition;      // its name; empty: none
  std::int64_t number = 0;  // of the edition
  std::vector<core::PartyId> contested;
  Value fields;
  std::uint64_t position = 0;
};
struct RecordFilter {
  std::string reg;            // `pack/register`
  std::string key;            // exactly this one
  std::string prefix;         // keys that begin so
  std::optional<Date> as_of;  // of editions; nullopt: the newest
  Page page;
};
struct EditionRow {
  core::RegisterId reg;
  core::PartyId keeper;
  std::string name;
  std::int64_t number = 0;
  Date on;
  core::CaseId id;
  std::int64_t entries = 0;
  std::string digest;  // of its content: canonical JSON of [[key, record], ...]
  std::uint64_t position = 0;
  friend bool operator==(const EditionRow&, const EditionRow&) = default;
};
struct AccountRow {
  core::Account account;
  std::int64_t balance = 0;
};
struct AccountFilter {
  core::BookId book;
  std::string kind;           // empty: every kind of the book
  std::string prefix;         // of the key
  std::optional<Date> as_of;  // postings dated up to here
  Page page;
};
struct PostingRow {
  Date on;
  std::int64_t amount = 0;  // negative: out of the account
  core::Account counter;
  core::CaseId id;
  std::uint64_t position = 0;
};
struct TaskRow {
  std::int64_t number = 0;
  core::TaskKind kind{};
  core::CaseId id;
  std::vector<std::string> roles;
  Title title;
  std::string detail;
  Date on;
  std::uint64_t raised = 0;
  At closed;
};
struct TaskFilter {
  bool open = true;                // only those; otherwise closed ones too
  std::vector<std::string> roles;  // any of these; empty: all
  core::CaseId id;
  std::int64_t number = 0;  // exactly this one
  Page page;
};
struct MessageRow {
  bool sent = false;  // by this node; otherwise taken
  core::PartyId peer;
  std::int64_t seq = 0;
  std::string kind, stream;
  std::string message_id;       // hex, of those taken
  std::string outcome, reason;  // empty: not answered yet
  std::uint64_t position = 0;
  At answered;  // acked, or, of a held one, resolved
};
struct MessageFilter {
  std::optional<bool> sent;
  core::PartyId peer;
  std::string stream;
  std::int64_t above = 0;  // only later ones of the channel
  bool open = false;       // only unanswered or held ones
  Page page;
};
struct DisputeRow {
  core::CaseId id;
  core::PartyId by;
  std::string reason, detail, content;
  std::uint64_t raised = 0;
  At ended;
  struct Signed {
    core::PartyId by;
    std::string content, note;
    std::uint64_t position = 0;
  };
  std::vector<Signed> signatures;
};

// How far the channel with a peer had come: the last message sent and the last one taken.
struct ChannelRow {
  core::PartyId peer;
  std::int64_t sent = 0, taken = 0;
};
// A peer's value of a figure, as it told it (docs/formats/messages.md, `figure.value`).
struct ToldRow {
  core::PartyId from;
  std::string pack;        // digest
  std::string figure;      // `pack/figure`
  std::string definition;  // digest
  Date as_of;
  std::optional<std::pair<Date, Date>> period;
  std::optional<std::int64_t> value;
  std::int64_t rows = 0, failed = 0;
  std::string rows_digest;           // empty: not told
  Value row_digests;                 // record: subject to digest; null: not told
  Value splits;                      // record: name to list of [key, value]; null: not told
  std::int64_t known_at = 0;         // position of the peer's journal
  std::int64_t sent = 0, taken = 0;  // of the peer's channel with us, by then
  Date on;
  std::uint64_t position = 0;  // of ours, when it came
};

class Writer;

class Views {
 public:
  struct Options {
    std::string path = ":memory:";
    core::PartyId own;        // whose journal this is
    bool rebuilding = false;  // indexes come at the end, nothing is safe before; see finish()
  };
  // A file of another format or another node, or a damaged one, is emptied.
  [[nodiscard]] static std::expected<std::unique_ptr<Views>, Fault> open(const Options& options);
  // A file another process may be writing; it is never changed. apply() and the like give a Fault.
  [[nodiscard]] static std::expected<std::unique_ptr<Views>, Fault> open_to_read(
      const std::string& path);
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
  // Waits until the entry at `position` is visible; false if the time is up.
  bool wait(std::uint64_t position, int timeout_ms);
  // The newest position whose entry was journalled at or before `time_ms`.
  [[nodiscard]] std::expected<At, Fault> at_position(std::int64_t time_ms);

  // One look at everything as it stood at a position: what `look` reads on its session (read.h,
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

  // The same for one answer; see read.h.
  Read<std::optional<CaseRow>> case_at(std::string_view id, At at = {});
  Read<Listed<CaseRow>> list_cases(const CaseFilter& filter, At at = {});
  Read<std::vector<StepRow>> history(std::string_view id, At at = {});
  Read<Listed<RecordRow>> records(const RecordFilter& filter, At at = {});
  Read<std::vector<EditionRow>> editions(std::string_view reg, At at = {});
  Read<Listed<AccountRow>> accounts(const AccountFilter& filter, At at = {});
  Read<Listed<PostingRow>> postings(const core::Account& account, const Page& page, At at = {});
  Read<Listed<TaskRow>> tasks(const TaskFilter& filter, At at = {});
  Read<Listed<MessageRow>> messages(const MessageFilter& filter, At at = {});
  Read<std::vector<DisputeRow>> disputes(std::string_view id, At at = {});
  Read<std::vector<std::uint64_t>> positions(std::string_view id, At at = {});

  // The name of the SQL table of `pack/service` or `pack/register`; empty if there is none.
  [[nodiscard]] std::string table_name(std::string_view thing) const;

 private:
  // A connection for one look, and the catalogue of its tables.
  struct Lease {
    std::unique_lock<std::mutex> lock;  // of the connection in memory
    std::unique_ptr<Database> own;
    Database* db = nullptr;
    CataloguePtr catalogue;
  };
  [[nodiscard]] std::expected<void, Fault> start();
  // In memory there is one connection for all; a file has one for the writer and several to read.
  [[nodiscard]] bool in_memory() const;
  [[nodiscard]] std::unique_lock<std::mutex> writing();
  void publish_catalogue();
  [[nodiscard]] CataloguePtr catalogue() const;
  [[nodiscard]] std::expected<std::unique_ptr<Database>, Fault> take_reader();
  [[nodiscard]] std::expected<Lease, Fault> take();
  [[nodiscard]] Session begin(Lease& lease, At at) const;
  [[nodiscard]] std::expected<void, Fault> give_back(Lease lease);

  Options options_;
  std::unique_ptr<Database> db_;
  bool read_only_;
  std::unique_ptr<Writer> writer_;        // none if only read
  std::optional<std::uint64_t> applied_;  // entries applied, when not all are flushed

  std::mutex connection_;  // of the connection in memory
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  CataloguePtr catalogue_;
  std::uint64_t entries_ = 0;
  std::string mark_, made_;
  std::vector<std::unique_ptr<Database>> readers_;
};

}  // namespace bashu::views
