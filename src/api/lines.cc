#include "api/lines.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "api/line_texts.h"
#include "api/privacy.h"
#include "base/json_append.h"
#include "core/feeds/content.h"

namespace bashu::api {

namespace {

// `body` as canonical JSON, with `lines` as its member `list`. `see` is told where in `text` each
// of them stands.
template <typename See>
void write_request(std::string& text, const Value& body, const std::string& list,
                   const std::vector<Value>& lines, const See& see) {
  text += '{';
  for (const auto& [name, member] : *body.as_record()) {
    if (text.size() > 1) text += ',';
    append_canonical_json(text, Value{name});
    text += ':';
    if (name != list) {
      append_canonical_json(text, member);
      continue;
    }
    text += '[';
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) text += ',';
      const std::size_t from = text.size();
      append_canonical_json(text, lines[i]);
      see(std::string_view{text}.substr(from));
    }
    text += ']';
  }
  text += '}';
}

// A line of its own: with the path to it, and its faults to `write`.
Value seal_line(Context& context, const Call& call, const LinesAsked& asked, const Value& line,
                std::size_t number, Write& write) {
  const std::string path = asked.list + "[" + std::to_string(number) + "]";
  auto sealed = seal_form(context, call, asked.type.members, line, path, {}, write);
  if (sealed) return *std::move(sealed);
  std::ranges::move(sealed.error().errors, std::back_inserter(write.faults));
  return {};
}

// Nothing of them is sealed: they are moved, and only what is not as it is kept is changed.
Lines take_open(Context& context, const Call& call, const LinesAsked& asked, const Value& body,
                std::vector<Value> given, Write& write) {
  Lines taken;
  taken.request.reserve(call.request.body.size());
  if (asked.contents) taken.contents.reserve(given.size());
  write_request(taken.request, body, asked.list, given, [&](std::string_view line) {
    if (asked.contents) taken.contents.push_back(core::content_of_text(line));
  });
  const Doubts doubts{.divisions = *context.divisions, .today = context.shelves.now()->today};
  LineTexts texts{asked.type.members, asked.list, doubts};
  taken.lines = std::move(given);
  for (std::size_t i = 0; i < taken.lines.size(); ++i) {
    Value& line = taken.lines[i];
    if (line.as_record() && find_sealed(line, {}).empty()) {
      if (!texts.settle(line, i, write.warnings)) continue;
    } else {
      line = seal_line(context, call, asked, line, i, write);  // refused, and told why
    }
    if (asked.contents) taken.contents[i] = core::content_of(line);
  }
  return taken;
}

// Each line sealed under a key of its own, so that one person's can be forgotten alone. All persons
// are named at once, or nothing of it goes on.
std::expected<Lines, Problem> take_sealed(Context& context, const Call& call,
                                          const LinesAsked& asked, const Value& body,
                                          const std::vector<Value>& given, Write& write) {
  const auto& fields = asked.type.members;
  std::vector<std::string> numbers;
  for (const Value& line : given) {
    std::ranges::move(node::numbers_in(fields, normalised(fields, line)),
                      std::back_inserter(numbers));
  }
  if (const auto named = name_persons(context, numbers); !named) {
    return std::unexpected{named.error()};
  }
  Lines taken;
  taken.lines.reserve(given.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    taken.lines.push_back(seal_line(context, call, asked, given[i], i, write));
  }
  // A list within the list, as such requests have been recorded from the first.
  std::vector<Value> told;
  told.emplace_back(taken.lines);
  write_request(taken.request, body, asked.list, told, [](std::string_view) {});
  if (asked.contents) {
    std::ranges::transform(taken.lines, std::back_inserter(taken.contents), core::content_of);
  }
  return taken;
}

}  // namespace

bool has_private(const packs::Type& type) {
  return std::ranges::any_of(type.members,
                             [](const packs::Member& field) { return is_private(*field.type); });
}

// One that cannot be taken goes on as nothing, which the core refuses, and is told what is wrong
// with it.
std::expected<Lines, Problem> take_lines(Context& context, const Call& call,
                                         const LinesAsked& asked, Value body, Write& write) {
  Value::List given = std::move(*body.as_record()->find(asked.list)->second.as_list());
  if (has_private(asked.type)) return take_sealed(context, call, asked, body, given, write);
  return take_open(context, call, asked, body, std::move(given), write);
}

}  // namespace bashu::api
