#include "packs/load_types.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace bashu::packs {
namespace {

constexpr int kDepthMax = 8;             // named types that build on each other
constexpr int kNestingMax = 24;          // lists and records inside each other
constexpr std::size_t kSizeMax = 5'000;  // fields of one type, written out
constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;
constexpr std::int64_t kTextMax = 4'000;
constexpr std::int64_t kListMax = 1'000;
constexpr int kPatternMax = 400;
constexpr int kPatternMemory = 1 << 20;

constexpr std::array<std::pair<std::string_view, Kind>, 16> kKinds = {{
    {"text", Kind::text},
    {"bool", Kind::boolean},
    {"int", Kind::integer},
    {"money", Kind::money},
    {"quantity", Kind::quantity},
    {"date", Kind::date},
    {"month", Kind::month},
    {"choice", Kind::choice},
    {"list", Kind::list},
    {"record", Kind::record},
    {"place", Kind::place},
    {"token", Kind::token},
    {"document", Kind::document},
    {"ref", Kind::ref},
    {"digest", Kind::digest},
    {"party", Kind::party},
}};
constexpr std::array<std::pair<std::string_view, Class>, 5> kClasses = {{
    {"public", Class::open},
    {"internal", Class::internal},
    {"token", Class::token},
    {"personal", Class::personal},
    {"sensitive", Class::sensitive},
}};

std::optional<Kind> kind_named(std::string_view name) {
  for (const auto& [word, kind] : kKinds) {
    if (word == name) return kind;
  }
  return std::nullopt;
}
std::optional<Class> class_named(std::string_view name) {
  for (const auto& [word, cls] : kClasses) {
    if (word == name) return cls;
  }
  return std::nullopt;
}
std::string_view class_name(Class cls) { return kClasses[static_cast<std::size_t>(cls)].first; }

bool has_length(Kind kind) {
  return kind == Kind::text || kind == Kind::token || kind == Kind::ref;
}
bool is_number(Kind kind) {
  return kind == Kind::integer || kind == Kind::money || kind == Kind::quantity;
}

}  // namespace

TypeTable::TypeTable(Reader& reader, const Value::Record& pack) : reader_{reader}, pack_{pack} {
  const auto part = [this](std::string_view name) -> const Value::Record* {
    const auto found = pack_.find(name);
    return found == pack_.end() ? nullptr : found->second.as_record();
  };
  types_ = part("types");
  registers_ = part("registers");
}

std::vector<Member> TypeTable::named_types() {
  std::vector<Member> all;
  if (!types_) return all;
  for (const auto* item : reader_.in_order(*types_, "types")) {
    const auto& [name, field] = *item;
    const std::string path = below("types", name);
    reader_.name(name, path);
    // Packs older than the built-in type `party` may have one of their own.
    if (kind_named(name) && name != "party") {
      reader_.fault(path, "'" + name + "' is a built-in type");
      continue;
    }
    if (registers_ && registers_->contains(name)) {
      reader_.fault(path, "a type and a register are both named '" + name + "'");
    }
    const Resolved resolved = named(name, path, std::nullopt, 0);
    if (!resolved.type) continue;
    if (resolved.type->title.empty()) reader_.fault(path, "the title is missing");
    all.push_back({name, resolved.type});
  }
  return all;
}

std::vector<Member> TypeTable::fields(const Value* value, const std::string& path, bool titled,
                                      bool in_register) {
  Type record;
  std::size_t size = 0;
  members(value, path, std::nullopt, 0, {.titled = titled, .in_register = in_register}, record,
          size);
  return std::move(record.members);
}

TypePtr TypeTable::register_record(const std::string& name) {
  if (const auto known = records_.find(name); known != records_.end()) return known->second;
  if (!registers_) return nullptr;
  const auto found = registers_->find(name);
  if (found == registers_->end()) return nullptr;
  auto record = std::make_shared<Type>();
  record->kind = Kind::record;
  record->cls = Class::open;
  if (const Value::Record* reg = found->second.as_record()) {
    const auto list = reg->find("fields");
    const std::string path = below(below("registers", name), "fields");
    std::size_t size = 0;
    members(list == reg->end() ? nullptr : &list->second, path, std::nullopt, 0,
            {.titled = true, .in_register = true}, *record, size);
    if (const auto title = reg->find("title"); title != reg->end()) {
      record->title = reader_.title(&title->second, below(below("registers", name), "title"));
    }
  }
  for (const Member& member : record->members)
    record->cls = std::max(record->cls, member.type->cls);
  records_.emplace(name, record);
  return record;
}

TypePtr TypeTable::type(const Value* value, const std::string& path) {
  if (!value) return nullptr;
  return resolve(*value, path, std::nullopt, 0, {.titled = false, .in_register = false}).type;
}

TypeTable::Resolved TypeTable::resolve(const Value& field, const std::string& path,
                                       Inherited inherited, int depth, const Field& how) {
  static const Value::Record kEmpty;
  const Value::Record* map = &kEmpty;
  std::string name;
  if (const std::string* word = field.as_text()) {
    name = *word;
  } else {
    map = field.as_record();
    if (!map) {
      reader_.fault(path, "a field is the name of a type, or a map with `type`");
      return {};
    }
    reader_.keys(*map, path,
                 {"type", "title", "class", "optional", "min", "max", "pattern", "of", "fields",
                  "sided", "unit", "scale", "to", "help", "example", "wrong", "accepts"});
    const Value* type = reader_.need(*map, path, "type");
    if (!type) return {};
    name = reader_.text(type, below(path, "type"));
    if (name.empty()) return {};
  }
  if (depth > kNestingMax) {
    reader_.fault(path, "lists and records are nested too deep");
    return {};
  }
  const auto part = [map](std::string_view key) -> const Value* {
    const auto found = map->find(key);
    return found == map->end() ? nullptr : &found->second;
  };
  Inherited stated;
  if (const Value* cls = part("class")) {
    const std::string* word = cls->as_text();
    stated = word ? class_named(*word) : std::nullopt;
    if (!stated) {
      reader_.fault(below(path, "class"), "must be public, internal, token, personal or sensitive");
    }
  }
  if (stated) inherited = stated;

  Resolved base;
  const bool own_party = types_ && name == "party" && types_->contains(name);
  const std::optional<Kind> kind = own_party ? std::nullopt : kind_named(name);
  if (kind) {
    base = built_in(*kind, *map, path, inherited, depth, how);
  } else {
    for (const std::string_view key : {"of", "fields", "unit", "scale", "to"}) {
      if (part(key)) {
        reader_.fault(below(path, key), "a named type has its '" + std::string{key} + "' already");
      }
    }
    base = named(name, path, inherited, depth);
  }
  if (!base.type) return {};

  auto type = std::make_shared<Type>(*base.type);
  Resolved result{.type = type, .size = base.size};
  type->optional = false;  // said by each field for itself
  type->sided = false;
  if (const Value* title = part("title")) type->title = reader_.title(title, below(path, "title"));
  type->optional = reader_.flag(part("optional"), below(path, "optional"));
  if (const Value* sided = part("sided")) {
    type->sided = reader_.flag(sided, below(path, "sided"));
    if (!how.in_register) reader_.fault(below(path, "sided"), "only a register's field has sides");
  }
  limits(*map, path, *type);
  advice(*map, path, *type);
  if (stated) {
    if (type->kind == Kind::record || type->kind == Kind::list) {
      Class strictest = Class::open;
      for (const Member& member : type->members) strictest = std::max(strictest, member.type->cls);
      if (type->element) strictest = type->element->cls;
      if (strictest > *stated && strictest > Class::token) {
        reader_.fault(path, "is " + std::string{class_name(*stated)} + ", but holds what is " +
                                std::string{class_name(strictest)});
      }
    }
    type->cls = *stated;
  }
  return result;
}

TypeTable::Resolved TypeTable::named(const std::string& name, const std::string& path,
                                     Inherited inherited, int depth) {
  const auto key = std::pair{name, inherited};
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  const bool is_type = types_ && types_->contains(name);
  const bool is_register = !is_type && registers_ && registers_->contains(name);
  if (!is_type && !is_register) {
    reader_.fault(path, "unknown type '" + name + "'");
    return {};
  }
  if (std::ranges::find(chain_, name) != chain_.end()) {
    reader_.fault(path, "the type '" + name + "' is built on itself");
    return {};
  }
  if (chain_.size() >= static_cast<std::size_t>(kDepthMax)) {
    reader_.fault(path, "types build on each other more than eight deep");
    return {};
  }
  chain_.push_back(name);
  Resolved resolved;
  if (is_type) {
    resolved = resolve(types_->find(name)->second, below("types", name), inherited, depth + 1,
                       {.titled = true, .in_register = false});
  } else {
    auto record = std::make_shared<Type>();
    record->kind = Kind::record;
    const std::string where = below("registers", name);
    if (const Value::Record* reg = registers_->find(name)->second.as_record()) {
      const auto list = reg->find("fields");
      members(list == reg->end() ? nullptr : &list->second, below(where, "fields"), inherited,
              depth + 1, {.titled = true, .in_register = true}, *record, resolved.size);
      if (const auto title = reg->find("title"); title != reg->end()) {
        record->title = reader_.title(&title->second, below(where, "title"));
      }
    }
    record->cls = Class::open;
    for (Member& member : record->members) {
      record->cls = std::max(record->cls, member.type->cls);
      if (!member.type->sided) continue;
      // Sides are a matter of the register: a form gives one value.
      auto plain = std::make_shared<Type>(*member.type);
      plain->sided = false;
      member.type = std::move(plain);
    }
    resolved.type = std::move(record);
  }
  chain_.pop_back();
  if (resolved.size > kSizeMax) {
    reader_.fault(path, "the type '" + name + "' has more than 5,000 fields, written out");
    resolved = {};
  }
  known_.insert_or_assign(key, resolved);
  return resolved;
}

TypeTable::Resolved TypeTable::built_in(Kind kind, const Value::Record& field,
                                        const std::string& path, Inherited inherited, int depth,
                                        const Field& how) {
  auto type = std::make_shared<Type>();
  Resolved result{.type = type, .size = 1};
  type->kind = kind;
  type->cls = inherited.value_or(Class::personal);
  const auto part = [&field](std::string_view key) -> const Value* {
    const auto found = field.find(key);
    return found == field.end() ? nullptr : &found->second;
  };
  const auto only = [&](std::string_view key, bool allowed) {
    if (part(key) && !allowed) {
      reader_.fault(below(path, key), "this type has no '" + std::string{key} + "'");
    }
  };
  only("of", kind == Kind::choice || kind == Kind::list);
  only("fields", kind == Kind::record);
  only("unit", kind == Kind::money || kind == Kind::quantity);
  only("scale", kind == Kind::money || kind == Kind::quantity);
  only("to", kind == Kind::ref);
  switch (kind) {
    case Kind::money:
    case Kind::quantity:
      measure(field, path, *type);
      break;
    case Kind::choice:
      choices(reader_.need(field, path, "of"), below(path, "of"), *type);
      break;
    case Kind::ref:
      reference(field, path, *type);
      break;
    case Kind::list: {
      const Value* of = reader_.need(field, path, "of");
      if (!of) return {};
      const Resolved element = resolve(*of, below(path, "of"), inherited, depth + 1,
                                       {.titled = false, .in_register = false});
      if (!element.type) return {};
      if (element.type->optional) {
        reader_.fault(below(path, "of"), "an element of a list is not optional");
      }
      type->element = element.type;
      type->cls = element.type->cls;
      result.size += element.size;
      break;
    }
    case Kind::record:
      members(reader_.need(field, path, "fields"), below(path, "fields"), inherited, depth + 1,
              {.titled = how.titled, .in_register = false}, *type, result.size);
      type->cls = Class::open;
      for (const Member& member : type->members) type->cls = std::max(type->cls, member.type->cls);
      break;
    default:
      break;
  }
  return result;
}

void TypeTable::members(const Value* value, const std::string& path, Inherited inherited, int depth,
                        const Field& how, Type& record, std::size_t& size) {
  const Value::Record* list = reader_.record(value, path);
  if (!list) return;
  if (list->empty()) reader_.fault(path, "there is no field");
  reader_.count(list->size(), 200, path);
  for (const auto* item : reader_.in_order(*list, path)) {
    const auto& [name, field] = *item;
    const std::string at = below(path, name);
    reader_.name(name, at);
    const Resolved resolved = resolve(field, at, inherited, depth, how);
    if (!resolved.type) continue;
    if (how.titled && resolved.type->title.empty()) reader_.fault(at, "the title is missing");
    size += resolved.size;
    if (size > kSizeMax) {
      reader_.fault(path, "more than 5,000 fields, named types written out");
      return;
    }
    record.members.push_back({name, resolved.type});
  }
}

void TypeTable::limits(const Value::Record& field, const std::string& path, Type& type) {
  const auto part = [&field](std::string_view key) -> const Value* {
    const auto found = field.find(key);
    return found == field.end() ? nullptr : &found->second;
  };
  std::int64_t least = 0;
  std::int64_t most = 0;
  if (is_number(type.kind)) {
    least = -kIntegerMax;
    most = kIntegerMax;
  } else if (has_length(type.kind)) {
    most = kTextMax;
  } else if (type.kind == Kind::list) {
    most = kListMax;
  } else if (type.kind == Kind::document && !part("min")) {
    most = kIntegerMax;
  } else {
    for (const std::string_view key : {"min", "max"}) {
      if (part(key)) {
        reader_.fault(below(path, key), "this type has no '" + std::string{key} + "'");
      }
    }
  }
  if (most > 0) {
    if (const Value* min = part("min")) {
      type.min = reader_.integer(min, below(path, "min"), least, least, most);
    }
    if (const Value* max = part("max")) {
      type.max = reader_.integer(max, below(path, "max"), most, least, most);
    }
    if ((part("min") || part("max")) && type.min && type.max && *type.min > *type.max) {
      reader_.fault(path, "min is greater than max");
    }
  }
  if (const Value* pattern = part("pattern")) {
    const std::string at = below(path, "pattern");
    if (!has_length(type.kind)) {
      reader_.fault(at, "this type has no 'pattern'");
      return;
    }
    const std::string text = reader_.text(pattern, at);
    if (text.empty()) return;
    if (text.size() > static_cast<std::size_t>(kPatternMax)) {
      reader_.fault(at, "a pattern has at most 400 bytes");
      return;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemory);
    auto compiled = std::make_shared<const re2::RE2>(text, options);
    if (!compiled->ok()) {
      reader_.fault(at, "is no regular expression of RE2: " + compiled->error());
      return;
    }
    type.pattern = std::move(compiled);
  }
}

// What helps the person who fills in the field.
void TypeTable::advice(const Value::Record& field, const std::string& path, Type& type) {
  const auto part = [&field](std::string_view key) -> const Value* {
    const auto found = field.find(key);
    return found == field.end() ? nullptr : &found->second;
  };
  if (const Value* help = part("help")) type.help = reader_.title(help, below(path, "help"));
  if (const Value* wrong = part("wrong")) {
    type.wrong = reader_.title(wrong, below(path, "wrong"));
    if (!type.pattern) reader_.fault(below(path, "wrong"), "'wrong' needs a 'pattern' to explain");
  }
  if (const Value* accepts = part("accepts")) {
    const std::string at = below(path, "accepts");
    if (type.kind != Kind::document) reader_.fault(at, "this type has no 'accepts'");
    type.accepts = reader_.texts(accepts, at);
    for (const std::string& media : type.accepts) {
      const std::size_t slash = media.find('/');
      if (slash == 0 || slash == std::string::npos || slash + 1 == media.size()) {
        reader_.fault(at, "'" + media + "' is no media type such as application/pdf or image/*");
      }
    }
  }
  if (const Value* example = part("example")) {
    const std::string at = below(path, "example");
    type.example = *example;
    if (type.kind == Kind::document) {
      reader_.fault(at, "a document has no example");
    } else if (const auto wrong = check(type, *example, at)) {
      reader_.fault(wrong->path, in_language(wrong->why, "en"));
    }
  }
}

void TypeTable::measure(const Value::Record& field, const std::string& path, Type& type) {
  if (const Value* unit = reader_.need(field, path, "unit")) {
    type.unit = reader_.text(unit, below(path, "unit"));
    if (utf8_length(type.unit) > 20) {
      reader_.fault(below(path, "unit"), "a unit has at most 20 characters");
    }
  }
  if (const Value* scale = reader_.need(field, path, "scale")) {
    type.scale = static_cast<int>(reader_.integer(scale, below(path, "scale"), 0, 0, 15));
  }
}

void TypeTable::choices(const Value* value, const std::string& path, Type& type) {
  const Value::Record* codes = reader_.record(value, path);
  if (!codes) return;
  if (codes->empty()) reader_.fault(path, "a choice needs a code");
  reader_.count(codes->size(), 1'000, path);
  for (const auto* item : reader_.in_order(*codes, path)) {
    const auto& [code, title] = *item;
    const std::string at = below(path, code);
    if (code.empty() || utf8_length(code) > 40) {
      reader_.fault(at, "a code has 1 to 40 characters");
    }
    type.choices.emplace_back(code, reader_.title(&title, at));
  }
}

void TypeTable::reference(const Value::Record& field, const std::string& path, Type& type) {
  const Value* to = reader_.need(field, path, "to");
  if (!to) return;
  const std::string at = below(path, "to");
  type.ref_to = reader_.text(to, at);
  if (type.ref_to.empty() || type.ref_to.find('/') != std::string::npos) {
    const std::size_t slash = type.ref_to.find('/');
    if (slash != std::string::npos && (slash == 0 || slash + 1 == type.ref_to.size() ||
                                       type.ref_to.find('/', slash + 1) != std::string::npos)) {
      reader_.fault(at, "another pack's register is written pack/register");
    }
    return;
  }
  const auto services = pack_.find("services");
  const Value::Record* known = services == pack_.end() ? nullptr : services->second.as_record();
  if (!(registers_ && registers_->contains(type.ref_to)) &&
      !(known && known->contains(type.ref_to))) {
    reader_.fault(at, "there is no register or service '" + type.ref_to + "'");
  }
}

}  // namespace bashu::packs
