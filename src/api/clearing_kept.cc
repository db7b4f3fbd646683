#include "api/clearing_kept.h"

#include <algorithm>
#include <utility>

namespace bashu::api {

namespace {

constexpr int kPageMax = 1'000;

// The number at the end of an id: a side numbers its cases one after the other.
std::int64_t number_of(const std::string& id) {
  std::int64_t out = 0;
  const std::size_t from = id.find_last_not_of("0123456789");
  for (std::size_t i = from == std::string::npos ? 0 : from + 1; i < id.size(); ++i) {
    out = out * 10 + (id[i] - '0');
  }
  return out;
}

}  // namespace

std::expected<BookBatches, Problem> KeptBooks::batches(views::Views& views, const std::string& pack,
                                                       const std::string& service,
                                                       const std::string& book, std::size_t from) {
  const std::lock_guard lock{mutex_};
  Batches& held = batches_[{pack, service}];
  views::CaseFilter filter;
  filter.pack = pack;
  filter.service = service;
  filter.changed_since = held.since;
  filter.page.limit = kPageMax;
  std::set<std::string> grown;
  do {
    auto listed = views.list_cases(filter);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    for (const views::CaseRow& row : listed->rows) {
      held.since = std::max(held.since, row.position);
      if (!held.ids.insert(row.id).second) continue;
      const std::string of = row.data.text_at("book");
      const Value* file = row.data.find("file");
      BookBatches& batches = held.by_book[of];
      ++batches.count;
      batches.rows += row.data.int_at("rows");
      batches.more.push_back(
          {.id = row.id, .what = row.data.text_at("what"), .file = file ? *file : Value{}});
      grown.insert(of);
    }
    filter.page.after = listed->next;
  } while (!filter.page.after.empty());
  for (const std::string& of : grown) {
    std::ranges::sort(held.by_book[of].more, {},
                      [](const ClearingBatch& batch) { return number_of(batch.id); });
  }
  const auto found = held.by_book.find(book);
  if (found == held.by_book.end()) return BookBatches{};
  BookBatches out{.count = found->second.count, .rows = found->second.rows, .more = {}};
  const auto begin =
      found->second.more.begin() + static_cast<std::ptrdiff_t>(std::min(from, found->second.count));
  out.more.assign(begin, found->second.more.end());
  return out;
}

HeldBook KeptBooks::hold(const std::string& book) {
  std::shared_ptr<KeptBook> kept;
  {
    const std::lock_guard lock{mutex_};
    auto& held = books_[book];
    if (!held) held = std::make_shared<KeptBook>();
    held->used = ++uses_;
    kept = held;
  }
  std::unique_lock own{kept->mutex};
  return {.book = std::move(kept), .lock = std::move(own)};
}

void KeptBooks::has_rows(const HeldBook& held, std::size_t rows) {
  const std::lock_guard lock{mutex_};
  held.book->rows = rows;
  const auto all = [&] {
    std::size_t out = 0;
    for (const auto& [id, book] : books_) out += book->rows;
    return out;
  };
  while (all() > rows_kept_) {
    const auto oldest = std::ranges::min_element(books_, {}, [&](const auto& one) {
      return one.second == held.book || one.second->rows == 0 ? std::pair{true, std::uint64_t{0}}
                                                              : std::pair{false, one.second->used};
    });
    if (oldest->second == held.book || oldest->second->rows == 0) return;
    books_.erase(oldest);
  }
}

}  // namespace bashu::api
