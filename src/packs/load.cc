#include "packs/load.h"

#include <algorithm>
#include <optional>

#include "base/json.h"
#include "calculators/calculators.h"
#include "packs/expand.h"
#include "packs/load_pages.h"
#include "packs/loader.h"
#include "packs/syntax.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kTextMax = 4U << 20U;
constexpr std::size_t kCanonicalMax = 1U << 20U;
constexpr std::size_t kThingsMax = 500;  // types, registers, books, services, figures, feeds each
constexpr int kNestingMax = 40;
constexpr std::int64_t kIntegerMax = (std::int64_t{1} << 53) - 1;

Finding finding(std::string text) {
  return {.line = 1, .column = 1, .path = {}, .text = std::move(text), .note = false};
}

bool deeper_than(const Value& value, int levels) {
  if (levels == 0) return true;
  if (const Value::List* list = value.as_list()) {
    return std::ranges::any_of(*list,
                               [&](const Value& item) { return deeper_than(item, levels - 1); });
  }
  if (const Value::Record* record = value.as_record()) {
    return std::ranges::any_of(
        *record, [&](const auto& item) { return deeper_than(item.second, levels - 1); });
  }
  return false;
}

bool is_language(std::string_view code) {
  if (code.size() < 2 || code.size() > 12) return false;
  return std::ranges::all_of(code, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

void load_header(Load& load) {
  load.reader.keys(load.root, {},
                   {"bashu", "pack", "version", "title", "params", "types", "registers", "books",
                    "calculators", "services", "feeds", "figures", "retention", "scenarios",
                    "replaces", "migrate", "words", "order"});
  load.reader.set_order(get(load.root, "order"));
  if (const Value* format = load.reader.need(load.root, {}, "bashu");
      format && *format != Value{1}) {
    load.reader.fault("bashu", "this node reads format versions 1 and 2");
  }
  if (const Value* name = load.reader.need(load.root, {}, "pack")) {
    load.pack->name = load.reader.text(name, "pack");
    const bool good = !load.pack->name.empty() && load.pack->name.size() <= 40 &&
                      load.pack->name[0] >= 'a' && load.pack->name[0] <= 'z' &&
                      std::ranges::all_of(load.pack->name, [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                      });
    if (!good)
      load.reader.fault("pack", "a pack's name is small letters, digits and -, at most 40");
  }
  if (const Value* version = load.reader.need(load.root, {}, "version")) {
    load.pack->version = load.reader.integer(version, "version", 0, 1, kIntegerMax);
  }
  if (const Value* title = load.reader.need(load.root, {}, "title")) {
    load.pack->title = load.reader.title(title, "title");
    for (const auto& [language, text] : load.pack->title) {
      if (!is_language(language)) {
        load.reader.fault(below("title", language), "is no code of a language");
      }
    }
    if (load.pack->title.empty()) load.reader.fault("title", "a title is needed in some language");
    load.reader.set_languages(load.pack->title);
  }
  if (const Value::Record* params = load.reader.record(get(load.root, "params"), "params")) {
    load.reader.count(params->size(), kThingsMax, "params");
    for (const auto& [name, value] : *params) {
      const std::string path = below("params", name);
      load.reader.name(name, path);
      if (!value.as_int() && !value.as_text()) {
        load.reader.fault(path, "a parameter is an integer or a text");
      }
      load.pack->params.emplace(name, value);
    }
    load.pack->params_record = get(load.root, "params") ? *get(load.root, "params") : Value{};
  }
  if (load.pack->params_record.is_null()) load.pack->params_record = Value{Value::Record{}};
  for (const std::string_view kind : {"types", "registers", "books", "calculators", "services",
                                      "feeds", "figures", "words", "scenarios"}) {
    const Value* things = get(load.root, kind);
    if (!things) continue;
    const std::string path{kind};
    if (kind != "scenarios") {
      if (const Value::Record* record = load.reader.record(things, path)) {
        load.reader.count(record->size(), kThingsMax, path);
      }
    } else if (const Value::List* list = things->as_list()) {
      load.reader.count(list->size(), kThingsMax, path);
    }
  }
}

void load_registers(Load& load) {
  const Value* all = get(load.root, "registers");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  for (const auto* item : load.reader.in_order(*map, "registers")) {
    const auto& [name, value] = *item;
    const std::string path = below("registers", name);
    load.reader.name(name, path);
    Register reg;
    reg.record = load.types.register_record(name);
    if (const Value::Record* source = load.reader.record(&value, path)) {
      load.reader.keys(*source, path,
                       {"title", "kept", "editions", "key", "fields", "about", "groups", "list",
                        "search", "public", "retention"});
      reg.title = load_title(load, *source, path);
      load.reader.need(*source, path, "fields");
      if (const Value* kept = load.reader.need(*source, path, "kept")) {
        const std::string word =
            load.reader.choice(kept, below(path, "kept"), {"own", "parties", "shared"});
        reg.kept = word == "shared" ? Kept::shared : word == "parties" ? Kept::parties : Kept::own;
      }
      reg.editions = load.reader.flag(get(*source, "editions"), below(path, "editions"));
      if (reg.editions && reg.kept != Kept::shared) {
        load.reader.fault(below(path, "editions"), "only a shared register has editions");
      }
      if (const Value* key = load.reader.need(*source, path, "key")) {
        reg.key = load.reader.texts(key, below(path, "key"));
        if (reg.key.empty()) load.reader.fault(below(path, "key"), "a key needs a field");
      }
      load_retention(load, *source, reg, path);
    }
    for (const std::string& field : reg.key) {
      const Type* type = reg.record->member(field);
      const std::string at = below(path, "key");
      if (!type) {
        load.reader.fault(at, "there is no field '" + field + "'");
        continue;
      }
      const bool plain = type->kind != Kind::list && type->kind != Kind::record &&
                         type->kind != Kind::document && type->kind != Kind::boolean;
      if (!plain || type->optional || type->sided || !type->readable()) {
        load.reader.fault(at,
                          "'" + field +
                              "' cannot be a key: a key is a text, number or date that is always "
                              "there, is one for all sides, and may be read");
      }
    }
    for (const Member& member : reg.record->members) {
      if (member.name == "key" || member.name == "edition") {
        load.reader.fault(below(below(path, "fields"), member.name),
                          "every record has a '" + member.name + "' already");
      }
      if (member.type->sided && reg.editions) {
        load.reader.fault(below(below(path, "fields"), member.name),
                          "an edition is published whole: its fields have no sides");
      }
    }
    load.pack->registers.emplace_back(name, std::move(reg));
  }
}

void load_books(Load& load) {
  const Value* all = get(load.root, "books");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  for (const auto* item : load.reader.in_order(*map, "books")) {
    const auto& [name, value] = *item;
    const std::string path = below("books", name);
    load.reader.name(name, path);
    Book book;
    const Value::Record* source = load.reader.record(&value, path);
    if (!source) continue;
    load.reader.keys(*source, path, {"title", "type", "accounts"});
    book.title = load_title(load, *source, path);
    book.type = load.types.type(load.reader.need(*source, path, "type"), below(path, "type"));
    if (book.type && book.type->kind != Kind::money && book.type->kind != Kind::quantity &&
        book.type->kind != Kind::integer) {
      load.reader.fault(below(path, "type"), "a book is of money, a quantity or a plain integer");
    }
    if (book.type && !book.type->readable()) {
      load.reader.fault(below(path, "type"), "a book cannot be of a personal type");
    }
    const std::string accounts = below(path, "accounts");
    const Value::Record* kinds =
        load.reader.record(load.reader.need(*source, path, "accounts"), accounts);
    if (kinds) {
      if (kinds->empty()) load.reader.fault(accounts, "a book needs an account");
      load.reader.count(kinds->size(), kThingsMax, accounts);
      for (const auto* account : load.reader.in_order(*kinds, accounts)) {
        const auto& [kind_name, kind_value] = *account;
        const std::string at = below(accounts, kind_name);
        load.reader.name(kind_name, at);
        if (is_reserved(kind_name)) {
          load.reader.fault(at, "'" + kind_name + "' is a word of the expressions");
        }
        AccountKind kind;
        if (const Value::Record* keys = load.reader.record(&kind_value, at)) {
          load.reader.keys(*keys, at, {"key", "floor"});
          if (const auto key = keys->find("key"); key != keys->end()) {
            kind.key = load.reader.texts(&key->second, below(at, "key"));
            load.reader.count(kind.key.size(), 16, below(at, "key"));
            for (const std::string& one : kind.key) {
              load.reader.name(one, below(at, "key"));
              if (one == "balance") {
                load.reader.fault(below(at, "key"), "every account has a 'balance' in figures");
              }
            }
          }
          if (const auto floor = keys->find("floor"); floor != keys->end()) {
            const std::string* word = floor->second.as_text();
            const bool none = word && *word == "none";
            kind.marked = word && *word == "marked";
            if (!none && !kind.marked && floor->second != Value{0}) {
              load.reader.fault(below(at, "floor"), "must be 0, marked or none");
            }
            kind.floored = !none;
          }
        }
        book.accounts.emplace_back(kind_name, std::move(kind));
      }
    }
    if (book.type) load.pack->books.emplace_back(name, std::move(book));
  }
}

void load_calculators(Load& load) {
  const Value* all = get(load.root, "calculators");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  for (const auto& [name, value] : *map) {
    const std::string path = below("calculators", name);
    const Value::Record* source = load.reader.record(&value, path);
    if (!source) continue;
    load.reader.keys(*source, path, {"version", "takes", "gives"});
    CalculatorDef def;
    if (const Value* version = load.reader.need(*source, path, "version")) {
      def.version = load.reader.integer(version, below(path, "version"), 1, 1, 1'000'000);
    }
    const auto fields = [&](std::string_view key) {
      const std::string at = below(path, key);
      std::vector<Member> members =
          load.types.fields(load.reader.need(*source, path, key), at, false);
      for (const Member& member : members) {
        if (!member.type->readable()) {
          load.reader.fault(below(at, member.name),
                            "a calculator sees nothing personal or sensitive");
        }
      }
      return members;
    };
    def.takes = fields("takes");
    def.gives = fields("gives");
    if (!calculators::find(name, def.version)) {
      load.reader.fault(path, "this node has no calculator '" + name + "' of version " +
                                  std::to_string(def.version));
    }
    load.pack->calculators.emplace_back(name, std::move(def));
  }
}

void check_names_apart(Load& load) {
  const Value* services = get(load.root, "services");
  for (const Member& type : load.pack->types) {
    if (services && services->find(type.name)) {
      load.reader.fault(below("types", type.name),
                        "a type and a service are both named '" + type.name + "'");
    }
  }
  for (const auto& [name, reg] : load.pack->registers) {
    const std::string path = below("registers", name);
    if (is_reserved(name)) load.reader.fault(path, "'" + name + "' is a word of the expressions");
    if (find(load.pack->books, name)) {
      load.reader.fault(path, "a register and a book are both named '" + name + "'");
    }
    if (services && services->find(name)) {
      load.reader.fault(path, "a register and a service are both named '" + name +
                                  "': a figure's 'of' and a 'ref' could mean either");
    }
  }
  for (const auto& [name, book] : load.pack->books) {
    if (is_reserved(name)) {
      load.reader.fault(below("books", name), "'" + name + "' is a word of the expressions");
    }
  }
}

// All of a pack. True if everything in it has a meaning, whether or not the rules that come last
// allow it.
bool read(Load& load) {
  load_header(load);
  load.pack->types = load.types.named_types();
  load_registers(load);
  load_books(load);
  load_calculators(load);
  load_service_heads(load);
  load.checker.check_calcs();
  load_service_bodies(load);
  load_feeds(load);
  load_figures(load);
  load_pages(load.reader, load.root, *load.pack);
  load_change(load);
  load_retention(load);
  if (!load.reader.faulty()) load.reader.check_order();
  const bool understood = !load.reader.faulty();
  check_names_apart(load);
  lint(load);
  load_scenarios(load);
  return understood;
}

struct Written {
  bool adopted = false;  // before now: rules that came later are not asked
  bool second_edition = false;
};

Loaded load_document(const Value& source, const Document* document, Written written = {}) {
  Loaded loaded;
  const Value::Record* root = source.as_record();
  if (!root) {
    loaded.findings.push_back(finding("a pack is a map of names"));
    return loaded;
  }
  if (deeper_than(source, kNestingMax)) {
    loaded.findings.push_back(finding("is nested too deep"));
    return loaded;
  }
  const std::string canonical = canonical_json(source);
  if (canonical.size() > kCanonicalMax) {
    loaded.findings.push_back(finding("is larger than 1 MiB in canonical form"));
    return loaded;
  }
  Load load{source, *root, document};
  load.second_edition = written.second_edition;
  const bool understood = read(load);
  loaded.findings = load.reader.findings();
  if (written.adopted ? understood : !load.reader.faulty()) loaded.pack = load.pack;
  return loaded;
}

std::vector<std::vector<int>> lines_of_steps(const Pack& pack, const Document& document) {
  std::vector<std::vector<int>> lines(pack.scenarios.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Value* steps = pack.scenarios[i].find("steps");
    const std::string path = below(below("scenarios", i), "steps");
    for (std::size_t j = 0; steps && steps->as_list() && j < steps->as_list()->size(); ++j) {
      lines[i].push_back(document.at(below(path, j)).line);
    }
  }
  return lines;
}

}  // namespace

Loaded load(std::string_view text) {
  Loaded loaded;
  if (text.size() > kTextMax) {
    loaded.findings.push_back(finding("is larger than 4 MiB"));
    return loaded;
  }
  Document document = read_yaml(text);
  const bool second = document.findings.empty() && is_second_edition(document);
  if (second) document = expand(document);
  if (!document.findings.empty()) {
    loaded.findings = document.findings;
    return loaded;
  }
  loaded = load_document(document.root, &document, {.second_edition = second});
  if (loaded.pack) loaded.step_lines = lines_of_steps(*loaded.pack, document);
  return loaded;
}

Loaded load(const Value& source) {
  if (source.int_at("bashu") != 2) return load_document(source, nullptr);
  const Document document =
      expand({.root = source, .positions = {}, .findings = {}, .origins = {}});
  if (document.findings.empty()) {
    return load_document(document.root, nullptr, {.second_edition = true});
  }
  return {.pack = nullptr, .findings = document.findings, .step_lines = {}};
}

Loaded load_adopted(std::string_view source) {
  const auto value = parse_json(source, kSourceLimits);
  if (value) return load_document(*value, nullptr, {.adopted = true});
  return {.pack = nullptr,
          .findings = {finding("is not JSON: " + value.error().code)},
          .step_lines = {}};
}

Load::Load(const Value& source, const Value::Record& top, const Document* document)
    : reader{document},
      root{top},
      pack{std::make_shared<Pack>()},
      types{reader, top},
      checker{*pack, reader} {
  pack->source = source;
  pack->digest = digest_text(source);
}

Title load_title(Load& load, const Value::Record& source, const std::string& path) {
  const Value* title = get(source, "title");
  return load.reader.title(title, title ? below(path, "title") : path);
}

std::string service_path(const std::string& service) { return below("services", service); }

std::string Register::key_of(const Value& fields) const {
  std::vector<Value> parts;
  parts.reserve(key.size());
  for (const std::string& field : key) {
    const Value* value = fields.find(field);
    parts.push_back(value ? *value : Value{});
  }
  return record_key(parts);
}

bool Register::names(std::string_view name, const Value& fields) const {
  if (name == key_of(fields)) return true;
  const Value* only = key.size() == 1 ? fields.find(key[0]) : nullptr;
  return only && name == join_key({only, 1});
}

bool EventDef::taken_by_system() const {
  return std::ranges::any_of(by, [](const By& who) { return who.role == "system"; });
}

const Type* Service::field(std::string_view name) const {
  for (const Member& member : fields) {
    if (member.name == name) return member.type.get();
  }
  return nullptr;
}

const PartyDef* Service::party(std::string_view name) const {
  for (const PartyDef& def : parties) {
    if (def.name == name) return &def;
  }
  return nullptr;
}

}  // namespace bashu::packs
