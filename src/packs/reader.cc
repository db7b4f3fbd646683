#include "packs/reader.h"

#include <algorithm>
#include <tuple>

namespace bashu::packs {
namespace {

constexpr std::size_t kFindingsMax = 1'000;
constexpr std::size_t kNameMax = 40;

std::string list_of(std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

}  // namespace

std::string below(const std::string& path, std::string_view name) {
  if (path.empty()) return std::string{name};
  std::string longer;
  longer.reserve(path.size() + 1 + name.size());
  longer += path;
  longer += '.';
  longer += name;
  return longer;
}
std::string below(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

void Reader::report(const std::string& path, std::string text, bool is_note) {
  if (!is_note) faulty_ = true;
  if (findings_.size() >= kFindingsMax) return;
  Finding finding{.line = 0, .column = 0, .path = path, .text = std::move(text), .note = is_note};
  if (document_) {
    const Position at = document_->at(path);
    finding.line = at.line;
    finding.column = at.column;
  }
  const auto same = [&finding](const Finding& other) {
    return other.path == finding.path && other.text == finding.text;
  };
  if (std::ranges::none_of(findings_, same)) findings_.push_back(std::move(finding));
}

std::vector<Finding> Reader::findings() const {
  std::vector<Finding> sorted = findings_;
  std::ranges::stable_sort(sorted, [](const Finding& a, const Finding& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return sorted;
}

void Reader::set_languages(const Title& title) { languages_ = title; }

const Value::Record* Reader::record(const Value* value, const std::string& path) {
  if (!value) return nullptr;
  const Value::Record* record = value->as_record();
  if (!record) fault(path, "must be a map of names");
  return record;
}

void Reader::keys(const Value::Record& record, const std::string& path,
                  std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : record) {
    if (std::ranges::find(known, std::string_view{name}) == known.end()) {
      fault(below(path, name), "unknown key '" + name + "'; known are " + list_of(known));
    }
  }
}

void Reader::set_order(const Value* order) { order_ = record(order, "order"); }

void Reader::check_order() {
  if (!order_) return;
  for (const auto& [path, names] : *order_) {
    if (!ordered_.contains(path)) fault(below("order", path), "there is no such map to order");
  }
}

Reader::Members Reader::in_order(const Value::Record& record, const std::string& path) {
  Members members;
  members.reserve(record.size());
  if (const auto found = order_ ? order_->find(path) : Value::Record::const_iterator{};
      order_ && found != order_->end()) {
    ordered_.insert(path);
    const std::string at = below("order", path);
    for (const std::string& name : texts(&found->second, at)) {
      const auto member = record.find(name);
      if (member == record.end()) {
        fault(at, "there is no '" + name + "'");
      } else if (std::ranges::find(members, &*member) == members.end()) {
        members.push_back(&*member);
      }
    }
  }
  const std::set<const Value::Record::value_type*> named{members.begin(), members.end()};
  for (const auto& member : record) {
    if (!named.contains(&member)) members.push_back(&member);
  }
  return members;
}

const Value* Reader::need(const Value::Record& record, const std::string& path,
                          std::string_view name) {
  const auto found = record.find(name);
  if (found != record.end()) return &found->second;
  fault(path, "'" + std::string{name} + "' is missing");
  return nullptr;
}

std::string Reader::text(const Value* value, const std::string& path) {
  if (!value) return {};
  const std::string* text = value->as_text();
  if (text && !text->empty()) return *text;
  fault(path, "must be a text");
  return {};
}

std::int64_t Reader::integer(const Value* value, const std::string& path, std::int64_t otherwise,
                             std::int64_t min, std::int64_t max) {
  if (!value) return otherwise;
  const std::int64_t* number = value->as_int();
  if (number && *number >= min && *number <= max) return *number;
  fault(path, "must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
  return otherwise;
}

bool Reader::flag(const Value* value, const std::string& path) {
  if (!value) return false;
  const bool* flag = value->as_bool();
  if (!flag) fault(path, "must be true or false");
  return flag && *flag;
}

std::string Reader::choice(const Value* value, const std::string& path,
                           std::initializer_list<std::string_view> codes) {
  if (!value) return {};
  const std::string* text = value->as_text();
  if (text && std::ranges::find(codes, std::string_view{*text}) != codes.end()) return *text;
  fault(path, "must be one of " + list_of(codes));
  return {};
}

void Reader::name(std::string_view name, const std::string& path) {
  bool good = !name.empty() && name.size() <= kNameMax && name[0] >= 'a' && name[0] <= 'z';
  for (const char c : name) {
    good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
  }
  if (!good) {
    fault(path, "the name '" + std::string{name.substr(0, 2 * kNameMax)} +
                    "' must be small letters, digits and _, at most 40");
  }
}

Title Reader::title(const Value* value, const std::string& path) {
  Title title;
  const Value::Record* texts = value ? value->as_record() : nullptr;
  if (!texts) {
    fault(path, value ? "a title is a map from language to text" : "a title is missing");
    return title;
  }
  for (const auto& [language, text] : *texts) {
    if (!languages_.empty() && !languages_.contains(language)) {
      fault(below(path, language), "the pack has no language '" + language + "'");
    } else if (const std::string* words = text.as_text(); words && !words->empty()) {
      title.emplace(language, *words);
    } else {
      fault(below(path, language), "must be a text");
    }
  }
  for (const auto& [language, text] : languages_) {
    if (!texts->contains(language)) fault(path, "the title is missing in '" + language + "'");
  }
  return title;
}

void Reader::count(std::size_t number, std::size_t max, const std::string& path) {
  if (number > max) fault(path, "at most " + std::to_string(max) + " are allowed");
}

std::vector<Reader::Item> Reader::items(const Value* value, const std::string& path) const {
  std::vector<Item> all;
  if (!value) return all;
  const Value::List* list = value->as_list();
  if (!list) {
    all.emplace_back(value, path);
    return all;
  }
  for (std::size_t i = 0; i < list->size(); ++i) all.emplace_back(&(*list)[i], below(path, i));
  return all;
}

std::vector<std::string> Reader::texts(const Value* value, const std::string& path) {
  std::vector<std::string> all;
  for (const auto& [item, at] : items(value, path)) {
    std::string one = text(item, at);
    if (one.empty()) continue;
    if (std::ranges::find(all, one) != all.end()) fault(at, "'" + one + "' occurs twice");
    all.push_back(std::move(one));
  }
  return all;
}

std::shared_ptr<Program> Reader::program(const Value* value, const std::string& path) {
  if (!value) return nullptr;
  if (const std::string* text = value->as_text()) return program(*text, path);
  if (const bool* flag = value->as_bool()) return program(*flag ? "true" : "false", path);
  if (const std::int64_t* number = value->as_int()) return program(std::to_string(*number), path);
  if (value->is_null()) return program("null", path);
  fault(path, "must be an expression");
  return nullptr;
}

std::shared_ptr<Program> Reader::program(std::string_view text, const std::string& path) {
  auto parsed = parse(text);
  if (parsed) return std::move(*parsed);
  fault(path, parsed.error().text + " (byte " + std::to_string(parsed.error().offset + 1) +
                  " of the expression)");
  return nullptr;
}

}  // namespace bashu::packs
