// What can be applied for: who may, what it takes, and the working days the law gives.

#include "packs/pages.h"
#include "site/pages.h"
#include "site/values.h"

namespace bashu::site {

namespace {

void fill_clock(Ask& ask, const packs::Pack& pack, const std::string& name,
                const packs::ClockDef& clock, Slots slots) {
  if (clock.kind == packs::ClockDef::Kind::until) return;
  Slots line = slots.add("CLOCK");
  line.set("NAME", packs::word(pack, name, ask.language()));
  line.set("TEXT", ask.say(clock.kind == packs::ClockDef::Kind::working_days ? "site.working_days"
                                                                             : "site.days",
                           {{"n", std::to_string(clock.budget)}}));
}

void fill_service(Ask& ask, const packs::Pack& pack, const packs::Service& service, Slots slots) {
  slots.set_if("TEXT", ask.in(service.display.about), "ABOUT");
  for (const packs::By& by : packs::applicants(service)) {
    slots.add("WHO").set("TEXT", packs::word(pack, by.role, ask.language()));
  }
  for (const packs::NeededPaper& paper : service.papers) {
    std::string text = ask.in(paper.title);
    const packs::Type* type = paper.field.empty() ? nullptr : service.field(paper.field);
    if (text.empty() && type) text = ask.in(type->title);
    slots.add("PAPER").set("TEXT", text);
  }
  for (const std::string& name : service.start.event.form) {
    const packs::Type* type = service.field(name);
    if (!type || type->kind == packs::Kind::document) continue;
    slots.add("FIELD").set("TEXT", type->title.empty() ? name : ask.in(type->title));
  }
  for (const auto& [name, clock] : service.clocks) fill_clock(ask, pack, name, clock, slots);
  for (const std::string& name : packs::in_order(service)) {
    const packs::StateDef* state = packs::find(service.states, name);
    if (!state) continue;
    Slots line = slots.add("STATE");
    line.set("TEXT", ask.in(state->title));
    if (!state->owner.empty()) {
      line.set_if("TEXT", packs::word(pack, state->owner, ask.language()), "OWNER");
    }
  }
  for (const auto& [name, print] : service.prints)
    slots.add("PRINT").set("TEXT", ask.in(print.title));
}

bool can_be_applied_for(const packs::Service& service) {
  return service.parent.empty() && !packs::applicants(service).empty();
}

}  // namespace

Answered services_page(Ask& ask) {
  return page(ask, {.title = ask.say("site.services"), .tab = "services"}, "services",
              [&](Slots slots) {
                for (const packs::PackPtr& pack : ask.from.packs) {
                  for (const auto& [name, service] : pack->services) {
                    if (!can_be_applied_for(service)) continue;
                    Slots one = slots.add("SERVICE");
                    one.set("TITLE", ask.in(service.title));
                    one.set("PACK", ask.in(pack->title));
                    one.set("ABOUT", ask.in(service.display.about));
                    one.set("HREF", ask.links.to({"services", pack->name, name}));
                  }
                }
              });
}

Answered service_page(Ask& ask, const std::string& id) {
  const auto slash = id.find('/');
  const packs::Pack* pack = ask.pack(id.substr(0, slash));
  const packs::Service* service =
      pack ? packs::find(pack->services, id.substr(slash + 1)) : nullptr;
  if (!service || !can_be_applied_for(*service)) return std::nullopt;
  const std::string title = ask.in(service->title);
  return page(ask, {.title = title, .tab = "services"}, "service", [&](Slots slots) {
    slots.set("TITLE", title);
    slots.set("PACK", ask.in(pack->title));
    slots.set("SERVICES", ask.links.to({"services"}));
    fill_service(ask, *pack, *service, slots);
  });
}

}  // namespace bashu::site
