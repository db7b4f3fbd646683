// The tree of lines that come and go one by one: at any time the digests that Tree has of the same
// lines (reconcile.h), but a change costs the path to its line, and nothing is sorted at the end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clearing/reconcile.h"

namespace bashu::clearing {

class RunningTree {
 public:
  struct Held {
    Line line;
    std::uint32_t of = 0;  // what its owner calls it
  };

  // In the place of the line of that key, if there is one.
  void put(const Held& held);
  void erase(const Hash& key);
  [[nodiscard]] const Held* find(const Hash& key) const;
  [[nodiscard]] std::size_t size() const { return top_.count; }
  // Digests what changed since it was asked for last.
  [[nodiscard]] Hash root();

  // Lines whose keys begin with these bits, in order of keys.
  void each_in(std::size_t part, int bits, const std::function<void(const Held&)>& take) const;
  // Digests of the 2^bits parts, kShort bytes each, zero where there is no line; only those that
  // changed since it was asked for last are computed.
  [[nodiscard]] std::string_view parts(int bits);

 private:
  struct Node {
    Hash digest{};
    std::uint32_t count = 0;
    bool stale = false;
    std::vector<Held> lines;                        // of a leaf, by key
    std::unique_ptr<std::array<Node, kFan>> below;  // of more than kFew lines
  };
  static bool put(Node& node, int depth, const Held& held);
  static bool erase(Node& node, int depth, const Hash& key);
  static const Hash& digest(Node& node);
  static void each(const Node& node, const std::function<void(const Held&)>& take);
  void changed(const Hash& key);

  Node top_;
  int bits_ = 0;  // of parts_
  std::string parts_;
  std::vector<bool> stale_parts_;
};

// The first bits of a key as a number.
[[nodiscard]] std::size_t part_of(const Hash& key, int bits);
inline constexpr std::size_t kShort = 8;  // bytes of a digest of a part

}  // namespace bashu::clearing
