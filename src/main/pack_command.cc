// bashu pack: check, test, show, adopt.

#include <algorithm>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>
#include <utility>

#include "base/json.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/offline.h"
#include "main/pack_trial.h"
#include "node/files.h"
#include "packs/load.h"

namespace bashu::cli {

namespace {

// Prints the findings; false if one forbids the pack.
bool report(const Console& console, const std::string& file, const std::vector<Finding>& findings,
            bool notes) {
  bool good = true;
  for (const Finding& finding : findings) {
    good = good && finding.note;
    if (finding.note && !notes) continue;
    console.out << file << ':' << finding.line << ':' << finding.column << ": "
                << (finding.note ? console.say("note: ", "提示：") : std::string_view{})
                << finding.text;
    if (!finding.path.empty()) console.out << " [" << finding.path << ']';
    console.out << '\n';
  }
  return good;
}

struct Read {
  packs::PackPtr pack;
  Exit exit = Exit::done;
};
Read read_pack(const Console& console, const std::string& file, bool notes = false) {
  const auto text = node::read_file(file);
  if (!text) return {.pack = nullptr, .exit = console.fail(text.error())};
  const packs::Loaded loaded = packs::load(*text);
  const bool good = report(console, file, loaded.findings, notes);
  return {.pack = good ? loaded.pack : nullptr,
          .exit = good && loaded.pack ? Exit::done : Exit::refused};
}

Exit worse(Exit a, Exit b) { return std::max(a, b); }

// Who may take the event: `clerk`, `destination.citizen`, or the engine.
std::string who(const packs::EventDef& event, const std::string& owner, const Console& console) {
  std::string text;
  for (const packs::By& by : event.by) {
    if (!text.empty()) text += ", ";
    if (by.party.empty()) {
      text += console.say("by itself", "自动");
    } else {
      text += by.party == owner ? by.role : by.party + "." + by.role;
    }
  }
  return text;
}

std::vector<std::string> targets(const std::vector<packs::Branch>& branches) {
  std::vector<std::string> out;
  for (const packs::Branch& branch : branches) {
    if (branch.to && std::ranges::find(out, *branch.to) == out.end()) out.push_back(*branch.to);
  }
  return out;
}

void show_service(const Console& console, const std::string& name, const packs::Service& service) {
  const auto title = [&](const Title& of) { return in_language(of, console.language); };
  console.out << '\n' << name << "  " << title(service.title);
  if (!service.parent.empty()) {
    console.out << console.say(" (part of ", "（属于 ") << service.parent << console.say(")", "）");
  }
  console.out << '\n';
  for (const packs::PartyDef& party : service.parties) {
    console.out << "  " << party.name << ':';
    for (const auto& [role, all] : party.roles) {
      console.out << ' ' << role << (all ? "" : console.say(" (own cases)", "（仅本人）"));
    }
    console.out << '\n';
  }
  const auto& start = service.start;
  console.out << "  " << console.say("begins", "发起") << "  " << start.owner << ": "
              << who(start.event, start.owner, console) << " ->";
  for (const std::string& to : targets(start.event.branches)) console.out << ' ' << to;
  console.out << '\n';
  for (const auto& [state_name, state] : service.states) {
    console.out << "  [" << state_name << "] " << title(state.title);
    if (state.final) {
      console.out << console.say("  (end)", "（结束）") << '\n';
      continue;
    }
    console.out << console.say("  with ", "  持有方 ") << state.owner << '\n';
    for (const auto& [clock_name, clock] : service.clocks) {
      if (std::ranges::find(clock.runs_in, state_name) == clock.runs_in.end()) continue;
      console.out << "      " << console.say("clock ", "时限 ") << clock_name << ": ";
      if (clock.until) {
        console.out << console.say("until ", "至 ") << clock.until->text();
      } else {
        console.out << clock.budget
                    << (clock.kind == packs::ClockDef::Kind::days
                            ? console.say(" days", " 日")
                            : console.say(" working days", " 个工作日"));
      }
      console.out << " -> " << clock.breach << '\n';
    }
    if (!state.then.empty()) {
      console.out << "      " << console.say("by itself", "自动") << " ->";
      for (const std::string& to : targets(state.then)) console.out << ' ' << to;
      console.out << '\n';
    }
    for (const auto& [event_name, event] : state.events) {
      console.out << "      " << event_name << "  " << title(event.title) << "  ("
                  << who(event, state.owner, console) << ')';
      const auto to = targets(event.branches);
      if (!to.empty()) console.out << " ->";
      for (const std::string& one : to) console.out << ' ' << one;
      console.out << '\n';
    }
  }
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void dot_service(const Console& console, const std::string& name, const packs::Service& service) {
  const auto label = [&](const Title& of) { return escaped(in_language(of, console.language)); };
  const auto node = [&](const std::string& state) { return "\"" + name + "." + state + "\""; };
  std::ostream& out = console.out;
  out << "  subgraph \"cluster_" << name << "\" {\n    label=\"" << label(service.title)
      << "\";\n    " << node("$start") << " [shape=point];\n";
  for (const auto& [state_name, state] : service.states) {
    out << "    " << node(state_name) << " [label=\"" << label(state.title);
    if (!state.final) out << "\\n" << state.owner;
    out << "\", shape=" << (state.final ? "doublecircle" : "box") << "];\n";
  }
  for (const std::string& to : targets(service.start.event.branches)) {
    out << "    " << node("$start") << " -> " << node(to) << ";\n";
  }
  for (const auto& [state_name, state] : service.states) {
    for (const std::string& to : targets(state.then)) {
      out << "    " << node(state_name) << " -> " << node(to) << " [style=dashed];\n";
    }
    for (const auto& [event_name, event] : state.events) {
      for (const std::string& to : targets(event.branches)) {
        out << "    " << node(state_name) << " -> " << node(to) << " [label=\""
            << label(event.title) << "\"];\n";
      }
    }
  }
  out << "  }\n";
}

}  // namespace

Exit pack_check(const Console& console, const PackFiles& what) {
  Exit exit = Exit::done;
  for (const std::string& file : what.files) {
    const Read read = read_pack(console, file, true);
    exit = worse(exit, read.exit);
    if (read.pack) {
      console.out << file << ": " << console.say("sound  ", "无误  ") << read.pack->name << ' '
                  << read.pack->version << "  " << read.pack->digest << '\n';
    }
  }
  return exit;
}

Exit pack_test(const Console& console, const PackFiles& what) {
  Exit exit = Exit::done;
  for (const std::string& file : what.files) {
    const Read read = read_pack(console, file);
    exit = worse(exit, read.exit);
    if (!read.pack) continue;
    console.progress(file);
    const auto reports = try_scenarios(*read.pack, neighbours(*read.pack, file));
    console.progress({});
    int steps = 0;
    int failed = 0;
    for (const scenario::Report& one : reports) {
      steps += one.steps;
      failed += one.failures.empty() ? 0 : 1;
      for (const std::string& failure : one.failures) {
        console.out << file << ": " << one.title << ": " << failure << '\n';
      }
    }
    console.out << file << ": " << reports.size() << console.say(" scenarios, ", " 个场景，")
                << steps << console.say(" steps, ", " 步，") << failed
                << console.say(" failed", " 个失败") << '\n';
    if (failed > 0) exit = worse(exit, Exit::refused);
  }
  return exit;
}

Exit pack_show(const Console& console, const PackShow& what) {
  const auto text = node::read_file(what.file);
  if (!text) return console.fail(text.error());
  const packs::Loaded loaded = packs::load(*text);
  if (!loaded.pack) {
    report(console, what.file, loaded.findings, false);
    return Exit::refused;
  }
  const packs::Pack& pack = *loaded.pack;
  if (what.dot) {
    console.out << "digraph \"" << pack.name << "\" {\n  rankdir=LR;\n";
    for (const auto& [name, service] : pack.services) dot_service(console, name, service);
    console.out << "}\n";
    return Exit::done;
  }
  console.out << pack.name << ' ' << pack.version << "  "
              << in_language(pack.title, console.language) << '\n'
              << pack.digest << '\n';
  for (const auto& [name, service] : pack.services) show_service(console, name, service);
  const auto list = [&](std::string_view heading, const auto& items) {
    if (items.empty()) return;
    console.out << '\n' << heading << '\n';
    for (const auto& [name, item] : items) {
      console.out << "  " << name << "  " << in_language(item.title, console.language) << '\n';
    }
  };
  list(console.say("registers", "登记册"), pack.registers);
  list(console.say("books", "账簿"), pack.books);
  list(console.say("feeds", "数据流"), pack.feeds);
  list(console.say("figures", "指标"), pack.figures);
  return Exit::done;
}

Exit pack_adopt(const Console& console, const PackAdopt& what) {
  std::vector<std::string> files = what.files;
  std::string dir;
  if (what.remote.api.empty()) {
    dir = files.front();
    files.erase(files.begin());
    if (files.empty()) {
      return console.fail("DIR and FILE are needed, or --api URL and FILE",
                          "需要 DIR 和 FILE，或 --api URL 和 FILE");
    }
  }
  std::optional<Date> from;
  if (!what.from.empty()) {
    from = Date::parse(what.from);
    if (!from) return console.fail("--from: not a date", "--from：不是日期");
  }
  if (dir.empty()) {
    for (const std::string& file : files) {
      const auto text = node::read_file(file);
      if (!text) return console.fail(text.error());
      ClientRequest request{.method = "POST",
                            .path = "/packs" + (from ? "?in_force_from=" + from->text() : ""),
                            .body = *text,
                            .content_type = "application/yaml"};
      const Exit exit = call_and_print(console, what.remote, request);
      if (exit != Exit::done) return exit;
    }
    return Exit::done;
  }

  auto node = open_at_rest(console, dir);
  if (!node) return node.error();
  for (const std::string& file : files) {
    const Read read = read_pack(console, file);
    if (!read.pack) return read.exit;
    for (const scenario::Report& one : try_scenarios(*read.pack, neighbours(*read.pack, file))) {
      for (const std::string& failure : one.failures) {
        console.err << file << ": " << one.title << ": " << failure << '\n';
      }
      if (!one.failures.empty()) return Exit::refused;
    }
    const Date first = from.value_or((*node)->clock().today());
    const auto done = run_at_rest(
        console, **node,
        core::AdoptPack{
            .by = local_officer(), .source = canonical_json(read.pack->source), .from = first},
        Value::Record{{"digest", read.pack->digest}, {"from", first.text()}});
    if (!done) return done.error();
    console.out << console.say("adopted ", "已采用 ") << read.pack->name << ' '
                << read.pack->version << console.say(" from ", "，自 ") << first.text() << "  "
                << read.pack->digest << '\n';
  }
  return Exit::done;
}

}  // namespace bashu::cli
