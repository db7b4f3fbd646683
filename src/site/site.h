// The public site of a node: pages for everybody, without a script and without signing in.
//
//     http::Server ─► handle ─► kept page? ─► reply
//                     └─ else [waiting, bounded] ─► workers: page at one position ─► kept ─► reply
//
// A page is kept until the position it was made at is left; the site looks for a newer one every
// few seconds, so that readers do not make a busy node compute the same page at each entry.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/server.h"
#include "site/ask.h"

namespace bashu::site {

class Site {
 public:
  struct Parts {
    std::function<std::shared_ptr<views::Views>()> views;
    std::shared_ptr<const figures::Published> published;
    std::shared_ptr<const Article> article;
    std::shared_ptr<const Map> map;
    std::function<Date()> today;
    std::function<std::optional<std::string>(std::uint64_t)> proof;  // may be empty
    std::shared_ptr<const papers::Codes> codes{};                    // may be null
    int workers = 2;
    std::size_t waiting_max = 256;
    std::size_t kept_bytes_max = 64u << 20;
    int fresh_ms = 5'000;  // how long a position is read at
  };
  // What `parts` refer to must outlive it.
  explicit Site(Parts parts);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  // Never blocks; for http::Server, which must be gone before this is destroyed.
  void handle(http::Request request, http::Reply reply);
  // The same on the caller's thread.
  [[nodiscard]] http::Response answer(const http::Request& request);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

// The packs known here, of each name the newest, in order of names.
[[nodiscard]] std::vector<packs::PackPtr> packs_of(views::Views& views);

// One page of a folder of files, with what it links to.
struct FixedPage {
  Answer answer;
  std::vector<Target> links;
};
[[nodiscard]] std::expected<std::optional<FixedPage>, Fault> fixed_page(const Sources& from,
                                                                        const Target& target);

}  // namespace bashu::site
