// The slot `published`: the largest checkpoint that can have left this node
// (docs/formats/evidence.md 8.7). A journal restored from an older backup is smaller, and must not
// be continued.
//
// Written after each durable commit and before anything of it leaves: after a power cut it can only
// be too small. Writing it ahead of the journal would show a rollback where there was none.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "node/storage/storage.h"

namespace bashu::node {

class HighMark {
 public:
  struct Mark {
    std::uint64_t size = 0;
    Hash root{};
  };
  [[nodiscard]] static std::expected<HighMark, Fault> open(Storage& storage);

  [[nodiscard]] const Mark& mark() const { return mark_; }
  [[nodiscard]] std::expected<void, Fault> raise(const Mark& mark);

 private:
  HighMark(std::unique_ptr<Slot> slot, Mark mark) : slot_{std::move(slot)}, mark_{mark} {}
  std::unique_ptr<Slot> slot_;
  Mark mark_;
};

}  // namespace bashu::node
