#include "core/state.h"

#include <array>
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

#include "base/assert.h"
#include "core/account_table.h"
#include "core/key_set.h"
#include "core/rows.h"

namespace bashu::core {

namespace {

std::array<std::string, 3> split_three(const std::string& key) {
  const auto first = key.find(kSeparator);
  const auto second = key.find(kSeparator, first + 1);
  return {key.substr(0, first), key.substr(first + 1, second - first - 1), key.substr(second + 1)};
}

std::string padded(std::int64_t number) {
  std::string digits = std::to_string(number);
  return std::string(19 - digits.size(), '0') + digits;
}

}  // namespace

struct State::Rows {
  core::Rows<Case> cases;
  core::Rows<Record> records;
  core::Rows<Edition> editions;
  AccountTable<Balance> balances;
  core::Rows<Window> windows;
  core::Rows<std::int64_t> serials;
  std::map<PartyId, Outbox, std::less<>> outboxes;
  std::map<PartyId, Inbox, std::less<>> inboxes;
  core::Rows<Parked> parked;
  std::map<std::int64_t, Task> tasks;
  std::map<CaseId, std::set<std::int64_t>, std::less<>> tasks_of;
  std::map<std::string, LargeKeySet, std::less<>> feed_keys;
  core::Rows<Remembered> remembered;
  Circle circle;
  std::map<Date, std::set<Due>> due;  // of clocks that run, have not fired, and will
  // Of the states that were ever asked for: the first to ask walks over all cases.
  std::map<Standing, std::set<CaseId, std::less<>>> standing;

  [[nodiscard]] Standing place_of(const Case& c) const {
    return {.pack = std::string{circle.pack_name(c.pack)}, .service = c.service, .state = c.state};
  }
};

State::State(PartyId own) : rows_{std::make_unique<Rows>()} { rows_->circle.own = std::move(own); }
State::~State() = default;

std::vector<State::Due> State::due(Date day) const {
  std::vector<Due> found;
  static const Calendar kPlain;
  for (const auto& [last, clocks] : rows_->due) {
    if (last >= day) break;
    for (const Due& item : clocks) {
      const Case* c = find_case(item.id);
      const auto row = rows_->circle.packs.find(c->pack);
      if (c->dispute || row == rows_->circle.packs.end() || !row->second.pack) continue;
      const auto* service = packs::find(row->second.pack->services, c->service);
      const auto* state = service ? packs::find(service->states, c->state) : nullptr;
      if (!state || state->final) continue;
      const PartyId& owner = c->parties.find(state->owner)->second;
      const auto known = rows_->circle.calendars.find(owner);
      const Calendar& calendar = known == rows_->circle.calendars.end() ? kPlain : known->second;
      if (owner == rows_->circle.own) {
        if (calendar.works(day)) found.push_back(item);
      } else if (!c->clocks.find(item.clock)->second.alarmed &&
                 calendar.workdays_between(last, day) >= 2) {
        found.push_back(item);
      }
    }
  }
  return found;
}

void State::each_case(const std::function<void(const Case&)>& visit) const {
  rows_->cases.each([&](const std::string&, const Case& row) { visit(row); });
}

void State::each_record(
    const std::function<void(const RegisterId&, const std::string&, const Record&)>& visit) const {
  rows_->records.each([&](const std::string& key, const Record& row) {
    auto [reg, name] = split_pair(key);
    visit(RegisterId{std::move(reg)}, name, row);
  });
}

namespace {

template <typename Table, typename Visit>
void walk_on(const Table& table, State::Walk& walk, std::size_t most, const Visit& visit) {
  if (walk.buckets != table.buckets()) walk.next = 0;
  walk.buckets = table.buckets();
  walk.next = table.each_from(walk.next, most, visit);
  walk.done = walk.next >= walk.buckets;
}

}  // namespace

void State::walk_cases(Walk& walk, std::size_t most,
                       const std::function<void(const Case&)>& visit) const {
  walk_on(rows_->cases, walk, most, [&](const std::string&, const Case& row) { visit(row); });
}

void State::walk_records(
    Walk& walk, std::size_t most,
    const std::function<void(const RegisterId&, const std::string&, const Record&)>& visit) const {
  walk_on(rows_->records, walk, most, [&](const std::string& key, const Record& row) {
    auto [reg, name] = split_pair(key);
    visit(RegisterId{std::move(reg)}, name, row);
  });
}

void State::each_edition(
    const std::function<void(const RegisterId&, const PartyId&, const std::string&,
                             const Edition&)>& visit) const {
  rows_->editions.each([&](const std::string& key, const Edition& row) {
    auto [reg, keeper, name] = split_three(key);
    visit(RegisterId{std::move(reg)}, PartyId{std::move(keeper)}, name, row);
  });
}

void State::each_balance(const std::function<void(const Account&, std::int64_t)>& visit) const {
  rows_->balances.each(
      [&](const Account& account, const Balance& row) { visit(account, row.sum()); });
}

void State::each_level(const std::function<void(const Account&, const Balance&)>& visit) const {
  rows_->balances.each(visit);
}

void State::each_window(
    const std::function<void(const Account&, const std::string&, const Window&)>& visit) const {
  rows_->windows.each([&](const std::string& key, const Window& row) {
    const auto at = key.rfind(kSeparator);
    auto [book, kind, name] = split_three(key.substr(0, at));
    visit({.book = BookId{std::move(book)}, .kind = std::move(kind), .key = std::move(name)},
          key.substr(at + 1), row);
  });
}

void State::each_serial(
    const std::function<void(const std::string&, const std::string&, std::int64_t)>& visit) const {
  rows_->serials.each([&](const std::string& key, std::int64_t row) {
    const auto [name, part] = split_pair(key);
    visit(name, part, row);
  });
}

void State::each_outbox(const std::function<void(const PartyId&, const Outbox&)>& visit) const {
  for (const auto& [party, row] : rows_->outboxes) visit(party, row);
}

void State::each_inbox(const std::function<void(const PartyId&, const Inbox&)>& visit) const {
  for (const auto& [party, row] : rows_->inboxes) visit(party, row);
}

void State::each_parked(
    const std::function<void(const CaseId&, std::int64_t, const Parked&)>& visit) const {
  rows_->cases.each([&](const std::string& id, const Case& row) {
    for (const std::int64_t version : row.parked) visit(row.id, version, *find_parked(id, version));
  });
}

void State::each_task(const std::function<void(std::int64_t, const Task&)>& visit) const {
  for (const auto& [number, row] : rows_->tasks) visit(number, row);
}

void State::each_feed_line(
    const std::function<void(const std::string&, const std::string&, std::uint32_t)>& visit) const {
  for (const auto& [feed, keys] : rows_->feed_keys) {
    keys.each([&](std::string_view key, std::uint32_t content) {
      visit(feed, std::string{key}, content);
    });
  }
}

void State::each_remembered(const std::function<void(const std::string&, const std::string&,
                                                     const Remembered&)>& visit) const {
  rows_->remembered.each([&](const std::string& key, const Remembered& row) {
    const auto [principal, name] = split_pair(key);
    visit(principal, name, row);
  });
}

const Case* State::find_case(std::string_view id) const { return rows_->cases.find(id); }
Case& State::edit_case(std::string_view id) { return rows_->cases.edit(id); }

void State::set_case_state(std::string_view id, std::string_view state) {
  Case& c = rows_->cases.edit(id);
  if (rows_->standing.empty()) {
    c.state = state;
    return;
  }
  if (const auto left = rows_->standing.find(rows_->place_of(c)); left != rows_->standing.end()) {
    left->second.erase(c.id);
  }
  c.state = state;
  const auto entered = rows_->standing.find(rows_->place_of(c));
  if (entered != rows_->standing.end()) entered->second.insert(c.id);
}

std::vector<CaseId> State::standing_in(const Standing& where) const {
  auto known = rows_->standing.find(where);
  if (known == rows_->standing.end()) {
    known = rows_->standing.try_emplace(where).first;
    rows_->cases.each_unordered([&](const std::string& /*id*/, const Case& c) {
      if (c.state == where.state && c.service == where.service &&
          rows_->circle.pack_name(c.pack) == where.pack) {
        known->second.insert(c.id);
      }
    });
  }
  return {known->second.begin(), known->second.end()};
}

void State::set_clock(std::string_view id, std::string_view clock, const Clock& value) {
  Case& c = rows_->cases.edit(id);
  auto it = c.clocks.find(clock);
  if (it == c.clocks.end()) it = c.clocks.try_emplace(std::string{clock}).first;
  const Due item{.id = CaseId{id}, .clock = std::string{clock}};
  if (it->second.due) {
    const auto day = rows_->due.find(*it->second.due);
    if (day != rows_->due.end()) {
      day->second.erase(item);
      if (day->second.empty()) rows_->due.erase(day);
    }
  }
  it->second = value;
  if (value.due && !value.fired) rows_->due[*value.due].insert(item);
}

const Record* State::find_record(std::string_view reg, std::string_view key) const {
  return rows_->records.find(pair_key(reg, key));
}
Record& State::edit_record(std::string_view reg, std::string_view key) {
  return rows_->records.edit(pair_key(reg, key));
}
void State::erase_record(std::string_view reg, std::string_view key) {
  rows_->records.erase(pair_key(reg, key));
}

const Edition* State::find_edition(std::string_view reg, std::string_view keeper,
                                   std::string_view name) const {
  return rows_->editions.find(account_key(reg, keeper, name));
}
Edition& State::edit_edition(std::string_view reg, std::string_view keeper, std::string_view name) {
  return rows_->editions.edit(account_key(reg, keeper, name));
}

std::int64_t State::balance(const Account& account) const {
  const Balance* row = rows_->balances.find(account);
  return row ? row->sum() : 0;
}
Low State::lowest(const Account& account, Date from, std::optional<Date> until) const {
  const Balance* row = rows_->balances.find(account);
  return row ? row->lowest(from, until) : Low{.on = from, .sum = 0};
}
void State::add_to_balance(const Account& account, Date on, std::int64_t amount) {
  rows_->balances.edit(account).add(on, amount);
}
void State::set_balance(const Account& account, Balance balance) {
  rows_->balances.edit(account) = std::move(balance);
}

Window State::window(const Account& account, std::string_view month) const {
  const auto* row =
      rows_->windows.find(pair_key(account_key(account.book, account.kind, account.key), month));
  return row ? *row : Window{};
}
bool State::month_stated(const Account& account, std::string_view month) const {
  const auto* row =
      rows_->windows.find(pair_key(account_key(account.book, account.kind, account.key), month));
  return row && row->stated;
}
void State::add_posting(const Account& account, std::string_view month, Date on,
                        std::int64_t amount) {
  rows_->windows.edit(pair_key(account_key(account.book, account.kind, account.key), month))
      .postings.emplace_back(on, amount);
}
void State::set_month_stated(const Account& account, std::string_view month) {
  rows_->windows.edit(pair_key(account_key(account.book, account.kind, account.key), month))
      .stated = true;
}
void State::set_window(const Account& account, std::string_view month, Window window) {
  rows_->windows.edit(pair_key(account_key(account.book, account.kind, account.key), month)) =
      std::move(window);
}

std::int64_t State::serial(std::string_view name, std::string_view key) const {
  const auto* row = rows_->serials.find(pair_key(name, key));
  return row ? *row : 0;
}
void State::set_serial(std::string_view name, std::string_view key, std::int64_t value) {
  rows_->serials.edit(pair_key(name, key)) = value;
}

const Outbox& State::outbox(std::string_view to) const {
  static const Outbox kNone;
  const auto it = rows_->outboxes.find(to);
  return it == rows_->outboxes.end() ? kNone : it->second;
}
Outbox& State::edit_outbox(std::string_view to) { return rows_->outboxes[PartyId{to}]; }

const Inbox& State::inbox(std::string_view from) const {
  static const Inbox kNone;
  const auto it = rows_->inboxes.find(from);
  return it == rows_->inboxes.end() ? kNone : it->second;
}
Inbox& State::edit_inbox(std::string_view from) { return rows_->inboxes[PartyId{from}]; }

const Parked* State::find_parked(std::string_view id, std::int64_t version) const {
  return rows_->parked.find(pair_key(id, padded(version)));
}
void State::set_parked(std::string_view id, std::int64_t version, std::optional<Parked> step) {
  const std::string key = pair_key(id, padded(version));
  if (step) {
    rows_->parked.edit(key) = std::move(*step);
  } else {
    rows_->parked.erase(key);
  }
}

const Task* State::find_task(std::int64_t number) const {
  const auto it = rows_->tasks.find(number);
  return it == rows_->tasks.end() ? nullptr : &it->second;
}
void State::set_task(std::int64_t number, std::optional<Task> task) {
  if (const Task* old = find_task(number)) {
    const auto of = rows_->tasks_of.find(old->id);
    of->second.erase(number);
    if (of->second.empty()) rows_->tasks_of.erase(of);
    rows_->tasks.erase(number);
  }
  if (task) {
    rows_->tasks_of[task->id].insert(number);
    rows_->tasks.emplace(number, std::move(*task));
  }
}
const std::set<std::int64_t>& State::tasks_of(std::string_view id) const {
  static const std::set<std::int64_t> kNone;
  const auto it = rows_->tasks_of.find(id);
  return it == rows_->tasks_of.end() ? kNone : it->second;
}

std::optional<std::uint32_t> State::feed_line(std::string_view feed, std::string_view key) const {
  const auto keys = rows_->feed_keys.find(feed);
  return keys == rows_->feed_keys.end() ? std::nullopt : keys->second.find(key);
}
void State::expect_feed_line(std::string_view feed, std::string_view key) const {
  const auto keys = rows_->feed_keys.find(feed);
  if (keys != rows_->feed_keys.end()) keys->second.expect(key);
}
void State::take_feed_line(std::string_view feed, std::string_view key, std::uint32_t content) {
  auto keys = rows_->feed_keys.find(feed);
  if (keys == rows_->feed_keys.end()) keys = rows_->feed_keys.try_emplace(std::string{feed}).first;
  keys->second.insert(key, content);
}

const Remembered* State::find_remembered(std::string_view principal, std::string_view key) const {
  return rows_->remembered.find(pair_key(principal, key));
}
void State::set_remembered(std::string_view principal, std::string_view key, Remembered answer) {
  rows_->remembered.edit(pair_key(principal, key)) = std::move(answer);
}

const State::Circle& State::circle() const { return rows_->circle; }
State::Circle& State::edit_circle() { return rows_->circle; }

}  // namespace bashu::core
