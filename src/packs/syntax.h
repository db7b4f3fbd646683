// The syntax tree of an expression, as parse() builds it and evaluation and type checking read it.
// Names are resolved here once: what is a variable of a macro, a root, a register's record, an
// account. Operators of one level are one node (`a + b - c` has three kids), so that the height of
// a tree, which bounds every recursion over it, is what a person would call nesting.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"

namespace bashu::packs {

enum class Op : std::uint8_t {
  literal,
  local,     // variable of a macro: slot
  root,      // name; named if it is none of the language's own
  computed,  // name of `of`: calc, case, figure, parent, parent.calc
  member,    // kids[0].name
  index,     // kids[0][kids[1]]
  record,    // register `of`, key kids[0]
  recorded,  // kids[0] in register `of`
  account,   // book `of`, kind name, keys kids
  method,    // of case: reached, left; of a book: window
  negation,  // !
  minus,
  product,
  sum,  // signs[i] is the sign before kids[i + 1]
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  unequal,
  in,
  conjunction,
  disjunction,
  choice,  // kids[0] ? kids[1] : kids[2]
  list,
  macro,  // over kids[0], body kids[1], variable slot
  has,    // kids[0] is computed or member
  call,
};

enum class Root : std::uint8_t {
  data,
  calc,
  params,
  today,
  kase,
  parent,
  each,
  result,
  entry,
  account,
  figure,
  as_of,
  line,
  named,
};
inline constexpr std::size_t kRoots = 14;

enum class Macro : std::uint8_t { all, exists, filter, map, sum };

enum class Function : std::uint8_t {
  min,
  max,
  abs,
  muldiv,
  ratio,
  size,
  string,
  left,
  pad,
  key,
  digest,
  distinct,
  sort,
  shuffle,
  add_days,
  add_months,
  days,
  years,
  year,
  month,
  month_of_year,
  month_end,
  add_workdays,
  workdays,
  any,
  both,
  earliest,
  latest,
  serial,
};

inline constexpr int kHeightMax = 32;
inline constexpr std::size_t kCharactersMax = 2'000;

struct Node {
  Op op{};
  Root root{};
  Macro macro{};
  Function function{};
  int slot = 0;    // below kHeightMax: each macro adds to the height
  int height = 0;  // of a leaf
  int offset = 0;  // byte in the text
  std::string name;
  std::string of;
  std::string signs;
  Value literal;
  std::vector<Node> kids;
};

// Calls visit(node) for every node, outermost first.
template <typename Visit>
void each_node(const Node& node, const Visit& visit) {
  visit(node);
  for (const Node& kid : node.kids) each_node(kid, visit);
}

// True if the language itself gives `name` a meaning as a root, macro or word, so that no register,
// book or account kind may have it.
[[nodiscard]] bool is_reserved(std::string_view name);

}  // namespace bashu::packs
