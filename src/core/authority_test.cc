// One rule about divisions, at every door of the core.

#include "core/authority.h"

#include <gtest/gtest.h>

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/core.h"
#include "packs/load.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: sites
version: 1
title: {en: Sites}
types:
  line: {type: text, max: 100, class: public, title: {en: Text}}
  spot: {type: place, class: public, title: {en: Place}}
  stop: {type: record, class: public, title: {en: Stop}, fields: {at: spot, name: line}}
  stops: {type: list, of: stop, class: public, title: {en: Stops}}
registers:
  site:
    title: {en: Sites}
    kept: shared
    key: [code]
    fields: {code: line, place: spot, seat: {type: place, class: public, sided: true, optional: true, title: {en: Seat}}}
services:
  permit:
    title: {en: Permit}
    parties: {office: {clerk: all}}
    fields:
      place: {type: place, class: public, optional: true, title: {en: Place}}
      stops: {type: stops, optional: true}
      named: {type: place, class: public, optional: true, title: {en: Named}}
      note: line
      code: {type: line, optional: true}
    start:
      owner: office
      by: clerk
      form: [place, stops, code]
      set: {named: "=has(data.code) && data.code in site ? site[data.code].place : null"}
      do: {task: {en: Look at it}, for: clerk}
      to: open
    states:
      open:
        title: {en: Open}
        owner: office
        events:
          note: {title: {en: Note}, by: clerk, form: [note]}
          move: {title: {en: Move}, by: clerk, form: [place]}
          close: {title: {en: Close}, by: clerk, to: closed}
      closed: {title: {en: Closed}, final: true}
  visit:
    title: {en: Visit}
    parent: permit
    parties: {office: {clerk: all}}
    fields: {note: line}
    start: {owner: office, by: clerk, form: [note], to: done}
    states: {done: {title: {en: Done}, final: true}}
feeds:
  seen:
    title: {en: Seen}
    by: clerk
    fields: {id: line, place: spot}
    key: [id]
    do: {put: site, key: =line.id, fields: {code: =line.id, place: =line.place}}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: permits, is: 0}]}
figures:
  permits: {title: {en: Permits}, of: permit, from: case.opened, count: true}
)pack";

constexpr const char* kInside = "510104";
constexpr const char* kElsewhere = "500112";

class Doors : public testing::Test {
 protected:
  Doors() {
    const auto loaded = packs::load(kPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note) ADD_FAILURE() << finding.path << ": " << finding.text;
    }
    must(AdoptRecord{.record = {.what = "agreement", .edition = 1, .bytes = "{}"},
                     .parties = {{.party = "a"}, {.party = "b"}}});
    must(AdoptPack{.source = canonical_json(loaded.pack->source), .from = today_});
    pack_ = loaded.pack;
  }

  std::expected<Decision, Reject> run(const Command& command) {
    auto decision = decide(state_, command, {.now = {}, .today = today_, .salt = "salt"});
    if (!decision) return decision;
    for (const Event& event : decision->events) state_.apply(event);
    return decision;
  }
  Decision must(const Command& command) {
    auto decision = run(command);
    EXPECT_TRUE(decision) << (decision ? "" : reject_name(decision.error().code));
    return decision ? *decision : Decision{};
  }
  static Asker everywhere() { return {.principal = "anna", .roles = {"clerk", "registrar"}}; }
  static Asker local() {
    Asker by = everywhere();
    by.divisions = {"5113", "5101"};
    return by;
  }
  static StartCase permit(Asker by, Value with) {
    return {.by = std::move(by),
            .pack = "sites",
            .service = "permit",
            .role = "clerk",
            .parties = {{"office", "a"}},
            .parent = {},
            .id = {},
            .with = std::move(with)};
  }
  static StartCase visit(Asker by, const CaseId& parent) {
    StartCase command = permit(std::move(by), Value::Record{{"note", "x"}});
    command.service = "visit";
    command.parent = parent;
    return command;
  }
  static FireEvent fire(Asker by, const CaseId& id, const std::string& event, Value with) {
    return {.by = std::move(by),
            .id = id,
            .event = event,
            .role = "clerk",
            .version = {},
            .with = std::move(with)};
  }
  static Value stops(const std::vector<const char*>& places) {
    Value::List list;
    for (const char* place : places) {
      list.push_back(Value::Record{{"at", place}, {"name", "n"}});
    }
    return Value::Record{{"stops", std::move(list)}};
  }
  CaseId opened(Value with) {
    return CaseId{must(permit(everywhere(), std::move(with))).answer.text_at("case")};
  }
  std::expected<Decision, Reject> put(const Asker& by, const char* code, Value::Record fields) {
    fields["code"] = code;
    return run(PutRecords{
        .by = by, .pack = "sites", .reg = "site", .records = {Value{std::move(fields)}}});
  }

  Date today_ = *Date::parse("2026-03-02");
  State state_{"a"};
  packs::PackPtr pack_;
};

// Each door: what lies inside passes, what lies elsewhere does not, of a whole place or one of
// many.
TEST_F(Doors, EachAsksTheSame) {
  const CaseId here = opened(Value::Record{{"place", kInside}});
  const CaseId there = opened(Value::Record{{"place", kElsewhere}});
  const CaseId nowhere = opened(Value::Record{});
  const CaseId across = opened(stops({kInside, kElsewhere}));
  ASSERT_TRUE(put(everywhere(), "far", {{"place", kElsewhere}}));
  ASSERT_TRUE(put(everywhere(), "near", {{"place", kInside}}));
  const auto task_of = [&](const CaseId& id) { return *state_.tasks_of(id).begin(); };
  state_.apply(CaseDisputed{.id = there, .by = "a", .reason = "r", .detail = {}, .content = "c"});
  const auto note = Value{Value::Record{{"note", "x"}}};
  const auto line = [](const char* id, const char* place) {
    return PostFeed{.by = local(),
                    .pack = "sites",
                    .feed = "seen",
                    .role = "clerk",
                    .lines = {Value{Value::Record{{"id", id}, {"place", place}}}}};
  };
  const auto record = [](const char* code, Value::Record fields) {
    fields["code"] = code;
    return PutRecords{
        .by = local(), .pack = "sites", .reg = "site", .records = {Value{std::move(fields)}}};
  };
  const struct {
    const char* door;
    Command command;
    std::string where;  // empty: it is open
  } rows[] = {
      {"start", permit(local(), Value::Record{{"place", kInside}}), ""},
      {"start", permit(local(), Value::Record{}), ""},
      {"start", permit(local(), Value::Record{{"place", kElsewhere}}), "with.place"},
      {"start", permit(local(), stops({kInside, kInside})), ""},
      {"start", permit(local(), stops({kInside, kElsewhere})), "with.stops[1].at"},
      {"start, computed", permit(local(), Value::Record{{"code", "near"}}), ""},
      {"start, computed", permit(local(), Value::Record{{"code", "far"}}), "data.named"},
      {"start below", visit(local(), here), ""},
      {"start below", visit(local(), nowhere), ""},
      {"start below", visit(local(), there), "data.place"},
      {"task", CloseTask{.by = local(), .number = task_of(here)}, ""},
      {"event", fire(local(), here, "note", note), ""},
      {"event", fire(local(), nowhere, "note", note), ""},
      {"event", fire(local(), across, "note", note), "data.stops[1].at"},
      {"event", fire(local(), here, "move", Value::Record{{"place", kElsewhere}}), "data.place"},
      {"task", CloseTask{.by = local(), .number = task_of(there)}, "data.place"},
      {"settle", SignSettlement{.by = local(), .id = there, .content = "c", .note = {}},
       "data.place"},
      {"settle", SignSettlement{.by = everywhere(), .id = there, .content = "c", .note = {}}, ""},
      {"feed", line("1", kInside), ""},
      {"feed", line("2", kElsewhere), "place"},
      {"register", record("new", {{"place", kInside}}), ""},
      {"register", record("new2", {{"place", kElsewhere}}), "place"},
      {"register", record("far", {{"place", kInside}}), "place"},
      {"register", record("near", {{"seat", Value::Record{{"a", kElsewhere}}}}), "seat.a"},
  };
  for (const auto& row : rows) {
    const auto done = run(row.command);
    std::optional<Reject> why;
    if (!done) why = done.error();
    if (done && !done->refused.empty()) why = done->refused[0].why;
    ASSERT_EQ(why.has_value(), !row.where.empty())
        << row.door << " " << row.where << (why ? reject_name(why->code) : "");
    if (!why) continue;
    EXPECT_EQ(reject_name(why->code), std::string{"jurisdiction"}) << row.door;
    EXPECT_EQ(why->where, row.where) << row.door;
  }
}

TEST_F(Doors, WhoeverOpensACaseSeesIt) {
  ASSERT_TRUE(put(everywhere(), "far", {{"place", kElsewhere}}));
  const auto& fields = packs::find(pack_->services, "permit")->fields;
  int taken = 0;
  for (const Value& with :
       {Value{Value::Record{}}, Value{Value::Record{{"place", kInside}}},
        Value{Value::Record{{"place", kElsewhere}}}, Value{Value::Record{{"code", "far"}}},
        stops({kInside}), stops({kInside, kElsewhere}), stops({kElsewhere})}) {
    const auto done = run(permit(local(), with));
    if (!done) continue;
    ++taken;
    const Case& c = *state_.find_case(done->answer.text_at("case"));
    EXPECT_TRUE(may_see(local().divisions, fields, c.data)) << canonical_json(with);
  }
  EXPECT_EQ(taken, 3);
}

TEST_F(Doors, ActingTakesEveryPlaceAndSeeingOne) {
  const auto& fields = packs::find(pack_->services, "permit")->fields;
  const Divisions here = local().divisions;
  const struct {
    Value data;
    bool act, see;
  } rows[] = {
      {Value::Record{}, true, true},
      {Value::Record{{"place", kInside}}, true, true},
      {Value::Record{{"place", kElsewhere}}, false, false},
      {stops({kInside, kInside}), true, true},
      {stops({kInside, kElsewhere}), false, true},
      {stops({kElsewhere, kElsewhere}), false, false},
      {Value::Record{{"place", Value::Record{{"$sealed", "x"}}}}, true, true},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(may_act(here, fields, row.data), row.act) << canonical_json(row.data);
    EXPECT_EQ(may_see(here, fields, row.data), row.see) << canonical_json(row.data);
    EXPECT_TRUE(may_act({}, fields, row.data));
    EXPECT_TRUE(may_see({}, fields, row.data));
  }
}

}  // namespace
}  // namespace bashu::core
