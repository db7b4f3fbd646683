#include "objects/place.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace bashu::objects {

namespace {

constexpr std::string_view kScheme = "s3://";

struct Free {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* text) const { curl_free(text); }
};

std::string part(CURLU* url, CURLUPart which) {
  char* found = nullptr;
  if (curl_url_get(url, which, &found, 0) != CURLUE_OK) return {};
  return std::unique_ptr<char, Free>{found}.get();
}

bool is_plain(std::string_view text, std::string_view more) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || more.contains(c);
  });
}

std::unexpected<Fault> fault(const std::string& what) {
  return std::unexpected{
      Fault{.what = what + "; s3://HOST[:PORT]/BUCKET[/PREFIX]?region=REGION is expected"}};
}

// `name=value` of the query; false: there is no such setting, or not of this value.
bool take(std::string_view setting, Place& place, bool& tls) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = setting.substr(0, equals), value = setting.substr(equals + 1);
  if (name == "region") {
    place.region = value;
    return is_plain(value, "-");
  }
  if (name == "ca") {
    place.ca = value;
    return !value.empty();
  }
  tls = false;
  return name == "tls" && value == "no";
}

}  // namespace

bool is_s3(std::string_view text) { return text.starts_with(kScheme); }

std::expected<Place, Fault> parse_place(const std::string& text) {
  const std::unique_ptr<CURLU, Free> url{curl_url()};
  if (!is_s3(text) ||
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return fault("this is not the place of an object store");
  }
  if (!part(url.get(), CURLUPART_USER).empty() || !part(url.get(), CURLUPART_FRAGMENT).empty()) {
    return fault("a place names neither keys nor a fragment");
  }
  Place place;
  bool tls = true;
  const std::string query = part(url.get(), CURLUPART_QUERY);
  for (std::string_view rest = query; !rest.empty();) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    if (!take(rest.substr(0, end), place, tls)) {
      return fault("'" + std::string{rest.substr(0, end)} + "' is no setting of a place");
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const std::string port = part(url.get(), CURLUPART_PORT);
  place.endpoint = (tls ? "https://" : "http://") + part(url.get(), CURLUPART_HOST) +
                   (port.empty() ? "" : ":" + port);
  const std::string path = part(url.get(), CURLUPART_PATH);
  std::string_view rest = path;
  while (rest.starts_with('/')) rest.remove_prefix(1);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  place.bucket = rest.substr(0, slash);
  if (!is_plain(place.bucket, ".-")) return fault("a bucket is missing, or is called oddly");
  if (slash == rest.size()) return place;
  place.prefix = std::string{rest.substr(slash + 1)} + "/";
  const bool folders = place.prefix.contains("//") || ("/" + place.prefix).contains("/.");
  if (folders || !is_plain(place.prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-/")) {
    return fault("'" + place.prefix + "' is an odd prefix");
  }
  return place;
}

std::expected<Keys, Fault> parse_keys(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == line.size()) {
    return std::unexpected{
        Fault{.what = "the keys of an object store are expected on one line, ID:SECRET"}};
  }
  return Keys{.id = std::string{line.substr(0, colon)},
              .secret = std::string{line.substr(colon + 1)}};
}

}  // namespace bashu::objects
