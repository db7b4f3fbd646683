// bashu pack: check, test, show, adopt.

#include <algorithm>
#include <filesystem>
#include <map>
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
#include "texts/texts.h"

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
  std::vector<std::vector<int>> step_lines;
};
Read read_pack(const Console& console, const std::string& file, bool notes = false) {
  const auto text = node::read_file(file);
  if (!text) return {.pack = nullptr, .exit = console.fail(text.error()), .step_lines = {}};
  const packs::Loaded loaded = packs::load(*text);
  const bool good = report(console, file, loaded.findings, notes);
  return {.pack = good ? loaded.pack : nullptr,
          .exit = good && loaded.pack ? Exit::done : Exit::refused,
          .step_lines = loaded.step_lines};
}

// How many scenarios failed.
int print_failures(std::ostream& out, const std::string& file, const Read& read,
                   const std::vector<scenario::Report>& reports) {
  int failed = 0;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    failed += reports[i].failures.empty() ? 0 : 1;
    for (const scenario::Failure& failure : reports[i].failures) {
      const auto step = static_cast<std::size_t>(failure.step);
      out << file << ':';
      if (step > 0 && i < read.step_lines.size() && step <= read.step_lines[i].size()) {
        out << read.step_lines[i][step - 1] << ':';
      }
      out << ' ' << reports[i].title << ": " << failure.text << '\n';
    }
  }
  return failed;
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
    for (const scenario::Report& one : reports) steps += one.steps;
    const int failed = print_failures(console.out, file, read, reports);
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

namespace {

// `asked`: the day that was wanted, if one was.
void say_adopted(const Console& console, const packs::Pack& pack, const core::PartyId& own,
                 std::optional<Date> asked, const std::map<core::PartyId, Date>& adopted,
                 const std::vector<std::string>& parties, Date today) {
  const auto ours = adopted.find(own);
  const Date from = ours == adopted.end() ? asked.value_or(today) : ours->second;
  console.out << texts::text(console.language, "pack.adopted",
                             {{"pack", pack.name},
                              {"version", std::to_string(pack.version)},
                              {"from", from.text()}})
              << "  " << pack.digest << '\n';
  if (asked && *asked != from) {
    console.out << texts::text(console.language, "pack.adopted_before",
                               {{"from", from.text()}, {"asked", asked->text()}})
                << '\n';
  }
  for (const std::string& party : parties) {
    const auto it = adopted.find(core::PartyId{party});
    const bool now = it != adopted.end() && it->second <= today;
    const char* key = it == adopted.end() ? "pack.party_not_yet"
                      : now               ? "pack.party_in_force"
                                          : "pack.party_from";
    console.out << "  "
                << texts::text(
                       console.language, key,
                       {{"party", party}, {"from", it == adopted.end() ? "" : it->second.text()}})
                << '\n';
  }
}

Exit adopt_by_api(const Console& console, const PackAdopt& what, const std::string& file,
                  std::optional<Date> from) {
  const Read read = read_pack(console, file);
  if (!read.pack) return read.exit;
  const auto text = node::read_file(file);
  if (!text) return console.fail(text.error());
  const auto done = call(console, what.remote,
                         {.method = "POST",
                          .path = "/packs" + (from ? "?in_force_from=" + from->text() : ""),
                          .body = *text,
                          .content_type = "application/yaml"});
  if (!done) return done.error();
  if (waits_for_second(console, what.remote, *done)) return Exit::done;
  if (what.remote.json) {
    print_json(console, *done);
    return Exit::done;
  }
  const auto circle = call(console, what.remote, {.path = "/circle"});
  if (!circle) return circle.error();
  const auto held = call(console, what.remote, {.path = "/packs"});
  if (!held) return held.error();
  std::vector<std::string> parties;
  if (const Value* all = circle->find("parties"); all && all->as_list()) {
    for (const Value& one : *all->as_list()) {
      if (one.bool_at("member")) parties.push_back(one.text_at("party"));
    }
  }
  std::map<core::PartyId, Date> adopted;
  const Value* packs = held->find("packs");
  for (const Value& one : packs && packs->as_list() ? *packs->as_list() : Value::List{}) {
    if (one.text_at("digest") != read.pack->digest) continue;
    const Value* days = one.find("adopted");
    for (const auto& [party, day] :
         days && days->as_record() ? *days->as_record() : Value::Record{}) {
      if (const auto date = Date::parse(day.as_text() ? *day.as_text() : "")) {
        adopted.emplace(core::PartyId{party}, *date);
      }
    }
  }
  const core::PartyId own{circle->text_at("own")};
  const Date today = Date::parse(circle->text_at("today")).value_or(Date{});
  say_adopted(console, *read.pack, own, from, adopted, parties, today);
  return Exit::done;
}

}  // namespace

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
      const Exit exit = adopt_by_api(console, what, file, from);
      if (exit != Exit::done) return exit;
    }
    return Exit::done;
  }

  auto node = open_at_rest(console, dir);
  if (!node) return node.error();
  for (const std::string& file : files) {
    const Read read = read_pack(console, file);
    if (!read.pack) return read.exit;
    const auto reports = try_scenarios(*read.pack, neighbours(*read.pack, file));
    if (print_failures(console.err, file, read, reports) > 0) return Exit::refused;
    const Date first = from.value_or((*node)->clock().today());
    const auto done =
        run_at_rest(console, **node,
                    core::AdoptPack{.by = local_officer(),
                                    .source = canonical_json(read.pack->source),
                                    .from = first,
                                    .approval = 0},
                    Value::Record{{"digest", read.pack->digest}, {"from", first.text()}});
    if (!done) return done.error();
    std::map<core::PartyId, Date> adopted;
    std::vector<std::string> parties;
    for (const auto& party : (*node)->directory()->agreement.parties) {
      if (party.member) parties.push_back(party.party);
    }
    (*node)->query([&](const core::State& state) {
      const auto& packs = state.circle().packs;
      if (const auto held = packs.find(read.pack->digest); held != packs.end()) {
        adopted = held->second.adopted;
      }
    });
    say_adopted(console, *read.pack, (*node)->identity().party, from, adopted, parties,
                (*node)->clock().today());
  }
  return Exit::done;
}

}  // namespace bashu::cli
