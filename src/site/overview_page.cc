// The overview as an article: every number in its sentences computed, linked and marked.

#include <map>

#include "site/overview_rows.h"
#include "site/pages.h"

namespace bashu::site {

namespace {

using ById = std::map<std::string, const OverviewRow*, std::less<>>;

ById by_id(const std::vector<OverviewSection>& sections) {
  ById rows;
  for (const OverviewSection& section : sections) {
    for (const OverviewRow& row : section.rows) {
      rows.emplace(row.id, &row);
      rows.emplace(row.id.substr(0, row.id.find('.')), &row);  // the first of its name
    }
  }
  return rows;
}

void fill_number(Ask& ask, const OverviewRow& row, Slots piece) {
  Slots number = piece.add("NUMBER");
  number.set("HREF", figure_link(ask, row));
  number.set("TEXT", row.printed.empty() ? ask.say("site.no_number") : row.printed);
  if (row.printed.empty() || row.mark == Mark::same) return;
  Slots mark = number.add("MARK");
  mark.set("STYLE", mark_style(row.mark));
  mark.set("TEXT", ask.say(mark_key(row.mark)));
  mark.set("SIGN", row.mark == Mark::differ ? "≠" : "?");
}

void fill_paragraph(Ask& ask, const Title& text, const ById& rows, Slots paragraph) {
  for (const Piece& piece : pieces(ask.in(text))) {
    Slots one = paragraph.add("PIECE");
    if (piece.row.empty()) {
      one.set_if("TEXT", piece.words, "WORDS");
      continue;
    }
    const auto row = rows.find(piece.row);
    if (row == rows.end() || row->second->figure.empty()) {
      one.set_if("TEXT", ask.say("site.no_number"), "WORDS");
    } else {
      fill_number(ask, *row->second, one);
    }
  }
}

void fill_row(Ask& ask, const OverviewRow& row, Slots line) {
  line.set("TITLE", row.title);
  if (row.figure.empty()) {
    line.show("NOT_COMPUTED");
    return;
  }
  Slots held = line.add("COMPUTED");
  held.set("HREF", figure_link(ask, row));
  held.set("VALUE", row.printed.empty() ? ask.say("site.no_number") : row.printed);
  held.set("DAY", row.as_of ? row.as_of->text() : "");
  held.set("PUBLISHED", row.published);
  if (row.differs) held.show(*row.differs ? "OTHERWISE" : "AS_PUBLISHED");
  Slots mark = held.add("MARK");
  mark.set("STYLE", mark_style(row.mark));
  mark.set("TEXT", ask.say(mark_key(row.mark)));
  line.set_if("TEXT", row.note, "NOTE");
}

// What is not what it was on the same day a year before.
void fill_changes(Ask& ask, const std::vector<OverviewSection>& now,
                  const std::vector<OverviewSection>& before, Slots page) {
  const ById old = by_id(before);
  for (const OverviewSection& section : now) {
    for (const OverviewRow& row : section.rows) {
      const auto was = old.find(row.id);
      if (was == old.end() || row.figure.empty() || was->second->value == row.value) continue;
      Slots line = page.add("CHANGE");
      line.set("TITLE", row.title);
      line.set("HREF", figure_link(ask, row));
      const std::string none = ask.say("site.no_number");
      line.set("BEFORE", was->second->printed.empty() ? none : was->second->printed);
      line.set("NOW", row.printed.empty() ? none : row.printed);
    }
  }
}

std::string summary(const Ask& ask, const std::vector<OverviewSection>& sections) {
  std::map<Mark, std::size_t> marked;
  std::size_t numbers = 0;
  for (const OverviewSection& section : sections) {
    for (const OverviewRow& row : section.rows) {
      if (!row.value) continue;
      ++numbers;
      ++marked[row.mark];
    }
  }
  return ask.say("site.summary", {{"numbers", std::to_string(numbers)},
                                  {"same", std::to_string(marked[Mark::same])},
                                  {"differ", std::to_string(marked[Mark::differ])},
                                  {"untold", std::to_string(marked[Mark::untold])}});
}

Date a_year_before(Date day) {
  if (const auto same = Date::from_civil(day.year() - 1, day.month(), day.day())) return *same;
  return day.plus_days(-366);  // 29 February
}

}  // namespace

Answered overview_page(Ask& ask) {
  if (ask.from.published->rows.empty()) return figures_page(ask);
  if (ask.query().contains("as_of") && !ask.as_of()) return std::nullopt;
  const Date day = ask.as_of().value_or(ask.from.edition);
  const Date before = a_year_before(day);
  const auto sections = overview_rows(ask, day);
  if (!sections) return std::unexpected{sections.error()};
  const auto earlier = overview_rows(ask, before);
  if (!earlier) return std::unexpected{earlier.error()};
  const ById rows = by_id(*sections);
  const Article& article = *ask.from.article;
  const std::string title = ask.in(article.title);
  return page(ask, {.title = ask.say("site.overview"), .tab = "overview"}, "overview",
              [&](Slots slots) {
                slots.set("TITLE", title.empty() ? ask.say("site.overview") : title);
                slots.set("AS_OF", day.text());
                slots.set("DAY", ask.day(day));
                if (!ask.links.fixed()) {
                  Slots form = slots.add("ASK");
                  form.set("AS_OF", day.text());
                  for (int year = day.year() - 1; year <= day.year() + 1; ++year) {
                    const auto same = Date::from_civil(year, day.month(), day.day());
                    if (!same || *same == day || *same > ask.from.today) continue;
                    Slots one = form.add("OTHER_EDITION");
                    one.set("HREF", ask.links.here_with({{"as_of", same->text()}}));
                    one.set("DAY", ask.day(*same));
                  }
                }
                slots.set("SUMMARY", summary(ask, *sections));
                slots.set("NUMBERS", ask.links.to({"numbers"}, ask.query()));
                if (!article.lead.empty())
                  fill_paragraph(ask, article.lead, rows, slots.add("LEAD"));
                for (std::size_t i = 0; i < article.sections.size(); ++i) {
                  Slots section = slots.add("SECTION");
                  section.set("ID", "s" + std::to_string(i + 1));
                  section.set("TITLE", ask.in(article.sections[i].title));
                  Slots entry = slots.add("CONTENTS");
                  entry.set("ID", "s" + std::to_string(i + 1));
                  entry.set("TITLE", ask.in(article.sections[i].title));
                  for (const Title& text : article.sections[i].text) {
                    fill_paragraph(ask, text, rows, section.add("PARAGRAPH"));
                  }
                }
                for (const OverviewSection& section : *sections) {
                  Slots held = slots.add("TABLE");
                  held.set("TITLE", section.title);
                  for (const OverviewRow& row : section.rows) fill_row(ask, row, held.add("ROW"));
                }
                slots.set("SINCE", ask.say("site.since", {{"day", ask.day(before)}}));
                fill_changes(ask, *sections, *earlier, slots);
              });
}

Answered numbers_page(Ask& ask) {
  if (ask.from.published->rows.empty()) return std::nullopt;
  if (ask.query().contains("as_of") && !ask.as_of()) return std::nullopt;
  const Date day = ask.as_of().value_or(ask.from.edition);
  const auto sections = overview_rows(ask, day);
  if (!sections) return std::unexpected{sections.error()};
  return page(ask, {.title = ask.say("site.all_numbers"), .tab = "overview"}, "numbers",
              [&](Slots slots) {
                slots.set("OVERVIEW", ask.links.to({}, ask.query()));
                slots.set("AS_OF", day.text());
                slots.set("DAY", ask.day(day));
                slots.set("SUMMARY", summary(ask, *sections));
                for (const OverviewSection& section : *sections) {
                  Slots held = slots.add("TABLE");
                  held.set("TITLE", section.title);
                  for (const OverviewRow& row : section.rows) fill_row(ask, row, held.add("ROW"));
                }
              });
}

}  // namespace bashu::site
