// Evaluation of expressions: a walk over the tree with borrowed values wherever the scope has them.
//
// Every node visited costs one step; a look-up four more; a text that is made, copied or compared
// its length / 16; a list or record that is copied or compared an eighth of the values in it. What
// costs is charged before it is done, so the budget bounds time and memory alike.
#include "packs/expr.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/muldiv.h"
#include "packs/months.h"
#include "packs/syntax.h"

namespace bashu::packs {
namespace {

using Kind = EvalError::Kind;

constexpr std::int64_t kDaysMax = 4'000'000;  // more than the years 1 to 9999 have
constexpr std::int64_t kWorkdaysMax = 100'000;
constexpr std::int64_t kMonthsMax = 120'000;
constexpr std::int64_t kPadMax = 4'000;
constexpr int kLookUp = 4;  // on top of the step of its node

// A value on its way: borrowed from the scope or the tree where possible, else its own.
struct Cell {
  const Value* at = nullptr;  // nullptr: own
  Value own;

  [[nodiscard]] const Value& get() const { return at ? *at : own; }
  void borrow(const Value& value) { at = &value; }
  void set(Value value) {
    own = std::move(value);
    at = nullptr;
  }
  [[nodiscard]] Value take() { return at ? *at : std::move(own); }
};

std::string_view kind_of(const Value& value) {
  if (value.is_null()) return "null";
  if (value.as_bool()) return "true or false";
  if (value.as_int()) return "an integer";
  if (value.as_text()) return "a text";
  return value.as_list() ? "a list" : "a record";
}

// The bytes of the first `count` characters.
std::size_t prefix(std::string_view text, std::int64_t count) {
  std::size_t end = 0;
  while (end < text.size() && count > 0) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    --count;
  }
  return end;
}

class Evaluation {
 public:
  Evaluation(Scope& scope, int cost_max) : scope_{scope}, budget_{cost_max} {}

  Eval<Value> value(const Node& node) {
    Cell out;
    if (!run(node, out)) return std::unexpected{std::move(error_)};
    if (!charge_copy(out)) return std::unexpected{std::move(error_)};
    return out.take();
  }
  Eval<bool> truth(const Node& node) {
    bool out = false;
    if (!run_bool(node, out)) return std::unexpected{std::move(error_)};
    return out;
  }

 private:
  bool fail(Kind kind, std::string text) {
    error_.kind = kind;
    error_.text = std::move(text);
    return false;
  }
  bool fail(EvalError error) {
    error_ = std::move(error);
    return false;
  }
  bool charge(std::size_t steps) {
    if (steps > static_cast<std::size_t>(budget_)) {
      budget_ = 0;
      return fail(Kind::cost, "the expression takes too many steps");
    }
    budget_ -= static_cast<int>(steps);
    return true;
  }
  [[nodiscard]] bool exhausted() const { return error_.kind == Kind::cost; }

  // Values in `value`, texts at a sixteenth of a byte each; stops counting beyond `max`.
  static std::size_t weight(const Value& value, std::size_t max) {
    std::size_t total = 1;
    if (const std::string* text = value.as_text()) return total + text->size() / 16;
    if (const Value::List* list = value.as_list()) {
      for (const Value& item : *list) {
        if (total > max) break;
        total += weight(item, max - total);
      }
    } else if (const Value::Record* record = value.as_record()) {
      for (const auto& [name, item] : *record) {
        if (total > max) break;
        total += weight(item, max - total);
      }
    }
    return total;
  }
  bool charge_size(const Value& value) {
    if (const std::string* text = value.as_text()) return charge(text->size() / 16);
    if (!value.as_list() && !value.as_record()) return true;
    return charge(weight(value, (static_cast<std::size_t>(budget_) + 1) * 8) / 8);
  }
  bool charge_copy(const Cell& cell) { return !cell.at || charge_size(*cell.at); }

  bool run(const Node& node, Cell& out) {
    if (!charge(1)) return false;
    switch (node.op) {
      case Op::literal:
        out.borrow(node.literal);
        return true;
      case Op::local:
        out.borrow(*locals_[static_cast<std::size_t>(node.slot)]);
        return true;
      case Op::root:
        return root(node, out);
      case Op::computed:
        return computed(node, out);
      case Op::member:
        return member(node, out);
      case Op::index:
        return index(node, out);
      case Op::record:
        return record(node, out);
      case Op::recorded: {
        const Value* found = nullptr;
        if (!find_record(node, found)) return false;
        out.set(found != nullptr);
        return true;
      }
      case Op::account:
      case Op::method:
        return called(node, out);
      case Op::negation: {
        bool truth = false;
        if (!run_bool(node.kids[0], truth)) return false;
        out.set(!truth);
        return true;
      }
      case Op::minus: {
        std::int64_t number = 0;
        if (!run_int(node.kids[0], number)) return false;
        if (number == std::numeric_limits<std::int64_t>::min()) return overflow();
        out.set(-number);
        return true;
      }
      case Op::product:
        return product(node, out);
      case Op::sum:
        return sum(node, out);
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
        return order(node, out);
      case Op::equal:
      case Op::unequal:
        return equality(node, out);
      case Op::in:
        return within(node, out);
      case Op::conjunction:
        return junction(node, false, out);
      case Op::disjunction:
        return junction(node, true, out);
      case Op::choice: {
        bool truth = false;
        if (!run_bool(node.kids[0], truth)) return false;
        return run(node.kids[truth ? 1 : 2], out);
      }
      case Op::list:
        return list(node, out);
      case Op::macro:
        return macro(node, out);
      case Op::has:
        return has(node, out);
      case Op::call:
        return call(node, out);
    }
    return fail(Kind::type, "no such operation");
  }

  bool overflow() { return fail(Kind::overflow, "the result is outside the 64-bit integers"); }
  bool expected(std::string_view what, const Value& got) {
    std::string text{what};
    text += " was expected, not ";
    text += kind_of(got);
    return fail(Kind::type, std::move(text));
  }

  bool run_bool(const Node& node, bool& out) {
    Cell cell;
    if (!run(node, cell)) return false;
    const bool* truth = cell.get().as_bool();
    if (!truth) return expected("true or false", cell.get());
    out = *truth;
    return true;
  }
  bool run_int(const Node& node, std::int64_t& out) {
    Cell cell;
    if (!run(node, cell)) return false;
    const std::int64_t* number = cell.get().as_int();
    if (!number) return expected("an integer", cell.get());
    out = *number;
    return true;
  }

  bool root(const Node& node, Cell& out) {
    switch (node.root) {
      case Root::calc:
      case Root::kase:
      case Root::parent:
      case Root::figure:
        return fail(Kind::type, node.name + " needs the name of what to read");
      case Root::named:
        if (scope_.is_register(node.name)) {
          return fail(Kind::type, "a register is read by key: " + node.name + "[key]");
        }
        if (scope_.is_book(node.name)) {
          return fail(Kind::type, "a book is read by account: " + node.name + ".account(key)");
        }
        return fail(Kind::lookup, "unknown name " + node.name);
      default:
        break;
    }
    const Value*& known = roots_[static_cast<std::size_t>(node.root)];
    if (!known) known = scope_.root(node.name);
    if (!known) return fail(Kind::lookup, "unknown name " + node.name);
    out.borrow(*known);
    return true;
  }

  bool computed(const Node& node, Cell& out) {
    if (node.root == Root::parent && !charge(kLookUp)) return false;
    if (const Value* ready = scope_.borrowed(node.of, node.name)) {
      out.borrow(*ready);
      return true;
    }
    Eval<Value> got = scope_.member(node.of, node.name);
    if (!got) return fail(std::move(got.error()));
    out.set(std::move(*got));
    return true;
  }

  // Replaces the record in `out` by its member.
  bool descend(std::string_view name, Cell& out) {
    if (out.at) {
      const Value::Record* record = out.at->as_record();
      if (!record) return expected("a record with '" + std::string{name} + "'", *out.at);
      const auto found = record->find(name);
      if (found == record->end()) return missing(name);
      out.borrow(found->second);
      return true;
    }
    Value::Record* record = out.own.as_record();
    if (!record) return expected("a record with '" + std::string{name} + "'", out.own);
    const auto found = record->find(name);
    if (found == record->end()) return missing(name);
    Value taken = std::move(found->second);
    out.set(std::move(taken));
    return true;
  }
  bool missing(std::string_view name) {
    return fail(Kind::missing, "'" + std::string{name} + "' is missing");
  }

  bool member(const Node& node, Cell& out) {
    return run(node.kids[0], out) && descend(node.name, out);
  }

  bool index(const Node& node, Cell& out) {
    if (!run(node.kids[0], out)) return false;
    Cell key;
    if (!run(node.kids[1], key)) return false;
    if (const Value::List* list = out.get().as_list()) {
      const std::int64_t* at = key.get().as_int();
      if (!at) return expected("an integer as index", key.get());
      if (*at < 0 || *at >= static_cast<std::int64_t>(list->size())) {
        return fail(Kind::range, "there is no item " + std::to_string(*at) + " in the list");
      }
      const auto place = static_cast<std::size_t>(*at);
      if (out.at) {
        out.borrow((*list)[place]);
      } else {
        Value taken = std::move((*out.own.as_list())[place]);
        out.set(std::move(taken));
      }
      return true;
    }
    const std::string* name = key.get().as_text();
    if (!name) return expected("a text as name of a member", key.get());
    return descend(*name, out);
  }

  bool find_record(const Node& node, const Value*& found) {
    if (!charge(kLookUp)) return false;
    Cell key;
    if (!run(node.kids[0], key)) return false;
    const std::string* text = key.get().as_text();
    if (!scope_.is_register(node.of)) return fail(Kind::lookup, "unknown name " + node.of);
    if (!text) return expected("a text as key of a register", key.get());
    Eval<const Value*> got = scope_.record(node.of, *text);
    if (!got) return fail(std::move(got.error()));
    found = *got;
    return true;
  }
  bool record(const Node& node, Cell& out) {
    const Value* found = nullptr;
    if (!find_record(node, found)) return false;
    if (!found) return fail(Kind::missing, "there is no such record in " + node.of);
    out.borrow(*found);
    return true;
  }

  bool values(const std::vector<Node>& nodes, std::vector<Value>& out) {
    out.reserve(nodes.size());
    for (const Node& node : nodes) {
      Cell cell;
      if (!run(node, cell) || !charge_copy(cell)) return false;
      out.push_back(cell.take());
    }
    return true;
  }

  // A method of `case`, an account's balance, or a window of one.
  bool called(const Node& node, Cell& out) {
    if (node.of != "case") {
      if (!charge(kLookUp)) return false;
      if (!scope_.is_book(node.of)) return fail(Kind::lookup, "unknown name " + node.of);
    }
    std::vector<Value> given;
    if (!values(node.kids, given)) return false;
    Eval<Value> got = scope_.call(node.of, node.name, given);
    if (!got) return fail(std::move(got.error()));
    out.set(std::move(*got));
    return true;
  }

  bool product(const Node& node, Cell& out) {
    std::int64_t total = 0;
    if (!charge(node.kids.size() - 2) || !run_int(node.kids[0], total)) return false;
    for (std::size_t i = 1; i < node.kids.size(); ++i) {
      std::int64_t factor = 0;
      if (!run_int(node.kids[i], factor)) return false;
      if (__builtin_mul_overflow(total, factor, &total)) return overflow();
    }
    out.set(total);
    return true;
  }

  bool sum(const Node& node, Cell& out) {
    if (!charge(node.kids.size() - 2)) return false;
    Cell cell;
    if (!run(node.kids[0], cell)) return false;
    if (cell.get().as_text()) return joined(node, cell, out);
    if (cell.get().as_list()) return chained(node, cell, out);
    const std::int64_t* first = cell.get().as_int();
    if (!first) return expected("an integer", cell.get());
    std::int64_t total = *first;
    for (std::size_t i = 1; i < node.kids.size(); ++i) {
      std::int64_t number = 0;
      if (!run_int(node.kids[i], number)) return false;
      if (node.signs[i - 1] == '+' ? __builtin_add_overflow(total, number, &total)
                                   : __builtin_sub_overflow(total, number, &total)) {
        return overflow();
      }
    }
    out.set(total);
    return true;
  }
  bool joined(const Node& node, const Cell& first, Cell& out) {
    std::string text = *first.get().as_text();
    for (std::size_t i = 1; i < node.kids.size(); ++i) {
      Cell cell;
      if (!run(node.kids[i], cell)) return false;
      const std::string* more = cell.get().as_text();
      if (!more) return expected("a text", cell.get());
      if (node.signs[i - 1] == '-') return fail(Kind::type, "texts have no difference");
      if (!charge((text.size() + more->size()) / 16)) return false;
      text += *more;
    }
    out.set(std::move(text));
    return true;
  }

  // Lists one after the other.
  bool chained(const Node& node, Cell& first, Cell& out) {
    if (!charge_copy(first)) return false;
    Value all = first.take();
    for (std::size_t i = 1; i < node.kids.size(); ++i) {
      Cell cell;
      if (!run(node.kids[i], cell)) return false;
      const Value::List* more = cell.get().as_list();
      if (!more) return expected("a list", cell.get());
      if (node.signs[i - 1] == '-') return fail(Kind::type, "lists have no difference");
      if (!charge_size(cell.get())) return false;
      all.as_list()->insert(all.as_list()->end(), more->begin(), more->end());
    }
    out.set(std::move(all));
    return true;
  }

  bool order(const Node& node, Cell& out) {
    Cell left;
    Cell right;
    if (!run(node.kids[0], left) || !run(node.kids[1], right)) return false;
    int sign = 0;
    const Value& a = left.get();
    const Value& b = right.get();
    if (a.as_int() && b.as_int()) {
      sign = *a.as_int() < *b.as_int() ? -1 : *a.as_int() > *b.as_int() ? 1 : 0;
    } else if (a.as_text() && b.as_text()) {
      if (!charge(std::min(a.as_text()->size(), b.as_text()->size()) / 16)) return false;
      sign = a.as_text()->compare(*b.as_text());
    } else {
      std::string text = "there is no order between ";
      text += kind_of(a);
      text += " and ";
      text += kind_of(b);
      return fail(Kind::type, std::move(text));
    }
    out.set(node.op == Op::less         ? sign < 0
            : node.op == Op::less_equal ? sign <= 0
            : node.op == Op::greater    ? sign > 0
                                        : sign >= 0);
    return true;
  }

  bool equals(const Value& a, const Value& b, bool& out) {
    const bool large = (a.as_list() && b.as_list()) || (a.as_record() && b.as_record()) ||
                       (a.as_text() && b.as_text());
    if (large && !charge_size(a)) return false;
    out = a == b;
    return true;
  }
  bool equality(const Node& node, Cell& out) {
    Cell left;
    Cell right;
    bool same = false;
    if (!run(node.kids[0], left) || !run(node.kids[1], right) ||
        !equals(left.get(), right.get(), same)) {
      return false;
    }
    out.set(same == (node.op == Op::equal));
    return true;
  }
  bool within(const Node& node, Cell& out) {
    Cell item;
    Cell all;
    if (!run(node.kids[0], item) || !run(node.kids[1], all)) return false;
    const Value::List* list = all.get().as_list();
    if (!list) return expected("a list or register", all.get());
    if (!charge(list->size() / 8)) return false;
    bool found = false;
    for (const Value& candidate : *list) {
      if (!equals(item.get(), candidate, found)) return false;
      if (found) break;
    }
    out.set(found);
    return true;
  }

  // `stop` decides at once, even when another operand failed; else the first failure counts.
  bool junction(const Node& node, bool stop, Cell& out) {
    if (!charge(node.kids.size() - 2)) return false;
    std::optional<EvalError> first;
    for (const Node& kid : node.kids) {
      bool truth = false;
      if (run_bool(kid, truth)) {
        if (truth == stop) {
          out.set(stop);
          return true;
        }
      } else {
        if (exhausted()) return false;
        if (!first) first = std::move(error_);
        error_ = {};
      }
    }
    if (first) return fail(std::move(*first));
    out.set(!stop);
    return true;
  }

  bool list(const Node& node, Cell& out) {
    std::vector<Value> items;
    if (!values(node.kids, items)) return false;
    out.set(Value::List(std::move(items)));
    return true;
  }

  bool macro(const Node& node, Cell& out) {
    Cell over;
    if (!run(node.kids[0], over)) return false;
    const Value::List* list = over.get().as_list();
    if (!list) return expected("a list", over.get());
    const Value*& local = locals_[static_cast<std::size_t>(node.slot)];
    const Node& body = node.kids[1];
    if (node.macro == Macro::all || node.macro == Macro::exists) {
      const bool stop = node.macro == Macro::exists;
      std::optional<EvalError> first;
      for (const Value& item : *list) {
        local = &item;
        bool truth = false;
        if (run_bool(body, truth)) {
          if (truth != stop) continue;
          out.set(stop);
          return true;
        }
        if (exhausted()) return false;
        if (!first) first = std::move(error_);
        error_ = {};
      }
      if (first) return fail(std::move(*first));
      out.set(!stop);
      return true;
    }
    if (node.macro == Macro::sum) {
      std::int64_t total = 0;
      for (const Value& item : *list) {
        local = &item;
        std::int64_t number = 0;
        if (!run_int(body, number)) return false;
        if (__builtin_add_overflow(total, number, &total)) return overflow();
      }
      out.set(total);
      return true;
    }
    Value::List kept;
    for (const Value& item : *list) {
      local = &item;
      if (node.macro == Macro::map) {
        Cell cell;
        if (!run(body, cell) || !charge_copy(cell)) return false;
        kept.push_back(cell.take());
      } else {
        bool truth = false;
        if (!run_bool(body, truth)) return false;
        if (!truth) continue;
        if (!charge_size(item)) return false;
        kept.push_back(item);
      }
    }
    out.set(std::move(kept));
    return true;
  }

  bool has(const Node& node, Cell& out) {
    const Node& asked = node.kids[0];
    if (asked.op == Op::computed) {
      if (asked.root == Root::parent && !charge(kLookUp)) return false;
      out.set(scope_.has_member(asked.of, asked.name));
      return true;
    }
    if (!run(asked.kids[0], out)) return false;
    const Value* found = out.get().find(asked.name);
    const bool there = found && !found->is_null();
    out.set(there);
    return true;
  }

  bool call(const Node& node, Cell& out) {
    const std::vector<Node>& kids = node.kids;
    switch (node.function) {
      case Function::digest:
        return digest(node, out);
      case Function::any:
      case Function::both:
      case Function::earliest:
      case Function::latest:
        return sided(node, out);
      default:
        break;
    }
    std::array<Cell, 4> given;
    if (node.function == Function::key) return key(node, out);
    for (std::size_t i = 0; i < kids.size(); ++i) {
      if (!run(kids[i], given[i])) return false;
    }
    const auto at = [&given](std::size_t i) -> const Value& { return given[i].get(); };
    switch (node.function) {
      case Function::min:
      case Function::max:
        return extreme(node.function == Function::max, at(0), at(1), out);
      case Function::abs: {
        std::int64_t number = 0;
        if (!as_int(at(0), number)) return false;
        if (number == std::numeric_limits<std::int64_t>::min()) return overflow();
        out.set(number < 0 ? -number : number);
        return true;
      }
      case Function::muldiv: {
        const std::string* mode = at(3).as_text();
        if (!mode) return expected("the name of a rounding", at(3));
        return divided(at(0), at(1), at(2), *mode, out);
      }
      case Function::ratio: {
        std::int64_t divisor = 0;
        if (!as_int(at(1), divisor)) return false;
        if (divisor == 0) {
          out.set(Value{});
          return true;
        }
        return divided(at(0), at(2), at(1), "half_up", out);
      }
      case Function::size:
        return size(at(0), out);
      case Function::string:
        return as_string(given[0], out);
      case Function::left:
        return left(at(0), at(1), out);
      case Function::pad:
        return pad(at(0), at(1), out);
      case Function::distinct:
        return distinct(at(0), out);
      case Function::sort:
        return sorted(at(0), out);
      case Function::shuffle:
        return shuffled(at(0), at(1), out);
      case Function::add_days:
      case Function::add_months:
      case Function::days:
      case Function::years:
      case Function::year:
      case Function::month:
      case Function::month_of_year:
      case Function::month_end:
      case Function::add_workdays:
      case Function::workdays:
        return dated(node.function, at(0), kids.size() > 1 ? at(1) : at(0), out);
      case Function::serial: {
        if (!charge(kLookUp)) return false;
        const std::string* name = at(0).as_text();
        if (!name) return expected("a text as name of a serial number", at(0));
        static const std::string kNone;
        const std::string* under = kids.size() > 1 ? at(1).as_text() : &kNone;
        if (!under) return expected("a text as key of a serial number", at(1));
        Eval<std::int64_t> got = scope_.serial(*name, *under);
        if (!got) return fail(std::move(got.error()));
        out.set(*got);
        return true;
      }
      default:
        break;
    }
    return fail(Kind::type, "no such function");
  }

  bool as_int(const Value& value, std::int64_t& out) {
    const std::int64_t* number = value.as_int();
    if (!number) return expected("an integer", value);
    out = *number;
    return true;
  }

  bool extreme(bool greatest, const Value& a, const Value& b, Cell& out) {
    bool less = false;
    if (a.as_int() && b.as_int()) {
      less = *a.as_int() < *b.as_int();
    } else if (a.as_text() && b.as_text()) {
      if (!charge((a.as_text()->size() + b.as_text()->size()) / 16)) return false;
      less = *a.as_text() < *b.as_text();
    } else {
      return fail(Kind::type, "min() and max() take two integers or two dates");
    }
    out.set(less == greatest ? b : a);
    return true;
  }

  bool divided(const Value& a, const Value& b, const Value& c, std::string_view mode, Cell& out) {
    std::int64_t x = 0;
    std::int64_t y = 0;
    std::int64_t z = 0;
    if (!as_int(a, x) || !as_int(b, y) || !as_int(c, z)) return false;
    Eval<std::int64_t> got = muldiv(x, y, z, mode);
    if (!got) return fail(std::move(got.error()));
    out.set(*got);
    return true;
  }

  bool size(const Value& value, Cell& out) {
    if (const std::string* text = value.as_text()) {
      if (!charge(text->size() / 16)) return false;
      out.set(utf8_length(*text));
    } else if (const Value::List* list = value.as_list()) {
      out.set(list->size());
    } else if (const Value::Record* record = value.as_record()) {
      out.set(record->size());
    } else {
      return expected("a text or list", value);
    }
    return true;
  }

  bool left(const Value& text, const Value& count, Cell& out) {
    std::int64_t number = 0;
    if (!text.as_text() && !text.as_list()) return expected("a text or list", text);
    if (!as_int(count, number)) return false;
    if (number < 0) return fail(Kind::range, "left() takes a length of zero or more");
    if (const Value::List* list = text.as_list()) {
      const auto size = std::min(list->size(), static_cast<std::size_t>(number));
      Value::List first;
      first.reserve(size);
      for (std::size_t i = 0; i < size; ++i) {
        if (!charge(1) || !charge_size((*list)[i])) return false;
        first.push_back((*list)[i]);
      }
      out.set(std::move(first));
      return true;
    }
    const std::string& whole = *text.as_text();
    const std::size_t end = prefix(whole, number);
    if (!charge(end / 16)) return false;
    out.set(whole.substr(0, end));
    return true;
  }

  // Each value once, where it came first.
  bool distinct(const Value& value, Cell& out) {
    const Value::List* list = value.as_list();
    if (!list) return expected("a list", value);
    std::set<std::string> seen;
    Value::List kept;
    for (const Value& item : *list) {
      std::string form;
      if (!charge(1) || !canonical(item, form)) return false;
      if (seen.insert(std::move(form)).second) kept.push_back(item);
    }
    out.set(std::move(kept));
    return true;
  }

  // Integers, or texts by code point: the order of UTF-8 bytes is that of code points.
  bool sorted(const Value& value, Cell& out) {
    const Value::List* list = value.as_list();
    if (!list) return expected("a list", value);
    for (const Value& item : *list) {
      if (!charge(1) || !charge_size(item)) return false;
      const bool alike =
          list->front().as_int() ? item.as_int() != nullptr : item.as_text() != nullptr;
      if (!alike) return fail(Kind::type, "sort() takes integers, or texts, or dates");
    }
    Value::List all = *list;
    std::sort(all.begin(), all.end(), [](const Value& a, const Value& b) {
      return a.as_int() ? *a.as_int() < *b.as_int() : *a.as_text() < *b.as_text();
    });
    out.set(std::move(all));
    return true;
  }

  // In the order of digest(seed, item): anybody can compute it again, and the order in which the
  // list came does not matter.
  bool shuffled(const Value& value, const Value& seed, Cell& out) {
    const Value::List* list = value.as_list();
    if (!list) return expected("a list", value);
    if (!seed.as_text()) return expected("a text as seed", seed);
    std::string before;
    if (!canonical(seed, before)) return false;
    std::vector<std::pair<std::string, const Value*>> places;
    places.reserve(list->size());
    for (const Value& item : *list) {
      std::string form;
      if (!charge(1 + before.size() / 16) || !canonical(item, form)) return false;
      std::string pair = "[" + before + "," + form + "]";
      places.emplace_back(hex(sha256(pair)), &item);
    }
    std::sort(places.begin(), places.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    Value::List all;
    all.reserve(places.size());
    for (const auto& [place, item] : places) all.push_back(*item);
    out.set(std::move(all));
    return true;
  }
  bool canonical(const Value& value, std::string& out) {
    if (!charge_size(value)) return false;
    out = canonical_json(value);
    return charge(out.size() / 16);
  }

  // Zeros before the digits, after a sign.
  bool pad(const Value& value, const Value& width, Cell& out) {
    std::int64_t wanted = 0;
    if (!as_int(width, wanted)) return false;
    if (wanted < 0 || wanted > kPadMax) return fail(Kind::range, "pad() to a width of 0 to 4,000");
    std::string text;
    if (const std::int64_t* number = value.as_int()) {
      text = std::to_string(*number);
    } else if (value.as_text()) {
      text = *value.as_text();
    } else {
      return expected("an integer", value);
    }
    if (!charge((text.size() + static_cast<std::size_t>(wanted)) / 16)) return false;
    const auto length = static_cast<std::int64_t>(utf8_length(text));
    if (length < wanted) {
      const std::size_t place = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
      text.insert(place, static_cast<std::size_t>(wanted - length), '0');
    }
    out.set(std::move(text));
    return true;
  }

  bool key(const Node& node, Cell& out) {
    std::vector<Value> parts;
    if (!values(node.kids, parts)) return false;
    for (const Value& part : parts) {
      if (!part.as_int() && !part.as_text()) return expected("an integer or text in a key", part);
    }
    std::string joined = record_key(parts);
    if (!charge(joined.size() / 16)) return false;
    out.set(std::move(joined));
    return true;
  }

  bool digest(const Node& node, Cell& out) {
    std::string canonical = "[";
    for (const Node& kid : node.kids) {
      Cell cell;
      if (!run(kid, cell)) return false;
      if (canonical.size() > 1) canonical += ',';
      const std::string part = canonical_json(cell.get());
      if (!charge(part.size() / 16)) return false;
      canonical += part;
    }
    canonical += ']';
    out.set("sha256:" + hex(sha256(canonical)));
    return true;
  }

  bool sided(const Node& node, Cell& out) {
    Cell sides;
    static const Value kNobody{Value::Record{}};
    if (!run(node.kids[0], sides)) {  // a side that has not spoken is absent: so may all be
      if (error_.kind != Kind::missing) return false;
      error_ = {};
      sides.borrow(kNobody);
    }
    const Value::Record* record = sides.get().as_record();
    if (!record) return expected("a field with a value per side", sides.get());
    if (!charge(record->size())) return false;
    if (node.function == Function::any || node.function == Function::both) {
      Cell wanted;
      if (!run(node.kids[1], wanted)) return false;
      std::size_t count = 0;
      for (const auto& [side, value] : *record) {
        bool same = false;
        if (!equals(value, wanted.get(), same)) return false;
        if (same) ++count;
      }
      // The record names every side it waits for, null until that side has spoken.
      const std::size_t all = std::max(record->size(), scope_.sides());
      out.set(node.function == Function::any ? count > 0 : count > 0 && count >= all);
      return true;
    }
    const bool greatest = node.function == Function::latest;
    std::size_t spoken = 0;
    Cell best;
    for (const auto& [side, value] : *record) {
      if (value.is_null()) continue;
      if (spoken++ == 0) {
        best.borrow(value);
        continue;
      }
      Cell next;
      if (!extreme(greatest, best.get(), value, next)) return false;
      best = std::move(next);
    }
    const std::size_t all = std::max(record->size(), scope_.sides());
    if (spoken == 0 || (greatest && spoken < all)) {
      out.set(Value{});
    } else {
      out.set(best.take());
    }
    return true;
  }

  bool as_string(Cell& given, Cell& out) {
    if (const std::int64_t* number = given.get().as_int()) {
      out.set(std::to_string(*number));
      return true;
    }
    if (!given.get().as_text()) return expected("an integer", given.get());
    if (!charge_copy(given)) return false;
    out.set(given.take());
    return true;
  }
  bool as_date(const Value& value, Date& out) {
    const std::string* text = value.as_text();
    const std::optional<Date> date = text ? Date::parse(*text) : std::nullopt;
    if (!date) return expected("a date", value);
    out = *date;
    return true;
  }
  bool moved(Date date, std::int64_t days, Cell& out) {
    static const std::int64_t kFirst = Date::from_civil(1, 1, 1)->days();
    static const std::int64_t kLast = Date::from_civil(9999, 12, 31)->days();
    if (days < -kDaysMax || days > kDaysMax || date.days() + days < kFirst ||
        date.days() + days > kLast) {
      return fail(Kind::range, "the date is outside the years 1 to 9999");
    }
    out.set(date.plus_days(days).text());
    return true;
  }

  bool moved_months(Date date, std::int64_t months, Cell& out) {
    if (months < -kMonthsMax || months > kMonthsMax) {
      return fail(Kind::range, "add_months() by at most 120,000 months");
    }
    const std::optional<Date> there = months_on(date, months);
    if (!there) return fail(Kind::range, "the date is outside the years 1 to 9999");
    out.set(there->text());
    return true;
  }

  // Null in, null out.
  bool dated(Function function, const Value& a, const Value& b, Cell& out) {
    if (a.is_null() || b.is_null()) {
      out.set(Value{});
      return true;
    }
    Date day;
    Date other;
    std::int64_t number = 0;
    switch (function) {
      case Function::add_days:
        return as_date(a, day) && as_int(b, number) && moved(day, number, out);
      case Function::add_months:
        return as_date(a, day) && as_int(b, number) && moved_months(day, number, out);
      case Function::days:
        if (!as_date(a, day) || !as_date(b, other)) return false;
        out.set(std::int64_t{other.days()} - day.days());
        return true;
      case Function::years: {
        if (!as_date(a, day) || !as_date(b, other)) return false;
        const std::int64_t years = std::int64_t{other.year()} - day.year();
        out.set(*months_on(day, 12 * years) <= other ? years : years - 1);
        return true;
      }
      case Function::add_workdays:
        if (!as_date(a, day) || !as_int(b, number)) return false;
        if (number < -kWorkdaysMax || number > kWorkdaysMax) {
          return fail(Kind::range, "add_workdays() by at most 100,000 days");
        }
        if (!charge(kLookUp + static_cast<std::size_t>(number < 0 ? -number : number) / 8)) {
          return false;
        }
        // A third more days than working days, and the longest holidays on top.
        if (Cell edge; !moved(day, number * 2 + (number < 0 ? -60 : 60), edge)) return false;
        out.set(scope_.calendar().add_workdays(day, number).text());
        return true;
      case Function::workdays: {
        if (!as_date(a, day) || !as_date(b, other)) return false;
        const std::int64_t span = std::int64_t{other.days()} - day.days();
        if (span > kWorkdaysMax) return fail(Kind::range, "workdays() over at most 100,000 days");
        if (!charge(kLookUp + static_cast<std::size_t>(span < 0 ? 0 : span) / 8)) return false;
        out.set(span <= 0 ? 0 : scope_.calendar().workdays_between(day, other));
        return true;
      }
      default:
        break;
    }
    const std::string* text = a.as_text();
    const bool month = text && is_month(*text);
    if (function == Function::month_end) {
      if (!month) return expected("a month", a);
      out.set(month_end(*text)->text());
      return true;
    }
    if (!month && !as_date(a, day)) return false;
    const std::string_view digits{*text};
    if (function == Function::month) {
      out.set(digits.substr(0, 7));
      return true;
    }
    const std::string_view part =
        function == Function::year ? digits.substr(0, 4) : digits.substr(5, 2);
    for (const char c : part) number = number * 10 + (c - '0');
    out.set(number);
    return true;
  }

  Scope& scope_;
  int budget_;
  EvalError error_;
  std::array<const Value*, kRoots> roots_{};
  std::array<const Value*, kHeightMax> locals_{};
};

}  // namespace

Eval<Value> evaluate(const Program& program, Scope& scope, int cost_max) {
  return Evaluation{scope, cost_max}.value(program.root());
}

Eval<bool> evaluate_bool(const Program& program, Scope& scope) {
  return Evaluation{scope, kCostMax}.truth(program.root());
}

std::string digest_text(const Value& value) {
  return "sha256:" + hex(sha256(canonical_json(value)));
}

namespace {

// `/` is written `%2F`, and `%` before `2F` or `25` is written `%25`: no two lists of texts have
// one key, and a key of before stays as it is unless it could be taken for another.
void append_part(std::string& key, std::string_view text) {
  if (text.find_first_of("/%") == std::string_view::npos) {
    key += text;
    return;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view code = text.substr(i, 3);
    if (text[i] == '/') {
      key += "%2F";
    } else if (code == "%2F" || code == "%25") {
      key += "%25";
    } else {
      key += text[i];
    }
  }
}

}  // namespace

std::string join_key(std::span<const Value> parts) {
  std::string key;
  bool first = true;
  for (const Value& part : parts) {
    if (!first) key += '/';
    first = false;
    if (const std::int64_t* number = part.as_int()) {
      key += std::to_string(*number);
    } else if (const std::string* text = part.as_text()) {
      append_part(key, *text);
    }
  }
  return key;
}

std::vector<std::string> split_key(std::string_view joined) {
  std::vector<std::string> parts{""};
  for (std::size_t i = 0; i < joined.size(); ++i) {
    const std::string_view code = joined.substr(i, 3);
    if (joined[i] == '/') {
      parts.emplace_back();
    } else if (code == "%2F" || code == "%25") {
      parts.back() += code == "%2F" ? '/' : '%';
      i += 2;
    } else {
      parts.back() += joined[i];
    }
  }
  return parts;
}

std::string record_key(std::span<const Value> parts) {
  const std::string* text = parts.size() == 1 ? parts[0].as_text() : nullptr;
  return text ? *text : join_key(parts);
}

Eval<std::int64_t> muldiv(std::int64_t a, std::int64_t b, std::int64_t c, std::string_view mode) {
  if (c == 0) return std::unexpected{EvalError{Kind::range, "division by zero"}};
  const auto rounding = rounding_named(mode);
  if (!rounding) {
    return std::unexpected{EvalError{Kind::type, "a rounding is 'floor', 'ceil' or 'half_up'"}};
  }
  const auto result = bashu::muldiv(a, b, c, *rounding);
  if (!result) {
    return std::unexpected{EvalError{Kind::overflow, "the result is outside the 64-bit integers"}};
  }
  return *result;
}

bool Template::looks_up() const {
  if (const ProgramPtr* program = std::get_if<ProgramPtr>(&held)) return (*program)->looks_up();
  if (const TemplateList* list = std::get_if<TemplateList>(&held)) {
    return std::ranges::any_of(*list, [](const Template& item) { return item.looks_up(); });
  }
  if (const TemplateRecord* record = std::get_if<TemplateRecord>(&held)) {
    return std::ranges::any_of(*record, [](const auto& member) { return member.value.looks_up(); });
  }
  return false;
}

Eval<Value> evaluate(const Template& item, Scope& scope) {
  if (const Value* literal = std::get_if<Value>(&item.held)) return *literal;
  if (const ProgramPtr* program = std::get_if<ProgramPtr>(&item.held)) {
    return evaluate(**program, scope);
  }
  if (const TemplateList* list = std::get_if<TemplateList>(&item.held)) {
    Value::List values;
    for (const Template& part : *list) {
      Eval<Value> value = evaluate(part, scope);
      if (!value) return value;
      values.push_back(std::move(*value));
    }
    return Value{std::move(values)};
  }
  Value::Record record;
  for (const auto& [name, part] : std::get<TemplateRecord>(item.held)) {
    Eval<Value> value = evaluate(part, scope);
    if (!value) return value;
    record.emplace(name, std::move(*value));
  }
  return Value{std::move(record)};
}

}  // namespace bashu::packs
