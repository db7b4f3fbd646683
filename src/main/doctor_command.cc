// bashu doctor, bashu health.

#include <ostream>
#include <utility>

#include "base/json.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/doctor.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

std::string_view name_of(Level level) {
  switch (level) {
    case Level::ok:
      return "ok";
    case Level::warn:
      return "warn";
    case Level::fail:
      return "fail";
  }
  return {};
}

}  // namespace

Exit doctor(const Console& console, const Doctor& what) {
  const auto found = examine({.dir = what.dir,
                              .language = console.language,
                              .disk_floor = static_cast<std::uint64_t>(what.disk_floor_mb) << 20});
  if (!found) return console.fail(found.error());
  bool failed = false;
  Value::List list;
  for (const Examined& one : *found) {
    failed = failed || one.level == Level::fail;
    if (what.json) {
      list.push_back(Value::Record{{"check", one.check},
                                   {"level", name_of(one.level)},
                                   {"text", one.text},
                                   {"todo", one.todo}});
      continue;
    }
    const std::string level =
        texts::text(console.language, "doctor.level." + std::string{name_of(one.level)});
    console.out << level << "  " << one.check << ": " << one.text << '\n';
    if (!one.todo.empty()) console.out << "      " << one.todo << '\n';
  }
  if (what.json) print_json(console, Value::Record{{"findings", std::move(list)}});
  return failed ? Exit::refused : Exit::done;
}

Exit health(const Console& console, const HealthAsk& what) {
  const auto told = call(console, what.remote, {.path = "/health"});
  if (!told) return Exit::usage;
  const std::string state = told->text_at("state");
  if (what.remote.json) {
    print_json(console, *told);
  } else {
    console.out << told->text_at("party") << ": "
                << texts::text(console.language, "health." + state) << '\n';
    const Value* why = told->find("why");
    for (const Value& reason : why && why->as_list() ? *why->as_list() : Value::List{}) {
      const std::string* code = reason.as_text();
      const std::string key = "health." + (code ? *code : std::string{});
      console.out << "  " << (texts::has(key) ? texts::text(console.language, key) : *code) << '\n';
    }
  }
  return state == "ready" || state == "standby" ? Exit::done
         : state == "degraded"                  ? Exit::refused
                                                : Exit::usage;
}

}  // namespace bashu::cli
