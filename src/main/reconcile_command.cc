// bashu reconcile: where two lists of the same lines differ, for offices that begin with
// spreadsheets and for registers that two nodes hold. The comparison is the one that nodes make of
// each other's statements.
//
//     rows of a side ──► parts by the digest of their keys, on disk
//     a part of both ──► trees ──► what differs, on disk until all parts are done
//
// So memory holds one part of the lines at a time, however many there are.

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ostream>
#include <utility>

#include "base/json.h"
#include "clearing/reconcile.h"
#include "main/commands.h"
#include "main/compared_side.h"
#include "main/spool.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

constexpr std::size_t kParts = 64;

std::string say(const Console& console, std::string_view key, const texts::Places& places = {}) {
  return texts::text(console.language, "reconcile." + std::string{key}, places);
}

std::string text_of(const ComparedRow& row, const std::string& field) {
  const auto it = row.fields.find(field);
  if (it == row.fields.end()) return {};
  const std::string* text = it->second.as_text();
  return text ? *text : canonical_json(it->second);
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " / ") + text;
  return out;
}

Hash hash_of(const std::vector<std::string>& texts) {
  return sha256(canonical_json(Value::List{texts.begin(), texts.end()}));
}

// Parts in order are keys in order.
std::size_t part_of(const Hash& key) { return static_cast<std::size_t>(key[0]) * kParts / 256; }

// The integer a cell says, 0 if it is empty; nullopt if it says none.
std::optional<std::int64_t> number_in(const std::string& text) {
  if (text.empty()) return 0;
  const auto value = parse_json(text);
  const std::int64_t* number = value ? value->as_int() : nullptr;
  return number ? std::optional{*number} : std::nullopt;
}

// A line as it is compared.
struct Kept {
  std::uint64_t number = 0;  // of the row
  std::vector<std::string> key, compared, summed;
};
Value to_value(const Kept& kept) {
  const auto list = [](const std::vector<std::string>& texts) {
    return Value::List{texts.begin(), texts.end()};
  };
  return Value::List{static_cast<std::int64_t>(kept.number), list(kept.key), list(kept.compared),
                     list(kept.summed)};
}
Kept kept_of(const Value& value) {
  const Value::List& parts = *value.as_list();
  const auto texts = [&](std::size_t i) {
    std::vector<std::string> out;
    for (const Value& one : *parts[i].as_list()) out.push_back(*one.as_text());
    return out;
  };
  return {.number = static_cast<std::uint64_t>(*parts[0].as_int()),
          .key = texts(1),
          .compared = texts(2),
          .summed = texts(3)};
}

// A side that has been read.
class Lines {
 public:
  Lines(const Console& console, const ComparedSide& side, const Reconcile& what)
      : console_{console}, side_{side}, what_{what}, sums_(what.sum.size()) {}

  std::expected<void, Exit> read() {
    std::vector<std::string> columns = what_.key;
    for (const auto* more : {&what_.compare, &what_.sum}) {
      columns.insert(columns.end(), more->begin(), more->end());
    }
    return side_.each(columns, [this](const ComparedRow& row) { return take(row); });
  }

  [[nodiscard]] const ComparedSide& side() const { return side_; }
  [[nodiscard]] const std::vector<std::int64_t>& sums() const { return sums_; }
  [[nodiscard]] std::uint64_t faults() const { return faults_; }  // rows that do not count

  struct Part {
    std::vector<clearing::Line> lines;
    std::map<Hash, Kept> rows;  // by key
  };
  std::expected<Part, Exit> part(std::size_t number) {
    Part out;
    std::string text;
    const auto read = parts_[number].read([&](std::string_view piece) {
      text += piece;
      std::size_t from = 0;
      for (std::size_t end; (end = text.find('\n', from)) != std::string::npos; from = end + 1) {
        add(out, kept_of(*parse_json(std::string_view{text}.substr(from, end - from), kLine)));
      }
      text.erase(0, from);
    });
    if (!read) return std::unexpected{console_.fail(read.error())};
    return out;
  }

 private:
  static constexpr JsonLimits kLine{.depth = 8, .values = 200'000};

  std::expected<void, Exit> take(const ComparedRow& row) {
    Kept kept{.number = row.number, .key = {}, .compared = {}, .summed = {}};
    for (const std::string& column : what_.key) kept.key.push_back(text_of(row, column));
    for (const std::string& column : what_.compare) kept.compared.push_back(text_of(row, column));
    for (const std::string& column : what_.sum) kept.summed.push_back(text_of(row, column));
    const bool named = std::ranges::any_of(kept.key, [](const auto& one) { return !one.empty(); });
    if (!row.wrong.empty() || !named) {
      tell(row.number, row.wrong.empty() ? say(console_, "no_key") : row.wrong);
      return {};
    }
    if (const auto wrong = sum(kept)) {
      tell(row.number, say(console_, "no_sum",
                           {{"column", what_.sum[*wrong]}, {"value", kept.summed[*wrong]}}));
      return {};
    }
    const Hash key = hash_of(kept.key);
    const auto held = parts_[part_of(key)].add(canonical_json(to_value(kept)) + '\n');
    if (!held) return std::unexpected{console_.fail(held.error())};
    return {};
  }

  // Which is no whole number, or comes to too much; nothing is added then.
  std::optional<std::size_t> sum(const Kept& kept) {
    std::vector<std::int64_t> sums = sums_;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const auto number = number_in(kept.summed[i]);
      if (!number || __builtin_add_overflow(sums[i], *number, &sums[i])) return i;
    }
    sums_ = std::move(sums);
    return std::nullopt;
  }

  void add(Part& part, Kept kept) {
    const Hash key = hash_of(kept.key), content = hash_of(kept.compared);
    const auto [first, fresh] = part.rows.try_emplace(key, std::move(kept));
    if (fresh) return part.lines.push_back({.key = key, .content = content});
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] -= *number_in(kept.summed[i]);
    tell(kept.number, say(console_, "twice", {{"at", side_.place(first->second.number)}}));
  }

  void tell(std::uint64_t number, const std::string& what) {
    ++faults_;
    console_.progress({});
    console_.err << side_.name() << ':' << number << ": " << what << '\n';
  }

  const Console& console_;
  const ComparedSide& side_;
  const Reconcile& what_;
  std::array<Spool, kParts> parts_;
  std::vector<std::int64_t> sums_;
  std::uint64_t faults_ = 0;
};

// What was found so far, in the order in which it is told.
struct Found {
  Spool only_left, only_right, differ;
  std::size_t equal = 0, left = 0, right = 0, differing = 0;
};

std::expected<void, Fault> compare(const Console& console, const Reconcile& what,
                                   const std::array<Lines, 2>& sides,
                                   const std::array<Lines::Part, 2>& parts, Found& found) {
  const clearing::Tree here{parts[0].lines}, there{parts[1].lines};
  const clearing::Differences all = clearing::reconcile(here, clearing::as_other(there));
  std::expected<void, Fault> done;
  const auto only = [&](std::size_t which, const std::vector<Hash>& keys, Spool& to) {
    for (const Hash& key : keys) {
      const Kept& row = parts[which].rows.at(key);
      const ComparedSide& side = sides[which].side();
      if (done) {
        done = to.add(
            say(console, "only",
                {{"key", joined(row.key)}, {"file", side.name()}, {"at", side.place(row.number)}}) +
            '\n');
      }
    }
  };
  only(0, all.only_here, found.only_left);
  only(1, all.only_there, found.only_right);
  for (const Hash& key : all.differ) {
    const Kept &a = parts[0].rows.at(key), &b = parts[1].rows.at(key);
    for (std::size_t i = 0; i < what.compare.size() && done; ++i) {
      if (a.compared[i] == b.compared[i]) continue;
      done = found.differ.add(say(console, "differs",
                                  {{"key", joined(a.key)},
                                   {"field", what.compare[i]},
                                   {"left", a.compared[i]},
                                   {"right", b.compared[i]},
                                   {"left_at", sides[0].side().place(a.number)},
                                   {"right_at", sides[1].side().place(b.number)}}) +
                              '\n');
    }
  }
  found.left += all.only_here.size();
  found.right += all.only_there.size();
  found.differing += all.differ.size();
  found.equal += parts[0].rows.size() - all.only_here.size() - all.differ.size();
  return done;
}

ComparedSide side_of(const Console& console, const Reconcile& what, const std::string& name,
                     const ReconcileSide& of) {
  return {console, name,
          Remote{.api = what.api, .key = of.key.empty() ? what.api_key : of.key, .ca = of.ca},
          what.as_of, of.at};
}

}  // namespace

Exit reconcile(const Console& console, const Reconcile& what) {
  const std::array named{side_of(console, what, what.left, what.of_left),
                         side_of(console, what, what.right, what.of_right)};
  std::array<Lines, 2> sides{Lines{console, named[0], what}, Lines{console, named[1], what}};
  for (Lines& side : sides) {
    if (const auto read = side.read(); !read) return read.error();
  }
  Found found;
  for (std::size_t i = 0; i < kParts; ++i) {
    std::array<Lines::Part, 2> parts;
    for (const std::size_t which : {0U, 1U}) {
      auto part = sides[which].part(i);
      if (!part) return part.error();
      parts[which] = *std::move(part);
    }
    const auto done = compare(console, what, sides, parts, found);
    if (!done) return console.fail(done.error());
  }
  for (const Spool* told : {&found.only_left, &found.only_right, &found.differ}) {
    const auto done = told->read([&](std::string_view piece) { console.out << piece; });
    if (!done) return console.fail(done.error());
  }
  for (std::size_t i = 0; i < what.sum.size(); ++i) {
    console.out << say(console, "sum",
                       {{"field", what.sum[i]},
                        {"left", std::to_string(sides[0].sums()[i])},
                        {"right", std::to_string(sides[1].sums()[i])}})
                << '\n';
  }
  console.out << say(console, "done",
                     {{"equal", std::to_string(found.equal)},
                      {"differ", std::to_string(found.differing)},
                      {"left", std::to_string(found.left)},
                      {"right", std::to_string(found.right)}})
              << '\n';
  const bool agree = found.differing + found.left + found.right == 0;
  return agree && sides[0].faults() + sides[1].faults() == 0 ? Exit::done : Exit::refused;
}

}  // namespace bashu::cli
