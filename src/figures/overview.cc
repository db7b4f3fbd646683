#include "figures/overview.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "figures/answer.h"
#include "texts/texts.h"

namespace bashu::figures {

namespace {

struct Computed {
  std::optional<Answer> answer;
  Sides sides;
};
// Several rows may read one figure.
using AllComputed = std::map<std::tuple<std::string, Date, std::optional<Period>>, Computed>;

const Computed& compute(views::Session& session, const Ask& ask, AllComputed& all) {
  const auto [it, fresh] = all.try_emplace({ask.id, ask.as_of, ask.period});
  if (!fresh) return it->second;
  it->second.answer = answer(session, ask);
  if (it->second.answer) it->second.sides = compare(session, ask, *it->second.answer);
  return it->second;
}

// The value of the row in the answer, and what is to be said of it.
void read_value(const PublishedRow& published, OverviewRow& row) {
  if (!row.answer) {
    row.remarks.push_back(Remark::no_figure);
  } else if (!row.answer->error.empty()) {
    row.remarks.push_back(Remark::failed);
  } else if (!published.split.empty()) {
    row.value = split_value(*row.answer, published.split, published.key);
    if (!row.value && row.answer->value) row.value = 0;  // nothing counts under that key
  } else {
    row.value = row.answer->value;
  }
}

OverviewRow row_of(views::Session& session, const PublishedRow& published, Date whole, Date asked,
                   AllComputed& all) {
  OverviewRow row;
  row.published = published;
  if (published.figure.empty()) {
    row.remarks.push_back(Remark::not_computed);
    return row;
  }
  row.as_of = moved(published.as_of, whole, asked);
  row.period = moved(published.period, whole, asked);
  const Computed& computed =
      compute(session, {.id = published.figure, .as_of = row.as_of, .period = row.period}, all);
  row.answer = computed.answer;
  row.sides = computed.sides;
  row.unit = row.answer && !row.answer->unit.empty() ? row.answer->unit : published.unit;
  row.scale = row.answer ? row.answer->scale : 0;
  read_value(published, row);
  bool partial = false;
  if (row.answer && row.answer->add_sides && row.value) {
    // Each side counts its own; the number is the sum, once every side has told.
    partial = !row.sides.total || !published.split.empty();
    if (partial) {
      row.remarks.push_back(Remark::own_side);
    } else {
      row.value = row.sides.total;
    }
  }
  if (row.as_of != published.as_of) {
    row.remarks.push_back(Remark::other_date);
  } else if (!partial) {
    const bool same = row.value && fits(published.says, *published.value, *row.value);
    row.fit = same ? Fit::same : Fit::differs;
    if (!same && !published.note.empty()) row.remarks.push_back(Remark::ambiguous);
  }
  if (row.answer && row.sides.agree == Agree::no) row.remarks.push_back(Remark::sides);
  return row;
}

}  // namespace

std::string_view remark_name(Remark remark) {
  constexpr std::array<std::string_view, 7> kNames{
      "not_computed", "no_figure", "failed", "own_side", "other_date", "ambiguous", "sides"};
  return kNames[static_cast<std::size_t>(remark)];
}

Title remark_words(const OverviewRow& row, Remark remark) {
  switch (remark) {
    case Remark::failed:
      return bilingual(row.answer ? row.answer->error : "", row.answer ? row.answer->error : "");
    case Remark::ambiguous:
      return row.published.note;
    case Remark::other_date:
      return texts::title("figures.other_date", {{"date", row.published.as_of.text()}});
    case Remark::not_computed:
      return texts::title("figures.not_computed");
    case Remark::no_figure:
      return texts::title("figures.no_figure");
    case Remark::own_side:
      return texts::title("figures.own_side");
    case Remark::sides:
      return texts::title("figures.sides");
  }
  return {};
}

Overview overview(views::Session& session, std::optional<Date> as_of, const Published& published) {
  Overview overview;
  overview.as_of = as_of.value_or(published.as_of);
  overview.side = session.own;
  overview.position = static_cast<std::uint64_t>(std::max<std::int64_t>(session.known, 0));
  AllComputed all;
  for (const PublishedRow& line : published.rows) {
    OverviewRow row = row_of(session, line, published.as_of, overview.as_of, all);
    overview.numbers += row.value ? 1 : 0;
    overview.same += row.fit == Fit::same ? 1 : 0;
    overview.differing += row.fit == Fit::differs ? 1 : 0;
    if (overview.sections.empty() || overview.sections.back().id != line.section) {
      overview.sections.push_back({.id = line.section, .title = line.section_title, .rows = {}});
    }
    overview.sections.back().rows.push_back(std::move(row));
  }
  return overview;
}

}  // namespace bashu::figures
