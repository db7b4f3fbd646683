#include "core/key_set.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace bashu::core {

namespace {

constexpr std::size_t kSlotsFirst = 16;
constexpr unsigned char kLong = 255;  // the size follows in four bytes

}  // namespace

std::string_view KeySet::key_at(std::uint64_t place) const {
  const std::string& block = blocks_[(place - 1) / kBlockSize];
  const char* at = block.data() + (place - 1) % kBlockSize;
  const auto first = static_cast<unsigned char>(*at);
  if (first != kLong) return {at + 1, first};
  std::uint32_t size = 0;
  std::memcpy(&size, at + 1, sizeof size);
  return {at + 1 + sizeof size, size};
}

std::size_t KeySet::slot_of(std::string_view key, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  const Slot tag = hash & ~kPlaceMask;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot slot = slots_[i];
    if (slot == 0) return i;
    if ((slot & ~kPlaceMask) == tag && key_at(slot & kPlaceMask) == key) return i;
  }
}

KeySet::Mark KeySet::mark_behind(std::string_view key) {
  Mark mark = 0;
  std::memcpy(&mark, key.data() + key.size(), sizeof mark);
  return mark;
}

std::optional<KeySet::Mark> KeySet::find(std::string_view key, std::uint64_t hash) const {
  if (size_ == 0) return std::nullopt;
  const Slot slot = slots_[slot_of(key, hash)];
  if (slot == 0) return std::nullopt;
  return mark_behind(key_at(slot & kPlaceMask));
}

bool KeySet::insert(std::string_view key, Mark mark, std::uint64_t hash) {
  if (size_ * 5 >= slots_.size() * 3) grow();
  Slot& slot = slots_[slot_of(key, hash)];
  if (slot != 0) return false;
  slot = (hash & ~kPlaceMask) | store(key, mark);
  ++size_;
  return true;
}

void KeySet::expect(std::uint64_t hash) const {
  if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
}

std::uint64_t KeySet::store(std::string_view key, Mark mark) {
  const std::size_t need = 1 + sizeof(std::uint32_t) + key.size() + sizeof mark;
  if (blocks_.empty() || blocks_.back().size() + need > kBlockSize) blocks_.emplace_back();
  std::string& block = blocks_.back();
  const std::uint64_t place = (blocks_.size() - 1) * kBlockSize + block.size() + 1;
  BASHU_ASSERT(place <= kPlaceMask);
  if (key.size() < kLong) {
    block.push_back(static_cast<char>(key.size()));
  } else {
    const auto size = static_cast<std::uint32_t>(key.size());
    block.push_back(static_cast<char>(kLong));
    block.append(reinterpret_cast<const char*>(&size), sizeof size);
  }
  block.append(key);
  block.append(reinterpret_cast<const char*>(&mark), sizeof mark);
  return place;
}

void KeySet::grow() {
  slots_.assign(std::max(kSlotsFirst, slots_.size() * 2), 0);
  const std::size_t mask = slots_.size() - 1;
  std::uint64_t base = 1;
  for (const std::string& block : blocks_) {
    for (std::size_t at = 0; at < block.size();) {
      const std::string_view key = key_at(base + at);
      const std::uint64_t hash = hash_of(key);
      std::size_t i = hash & mask;
      while (slots_[i] != 0) i = (i + 1) & mask;
      slots_[i] = (hash & ~kPlaceMask) | (base + at);
      at = static_cast<std::size_t>(key.data() + key.size() + sizeof(Mark) - block.data());
    }
    base += kBlockSize;
  }
}

void KeySet::each(const Visit& visit) const {
  std::uint64_t base = 1;
  for (const std::string& block : blocks_) {
    for (std::size_t at = 0; at < block.size();) {
      const std::string_view key = key_at(base + at);
      visit(key, mark_behind(key));
      at = static_cast<std::size_t>(key.data() + key.size() + sizeof(Mark) - block.data());
    }
    base += kBlockSize;
  }
}

void LargeKeySet::each(const KeySet::Visit& visit) const {
  std::vector<std::pair<std::string_view, KeySet::Mark>> sorted;
  for (const KeySet& part : parts_) {
    part.each([&](std::string_view key, KeySet::Mark mark) { sorted.emplace_back(key, mark); });
  }
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [key, mark] : sorted) visit(key, mark);
}

}  // namespace bashu::core
