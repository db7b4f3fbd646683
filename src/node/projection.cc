#include "node/projection.h"

#include <utility>

#include "node/read_ahead.h"

namespace bashu::node {

namespace {

constexpr std::size_t kBatchBytes = std::size_t{4} << 20;

}  // namespace

std::expected<void, Fault> project(EntrySource& from, Projection& onto,
                                   const std::function<bool()>& go_on) {
  ReadAhead reader{from, onto.next(), kBatchBytes};
  ReadAhead::Batch batch;
  while (go_on()) {
    auto entries = reader.next(std::move(batch));
    if (!entries) return std::unexpected{entries.error()};
    batch = std::move(*entries);
    if (batch.empty()) return {};
    if (auto taken = onto.take(batch); !taken) return taken;
  }
  return {};
}

}  // namespace bashu::node
