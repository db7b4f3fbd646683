#include "packs/words.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "packs/pages.h"
#include "packs/syntax.h"
#include "texts/texts.h"

namespace bashu::packs {
namespace {

// How tightly an expression holds together: what is looser than its surroundings needs brackets.
int strength(Op op) {
  switch (op) {
    case Op::choice:
      return 0;
    case Op::disjunction:
      return 1;
    case Op::conjunction:
      return 2;
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::equal:
    case Op::unequal:
    case Op::in:
    case Op::recorded:
    case Op::macro:
    case Op::has:
    case Op::negation:
      return 3;
    case Op::sum:
      return 4;
    case Op::product:
      return 5;
    default:
      return 6;
  }
}

// An amount as people write it: 45000 of scale 3 is 45.
std::string amount(std::int64_t number, const Type& type) {
  std::string digits = std::to_string(number < 0 ? -number : number);
  const auto scale = static_cast<std::size_t>(std::max(type.scale, 0));
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) {
    digits.insert(digits.size() - scale, 1, '.');
    while (digits.ends_with('0')) digits.pop_back();
    if (digits.ends_with('.')) digits.pop_back();
  }
  return (number < 0 ? "-" : "") + digits + (type.unit.empty() ? "" : " " + type.unit);
}

class Words {
 public:
  explicit Words(const Reading& reading) : reading_{reading} {}

  std::string tell(const Node& node) {
    switch (node.op) {
      case Op::literal:
        return literal(node.literal, nullptr);
      case Op::local:
        return variable(node.slot);
      case Op::root:
        return root(node);
      case Op::computed:
        return computed(node);
      case Op::member:
        return member(node);
      case Op::index:
        return say("index", {{"of", tight(node.kids[0], 6)}, {"key", tell(node.kids[1])}});
      case Op::record:
        return say("record", {{"register", register_title(node.of)}, {"key", tell(node.kids[0])}});
      case Op::recorded:
        return say("recorded",
                   {{"key", tight(node.kids[0], 4)}, {"register", register_title(node.of)}});
      case Op::account:
        return account(node);
      case Op::method:
        return method(node);
      case Op::negation:
        return negation(node.kids[0]);
      case Op::minus:
        return "−" + tight(node.kids[0], 6);
      case Op::product:
        return chain(node, " × ", 5);
      case Op::sum:
        return sum(node);
      case Op::less:
      case Op::less_equal:
      case Op::greater:
      case Op::greater_equal:
      case Op::equal:
      case Op::unequal:
        return comparison(node);
      case Op::in:
        return say("in", {{"a", tight(node.kids[0], 4)}, {"b", tight(node.kids[1], 4)}});
      case Op::conjunction:
        return chain(node, say("and"), 2);
      case Op::disjunction:
        return chain(node, say("or"), 1);
      case Op::choice:
        return say("choice", {{"if", tight(node.kids[0], 1)},
                              {"then", tight(node.kids[1], 1)},
                              {"else", tight(node.kids[2], 1)}});
      case Op::list:
        return node.kids.empty() ? say("nothing") : joined(node.kids, say("comma"));
      case Op::macro:
        return macro(node);
      case Op::has:
        return say("has", {{"a", tell(node.kids[0])}});
      case Op::call:
        return call(node);
    }
    return {};
  }

  bool is_date(const Node& node) {
    if (node.op == Op::member && (node.name == "opened" || node.name == "since") &&
        node.kids[0].op == Op::member && node.kids[0].name == "case") {
      return true;
    }
    if (node.op == Op::root) return node.root == Root::today || node.root == Root::as_of;
    if (node.op == Op::method) return node.of == "case";
    const Type* type = type_of(node);
    return type && (type->kind == Kind::date || type->kind == Kind::month);
  }

 private:
  [[nodiscard]] std::string say(std::string_view key, const texts::Places& places = {}) const {
    return texts::text(reading_.language, "pack." + std::string{key}, places);
  }
  [[nodiscard]] std::string title(const Title& of, const std::string& otherwise) const {
    return of.empty() ? otherwise : in_language(of, reading_.language);
  }
  std::string tight(const Node& node, int least) {
    std::string text = tell(node);
    return strength(node.op) < least ? say("brackets", {{"a", text}}) : text;
  }
  std::string chain(const Node& node, const std::string& between, int least) {
    std::string all;
    for (const Node& kid : node.kids) {
      all += (all.empty() ? "" : between) + tight(kid, least + 1);
    }
    return all;
  }
  std::string joined(const std::vector<Node>& nodes, const std::string& between) {
    std::string all;
    for (const Node& node : nodes) all += (all.empty() ? "" : between) + tell(node);
    return all;
  }
  static std::string variable(int slot) {
    return std::string(1, static_cast<char>('x' + slot % 3));
  }

  [[nodiscard]] std::string register_title(const std::string& name) const {
    const Register* reg = find(reading_.pack.registers, name);
    return reg ? title(reg->title, name) : name;
  }
  [[nodiscard]] std::string literal(const Value& value, const Type* as) const {
    if (value.is_null()) return say("null");
    if (const bool* flag = value.as_bool()) return say(*flag ? "true" : "false");
    if (const std::int64_t* number = value.as_int()) {
      return as ? amount(*number, *as) : std::to_string(*number);
    }
    const std::string* text = value.as_text();
    if (!text) return {};
    if (as) {
      for (const auto& [code, meaning] : as->choices) {
        if (code == *text) return say("quoted", {{"a", in_language(meaning, reading_.language)}});
      }
    }
    return say("quoted", {{"a", *text}});
  }

  std::string root(const Node& node) {
    switch (node.root) {
      case Root::today:
      case Root::as_of:
      case Root::each:
        return say(node.name);
      case Root::named:
        return register_title(node.name);
      default:
        return node.name;
    }
  }

  std::string computed(const Node& node) {
    if (node.root == Root::kase) return say("case_" + node.name);
    if (node.root == Root::figure) {
      const Figure* figure = find(reading_.pack.figures, node.name);
      return figure ? title(figure->title, node.name) : node.name;
    }
    if (node.of == "calc" || node.of == "parent.calc") return say("calc", {{"name", node.name}});
    return say("of", {{"a", say("parent")}, {"b", node.name}});
  }

  // Of a candidate: `each.data.points`, `each.calc.hardship`, `each.case.opened`.
  std::optional<std::string> of_candidate(const Node& node) {
    const Node& of = node.kids[0];
    if (!reading_.each || of.op != Op::member || of.kids[0].op != Op::root ||
        of.kids[0].root != Root::each) {
      return std::nullopt;
    }
    const Type* type = type_of(node);
    const std::string what = of.name == "calc" ? say("calc", {{"name", node.name}})
                             : of.name == "case"
                                 ? say("case_" + node.name)
                                 : (type ? title(type->title, node.name) : node.name);
    return say("candidate", {{"a", what}});
  }

  std::string member(const Node& node) {
    const Node& of = node.kids[0];
    if (const auto said = of_candidate(node)) return *said;
    if (of.op == Op::root) {
      if (of.root == Root::params) {
        const auto found = reading_.pack.params.find(node.name);
        if (found != reading_.pack.params.end()) return literal(found->second, nullptr);
      }
      if (of.root == Root::account) return word(reading_.pack, node.name, reading_.language);
      const Type* type = type_of(node);
      return type ? title(type->title, node.name) : node.name;
    }
    if (of.op == Op::computed && of.name == "parties") {
      return word(reading_.pack, node.name, reading_.language);
    }
    const Type* type = type_of(node);
    return say("of",
               {{"a", tight(of, 6)}, {"b", type ? title(type->title, node.name) : node.name}});
  }

  std::string account(const Node& node) {
    const Book* book = find(reading_.pack.books, node.of);
    std::string name = book ? title(book->title, node.of) : node.of;
    name = say("of", {{"a", name}, {"b", word(reading_.pack, node.name, reading_.language)}});
    if (node.kids.empty()) return say("balance", {{"account", name}});
    return say("balance_of", {{"account", name}, {"keys", joined(node.kids, say("comma"))}});
  }

  std::string method(const Node& node) {
    if (node.of != "case") {
      return say("window", {{"book", node.of}, {"keys", joined(node.kids, say("comma"))}});
    }
    const std::string* name = node.kids[0].literal.as_text();
    const StateDef* state =
        reading_.service && name ? find(reading_.service->states, *name) : nullptr;
    return say(node.name, {{"state", state ? title(state->title, *name) : tell(node.kids[0])}});
  }

  std::string negation(const Node& of) {
    if (of.op == Op::has) return say("has_not", {{"a", tell(of.kids[0])}});
    if (of.op == Op::recorded) {
      return say("not_recorded",
                 {{"key", tight(of.kids[0], 4)}, {"register", register_title(of.of)}});
    }
    return say("not", {{"a", tell(of)}});
  }

  std::string sum(const Node& node) {
    std::string all;
    for (std::size_t i = 0; i < node.kids.size(); ++i) {
      if (i > 0) all += node.signs[i - 1] == '-' ? " − " : " + ";
      all += tight(node.kids[i], 5);
    }
    return all;
  }

  std::string comparison(const Node& node) {
    static const std::map<Op, std::string> kWords = {
        {Op::less, "less"},       {Op::less_equal, "less_equal"},
        {Op::greater, "greater"}, {Op::greater_equal, "greater_equal"},
        {Op::equal, "equal"},     {Op::unequal, "unequal"}};
    const auto side = [this](const Node& one, const Node& other) {
      return one.op == Op::literal ? literal(one.literal, type_of(other)) : tight(one, 4);
    };
    const bool ordered = node.op != Op::equal && node.op != Op::unequal;
    const bool dates = ordered && (is_date(node.kids[0]) || is_date(node.kids[1]));
    return say(kWords.at(node.op) + (dates ? "_date" : ""),
               {{"a", side(node.kids[0], node.kids[1])}, {"b", side(node.kids[1], node.kids[0])}});
  }

  std::string macro(const Node& node) {
    constexpr std::array<std::string_view, 5> kNames = {"all", "exists", "filter", "map", "total"};
    const Type* list = type_of(node.kids[0]);
    const std::string over = tight(node.kids[0], 6);
    const auto before = elements_.find(node.slot);
    const std::optional<const Type*> outer =
        before == elements_.end() ? std::nullopt : std::optional{before->second};
    elements_[node.slot] = list ? list->element.get() : nullptr;
    const std::string body = tell(node.kids[1]);
    if (outer) {
      elements_[node.slot] = *outer;
    } else {
      elements_.erase(node.slot);
    }
    return say(kNames[static_cast<std::size_t>(node.macro)],
               {{"x", variable(node.slot)}, {"list", over}, {"a", body}});
  }

  std::string call(const Node& node) {
    switch (node.function) {
      case Function::string:
        return tell(node.kids[0]);
      case Function::key:
        return joined(node.kids, " / ");
      case Function::any:
      case Function::both:
        if (node.kids.size() == 2) {
          return say(node.name, {{"a", tell(node.kids[0])},
                                 {"b", literal(node.kids[1].literal, type_of(node.kids[0]))}});
        }
        break;
      case Function::add_days:
      case Function::add_months:
      case Function::add_workdays:
      case Function::days:
      case Function::years:
      case Function::workdays:
        return say(node.name, {{"a", tight(node.kids[0], 5)}, {"b", tight(node.kids[1], 5)}});
      case Function::muldiv:
        return say("muldiv", {{"a", tight(node.kids[0], 5)},
                              {"b", tight(node.kids[1], 5)},
                              {"c", tight(node.kids[2], 6)}});
      case Function::min:
      case Function::max:
      case Function::size:
      case Function::earliest:
      case Function::latest:
      case Function::year:
      case Function::month:
        return say(node.name, {{"a", joined(node.kids, say("comma"))}});
      default:
        break;
    }
    return node.name + "(" + joined(node.kids, ", ") + ")";
  }

  // The type of what the node reads, where its title or unit is of use; nullptr: not known.
  const Type* type_of(const Node& node) {
    if (node.op == Op::local) {
      const auto found = elements_.find(node.slot);
      return found == elements_.end() ? nullptr : found->second;
    }
    if (node.op == Op::index) {
      const Type* list = type_of(node.kids[0]);
      return list ? list->element.get() : nullptr;
    }
    if (node.op == Op::account) {
      const Book* book = find(reading_.pack.books, node.of);
      return book ? book->type.get() : nullptr;
    }
    if (node.op == Op::record) {
      const Register* reg = find(reading_.pack.registers, node.of);
      return reg ? reg->record.get() : nullptr;
    }
    if (node.op != Op::member) return nullptr;
    const Node& of = node.kids[0];
    if (of.op == Op::root && of.root == Root::data) {
      return reading_.service ? reading_.service->field(node.name) : nullptr;
    }
    if (reading_.each && of.op == Op::member && of.name == "data" && of.kids[0].op == Op::root &&
        of.kids[0].root == Root::each) {
      return reading_.each->field(node.name);
    }
    const Type* record = of.op == Op::root && of.root == Root::line ? reading_.line
                         : of.op == Op::root && of.root == Root::entry
                             ? (reading_.entry ? reading_.entry->record.get() : nullptr)
                             : type_of(of);
    return record ? record->member(node.name) : nullptr;
  }

  const Reading& reading_;
  std::map<int, const Type*> elements_;  // of macro variables by slot
};

}  // namespace

std::string in_words(const Program& program, const Reading& reading) {
  return Words{reading}.tell(program.root());
}

std::string in_words(const Allot& allot, const Reading& reading) {
  const auto say = [&](std::string_view key, const texts::Places& places = {}) {
    return texts::text(reading.language, "pack.round." + std::string{key}, places);
  };
  const Service* among = find(reading.pack.services, allot.service);
  const StateDef* state = among ? find(among->states, allot.state) : nullptr;
  if (!state) return {};
  Reading candidate = reading;
  candidate.each = among;
  const auto event = [&](const std::string& name) {
    const EventDef* taken = find(state->events, name);
    return taken ? in_language(taken->title, reading.language) : name;
  };
  std::string text = say("among", {{"service", in_language(among->title, reading.language)},
                                   {"state", in_language(state->title, reading.language)},
                                   {"places", in_words(*allot.places, reading)}});
  if (allot.where) text += say("where", {{"a", in_words(*allot.where, candidate)}});
  std::string keys;
  for (const Allot::Key& key : allot.rank) {
    Words words{candidate};
    const bool date = words.is_date(key.of->root());
    const std::string order = std::string{key.descending ? "down" : "up"} + (date ? "_date" : "");
    keys += (keys.empty() ? "" : say("then")) + say(order, {{"a", words.tell(key.of->root())}});
  }
  text += keys.empty() ? say("by_lot") : say("rank", {{"a", keys}});
  text += say("take", {{"a", event(allot.take)}});
  if (!allot.rest.empty()) text += say("rest", {{"a", event(allot.rest)}});
  return text;
}

std::vector<std::string> rounds_in_words(const std::vector<Branch>& branches,
                                         const Reading& reading) {
  std::vector<std::string> all;
  for (const Branch& branch : branches) {
    for (const Effect& effect : branch.effects) {
      const Allot* allot = std::get_if<Allot>(&effect.what);
      std::string text = allot ? in_words(*allot, reading) : std::string{};
      if (!text.empty() && std::ranges::find(all, text) == all.end())
        all.push_back(std::move(text));
    }
  }
  return all;
}

}  // namespace bashu::packs
