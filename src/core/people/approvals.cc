#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/try.h"
#include "core/authority.h"
#include "core/circle/circle.h"
#include "core/people/people.h"
#include "core/privacy/privacy.h"

namespace bashu::core {

namespace {

std::int64_t now_s(const Deciding& d) { return d.moment.now.unix_ms / 1'000; }

Result stands_still(const Deciding& d, const StartChannel& act) {
  const std::string& stopped = d.draft.outbox(act.peer).stopped;
  if (stopped.empty() || stopped != act.stopped) return refuse(Why::channel_runs, act.peer);
  return {};
}

// What could not be carried out now is not asked for.
Result possible(Deciding& d, const Act& act) {
  if (const auto* held = std::get_if<ResolveHeld>(&act)) {
    if (!d.draft.inbox(held->from).held.contains(held->seq)) return refuse(Why::no_such_held);
    return {};
  }
  if (const auto* start = std::get_if<StartChannel>(&act)) return stands_still(d, *start);
  if (const auto* order = std::get_if<OrderPrivacy>(&act)) return may_order(d, order->order);
  if (const auto* end = std::get_if<EndOrder>(&act)) return may_end(d, end->number);
  if (std::holds_alternative<AdoptEditions>(act)) return {};  // the edge has verified them
  // As if somebody held the directory: all is asked but who may.
  Trial trial{d};
  const auto as_holder = [](auto command) {
    command.by.roles = {std::string{kDirectoryRole}};
    return command;
  };
  if (const auto* pack = std::get_if<AdoptPack>(&act)) return adopt_pack(*trial, as_holder(*pack));
  if (const auto* calendar = std::get_if<SetCalendar>(&act)) {
    return set_calendar(*trial, as_holder(*calendar));
  }
  Decision unused;
  return set_principal(*trial, as_holder(std::get<SetPrincipal>(act)), unused);
}

// The editions of the circle file that approval `number` is about; nullptr: it is about another
// thing.
const Value::List* editions_of(const Deciding& d, std::int64_t number) {
  const auto& open = d.circle().people.approvals;
  const auto it = open.find(number);
  if (it == open.end() || it->second.act.text_at("kind") != kEditionsKind) return nullptr;
  const Value* file = it->second.act.find("file");
  const Value* editions = file ? file->find("editions") : nullptr;
  return editions ? editions->as_list() : nullptr;
}

void close_expired(Deciding& d) {
  std::vector<std::int64_t> over;
  for (const auto& [number, asked] : d.circle().people.approvals) {
    if (asked.until_s <= now_s(d)) over.push_back(number);
  }
  for (const std::int64_t number : over) close_approval(d, number, "expired", {});
}

// About how many bytes a value takes: an act may carry a whole pack or circle file.
std::size_t weight(const Value& value) {
  constexpr std::size_t kScalar = 16;
  std::size_t bytes = kScalar;
  if (const std::string* text = value.as_text()) bytes += text->size();
  if (const Value::List* list = value.as_list()) {
    for (const Value& one : *list) bytes += weight(one);
  }
  if (const Value::Record* record = value.as_record()) {
    for (const auto& [name, member] : *record) bytes += name.size() + weight(member);
  }
  return bytes;
}

// All that waits is in every snapshot, and read at each start.
constexpr std::size_t kWaitingBytesMax = 32u << 20;
bool has_room(const std::map<std::int64_t, ApprovalAsked>& open, const Value& act) {
  std::size_t bytes = weight(act);
  for (const auto& [number, asked] : open) bytes += weight(asked.act);
  return open.size() < kApprovalsMax && bytes <= kWaitingBytesMax;
}

Result may_sign(const Deciding& d, const Asker& by) {
  if (!in_force(d.circle().people, by.principal, "admin", d.today())) {
    return refuse(Why::admin_only);
  }
  return {};
}

}  // namespace

Result ask_approval(Deciding& d, const AskApproval& command, Decision& decision) {
  BASHU_TRY_OK(may_sign(d, command.by));
  close_expired(d);
  const Value act = act_value(command.act);
  const auto& open = d.circle().people.approvals;
  const auto answer = [&](std::int64_t number) {
    decision.answer = Value::Record{
        {"approval", number}, {"waits_for", "a second person"}, {"asked_by", command.by.principal}};
  };
  for (const auto& [number, asked] : open) {
    if (asked.act != act) continue;
    if (asked.by != command.by.principal) return refuse(Why::approval_waits, number);
    answer(number);
    return {};
  }
  if (!has_room(open, act)) return refuse(Why::too_many_approvals);
  BASHU_TRY_OK(possible(d, command.act));
  const std::int64_t number = d.draft.serial(Store::kApprovalsAsked, {}) + 1;
  d.draft.decide(ApprovalAsked{.number = number,
                               .act = act,
                               .by = command.by.principal,
                               .at_s = now_s(d),
                               .until_s = now_s(d) + kApprovalLifeS});
  answer(number);
  return {};
}

Result withdraw_approval(Deciding& d, const WithdrawApproval& command) {
  BASHU_TRY_OK(may_sign(d, command.by));
  if (!d.circle().people.approvals.contains(command.number)) {
    return refuse(Why::no_such_approval, command.number);
  }
  close_approval(d, command.number, "withdrawn", command.by);
  return {};
}

std::expected<Asker, Reject> first_of_two(const Deciding& d, std::int64_t number,
                                          const Asker& second, const Act& act) {
  const People& people = d.circle().people;
  const auto it = people.approvals.find(number);
  if (it == people.approvals.end()) return refuse(Why::no_such_approval, number);
  const ApprovalAsked& asked = it->second;
  if (asked.act != act_value(act)) return refuse(Why::approval_other, number);
  if (asked.until_s <= now_s(d)) return refuse(Why::approval_expired, number);
  BASHU_TRY_OK(may_sign(d, second));
  if (asked.by == second.principal) return refuse(Why::same_approver);
  const Principal* first = in_force(people, asked.by, "admin", d.today());
  if (!first) return refuse(Why::approver_gone, asked.by);
  return Asker{.principal = asked.by,
               .roles = first->set.may,
               .divisions = first->set.divisions,
               .idempotency_key = {},
               .request_digest = {}};
}

Result start_channel(Deciding& d, const StartChannel& command) {
  BASHU_TRY_OK(first_of_two(d, command.approval, command.by, command));
  BASHU_TRY_OK(stands_still(d, command));
  d.draft.decide(ChannelStopped{.peer = command.peer, .reason = {}});
  close_approval(d, command.approval, "approved", command.by);
  return {};
}

Result alone_or_second(const Deciding& d, std::int64_t number, const Asker& by, const Act& act) {
  if (number != 0) {
    BASHU_TRY_OK(first_of_two(d, number, by, act));
    return {};
  }
  const bool alone = d.circle().people.principals.empty() || has_directory(by);
  return alone ? Result{} : refuse(Why::takes_two);
}

Result may_adopt_edition(const Deciding& d, const AdoptRecord& command) {
  // Signed by its party, a list of keys comes by itself.
  if (command.record.what != "agreement") return {};
  if (command.approval == 0) return alone_or_second(d, 0, command.by, AdoptEditions{});
  const auto it = d.circle().people.approvals.find(command.approval);
  if (it == d.circle().people.approvals.end()) {
    return refuse(Why::no_such_approval, command.approval);
  }
  const Value::List* editions = editions_of(d, command.approval);
  const auto act = read_act(it->second.act);
  if (!editions || !act ||
      std::ranges::find(*editions, Value{command.record.bytes}) == editions->end()) {
    return refuse(Why::approval_other, command.approval);
  }
  return alone_or_second(d, command.approval, command.by, *act);
}

void close_with_last(Deciding& d, const AdoptRecord& command) {
  const Value::List* editions = editions_of(d, command.approval);
  if (!editions || editions->back() != Value{command.record.bytes}) return;
  close_approval(d, command.approval, "approved", command.by);
}

void close_approval(Deciding& d, std::int64_t number, std::string_view outcome, const Asker& by) {
  d.draft.decide(
      ApprovalClosed{.number = number, .outcome = std::string{outcome}, .by = by.principal});
}

}  // namespace bashu::core
