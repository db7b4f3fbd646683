#include "exchange/seen.h"

#include <utility>
#include <vector>

#include "evidence/tree.h"

namespace bashu::exchange {

namespace {

constexpr std::size_t kBatch = 500;
constexpr std::int64_t kBatchMs = 10'000;
constexpr std::size_t kProofLinesMax = 128;

}  // namespace

SeenLog::SeenLog(node::FileStore& files, std::string name)
    : files_{files}, name_{std::move(name)} {}

bool SeenLog::load(std::string_view origin, std::span<const std::string> log_keys,
                   const evidence::Predecessors& predecessors) {
  if (seen_) return true;
  const auto note = files_.read(name_);
  if (!note && predecessors.empty()) return true;
  const auto checkpoint = evidence::open_checkpoint(note.value_or(""), origin, log_keys);
  if (!checkpoint && !predecessors.empty()) {
    return follow(note.value_or(""), predecessors.back(), log_keys);
  }
  if (!checkpoint) return false;
  seen_ = Known{.size = checkpoint->size, .root = checkpoint->root, .note = *note};
  const std::lock_guard lock{mutex_};
  saved_ = *note;
  return true;
}

// Begins where the agreement says that the log goes on. If what was seen is older, it has to be
// shown to lead there.
bool SeenLog::follow(const std::string& note, const evidence::Predecessor& before,
                     std::span<const std::string> log_keys) {
  const Known begin{.size = before.size, .root = before.root, .note = {}};
  seen_ = begin;
  if (note.empty()) return true;
  const auto old = evidence::open_checkpoint(note, before.origin, log_keys);
  if (!old) {
    seen_.reset();
    return false;
  }
  if (old->size == begin.size) return old->root == begin.root;
  if (old->size > begin.size) return true;
  seen_ = Known{.size = old->size, .root = old->root, .note = note};
  pending_.emplace(begin.size, begin);
  batch_ = true;
  return true;
}

bool SeenLog::add(const evidence::Checkpoint& checkpoint, std::string_view note,
                  std::int64_t now_ms) {
  Known known{.size = checkpoint.size, .root = checkpoint.root, .note = std::string{note}};
  if (!seen_) {
    seen_ = std::move(known);
    save();
    return true;
  }
  if (known.size == seen_->size) return known.root == seen_->root || contradict(*seen_, known);
  const auto [it, added] = pending_.try_emplace(known.size, known);
  if (!added) return it->second.root == known.root || contradict(it->second, known);
  if (pending_.size() == 1) since_ms_ = now_ms;
  batch_ = batch_ || pending_.size() >= kBatch;
  return true;
}

std::optional<SeenLog::Step> SeenLog::wanted(std::int64_t now_ms) const {
  if (pending_.empty() || (!batch_ && now_ms - since_ms_ < kBatchMs)) return std::nullopt;
  const std::uint64_t first = pending_.begin()->first;
  return Step{std::min(first, seen_->size), std::max(first, seen_->size)};
}

bool SeenLog::take(const Step& step, std::span<const Hash> path) {
  if (pending_.empty() || !seen_) return true;
  const Known next = pending_.begin()->second;
  const bool forward = next.size > seen_->size;
  const Known& older = forward ? *seen_ : next;
  const Known& newer = forward ? next : *seen_;
  if (step != Step{older.size, newer.size}) return true;  // what was asked has changed meanwhile
  if (!evidence::check_consistency(older.size, newer.size, older.root, newer.root, path)) {
    return contradict(older, newer);
  }
  pending_.erase(pending_.begin());
  if (forward) seen_ = next;
  batch_ = !pending_.empty();
  if (!batch_) save();
  return true;
}

bool SeenLog::contradict(const Known& a, const Known& b) {
  proof_ = a.note + "\n" + b.note;
  return false;
}

void SeenLog::save() {
  // If it cannot be written the older one stays: the next check starts further back.
  if (seen_->note.empty() || !files_.write(name_, seen_->note)) return;
  const std::lock_guard lock{mutex_};
  saved_ = seen_->note;
}

std::uint64_t SeenLog::size() const { return seen_ ? seen_->size : 0; }

std::string SeenLog::note() const {
  const std::lock_guard lock{mutex_};
  return saved_;
}

std::string_view checkpoint_of(std::string_view receipt) {
  const auto gap = receipt.find("\n\n");
  return gap == std::string_view::npos ? std::string_view{} : receipt.substr(gap + 2);
}

std::string consistency_text(std::uint64_t old_size, std::span<const Hash> path,
                             std::string_view checkpoint) {
  std::string text = "old " + std::to_string(old_size) + "\n";
  for (const Hash& hash : path) text += base64(as_bytes(hash)) + "\n";
  return text.append("\n").append(checkpoint);
}

std::optional<std::vector<Hash>> read_consistency(std::string_view text, std::uint64_t old_size) {
  const std::string head = "old " + std::to_string(old_size) + "\n";
  if (!text.starts_with(head)) return std::nullopt;
  text.remove_prefix(head.size());
  std::vector<Hash> path;
  while (!text.starts_with('\n')) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos || path.size() >= kProofLinesMax) return std::nullopt;
    const auto bytes = from_base64(text.substr(0, end));
    if (!bytes || bytes->size() != Hash{}.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), path.emplace_back().begin());
    text.remove_prefix(end + 1);
  }
  return path;
}

}  // namespace bashu::exchange
