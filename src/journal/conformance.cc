#include "journal/conformance.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>

#include "evidence/entry.h"

namespace bashu::journal {

namespace {

constexpr std::size_t kAll = std::size_t{1} << 30;

// Every byte there is, and a little over what one page or one line of a database holds.
std::string every_byte(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
  return bytes;
}

Commit commit(std::uint64_t first, std::uint32_t count, std::size_t size = 100) {
  evidence::CommitRecord record;
  record.first = first;
  for (std::uint32_t i = 0; i < count; ++i) {
    record.entries.push_back({.leaf = "leaf " + std::to_string(first + i),
                              .blind = std::string(16, 'b'),
                              .effect = every_byte(size),
                              .evidence = ""});
  }
  record.checkpoint = "log\n" + std::to_string(first + count) + "\nroot\n";
  return {.first = first, .count = count, .record = evidence::encode_commit(record)};
}

class Trial {
 public:
  explicit Trial(const Place& place) : place_{place} {}

  std::vector<Promise> all() {
    const std::pair<const char*, std::string (Trial::*)()> promises[] = {
        {"empty", &Trial::begins_empty},     {"kept", &Trial::is_kept},
        {"from", &Trial::is_read_from},      {"next", &Trial::takes_only_the_next},
        {"large", &Trial::keeps_large_ones}, {"one_writer", &Trial::has_one_writer},
        {"follow", &Trial::can_be_followed}};
    std::vector<Promise> tried;
    for (const auto& [name, promise] : promises) {
      tried.push_back({.name = name, .wrong = (this->*promise)()});
      // Nothing that comes after would mean anything.
      if (tried.size() == 1 && !tried.back().wrong.empty()) break;
    }
    return tried;
  }

 private:
  // Why `done` failed, if it did.
  template <typename Done>
  static std::string why(const Done& done) {
    return done ? std::string{} : done.error().what;
  }
  std::string append(Journal& journal, Commit one) {
    if (auto done = journal.append(one); !done) return done.error().what;
    kept_.push_back(std::move(one));
    return journal.size() == size() ? "" : "size() is not what was appended";
  }
  [[nodiscard]] std::uint64_t size() const {
    return kept_.empty() ? 0 : kept_.back().first + kept_.back().count;
  }
  // What is read from the beginning must be all that was appended, byte for byte.
  std::string holds_all(Journal& journal) {
    if (journal.size() != size()) {
      return "it has " + std::to_string(journal.size()) + " entries, not " + std::to_string(size());
    }
    std::size_t seen = 0;
    for (std::uint64_t at = 0; at < size();) {
      const auto read = journal.read(at, kAll);
      if (!read) return read.error().what;
      if (read->empty()) return "nothing is read at entry " + std::to_string(at);
      for (const Commit& one : *read) {
        if (seen >= kept_.size() || one.first != kept_[seen].first ||
            one.count != kept_[seen].count || one.record != kept_[seen].record) {
          return "the commit at entry " + std::to_string(one.first) + " is not the one appended";
        }
        at = one.first + one.count;
        ++seen;
      }
    }
    return {};
  }

  std::string begins_empty() {
    const auto journal = place_.to_write();
    if (!journal) return journal.error().what;
    return (*journal)->size() == 0 ? "" : "there are entries in it: it is somebody's journal";
  }

  std::string is_kept() {
    {
      const auto journal = place_.to_write();
      if (!journal) return journal.error().what;
      for (const std::uint32_t count : {1U, 3U, 2U, 500U}) {
        if (auto wrong = append(**journal, commit(size(), count)); !wrong.empty()) return wrong;
      }
      if (auto wrong = holds_all(**journal); !wrong.empty()) return wrong;
    }
    const auto again = place_.to_write();
    return again ? holds_all(**again) : again.error().what;
  }

  // From the commit that holds the entry on; at least one, and not much more than asked for.
  std::string is_read_from() {
    const auto journal = place_.to_read();
    if (!journal) return journal.error().what;
    for (const auto& [entry, first] : {std::pair{0U, 0U}, {1U, 1U}, {3U, 1U}, {4U, 4U}, {5U, 4U}}) {
      const auto read = (*journal)->read(entry, 1);
      if (!read) return read.error().what;
      if (read->size() != 1 || read->front().first != first) {
        return "reading from entry " + std::to_string(entry) + " does not give its commit";
      }
    }
    const auto beyond = (*journal)->read(size(), kAll);
    if (!beyond) return beyond.error().what;
    if (!beyond->empty()) return "something is read beyond the end";
    const std::size_t two = kept_[0].record.size() + kept_[1].record.size();
    const auto some = (*journal)->read(0, two);
    if (!some) return some.error().what;
    return some->size() == 2 ? "" : "it does not stop after the bytes asked for";
  }

  std::string takes_only_the_next() {
    const auto journal = place_.to_write();
    if (!journal) return journal.error().what;
    if ((*journal)->append(commit(size() - 1, 1))) return "a place is taken twice";
    if ((*journal)->append(commit(size() + 1, 1))) return "an entry is left out";
    if (auto wrong = append(**journal, commit(size(), 1)); !wrong.empty()) return wrong;
    return holds_all(**journal);
  }

  std::string keeps_large_ones() {
    const auto journal = place_.to_write();
    if (!journal) return journal.error().what;
    for (const std::size_t bytes : {std::size_t{1} << 20, std::size_t{8} << 20}) {
      if (auto wrong = append(**journal, commit(size(), 1, bytes)); !wrong.empty()) return wrong;
    }
    return holds_all(**journal);
  }

  // Either the second is refused, or from then on the first one is; never can both append.
  std::string has_one_writer() {
    auto first = place_.to_write();
    if (!first) return first.error().what;
    auto second = place_.to_write();
    if (second) {
      if ((*first)->append(commit(size(), 1))) return "two writers can append";
      if (auto wrong = append(**second, commit(size(), 1)); !wrong.empty()) return wrong;
      return holds_all(**second);
    }
    if (auto wrong = append(**first, commit(size(), 1)); !wrong.empty()) return wrong;
    first->reset();
    const auto third = place_.to_write();
    return third ? holds_all(**third) : "the one after a writer is refused: " + why(third);
  }

  // Readers see what is durable, in order and without a gap, while it grows.
  std::string can_be_followed() {
    constexpr std::uint64_t kCommits = 100;
    const auto journal = place_.to_write();
    if (!journal) return journal.error().what;
    const std::uint64_t begin = size();
    std::string wrong;
    std::atomic<bool> stop = false;
    std::thread writer{[&] {
      for (std::uint64_t i = 0; i < kCommits && wrong.empty() && !stop; ++i) {
        wrong = append(**journal, commit(size(), 1));
      }
      stop = true;
    }};
    std::string seen = follow(begin, begin + kCommits, stop);
    stop = true;
    writer.join();
    return wrong.empty() ? seen : wrong;
  }
  std::string follow(std::uint64_t at, std::uint64_t end, const std::atomic<bool>& stop) {
    const auto reader = place_.to_read();
    if (!reader) return reader.error().what;
    while (at < end) {
      const bool last = stop;
      const auto read = (*reader)->read(at, kAll);
      if (!read) return read.error().what;
      for (const Commit& one : *read) {
        if (one.first != at) return "a reader misses an entry";
        at += one.count;
      }
      if (last && read->empty()) break;
    }
    return at == end ? "" : "a reader does not see what was appended";
  }

  const Place& place_;
  std::vector<Commit> kept_;
};

}  // namespace

std::vector<Promise> try_promises(const Place& place) { return Trial{place}.all(); }

}  // namespace bashu::journal
