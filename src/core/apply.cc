// apply(): every change, no rule.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "core/peers/objection.h"
#include "core/privacy/documents.h"
#include "core/store.h"
#include "packs/load.h"

namespace bashu::core {

namespace {

void merge(Value& into, const Value& from) {
  const Value::Record* members = from.as_record();
  if (!members) return;
  Value::Record* record = into.as_record();
  BASHU_ASSERT(record);
  for (const auto& [name, value] : *members) (*record)[name] = value;
}

// Null removes.
void merge_plain(Value& into, const Value& from) {
  if (!into.as_record()) into = Value::Record{};
  for (const auto& [name, value] : *from.as_record()) {
    if (value.is_null()) {
      into.as_record()->erase(name);
    } else {
      (*into.as_record())[name] = value;
    }
  }
}

std::string place_of(std::string_view reg, std::string_view key) {
  return std::string{reg} + "/" + std::string{key};
}

void set_fields(Record& record, const RecordPut& event) {
  if (record.version == 0) record.keeper = event.keeper;
  ++record.version;
  record.on = event.on;
  Value::Record& fields = *record.fields.as_record();
  fields["key"] = event.key;
  for (const auto& [name, value] : *event.fields.as_record()) {
    bool sided = false;
    for (const std::string& one : event.sided) sided = sided || one == name;
    if (!sided) {
      if (value.is_null()) {
        fields.erase(name);
      } else {
        fields[name] = value;
      }
      continue;
    }
    Value& sides = fields[name];
    if (!sides.as_record()) sides = Value::Record{};
    (*sides.as_record())[event.side] = value;
  }
  // Every sided field names the sides it waits for; null: not spoken yet.
  if (event.sides.empty()) return;
  for (const std::string& name : event.sided) {
    Value& sides = fields[name];
    if (!sides.as_record()) sides = Value::Record{};
    for (const PartyId& side : event.sides) sides.as_record()->try_emplace(side);
  }
}

void put(Store& store, const RecordPut& event) {
  Record& record = store.edit_record(event.reg, event.key);
  GivingWay documents;
  documents.see(record.fields, event.fields);
  set_fields(record, event);
  if (!documents.empty()) {
    documents.note(store, place_of(event.reg, event.key), record.fields);
  }
}

void publish(Store& store, const EditionPublished& event) {
  Edition& edition = store.edit_edition(event.reg, event.keeper, event.name);
  const std::vector<std::string> old = std::move(edition.keys);
  edition.number = event.number;
  edition.on = event.on;
  edition.keys.clear();
  for (const auto& [key, entry] : event.entries) edition.keys.push_back(key);
  std::vector<std::pair<std::string, GivingWay>> documents;
  for (const std::string& key : old) {
    GivingWay of;
    if (const Record* before = store.find_record(event.reg, key)) of.see(before->fields);
    if (!of.empty()) documents.emplace_back(key, std::move(of));
    store.erase_record(event.reg, key);
  }
  for (const auto& [key, entry] : event.entries) {
    Record& record = store.edit_record(event.reg, key);
    record.keeper = event.keeper;
    record.version = event.number;
    record.on = event.on;
    record.fields = entry;
    (*record.fields.as_record())["key"] = key;
    (*record.fields.as_record())["edition"] = event.name;
  }
  for (const auto& [key, of] : documents) {
    const Record* record = store.find_record(event.reg, key);
    of.note(store, place_of(event.reg, key), record ? record->fields : Value{});
  }
}

struct Apply {
  Store& store;

  void operator()(const DayBegun& e) { store.edit_circle().today = e.day; }
  void operator()(const CaseOpened& e) {
    if (e.number > 0) store.set_serial(Store::kCasesOpened, "", e.number);
    Case& c = store.edit_case(e.id);
    c.id = e.id;
    c.pack = e.pack;
    c.service = e.service;
    c.parties = e.parties;
    c.parent = e.parent;
    c.opened_by = e.opened_by;
    c.opened = e.on;
    c.since = e.on;
    if (!e.parent.empty() && store.find_case(e.parent)) {
      store.edit_case(e.parent).child_ids.push_back(e.id);
    }
  }
  // Who took it, if a later event of the service asks for another person.
  void remember(Case& c, const CaseChanged& e) {
    const auto row = store.circle().packs.find(c.pack);
    if (row == store.circle().packs.end() || !row->second.pack) return;
    const packs::Service* service = packs::find(row->second.pack->services, c.service);
    if (!service || service->remembered.empty()) return;
    const std::string event = e.event == "$start" ? "start" : e.event;
    if (std::ranges::find(service->remembered, event) != service->remembered.end()) {
      c.acted.insert_or_assign(event, e.principal);
    }
  }
  void operator()(const CaseChanged& e) {
    Case& c = store.edit_case(e.id);
    c.version = e.version;
    c.digest = e.digest;
    GivingWay documents;
    documents.see(c.data, e.input);
    documents.see(c.data, e.set);
    documents.see(e.input, e.set);
    merge(c.data, e.input);
    merge(c.data, e.set);
    documents.note(store, e.id, c.data);
    if (e.to) {
      store.set_case_state(e.id, *e.to);
      c.since = e.on;
      c.reached.push_back({.state = *e.to, .on = e.on});
    }
    if (!e.principal.empty()) remember(c, e);
  }
  void operator()(const ClockSet& e) {
    store.set_clock(e.id, e.clock,
                    {.used = e.used, .since = e.since, .due = e.due, .fired = e.fired});
  }
  void operator()(const ClockAlarmed& e) {
    const Case* c = store.find_case(e.id);
    const auto it = c->clocks.find(e.clock);
    Clock clock = it == c->clocks.end() ? Clock{} : it->second;
    clock.alarmed = true;
    store.set_clock(e.id, e.clock, clock);
  }
  void operator()(const Posted& e) { post(store, e); }
  void operator()(const RecordPut& e) { put(store, e); }
  void operator()(const RecordContested& e) {
    Claim& claim = store.edit_record(e.reg, e.key).contested[e.keeper];
    GivingWay documents;
    documents.see(claim.fields, e.fields);
    if (!e.fields.is_null()) merge_plain(claim.fields, e.fields);
    documents.note(store, place_of(e.reg, e.key), claim.fields);
    if (e.on) claim.on = e.on;
  }
  void operator()(const RecordSettlementSigned& e) {
    Record& record = store.edit_record(e.reg, e.key);
    record.signatures.push_back({.by = e.by,
                                 .keeper = e.keeper,
                                 .yields = e.yields,
                                 .round = e.round,
                                 .content = e.content});
    const auto claim = record.contested.find(e.by);
    if (claim == record.contested.end() || e.by != e.keeper) return;
    GivingWay documents;
    documents.see(claim->second.fields);
    claim->second.fields = e.fields;
    documents.note(store, place_of(e.reg, e.key), claim->second.fields);
  }
  void operator()(const RecordSettled& e) {
    Record& record = store.edit_record(e.reg, e.key);
    GivingWay documents;
    for (const PartyId& party : {e.yields, e.keeper}) {
      const auto claim = record.contested.find(party);
      if (claim != record.contested.end()) documents.see(claim->second.fields);
    }
    if (!e.fields.is_null()) documents.see(record.fields);
    settle(record, e);
    documents.note(store, place_of(e.reg, e.key), record.fields);
  }
  static void settle(Record& record, const RecordSettled& e) {
    record.contested.erase(e.yields);
    std::erase_if(record.signatures,
                  [&](const RecordSignature& one) { return one.is_between(e.keeper, e.yields); });
    if (e.fields.is_null()) return;
    record.contested.erase(e.keeper);
    record.keeper = e.keeper;
    record.fields = e.fields;
    record.on = e.on;
    ++record.version;
  }
  void operator()(const EditionPublished& e) { publish(store, e); }
  void operator()(const TaskRaised& e) {
    store.set_serial(Store::kTasksRaised, "", e.number);
    store.set_task(e.number, Task{.kind = e.kind,
                                  .id = e.id,
                                  .roles = e.roles,
                                  .title = e.title,
                                  .detail = e.detail,
                                  .on = e.on});
  }
  void operator()(const TaskClosed& e) { store.set_task(e.number, std::nullopt); }
  void operator()(const SerialTaken& e) { store.set_serial(e.name, e.key, e.value); }
  void operator()(const ChildNumbered& e) {
    Case& c = store.edit_case(e.parent);
    std::int64_t& counter = c.children[e.service];
    counter = std::max(counter, e.number);
  }
  void operator()(const MessageQueued& e) {
    Outbox& box = store.edit_outbox(e.to);
    box.last = e.seq;
    if (e.kind == "case.ask" || e.kind == "case.signal") {
      box.asked[e.seq] = {.kind = e.kind, .id = CaseId{e.stream}, .principal = e.principal};
    }
  }
  void operator()(const MessageAcked& e) {
    Outbox& box = store.edit_outbox(e.to);
    box.asked.erase(e.seq);
    box.beyond.insert(e.seq);
    while (!box.beyond.empty() && *box.beyond.begin() == box.acked + 1) {
      ++box.acked;
      box.beyond.erase(box.beyond.begin());
    }
  }
  void operator()(const MessageTaken& e) { store.edit_inbox(e.from).next = e.seq + 1; }
  void operator()(const MessageHeld& e) {
    store.edit_inbox(e.from).held[e.seq] = {
        .kind = e.kind, .stream = e.stream, .pack = e.pack, .reason = e.reason, .body = e.body};
  }
  void operator()(const MessageResolved& e) { store.edit_inbox(e.from).held.erase(e.seq); }
  void operator()(const StepParked& e) {
    store.edit_case(e.id).parked.insert(e.version);
    store.set_parked(e.id, e.version, Parked{.from = e.from, .pack = e.pack, .body = e.body});
  }
  void operator()(const StepUnparked& e) {
    store.edit_case(e.id).parked.erase(e.version);
    store.set_parked(e.id, e.version, std::nullopt);
  }
  void operator()(const PackAdopted& e) {
    Store::Circle& circle = store.edit_circle();
    PackRow& row = circle.packs[e.digest];
    row.adopted[e.party] = e.from;
    if (row.pack || e.source.empty()) return;
    circle.hold(row, packs::load_adopted(e.source).pack);
  }
  void operator()(const PartyJoined& e) { store.edit_circle().parties[e.party] = e; }
  void operator()(const RecordSigned& e) {
    const std::string name = e.party.empty() ? e.what : e.what + "/" + e.party;
    store.edit_circle().records[name + "/" + std::to_string(e.edition)] = e.bytes;
  }
  void operator()(const CalendarSet& e) {
    Calendar& calendar = store.edit_circle().calendars[e.party];
    calendar.version = e.version;
    calendar.holidays = {e.holidays.begin(), e.holidays.end()};
    calendar.workdays = {e.workdays.begin(), e.workdays.end()};
  }
  void operator()(const CaseDisputed& e) {
    Case& c = store.edit_case(e.id);
    if (!c.dispute)
      c.dispute = Dispute{.reason = e.reason, .detail = e.detail, .contents = {}, .signed_by = {}};
    if (!is_stopped(c) && stops(e.reason)) {  // what was only asked is shown now
      c.dispute->reason = e.reason;
      c.dispute->detail = e.detail;
    }
    c.dispute->contents.insert(e.content);
  }
  void operator()(const SettlementSigned& e) {
    Case& c = store.edit_case(e.id);
    if (c.dispute) c.dispute->signed_by[e.by] = e.content;
  }
  void operator()(const DisputeEnded& e) { store.edit_case(e.id).dispute.reset(); }
  void operator()(const FeedTaken& e) {
    for (std::size_t i = 0; i < e.lines.size(); ++i) {
      if (i + kExpectedAhead < e.lines.size()) {
        store.expect_feed_line(e.feed, e.lines[i + kExpectedAhead].key);
      }
      const FeedLine& line = e.lines[i];
      store.take_feed_line(e.feed, line.key, line.content);
      for (const Posted& posting : line.postings) post(store, posting);
      for (const RecordPut& record : line.records) put(store, record);
    }
  }
  void operator()(const RequestRemembered& e) {
    store.set_remembered(e.principal, e.key, {.digest = e.digest, .answer = e.answer, .on = e.on});
  }
  void operator()(const ChannelStopped& e) { store.edit_outbox(e.peer).stopped = e.reason; }
  void operator()(const PrincipalSet& e) {
    store.edit_circle().people.principals[e.id] = {.set = e, .ended = {}};
  }
  void operator()(const PrincipalEnded& e) {
    store.edit_circle().people.principals[e.id].ended = e;
  }
  void operator()(const ApprovalAsked& e) {
    store.set_serial(Store::kApprovalsAsked, {}, e.number);
    store.edit_circle().people.approvals[e.number] = e;
  }
  void operator()(const ApprovalClosed& e) { store.edit_circle().people.approvals.erase(e.number); }
  void operator()(const CaseAssigned& e) { store.edit_case(e.id).assignee = e.to; }
  void operator()(const SubstituteSet& e) {
    auto& substitutes = store.edit_circle().people.substitutes;
    if (e.substitute.empty()) {
      substitutes.erase(e.person);
    } else {
      substitutes[e.person] = e;
    }
  }
  void operator()(const PrivacyOrdered& e) {
    store.set_serial(Store::kOrders, {}, e.number);
    if (e.kind == "erase") {
      for (const std::string& key : e.keys) store.set_serial(Store::kErased, key, e.number);
    }
    store.edit_circle().orders[e.number].order = e;
  }
  void operator()(const PrivacyOrderEnded& e) { store.edit_circle().orders[e.number].ended = e; }
  void operator()(const ErasureAnswered& e) {
    store.edit_circle().orders[e.number].answers[e.party] = e;
  }
  void operator()(const AskAnswered&) {}
  void operator()(const FigureTold&) {}
  void operator()(const WriterChanged&) {}
  void operator()(const MessageResent&) {}  // the number is what counts, and stays
  void operator()(const ChannelRenewed& e) {
    Outbox& box = store.edit_outbox(e.peer);
    box.last = std::max(box.last, e.answered);
    box.acked = e.answered;
    box.beyond.clear();
    box.stopped.clear();
  }
  void operator()(const LogSucceeded& e) {
    if (e.skipped == 0) return;
    store.set_serial(Store::kCasesOpened, "", store.serial(Store::kCasesOpened, "") + e.skipped);
  }
  void operator()(const MonthStated& e) { store.set_month_stated(e.account, e.month); }
};

}  // namespace

void post(Store& store, const Posted& event) {
  store.add_to_balance(event.from, event.on, -event.amount);
  store.add_to_balance(event.to, event.on, event.amount);
  const Store::Circle& circle = store.circle();
  const bool source = circle.is_windowed(event.from);
  const bool target = circle.is_windowed(event.to);
  if (!source && !target) return;
  const std::string month = event.on.text().substr(0, 7);
  if (source) store.add_posting(event.from, month, event.on, -event.amount);
  if (target) store.add_posting(event.to, month, event.on, event.amount);
}

void Store::Circle::hold(PackRow& row, packs::PackPtr pack) {
  row.pack = std::move(pack);
  if (!row.pack) return;
  for (const auto& [book_name, book] : row.pack->books) {
    const BookId book_id{row.pack->name + "/" + book_name};
    for (const auto& [name, kind] : book.accounts) {
      if (kind.windowed && !is_windowed({.book = book_id, .kind = name, .key = {}})) {
        windowed.emplace_back(book_id, name);
      }
    }
  }
}

std::string_view Store::Circle::pack_name(std::string_view digest) const {
  const auto row = packs.find(std::string{digest});
  return row == packs.end() || !row->second.pack ? std::string_view{} : row->second.pack->name;
}

bool Store::Circle::is_windowed(const Account& account) const {
  return std::any_of(windowed.begin(), windowed.end(), [&](const auto& kind) {
    return kind.first == account.book && kind.second == account.kind;
  });
}

void apply(Store& store, const Event& event) { std::visit(Apply{store}, event); }

}  // namespace bashu::core
