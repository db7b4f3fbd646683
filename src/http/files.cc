#include "http/files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "http/caching.h"

namespace bashu::http {

namespace {

constexpr std::uintmax_t kBytesMax = 256u << 20;

// `NAME-XXXXXXXX.EXT` below a folder `assets`, as bundlers write it.
bool has_digest(std::string_view name) {
  if (name.find("assets/") == std::string_view::npos) return false;
  const std::string_view last = name.substr(name.rfind('/') + 1);
  const std::string_view stem = last.substr(0, last.find('.'));
  constexpr std::size_t kDigest = 8;
  if (stem.size() < kDigest + 1 || stem[stem.size() - kDigest - 1] != '-') return false;
  return std::ranges::all_of(stem.substr(stem.size() - kDigest), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

Response not_found() { return problem(404, "not_found"); }

}  // namespace

std::string_view media_type_of(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kTypes{{
      {"html", "text/html; charset=utf-8"},
      {"css", "text/css; charset=utf-8"},
      {"js", "text/javascript; charset=utf-8"},
      {"mjs", "text/javascript; charset=utf-8"},
      {"json", "application/json"},
      {"map", "application/json"},
      {"webmanifest", "application/manifest+json"},
      {"svg", "image/svg+xml"},
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"webp", "image/webp"},
      {"ico", "image/x-icon"},
      {"woff2", "font/woff2"},
      {"woff", "font/woff"},
      {"ttf", "font/ttf"},
      {"txt", "text/plain; charset=utf-8"},
      {"csv", "text/csv; charset=utf-8"},
      {"xml", "application/xml"},
      {"pdf", "application/pdf"},
      {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {"ics", "text/calendar; charset=utf-8"},
      {"wasm", "application/wasm"},
  }};
  const std::string_view ending = name.substr(name.rfind('.') + 1);
  for (const auto& [known, type] : kTypes) {
    if (ending == known) return type;
  }
  return "application/octet-stream";
}

std::expected<Files, Fault> Files::read(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  Files out;
  std::error_code error;
  std::uintmax_t total = 0;
  const auto fault = [&](const std::string& what) {
    return std::unexpected{Fault{.what = folder.string() + ": " + what}};
  };
  fs::recursive_directory_iterator it{folder, error};
  if (error) return fault(error.message());
  for (; it != fs::recursive_directory_iterator{}; it.increment(error)) {
    if (error) return fault(error.message());
    if (it->path().filename().string().starts_with('.')) {
      it.disable_recursion_pending();
      continue;
    }
    if (it->symlink_status(error).type() != fs::file_type::regular) continue;
    total += it->file_size(error);
    if (total > kBytesMax) return fault("more than 256 MiB of pages");
    std::ifstream in{it->path(), std::ios::binary};
    File file;
    file.bytes.assign(std::istreambuf_iterator<char>{in}, {});
    if (!in) return fault(it->path().string() + " cannot be read");
    std::string name = it->path().lexically_relative(folder).generic_string();
    file.type = media_type_of(name);
    file.etag = etag_of(file.bytes);
    file.for_ever = has_digest(name);
    Response trial = text_response(200, file.type, file.bytes);
    compress({.headers = {{"Accept-Encoding", "gzip"}}}, trial);
    if (trial.body.size() < file.bytes.size()) file.compressed = std::move(trial.body);
    out.files_.emplace(std::move(name), std::move(file));
  }
  return out;
}

Response Files::serve(const Request& request, std::string_view name) const {
  const auto it = files_.find(name);
  if (it == files_.end()) return not_found();
  const File& file = it->second;
  Response response = text_response(200, file.type, {});
  response.headers.push_back(
      {"Cache-Control", file.for_ever ? "public, max-age=31536000, immutable" : "no-cache"});
  if (!file.compressed.empty()) response.headers.push_back({"Vary", "Accept-Encoding"});
  response = tagged(request, std::move(response), file.etag);
  if (response.status != 200) return response;
  if (!file.compressed.empty() && takes_gzip(request)) {
    response.headers.push_back({"Content-Encoding", "gzip"});
    response.body = file.compressed;
  } else {
    response.body = file.bytes;
  }
  return response;
}

Response Files::serve_page(const Request& request, std::string_view name) const {
  if (has(name)) return serve(request, name);
  const std::string_view last = name.substr(name.rfind('/') + 1);
  if (last.find('.') != std::string_view::npos) return not_found();
  return serve(request, "index.html");
}

}  // namespace bashu::http
