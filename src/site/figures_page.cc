// All figures, by the pack that defines them.

#include "site/figure_parts.h"
#include "site/pages.h"

namespace bashu::site {

Answered figures_page(Ask& ask) {
  if (ask.query().contains("as_of") && !ask.as_of()) return std::nullopt;
  // Values are not computed here: 228 of them would take as long as 228 pages.
  std::map<std::string, std::vector<std::string>, std::less<>> by_pack;
  const auto ids = ask.from.views->read(
      ask.from.at, [](views::Session& session) { return figures::ids(session); });
  if (!ids) return std::unexpected{ids.error()};
  for (const std::string& id : *ids) {
    const auto slash = id.find('/');
    by_pack[id.substr(0, slash)].push_back(id.substr(slash + 1));
  }
  return page(
      ask, {.title = ask.say("site.figures"), .tab = "figures"}, "figures", [&](Slots slots) {
        for (const packs::PackPtr& pack : ask.from.packs) {
          const auto names = by_pack.find(pack->name);
          if (names == by_pack.end()) continue;
          Slots held = slots.add("PACK");
          held.set("TITLE", ask.in(pack->title));
          held.set("ID", pack->name);
          Slots entry = slots.add("CONTENTS");
          entry.set("TITLE", ask.in(pack->title));
          entry.set("ID", pack->name);
          for (const std::string& name : names->second) {
            const packs::Figure* figure = packs::find(pack->figures, name);
            if (!figure) continue;
            Slots one = held.add("FIGURE");
            one.set("TITLE", ask.in(figure->title));
            Query query;
            if (const auto day = ask.as_of()) query["as_of"] = day->text();
            if (ask.links.fixed()) query["as_of"] = ask.from.edition.text();
            one.set("HREF", ask.links.to(figure_path(pack->name + "/" + name), std::move(query)));
          }
        }
      });
}

}  // namespace bashu::site
