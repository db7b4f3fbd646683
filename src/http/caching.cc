#include "http/caching.h"

#define ZLIB_CONST
#include <zlib.h>

#include <array>

#include "base/assert.h"
#include "base/bytes.h"

namespace bashu::http {

namespace {

constexpr std::size_t kWorthIt = 1'024;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view opaque(std::string_view tag) {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

bool is_text(std::string_view type) {
  static constexpr std::array<std::string_view, 8> kTexts{"text/",
                                                          "application/json",
                                                          "application/problem+json",
                                                          "image/svg+xml",
                                                          "application/xml",
                                                          "application/javascript",
                                                          "application/x-ndjson",
                                                          "application/manifest+json"};
  for (const std::string_view text : kTexts) {
    if (type.starts_with(text)) return !type.starts_with("text/event-stream");
  }
  return false;
}

}  // namespace

std::string etag_of(std::string_view bytes) {
  return "W/\"" + hex(sha256(bytes)).substr(0, 32) + "\"";
}

bool known_to(const Request& request, std::string_view etag) {
  std::string_view rest = request.header("If-None-Match");
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const std::string_view tag = trimmed(one);
    if (tag == "*" || opaque(tag) == opaque(etag)) return true;
  }
  return false;
}

Response tagged(const Request& request, Response response, std::string_view etag) {
  BASHU_ASSERT(response.status == 200);
  response.headers.push_back({"ETag", std::string{etag}});
  if (known_to(request, etag)) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

bool takes_gzip(const Request& request) {
  std::string_view rest = request.header("Accept-Encoding");
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const std::string_view coding = trimmed(one.substr(0, one.find(';')));
    if (coding != "gzip" && coding != "*") continue;
    const std::size_t weight = one.find("q=0");
    return weight == std::string_view::npos ||
           one.find_first_of("123456789", weight + 3) != std::string_view::npos;
  }
  return false;
}

std::string gzip(std::string_view bytes, int level) {
  constexpr int kGzip = 15 + 16;
  ::z_stream stream{};
  BASHU_ASSERT(::deflateInit2(&stream, level, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<const ::Bytef*>(bytes.data());
  stream.avail_in = static_cast<::uInt>(bytes.size());
  stream.next_out = reinterpret_cast<::Bytef*>(out.data());
  stream.avail_out = static_cast<::uInt>(out.size());
  const int done = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  BASHU_ASSERT(done == Z_STREAM_END);
  return out;
}

void compress(const Request& request, Response& response) {
  if (!is_text(response.header("Content-Type")) || response.stream) return;
  if (response.header("Vary").empty()) response.headers.push_back({"Vary", "Accept-Encoding"});
  const bool coded = !response.header("Content-Encoding").empty();
  if (coded || response.body.size() < kWorthIt || !takes_gzip(request)) return;
  response.body = gzip(response.body);
  response.headers.push_back({"Content-Encoding", "gzip"});
}

}  // namespace bashu::http
