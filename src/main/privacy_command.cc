// bashu privacy find|report|erase|hold|restrict|end|list: personal values of a subject.
// `list` also says what goes next because its time is over.

#include <algorithm>
#include <iostream>
#include <iterator>
#include <ostream>
#include <string>

#include "base/json.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/table.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// `-` reads it: a person's number does not belong among the arguments of a process.
std::string subject_of(const std::string& told) {
  if (told != "-") return told;
  std::string line;
  std::getline(std::cin, line);
  return line;
}

const Value::List& list_at(const Value& value, std::string_view name) {
  static const Value::List kNone;
  const Value* member = value.find(name);
  return member && member->as_list() ? *member->as_list() : kNone;
}

std::string say(const Console& console, const std::string& key, const texts::Places& places = {}) {
  return texts::text(console.language, key, places);
}

void print_orders(const Console& console, const Value::List& orders) {
  if (orders.empty()) return;
  Table table{std::vector<Table::Align>(6, Table::Align::left)};
  table.add({say(console, "privacy.column.order"), say(console, "privacy.column.kind"),
             say(console, "privacy.column.standing"), say(console, "privacy.column.on"),
             say(console, "privacy.column.subject"), say(console, "privacy.column.reason")});
  for (const Value& one : orders) {
    std::string standing = one.text_at("standing");
    for (const Value& answer : list_at(one, "answers")) {
      const std::string on = answer.text_at("on");
      standing += ", " + answer.text_at("party") + ": " +
                  (on.empty()                        ? say(console, "privacy.no_answer")
                   : list_at(answer, "kept").empty() ? on
                                                     : answer.text_at("reason"));
    }
    table.add({std::to_string(one.int_at("order")), one.text_at("kind"), standing,
               one.text_at("on"), one.text_at("subject"), one.text_at("reason")});
  }
  table.print(console.out);
}

void print_due(const Console& console, const Value& answer) {
  const Value::List& due = list_at(answer, "due");
  if (due.empty()) return;
  using enum Table::Align;
  Table table{{left, left, left, right, left}};
  table.add({say(console, "privacy.column.due"), say(console, "privacy.column.case"),
             say(console, "privacy.column.service"), say(console, "privacy.column.keys"),
             say(console, "privacy.column.source")});
  for (const Value& one : due) {
    std::string cases;
    for (const char* places : {"cases", "records"}) {
      for (const Value& id : list_at(one, places))
        cases += (cases.empty() ? "" : " ") + *id.as_text();
    }
    table.add({one.text_at("due"), cases, one.text_at("pack") + "/" + one.text_at("service"),
               std::to_string(one.int_at("keys")), one.text_at("reason")});
  }
  table.print(console.out);
  const std::int64_t more = answer.int_at("due_in_all") - static_cast<std::int64_t>(due.size());
  if (more > 0) {
    console.out << say(console, "privacy.more_due", {{"count", std::to_string(more)}}) << '\n';
  }
}

Exit show(const Console& console, const SubjectNamed& what, const char* path) {
  const auto answer =
      call(console, what.remote,
           {.method = "POST",
            .path = path,
            .body = canonical_json(Value::Record{{"subject", subject_of(what.subject)}})});
  if (!answer) return answer.error();
  if (what.remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  console.out << answer->text_at("subject") << '\n';
  for (const Value& place : list_at(*answer, "places")) {
    const std::string id = place.text_at("case");
    console.out << "  " << (id.empty() ? place.text_at("record") : id) << "  "
                << place.text_at("pack") << ' ' << place.text_at("service") << '\n';
    for (const Value& value : list_at(place, "values")) {
      console.out << "    " << value.text_at("path") << "  "
                  << say(console, "privacy.standing." + value.text_at("standing"),
                         {{"on", value.text_at("on")},
                          {"order", std::to_string(value.int_at("order"))}})
                  << '\n';
    }
  }
  console.out << say(console, "privacy.keys", {{"count", std::to_string(answer->int_at("keys"))}})
              << '\n';
  print_orders(console, list_at(*answer, "orders"));
  for (const Value& read : list_at(*answer, "reads")) {
    console.out << read.text_at("principal") << "  " << read.text_at("resource") << "  "
                << read.text_at("purpose") << '\n';
  }
  return Exit::done;
}

Exit write_order(const Console& console, const PrivacyOrder& what, const char* kind) {
  Value::Record body{{"kind", kind}, {"reason", what.reason}};
  if (!what.subject.empty()) body["subject"] = subject_of(what.subject);
  if (what.asked > 0) body["asked"] = what.asked;
  if (!what.until.empty()) body["until"] = what.until;
  return call_and_print(
      console, what.remote,
      {.method = "POST", .path = "/privacy/orders", .body = canonical_json(body)});
}

}  // namespace

Exit privacy_find(const Console& console, const SubjectNamed& what) {
  return show(console, what, "/privacy/find");
}
Exit privacy_report(const Console& console, const SubjectNamed& what) {
  return show(console, what, "/privacy/report");
}
Exit privacy_erase(const Console& console, const PrivacyOrder& what) {
  return write_order(console, what, "erase");
}
Exit privacy_hold(const Console& console, const PrivacyOrder& what) {
  return write_order(console, what, "hold");
}
Exit privacy_restrict(const Console& console, const PrivacyOrder& what) {
  return write_order(console, what, "restrict");
}

Exit privacy_end(const Console& console, const PrivacyEnd& what) {
  return call_and_print(console, what.remote,
                        {.method = "POST",
                         .path = "/privacy/orders/" + std::to_string(what.number) + "/end",
                         .body = canonical_json(Value::Record{{"reason", what.reason}})});
}

Exit privacy_list(const Console& console, const PrivacyList& what) {
  auto answer = call(console, what.remote, {.path = "/privacy/orders"});
  if (!answer) return answer.error();
  Value::Record& whole = *answer->as_record();
  for (std::int64_t next = answer->int_at("next"); next > 0;) {
    const auto more =
        call(console, what.remote, {.path = "/privacy/orders?from=" + std::to_string(next)});
    if (!more) return more.error();
    std::ranges::copy(list_at(*more, "orders"), std::back_inserter(*whole["orders"].as_list()));
    next = more->int_at("next");
  }
  whole.erase("next");
  if (what.remote.json) {
    print_json(console, *answer);
  } else {
    print_orders(console, list_at(*answer, "orders"));
    print_due(console, *answer);
  }
  return Exit::done;
}

}  // namespace bashu::cli
