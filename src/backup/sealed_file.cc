#include "backup/sealed_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "base/thread.h"

namespace bashu::backup {

namespace {

constexpr std::size_t kPiece = 64U << 10;
constexpr std::size_t kAdds = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t kHeader = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
// Flushed one by one, so that a node on the same disk never waits behind a heap of unwritten bytes.
constexpr std::size_t kBlock = 1U << 20;
constexpr std::size_t kBlocksMax = 8;  // that wait

static_assert(kKeySize == crypto_secretstream_xchacha20poly1305_KEYBYTES);

const unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

class Digest {
 public:
  Digest() : context_{EVP_MD_CTX_new()} {
    BASHU_ASSERT(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::string_view bytes) {
    BASHU_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  Hash end() {
    Hash hash{};
    BASHU_ASSERT(EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr) == 1);
    return hash;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

class File {
 public:
  explicit File(int handle) : handle_{handle} {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (handle_ >= 0) ::close(handle_);
  }
  [[nodiscard]] int handle() const { return handle_; }

 private:
  int handle_;
};

Fault last_error(const std::filesystem::path& file) {
  return {.what = file.string() + ": " + std::strerror(errno)};
}

// Blocks on their way to a file. From the first full one on a thread writes and flushes them, so
// that what follows is read and sealed while the disk is waited for.
class Sink {
 public:
  Sink(std::filesystem::path path, int file) : path_{std::move(path)}, file_{file} {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  ~Sink() { end(); }

  void put(std::string_view bytes) {
    if (block_.capacity() < kBlock) block_.reserve(kBlock + kPiece + kAdds);
    block_ += bytes;
    if (block_.size() >= kBlock) give();
  }
  // Durable when it returns without a fault.
  std::optional<Fault> finish() {
    end();
    if (!fault_) write(block_);
    if (!fault_ && ::fsync(file_.handle()) != 0) fault_ = last_error(path_);
    return fault_;
  }

 private:
  void give() {
    std::unique_lock lock{mutex_};
    if (!thread_.joinable()) thread_ = named_thread("bashu-backup", [this] { write_blocks(); });
    changed_.wait(lock, [this] { return blocks_.size() < kBlocksMax; });
    blocks_.push_back(std::exchange(block_, {}));
    changed_.notify_all();
  }
  void end() {
    {
      const std::lock_guard lock{mutex_};
      ended_ = true;
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }
  void write_blocks() {
    std::unique_lock lock{mutex_};
    while (true) {
      changed_.wait(lock, [this] { return ended_ || !blocks_.empty(); });
      if (blocks_.empty()) return;
      const std::string block = std::move(blocks_.front());
      blocks_.pop_front();
      changed_.notify_all();
      lock.unlock();
      if (!fault_) write(block);
      if (!fault_) flush();
      lock.lock();
    }
  }
  void write(std::string_view bytes) {
    written_ += bytes.size();
    while (!bytes.empty()) {
      const ::ssize_t wrote = ::write(file_.handle(), bytes.data(), bytes.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) {
        fault_ = last_error(path_);
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
  }
  void flush() {
    if (::fdatasync(file_.handle()) != 0) {
      fault_ = last_error(path_);
      return;
    }
    // Nobody reads it soon: memory is left to what the node reads.
    ::posix_fadvise(file_.handle(), 0, static_cast<::off_t>(written_), POSIX_FADV_DONTNEED);
  }

  std::filesystem::path path_;
  File file_;
  std::string block_;          // of who puts
  std::uint64_t written_ = 0;  // these two of who writes: the thread, once it has begun
  std::optional<Fault> fault_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<std::string> blocks_;
  bool ended_ = false;
  std::thread thread_;
};

class Writer final : public SealedWriter {
 public:
  Writer(std::filesystem::path path, int file, std::string_view key, std::string_view name)
      : sink_{std::move(path), file}, name_{name} {
    std::string header(kHeader, '\0');
    crypto_secretstream_xchacha20poly1305_init_push(&stream_, out(header), in(key));
    put(header);
  }

  void write(std::string_view bytes) override {
    written_ += bytes.size();
    while (!bytes.empty()) {
      // A full piece waits for what follows it: only the last one is tagged final.
      if (waiting_.size() == kPiece) push(0);
      const std::size_t some = std::min(bytes.size(), kPiece - waiting_.size());
      waiting_.append(bytes.substr(0, some));
      bytes.remove_prefix(some);
    }
  }
  std::uint64_t written() const override { return written_; }

  std::expected<Sealed, Fault> finish() override {
    push(crypto_secretstream_xchacha20poly1305_TAG_FINAL);
    if (auto fault = sink_.finish()) return std::unexpected{std::move(*fault)};
    sealed_.sha256 = digest_.end();
    return sealed_;
  }

 private:
  void push(unsigned char tag) {
    std::string piece(waiting_.size() + kAdds, '\0');
    crypto_secretstream_xchacha20poly1305_push(&stream_, out(piece), nullptr, in(waiting_),
                                               waiting_.size(), in(name_), name_.size(), tag);
    waiting_.clear();
    name_.clear();
    put(piece);
  }
  void put(std::string_view bytes) {
    digest_.add(bytes);
    sealed_.bytes += bytes.size();
    sink_.put(bytes);
  }

  Sink sink_;
  std::string name_;  // until the first piece
  crypto_secretstream_xchacha20poly1305_state stream_{};
  std::string waiting_;
  std::uint64_t written_ = 0;
  Sealed sealed_;
  Digest digest_;
};

class Reader final : public SealedReader {
 public:
  Reader(std::filesystem::path path, int file, std::string_view key, std::string_view name)
      : path_{std::move(path)}, file_{file}, key_{key}, name_{name} {}

  std::expected<void, Fault> begin() {
    auto header = get(kHeader);
    if (!header) return std::unexpected{header.error()};
    if (header->size() != kHeader ||
        crypto_secretstream_xchacha20poly1305_init_pull(&stream_, in(*header), in(key_)) != 0) {
      return std::unexpected{Fault{.what = path_.string() + ": no file of a backup"}};
    }
    return pull();
  }

  std::expected<std::string, Fault> read(std::size_t size) override {
    std::string taken;
    while (taken.size() < size && !at_end()) {
      const std::size_t some = std::min(size - taken.size(), clear_.size() - used_);
      taken.append(clear_, used_, some);
      used_ += some;
      if (auto more = refill(); !more) return std::unexpected{more.error()};
    }
    return taken;
  }
  std::expected<std::string, Fault> line() override {
    std::string taken;
    while (!at_end()) {
      const std::size_t end = clear_.find('\n', used_);
      const std::size_t until = end == std::string::npos ? clear_.size() : end;
      taken.append(clear_, used_, until - used_);
      used_ = end == std::string::npos ? until : until + 1;
      if (auto more = refill(); !more) return std::unexpected{more.error()};
      if (end != std::string::npos) break;
    }
    return taken;
  }
  bool at_end() const override { return final_ && used_ == clear_.size(); }
  Sealed whole() override {
    sealed_.sha256 = digest_.end();
    return sealed_;
  }

 private:
  std::expected<void, Fault> refill() {
    while (used_ == clear_.size() && !final_) {
      if (auto more = pull(); !more) return more;
    }
    return {};
  }
  std::expected<void, Fault> pull() {
    auto piece = get(kPiece + kAdds);
    if (!piece) return std::unexpected{piece.error()};
    unsigned char tag = 0;
    clear_.assign(piece->size() < kAdds ? 0 : piece->size() - kAdds, '\0');
    used_ = 0;
    if (piece->size() < kAdds ||
        crypto_secretstream_xchacha20poly1305_pull(&stream_, out(clear_), nullptr, &tag, in(*piece),
                                                   piece->size(), in(name_), name_.size()) != 0) {
      return std::unexpected{Fault{
          .what = path_.string() + ": damaged, cut off, or sealed under another key or name"}};
    }
    name_.clear();
    final_ = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    if (!final_) return {};
    const auto more = get(1);
    if (!more) return std::unexpected{more.error()};
    if (more->empty()) return {};
    return std::unexpected{Fault{.what = path_.string() + ": bytes after its end"}};
  }
  std::expected<std::string, Fault> get(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
      const ::ssize_t some = ::read(file_.handle(), bytes.data() + got, size - got);
      if (some < 0 && errno == EINTR) continue;
      if (some < 0) return std::unexpected{last_error(path_)};
      if (some == 0) break;
      got += static_cast<std::size_t>(some);
    }
    bytes.resize(got);
    digest_.add(bytes);
    sealed_.bytes += got;
    return bytes;
  }

  std::filesystem::path path_;
  File file_;
  std::string key_, name_;
  crypto_secretstream_xchacha20poly1305_state stream_{};
  std::string clear_;
  std::size_t used_ = 0;
  bool final_ = false;
  Sealed sealed_;
  Digest digest_;
};

}  // namespace

std::expected<std::unique_ptr<SealedWriter>, Fault> SealedWriter::create(
    const std::filesystem::path& file, std::string_view key, std::string_view name) {
  BASHU_ASSERT(key.size() == kKeySize);
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (handle < 0) return std::unexpected{last_error(file)};
  return std::make_unique<Writer>(file, handle, key, name);
}

std::expected<std::unique_ptr<SealedReader>, Fault> SealedReader::open(
    const std::filesystem::path& file, std::string_view key, std::string_view name) {
  BASHU_ASSERT(key.size() == kKeySize);
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return std::unexpected{last_error(file)};
  auto reader = std::make_unique<Reader>(file, handle, key, name);
  if (auto begun = reader->begin(); !begun) return std::unexpected{begun.error()};
  return reader;
}

}  // namespace bashu::backup
