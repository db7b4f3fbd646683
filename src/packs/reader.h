// Reads the data of a pack strictly: each helper reports what is wrong at its path and gives
// something harmless, so that one pass over a file finds all its faults.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/title.h"
#include "base/value.h"
#include "packs/expr.h"
#include "packs/yaml.h"

namespace bashu::packs {

// `path.name`, `path[2]`.
[[nodiscard]] std::string below(const std::string& path, std::string_view name);
[[nodiscard]] std::string below(const std::string& path, std::size_t index);

class Reader {
 public:
  // `document` gives positions; nullptr: none are known.
  explicit Reader(const Document* document) : document_{document} {}

  void fault(const std::string& path, std::string text) { report(path, std::move(text), false); }
  void note(const std::string& path, std::string text) { report(path, std::move(text), true); }
  [[nodiscard]] bool faulty() const { return faulty_; }
  // In the order of the file.
  [[nodiscard]] std::vector<Finding> findings() const;

  // The languages of the pack's own title, which every title must have.
  void set_languages(const Title& title);

  // nullptr, with a fault, unless `value` is a record. An absent value (nullptr) is no fault.
  const Value::Record* record(const Value* value, const std::string& path);
  // Faults for members of `record` that are not among `known`.
  void keys(const Value::Record& record, const std::string& path,
            std::initializer_list<std::string_view> known);
  // Path to names: in which order the maps of the pack stand. Checked when all has been read.
  void set_order(const Value* order);
  void check_order();
  // The members of the map at `path`: those that `order` names in its order, then the others.
  using Members = std::vector<const Value::Record::value_type*>;
  Members in_order(const Value::Record& record, const std::string& path);
  // A member that must be there: nullptr, with a fault at `path`, if it is not.
  const Value* need(const Value::Record& record, const std::string& path, std::string_view name);

  std::string text(const Value* value, const std::string& path);
  std::int64_t integer(const Value* value, const std::string& path, std::int64_t otherwise,
                       std::int64_t min, std::int64_t max);
  bool flag(const Value* value, const std::string& path);
  // One of `codes`, or an empty text with a fault.
  std::string choice(const Value* value, const std::string& path,
                     std::initializer_list<std::string_view> codes);
  // Whether `name` may be the name of something declared.
  void name(std::string_view name, const std::string& path);
  // A title in all languages of the pack.
  Title title(const Value* value, const std::string& path);
  // At most `max` things of a kind.
  void count(std::size_t number, std::size_t max, const std::string& path);

  // The items of a list, or the one item written without it, each with its path.
  using Item = std::pair<const Value*, std::string>;
  [[nodiscard]] std::vector<Item> items(const Value* value, const std::string& path) const;
  std::vector<std::string> texts(const Value* value, const std::string& path);

  // An expression; nullptr, with a fault, if it does not parse. `value` is a text without `=`, or
  // what YAML made of one (`true`, `5`).
  std::shared_ptr<Program> program(const Value* value, const std::string& path);
  std::shared_ptr<Program> program(std::string_view text, const std::string& path);

 private:
  void report(const std::string& path, std::string text, bool is_note);

  const Document* document_;
  Title languages_;
  const Value::Record* order_ = nullptr;
  std::set<std::string, std::less<>> ordered_;  // paths of `order` that were met
  bool faulty_ = false;
  std::vector<Finding> findings_;
};

}  // namespace bashu::packs
