#include "site/ask.h"

#include <array>

#include "site/pages.h"
namespace bashu::site {

std::string Ask::parameter(std::string_view name) const {
  const auto it = query().find(name);
  return it == query().end() ? std::string{} : it->second;
}

std::string Ask::party(std::string_view id) const {
  const auto it = from.article->parties.find(id);
  return it == from.article->parties.end() ? std::string{id} : in(it->second);
}

std::string Ask::division(std::string_view code) const {
  const Title* name = from.map->name(code);
  return name ? in(*name) : std::string{code};
}

std::string Ask::day(Date date) const {
  return say("site.day", {{"year", std::to_string(date.year())},
                          {"month", texts::title("site.month." + std::to_string(date.month()))},
                          {"day", std::to_string(date.day())}});
}

std::optional<Date> Ask::as_of() const { return Date::parse(parameter("as_of")); }

std::optional<Date> Ask::day_of_lists() const {
  const auto asked = as_of();
  return asked || !links.fixed() ? asked : from.edition;
}

const packs::Pack* Ask::pack(std::string_view name) const {
  for (const packs::PackPtr& one : from.packs) {
    if (one->name == name) return one.get();
  }
  return nullptr;
}

namespace {

struct Tab {
  const char* name;
  const char* title;
  std::vector<std::string> path;
};

void fill_navigation(Ask& ask, const std::string& current, Slots layout) {
  static const std::array kTabs{Tab{"overview", "site.overview", {}},
                                Tab{"figures", "site.figures", {"figures"}},
                                Tab{"map", "site.map", {"map"}},
                                Tab{"network", "site.network", {"network"}},
                                Tab{"registers", "site.registers", {"registers"}},
                                Tab{"services", "site.services", {"services"}},
                                Tab{"check", "site.check", {"check"}}};
  for (const Tab& tab : kTabs) {
    const std::string_view name = tab.name;
    if (name == "map" && !has_map(ask)) continue;
    if (name == "network" && !has_network(ask)) continue;
    if (name == "check" && (!ask.from.codes || ask.links.fixed())) continue;
    Slots one = layout.add("TAB");
    one.set("HREF", ask.links.to(tab.path));
    one.set("TITLE", ask.say(tab.title));
    if (tab.name == current) one.show("CURRENT");
  }
}

}  // namespace

Answer finished(Ask& ask, const Heading& heading, Page& whole) {
  Slots layout = whole.slots();
  const bool zh = ask.language() == "zh";
  const std::string circle =
      ask.from.article->circle.empty() ? ask.say("site.circle") : ask.in(ask.from.article->circle);
  layout.set("LANGUAGE", zh ? "zh-CN" : "en");
  layout.set("CIRCLE", circle);
  layout.set("TITLE", heading.title);
  layout.set("STYLE", ask.links.asset("site.css"));
  layout.set("HOME", ask.links.to({}));
  layout.set("OTHER", ask.links.here_in(zh ? "en" : "zh"));
  layout.set("OTHER_LANGUAGE", zh ? "en" : "zh-CN");
  fill_navigation(ask, heading.tab, layout);
  // What differs between the nodes is not said in files that must not differ.
  if (!ask.links.fixed()) {
    Slots fresh = layout.add("FRESH");
    fresh.set("TEXT",
              ask.say("site.fresh", {{"entries", std::to_string(ask.from.at.value_or(0) + 1)},
                                     {"party", ask.party(ask.from.views->party())},
                                     {"day", ask.day(ask.from.today)}}));
  }
  return {.status = 200, .body = whole.html(), .location = {}};
}

}  // namespace bashu::site
