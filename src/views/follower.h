// Keeps the views behind a node: a thread that reads what became durable and applies it, and a
// rebuild beside it.
//
//     DIR/views.db      a link to the file in use, so that a rebuilt one takes its place at once
//     DIR/views-N.db    that file; beside it views-N.db.find, the index of search and inbox
//
// A file that does not belong to the journal, or was damaged, is rebuilt from the first entry.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "node/node.h"
#include "views/finder.h"
#include "views/views.h"

namespace bashu::views {

class Follower {
 public:
  // `node` must outlive the follower.
  [[nodiscard]] static std::expected<std::unique_ptr<Follower>, Fault> start(
      node::Node& node, const std::filesystem::path& dir);
  virtual ~Follower() = default;

  // The views in use. Keep it for one request, not for longer: a rebuild puts another in its place.
  [[nodiscard]] virtual std::shared_ptr<Views> views() = 0;
  // Search and inbox over them (finder.h).
  [[nodiscard]] virtual std::expected<Found, Fault> search(const SearchAsk& ask) = 0;
  [[nodiscard]] virtual std::expected<std::vector<PersonHit>, Fault> persons(
      const PersonAsk& ask) = 0;
  [[nodiscard]] virtual std::expected<Inbox, Fault> inbox(const InboxAsk& ask, Date today) = 0;
  // How many entries are visible; the newest is at entries() - 1.
  [[nodiscard]] virtual std::uint64_t entries() = 0;
  // Waits until the entry at `position` is visible; false if the time is up or following failed.
  virtual bool wait(std::uint64_t position, int timeout_ms) = 0;
  // Empty while all is well; otherwise why the views no longer follow.
  [[nodiscard]] virtual std::string fault() = 0;

  // Builds the tables anew from the journal beside the node, then puts them in place of the old
  // ones. Takes its time; reads go on from the old tables.
  virtual std::expected<void, Fault> rebuild() = 0;
};

}  // namespace bashu::views
