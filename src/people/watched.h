// What a file of the node's directory says, read again when the file changes. While it cannot be
// read it says nothing: whoever was let in by it stays outside until it is mended, so that a slip
// of the pen never leaves a withdrawn key at work.
#pragma once

#include <sys/stat.h>

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
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
  struct Stamp {
    bool there = false;
    ::ino_t number = 0;
    ::off_t size = 0;
    ::time_t seconds = 0;
    long nanoseconds = 0;
    bool operator==(const Stamp&) const = default;
  };

  void refresh(bool force) {
    struct ::stat status = {};
    const bool there = ::stat(file_.c_str(), &status) == 0;
    // The clock of files moves in steps of milliseconds: a file put in place of another within
    // one of them is told by its number.
    const Stamp stamp{there, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                      status.st_mtim.tv_nsec};
    if (looked_ && !force && stamp == stamp_) return;
    looked_ = true;
    stamp_ = stamp;
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
  Stamp stamp_;
  bool looked_ = false;
  std::string problem_;
};

}  // namespace bashu::people
