// Which event changes which table.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "core/peers/objection.h"
#include "views/writer.h"

namespace bashu::views {

namespace {

void merge(Value& into, const Value& from) {
  const Value::Record* members = from.as_record();
  if (!members) return;
  for (const auto& [name, value] : *members) (*into.as_record())[name] = value;
}

std::string title_json(const Title& title) {
  Value::Record record;
  for (const auto& [language, text] : title) record[language] = text;
  return canonical_json(Value{std::move(record)});
}

std::string days_json(const std::vector<Date>& days) {
  Value::List list;
  for (const Date day : days) list.emplace_back(day.text());
  return canonical_json(Value{std::move(list)});
}

}  // namespace

struct Writer::Apply {
  Writer& w;

  void operator()(const core::DayBegun& e) const { w.begin_day(e.day); }

  void operator()(const core::CaseOpened& e) const {
    const PackVersion* version = w.catalogue_.pack(e.pack);
    if (!version || !version->pack) return;
    Service* table = w.service_table(version->pack->name + "/" + e.service);
    const packs::Service* service = packs::find(version->pack->services, e.service);
    if (!table || !service) return;
    auto now = std::make_unique<CaseNow>();
    now->table = table;
    now->children_known = true;
    CaseFacts& facts = now->facts;
    facts.no = w.next_case_++;
    facts.id = e.id;
    facts.pack_id = version->id;
    facts.pack = version->pack;
    facts.service_name = e.service;
    facts.service = service;
    facts.parties = e.parties;
    facts.parties_json = parties_json(e.parties);
    now->fresh = true;
    facts.parent = e.parent;
    facts.opened_by = e.opened_by;
    facts.opened = facts.since = e.on;
    Statement& index = w.db_.prepared(
        "INSERT INTO case_index (no, id, table_id, parent, position) VALUES (?, ?, ?, ?, ?)");
    index.bind(0, facts.no).bind_kept(1, facts.id).bind(2, table->table->id);
    index.kept_or_null(3, facts.parent).bind(4, w.position_).run();
    if (!e.parent.empty()) {
      const auto parent = w.cases_.find(e.parent);
      if (parent != w.cases_.end() && parent->second->children_known) {
        parent->second->children.push_back(e.id);
      }
    }
    CaseNow& kept = *(w.cases_[e.id] = std::move(now));
    w.touch(kept);
  }

  void operator()(const core::CaseChanged& e) const {
    CaseNow* now = w.load_case(e.id);
    if (!now) return;
    CaseFacts& facts = now->facts;
    facts.version = e.version;
    merge(facts.data, e.input);
    merge(facts.data, e.set);
    for (const Value* values : {&e.input, &e.set}) {
      if (!values->as_record() || now->fresh || !now->table->figures) continue;
      for (const auto& [name, value] : *values->as_record()) now->changed.push_back(name);
    }
    if (e.to) {
      now->moved = true;
      facts.state = *e.to;
      facts.since = e.on;
      facts.reached.push_back({.state = *e.to, .on = e.on});
    }
    w.touch(*now);
    const auto kept = [&](const Value& values) {
      return facts.service ? json_without_plain(facts.service->fields, values) : std::string{"{}"};
    };
    const std::string input = kept(e.input), set = kept(e.set), on = e.on.text();
    Statement& step = w.db_.prepared(
        "INSERT INTO case_step (case_no, version, event, from_state, to_state, by_party, role, "
        "principal, branch, on_day, digest, input, computed, position, id, officer) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    step.bind(14, w.position_ * kStepsOfEntry + w.step_no_++)
        .bind(0, facts.no)
        .bind(1, e.version)
        .bind_kept(2, e.event);
    step.kept_or_null(3, e.from);
    step.kept_or_null(4, e.to ? std::string_view{*e.to} : std::string_view{});
    step.bind_kept(5, e.decided_by).bind_kept(6, e.role);
    step.kept_or_null(7, e.principal);
    step.kept_or_null(15, e.officer);
    step.bind(8, e.branch).bind_kept(9, on).bind_kept(10, e.digest);
    step.bind_kept(11, input).bind_kept(12, set).bind(13, w.position_).run();
  }

  void operator()(const core::Posted& e) const { w.post(e); }
  void operator()(const core::RecordPut& e) const { w.put(e); }

  void operator()(const core::RecordContested& e) const {
    RecordNow* now = w.load_record(e.reg, e.key);
    if (!now || now->facts.version == 0) return;  // of a list: entries are their edition's
    core::Claim& claim = now->facts.contested[e.keeper];
    if (e.fields.as_record()) {
      if (!claim.fields.as_record()) claim.fields = Value{Value::Record{}};
      for (const auto& [name, value] : *e.fields.as_record()) {
        if (value.is_null()) {
          claim.fields.as_record()->erase(name);
        } else {
          (*claim.fields.as_record())[name] = value;
        }
      }
    }
    if (e.on) claim.on = e.on;
    w.touch(*now);
  }
  void operator()(const core::RecordSettlementSigned& e) const {
    RecordNow* now = e.fields.as_record() ? w.load_record(e.reg, e.key) : nullptr;
    if (!now) return;
    const auto claim = now->facts.contested.find(e.by);
    if (claim == now->facts.contested.end()) return;
    claim->second.fields = e.fields;
    w.touch(*now);
  }
  void operator()(const core::RecordSettled& e) const {
    RecordNow* now = w.load_record(e.reg, e.key);
    if (!now) return;
    RecordFacts& facts = now->facts;
    facts.contested.erase(e.yields);
    if (e.fields.as_record()) {
      facts.contested.erase(e.keeper);
      facts.keeper = e.keeper;
      facts.fields = e.fields;
      facts.on = e.on;
      ++facts.version;
    }
    w.touch(*now);
  }

  void operator()(const core::EditionPublished& e) const { w.publish(e); }

  void operator()(const core::TaskRaised& e) const {
    Value::List roles;
    for (const std::string& role : e.roles) roles.emplace_back(role);
    Statement& task = w.db_.prepared(
        "INSERT INTO task (number, kind, case_id, roles, title, detail, raised_on, raised, closed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (number) DO UPDATE SET "
        "kind = excluded.kind, case_id = excluded.case_id, roles = excluded.roles, "
        "title = excluded.title, detail = excluded.detail, raised_on = excluded.raised_on, "
        "raised = excluded.raised, closed = NULL");
    task.bind(0, e.number).bind(1, static_cast<std::int64_t>(e.kind));
    task.kept_or_null(2, e.id);
    task.bind(3, std::string_view{canonical_json(Value{std::move(roles)})})
        .bind(4, std::string_view{title_json(e.title)})
        .bind(5, std::string_view{e.detail})
        .bind(6, std::string_view{e.on.text()})
        .bind(7, w.position_)
        .run();
  }
  void operator()(const core::TaskClosed& e) const {
    w.db_.prepared("UPDATE task SET closed = ? WHERE number = ? AND closed IS NULL")
        .bind(0, w.position_)
        .bind(1, e.number)
        .run();
  }

  void operator()(const core::MessageQueued& e) const {
    message(true, e.to, e.seq, e.kind, e.stream, {});
  }
  void operator()(const core::MessageAcked& e) const {
    answer(true, e.to, e.seq, e.outcome, e.reason);
  }
  void operator()(const core::MessageTaken& e) const {
    message(false, e.from, e.seq, e.kind, e.stream, e.id);
    answer(false, e.from, e.seq, e.outcome, e.reason);
  }
  void operator()(const core::MessageResolved& e) const {
    Statement& resolve = w.db_.prepared(
        "UPDATE message SET resolved_outcome = ?, resolved_reason = ?, resolved = ? "
        "WHERE sent = 0 AND peer = ? AND seq = ?");
    resolve.bind(0, std::string_view{e.outcome});
    resolve.kept_or_null(1, e.reason);
    resolve.bind(2, w.position_).bind(3, std::string_view{e.from}).bind(4, e.seq).run();
  }
  void message(bool sent, const core::PartyId& peer, std::int64_t seq, const std::string& kind,
               const std::string& stream, const std::string& id) const {
    Statement& insert = w.db_.prepared(
        "INSERT INTO message (sent, peer, seq, kind, stream, message_id, position, outcome) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (sent, peer, seq) DO UPDATE SET "
        "kind = excluded.kind, stream = excluded.stream, message_id = excluded.message_id, "
        "position = excluded.position, outcome = NULL, reason = NULL, answered = NULL, "
        "resolved_outcome = NULL, resolved_reason = NULL, resolved = NULL");
    insert.bind(0, std::int64_t{sent})
        .bind_kept(1, peer)
        .bind(2, seq)
        .bind_kept(3, kind)
        .bind_kept(4, stream);
    insert.kept_or_null(5, id);
    insert.bind(6, w.position_).run();
  }
  void answer(bool sent, const core::PartyId& peer, std::int64_t seq, const std::string& outcome,
              const std::string& reason) const {
    Statement& update = w.db_.prepared(
        "UPDATE message SET outcome = ?, reason = ?, answered = ? "
        "WHERE sent = ? AND peer = ? AND seq = ?");
    update.bind(0, std::string_view{outcome});
    update.kept_or_null(1, reason);
    update.bind(2, w.position_)
        .bind(3, std::int64_t{sent})
        .bind(4, std::string_view{peer})
        .bind(5, seq)
        .run();
  }

  void operator()(const core::PackAdopted& e) const { w.adopt(e); }

  void operator()(const core::PartyJoined& e) const {
    w.db_
        .prepared(
            "INSERT INTO circle_party (no, party, member, offset_minutes, position) "
            "VALUES (?, ?, ?, ?, ?)")
        .bind(0, w.next_party_++)
        .bind(1, std::string_view{e.party})
        .bind(2, std::int64_t{e.member})
        .bind(3, e.offset_minutes)
        .bind(4, w.position_)
        .run();
  }
  void operator()(const core::CalendarSet& e) const {
    w.db_
        .prepared(
            "INSERT INTO calendar (party, version, holidays, workdays, position) VALUES (?, ?, ?, "
            "?, ?)")
        .bind(0, std::string_view{e.party})
        .bind(1, e.version)
        .bind(2, std::string_view{days_json(e.holidays)})
        .bind(3, std::string_view{days_json(e.workdays)})
        .bind(4, w.position_)
        .run();
  }

  void operator()(const core::CaseDisputed& e) const {
    CaseNow* now = w.load_case(e.id);
    if (!now) return;
    if (core::stops(e.reason)) {
      now->facts.disputed = true;
      w.touch(*now);
    }
    w.db_
        .prepared(
            "INSERT INTO dispute (case_no, by_party, reason, detail, content, raised, no) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(6, w.next_dispute_++)
        .bind(0, now->facts.no)
        .bind(1, std::string_view{e.by})
        .bind(2, std::string_view{e.reason})
        .bind(3, std::string_view{e.detail})
        .bind(4, std::string_view{e.content})
        .bind(5, w.position_)
        .run();
  }
  void operator()(const core::SettlementSigned& e) const {
    CaseNow* now = w.load_case(e.id);
    if (!now) return;
    w.db_
        .prepared(
            "INSERT INTO settlement (case_no, by_party, content, note, position, officer) "
            "VALUES (?, ?, ?, ?, ?, ?)")
        .bind(0, now->facts.no)
        .bind(1, std::string_view{e.by})
        .bind(2, std::string_view{e.content})
        .bind(3, std::string_view{e.note})
        .bind(4, w.position_)
        .bind(5, std::string_view{e.officer})
        .run();
  }
  void operator()(const core::DisputeEnded& e) const {
    CaseNow* now = w.load_case(e.id);
    if (!now) return;
    now->facts.disputed = false;
    w.touch(*now);
    w.db_.prepared("UPDATE dispute SET ended = ? WHERE case_no = ? AND ended IS NULL")
        .bind(0, w.position_)
        .bind(1, now->facts.no)
        .run();
  }

  // The newest of each clock only: what waits for whom is asked of the present.
  void operator()(const core::ClockSet& e) const {
    const CaseNow* now = w.load_case(e.id);
    if (!now) return;
    const std::string due = e.due && !e.fired ? e.due->text() : std::string{};
    w.db_
        .prepared(
            "INSERT INTO clock (case_no, clock, due, position) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (case_no, clock) DO UPDATE SET due = excluded.due, "
            "position = excluded.position")
        .bind(0, now->facts.no)
        .bind_kept(1, e.clock)
        .kept_or_null(2, due)
        .bind(3, w.position_)
        .run();
  }

  void operator()(const core::CaseAssigned& e) const {
    const CaseNow* now = w.load_case(e.id);
    if (!now) return;
    const std::string on = e.on.text();
    w.db_
        .prepared(
            "INSERT INTO assignment (case_no, position, person, note, by_person, on_day) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (case_no, position) DO UPDATE SET "
            "person = excluded.person, note = excluded.note, by_person = excluded.by_person, "
            "on_day = excluded.on_day")
        .bind(0, now->facts.no)
        .bind(1, w.position_)
        .bind_kept(2, e.to)
        .bind_kept(3, e.note)
        .bind_kept(4, e.by)
        .bind_kept(5, on)
        .run();
  }

  void operator()(const core::FeedTaken& e) const {
    for (const core::FeedLine& line : e.lines) {
      for (const core::Posted& posting : line.postings) w.post(posting);
      for (const core::RecordPut& record : line.records) w.put(record);
    }
  }

  void operator()(const core::FigureTold& e) const {
    const Value* items = e.body.find("items");
    if (!items || !items->as_list()) return;
    const PackVersion* version = w.catalogue_.pack(e.pack);
    const std::string pack = version && version->pack ? version->pack->name : e.pack;
    for (const Value& item : *items->as_list()) {
      Statement& insert = w.db_.prepared(
          "INSERT INTO figure_told (from_party, pack, figure, as_of, item, their_position, sent, "
          "taken, on_day, position, no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
      insert.bind(10, w.next_told_++)
          .bind_kept(0, e.from)
          .bind_kept(1, e.pack)
          .bind(2, std::string_view{pack + "/" + item.text_at("figure")})
          .bind(3, std::string_view{item.text_at("as_of")})
          .bind(4, std::string_view{canonical_json(item)})
          .bind(5, e.body.int_at("position"))
          .bind(6, e.body.int_at("sent"))
          .bind(7, e.body.int_at("taken"))
          .bind(8, std::string_view{e.on.text()})
          .bind(9, w.position_)
          .run();
    }
  }

  // What the tables do not show: counters, alarms, waiting steps, stored requests, signed records,
  // who may come in, orders about personal values, which machine writes.
  template <typename Other>
    requires(
        std::is_same_v<Other, core::ClockAlarmed> || std::is_same_v<Other, core::SerialTaken> ||
        std::is_same_v<Other, core::ChildNumbered> || std::is_same_v<Other, core::MessageHeld> ||
        std::is_same_v<Other, core::StepParked> || std::is_same_v<Other, core::StepUnparked> ||
        std::is_same_v<Other, core::RecordSigned> ||
        std::is_same_v<Other, core::RequestRemembered> ||
        std::is_same_v<Other, core::ChannelStopped> || std::is_same_v<Other, core::AskAnswered> ||
        std::is_same_v<Other, core::MonthStated> || std::is_same_v<Other, core::PrincipalSet> ||
        std::is_same_v<Other, core::PrincipalEnded> || std::is_same_v<Other, core::ApprovalAsked> ||
        std::is_same_v<Other, core::ApprovalClosed> || std::is_same_v<Other, core::SubstituteSet> ||
        std::is_same_v<Other, core::PrivacyOrdered> ||
        std::is_same_v<Other, core::PrivacyOrderEnded> ||
        std::is_same_v<Other, core::ErasureAnswered> ||
        std::is_same_v<Other, core::WriterChanged> || std::is_same_v<Other, core::MessageResent> ||
        std::is_same_v<Other, core::ChannelRenewed> || std::is_same_v<Other, core::LogSucceeded>)
  void operator()(const Other&) const {}
};

void Writer::apply(std::int64_t position, std::int64_t time_ms,
                   const std::vector<core::Event>& events) {
  begin();
  position_ = position;
  posting_no_ = step_no_ = 0;
  last_time_ = std::max(last_time_, time_ms);
  if (times_.empty() || times_.back().first != last_time_)
    times_.emplace_back(last_time_, position);
  times_.back().second = position;
  for (const core::Event& event : events) std::visit(Apply{*this}, event);
  write_touched();
}

}  // namespace bashu::views
