// What a file of the node's directory says, read again when the file changes. While it cannot be
// read it says nothing: whoever was let in by it stays outside until it is mended, so that a slip
// of the pen never leaves a withdrawn key at work.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace bashu::people {

template <typename Content>
class Watched {
 public:
  using Read = std::function<std::expected<Content, Fault>(const std::filesystem::path&)>;
  // `absent`: what a file says that is not there; none: then it cannot be read.
  Watched(std::filesystem::path file, Read read, std::shared_ptr<const Content> absent = nullptr)
      : file_{std::move(file)}, read_{std::move(read)}, absent_{std::move(absent)} {}

  // Null: it cannot be read, and problem() says why. Thread-safe.
  [[nodiscard]] std::shared_ptr<const Content> now() {
    const std::lock_guard lock{mutex_};
    refresh(false);
    return content_;
  }
  void reload() {
    const std::lock_guard lock{mutex_};
    refresh(true);
  }
  [[nodiscard]] std::string problem() const {
    const std::lock_guard lock{mutex_};
    return problem_;
  }

 private:
  void refresh(bool force) {
    std::error_code error;
    const auto status = std::filesystem::status(file_, error);
    const bool there = std::filesystem::exists(status);
    const auto written = there ? std::filesystem::last_write_time(file_, error)
                               : std::filesystem::file_time_type::min();
    if (looked_ && !force && written == written_) return;
    looked_ = true;
    written_ = written;
    problem_.clear();
    if (!there && absent_) {
      content_ = absent_;
      return;
    }
    auto read = read_(file_);
    content_ = read ? std::make_shared<const Content>(std::move(*read)) : nullptr;
    if (!read) problem_ = read.error().what;
  }

  std::filesystem::path file_;
  Read read_;
  std::shared_ptr<const Content> absent_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Content> content_;
  std::filesystem::file_time_type written_;
  bool looked_ = false;
  std::string problem_;
};

}  // namespace bashu::people
