#include "packs/load_pages.h"

#include <algorithm>
#include <array>
#include <set>

#include "packs/pages.h"

namespace bashu::packs {
namespace {

constexpr std::size_t kGroupsMax = 40;
constexpr std::size_t kPrintsMax = 20;
constexpr std::size_t kColumnsMax = 20;
constexpr std::size_t kColumnsChosen = 6;
// Blanks of a paper's text that are no fields: the case, the day it was opened, the day on which
// the paper could first be printed.
constexpr std::array<std::string_view, 3> kBlanks = {"case", "opened", "since"};

const Value* get(const Value::Record& record, std::string_view name) {
  const auto found = record.find(name);
  return found == record.end() ? nullptr : &found->second;
}

const Type* field_named(const std::vector<Member>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Member::name);
  return found == fields.end() ? nullptr : found->type.get();
}

bool stands_in_a_row(const Type& type) {
  return type.kind != Kind::list && type.kind != Kind::record && type.kind != Kind::document &&
         type.kind != Kind::digest;
}
bool is_searched(const Type& type) {
  return type.cls <= Class::internal &&
         (type.kind == Kind::text || type.kind == Kind::ref || type.kind == Kind::place);
}

std::vector<FieldGroup> groups(Reader& reader, const Value* value,
                               const std::vector<Member>& fields, const std::string& path) {
  std::vector<FieldGroup> all;
  std::set<std::string> placed;
  const std::vector<Reader::Item> items = reader.items(value, path);
  reader.count(items.size(), kGroupsMax, path);
  for (const auto& [one, at] : items) {
    const Value::Record* map = reader.record(one, at);
    if (!map) continue;
    reader.keys(*map, at, {"title", "fields"});
    FieldGroup group;
    group.title = reader.title(reader.need(*map, at, "title"), below(at, "title"));
    group.fields = reader.texts(reader.need(*map, at, "fields"), below(at, "fields"));
    for (const std::string& name : group.fields) {
      if (!field_named(fields, name)) {
        reader.fault(below(at, "fields"), "there is no field '" + name + "'");
      } else if (!placed.insert(name).second) {
        reader.fault(below(at, "fields"), "'" + name + "' stands in two groups");
      }
    }
    all.push_back(std::move(group));
  }
  return all;
}

// The names of `value`, each of a field of a fitting type.
std::vector<std::string> columns(Reader& reader, const Value* value,
                                 const std::vector<Member>& fields, const std::string& path,
                                 bool (*fits)(const Type&), std::string_view what) {
  std::vector<std::string> all = reader.texts(value, path);
  reader.count(all.size(), kColumnsMax, path);
  for (const std::string& name : all) {
    const Type* type = field_named(fields, name);
    if (!type) {
      reader.fault(path, "there is no field '" + name + "'");
    } else if (!fits(*type)) {
      reader.fault(path, "'" + name + "' " + std::string{what});
    }
  }
  return all;
}

Display display(Reader& reader, const Value::Record& source, const std::vector<Member>& fields,
                const std::vector<std::string>& first, const std::string& path) {
  Display made;
  if (const Value* about = get(source, "about")) {
    made.about = reader.title(about, below(path, "about"));
  }
  made.groups = groups(reader, get(source, "groups"), fields, below(path, "groups"));
  made.list = columns(reader, get(source, "list"), fields, below(path, "list"), stands_in_a_row,
                      "does not fit into a row");
  made.search = columns(reader, get(source, "search"), fields, below(path, "search"), is_searched,
                        "cannot be searched: a search looks in public and internal texts");
  const auto choose = [&](const std::string& name, const Type& type) {
    if (!get(source, "list") && made.list.size() < kColumnsChosen && stands_in_a_row(type) &&
        type.readable() && std::ranges::find(made.list, name) == made.list.end()) {
      made.list.push_back(name);
    }
    if (!get(source, "search") && is_searched(type) &&
        std::ranges::find(made.search, name) == made.search.end()) {
      made.search.push_back(name);
    }
  };
  for (const std::string& name : first) {
    if (const Type* type = field_named(fields, name)) choose(name, *type);
  }
  for (const Member& member : fields) choose(member.name, *member.type);
  return made;
}

std::vector<NeededPaper> papers(Reader& reader, const Value* value, const Service& service,
                                const std::string& path) {
  std::vector<NeededPaper> all;
  for (const auto& [one, at] : reader.items(value, path)) {
    const Value::Record* map = reader.record(one, at);
    if (!map) continue;
    reader.keys(*map, at, {"title", "field"});
    NeededPaper paper;
    if (const Value* field = get(*map, "field")) {
      paper.field = reader.text(field, below(at, "field"));
      const Type* type = service.field(paper.field);
      const Type* document = type && type->kind == Kind::list ? type->element.get() : type;
      if (!document || document->kind != Kind::document) {
        reader.fault(below(at, "field"), "'" + paper.field + "' is no document of the service");
      } else {
        paper.title = type->title;
      }
    }
    if (const Value* title = get(*map, "title")) {
      paper.title = reader.title(title, below(at, "title"));
    } else if (paper.field.empty()) {
      reader.fault(at, "a paper has a 'title', or is the document of a 'field'");
    }
    all.push_back(std::move(paper));
  }
  if (value) return all;
  for (const std::string& name : service.start.event.form) {
    const Type* type = service.field(name);
    const Type* document = type && type->kind == Kind::list ? type->element.get() : type;
    if (document && document->kind == Kind::document) {
      all.push_back({.title = type->title, .field = name});
    }
  }
  return all;
}

std::vector<std::string> states(Reader& reader, const Value* value, const Service& service,
                                const std::string& path) {
  std::vector<std::string> all = reader.texts(value, path);
  for (const std::string& name : all) {
    if (!find(service.states, name)) {
      reader.fault(path, "there is no state '" + name + "'");
    }
  }
  return all;
}

Print print(Reader& reader, const Value::Record& source, const Service& service,
            const std::string& path) {
  reader.keys(source, path, {"title", "after", "void_in", "number", "until", "text", "groups"});
  Print made;
  made.title =
      reader.title(get(source, "title"), get(source, "title") ? below(path, "title") : path);
  made.after = states(reader, get(source, "after"), service, below(path, "after"));
  made.void_in = states(reader, get(source, "void_in"), service, below(path, "void_in"));
  const auto field = [&](std::string_view key, auto fits, std::string_view what) {
    const Value* value = get(source, key);
    if (!value) return std::string{};
    std::string name = reader.text(value, below(path, key));
    const Type* type = service.field(name);
    if (!type || !fits(*type)) {
      reader.fault(below(path, key), "'" + name + "' is no " + std::string{what});
    }
    return name;
  };
  made.number = field(
      "number", [](const Type& type) { return type.kind == Kind::text && type.readable(); },
      "text that may be read");
  made.until = field(
      "until", [](const Type& type) { return type.kind == Kind::date && type.readable(); },
      "date that may be read");
  made.groups = groups(reader, get(source, "groups"), service.fields, below(path, "groups"));
  if (const Value* text = get(source, "text")) {
    const std::string at = below(path, "text");
    made.text = reader.title(text, at);
    check_blanks(reader, made.text, service, at);
  } else if (made.groups.empty()) {
    reader.fault(path, "a paper shows a 'text' or 'groups'");
  }
  return made;
}

void service_pages(Reader& reader, const Value::Record& source, Service& service,
                   const std::string& path) {
  service.display = display(reader, source, service.fields, service.start.event.form, path);
  service.papers = papers(reader, get(source, "papers"), service, below(path, "papers"));
  const std::string prints_path = below(path, "prints");
  if (const Value::Record* prints = reader.record(get(source, "prints"), prints_path)) {
    reader.count(prints->size(), kPrintsMax, prints_path);
    for (const auto* item : reader.in_order(*prints, prints_path)) {
      const auto& [name, value] = *item;
      const std::string at = below(prints_path, name);
      reader.name(name, at);
      if (const Value::Record* map = reader.record(&value, at)) {
        service.prints.emplace_back(name, print(reader, *map, service, at));
      }
    }
  }
}

void register_pages(Reader& reader, const Value::Record& source, Register& reg,
                    const std::string& path) {
  reg.display = display(reader, source, reg.record->members, reg.key, path);
  reg.open = reader.flag(get(source, "public"), below(path, "public"));
  const bool shows = std::ranges::any_of(
      reg.record->members, [](const Member& one) { return one.type->cls == Class::open; });
  if (reg.open && !shows) {
    reader.fault(below(path, "public"), "no field of the register is public");
  }
}

// Every name that a title may be given to.
std::set<std::string> plain_names(const Pack& pack) {
  std::set<std::string> names;
  for (const auto& [name, service] : pack.services) {
    for (const PartyDef& party : service.parties) {
      names.insert(party.name);
      for (const auto& [role, sees] : party.roles) names.insert(role);
    }
    for (const auto& [clock, def] : service.clocks) names.insert(clock);
  }
  for (const auto& [name, feed] : pack.feeds) names.insert(feed.by.begin(), feed.by.end());
  for (const auto& [name, book] : pack.books) {
    for (const auto& [kind, account] : book.accounts) {
      names.insert(kind);
      names.insert(account.key.begin(), account.key.end());
    }
  }
  for (const auto& [name, figure] : pack.figures) {
    for (const auto& [split, program] : figure.split) names.insert(split);
  }
  return names;
}

}  // namespace

void check_blanks(Reader& reader, const Title& text, const Service& service,
                  const std::string& path) {
  for (const auto& [language, words] : text) {
    const auto names = blanks(words);
    if (!names) reader.fault(below(path, language), "a brace is left open");
    for (const std::string& name : names.value_or(std::vector<std::string>{})) {
      if (!service.field(name) && !service.party(name) &&
          std::ranges::find(kBlanks, name) == kBlanks.end()) {
        reader.fault(below(path, language), "'{" + name +
                                                "}' is no field or party of the service, nor "
                                                "case, opened or since");
      }
    }
  }
}

void load_pages(Reader& reader, const Value::Record& root, Pack& pack) {
  const auto source_of = [&root](std::string_view kind, const std::string& name) {
    const Value* things = get(root, kind);
    const Value* thing = things ? things->find(name) : nullptr;
    return thing ? thing->as_record() : nullptr;
  };
  for (auto& [name, service] : pack.services) {
    if (const Value::Record* source = source_of("services", name)) {
      service_pages(reader, *source, service, below("services", name));
    }
  }
  for (auto& [name, reg] : pack.registers) {
    if (const Value::Record* source = source_of("registers", name)) {
      register_pages(reader, *source, reg, below("registers", name));
    }
  }
  if (const Value::Record* words = reader.record(get(root, "words"), "words")) {
    const std::set<std::string> names = plain_names(pack);
    for (const auto& [name, title] : *words) {
      const std::string at = below("words", name);
      pack.words.emplace_back(name, reader.title(&title, at));
      if (!names.contains(name)) {
        reader.fault(at, "is no party, role, account, key, clock or break-down of the pack");
      }
    }
  }
}

}  // namespace bashu::packs
