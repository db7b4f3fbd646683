#include "clearing/exchange.h"

#include <cstddef>
#include <limits>
#include <map>
#include <optional>

#include "base/json.h"

namespace bashu::clearing {

namespace {

constexpr int kDepthMax = 64;  // hexadecimal digits of a key
constexpr int kAsksMax = 1'000'000;

Value to_value(const Node& node) {
  return Value::Record{{"prefix", hex(node.prefix)}, {"depth", node.depth}};
}

std::optional<Node> node_of(const Value& value) {
  const auto prefix = hash_from_hex(value.text_at("prefix"));
  const std::int64_t depth = value.int_at("depth", -1);
  if (!prefix || depth < 0 || depth > kDepthMax) return std::nullopt;
  return Node{.prefix = *prefix, .depth = static_cast<int>(depth)};
}

std::optional<Hash> hash_in(const Value& value) {
  const std::string* text = value.as_text();
  return text ? hash_from_hex(*text) : std::nullopt;
}

// Asks, and reads what is answered; the first thing that is wrong stays, and nothing is asked
// after.
class Asking {
 public:
  explicit Asking(
      const std::function<std::expected<std::string, std::string>(const std::string&)>& ask)
      : ask_{ask} {}
  std::string wrong;
  std::size_t bytes = 0;

  Hash root() {
    const auto hash = hash_in(member(Value::Record{{"root", true}}, "root"));
    return hash ? *hash : fail<Hash>("root");
  }

  Children children(const Node& node) {
    const Value answer = asked(Value::Record{{"children", to_value(node)}});
    const Value *digests = answer.find("digests"), *counts = answer.find("counts");
    Children out;
    if (!digests || !counts || !digests->as_list() || !counts->as_list() ||
        digests->as_list()->size() != kFan || counts->as_list()->size() != kFan) {
      return fail<Children>("children");
    }
    for (std::size_t i = 0; i < kFan; ++i) {
      const auto digest = hash_in((*digests->as_list())[i]);
      const std::int64_t* count = (*counts->as_list())[i].as_int();
      if (!digest || !count || *count < 0 || *count > std::numeric_limits<std::uint32_t>::max()) {
        return fail<Children>("children");
      }
      out.digests[i] = *digest;
      out.counts[i] = static_cast<std::uint32_t>(*count);
    }
    return out;
  }

  std::vector<Line> lines(const Node& node) {
    const Value list = member(Value::Record{{"lines", to_value(node)}}, "lines");
    std::vector<Line> out;
    if (!list.as_list()) return fail<std::vector<Line>>("lines");
    for (const Value& one : *list.as_list()) {
      const Value::List* pair = one.as_list();
      const auto key = pair && pair->size() == 2 ? hash_in((*pair)[0]) : std::nullopt;
      const auto content = key ? hash_in((*pair)[1]) : std::nullopt;
      // In order and each once, as the comparison goes through them.
      if (!content || (!out.empty() && *key <= out.back().key)) {
        return fail<std::vector<Line>>("lines");
      }
      out.push_back({.key = *key, .content = *content});
    }
    return out;
  }

  Entry line(const Hash& key) {
    auto entry = entry_of(member(Value::Record{{"line", hex(key)}}, "line"));
    return entry && sha256(entry->line_id()) == key ? *std::move(entry) : fail<Entry>("line");
  }

 private:
  template <typename T>
  T fail(const std::string& what) {
    if (wrong.empty()) wrong = "the answer to '" + what + "' makes no sense";
    return {};
  }

  Value asked(Value::Record question) {
    if (wrong.empty() && ++asks_ > kAsksMax) wrong = "the answers never end";
    if (!wrong.empty()) return {};
    const auto answer = ask_(canonical_json(Value{std::move(question)}));
    if (!answer) {
      wrong = answer.error();
      return {};
    }
    bytes += answer->size();
    auto value = parse_json(*answer);
    return value ? *std::move(value) : Value{};
  }

  Value member(Value::Record question, std::string_view name) {
    const Value answer = asked(std::move(question));
    const Value* found = answer.find(name);
    return found ? *found : Value{};
  }

  const std::function<std::expected<std::string, std::string>(const std::string&)>& ask_;
  int asks_ = 0;
};

}  // namespace

Answers::Answers(const std::vector<Entry>& lines) : tree_{tree_of(lines)} {
  for (const Entry& line : lines) by_key_.emplace(sha256(line.line_id()), &line);
}

std::string Answers::to(std::string_view question) const {
  const auto asked = parse_json(question);
  const Value what = asked ? *asked : Value{};
  if (what.find("root")) return canonical_json(Value::Record{{"root", hex(tree_.root())}});
  if (const Value* key = what.find("line")) {
    const auto hash = hash_in(*key);
    const auto line = hash ? by_key_.find(*hash) : by_key_.end();
    if (line != by_key_.end()) {
      return canonical_json(Value::Record{{"line", clearing::to_value(*line->second)}});
    }
  }
  const Value *children = what.find("children"), *lines = what.find("lines");
  const auto node = children ? node_of(*children) : lines ? node_of(*lines) : std::nullopt;
  if (!node || (children && node->depth == kDepthMax)) {
    return canonical_json(Value::Record{{"wrong", "no question"}});
  }
  if (lines) {
    Value::List list;
    for (const Line& line : tree_.below(*node)) {
      list.push_back(Value::List{hex(line.key), hex(line.content)});
    }
    return canonical_json(Value::Record{{"lines", std::move(list)}});
  }
  Value::List digests, counts;
  const Children below = tree_.children(*node);
  for (const Hash& digest : below.digests) digests.emplace_back(hex(digest));
  for (const std::uint32_t count : below.counts) counts.emplace_back(count);
  return canonical_json(
      Value::Record{{"digests", std::move(digests)}, {"counts", std::move(counts)}});
}

std::expected<Compared, std::string> compare_by(
    const std::vector<Entry>& here,
    const std::function<std::expected<std::string, std::string>(const std::string&)>& ask) {
  Asking asking{ask};
  Compared out =
      compare(here, {.tree = {.root = [&] { return asking.root(); },
                              .children = [&](const Node& node) { return asking.children(node); },
                              .lines = [&](const Node& node) { return asking.lines(node); }},
                     .line = [&](const Hash& key) { return asking.line(key); }});
  if (!asking.wrong.empty()) return std::unexpected{asking.wrong};
  out.bytes = asking.bytes;
  return out;
}

}  // namespace bashu::clearing
