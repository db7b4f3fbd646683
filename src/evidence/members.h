// Reads a record with fixed members: an unknown, missing or mistyped one makes the whole unsound
// (docs/formats/evidence.md section 3, rule 6).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/value.h"
#include "evidence/grammar.h"

namespace bashu::evidence {

// Each reading answers an empty value once something is wrong; ask sound() at the end.
class Members {
 public:
  explicit Members(const Value& value) : record_{value.as_record()}, sound_{record_ != nullptr} {}

  [[nodiscard]] const Value& any(std::string_view name) {
    static const Value kNone;
    const auto it = record_ ? record_->find(name) : Value::Record::const_iterator{};
    if (!record_ || it == record_->end()) {
      sound_ = false;
      return kNone;
    }
    ++read_;
    return it->second;
  }
  [[nodiscard]] std::string text(std::string_view name) {
    const std::string* text = any(name).as_text();
    require(text != nullptr);
    return text ? *text : std::string{};
  }
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t min,
                                     std::int64_t max = kIntegerMax) {
    const std::int64_t* number = any(name).as_int();
    require(number && *number >= min && *number <= max);
    return number ? *number : 0;
  }
  // A text in base64url; `size` bytes, or any number if 0.
  [[nodiscard]] std::string bytes(std::string_view name, std::size_t size = 0) {
    auto bytes = from_base64url(text(name));
    require(bytes && (size == 0 || bytes->size() == size));
    return bytes ? *std::move(bytes) : std::string{};
  }
  [[nodiscard]] const Value::List& list(std::string_view name) {
    static const Value::List kNone;
    const Value::List* list = any(name).as_list();
    require(list != nullptr);
    return list ? *list : kNone;
  }

  void require(bool fact) { sound_ = sound_ && fact; }
  // True if every reading succeeded and every member was read, each once.
  [[nodiscard]] bool sound() const { return sound_ && read_ == record_->size(); }

 private:
  const Value::Record* record_;
  std::size_t read_ = 0;
  bool sound_;
};

}  // namespace bashu::evidence
