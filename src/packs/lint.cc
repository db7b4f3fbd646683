// What only shows in a whole service: states nobody reaches or leaves, clocks without their event,
// fields nobody writes, signals nobody takes; and the notes.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "packs/loader.h"

namespace bashu::packs {
namespace {

using Visit = std::function<void(const Branch&, const std::string& path, const std::string& state,
                                 const EventDef* event)>;

// The branches of an event, each with its path: a single one is the event itself.
void each_branch(const EventDef& event, const Value* source, const std::string& path,
                 const std::string& state, const Visit& visit) {
  const Value* then = source ? source->find("then") : nullptr;
  for (std::size_t i = 0; i < event.branches.size(); ++i) {
    std::string at = path;
    if (then) at = then->as_list() ? below(below(path, "then"), i) : below(path, "then");
    visit(event.branches[i], at, state, &event);
  }
}

// All branches of a service: of its start (state empty), of what states do by themselves (event
// nullptr), and of events.
void each_branch(const std::string& name, const Service& service, const Value& root,
                 const Visit& visit) {
  const Value* services = root.find("services");
  const Value* source = services ? services->find(name) : nullptr;
  const auto member = [](const Value* value, std::string_view key) {
    return value ? value->find(key) : nullptr;
  };
  const std::string path = service_path(name);
  each_branch(service.start.event, member(source, "start"), below(path, "start"), {}, visit);
  for (const auto& [state_name, state] : service.states) {
    const std::string at = below(below(path, "states"), state_name);
    const Value* here = member(member(source, "states"), state_name);
    const Value* then = member(here, "then");
    for (std::size_t i = 0; i < state.then.size(); ++i) {
      visit(state.then[i],
            then && then->as_list() ? below(below(at, "then"), i) : below(at, "then"), state_name,
            nullptr);
    }
    for (const auto& [event_name, event] : state.events) {
      each_branch(event, member(member(here, "events"), event_name),
                  below(below(at, "events"), event_name), state_name, visit);
    }
  }
}

using VisitEffect = std::function<void(const Effect&, const std::string& path)>;

// All effects of a service, each with its path: a single one is `do` itself.
void each_effect(const std::string& name, const Service& service, const Value& root,
                 const VisitEffect& visit) {
  each_branch(
      name, service, root,
      [&](const Branch& branch, const std::string& path, const std::string&, const EventDef*) {
        const std::string at = below(path, "do");
        for (std::size_t i = 0; i < branch.effects.size(); ++i) {
          visit(branch.effects[i], branch.effects.size() == 1 ? at : below(at, i));
        }
      });
}

bool has_allot(const std::vector<Branch>& branches) {
  return std::ranges::any_of(branches, [](const Branch& branch) {
    return std::ranges::any_of(branch.effects, [](const Effect& effect) {
      return std::holds_alternative<Allot>(effect.what);
    });
  });
}

// Whether an event, or what its states do by themselves after it, starts a round.
bool fires_allot(const Service& service, const EventDef& event) {
  if (has_allot(event.branches)) return true;
  std::set<std::string> seen;
  std::vector<const std::vector<Branch>*> todo{&event.branches};
  while (!todo.empty()) {
    const std::vector<Branch>& branches = *todo.back();
    todo.pop_back();
    for (const Branch& branch : branches) {
      const StateDef* next = branch.to ? find(service.states, *branch.to) : nullptr;
      if (!next || !seen.insert(*branch.to).second) continue;
      if (has_allot(next->then)) return true;
      todo.push_back(&next->then);
    }
  }
  return false;
}

// Which states follow which, at once or later.
class Paths {
 public:
  explicit Paths(const Service& service) {
    for (const auto& [name, state] : service.states) {
      std::set<std::string>& after = next_[name];
      const auto follow = [&after](const std::vector<Branch>& branches) {
        for (const Branch& branch : branches) {
          if (branch.to) after.insert(*branch.to);
        }
      };
      follow(state.then);
      for (const auto& [event_name, event] : state.events) follow(event.branches);
    }
    for (const auto& [name, after] : next_) from_[name] = walk({name});
  }

  // The state itself and all that may follow it.
  [[nodiscard]] const std::set<std::string>& from(const std::string& state) const {
    static const std::set<std::string> kNone;
    const auto found = from_.find(state);
    return found == from_.end() ? kNone : found->second;
  }

 private:
  [[nodiscard]] std::set<std::string> walk(std::vector<std::string> todo) const {
    std::set<std::string> seen;
    while (!todo.empty()) {
      const std::string name = std::move(todo.back());
      todo.pop_back();
      const auto after = next_.find(name);
      if (after == next_.end() || !seen.insert(name).second) continue;
      todo.insert(todo.end(), after->second.begin(), after->second.end());
    }
    return seen;
  }

  std::map<std::string, std::set<std::string>> next_, from_;
};

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

// Fields of a service that may change after they were first written.
std::set<std::string> rewritten(const std::string& name, const Service& service,
                                const Value& root) {
  using Site = std::pair<std::string, const EventDef*>;  // state and event
  const Paths paths{service};
  std::map<std::string, std::set<Site>> sites;
  std::map<std::string, bool> again;
  each_branch(name, service, root,
              [&](const Branch& branch, const std::string&, const std::string& state,
                  const EventDef* event) {
                const bool comes_back =
                    !state.empty() && (!branch.to || paths.from(*branch.to).contains(state));
                const auto written = [&](const std::string& field) {
                  sites[field].insert({state, event});
                  again[field] = again[field] || comes_back;
                };
                for (const auto& [field, value] : branch.set) written(field);
                if (event) {
                  for (const std::string& field : event->form) written(field);
                }
              });
  std::set<std::string> fields;
  for (const auto& [field, where] : sites) {
    if (where.size() > 1 || again[field]) fields.insert(field);
  }
  return fields;
}

void lint_graph(Load& load, const std::string& name, const Service& service) {
  const std::string path = below(service_path(name), "states");
  const Paths paths{service};
  std::set<std::string> seen;
  for (const Branch& branch : service.start.event.branches) {
    if (branch.to) seen.insert(paths.from(*branch.to).begin(), paths.from(*branch.to).end());
  }
  for (const auto& [state_name, state] : service.states) {
    const std::string at = below(path, state_name);
    if (!seen.contains(state_name)) load.reader.fault(at, "cannot be reached");
    if (state.final) continue;
    const auto leaves = [&](const std::vector<Branch>& branches) {
      return std::ranges::any_of(
          branches, [&](const Branch& branch) { return branch.to && *branch.to != state_name; });
    };
    const bool left = leaves(state.then) || std::ranges::any_of(state.events, [&](const auto& one) {
                        return leaves(one.second.branches);
                      });
    if (!left) load.reader.fault(at, "is not final and cannot be left");

    const bool clocked = std::ranges::any_of(service.clocks, [&](const auto& clock) {
      return std::ranges::find(clock.second.runs_in, state_name) != clock.second.runs_in.end();
    });
    const bool passes_on = !state.then.empty() && !state.then.back().when;
    if (!clocked && !passes_on) load.reader.note(at, "no clock runs here");
  }
}

void lint_clocks(Load& load, const std::string& name, const Service& service) {
  const std::string path = below(service_path(name), "clocks");
  for (const auto& [clock_name, clock] : service.clocks) {
    for (const std::string& state_name : clock.runs_in) {
      const StateDef* state = find(service.states, state_name);
      if (!state || state->final || clock.breach.empty()) continue;
      const EventDef* event = find(state->events, clock.breach);
      if (!event || !event->taken_by_system()) {
        load.reader.fault(
            below(path, clock_name),
            "the breach '" + clock.breach + "' is not taken by the system in '" + state_name + "'");
      } else if (std::ranges::any_of(event->form, [&service](const std::string& field) {
                   const Type* type = service.field(field);
                   return type && !type->optional;
                 })) {
        load.reader.fault(
            below(path, clock_name),
            "the breach '" + clock.breach + "' asks for a form, which no clock fills in");
      }
    }
  }
}

// `started`: fields that effects fill in when they start such a sub-case.
void lint_fields(Load& load, const std::string& name, const Service& service,
                 const std::set<std::string>& started) {
  std::set<std::string> written;
  each_branch(
      name, service, load.pack->source,
      [&](const Branch& branch, const std::string&, const std::string&, const EventDef* event) {
        for (const auto& [field, value] : branch.set) written.insert(field);
        if (event) written.insert(event->form.begin(), event->form.end());
      });
  written.insert(started.begin(), started.end());
  for (const Member& member : service.fields) {
    if (!written.contains(member.name)) {
      load.reader.fault(below(below(service_path(name), "fields"), member.name),
                        "nothing writes this field");
    }
  }
}

void lint_signals(Load& load, const std::string& name, const Service& service) {
  each_branch(
      name, service, load.pack->source,
      [&](const Branch& branch, const std::string& path, const std::string&, const EventDef*) {
        for (const Effect& effect : branch.effects) {
          const SendSignal* signal = std::get_if<SendSignal>(&effect.what);
          if (!signal || signal->event.empty()) continue;
          const std::string& to = signal->target == "parent" ? service.parent : signal->target;
          const Service* target = find(load.pack->services, to);
          if (!target) continue;
          std::set<std::string> form;
          std::vector<std::string> refusing;
          bool taken = false;
          for (const auto& [state_name, state] : target->states) {
            if (state.final) continue;
            const EventDef* event = find(state.events, signal->event);
            if (event && event->taken_by_system()) {
              taken = true;
              form.insert(event->form.begin(), event->form.end());
            } else {
              refusing.push_back(state_name);
            }
          }
          const std::string at = below(path, "do");
          if (!taken) {
            load.reader.fault(at, to + " never takes '" + signal->event + "' from the system");
            continue;
          }
          for (const auto& [field, value] : signal->with) {
            if (!form.contains(field)) {
              load.reader.fault(
                  at, "the event '" + signal->event + "' has no '" + field + "' in its form");
            }
          }
          if (!refusing.empty()) {
            load.reader.note(at, to + " refuses " + signal->event + " in " + list_of(refusing) +
                                     " (becomes an exception task)");
          }
        }
      });
}

// An event that a round fires: taken there from the system, with no more in its form than it gets.
void lint_fired(Load& load, const Allot& allot, const std::string& event, const std::string& key,
                const StateDef& state, const std::string& path) {
  const Service& among = *find(load.pack->services, allot.service);
  const std::string at = below(path, key);
  const EventDef* taken = find(state.events, event);
  if (!taken || !taken->taken_by_system()) {
    load.reader.fault(at, allot.service + " in '" + allot.state + "' does not take '" + event +
                              "' from the system");
    return;
  }
  for (const std::string& field : taken->form) {
    const Type* type = among.field(field);
    const bool given =
        std::ranges::any_of(allot.with, [&field](const auto& one) { return one.first == field; });
    if (type && !type->optional && !given) {
      load.reader.fault(at, "'" + event + "' asks for '" + field + "', which 'with' does not say");
    }
  }
  if (fires_allot(among, *taken)) {
    load.reader.fault(at, "'" + event + "' would start another round within this one");
  }
}

// That the chosen leave the state, so that no round meets them again, and are told why.
void lint_chosen(Load& load, const Allot& allot, const EventDef& taken, const std::string& path) {
  for (const Branch& branch : taken.branches) {
    if (!branch.to || *branch.to == allot.state) {
      load.reader.fault(below(path, "take"), "'" + allot.take + "' has to leave '" + allot.state +
                                                 "', or the next round would choose them again");
      break;
    }
  }
  const auto tells = [&](std::string_view expression) {
    return std::ranges::any_of(allot.with, [&](const auto& one) {
      const auto* program = std::get_if<ProgramPtr>(&one.second.held);
      return program && (*program)->text() == expression &&
             std::ranges::find(taken.form, one.first) != taken.form.end();
    });
  };
  for (const std::string_view wanted : {"each.rank", "case.id"}) {
    if (tells(wanted)) continue;
    load.reader.fault(path, "nobody could see why: let 'with' say '=" + std::string{wanted} +
                                "' in a field of the form of '" + allot.take + "'");
  }
}

void lint_allots(Load& load, const std::string& name, const Service& service) {
  each_effect(name, service, load.pack->source, [&](const Effect& effect, const std::string& path) {
    const Allot* allot = std::get_if<Allot>(&effect.what);
    const Service* among = allot ? find(load.pack->services, allot->service) : nullptr;
    if (!among) return;
    const StateDef* state = find(among->states, allot->state);
    if (!state || state->final) {
      load.reader.fault(below(path, "in"),
                        state ? "'" + allot->state + "' is an end"
                              : "there is no state '" + allot->state + "' in " + allot->service);
      return;
    }
    lint_fired(load, *allot, allot->take, "take", *state, path);
    if (!allot->rest.empty()) lint_fired(load, *allot, allot->rest, "rest", *state, path);
    if (allot->rest == allot->take) {
      load.reader.fault(below(path, "rest"), "the others take another event than the chosen");
    }
    const EventDef* taken = find(state->events, allot->take);
    if (taken) lint_chosen(load, *allot, *taken, path);
    const EventDef* rest = find(state->events, allot->rest);
    for (const auto& [field, item] : allot->with) {
      const bool asked = std::ranges::any_of(std::array{taken, rest}, [&](const EventDef* event) {
        return event && std::ranges::find(event->form, field) != event->form.end();
      });
      if (taken && !asked) {
        load.reader.fault(below(below(path, "with"), field), "is in the form of neither event");
      }
    }
  });
}

void lint_reasons(Load& load, const std::string& name, const Service& service) {
  const auto lint_event = [&load](const EventDef& event, const std::string& path) {
    const bool person =
        std::ranges::any_of(event.by, [](const By& who) { return who.role != "system"; });
    if (!person || event.branches.empty()) return;
    const Branch& last = event.branches.back();
    if (last.when && last.why.empty()) load.reader.note(path, "a refusal has no reason (why)");
  };
  const std::string path = service_path(name);
  lint_event(service.start.event, below(path, "start"));
  for (const auto& [state_name, state] : service.states) {
    const std::string at = below(below(below(path, "states"), state_name), "events");
    for (const auto& [event_name, event] : state.events) lint_event(event, below(at, event_name));
  }
}

// Whose a case is that came from elsewhere nobody could say.
void lint_owners(Load& load, const std::string& name, const Service& service) {
  for (const PartyDef& party : service.parties) {
    for (const auto& [role, all] : party.roles) {
      if (all || party.whose.contains(role)) continue;
      load.reader.note(below(below(below(service_path(name), "parties"), party.name), role),
                       "'own' names no subject: what others began nobody of this role sees");
    }
  }
}

void lint_registers(Load& load) {
  for (const auto& [name, reg] : load.pack->registers) {
    if (reg.kept != Kept::shared) continue;
    for (const Member& member : reg.record->members) {
      if (member.type->cls == Class::open) continue;
      load.reader.note(below(below(below("registers", name), "fields"), member.name),
                       "goes to the whole circle, though it is not public");
    }
  }
}

void lint_figures(Load& load) {
  std::map<std::string, std::set<std::string>> changing;  // services asked about so far
  std::set<std::string> put;                              // registers that a `put` changes
  const auto note_put = [&put](const std::vector<Effect>& effects_here) {
    for (const Effect& effect : effects_here) {
      if (const Put* one = std::get_if<Put>(&effect.what)) put.insert(one->reg);
    }
  };
  for (const auto& [name, service] : load.pack->services) {
    each_branch(name, service, load.pack->source,
                [&](const Branch& branch, const std::string&, const std::string&, const EventDef*) {
                  note_put(branch.effects);
                });
  }
  for (const auto& [name, feed] : load.pack->feeds) note_put(feed.effects);

  for (const auto& [name, figure] : load.pack->figures) {
    if (figure.from) continue;
    std::vector<ProgramPtr> programs{figure.where, figure.measure};
    for (const auto& [split, program] : figure.split) programs.push_back(program);
    std::set<std::string> read;
    if (figure.source == Figure::Source::service) {
      const Service* service = find(load.pack->services, figure.of);
      if (!service) continue;
      if (!changing.contains(figure.of)) {
        changing[figure.of] = rewritten(figure.of, *service, load.pack->source);
      }
      // Through calc as well.
      std::vector<std::string> calcs;
      std::set<std::string> seen;
      const auto take = [&](const Program& program) {
        for (const std::string& field : program.fields()) {
          if (changing[figure.of].contains(field)) read.insert("data." + field);
        }
        calcs.insert(calcs.end(), program.calcs().begin(), program.calcs().end());
      };
      for (const ProgramPtr& program : programs) {
        if (program) take(*program);
      }
      while (!calcs.empty()) {
        const std::string calc = std::move(calcs.back());
        calcs.pop_back();
        const ProgramPtr* program = find(service->calc, calc);
        if (program && seen.insert(calc).second) take(**program);
      }
    } else if (figure.source == Figure::Source::reg && put.contains(figure.of)) {
      for (const ProgramPtr& program : programs) {
        if (program && program->roots().contains("entry")) read.insert(figure.of);
      }
    }
    if (!read.empty()) {
      load.reader.note(below("figures", name), "has no 'from', and reads what can be rewritten: " +
                                                   list_of({read.begin(), read.end()}));
    }
  }
}

// In a circle of three, what two of them hold is unknown to the third: a figure over it that does
// not say whom it concerns reports a difference that is none.
void lint_concerns(Load& load) {
  std::vector<std::string> of_cases;
  for (const auto& [name, figure] : load.pack->figures) {
    if (figure.add_sides || figure.concerns != Figure::Concerns::unsaid) continue;
    const bool of_case = figure.source == Figure::Source::service;
    if (!load.second_edition) {
      if (of_case) of_cases.push_back(name);
      continue;
    }
    const std::string path = below("figures", name);
    const Register* reg =
        figure.source == Figure::Source::reg ? find(load.pack->registers, figure.of) : nullptr;
    if (of_case) {
      load.reader.fault(path, "is of cases: say whom it concerns, 'concerns: opener' or 'parties'");
    } else if (figure.source == Figure::Source::account) {
      load.reader.fault(path,
                        "is of accounts: say whom it concerns, 'concerns: [account.…]' with their "
                        "parties, 'concerns: everybody', or 'sides: add' where each keeps its own");
    } else if (reg && reg->kept == Kept::parties) {
      load.reader.fault(path,
                        "is of records that their parties keep: say whom it concerns, "
                        "'concerns: [entry.…]'");
    } else if (reg && reg->kept == Kept::own) {
      load.reader.fault(path, "is of records that each side keeps for itself: 'sides: add'");
    }
  }
  if (of_cases.empty()) return;
  load.reader.note("figures",
                   "of cases, without 'concerns' (opener or parties): " + list_of(of_cases));
}

}  // namespace

void lint(Load& load) {
  std::map<std::string, std::set<std::string>> started;  // service to fields
  for (const auto& [name, service] : load.pack->services) {
    each_branch(
        name, service, load.pack->source,
        [&started](const Branch& branch, const std::string&, const std::string&, const EventDef*) {
          for (const Effect& effect : branch.effects) {
            const StartChild* start = std::get_if<StartChild>(&effect.what);
            if (!start) continue;
            for (const auto& [field, value] : start->with) {
              started[start->service].insert(field);
            }
          }
        });
  }
  for (const auto& [name, service] : load.pack->services) {
    lint_graph(load, name, service);
    lint_clocks(load, name, service);
    lint_fields(load, name, service, started[name]);
    lint_signals(load, name, service);
    lint_allots(load, name, service);
    lint_reasons(load, name, service);
    lint_owners(load, name, service);
  }
  lint_registers(load);
  lint_figures(load);
  lint_concerns(load);
}

}  // namespace bashu::packs
