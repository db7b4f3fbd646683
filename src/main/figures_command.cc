// bashu figures, overview, discrepancies: beside a node, without it, or through its API.

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <utility>

#include "api/figures_json.h"
#include "base/json.h"
#include "figures/answer.h"
#include "figures/known_at.h"
#include "figures/tell.h"
#include "figures/words.h"
#include "http/message.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/offline.h"
#include "main/offline_views.h"
#include "main/table.h"
#include "site/sheet.h"
#include "texts/texts.h"
#include "views/follower.h"

namespace bashu::cli {

namespace {

using Align = Table::Align;

// Where to ask, and what is left of the arguments.
struct Place {
  std::string dir;  // empty: the API
  std::vector<std::string> rest;
};

std::expected<Place, Exit> place_of(const Console& console, const Remote& remote,
                                    const std::string& circle, std::vector<std::string> words,
                                    std::size_t rest_max) {
  Place place;
  // A directory that is named is meant, whatever BASHU_API says.
  std::error_code error;
  const bool named =
      !words.empty() &&
      std::filesystem::exists(std::filesystem::path{words.front()} / "node.json", error);
  if (remote.api.empty() || named) {
    if (words.empty()) {
      return std::unexpected{console.fail("the node's directory is needed, or --api URL",
                                          "需要节点目录，或 --api URL")};
    }
    if (!named) {
      return std::unexpected{console.fail("not a node's directory: " + words.front(),
                                          "不是节点目录：" + words.front())};
    }
    place.dir = words.front();
    words.erase(words.begin());
  }
  if (words.size() > rest_max && !remote.api.empty() && !named) {
    return std::unexpected{
        console.fail("not a node's directory: " + words.front(), "不是节点目录：" + words.front())};
  }
  if (words.size() > rest_max) {
    const std::string& extra = words[rest_max];
    return std::unexpected{console.fail("one argument too many: " + extra, "参数过多：" + extra)};
  }
  if (place.dir.empty() && !circle.empty()) {
    const std::string text = texts::text(console.language, "figures.circle_beside_node");
    return std::unexpected{console.fail(text, text)};
  }
  place.rest = std::move(words);
  return place;
}

// A node's directory, read only.
struct Offline {
  std::unique_ptr<views::Views> views;
  std::shared_ptr<const figures::Published> published;
  Date today;
  int offset_minutes = 0;
};

std::expected<Offline, Exit> open_offline(const Console& console, const std::string& dir,
                                          const std::string& circle) {
  const auto identity = node::load_identity(dir);
  if (!identity) return std::unexpected{console.fail(identity.error())};
  const auto clock = clock_of(dir, identity->offset_minutes);
  if (!clock) return std::unexpected{console.fail(clock.error())};
  auto published = figures::published_of(dir, circle);
  if (!published) return std::unexpected{console.fail(published.error())};
  auto views = open_views(console, dir);
  if (!views) return std::unexpected{views.error()};
  return Offline{.views = std::move(*views),
                 .published = std::move(*published),
                 .today = (*clock)->today(),
                 .offset_minutes = identity->offset_minutes};
}

std::expected<std::optional<Date>, Exit> read_day(const Console& console, const std::string& text) {
  if (text.empty()) return std::optional<Date>{};
  const auto day = Date::parse(text);
  if (!day) {
    return std::unexpected{console.fail("--as-of: not a date: " + text + " (like 2021-09-25)",
                                        "--as-of：不是日期：" + text + "（应如 2021-09-25）")};
  }
  return day;
}

std::expected<views::At, Exit> read_known_at(const Console& console, const std::string& text,
                                             Offline& at) {
  if (text.empty()) return views::At{};
  const auto parsed = figures::parse_known_at(text, at.offset_minutes);
  if (!parsed) {
    return std::unexpected{console.fail(
        "--known-at: a position (4711), a date (2021-09-25) or a time (2021-09-25T10:00) is "
        "expected: " +
            text,
        "--known-at：应为位置（4711）、日期（2021-09-25）或时间（2021-09-25T10:00）：" + text)};
  }
  if (parsed->position) {
    const std::uint64_t entries = at.views->entries();
    if (*parsed->position < entries) return views::At{parsed->position};
    const std::string newest = entries ? std::to_string(entries - 1) : "-";
    return std::unexpected{console.fail("--known-at: the newest position is " + newest,
                                        "--known-at：最新位置为 " + newest)};
  }
  const auto position = at.views->at_position(parsed->time_ms);
  if (!position) return std::unexpected{console.fail(position.error())};
  if (!*position) {
    return std::unexpected{
        console.fail("--known-at: this node had nothing on record then (its clock, not the "
                     "rehearsal's): " +
                         text,
                     "--known-at：本节点当时尚无任何记录（按真实时间，而非演练日期）：" + text)};
  }
  return *position;
}

std::expected<std::optional<figures::Period>, Exit> read_period(const Console& console,
                                                                const std::string& text) {
  if (text.empty()) return std::optional<figures::Period>{};
  const auto period = figures::parse_period(text);
  if (!period) {
    return std::unexpected{console.fail("--period: 2021-01-01..2021-09-25 is expected",
                                        "--period：应为 2021-01-01..2021-09-25")};
  }
  return period;
}

std::string query(std::initializer_list<std::pair<const char*, std::string>> parts) {
  std::string text;
  for (const auto& [name, value] : parts) {
    if (value.empty()) continue;
    text += (text.empty() ? "?" : "&") + std::string{name} + "=" + http::percent_encode(value);
  }
  return text;
}

const Value::List& list_at(const Value& value, std::string_view name) {
  static const Value::List kNone;
  const Value* found = value.find(name);
  return found && found->as_list() ? *found->as_list() : kNone;
}

std::string shown(const Value& value) {
  if (value.is_null()) return "-";
  return value.as_text() ? *value.as_text() : canonical_json(value);
}

std::string shown(const Value& record, std::string_view name) {
  const Value* value = record.find(name);
  return value ? shown(*value) : "-";
}

struct Unit {
  std::string name;
  int scale = 0;
};
Unit unit_of(const Value& figure) {
  return {.name = figure.text_at("unit"), .scale = static_cast<int>(figure.int_at("scale"))};
}
// A number as a person writes it; anything else as it is.
std::string in_unit(const Console& console, const Unit& unit, const Value& record,
                    std::string_view name) {
  const Value* value = record.find(name);
  const std::int64_t* number = value ? value->as_int() : nullptr;
  if (!number) return shown(record, name);
  return figures::exact_words(*number, unit.name, unit.scale, console.language);
}

std::string agree_words(const Console& console, const Value& record) {
  const Value* agree = record.find("agree");
  const bool* flag = agree ? agree->as_bool() : nullptr;
  if (!flag) return std::string{console.say("not known", "未知")};
  return std::string{*flag ? console.say("agree", "一致") : console.say("DIFFER", "不一致")};
}

struct Word {
  std::string_view token, en, zh;
};
constexpr Word kWhy[]{
    {"not_told", "has told no value for this date", "尚未通报该日期的数值"},
    {"definition", "counts by another definition", "按另一定义统计"},
    {"failed", "some records could not be counted", "有记录无法计入"},
    {"implausible", "names messages that were never sent", "所称消息从未发出"},
    {"on_the_way", "may be explained by messages on the way", "可能因消息在途所致"},
    {"held", "a message of theirs is held here", "对方有消息在本方暂存"},
    {"value", "the numbers differ", "数值不同"},
    {"splits", "the break-downs differ", "分项不同"},
    {"records", "the same number counts other records", "数值相同但记录不同"}};

std::string why_words(const Console& console, const std::string& token) {
  for (const Word& word : kWhy) {
    if (word.token == token) return std::string{console.say(word.en, word.zh)};
  }
  return token;
}

void print_figure(const Console& console, const Value& figure) {
  std::ostream& out = console.out;
  const std::string printed = figure.text_at("printed");
  out << figure.text_at("title") << "  " << figure.text_at("figure") << '\n'
      << "  " << (printed.empty() ? "-" : printed) << "   " << console.say("as of ", "截至 ")
      << figure.text_at("as_of") << console.say(", known at position ", "，日志位置 ")
      << shown(figure, "known_at") << ", " << figure.text_at("side") << '\n';
  if (const std::string error = figure.text_at("error"); !error.empty()) {
    out << "  " << console.say("cannot be counted: ", "无法计算：") << error << '\n';
  }
  if (figure.find("ahead")) {
    out << "  "
        << texts::text(console.language, "figures.ahead", {{"date", figure.text_at("as_of")}})
        << '\n';
  }
  Table table{{Align::left, Align::left, Align::right, Align::left}};
  const auto published = [&](const Value& row) {
    const Value* split = row.find("split");
    table.add({"  " + std::string{console.say("published", "公布")},
               row.text_at("row") + (split ? " " + canonical_json(*split) : ""),
               row.text_at("printed"), row.text_at("as_of")});
    if (const std::string note = row.text_at("note"); !note.empty()) table.add_line("    " + note);
  };
  const Unit unit = unit_of(figure);
  const auto amount = [&](std::string_view name, const Value& record) {
    return in_unit(console, unit, record, name);
  };
  if (figure.find("published_rows")) {
    for (const Value& row : list_at(figure, "published_rows")) published(row);
  } else if (const Value* row = figure.find("published")) {
    published(*row);
  }
  for (const Value& side : list_at(figure, "by_side")) {
    const std::string why = side.text_at("why");
    std::string said = side.find("printed") ? side.text_at("printed") : "-";
    if (side.find("ours")) {
      said += std::string{console.say(" of what both hold; here ", "（双方共有部分）；本方 ")} +
              amount("ours", side);
    }
    table.add({"  " + std::string{console.say("side", "一方")}, side.text_at("party"), said,
               agree_words(console, side) + (why.empty() ? "" : ": " + why_words(console, why))});
  }
  if (figure.find("total")) {
    table.add({"  " + std::string{console.say("total", "合计")}, "", amount("total", figure), ""});
  }
  for (const Value& party : list_at(figure, "by_party")) {
    std::string nodes;
    for (const Value& node : list_at(party, "nodes")) {
      nodes += (nodes.empty() ? "" : " + ") + *node.as_text();
    }
    table.add({"  " + std::string{console.say("party", "当事方")}, party.text_at("party"),
               amount("value", party), nodes});
  }
  for (const Value& split : list_at(figure, "splits")) {
    for (const Value& one : list_at(split, "values")) {
      table.add({"  " + split.text_at("name"), shown(one, "key"), amount("value", one), ""});
    }
  }
  for (const Value& edition : list_at(figure, "editions")) {
    table.add({"  " + std::string{console.say("edition", "版次")},
               edition.text_at("register") + " " + edition.text_at("name"),
               "#" + shown(edition, "number"), edition.text_at("on")});
  }
  table.print(out);
  out << "  " << console.say("records ", "记录 ") << shown(figure, "rows")
      << console.say(", definition ", "，定义 ") << figure.text_at("definition") << '\n';
}

void print_figures(const Console& console, const Value& all) {
  Table table{{Align::left, Align::right, Align::left, Align::left, Align::left}};
  for (const Value& figure : list_at(all, "figures")) {
    const Value* published = figure.find("published");
    table.add({figure.text_at("figure"), figure.text_at("printed"), figure.text_at("title"),
               agree_words(console, figure), published ? published->text_at("row") : ""});
  }
  table.print(console.out);
}

site::Sheet::Cell cell_of(const Value& record, std::string_view name) {
  const Value* value = record.find(name);
  if (!value || value->is_null()) return std::monostate{};
  if (const std::int64_t* number = value->as_int()) return *number;
  return shown(*value);
}

// One row per figure, and one per value of a break-down.
void print_csv(const Console& console, const Value::List& figures) {
  site::Sheet sheet{.name = "figures", .columns = {}, .rows = {}};
  for (const char* name : {"figure", "title", "side", "as_of", "known_at", "split", "key", "value",
                           "unit", "scale", "agree", "published", "published_value"}) {
    sheet.columns.push_back({.title = name});
  }
  using Cell = site::Sheet::Cell;
  for (const Value& figure : figures) {
    const auto row = [&](Cell split, Cell key, Cell value, const Value* published) {
      sheet.rows.push_back({cell_of(figure, "figure"), cell_of(figure, "title"),
                            cell_of(figure, "side"), cell_of(figure, "as_of"),
                            cell_of(figure, "known_at"), std::move(split), std::move(key),
                            std::move(value), cell_of(figure, "unit"), cell_of(figure, "scale"),
                            cell_of(figure, "agree"), published ? cell_of(*published, "row") : "",
                            published ? cell_of(*published, "value") : ""});
    };
    row("", "", cell_of(figure, "value"), figure.find("published"));
    for (const Value& split : list_at(figure, "splits")) {
      for (const Value& one : list_at(split, "values")) {
        row(cell_of(split, "name"), cell_of(one, "key"), cell_of(one, "value"), nullptr);
      }
    }
  }
  console.out << site::csv(sheet);
}

Exit print(const Console& console, const Figures& what, const Value& answer, bool one) {
  if (what.remote.json) {
    print_json(console, answer);
  } else if (what.csv) {
    print_csv(console, one ? Value::List{answer} : list_at(answer, "figures"));
  } else if (one) {
    print_figure(console, answer);
  } else {
    print_figures(console, answer);
  }
  return Exit::done;
}

// What a record shows of itself: `title=value`, two blanks between.
std::string columns_of(const Value& row) {
  std::string columns;
  for (const Value& column : list_at(row, "shown")) {
    const auto* pair = column.as_list();
    if (!pair || pair->size() != 2) continue;
    columns += (columns.empty() ? "" : "  ") + shown((*pair)[0]) + "=" + shown((*pair)[1]);
  }
  return columns;
}

// Its entries in the journal, each after `mark`.
std::string positions_of(const Value& row, std::string_view mark) {
  std::string positions;
  for (const Value& position : list_at(row, "positions")) {
    if (!positions.empty()) positions += ' ';
    positions += mark;
    positions += shown(position);
  }
  return positions;
}

void print_records(const Console& console, const Value::List& records, const Unit& unit,
                   bool first) {
  Table table{{Align::left, Align::right, Align::left, Align::left, Align::left}};
  if (first) {
    table.add({std::string{console.say("record", "记录")},
               std::string{console.say("value", "数值")}, std::string{console.say("from", "起始")},
               std::string{console.say("entry", "账目")}});
  }
  for (const Value& row : records) {
    table.add({row.text_at("subject"), in_unit(console, unit, row, "value"), shown(row, "from"),
               positions_of(row, "#"), columns_of(row)});
  }
  table.print(console.out);
}

// The same as a table for spreadsheets; all pages at once, under one heading.
class RecordsSheet {
 public:
  void add(const Value::List& records) {
    for (const Value& row : records) {
      sheet_.rows.push_back({cell_of(row, "subject"), cell_of(row, "value"), cell_of(row, "from"),
                             positions_of(row, ""), columns_of(row)});
    }
  }
  void print(const Console& console) const { console.out << site::csv(sheet_); }

 private:
  site::Sheet sheet_{.name = "records",
                     .columns = {{"record"}, {"value"}, {"from"}, {"entries"}, {"columns"}},
                     .rows = {}};
};

Exit no_figure(const Console& console, const std::string& id) {
  return console.fail("no pack in force gives the figure " + id, "没有生效的业务包给出指标 " + id);
}

constexpr int kPage = 1'000;

// All records behind a figure, page after page.
Exit records_offline(const Console& console, const Figures& what, views::Views& views,
                     const figures::Ask& ask, views::At known_at) {
  Unit unit;
  const auto known = views.read(known_at, [&](views::Session& session) {
    const auto* def = figures::find_figure(session, ask.id);
    if (def) unit = {.name = def->figure->unit, .scale = def->figure->scale};
    return def != nullptr;
  });
  if (!known) return console.fail(known.error());
  if (!*known) return no_figure(console, ask.id);
  views::Page page{.after = {}, .limit = kPage};
  RecordsSheet sheet;
  do {
    const auto listed = views.read(
        known_at, [&](views::Session& session) { return figures::rows(session, ask, page); });
    if (!listed) return console.fail(listed.error());
    Value::List records;
    for (const figures::Row& row : listed->rows) records.push_back(api::record_json(row, true));
    if (what.remote.json) {
      for (const Value& record : records) console.out << canonical_json(record) << '\n';
    } else if (what.csv) {
      sheet.add(records);
    } else {
      print_records(console, records, unit, page.after.empty());
    }
    page.after = listed->next;
  } while (!page.after.empty());
  if (what.csv && !what.remote.json) sheet.print(console);
  return Exit::done;
}

Exit records_remote(const Console& console, const Figures& what, const std::string& id,
                    const std::string& as_of) {
  std::string after;
  RecordsSheet sheet;
  Unit unit;
  if (!what.remote.json && !what.csv) {
    const auto figure = call(console, what.remote, {.path = "/figures/" + id});
    if (!figure) return figure.error();
    unit = unit_of(*figure);
  }
  do {
    const auto answer = call(console, what.remote,
                             {.path = "/figures/" + id + "/records" +
                                      query({{"as_of", as_of},
                                             {"known_at", what.known_at},
                                             {"period", what.period},
                                             {"limit", std::to_string(kPage)},
                                             {"after", after}})});
    if (!answer) return answer.error();
    const Value::List& records = list_at(*answer, "records");
    if (what.remote.json) {
      for (const Value& record : records) console.out << canonical_json(record) << '\n';
    } else if (what.csv) {
      sheet.add(records);
    } else {
      print_records(console, records, unit, after.empty());
    }
    after = answer->text_at("next");
  } while (!after.empty());
  if (what.csv && !what.remote.json) sheet.print(console);
  return Exit::done;
}

Exit tell(const Console& console, const Figures& what, const Place& place) {
  Value::Record body;
  if (!what.as_of.empty()) body["as_of"] = what.as_of;
  if (!place.rest.empty()) body["figures"] = Value::List{place.rest.front()};
  if (place.dir.empty()) {
    return call_and_print(
        console, what.remote,
        {.method = "POST", .path = "/figures/publish", .body = canonical_json(Value{body})});
  }
  const auto day = read_day(console, what.as_of);
  if (!day) return day.error();
  const auto published = figures::published_of(place.dir, what.circle);
  if (!published) return console.fail(published.error());
  const auto node = open_at_rest(console, place.dir);
  if (!node) return node.error();
  const auto follower = views::Follower::start(**node, place.dir);
  if (!follower) return console.fail(follower.error());
  constexpr int kPatienceMs = 600'000;
  if (!(*follower)->wait((*node)->durable() - 1, kPatienceMs)) {
    return console.fail((*follower)->fault(), (*follower)->fault());
  }
  const Date today = (*node)->clock().today();
  auto told = (*follower)->views()->read({}, [&](views::Session& session) {
    if (place.rest.empty()) {
      return figures::to_tell(session, figures::asks_to_tell(session, **published, *day, today));
    }
    const Date as_of = day->value_or(today);
    return figures::to_tell(session, {{.id = place.rest.front(), .as_of = as_of}});
  });
  if (!told) return console.fail(told.error());
  core::Asker by = local_officer();
  const auto done =
      run_at_rest(console, **node, core::TellFigures{.by = std::move(by), .told = std::move(*told)},
                  Value{body});
  if (!done) return done.error();
  console.out << console.say("figures told: ", "已通报指标：")
              << shown(done->decision.answer, "items") << console.say(", messages: ", "，消息：")
              << shown(done->decision.answer, "messages") << '\n';
  return Exit::done;
}

std::string mark_of(const Value& row) {
  const Value* differs = row.find("differs");
  const bool* flag = differs ? differs->as_bool() : nullptr;
  return !flag ? "·" : *flag ? "≠" : "=";
}

void print_overview(const Console& console, const Value& overview, bool notes) {
  std::ostream& out = console.out;
  out << console.say("Overview as of ", "总览，截至 ") << overview.text_at("as_of")
      << console.say(", counted by ", "，统计方 ") << overview.text_at("side")
      << console.say(", position ", "，日志位置 ") << shown(overview, "position") << '\n';
  Table table{{Align::left, Align::left, Align::right, Align::left, Align::left, Align::left}};
  table.add({"", "", std::string{console.say("computed", "计算值")}, "",
             std::string{console.say("published", "公布值")},
             std::string{console.say("computed for", "计算日期")}});
  for (const Value& section : list_at(overview, "sections")) {
    table.add_line("");
    table.add_line(section.text_at("section") + "  " + section.text_at("title"));
    for (const Value& row : list_at(section, "rows")) {
      const Value* published = row.find("published");
      const std::string printed = row.text_at("printed");
      std::string said = published ? published->text_at("printed") : "";
      if (published && published->text_at("as_of") != row.text_at("as_of"))
        said += "  (" + published->text_at("as_of") + ")";
      table.add({"  " + row.text_at("row"), row.text_at("title"), printed.empty() ? "-" : printed,
                 mark_of(row), said, row.text_at("as_of")});
      for (const Value& why : list_at(row, "why")) {
        if (why.text_at("code") == "other_date") continue;  // it stands beside the number
        table.add_line("        " + why.text_at("text"));
      }
      const std::string note = row.text_at("note");
      if (notes && !note.empty() && mark_of(row) != "≠") table.add_line("        " + note);
    }
  }
  table.print(out);
  out << '\n'
      << console.say("numbers computed: ", "计算的数字：") << shown(overview, "numbers")
      << console.say(", as published: ", "，与公布一致：") << shown(overview, "as_published")
      << console.say(", differing: ", "，不一致：") << shown(overview, "differing") << '\n';
}

std::string what_words(const Console& console, const Value& row, const std::string& ours,
                       const std::string& theirs) {
  const std::string what = row.text_at("what");
  std::string text;
  if (what == "differs") {
    text = console.say("on both sides, not the same", "双方均有，内容不同");
  } else {
    const std::string& party = what == "only_here" ? ours : theirs;
    text = console.language == "zh" ? "仅" + party + "有" : "only " + party + " has it";
  }
  if (row.bool_at("on_the_way")) text += console.say(", on the way", "，在途");
  return text;
}

void print_discrepancy(const Console& console, const Value& one) {
  constexpr std::size_t kShown = 20;
  const Value* ours = one.find("ours");
  const Value* theirs = one.find("theirs");
  if (!ours || !theirs) return;
  const std::string here = ours->text_at("party");
  const std::string there = theirs->text_at("party");
  console.out << one.text_at("figure") << "  " << one.text_at("title") << "  "
              << console.say("as of ", "截至 ") << one.text_at("as_of") << "  "
              << agree_words(console, one) << console.say(": ", "：")
              << why_words(console, theirs->text_at("why")) << '\n';
  Table table{{Align::left, Align::left, Align::right, Align::right, Align::left}};
  const auto printed = [](const Value& value, std::string_view name) {
    const std::string text = value.text_at(name);
    return text.empty() ? std::string{"-"} : text;
  };
  table.add({"", "", here, there});
  table.add({"    " + std::string{console.say("value", "数值")}, "", printed(*ours, "printed"),
             printed(*theirs, "printed")});
  const auto cut = [&](std::size_t count) {
    if (count <= kShown) return;
    const std::string rest = std::to_string(count - kShown);
    table.add_line("    " + std::string{console.say("and ", "另有 ")} + rest +
                   std::string{console.say(" more: --json names all", " 项：--json 全部列出")});
  };
  const Value::List& splits = list_at(one, "splits");
  for (std::size_t i = 0; i < std::min(splits.size(), kShown); ++i) {
    const Value& split = splits[i];
    table.add({"    " + split.text_at("split"), shown(split, "key"), printed(split, "ours_printed"),
               printed(split, "theirs_printed")});
  }
  cut(splits.size());
  const Value::List& records = list_at(one, "records");
  for (std::size_t i = 0; i < std::min(records.size(), kShown); ++i) {
    const Value& row = records[i];
    std::string key = row.text_at("key");
    if (const std::string on = row.text_at("on"); !on.empty()) key += "  " + on;
    std::string note = what_words(console, row, here, there);
    for (const Value& position : list_at(row, "positions")) note += " #" + shown(position);
    table.add({"    " + std::string{console.say("record", "记录")}, key,
               printed(row, "ours_printed"), printed(row, "theirs_printed"), note});
  }
  cut(records.size());
  const std::string why = one.text_at("records_why");
  if (why == "too_many") {
    table.add_line("    " + std::string{console.say("too many records to name them one by one",
                                                    "记录过多，未逐条列出")});
  } else if (why == "not_told") {
    table.add_line("    " +
                   std::string{console.say("the other side named no records", "对方未列出记录")});
  }
  table.print(console.out);
}

void print_discrepancies(const Console& console, const Value& all) {
  const Value::List& list = list_at(all, "discrepancies");
  for (const Value& one : list) print_discrepancy(console, one);
  if (!list.empty()) return;
  const Value* told = all.find("told");
  if (told && told->as_int() && *told->as_int() == 0) {
    console.out << console.say(
        "no other party has told its figures yet, or none of this date: each tells them with "
        "bashu figures --tell\n",
        "其他方尚未通报指标，或未通报该日期的指标：各方用 bashu figures --tell 通报\n");
    return;
  }
  console.out << console.say("no figure on which the parties differ\n", "各方指标没有差异\n");
}

}  // namespace

Exit figures(const Console& console, const Figures& what) {
  const auto place = place_of(console, what.remote, what.circle, what.words, 1);
  if (!place) return place.error();
  if (what.tell) return tell(console, what, *place);
  const bool one = !place->rest.empty();
  const std::string id = one ? place->rest.front() : "";
  if (one && (std::ranges::count(id, '/') != 1 || id.find_first_of("?#%") != std::string::npos)) {
    return console.fail("a figure is named pack/figure, e.g. joint-programme/items_first_batch",
                        "指标应写作 业务包/指标，如 joint-programme/items_first_batch");
  }
  if (what.records && !one) {
    return console.fail("--records needs a figure", "--records 须指定指标");
  }
  if (place->dir.empty()) {
    if (what.records) return records_remote(console, what, id, what.as_of);
    const auto answer = call(console, what.remote,
                             {.path = "/figures" + (one ? "/" + id : "") +
                                      query({{"as_of", what.as_of},
                                             {"values", one ? "" : "true"},
                                             {"known_at", what.known_at},
                                             {"party", what.party},
                                             {"period", what.period}})});
    return answer ? print(console, what, *answer, one) : answer.error();
  }
  auto at = open_offline(console, place->dir, what.circle);
  if (!at) return at.error();
  const auto day = read_day(console, what.as_of);
  if (!day) return day.error();
  const auto known = read_known_at(console, what.known_at, *at);
  if (!known) return known.error();
  const auto period = read_period(console, what.period);
  if (!period) return period.error();
  const figures::Ask ask{.id = id, .as_of = day->value_or(at->today), .period = *period};
  if (what.records) return records_offline(console, what, *at->views, ask, *known);
  if (!one) {
    const auto all = at->views->read(*known, [&](views::Session& session) {
      return figures::every_figure(session, ask, *at->published);
    });
    if (!all) return console.fail(all.error());
    return print(console, what,
                 api::figures_json(*all, ask.as_of, at->today, what.party, console.language),
                 false);
  }
  const auto figure = at->views->read(*known, [&](views::Session& session) {
    return figures::figure(session, ask, *at->published);
  });
  if (!figure) return console.fail(figure.error());
  if (!*figure) return no_figure(console, id);
  const auto answer = api::figure_json(**figure, at->today, what.party, console.language);
  return answer ? print(console, what, *answer, true) : no_figure(console, id);
}

Exit overview(const Console& console, const Overview& what) {
  const auto place = place_of(console, what.remote, what.circle, what.words, 0);
  if (!place) return place.error();
  std::expected<Value, Exit> answer{Value{}};
  if (place->dir.empty()) {
    answer =
        call(console, what.remote,
             {.path = "/overview" + query({{"as_of", what.as_of}, {"known_at", what.known_at}})});
  } else {
    auto at = open_offline(console, place->dir, what.circle);
    if (!at) return at.error();
    const auto day = read_day(console, what.as_of);
    if (!day) return day.error();
    const auto known = read_known_at(console, what.known_at, *at);
    if (!known) return known.error();
    if (at->published->rows.empty()) {
      return console.fail(
          "nothing published is known: give --circle FILE, or put published.tsv into the directory",
          "没有公布数目录：请用 --circle FILE 指定，或将 published.tsv 放入节点目录");
    }
    const auto computed = at->views->read(*known, [&](views::Session& session) {
      return figures::overview(session, *day, *at->published);
    });
    if (!computed) return console.fail(computed.error());
    answer = api::overview_json(*computed, console.language);
  }
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
  } else {
    print_overview(console, *answer, what.notes);
  }
  return Exit::done;
}

Exit discrepancies(const Console& console, const Overview& what) {
  const auto place = place_of(console, what.remote, what.circle, what.words, 0);
  if (!place) return place.error();
  std::expected<Value, Exit> answer{Value{}};
  if (place->dir.empty()) {
    answer = call(
        console, what.remote,
        {.path = "/discrepancies" + query({{"as_of", what.as_of}, {"known_at", what.known_at}})});
  } else {
    auto at = open_offline(console, place->dir, what.circle);
    if (!at) return at.error();
    const auto day = read_day(console, what.as_of);
    if (!day) return day.error();
    const auto known = read_known_at(console, what.known_at, *at);
    if (!known) return known.error();
    const auto found = at->views->read(
        *known, [&](views::Session& session) { return figures::discrepancies(session, *day); });
    if (!found) return console.fail(found.error());
    answer = api::discrepancies_json(*found, console.language);
  }
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
  } else {
    print_discrepancies(console, *answer);
  }
  return Exit::done;
}

}  // namespace bashu::cli
