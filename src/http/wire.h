// Bytes to HTTP messages, piece by piece, without sockets. The parsing is Boost.Beast's.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/server.h"

namespace bashu::http {

struct WireLimits {
  std::size_t header_max = 16u << 10;
  std::size_t body_max = 2u << 20;
  // Of requests: what their head allows, never more than body_max.
  std::function<Admission(const Request&)> admit{};
};

class RequestReader {
 public:
  explicit RequestReader(WireLimits limits);
  ~RequestReader();

  enum class State { more, done, bad };
  // Takes bytes and tells how many it used; what it left must come first in the next call. Uses
  // nothing once done or bad. At most `header_max` bytes stay unused.
  std::size_t feed(std::string_view bytes);
  [[nodiscard]] State state() const;
  [[nodiscard]] int error_status() const;     // of a bad one: 400, 413, 431, or as admitted
  [[nodiscard]] bool begun() const;           // some of a message was seen
  [[nodiscard]] bool wants_continue() const;  // header complete, Expect: 100-continue, no body yet
  [[nodiscard]] bool keep_alive() const;      // of a done one
  [[nodiscard]] std::size_t held() const;     // bytes of body so far
  Request take();                             // the message; begins anew

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class ResponseReader {
 public:
  explicit ResponseReader(WireLimits limits);
  ~ResponseReader();

  using State = RequestReader::State;
  std::size_t feed(std::string_view bytes);
  void end();  // the connection was closed
  [[nodiscard]] State state() const;
  [[nodiscard]] bool keep_alive() const;
  Response take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Appends what travels. A header with a control character in it is left out.
void write_request(std::string& out, const Request& request, std::string_view host);
void write_response(std::string& out, const Response& response, std::string_view date,
                    bool keep_alive, bool head);
// Only the head of an answer whose body follows in chunks, or ends with the connection.
void write_head(std::string& out, const Response& response, std::string_view date, bool keep_alive,
                bool chunked);
void write_chunk(std::string& out, std::string_view bytes);  // none: the last

}  // namespace bashu::http
