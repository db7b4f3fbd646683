// A set of texts that only grows: the keys a feed has taken, each with a mark of what the line
// said. A look at a key that is new costs one line of memory; a key costs its bytes and some
// fourteen more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bashu::core {

class KeySet {
 public:
  using Mark = std::uint32_t;
  using Visit = std::function<void(std::string_view, Mark)>;

  [[nodiscard]] std::optional<Mark> find(std::string_view key) const {
    return find(key, hash_of(key));
  }
  // False if it was there; its mark stays.
  bool insert(std::string_view key, Mark mark) { return insert(key, mark, hash_of(key)); }
  [[nodiscard]] std::size_t size() const { return size_; }
  // In the order they came.
  void each(const Visit& visit) const;

 private:
  friend class LargeKeySet;

  static std::uint64_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }
  [[nodiscard]] std::optional<Mark> find(std::string_view key, std::uint64_t hash) const;
  bool insert(std::string_view key, Mark mark, std::uint64_t hash);
  void expect(std::uint64_t hash) const;

  // Open addressing. A slot has the upper bits of the hash and the place of the key in the blocks;
  // zero is a free slot, and places begin at 1.
  using Slot = std::uint64_t;
  static constexpr int kPlaceBits = 40;
  static constexpr Slot kPlaceMask = (Slot{1} << kPlaceBits) - 1;
  static constexpr std::size_t kBlockSize = 64 << 10;

  [[nodiscard]] std::string_view key_at(std::uint64_t place) const;
  static Mark mark_behind(std::string_view key);
  [[nodiscard]] std::size_t slot_of(std::string_view key, std::uint64_t hash) const;
  std::uint64_t store(std::string_view key, Mark mark);
  void grow();

  std::vector<Slot> slots_;  // a power of two, or none
  std::size_t size_ = 0;
  // Each key with its size before it and its mark behind it; a key never spans two blocks, so no
  // block ever moves.
  std::vector<std::string> blocks_;
};

// Many of them by hash, so that growing one costs little: a set of a hundred million keys never
// stops its node.
class LargeKeySet {
 public:
  [[nodiscard]] std::optional<KeySet::Mark> find(std::string_view key) const {
    const std::uint64_t hash = KeySet::hash_of(key);
    return parts_[index(hash)].find(key, hash);
  }
  bool insert(std::string_view key, KeySet::Mark mark) {
    const std::uint64_t hash = KeySet::hash_of(key);
    return parts_[index(hash)].insert(key, mark, hash);
  }
  // The key will be asked for soon: its line of memory is fetched meanwhile.
  void expect(std::string_view key) const {
    const std::uint64_t hash = KeySet::hash_of(key);
    parts_[index(hash)].expect(hash);
  }
  // In the order of their bytes.
  void each(const KeySet::Visit& visit) const;

 private:
  static constexpr std::size_t kParts = 64;
  // By bits that neither the slot nor the tag of a part uses up.
  static std::size_t index(std::uint64_t hash) { return (hash >> 32) % kParts; }

  std::array<KeySet, kParts> parts_;
};

}  // namespace bashu::core
