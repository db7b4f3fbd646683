// Search and inbox over the views of a file, from an index in a file beside it.
//
//     views-1.db  ──feed──►  views-1.db.find  ◄── search, inbox
//
// The index follows the views by itself, a little behind: the follower feeds it while nothing else
// waits, and a question first takes in what is missing if that is little. It can be dropped and is
// made again; one that belongs to other views is emptied.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sqlite/database.h"
#include "views/find/inbox.h"
#include "views/find/search.h"
#include "views/views.h"

namespace bashu::views {

class Finder {
 public:
  // `path`: the file of the index, or ":memory:". `node`: whose vault persons are found by; null:
  // they are not. It outlives the finder.
  [[nodiscard]] static std::expected<std::unique_ptr<Finder>, Fault> open(
      const std::string& path, Views& views, node::Node* node = nullptr);
  Finder(std::unique_ptr<Database> index, node::Node* node);  // open() instead

  // Takes in at most `rows_max` changed rows. True: there is more.
  [[nodiscard]] std::expected<bool, Fault> catch_up(Views& views, std::int64_t rows_max);

  [[nodiscard]] std::expected<Found, Fault> search(Views& views, const SearchAsk& ask);
  // Cases of the person with this number or name.
  [[nodiscard]] std::expected<std::vector<PersonHit>, Fault> persons(Views& views,
                                                                     const PersonAsk& ask);
  [[nodiscard]] std::expected<Inbox, Fault> inbox(Views& views, const InboxAsk& ask, Date today);

 private:
  [[nodiscard]] std::expected<bool, Fault> take_in(Views& views, std::int64_t rows_max);

  std::mutex mutex_;  // of what follows
  std::unique_ptr<Database> index_;
  std::optional<Blind> blind_;
  std::uint64_t fed_ = 0;  // entries of the views that are taken in
};

}  // namespace bashu::views
