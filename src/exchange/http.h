// HTTP/1.1 as the node speaks it, to its peers (TLS on both sides) and to its own officers: a
// server whose handler may answer later and from any thread, and a client that keeps connections.
//
// Messages are whole: a body is in memory and bounded. There is no redirect, no content coding, no
// upgrade. Requests that follow each other on a connection are answered one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

struct ssl_ctx_st;  // of OpenSSL

namespace bashu::exchange {

// One SSL_CTX, shared; made by tls.h.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

struct Header {
  std::string name, value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";       // as sent: path and query, percent-encoded
  std::vector<Header> headers{};  // Host, Content-Length and Connection are written by the client
  std::string body{};

  // Only in a request received:
  bool length_given = false;  // it had Content-Length
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
  // The decoded parts of the path between slashes: `/a/b%20c` gives {"a", "b c"}; nullopt if
  // wrongly encoded.
  [[nodiscard]] std::optional<std::vector<std::string>> segments() const;
};

struct HttpResponse {
  int status = 200;
  std::vector<Header> headers{};  // Content-Length, Date and Connection are written by the server
  std::string body{};

  [[nodiscard]] std::string_view header(std::string_view name) const;
};
[[nodiscard]] HttpResponse text_response(int status, std::string_view content_type,
                                         std::string body);
// RFC 9457. `next` appears only if positive. `title` is for people and never repeats the request.
[[nodiscard]] HttpResponse problem(int status, std::string_view code, std::string_view title = {},
                                   std::int64_t next = 0);
[[nodiscard]] std::string_view reason_phrase(int status);
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);
[[nodiscard]] std::string percent_encode(std::string_view text);  // all but unreserved characters

// Called once, from any thread. If every copy is dropped uncalled the client is answered 500.
using Reply = std::function<void(HttpResponse)>;
// Runs on a thread of the server and must not block it.
using Handler = std::function<void(HttpRequest, Reply)>;

class HttpServer {
 public:
  struct Options {
    std::string listen = "127.0.0.1:0";  // address:port; port 0 picks one
    int threads = 1;
    // The context for each new connection, asked every time so that it can change; none: plain
    // HTTP.
    std::function<TlsContext()> tls{};
    std::size_t body_max = 2u << 20;
    std::size_t header_max = 16u << 10;
    int idle_ms = 60'000;
    int request_ms = 30'000;      // from the first byte of a request to its last
    int age_ms = 24 * 3'600'000;  // of a connection
    std::size_t connections_max = 1'024;
    std::size_t connections_per_peer = 128;  // under one root certificate
  };
  [[nodiscard]] static std::expected<std::unique_ptr<HttpServer>, Fault> start(Options options,
                                                                               Handler handler);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  // Closes every connection and waits for the threads. Replies that come later are dropped.
  ~HttpServer();

  [[nodiscard]] std::uint16_t port() const;

  struct Core;
  explicit HttpServer(std::shared_ptr<Core> core);  // of start()

 private:
  std::shared_ptr<Core> core_;
};

struct Url {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string path;  // without a final slash; may be empty
};
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

struct HttpCall {
  Url to;  // its path is not used: request.target is whole
  // Calls of one pool share connections; change it when `tls` changes. Empty: host and port.
  std::string pool{};
  TlsContext tls{};  // for https: what proves the server (its name is checked too)
  HttpRequest request{};
  bool repeatable = true;  // may be sent again when a kept connection turns out to be dead
  int timeout_ms = 30'000;
};
// A Fault with unknown_outcome if some of the request may have reached the server.
using HttpAnswer = std::expected<HttpResponse, Fault>;

class HttpClient {
 public:
  struct Options {
    std::size_t connections_max = 16;  // per pool; further calls wait
    std::size_t body_max = 32u << 20;
    int idle_ms = 50'000;  // less than the server's, so that it rarely closes first
  };
  HttpClient();  // with default options
  explicit HttpClient(Options options);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  // Ends all calls with a Fault.
  ~HttpClient();

  // `done` is called once, on the client's thread; it must not block.
  void send(HttpCall call, std::function<void(HttpAnswer)> done);
  // Closes the pool's idle connections, and busy ones when they become idle.
  void forget(const std::string& pool);

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

// Waits for the answer. `url` is whole: https://host:port/path?query.
[[nodiscard]] HttpAnswer fetch(std::string_view url, HttpRequest request, TlsContext tls = {},
                               int timeout_ms = 30'000);

}  // namespace bashu::exchange
