// What a field may hold. A pack's named types are resolved at load: a Type says everything itself.
//
// check() is the one place where a value's form is judged; the expressions, the core and the HTTP
// edge rely on it. Its JSON Schema rendering (json_schema.h) accepts exactly the same values.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/title.h"
#include "base/value.h"

namespace bashu::packs {

enum class Kind : std::uint8_t {
  text,
  boolean,
  integer,
  money,
  quantity,
  date,
  month,
  choice,
  list,
  record,
  place,
  token,
  document,
  ref,
  digest,
  party,
};

// Who may learn a value, from loosest to strictest. Expressions read the first three.
enum class Class : std::uint8_t { open, internal, token, personal, sensitive };  // open: `public`

struct Type;
using TypePtr = std::shared_ptr<const Type>;
struct Member {
  std::string name;
  TypePtr type;
};

struct Type {
  Kind kind{};
  Class cls = Class::personal;
  Title title;
  Title help;     // what to write, for the person who fills it in; may be empty
  Value example;  // a value of this type; null if the pack gives none
  Title wrong;    // what is wrong with a text that does not fit `pattern`; may be empty
  bool optional = false;
  bool sided = false;                // in a register: one value per party
  std::optional<std::int64_t> min;   // of a number; characters of a text; length of a list
  std::optional<std::int64_t> max;   // also: bytes of a document
  std::vector<std::string> accepts;  // document: media types; empty: any
  std::shared_ptr<const re2::RE2>
      pattern;       // matches the whole text; its source: pattern->pattern()
  std::string unit;  // money, quantity
  int scale = 0;     // decimal places between the unit and the integer stored
  std::vector<std::pair<std::string, Title>> choices;
  TypePtr element;              // list
  std::vector<Member> members;  // record; a register as a type: its fields
  std::string ref_to;           // ref: `register`, `service` or `pack/register`

  [[nodiscard]] const Type* member(std::string_view name) const;
  [[nodiscard]] bool readable() const { return cls <= Class::token; }
};

inline constexpr std::int64_t kNumberMax = 9'007'199'254'740'991;  // 2^53 - 1
inline constexpr std::int64_t kTextLengthMax = 4'000;              // characters
inline constexpr std::int64_t kTokenLengthMax = 200;               // of a token or ref
inline constexpr std::int64_t kNameLengthMax = 255;                // of a document
inline constexpr std::int64_t kListLengthMax = 1'000;

// Both ends included, with the defaults above where the type says less.
struct NumberRange {
  std::int64_t min = 0;
  std::int64_t max = 0;
};
[[nodiscard]] NumberRange number_range(const Type& type);  // integer, money, quantity
[[nodiscard]] NumberRange size_range(const Type& type);    // text, token, ref: characters; list

// What is wrong with a value: path below the field (`loads[2].mass`) and a text per language.
struct FormError {
  std::string path;
  Title why;
};

// Whether `value` has the form of `type`; `path` leads to the value. A sealed value stands for any
// personal or sensitive value: its form was checked where it was sealed. The validity of a place,
// the existence of a ref's target and identifier check digits are not form. A sided type is
// checked as the value of one side. A digest is `sha256:` and 1 to 64 of [0-9a-z]: a shorter one
// can name nothing, and what compares it refuses it with a better reason than its form.
[[nodiscard]] std::optional<FormError> check(const Type& type, const Value& value,
                                             const std::string& path);

// What check() says of a member that is not there and not optional.
[[nodiscard]] FormError missing(const std::string& path);

// True if the value, a record with the member `$sealed`, is ciphertext.
[[nodiscard]] bool is_sealed(const Value& value);

// `{sha256, name}` for a document written as a file name, at any depth; other values as they are.
// Scenarios write documents so; the digest is that of the name.
[[nodiscard]] Value documents_from_names(const Type& type, const Value& value);

}  // namespace bashu::packs
