// Sums, counts, minima and distinct things, in all and per key of every break-down.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "packs/pack.h"
#include "views/figure_rows.h"

namespace bashu::figures {

// One way of counting, over rows or over what SQL has counted already.
class Tally {
 public:
  explicit Tally(packs::Figure::Way way = packs::Figure::Way::count) : way_{way} {}

  void add_number(std::int64_t number) {
    if (way_ == packs::Figure::Way::min) {
      value_ = any_ ? std::min(value_, number) : number;
    } else if (__builtin_add_overflow(value_, number, &value_)) {
      overflow_ = true;
    }
    any_ = true;
  }
  void add_thing(const std::string& thing) { things_.insert(thing); }
  void add_ids(const std::vector<std::int64_t>& ids) {
    ids_.insert(ids_.end(), ids.begin(), ids.end());
  }
  void set_overflow() { overflow_ = true; }
  [[nodiscard]] bool overflow() const { return overflow_; }

  [[nodiscard]] std::optional<std::int64_t> value() {
    if (overflow_) return std::nullopt;
    if (way_ == packs::Figure::Way::distinct) {
      std::ranges::sort(ids_);
      const auto same = std::ranges::unique(ids_);
      ids_.erase(same.begin(), same.end());
      return static_cast<std::int64_t>(ids_.size() + things_.size());
    }
    if (way_ == packs::Figure::Way::min && !any_) return std::nullopt;
    return value_;
  }

 private:
  packs::Figure::Way way_;
  bool any_ = false, overflow_ = false;
  std::int64_t value_ = 0;
  std::vector<std::int64_t> ids_;  // of things stored as texts
  std::set<std::string> things_;
};

struct Tallies {
  explicit Tallies(const packs::Figure& figure) : way{figure.way}, total{figure.way} {
    splits.resize(figure.split.size());
  }
  Tally& split(std::size_t index, const Value& key) {
    auto& by_key = splits[index];
    const std::string text = canonical_json(key);
    const auto it = by_key.find(text);
    if (it != by_key.end()) return it->second.second;
    return by_key.emplace(text, std::pair{key, Tally{way}}).first->second.second;
  }
  void add(const views::Counted& row) {
    const std::string thing =
        way == packs::Figure::Way::distinct ? canonical_json(row.distinct) : std::string{};
    const auto add_to = [&](Tally& tally) {
      if (way == packs::Figure::Way::distinct) {
        tally.add_thing(thing);
      } else {
        tally.add_number(row.value);
      }
    };
    add_to(total);
    for (std::size_t i = 0; i < splits.size(); ++i) {
      add_to(split(i, i < row.split.size() ? row.split[i] : Value{}));
    }
    ++rows;
  }
  void fail(const std::string& subject, const std::string& why) {
    if (failed++ == 0) error = subject + ": " + why;
  }

  packs::Figure::Way way;
  Tally total;
  std::vector<std::map<std::string, std::pair<Value, Tally>>> splits;
  std::int64_t rows = 0, failed = 0;
  std::string error;
};

}  // namespace bashu::figures
