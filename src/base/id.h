// A text that names a thing of one kind. It reads as a text wherever one is asked for; a text
// becomes an id only where that is said, and an id of one kind never passes for one of another.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace bashu {

template <typename Kind>
class Id : public std::string {
 public:
  Id() = default;
  explicit Id(std::string text) : std::string{std::move(text)} {}
  explicit Id(std::string_view text) : std::string{text} {}
  // What stands in the source is what its author meant.
  Id(const char* text) : std::string{text} {}
  template <typename Other>
  explicit Id(const Id<Other>&) = delete;

  // Where a template asks for a text and nothing else.
  [[nodiscard]] const std::string& text() const { return *this; }

  template <typename Other>
    requires(!std::same_as<Kind, Other>)
  bool operator==(const Id<Other>&) const = delete;
};

}  // namespace bashu

template <typename Kind>
struct std::hash<bashu::Id<Kind>> : std::hash<std::string> {};
