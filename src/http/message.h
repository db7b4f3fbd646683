// Messages of HTTP/1.1 and the parts of their texts. A request is whole: its body is in memory and
// bounded. There is no upgrade; requests that follow each other on a connection are answered one
// after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bashu::http {

class Stream;

struct Header {
  std::string name, value;
};

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string target = "/";       // as sent: path and query, percent-encoded
  std::vector<Header> headers{};  // Host, Content-Length and Connection are written by the client
  std::string body{};

  // Only in a request received:
  bool length_given = false;  // it had Content-Length
  bool old = false;           // of HTTP/1.0
  bool tls = false;           // it came over TLS
  std::string remote{};       // address of the other side, without port
  // SHA-256 (hex) of the DER of each certificate of the client's verified chain, leaf first; null
  // without a client certificate.
  std::shared_ptr<const std::vector<std::string>> chain{};

  // Names of headers compare without case. Empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] std::string_view path() const;   // target before `?`, not decoded
  [[nodiscard]] std::string_view query() const;  // after it
  // A member of the query, decoded; nullopt if absent or spelled wrongly.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
  // All members, decoded, in order; nullopt if one is spelled wrongly.
  [[nodiscard]] std::optional<Parameters> parameters() const;
  // The decoded parts of the path between slashes: `/a/b%20c` gives {"a", "b c"}; nullopt if
  // wrongly encoded.
  [[nodiscard]] std::optional<std::vector<std::string>> segments() const;
};

struct Response {
  int status = 200;
  std::vector<Header> headers{};  // Content-Length, Date and Connection are written by the server
  std::string body{};
  std::shared_ptr<Stream> stream{};  // instead of the body; stream.h
  // Whoever asked has proved who it is: its connection is not closed to make room for others.
  bool trusted = false;

  [[nodiscard]] std::string_view header(std::string_view name) const;
};
[[nodiscard]] Response text_response(int status, std::string_view content_type, std::string body);
// RFC 9457. `next` appears only if positive. `title` is for people and never repeats the request.
[[nodiscard]] Response problem(int status, std::string_view code, std::string_view title = {},
                               std::int64_t next = 0);
[[nodiscard]] std::string_view reason_phrase(int status);
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
[[nodiscard]] std::string percent_encode(std::string_view text);  // all but unreserved characters

struct Url {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string path;  // without a final slash; may be empty
};
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

}  // namespace bashu::http
