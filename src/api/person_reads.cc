#include "api/person_reads.h"

#include <cstdint>
#include <map>
#include <utility>

#include "api/reading.h"
#include "api/subjects.h"

namespace bashu::api {

namespace {

constexpr std::size_t kOfPlace = 200;  // newest lines of one case or record

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

}  // namespace

Prepared list_person_reads(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {"person"});
  if (!body) return std::unexpected{body.error()};
  const auto person = text_member(*body, "person");
  if (!person) return std::unexpected{person.error()};
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
  return json_response(
      Value::Record{{"subject", subject->name}, {"reads", std::move(newest)}, {"more", more}});
}

}  // namespace bashu::api
