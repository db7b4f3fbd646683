#include "packs/check_types.h"

#include <algorithm>
#include <optional>

#include "packs/syntax.h"

namespace bashu::packs {
namespace {

using K = ShapeKind;

constexpr int kCalcDepthMax = 32;

Shape amount_of(const std::string& unit, int scale) {
  Shape shape = Shape::of(K::integer);
  shape.measured = true;
  shape.unit = unit;
  shape.scale = scale;
  return shape;
}

Shape list_of(Shape element) {
  Shape shape = Shape::of(K::list);
  shape.element = std::make_shared<const Shape>(std::move(element));
  return shape;
}

bool is_text_like(K kind) { return kind == K::text || kind == K::date || kind == K::month; }
bool unknown(const Shape& shape) { return shape.kind == K::any || shape.kind == K::null; }

std::string name_of(const Shape& shape) {
  switch (shape.kind) {
    case K::any:
      return "a value";
    case K::null:
      return "null";
    case K::boolean:
      return "true or false";
    case K::integer:
      return shape.measured
                 ? "an amount in " + shape.unit + " of scale " + std::to_string(shape.scale)
                 : "an integer";
    case K::text:
      return "a text";
    case K::date:
      return "a date";
    case K::month:
      return "a month";
    case K::list:
      return "a list";
    case K::record:
      return "a record";
    case K::sides:
      return "a value per side";
  }
  return "a value";
}

bool same_unit(const Shape& a, const Shape& b) {
  return !a.measured || !b.measured || (a.unit == b.unit && a.scale == b.scale);
}

// Whether two shapes may be compared with ==.
bool alike(const Shape& a, const Shape& b) {
  if (unknown(a) || unknown(b)) return true;
  if (a.kind == K::integer && b.kind == K::integer) return same_unit(a, b);
  if (is_text_like(a.kind) && is_text_like(b.kind)) {
    return a.kind == b.kind || a.kind == K::text || b.kind == K::text;
  }
  if (a.kind == K::list && b.kind == K::list) {
    return !a.element || !b.element || alike(*a.element, *b.element);
  }
  return a.kind == b.kind;
}

// What is known of a value that is one or the other.
Shape joined(const Shape& a, const Shape& b) {
  if (a.kind == K::null) return b;
  if (b.kind == K::null) return a;
  if (a.kind != b.kind) {
    return is_text_like(a.kind) && is_text_like(b.kind) ? Shape::of(K::text) : Shape{};
  }
  if (a.kind == K::integer) return a.measured ? a : b;
  if (a.kind == K::list) {
    if (!a.element) return b;
    if (!b.element) return a;
    return list_of(joined(*a.element, *b.element));
  }
  if (a.kind == K::record && a.type != b.type) return Shape::of(K::record);
  return a;
}

std::string_view class_name(Class cls) {
  return cls == Class::sensitive ? "sensitive" : "personal";
}

}  // namespace

Shape Shape::of_type(const Type& type) {
  Shape shape;
  switch (type.kind) {
    case Kind::boolean:
      shape.kind = K::boolean;
      break;
    case Kind::integer:
      shape.kind = K::integer;
      break;
    case Kind::money:
    case Kind::quantity:
      shape = amount_of(type.unit, type.scale);
      break;
    case Kind::date:
      shape.kind = K::date;
      break;
    case Kind::month:
      shape.kind = K::month;
      break;
    case Kind::list:
      shape = list_of(type.element ? of_type(*type.element) : Shape{});
      shape.type = &type;
      break;
    case Kind::record:
    case Kind::document:
      shape.kind = K::record;
      shape.type = &type;
      break;
    case Kind::choice:
      shape.kind = K::text;
      shape.type = &type;
      break;
    case Kind::text:
    case Kind::place:
    case Kind::token:
    case Kind::ref:
    case Kind::digest:
    case Kind::party:
      shape.kind = K::text;
      break;
  }
  if (!type.sided) return shape;
  Shape sides = of(K::sides);
  sides.element = std::make_shared<const Shape>(std::move(shape));
  return sides;
}

// One walk over one expression.
class Checker::Walk {
 public:
  Walk(Checker& checker, const Site& site, const std::string& path)
      : checker_{checker}, site_{site}, path_{path} {}

  // The shape of `node` as a value, so that it may not hold what is personal.
  Shape value(const Node& node) {
    Shape shape = infer(node);
    if (shape.kind == K::record && shape.type && !shape.type->readable() && !site_.unsealed) {
      fault(node, "a record with " + std::string{class_name(shape.type->cls)} +
                      " fields is not read whole");
    }
    return shape;
  }

  bool reads_state = false;
  bool reads_today = false;

 private:
  Shape fault(const Node& node, std::string text) {
    text += " (byte " + std::to_string(node.offset + 1) + " of the expression)";
    checker_.reader_.fault(path_, std::move(text));
    return {};
  }
  Shape need(K kind, const Node& node) {
    Shape shape = value(node);
    const bool good = unknown(shape) || shape.kind == kind ||
                      (kind == K::text && is_text_like(shape.kind)) ||
                      ((kind == K::date || kind == K::month) && shape.kind == K::text);
    if (!good) fault(node, name_of(Shape::of(kind)) + " was expected, not " + name_of(shape));
    return shape;
  }

  Shape infer(const Node& node) {
    switch (node.op) {
      case Op::literal:
        return literal(node.literal);
      case Op::local:
        return locals_[static_cast<std::size_t>(node.slot)];
      case Op::root:
        return root(node);
      case Op::computed:
        return computed(node);
      case Op::member:
        return member(node);
      case Op::index:
        return index(node);
      case Op::record:
        return record(node);
      case Op::recorded:
        if (reg(node)) need(K::text, node.kids[0]);
        return Shape::of(K::boolean);
      case Op::account:
        return account(node);
      case Op::method:
        return method(node);
      case Op::negation:
        need(K::boolean, node.kids[0]);
        return Shape::of(K::boolean);
      case Op::minus:
        return need(K::integer, node.kids[0]);
      case Op::product:
        return product(node);
      case Op::sum:
        return sum(node);
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal: {
        const Shape a = value(node.kids[0]);
        const Shape b = value(node.kids[1]);
        ordered(node, a, b);
        return Shape::of(K::boolean);
      }
      case Op::equal:
      case Op::unequal: {
        const Shape a = value(node.kids[0]);
        const Shape b = value(node.kids[1]);
        equality(node, a, b);
        return Shape::of(K::boolean);
      }
      case Op::in: {
        const Shape item = value(node.kids[0]);
        const Shape all = value(node.kids[1]);
        if (all.kind == K::list) {
          if (all.element && !alike(item, *all.element)) {
            fault(node, name_of(item) + " is never in a list of " + name_of(*all.element));
          }
        } else if (all.kind != K::any) {
          fault(node, "a list or register was expected, not " + name_of(all));
        }
        return Shape::of(K::boolean);
      }
      case Op::conjunction:
      case Op::disjunction:
        for (const Node& kid : node.kids) need(K::boolean, kid);
        return Shape::of(K::boolean);
      case Op::choice: {
        need(K::boolean, node.kids[0]);
        const Shape yes = value(node.kids[1]);
        const Shape no = value(node.kids[2]);
        if (!alike(yes, no)) {
          fault(node, "gives " + name_of(yes) + " or " + name_of(no));
        }
        return joined(yes, no);
      }
      case Op::list: {
        std::optional<Shape> element;
        for (const Node& kid : node.kids) {
          const Shape shape = value(kid);
          element = element ? joined(*element, shape) : shape;
        }
        return list_of(element.value_or(Shape{}));
      }
      case Op::macro:
        return macro(node);
      case Op::has:
        return has(node);
      case Op::call:
        return call(node);
    }
    return {};
  }

  static Shape literal(const Value& value) {
    if (value.is_null()) return Shape::of(K::null);
    if (value.as_bool()) return Shape::of(K::boolean);
    if (value.as_int()) return Shape::of(K::integer);
    return Shape::of(K::text);
  }

  Shape elsewhere(const Node& node, const std::string& name) {
    return fault(node, "'" + name + "' has no meaning here");
  }

  Shape root(const Node& node) {
    switch (node.root) {
      case Root::data: {
        if (!site_.service) return elsewhere(node, node.name);
        Shape shape = Shape::of(K::record);
        shape.type = checker_.data_type(*site_.service);
        return shape;
      }
      case Root::params: {
        if (site_.figure || site_.service || site_.line) return Shape::of(K::record);
        return elsewhere(node, node.name);
      }
      case Root::today:
        if (site_.figure || (!site_.service && !site_.line)) return elsewhere(node, node.name);
        reads_today = true;
        return Shape::of(K::date);
      case Root::as_of:
        if (!site_.figure) return elsewhere(node, node.name);
        return Shape::of(K::date);
      case Root::each:
        if (!site_.each) return elsewhere(node, node.name);
        return *site_.each;
      case Root::result: {
        if (!site_.result) return elsewhere(node, node.name);
        Shape shape = Shape::of(K::record);
        for (const Member& member : site_.result->gives) {
          shape.extra.emplace(member.name, Shape::of_type(*member.type));
        }
        return shape;
      }
      case Root::entry: {
        if (!site_.entry) return elsewhere(node, node.name);
        return entry(*site_.entry);
      }
      case Root::account: {
        if (!site_.account) return elsewhere(node, node.name);
        Shape shape = Shape::of(K::record);
        for (const std::string& key : site_.account->key) shape.extra.emplace(key, Shape{});
        shape.extra.emplace("balance", Shape::of_type(*site_.book->type));
        shape.extra.emplace("month", Shape::of(K::month));
        return shape;
      }
      case Root::line: {
        if (!site_.line) return elsewhere(node, node.name);
        return Shape::of_type(*site_.line);
      }
      case Root::calc:
      case Root::kase:
      case Root::parent:
      case Root::figure:
        return fault(node, "'" + node.name + "' needs the name of what to read");
      case Root::named:
        if (find(checker_.pack_.registers, node.name)) {
          return fault(node, "a register is read by key: " + node.name + "[key]");
        }
        if (find(checker_.pack_.books, node.name)) {
          return fault(node, "a book is read by account: " + node.name + ".account(key)");
        }
        return fault(node, "unknown name '" + node.name + "'");
    }
    return {};
  }

  static Shape entry(const Register& reg) {
    Shape shape = Shape::of_type(*reg.record);
    shape.extra.emplace("key", Shape::of(K::text));
    if (reg.editions) shape.extra.emplace("edition", Shape::of(K::text));
    return shape;
  }

  // A member of what a party reads: its class decides whether it may.
  Shape read(const Node& node, const Type& type) {
    if (!type.readable() && !site_.unsealed) {
      return fault(node,
                   "reads the " + std::string{class_name(type.cls)} + " field '" + node.name + "'");
    }
    return Shape::of_type(type);
  }

  Shape parties(const std::string& service) {
    Shape shape = Shape::of(K::record);
    if (const Service* def = find(checker_.pack_.services, service)) {
      for (const PartyDef& party : def->parties) {
        shape.extra.emplace(party.name, Shape::of(K::text));
      }
    }
    return shape;
  }

  Shape computed(const Node& node) {
    if (node.root == Root::figure) {
      if (!site_.value_of_figures) return elsewhere(node, "figure");
      if (!checker_.figures_.contains(node.name)) {
        return fault(node, "there is no figure '" + node.name + "'");
      }
      return checker_.figure_shape(node.name);
    }
    if (!site_.service) return elsewhere(node, node.of);
    if (node.root == Root::calc) return of_calc(node, *site_.service);
    if (node.root == Root::kase) return of_case(node, *site_.service);
    const Service* service = find(checker_.pack_.services, *site_.service);
    if (!service || service->parent.empty()) return elsewhere(node, "parent");
    if (node.of == "parent.calc") return of_calc(node, service->parent);
    if (node.name == "data") {
      Shape shape = Shape::of(K::record);
      shape.type = checker_.data_type(service->parent);
      return shape;
    }
    if (node.name == "id" || node.name == "state" || node.name == "parties") {
      return of_case(node, service->parent);
    }
    return fault(node, "parent has id, state, parties, data and calc, not '" + node.name + "'");
  }

  Shape of_calc(const Node& node, const std::string& service) {
    const Calc* calc = checker_.calc({service, node.name}, path_);
    if (!calc) {
      if (checker_.calcs_.contains({service, node.name})) return {};  // a circle, reported
      return fault(node, "there is no calc '" + node.name + "'");
    }
    if (calc->reads_state) {
      reads_state = true;
      if (site_.figure) {
        return fault(node,
                     "calc." + node.name + " reads the present state, which a figure may not");
      }
    }
    reads_today = reads_today || calc->reads_today;
    return calc->shape;
  }

  Shape of_case(const Node& node, const std::string& service) {
    if (node.name == "state" || node.name == "since") {
      reads_state = true;
      if (site_.figure) {
        return fault(node, "a figure may not read " + node.of + "." + node.name +
                               ": ask case.reached('state') and case.left('state')");
      }
      return Shape::of(node.name == "state" ? K::text : K::date);
    }
    if (node.name == "id" || node.name == "service") return Shape::of(K::text);
    if (node.name == "opened") return Shape::of(K::date);
    if (node.name == "seq") return Shape::of(K::integer);
    if (node.name == "parties") return parties(service);
    return fault(node,
                 "case has id, state, parties, opened, since, seq, service, reached() and "
                 "left(), not '" +
                     node.name + "'");
  }

  Shape member(const Node& node) {
    const Node& base = node.kids[0];
    if (base.op == Op::root && base.root == Root::params) {
      root(base);
      const auto param = checker_.pack_.params.find(node.name);
      if (param == checker_.pack_.params.end()) {
        return fault(node, "there is no parameter '" + node.name + "'");
      }
      return literal(param->second);
    }
    if (base.op == Op::root && base.root == Root::result && site_.result) {
      for (const Member& member : site_.result->gives) {
        if (member.name == node.name) return Shape::of_type(*member.type);
      }
      return fault(node, "the calculator gives no '" + node.name + "'");
    }
    const Shape shape = infer(base);
    return descend(node, shape);
  }

  Shape descend(const Node& node, const Shape& shape) {
    if (shape.kind == K::any) return {};
    if (shape.kind != K::record) {
      return fault(node, name_of(shape) + " has no member '" + node.name + "'");
    }
    if (const auto extra = shape.extra.find(node.name); extra != shape.extra.end()) {
      return extra->second;
    }
    if (!shape.type) {
      if (shape.extra.empty()) return {};
      return fault(node, "there is no member '" + node.name + "'");
    }
    if (shape.type->kind == Kind::document) {
      if (node.name == "sha256" || node.name == "media") return Shape::of(K::text);
      if (node.name == "size") return Shape::of(K::integer);
      if (node.name == "name") return fault(node, "the name of a document is sealed");
      return fault(node, "a document has sha256, media and size, not '" + node.name + "'");
    }
    const Type* type = shape.type->member(node.name);
    if (!type) return fault(node, "there is no field '" + node.name + "'");
    return read(node, *type);
  }

  Shape index(const Node& node) {
    const Shape base = value(node.kids[0]);
    if (base.kind == K::list) {
      need(K::integer, node.kids[1]);
      return base.element ? *base.element : Shape{};
    }
    if (base.kind == K::record) {
      need(K::text, node.kids[1]);
      return {};
    }
    value(node.kids[1]);
    if (base.kind != K::any) return fault(node, name_of(base) + " has no items");
    return {};
  }

  const Register* reg(const Node& node) {
    const Register* reg = find(checker_.pack_.registers, node.of);
    if (!reg) fault(node, "there is no register '" + node.of + "'");
    if (reg && site_.value_of_figures) elsewhere(node, node.of);
    return reg;
  }
  Shape record(const Node& node) {
    const Register* found = reg(node);
    if (!found) return {};
    need(K::text, node.kids[0]);
    return entry(*found);
  }

  AccountKind* kind_of(const Node& node, const std::string& name, Book*& book) {
    for (auto& [book_name, candidate] : checker_.pack_.books) {
      if (book_name != node.of) continue;
      book = &candidate;
      for (auto& [kind_name, kind] : candidate.accounts) {
        if (kind_name == name) return &kind;
      }
      fault(node, "the book '" + node.of + "' has no account '" + name + "'");
      return nullptr;
    }
    fault(node, "there is no book '" + node.of + "'");
    return nullptr;
  }
  void account_keys(const Node& node, std::size_t first, const AccountKind& kind,
                    const std::string& name) {
    if (node.kids.size() - first != kind.key.size()) {
      fault(node, "wrong number of keys: " + node.of + "." + name + " has " +
                      std::to_string(kind.key.size()));
    }
    for (std::size_t i = first; i < node.kids.size(); ++i) {
      const Shape shape = value(node.kids[i]);
      if (!unknown(shape) && shape.kind != K::integer && !is_text_like(shape.kind)) {
        fault(node.kids[i], "a key is a text or an integer, not " + name_of(shape));
      }
    }
  }
  Shape account(const Node& node) {
    if (site_.value_of_figures) return elsewhere(node, node.of);
    Book* book = nullptr;
    const AccountKind* kind = kind_of(node, node.name, book);
    if (!kind) return {};
    account_keys(node, 0, *kind, node.name);
    return Shape::of_type(*book->type);
  }

  Shape method(const Node& node) {
    if (node.of == "case") {
      if (!site_.service) return elsewhere(node, "case");
      need(K::text, node.kids[0]);
      const std::string* state = node.kids[0].literal.as_text();
      const Service* service = find(checker_.pack_.services, *site_.service);
      if (node.kids[0].op == Op::literal && state && service) {
        // States are read from the pack's source order: known before any expression is checked.
        if (!find(service->states, *state)) {
          fault(node, "there is no state '" + *state + "'");
        }
      }
      return Shape::of(K::date);
    }
    if (site_.value_of_figures) return elsewhere(node, node.of);
    const std::string* name = node.kids.empty() || node.kids[0].op != Op::literal
                                  ? nullptr
                                  : node.kids[0].literal.as_text();
    if (!name || node.kids.size() < 2) {
      return fault(node, "is written " + node.of + ".window('account', month, key, ...)");
    }
    Book* book = nullptr;
    AccountKind* kind = kind_of(node, *name, book);
    if (!kind) return {};
    kind->windowed = true;
    need(K::month, node.kids[1]);
    account_keys(node, 2, *kind, *name);
    Shape shape = Shape::of(K::record);
    shape.extra.emplace("count", Shape::of(K::integer));
    shape.extra.emplace("total", Shape::of_type(*book->type));
    shape.extra.emplace("root", Shape::of(K::text));
    return shape;
  }

  Shape product(const Node& node) {
    Shape result = Shape::of(K::integer);
    for (const Node& kid : node.kids) {
      const Shape shape = need(K::integer, kid);
      if (shape.kind != K::integer || !shape.measured) continue;
      if (result.measured) fault(node, "two amounts cannot be multiplied: the unit would change");
      result = shape;
    }
    return result;
  }

  void same(const Node& node, const Shape& a, const Shape& b) {
    if (a.kind == K::integer && b.kind == K::integer && !same_unit(a, b)) {
      fault(node, name_of(a) + " and " + name_of(b) + " do not go together");
    }
  }

  Shape sum(const Node& node) {
    const Shape first = value(node.kids[0]);
    if (is_text_like(first.kind)) {
      for (std::size_t i = 1; i < node.kids.size(); ++i) {
        need(K::text, node.kids[i]);
        if (node.signs[i - 1] == '-') fault(node, "texts have no difference");
      }
      return Shape::of(K::text);
    }
    if (first.kind == K::list) {
      Shape list = first;
      for (std::size_t i = 1; i < node.kids.size(); ++i) {
        const Shape next = need(K::list, node.kids[i]);
        if (node.signs[i - 1] == '-') fault(node, "lists have no difference");
        if (next.kind != K::list) continue;
        if (!alike(list, next)) {
          fault(node,
                "the lists are of " + name_of(*list.element) + " and of " + name_of(*next.element));
        } else {
          list = joined(list, next);
        }
      }
      return list;
    }
    if (!unknown(first) && first.kind != K::integer) {
      return fault(node, "an integer was expected, not " + name_of(first));
    }
    Shape result = first;
    for (std::size_t i = 1; i < node.kids.size(); ++i) {
      const Shape next = value(node.kids[i]);
      const bool text = unknown(result) && is_text_like(next.kind);
      if (!unknown(next) && next.kind != K::integer && !text) {
        fault(node, "an integer was expected, not " + name_of(next));
        continue;
      }
      same(node, result, next);
      if (unknown(result) || (next.kind == K::integer && next.measured && !result.measured)) {
        result = next;
      }
    }
    return result.kind == K::null ? Shape{} : result;
  }

  void code(const Node& node, const Shape& choice, const Node& other) {
    const std::string* text = other.op == Op::literal ? other.literal.as_text() : nullptr;
    if (choice.kind != K::text || !choice.type || choice.type->kind != Kind::choice || !text)
      return;
    const auto same = [text](const auto& one) { return one.first == *text; };
    if (std::ranges::none_of(choice.type->choices, same)) {
      fault(node, "'" + *text + "' is none of the codes");
    }
  }
  void equality(const Node& node, const Shape& a, const Shape& b) {
    if (!alike(a, b)) {
      fault(node, name_of(a) + " never equals " + name_of(b));
      return;
    }
    code(node, a, node.kids[1]);
    code(node, b, node.kids[0]);
  }
  void ordered(const Node& node, const Shape& a, const Shape& b) {
    if (a.kind == K::null || b.kind == K::null) {
      fault(node, "null has no order");
    } else if (a.kind != K::any && b.kind != K::any) {
      const bool good = (a.kind == K::integer && b.kind == K::integer) ||
                        (is_text_like(a.kind) && is_text_like(b.kind) && alike(a, b));
      if (!good) {
        fault(node, "there is no order between " + name_of(a) + " and " + name_of(b));
      } else {
        same(node, a, b);
      }
    }
  }

  Shape macro(const Node& node) {
    const Shape over = value(node.kids[0]);
    if (over.kind != K::any && over.kind != K::list) {
      return fault(node, "a list was expected, not " + name_of(over));
    }
    const auto slot = static_cast<std::size_t>(node.slot);
    if (locals_.size() <= slot) locals_.resize(slot + 1);
    locals_[slot] = over.element ? *over.element : Shape{};
    switch (node.macro) {
      case Macro::all:
      case Macro::exists:
        need(K::boolean, node.kids[1]);
        return Shape::of(K::boolean);
      case Macro::filter:
        need(K::boolean, node.kids[1]);
        return over;
      case Macro::sum:
        return need(K::integer, node.kids[1]);
      case Macro::map:
        return list_of(value(node.kids[1]));
    }
    return {};
  }

  Shape has(const Node& node) {
    const Node& asked = node.kids[0];
    if (asked.op == Op::computed) {
      infer(asked);
      return Shape::of(K::boolean);
    }
    // Whether a personal value is there is not the value.
    const Shape base = infer(asked.kids[0]);
    const bool known = base.kind == K::record && base.type && base.type->kind == Kind::record;
    if (known && !base.extra.contains(asked.name)) {
      if (!base.type->member(asked.name)) {
        fault(asked, "there is no field '" + asked.name + "'");
      }
    } else if (base.kind != K::record && base.kind != K::any) {
      fault(asked, name_of(base) + " has no member '" + asked.name + "'");
    }
    return Shape::of(K::boolean);
  }

  Shape rounded(const Node& node, const std::vector<Node>& kids) {
    const Shape a = need(K::integer, kids[0]);
    const Shape b = need(K::integer, kids[1]);
    const Shape c = need(K::integer, kids[2]);
    same(node, b, c);
    need(K::text, kids[3]);
    if (const std::string* mode = kids[3].literal.as_text(); kids[3].op == Op::literal && mode &&
                                                             *mode != "floor" && *mode != "ceil" &&
                                                             *mode != "half_up") {
      fault(kids[3], "a rounding is 'floor', 'ceil' or 'half_up'");
    }
    return a.kind == K::integer ? a : Shape::of(K::integer);
  }

  Shape call(const Node& node) {
    const std::vector<Node>& kids = node.kids;
    switch (node.function) {
      case Function::min:
      case Function::max: {
        const Shape a = value(kids[0]);
        const Shape b = value(kids[1]);
        ordered(node, a, b);
        return joined(a, b);
      }
      case Function::abs:
        return need(K::integer, kids[0]);
      case Function::muldiv:
        return rounded(node, kids);
      case Function::ratio: {
        const Shape a = need(K::integer, kids[0]);
        const Shape b = need(K::integer, kids[1]);
        same(node, a, b);
        return need(K::integer, kids[2]);
      }
      case Function::size: {
        const Shape shape = value(kids[0]);
        if (!unknown(shape) && shape.kind != K::list && shape.kind != K::record &&
            !is_text_like(shape.kind)) {
          fault(node, "a text or list was expected, not " + name_of(shape));
        }
        return Shape::of(K::integer);
      }
      case Function::string: {
        const Shape shape = value(kids[0]);
        if (!unknown(shape) && shape.kind != K::integer && !is_text_like(shape.kind)) {
          fault(node, "an integer was expected, not " + name_of(shape));
        }
        return Shape::of(K::text);
      }
      case Function::left: {
        const Shape shape = value(kids[0]);
        need(K::integer, kids[1]);
        if (shape.kind == K::list) return shape;
        if (!unknown(shape) && !is_text_like(shape.kind)) {
          fault(node, "a text or list was expected, not " + name_of(shape));
        }
        return unknown(shape) ? Shape{} : Shape::of(K::text);
      }
      case Function::pad: {
        const Shape shape = value(kids[0]);
        if (!unknown(shape) && shape.kind != K::integer && !is_text_like(shape.kind)) {
          fault(node, "an integer was expected, not " + name_of(shape));
        }
        need(K::integer, kids[1]);
        return Shape::of(K::text);
      }
      case Function::key:
        for (const Node& kid : kids) {
          const Shape shape = value(kid);
          if (!unknown(shape) && shape.kind != K::integer && !is_text_like(shape.kind)) {
            fault(kid, "a key is of texts and integers, not " + name_of(shape));
          }
        }
        return Shape::of(K::text);
      case Function::digest:
        for (const Node& kid : kids) value(kid);
        return Shape::of(K::text);
      case Function::distinct:
        return need(K::list, kids[0]);
      case Function::sort: {
        Shape list = need(K::list, kids[0]);
        const bool known = list.element && !unknown(*list.element);
        if (known && list.element->kind != K::integer && !is_text_like(list.element->kind)) {
          fault(node, "there is no order of " + name_of(*list.element));
        }
        return list;
      }
      case Function::shuffle:
        need(K::text, kids[1]);
        return need(K::list, kids[0]);
      case Function::add_days:
      case Function::add_months:
      case Function::add_workdays:
        need(K::date, kids[0]);
        need(K::integer, kids[1]);
        return Shape::of(K::date);
      case Function::days:
      case Function::years:
      case Function::workdays:
        need(K::date, kids[0]);
        need(K::date, kids[1]);
        return Shape::of(K::integer);
      case Function::year:
      case Function::month:
      case Function::month_of_year: {
        const Shape shape = value(kids[0]);
        if (!unknown(shape) && !is_text_like(shape.kind)) {
          fault(node, "a date was expected, not " + name_of(shape));
        }
        return Shape::of(node.function == Function::month ? K::month : K::integer);
      }
      case Function::month_end:
        need(K::month, kids[0]);
        return Shape::of(K::date);
      case Function::any:
      case Function::both: {
        const Shape sides = sided(node);
        const Shape wanted = value(kids[1]);
        if (!alike(sides, wanted)) {
          fault(node, name_of(sides) + " never equals " + name_of(wanted));
        } else {
          code(node, sides, kids[1]);
        }
        return Shape::of(K::boolean);
      }
      case Function::earliest:
      case Function::latest: {
        Shape sides = sided(node);
        if (!unknown(sides) && sides.kind != K::integer && !is_text_like(sides.kind)) {
          fault(node, "there is no order of " + name_of(sides));
        }
        return sides;
      }
      case Function::serial:
        if (!site_.serial) fault(node, "serial() may only be used in 'set'");
        for (const Node& kid : kids) need(K::text, kid);
        return Shape::of(K::integer);
    }
    return {};
  }

  Shape sided(const Node& node) {
    const Shape shape = value(node.kids[0]);
    if (shape.kind == K::any) return {};
    if (shape.kind != K::sides) {
      fault(node, "a field with a value per side was expected, not " + name_of(shape));
      return {};
    }
    return shape.element ? *shape.element : Shape{};
  }

  Checker& checker_;
  const Site& site_;
  const std::string& path_;
  std::vector<Shape> locals_;
};

const Type* Checker::data_type(const std::string& service) {
  if (const auto known = data_.find(service); known != data_.end()) return &known->second;
  const Service* def = find(pack_.services, service);
  if (!def) return nullptr;
  Type type;
  type.kind = Kind::record;
  type.cls = Class::open;
  type.members = def->fields;
  for (const Member& member : type.members) type.cls = std::max(type.cls, member.type->cls);
  return &data_.emplace(service, std::move(type)).first->second;
}

Shape Checker::infer(const Program& program, const Site& site, const std::string& path) {
  return Walk{*this, site, path}.value(program.root());
}

void Checker::want(ShapeKind kind, const Program& program, const Site& site,
                   const std::string& path) {
  const Shape shape = infer(program, site, path);
  if (shape.kind == kind || shape.kind == K::any) return;
  if (kind == K::date && (shape.kind == K::null || shape.kind == K::text)) return;
  reader_.fault(path, name_of(Shape::of(kind)) + " was expected, not " + name_of(shape));
}

Shape Checker::candidate(const std::string& service, bool ranked) {
  Shape data = Shape::of(K::record);
  Shape calc = data;
  Shape own = data;
  Shape parties = data;
  Shape shape = data;
  data.type = data_type(service);
  for (const auto& [name, one] : calcs_) {
    if (name.first == service) calc.extra.emplace(name.second, one.shape);
  }
  if (const Service* def = find(pack_.services, service)) {
    for (const PartyDef& party : def->parties)
      parties.extra.emplace(party.name, Shape::of(K::text));
  }
  own.extra = {{"id", Shape::of(K::text)},
               {"opened", Shape::of(K::date)},
               {"since", Shape::of(K::date)},
               {"seq", Shape::of(K::integer)},
               {"parties", std::move(parties)}};
  shape.extra = {{"data", std::move(data)}, {"calc", std::move(calc)}, {"case", std::move(own)}};
  if (ranked) {
    for (const char* name : {"rank", "of", "places"}) {
      shape.extra.emplace(name, Shape::of(K::integer));
    }
  }
  return shape;
}

void Checker::declare_calc(const std::string& service, const std::string& name,
                           std::shared_ptr<Program> program, const std::string& path) {
  Calc& calc = calcs_[{service, name}];
  calc.program = std::move(program);
  calc.path = path;
}

void Checker::check_calcs() {
  for (const auto& [name, calc] : calcs_) this->calc(name, calc.path);
}

const Checker::Calc* Checker::calc(const CalcName& name, const std::string& path) {
  const auto found = calcs_.find(name);
  if (found == calcs_.end()) return nullptr;
  Calc& calc = found->second;
  if (calc.progress == Calc::Progress::done) return &calc;
  if (calc.progress == Calc::Progress::open) {
    reader_.fault(path, "calc." + name.second + " is computed from itself");
    return nullptr;
  }
  if (open_calcs_ >= kCalcDepthMax) {
    reader_.fault(path, "calc builds on calc more than 32 deep");
    return nullptr;
  }
  calc.progress = Calc::Progress::open;
  ++open_calcs_;
  Site site;
  site.service = &found->first.first;
  Walk walk{*this, site, calc.path};
  calc.shape = walk.value(calc.program->root());
  calc.reads_state = walk.reads_state;
  calc.reads_today = walk.reads_today;
  for (const std::string& other : calc.program->calcs()) {
    const Calc* used = known_calc({name.first, other});
    if (used && used->looks_up) calc.program->mark_looks_up();
  }
  calc.looks_up = calc.program->looks_up();
  --open_calcs_;
  calc.progress = Calc::Progress::done;
  return &calc;
}

const Checker::Calc* Checker::known_calc(const CalcName& name) const {
  const auto found = calcs_.find(name);
  return found == calcs_.end() ? nullptr : &found->second;
}

void Checker::mark(Program& program, const Site& site) const {
  if (!site.service) return;
  for (const std::string& name : program.calcs()) {
    const Calc* calc = known_calc({*site.service, name});
    if (!calc) continue;
    if (calc->looks_up) program.mark_looks_up();
    if (site.figure && calc->reads_today) program.mark_as_of();
  }
}

Shape Checker::infer(const Template& item, const Site& site, const std::string& path) {
  if (const ProgramPtr* program = std::get_if<ProgramPtr>(&item.held)) {
    return infer(**program, site, path);
  }
  if (const Value* literal = std::get_if<Value>(&item.held)) {
    if (literal->is_null()) return Shape::of(K::null);
    if (literal->as_bool()) return Shape::of(K::boolean);
    if (literal->as_int()) return Shape::of(K::integer);
    if (literal->as_text()) return Shape::of(K::text);
    return Shape::of(literal->as_list() ? K::list : K::record);
  }
  return Shape::of(std::holds_alternative<TemplateList>(item.held) ? K::list : K::record);
}

void Checker::amount(const Template& item, const Book& book, const Site& site,
                     const std::string& path) {
  const Shape shape = infer(item, site, path);
  const Shape wanted = Shape::of_type(*book.type);
  if (!unknown(shape) && (shape.kind != K::integer || !same_unit(shape, wanted))) {
    reader_.fault(path, name_of(wanted) + " was expected, not " + name_of(shape));
  }
}

void Checker::fits(const Shape& shape, const Type& target, const std::string& path) {
  if (unknown(shape)) return;
  Type one = target;
  one.sided = false;  // each side writes its own value
  const Shape wanted = Shape::of_type(one);
  if (!alike(shape, wanted)) {
    reader_.fault(path, name_of(wanted) + " was expected, not " + name_of(shape));
    return;
  }
  if (shape.kind == K::list && shape.element && target.element) {
    fits(*shape.element, *target.element, path);
  }
  if (shape.kind != K::record || target.kind != Kind::record || !shape.type ||
      shape.type->kind != Kind::record) {
    return;
  }
  for (const Member& member : target.members) {
    const Type* given = shape.type->member(member.name);
    if (!given) {
      if (!member.type->optional) {
        reader_.fault(path, "the record has no '" + member.name + "', which is needed here");
      }
    } else if (given != member.type.get()) {
      fits(Shape::of_type(*given), *member.type, path);
    }
  }
}

void Checker::assign(const Template& item, const Type& target, const Site& site,
                     const std::string& path) {
  if (const ProgramPtr* program = std::get_if<ProgramPtr>(&item.held)) {
    const std::string& copied = (*program)->copied_field();
    const Service* service =
        copied.empty() || !site.service ? nullptr : find(pack_.services, *site.service);
    const Type* source = service ? service->field(copied) : nullptr;
    if (source && !source->readable()) {  // the one thing allowed: copying it whole
      if (target.cls < source->cls) {
        reader_.fault(path, "the " + std::string{class_name(source->cls)} + " field '" + copied +
                                "' may only be copied into a field of that class or stricter");
      } else if (source->kind != target.kind) {
        reader_.fault(path, "'" + copied + "' is of another type");
      }
      return;
    }
    fits(infer(**program, site, path), target, path);
    return;
  }
  if (const Value* literal = std::get_if<Value>(&item.held)) {
    if (literal->is_null()) return;
    Type one = target;
    one.sided = false;
    if (!target.readable()) {
      reader_.note(path, "a constant in a personal field is not sealed");
    }
    if (const std::optional<FormError> bad = check(one, *literal, {})) {
      reader_.fault(path, in_language(bad->why, "en"));
    }
    return;
  }
  if (const TemplateList* list = std::get_if<TemplateList>(&item.held)) {
    if (target.kind != Kind::list || !target.element) {
      reader_.fault(path, "a list was not expected here");
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      assign((*list)[i], *target.element, site, below(path, i));
    }
    return;
  }
  if (target.kind != Kind::record) {
    reader_.fault(path, "a record was not expected here");
    return;
  }
  const TemplateRecord& record = std::get<TemplateRecord>(item.held);
  for (const auto& [name, part] : record) {
    const Type* member = target.member(name);
    if (!member) {
      reader_.fault(below(path, name), "there is no field '" + name + "'");
    } else {
      assign(part, *member, site, below(path, name));
    }
  }
  for (const Member& member : target.members) {
    const auto same = [&member](const auto& one) { return one.name == member.name; };
    if (!member.type->optional && std::ranges::none_of(record, same)) {
      reader_.fault(path, "'" + member.name + "' is missing");
    }
  }
}

void Checker::set_figure(const std::string& name, std::shared_ptr<const Program> measure, Site site,
                         bool counts) {
  FigureEntry& entry = figures_[name];
  entry.measure = counts ? nullptr : std::move(measure);
  entry.site = site;
}

Shape Checker::figure_shape(const std::string& name) {
  FigureEntry& entry = figures_[name];
  if (entry.progress == FigureEntry::Progress::done) return entry.shape;
  if (entry.progress == FigureEntry::Progress::open) {
    reader_.fault(entry.path, "the figure is computed from itself");
    return {};
  }
  if (open_calcs_ >= kCalcDepthMax) {
    reader_.fault(entry.path, "figures build on each other more than 32 deep");
    return {};
  }
  entry.progress = FigureEntry::Progress::open;
  ++open_calcs_;
  if (!entry.measure) {
    entry.shape = Shape::of(K::integer);
  } else {
    const std::string path = entry.site.value_of_figures ? below(entry.path, "value") : entry.path;
    entry.shape = infer(*entry.measure, entry.site, path);
  }
  --open_calcs_;
  entry.progress = FigureEntry::Progress::done;
  return entry.shape;
}

}  // namespace bashu::packs
