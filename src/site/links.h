// Addresses of the site. The same page has one address on a node and another in a folder of files:
//
//     on a node     /en/figures/transport/fastest/?as_of=2021-09-25
//     in a folder   en/figures/transport/fastest/2021-09-25/index.html   (linked relatively)
//
// What a page links to is noted, so that a folder of files can be made by following links.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bashu::site {

using Query = std::map<std::string, std::string, std::less<>>;

// One page or file of the site, however it is addressed.
struct Target {
  std::string language;             // en, zh
  std::vector<std::string> path{};  // after the language; of a file the last part has a dot
  Query query{};                    // as_of, page, ...
  friend auto operator<=>(const Target&, const Target&) = default;

  [[nodiscard]] bool is_file() const;
};

class Links {
 public:
  // Links out of `here`; `fixed`: for a folder of files.
  Links(Target here, bool fixed);

  [[nodiscard]] std::string to(std::vector<std::string> path, Query query = {});
  // This page in the other language, with another query.
  [[nodiscard]] std::string here_in(std::string_view language);
  [[nodiscard]] std::string here_with(Query query);
  // A file that every language shares: `site.css`.
  [[nodiscard]] std::string asset(std::string_view name) const;

  [[nodiscard]] const Target& here() const { return here_; }
  [[nodiscard]] bool fixed() const { return fixed_; }
  [[nodiscard]] const std::vector<Target>& found() const { return found_; }

 private:
  std::string address(const Target& target);

  Target here_;
  bool fixed_;
  std::vector<Target> found_;
};

// The file of a target in a folder, `en/figures/index.html`.
[[nodiscard]] std::string file_of(const Target& target);
// The path and query of a target on a node.
[[nodiscard]] std::string address_of(const Target& target);

}  // namespace bashu::site
