#include "disk.h"

#include <expected>
#include <utility>

#include "evidence/entry.h"
#include "journal/memory.h"

namespace bashu::sim {

namespace {

class DiskJournal final : public journal::Journal {
 public:
  explicit DiskJournal(Disk& disk) : disk_{disk}, size_{disk.size()} {}

  std::expected<void, Fault> append(const journal::Commit& commit) override {
    if (commit.first != size_) return std::unexpected{Fault{.what = "a commit out of order"}};
    if (auto done = disk_.append(commit); !done) return done;
    size_ += commit.count;
    return {};
  }
  std::expected<std::vector<journal::Commit>, Fault> read(std::uint64_t from,
                                                          std::size_t bytes_max) override {
    return journal::commits_from(disk_.commits(), from, size_, bytes_max);
  }
  std::uint64_t size() const override { return size_; }

 private:
  Disk& disk_;
  std::uint64_t size_;
};

}  // namespace

std::expected<void, Fault> Disk::append(const journal::Commit& commit) {
  const auto unknown = [] {
    return std::unexpected{Fault{.what = "the machine died", .unknown_outcome = true}};
  };
  switch (fate()) {
    case Fate::durable:
      commits_.push_back(commit);
      if (reached) reached();
      return {};
    case Fate::lied:
      commits_.push_back(commit);
      ++lied_;
      if (reached) reached();
      return {};
    case Fate::unanswered:
      commits_.push_back(commit);
      if (reached) reached();
      return unknown();
    case Fate::torn:
      torn_ = commit.record.substr(0, commit.record.size() / 2);
      return unknown();
    case Fate::lost:
      break;
  }
  return unknown();
}

void Disk::crash() {
  commits_.resize(commits_.size() - lied_);
  lied_ = 0;
}

std::unique_ptr<journal::Journal> Disk::open(bool* cut) {
  *cut = !torn_.empty() && !evidence::decode_commit(torn_);
  torn_.clear();
  return std::make_unique<DiskJournal>(*this);
}

}  // namespace bashu::sim
