// bashu case: start, do, show, list.

#include <ostream>
#include <set>
#include <utility>

#include "base/json.h"
#include "figures/words.h"
#include "http/message.h"
#include "main/case_form.h"
#include "main/client.h"
#include "main/commands.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

std::string shown(const Value& value) {
  return value.as_text() ? *value.as_text() : canonical_json(value);
}

Exit bad_form(const Console& console, const std::string& what) { return console.fail(what, what); }

std::string query(const CaseForm& form) { return form.dry_run ? "?dry_run=true" : ""; }

void print_written(const Console& console, const Value& answer) {
  console.out << answer.text_at("case") << "  " << answer.text_at("state") << "  "
              << console.say("version ", "版本 ") << answer.int_at("version");
  if (answer.find("position")) {
    console.out << "  " << console.say("position ", "位置 ") << answer.int_at("position");
  } else {
    console.out << "  " << console.say("(dry run, nothing changed)", "（试运行，未作更改）");
  }
  console.out << '\n';
  print_warnings(console, answer);
}

Exit write(const Console& console, const Remote& remote, const ClientRequest& request) {
  const auto answer = call(console, remote, request);
  if (!answer) return answer.error();
  if (remote.json) {
    print_json(console, *answer);
  } else {
    print_written(console, *answer);
  }
  return Exit::done;
}

// A value as a person writes it: with its unit, by the title of a choice.
std::string value_words(const Console& console, const packs::Type* type, const Value& value) {
  if (!type) return shown(value);
  if (const std::int64_t* number = value.as_int(); number && !type->unit.empty()) {
    return figures::exact_words(*number, type->unit, type->scale, console.language);
  }
  if (const bool* truth = value.as_bool()) {
    return std::string{*truth ? console.say("yes", "是") : console.say("no", "否")};
  }
  const std::string* code = value.as_text();
  const Title* title = code ? packs::find(type->choices, *code) : nullptr;
  return title ? in_language(*title, console.language) + " (" + *code + ")" : shown(value);
}

// What is in dispute, asked or to be reviewed, and has not ended.
void print_open_disputes(const Console& console, const Value& c) {
  const Value* disputes = c.find("disputes");
  for (const Value& one : disputes && disputes->as_list() ? *disputes->as_list() : Value::List{}) {
    const Value* ended = one.find("ended");
    if (ended && !ended->is_null()) continue;
    console.out << texts::text(console.language, "app.objection." + one.text_at("kind"),
                               {{"party", one.text_at("by")}, {"reason", one.text_at("reason")}})
                << "  " << one.text_at("content") << '\n';
  }
}

void print_claims(const Console& console, const Value& step) {
  const Value* claims = step.find("claims");
  for (const Value& one : claims && claims->as_list() ? *claims->as_list() : Value::List{}) {
    console.out << "     "
                << texts::text(console.language, "app.claimed_by",
                               {{"party", step.text_at("decided_by")}})
                << ' ' << one.text_at("what");
    for (const char* member : {"of", "text"}) {
      if (const std::string words = one.text_at(member); !words.empty()) {
        console.out << "  " << words;
      }
    }
    console.out << '\n';
  }
}

// `fields`: of its service.
void print_case(const Console& console, const Value& c, const std::vector<packs::Member>& fields) {
  std::ostream& out = console.out;
  out << c.text_at("id") << "  " << c.text_at("title") << "  [" << c.text_at("state") << "] "
      << c.text_at("state_title") << '\n';
  const std::string owner = c.text_at("owner");
  if (!owner.empty()) out << console.say("with ", "持有方 ") << owner << '\n';
  out << console.say("version ", "版本 ") << c.int_at("version")
      << console.say("  opened ", "  立案 ") << c.text_at("opened")
      << console.say("  since ", "  当前状态起于 ") << c.text_at("since") << '\n';
  if (c.bool_at("disputed")) {
    out << console.say("DISPUTED: waits for a joint act", "有争议：等待各方共同处理") << '\n';
  }
  print_open_disputes(console, c);
  const Value* data = c.find("data");
  if (!data || !data->as_record()) return;
  const auto line = [&](const std::string& name, const Value& value, const packs::Type* type) {
    const bool sealed = value.find("$sealed") != nullptr;
    const Value* erased = value.find("erased");
    const bool restricted = value.find("restricted") != nullptr;
    const auto why = [&] {
      if (erased) {
        return texts::text(
            console.language, "app.erased_by",
            {{"on", erased->text_at("on")}, {"order", std::to_string(erased->int_at("order"))}});
      }
      return restricted ? texts::text(console.language, "app.restricted_by",
                                      {{"order", std::to_string(value.int_at("restricted"))}})
                        : std::string{console.say("(sealed)", "（已密封）")};
    };
    const std::string title = type ? in_language(type->title, console.language) : std::string{};
    out << "  " << (title.empty() || title == name ? name : title + " (" + name + ")") << ": "
        << (sealed ? why() : value_words(console, type, value)) << '\n';
  };
  std::set<std::string> told;
  for (const packs::Member& field : fields) {
    const Value* value = data->find(field.name);
    if (value && told.insert(field.name).second) line(field.name, *value, field.type.get());
  }
  for (const auto& [name, value] : *data->as_record()) {
    if (!told.contains(name)) line(name, value, nullptr);
  }
}

}  // namespace

Exit case_start(const Console& console, const CaseStart& what) {
  // `pack/service` or `pack service`: everything else is printed and taken the first way.
  const std::size_t slash = what.pack.find('/');
  const bool joined = what.service.empty() && slash != std::string::npos;
  const std::string pack = joined ? what.pack.substr(0, slash) : what.pack;
  const std::string service = joined ? what.pack.substr(slash + 1) : what.service;
  if (service.empty()) {
    return console.fail("PACK/SERVICE is needed, e.g. lending/loan",
                        "需要 业务包/业务，如 lending/loan");
  }
  const auto form = read_form(console, what.form,
                              [&] { return fields_of_start(console, what.remote, pack, service); });
  if (!form) return form.error();
  Value::Record body{{"service", service}, {"role", what.role}, {"with", *form}};
  if (what.parent.empty()) {
    Value::Record parties;
    for (const std::string& item : what.parties) {
      const std::size_t equals = item.find('=');
      if (equals == std::string::npos) {
        return bad_form(console, "--party: party=jurisdiction is expected, not `" + item + "`");
      }
      parties[item.substr(0, equals)] = item.substr(equals + 1);
    }
    body["pack"] = pack;
    body["parties"] = std::move(parties);
  } else {
    body["parent"] = what.parent;
  }
  return write(console, what.remote,
               {.method = "POST",
                .path = "/cases" + query(what.form),
                .body = canonical_json(body),
                .idempotency_key = what.form.idempotency_key});
}

Exit case_do(const Console& console, const CaseDo& what) {
  const auto form = read_form(console, what.form, [&] {
    return fields_of_step(console, what.remote, what.id, what.event);
  });
  if (!form) return form.error();
  Value::Record body{{"role", what.role}, {"with", *form}};
  if (what.version) body["version"] = *what.version;
  return write(console, what.remote,
               {.method = "POST",
                .path = "/cases/" + http::percent_encode(what.id) + "/events/" +
                        http::percent_encode(what.event) + query(what.form),
                .body = canonical_json(body),
                .idempotency_key = what.form.idempotency_key});
}

Exit case_show(const Console& console, const CaseShow& what) {
  const std::string base = "/cases/" + http::percent_encode(what.id);
  const std::string at = what.at.empty() ? "" : "?at=" + http::percent_encode(what.at);
  const auto answer = call(console, what.remote, {.path = base + at});
  if (!answer) return answer.error();
  Value::Record all{{"case", *answer}};
  const auto add = [&](bool wanted, const char* name, const std::string& path) -> Exit {
    if (!wanted) return Exit::done;
    auto more = call(console, what.remote, {.path = path});
    if (!more) return more.error();
    all.emplace(name, std::move(*more));
    return Exit::done;
  };
  for (const Exit exit : {add(what.history, "history", base + "/history" + at),
                          add(what.choices, "choices", base + "/choices"),
                          add(what.evidence, "evidence", base + "/evidence" + at)}) {
    if (exit != Exit::done) return exit;
  }
  if (what.remote.json) {
    print_json(console, all);
    return Exit::done;
  }
  print_case(console, *answer, fields_of_case(console, what.remote, *answer));
  const auto each = [&](const char* part, const char* list, const auto& print) {
    const auto it = all.find(part);
    const Value* items = it == all.end() ? nullptr : it->second.find(list);
    if (!items || !items->as_list()) return;
    console.out << '\n';
    for (const Value& item : *items->as_list()) print(item);
  };
  each("history", "steps", [&](const Value& step) {
    console.out << "  " << step.int_at("version") << "  " << step.text_at("on") << "  "
                << step.text_at("event") << "  " << step.text_at("decided_by") << '.'
                << step.text_at("role") << "  " << step.text_at("from") << " -> "
                << step.text_at("to", step.text_at("from")) << "  @" << step.int_at("position");
    if (const std::string title = step.text_at("title"); !title.empty()) {
      console.out << "  " << title;
    }
    if (const std::string to = step.text_at("to_title"); !to.empty()) console.out << ": " << to;
    if (const std::string who = step.text_at("principal"); !who.empty()) {
      console.out << "  " << who;
    }
    if (const std::string who = step.text_at("officer"); !who.empty()) {
      console.out << "  " << who << console.say(" (verified)", "（已验证）");
    }
    console.out << '\n';
    print_claims(console, step);
  });
  each("choices", "choices", [&](const Value& choice) {
    console.out << "  " << (choice.bool_at("passes") ? "+ " : "- ") << choice.text_at("event")
                << "  " << choice.text_at("title");
    const Value* why = choice.find("why");
    for (const Value& reason : why && why->as_list() ? *why->as_list() : Value::List{}) {
      console.out << "; " << shown(reason);
    }
    console.out << '\n';
  });
  each("evidence", "entries", [&](const Value& entry) {
    console.out << "  @" << entry.int_at("position") << "  " << entry.text_at("kind") << '\n';
  });
  each("evidence", "messages", [&](const Value& message) {
    console.out << "  " << message.text_at("direction") << ' ' << message.text_at("party") << " #"
                << message.int_at("seq") << "  " << message.text_at("kind") << "  "
                << message.text_at("outcome") << '\n';
  });
  return Exit::done;
}

Exit case_list(const Console& console, const CaseList& what) {
  std::string path = "/cases?limit=" + std::to_string(what.limit);
  for (const auto& [name, value] :
       {std::pair{"pack", &what.pack}, std::pair{"service", &what.service},
        std::pair{"state", &what.state}}) {
    if (!value->empty()) path += std::string{"&"} + name + "=" + http::percent_encode(*value);
  }
  const auto answer = call(console, what.remote, {.path = path});
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  const Value* cases = answer->find("cases");
  for (const Value& c : cases && cases->as_list() ? *cases->as_list() : Value::List{}) {
    console.out << c.text_at("id") << "  " << c.text_at("pack") << '/' << c.text_at("service")
                << "  [" << c.text_at("state") << "] " << c.text_at("state_title") << "  "
                << c.text_at("owner") << "  " << c.text_at("since") << '\n';
  }
  if (!answer->text_at("next").empty()) {
    console.out << console.say("(there are more)", "（还有更多）") << '\n';
  }
  return Exit::done;
}

}  // namespace bashu::cli
