// bashu approvals list|sign|withdraw: what takes two people.

#include <ostream>

#include "main/client.h"
#include "main/commands.h"
#include "main/table.h"
#include "texts/texts.h"

namespace bashu::cli {

Exit approvals_list(const Console& console, const ApprovalsList& what) {
  const auto answer = call(console, what.remote, {.path = "/approvals"});
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  const Value* all = answer->find("approvals");
  if (!all || !all->as_list()) return Exit::done;
  const auto say = [&](const char* key) { return texts::text(console.language, key); };
  Table table{std::vector<Table::Align>(4, Table::Align::left)};
  table.add({say("approval.column.number"), say("approval.column.what"), say("approval.column.by"),
             say("approval.column.waits")});
  for (const Value& one : *all->as_list()) {
    const char* waits = one.bool_at("expired")   ? "approval.expired"
                        : !one.bool_at("counts") ? "approval.counts_no_more"
                        : one.bool_at("yours")   ? "approval.for_another"
                                                 : "approval.for_you";
    table.add({std::to_string(one.int_at("approval")), one.text_at("what"), one.text_at("asked_by"),
               say(waits)});
  }
  table.print(console.out);
  return Exit::done;
}

Exit approval_sign(const Console& console, const ApprovalNumber& what) {
  return call_and_print(console, what.remote,
                        {.method = "POST",
                         .path = "/approvals/" + std::to_string(what.number) + "/sign",
                         .body = "{}"});
}

Exit approval_withdraw(const Console& console, const ApprovalNumber& what) {
  return call_and_print(console, what.remote,
                        {.method = "POST",
                         .path = "/approvals/" + std::to_string(what.number) + "/withdraw",
                         .body = "{}"});
}

}  // namespace bashu::cli
