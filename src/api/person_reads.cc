#include "api/person_reads.h"

#include <cstdint>
#include <map>
#include <utility>

#include "api/reading.h"
#include "api/subjects.h"
#include "base/ids.h"

namespace bashu::api {

namespace {

constexpr std::size_t kOfPlace = 200;    // newest lines of one case or record
constexpr std::size_t kPersonMax = 200;  // bytes of a number, a pseudonym or a case's name

Value read_of(const Value& line, const std::string& about) {
  const Value* fields = line.find("fields");
  Value::Record read{{"time_ms", line.int_at("time_ms")},
                     {"key", line.text_at("key")},
                     {"principal", line.text_at("principal")},
                     {"resource", line.text_at("resource")},
                     {"about", about},
                     {"fields", fields ? *fields : Value{Value::List{}}}};
  if (const Value* purpose = line.find("purpose")) read["purpose"] = *purpose;
  return Value{std::move(read)};
}

// Of a number under which nothing stands here: what looks wrong about it, as forms are told.
Value::List warnings_of(Context& context, const Call& call, std::string_view number) {
  const IdEvidence evidence = check_citizen_number(number, context.shelves.now()->today);
  Value::List list;
  for (const Title& why : evidence.wrong) {
    list.push_back(Value::Record{{"where", "person"}, {"why", in_language(why, call.language)}});
  }
  return list;
}

}  // namespace

Prepared list_person_reads(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {"person"});
  if (!body) return std::unexpected{body.error()};
  const auto person = text_member(*body, "person");
  if (!person) return std::unexpected{person.error()};
  if (person->size() > kPersonMax || normal_person(*person).empty()) {
    return std::unexpected{malformed("person",
                                     "A number, a pseudonym or a case is expected, of at most "
                                     "200 bytes.",
                                     "应为号码、假名或办件编号，不得超过 200 字节。")};
  }
  const auto subject = find_subject(context, call, *person);
  if (!subject) return std::unexpected{subject.error()};
  const std::string asked = "privacy/" + subject->name;
  if (auto noted = account_for(context, call, asked); !noted) {
    return std::unexpected{noted.error()};
  }
  bool more = false;
  std::map<std::int64_t, Value> reads;  // by number of the line: one may be about several places
  const auto add = [&](const std::string& about) {
    const auto lines = accesses_of(context.dir, about, kOfPlace);
    more = more || lines.size() == kOfPlace;
    for (const Value& line : lines) reads.try_emplace(line.int_at("n"), read_of(line, about));
  };
  for (const core::CaseId& id : subject->cases()) add(id);
  for (const std::string& record : subject->records()) add(record);
  add(asked);
  Value::List newest;
  for (auto it = reads.rbegin(); it != reads.rend(); ++it) newest.push_back(std::move(it->second));
  const bool known = !subject->places.empty();
  Value::Record answer{
      {"subject", subject->name}, {"known", known}, {"reads", std::move(newest)}, {"more", more}};
  if (!known && !person->starts_with("t:")) {
    if (auto warnings = warnings_of(context, call, *person); !warnings.empty()) {
      answer["warnings"] = std::move(warnings);
    }
  }
  return json_response(Value{std::move(answer)});
}

}  // namespace bashu::api
