// Tells open pages that the journal has grown, by server-sent events:
//
//     event: position
//     data: {"position":30191}
//
// Several entries within a moment are one event; a page reads again what it shows. A stream ends
// with the session it was opened in.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "http/stream.h"
#include "people/entrance.h"

namespace bashu::views {
class Follower;
}

namespace bashu::api {

class Bell {
 public:
  Bell(views::Follower& follower, people::Entrance& entrance);
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  ~Bell();

  // Null if too many listen already.
  [[nodiscard]] std::shared_ptr<http::Stream> listen(people::Guest guest);

 private:
  struct Listeners;
  void ring();

  views::Follower& follower_;
  people::Entrance& entrance_;
  std::unique_ptr<Listeners> listeners_;
  std::jthread thread_;
};

}  // namespace bashu::api
