// One page asked for, and what pages are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "figures/overview.h"
#include "figures/published.h"
#include "packs/pack.h"
#include "site/article.h"
#include "site/links.h"
#include "site/map.h"
#include "site/render.h"
#include "texts/texts.h"
#include "views/views.h"

namespace bashu::papers {
class Codes;
}

namespace bashu::site {

// Overviews computed at one position: article and table of numbers show the same, in two languages.
struct Overviews {
  static constexpr std::size_t kKept = 16;  // dates
  std::mutex mutex;                         // held while one is computed: nobody computes it twice
  std::map<std::optional<Date>, std::shared_ptr<const figures::Overview>> made{};
};

// All of it as it stood at one position: a page never mixes two.
struct Sources {
  std::shared_ptr<views::Views> views;
  views::At at;
  std::shared_ptr<const figures::Published> published;
  std::shared_ptr<const Article> article;
  std::shared_ptr<const Map> map;
  std::vector<packs::PackPtr> packs;  // the newest of each name, in order of names
  Date today;
  Date edition;  // the day the overview is of unless another is asked for
  // The proof that an entry is in the journal; empty function: there is no journal at hand.
  std::function<std::optional<std::string>(std::uint64_t)> proof;
  std::shared_ptr<const papers::Codes> codes{};  // of papers; null: none can be checked
  std::shared_ptr<Overviews> overviews = std::make_shared<Overviews>();
};

struct Ask {
  const Sources& from;
  Links& links;

  [[nodiscard]] const std::string& language() const { return links.here().language; }
  [[nodiscard]] const Query& query() const { return links.here().query; }
  [[nodiscard]] std::string parameter(std::string_view name) const;
  [[nodiscard]] std::string say(std::string_view key, const texts::Places& places = {}) const {
    return texts::text(language(), key, places);
  }
  [[nodiscard]] std::string in(const Title& title) const { return in_language(title, language()); }
  // `四川省` of `sichuan`; the id if the circle gives it no name.
  [[nodiscard]] std::string party(std::string_view id) const;
  // `Wanzhou District` of a code of six digits; the code if the map does not know it.
  [[nodiscard]] std::string division(std::string_view code) const;
  // `2021年9月25日`, `25 September 2021`.
  [[nodiscard]] std::string day(Date date) const;
  // Of `as_of`; nullopt if absent or no date.
  [[nodiscard]] std::optional<Date> as_of() const;
  // The same; in a folder of files, which is of one day, otherwise that day.
  [[nodiscard]] std::optional<Date> day_of_lists() const;
  [[nodiscard]] const packs::Pack* pack(std::string_view name) const;
};

struct Answer {
  int status = 200;
  std::string type = "text/html; charset=utf-8";
  std::string body;
  std::string location;  // of a redirection
};
// nullopt: there is no such page.
using Answered = std::expected<std::optional<Answer>, Fault>;

// A whole page: `file`.tpl inside the layout. `tab`: which part of the navigation it belongs to.
struct Heading {
  std::string title, tab;
};
// Fills the layout around the body.
[[nodiscard]] Answer finished(Ask& ask, const Heading& heading, Page& whole);
template <typename Fill>
[[nodiscard]] Answer page(Ask& ask, const Heading& heading, std::string_view file, Fill fill) {
  Page whole{"layout", ask.language()};
  Slots body = whole.slots().include("BODY", file, ask.language());
  fill(body);
  return finished(ask, heading, whole);
}

}  // namespace bashu::site
