// Notices by e-mail: a person who gave an address and proved it by a code is told when a case that
// they began, that is about them, or at which they work has changed state, or when a deadline in it
// comes near. A mail names the case and leads to
// it; it says nothing else.
//
//     tables of the views ──look──► outbox (notices.db) ──post──► the mail server
//                                      │
//                                      one row for each (case, state reached) and (clock, last day)
//
// The outbox and how far the tables were read are one transaction: a notice is neither lost nor
// made twice, however often the node ends in between. A mail that was on its way when the node
// ended is sent again under the same Message-ID. Addresses are kept in this file only, apart from
// the journal. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/date.h"
#include "base/error.h"
#include "notices/book.h"
#include "notices/post.h"

namespace bashu::node {
class Node;
}
namespace bashu::people {
struct Principal;
}
namespace bashu::views {
class Follower;
}

namespace bashu::notices {

class Notices {
 public:
  struct Options {
    std::filesystem::path dir;  // holds notices.db
    MailServer server;
    std::function<void(std::string_view what, const std::string& error)> note;
  };
  // The node and its views must outlive it.
  [[nodiscard]] static std::expected<std::unique_ptr<Notices>, Fault> open(
      Options options, node::Node& node, views::Follower& follower);
  Notices(Options options, node::Node& node, views::Follower& follower,
          std::unique_ptr<Book> book);  // open() instead
  ~Notices();
  // Begins to look and to send; `origin`: of the pages that a mail leads to.
  void begin(std::string origin);
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;

  [[nodiscard]] std::optional<Subscription> of(const std::string& person);
  // Writes a code to the address; nothing else goes there before it has come back.
  [[nodiscard]] std::expected<void, NotNow> subscribe(const std::string& person,
                                                      const std::string& address,
                                                      const std::string& language);
  [[nodiscard]] std::expected<void, NotNow> confirm(const std::string& person,
                                                    const std::string& code);
  void end(const std::string& person);

 private:
  struct Made {
    std::string person, about, day, key;
    Kind kind{};
  };
  using Told = std::map<std::string, std::vector<people::Principal>, std::less<>>;
  void work();
  // Makes the notices of what has changed since it looked last.
  void look();
  std::vector<Made> changes(const Told& told, std::int64_t mark, std::int64_t last);
  // Sends what is due; false: nothing was.
  bool post_one();

  Options options_;
  std::string origin_;
  node::Node& node_;
  views::Follower& follower_;
  std::mutex mutex_;  // of what follows
  std::unique_ptr<Book> book_;
  bool ending_ = false;
  std::condition_variable wake_;
  std::thread worker_;  // last: it uses all of the above
};

}  // namespace bashu::notices
