// What a node keeps of its books of clearing between requests: which batches there are, and of each
// book what they come to. Nothing here says more than the journal does: it is read again from it
// after a start, and from then on only what has come since.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.h"
#include "base/value.h"
#include "views/views.h"
#include "windows/ledger.h"

namespace bashu::api {

// A batch of this side. Batches never change.
struct ClearingBatch {
  std::string id, what;
  Value file;
};
struct BookBatches {
  std::size_t count = 0;
  std::int64_t rows = 0;
  std::vector<ClearingBatch> more;  // from the one on that was asked for
};

// A book's ledger, held by one request at a time.
struct KeptBook {
  std::mutex mutex;
  std::optional<windows::Ledger> ledger;
  std::string closed;  // the last window that is closed in it; empty: none
  std::map<std::string, std::string> statements;  // of the windows closed: clearing::text_of
  std::map<std::string, windows::Split> splits;   // of the same
  Value tariff;                                   // of the book, by which the ledger was made
  std::size_t rows = 0;                           // that the ledger has
  std::uint64_t used = 0;
};
struct HeldBook {
  std::shared_ptr<KeptBook> book;
  std::unique_lock<std::mutex> lock;
  KeptBook* operator->() const { return book.get(); }
};

// Thread-safe.
class KeptBooks {
 public:
  // A row takes about 0.7 kB. The ledgers that were used last are kept, as many as have so many
  // rows together, and always the one in use.
  static constexpr std::size_t kRows = 4'000'000;
  explicit KeptBooks(std::size_t rows_kept = kRows) : rows_kept_{rows_kept} {}

  // The batches of a book in the order in which they were taken, those from number `from` on one by
  // one. Of all books of the service only what the views did not have before is read.
  [[nodiscard]] std::expected<BookBatches, Problem> batches(views::Views& views,
                                                            const std::string& pack,
                                                            const std::string& service,
                                                            const std::string& book,
                                                            std::size_t from);

  [[nodiscard]] HeldBook hold(const std::string& book);
  // The held ledger has so many rows now; others may have to go for it.
  void has_rows(const HeldBook& held, std::size_t rows);

 private:
  struct Batches {
    std::map<std::string, BookBatches, std::less<>> by_book;  // all of each
    std::set<std::string, std::less<>> ids;
    std::uint64_t since = 0;  // the position up to which they were read
  };
  const std::size_t rows_kept_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Batches> batches_;  // by pack and service
  std::map<std::string, std::shared_ptr<KeptBook>, std::less<>> books_;
  std::uint64_t uses_ = 0;
};

}  // namespace bashu::api
