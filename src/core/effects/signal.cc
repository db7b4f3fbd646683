// `signal`: an event of the parent, or of the sub-cases that run.

#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/effects/effect.h"

namespace bashu::core {

Computed<SignalDone> compute(const packs::SendSignal& signal, Computing& of) {
  SignalDone done;
  done.event = signal.event;
  if (signal.target == "parent") {
    done.targets.push_back(of.c.parent);
  } else {
    for (const CaseId& child : of.c.child_ids) {
      const Case* kid = of.store.find_case(child);
      if (!kid || kid->service != signal.target) continue;
      const auto* service = packs::find(of.pack.services, kid->service);
      const auto* state = packs::find(service->states, kid->state);
      if (state && !state->final) done.targets.push_back(child);
    }
  }
  BASHU_TRY(done.with, fields_of(signal.with, of.scope));
  return done;
}

// Which sub-cases run is the owner's to know.
bool looks_up(const packs::SendSignal& /*signal*/) { return true; }

bool matches(const SignalDone& done, const packs::SendSignal& signal, const Matching& with) {
  return signal.event == done.event &&
         (signal.target != "parent" || done.targets == std::vector<CaseId>{with.c.parent});
}

Result enact(const SignalDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  of.d.follow_ups.push_back({.id = of.id, .what = done});
  return {};
}

// The node that decided the step signals.
Result take(const SignalDone& /*done*/, const packs::Effect& /*effect*/, const Carrying& /*of*/) {
  return {};
}

void write(const SignalDone& done, Value::Record& into) {
  Value::List targets;
  for (const CaseId& target : done.targets) targets.emplace_back(target);
  into["event"] = done.event;
  into["targets"] = std::move(targets);
  into["with"] = done.with;
}

void read(told::Members& in, const std::string& /*pack*/, SignalDone& done) {
  done.event = in.text("event");
  done.with = in.record("with");
  for (const Value& target : in.list("targets")) {
    if (!target.as_text()) return in.fail();
    done.targets.emplace_back(*target.as_text());
  }
}

}  // namespace bashu::core
