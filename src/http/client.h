// A client of HTTP/1.1 that keeps connections. It follows no redirect and asks for no content
// coding.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"
#include "http/tls.h"

namespace bashu::http {

struct Call {
  Url to;  // its path is not used: request.target is whole
  // Calls of one pool share connections; change it when `tls` changes. Empty: host and port.
  std::string pool{};
  TlsContext tls{};  // for https: what proves the server (its name is checked too)
  Request request{};
  bool repeatable = true;  // may be sent again when a kept connection turns out to be dead
  int timeout_ms = 30'000;
};
// A Fault with unknown_outcome if some of the request may have reached the server.
using Answer = std::expected<Response, Fault>;

class Client {
 public:
  struct Options {
    std::size_t connections_max = 16;  // per pool; further calls wait
    std::size_t body_max = 32u << 20;
    int idle_ms = 50'000;  // less than the server's, so that it rarely closes first
  };
  Client();  // with default options
  explicit Client(Options options);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  // Ends all calls with a Fault.
  ~Client();

  // `done` is called once, on the client's thread; it must not block.
  void send(Call call, std::function<void(Answer)> done);
  // Closes the pool's idle connections, and busy ones when they become idle.
  void forget(const std::string& pool);

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

// Waits for the answer. `url` is whole: https://host:port/path?query.
[[nodiscard]] Answer fetch(std::string_view url, Request request, TlsContext tls = {},
                           int timeout_ms = 30'000);

}  // namespace bashu::http
