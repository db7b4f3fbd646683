#include "core/draft.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "core/rows.h"

namespace bashu::core {

namespace {

std::string account_text(const Account& account) {
  return account_key(account.book, account.kind, account.key);
}

// The row of `table`, copied from the base at the first change.
template <typename Table, typename Original>
auto& row_of(Table& table, std::string_view key, const Original& original) {
  auto it = table.find(key);
  if (it == table.end()) it = table.emplace(std::string{key}, original()).first;
  return it->second;
}

}  // namespace

void Draft::decide(Event event) {
  core::apply(*this, event);
  events_.push_back(std::move(event));
}

const Case* Draft::find_case(std::string_view id) const {
  const auto it = cases_.find(id);
  return it == cases_.end() ? base_.find_case(id) : &it->second;
}
Case& Draft::edit_case(std::string_view id) {
  return row_of(cases_, id, [&] {
    const Case* known = base_.find_case(id);
    return known ? *known : Case{};
  });
}
void Draft::set_case_state(std::string_view id, std::string_view state) {
  edit_case(id).state = state;
}
std::vector<CaseId> Draft::standing_in(const Standing& where) const {
  std::vector<CaseId> ids = base_.standing_in(where);
  std::erase_if(ids, [&](const CaseId& id) { return cases_.contains(id); });
  for (const auto& [id, c] : cases_) {
    if (c.state == where.state && c.service == where.service &&
        circle().pack_name(c.pack) == where.pack) {
      ids.emplace_back(id);
    }
  }
  std::ranges::sort(ids);
  return ids;
}
void Draft::set_clock(std::string_view id, std::string_view clock, const Clock& value) {
  edit_case(id).clocks[std::string{clock}] = value;
}

const Record* Draft::find_record(std::string_view reg, std::string_view key) const {
  const auto it = records_.find(pair_key(reg, key));
  if (it == records_.end()) return base_.find_record(reg, key);
  return it->second ? &*it->second : nullptr;
}
Record& Draft::edit_record(std::string_view reg, std::string_view key) {
  auto& row = row_of(records_, pair_key(reg, key), [&]() -> std::optional<Record> {
    const Record* known = base_.find_record(reg, key);
    return known ? *known : Record{};
  });
  if (!row) row.emplace();
  return *row;
}
void Draft::erase_record(std::string_view reg, std::string_view key) {
  records_[pair_key(reg, key)].reset();
}

const Edition* Draft::find_edition(std::string_view reg, std::string_view keeper,
                                   std::string_view name) const {
  const auto it = editions_.find(account_key(reg, keeper, name));
  return it == editions_.end() ? base_.find_edition(reg, keeper, name) : &it->second;
}
Edition& Draft::edit_edition(std::string_view reg, std::string_view keeper, std::string_view name) {
  return row_of(editions_, account_key(reg, keeper, name), [&] {
    const Edition* known = base_.find_edition(reg, keeper, name);
    return known ? *known : Edition{};
  });
}

std::int64_t Draft::balance(const Account& account) const {
  const Changed* row = balances_.find(account);
  return row ? row->sum : base_.balance(account);
}
// What the base has between two days of changes, and the changes so far.
Low Draft::lowest(const Account& account, Date from, std::optional<Date> until) const {
  const Changed* row = balances_.find(account);
  if (!row) return base_.lowest(account, from, until);
  std::optional<Low> low;
  for (std::optional<Date> at = from; at && (!until || *at < *until);) {
    const std::optional<Date> next = row->changes.next(*at);
    Low part = base_.lowest(account, *at, next && (!until || *next < *until) ? next : until);
    part.sum = added(part.sum, row->changes.at(*at));
    if (!low || part.sum < low->sum) low = part;
    at = next;
  }
  return *low;
}
void Draft::add_to_balance(const Account& account, Date on, std::int64_t amount) {
  const std::size_t before = balances_.size();
  Changed& row = balances_.edit(account);
  if (balances_.size() > before) row.sum = base_.balance(account);
  BASHU_ASSERT(!__builtin_add_overflow(row.sum, amount, &row.sum));
  row.changes.add(on, amount);
}

Window Draft::window(const Account& account, std::string_view month) const {
  Window all = base_.window(account, month);
  const auto it = postings_.find(pair_key(account_text(account), month));
  if (it == postings_.end()) return all;
  all.postings.insert(all.postings.end(), it->second.postings.begin(), it->second.postings.end());
  all.stated = all.stated || it->second.stated;
  return all;
}
bool Draft::month_stated(const Account& account, std::string_view month) const {
  const auto it = postings_.find(pair_key(account_text(account), month));
  return (it != postings_.end() && it->second.stated) || base_.month_stated(account, month);
}
void Draft::add_posting(const Account& account, std::string_view month, Date on,
                        std::int64_t amount) {
  postings_[pair_key(account_text(account), month)].postings.emplace_back(on, amount);
}
void Draft::set_month_stated(const Account& account, std::string_view month) {
  postings_[pair_key(account_text(account), month)].stated = true;
}

std::int64_t Draft::serial(std::string_view name, std::string_view key) const {
  const auto it = serials_.find(pair_key(name, key));
  return it == serials_.end() ? base_.serial(name, key) : it->second;
}
void Draft::set_serial(std::string_view name, std::string_view key, std::int64_t value) {
  serials_[pair_key(name, key)] = value;
}

const Outbox& Draft::outbox(std::string_view to) const {
  const auto it = outboxes_.find(to);
  return it == outboxes_.end() ? base_.outbox(to) : it->second;
}
Outbox& Draft::edit_outbox(std::string_view to) {
  return row_of(outboxes_, to, [&] { return base_.outbox(to); });
}

const Inbox& Draft::inbox(std::string_view from) const {
  const auto it = inboxes_.find(from);
  return it == inboxes_.end() ? base_.inbox(from) : it->second;
}
Inbox& Draft::edit_inbox(std::string_view from) {
  return row_of(inboxes_, from, [&] { return base_.inbox(from); });
}

const Parked* Draft::find_parked(std::string_view id, std::int64_t version) const {
  const auto it = parked_.find(pair_key(id, std::to_string(version)));
  if (it == parked_.end()) return base_.find_parked(id, version);
  return it->second ? &*it->second : nullptr;
}
void Draft::set_parked(std::string_view id, std::int64_t version, std::optional<Parked> step) {
  parked_[pair_key(id, std::to_string(version))] = std::move(step);
}

const Task* Draft::find_task(std::int64_t number) const {
  const auto it = tasks_.find(number);
  if (it == tasks_.end()) return base_.find_task(number);
  return it->second ? &*it->second : nullptr;
}
void Draft::set_task(std::int64_t number, std::optional<Task> task) {
  const auto of = [&](const CaseId& id) -> std::set<std::int64_t>& {
    return row_of(tasks_of_, id, [&] { return base_.tasks_of(id); });
  };
  if (const Task* old = find_task(number)) of(old->id).erase(number);
  if (task) of(task->id).insert(number);
  tasks_[number] = std::move(task);
}
const std::set<std::int64_t>& Draft::tasks_of(std::string_view id) const {
  const auto it = tasks_of_.find(id);
  return it == tasks_of_.end() ? base_.tasks_of(id) : it->second;
}

std::optional<std::uint32_t> Draft::feed_line(std::string_view feed, std::string_view key) const {
  if (const auto taken = feed_keys_.find(feed); taken != feed_keys_.end()) {
    if (const auto content = taken->second.find(key)) return content;
  }
  return base_.feed_line(feed, key);
}
void Draft::expect_feed_line(std::string_view feed, std::string_view key) const {
  base_.expect_feed_line(feed, key);
}
void Draft::take_feed_line(std::string_view feed, std::string_view key, std::uint32_t content) {
  auto taken = feed_keys_.find(feed);
  if (taken == feed_keys_.end()) taken = feed_keys_.try_emplace(std::string{feed}).first;
  taken->second.insert(key, content);
}

const Remembered* Draft::find_remembered(std::string_view principal, std::string_view key) const {
  const auto it = remembered_.find(pair_key(principal, key));
  return it == remembered_.end() ? base_.find_remembered(principal, key) : &it->second;
}
void Draft::set_remembered(std::string_view principal, std::string_view key, Remembered answer) {
  remembered_[pair_key(principal, key)] = std::move(answer);
}

const Draft::Circle& Draft::circle() const { return circle_ ? *circle_ : base_.circle(); }
Draft::Circle& Draft::edit_circle() {
  if (!circle_) circle_ = base_.circle();
  return *circle_;
}

}  // namespace bashu::core
