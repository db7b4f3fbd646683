// `start`: a sub-case, named by its parent's counter.

#include <string>
#include <utility>

#include "base/try.h"
#include "core/cases/names.h"
#include "core/effects/effect.h"

namespace bashu::core {

Computed<StartDone> compute(const packs::StartChild& start, Computing& of) {
  auto number = of.kids.find(start.service);
  if (number == of.kids.end()) {
    const auto known = of.c.children.find(start.service);
    number = of.kids.emplace(start.service, known == of.c.children.end() ? 0 : known->second).first;
  }
  if (++number->second > kChildrenMax) return ill_typed("too many sub-cases");
  StartDone done;
  done.service = start.service;
  done.id = CaseId{of.c.id + "/" + start.service + std::to_string(number->second)};
  for (const auto& [theirs, ours] : start.parties) {
    done.parties[theirs] = of.c.parties.find(ours)->second;
  }
  BASHU_TRY(done.with, fields_of(start.with, of.scope));
  return done;
}

bool looks_up(const packs::StartChild& start) { return looks_up(start.with); }

bool matches(const StartDone& done, const packs::StartChild& start, const Matching& with) {
  return start.service == done.service && child_number(done.id, with.c.id, done.service);
}

// Every node that knows the parent counts; the one that opens it tries when the step is done.
Result enact(const StartDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  // Also of a step that did not verify and was signed all the same.
  const auto number = child_number(done.id, of.id, done.service);
  if (!number) return told::hold("id", done.id + " is no name that a step gives");
  of.d.draft.decide(ChildNumbered{.parent = of.id, .service = done.service, .number = *number});
  const auto* child = packs::find(of.pack.services, done.service);
  const auto opener = done.parties.find(child->start.owner);
  if (opener != done.parties.end() && opener->second == of.d.self()) {
    of.d.follow_ups.push_back({.id = of.id, .what = done});
  }
  return {};
}

Result take(const StartDone& done, const packs::Effect& effect, const Carrying& of) {
  return enact(done, effect, of);
}

void write(const StartDone& done, Value::Record& into) {
  into["service"] = done.service;
  into["id"] = done.id;
  into["parties"] = parties_record(done.parties);
  into["with"] = done.with;
}

void read(told::Members& in, const std::string& /*pack*/, StartDone& done) {
  done.service = in.text("service");
  done.id = CaseId{in.text("id")};
  done.with = in.record("with");
  const Value parties = in.record("parties");
  for (const auto& [name, party] : *parties.as_record()) {
    if (!party.as_text()) return in.fail();
    done.parties[name] = PartyId{*party.as_text()};
  }
}

}  // namespace bashu::core
