// DIR/notices.db: who is told by mail where, what is still to be sent, and how far the tables of
// the node were read. One thread at a time.
//
//     subscription   person, address, language; a code until it is confirmed
//     outbox         one row for each notice: (person, about) is there once for ever, `about` being
//                    the case and what happened to it
//     mark           the position of the views, and the day, up to which notices were made
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "sqlite/database.h"

namespace bashu::notices {

struct Subscription {
  std::string person, address, language;
  bool confirmed = false;
};

// Why it was not done.
enum class NotNow : std::uint8_t { no_address, too_many, no_code, wrong_code, failed };

enum class Kind : std::uint8_t {
  code = 1,
  state = 2,
  deadline = 3,
  state_at_work = 4,  // of a case at which they work
  deadline_at_work = 5,
};
struct Letter {  // in the outbox
  std::int64_t no = 0;
  std::string person, address, language;
  Kind kind{};
  std::string about;  // of a code: the code; else the case
  std::string day;    // of a deadline: its last day
  std::int64_t tries = 0;
  std::string key;  // what makes it one
};

class Book {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<Book>, Fault> open(const std::string& path);
  explicit Book(std::unique_ptr<sqlite::Database> db) : db_{std::move(db)} {}  // open() instead

  [[nodiscard]] std::optional<Subscription> find(std::string_view person);
  // Those who are told, in the order of their names.
  [[nodiscard]] std::vector<Subscription> confirmed();
  // `hash`: of the code, whose letter is put into the outbox with it.
  [[nodiscard]] std::expected<void, NotNow> subscribe(const Subscription& who,
                                                      std::string_view code, std::string_view hash,
                                                      std::int64_t now_ms);
  [[nodiscard]] std::expected<void, NotNow> confirm(std::string_view person, std::string_view hash,
                                                    std::int64_t now_ms);
  void end(std::string_view person);

  [[nodiscard]] std::int64_t mark();  // -1: never read
  [[nodiscard]] std::int64_t day();   // whose deadlines were looked at; days since 1970-01-01
  // `make` adds notices; they, the mark and the day are kept together, or none is.
  [[nodiscard]] std::expected<void, Fault> advance(std::int64_t mark, std::int64_t day,
                                                   const std::function<void()>& make);
  // Once for each person and `key`.
  void add(std::string_view person, Kind kind, std::string_view about, std::string_view day,
           std::string_view key, std::int64_t now_ms);

  // The letter to be sent next, if one is due and the hour has room for it.
  [[nodiscard]] std::optional<Letter> due(std::int64_t now_ms);
  void sent(std::int64_t no, std::int64_t now_ms);
  // Tried again later, or given up: when it is for good, or has been tried for three days.
  void failed(std::int64_t no, bool for_good, std::int64_t now_ms);
  [[nodiscard]] std::expected<void, Fault> check() { return db_->check(); }

 private:
  std::unique_ptr<sqlite::Database> db_;
};

}  // namespace bashu::notices
