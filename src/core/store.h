// The core's data, and the two ways to hold it.
//
//     Store     what decide() reads and apply() changes, row by row
//       State   the node's own: all rows, indexed
//       Draft   rows changed so far in one decision, over a Store that stays as it is
//
// decide() works on a Draft, so a decision of many steps sees its own changes, and a refusal
// leaves nothing behind. Drafts nest: what an effect starts is tried in a Draft of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/value.h"
#include "core/balance.h"
#include "core/event.h"
#include "packs/pack.h"

namespace bashu::core {

struct Clock {
  std::int64_t used = 0;
  std::optional<Date> since, due;
  bool fired = false;
  bool alarmed = false;
  friend bool operator==(const Clock&, const Clock&) = default;
};
struct Visit {  // of a state
  std::string state;
  Date on;
  friend bool operator==(const Visit&, const Visit&) = default;
};
struct Dispute {
  std::string reason, detail;
  std::set<std::string> contents;            // digests of the steps in dispute
  std::map<PartyId, std::string> signed_by;  // party to digest of the content agreed
  friend bool operator==(const Dispute&, const Dispute&) = default;
};
struct Case {
  CaseId id;
  std::string pack;  // digest
  std::string service;
  Parties parties;
  CaseId parent;
  std::string opened_by;
  Date opened, since;
  std::string state;
  Value data{Value::Record{}};
  std::int64_t version = 0;
  std::string digest;  // of the last step
  std::vector<Visit> reached;
  std::map<std::string, Clock, std::less<>> clocks;
  std::map<std::string, std::int64_t, std::less<>> children;  // counters of sub-cases by effect
  std::vector<CaseId> child_ids;                              // all sub-cases known here
  std::optional<Dispute> dispute;
  std::set<std::int64_t> parked;  // versions
  // Event, or `start`, to the principal who took it here, where the service asks for another.
  std::map<std::string, std::string, std::less<>> acted;
  std::string assignee;  // the person who works at it here; empty: nobody
  friend bool operator==(const Case&, const Case&) = default;
};
struct Claim {   // what another keeper of the same key says
  Value fields;  // but for sided ones; null: not told
  std::optional<Date> on;
  friend bool operator==(const Claim&, const Claim&) = default;
};
struct RecordSignature {  // that of two keepers one is to stand
  PartyId by, keeper, yields;
  std::int64_t round = 1;
  std::string content;
  [[nodiscard]] bool is_between(const PartyId& a, const PartyId& b) const {
    return (keeper == a && yields == b) || (keeper == b && yields == a);
  }
  friend bool operator==(const RecordSignature&, const RecordSignature&) = default;
};
struct Record {
  PartyId keeper;
  std::int64_t version = 0;
  Value fields{Value::Record{}};  // with `key`, and `edition` in a list; sided: party to value
  Date on;
  std::map<PartyId, Claim> contested;  // other keepers of the same key
  std::vector<RecordSignature> signatures;
  friend bool operator==(const Record&, const Record&) = default;
};
struct Edition {
  std::int64_t number = 0;
  Date on;
  std::vector<std::string> keys;
  friend bool operator==(const Edition&, const Edition&) = default;
};
struct Task {
  TaskKind kind{};
  CaseId id;
  std::vector<std::string> roles;
  Title title;
  std::string detail;
  Date on;
  friend bool operator==(const Task&, const Task&) = default;
};
struct Asked {       // a request the peer may reject
  std::string kind;  // case.ask, case.signal
  CaseId id;
  std::string principal;
  friend bool operator==(const Asked&, const Asked&) = default;
};
struct Outbox {  // our channel to a peer
  std::int64_t last = 0;
  std::int64_t acked = 0;               // all up to here are answered
  std::set<std::int64_t> beyond;        // answered beyond that
  std::string stopped;                  // reason; empty: running
  std::map<std::int64_t, Asked> asked;  // requests not answered yet, by seq
  friend bool operator==(const Outbox&, const Outbox&) = default;
};
struct Held {
  std::string kind, stream, pack, reason;
  Value body;
  friend bool operator==(const Held&, const Held&) = default;
};
struct Inbox {  // a peer's channel to us
  std::int64_t next = 1;
  std::map<std::int64_t, Held> held;  // by seq
  friend bool operator==(const Inbox&, const Inbox&) = default;
};
struct Parked {
  PartyId from;
  std::string pack;
  Value body;
  friend bool operator==(const Parked&, const Parked&) = default;
};
struct PackRow {
  packs::PackPtr pack;              // nullptr: adopted by others, not held here
  std::map<PartyId, Date> adopted;  // party to in force from
};
struct Window {  // postings of a windowed account in one month
  std::vector<std::pair<Date, std::int64_t>> postings;
  bool stated = false;
  friend bool operator==(const Window&, const Window&) = default;
};
struct Remembered {
  std::string digest;
  Value answer;
  Date on;
  friend bool operator==(const Remembered&, const Remembered&) = default;
};

// Principals and approvals of this node; docs/formats/people.md.
struct Principal {
  PrincipalSet set;
  std::optional<PrincipalEnded> ended;

  [[nodiscard]] bool in_force(Date today) const {
    return !ended && (!set.until || today <= *set.until);
  }
};
struct People {
  std::map<std::string, Principal, std::less<>> principals;       // by id, the ended ones too
  std::map<std::int64_t, ApprovalAsked> approvals;                // open ones, by number
  std::map<std::string, SubstituteSet, std::less<>> substitutes;  // by whom they stand in for
};

// Orders about personal values, the ended ones too; docs/formats/privacy.md.
struct Order {
  PrivacyOrdered order;
  std::optional<PrivacyOrderEnded> ended;
  std::map<PartyId, ErasureAnswered> answers;
};
using Orders = std::map<std::int64_t, Order>;  // by number

// So many lines of a batch ahead the next key is announced: a look at memory takes as long as some
// lines do.
inline constexpr std::size_t kExpectedAhead = 8;

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // Each `find` gives nullptr if there is no such row. Each `edit` makes the row if needed.
  // Pointers and references last until the next edit of the same kind of row.
  virtual const Case* find_case(std::string_view id) const = 0;
  virtual Case& edit_case(std::string_view id) = 0;
  // A case comes into a state through this, never through edit_case: State keeps who stands where.
  virtual void set_case_state(std::string_view id, std::string_view state) = 0;
  // Cases that stand in a state of a service, under any edition of a pack, in the order of their
  // ids.
  struct Standing {
    std::string pack, service, state;  // by name
    friend auto operator<=>(const Standing&, const Standing&) = default;
  };
  virtual std::vector<CaseId> standing_in(const Standing& where) const = 0;
  // Clocks are set through this, never through edit_case: State keeps their due dates in order.
  virtual void set_clock(std::string_view id, std::string_view clock, const Clock& value) = 0;
  virtual const Record* find_record(std::string_view reg, std::string_view key) const = 0;
  virtual Record& edit_record(std::string_view reg, std::string_view key) = 0;
  virtual void erase_record(std::string_view reg, std::string_view key) = 0;
  virtual const Edition* find_edition(std::string_view reg, std::string_view keeper,
                                      std::string_view name) const = 0;
  virtual Edition& edit_edition(std::string_view reg, std::string_view keeper,
                                std::string_view name) = 0;
  virtual std::int64_t balance(const Account& account) const = 0;
  // Of the days from `from` on, before `until` if it is given.
  virtual Low lowest(const Account& account, Date from, std::optional<Date> until) const = 0;
  // What would overflow is a programming error: decide() asks first.
  virtual void add_to_balance(const Account& account, Date on, std::int64_t amount) = 0;
  // Of windowed accounts: the postings of one month, and whether it was stated.
  virtual Window window(const Account& account, std::string_view month) const = 0;
  virtual bool month_stated(const Account& account, std::string_view month) const = 0;
  virtual void add_posting(const Account& account, std::string_view month, Date on,
                           std::int64_t amount) = 0;
  virtual void set_month_stated(const Account& account, std::string_view month) = 0;
  virtual std::int64_t serial(std::string_view name, std::string_view key) const = 0;
  virtual void set_serial(std::string_view name, std::string_view key, std::int64_t value) = 0;
  virtual const Outbox& outbox(std::string_view to) const = 0;
  virtual Outbox& edit_outbox(std::string_view to) = 0;
  virtual const Inbox& inbox(std::string_view from) const = 0;
  virtual Inbox& edit_inbox(std::string_view from) = 0;
  virtual const Parked* find_parked(std::string_view id, std::int64_t version) const = 0;
  virtual void set_parked(std::string_view id, std::int64_t version,
                          std::optional<Parked> step) = 0;
  virtual const Task* find_task(std::int64_t number) const = 0;
  virtual void set_task(std::int64_t number, std::optional<Task> task) = 0;
  virtual const std::set<std::int64_t>& tasks_of(std::string_view id) const = 0;  // open ones
  // The mark of a line whose key was taken: FeedLine::content.
  virtual std::optional<std::uint32_t> feed_line(std::string_view feed,
                                                 std::string_view key) const = 0;
  // It will be asked for soon; nothing more than a hint.
  virtual void expect_feed_line(std::string_view feed, std::string_view key) const = 0;
  virtual void take_feed_line(std::string_view feed, std::string_view key,
                              std::uint32_t content) = 0;
  virtual const Remembered* find_remembered(std::string_view principal,
                                            std::string_view key) const = 0;
  virtual void set_remembered(std::string_view principal, std::string_view key,
                              Remembered answer) = 0;

  // Counters of this node live among the serials, under names no pack can have.
  static constexpr std::string_view kCasesOpened = "#cases";
  static constexpr std::string_view kTasksRaised = "#tasks";
  static constexpr std::string_view kApprovalsAsked = "#approvals";
  static constexpr std::string_view kOrders = "#privacy";
  // Of a key: the order that erased it.
  static constexpr std::string_view kErased = "#erased";

  // Rare rows, copied whole when a decision changes them.
  struct Circle {
    PartyId own;
    std::map<PartyId, PartyJoined, std::less<>> parties;  // of the agreement
    std::map<PartyId, Calendar, std::less<>> calendars;
    std::map<std::string, PackRow, std::less<>> packs;        // by digest
    std::map<std::string, std::string, std::less<>> records;  // `agreement/1`, `keys/sichuan/2`
    People people;
    Orders orders;
    Date today;
    std::vector<std::pair<BookId, std::string>> windowed;  // kinds of accounts, of all packs

    // Packs are held through this, never through `packs`: it notes their windowed accounts.
    void hold(PackRow& row, packs::PackPtr pack);
    // The name of the pack under which a case runs; empty: it is not held here.
    [[nodiscard]] std::string_view pack_name(std::string_view digest) const;
    [[nodiscard]] bool is_windowed(const Account& account) const;
  };
  virtual const Circle& circle() const = 0;
  virtual Circle& edit_circle() = 0;
};

// Carries out what was decided. Holds every change and no rule.
void apply(Store& store, const Event& event);
void post(Store& store, const Posted& event);

}  // namespace bashu::core
