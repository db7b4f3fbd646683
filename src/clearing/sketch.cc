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
constexpr std::size_t kShort = 8;     // bytes of a digest of a part
constexpr std::size_t kInAPart = 16;  // lines, about
constexpr int kBitsMin = 4, kBitsMax = 19;

struct Keyed {
  Hash key;
  const Entry* line = nullptr;
};

// In order of their keys.
std::vector<Keyed> keyed(const std::vector<Entry>& lines) {
  std::vector<Keyed> out;
  out.reserve(lines.size());
  for (const Entry& line : lines) out.push_back({sha256(line.line_id()), &line});
  std::ranges::sort(out, {}, &Keyed::key);
  return out;
}

std::size_t part_of(const Hash& key, int bits) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < 4; ++i) first = first << 8U | std::size_t{key[i]};
  return first >> static_cast<unsigned>(32 - bits);
}

std::string bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

// The digests of all parts, one after the other: zero where there is no line.
std::string digests(const std::vector<Keyed>& lines, int bits) {
  std::string out((std::size_t{1} << static_cast<unsigned>(bits)) * kShort, '\0');
  for (auto it = lines.begin(); it != lines.end();) {
    const std::size_t part = part_of(it->key, bits);
    std::string text;
    for (; it != lines.end() && part_of(it->key, bits) == part; ++it) {
      text += bytes_of(it->key) + bytes_of(sha256(canonical_json(to_value(*it->line))));
    }
    out.replace(part * kShort, kShort, bytes_of(sha256(text)), 0, kShort);
  }
  return out;
}

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

std::string sketch_of(const std::vector<Entry>& lines) {
  const int bits =
      std::clamp(static_cast<int>(std::bit_width(lines.size() / kInAPart)), kBitsMin, kBitsMax);
  return std::string{kHead} + static_cast<char>(bits) + digests(keyed(lines), bits);
}

std::expected<std::string, std::string> lines_for(const std::vector<Entry>& lines,
                                                  std::string_view sketch) {
  const int bits =
      sketch.starts_with(kHead) && sketch.size() > kHead.size() ? sketch[kHead.size()] : 0;
  if (bits < kBitsMin || bits > kBitsMax ||
      sketch.size() !=
          kHead.size() + 1 + (std::size_t{1} << static_cast<unsigned>(bits)) * kShort) {
    return std::unexpected{std::string{"no sketch"}};
  }
  const std::string_view theirs = sketch.substr(kHead.size() + 1);
  const std::vector<Keyed> ours = keyed(lines);
  const std::string own = digests(ours, bits);
  Value::List differ;
  std::string out;
  for (std::size_t part = 0; part * kShort < own.size(); ++part) {
    if (own.compare(part * kShort, kShort, theirs, part * kShort, kShort) == 0) continue;
    differ.emplace_back(static_cast<std::int64_t>(part));
    for (auto it = std::ranges::lower_bound(
             ours, part, {}, [&](const Keyed& one) { return part_of(one.key, bits); });
         it != ours.end() && part_of(it->key, bits) == part; ++it) {
      out += canonical_json(to_value(*it->line)) + '\n';
    }
  }
  return canonical_json(Value::Record{{"bits", bits}, {"parts", std::move(differ)}}) + '\n' + out;
}

std::expected<std::vector<Difference>, std::string> differences_in(const std::vector<Entry>& lines,
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
        if (!part.as_int() || *part.as_int() < 0) return "parts";
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
  std::ranges::copy_if(lines, std::back_inserter(ours), [&](const Entry& line) {
    return parts.contains(part_of(sha256(line.line_id()), bits));
  });
  auto out = compare(ours, theirs).differences;
  if (const auto whole = leads_to(lines, out, root); !whole) {
    return std::unexpected{whole.error()};
  }
  return out;
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

std::expected<std::vector<Entry>, std::string> other_side(
    const std::vector<Entry>& here, const std::vector<Difference>& differences) {
  std::map<std::string, const Entry*> lines;
  for (const Entry& line : here) lines.emplace(line.line_id(), &line);
  for (const Difference& one : differences) {
    if (!one.here) continue;
    const auto held = lines.find(one.here->line_id());
    if (held == lines.end() || *held->second != *one.here) return std::unexpected{name_of(one)};
    lines.erase(held);
  }
  for (const Difference& one : differences) {
    if (one.there && !lines.emplace(one.there->line_id(), &*one.there).second) {
      return std::unexpected{name_of(one)};
    }
  }
  std::vector<Entry> out;
  for (const auto& [id, line] : lines) out.push_back(*line);
  return out;
}

std::expected<void, std::string> leads_to(const std::vector<Entry>& lines,
                                          const std::vector<Difference>& differences,
                                          const Hash& root) {
  std::map<std::string, const Entry*> taken_out;
  for (const Difference& one : differences) {
    if (one.here) taken_out.emplace(one.here->line_id(), &*one.here);
  }
  // A line that both sides have would lead to the root as well, and be kept out of what is agreed.
  for (const Difference& one : differences) {
    if (!one.there) continue;
    const auto same = taken_out.find(one.there->line_id());
    if (same != taken_out.end() && *same->second == *one.there) {
      return std::unexpected{name_of(one)};
    }
  }
  const auto other = other_side(lines, differences);
  if (!other) return std::unexpected{other.error()};
  if (tree_of(*other).root() != root) return std::unexpected{std::string{"root"}};
  return {};
}

}  // namespace bashu::clearing
