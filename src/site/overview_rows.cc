#include "site/overview_rows.h"

#include <memory>
#include <utility>

#include "figures/overview.h"
#include "figures/words.h"
#include "site/figure_parts.h"

namespace bashu::site {

const char* mark_key(Mark mark) {
  return mark == Mark::same ? "site.same" : mark == Mark::differ ? "site.differ" : "site.untold";
}
const char* mark_style(Mark mark) {
  return mark == Mark::same ? "same" : mark == Mark::differ ? "differ" : "untold";
}

namespace {

OverviewRow row_of(const Ask& ask, const figures::OverviewRow& from) {
  const std::string& language = ask.language();
  const figures::PublishedRow& published = from.published;
  OverviewRow row{.id = published.id,
                  .title = ask.in(published.title),
                  .note = ask.in(published.note),
                  .figure = published.figure,
                  .value = from.value};
  if (!published.split.empty()) row.id += "." + published.key;
  if (published.figure.empty()) return row;
  row.as_of = from.as_of;
  if (from.period) row.period = from.period->first.text() + ".." + from.period->second.text();
  if (from.value) row.printed = figures::number_words(*from.value, from.unit, from.scale, language);
  if (published.value) {
    row.published =
        figures::said_words(published.says, *published.value, from.unit, from.scale, language);
  }
  if (from.fit != figures::Fit::not_compared) row.differs = from.fit == figures::Fit::differs;
  row.mark = mark_of(from.answer ? from.sides.agree : figures::Agree::unknown);
  return row;
}

std::expected<std::shared_ptr<const figures::Overview>, Fault> overview_of(
    const Sources& from, std::optional<Date> as_of) {
  const std::lock_guard lock{from.overviews->mutex};
  auto& made = from.overviews->made;
  if (const auto it = made.find(as_of); it != made.end()) return it->second;
  auto found = from.views->read(from.at, [&](views::Session& session) {
    return figures::overview(session, as_of, *from.published);
  });
  if (!found) return std::unexpected{found.error()};
  auto kept = std::make_shared<const figures::Overview>(std::move(*found));
  if (made.size() < Overviews::kKept) made.emplace(as_of, kept);
  return kept;
}

}  // namespace

Mark mark_of(figures::Agree agree) {
  return agree == figures::Agree::yes  ? Mark::same
         : agree == figures::Agree::no ? Mark::differ
                                       : Mark::untold;
}

std::expected<std::vector<OverviewSection>, Fault> overview_rows(const Ask& ask,
                                                                 std::optional<Date> as_of) {
  const auto found = overview_of(ask.from, as_of);
  if (!found) return std::unexpected{found.error()};
  std::vector<OverviewSection> sections;
  for (const figures::OverviewSection& section : (*found)->sections) {
    OverviewSection& one = sections.emplace_back();
    one.title = ask.in(section.title);
    for (const figures::OverviewRow& row : section.rows) one.rows.push_back(row_of(ask, row));
  }
  return sections;
}

std::string figure_link(Ask& ask, const OverviewRow& row) {
  Query query;
  if (row.as_of) query["as_of"] = row.as_of->text();
  if (!row.period.empty()) query["period"] = row.period;
  return ask.links.to(figure_path(row.figure), std::move(query));
}

}  // namespace bashu::site
