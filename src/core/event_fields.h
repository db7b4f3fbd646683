// One description of each event: its name, and its members in the order of formats/event.proto,
// whose fields are called like them. The codec, the scales and the JSON of an event are made from
// this list, so that an event or a member is written down once.
//
//     SHOWN(member, "name")   told by the API under that name
//     KEPT(member)            written, but not told
//     PASSED(member)          neither: it is in the evidence already
//
// Feeds are columns of many lines and are written by hand (node/feed_columns.cc).
#pragma once

#include "core/event.h"

// The formatter breaks long macros in the middle of a text.
// clang-format off
#define BASHU_EVENTS(EVENT)                    \
  EVENT(DayBegun, day_begun)                   \
  EVENT(CaseOpened, case_opened)               \
  EVENT(CaseChanged, case_changed)             \
  EVENT(ClockSet, clock_set)                   \
  EVENT(ClockAlarmed, clock_alarmed)           \
  EVENT(Posted, posted)                        \
  EVENT(RecordPut, record_put)                 \
  EVENT(RecordContested, record_contested)     \
  EVENT(EditionPublished, edition_published)   \
  EVENT(TaskRaised, task_raised)               \
  EVENT(TaskClosed, task_closed)               \
  EVENT(SerialTaken, serial_taken)             \
  EVENT(ChildNumbered, child_numbered)         \
  EVENT(MessageQueued, message_queued)         \
  EVENT(MessageAcked, message_acked)           \
  EVENT(MessageTaken, message_taken)           \
  EVENT(MessageHeld, message_held)             \
  EVENT(MessageResolved, message_resolved)     \
  EVENT(StepParked, step_parked)               \
  EVENT(StepUnparked, step_unparked)           \
  EVENT(PackAdopted, pack_adopted)             \
  EVENT(PartyJoined, party_joined)             \
  EVENT(RecordSigned, record_signed)           \
  EVENT(CalendarSet, calendar_set)             \
  EVENT(CaseDisputed, case_disputed)           \
  EVENT(SettlementSigned, settlement_signed)   \
  EVENT(DisputeEnded, dispute_ended)           \
  EVENT(RequestRemembered, request_remembered) \
  EVENT(ChannelStopped, channel_stopped)       \
  EVENT(AskAnswered, ask_answered)             \
  EVENT(MonthStated, month_stated)             \
  EVENT(FigureTold, figure_told)               \
  EVENT(PrincipalSet, principal_set)           \
  EVENT(PrincipalEnded, principal_ended)       \
  EVENT(ApprovalAsked, approval_asked)         \
  EVENT(ApprovalClosed, approval_closed)       \
  EVENT(CaseAssigned, case_assigned)           \
  EVENT(SubstituteSet, substitute_set) \
  EVENT(PrivacyOrdered, privacy_ordered)       \
  EVENT(PrivacyOrderEnded, privacy_order_ended) \
  EVENT(ErasureAnswered, erasure_answered) \
  EVENT(RecordSettlementSigned, record_settlement_signed) \
  EVENT(RecordSettled, record_settled) \
  EVENT(WriterChanged, writer_changed) \
  EVENT(MessageResent, message_resent) \
  EVENT(ChannelRenewed, channel_renewed) \
  EVENT(LogSucceeded, log_succeeded)

#define BASHU_FIELDS_DayBegun(SHOWN, KEPT, PASSED) SHOWN(day, "day")
#define BASHU_FIELDS_CaseOpened(SHOWN, KEPT, PASSED)                                              \
  SHOWN(id, "case")                                                                               \
  SHOWN(pack, "pack") SHOWN(service, "service") SHOWN(parties, "parties") SHOWN(parent, "parent") \
      SHOWN(opened_by, "opened_by") SHOWN(on, "on") SHOWN(number, "number")
#define BASHU_FIELDS_CaseChanged(SHOWN, KEPT, PASSED)                                     \
  SHOWN(id, "case")                                                                       \
  SHOWN(version, "version") SHOWN(digest, "digest") SHOWN(decided_by, "decided_by")       \
      SHOWN(event, "name") SHOWN(role, "role") SHOWN(from, "from") SHOWN(to, "to")        \
          SHOWN(branch, "branch") SHOWN(input, "input") SHOWN(set, "set") SHOWN(on, "on") \
              SHOWN(principal, "principal") SHOWN(reads, "reads") KEPT(salt) SHOWN(officer, "officer")
#define BASHU_FIELDS_ClockSet(SHOWN, KEPT, PASSED)                                  \
  SHOWN(id, "case")                                                                 \
  SHOWN(clock, "clock") SHOWN(used, "used") SHOWN(since, "since") SHOWN(due, "due") \
      SHOWN(fired, "fired")
#define BASHU_FIELDS_ClockAlarmed(SHOWN, KEPT, PASSED) \
  SHOWN(id, "case") SHOWN(clock, "clock") SHOWN(due, "due")
#define BASHU_FIELDS_Posted(SHOWN, KEPT, PASSED) \
  SHOWN(id, "case") SHOWN(from, "from") SHOWN(to, "to") SHOWN(amount, "amount") SHOWN(on, "on")
#define BASHU_FIELDS_RecordPut(SHOWN, KEPT, PASSED)                                     \
  SHOWN(reg, "register")                                                                \
  SHOWN(key, "key") SHOWN(keeper, "keeper") SHOWN(side, "side") SHOWN(fields, "fields") \
      SHOWN(sided, "sided") SHOWN(on, "on") SHOWN(id, "case") SHOWN(sides, "sides")
#define BASHU_FIELDS_RecordContested(SHOWN, KEPT, PASSED) \
  SHOWN(reg, "register") SHOWN(key, "key") SHOWN(keeper, "keeper") SHOWN(fields, "fields") \
      SHOWN(on, "on")
#define BASHU_FIELDS_EditionPublished(SHOWN, KEPT, PASSED)                            \
  SHOWN(reg, "register")                                                              \
  SHOWN(keeper, "keeper") SHOWN(name, "name") SHOWN(number, "number") SHOWN(on, "on") \
      SHOWN(entries, "entries") SHOWN(id, "case")
#define BASHU_FIELDS_TaskRaised(SHOWN, KEPT, PASSED)                                \
  SHOWN(number, "number")                                                           \
  SHOWN(kind, "kind") SHOWN(id, "case") SHOWN(roles, "roles") SHOWN(title, "title") \
      SHOWN(detail, "detail") SHOWN(on, "on")
#define BASHU_FIELDS_TaskClosed(SHOWN, KEPT, PASSED) SHOWN(number, "number")
#define BASHU_FIELDS_SerialTaken(SHOWN, KEPT, PASSED) \
  SHOWN(name, "name") SHOWN(key, "key") SHOWN(value, "value")
#define BASHU_FIELDS_ChildNumbered(SHOWN, KEPT, PASSED) \
  SHOWN(parent, "parent") SHOWN(service, "service") SHOWN(number, "number")
#define BASHU_FIELDS_MessageQueued(SHOWN, KEPT, PASSED)                                          \
  SHOWN(to, "to")                                                                                \
  SHOWN(seq, "seq") SHOWN(kind, "kind") SHOWN(stream, "stream") SHOWN(pack, "pack") PASSED(body) \
      KEPT(principal)
#define BASHU_FIELDS_MessageAcked(SHOWN, KEPT, PASSED) \
  SHOWN(to, "to") SHOWN(seq, "seq") SHOWN(outcome, "outcome") SHOWN(reason, "reason")
#define BASHU_FIELDS_MessageTaken(SHOWN, KEPT, PASSED)                          \
  SHOWN(from, "from")                                                           \
  SHOWN(seq, "seq") SHOWN(id, "id") SHOWN(kind, "kind") SHOWN(stream, "stream") \
      SHOWN(outcome, "outcome") SHOWN(reason, "reason")
#define BASHU_FIELDS_MessageHeld(SHOWN, KEPT, PASSED)                               \
  SHOWN(from, "from")                                                               \
  SHOWN(seq, "seq") SHOWN(kind, "kind") SHOWN(stream, "stream") SHOWN(pack, "pack") \
      SHOWN(reason, "reason") SHOWN(body, "body")
#define BASHU_FIELDS_MessageResolved(SHOWN, KEPT, PASSED) \
  SHOWN(from, "from") SHOWN(seq, "seq") SHOWN(outcome, "outcome") SHOWN(reason, "reason")
#define BASHU_FIELDS_StepParked(SHOWN, KEPT, PASSED) \
  SHOWN(from, "from")                                \
  SHOWN(id, "case") SHOWN(version, "version") SHOWN(pack, "pack") SHOWN(body, "body")
#define BASHU_FIELDS_StepUnparked(SHOWN, KEPT, PASSED) SHOWN(id, "case") SHOWN(version, "version")
#define BASHU_FIELDS_PackAdopted(SHOWN, KEPT, PASSED) \
  SHOWN(party, "party") SHOWN(digest, "digest") SHOWN(from, "from") KEPT(source)
#define BASHU_FIELDS_PartyJoined(SHOWN, KEPT, PASSED) \
  SHOWN(party, "party")                               \
  SHOWN(member, "member")                             \
  SHOWN(offset_minutes, "offset_minutes") SHOWN(of, "of") SHOWN(divisions, "divisions") SHOWN(site, "site") \
  SHOWN(left, "left") SHOWN(left_why, "left_why")
#define BASHU_FIELDS_RecordSigned(SHOWN, KEPT, PASSED) \
  SHOWN(what, "what") SHOWN(party, "party") SHOWN(edition, "edition") KEPT(bytes)
#define BASHU_FIELDS_CalendarSet(SHOWN, KEPT, PASSED) \
  SHOWN(party, "party")                               \
  SHOWN(version, "version") SHOWN(holidays, "holidays") SHOWN(workdays, "workdays")
#define BASHU_FIELDS_CaseDisputed(SHOWN, KEPT, PASSED) \
  SHOWN(id, "case")                                    \
  SHOWN(by, "by") SHOWN(reason, "reason") SHOWN(detail, "detail") SHOWN(content, "content")
#define BASHU_FIELDS_SettlementSigned(SHOWN, KEPT, PASSED) \
  SHOWN(id, "case") SHOWN(by, "by") SHOWN(content, "content") SHOWN(note, "note") SHOWN(officer, "officer")
#define BASHU_FIELDS_DisputeEnded(SHOWN, KEPT, PASSED) SHOWN(id, "case")
#define BASHU_FIELDS_RequestRemembered(SHOWN, KEPT, PASSED) \
  SHOWN(principal, "principal")                             \
  SHOWN(key, "key") SHOWN(digest, "digest") SHOWN(answer, "answer") SHOWN(on, "on")
#define BASHU_FIELDS_ChannelStopped(SHOWN, KEPT, PASSED) SHOWN(peer, "peer") SHOWN(reason, "reason")
#define BASHU_FIELDS_AskAnswered(SHOWN, KEPT, PASSED)                       \
  SHOWN(id, "case")                                                         \
  SHOWN(seq, "seq") SHOWN(principal, "principal") SHOWN(outcome, "outcome") \
      SHOWN(reason, "reason")
#define BASHU_FIELDS_MonthStated(SHOWN, KEPT, PASSED) \
  SHOWN(account, "account") SHOWN(month, "month")
#define BASHU_FIELDS_FigureTold(SHOWN, KEPT, PASSED) \
  SHOWN(from, "from") SHOWN(pack, "pack") SHOWN(body, "body") SHOWN(on, "on")
#define BASHU_FIELDS_PrincipalSet(SHOWN, KEPT, PASSED)                                    \
  SHOWN(id, "id")                                                                         \
  SHOWN(version, "version") SHOWN(person, "person") SHOWN(name, "name")                   \
      SHOWN(roles, "roles") SHOWN(divisions, "divisions") SHOWN(may, "may")               \
          SHOWN(subjects, "subjects") KEPT(proof) KEPT(provider) SHOWN(until, "until")    \
              SHOWN(by, "by") SHOWN(on, "on")
#define BASHU_FIELDS_PrincipalEnded(SHOWN, KEPT, PASSED) \
  SHOWN(id, "id") SHOWN(by, "by") SHOWN(on, "on")
#define BASHU_FIELDS_ApprovalAsked(SHOWN, KEPT, PASSED)                             \
  SHOWN(number, "number")                                                           \
  SHOWN(act, "act") SHOWN(by, "by") SHOWN(at_s, "at_s") SHOWN(until_s, "until_s")
#define BASHU_FIELDS_ApprovalClosed(SHOWN, KEPT, PASSED) \
  SHOWN(number, "number") SHOWN(outcome, "outcome") SHOWN(by, "by")
#define BASHU_FIELDS_CaseAssigned(SHOWN, KEPT, PASSED) \
  SHOWN(id, "case") SHOWN(to, "to") SHOWN(note, "note") SHOWN(by, "by") SHOWN(on, "on")
#define BASHU_FIELDS_SubstituteSet(SHOWN, KEPT, PASSED)                       \
  SHOWN(person, "person")                                                     \
  SHOWN(substitute, "substitute") SHOWN(from, "from") SHOWN(until, "until") \
      SHOWN(by, "by") SHOWN(on, "on")
#define BASHU_FIELDS_PrivacyOrdered(SHOWN, KEPT, PASSED)                                  \
  SHOWN(number, "number")                                                                 \
  SHOWN(kind, "kind") SHOWN(subject, "subject") SHOWN(reason, "reason")                   \
      SHOWN(cases, "cases") SHOWN(records, "records") SHOWN(keys, "keys")                 \
          SHOWN(from, "from") SHOWN(asked, "asked") SHOWN(told, "told")                   \
              SHOWN(until, "until") SHOWN(by, "by") SHOWN(second, "second") SHOWN(on, "on")
#define BASHU_FIELDS_PrivacyOrderEnded(SHOWN, KEPT, PASSED) \
  SHOWN(number, "number") SHOWN(outcome, "outcome") SHOWN(by, "by") SHOWN(on, "on")
#define BASHU_FIELDS_ErasureAnswered(SHOWN, KEPT, PASSED) \
  SHOWN(number, "number")                                 \
  SHOWN(party, "party") SHOWN(kept, "kept") SHOWN(reason, "reason") SHOWN(on, "on")
#define BASHU_FIELDS_RecordSettlementSigned(SHOWN, KEPT, PASSED)                                  \
  SHOWN(reg, "register")                                                                          \
  SHOWN(key, "key")                                                                               \
  SHOWN(by, "by")                                                                                 \
  SHOWN(keeper, "keeper")                                                                         \
  SHOWN(yields, "yields") SHOWN(round, "round") SHOWN(content, "content") SHOWN(fields, "fields") \
      SHOWN(note, "note") SHOWN(on, "on") SHOWN(officer, "officer")
#define BASHU_FIELDS_RecordSettled(SHOWN, KEPT, PASSED) \
  SHOWN(reg, "register")                                \
  SHOWN(key, "key")                                     \
  SHOWN(keeper, "keeper") SHOWN(yields, "yields") SHOWN(fields, "fields") SHOWN(on, "on")
#define BASHU_FIELDS_WriterChanged(SHOWN, KEPT, PASSED) \
  SHOWN(epoch, "epoch") SHOWN(holder, "holder") SHOWN(by, "by") SHOWN(on, "on")
#define BASHU_FIELDS_MessageResent(SHOWN, KEPT, PASSED) SHOWN(to, "to") SHOWN(seq, "seq")
#define BASHU_FIELDS_ChannelRenewed(SHOWN, KEPT, PASSED) \
  SHOWN(peer, "peer") SHOWN(answered, "answered") SHOWN(taken, "taken")
#define BASHU_FIELDS_LogSucceeded(SHOWN, KEPT, PASSED) \
  SHOWN(party, "party") SHOWN(size, "size") SHOWN(skipped, "skipped")
// clang-format on

namespace bashu::core {

// Calls `visit(member)` for each member that is written, or `visit(member, name)` for each that is
// told.
#define BASHU_VISIT(member, name) visit(event.member);
#define BASHU_VISIT_KEPT(member) visit(event.member);
#define BASHU_PASS(member)
#define BASHU_TELL(member, name) visit(event.member, name);
#define BASHU_EVENT(Type, name)                                    \
  template <typename Visit>                                        \
  void each_written(const Type& event, const Visit& visit) {       \
    BASHU_FIELDS_##Type(BASHU_VISIT, BASHU_VISIT_KEPT, BASHU_PASS) \
  }                                                                \
  template <typename Visit>                                        \
  void each_told(const Type& event, const Visit& visit) {          \
    BASHU_FIELDS_##Type(BASHU_TELL, BASHU_PASS, BASHU_PASS)        \
  }                                                                \
  [[nodiscard]] constexpr const char* event_name(const Type& /*event*/) { return #name; }
BASHU_EVENTS(BASHU_EVENT)
#undef BASHU_EVENT
#undef BASHU_TELL
#undef BASHU_PASS
#undef BASHU_VISIT_KEPT
#undef BASHU_VISIT

}  // namespace bashu::core
