#include "clearing/reconcile.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>

#include "clearing/digest_tree.h"

namespace bashu::clearing {

namespace {

constexpr int kDepthMax = 64;      // digits of a key
constexpr int kUpper = 3;          // digits of the level whose digests are kept: 4,096 nodes
constexpr std::size_t kSent = 32;  // lines that are sent as they are

// From so many lines on, half of the digests are computed on a second thread.
constexpr std::size_t kTwoThreads = 500'000;

// By key: keys are digests, so that their first bits spread them evenly, and two passes over those
// leave a few lines each to sort.
void sort_lines(std::vector<Line>& lines) {
  constexpr std::size_t kBits = 10, kParts = std::size_t{1} << kBits;
  const auto first_bits = [](const Line& line) {
    return std::size_t{line.key[0]} << 12U | std::size_t{line.key[1]} << 4U |
           std::size_t{line.key[2]} >> 4U;
  };
  std::vector<Line> other(lines.size());
  for (const std::size_t shift : {std::size_t{0}, kBits}) {
    std::array<std::size_t, kParts + 1> begins{};
    for (const Line& line : lines) ++begins[(first_bits(line) >> shift) % kParts + 1];
    for (std::size_t i = 0; i < kParts; ++i) begins[i + 1] += begins[i];
    for (const Line& line : lines) other[begins[(first_bits(line) >> shift) % kParts]++] = line;
    lines.swap(other);
  }
  for (auto it = lines.begin(); it != lines.end();) {
    const auto end = std::find_if(
        it, lines.end(), [&](const Line& line) { return first_bits(line) != first_bits(*it); });
    std::sort(it, end, [](const Line& a, const Line& b) {
      return std::tie(a.key, a.content) < std::tie(b.key, b.content);
    });
    it = end;
  }
}

Node child(const Node& node, int n) {
  Node out{.prefix = node.prefix, .depth = node.depth + 1};
  auto& byte = out.prefix[static_cast<std::size_t>(node.depth / 2)];
  const auto shifted = static_cast<unsigned>(n) << (node.depth % 2 ? 0U : 4U);
  byte =
      static_cast<std::remove_reference_t<decltype(byte)>>(static_cast<unsigned>(byte) | shifted);
  return out;
}

int compare_prefix(const Hash& key, const Node& node) {
  for (int i = 0; i < node.depth; ++i) {
    const std::size_t a = digit(key, i), b = digit(node.prefix, i);
    if (a != b) return a < b ? -1 : 1;
  }
  return 0;
}

bool empty(const Hash& digest) { return digest == Hash{}; }

}  // namespace

Tree::Tree(std::vector<Line> lines) : lines_{std::move(lines)} {
  sort_lines(lines_);
  const auto twice = std::ranges::unique(lines_, {}, &Line::key);
  lines_.erase(twice.begin(), twice.end());
  std::size_t nodes = 1;
  for (int i = 0; i < kUpper; ++i) nodes *= kFan;
  upper_.resize(nodes);
  const auto upper_of = [](const Line& line) {
    std::size_t at = 0;
    for (int i = 0; i < kUpper; ++i) at = at * kFan + digit(line.key, i);
    return at;
  };
  const auto digest_nodes = [&](std::size_t from, std::size_t to) {
    auto it = std::ranges::lower_bound(lines_, from, {}, upper_of);
    while (it != lines_.end() && upper_of(*it) < to) {
      const std::size_t at = upper_of(*it);
      const auto end = std::ranges::upper_bound(it, lines_.end(), at, {}, upper_of);
      upper_[at] = digest({it, end}, kUpper);
      it = end;
    }
  };
  std::optional<std::jthread> other;
  std::size_t own = nodes;
  if (lines_.size() >= kTwoThreads) {
    own = nodes / 2;
    other.emplace([&] { digest_nodes(own, nodes); });
  }
  digest_nodes(0, own);
}

Hash Tree::digest(std::span<const Line> lines, int depth) const {
  if (lines.empty()) return {};
  std::string text;
  if (lines.size() <= kFew) {
    for (const Line& line : lines) text.append(as_bytes(line.key)).append(as_bytes(line.content));
    return sha256(text);
  }
  for (std::size_t n = 0; n < kFan; ++n) {
    const auto [first, last] = std::ranges::equal_range(
        lines, n, {}, [&](const Line& line) { return digit(line.key, depth); });
    text.append(as_bytes(digest({first, last}, depth + 1)));
  }
  return sha256(text);
}

std::span<const Line> Tree::below(const Node& node) const {
  const auto first = std::ranges::partition_point(
      lines_, [&](const Line& line) { return compare_prefix(line.key, node) < 0; });
  const auto last = std::ranges::partition_point(
      lines_, [&](const Line& line) { return compare_prefix(line.key, node) <= 0; });
  return {first, last};
}

Children Tree::children(const Node& node) const {
  Children out;
  for (int n = 0; n < kFan; ++n) {
    const Node one = child(node, n);
    const auto lines = below(one);
    const auto i = static_cast<std::size_t>(n);
    out.counts[i] = static_cast<std::uint32_t>(lines.size());
    if (one.depth == kUpper) {
      std::size_t at = 0;
      for (int d = 0; d < kUpper; ++d) at = at * kFan + digit(one.prefix, d);
      out.digests[i] = upper_[at];
    } else if (one.depth > kUpper || lines.size() <= kFew) {
      out.digests[i] = digest(lines, one.depth);
    } else {
      std::string text;
      const Children below_it = children(one);
      for (const Hash& hash : below_it.digests) text.append(as_bytes(hash));
      out.digests[i] = sha256(text);
    }
  }
  return out;
}

Hash Tree::root() const {
  if (lines_.size() <= kFew) return digest(lines_, 0);
  std::string text;
  for (const Hash& hash : children({}).digests) text.append(as_bytes(hash));
  return sha256(text);
}

Differences reconcile(const Tree& here, const Other& there) {
  Differences out;
  const auto compare_lines = [&](const Node& node) {
    const auto ours = here.below(node);
    const std::vector<Line> theirs = there.lines(node);
    out.bytes += theirs.size() * sizeof(Line);
    auto a = ours.begin();
    auto b = theirs.begin();
    while (a != ours.end() || b != theirs.end()) {
      if (b == theirs.end() || (a != ours.end() && a->key < b->key)) {
        out.only_here.push_back((a++)->key);
      } else if (a == ours.end() || b->key < a->key) {
        out.only_there.push_back((b++)->key);
      } else {
        if (a->content != b->content) out.differ.push_back(a->key);
        ++a;
        ++b;
      }
    }
  };
  const std::function<void(const Node&)> descend = [&](const Node& node) {
    const Children ours = here.children(node), theirs = there.children(node);
    out.bytes += sizeof(Children);
    for (int n = 0; n < kFan; ++n) {
      const auto i = static_cast<std::size_t>(n);
      if (ours.digests[i] == theirs.digests[i]) continue;
      const Node one = child(node, n);
      if (empty(theirs.digests[i])) {
        for (const Line& line : here.below(one)) out.only_here.push_back(line.key);
      } else if (theirs.counts[i] <= kSent || one.depth == kDepthMax) {
        compare_lines(one);
      } else {
        descend(one);
      }
    }
  };
  out.bytes += sizeof(Hash);
  if (here.root() != there.root()) descend({});
  return out;
}

Other as_other(const Tree& tree) {
  return {.root = [&tree] { return tree.root(); },
          .children = [&tree](const Node& node) { return tree.children(node); },
          .lines =
              [&tree](const Node& node) {
                const auto lines = tree.below(node);
                return std::vector<Line>{lines.begin(), lines.end()};
              }};
}

}  // namespace bashu::clearing
