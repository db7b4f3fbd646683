// Templates to HTML. What a page says comes from a Slots; every value is escaped for the place it
// stands in by the template library, so a page cannot forget to.
//
//     templates/*.tpl ── [[site.key]] in words of a language ──► parsed once ── Slots ──► HTML
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace ctemplate {
class TemplateDictionary;
}

namespace bashu::site {

// What fills a template or one section of it. Valid as long as the page it belongs to.
class Slots {
 public:
  explicit Slots(ctemplate::TemplateDictionary& held) : held_{&held} {}

  void set(std::string_view name, std::string_view text);
  // Shows a section once, without slots of its own.
  void show(std::string_view name);
  // Both, when there is something to say.
  void set_if(std::string_view name, std::string_view text, std::string_view section);
  // One more repetition of a section.
  Slots add(std::string_view section);
  // Another template in place of `{{>NAME}}`.
  Slots include(std::string_view name, std::string_view file, std::string_view language);

 private:
  ctemplate::TemplateDictionary* held_;
};

// One page of a template, `file`.tpl. A template that is not there ends the process.
class Page {
 public:
  Page(std::string_view file, std::string_view language);
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  [[nodiscard]] Slots slots();
  [[nodiscard]] std::string html() const;

 private:
  std::string name_;
  std::unique_ptr<ctemplate::TemplateDictionary> held_;
};

// A file that is sent as it is: `site.css`. Empty if there is none.
[[nodiscard]] std::string_view asset(std::string_view name);

}  // namespace bashu::site
