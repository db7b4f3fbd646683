// What was decided. An entry of the journal is one decision: the list of its events. They carry
// every result, so that apply() needs no rule and replay never asks one.
//
// Their bytes are formats/event.proto; node/codec.h translates. Add events and members at the end;
// never change what one means.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/id.h"
#include "base/title.h"
#include "base/value.h"

namespace bashu::core {

using PartyId = Id<struct PartyKind>;  // `sichuan`
using CaseId =
    Id<struct CaseKind>;  // `sichuan-17`, `sichuan-17/trip-sichuan-3`, `chongqing-2/task1`
using Parties = std::map<std::string, PartyId, std::less<>>;  // party of the case to jurisdiction

// `pack/register`, `pack/book`: registers and books are carried over by name between versions.
using RegisterId = Id<struct RegisterKind>;
using BookId = Id<struct BookKind>;

struct Account {
  BookId book;
  std::string kind;
  std::string key;  // joined, see packs::join_key; empty if the kind has no keys
  friend auto operator<=>(const Account&, const Account&) = default;
};

struct DayBegun {
  Date day;
};
struct CaseOpened {
  CaseId id;
  std::string pack;  // digest
  std::string service;
  Parties parties;
  CaseId parent;          // empty: none
  std::string opened_by;  // principal at the opening node; empty for the engine
  Date on;
  std::int64_t number = 0;  // > 0: the opener's counter that named the case, see State::next_case
};
// One step of a case, opening included. `version` is the case's after it, from 1.
struct CaseChanged {
  CaseId id;
  std::int64_t version = 0;
  std::string digest;  // of the step as its decider told it; the next step names it
  PartyId decided_by;
  std::string event;  // `$start`, `$then`, or the event's name
  std::string role;   // `system` for clocks, signals and the engine
  std::string from;   // state before; empty at the start
  std::optional<std::string> to;
  std::int64_t branch = 0;
  Value input;  // what the form gave
  Value set;    // fields computed
  Date on;
  std::string principal;     // known at the decider only
  Value reads;               // what look-ups gave, at the decider only: [[name, key, value], ...]
  std::string salt;          // hides them in the digest the others get
  std::string officer = {};  // of another party, whom its sign-in service vouches for
};
// The clock as it stands now. Without `since` it does not run; without `due` it never ends.
struct ClockSet {
  CaseId id;
  std::string clock;
  std::int64_t used = 0;      // of its budget, days
  std::optional<Date> since;  // running since; that day is not counted
  std::optional<Date> due;    // last day
  bool fired = false;
};
struct ClockAlarmed {  // an observer noticed that the owner's breach is missing
  CaseId id;
  std::string clock;
  Date due;
};
struct Posted {
  CaseId id;  // empty: by a feed or import
  Account from, to;
  std::int64_t amount = 0;  // > 0
  Date on;
};
struct RecordPut {
  RegisterId reg;
  std::string key;
  PartyId keeper;  // who keeps the record
  PartyId side;    // whose values the sided fields are
  Value fields;    // only those written; a sided field holds the side's value itself
  std::vector<std::string> sided;  // which of them are sided
  Date on;
  CaseId id;                   // the case that wrote it; empty: import
  std::vector<PartyId> sides;  // of whom sided fields are expected; only grows
};
struct RecordContested {  // two keepers of one key
  RegisterId reg;
  std::string key;
  PartyId keeper;  // the other one
  Value fields;    // as it tells them, but for sided ones; null: not told (older journals)
  std::optional<Date> on;
};
struct EditionPublished {
  RegisterId reg;
  PartyId keeper;
  std::string name;
  std::int64_t number = 0;  // 1, 2, ... per keeper and name
  Date on;
  std::vector<std::pair<std::string, Value>> entries;  // joined key to record
  CaseId id;
};
enum class TaskKind : std::uint8_t { work = 1, exception = 2, silence = 3 };
struct TaskRaised {
  std::int64_t number = 0;  // of this node
  TaskKind kind{};
  CaseId id;
  std::vector<std::string> roles;
  Title title;
  std::string detail;  // for the engineer: the rule that failed
  Date on;
};
struct TaskClosed {
  std::int64_t number = 0;
};
struct SerialTaken {
  std::string name;  // `pack/name`
  std::string key;
  std::int64_t value = 0;
};
struct ChildNumbered {  // the counter for sub-cases started by effects
  CaseId parent;
  std::string service;
  std::int64_t number = 0;
};
// A message for the outbox. The node signs it and gives it to the channel.
struct MessageQueued {
  PartyId to;
  std::int64_t seq = 0;
  std::string kind;    // docs/formats/messages.md
  std::string stream;  // ordering scope, mostly the case id
  std::string pack;    // digest without `sha256:`, or empty
  Value body;
  std::string principal;  // who asked, of requests
};
struct MessageAcked {
  PartyId to;
  std::int64_t seq = 0;
  std::string outcome;  // applied, rejected, held
  std::string reason;
};
struct MessageTaken {  // from a peer; exactly one per (from, seq)
  PartyId from;
  std::int64_t seq = 0;
  std::string id;  // message id, hex
  std::string kind, stream;
  std::string outcome;
  std::string reason;  // token, or empty
};
struct MessageHeld {  // its body, until it can be decided
  PartyId from;
  std::int64_t seq = 0;
  std::string kind, stream, pack, reason;
  Value body;
};
struct MessageResolved {
  PartyId from;
  std::int64_t seq = 0;
  std::string outcome;  // applied, rejected
  std::string reason;
};
// A case event that came before its predecessor (three parties): it waits, already answered.
struct StepParked {
  PartyId from;
  CaseId id;
  std::int64_t version = 0;
  std::string pack;
  Value body;
};
struct StepUnparked {
  CaseId id;
  std::int64_t version = 0;
};
struct PackAdopted {
  PartyId party;
  std::string digest;
  Date from;
  std::string source;  // canonical JSON; empty if this node holds it already
};
struct PartyJoined {  // out of an adopted agreement edition
  PartyId party;
  bool member = true;  // false: auditor
  std::int64_t offset_minutes = 480;
  // Of one of several nodes of a party (docs/formats/evidence.md 10); else all are empty.
  PartyId of = {};                          // whose; empty: the party's first one
  std::vector<std::string> divisions = {};  // prefixes of codes it decides for
  std::string site = {};                    // where its people work
  // Of one that is of the circle no more, and so no member.
  std::int64_t left = 0;      // the edition that names it no more; 0: it is of the circle
  std::string left_why = {};  // why the others expelled it; empty: it left by itself
};
struct RecordSigned {  // an agreement edition or key list, kept as it came
  std::string what;    // `agreement`, `keys`
  PartyId party;       // whose keys; empty for an agreement
  std::int64_t edition = 0;
  std::string bytes;
};
struct CalendarSet {
  PartyId party;
  std::int64_t version = 0;
  std::vector<Date> holidays, workdays;
};
struct CaseDisputed {
  CaseId id;
  PartyId by;
  std::string reason;  // token
  std::string detail;
  std::string content;  // digest of the step in dispute: what a settlement signs
};
struct SettlementSigned {
  CaseId id;
  PartyId by;
  std::string content;  // digest of what is agreed
  std::string note;
  std::string officer = {};  // who signed; of another party: whom it vouches for
};
struct DisputeEnded {
  CaseId id;
};
struct FeedLine {
  std::string key;  // joined
  std::vector<Posted> postings;
  std::vector<RecordPut> records;
  std::uint32_t content = 0;  // of what the line said, see core/feeds/content.h; 0: of before
};
struct FeedTaken {
  std::string feed;             // `pack/feed`
  std::vector<FeedLine> lines;  // accepted and new ones only
};
struct RequestRemembered {  // an Idempotency-Key and its answer
  std::string principal;
  std::string key;
  std::string digest;  // of the request
  Value answer;
  Date on;
};
struct ChannelStopped {
  PartyId peer;
  std::string reason;  // empty: started again
};
struct AskAnswered {  // what became of a request to the owner of a case
  CaseId id;
  std::int64_t seq = 0;
  std::string principal, outcome, reason;
};

struct MonthStated {  // a window was read by a decision: no more postings into that month
  Account account;
  std::string month;
};

struct FigureTold {  // a peer's values of figures, as it told them: to be read, not judged
  PartyId from;
  std::string pack;  // digest of the pack they are of
  Value body;        // docs/formats/messages.md, `figure.value`
  Date on;
};

// Who may come in at this node: a key or an account, and the person behind it.
struct PrincipalSet {
  std::string id;                      // `key:counter-1`, `user:zhang`
  std::int64_t version = 0;            // from 1; what changes it names the one it was shown
  std::string person;                  // as commands name them; those of one person are one
  Value name;                          // sealed
  std::vector<std::string> roles;      // `pack:role`; `*` for every pack
  std::vector<std::string> divisions;  // prefixes of GB/T 2260 codes; none: all
  std::vector<std::string> may;        // admin, registrar, audit
  std::vector<std::string> subjects;   // whose cases are theirs: firms, pseudonyms of persons
  std::string proof;                   // digest of a key's secret or of a password's hash
  std::string provider;                // digest of issuer and subject there; empty: none
  std::optional<Date> until;           // the last day it counts
  std::string by;                      // who did it
  Date on;
};
struct PrincipalEnded {
  std::string id;
  std::string by;
  Date on;
};
struct ApprovalAsked {  // by the first of two people
  std::int64_t number = 0;
  Value act;       // core/approvals/act.h
  std::string by;  // the person
  std::int64_t at_s = 0, until_s = 0;
};
struct ApprovalClosed {
  std::int64_t number = 0;
  std::string outcome;  // approved, withdrawn, expired
  std::string by;       // the second person, or who withdrew it
};

// Who works at a case at this node. Told to nobody else; it locks nobody out.
struct CaseAssigned {
  CaseId id;
  std::string to;  // the person; empty: nobody
  std::string note;
  std::string by;
  Date on;
};
// Who looks after somebody's cases while he is away. It gives no power.
struct SubstituteSet {
  std::string person;
  std::string substitute;  // empty: nobody any more
  Date from, until;        // both days count
  std::string by;
  Date on;
};

// An order about personal values; docs/formats/privacy.md.
struct PrivacyOrdered {
  std::int64_t number = 0;           // of this node
  std::string kind;                  // erase, hold, restrict; asked: of a peer, for people here
  std::string subject;               // whom or what it is about: a pseudonym or a case
  std::string reason;                // of hold: and whose word it is
  std::vector<CaseId> cases;         // where the values stand
  std::vector<std::string> records;  // `pack/register/key`
  std::vector<std::string> keys;     // of the values
  PartyId from;                      // the peer that asked for it; empty: ours
  std::int64_t asked = 0;            // under this number of theirs
  std::vector<PartyId> told;         // of erase: who has to answer
  std::optional<Date> until;         // their deadline, or the last day of a hold
  std::string by, second;            // two people; empty: what a peer may order
  Date on;
};
struct PrivacyOrderEnded {
  std::int64_t number = 0;
  std::string outcome;  // done: the keys are destroyed here; lifted; decided: of asked
  std::string by;
  Date on;
};
struct ErasureAnswered {  // a peer's receipt for our order
  std::int64_t number = 0;
  PartyId party;
  std::vector<std::string> kept;  // keys not destroyed there yet
  std::string reason;             // why they are kept
  Date on;
};

// Of two keepers of one record `keeper` is to stand and `yields` to give way, says one of them.
struct RecordSettlementSigned {
  RegisterId reg;
  std::string key;
  PartyId by;  // one of the two
  PartyId keeper, yields;
  std::int64_t round = 1;  // in which both sign once
  std::string content;     // digest of the fields that stand
  Value fields;            // those, told by their keeper; else null
  std::string note;
  Date on;
  std::string officer = {};  // as of SettlementSigned
};
struct RecordSettled {  // both signed the same
  RegisterId reg;
  std::string key;
  PartyId keeper, yields;
  Value fields;  // the whole record; null: it is a third one's here, and only a claim ends
  Date on;
};

// From here on another machine writes the journal: it can be followed by several
// (docs/guide/standby.md).
struct WriterChanged {
  std::int64_t epoch = 0;  // of the journal
  std::string holder;      // the machine, as it calls itself
  std::string by;          // who said so; `system`: the one before was silent
  Date on;
};

// The envelope of a message was signed again, its key being revoked
// (docs/formats/evidence.md 10.3).
struct MessageResent {
  PartyId to;
  std::int64_t seq = 0;
};

// The channels with a peer go on under other names, since the end of one of the two logs is lost
// for good (docs/formats/evidence.md 8.7). Of ours so many are answered in what is left of both;
// what comes after is signed again. Of theirs so many are taken.
struct ChannelRenewed {
  PartyId peer;
  std::int64_t answered = 0, taken = 0;
};
// A party's log goes on as a successor log from so many entries. Of its own: so many numbers of
// cases may have been given after that, and are given to no other.
struct LogSucceeded {
  PartyId party;
  std::int64_t size = 0;
  std::int64_t skipped = 0;
};

using Event = std::variant<
    DayBegun, CaseOpened, CaseChanged, ClockSet, ClockAlarmed, Posted, RecordPut, RecordContested,
    EditionPublished, TaskRaised, TaskClosed, SerialTaken, ChildNumbered, MessageQueued,
    MessageAcked, MessageTaken, MessageHeld, MessageResolved, StepParked, StepUnparked, PackAdopted,
    PartyJoined, RecordSigned, CalendarSet, CaseDisputed, SettlementSigned, DisputeEnded, FeedTaken,
    RequestRemembered, ChannelStopped, AskAnswered, MonthStated, FigureTold, PrincipalSet,
    PrincipalEnded, ApprovalAsked, ApprovalClosed, CaseAssigned, SubstituteSet, PrivacyOrdered,
    PrivacyOrderEnded, ErasureAnswered, RecordSettlementSigned, RecordSettled, WriterChanged,
    MessageResent, ChannelRenewed, LogSucceeded>;

}  // namespace bashu::core
