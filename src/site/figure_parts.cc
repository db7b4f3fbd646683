#include "site/figure_parts.h"

#include <algorithm>
#include <map>

#include "base/json.h"
#include "figures/figure.h"
#include "figures/words.h"
#include "packs/pages.h"
#include "site/values.h"

namespace bashu::site {

std::vector<std::string> figure_path(std::string_view id, std::vector<std::string> more) {
  const auto slash = id.find('/');
  std::vector<std::string> path{"figures", std::string{id.substr(0, slash)},
                                std::string{id.substr(slash + 1)}};
  for (std::string& part : more) path.push_back(std::move(part));
  return path;
}

std::optional<figures::Ask> figure_ask(const Ask& ask, const std::string& id) {
  figures::Ask what{.id = id, .as_of = ask.from.today, .period = {}};
  if (ask.query().contains("as_of")) {
    const auto day = ask.as_of();
    if (!day) return std::nullopt;
    what.as_of = *day;
  }
  if (const std::string period = ask.parameter("period"); !period.empty()) {
    const auto dots = period.find("..");
    if (dots == std::string::npos) return std::nullopt;
    const auto first = Date::parse(period.substr(0, dots));
    const auto last = Date::parse(period.substr(dots + 2));
    if (!first || !last || *last < *first) return std::nullopt;
    what.period = std::pair{*first, *last};
  }
  return what;
}

const std::vector<packs::Member>* fields_of(const packs::Pack& pack, const packs::Figure& figure) {
  if (figure.source == packs::Figure::Source::service) {
    const packs::Service* service = packs::find(pack.services, figure.of);
    return service ? &service->fields : nullptr;
  }
  if (figure.source == packs::Figure::Source::reg) {
    const packs::Register* reg = packs::find(pack.registers, figure.of);
    return reg && reg->record ? &reg->record->members : nullptr;
  }
  return nullptr;
}

std::string split_title(const Ask& ask, const packs::Pack& pack, std::string_view split) {
  return packs::word(pack, split, ask.language());
}

std::string key_title(const Ask& ask, const packs::Pack& pack, const packs::Figure& figure,
                      std::string_view split, const Value& key) {
  if (key.is_null()) return ask.say("site.no_key");
  const std::string* text = key.as_text();
  const packs::ProgramPtr* program = packs::find(figure.split, split);
  const std::vector<packs::Member>* fields = fields_of(pack, figure);
  if (program && fields) {
    // `entry.kind`: the field itself says what its value is called.
    const std::string& source = (*program)->text();
    const auto dot = source.rfind('.');
    for (const packs::Member& member : *fields) {
      if (dot != std::string::npos && source.substr(dot + 1) == member.name) {
        return cell_text(ask, *member.type, key);
      }
    }
  }
  if (!text) return canonical_json(key);
  if (const auto arrow = text->find('>'); arrow != std::string::npos) {
    return ask.party(text->substr(0, arrow)) + " → " + ask.party(text->substr(arrow + 1));
  }
  return ask.party(*text);
}

namespace {

// The parts of a figure that adds up are the sums of the parties' parts, once all have told.
std::vector<figures::Split> added(const figures::Figure& figure) {
  if (!figure.answer.add_sides || !figure.sides.total) return figure.answer.splits;
  std::map<std::string, std::map<std::string, figures::SplitValue>> sums;
  for (const figures::Side& side : figure.sides.sides) {
    if (!side.own && !side.splits) return figure.answer.splits;
    for (const figures::Split& split : side.own ? figure.answer.splits : *side.splits) {
      for (const figures::SplitValue& value : split.values) {
        figures::SplitValue& sum =
            sums[split.name].try_emplace(canonical_json(value.key), value.key, 0).first->second;
        sum.value = sum.value.value_or(0) + value.value.value_or(0);
      }
    }
  }
  std::vector<figures::Split> out;
  for (auto& [name, values] : sums) {
    figures::Split& split = out.emplace_back();
    split.name = name;
    for (auto& [key, value] : values) split.values.push_back(std::move(value));
  }
  return out;
}

std::vector<SplitView> splits_of(const Ask& ask, const FigureView& view,
                                 const std::vector<figures::Split>& splits) {
  std::vector<SplitView> out;
  for (const figures::Split& split : splits) {
    SplitView& one = out.emplace_back();
    one.name = split.name;
    for (const figures::SplitValue& value : split.values) {
      const std::string* text = value.key.as_text();
      one.rows.push_back({.key = text ? *text : canonical_json(value.key),
                          .title = key_title(ask, *view.pack, *view.figure, split.name, value.key),
                          .value = value.value});
    }
    // The largest first: what a reader looks for.
    std::ranges::stable_sort(one.rows, std::ranges::greater{},
                             [](const SplitView::Row& row) { return row.value.value_or(-1); });
  }
  return out;
}

// Files of one date are to be the same whichever party made them: where the parties do not say the
// same, the first in order of names speaks.
const figures::Side* speaker(const figures::Figure& figure) {
  const figures::Side* first = nullptr;
  for (const figures::Side& side : figure.sides.sides) {
    if (side.value && (!first || side.party < first->party)) first = &side;
  }
  return first;
}

}  // namespace

std::string printed(const Ask& ask, const FigureView& view, std::int64_t value) {
  return figures::number_words(value, view.answer.unit, view.answer.scale, ask.language());
}

std::expected<std::optional<FigureView>, Fault> figure_view(const Ask& ask,
                                                            const figures::Ask& what) {
  auto found = ask.from.views->read(ask.from.at, [&](views::Session& session) {
    return figures::figure(session, what, *ask.from.published);
  });
  if (!found) return std::unexpected{found.error()};
  if (!*found) return std::nullopt;
  figures::Figure& figure = **found;
  FigureView view{.ask = what, .answer = std::move(figure.answer)};
  const auto slash = what.id.find('/');
  view.pack = ask.pack(what.id.substr(0, slash));
  view.figure = view.pack ? packs::find(view.pack->figures, what.id.substr(slash + 1)) : nullptr;
  if (!view.figure) return std::nullopt;
  view.mark = mark_of(figure.sides.agree);
  view.value = view.answer.add_sides && figure.sides.total ? figure.sides.total : view.answer.value;
  std::vector<figures::Split> splits = added(figure);
  const bool sums = view.answer.add_sides && figure.sides.total;
  view.neutral = view.mark == Mark::same && !view.answer.add_sides &&
                 !(view.answer.by_pairs && figure.sides.sides.size() > 2);
  if (ask.links.fixed() && !sums && view.mark != Mark::same) {
    if (const figures::Side* side = speaker(figure); side && !side->own) {
      view.value = side->value;
      splits = side->splits.value_or(std::vector<figures::Split>{});
    }
  }
  if (view.value) view.printed = printed(ask, view, *view.value);
  for (const figures::Side& side : figure.sides.sides) {
    view.sides.push_back({.party = side.party,
                          .printed = side.value ? printed(ask, view, *side.value) : "",
                          .value = side.value,
                          .ours = side.ours,
                          .mark = mark_of(side.agree),
                          .told_on = side.told_on});
  }
  std::ranges::sort(view.sides, {}, &SideView::party);
  view.splits = splits_of(ask, view, splits);
  return view;
}

std::expected<std::vector<Point>, Fault> history(const Ask& ask, const FigureView& view) {
  constexpr int kQuarters = 12;
  // Another party's past is not on record here.
  if (ask.links.fixed() && !view.neutral) return std::vector<Point>{};
  std::vector<Date> days{view.ask.as_of};
  int year = view.ask.as_of.year();
  int quarter = (view.ask.as_of.month() - 1) / 3;  // of the ends of quarters before it
  while (static_cast<int>(days.size()) <= kQuarters) {
    if (quarter == 0) {
      quarter = 4;
      --year;
    }
    // The last day of March, June, September, December.
    const int month = quarter * 3;
    const auto first =
        month == 12 ? Date::from_civil(year + 1, 1, 1) : Date::from_civil(year, month + 1, 1);
    if (!first) break;
    if (const Date end = first->plus_days(-1); end < days.back()) days.push_back(end);
    --quarter;
  }
  std::ranges::reverse(days);
  return ask.from.views->read(ask.from.at, [&](views::Session& session) {
    return figures::history(session, view.ask, days);
  });
}

}  // namespace bashu::site
