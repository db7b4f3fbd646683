#include "packs/yaml.h"

#include <re2/re2.h>
#include <yaml.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"

namespace bashu::packs {

namespace {

constexpr std::size_t kTextMax = 4U << 20;
constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kValuesMax = 500'000;
constexpr std::size_t kFindingsMax = 100;
// All paths together: a long name above many values would otherwise be copied for each of them.
constexpr std::size_t kPathBytesMax = 16U << 20;
constexpr std::int64_t kLargest = 9'007'199'254'740'991;  // 2^53 - 1

constexpr std::string_view kNextLine = "\xc2\x85";           // U+0085
constexpr std::string_view kLineSeparator = "\xe2\x80\xa8";  // U+2028
constexpr std::string_view kParagraphSeparator = "\xe2\x80\xa9";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Plain words that some reader of YAML 1.1 or 1.2 takes for a truth value, nothing or a number.
bool is_trap(std::string_view word) {
  static const re2::RE2 trap{
      "(?i)y|yes|n|no|on|off|~|null|true|false"
      "|[-+]?([0-9][0-9_]*(\\.[0-9_]*)?(e[-+]?[0-9]+)?|\\.[0-9][0-9_]*(e[-+]?[0-9]+)?"
      "|\\.inf|\\.nan|0x[0-9a-f]+|0o?[0-7]+|0b[01_]+|[0-9]+(:[0-9][0-9]?)+)"};
  return re2::RE2::FullMatch({word.data(), word.size()}, trap);
}

bool is_integer(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  if (word.empty() || (word[0] == '0' && word.size() > 1)) return false;
  return word.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string{"''"} : std::string{c};
  return text + "'";
}

// What to write instead of a trap.
std::string trap_advice(std::string_view word) {
  const std::string in_quotes = "write " + quoted(word) + " if it is text";
  const char first = word[0];
  const bool is_word = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
  if (first == '~' || (is_word && word.size() == 4 && (word[1] | 0x20) == 'u')) {
    return std::string{word} + " may be read as nothing: " + in_quotes + ", else null";
  }
  if (is_word) {
    return std::string{word} + " may be read as true or false: " + in_quotes +
           ", else true or false";
  }
  if (word.find(':') != std::string_view::npos) {
    return std::string{word} + " may be read as a number: " + in_quotes;
  }
  return std::string{word} + " is no plain integer such as 0, -5 or 1500: " + in_quotes +
         ", else an integer in the smallest unit";
}

// libyaml's structures, freed by themselves.
class Parser {
 public:
  explicit Parser(std::string_view text) {
    BASHU_ASSERT(yaml_parser_initialize(&parser_) == 1);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Parser() { yaml_parser_delete(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  yaml_parser_t* get() { return &parser_; }

 private:
  yaml_parser_t parser_{};
};

class Event {
 public:
  explicit Event(Parser& parser) : read_{yaml_parser_parse(parser.get(), &event_) == 1} {}
  ~Event() { yaml_event_delete(&event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  [[nodiscard]] bool read() const { return read_; }
  const yaml_event_t* operator->() const { return &event_; }

 private:
  yaml_event_t event_{};
  bool read_;
};

Position position(const yaml_mark_t& mark) {
  return {.line = static_cast<int>(mark.line) + 1, .column = static_cast<int>(mark.column) + 1};
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_{text} {}

  Document read() {
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
    if (text_.size() > kTextMax) {
      find({}, "the file is larger than 4 MiB: move what is not part of the pack elsewhere");
    } else if (check_encoding()) {
      check_characters();
      read_events();
    }
    return std::move(document_);
  }

 private:
  struct Frame {
    Value container;
    std::size_t path_size = 0;  // of the path to this container
    std::string name;           // of the member whose value comes next
    bool flow = false;          // written in brackets or braces
    bool expects_name = false;
    bool drop = false;  // the member's name was refused; its value is only checked
  };

  void find(Position at, std::string text) {
    if (document_.findings.size() < kFindingsMax) {
      document_.findings.push_back(
          {.line = at.line, .column = at.column, .path = path_, .text = std::move(text)});
    } else if (document_.findings.size() == kFindingsMax) {
      document_.findings.push_back({.text = "there are more faults than are listed here"});
    }
  }

  bool check_encoding() {
    if (is_utf8(text_)) return true;
    Position at{.line = 1};
    for (std::string_view rest = text_; !rest.empty(); ++at.line) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      if (!is_utf8(line)) find(at, "this line is not UTF-8: save the file as UTF-8");
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return false;
  }

  // What libyaml would take, but not every reader in the same way.
  void check_characters() {
    Position at{.line = 1};
    for (std::string_view rest = text_; !rest.empty(); ++at.line) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      const auto column = [&](std::size_t offset) {
        return static_cast<int>(utf8_length(line.substr(0, offset))) + 1;
      };
      if (const std::size_t tab = line.find('\t'); tab != std::string_view::npos) {
        at.column = column(tab);
        find(at, "a tab: write spaces, or \\t in double quotes if it belongs to a text");
      }
      if (line.starts_with(kByteOrderMark)) {
        at.column = 1;
        find(at, "a byte order mark within the file: remove it");
      }
      for (const std::string_view end : {kNextLine, kLineSeparator, kParagraphSeparator}) {
        if (const std::size_t found = line.find(end); found != std::string_view::npos) {
          at.column = column(found);
          find(at,
               "a line separator that readers of YAML treat differently (U+0085, U+2028, U+2029): "
               "end the line, or write it with \\u in double quotes");
        }
      }
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
  }

  void read_events() {
    Parser parser{text_};
    int documents = 0;
    for (bool more = true; more;) {
      const Event event{parser};
      if (!event.read()) return find_syntax_error(*parser.get());
      const Position at = position(event->start_mark);
      switch (event->type) {
        case YAML_DOCUMENT_START_EVENT:
          if (++documents > 1)
            return find(at, "a second document: a file holds one, remove the ---");
          break;
        case YAML_ALIAS_EVENT:
          begin(at);
          find(at, "an alias (*): write the content out where it is meant");
          more = count(at);
          place(Value{});
          break;
        case YAML_SCALAR_EVENT: {
          const auto& data = event->data.scalar;
          check_properties(at, data.anchor, data.tag);
          const std::string_view text{reinterpret_cast<const char*>(data.value), data.length};
          const bool plain = data.style == YAML_PLAIN_SCALAR_STYLE;
          if (plain) check_flow_word(at, text);
          if (!open_.empty() && open_.back().expects_name) {
            name(at, text, plain);
          } else {
            begin(at);
            more = count(at);
            place(value_of(at, text, plain));
          }
          break;
        }
        case YAML_SEQUENCE_START_EVENT:
          check_properties(at, event->data.sequence_start.anchor, event->data.sequence_start.tag);
          more = open(at, Value{Value::List{}},
                      event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
          break;
        case YAML_MAPPING_START_EVENT:
          check_properties(at, event->data.mapping_start.anchor, event->data.mapping_start.tag);
          more = open(at, Value{Value::Record{}},
                      event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
          break;
        case YAML_SEQUENCE_END_EVENT:
        case YAML_MAPPING_END_EVENT:
          close();
          break;
        case YAML_STREAM_END_EVENT:
          more = false;
          break;
        default:
          break;
      }
    }
    if (documents == 0) find({.line = 1, .column = 1}, "the file is empty");
  }

  void find_syntax_error(const yaml_parser_t& parser) {
    std::string text = parser.problem ? parser.problem : "not YAML";
    if (parser.context) text += std::string{" "} + parser.context;
    if (parser.error == YAML_READER_ERROR) {
      const std::string_view before =
          text_.substr(0, std::min(parser.problem_offset, text_.size()));
      const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
      Position at{.line = 1};
      for (const char c : before) at.line += c == '\n';
      at.column = static_cast<int>(utf8_length(before.substr(line_begin))) + 1;
      return find(at, text);
    }
    find(position(parser.problem_mark), text);
  }

  template <typename Text>
  void check_properties(Position at, const Text* anchor, const Text* tag) {
    if (anchor) find(at, "an anchor (&): write the content out where it is meant");
    if (tag) find(at, "a tag (!): the type of a value is said by the pack, remove it");
  }

  // YAML 1.1 ends such a word at a question mark.
  void check_flow_word(Position at, std::string_view text) {
    if (open_.empty() || !open_.back().flow || text.find('?') == std::string_view::npos) return;
    find(at, "a ? in an unquoted text between brackets or braces: write " + quoted(text));
  }

  bool count(Position at) {
    if (open_.size() >= kDepthMax) {
      find(at, "values lie more than 64 levels deep");
      return false;
    }
    if (++values_ > kValuesMax) {
      find(at, "the file holds more than 500,000 values");
      return false;
    }
    return true;
  }

  Value value_of(Position at, std::string_view text, bool plain) {
    if (!plain) {
      check_text(at, text);
      return Value{text};
    }
    if (text == "true" || text == "false") return Value{text == "true"};
    if (text == "null") return Value{};
    if (text.empty()) {
      find(at,
           "an empty value: write '' for an empty text, or null; a text that holds a comma is "
           "quoted");
    } else if (is_integer(text) && text != "-0") {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc{} && number <= kLargest && number >= -kLargest) return Value{number};
      find(at,
           std::string{text} + " lies beyond 9007199254740991: write it in quotes if it is text");
    } else if (is_trap(text)) {
      find(at, trap_advice(text));
    } else {
      check_text(at, text);
      return Value{text};
    }
    return Value{};
  }

  void check_text(Position at, std::string_view text) {
    if (is_json_text(text)) return;
    find(at, "a text holds U+0000 or a noncharacter (U+FFFE and the like): remove it");
  }

  void name(Position at, std::string_view text, bool plain) {
    Frame& frame = open_.back();
    frame.expects_name = false;
    frame.name = text;
    enter(frame);
    const std::size_t found = document_.findings.size();
    if (plain && text == "<<") {
      find(at, "a merge key (<<): write the members out");
    } else if (plain && text.empty()) {
      find(at, "a name is missing before the colon");
    } else if (plain && is_trap(text) && !is_integer(text)) {
      find(at, "as a name, " + trap_advice(text));
    } else if (frame.container.find(text)) {
      find(at, "the name " + quoted(text) + " is here a second time: keep one");
    } else {
      check_text(at, text);
    }
    frame.drop = document_.findings.size() != found;
    if (!frame.drop) remember(at);
  }

  // The path leads to the value that comes next in `frame`.
  void enter(const Frame& frame) {
    path_.resize(frame.path_size);
    if (frame.container.as_record()) {
      if (!path_.empty()) path_ += '.';
      path_ += frame.name;
    } else {
      path_ += '[' + std::to_string(frame.container.as_list()->size()) + ']';
    }
  }

  void remember(Position at) {
    path_bytes_ += path_.size();
    if (path_bytes_ <= kPathBytesMax) document_.positions.emplace(path_, at);
  }

  // Before a value. That of a member has its path and position from the name.
  void begin(Position at) {
    if (open_.empty()) {
      remember(at);
    } else if (open_.back().container.as_list()) {
      enter(open_.back());
      remember(at);
    } else if (open_.back().expects_name) {
      find(at, "a list, record or alias as a name: a name is one word");
    }
  }

  bool open(Position at, Value container, bool flow) {
    if (!count(at)) return false;
    begin(at);
    const bool record = container.as_record() != nullptr;
    open_.push_back({.container = std::move(container),
                     .path_size = path_.size(),
                     .name = {},
                     .flow = flow,
                     .expects_name = record,
                     .drop = false});
    return true;
  }

  void close() {
    Value done = std::move(open_.back().container);
    path_.resize(open_.back().path_size);
    open_.pop_back();
    place(std::move(done));
  }

  void place(Value value) {
    if (open_.empty()) {
      document_.root = std::move(value);
      return;
    }
    Frame& frame = open_.back();
    if (Value::List* list = frame.container.as_list()) {
      list->push_back(std::move(value));
    } else if (frame.expects_name) {  // no name: refused by begin()
      frame.expects_name = false;
      frame.drop = true;
    } else {
      frame.expects_name = true;
      if (!frame.drop) frame.container.as_record()->emplace(frame.name, std::move(value));
    }
    path_.resize(frame.path_size);
  }

  std::string_view text_;
  Document document_;
  std::vector<Frame> open_;
  std::string path_;
  std::size_t path_bytes_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Position Document::at(std::string_view path) const {
  std::string moved;
  for (std::string_view head = path; !origins.empty() && !head.empty();) {
    if (const auto it = origins.find(head); it != origins.end()) {
      moved = it->second + std::string{path.substr(head.size())};
      path = moved;
      break;
    }
    const std::size_t cut = head.find_last_of(".[");
    head = head.substr(0, cut == std::string_view::npos ? 0 : cut);
  }
  while (true) {
    if (const auto it = positions.find(path); it != positions.end()) return it->second;
    if (path.empty()) return {};
    const std::size_t cut = path.find_last_of(".[");
    path = path.substr(0, cut == std::string_view::npos ? 0 : cut);
  }
}

Document read_yaml(std::string_view text) {
  Document document = Reader{text}.read();
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (document.findings.empty() || first == std::string_view::npos || text[first] != '{' ||
      text.size() > kTextMax) {
    return document;
  }
  // JSON that YAML cannot say: names over 1,024 characters, escaped surrogate pairs, tabs.
  auto json = parse_json(text, {.depth = static_cast<int>(kDepthMax), .values = kValuesMax});
  if (json) return {.root = std::move(*json), .positions = {}, .findings = {}, .origins = {}};
  return document;
}

}  // namespace bashu::packs
