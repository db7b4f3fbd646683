// The list of public registers, and one register: filter, search, sort, page, compare editions.

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "site/pages.h"
#include "site/registry.h"
#include "site/values.h"

namespace bashu::site {

namespace {

constexpr std::size_t kPerPage = 50;

std::size_t page_number(const Ask& ask) {
  const std::string text = ask.parameter("page");
  std::size_t number = 1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number > 0 ? number : 1;
}

void fill_columns(Ask& ask, const PublicRegister& reg, Slots slots) {
  const std::string sorted = ask.parameter("sort");
  for (const packs::Member* member : reg.columns) {
    Slots column = slots.add("COLUMN");
    if (is_number(*member->type)) column.show("NUMERIC");
    const std::string title = field_title(ask, *member);
    if (ask.links.fixed()) {
      column.set_if("TEXT", title, "PLAIN");
      continue;
    }
    Slots link = column.add("SORTED");
    Query query = ask.query();
    query.erase("page");
    query["sort"] = (sorted == member->name ? "-" : "") + member->name;
    link.set("HREF", ask.links.here_with(std::move(query)));
    link.set("TEXT", title);
    if (sorted == member->name) link.set_if("TEXT", "▲", "SIGN");
    if (sorted == "-" + member->name) link.set_if("TEXT", "▼", "SIGN");
  }
}

void fill_cells(Ask& ask, const PublicRegister& reg, const views::RecordRow& row, bool linked,
                Slots line) {
  bool first = true;
  for (const packs::Member* member : reg.columns) {
    const Value* value = row.fields.find(member->name);
    Slots cell = line.add("CELL");
    if (is_number(*member->type)) cell.show("NUMERIC");
    const std::string text = value ? cell_text(ask, *member->type, *value) : "";
    if (first && linked) {
      Slots link = cell.add("LINKED");
      link.set("HREF", ask.links.to(register_path(reg, {"records", row.key})));
      link.set("TEXT", text.empty() ? row.key : text);
    } else {
      cell.add("PLAIN").set("TEXT", text);
    }
    first = false;
  }
}

// One selection for each field with few values.
void fill_filters(Ask& ask, const PublicRegister& reg, Slots form) {
  for (const packs::Member* member : reg.fields) {
    const packs::Type& type = *member->type;
    if (type.sided || (type.choices.empty() && type.kind != packs::Kind::boolean)) continue;
    Slots filter = form.add("FILTER");
    filter.set("NAME", member->name);
    filter.set("TITLE", field_title(ask, *member));
    const auto option = [&](const std::string& value) {
      Slots one = filter.add("OPTION");
      one.set("VALUE", value);
      one.set("TITLE",
              cell_text(ask, type, type.choices.empty() ? Value{value == "true"} : Value{value}));
      if (ask.parameter(member->name) == value) one.show("SELECTED");
    };
    for (const auto& [choice, title] : type.choices) option(choice);
    if (type.choices.empty()) {
      option("true");
      option("false");
    }
  }
}

// How many records have each value of a field of choices, as bars and as a table: what is found, on
// the day that is asked for.
void fill_bars(Ask& ask, const packs::Member& member, const std::vector<views::RecordRow>& rows,
               Slots slots) {
  constexpr std::size_t kWidth = 560, kRow = 44;
  std::map<std::string, std::size_t, std::less<>> counts;
  for (const views::RecordRow& row : rows) ++counts[row.fields.text_at(member.name)];
  const auto title_of = [&](const std::string& value) {
    return value.empty() ? ask.say("site.not_said") : cell_text(ask, *member.type, Value{value});
  };
  std::vector<std::pair<std::string, std::size_t>> bars;
  for (const auto& [choice, title] : member.type->choices) {
    if (const auto it = counts.find(choice); it != counts.end()) bars.push_back(*it);
  }
  if (const auto it = counts.find(""); it != counts.end()) bars.push_back(*it);
  if (bars.size() < 2) return;
  const auto most =
      std::ranges::max_element(bars, {}, &std::pair<std::string, std::size_t>::second);
  Slots held = slots.add("BARS");
  held.set("NAME", member.name);
  held.set("TITLE", ask.say("site.by_field", {{"field", field_title(ask, member)}}));
  held.set("FINDING", ask.say("site.bars_finding",
                              {{"day", ask.day(ask.day_of_lists().value_or(ask.from.today))},
                               {"all", std::to_string(rows.size())},
                               {"n", std::to_string(most->second)},
                               {"what", title_of(most->first)}}));
  held.set("HEIGHT", std::to_string(bars.size() * kRow));
  for (std::size_t i = 0; i < bars.size(); ++i) {
    Slots bar = held.add("BAR");
    bar.set("TITLE", title_of(bars[i].first));
    bar.set("NUMBER", std::to_string(bars[i].second));
    bar.set("TEXT_Y", std::to_string(i * kRow + 16));
    bar.set("Y", std::to_string(i * kRow + 22));
    const std::size_t width = std::max<std::size_t>(kWidth * bars[i].second / most->second, 2);
    bar.set("WIDTH", std::to_string(width));
  }
}

void fill_pages(Ask& ask, std::size_t now, std::size_t pages, Slots slots) {
  if (pages < 2) return;
  Slots held = slots.add("PAGES");
  held.set("TEXT",
           ask.say("site.page_of", {{"n", std::to_string(now)}, {"of", std::to_string(pages)}}));
  const auto link = [&](std::size_t number, std::string_view section) {
    if (number < 1 || number > pages) return;
    Query query = ask.query();
    query["page"] = std::to_string(number);
    if (number == 1) query.erase("page");
    held.set_if("HREF", ask.links.here_with(std::move(query)), section);
  };
  link(now - 1, "BEFORE");
  link(now + 1, "AFTER");
}

// What a later edition has that an earlier one has not, and the other way round.
std::expected<void, Fault> fill_comparison(Ask& ask, const PublicRegister& reg, Date from, Date to,
                                           Slots slots) {
  const auto before = all_records(ask, reg, from);
  if (!before) return std::unexpected{before.error()};
  const auto after = all_records(ask, reg, to);
  if (!after) return std::unexpected{after.error()};
  Slots held = slots.add("COMPARED");
  held.set("TITLE", ask.say("site.compared", {{"from", ask.day(from)}, {"to", ask.day(to)}}));
  const auto find = [](const std::vector<views::RecordRow>& rows, const views::RecordRow& wanted) {
    return std::ranges::find_if(rows, [&](const views::RecordRow& row) {
      return row.key == wanted.key && row.keeper == wanted.keeper;
    });
  };
  const auto add = [&](const views::RecordRow& row, const char* key, const char* style) {
    Slots line = held.add("ROW");
    Slots mark = line.add("MARK");
    mark.set("STYLE", style);
    mark.set("TEXT", ask.say(key));
    fill_cells(ask, reg, row, false, line);
  };
  for (const packs::Member* member : reg.columns) {
    held.add("COLUMN").set("TEXT", field_title(ask, *member));
  }
  for (const views::RecordRow& row : *after) {
    const auto was = find(*before, row);
    if (was == before->end()) {
      add(row, "site.added", "same");
    } else if (was->fields != row.fields) {
      add(row, "site.changed", "untold");
    }
  }
  for (const views::RecordRow& row : *before) {
    if (find(*after, row) == after->end()) add(row, "site.removed", "differ");
  }
  return {};
}

std::expected<void, Fault> fill_editions(Ask& ask, const PublicRegister& reg, Slots slots) {
  if (!reg.reg->editions) return {};
  const auto editions = ask.from.views->editions(reg.id(), ask.from.at);
  if (!editions) return std::unexpected{editions.error()};
  if (editions->empty()) return {};
  Slots held = slots.add("EDITIONS");
  for (auto edition = editions->rbegin(); edition != editions->rend(); ++edition) {
    Slots line = held.add("EDITION");
    line.set("NAME", edition->name);
    line.set("PARTY", ask.party(edition->keeper));
    line.set("DAY", edition->on.text());
    line.set("ENTRIES", std::to_string(edition->entries));
    if (ask.links.fixed()) continue;
    Slots links = line.add("LINKS");
    links.set("SHOW", ask.links.to(register_path(reg), {{"as_of", edition->on.text()}}));
    const auto earlier = std::find_if(edition + 1, editions->rend(), [&](const auto& one) {
      return one.keeper == edition->keeper;
    });
    if (earlier == editions->rend()) continue;
    links.set_if("HREF",
                 ask.links.to(register_path(reg),
                              {{"as_of", edition->on.text()}, {"compare", earlier->on.text()}}),
                 "COMPARE");
  }
  if (const auto with = Date::parse(ask.parameter("compare")); with && ask.as_of()) {
    return fill_comparison(ask, reg, *with, *ask.as_of(), slots);
  }
  return {};
}

}  // namespace

Answered registers_page(Ask& ask) {
  return page(ask, {.title = ask.say("site.registers"), .tab = "registers"}, "registers",
              [&](Slots slots) {
                const packs::Pack* last = nullptr;
                std::optional<Slots> held;
                for (const PublicRegister& reg : public_registers(ask)) {
                  if (reg.pack != last) {
                    last = reg.pack;
                    held = slots.add("PACK");
                    held->set("TITLE", ask.in(reg.pack->title));
                  }
                  Slots one = held->add("REGISTER");
                  one.set("TITLE", ask.in(reg.reg->title));
                  one.set("ABOUT", ask.in(reg.reg->display.about));
                  one.set("HREF", ask.links.to(register_path(reg)));
                }
              });
}

Answered register_page(Ask& ask, const std::string& id) {
  const auto reg = find_register(ask, id);
  if (!reg || (ask.query().contains("as_of") && !ask.as_of())) return std::nullopt;
  const auto found = listing(ask, *reg);
  if (!found) return std::unexpected{found.error()};
  const std::size_t pages = (found->rows.size() + kPerPage - 1) / kPerPage;
  const std::size_t now = std::min(page_number(ask), std::max<std::size_t>(pages, 1));
  const std::string title = ask.in(reg->reg->title);
  std::expected<void, Fault> filled;
  Answer answer = page(ask, {.title = title, .tab = "registers"}, "register", [&](Slots slots) {
    slots.set("TITLE", title);
    slots.set("PACK", ask.in(reg->pack->title));
    slots.set("REGISTERS", ask.links.to({"registers"}));
    slots.set_if("TEXT", ask.in(reg->reg->display.about), "ABOUT");
    slots.set("COUNT", found->rows.size() == found->all
                           ? ask.say("site.records", {{"n", std::to_string(found->all)}})
                           : ask.say("site.records_of", {{"n", std::to_string(found->rows.size())},
                                                         {"of", std::to_string(found->all)}}));
    if (found->cut) slots.show("CUT");
    if (!ask.links.fixed()) {
      Slots form = slots.add("ASK");
      form.set("Q", ask.parameter("q"));
      fill_filters(ask, *reg, form);
    }
    fill_columns(ask, *reg, slots);
    const bool linked = !ask.links.fixed() || found->all <= 500;
    for (std::size_t i = (now - 1) * kPerPage; i < std::min(now * kPerPage, found->rows.size());
         ++i) {
      fill_cells(ask, *reg, found->rows[i], linked, slots.add("ROW"));
    }
    fill_pages(ask, now, pages, slots);
    for (const char* file : {"data.csv", "data.xlsx", "data.json"}) {
      Slots one = slots.add("FILE");
      Query query;
      if (const auto day = ask.as_of()) query["as_of"] = day->text();
      one.set("HREF", ask.links.to(register_path(*reg, {file}), std::move(query)));
      one.set("TITLE", std::string_view{file}.substr(5));
    }
    for (const packs::Member* member : reg->fields) {
      if (!member->type->sided && !member->type->choices.empty()) {
        fill_bars(ask, *member, found->rows, slots);
      }
    }
    filled = fill_editions(ask, *reg, slots);
  });
  if (!filled) return std::unexpected{filled.error()};
  return answer;
}

}  // namespace bashu::site
