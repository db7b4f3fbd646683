#include "site/links.h"

#include <utility>

#include "http/message.h"

namespace bashu::site {

namespace {

// A name every file system takes, and no address has to encode; different names stay different.
std::string file_name(std::string_view part) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : part) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    if (plain && !(out.empty() && c == '.')) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '~';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace

bool Target::is_file() const {
  return !path.empty() && (path.back() == "data.csv" || path.back() == "data.xlsx" ||
                           path.back() == "data.json" || path.back() == "data.geojson");
}

std::string file_of(const Target& target) {
  std::string out = target.language;
  std::vector<std::string> path = target.path;
  std::string last = "index.html";
  if (target.is_file()) {
    last = path.back();
    path.pop_back();
  }
  for (const std::string& part : path) out += "/" + file_name(part);
  for (const auto& [name, value] : target.query) {
    out += "/" + (name == "as_of" ? file_name(value) : name + "-" + file_name(value));
  }
  return out + "/" + last;
}

std::string address_of(const Target& target) {
  std::string out = "/" + target.language + "/";
  for (const std::string& part : target.path) out += http::percent_encode(part) + "/";
  if (target.is_file()) out.pop_back();
  char mark = '?';
  for (const auto& [name, value] : target.query) {
    out += mark + http::percent_encode(name) + "=" + http::percent_encode(value);
    mark = '&';
  }
  return out;
}

Links::Links(Target here, bool fixed) : here_{std::move(here)}, fixed_{fixed} {}

std::string Links::address(const Target& target) {
  found_.push_back(target);
  if (!fixed_) return address_of(target);
  std::string up;
  for (const char c : file_of(here_)) {
    if (c == '/') up += "../";
  }
  return up + file_of(target);
}

std::string Links::to(std::vector<std::string> path, Query query) {
  return address({.language = here_.language, .path = std::move(path), .query = std::move(query)});
}
std::string Links::here_in(std::string_view language) {
  Target other = here_;
  other.language = language;
  return address(other);
}
std::string Links::here_with(Query query) {
  Target other = here_;
  other.query = std::move(query);
  return address(other);
}
std::string Links::asset(std::string_view name) const {
  if (!fixed_) return "/" + std::string{name};
  std::string up;
  for (const char c : file_of(here_)) {
    if (c == '/') up += "../";
  }
  return up + std::string{name};
}

}  // namespace bashu::site
