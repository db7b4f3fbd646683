// DIR/published: the largest checkpoint that can have left this node (docs/formats/evidence.md
// 8.7). A journal restored from an older backup is smaller, and must not be continued.
//
// Written in place after each durable commit and before anything of it leaves, without a flush: it
// survives the death of the process, and after a power cut it can only be too small. Writing it
// ahead of the journal would show a rollback where there was none.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"

namespace bashu::node {

class HighMark {
 public:
  struct Mark {
    std::uint64_t size = 0;
    Hash root{};
  };
  [[nodiscard]] static std::expected<HighMark, Fault> open(const std::filesystem::path& file);
  HighMark(HighMark&& other) noexcept;
  HighMark& operator=(HighMark&& other) noexcept;
  ~HighMark();

  [[nodiscard]] const Mark& mark() const { return mark_; }
  [[nodiscard]] std::expected<void, Fault> raise(const Mark& mark);

 private:
  HighMark(std::filesystem::path path, int file, Mark mark)
      : path_{std::move(path)}, file_{file}, mark_{mark} {}
  std::filesystem::path path_;
  int file_ = -1;
  Mark mark_;
};

}  // namespace bashu::node
