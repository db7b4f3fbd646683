// A journal that another process writes, read as far as it was taken, until this one takes its
// place:
//
//     ahead() ──► whoever follows applies it ──► advance()      size() is what was taken
//     take_over() ──► ahead(), advance() to its end ──► begin()     append() from then on
//
// One thread follows, another may advance; read(), size() are for any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"
#include "journal/journal.h"

namespace bashu::journal {

class Followed final : public Journal {
 public:
  // Opens to write, raising the epoch; refused if it is not `epoch` any longer.
  using TakeOver =
      std::function<std::expected<std::unique_ptr<Journal>, Fault>(std::uint64_t epoch)>;
  Followed(std::unique_ptr<Journal> there, TakeOver take_over)
      : there_{std::move(there)}, take_over_{std::move(take_over)} {}

  // What comes after size(), as Journal::read has it; empty: nothing yet.
  [[nodiscard]] std::expected<std::vector<Commit>, Fault> ahead(std::size_t bytes_max);
  // A commit of ahead() was taken.
  void advance(std::uint64_t size) { taken_.store(size, std::memory_order_release); }
  // The writer before appends no more from here on; gives where the journal ends. What this one has
  // taken beyond that is in no journal.
  [[nodiscard]] std::expected<std::uint64_t, Fault> take_over(std::uint64_t epoch);
  // It could not be carried through: what follows is read beside the writer again.
  void give_up() { taking_.reset(); }
  // The commit it ends with then; nullopt: there is none.
  [[nodiscard]] std::expected<std::optional<Commit>, Fault> last();
  // Everything to its end was taken: it is this one's.
  void begin();
  // Entries written that are not taken yet.
  [[nodiscard]] std::uint64_t behind() const;

  std::expected<void, Fault> append(const Commit& commit) override;
  std::expected<std::vector<Commit>, Fault> read(std::uint64_t from,
                                                 std::size_t bytes_max) override;
  [[nodiscard]] std::uint64_t size() const override;
  [[nodiscard]] std::expected<Seat, Fault> seat() override {
    return (taking_ ? *taking_ : *there_).seat();
  }
  [[nodiscard]] std::expected<bool, Fault> beat() override;
  [[nodiscard]] Quorum quorum() const override {
    const Journal* const journal = own();
    return journal ? journal->quorum() : Quorum{};
  }

 private:
  [[nodiscard]] Journal* own() const { return own_.load(std::memory_order_acquire); }
  std::unique_ptr<Journal> there_, taking_;
  TakeOver take_over_;
  std::atomic<Journal*> own_ = nullptr;  // taking_, once it begins
  std::atomic<std::uint64_t> taken_ = 0;
};

}  // namespace bashu::journal
