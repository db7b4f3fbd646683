// bashu doubles: records of a register that are likely one. Nothing is joined.

#include <ostream>

#include "http/message.h"
#include "main/client.h"
#include "main/commands.h"
#include "texts/texts.h"

namespace bashu::cli {

Exit doubles(const Console& console, const Doubles& what) {
  const auto slash = what.reg.find('/');
  if (slash == std::string::npos) {
    return console.fail("a register is named PACK/REGISTER", "登记册应写作 业务包/登记册");
  }
  const auto answer =
      call(console, what.remote,
           {.path = "/packs/" + http::percent_encode(what.reg.substr(0, slash)) + "/registers/" +
                    http::percent_encode(what.reg.substr(slash + 1)) + "/doubles"});
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  const Value* groups = answer->find("doubles");
  const Value::List none;
  const Value::List& all = groups && groups->as_list() ? *groups->as_list() : none;
  for (const Value& group : all) {
    const Value* keys = group.find("keys");
    for (const Value& key : keys && keys->as_list() ? *keys->as_list() : none) {
      console.out << (key.as_text() ? *key.as_text() : "") << "  ";
    }
    console.out << '(' << group.text_at("alike") << ")\n";
  }
  const std::string key = answer->find("whole") == nullptr || *answer->find("whole") == Value{true}
                              ? "doubles.sum"
                              : "doubles.sum_of_part";
  console.out << in_language(
                     texts::title(key, {{"doubles", std::to_string(all.size())},
                                        {"records", std::to_string(answer->int_at("records"))}}),
                     console.language)
              << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
