#include "site/render.h"

#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>

#include <memory>

#include "base/assert.h"
#include "site/embedded.h"
#include "texts/texts.h"

namespace bashu::site {

namespace {

ctemplate::TemplateString held(std::string_view text) { return {text.data(), text.size()}; }

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// `[[site.key]]` is the text of that key in the page's language.
std::string with_words(std::string_view text, std::string_view language) {
  std::string out{"{{%AUTOESCAPE context=\"HTML\"}}"};
  while (true) {
    const auto open = text.find("[[");
    out += text.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = text.find("]]", open);
    BASHU_ASSERT(close != std::string_view::npos);
    out += escaped(texts::text(language, text.substr(open + 2, close - open - 2)));
    text.remove_prefix(close + 2);
  }
}

std::string key_of(std::string_view file, std::string_view language) {
  return std::string{language} + "/" + std::string{file};
}

const ctemplate::TemplateCache& cache() {
  static const std::unique_ptr<ctemplate::TemplateCache> kCache = [] {
    auto made = std::make_unique<ctemplate::TemplateCache>();
    constexpr std::string_view kEnd = ".tpl";
    for (const EmbeddedFile& file : embedded_files()) {
      if (!file.name.ends_with(kEnd)) continue;
      const std::string_view stem = file.name.substr(0, file.name.size() - kEnd.size());
      for (const std::string_view language : {"en", "zh"}) {
        const bool parsed = made->StringToTemplateCache(
            key_of(stem, language), with_words(file.text, language), ctemplate::STRIP_BLANK_LINES);
        BASHU_ASSERT(parsed);
      }
    }
    made->Freeze();
    return made;
  }();
  return *kCache;
}

}  // namespace

void Slots::set(std::string_view name, std::string_view text) {
  held_->SetValue(held(name), held(text));
}
void Slots::show(std::string_view name) { held_->ShowSection(held(name)); }
void Slots::set_if(std::string_view name, std::string_view text, std::string_view section) {
  if (text.empty()) return;
  Slots shown = add(section);
  shown.set(name, text);
}
Slots Slots::add(std::string_view section) {
  return Slots{*held_->AddSectionDictionary(held(section))};
}
Slots Slots::include(std::string_view name, std::string_view file, std::string_view language) {
  ctemplate::TemplateDictionary* const part = held_->AddIncludeDictionary(held(name));
  part->SetFilename(key_of(file, language));
  return Slots{*part};
}

Page::Page(std::string_view file, std::string_view language)
    : name_{key_of(file, language)},
      held_{std::make_unique<ctemplate::TemplateDictionary>("page")} {}
Page::~Page() = default;
Slots Page::slots() { return Slots{*held_}; }
std::string Page::html() const {
  std::string out;
  const bool expanded =
      cache().ExpandNoLoad(name_, ctemplate::STRIP_BLANK_LINES, held_.get(), nullptr, &out);
  BASHU_ASSERT(expanded);
  return out;
}

std::string_view asset(std::string_view name) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name == name && !name.ends_with(".tpl")) return file.text;
  }
  return {};
}

}  // namespace bashu::site
