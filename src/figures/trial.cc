#include "figures/trial.h"

#include <string>
#include <utility>

#include "figures/answer.h"
#include "packs/depends.h"

namespace bashu::figures {

std::optional<Answer> tried(views::Session& session, const packs::PackPtr& pack,
                            std::string_view name, Ask ask) {
  const packs::Figure* figure = packs::find(pack->figures, name);
  if (!figure) return std::nullopt;
  ask.id = pack->name + "/" + std::string{name};
  views::Catalogue catalogue = session.catalogue;
  // Nothing is stored of it: every row is evaluated now.
  catalogue.figures.push_back({.id = 0,
                               .name = ask.id,
                               .pack = pack,
                               .figure = figure,
                               .definition = views::definition_digest(*pack, name),
                               .since = -1,
                               .from = ask.as_of,
                               .active = true,
                               .stored = false,
                               .reads = packs::reads_of(*pack, *figure)});
  views::Session trial{.db = session.db,
                       .catalogue = catalogue,
                       .own = session.own,
                       .last = session.last,
                       .known = session.known};
  return answer(trial, ask);
}

}  // namespace bashu::figures
