// Scenarios of the second edition, as a table of who does what to which case:
//
//     chongqing.clerk permit H1 -> permitted        {at, as, event, case, state}
//     chongqing.citizen start move H1 -> applied    {at, as, start, id, state}, parties from `cast`
//     chongqing.clerk permit H2 refused guard       {..., refused}
//     chongqing.clerk@li permit H1                  {..., person}: another than `chongqing.clerk`
//     2026-03-10                                    {advance}
//     figure settled = 1                            {figure, is}
//     sichuan tasks = 1                             {at, tasks}
//
// A row that needs more is a map with the row as `do`: `{do: ..., with: {...}}`.
#include <algorithm>
#include <charconv>

#include "packs/expansion.h"
#include "packs/reader.h"

namespace bashu::packs {
namespace {

using Records = Value::Record;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    const std::size_t end = text.find(' ', begin);
    words.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return words;
    text.remove_prefix(end);
  }
}

Value number_or_text(const std::string& word) {
  if (word == "null") return Value{};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error == std::errc{} && end == word.data() + word.size()) return Value{number};
  return Value{word};
}

// What the words of a row say; empty: nothing that is known.
Records row(const std::vector<std::string>& words) {
  const std::size_t n = words.size();
  if (n == 1 && words[0].size() == 10 && words[0][4] == '-') return {{"advance", words[0]}};
  if (n == 4 && words[0] == "figure" && words[2] == "=") {
    return {{"figure", words[1]}, {"is", number_or_text(words[3])}};
  }
  if (n == 4 && (words[1] == "tasks" || words[1] == "exceptions") && words[2] == "=") {
    return {{"at", words[0]}, {words[1], number_or_text(words[3])}};
  }
  if (n == 3 && words[1] == "link") return {{"at", words[0]}, {"link", words[2]}};
  const std::size_t dot = words.empty() ? std::string::npos : words[0].find('.');
  if (dot == std::string::npos || n < 3) return {};
  Records made{{"at", words[0].substr(0, dot)}, {"as", words[0].substr(dot + 1)}};
  if (const std::size_t person = made["as"].as_text()->find('@'); person != std::string::npos) {
    const std::string role = *made["as"].as_text();
    made["person"] = role.substr(person + 1);
    made["as"] = role.substr(0, person);
  }
  std::size_t next = 3;
  // An event may be called start too; the row of a new case names its service and the case.
  if (words[1] == "start" && n > 3 && words[3] != "->" && words[3] != "refused") {
    made.emplace("start", words[2]);
    made.emplace("id", words[next++]);
  } else {
    made.emplace("event", words[1]);
    made.emplace("case", words[2]);
  }
  if (next == n) return made;
  if (next + 2 != n || (words[next] != "->" && words[next] != "refused")) return {};
  made.emplace(words[next] == "->" ? "state" : "refused", words[next + 1]);
  return made;
}

// `over` on `under`, record by record.
void merge(Value& under, const Value& over) {
  if (under.as_record() && over.as_record()) {
    for (const auto& [name, value] : *over.as_record()) merge((*under.as_record())[name], value);
  } else if (under.as_list() && over.as_list()) {
    under.as_list()->insert(under.as_list()->end(), over.as_list()->begin(), over.as_list()->end());
  } else {
    under = over;
  }
}

void expand_step(Expansion& all, Value& step, const Value* cast, const Value* forms,
                 const std::string& path) {
  const std::string* text = step.as_text();
  const Value* said = text ? &step : step.find("do");
  if (said) {
    Records made = said->as_text() ? row(split(*said->as_text())) : Records{};
    if (made.empty()) {
      all.fault(path,
                "is no row of a scenario: PARTY.ROLE EVENT CASE -> STATE, "
                "PARTY.ROLE start SERVICE CASE, figure NAME = N, or a date");
      return;
    }
    if (step.as_record()) {
      for (const auto& [name, value] : *step.as_record()) {
        if (name != "do") made.insert_or_assign(name, value);
      }
    }
    step = Value{std::move(made)};
  }
  if (const Value* form = step.find("form"); form && form->as_text()) {
    const Value* known = forms ? forms->find(*form->as_text()) : nullptr;
    if (!known) {
      all.fault(path, "there is no form '" + *form->as_text() + "'");
      return;
    }
    Value with = *known;
    if (const Value* own = step.find("with"); own && own->as_record() && with.as_record()) {
      for (const auto& [name, value] : *own->as_record()) {
        with.as_record()->insert_or_assign(name, value);
      }
    }
    step.as_record()->erase("form");
    step.as_record()->insert_or_assign("with", std::move(with));
  }
  const Value* start = step.find("start");
  if (!start || !start->as_text() || step.find("parties") || step.find("under") || !cast) return;
  const Value* services = all.made.root.find("services");
  const Value* service = services ? services->find(*start->as_text()) : nullptr;
  const Value* parties = service ? service->find("parties") : nullptr;
  if (!parties || !parties->as_record()) return;
  Records made;
  for (const auto& [party, roles] : *parties->as_record()) {
    if (const Value* played = cast->find(party)) made.emplace(party, *played);
  }
  step.as_record()->emplace("parties", std::move(made));
}

// What happened `after`: fixtures that stand before the steps of a scenario.
void expand_fixtures(Expansion& all, Value& scenario, const Value* fixtures,
                     const std::string& path) {
  const Value* after = scenario.find("after");
  if (!after) return;
  Value given, steps{Value::List{}};
  for (const std::string& name : words_of(after)) {
    const Value* fixture = fixtures ? fixtures->find(name) : nullptr;
    if (!fixture) {
      all.fault(below(path, "after"), "there is no fixture '" + name + "'");
      continue;
    }
    if (const Value* one = fixture->find("given")) merge(given, *one);
    if (const Value* some = fixture->find("steps")) merge(steps, *some);
  }
  scenario.as_record()->erase("after");
  const std::size_t before = steps.as_list() ? steps.as_list()->size() : 0;
  if (const Value* own = scenario.find("given")) merge(given, *own);
  if (const Value* own = scenario.find("steps"); own && own->as_list()) {
    merge(steps, *own);
    for (std::size_t i = 0; i < own->as_list()->size(); ++i) {
      all.came_from(below(below(path, "steps"), before + i), below(below(path, "steps"), i));
    }
  }
  if (!given.is_null()) scenario.as_record()->insert_or_assign("given", std::move(given));
  scenario.as_record()->insert_or_assign("steps", std::move(steps));
}

}  // namespace

void expand_scenarios(Expansion& all) {
  Records& root = *all.made.root.as_record();
  Value shared[3];
  for (const auto& [i, key] : {std::pair{0, "fixtures"}, {1, "cast"}, {2, "forms"}}) {
    const auto found = root.find(key);
    if (found == root.end()) continue;
    shared[i] = std::move(found->second);
    root.erase(found);
  }
  const auto& [fixtures, cast, forms] = shared;
  const auto found = root.find("scenarios");
  Value::List* scenarios = found == root.end() ? nullptr : found->second.as_list();
  if (!scenarios) return;
  for (std::size_t i = 0; i < scenarios->size(); ++i) {
    Value& scenario = (*scenarios)[i];
    const std::string path = below("scenarios", i);
    if (!scenario.as_record()) continue;
    expand_title(all, scenario, "title", path);
    expand_fixtures(all, scenario, &fixtures, path);
    Value played = cast;
    if (const Value* own = scenario.find("cast")) {
      played = *own;
      scenario.as_record()->erase("cast");
    }
    Value* steps = member(scenario, "steps");
    Value::List* list = steps ? steps->as_list() : nullptr;
    for (std::size_t j = 0; list && j < list->size(); ++j) {
      expand_step(all, (*list)[j], played.is_null() ? nullptr : &played, &forms,
                  below(below(path, "steps"), j));
    }
  }
}

}  // namespace bashu::packs
