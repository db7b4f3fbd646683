#include "packs/expand.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "packs/expansion.h"
#include "packs/reader.h"

namespace bashu::packs {
namespace {

using Records = Value::Record;

// Calls visit(name, value, path) for the members of the record at `path`.
template <typename Visit>
void each_member(Value* record, const std::string& path, const Visit& visit) {
  Records* members = record ? record->as_record() : nullptr;
  if (!members) return;
  for (auto& [name, value] : *members) visit(name, value, below(path, name));
}

// For something that is one or a list of them.
template <typename Visit>
void each_item(Value* value, const std::string& path, const Visit& visit) {
  if (!value) return;
  if (Value::List* list = value->as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) visit((*list)[i], below(path, i));
  } else {
    visit(*value, path);
  }
}

// The record below `name`, made if it is not there; nullptr if something else is.
Records* record_in(Value& parent, const char* name) {
  return parent.as_record()->try_emplace(name, Records{}).first->second.as_record();
}

void expand_expression(Value& record, std::string_view key) {
  Value* value = member(record, key);
  if (const std::string* text = value ? value->as_text() : nullptr) {
    *value = expand_optional(*text);
  }
}

void expand_groups(Expansion& all, Value& thing, const std::string& path) {
  each_item(member(thing, "groups"), below(path, "groups"),
            [&](Value& group, const std::string& at) { expand_title(all, group, "title", at); });
}

void expand_field(Expansion& all, Value& field, const std::string& path);

void expand_fields(Expansion& all, Value* fields, const std::string& path) {
  each_member(fields, path, [&](const std::string&, Value& field, const std::string& at) {
    expand_field(all, field, at);
  });
}

void expand_field(Expansion& all, Value& field, const std::string& path) {
  if (!field.as_record()) return;
  for (const std::string_view key : {"title", "help", "wrong"}) {
    expand_title(all, field, key, path);
  }
  Value* of = member(field, "of");
  const std::string at = below(path, "of");
  if (field.text_at("type") == "choice") {
    each_member(of, at, [&](const std::string& code, Value&, const std::string&) {
      expand_title(all, *of, code, at);
    });
  } else if (of) {
    expand_field(all, *of, at);
  }
  expand_fields(all, member(field, "fields"), below(path, "fields"));
}

void expand_branch(Expansion& all, Value& branch, const Source& source, const std::string& path) {
  if (!branch.as_record()) return;
  expand_expression(branch, "when");
  expand_title(all, branch, "why", path);
  expand_title(all, branch, "notice", path);
  if (Value* set = member(branch, "set")) expand_templates(*set);
  if (Value* run = member(branch, "run")) expand_templates(*run);
  expand_effects(all, branch, source, path);
}

void expand_branches(Expansion& all, Value& event, const Source& source, const std::string& path) {
  each_item(member(event, "then"), below(path, "then"),
            [&](Value& branch, const std::string& at) { expand_branch(all, branch, source, at); });
  expand_branch(all, event, source, path);
}

// `ends`: final states that have nothing but a title.
void expand_ends(Expansion& all, Value& service, const std::string& path) {
  Value* ends = member(service, "ends");
  if (!ends) return;
  Records* states = record_in(service, "states");
  if (!states) return;
  each_member(ends, below(path, "ends"),
              [&](const std::string& name, Value& title, const std::string& at) {
                const std::string state = below(below(path, "states"), name);
                if (!states->emplace(name, Records{{"title", title}, {"final", true}}).second) {
                  all.fault(at, "is a state already");
                }
                all.came_from(state, at);
              });
  service.as_record()->erase("ends");
}

// A clock that `tells` somebody: in each state in which it runs an event of the system that raises
// a task and changes nothing.
void expand_telling(Expansion& all, Value& service, const std::string& name, Value& clock,
                    const std::string& path, const std::string& service_path) {
  Value* tells = member(clock, "tells");
  if (!tells) return;
  const std::string event = name + "_overdue";
  Value* states = member(service, "states");
  Records& record = *clock.as_record();
  Records task{{"for", *tells}};
  if (const Value* at = member(clock, "at")) task.emplace("at", *at);
  for (const std::string& state_name : words_of(member(clock, "runs_in"))) {
    Value* state = states ? member(*states, state_name) : nullptr;
    if (!state || !state->as_record()) continue;
    Value title;
    if (const Value* own = member(clock, "title"); own && own->find(state_name)) {
      title = *own->find(state_name);
    } else if (own) {
      title = *own;
    } else if (const Value* of = member(*state, "title"); of && of->as_record()) {
      Records made;
      for (const auto& [language, words] : *of->as_record()) {
        made.emplace(language,
                     language == "zh" ? *words.as_text() + "逾期" : *words.as_text() + ": overdue");
      }
      title = Value{std::move(made)};
    }
    Records effect = task;
    effect.emplace("task", title);
    Records* events = record_in(*state, "events");
    if (!events) continue;
    Records made{{"title", title}, {"by", "system"}, {"do", Value{std::move(effect)}}};
    const bool fresh = events->emplace(event, std::move(made)).second;
    if (!fresh) all.fault(path, "'" + state_name + "' has an event '" + event + "' already");
    all.came_from(below(below(below(below(service_path, "states"), state_name), "events"), event),
                  path);
  }
  record.emplace("breach", event);
  for (const char* key : {"tells", "at", "title"}) record.erase(key);
}

void expand_service(Expansion& all, Value& service, const std::string& path) {
  if (!service.as_record()) return;
  expand_ends(all, service, path);
  Value accounts;
  if (const Value* named = member(service, "accounts")) accounts = *named;
  service.as_record()->erase("accounts");
  for (const std::string_view key : {"title", "about"}) expand_title(all, service, key, path);
  expand_groups(all, service, path);
  each_item(member(service, "papers"), below(path, "papers"),
            [&](Value& paper, const std::string& at) { expand_title(all, paper, "title", at); });
  each_member(member(service, "prints"), below(path, "prints"),
              [&](const std::string&, Value& print, const std::string& at) {
                expand_title(all, print, "title", at);
                expand_title(all, print, "text", at);
                expand_groups(all, print, at);
              });
  expand_fields(all, member(service, "fields"), below(path, "fields"));
  for (const std::string_view key : {"calc", "holds", "needed", "before_sealing"}) {
    each_member(member(service, key), below(path, key),
                [&](const std::string& name, Value&, const std::string&) {
                  expand_expression(*member(service, key), name);
                });
  }
  const Source source{.root = "data", .fields = member(service, "fields"), .accounts = &accounts};
  const std::string states_path = below(path, "states");
  each_member(member(service, "states"), states_path,
              [&](const std::string&, Value& state, const std::string& at) {
                if (state.as_record()) expand_title(all, state, "title", at);
              });
  each_member(member(service, "clocks"), below(path, "clocks"),
              [&](const std::string& name, Value& clock, const std::string& at) {
                if (!clock.as_record()) return;
                expand_title(all, clock, "title", at);
                each_member(
                    member(clock, "title"), below(at, "title"),
                    [&](const std::string& state, Value&, const std::string& where) {
                      if (member(service, "states") && member(service, "states")->find(state)) {
                        expand_title(all, *member(clock, "title"), state, where);
                      }
                    });
                expand_expression(clock, "until");
                expand_telling(all, service, name, clock, at, path);
              });
  if (Value* start = member(service, "start")) {
    expand_branches(all, *start, source, below(path, "start"));
  }
  each_member(member(service, "states"), states_path,
              [&](const std::string&, Value& state, const std::string& at) {
                if (!state.as_record()) return;
                each_item(member(state, "then"), below(at, "then"),
                          [&](Value& branch, const std::string& where) {
                            expand_branch(all, branch, source, where);
                          });
                each_member(member(state, "holds"), below(at, "holds"),
                            [&](const std::string& party, Value&, const std::string&) {
                              expand_expression(*member(state, "holds"), party);
                            });
                each_member(member(state, "events"), below(at, "events"),
                            [&](const std::string&, Value& event, const std::string& where) {
                              if (!event.as_record()) return;
                              expand_title(all, event, "title", where);
                              expand_branches(all, event, source, where);
                            });
              });
}

void expand_feed(Expansion& all, Value& feed, const std::string& path) {
  if (!feed.as_record()) return;
  expand_title(all, feed, "title", path);
  expand_title(all, feed, "why", path);
  expand_feed_calc(all, feed, path);
  expand_expression(feed, "when");
  if (Value* run = member(feed, "run")) expand_templates(*run);
  expand_fields(all, member(feed, "fields"), below(path, "fields"));
  Value accounts;
  if (const Value* named = member(feed, "accounts")) accounts = *named;
  feed.as_record()->erase("accounts");
  expand_effects(all, feed,
                 {.root = "line", .fields = member(feed, "fields"), .accounts = &accounts}, path);
}

void expand_figure(Expansion& all, Value& figure, const std::string& path) {
  if (!figure.as_record()) return;
  expand_title(all, figure, "title", path);
  expand_title(all, figure, "about", path);
  for (const std::string_view key : {"where", "from", "to", "distinct", "sum", "min", "value"}) {
    expand_expression(figure, key);
  }
  each_member(member(figure, "split"), below(path, "split"),
              [&](const std::string& name, Value&, const std::string&) {
                expand_expression(*member(figure, "split"), name);
              });
}

// Every well-known type that a field names and the pack does not declare.
void add_well_known(Value& root, const Value& at, Records& types) {
  if (const Value::List* list = at.as_list()) {
    for (const Value& item : *list) add_well_known(root, item, types);
    return;
  }
  const Records* record = at.as_record();
  const std::string* name = at.as_text();
  if (record) {
    for (const auto& [key, value] : *record) {
      if (key == "type" || key == "of") add_well_known(root, value, types);
      if (key == "fields" && value.as_record()) {
        for (const auto& [field, definition] : *value.as_record()) {
          add_well_known(root, definition, types);
        }
      }
    }
    return;
  }
  if (!name || types.contains(*name)) return;
  const Value* registers = root.find("registers");
  if (registers && registers->find(*name)) return;
  if (const Value* known = well_known_type(*name)) types.emplace(*name, *known);
}

void expand_types(Expansion& all) {
  Value& root = all.made.root;
  Records* made = record_in(root, "types");
  if (!made) return;
  Records& types = *made;
  const Records declared = types;
  for (const auto& [name, type] : declared) add_well_known(root, type, types);
  for (const char* kind : {"registers", "services", "feeds"}) {
    each_member(member(root, kind), kind,
                [&](const std::string&, Value& thing, const std::string&) {
                  if (const Value* fields = thing.find("fields")) {
                    add_well_known(root, Value{Records{{"fields", *fields}}}, types);
                  }
                });
  }
  each_member(member(root, "books"), "books",
              [&](const std::string&, Value& book, const std::string&) {
                if (const Value* type = book.find("type")) add_well_known(root, *type, types);
              });
  each_member(member(root, "calculators"), "calculators",
              [&](const std::string&, Value& calculator, const std::string&) {
                for (const char* key : {"takes", "gives"}) {
                  const Value* fields = calculator.find(key);
                  if (fields) add_well_known(root, Value{Records{{"fields", *fields}}}, types);
                }
              });
  // A pack in fewer languages has no use for the titles of the others.
  for (auto& [name, type] : types) {
    Value* title = declared.contains(name) ? nullptr : member(type, "title");
    if (!title || !title->as_record()) continue;
    std::erase_if(*title->as_record(), [&all](const auto& one) {
      return std::ranges::find(all.languages, one.first) == all.languages.end();
    });
  }
  if (types.empty()) root.as_record()->erase("types");
}

// `order`: how the maps stood in the file, where that is not by name.
void note_order(Expansion& all, Records& order, const Value* value, const std::string& path) {
  const Records* record = value ? value->as_record() : nullptr;
  if (!record || record->size() < 2) return;
  std::vector<std::pair<Position, std::string>> names;
  for (const auto& [name, inner] : *record) {
    names.emplace_back(all.made.at(below(path, name)), name);
  }
  std::ranges::stable_sort(names, [](const auto& a, const auto& b) {
    return std::pair{a.first.line, a.first.column} < std::pair{b.first.line, b.first.column};
  });
  Value::List list;
  for (const auto& [at, name] : names) list.emplace_back(name);
  if (!std::ranges::is_sorted(names, {}, &std::pair<Position, std::string>::second)) {
    order.emplace(path, std::move(list));
  }
}

void note_fields(Expansion& all, Records& order, const Value* fields, const std::string& path);

void note_field(Expansion& all, Records& order, const Value& field, const std::string& path) {
  const Value* of = field.find("of");
  if (field.text_at("type") == "choice") {
    note_order(all, order, of, below(path, "of"));
  } else if (of) {
    note_field(all, order, *of, below(path, "of"));
  }
  if (const Value* inner = field.find("fields")) {
    note_fields(all, order, inner, below(path, "fields"));
  }
}

void note_fields(Expansion& all, Records& order, const Value* fields, const std::string& path) {
  note_order(all, order, fields, path);
  if (!fields || !fields->as_record()) return;
  for (const auto& [name, field] : *fields->as_record()) {
    note_field(all, order, field, below(path, name));
  }
}

void note_service_order(Expansion& all, Records& order, const Value& service,
                        const std::string& path) {
  note_fields(all, order, service.find("fields"), below(path, "fields"));
  for (const char* kind : {"parties", "states", "clocks", "prints"}) {
    note_order(all, order, service.find(kind), below(path, kind));
  }
  if (const Value* parties = service.find("parties"); parties && parties->as_record()) {
    for (const auto& [name, roles] : *parties->as_record()) {
      note_order(all, order, &roles, below(below(path, "parties"), name));
    }
  }
  if (const Value* states = service.find("states"); states && states->as_record()) {
    for (const auto& [name, state] : *states->as_record()) {
      note_order(all, order, state.find("events"),
                 below(below(below(path, "states"), name), "events"));
    }
  }
}

void expand_order(Expansion& all) {
  const Value& root = all.made.root;
  Records order;
  for (const char* kind : {"registers", "books", "services", "feeds", "figures"}) {
    note_order(all, order, root.find(kind), kind);
  }
  note_fields(all, order, root.find("types"), "types");
  const auto each = [&root](const char* kind, const auto& visit) {
    const Value* things = root.find(kind);
    if (!things || !things->as_record()) return;
    for (const auto& [name, thing] : *things->as_record()) visit(thing, below(kind, name));
  };
  for (const char* kind : {"registers", "feeds"}) {
    each(kind, [&](const Value& thing, const std::string& at) {
      note_fields(all, order, thing.find("fields"), below(at, "fields"));
    });
  }
  each("books", [&](const Value& book, const std::string& at) {
    note_order(all, order, book.find("accounts"), below(at, "accounts"));
  });
  each("services", [&](const Value& service, const std::string& at) {
    note_service_order(all, order, service, at);
  });
  each("figures", [&](const Value& figure, const std::string& at) {
    note_order(all, order, figure.find("split"), below(at, "split"));
  });
  if (!order.empty()) all.made.root.as_record()->insert_or_assign("order", std::move(order));
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Where the path that ends before `end` begins: `a.b[c].d`.
std::size_t path_begin(std::string_view text, std::size_t end) {
  std::size_t at = end;
  while (at > 0) {
    const char c = text[at - 1];
    if (is_word(c) || c == '.') {
      --at;
    } else if (c == ']' || c == ')') {
      int open = 0;
      while (at > 0) {
        --at;
        if (text[at] == ']' || text[at] == ')') ++open;
        if ((text[at] == '[' || text[at] == '(') && --open == 0) break;
      }
    } else {
      break;
    }
  }
  return at;
}

}  // namespace

void Expansion::fault(const std::string& path, std::string text) {
  const Position at = made.at(path);
  made.findings.push_back(
      {.line = at.line, .column = at.column, .path = path, .text = std::move(text), .note = false});
}

void Expansion::came_from(const std::string& path, const std::string& origin) {
  made.origins.insert_or_assign(path, origin);
}

Value* member(Value& record, std::string_view name) {
  Records* members = record.as_record();
  if (!members) return nullptr;
  const auto found = members->find(name);
  return found == members->end() ? nullptr : &found->second;
}

std::vector<std::string> words_of(const Value* value) {
  std::vector<std::string> all;
  if (!value) return all;
  if (const std::string* word = value->as_text()) all.push_back(*word);
  if (const Value::List* list = value->as_list()) {
    for (const Value& item : *list) {
      if (item.as_text()) all.push_back(*item.as_text());
    }
  }
  return all;
}

void expand_title(Expansion& all, Value& record, std::string_view key, const std::string& path) {
  Value* title = member(record, key);
  const std::string* text = title ? title->as_text() : nullptr;
  if (!text) return;
  constexpr std::string_view kBetween = " / ";
  Records made;
  std::string_view rest = *text;
  for (std::size_t i = 0; i < all.languages.size(); ++i) {
    const bool last = i + 1 == all.languages.size();
    const std::size_t cut = last ? std::string_view::npos : rest.find(kBetween);
    if ((!last && cut == std::string_view::npos) ||
        (last && all.languages.size() > 1 && rest.find(kBetween) != std::string_view::npos)) {
      all.fault(below(path, key), "a title in " + std::to_string(all.languages.size()) +
                                      " languages has as many parts, with ' / ' between them");
      return;
    }
    made.emplace(all.languages[i], rest.substr(0, cut));
    if (!last) rest.remove_prefix(cut + kBetween.size());
  }
  *title = Value{std::move(made)};
}

std::string expand_optional(std::string_view text) {
  std::string made;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && quoted && i + 1 < text.size()) {
      made += c;
      made += text[++i];
      continue;
    }
    if (c == '\'') quoted = !quoted;
    const bool optional =
        c == '?' && !quoted && i > 0 && (is_word(text[i - 1]) || text[i - 1] == ']');
    if (!optional) {
      made += c;
      continue;
    }
    const std::size_t begin = path_begin(made, made.size());
    const std::string path = made.substr(begin);
    const std::string_view rest = text.substr(i + 1);
    const bool alone = (begin == 0 || (begin == 1 && made[0] == '=')) && rest.empty();
    made.resize(begin);
    const std::string choice = "has(" + path + ") ? " + path + " : null";
    made += alone ? choice : "(" + choice + ")";
  }
  return made;
}

void expand_templates(Value& value) {
  if (Value::List* list = value.as_list()) {
    for (Value& item : *list) expand_templates(item);
  } else if (Records* record = value.as_record()) {
    for (auto& [name, item] : *record) expand_templates(item);
  } else if (const std::string* text = value.as_text(); text && text->starts_with('=')) {
    value = expand_optional(*text);
  }
}

bool is_second_edition(const Document& document) { return document.root.int_at("bashu") == 2; }

Document expand(const Document& document) {
  Expansion all{.written = document,
                .made = {.root = document.root,
                         .positions = document.positions,
                         .findings = {},
                         .origins = {}},
                .languages = {}};
  Value& root = all.made.root;
  root.as_record()->insert_or_assign("bashu", 1);
  if (const Value* title = root.find("title"); title && title->as_record()) {
    Records order;
    note_order(all, order, title, "title");
    for (const auto& [language, text] : *title->as_record()) all.languages.push_back(language);
    if (const auto written = order.find("title"); written != order.end()) {
      all.languages = words_of(&written->second);
    }
  }
  expand_scenarios(all);
  each_member(member(root, "words"), "words",
              [&](const std::string& name, Value&, const std::string&) {
                expand_title(all, *member(root, "words"), name, "words");
              });
  expand_fields(all, member(root, "types"), "types");
  each_member(member(root, "registers"), "registers",
              [&](const std::string&, Value& reg, const std::string& at) {
                expand_title(all, reg, "title", at);
                expand_title(all, reg, "about", at);
                expand_groups(all, reg, at);
                expand_fields(all, member(reg, "fields"), below(at, "fields"));
              });
  each_member(member(root, "books"), "books",
              [&](const std::string&, Value& book, const std::string& at) {
                expand_title(all, book, "title", at);
              });
  each_member(member(root, "services"), "services",
              [&](const std::string&, Value& service, const std::string& at) {
                expand_service(all, service, at);
              });
  each_member(
      member(root, "feeds"), "feeds",
      [&](const std::string&, Value& feed, const std::string& at) { expand_feed(all, feed, at); });
  each_member(member(root, "figures"), "figures",
              [&](const std::string&, Value& figure, const std::string& at) {
                expand_figure(all, figure, at);
              });
  each_member(member(root, "calculators"), "calculators",
              [&](const std::string&, Value& calculator, const std::string& at) {
                for (const char* key : {"takes", "gives"}) {
                  expand_fields(all, member(calculator, key), below(at, key));
                }
              });
  expand_types(all);
  expand_order(all);
  return std::move(all.made);
}

}  // namespace bashu::packs
