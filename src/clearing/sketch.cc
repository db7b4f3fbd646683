#include "clearing/sketch.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include "base/json.h"

namespace bashu::clearing {

namespace {

constexpr std::string_view kHead = "bashu.sketch/v1\n";
constexpr std::size_t kInAPart = 16;  // lines, about
constexpr int kBitsMin = 4, kBitsMax = 19;

// Each line of NDJSON to `take`, which gives what is wrong with it, or nothing.
template <typename Take>
std::string each_line(std::string_view text, Take take) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto value = parse_json(text.substr(0, end), {.depth = 8, .values = 1'000'000});
    ++number;
    const std::string wrong = value ? take(*value) : "JSON";
    if (!wrong.empty()) return "line " + std::to_string(number) + ": " + wrong;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

std::optional<Kind> kind_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(Kind::other_evidence); ++i) {
    if (name == kind_name(static_cast<Kind>(i))) return static_cast<Kind>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string sketch_of(RunningTree& lines) {
  const int bits =
      std::clamp(static_cast<int>(std::bit_width(lines.size() / kInAPart)), kBitsMin, kBitsMax);
  return std::string{kHead} + static_cast<char>(bits) + std::string{lines.parts(bits)};
}

std::expected<std::string, std::string> lines_for(const Kept& lines, std::string_view sketch) {
  const int bits =
      sketch.starts_with(kHead) && sketch.size() > kHead.size() ? sketch[kHead.size()] : 0;
  if (bits < kBitsMin || bits > kBitsMax ||
      sketch.size() !=
          kHead.size() + 1 + (std::size_t{1} << static_cast<unsigned>(bits)) * kShort) {
    return std::unexpected{std::string{"no sketch"}};
  }
  const std::string_view theirs = sketch.substr(kHead.size() + 1);
  const std::string_view own = lines.tree.parts(bits);
  Value::List differ;
  std::string out;
  for (std::size_t part = 0; part * kShort < own.size(); ++part) {
    if (own.substr(part * kShort, kShort) == theirs.substr(part * kShort, kShort)) continue;
    differ.emplace_back(static_cast<std::int64_t>(part));
    lines.tree.each_in(part, bits, [&](const RunningTree::Held& held) {
      out += canonical_json(to_value(lines.line(held.of))) + '\n';
    });
  }
  return canonical_json(Value::Record{{"bits", bits}, {"parts", std::move(differ)}}) + '\n' + out;
}

std::expected<std::vector<Difference>, std::string> differences_in(const Kept& lines,
                                                                   std::string_view answer,
                                                                   const Hash& root) {
  std::set<std::size_t> parts;
  int bits = 0;
  std::vector<Entry> theirs;
  std::set<std::string> ids;
  const std::string wrong = each_line(answer, [&](const Value& value) -> std::string {
    if (bits == 0) {
      bits = static_cast<int>(value.int_at("bits"));
      const Value* list = value.find("parts");
      if (bits < kBitsMin || bits > kBitsMax || !list || !list->as_list()) return "parts";
      for (const Value& part : *list->as_list()) {
        if (!part.as_int() || *part.as_int() < 0 || *part.as_int() >> bits != 0) return "parts";
        parts.insert(static_cast<std::size_t>(*part.as_int()));
      }
      return {};
    }
    auto line = entry_of(value);
    if (!line) return line.error();
    if (!ids.insert(line->line_id()).second) return "twice";
    if (!parts.contains(part_of(sha256(line->line_id()), bits))) return "another part";
    theirs.push_back(*std::move(line));
    return {};
  });
  if (!wrong.empty()) return std::unexpected{wrong};
  if (bits == 0) return std::unexpected{std::string{"parts"}};
  std::vector<Entry> ours;
  for (const std::size_t part : parts) {
    lines.tree.each_in(part, bits,
                       [&](const RunningTree::Held& held) { ours.push_back(lines.line(held.of)); });
  }
  auto out = compare(ours, theirs).differences;
  if (const auto whole = leads_to(lines.tree, out, root); !whole) {
    return std::unexpected{whole.error()};
  }
  return out;
}

std::expected<void, std::string> leads_to(RunningTree& lines,
                                          const std::vector<Difference>& differences,
                                          const Hash& root) {
  std::map<Hash, RunningTree::Held> ours;
  std::vector<Hash> theirs;
  const auto takes = [&](const Difference& one) {
    if (!one.here) return true;
    const Line line = digest_of(*one.here);
    const RunningTree::Held* held = lines.find(line.key);
    if (!held || held->line.content != line.content) return false;
    ours.emplace(line.key, *held);
    lines.erase(line.key);
    return true;
  };
  const auto gives = [&](const Difference& one) {
    if (!one.there) return true;
    const Line line = digest_of(*one.there);
    // A line that both have would lead to the root as well, and be kept out of what is agreed.
    const auto same = ours.find(line.key);
    if (same != ours.end() && same->second.line.content == line.content) return false;
    if (lines.find(line.key)) return false;
    lines.put({.line = line});
    theirs.push_back(line.key);
    return true;
  };
  auto wrong = std::ranges::find_if_not(differences, takes);
  if (wrong == differences.end()) wrong = std::ranges::find_if_not(differences, gives);
  const bool there = wrong == differences.end() && lines.root() == root;
  for (const Hash& key : theirs) lines.erase(key);
  for (const auto& [key, held] : ours) lines.put(held);
  if (wrong != differences.end()) return std::unexpected{name_of(*wrong)};
  if (!there) return std::unexpected{std::string{"root"}};
  return {};
}

std::string name_of(const Difference& difference) {
  return difference.here ? difference.here->line_id() : difference.there->line_id();
}

std::string text_of(const std::vector<Difference>& differences) {
  std::string out;
  for (const Difference& one : differences) {
    Value::Record row{{"line", name_of(one)}, {"kind", kind_name(one.kind)}};
    if (one.here) row.emplace("here", to_value(*one.here));
    if (one.there) row.emplace("there", to_value(*one.there));
    out += canonical_json(Value{std::move(row)}) + '\n';
  }
  return out;
}

std::expected<std::vector<Difference>, std::string> differences_of(std::string_view text) {
  std::vector<Difference> out;
  const std::string wrong = each_line(text, [&](const Value& value) -> std::string {
    const auto kind = kind_named(value.text_at("kind"));
    if (!kind) return "kind";
    Difference one{.kind = *kind, .here = {}, .there = {}};
    for (const auto& [name, side] :
         {std::pair{"here", &one.here}, std::pair{"there", &one.there}}) {
      const Value* found = value.find(name);
      if (!found) continue;
      auto entry = entry_of(*found);
      if (!entry) return std::string{name} + "." + entry.error();
      *side = *std::move(entry);
    }
    if (!one.here && !one.there) return "here";
    out.push_back(std::move(one));
    return {};
  });
  if (!wrong.empty()) return std::unexpected{wrong};
  return out;
}

std::vector<Difference> turned(std::vector<Difference> differences) {
  for (Difference& one : differences) {
    std::swap(one.here, one.there);
    if (one.kind == Kind::missing_here) {
      one.kind = Kind::missing_there;
    } else if (one.kind == Kind::missing_there) {
      one.kind = Kind::missing_here;
    }
  }
  return differences;
}

}  // namespace bashu::clearing
