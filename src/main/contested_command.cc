// bashu contested: records of a register that two sides claim to keep, and the signature under
// which of the two is to stand.

#include <ostream>
#include <string>

#include "base/json.h"
#include "http/message.h"
#include "main/client.h"
#include "main/commands.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

const Value::List& list_at(const Value& record, std::string_view name) {
  static const Value::List kNone;
  const Value* list = record.find(name);
  return list && list->as_list() ? *list->as_list() : kNone;
}

void print_line(const Console& console, std::string_view key, const Title& words) {
  console.out << key << in_language(words, console.language) << '\n';
}

void print_record(const Console& console, const Value& record) {
  console.out << record.text_at("key") << '\n';
  for (const Value& claim : list_at(record, "claims")) {
    const Value* own = claim.find("fields");
    if (!own) own = record.find("fields");
    print_line(console, "  ",
               texts::title("contested.row", {{"keeper", claim.text_at("keeper")},
                                              {"day", claim.text_at("on")},
                                              {"content", own ? canonical_json(*own) : ""}}));
  }
  for (const Value& one : list_at(record, "signed")) {
    print_line(console, "  ",
               texts::title("contested.signed",
                            {{"by", one.text_at("by")}, {"keeper", one.text_at("keeper")}}));
  }
}

// What is signed: the content of the row of `party`, as it was just shown.
std::string content_of(const Value& record, const std::string& party) {
  for (const Value& claim : list_at(record, "claims")) {
    if (claim.text_at("keeper") == party) return claim.text_at("content");
  }
  return {};
}

}  // namespace

Exit contested(const Console& console, const Contested& what) {
  const auto slash = what.reg.find('/');
  if (slash == std::string::npos) {
    return console.fail("a register is named PACK/REGISTER", "登记册应写作 业务包/登记册");
  }
  const std::string path = "/packs/" + http::percent_encode(what.reg.substr(0, slash)) +
                           "/registers/" + http::percent_encode(what.reg.substr(slash + 1));
  const std::string query =
      "?contested=true" + (what.key.empty() ? "" : "&key=" + http::percent_encode(what.key));
  const auto answer = call(console, what.remote, {.path = path + query});
  if (!answer) return answer.error();
  const Value::List& records = list_at(*answer, "records");
  if (what.stands.empty()) {
    if (what.remote.json) {
      print_json(console, *answer);
      return Exit::done;
    }
    for (const Value& record : records) print_record(console, record);
    if (records.empty()) print_line(console, "", texts::title("contested.none", {}));
    return Exit::done;
  }
  if (records.size() != 1) {
    return console.fail("no record of this key has two keepers", "没有此键的、有两个维护方的记录");
  }
  Value::Record body{{"key", what.key},
                     {"keeper", what.stands},
                     {"content", content_of(records[0], what.stands)},
                     {"note", what.note}};
  if (!what.yields.empty()) body["yields"] = what.yields;
  return call_and_print(
      console, what.remote,
      {.method = "POST", .path = path + "/settle", .body = canonical_json(Value{std::move(body)})});
}

}  // namespace bashu::cli
