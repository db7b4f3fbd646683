// The rows changed so far in one decision, over a Store that stays as it is. Drafts nest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/account_table.h"
#include "core/event.h"
#include "core/key_set.h"
#include "core/store.h"

namespace bashu::core {

class Draft final : public Store {
 public:
  explicit Draft(const Store* base) : base_{*base} {}

  // Applies `event` to this draft and remembers it.
  void decide(Event event);
  // Remembers an event whose changes were made piece by piece.
  void note(Event event) { events_.push_back(std::move(event)); }
  // What was decided, in order. Taking them over into the outer draft or the node is accepting
  // them.
  [[nodiscard]] std::vector<Event> take_events() { return std::move(events_); }
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

  const Case* find_case(std::string_view id) const override;
  Case& edit_case(std::string_view id) override;
  void set_case_state(std::string_view id, std::string_view state) override;
  std::vector<CaseId> standing_in(const Standing& where) const override;
  void set_clock(std::string_view id, std::string_view clock, const Clock& value) override;
  const Record* find_record(std::string_view reg, std::string_view key) const override;
  Record& edit_record(std::string_view reg, std::string_view key) override;
  void erase_record(std::string_view reg, std::string_view key) override;
  const Edition* find_edition(std::string_view reg, std::string_view keeper,
                              std::string_view name) const override;
  Edition& edit_edition(std::string_view reg, std::string_view keeper,
                        std::string_view name) override;
  std::int64_t balance(const Account& account) const override;
  Low lowest(const Account& account, Date from, std::optional<Date> until) const override;
  void add_to_balance(const Account& account, Date on, std::int64_t amount) override;
  Window window(const Account& account, std::string_view month) const override;
  bool month_stated(const Account& account, std::string_view month) const override;
  void add_posting(const Account& account, std::string_view month, Date on,
                   std::int64_t amount) override;
  void set_month_stated(const Account& account, std::string_view month) override;
  std::int64_t serial(std::string_view name, std::string_view key) const override;
  void set_serial(std::string_view name, std::string_view key, std::int64_t value) override;
  const Outbox& outbox(std::string_view to) const override;
  Outbox& edit_outbox(std::string_view to) override;
  const Inbox& inbox(std::string_view from) const override;
  Inbox& edit_inbox(std::string_view from) override;
  const Parked* find_parked(std::string_view id, std::int64_t version) const override;
  void set_parked(std::string_view id, std::int64_t version, std::optional<Parked> step) override;
  const Task* find_task(std::int64_t number) const override;
  void set_task(std::int64_t number, std::optional<Task> task) override;
  const std::set<std::int64_t>& tasks_of(std::string_view id) const override;
  std::optional<std::uint32_t> feed_line(std::string_view feed,
                                         std::string_view key) const override;
  void expect_feed_line(std::string_view feed, std::string_view key) const override;
  void take_feed_line(std::string_view feed, std::string_view key, std::uint32_t content) override;
  const Remembered* find_remembered(std::string_view principal,
                                    std::string_view key) const override;
  void set_remembered(std::string_view principal, std::string_view key, Remembered answer) override;
  const Circle& circle() const override;
  Circle& edit_circle() override;

 private:
  template <typename Row>
  using Table = std::map<std::string, Row, std::less<>>;

  const Store& base_;
  std::vector<Event> events_;
  Table<Case> cases_;
  Table<std::optional<Record>> records_;
  Table<Edition> editions_;
  struct Changed {
    std::int64_t sum = 0;  // as it is now
    Balance changes;
  };
  AccountTable<Changed> balances_;  // by hash: a feed touches thousands
  Table<Window> postings_;          // only those added
  Table<std::int64_t> serials_;
  Table<Outbox> outboxes_;
  Table<Inbox> inboxes_;
  Table<std::optional<Parked>> parked_;
  std::map<std::int64_t, std::optional<Task>> tasks_;
  Table<std::set<std::int64_t>> tasks_of_;
  Table<KeySet> feed_keys_;  // only those taken
  Table<Remembered> remembered_;
  std::optional<Circle> circle_;
};

}  // namespace bashu::core
