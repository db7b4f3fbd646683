#include "clearing/running_tree.h"

#include <algorithm>

#include "clearing/digest_tree.h"

namespace bashu::clearing {

namespace {

constexpr auto key_of = [](const RunningTree::Held& held) -> const Hash& { return held.line.key; };

void append(std::string& text, const RunningTree::Held& held) {
  text.append(as_bytes(held.line.key)).append(as_bytes(held.line.content));
}

}  // namespace

std::size_t part_of(const Hash& key, int bits) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < 4; ++i) first = first << 8U | std::size_t{key[i]};
  return first >> static_cast<unsigned>(32 - bits);
}

bool RunningTree::put(Node& node, int depth, const Held& held) {
  node.stale = true;
  if (node.below) {
    const bool fresh = put((*node.below)[digit(held.line.key, depth)], depth + 1, held);
    node.count += fresh ? 1 : 0;
    return fresh;
  }
  const auto at = std::ranges::lower_bound(node.lines, held.line.key, {}, key_of);
  if (at != node.lines.end() && at->line.key == held.line.key) {
    *at = held;
    return false;
  }
  ++node.count;
  if (node.count <= kFew) {
    const auto i = at - node.lines.begin();
    // Few at a time: most leaves end about half full, and there are many.
    if (node.lines.size() == node.lines.capacity()) node.lines.reserve(node.lines.size() + 4);
    node.lines.insert(node.lines.begin() + i, held);
    return true;
  }
  node.below = std::make_unique<std::array<Node, kFan>>();
  for (const Held& one : node.lines) put((*node.below)[digit(one.line.key, depth)], depth + 1, one);
  put((*node.below)[digit(held.line.key, depth)], depth + 1, held);
  node.lines = {};
  return true;
}

bool RunningTree::erase(Node& node, int depth, const Hash& key) {
  if (!node.below) {
    const auto at = std::ranges::lower_bound(node.lines, key, {}, key_of);
    if (at == node.lines.end() || at->line.key != key) return false;
    node.lines.erase(at);
  } else if (!erase((*node.below)[digit(key, depth)], depth + 1, key)) {
    return false;
  }
  node.stale = true;
  --node.count;
  if (node.below && node.count <= kFew) {
    std::vector<Held> few;
    each(node, [&](const Held& held) { few.push_back(held); });
    node.below.reset();
    node.lines = std::move(few);
  }
  return true;
}

const Hash& RunningTree::digest(Node& node) {
  if (!node.stale) return node.digest;
  node.stale = false;
  if (node.count == 0) return node.digest = {};
  std::string text;
  if (node.below) {
    for (Node& one : *node.below) text.append(as_bytes(digest(one)));
  } else {
    for (const Held& held : node.lines) append(text, held);
  }
  return node.digest = sha256(text);
}

void RunningTree::each(const Node& node, const std::function<void(const Held&)>& take) {
  if (!node.below) return std::ranges::for_each(node.lines, take), void();
  for (const Node& one : *node.below) each(one, take);
}

void RunningTree::put(const Held& held) {
  put(top_, 0, held);
  changed(held.line.key);
}

void RunningTree::erase(const Hash& key) {
  if (erase(top_, 0, key)) changed(key);
}

void RunningTree::changed(const Hash& key) {
  if (bits_ > 0) stale_parts_[part_of(key, bits_)] = true;
}

const RunningTree::Held* RunningTree::find(const Hash& key) const {
  const Node* node = &top_;
  for (int depth = 0; node->below; ++depth) node = &(*node->below)[digit(key, depth)];
  const auto at = std::ranges::lower_bound(node->lines, key, {}, key_of);
  return at != node->lines.end() && at->line.key == key ? &*at : nullptr;
}

Hash RunningTree::root() { return digest(top_); }

void RunningTree::each_in(std::size_t part, int bits,
                          const std::function<void(const Held&)>& take) const {
  // Nodes whose keys all begin with the bits, and leaves that have other keys too.
  const std::function<void(const Node&, int)> descend = [&](const Node& node, int depth) {
    const int left = bits - 4 * depth;
    if (!node.below) {
      for (const Held& held : node.lines) {
        if (part_of(held.line.key, bits) == part) take(held);
      }
    } else if (left >= 4) {
      descend((*node.below)[part >> static_cast<unsigned>(left - 4) & 15U], depth + 1);
    } else if (left <= 0) {
      each(node, take);
    } else {
      const std::size_t width = std::size_t{1} << static_cast<unsigned>(4 - left);
      const std::size_t from =
          (part & ((std::size_t{1} << static_cast<unsigned>(left)) - 1)) * width;
      for (std::size_t n = from; n < from + width; ++n) each((*node.below)[n], take);
    }
  };
  descend(top_, 0);
}

std::string_view RunningTree::parts(int bits) {
  const std::size_t count = std::size_t{1} << static_cast<unsigned>(bits);
  if (bits != bits_) {
    bits_ = bits;
    parts_.assign(count * kShort, '\0');
    stale_parts_.assign(count, true);
  }
  std::string text;
  for (std::size_t part = 0; part < count; ++part) {
    if (!stale_parts_[part]) continue;
    stale_parts_[part] = false;
    text.clear();
    each_in(part, bits, [&](const Held& held) { append(text, held); });
    const Hash digest = text.empty() ? Hash{} : sha256(text);
    parts_.replace(part * kShort, kShort, as_bytes(digest), 0, kShort);
  }
  return parts_;
}

}  // namespace bashu::clearing
