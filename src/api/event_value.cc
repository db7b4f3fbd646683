#include "api/event_value.h"

#include <concepts>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/privacy.h"
#include "core/event_fields.h"

namespace bashu::api {

namespace {

using namespace core;  // the events are spelled as they are there

// A member as it is told, by its type.
Value told(const std::string& text) { return text; }
Value told(std::int64_t number) { return number; }
Value told(bool flag) { return flag; }
Value told(TaskKind kind) { return static_cast<std::int64_t>(kind); }
Value told(Date date) { return date.text(); }
Value told(const Value& value) { return mask(value); }
Value told(const Account& a) {
  return Value::Record{{"book", a.book}, {"kind", a.kind}, {"key", a.key}};
}
Value told(const std::pair<std::string, Value>& entry) {
  return Value::List{entry.first, mask(entry.second)};
}
template <typename T>
Value told(const std::optional<T>& member) {
  return member ? told(*member) : Value{};
}
template <typename T>
Value told(const std::vector<T>& list) {
  Value::List out;
  for (const T& one : list) out.push_back(told(one));
  return out;
}
template <std::derived_from<std::string> Text>  // a title, the parties of a case
Value told(const std::map<std::string, Text, std::less<>>& names) {
  Value::Record out;
  for (const auto& [name, text] : names) out.emplace(name, text);
  return out;
}

template <typename E>
Value::Record tell(const E& event) {
  Value::Record out{{"event", event_name(event)}};
  each_told(event, [&](const auto& member, const char* name) { out.emplace(name, told(member)); });
  return out;
}
Value::Record tell(const PackAdopted& event) {
  Value::Record out = tell<PackAdopted>(event);
  out.emplace("with_source", !event.source.empty());
  return out;
}
Value::Record tell(const FeedTaken& e) {
  Value::List lines;
  for (const FeedLine& line : e.lines) {
    Value::List postings;
    for (const Posted& one : line.postings) postings.push_back(tell(one));
    Value::List records;
    for (const RecordPut& one : line.records) records.push_back(tell(one));
    lines.push_back(Value::Record{
        {"key", line.key}, {"postings", std::move(postings)}, {"records", std::move(records)}});
  }
  return {{"event", "feed_taken"}, {"feed", e.feed}, {"lines", std::move(lines)}};
}
}  // namespace

Value event_value(const core::Event& event) {
  return std::visit([](const auto& one) { return Value{tell(one)}; }, event);
}

Value entry_value(const node::Entry& entry) {
  Value::List events;
  for (const core::Event& event : entry.events) events.push_back(event_value(event));
  Value::Record record{{"position", entry.index},
                       {"time_ms", entry.time_ms},
                       {"kind", entry.kind},
                       {"events", std::move(events)}};
  if (!entry.outcome.empty()) record["outcome"] = entry.outcome;
  if (!entry.reason.empty()) record["reason"] = entry.reason;
  if (!entry.channel.empty()) {
    record["channel"] = entry.channel;
    record["seq"] = entry.seq;
  }
  return record;
}

}  // namespace bashu::api
