#include "exchange/guard.h"

#include <utility>

#include "evidence/fsck.h"
#include "evidence/grammar.h"
#include "node/files.h"

namespace bashu::exchange {

namespace {

struct SizeAndRoot {
  std::uint64_t size = 0;
  Hash root{};
};
// Of a checkpoint we wrote ourselves: origin, size, root.
std::optional<SizeAndRoot> read_checkpoint(std::string_view text) {
  std::string_view lines[3];
  for (std::string_view& line : lines) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  const auto size = evidence::parse_decimal(lines[1]);
  const auto root = from_base64(lines[2]);
  if (!size || !root || root->size() != Hash{}.size()) return std::nullopt;
  SizeAndRoot read{.size = *size};
  std::copy(root->begin(), root->end(), read.root.begin());
  return read;
}

}  // namespace

Guard::Guard(std::filesystem::path published) : file_{std::move(published)} {}

void Guard::start(std::uint64_t own_size, const RootAt& root_at) {
  const auto text = node::read_file(file_);
  if (!text) return;
  const auto left = read_checkpoint(*text);
  if (!left) {
    return fail("rollback", file_.string() + " cannot be read");
  }
  {
    const std::lock_guard lock{mutex_};
    published_ = *text;
    published_size_ = written_size_ = left->size;
  }
  const std::optional<Hash> own = left->size <= own_size ? root_at(left->size) : std::nullopt;
  const std::string verdict =
      evidence::guard(own_size, own.value_or(Hash{}), left->size, left->root);
  if (verdict != "ok") {
    fail(verdict, "the journal does not continue what had left this node: " + file_.string() +
                      " names size " + std::to_string(left->size) + ", the journal has " +
                      std::to_string(own_size));
  }
}

void Guard::publish(std::string_view checkpoint) {
  const auto left = read_checkpoint(checkpoint);
  if (!left) return;
  const std::lock_guard lock{mutex_};
  if (left->size <= published_size_) return;
  published_ = checkpoint;
  published_size_ = left->size;
}

void Guard::flush() {
  std::string text;
  {
    const std::lock_guard lock{mutex_};
    if (written_size_ == published_size_) return;
    written_size_ = published_size_;
    text = published_;
  }
  // If it cannot be written the check is weaker, and peers remember too.
  static_cast<void>(node::write_file(file_, text));
}

void Guard::pass(const std::string& peer) {
  const std::lock_guard lock{mutex_};
  passed_.insert(peer);
}

void Guard::fail(std::string_view code, std::string_view why) {
  const std::lock_guard lock{mutex_};
  if (trouble_.empty()) trouble_.append(code).append(": ").append(why);
}

bool Guard::may_leave(std::string_view peer) const {
  const std::lock_guard lock{mutex_};
  return trouble_.empty() && passed_.contains(peer);
}

std::string Guard::trouble() const {
  const std::lock_guard lock{mutex_};
  return trouble_;
}

}  // namespace bashu::exchange
