#include "packs/retention.h"

#include <algorithm>
#include <string>
#include <utility>

#include "packs/loader.h"
#include "texts/texts.h"

namespace bashu::packs {

namespace {

constexpr std::int64_t kYearsMax = 100;
constexpr std::size_t kSourceMax = 200;  // bytes: it stands in every order, in each language
constexpr std::pair<const char*, Class> kClasses[] = {{"personal", Class::personal},
                                                      {"sensitive", Class::sensitive}};

void load_class(Load& load, const Value::Record& rule, const std::string& path) {
  load.reader.keys(rule, path, {"years", "months", "source"});
  const Value *years = get(rule, "years"), *months = get(rule, "months");
  if ((years != nullptr) == (months != nullptr)) {
    load.reader.fault(path, "names either 'years' or 'months'");
  }
  if (years) load.reader.integer(years, below(path, "years"), 1, 1, kYearsMax);
  if (months) load.reader.integer(months, below(path, "months"), 1, 1, 12 * kYearsMax);
  const std::string at = below(path, "source");
  if (const Value* source = load.reader.need(rule, path, "source")) {
    for (const auto& [language, text] : load.reader.title(source, at)) {
      if (text.empty() || text.size() > kSourceMax) {
        load.reader.fault(below(at, language), "is a text of at most 200 bytes");
      }
    }
  }
}

void load_classes(Load& load, const Value::Record& classes, const std::string& at) {
  for (const auto& [name, cls] : kClasses) {
    const std::string path = below(at, name);
    const Value::Record* rule = load.reader.record(get(classes, name), path);
    if (rule) load_class(load, *rule, path);
  }
}

// The day on which a record ends is one of its fields, which everybody here can read.
void load_ends(Load& load, const Value::Record& rule, const Register& reg,
               const std::string& path) {
  const std::string at = below(path, "ends");
  const Value* ends = load.reader.need(rule, path, "ends");
  if (!ends) return;
  const std::string* name = ends->as_text();
  const Type* type = name ? reg.record->member(*name) : nullptr;
  if (!type || type->kind != Kind::date || type->sided || !type->readable()) {
    load.reader.fault(at,
                      "is a field of the register: a date that is one for all sides, and may "
                      "be read");
  }
}

std::map<Class, Retention> classes_of(const Value* classes) {
  std::map<Class, Retention> all;
  for (const auto& [name, cls] : kClasses) {
    const Value* rule = classes ? classes->find(name) : nullptr;
    if (!rule) continue;
    Retention& one = all[cls];
    one.months = 12 * rule->int_at("years") + rule->int_at("months");
    const Value* source = rule->find("source");
    for (const auto& [language, text] :
         source && source->as_record() ? *source->as_record() : Value::Record{}) {
      one.source[language] = text.as_text() ? *text.as_text() : std::string{};
    }
  }
  return all;
}

}  // namespace

void load_retention(Load& load) {
  const Value::Record* classes = load.reader.record(get(load.root, "retention"), "retention");
  if (!classes) return;
  load.reader.keys(*classes, "retention", {"personal", "sensitive"});
  load_classes(load, *classes, "retention");
}

void load_retention(Load& load, const Value::Record& source, const Register& reg,
                    const std::string& path) {
  const std::string at = below(path, "retention");
  const Value::Record* rule = load.reader.record(get(source, "retention"), at);
  if (!rule) return;
  load.reader.keys(*rule, at, {"ends", "personal", "sensitive"});
  load_ends(load, *rule, reg, at);
  load_classes(load, *rule, at);
  if (reg.editions) load.reader.fault(at, "an edition that was published stays as it was");
  if (rule->size() < 2) load.reader.fault(at, "names a class: personal or sensitive");
}

std::map<Class, Retention> retention_of(const Pack& pack) {
  return classes_of(pack.source.find("retention"));
}

std::optional<RegisterRetention> retention_of(const Pack& pack, std::string_view reg) {
  const Value* registers = pack.source.find("registers");
  const Value* source = registers ? registers->find(reg) : nullptr;
  const Value* rule = source ? source->find("retention") : nullptr;
  if (!rule) return std::nullopt;
  return RegisterRetention{.ends = rule->text_at("ends"), .classes = classes_of(rule)};
}

namespace {

std::string in_words(const std::string& key, const std::string& values, const Retention& rule,
                     const std::string& language, texts::Places more = {}) {
  const bool years = rule.months % 12 == 0;
  const auto n = years ? rule.months / 12 : rule.months;
  more.push_back({"values", values});
  more.push_back({"n", std::to_string(n)});
  more.push_back({"source", in_language(rule.source, language)});
  return texts::text(language, key + (years ? ".year" : ".month") + (n == 1 ? "" : "s"), more);
}

std::string values_in_words(const char* cls, const std::string& language) {
  return texts::text(language, std::string{"pack.class."} + cls);
}

// Of each register that says it: whose records, by which day of theirs.
void add_registers(const Pack& pack, const std::string& language, std::vector<std::string>& lines) {
  for (const auto& [name, reg] : pack.registers) {
    const auto rule = retention_of(pack, name);
    if (!rule) continue;
    const Type* ends = reg.record->member(rule->ends);
    for (const auto& [word, cls] : kClasses) {
      const auto of = rule->classes.find(cls);
      if (of == rule->classes.end()) continue;
      lines.push_back(in_words("pack.retention.record", values_in_words(word, language), of->second,
                               language,
                               {{"register", in_language(reg.title, language)},
                                {"ends", in_language(ends->title, language)}}));
    }
  }
}

}  // namespace

std::vector<std::string> retention_in_words(const Pack& pack, const std::string& language) {
  const auto asks = [&pack](Class cls) {
    return std::ranges::any_of(pack.services, [cls](const auto& service) {
      return std::ranges::any_of(service.second.fields,
                                 [cls](const Member& field) { return field.type->cls == cls; });
    });
  };
  const auto rules = retention_of(pack);
  std::vector<std::string> lines;
  for (const auto& [name, cls] : kClasses) {
    const auto rule = rules.find(cls);
    if (rule == rules.end() && !asks(cls)) continue;
    const std::string values = values_in_words(name, language);
    lines.push_back(rule == rules.end()
                        ? texts::text(language, "pack.retention.open", {{"values", values}})
                        : in_words("pack.retention", values, rule->second, language));
  }
  add_registers(pack, language, lines);
  return lines;
}

}  // namespace bashu::packs
