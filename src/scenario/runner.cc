#include "scenario/runner.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "packs/before_sealing.h"
#include "scenario/memory_world.h"

namespace bashu::scenario {

namespace {

template <typename Text = std::string>
std::vector<Text> texts(const Value* value) {
  std::vector<Text> list;
  if (!value) return list;
  if (value->as_text()) list.emplace_back(*value->as_text());
  if (const auto* items = value->as_list()) {
    for (const Value& item : *items) {
      if (item.as_text()) list.emplace_back(*item.as_text());
    }
  }
  return list;
}

// Who acts in a scenario: the `parties` that it states, else all that it names, in that order.
std::vector<core::PartyId> acting(const Value& scenario) {
  if (const Value* named = scenario.find("parties")) return texts<core::PartyId>(named);
  std::vector<core::PartyId> found;
  const auto add = [&found](const std::string& party) {
    if (!party.empty() && std::find(found.begin(), found.end(), party) == found.end()) {
      found.emplace_back(party);
    }
  };
  if (const Value* given = scenario.find("given"); given && given->as_record()) {
    for (const auto& [party, registers] : *given->as_record()) add(party);
  }
  const Value* steps = scenario.find("steps");
  if (steps && steps->as_list()) {
    for (const Value& step : *steps->as_list()) {
      add(step.text_at("at"));
      const Value* parties = step.find("parties");
      if (!parties || !parties->as_record()) continue;
      for (const auto& [name, party] : *parties->as_record()) add(parties->text_at(name));
    }
  }
  if (found.empty()) found.emplace_back("a");
  return found;
}

std::vector<Date> dates(const Value* value) {
  std::vector<Date> list;
  for (const std::string& text : texts(value)) {
    if (const auto day = Date::parse(text)) list.push_back(*day);
  }
  return list;
}

class Play {
 public:
  Play(const packs::Pack& pack, World& world, const Value& scenario, Report& report,
       const std::vector<packs::PackPtr>& also)
      : pack_{pack}, world_{world}, scenario_{scenario}, report_{report}, also_{also} {}

  void run() {
    if (!prepare()) return;
    const Value* steps = scenario_.find("steps");
    if (!steps || !steps->as_list()) return fail("the scenario has no steps");
    for (const Value& step : *steps->as_list()) {
      ++report_.steps;
      take(step);
      if (std::string broken = world_.settle(); !broken.empty()) fail(broken);
      after(step);
    }
    if (down_.empty()) compare();
    for (const core::PartyId& party : world_.parties()) {
      for (const core::TaskRaised& task : world_.raised(party).tasks) {
        if (task.kind == core::TaskKind::exception) {
          report_.exceptions.push_back(party + ": " + task.id + ": " + task.detail);
        }
      }
    }
  }

 private:
  void fail(const std::string& words) {
    report_.failures.push_back(
        {report_.steps, "step " + std::to_string(report_.steps) + ": " + words});
  }

  bool prepare() {
    const auto today = Date::parse(scenario_.text_at("today"));
    if (!today) {
      fail("today: a date is expected");
      return false;
    }
    today_ = *today;
    for (const core::PartyId& party : acting_) {
      for (const packs::PackPtr& other : also_) {
        if (!adopt(party, *other)) return false;
      }
      if (!adopt(party, pack_)) return false;
    }
    world_.settle();
    if (const Value* calendar = scenario_.find("calendar")) {
      for (const core::PartyId& at : world_.parties()) {
        for (const core::PartyId& of : world_.parties()) {
          (void)world_.run(
              at, core::SetCalendar{.by = {},
                                    .calendar = {.party = of,
                                                 .version = 1,
                                                 .holidays = dates(calendar->find("holidays")),
                                                 .workdays = dates(calendar->find("workdays"))}});
        }
      }
    }
    const Value* given = scenario_.find("given");
    if (!given || !given->as_record()) return true;
    for (const auto& [party, registers] : *given->as_record()) {
      if (!registers.as_record()) continue;
      for (const auto& [name, records] : *registers.as_record()) {
        if (!fill(core::PartyId{party}, name, records)) return false;
      }
    }
    world_.settle();
    return true;
  }

  bool adopt(const core::PartyId& party, const packs::Pack& pack) {
    const auto ok = world_.run(
        party, core::AdoptPack{.by = {}, .source = canonical_json(pack.source), .from = today_});
    if (!ok) fail(party + " could not adopt " + pack.name);
    return ok.has_value();
  }

  // `name` is a register of the pack, or `pack/register`.
  bool fill(const core::PartyId& party, const std::string& name, const Value& records) {
    const packs::Pack* pack = &pack_;
    std::string reg_name = name;
    if (const auto slash = name.find('/'); slash != std::string::npos) {
      reg_name = name.substr(slash + 1);
      for (const packs::PackPtr& other : also_) {
        if (other->name == name.substr(0, slash)) pack = other.get();
      }
    }
    const auto* reg = packs::find(pack->registers, reg_name);
    if (!reg || !records.as_list()) {
      fail("given: no register " + name);
      return false;
    }
    core::PutRecords command{.by = {.principal = "scenario", .roles = {"registrar"}},
                             .pack = pack->digest,
                             .reg = reg_name,
                             .records = {}};
    for (const Value& record : *records.as_list()) {
      command.records.push_back(packs::documents_from_names(*reg->record, record));
    }
    const auto done = world_.run(party, command);
    if (done && done->refused.empty()) return true;
    fail("given: " + name + ": " + (done ? say(done->refused[0].why) : say(done.error())));
    return false;
  }

  static std::string say(const Reject& why) {
    std::string words = reject_name(why.code);
    if (!why.where.empty()) words += " at " + why.where;
    for (const Title& reason : why.why) words += ": " + in_language(reason, "en");
    return words;
  }

  // `=expr` in a value is computed at the node, from the case if there is one.
  Value computed(const core::PartyId& at, const std::string& id, const Value& value) {
    if (const auto* text = value.as_text(); text && text->starts_with("=")) {
      Value result;
      world_.query(at, [&](const core::State& state) {
        auto got = core::inspect(state, pack_.digest, id, text->substr(1), world_.moment());
        if (got) {
          result = std::move(*got);
        } else {
          fail(*text + ": " + got.error().text);
        }
      });
      return result;
    }
    if (const auto* list = value.as_list()) {
      Value::List all;
      for (const Value& item : *list) all.push_back(computed(at, id, item));
      return Value{std::move(all)};
    }
    if (const auto* record = value.as_record()) {
      Value::Record all;
      for (const auto& [name, item] : *record) all[name] = computed(at, id, item);
      return Value{std::move(all)};
    }
    return value;
  }

  // What a person fills in, with what a node works out from it before it is sealed.
  std::expected<Value, Reject> filled(const packs::Service* service, const core::PartyId& at,
                                      const std::string& id, const Value* with) {
    Value::Record filled;
    if (!with || !with->as_record()) return Value{std::move(filled)};
    for (const auto& [name, value] : *with->as_record()) {
      const packs::Type* type = service ? service->field(name) : nullptr;
      Value item = computed(at, id, value);
      filled[name] = type ? packs::documents_from_names(*type, item) : std::move(item);
    }
    if (!service) return Value{std::move(filled)};
    auto told =
        packs::with_worked_out(pack_, *service, Value{std::move(filled)}, world_.moment().today);
    if (told) return *std::move(told);
    return std::unexpected{Reject{.code = RejectCode::form,
                                  .where = std::move(told.error().path),
                                  .why = {std::move(told.error().why)}}};
  }

  const packs::Service* service_of(const core::PartyId& at, const std::string& id) {
    const packs::Service* service = nullptr;
    world_.query(at, [&](const core::State& state) {
      if (const core::Case* c = state.find_case(id)) {
        service = packs::find(pack_.services, c->service);
      }
    });
    return service;
  }
  template <typename Command>
  void ask(const Value& step, const core::PartyId& at, Command command,
           std::expected<Value, Reject> with) {
    if (!with) return outcome(step, std::unexpected{std::move(with.error())});
    command.with = *std::move(with);
    outcome(step, world_.run(at, std::move(command)));
  }

  void outcome(const Value& step, const std::expected<core::Decision, Reject>& done) {
    const std::string refused = step.text_at("refused");
    if (done && done->answer.find("asked")) {
      asked_ = world_.raised(core::PartyId{step.text_at("at")}).asks.size();
      return;
    }
    if (refused.empty() && !done) fail(say(done.error()));
    if (!refused.empty() && done) fail("expected the refusal " + refused);
    if (!refused.empty() && !done && reject_name(done.error().code) != refused) {
      fail("expected the refusal " + refused + ", got " + say(done.error()));
    }
  }

  void take(const Value& step) {
    asked_.reset();
    const core::PartyId at{step.text_at("at")};
    const std::string role = step.text_at("as");
    const core::Asker by{.principal = "scenario:" + role + step.text_at("person"), .roles = {role}};
    if (!at.empty() &&
        std::find(world_.parties().begin(), world_.parties().end(), at) == world_.parties().end()) {
      return fail("no such party: " + at);
    }
    if (const Value* until = step.find("advance")) {
      const auto day = until->as_text() ? Date::parse(*until->as_text()) : std::nullopt;
      if (!day) return fail("advance: a date is expected");
      while (today_ < *day) {
        today_ = today_.plus_days(1);
        if (std::string broken = world_.begin_day(today_); !broken.empty()) fail(broken);
      }
    } else if (step.find("start")) {
      core::StartCase command{.by = by,
                              .pack = pack_.digest,
                              .service = step.text_at("start"),
                              .role = role,
                              .parties = {},
                              .parent = core::CaseId{step.text_at("under")},
                              .id = core::CaseId{step.text_at("id")},
                              .with = {}};
      if (const Value* parties = step.find("parties"); parties && parties->as_record()) {
        for (const auto& [name, party] : *parties->as_record()) {
          if (party.as_text()) command.parties[name] = core::PartyId{*party.as_text()};
        }
      }
      auto with = filled(packs::find(pack_.services, command.service), at, command.parent,
                         step.find("with"));
      ask(step, at, std::move(command), std::move(with));
    } else if (step.find("event")) {
      const core::CaseId id{step.text_at("case")};
      core::FireEvent command{.by = by,
                              .id = id,
                              .event = step.text_at("event"),
                              .role = role,
                              .version = {},
                              .with = {}};
      auto with = filled(service_of(at, id), at, id, step.find("with"));
      ask(step, at, std::move(command), std::move(with));
    } else if (step.find("settle")) {
      const core::CaseId id{step.text_at("settle")};
      core::SignSettlement command{.by = by, .id = id, .content = {}, .note = step.text_at("note")};
      world_.query(at, [&](const core::State& state) {
        const core::Case* c = state.find_case(id);
        if (c && c->dispute) command.content = *c->dispute->contents.begin();
      });
      outcome(step, world_.run(at, command));
    } else if (step.find("feed")) {
      feed(step, by);
    } else if (step.find("put")) {
      if (const Value* records = step.find("records")) fill(at, step.text_at("put"), *records);
    } else if (step.find("link")) {
      const bool up = step.text_at("link") == "up";
      if (up) {
        down_.erase(at);
      } else {
        down_.insert(at);
      }
      world_.link(at, up);
    } else if (!step.find("that") && !step.find("figure") && !step.find("tasks") &&
               !step.find("exceptions") && !step.find("disputed")) {
      fail("no known kind of step");
    }
  }

  void feed(const Value& step, const core::Asker& by) {
    const auto* definition = packs::find(pack_.feeds, step.text_at("feed"));
    const Value* lines = step.find("lines");
    if (!definition || !lines || !lines->as_list()) return fail("no such feed, or no lines");
    core::PostFeed command{.by = by,
                           .pack = pack_.digest,
                           .feed = step.text_at("feed"),
                           .role = step.text_at("as"),
                           .lines = {}};
    for (const Value& line : *lines->as_list()) {
      command.lines.push_back(packs::documents_from_names(*definition->line, line));
    }
    const auto done = world_.run(core::PartyId{step.text_at("at")}, command);
    outcome(step, done);
    if (!done) return;
    const auto expect = [&](const char* in_step, const char* in_answer) {
      const Value* wanted = step.find(in_step);
      if (wanted && wanted->as_int() && *wanted->as_int() != done->answer.int_at(in_answer)) {
        fail(std::string{in_answer} + " is " + std::to_string(done->answer.int_at(in_answer)) +
             ", expected " + std::to_string(*wanted->as_int()));
      }
    };
    expect("taken", "taken");
    expect("known", "known");
    expect("refused_lines", "refused");
  }

  // What can be said only when all messages have arrived.
  void after(const Value& step) {
    const core::PartyId at{step.text_at("at")};
    if (asked_) {
      const auto& asks = world_.raised(at).asks;
      const std::string refused = step.text_at("refused");
      const std::string got = asks.size() > *asked_ ? asks.back().reason : "no answer";
      if (refused.empty() ? !got.empty() : got != "rule." + refused) {
        fail("the owner answered: " + (got.empty() ? "applied" : got));
      }
    }
    if (const std::string state = step.text_at("state"); !state.empty()) {
      const std::string id = step.find("start") ? step.text_at("id") : step.text_at("case");
      for (const core::PartyId& party : world_.parties()) {
        if (down_.contains(party)) continue;
        world_.query(party, [&](const core::State& node) {
          const core::Case* c = node.find_case(id);
          if (c && c->state != state)
            fail(id + " at " + party + " is " + c->state + ", expected " + state);
        });
      }
    }
    if (const Value* expression = step.find("that")) that(step, *expression);
    if (step.find("figure")) figure(step);
    if (const Value* count = step.find("tasks")) {
      counted(step, *count, {core::TaskKind::work, core::TaskKind::silence}, "tasks");
    }
    if (const Value* count = step.find("exceptions")) {
      counted(step, *count, {core::TaskKind::exception}, "exceptions");
    }
    if (const Value* wanted = step.find("disputed"); wanted && wanted->as_bool()) {
      world_.query(at, [&](const core::State& node) {
        const core::Case* c = node.find_case(step.text_at("case"));
        if (!c || c->dispute.has_value() != *wanted->as_bool()) fail("disputed is not so");
      });
    }
  }

  void that(const Value& step, const Value& expression) {
    const std::string at = step.text_at("at");
    const core::CaseId id{step.text_at("case")};
    bool asked = false;
    for (const core::PartyId& party : world_.parties()) {
      if (!at.empty() && party != at) continue;
      world_.query(party, [&](const core::State& node) {
        if (!id.empty() && !node.find_case(id) && at.empty()) return;
        if (id.empty() && at.empty() &&
            std::find(acting_.begin(), acting_.end(), party) == acting_.end() && !acting_.empty())
          return;
        asked = true;
        const auto got =
            core::inspect(node, pack_.digest, id, expression.as_text() ? *expression.as_text() : "",
                          world_.moment());
        if (!got) {
          fail("at " + party + ": " + got.error().text);
        } else if (!got->as_bool() || !*got->as_bool()) {
          fail("false at " + party);
        }
      });
    }
    if (!asked) fail("no node has " + id);
  }

  void figure(const Value& step) {
    const std::string name = step.text_at("figure");
    const auto* definition = packs::find(pack_.figures, name);
    if (!definition) return fail("no figure " + name);
    const auto as_of = Date::parse(step.text_at("as_of", today_.text()));
    figures::Ask ask{.id = pack_.name + "/" + name};
    if (const Value* given = step.find("period")) {
      const auto from = Date::parse(given->text_at("from"));
      const auto to = Date::parse(given->text_at("to"));
      if (from && to) ask.period = {*from, *to};
    }
    if (!as_of) return fail("as_of: a date is expected");
    ask.as_of = *as_of;
    std::map<core::PartyId, std::optional<std::int64_t>> values;
    bool added = false, by_pairs = false;
    for (const core::PartyId& party : acting_) {
      auto value = world_.figure(party, ask);
      if (!value) return fail(name + " at " + party + ": " + value.error());
      values[party] = value->value;
      if (const Value* split = step.find("split")) values[party] = part(*value, *split);
      added = added || !value->added.empty();
      by_pairs = by_pairs || value->by_pairs;
    }
    std::optional<std::int64_t> got = values[acting_.front()];
    const Value* is = step.find("is");
    if (by_pairs && is && is->as_record()) return each_counts(name, ask, values, *is);
    if (const core::PartyId at{step.text_at("at")}; !at.empty()) {
      got = values[at];
    } else if (added) {
      got = total(ask);
    } else if (definition->add_sides) {
      std::int64_t sum = 0;
      for (const auto& [party, value] : values) sum += value.value_or(0);
      got = sum;
    } else {
      for (const auto& [party, value] : values) {
        if (value == got) continue;
        fail(name + (by_pairs ? ": each side has its own rows: `is: {party: value, ...}`"
                              : ": the sides differ"));
      }
      if (by_pairs) compare_pairs(name, ask);
    }
    const bool same = is && (is->as_int() ? got == *is->as_int() : is->is_null() && !got);
    if (!same) {
      fail(name + " is " + (got ? std::to_string(*got) : "null") + ", expected " +
           (is ? canonical_json(*is) : "a value"));
    }
  }

  // What each side counts where no side holds all, and that any two agree on what both hold.
  void each_counts(const std::string& name, const figures::Ask& ask,
                   const std::map<core::PartyId, std::optional<std::int64_t>>& values,
                   const Value& is) {
    for (const auto& [party, value] : values) {
      const Value* wanted = is.find(party);
      const std::int64_t* number = wanted ? wanted->as_int() : nullptr;
      if (number && value == *number) continue;
      fail(name + " at " + party + " is " + (value ? std::to_string(*value) : "null"));
    }
    compare_pairs(name, ask);
  }

  // Of what concerns the parties of a row any two sides count the same of what both hold.
  void compare_pairs(const std::string& name, figures::Ask ask) {
    for (const core::PartyId& one : acting_) {
      for (const core::PartyId& other : acting_) {
        if (other <= one) continue;
        ask.with = other;
        const auto here = world_.figure(one, ask);
        ask.with = one;
        const auto there = world_.figure(other, ask);
        if (here && there && here->value == there->value) continue;
        fail(name + ": " + one + " and " + other + " differ on what both hold");
      }
    }
  }

  // Over all sides, each counting its own; of a `value` its expression over such totals.
  std::optional<std::int64_t> total(const figures::Ask& ask) {
    std::int64_t sum = 0;
    for (const core::PartyId& party : acting_) {
      const auto value = world_.figure(party, ask);
      if (!value) {
        fail(ask.id + " at " + party + ": " + value.error());
        return std::nullopt;
      }
      sum += value->value.value_or(0);
      if (value->added.empty()) continue;
      figures::Ask whole = ask;
      for (const std::string& name : value->added) {
        figures::Ask part = ask;
        part.id = pack_.name + "/" + name;
        whole.given[name] = total(part).value_or(0);
      }
      const auto over = world_.figure(party, whole);
      return over ? over->value : std::nullopt;
    }
    return sum;
  }

  // The value of the one split that `wanted` names with its key; nothing if no row has that key.
  static std::optional<std::int64_t> part(const FigureValue& value, const Value& wanted) {
    const auto& [name, key] = *wanted.as_record()->begin();
    for (const figures::Split& split : value.splits) {
      if (split.name != name) continue;
      for (const figures::SplitValue& one : split.values) {
        if (one.key == key) return one.value;
      }
    }
    return std::nullopt;
  }

  void counted(const Value& step, const Value& count, const std::set<core::TaskKind>& kinds,
               const std::string& what) {
    const core::CaseId id{step.text_at("case")};
    std::int64_t got = 0;
    std::string list;
    for (const core::TaskRaised& task : world_.raised(core::PartyId{step.text_at("at")}).tasks) {
      if (!kinds.contains(task.kind) || (!id.empty() && task.id != id)) continue;
      ++got;
      list += "; " + task.id + " " + in_language(task.title, "en") + " " + task.detail;
    }
    if (!count.as_int() || got != *count.as_int()) {
      fail(what + " are " + std::to_string(got) + list);
    }
  }

  // The copies of every case agree.
  void compare() {
    std::map<std::string, std::pair<core::PartyId, std::string>> seen;
    for (const core::PartyId& party : world_.parties()) {
      world_.query(party, [&](const core::State& node) {
        node.each_case([&](const core::Case& c) {
          if (c.dispute) return;
          const std::string copy =
              c.state + " " + std::to_string(c.version) + " " + canonical_json(c.data);
          const auto [it, first] = seen.try_emplace(c.id, party, copy);
          if (!first && it->second.second != copy) {
            fail("the copies of " + c.id + " at " + it->second.first + " and " + party + " differ");
          }
        });
      });
    }
  }

 public:
  std::vector<core::PartyId> acting_;

 private:
  const packs::Pack& pack_;
  World& world_;
  const Value& scenario_;
  Report& report_;
  const std::vector<packs::PackPtr>& also_;
  Date today_;
  std::set<core::PartyId> down_;
  std::optional<std::size_t> asked_;
};

}  // namespace

MakeWorld in_memory() {
  return [](const std::vector<core::PartyId>& parties, Date today) {
    return std::make_unique<MemoryWorld>(parties, today);
  };
}

std::vector<std::string> packs_given(const packs::Pack& pack) {
  std::set<std::string> names;
  for (const Value& scenario : pack.scenarios) {
    const Value* given = scenario.find("given");
    if (!given || !given->as_record()) continue;
    for (const auto& [party, registers] : *given->as_record()) {
      if (!registers.as_record()) continue;
      for (const auto& [name, records] : *registers.as_record()) {
        if (const auto slash = name.find('/'); slash != std::string::npos)
          names.insert(name.substr(0, slash));
      }
    }
  }
  return {names.begin(), names.end()};
}

std::vector<Report> play(const packs::Pack& pack, const MakeWorld& make,
                         const std::vector<packs::PackPtr>& also,
                         const std::vector<core::PartyId>& bystanders) {
  std::vector<Report> reports;
  for (const Value& scenario : pack.scenarios) {
    Report& report = reports.emplace_back();
    const Value* title = scenario.find("title");
    report.title = title && title->as_record() ? title->text_at("en", title->text_at("zh"))
                                               : scenario.text_at("title");
    const auto today = Date::parse(scenario.text_at("today"));
    if (!today) {
      report.failures.push_back({0, "today: a date is expected"});
      continue;
    }
    const auto acting_parties = acting(scenario);
    auto parties = acting_parties;
    for (const core::PartyId& party : bystanders) {
      if (std::find(parties.begin(), parties.end(), party) == parties.end())
        parties.push_back(party);
    }
    const auto world = make(parties, *today);
    Play one{pack, *world, scenario, report, also};
    one.acting_ = acting_parties;
    one.run();
  }
  return reports;
}

}  // namespace bashu::scenario
