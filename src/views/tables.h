// The tables as a projection of the journal.
#pragma once

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

}  // namespace bashu::views
