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

Loaded load_document(const Value& source, const Document* document, bool adopted = false) {
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
  Loader loader{source, *root, document};
  loader.run();
  loaded.findings = loader.reader().findings();
  if (adopted ? loader.understood() : !loader.reader().faulty()) loaded.pack = loader.pack();
  return loaded;
}

bool is_language(std::string_view code) {
  if (code.size() < 2 || code.size() > 12) return false;
  return std::ranges::all_of(code, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

Loaded load(std::string_view text) {
  Loaded loaded;
  if (text.size() > kTextMax) {
    loaded.findings.push_back(finding("is larger than 4 MiB"));
    return loaded;
  }
  Document document = read_yaml(text);
  if (document.findings.empty() && is_second_edition(document)) document = expand(document);
  if (!document.findings.empty()) {
    loaded.findings = document.findings;
    return loaded;
  }
  return load_document(document.root, &document);
}

Loaded load(const Value& source) {
  if (source.int_at("bashu") != 2) return load_document(source, nullptr);
  const Document document =
      expand({.root = source, .positions = {}, .findings = {}, .origins = {}});
  if (document.findings.empty()) return load_document(document.root, nullptr);
  return {.pack = nullptr, .findings = document.findings};
}

Loaded load_adopted(std::string_view source) {
  const auto value = parse_json(source, kSourceLimits);
  if (value) return load_document(*value, nullptr, true);
  return {.pack = nullptr, .findings = {finding("is not JSON: " + value.error().code)}};
}

Loader::Loader(const Value& source, const Value::Record& root, const Document* document)
    : reader_{document},
      root_{root},
      pack_{std::make_shared<Pack>()},
      types_{reader_, root},
      checker_{*pack_, reader_} {
  pack_->source = source;
  pack_->digest = digest_text(source);
}

const Value* Loader::part(std::string_view key) const {
  const auto found = root_.find(key);
  return found == root_.end() ? nullptr : &found->second;
}

void Loader::run() {
  header();
  pack_->types = types_.named_types();
  registers();
  books();
  calculators();
  service_heads();
  checker_.check_calcs();
  service_bodies();
  feeds();
  figures();
  load_pages(reader_, root_, *pack_);
  change();
  if (!reader_.faulty()) reader_.check_order();
  understood_ = !reader_.faulty();
  names_apart();
  lint();
  scenarios();
}

void Loader::header() {
  reader_.keys(
      root_, {},
      {"bashu", "pack", "version", "title", "params", "types", "registers", "books", "calculators",
       "services", "feeds", "figures", "scenarios", "replaces", "migrate", "words", "order"});
  reader_.set_order(part("order"));
  if (const Value* format = reader_.need(root_, {}, "bashu"); format && *format != Value{1}) {
    reader_.fault("bashu", "this node reads format versions 1 and 2");
  }
  if (const Value* name = reader_.need(root_, {}, "pack")) {
    pack_->name = reader_.text(name, "pack");
    const bool good = !pack_->name.empty() && pack_->name.size() <= 40 && pack_->name[0] >= 'a' &&
                      pack_->name[0] <= 'z' && std::ranges::all_of(pack_->name, [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                      });
    if (!good) reader_.fault("pack", "a pack's name is small letters, digits and -, at most 40");
  }
  if (const Value* version = reader_.need(root_, {}, "version")) {
    pack_->version = reader_.integer(version, "version", 0, 1, kIntegerMax);
  }
  if (const Value* title = reader_.need(root_, {}, "title")) {
    pack_->title = reader_.title(title, "title");
    for (const auto& [language, text] : pack_->title) {
      if (!is_language(language)) {
        reader_.fault(below("title", language), "is no code of a language");
      }
    }
    if (pack_->title.empty()) reader_.fault("title", "a title is needed in some language");
    reader_.set_languages(pack_->title);
  }
  if (const Value::Record* params = reader_.record(part("params"), "params")) {
    reader_.count(params->size(), kThingsMax, "params");
    for (const auto& [name, value] : *params) {
      const std::string path = below("params", name);
      reader_.name(name, path);
      if (!value.as_int() && !value.as_text()) {
        reader_.fault(path, "a parameter is an integer or a text");
      }
      pack_->params.emplace(name, value);
    }
    pack_->params_record = part("params") ? *part("params") : Value{};
  }
  if (pack_->params_record.is_null()) pack_->params_record = Value{Value::Record{}};
  for (const std::string_view kind : {"types", "registers", "books", "calculators", "services",
                                      "feeds", "figures", "words", "scenarios"}) {
    const Value* things = part(kind);
    if (!things) continue;
    const std::string path{kind};
    if (kind != "scenarios") {
      if (const Value::Record* record = reader_.record(things, path)) {
        reader_.count(record->size(), kThingsMax, path);
      }
    } else if (const Value::List* list = things->as_list()) {
      reader_.count(list->size(), kThingsMax, path);
    }
  }
}

void Loader::registers() {
  const Value* all = part("registers");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  for (const auto* item : reader_.in_order(*map, "registers")) {
    const auto& [name, value] = *item;
    const std::string path = below("registers", name);
    reader_.name(name, path);
    Register reg;
    reg.record = types_.register_record(name);
    if (const Value::Record* source = reader_.record(&value, path)) {
      reader_.keys(*source, path,
                   {"title", "kept", "editions", "key", "fields", "about", "groups", "list",
                    "search", "public"});
      const auto get = [source](std::string_view key) -> const Value* {
        const auto found = source->find(key);
        return found == source->end() ? nullptr : &found->second;
      };
      reg.title = reader_.title(get("title"), get("title") ? below(path, "title") : path);
      reader_.need(*source, path, "fields");
      if (const Value* kept = reader_.need(*source, path, "kept")) {
        const std::string word =
            reader_.choice(kept, below(path, "kept"), {"own", "parties", "shared"});
        reg.kept = word == "shared" ? Kept::shared : word == "parties" ? Kept::parties : Kept::own;
      }
      reg.editions = reader_.flag(get("editions"), below(path, "editions"));
      if (reg.editions && reg.kept != Kept::shared) {
        reader_.fault(below(path, "editions"), "only a shared register has editions");
      }
      if (const Value* key = reader_.need(*source, path, "key")) {
        reg.key = reader_.texts(key, below(path, "key"));
        if (reg.key.empty()) reader_.fault(below(path, "key"), "a key needs a field");
      }
    }
    for (const std::string& field : reg.key) {
      const Type* type = reg.record->member(field);
      const std::string at = below(path, "key");
      if (!type) {
        reader_.fault(at, "there is no field '" + field + "'");
        continue;
      }
      const bool plain = type->kind != Kind::list && type->kind != Kind::record &&
                         type->kind != Kind::document && type->kind != Kind::boolean;
      if (!plain || type->optional || type->sided || !type->readable()) {
        reader_.fault(at, "'" + field +
                              "' cannot be a key: a key is a text, number or date that is always "
                              "there, is one for all sides, and may be read");
      }
    }
    for (const Member& member : reg.record->members) {
      if (member.name == "key" || member.name == "edition") {
        reader_.fault(below(below(path, "fields"), member.name),
                      "every record has a '" + member.name + "' already");
      }
      if (member.type->sided && reg.editions) {
        reader_.fault(below(below(path, "fields"), member.name),
                      "an edition is published whole: its fields have no sides");
      }
    }
    pack_->registers.emplace_back(name, std::move(reg));
  }
}

void Loader::books() {
  const Value* all = part("books");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  for (const auto* item : reader_.in_order(*map, "books")) {
    const auto& [name, value] = *item;
    const std::string path = below("books", name);
    reader_.name(name, path);
    Book book;
    const Value::Record* source = reader_.record(&value, path);
    if (!source) continue;
    reader_.keys(*source, path, {"title", "type", "accounts"});
    const auto title = source->find("title");
    book.title = reader_.title(title == source->end() ? nullptr : &title->second,
                               title == source->end() ? path : below(path, "title"));
    book.type = types_.type(reader_.need(*source, path, "type"), below(path, "type"));
    if (book.type && book.type->kind != Kind::money && book.type->kind != Kind::quantity &&
        book.type->kind != Kind::integer) {
      reader_.fault(below(path, "type"), "a book is of money, a quantity or a plain integer");
    }
    if (book.type && !book.type->readable()) {
      reader_.fault(below(path, "type"), "a book cannot be of a personal type");
    }
    const std::string accounts = below(path, "accounts");
    const Value::Record* kinds = reader_.record(reader_.need(*source, path, "accounts"), accounts);
    if (kinds) {
      if (kinds->empty()) reader_.fault(accounts, "a book needs an account");
      reader_.count(kinds->size(), kThingsMax, accounts);
      for (const auto* account : reader_.in_order(*kinds, accounts)) {
        const auto& [kind_name, kind_value] = *account;
        const std::string at = below(accounts, kind_name);
        reader_.name(kind_name, at);
        if (is_reserved(kind_name)) {
          reader_.fault(at, "'" + kind_name + "' is a word of the expressions");
        }
        AccountKind kind;
        if (const Value::Record* keys = reader_.record(&kind_value, at)) {
          reader_.keys(*keys, at, {"key", "floor"});
          if (const auto key = keys->find("key"); key != keys->end()) {
            kind.key = reader_.texts(&key->second, below(at, "key"));
            reader_.count(kind.key.size(), 16, below(at, "key"));
            for (const std::string& one : kind.key) {
              reader_.name(one, below(at, "key"));
              if (one == "balance") {
                reader_.fault(below(at, "key"), "every account has a 'balance' in figures");
              }
            }
          }
          if (const auto floor = keys->find("floor"); floor != keys->end()) {
            const std::string* word = floor->second.as_text();
            const bool none = word && *word == "none";
            if (!none && floor->second != Value{0}) {
              reader_.fault(below(at, "floor"), "must be 0 or none");
            }
            kind.floored = !none;
          }
        }
        book.accounts.emplace_back(kind_name, std::move(kind));
      }
    }
    if (book.type) pack_->books.emplace_back(name, std::move(book));
  }
}

void Loader::calculators() {
  const Value* all = part("calculators");
  const Value::Record* map = all ? all->as_record() : nullptr;
  if (!map) return;
  for (const auto& [name, value] : *map) {
    const std::string path = below("calculators", name);
    const Value::Record* source = reader_.record(&value, path);
    if (!source) continue;
    reader_.keys(*source, path, {"version", "takes", "gives"});
    CalculatorDef def;
    if (const Value* version = reader_.need(*source, path, "version")) {
      def.version = reader_.integer(version, below(path, "version"), 1, 1, 1'000'000);
    }
    const auto fields = [&](std::string_view key) {
      const std::string at = below(path, key);
      std::vector<Member> members = types_.fields(reader_.need(*source, path, key), at, false);
      for (const Member& member : members) {
        if (!member.type->readable()) {
          reader_.fault(below(at, member.name), "a calculator sees nothing personal or sensitive");
        }
      }
      return members;
    };
    def.takes = fields("takes");
    def.gives = fields("gives");
    if (!calculators::find(name, def.version)) {
      reader_.fault(path, "this node has no calculator '" + name + "' of version " +
                              std::to_string(def.version));
    }
    pack_->calculators.emplace_back(name, std::move(def));
  }
}

void Loader::names_apart() {
  const Value* services = part("services");
  for (const Member& type : pack_->types) {
    if (services && services->find(type.name)) {
      reader_.fault(below("types", type.name),
                    "a type and a service are both named '" + type.name + "'");
    }
  }
  for (const auto& [name, reg] : pack_->registers) {
    const std::string path = below("registers", name);
    if (is_reserved(name)) reader_.fault(path, "'" + name + "' is a word of the expressions");
    if (find(pack_->books, name)) {
      reader_.fault(path, "a register and a book are both named '" + name + "'");
    }
    if (services && services->find(name)) {
      reader_.fault(path, "a register and a service are both named '" + name +
                              "': a figure's 'of' and a 'ref' could mean either");
    }
  }
  for (const auto& [name, book] : pack_->books) {
    if (is_reserved(name)) {
      reader_.fault(below("books", name), "'" + name + "' is a word of the expressions");
    }
  }
}

std::string service_path(const std::string& service) { return below("services", service); }

std::string Register::key_of(const Value& fields) const {
  std::vector<Value> parts;
  parts.reserve(key.size());
  for (const std::string& field : key) {
    const Value* value = fields.find(field);
    parts.push_back(value ? *value : Value{});
  }
  return join_key(parts);
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
