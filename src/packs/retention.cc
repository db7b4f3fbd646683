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

}  // namespace

void load_retention(Load& load) {
  const Value::Record* classes = load.reader.record(get(load.root, "retention"), "retention");
  if (!classes) return;
  load.reader.keys(*classes, "retention", {"personal", "sensitive"});
  for (const auto& [name, rule] : *classes) {
    const std::string path = below("retention", name);
    if (const Value::Record* record = load.reader.record(&rule, path)) {
      load_class(load, *record, path);
    }
  }
}

std::map<Class, Retention> retention_of(const Pack& pack) {
  std::map<Class, Retention> all;
  const Value* classes = pack.source.find("retention");
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
    const std::string values = texts::text(language, std::string{"pack.class."} + name);
    if (rule == rules.end()) {
      lines.push_back(texts::text(language, "pack.retention.open", {{"values", values}}));
      continue;
    }
    const std::int64_t months = rule->second.months;
    const bool years = months % 12 == 0;
    lines.push_back(texts::text(language, years ? "pack.retention.years" : "pack.retention.months",
                                {{"values", values},
                                 {"n", std::to_string(years ? months / 12 : months)},
                                 {"source", in_language(rule->second.source, language)}}));
  }
  return lines;
}

}  // namespace bashu::packs
