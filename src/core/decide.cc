#include <algorithm>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/core.h"
#include "core/decider.h"
#include "core/rows.h"

namespace bashu::core {

namespace {

constexpr int kFollowUpsMax = 10'000;
constexpr int kRememberedDays = 7;

const Asker* asker(const Command& command) {
  return std::visit(
      [](const auto& one) -> const Asker* {
        if constexpr (requires { one.by; }) {
          return &one.by;
        } else {
          return nullptr;
        }
      },
      command);
}

struct Dispatch {
  Decider& decider;
  Draft& draft;
  Decision& decision;

  Result operator()(const StartCase& c) { return decider.start_case(c, &decision.answer); }
  Result operator()(const FireEvent& c) { return decider.fire_event(c, &decision.answer); }
  Result operator()(const BeginDay& c) {
    if (c.day > draft.circle().today) draft.decide(DayBegun{.day = c.day});
    return {};
  }
  Result operator()(const FireClock& c) { return decider.fire_clock(c); }
  Result operator()(const TakeMessage& c) {
    const std::int64_t next = draft.inbox(c.from).next;
    if (c.seq != next) {
      return std::unexpected{
          reject(RejectCode::conflict, "seq", "The next is " + std::to_string(next))};
    }
    decider.take(c, &decision);
    return {};
  }
  Result operator()(const AckMessage& c) {
    const Outbox& box = draft.outbox(c.to);
    if (c.seq < 1 || c.seq > box.last) {
      return std::unexpected{
          reject(RejectCode::not_found, "seq", "No message of that number was sent")};
    }
    if (c.seq <= box.acked || box.beyond.contains(c.seq)) return {};  // acknowledged before
    decider.acknowledge(c);
    return {};
  }
  Result operator()(const AdoptPack& c) { return decider.adopt_pack(c); }
  Result operator()(const AdoptRecord& c) { return decider.adopt_record(c); }
  Result operator()(const SetCalendar& c) { return decider.set_calendar(c); }
  Result operator()(const PutRecords& c) { return decider.put_records(c, &decision); }
  Result operator()(const PostFeed& c) { return decider.post_feed(c, &decision); }
  Result operator()(const CloseTask& c) { return decider.close_task(c); }
  Result operator()(const SignSettlement& c) { return decider.settle(c); }
  Result operator()(const ResolveHeld& c) { return decider.resolve(c, &decision); }
  Result operator()(const TellFigures& c) { return decider.tell_figures(c, &decision.answer); }
  Result operator()(const StopChannel& c) {
    if (draft.outbox(c.peer).stopped != c.reason) {
      draft.decide(ChannelStopped{.peer = c.peer, .reason = c.reason});
    }
    return {};
  }
};

}  // namespace

std::expected<Decision, Reject> decide(const State& state, const Command& command,
                                       const Moment& moment) {
  const Asker* by = asker(command);
  if (by && !by->idempotency_key.empty()) {
    if (const Remembered* known = state.find_remembered(by->principal, by->idempotency_key)) {
      if (known->digest != by->request_digest) {
        return std::unexpected{reject(RejectCode::exists, "Idempotency-Key",
                                      "This key was used for another request",
                                      "该幂等键已用于其他请求")};
      }
      return Decision{
          .events = {}, .answer = known->answer, .refused = {}, .outcome = {}, .reason = {}};
    }
  }
  Draft draft{&state};
  int budget = kFollowUpsMax;
  Decider decider{draft, moment, &budget, &state};
  Decision decision;
  if (auto ok =
          std::visit(Dispatch{.decider = decider, .draft = draft, .decision = decision}, command);
      !ok) {
    return std::unexpected{ok.error()};
  }
  if (auto ok = decider.flush_shared(); !ok) return std::unexpected{ok.error()};
  if (by && !by->idempotency_key.empty()) {
    draft.decide(RequestRemembered{.principal = by->principal,
                                   .key = by->idempotency_key,
                                   .digest = by->request_digest,
                                   .answer = decision.answer,
                                   .on = moment.today});
  }
  decision.events = draft.take_events();
  return decision;
}

std::vector<Choice> choices(const State& state, std::string_view id,
                            const std::vector<std::string>& roles, const Moment& moment) {
  Draft draft{&state};
  int budget = kFollowUpsMax;
  Decider decider{draft, moment, &budget, &state};
  return decider.choices(id, roles);
}

packs::Eval<Value> inspect(const State& state, std::string_view pack, std::string_view id,
                           std::string_view expression, const Moment& moment) {
  const auto program = packs::parse(expression);
  if (!program) {
    return std::unexpected{
        packs::EvalError{.kind = packs::EvalError::Kind::type, .text = program.error().text}};
  }
  const Case* c = id.empty() ? nullptr : state.find_case(id);
  packs::PackPtr found;
  for (const auto& [digest, row] : state.circle().packs) {
    if (!row.pack) continue;
    if (c ? digest == c->pack : (digest == pack || row.pack->name == pack)) found = row.pack;
  }
  if (!found || (!id.empty() && !c)) {
    return std::unexpected{
        packs::EvalError{.kind = packs::EvalError::Kind::missing, .text = "no such case or pack"}};
  }
  const auto* service = c ? packs::find(found->services, c->service) : nullptr;
  CaseScope scope{
      state, *found, service, c, c ? &c->data : nullptr, moment.today, state.circle().own};
  return packs::evaluate(**program, scope);
}

std::string invariant(const State& state) {
  std::string broken;
  const auto fail = [&](const std::string& words) {
    if (broken.empty()) broken = words;
  };
  std::map<BookId, std::int64_t> sums;
  state.each_balance([&](const Account& account, std::int64_t balance) {
    std::int64_t& sum = sums[account.book];
    if (__builtin_add_overflow(sum, balance, &sum)) fail("book " + account.book + " overflows");
  });
  for (const auto& [book, sum] : sums) {
    if (sum != 0) fail("book " + book + " sums to " + std::to_string(sum));
  }
  state.each_case([&](const Case& c) {
    const auto row = state.circle().packs.find(c.pack);
    if (row == state.circle().packs.end() || !row->second.pack)
      return fail(c.id + " runs under an unknown pack");
    const auto* service = packs::find(row->second.pack->services, c.service);
    const auto* current = service ? packs::find(service->states, c.state) : nullptr;
    if (!current) return fail(c.id + " is in no state of its service");
    if (current->final != current->owner.empty()) fail(c.id + " has no holder");
    if (!current->final && !c.parties.contains(current->owner))
      fail(c.id + " has a holder that is no party");
    if (c.version < 1 || c.reached.empty()) fail(c.id + " has no history");
    if (!c.reached.empty() && c.reached.back().state != c.state)
      fail(c.id + " is where it never went");
    for (const std::int64_t version : c.parked) {
      if (version <= c.version) fail(c.id + " keeps a step it has passed");
    }
    for (const auto& [name, clock] : c.clocks) {
      if (clock.due && !clock.since) fail(c.id + ": clock " + name + " is due but does not run");
      if (current->final && clock.since) fail(c.id + ": clock " + name + " runs after the end");
    }
  });
  state.each_outbox([&](const PartyId& to, const Outbox& box) {
    if (box.acked > box.last || (!box.beyond.empty() && *box.beyond.rbegin() > box.last)) {
      fail("more was acknowledged by " + to + " than sent");
    }
    if (!box.beyond.empty() && *box.beyond.begin() <= box.acked)
      fail("acknowledged twice by " + to);
  });
  state.each_inbox([&](const PartyId& from, const Inbox& box) {
    for (const auto& [seq, item] : box.held) {
      if (seq >= box.next) fail("a message of " + from + " is held before it came");
    }
  });
  state.each_task([&](std::int64_t number, const Task& task) {
    if (!state.tasks_of(task.id).contains(number)) fail("a task is missing in the index");
  });
  return broken;
}

}  // namespace bashu::core
