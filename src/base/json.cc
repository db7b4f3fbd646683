#include "base/json.h"

#include <boost/json/basic_parser_impl.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <expected>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json_append.h"

namespace bashu {

namespace {

namespace json = boost::json;

constexpr std::int64_t kLargest = 9'007'199'254'740'991;  // 2^53 - 1

// True if well-formed UTF-8 `text` has U+0000 or a noncharacter (U+FDD0..FDEF, U+nFFFE, U+nFFFF).
bool has_forbidden_character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t byte = at(i);
    if (byte == 0) return true;
    if (byte < 0xef) continue;
    const std::uint8_t second = at(i + 1);
    const std::uint8_t third = at(i + 2);
    if (byte == 0xef) {
      if (second == 0xb7 && third >= 0x90 && third <= 0xaf) return true;
      if (second == 0xbf && third >= 0xbe) return true;
    } else if ((second & 0x0f) == 0x0f && third == 0xbf && at(i + 3) >= 0xbe) {
      return true;
    }
  }
  return false;
}

// Builds the Value while the text is read, so that a limit or a rule stops the reading at once.
// Each value is made where it stays: a list does not grow while one of its elements is being read,
// and what is in a record never moves.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  explicit Builder(JsonLimits limits) : limits_{limits} {}

  Value root;
  const char* refused = nullptr;  // the rule that was broken

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code& ec) { return open(Value::Record{}, ec); }
  bool on_object_end(std::size_t, json::error_code&) { return close(); }
  bool on_array_begin(json::error_code& ec) { return open(Value::List{}, ec); }
  bool on_array_end(std::size_t, json::error_code&) { return close(); }

  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    pending_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
    std::string name = whole(part);
    if (has_forbidden_character(name)) return refuse("character", ec);
    Frame& frame = open_.back();
    Value::Record& record = *frame.container->as_record();
    const std::size_t before = record.size();
    // Most writers put the names in order: the end is where the next one goes.
    frame.member = &record.try_emplace(record.end(), std::move(name))->second;
    if (record.size() == before) return refuse("duplicate", ec);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    pending_.append(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
    std::string text = whole(part);
    if (has_forbidden_character(text)) return refuse("character", ec);
    return scalar(std::move(text), ec);
  }

  // A number is judged by its text: the parser's own conversions accept more than is allowed.
  bool on_number_part(json::string_view part, json::error_code&) {
    pending_.append(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t, json::string_view text, json::error_code& ec) {
    return number(text, ec);
  }
  bool on_uint64(std::uint64_t, json::string_view text, json::error_code& ec) {
    return number(text, ec);
  }
  bool on_double(double, json::string_view text, json::error_code& ec) { return number(text, ec); }

  bool on_bool(bool flag, json::error_code& ec) { return scalar(flag, ec); }
  bool on_null(json::error_code& ec) { return scalar(Value{}, ec); }
  // Comments are off: the parser reports them as a syntax error before it comes here.
  bool on_comment_part(json::string_view, json::error_code& ec) { return refuse("syntax", ec); }
  bool on_comment(json::string_view, json::error_code& ec) { return refuse("syntax", ec); }

 private:
  struct Frame {
    Value* container;
    Value* member = nullptr;  // of a record: the one being read
  };

  bool refuse(const char* code, json::error_code& ec) {
    refused = code;
    ec = json::error::syntax;
    return false;
  }

  bool count(json::error_code& ec) {
    if (std::cmp_greater_equal(open_.size(), limits_.depth)) return refuse("depth", ec);
    if (++values_ > limits_.values) return refuse("nodes", ec);
    return true;
  }

  bool open(Value container, json::error_code& ec) {
    if (!count(ec)) return false;
    Value& place = next();
    place = std::move(container);
    open_.push_back({.container = &place});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  template <typename Held>
  bool scalar(Held&& held, json::error_code& ec) {
    if (!count(ec)) return false;
    next() = Value{std::forward<Held>(held)};
    return true;
  }

  // Where the next value belongs.
  Value& next() {
    if (open_.empty()) return root;
    const Frame& frame = open_.back();
    if (Value::List* list = frame.container->as_list()) return list->emplace_back();
    return *frame.member;
  }

  // A text that came in parts, or in one.
  std::string whole(json::string_view last) {
    if (pending_.empty()) return std::string{last.data(), last.size()};
    pending_.append(last.data(), last.size());
    return std::exchange(pending_, {});
  }

  bool number(json::string_view last, json::error_code& ec) {
    std::int64_t value = 0;
    const std::string parts = pending_.empty() ? std::string{} : whole(last);
    const std::string_view text =
        parts.empty() ? std::string_view{last.data(), last.size()} : std::string_view{parts};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || text == "-0" || value > kLargest ||
        value < -kLargest) {
      return refuse("number", ec);
    }
    return scalar(value, ec);
  }

  JsonLimits limits_;
  std::vector<Frame> open_;
  std::string pending_;  // a text or number that comes in parts
  std::size_t values_ = 0;
};

const char* code_of(const json::error_code& ec) {
  if (ec == json::error::too_deep) return "depth";
  if (ec == json::error::illegal_leading_surrogate ||
      ec == json::error::illegal_trailing_surrogate) {
    return "character";
  }
  if (ec == json::error::exponent_overflow || ec == json::error::not_number) return "number";
  return "syntax";
}

constexpr auto kEscaped = [] {
  std::array<bool, 256> escaped{};
  for (std::size_t c = 0; c < 0x20; ++c) escaped[c] = true;
  escaped['"'] = escaped['\\'] = true;
  return escaped;
}();

void write_escape(std::string& out, char c) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    default:
      out += "\\u00";
      out += kHexDigits[static_cast<std::uint8_t>(c) >> 4];
      out += kHexDigits[static_cast<std::uint8_t>(c) & 15];
  }
}

// What stands for itself goes as one piece: nearly all of it does.
void write_text(std::string& out, std::string_view text) {
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kEscaped[static_cast<std::uint8_t>(text[i])]) continue;
    out.append(text.substr(from, i - from));
    write_escape(out, text[i]);
    from = i + 1;
  }
  out.append(text.substr(from));
  out += '"';
}

// `indent` < 0 writes no white space at all.
void write(std::string& out, const Value& value, int indent) {
  const auto line = [&](int depth) {
    if (depth < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(depth) * 2, ' ');
  };
  const int inner = indent < 0 ? -1 : indent + 1;
  if (const std::string* text = value.as_text()) {
    write_text(out, *text);
  } else if (const std::int64_t* number = value.as_int()) {
    char digits[24];
    // A sum that not every reader of JSON can hold is a text: parse_json would refuse the number.
    const bool exact = *number <= kLargest && *number >= -kLargest;
    if (!exact) out += '"';
    out.append(digits, std::to_chars(digits, digits + sizeof digits, *number).ptr);
    if (!exact) out += '"';
  } else if (const bool* flag = value.as_bool()) {
    out += *flag ? "true" : "false";
  } else if (const Value::Record* record = value.as_record()) {
    out += '{';
    bool first = true;
    for (const auto& [name, member] : *record) {
      if (!std::exchange(first, false)) out += ',';
      line(inner);
      write_text(out, name);
      out += indent < 0 ? ":" : ": ";
      write(out, member, inner);
    }
    if (!record->empty()) line(indent);
    out += '}';
  } else if (const Value::List* list = value.as_list()) {
    out += '[';
    bool first = true;
    for (const Value& element : *list) {
      if (!std::exchange(first, false)) out += ',';
      line(inner);
      write(out, element, inner);
    }
    if (!list->empty()) line(indent);
    out += ']';
  } else {
    out += "null";
  }
}

}  // namespace

std::expected<Value, JsonError> parse_json(std::string_view text, JsonLimits limits) {
  if (text.starts_with("\xef\xbb\xbf")) return std::unexpected{JsonError{.code = "bom"}};
  if (const auto fault = utf8_fault(text)) {
    return std::unexpected{JsonError{.code = "utf8", .offset = *fault}};
  }
  json::parse_options options;
  options.max_depth = static_cast<std::size_t>(limits.depth < 0 ? 0 : limits.depth);
  json::basic_parser<Builder> parser{options, limits};
  json::error_code ec;
  std::size_t end = parser.write_some(false, text.data(), text.size(), ec);
  if (ec) {
    const char* refused = parser.handler().refused;
    return std::unexpected{JsonError{.code = refused ? refused : code_of(ec), .offset = end}};
  }
  end = std::min(text.find_first_not_of(" \t\r\n", end), text.size());
  if (end != text.size()) return std::unexpected{JsonError{.code = "syntax", .offset = end}};
  return std::move(parser.handler().root);
}

bool is_json_text(std::string_view text) { return is_utf8(text) && !has_forbidden_character(text); }

std::string canonical_json(const Value& value) {
  std::string out;
  append_canonical_json(out, value);
  return out;
}

void append_canonical_json(std::string& text, const Value& value) { write(text, value, -1); }

std::string pretty_json(const Value& value) {
  std::string out;
  write(out, value, 0);
  return out;
}

}  // namespace bashu
