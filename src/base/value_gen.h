// Random values for property tests: any Value that strict JSON can say, at most four levels deep.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/value.h"

namespace bashu {

// One character that strict JSON allows; often one that needs an escape or several bytes.
inline rc::Gen<std::string> any_character() {
  return rc::gen::map(
      rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0x20, 0x7f),
                     rc::gen::inRange<std::uint32_t>(1, 0x20),
                     rc::gen::inRange<std::uint32_t>(0x80, 0xd800),
                     rc::gen::inRange<std::uint32_t>(0xe000, 0xfdd0),
                     rc::gen::inRange<std::uint32_t>(0xfdf0, 0xfffe),
                     rc::gen::inRange<std::uint32_t>(0x10000, 0x1fffe),
                     rc::gen::inRange<std::uint32_t>(0x20000, 0x2fffe),
                     rc::gen::inRange<std::uint32_t>(0x100000, 0x10fffe)),
      [](std::uint32_t code) {
        const auto tail = [&](unsigned shift) {
          return static_cast<char>(0x80 | ((code >> shift) & 0x3f));
        };
        if (code < 0x80) return std::string{static_cast<char>(code)};
        if (code < 0x800) return std::string{static_cast<char>(0xc0 | (code >> 6)), tail(0)};
        if (code < 0x10000) {
          return std::string{static_cast<char>(0xe0 | (code >> 12)), tail(6), tail(0)};
        }
        return std::string{static_cast<char>(0xf0 | (code >> 18)), tail(12), tail(6), tail(0)};
      });
}

inline rc::Gen<std::string> any_text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(any_character()),
                      [](const std::vector<std::string>& characters) {
                        std::string text;
                        for (const std::string& character : characters) text += character;
                        return text;
                      });
}

inline rc::Gen<std::int64_t> any_integer() {
  constexpr std::int64_t kLargest = 9'007'199'254'740'991;
  return rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-kLargest, kLargest + 1),
                        rc::gen::inRange<std::int64_t>(-100, 101),
                        rc::gen::element(kLargest, -kLargest));
}

inline rc::Gen<Value> any_value(int depth = 4) {
  const auto scalar = rc::gen::oneOf(
      rc::gen::map(any_integer(), [](std::int64_t n) { return Value{n}; }),
      rc::gen::map(any_text(), [](std::string text) { return Value{std::move(text)}; }),
      rc::gen::element(Value{}, Value{true}, Value{false}));
  if (depth <= 1) return scalar;
  const auto inner = rc::gen::scale(0.3, rc::gen::lazy([=] { return any_value(depth - 1); }));
  return rc::gen::oneOf(scalar,
                        rc::gen::map(rc::gen::container<Value::List>(inner),
                                     [](Value::List list) { return Value{std::move(list)}; }),
                        rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, Value>>>(
                                         rc::gen::pair(any_text(), inner)),
                                     [](std::vector<std::pair<std::string, Value>> members) {
                                       Value::Record record;
                                       for (auto& [name, value] : members)
                                         record[name] = std::move(value);
                                       return Value{std::move(record)};
                                     }));
}

}  // namespace bashu
