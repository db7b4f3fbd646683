// A body that is made while it is sent: server-sent events, long lists.
//
//     any thread: write, end ─► [waiting bytes] ─► the server's thread ─► chunks
//
// Whoever writes holds the stream; the server tells it when nobody reads any more.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace bashu::http {

class Stream {
 public:
  // False if nobody reads any more; the bytes are dropped then.
  bool write(std::string_view bytes);
  void end();
  // What is still to come cannot be had: the connection is closed in the middle, so that nobody
  // takes the part for the whole.
  void fail();
  // Waits until fewer than `waiting_max` bytes wait to be sent; false if nobody reads any more, or
  // the time is over.
  [[nodiscard]] bool room(std::size_t waiting_max, int timeout_ms);
  [[nodiscard]] bool abandoned() const;

  // Of the server: `more` is called, from any thread, when something came after nothing.
  void attach(std::function<void()> more);
  struct Taken {
    std::string bytes;
    bool ended = false, failed = false;
  };
  [[nodiscard]] Taken take();
  void abandon();

 private:
  void finish(bool failed);

  mutable std::mutex mutex_;
  std::condition_variable taken_;
  std::function<void()> more_;
  std::string waiting_;
  bool ended_ = false, failed_ = false, abandoned_ = false, told_ = false;
};

// One event of a stream of type text/event-stream. `data` may have several lines.
[[nodiscard]] std::string server_event(std::string_view name, std::string_view data,
                                       std::string_view id = {});

}  // namespace bashu::http
