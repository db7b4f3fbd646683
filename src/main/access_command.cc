// bashu access verify|list: who read which personal values, from DIR/access.log.

#include <ostream>
#include <string>
#include <utility>

#include "api/access_log.h"
#include "base/instant.h"
#include "base/json.h"
#include "main/client.h"
#include "main/commands.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

std::string why_of(const Console& console, const api::AccessFlaw& flaw) {
  using Why = api::AccessFlaw::Why;
  const auto say = [&](std::string_view key) {
    return texts::text(console.language, key, {{"count", std::to_string(flaw.count)}});
  };
  if (flaw.why == Why::changed) return say("access.why_changed");
  if (flaw.why == Why::missing) return say("access.why_missing");
  return say("access.why_end");
}

// Says what is wrong with the chain; done if nothing is.
Exit judged(const Console& console, const std::string& dir,
            const std::expected<std::uint64_t, api::AccessFlaw>& verdict) {
  if (verdict) return Exit::done;
  const std::string words = texts::text(console.language, "access.broken",
                                        {{"file", dir + "/access.log"},
                                         {"line", std::to_string(verdict.error().line)},
                                         {"why", why_of(console, verdict.error())}});
  return console.fail(words, words);
}

}  // namespace

Exit access_verify(const Console& console, const std::string& dir) {
  const auto verdict = api::verify_access(dir);
  if (!verdict) return console.fail(verdict.error());
  if (const Exit exit = judged(console, dir, *verdict); exit != Exit::done) return exit;
  console.out << texts::text(console.language, "access.sound",
                             {{"count", std::to_string(verdict->value())}})
              << '\n';
  return Exit::done;
}

namespace {

Exit list_of_person(const Console& console, const AccessList& what) {
  const auto answer = call(console, what.remote,
                           {.method = "POST",
                            .path = "/privacy/reads",
                            .body = canonical_json(Value::Record{{"person", what.person}})});
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  if (!answer->bool_at("known")) {
    console.err << console.say("No case and no record here names this person.\n",
                               "本节点没有任何办件或记录涉及此人。\n");
  }
  const Value* warnings = answer->find("warnings");
  for (const Value& one : warnings && warnings->as_list() ? *warnings->as_list() : Value::List{}) {
    console.err << one.text_at("why") << '\n';
  }
  const Value* reads = answer->find("reads");
  for (const Value& read : reads && reads->as_list() ? *reads->as_list() : Value::List{}) {
    console.out << canonical_json(read) << '\n';
  }
  if (answer->bool_at("more"))
    console.out << console.say("(there are more)", "（还有更多）") << '\n';
  return Exit::done;
}

}  // namespace

Exit access_list(const Console& console, const AccessList& what) {
  if (!what.person.empty()) return list_of_person(console, what);
  if (what.dir.empty()) {
    return console.fail("DIR is needed, or --person with a running node",
                        "需要 DIR，或对运行中的节点使用 --person");
  }
  const auto verdict = api::verify_access(what.dir, [&](const Value& line) {
    if (what.about.empty() || api::is_about(line, what.about)) {
      console.out << canonical_json(line) << '\n';
    }
  });
  if (!verdict) return console.fail(verdict.error());
  return judged(console, what.dir, *verdict);
}

}  // namespace bashu::cli
