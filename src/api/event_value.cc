#include "api/event_value.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "api/privacy.h"

namespace bashu::api {

namespace {

using namespace core;  // the events are spelled as they are there

Value::List texts(const auto& list) {
  Value::List out;
  for (const auto& text : list) out.emplace_back(text);
  return out;
}
Value::List days(const std::vector<Date>& list) {
  Value::List out;
  for (const Date day : list) out.emplace_back(day.text());
  return out;
}
Value day(const std::optional<Date>& date) { return date ? Value{date->text()} : Value{}; }
Value map(const auto& names) {
  Value::Record out;
  for (const auto& [name, text] : names) out.emplace(name, text);
  return out;
}
Value of(const Account& a) {
  return Value::Record{{"book", a.book}, {"kind", a.kind}, {"key", a.key}};
}

Value::Record tell(const DayBegun& e) { return {{"event", "day_begun"}, {"day", e.day.text()}}; }
Value::Record tell(const CaseOpened& e) {
  return {{"event", "case_opened"},
          {"case", e.id},
          {"pack", e.pack},
          {"service", e.service},
          {"parties", map(e.parties)},
          {"parent", e.parent},
          {"opened_by", e.opened_by},
          {"on", e.on.text()},
          {"number", e.number}};
}
Value::Record tell(const CaseChanged& e) {
  return {{"event", "case_changed"},
          {"case", e.id},
          {"version", e.version},
          {"digest", e.digest},
          {"decided_by", e.decided_by},
          {"name", e.event},
          {"role", e.role},
          {"from", e.from},
          {"to", e.to ? Value{*e.to} : Value{}},
          {"branch", e.branch},
          {"input", mask(e.input)},
          {"set", mask(e.set)},
          {"on", e.on.text()},
          {"principal", e.principal},
          {"reads", mask(e.reads)}};
}
Value::Record tell(const ClockSet& e) {
  return {{"event", "clock_set"},  {"case", e.id},      {"clock", e.clock}, {"used", e.used},
          {"since", day(e.since)}, {"due", day(e.due)}, {"fired", e.fired}};
}
Value::Record tell(const ClockAlarmed& e) {
  return {{"event", "clock_alarmed"}, {"case", e.id}, {"clock", e.clock}, {"due", e.due.text()}};
}
Value::Record tell(const Posted& e) {
  return {{"event", "posted"}, {"case", e.id},       {"from", of(e.from)},
          {"to", of(e.to)},    {"amount", e.amount}, {"on", e.on.text()}};
}
Value::Record tell(const RecordPut& e) {
  return {{"event", "record_put"},   {"register", e.reg}, {"key", e.key},
          {"keeper", e.keeper},      {"side", e.side},    {"fields", mask(e.fields)},
          {"sided", texts(e.sided)}, {"on", e.on.text()}, {"case", e.id},
          {"sides", texts(e.sides)}};
}
Value::Record tell(const RecordContested& e) {
  return {{"event", "record_contested"}, {"register", e.reg}, {"key", e.key}, {"keeper", e.keeper}};
}
Value::Record tell(const EditionPublished& e) {
  Value::List entries;
  for (const auto& [key, record] : e.entries) entries.push_back(Value::List{key, mask(record)});
  return {{"event", "edition_published"},
          {"register", e.reg},
          {"keeper", e.keeper},
          {"name", e.name},
          {"number", e.number},
          {"on", e.on.text()},
          {"entries", std::move(entries)},
          {"case", e.id}};
}
Value::Record tell(const TaskRaised& e) {
  return {{"event", "task_raised"}, {"number", e.number},      {"kind", static_cast<int>(e.kind)},
          {"case", e.id},           {"roles", texts(e.roles)}, {"title", map(e.title)},
          {"detail", e.detail},     {"on", e.on.text()}};
}
Value::Record tell(const TaskClosed& e) { return {{"event", "task_closed"}, {"number", e.number}}; }
Value::Record tell(const SerialTaken& e) {
  return {{"event", "serial_taken"}, {"name", e.name}, {"key", e.key}, {"value", e.value}};
}
Value::Record tell(const ChildNumbered& e) {
  return {{"event", "child_numbered"},
          {"parent", e.parent},
          {"service", e.service},
          {"number", e.number}};
}
Value::Record tell(const MessageQueued& e) {
  return {{"event", "message_queued"}, {"to", e.to},    {"seq", e.seq}, {"kind", e.kind},
          {"stream", e.stream},        {"pack", e.pack}};
}
Value::Record tell(const MessageAcked& e) {
  return {{"event", "message_acked"},
          {"to", e.to},
          {"seq", e.seq},
          {"outcome", e.outcome},
          {"reason", e.reason}};
}
Value::Record tell(const MessageTaken& e) {
  return {{"event", "message_taken"},
          {"from", e.from},
          {"seq", e.seq},
          {"id", e.id},
          {"kind", e.kind},
          {"stream", e.stream},
          {"outcome", e.outcome},
          {"reason", e.reason}};
}
Value::Record tell(const MessageHeld& e) {
  return {{"event", "message_held"}, {"from", e.from},      {"seq", e.seq},
          {"kind", e.kind},          {"stream", e.stream},  {"pack", e.pack},
          {"reason", e.reason},      {"body", mask(e.body)}};
}
Value::Record tell(const MessageResolved& e) {
  return {{"event", "message_resolved"},
          {"from", e.from},
          {"seq", e.seq},
          {"outcome", e.outcome},
          {"reason", e.reason}};
}
Value::Record tell(const StepParked& e) {
  return {{"event", "step_parked"}, {"from", e.from}, {"case", e.id},
          {"version", e.version},   {"pack", e.pack}, {"body", mask(e.body)}};
}
Value::Record tell(const StepUnparked& e) {
  return {{"event", "step_unparked"}, {"case", e.id}, {"version", e.version}};
}
Value::Record tell(const PackAdopted& e) {
  return {{"event", "pack_adopted"},
          {"party", e.party},
          {"digest", e.digest},
          {"from", e.from.text()},
          {"with_source", !e.source.empty()}};
}
Value::Record tell(const PartyJoined& e) {
  return {{"event", "party_joined"},
          {"party", e.party},
          {"member", e.member},
          {"offset_minutes", e.offset_minutes}};
}
Value::Record tell(const RecordSigned& e) {
  return {{"event", "record_signed"}, {"what", e.what}, {"party", e.party}, {"edition", e.edition}};
}
Value::Record tell(const CalendarSet& e) {
  return {{"event", "calendar_set"},
          {"party", e.party},
          {"version", e.version},
          {"holidays", days(e.holidays)},
          {"workdays", days(e.workdays)}};
}
Value::Record tell(const CaseDisputed& e) {
  return {{"event", "case_disputed"}, {"case", e.id},       {"by", e.by},
          {"reason", e.reason},       {"detail", e.detail}, {"content", e.content}};
}
Value::Record tell(const SettlementSigned& e) {
  return {{"event", "settlement_signed"},
          {"case", e.id},
          {"by", e.by},
          {"content", e.content},
          {"note", e.note}};
}
Value::Record tell(const DisputeEnded& e) { return {{"event", "dispute_ended"}, {"case", e.id}}; }
Value::Record tell(const FeedTaken& e) {
  Value::List lines;
  for (const FeedLine& line : e.lines) {
    Value::List postings;
    for (const Posted& one : line.postings) postings.push_back(tell(one));
    Value::List records;
    for (const RecordPut& one : line.records) records.push_back(tell(one));
    lines.push_back(Value::Record{
        {"key", line.key}, {"postings", std::move(postings)}, {"records", std::move(records)}});
  }
  return {{"event", "feed_taken"}, {"feed", e.feed}, {"lines", std::move(lines)}};
}
Value::Record tell(const RequestRemembered& e) {
  return {{"event", "request_remembered"},
          {"principal", e.principal},
          {"key", e.key},
          {"digest", e.digest},
          {"answer", mask(e.answer)},
          {"on", e.on.text()}};
}
Value::Record tell(const ChannelStopped& e) {
  return {{"event", "channel_stopped"}, {"peer", e.peer}, {"reason", e.reason}};
}
Value::Record tell(const AskAnswered& e) {
  return {{"event", "ask_answered"},  {"case", e.id},         {"seq", e.seq},
          {"principal", e.principal}, {"outcome", e.outcome}, {"reason", e.reason}};
}
Value::Record tell(const MonthStated& e) {
  return {{"event", "month_stated"}, {"account", of(e.account)}, {"month", e.month}};
}
Value::Record tell(const FigureTold& e) {
  return {{"event", "figure_told"},
          {"from", e.from},
          {"pack", e.pack},
          {"body", mask(e.body)},
          {"on", e.on.text()}};
}

}  // namespace

Value event_value(const core::Event& event) {
  return std::visit([](const auto& one) { return Value{tell(one)}; }, event);
}

Value entry_value(const node::Entry& entry) {
  Value::List events;
  for (const core::Event& event : entry.events) events.push_back(event_value(event));
  Value::Record record{{"position", entry.index},
                       {"time_ms", entry.time_ms},
                       {"kind", entry.kind},
                       {"events", std::move(events)}};
  if (!entry.outcome.empty()) record["outcome"] = entry.outcome;
  if (!entry.reason.empty()) record["reason"] = entry.reason;
  if (!entry.channel.empty()) {
    record["channel"] = entry.channel;
    record["seq"] = entry.seq;
  }
  return record;
}

}  // namespace bashu::api
