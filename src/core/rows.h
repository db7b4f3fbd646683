// Tables found by hash and walked in order: no order ever comes from a hash.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bashu::core {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

// `Ask` is what a row is asked for by: a key, or a view of one.
template <typename Row, typename Key = std::string, typename Ask = std::string_view,
          typename Hash = TextHash>
class Rows {
 public:
  [[nodiscard]] const Row* find(const Ask& key) const {
    if (rows_.empty()) return nullptr;
    const auto it = rows_.find(key);
    return it == rows_.end() ? nullptr : &it->second;
  }
  Row& edit(const Ask& key) {
    const auto it = rows_.find(key);
    return it == rows_.end() ? rows_.try_emplace(Key{key}).first->second : it->second;
  }
  void erase(const Ask& key) {
    if (const auto it = rows_.find(key); it != rows_.end()) rows_.erase(it);
  }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  // In any order: for what keeps an order of its own.
  template <typename Visit>
  void each_unordered(const Visit& visit) const {
    for (const auto& [key, row] : rows_) visit(key, row);
  }
  // A part of them: the buckets from `from` on, until `most` rows were seen. The bucket to go on
  // with; rows stay in theirs as long as buckets() is the same.
  template <typename Visit>
  std::size_t each_from(std::size_t from, std::size_t most, const Visit& visit) const {
    constexpr std::size_t kEmptyPerRow = 8;
    std::size_t seen = 0, at = from;
    for (; at < buckets() && seen < most && at - from < kEmptyPerRow * most; ++at) {
      for (auto row = rows_.begin(at); row != rows_.end(at); ++row, ++seen) {
        visit(row->first, row->second);
      }
    }
    return at;
  }
  [[nodiscard]] std::size_t buckets() const { return rows_.bucket_count(); }
  // In the order of the keys.
  template <typename Visit>
  void each(const Visit& visit) const {
    std::vector<const std::pair<const Key, Row>*> sorted;
    sorted.reserve(rows_.size());
    for (const auto& row : rows_) sorted.push_back(&row);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    for (const auto* row : sorted) visit(row->first, row->second);
  }

 private:
  std::unordered_map<Key, Row, Hash, std::equal_to<>> rows_;
};

// Two names as one key, and apart again. The separator occurs in neither.
inline constexpr char kSeparator = '\x1f';
[[nodiscard]] inline std::string pair_key(std::string_view a, std::string_view b) {
  std::string key;
  key.reserve(a.size() + b.size() + 1);
  key.append(a).push_back(kSeparator);
  key.append(b);
  return key;
}
[[nodiscard]] inline std::pair<std::string, std::string> split_pair(std::string_view key) {
  const auto at = key.find(kSeparator);
  return {std::string{key.substr(0, at)}, std::string{key.substr(at + 1)}};
}
[[nodiscard]] inline std::string account_key(std::string_view book, std::string_view kind,
                                             std::string_view key) {
  std::string joined;
  joined.reserve(book.size() + kind.size() + key.size() + 2);
  joined.append(book).push_back(kSeparator);
  joined.append(kind).push_back(kSeparator);
  joined.append(key);
  return joined;
}

}  // namespace bashu::core
