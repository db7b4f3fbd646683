// bashu case claims: what only the decider of a step could look up, asked for and shown.

#include <ostream>

#include "base/json.h"
#include "http/message.h"
#include "main/client.h"
#include "main/commands.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

void print_claim(const Console& console, const Value& one) {
  console.out << one.int_at("version") << "  " << one.text_at("asked_by") << " -> "
              << one.text_at("asked_of") << "  " << one.text_at("on") << "  "
              << texts::text(console.language, "app.claims." + one.text_at("standing"));
  for (const char* member : {"why", "principal"}) {
    if (const std::string words = one.text_at(member); !words.empty()) {
      console.out << "  " << words;
    }
  }
  console.out << '\n';
  const Value* shown = one.find("shown");
  for (const Value& row : shown && shown->as_list() ? *shown->as_list() : Value::List{}) {
    console.out << "     " << canonical_json(row) << '\n';
  }
}

}  // namespace

Exit case_claims(const Console& console, const CaseClaims& what) {
  const std::string path = "/cases/" + http::percent_encode(what.id) + "/claims";
  if (what.ask || what.show) {
    Value::Record body{{"version", what.ask ? *what.ask : *what.show}};
    if (what.show) body["to"] = what.to;
    return call_and_print(console, what.remote,
                          {.method = "POST", .path = path, .body = canonical_json(body)});
  }
  const auto answer = call(console, what.remote, {.path = path});
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  const Value* claims = answer->find("claims");
  for (const Value& one : claims && claims->as_list() ? *claims->as_list() : Value::List{}) {
    print_claim(console, one);
  }
  return Exit::done;
}

}  // namespace bashu::cli
