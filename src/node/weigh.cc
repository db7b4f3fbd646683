// How large events will be, before they are encoded.

#include <algorithm>
#include <concepts>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/event_fields.h"
#include "node/codec.h"

namespace bashu::node {

namespace {

// Upper bounds: a field has at most 12 bytes of tag and length beside its content.
class Meter {
 public:
  Weight weight;

  // Numbers and a day have room in the frame.
  void add(std::int64_t /*number*/) {}
  void add(bool /*flag*/) {}
  void add(core::TaskKind /*kind*/) {}
  void add(Date /*date*/) {}
  void add(const std::optional<Date>& /*date*/) {}
  void add(const std::optional<std::string>& text) {
    if (text) add(*text);
  }
  void add(const std::vector<Date>& dates) { weight.bytes += 12 * dates.size(); }
  void add(const std::string& text) { weight.bytes += 12 + text.size(); }
  void add(const core::Account& account) {
    add(account.book);
    add(account.kind);
    add(account.key);
  }
  template <typename T>
  void add(const std::vector<T>& list) {
    for (const T& item : list) add(item);
  }
  template <typename A, typename B>
  void add(const std::pair<A, B>& pair) {
    weight.bytes += 12;
    add(pair.first);
    add(pair.second);
  }
  template <std::derived_from<std::string> Text>  // a title, the parties of a case
  void add(const std::map<std::string, Text, std::less<>>& map) {
    for (const auto& [name, text] : map) {
      weight.bytes += 12;
      add(name);
      add(text);
    }
  }
  void add(const Value& value) { add(value, 1); }
  void add(const Value& value, int depth) {
    weight.bytes += 24;
    weight.depth = std::max(weight.depth, depth);
    if (depth > kValueDepthMax) return;
    if (const std::string* text = value.as_text()) {
      weight.bytes += text->size();
    } else if (const Value::List* list = value.as_list()) {
      for (const Value& item : *list) add(item, depth + 1);
    } else if (const Value::Record* record = value.as_record()) {
      for (const auto& [name, item] : *record) {
        add(name);
        add(item, depth + 1);
      }
    }
  }
  void event(const auto& e) {
    weight.bytes += 80;  // frame and numbers
    core::each_written(e, [this](const auto& member) { add(member); });
  }
  void event(const core::FeedTaken& e) {
    weight.bytes += 80;
    add(e.feed);
    weight.events += e.lines.size();
    for (const core::FeedLine& line : e.lines) {
      weight.bytes += 28 + line.key.size();
      for (const core::Posted& posting : line.postings) {
        weight.bytes += 48 + posting.id.size();
        // Listed once each, but nothing says so beforehand.
        weight.bytes += posting.from.book.size() + posting.from.kind.size() +
                        posting.from.key.size() + posting.to.book.size() + posting.to.kind.size() +
                        posting.to.key.size();
      }
      for (const core::RecordPut& record : line.records) event(record);
    }
  }
};

}  // namespace

Weight weigh(const std::vector<core::Event>& events) {
  Meter meter;
  meter.weight.events = events.size();
  for (const core::Event& event : events) {
    std::visit([&](const auto& one) { meter.event(one); }, event);
  }
  return meter.weight;
}

}  // namespace bashu::node
