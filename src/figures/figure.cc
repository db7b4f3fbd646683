#include "figures/figure.h"

#include <algorithm>
#include <string>
#include <utility>

#include "figures/answer.h"

namespace bashu::figures {

std::optional<Figure> figure(views::Session& session, const Ask& ask, const Published& published) {
  auto ours = answer(session, ask);
  if (!ours) return std::nullopt;
  Figure figure{.ask = ask, .answer = std::move(*ours), .sides = {}, .published = {}};
  figure.sides = compare(session, ask, figure.answer);
  for (const PublishedRow& row : published.rows) {
    if (row.figure == ask.id) figure.published.push_back(row);
  }
  return figure;
}

std::vector<Figure> every_figure(views::Session& session, Ask ask, const Published& published) {
  std::vector<Figure> list;
  for (std::string& id : ids(session)) {
    ask.id = std::move(id);
    if (auto one = figure(session, ask, published)) list.push_back(std::move(*one));
  }
  return list;
}

const Side* side_of(const Sides& sides, std::string_view party) {
  const auto it = std::ranges::find(sides.sides, party, &Side::party);
  return it == sides.sides.end() ? nullptr : &*it;
}

}  // namespace bashu::figures
