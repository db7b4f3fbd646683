// Every reason to refuse is met, in the order in which a command is asked: each row repairs what
// the row before was refused for, and is wrong in all that comes after.

#include <gtest/gtest.h>

#include <algorithm>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/cases/open.h"
#include "core/cases/signal.h"
#include "core/core.h"
#include "core/effects/effect.h"
#include "core/peers/take.h"
#include "core/people/assign.h"
#include "core/people/people.h"
#include "core/privacy/privacy.h"
#include "core/refusal.h"
#include "core/registers/settling.h"
#include "packs/load.h"
#include "texts/texts.h"

namespace bashu::core {
namespace {

constexpr const char* kPack = R"pack(
bashu: 1
pack: rules
version: 1
title: {en: Rules}
types:
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
  line: {type: text, max: 100, class: public, title: {en: Text}}
  long: {type: text, max: 4000, class: public, title: {en: Long text}}
  day: {type: date, class: public, title: {en: Day}}
  names: {type: list, of: line, class: public, title: {en: Names}}
  longs: {type: list, of: long, class: public, title: {en: Long texts}}
  entry: {type: record, class: public, title: {en: Entry}, fields: {code: line}}
  entries: {type: list, of: entry, class: public, title: {en: Entries}}
registers:
  limit: {title: {en: Limits}, kept: own, key: [name], fields: {name: line, most: amount}}
  road:
    title: {en: Roads}
    kept: shared
    key: [code]
    fields:
      code: line
      named: {type: line, optional: true}
      opened: {type: day, sided: true, optional: true}
      seat: {type: place, class: public, optional: true, title: {en: Place}}
  whitelist: {title: {en: List}, kept: shared, editions: true, key: [code], fields: {code: line}}
books:
  goods:
    title: {en: Goods}
    type: amount
    accounts: {outside: {floor: none}, stock: {key: [place]}, month: {floor: none}}
services:
  plain:
    title: {en: Plain}
    parties: {lender: {clerk: all}}
    fields: {name: line, round: line, rank: amount}
    start: {owner: lender, by: clerk, form: [name], to: open}
    states:
      open:
        title: {en: Open}
        owner: lender
        events:
          close: {title: {en: Close}, by: clerk, to: done}
          choose: {title: {en: Choose}, by: system, form: [round, rank], when: data.name != 'no', why: {en: Not this one}, to: done}
      done: {title: {en: Done}, final: true}
  below:
    title: {en: Below}
    parent: loan
    parties: {lender: {clerk: all}}
    fields: {name: line}
    start: {owner: lender, by: clerk, form: [name], to: done}
    states: {done: {title: {en: Done}, final: true}}
  loan:
    title: {en: Loan}
    parties: {lender: {clerk: all}, borrower: {clerk: all, guest: own}}
    fields:
      name: line
      wanted: amount
      note: line
      total: {type: amount, optional: true}
      names: {type: names, optional: true}
      longs: {type: longs, optional: true}
      entries: {type: entries, optional: true}
      day: {type: day, optional: true}
      road: {type: ref, to: road, class: public, optional: true, title: {en: Road}}
      place: {type: place, class: public, optional: true, title: {en: Place}}
    start:
      owner: lender
      by: clerk
      form: [name, wanted, place]
      when: data.wanted > 0
      why: {en: Nothing is wanted}
      to: open
    states:
      open:
        title: {en: Open}
        owner: lender
        events:
          judge:
            title: {en: Judge}
            by: [clerk, borrower.guest]
            form: [note, place, road]
            when: data.note != 'no'
            why: {en: Not this one}
            set: {total: "=limit[data.name].most"}
          only_boss: {title: {en: Boss}, by: borrower.guest}
          many: {title: {en: Many}, by: clerk, form: [names], do: [{each: data.names, put: limit, key: =each, fields: {name: =each, most: 1}}, {each: data.names, put: limit, key: =each, fields: {name: =each, most: 2}}, {each: data.names, put: limit, key: =each, fields: {name: =each, most: 3}}]}
          big: {title: {en: Big}, by: clerk, form: [longs]}
          circle_round: {title: {en: Round}, by: clerk, to: ping}
          too_low: {title: {en: Low}, by: clerk, do: {move: 1, from: goods.outside, to: goods.stock('x')}, to: held}
          take: {title: {en: Take}, by: clerk, do: {move: =data.wanted, from: goods.stock('here'), to: goods.outside}}
          pour: {title: {en: Pour}, by: clerk, do: {move: 10, from: goods.outside, to: goods.month}}
          state_month: {title: {en: State}, by: clerk, set: {total: "=goods.window('month', '2026-02').count"}}
          backdate: {title: {en: Backdate}, by: clerk, do: {move: 5, from: goods.month, to: goods.outside, date: 2026-02-10}}
          publish: {title: {en: Publish}, by: clerk, form: [entries, day], do: {edition: whitelist, name: mine, entries: data.entries, from: "=has(data.day) ? data.day : null"}}
          rename: {title: {en: Rename}, by: clerk, form: [note], do: {put: road, key: =data.note, fields: {named: other}}}
          grant: {title: {en: Grant}, by: clerk, to: granted}
          signalled: {title: {en: Signalled}, by: system, form: [note]}
          draw: {title: {en: Draw}, by: clerk, do: {allot: plain, in: open, places: 9, take: choose, with: {round: =case.id, rank: =each.rank}}}
          twice: {title: {en: Twice}, by: clerk, do: [{allot: plain, in: open, places: 1, take: choose, with: {round: =case.id, rank: =each.rank}}, {allot: plain, in: open, places: 1, take: choose, with: {round: =case.id, rank: =each.rank}}]}
          drop: {title: {en: Drop}, by: clerk, to: done}
          second: {title: {en: Second}, by: clerk, by_another_than: start, to: done}
          late: {title: {en: Late}, by: system, do: {task: {en: It is late}, for: clerk}}
      held:
        title: {en: Held}
        owner: lender
        holds: {lender: goods.stock('x') < 1}
        events: {drop: {title: {en: Drop}, by: clerk, to: done}}
      ping: {title: {en: Ping}, owner: lender, then: [{when: data.wanted > 0, to: pong}], events: {drop: {title: {en: Drop}, by: clerk, to: done}}}
      pong: {title: {en: Pong}, owner: lender, then: [{when: data.wanted > 0, to: ping}], events: {drop: {title: {en: Drop}, by: clerk, to: done}}}
      granted:
        title: {en: Granted}
        owner: borrower
        events:
          back: {title: {en: Back}, by: [clerk, lender.clerk], to: done}
          late: {title: {en: Late}, by: system, do: {task: {en: It is late}, for: clerk}}
      done: {title: {en: Done}, final: true}
    clocks:
      open: {working_days: 3, runs_in: open, breach: late}
      granted: {working_days: 3, runs_in: granted, breach: late}
feeds:
  tap:
    title: {en: Taps}
    by: clerk
    fields: {id: line, amount: amount, place: line, seat: {type: place, class: public, optional: true, title: {en: Place}}}
    key: [id]
    when: line.amount != 13
    why: {en: Not thirteen}
    do: {move: =line.amount, from: "goods.stock(line.place)", to: goods.outside}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: loans, is: 0}]}
figures:
  loans: {title: {en: Loans}, of: loan, from: case.opened, count: true}
)pack";

// Reasons that no row can bring about, and why.
const std::set<Why> kNotHere{
    Why::calculator_failed,    // the packs' calculators are tested by the modules that have them
    Why::no_such_child_field,  // the loader of packs lets no effect give one: only a peer could
};

using Refused = std::optional<Reject>;

// Whether `words` are those of the pattern, its places filled with anything.
bool fits(std::string_view words, std::string_view pattern) {
  std::size_t at = 0;
  bool first = true;
  while (true) {
    const std::size_t open = std::min(pattern.find('{'), pattern.size());
    const std::string_view piece = pattern.substr(0, open);
    const std::size_t found = words.find(piece, at);
    if (found == std::string_view::npos || (first && found != 0)) return false;
    at = found + piece.size();
    if (open == pattern.size()) return piece.empty() || words.ends_with(piece);
    pattern.remove_prefix(pattern.find('}') + 1);
    first = false;
  }
}

// By its code, its place and its words.
bool is_of(const Reject& refused, Why why) {
  if (refused.code != why_code(why)) return false;
  const std::string where = refusal(why, {}, {}).where;
  if (!where.empty() && refused.where != where && why != Why::no_party_of_circle) return false;
  const std::string key = "refusal." + std::string{why_name(why)};
  if (!texts::has(key)) return true;
  return refused.why.size() == 1 && fits(in_language(refused.why[0], "en"), texts::text("en", key));
}

class Refusals : public testing::Test {
 protected:
  Refusals() {
    auto loaded = packs::load(kPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note) ADD_FAILURE() << finding.path << ": " << finding.text;
    }
    pack_ = loaded.pack;
    must(BeginDay{.day = today_});
    must(AdoptRecord{.record = {.what = "agreement", .edition = 1, .bytes = "{}"},
                     .parties = {{.party = "a"}, {.party = "b"}, {.party = "c"}}});
    must(AdoptPack{.source = canonical_json(pack_->source), .from = today_});
    state_.apply(PackAdopted{.party = "b", .digest = pack_->digest, .from = today_, .source = {}});
  }

  std::expected<Decision, Reject> run(const Command& command) {
    auto decision =
        decide(state_, command, {.now = {.unix_ms = 1'000}, .today = today_, .salt = "salt"});
    if (!decision) return decision;
    for (const Event& event : decision->events) state_.apply(event);
    return decision;
  }
  Decision must(const Command& command) {
    auto decision = run(command);
    EXPECT_TRUE(decision) << (decision ? "" : describe(decision.error()));
    return decision ? *decision : Decision{};
  }
  // Of the command, or of its first line.
  Refused refused(const Command& command) {
    const auto done =
        decide(state_, command, {.now = {.unix_ms = 1'000}, .today = today_, .salt = "salt"});
    if (!done) return done.error();
    return done->refused.empty() ? Refused{} : Refused{done->refused[0].why};
  }
  // Of a part of a decision, whose refusal becomes a task or a token.
  Refused refused(const std::function<Result(Deciding&)>& part) {
    Draft draft{&state_};
    int budget = 10;
    const Moment moment{.now = {.unix_ms = 1'000}, .today = today_, .salt = "salt"};
    Deciding d{.draft = draft, .moment = moment, .budget = budget, .before = state_};
    const Result done = part(d);
    return done ? Refused{} : Refused{done.error()};
  }
  void expect(Why why, const Refused& refused) {
    met_.insert(why);
    ASSERT_TRUE(refused) << why_name(why) << " was not refused";
    EXPECT_TRUE(is_of(*refused, why)) << why_name(why) << ", not " << describe(*refused);
  }
  void expect(Why why, const Command& command) { expect(why, refused(command)); }

  static Asker clerk() {
    return {.principal = "anna", .roles = {"clerk", "registrar"}, .divisions = {"5101"}};
  }
  static StartCase open(Value with = Value::Record{{"name", "x"}, {"wanted", 10}}) {
    return {.by = clerk(),
            .pack = "rules",
            .service = "loan",
            .role = "clerk",
            .parties = {{"lender", "a"}, {"borrower", "b"}},
            .parent = {},
            .id = {},
            .with = std::move(with)};
  }
  static FireEvent fire(const CaseId& id, const std::string& event, Value with = Value::Record{}) {
    return {.by = clerk(),
            .id = id,
            .event = event,
            .role = "clerk",
            .version = {},
            .with = std::move(with)};
  }
  CaseId opened() { return CaseId{must(open()).answer.text_at("case")}; }
  CaseId disputed() {
    const CaseId id = opened();
    state_.apply(CaseDisputed{.id = id, .by = "b", .reason = "r", .detail = {}, .content = "c"});
    return id;
  }
  CaseId with_other() {
    const CaseId id = opened();
    must(fire(id, "grant"));
    return id;
  }
  CaseId ended() {
    const CaseId id = opened();
    must(fire(id, "drop"));
    return id;
  }
  static PutRecords import(const std::string& reg, Value record) {
    return {.by = clerk(), .pack = "rules", .reg = reg, .records = {std::move(record)}};
  }
  const Asker holder_ = [] {
    Asker by;
    by.roles = {std::string{kDirectoryRole}};
    return by;
  }();
  TakeMessage message(const std::string& kind, Value body) {
    return {.from = "b",
            .seq = 1,
            .message_id = {},
            .issued = 0,
            .expiry = 0,
            .life_max = 0,
            .kind = kind,
            .stream = body.text_at("case"),
            .pack = pack_->digest.substr(7),
            .body = body};
  }

  void every_request();
  void decide_in_east(bool split);
  void opening();
  void firing();
  void stepping();
  void rounds();
  void signals_and_clocks();
  void accounts();
  void importing();
  void editions();
  void feeds_and_tasks();
  void disputes_and_held();
  void two_keepers();
  void circle();
  void figures();
  void people();
  void orders();
  void approvals(SetPrincipal set);
  void working();
  void messages();
  void asks();

  Date today_ = *Date::parse("2026-03-02");
  State state_{"a"};
  packs::PackPtr pack_;
  std::set<Why> met_;
};

void Refusals::every_request() {
  auto once = open();
  once.by.idempotency_key = "k";
  once.by.request_digest = "d";
  must(once);
  once.by.request_digest = "other";
  expect(Why::key_used, once);
}

// Another node of this party decides there; or none does.
void Refusals::decide_in_east(bool split) {
  if (!split) return state_.apply(PartyJoined{.party = "a-east"});
  state_.apply(PartyJoined{.party = "a", .divisions = {"51"}});
  state_.apply(
      PartyJoined{.party = "a-east", .of = "a", .divisions = {"5001"}, .site = "https://e"});
}

void Refusals::opening() {
  const CaseId loan = opened();
  const CaseId plain{must([&] {
                       auto command = open(Value::Record{{"name", "x"}});
                       command.service = "plain";
                       command.parties = {{"lender", "a"}};
                       return command;
                     }())
                         .answer.text_at("case")};
  // Below a parent.
  auto child = open(Value::Record{});
  child.service = "none";
  child.parent = "a-99";
  expect(Why::no_such_parent, child);
  child.parent = plain;
  expect(Why::no_such_service, child);
  child.service = "plain";
  expect(Why::no_parent_here, child);
  child.service = "below";
  expect(Why::wrong_parent, child);
  child.parent.clear();
  expect(Why::parent_missing, child);

  StartCase command = open(Value::Record{{"name", "x"}, {"wanted", 0}, {"place", "500112"}});
  command.pack = "none";
  command.parties = {{"lender", "b"}, {"stranger", "a"}};
  command.role = "guest";
  command.id = CaseId{std::string(121, 'x')};
  expect(Why::pack_not_in_force, command);
  command.pack = "rules";
  expect(Why::party_missing, command);
  command.parties["borrower"] = "z";
  expect(Why::no_party_of_circle, command);
  command.parties["borrower"] = "c";
  expect(Why::not_in_force_at, command);
  command.parties["borrower"] = "a";
  expect(Why::no_such_party, command);
  command.parties.erase("stranger");
  expect(Why::opened_by_another, command);
  command.parties = open().parties;
  expect(Why::may_not_open, command);
  command.role = "clerk";
  expect(Why::id_too_long, command);
  command.id = loan;
  expect(Why::case_exists, command);
  command.id.clear();
  decide_in_east(true);
  expect(Why::opened_elsewhere, command);
  decide_in_east(false);
  expect(Why::outside_divisions, command);
  command.by.divisions.clear();
  expect(Why::no_branch, command);
  (*command.with.as_record())["wanted"] = 1;
  must(command);
}

void Refusals::firing() {
  FireEvent command = fire("a-99", "none", Value{7});
  command.role = "boss";
  command.version = 99;
  expect(Why::no_such_case, command);
  command.id = disputed();
  expect(Why::in_dispute, command);
  command.id = ended();
  expect(Why::ended, command);
  command.id = with_other();
  expect(Why::with_another, command);
  command.id = opened();
  expect(Why::event_not_taken, command);
  command.event = "judge";
  expect(Why::role_may_not, command);
  command.role = "clerk";
  command.by.roles.clear();
  expect(Why::role_not_held, command);
  command.by = clerk();
  expect(Why::case_changed, command);
  command.version.reset();
  FireEvent second = fire(command.id, "second", Value{7});
  expect(Why::same_person, second);
  second.by.principal = "berta";
  expect(Why::fields_expected, second);
  expect(Why::fields_expected, command);
  command.with = Value::Record{{"surprise", 1}};
  expect(Why::unexpected_field, command);
  command.with = Value::Record{{"place", "500112"}, {"road", "r"}};
  expect(Why::field_required, command);
  (*command.with.as_record())["note"] = 7;
  expect(Why::malformed, command);
  (*command.with.as_record())["note"] = "no";
  expect(Why::outside_divisions, command);
  (*command.with.as_record())["place"] = "510104";
  expect(Why::no_branch, command);
  (*command.with.as_record())["note"] = "yes";
  expect(Why::no_such_target, command);
  must(import("road", Value::Record{{"code", "r"}}));
  expect(Why::expression_failed, command);
  must(import("limit", Value::Record{{"name", "x"}, {"most", 1}}));
  must(command);
}

void Refusals::stepping() {
  const CaseId id = opened();
  Value::List names, longs;
  for (int i = 0; i < 1'000; ++i) names.emplace_back("n" + std::to_string(i));
  for (int i = 0; i < 100; ++i) longs.emplace_back(std::string(3'000, 'x'));
  expect(Why::too_many_effects, fire(id, "many", Value::Record{{"names", names}}));
  expect(Why::case_too_large, fire(id, "big", Value::Record{{"longs", longs}}));
  expect(Why::would_not_hold, fire(id, "too_low"));
  expect(Why::too_many_steps, fire(id, "circle_round"));
}

void Refusals::rounds() {
  const CaseId id = opened();
  const auto enacted = [&](const AllotDone& done, bool within) {
    return refused([&](Deciding& d) {
      d.allotting = within;
      return enact(done, packs::Effect{},
                   {.d = d, .id = id, .pack = *pack_, .by = "a", .sides = {}, .told = {}});
    });
  };
  AllotDone many;
  many.of = 5'001;
  // No pack of one edition lets a candidate draw; one that runs under another might.
  expect(Why::round_in_round, enacted(many, true));
  expect(Why::too_many_candidates, enacted(many, false));
  const auto plain = [&](const std::string& name) {
    StartCase start = open(Value::Record{{"name", name}});
    start.service = "plain";
    start.parties.erase("borrower");
    return CaseId{must(start).answer.text_at("case")};
  };
  const CaseId unfit = plain("no");
  Refused named = refused(fire(id, "draw"));
  ASSERT_TRUE(named);
  ASSERT_EQ(named->why.size(), 2U) << "and why it could not";
  EXPECT_EQ(in_language(named->why.back(), "en"), "Not this one");
  named->why.pop_back();
  expect(Why::candidate_refuses, named);
  must(fire(unfit, "close"));
  plain("yes");
  expect(Why::candidate_gone, fire(id, "twice"));
  must(fire(id, "draw"));
}

void Refusals::signals_and_clocks() {
  const auto signal = [&](const CaseId& id, const std::string& event) {
    return refused([&](Deciding& d) { return signal_case(d, id, event, Value{Value::Record{}}); });
  };
  const CaseId stopped = disputed();
  const CaseId theirs = with_other();
  const CaseId over = ended();
  const CaseId open_case = opened();
  expect(Why::no_such_case, signal("a-99", "none"));
  expect(Why::target_ended, signal(over, "none"));
  expect(Why::target_in_dispute, signal(stopped, "none"));
  expect(Why::target_takes_not, signal(open_case, "none"));
  expect(Why::not_of_engine, signal(open_case, "grant"));
  expect(Why::field_required, signal(open_case, "signalled"));

  expect(Why::not_due, FireClock{.id = open_case, .clock = "open"});
  const Date monday = today_;
  today_ = monday.plus_days(13);  // a Sunday
  expect(Why::waits_for_settlement, FireClock{.id = stopped, .clock = "open"});
  state_.apply(ClockSet{.id = over, .clock = "open", .used = 0, .since = monday, .due = monday});
  expect(Why::clock_stands, FireClock{.id = over, .clock = "open"});
  must(FireClock{.id = theirs, .clock = "granted"});
  expect(Why::alarm_raised, FireClock{.id = theirs, .clock = "granted"});
  expect(Why::no_working_day, FireClock{.id = open_case, .clock = "open"});
  today_ = monday;
}

void Refusals::accounts() {
  const CaseId id = opened();
  expect(Why::below_floor, fire(id, "take"));
  must(fire(id, "backdate"));
  must(fire(id, "state_month"));
  expect(Why::month_stated, fire(id, "backdate"));
  const Account month{.book = "rules/goods", .kind = "month", .key = {}};
  const Account outside{.book = "rules/goods", .kind = "outside", .key = {}};
  const std::int64_t full = std::numeric_limits<std::int64_t>::max();  // the account holds -5
  state_.apply(Posted{.id = id, .from = outside, .to = month, .amount = full, .on = today_});
  expect(Why::balance_overflows, fire(id, "pour"));
  state_.apply(Posted{.id = id, .from = month, .to = outside, .amount = full, .on = today_});
}

void Refusals::importing() {
  PutRecords command = import("none", Value{7});
  command.pack = "none";
  command.by.roles.clear();
  expect(Why::pack_not_in_force, command);
  command.pack = "rules";
  expect(Why::no_such_register, command);
  command.reg = "whitelist";
  expect(Why::only_by_edition, command);
  command.reg = "road";
  expect(Why::registrar_only, command);
  command.by = clerk();
  expect(Why::record_expected, command);
  const Value::Record others{{"b", "2026-01-01"}, {"z", Value{}}};
  command.records = {Value::Record{{"surprise", 1}, {"opened", others}}};
  expect(Why::key_missing, command);
  Value::Record& fields = *command.records[0].as_record();
  fields["code"] = "new";
  expect(Why::said_by_another, command);
  fields["opened"] = Value::Record{{"a", "2026-01-01"}, {"z", Value{}}};
  fields["seat"] = "500112";
  decide_in_east(true);
  expect(Why::outside_divisions, command);
  command.by.divisions.clear();
  expect(Why::line_elsewhere, command);
  decide_in_east(false);
  expect(Why::side_no_party, command);
  fields.erase("seat");
  fields["opened"] = "2026-01-01";
  expect(Why::no_such_register_field, command);
  fields.erase("surprise");
  fields["named"] = 7;
  expect(Why::malformed, command);
  fields["named"] = "n";
  must(command);
  expect(Why::record_incomplete, import("limit", Value::Record{{"name", "y"}}));
  state_.apply(RecordPut{.reg = "rules/road",
                         .key = "theirs",
                         .keeper = "b",
                         .side = "b",
                         .fields = Value::Record{{"code", "theirs"}},
                         .sided = {},
                         .on = today_,
                         .id = {},
                         .sides = {}});
  expect(Why::kept_by_another,
         import("road", Value::Record{{"code", "theirs"}, {"named", "ours"}}));
  expect(Why::kept_by_another, fire(opened(), "rename", Value::Record{{"note", "theirs"}}));
}

void Refusals::editions() {
  const CaseId id = opened();
  const auto listed = [](const char* keeper, const char* name, const char* key, Date on) {
    return EditionPublished{.reg = "rules/whitelist",
                            .keeper = keeper,
                            .name = name,
                            .number = 1,
                            .on = on,
                            .entries = {{key, Value::Record{{"code", key}}}},
                            .id = {}};
  };
  state_.apply(listed("a", "mine", "m", today_));
  state_.apply(listed("a", "other", "o", today_));
  state_.apply(listed("b", "theirs", "t", today_));
  const auto publish = [&](const std::vector<const char*>& codes, const char* day) {
    Value::List entries;
    for (const char* code : codes) entries.push_back(Value::Record{{"code", code}});
    return fire(id, "publish", Value::Record{{"entries", std::move(entries)}, {"day", day}});
  };
  expect(Why::entries_expected, fire(id, "publish", Value::Record{{"day", "2025-01-01"}}));
  expect(Why::edition_before_last, publish({"n", "n"}, "2025-01-01"));
  expect(Why::edition_too_early, publish({"n", "n"}, "2026-05-01"));
  expect(Why::entry_twice, publish({"n", "n", "t"}, "2026-03-02"));
  expect(Why::listed_by_another, publish({"t", "o"}, "2026-03-02"));
  expect(Why::listed_elsewhere, publish({"o"}, "2026-03-02"));
}

void Refusals::feeds_and_tasks() {
  PostFeed command{
      .by = clerk(), .pack = "none", .feed = "none", .role = "guest", .lines = {Value{7}}};
  expect(Why::pack_not_in_force, command);
  command.pack = "rules";
  expect(Why::no_such_feed, command);
  command.feed = "tap";
  expect(Why::feed_not_for_role, command);
  command.role = "clerk";
  expect(Why::malformed, command);
  command.lines = {Value::Record{{"id", "1"}, {"amount", 13}, {"place", "p"}, {"seat", "500112"}}};
  decide_in_east(true);
  expect(Why::outside_divisions, command);
  command.by.divisions.clear();
  expect(Why::line_elsewhere, command);
  decide_in_east(false);
  expect(Why::line_refused, command);
  (*command.lines[0].as_record())["amount"] = 12;
  expect(Why::below_floor, command);
  state_.apply(FeedTaken{.feed = "rules/tap",
                         .lines = {{.key = "1", .postings = {}, .records = {}, .content = 1}}});
  expect(Why::known_otherwise, command);

  expect(Why::no_such_task, CloseTask{.by = clerk(), .number = 999});
  state_.apply(TaskRaised{.number = 900,
                          .kind = TaskKind::work,
                          .id = {},
                          .roles = {"guest"},
                          .title = {},
                          .detail = {},
                          .on = today_});
  expect(Why::task_for_others, CloseTask{.by = clerk(), .number = 900});
}

void Refusals::two_keepers() {
  SettleRecord command{.by = clerk(),
                       .pack = "none",
                       .reg = "none",
                       .key = "ours",
                       .keeper = "b",
                       .yields = {},
                       .content = {},
                       .note = {}};
  expect(Why::pack_not_in_force, command);
  command.pack = "rules";
  expect(Why::no_such_register, command);
  command.reg = "whitelist";
  expect(Why::settled_by_edition, command);
  command.reg = "road";
  expect(Why::not_contested, command);
  must(import("road", Value::Record{{"code", "ours"}}));
  expect(Why::not_contested, command);
  const auto claim = [&](Value fields) {
    state_.apply(RecordContested{.reg = "rules/road",
                                 .key = "ours",
                                 .keeper = "b",
                                 .fields = std::move(fields),
                                 .on = today_});
  };
  claim(Value{});
  command.yields = "c";
  expect(Why::not_contested, command);
  command.yields = "a";
  expect(Why::row_not_told, command);
  const Value theirs = Value::Record{{"code", "ours"}, {"named", "b"}};
  claim(theirs);
  expect(Why::row_changed, command);
  command.content = digest_of_row(theirs);
  must(command);
  expect(Why::signed_already, command);
  expect(Why::being_settled, import("road", Value::Record{{"code", "ours"}, {"named", "x"}}));
}

void Refusals::disputes_and_held() {
  SignSettlement command{.by = clerk(), .id = "a-99", .content = "other", .note = {}};
  expect(Why::no_such_case, command);
  command.id = opened();
  expect(Why::not_in_dispute, command);
  command.id = disputed();
  expect(Why::other_content, command);

  ResolveHeld held{.by = clerk(), .second = clerk(), .from = "b", .seq = 1};
  expect(Why::no_such_held, held);
  state_.apply(MessageHeld{.from = "b",
                           .seq = 1,
                           .kind = "x.y",
                           .stream = {},
                           .pack = {},
                           .reason = "pack",
                           .body = Value{Value::Record{}}});
  expect(Why::two_persons, held);
  held.second.principal = "otto";
  expect(Why::unknown_kind, held);
}

void Refusals::circle() {
  expect(Why::pack_not_json, AdoptPack{.by = {}, .source = "{", .from = today_});
  expect(Why::pack_faulty, AdoptPack{.by = {}, .source = "{}", .from = today_});
  expect(Why::another_record,
         AdoptRecord{.record = {.what = "agreement", .edition = 1, .bytes = "{2}"}});
  expect(Why::edition_missing,
         AdoptRecord{.record = {.what = "agreement", .edition = 3, .bytes = "{3}"}});
  const SetCalendar calendar{.by = {}, .calendar = {.party = "b", .version = 1}};
  must(calendar);
  expect(Why::older_calendar, calendar);
  const FireEvent shared = fire(opened(), "grant");
  state_.apply(PartyJoined{.party = "b", .member = false, .left = 2});
  expect(Why::party_left, shared);
  state_.apply(PartyJoined{.party = "b"});
}

void Refusals::figures() {
  TellFigures command{.by = clerk(), .told = Value{7}};
  expect(Why::may_not_tell_figures, command);
  command.by.roles = {"audit"};
  expect(Why::figures_misshapen, command);
  const auto counted = [](Value item) {
    return Value{Value::Record{
        {"position", 1}, {"channels", Value::Record{}}, {"items", Value::List{std::move(item)}}}};
  };
  command.told = counted(Value{7});
  expect(Why::figures_misshapen, command);
  Value::Record item{{"pack", "none"},
                     {"figure", "none"},
                     {"definition", "sha256:" + std::string(64, 'a')},
                     {"as_of", "2026-03-02"},
                     {"value", 1},
                     {"rows", 1},
                     {"failed", 0}};
  command.told = counted(Value{item});
  expect(Why::pack_not_in_force, command);
  item["pack"] = pack_->digest;
  command.told = counted(Value{item});
  expect(Why::no_such_figure, command);
  item["figure"] = "loans";
  command.told = counted(Value{item});
  must(command);
}

void Refusals::messages() {
  const CaseId id = opened();
  expect(Why::message_too_large, refused([&](Deciding& d) {
           return queue(d, "b", {.kind = "x", .body = Value{std::string(900'001, 'x')}});
         }));
  expect(Why::not_the_next, TakeMessage{.from = "b", .seq = 7});
  expect(Why::never_sent, AckMessage{.to = "c", .seq = 9'999, .outcome = {}, .reason = {}});
  expect(Why::unknown_kind,
         refused([&](Deciding& d) { return dispatch(d, message("x.y", Value::Record{})); }));
  state_.apply(MessageQueued{.to = "b",
                             .seq = 200'000,
                             .kind = "x",
                             .stream = {},
                             .pack = {},
                             .body = {},
                             .principal = {}});
  expect(Why::away_too_long, fire(id, "drop"));
}

void Refusals::asks() {
  Value::Record body{{"case", "a-99"}, {"event", "none"}, {"party", "lender"}, {"role", "boss"}};
  const auto ask = [&](const char* kind) {
    return refused([&](Deciding& d) { return dispatch(d, message(kind, Value{body})); });
  };
  const CaseId stopped = disputed();
  const CaseId theirs = with_other();
  const CaseId ours = opened();
  body["input"] = Value::Record{{"surprise", 1}};
  expect(Why::ask_of_no_case, ask("case.ask"));
  body["case"] = stopped;
  expect(Why::ask_of_another_party, ask("case.ask"));
  body["party"] = "borrower";
  expect(Why::ask_in_dispute, ask("case.ask"));
  body["case"] = theirs;
  expect(Why::ask_of_no_holder, ask("case.ask"));
  body["case"] = ours;
  expect(Why::ask_not_taken, ask("case.ask"));
  body["event"] = "judge";
  expect(Why::ask_role_may_not, ask("case.ask"));
  body["role"] = "guest";
  expect(Why::unexpected_field, ask("case.ask"));

  auto plain = open(Value::Record{{"name", "x"}});
  plain.service = "plain";
  plain.parties = {{"lender", "a"}};
  body["case"] = must(plain).answer.text_at("case");
  expect(Why::ask_of_no_party, ask("case.signal"));
}

void Refusals::people() {
  Asker holder;
  holder.principal = "local:otto";
  SetPrincipal set{.by = holder, .who = {}, .approval = 0};
  set.who.id = "key:one";
  set.who.version = 2;
  set.who.may = {"admin"};
  expect(Why::admin_only, set);
  set.by.roles = {std::string{kDirectoryRole}};
  expect(Why::no_such_principal, set);
  set.who.version = 1;
  expect(Why::person_needed, set);
  set.who.person = "one";
  set.who.proof = "p1";
  must(set);
  expect(Why::principal_exists, set);
  set.who.version = 7;
  expect(Why::principal_changed, set);
  set.who.id = set.who.person = "user:two";
  set.who.version = 1;
  expect(Why::proof_used, set);
  set.who.proof = "p2";
  must(set);
  expect(Why::no_such_principal, EndPrincipal{.by = holder_, .id = "key:none"});
  set.who.id = set.who.person = "user:three";
  set.who.proof = "p3";
  must(set);
  must(EndPrincipal{.by = holder_, .id = "user:three"});
  expect(Why::principal_ended, EndPrincipal{.by = holder_, .id = "user:three"});
  set.who.version = 2;
  expect(Why::principal_ended, set);
  set.by = {};
  set.by.principal = "one";
  set.who.id = set.who.person = "user:four";
  set.who.version = 1;
  set.who.proof = "p4";
  expect(Why::needs_two, set);
  orders();
  approvals(set);
}

// Of what could not be carried out nobody is asked.
void Refusals::orders() {
  const auto ask = [](Act act) {
    AskApproval request;
    request.by.principal = "one";
    request.act = std::move(act);
    return request;
  };
  OrderPrivacy act;
  PrivacyOrdered& order = act.order;
  order.kind = "burn";
  expect(Why::order_misshapen, ask(act));
  order.kind = "erase";
  expect(Why::order_misshapen, ask(act));
  order.reason = "r";
  order.subject = "t:s";
  order.keys.assign(kErasedKeysMax + 1, "a-k1");
  expect(Why::too_many_keys, ask(act));
  order.keys.clear();
  expect(Why::nothing_to_erase, ask(act));
  order.keys = {"a-k1"};
  order.from = "b";
  expect(Why::no_such_order, ask(act));
  order.from = {};
  EndOrder end;
  end.number = 1;
  expect(Why::no_such_order, ask(end));
  PrivacyOrdered hold = order;
  hold.kind = "hold";
  hold.number = 1;
  state_.apply(hold);
  expect(Why::on_hold, ask(act));
  state_.apply(PrivacyOrderEnded{.number = 1, .outcome = "lifted", .by = "one", .on = {}});
  expect(Why::order_ended, ask(end));
}

void Refusals::approvals(SetPrincipal set) {
  expect(Why::takes_two, SetCalendar{.by = {}, .calendar = {.party = "a", .version = 9}});
  Asker one, two, three;
  one.principal = "one";
  two.principal = "user:two";
  three.principal = "user:three";
  expect(Why::admin_only, AskApproval{.by = three, .act = set});
  must(AskApproval{.by = one, .act = set});
  expect(Why::approval_waits, AskApproval{.by = two, .act = set});
  set.by = two;
  set.approval = 9;
  expect(Why::no_such_approval, set);
  set.approval = 1;
  set.who.roles = {"*:clerk"};
  expect(Why::approval_other, set);
  set.who.roles = {};
  set.by = one;
  expect(Why::same_approver, set);
  set.by = two;
  must(EndPrincipal{.by = holder_, .id = "key:one"});
  expect(Why::approver_gone, set);
  expect(Why::no_such_approval, WithdrawApproval{.by = two, .number = 9});
  expect(Why::channel_runs,
         AskApproval{.by = two,
                     .act = StartChannel{.by = {}, .peer = "b", .stopped = "receipt", .note = {}}});
  state_.apply(
      ApprovalAsked{.number = 2, .act = act_value(set), .by = "user:two", .at_s = 0, .until_s = 1});
  set.approval = 2;
  expect(Why::approval_expired, set);
  // Few that are large are too many, too.
  constexpr std::size_t kLarge = 33u << 20;
  state_.apply(ApprovalAsked{.number = 3,
                             .act = Value{std::string(kLarge, 'x')},
                             .by = "user:two",
                             .at_s = 0,
                             .until_s = 99});
  set.who.proof = "p5";
  expect(Why::too_many_approvals, AskApproval{.by = two, .act = set});
  state_.apply(ApprovalClosed{.number = 3, .outcome = "withdrawn", .by = "user:two"});
  for (std::int64_t i = 3; i < 3 + static_cast<std::int64_t>(kApprovalsMax); ++i) {
    state_.apply(
        ApprovalAsked{.number = i, .act = Value{i}, .by = "user:two", .at_s = 0, .until_s = 99});
  }
  expect(Why::too_many_approvals, AskApproval{.by = two, .act = set});
}

void Refusals::working() {
  SetPrincipal admit{.by = holder_, .who = {}, .approval = 0};
  admit.who.version = 1;
  admit.who.roles = {"rules:clerk"};
  for (const char* name : {"user:clara", "user:dora"}) {
    admit.who.id = admit.who.person = name;
    admit.who.proof = std::string{"proof of "} + name;
    must(admit);
  }
  const std::string clara = "user:clara", dora = "user:dora";
  AssignCase assign{.by = {}, .id = "a-99", .to = {}, .note = {}};
  assign.by.principal = clara;
  expect(Why::no_such_case, assign);
  assign.id = ended();
  expect(Why::ended, assign);
  assign.id = CaseId{must(open(Value::Record{{"name", "x"}, {"wanted", 10}, {"place", "510104"}}))
                         .answer.text_at("case")};
  expect(Why::not_of_office, assign);
  assign.by.roles = {"clerk"};
  assign.by.divisions = {"5001"};
  expect(Why::outside_divisions, assign);
  assign.by.divisions = {};
  expect(Why::assigned_to_nobody, assign);
  assign.to = "user:nobody";
  expect(Why::no_such_colleague, assign);
  assign.to = clara;
  must(assign);
  expect(Why::assigned_already, assign);
  assign.by.principal = assign.to = dora;
  expect(Why::taken_from_another, assign);
  assign.note = "she is ill";
  must(assign);
  EXPECT_EQ(state_.find_case(assign.id)->assignee, dora);

  SetSubstitute stand{
      .by = {}, .person = clara, .substitute = {}, .from = today_, .until = today_.plus_days(-1)};
  stand.by.principal = dora;
  expect(Why::admin_only, stand);
  stand.by.principal = clara;
  expect(Why::no_substitute, stand);
  stand.substitute = clara;
  expect(Why::own_substitute, stand);
  stand.substitute = "user:nobody";
  expect(Why::no_such_principal, stand);
  stand.substitute = dora;
  expect(Why::substitute_days, stand);
  stand.until = today_;
  must(stand);
  // Who stands in takes over without a reason, on these days only.
  const People& people = state_.circle().people;
  EXPECT_EQ(stands_in_for(people, dora, today_), std::vector{clara});
  EXPECT_TRUE(stands_in_for(people, dora, today_.plus_days(1)).empty());
  assign.to = clara;
  must(assign);
  assign.to = dora;
  assign.note.clear();
  must(assign);
  stand.substitute.clear();
  must(stand);
  EXPECT_TRUE(people.substitutes.empty());
}

TEST_F(Refusals, EachIsMetInTheOrderInWhichItIsAsked) {
  every_request();
  opening();
  firing();
  stepping();
  rounds();
  signals_and_clocks();
  accounts();
  importing();
  editions();
  feeds_and_tasks();
  disputes_and_held();
  two_keepers();
  circle();
  figures();
  working();
  asks();
  messages();
  people();
  for (std::size_t i = 0; i < kWhyCount; ++i) {
    const Why why = static_cast<Why>(i);
    EXPECT_NE(met_.contains(why), kNotHere.contains(why)) << why_name(why) << " has no row";
  }
}

TEST(RefusalWords, SayWhatTheTableGivesThem) {
  for (std::size_t i = 0; i < kWhyCount; ++i) {
    const Why why = static_cast<Why>(i);
    const std::string key = "refusal." + std::string{why_name(why)};
    if (!texts::has(key)) {
      EXPECT_TRUE(refusal(why, {}, {}).why.empty()) << why_name(why);
      continue;
    }
    const Reject one = refusal(why, {}, {word("p1"), word("p2"), word("p3")});
    ASSERT_EQ(one.why.size(), 1U);
    for (const auto& [language, words] : one.why[0]) {
      EXPECT_EQ(words.find('{'), std::string::npos) << why_name(why) << " " << words;
    }
  }
}

}  // namespace
}  // namespace bashu::core
