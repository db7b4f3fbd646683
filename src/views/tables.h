// The tables as a projection of the journal.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/projection.h"
#include "views/views.h"

namespace bashu::views {

class Tables final : public node::Projection {
 public:
  // `views` must outlive it.
  explicit Tables(Views& views) : views_{views} {}

  [[nodiscard]] std::uint64_t next() const override { return views_.entries(); }
  [[nodiscard]] std::expected<void, Fault> take(const std::vector<node::Entry>& entries) override;

  // What Views::mark() is after this entry: whose journal they are of.
  [[nodiscard]] static std::string mark_of(const node::Entry& entry);

 private:
  Views& views_;
};

// Whether the newest entry that the views hold is one of this journal.
[[nodiscard]] std::expected<bool, Fault> belongs(node::EntrySource& journal, const Views& views);

// Tables made beside those in use, on a server or in a file of their own, with all that is durable
// when this begins. On a server it goes on with what an earlier rebuild had made of this journal,
// unless `options.anew`. finish() puts them in use. Ended early by `go_on`: a Fault.
[[nodiscard]] std::expected<std::unique_ptr<Views>, Fault> build_beside(
    node::EntrySource& journal, Views::Options options, const std::function<bool()>& go_on);
// Those in use there, with all that is durable when this begins; built if there are none of this
// journal.
[[nodiscard]] std::expected<std::unique_ptr<Views>, Fault> open_on_server(
    node::EntrySource& journal, const Views::Options& options, const std::function<bool()>& go_on);

}  // namespace bashu::views
