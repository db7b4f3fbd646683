// SQL tables made from packs, readable as they stood at any position of the journal, and figures.
//
//     durable entries ─► apply ─► views.db ◄─ reads: cases, records, accounts, tasks, messages,
//     figures
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
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "base/title.h"
#include "base/value.h"
#include "core/event.h"
#include "core/store.h"
#include "packs/pack.h"

namespace bashu::views {

// A position of the journal; nullopt: the newest one applied. A later one than that reads as it.
using At = std::optional<std::uint64_t>;

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

struct FigureAsk {
  std::string id;  // `pack/figure`
  Date as_of;
  At known_at;
  std::optional<std::pair<Date, Date>> period;  // first and last day
  bool digest = false;                          // compute rows_digest: reads every row
  // Rows of a figure over accounts: one for each day of an account, `key@2021-08-31`.
  bool by_day = false;
  // Values of other figures (names within the pack) to compute with instead of this node's.
  std::map<std::string, std::int64_t> given = {};
};
struct SplitValue {
  Value key;  // null: the expression gave nothing
  std::optional<std::int64_t> value;
};
struct Split {
  std::string name;
  std::vector<SplitValue> values;  // in order of their keys' canonical JSON
};
struct FigureAnswer {
  std::string id;
  Title title;
  core::PartyId side;  // this node's party: whose journal was counted
  Date as_of;
  std::uint64_t known_at = 0;
  std::optional<std::int64_t> value;  // nullopt: there is none, or see `error`
  std::string unit;
  int scale = 0;  // decimals of the unit that `value` counts
  packs::Figure::Says says{};
  std::optional<std::int64_t> bound;  // of more_than, nearly: the number printed
  Title printed;                      // `more than 11,000`
  std::optional<std::int64_t> target;
  // The total is the sum over the parties; of a `value`, its expression over such sums.
  bool add_sides = false;
  std::vector<std::string> added;  // of such a `value`: the figures it reads that add up
  bool of_accounts = false;        // it sums postings
  std::string definition;          // digest of the figure's canonical definition
  std::string pack;                // digest of the pack it stands in
  std::vector<Split> splits;
  std::vector<EditionRow> editions;  // in force, of the registers it counts or reads
  std::int64_t rows = 0;             // that counted
  std::string rows_digest;           // see figures.h; empty unless asked for
  std::int64_t failed = 0;           // rows that could not be evaluated
  std::string error;                 // why there is no value, with the first such row
};
struct FigureRow {
  std::string subject;       // case id, record key or account key
  std::string edition;       // name, of an entry
  std::int64_t version = 0;  // of the case or record
  Value value;               // what it adds; of distinct the thing counted
  Value split;               // record: name to key
  std::optional<Date> from, to;
  Value shown;                           // list of [column, value], class public only
  std::string digest;                    // of the row, as it goes into rows_digest
  std::vector<std::uint64_t> positions;  // entries that last changed it
};

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
  virtual ~Views() = default;

  // Takes the events of the next entry. Nothing is visible before flush(). After a Fault the views
  // must be dropped.
  virtual std::expected<void, Fault> apply(std::uint64_t position, std::int64_t time_ms,
                                           const std::vector<core::Event>& events) = 0;
  // Makes visible what was applied. `mark` is kept with the position: the follower's proof that
  // the file belongs to the journal.
  virtual std::expected<void, Fault> flush(std::string_view mark = {}) = 0;
  // Ends a rebuild: makes the indexes, makes the file safe.
  virtual std::expected<void, Fault> finish() = 0;

  // How many entries are visible: the newest one is at entries() - 1.
  [[nodiscard]] virtual std::uint64_t entries() const = 0;
  [[nodiscard]] virtual std::string mark() const = 0;
  [[nodiscard]] virtual core::PartyId party() const = 0;  // whose journal it is
  // Waits until the entry at `position` is visible; false if the time is up.
  virtual bool wait(std::uint64_t position, int timeout_ms) = 0;
  // The newest position whose entry was journalled at or before `time_ms`.
  virtual std::expected<At, Fault> at_position(std::int64_t time_ms) = 0;

  template <typename T>
  using Read = std::expected<T, Fault>;
  virtual Read<std::optional<CaseRow>> case_at(std::string_view id, At at = {}) = 0;
  virtual Read<Listed<CaseRow>> list_cases(const CaseFilter& filter, At at = {}) = 0;
  virtual Read<std::vector<StepRow>> history(std::string_view id, At at = {}) = 0;
  virtual Read<Listed<RecordRow>> records(const RecordFilter& filter, At at = {}) = 0;
  // All editions of a register (`pack/register`), oldest first.
  virtual Read<std::vector<EditionRow>> editions(std::string_view reg, At at = {}) = 0;
  virtual Read<Listed<AccountRow>> accounts(const AccountFilter& filter, At at = {}) = 0;
  virtual Read<Listed<PostingRow>> postings(const core::Account& account, const Page& page,
                                            At at = {}) = 0;
  virtual Read<Listed<TaskRow>> tasks(const TaskFilter& filter, At at = {}) = 0;
  virtual Read<Listed<MessageRow>> messages(const MessageFilter& filter, At at = {}) = 0;
  virtual Read<std::vector<DisputeRow>> disputes(std::string_view id, At at = {}) = 0;
  // Positions of every entry that changed the case, in order: where its evidence is.
  virtual Read<std::vector<std::uint64_t>> positions(std::string_view id, At at = {}) = 0;

  // nullopt: no pack known here at that position has such a figure.
  virtual Read<std::optional<FigureAnswer>> figure(const FigureAsk& ask) = 0;
  virtual Read<Listed<FigureRow>> figure_rows(const FigureAsk& ask, const Page& page) = 0;
  // What peers told of a figure, newest first; empty `id`: of all.
  virtual Read<std::vector<ToldRow>> told(std::string_view id, std::optional<Date> as_of = {},
                                          At at = {}) = 0;
  virtual Read<std::vector<ChannelRow>> channels(At at = {}) = 0;
  // Parties of the circle but its auditors; this one alone before there is a circle.
  virtual Read<std::vector<core::PartyId>> members(At at = {}) = 0;
  // Ids of the figures in force, in the order of their packs' files.
  [[nodiscard]] virtual std::vector<std::string> figure_ids() const = 0;
  // The name of the SQL table of `pack/service` or `pack/register`; empty if there is none.
  [[nodiscard]] virtual std::string table_name(std::string_view thing) const = 0;
};

}  // namespace bashu::views
