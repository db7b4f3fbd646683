// bashu calendar: check, load, show. A file of notices becomes one request for each party; a dry
// run tells the deadlines it would move.

#include <algorithm>
#include <ostream>
#include <set>
#include <utility>

#include "base/json.h"
#include "http/message.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/offline.h"
#include "node/files.h"
#include "packs/calendar_data.h"

namespace bashu::cli {

namespace {

Value::List texts_of(const std::set<Date>& days) {
  Value::List list;
  for (const Date day : days) list.emplace_back(day.text());
  return list;
}

Value::List numbers_of(const std::set<int>& years) {
  Value::List list;
  for (const int year : years) list.emplace_back(std::int64_t{year});
  return list;
}

std::expected<packs::CalendarYears, Exit> read(const Console& console, const std::string& file) {
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{console.fail(text.error())};
  auto read = packs::load_calendar(*text);
  if (read) return std::move(*read);
  for (const Finding& finding : read.error()) {
    console.err << file << ':' << finding.line << ':' << finding.column << ": " << finding.path
                << ' ' << finding.text << '\n';
  }
  return std::unexpected{Exit::refused};
}

// Only what notices of these years say.
std::expected<void, Exit> keep(const Console& console, packs::CalendarYears& given,
                               const std::vector<int>& years) {
  if (years.empty()) return {};
  for (const int year : years) {
    if (given.years.contains(year)) continue;
    const std::string name = std::to_string(year);
    return std::unexpected{
        console.fail("the file has no year " + name, "文件中没有 " + name + " 年")};
  }
  given.years = {years.begin(), years.end()};
  const auto others = [&](Date day) { return !given.years.contains(packs::notice_year(day)); };
  std::erase_if(given.days.holidays, others);
  std::erase_if(given.days.workdays, others);
  return {};
}

void print_years(const Console& console, const Calendar& days, const std::set<int>& years) {
  for (const int year : years) {
    const auto of_year = [&](Date day) { return packs::notice_year(day) == year; };
    console.out << "  " << year << "  " << console.say("weekdays off ", "工作日放假 ")
                << std::ranges::count_if(days.holidays, of_year)
                << console.say(", weekend days worked ", "，周末上班 ")
                << std::ranges::count_if(days.workdays, of_year) << '\n';
  }
}

std::expected<std::vector<std::string>, Exit> parties_of_circle(const Console& console,
                                                                const Remote& remote) {
  const auto circle = call(console, remote, {.path = "/circle"});
  if (!circle) return std::unexpected{circle.error()};
  std::vector<std::string> parties;
  const Value* list = circle->find("parties");
  for (const Value& party : list && list->as_list() ? *list->as_list() : Value::List{}) {
    parties.push_back(party.text_at("party"));
  }
  if (parties.empty()) parties.push_back(circle->text_at("own"));
  return parties;
}

void print_moves(const Console& console, const Value& answer) {
  const Value* moves = answer.find("moves");
  if (!moves || !moves->as_list()) return;
  const auto day = [&](const Value& move, const char* name) {
    return move.text_at(name, std::string{console.say("none", "无")});
  };
  console.out << console.say("  deadlines moved: ", "  变动的期限：") << moves->as_list()->size()
              << '\n';
  for (const Value& move : *moves->as_list()) {
    console.out << "    " << move.text_at("case") << "  " << move.text_at("clock") << "  "
                << day(move, "from") << " -> " << day(move, "to") << '\n';
  }
}

std::set<Date> days_at(const Value& calendar, const char* name) {
  std::set<Date> days;
  const Value* list = calendar.find(name);
  for (const Value& item : list && list->as_list() ? *list->as_list() : Value::List{}) {
    if (const auto day = item.as_text() ? Date::parse(*item.as_text()) : std::nullopt) {
      days.insert(*day);
    }
  }
  return days;
}

Exit load_by_api(const Console& console, const CalendarLoad& what,
                 const packs::CalendarYears& given) {
  std::vector<std::string> parties = what.parties;
  if (parties.empty()) {
    auto all = parties_of_circle(console, what.remote);
    if (!all) return all.error();
    parties = std::move(*all);
  }
  Exit worst = Exit::done;
  for (const std::string& party : parties) {
    Value::Record body{{"party", party},
                       {"years", numbers_of(given.years)},
                       {"holidays", texts_of(given.days.holidays)},
                       {"workdays", texts_of(given.days.workdays)}};
    if (given.days.version > 0) body["version"] = given.days.version;
    const auto answer =
        call(console, what.remote,
             {.method = "POST",
              .path = std::string{"/calendars"} + (what.dry_run ? "?dry_run=true" : ""),
              .body = canonical_json(Value{std::move(body)})});
    if (!answer) {
      console.err << "  " << party << '\n';
      worst = std::max(worst, answer.error());
      continue;
    }
    if (what.remote.json) {
      print_json(console, *answer);
      continue;
    }
    console.out << party << "  ";
    if (waits_for_second(console, what.remote, *answer)) continue;
    console.out << (what.dry_run ? console.say("dry run, nothing changed", "试运行，未作更改")
                                 : console.say("loaded", "已载入"))
                << '\n';
    print_moves(console, *answer);
  }
  return worst;
}

Exit load_at_rest(const Console& console, const CalendarLoad& what, packs::CalendarYears given) {
  if (what.dry_run) {
    return console.fail("--dry-run asks a running node: --api",
                        "--dry-run 须向运行中的节点询问：--api");
  }
  const auto node = open_at_rest(console, what.files.front());
  if (!node) return node.error();
  std::set<std::string> known{(*node)->identity().party};
  for (const auto& party : (*node)->directory()->agreement.parties) known.insert(party.party);
  const std::set<std::string> named{what.parties.begin(), what.parties.end()};
  const std::int64_t version = given.days.version;
  for (const std::string& party : named.empty() ? known : named) {
    if (!known.contains(party)) {
      return console.fail("not of the circle: " + party, "不属于本圈：" + party);
    }
    Calendar held;
    (*node)->query([&](const core::State& state) {
      const auto& all = state.circle().calendars;
      if (const auto it = all.find(party); it != all.end()) held = it->second;
    });
    const std::int64_t before = held.version;
    given.days.version = version > 0 ? version : before + 1;
    const Calendar now = packs::amended(std::move(held), given);
    const auto done = run_at_rest(
        console, **node,
        core::SetCalendar{.by = local_officer(),
                          .calendar = {.party = core::PartyId{party},
                                       .version = now.version,
                                       .holidays = {now.holidays.begin(), now.holidays.end()},
                                       .workdays = {now.workdays.begin(), now.workdays.end()}},
                          .replaces = before,
                          .approval = 0},
        Value::Record{{"party", party}, {"version", now.version}});
    if (!done) return done.error();
    console.out << party << "  " << console.say("loaded", "已载入") << '\n';
  }
  return Exit::done;
}

}  // namespace

Exit calendar_check(const Console& console, const CalendarCheck& what) {
  const auto given = read(console, what.file);
  if (!given) return given.error();
  if (what.json) {
    print_json(console, Value::Record{{"version", given->days.version},
                                      {"years", numbers_of(given->years)},
                                      {"holidays", texts_of(given->days.holidays)},
                                      {"workdays", texts_of(given->days.workdays)}});
    return Exit::done;
  }
  console.out << what.file << console.say(": sound, version ", "：无误，版本 ")
              << given->days.version << '\n';
  print_years(console, given->days, given->years);
  return Exit::done;
}

Exit calendar_load(const Console& console, const CalendarLoad& what) {
  auto given = read(console, what.files.back());
  if (!given) return given.error();
  if (const auto kept = keep(console, *given, what.years); !kept) return kept.error();
  if (what.version) given->days.version = *what.version;
  return what.files.size() > 1 ? load_at_rest(console, what, *given)
                               : load_by_api(console, what, *given);
}

Exit calendar_show(const Console& console, const CalendarShow& what) {
  const std::string only = what.party.empty() ? "" : "?party=" + http::percent_encode(what.party);
  const auto answer = call(console, what.remote, {.path = "/calendars" + only});
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  const Value* list = answer->find("calendars");
  const Value::List& calendars = list && list->as_list() ? *list->as_list() : Value::List{};
  if (calendars.empty()) {
    console.out << console.say("no calendar is held: every Monday to Friday is a working day\n",
                               "未载入日历：周一至周五均为工作日\n");
  }
  for (const Value& calendar : calendars) {
    console.out << calendar.text_at("party") << console.say("  version ", "  版本 ")
                << calendar.int_at("version") << '\n';
    const Calendar days{.holidays = days_at(calendar, "holidays"),
                        .workdays = days_at(calendar, "workdays"),
                        .version = calendar.int_at("version")};
    if (!what.year) {
      std::set<int> years;
      for (const auto* all : {&days.holidays, &days.workdays}) {
        for (const Date day : *all) years.insert(packs::notice_year(day));
      }
      print_years(console, days, years);
      continue;
    }
    const auto print = [&](std::string_view title, const std::set<Date>& all) {
      console.out << "  " << title;
      for (const Date day : all) {
        if (packs::notice_year(day) == *what.year) console.out << ' ' << day.text();
      }
      console.out << '\n';
    };
    print(console.say("weekdays off:", "工作日放假："), days.holidays);
    print(console.say("weekend days worked:", "周末上班："), days.workdays);
  }
  return Exit::done;
}

}  // namespace bashu::cli
