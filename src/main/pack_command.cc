// bashu pack: check, test, show, adopt.

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <utility>

#include "base/json.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/offline.h"
#include "main/pack_trial.h"
#include "node/files.h"
#include "packs/load.h"
#include "packs/show.h"

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
  if (what.canonical) {
    console.out << canonical_json(loaded.pack->source) << '\n';
    return Exit::done;
  }
  console.out << (what.dot ? packs::dot(*loaded.pack, console.language)
                           : packs::show(*loaded.pack, console.language));
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
