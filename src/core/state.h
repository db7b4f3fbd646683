#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store.h"

namespace bashu::core {

// All the core knows of one node, with the indexes that decisions and the node's clock need.
class State final : public Store {
 public:
  explicit State(PartyId own);
  ~State() override;

  void apply(const Event& event) { core::apply(*this, event); }

  // Clocks of cases whose breach is due on `day`: those this node must fire, and those it must
  // raise an alarm for because another party owns them and is silent.
  struct Due {
    CaseId id;
    std::string clock;
    friend auto operator<=>(const Due&, const Due&) = default;
  };
  [[nodiscard]] std::vector<Due> due(Date day) const;

  // In the order of their keys; for snapshots, invariants and counts.
  void each_case(const std::function<void(const Case&)>& visit) const;
  void each_record(const std::function<void(const RegisterId&, const std::string& key,
                                            const Record&)>& visit) const;
  // The same a part at a time and in no order, for reads that decisions must not wait for. Each
  // call goes on where the one before stopped, until it is `done`; where the table has grown
  // meanwhile it begins anew, so that some are seen twice and none is missed.
  struct Walk {
    std::size_t next = 0, buckets = 0;
    bool done = false;
  };
  void walk_cases(Walk& walk, std::size_t most,
                  const std::function<void(const Case&)>& visit) const;
  void walk_records(Walk& walk, std::size_t most,
                    const std::function<void(const RegisterId&, const std::string& key,
                                             const Record&)>& visit) const;
  void each_edition(
      const std::function<void(const RegisterId&, const PartyId& keeper, const std::string& name,
                               const Edition&)>& visit) const;
  void each_balance(const std::function<void(const Account&, std::int64_t)>& visit) const;
  void each_level(const std::function<void(const Account&, const Balance&)>& visit) const;
  void each_window(const std::function<void(const Account&, const std::string& month,
                                            const Window&)>& visit) const;
  void each_serial(const std::function<void(const std::string& name, const std::string& key,
                                            std::int64_t)>& visit) const;
  void each_outbox(const std::function<void(const PartyId&, const Outbox&)>& visit) const;
  void each_inbox(const std::function<void(const PartyId&, const Inbox&)>& visit) const;
  void each_parked(
      const std::function<void(const CaseId&, std::int64_t version, const Parked&)>& visit) const;
  void each_task(const std::function<void(std::int64_t, const Task&)>& visit) const;
  void each_feed_line(const std::function<void(const std::string& feed, const std::string& key,
                                               std::uint32_t content)>& visit) const;
  void each_remembered(
      const std::function<void(const std::string& principal, const std::string& key,
                               const Remembered&)>& visit) const;

  // For reading a snapshot.
  void set_balance(const Account& account, Balance balance);
  void set_window(const Account& account, std::string_view month, Window window);

  // Store
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
  struct Rows;
  std::unique_ptr<Rows> rows_;
};

}  // namespace bashu::core
