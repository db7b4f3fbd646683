// What somebody asks of the core.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/date.h"
#include "base/instant.h"
#include "base/value.h"
#include "core/event.h"

namespace bashu::core {

// When a command is decided: the node's clock, and the business day there.
struct Moment {
  Instant now;
  Date today;
  std::string salt;  // 16 random bytes; hides what was read in the digest that peers get
};

// Who asks, as the edge authenticated them.
struct Asker {
  std::string principal;               // `key:clerk-01`; empty for the engine
  std::vector<std::string> roles;      // held for the pack in question
  std::vector<std::string> divisions;  // prefixes of GB/T 2260 codes they act for; empty: all
  std::string idempotency_key;         // empty: none
  std::string request_digest;          // with it: what the key stands for
  Value voucher = {};  // of the sign-in service, for what others are told; null: none
};

struct StartCase {
  Asker by;
  std::string pack;  // digest, or name: the newest version in force here
  std::string service;
  std::string role;  // in which `by` acts; must be one of theirs
  Parties parties;   // ignored with `parent`
  CaseId parent;
  CaseId id;   // empty: the node names it
  Value with;  // the form
};
struct FireEvent {
  Asker by;
  CaseId id;
  std::string event;
  std::string role;
  std::optional<std::int64_t> version;  // as the form saw it
  Value with;
};
struct BeginDay {  // and fire what is due; the node asks when its day changes
  Date day;
};
struct EndRetention {};  // of what may go on the day that has begun (privacy/retention.h)
struct FireClock {
  CaseId id;
  std::string clock;
};
struct TakeMessage {  // from a peer, authenticated (evidence.md 8.2, checks 1-9 and 12-14 done)
  PartyId from;
  std::int64_t seq = 0;
  std::string message_id;
  std::int64_t issued = 0, expiry = 0, life_max = 0;  // seconds
  std::string kind, stream, pack;
  Value body;
};
struct AckMessage {  // the peer's receipt, verified
  PartyId to;
  std::int64_t seq = 0;
  std::string outcome, reason;
};
struct AdoptPack {
  Asker by;
  std::string source;         // canonical JSON
  std::optional<Date> from;   // none: the day it is adopted
  std::int64_t approval = 0;  // that `by` signs now; 0: of who holds the directory
};
struct AdoptRecord {  // agreement edition or key list, chain and signatures verified by the edge
  RecordSigned record;
  std::vector<PartyJoined> parties = {};  // of an agreement
  Asker by = {};                          // of an agreement, as for a pack
  std::int64_t approval = 0;
  std::vector<ChannelRenewed> channels = {};  // of an agreement with a successor log
  std::vector<LogSucceeded> successors = {};
};
struct SetCalendar {
  Asker by;
  CalendarSet calendar;
  std::int64_t replaces = 0;  // the version it was made from; counts where two people set it
  std::int64_t approval = 0;  // as for a pack
};
struct PutRecords {  // fill a register by import; by a role `registrar`
  Asker by;
  std::string pack;  // name or digest
  std::string reg;
  std::vector<Value> records;
};
struct PostFeed {
  Asker by;
  std::string pack;
  std::string feed;
  std::string role;
  std::vector<Value> lines;
  std::vector<std::uint32_t> contents = {};  // of the lines; empty: not counted yet
};
struct CloseTask {
  Asker by;
  std::int64_t number = 0;
};
// The joint act that ends a dispute: each party signs the digest of the owner's step it accepts.
struct SignSettlement {
  Asker by;
  CaseId id;
  std::string content;
  std::string note;
};
// The joint act that ends two keepers of one record: both sign who is to stand.
struct SettleRecord {
  Asker by;
  std::string pack;  // name or digest
  std::string reg;
  std::string key;
  PartyId keeper;       // who is to stand
  PartyId yields;       // empty: the other one, if there is one other only
  std::string content;  // digest of the fields that are to stand, as they were shown
  std::string note;
};
struct ResolveHeld {  // decide held messages of a stream again, in order
  Asker by;
  Asker second;  // two principals
  PartyId from;
  std::int64_t seq = 0;
  bool reject = false;  // give it up instead
  std::string note;
  std::int64_t approval = 0;  // that `by` signs now; 0: of a node that knows no people
};
struct SetPrincipal {
  Asker by;
  PrincipalSet who;           // as it is to be; version 1: new
  std::int64_t approval = 0;  // that `by` signs now; 0: none
};
struct EndPrincipal {
  Asker by;
  std::string id;
};
// Starts the channel to a peer again. What stopped it stays in the journal.
struct StartChannel {
  Asker by;
  PartyId peer;
  std::string stopped;  // for this reason; another one wants to be looked at anew
  std::string note;
  std::int64_t approval = 0;  // that `by` signs now
};
// Says who works at a case, with its tasks.
struct AssignCase {
  Asker by;
  CaseId id;
  std::string to;  // a person; empty: nobody
  std::string note;
};
struct SetSubstitute {
  Asker by;
  std::string person;
  std::string substitute;  // empty: nobody any more
  Date from, until;
};
// Erasure, restriction or legal hold of personal values; docs/formats/privacy.md.
struct OrderPrivacy {
  Asker by;
  PrivacyOrdered order;       // kind to asked, and until; the rest is the core's
  std::int64_t approval = 0;  // that `by` signs now
};
// Lifts a hold or a restriction, or refuses what a peer asked.
struct EndOrder {
  Asker by;
  std::int64_t number = 0;
  std::string reason;
  std::int64_t approval = 0;  // that `by` signs now
};
struct FinishErasure {  // by the node: the keys are destroyed
  std::int64_t number = 0;
};
struct TakeOver {  // by the node that writes from now on
  std::int64_t epoch = 0;
  std::string holder, word_of;  // `system`: the one before was silent
};
// The editions of a circle file, as parsed. Carried out by AdoptRecord, edition by edition.
struct AdoptEditions {
  Value file;
};
// What two people decide: the first asks, the second carries it out.
using Act = std::variant<ResolveHeld, SetPrincipal, StartChannel, OrderPrivacy, EndOrder, AdoptPack,
                         AdoptEditions, SetCalendar>;
struct AskApproval {
  Asker by;
  Act act;
};
struct WithdrawApproval {
  Asker by;
  std::int64_t number = 0;
};
// Tells what this node computed of figures: each item to those who adopted its pack.
struct TellFigures {
  Asker by;
  Value told;  // {"position", "channels": {party: {"sent","taken"}}, "items": [{"pack", ...}]}
};
struct StopChannel {
  PartyId peer;
  std::string reason;  // empty: start again
};

// An envelope without a receipt, signed again since a key that signed it was revoked.
struct ResendMessage {
  PartyId to;
  std::int64_t seq = 0;
};

using Command =
    std::variant<StartCase, FireEvent, BeginDay, EndRetention, FireClock, TakeMessage, AckMessage,
                 AdoptPack, AdoptRecord, SetCalendar, PutRecords, PostFeed, CloseTask,
                 SignSettlement, ResolveHeld, StopChannel, TellFigures, SetPrincipal, EndPrincipal,
                 AskApproval, WithdrawApproval, StartChannel, AssignCase, SetSubstitute,
                 OrderPrivacy, EndOrder, FinishErasure, SettleRecord, TakeOver, ResendMessage>;

}  // namespace bashu::core
