// A server of HTTP/1.1, to peers (TLS on both sides) and to people and their programs: its handler
// may answer later and from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"
#include "http/tls.h"

namespace bashu::http {

// How long a body may be, and what a longer one is answered.
struct Admission {
  std::size_t body_max = 0;
  int status = 413;
};

// Called once, from any thread. If every copy is dropped uncalled the client is answered 500.
using Reply = std::function<void(Response)>;
// Runs on a thread of the server and must not block it. A HEAD comes as the GET it asks about; the
// server leaves the body behind.
using Handler = std::function<void(Request, Reply)>;

class Server {
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
    // What a request is answered that no handler sees (413, 431, 401, 400, 503); none: problem()
    // with the words of docs/formats/evidence.md.
    std::function<Response(int status)> refusal{};
    // What a request is answered whose handler went without a reply, as at the end of a process:
    // whether it did its work nobody knows; none: problem(500, "internal").
    std::function<Response()> dropped{};
    // Asked when the head of a request is there and before any of its body is kept; none: body_max.
    std::function<Admission(const Request& head)> admit{};
    std::size_t bodies_max = 256u << 20;  // all that is held for requests under way
    // Beyond this many the connection that has waited longest makes room, if no request of it is
    // under way and nobody trusted uses it.
    std::size_t connections_max = 1'024;
    std::size_t connections_per_peer = 128;     // under one root certificate
    std::size_t connections_per_address = 256;  // of those who have not proved who they are
    // Told of a handshake of TLS that failed, on a thread of the server, which it must not block.
    std::function<void(const std::string& address, std::string_view why)> turned_away{};
    int silence_ms = 15'000;  // after this long a stream of events sends a comment
  };
  [[nodiscard]] static std::expected<std::unique_ptr<Server>, Fault> start(Options options,
                                                                           Handler handler);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // Closes every connection and waits for the threads. Replies that come later are dropped.
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  // Takes no connection any more and ends each with its next answer. Waits until no request is
  // under way and every answer has left, at most so long; false: some have not.
  bool settle(int timeout_ms);
  // Answers Options::dropped to every request under way, since nobody else will in time; their
  // connections close. Returns when it is on its way.
  void give_up();

  struct Core;
  explicit Server(std::shared_ptr<Core> core);  // of start()

 private:
  std::shared_ptr<Core> core_;
};

}  // namespace bashu::http
