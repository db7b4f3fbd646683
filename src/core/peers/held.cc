#include "core/peers/held.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/try.h"
#include "core/cases/definition.h"
#include "core/cases/step.h"
#include "core/peers/take.h"
#include "core/people/people.h"
#include "core/told/members.h"

namespace bashu::core {

namespace {

constexpr const char* kGivenUp = "given-up";

void resolved(Deciding& d, const PartyId& from, std::int64_t seq, const char* outcome,
              const char* reason) {
  d.draft.decide(MessageResolved{.from = from, .seq = seq, .outcome = outcome, .reason = reason});
}

// By an approval that the second person signs now. A node that knows no people, as simulated ones
// are, is told both.
Result may_resolve(const Deciding& d, const ResolveHeld& command, const std::string& stream) {
  if (command.approval != 0 || !d.circle().people.principals.empty()) {
    BASHU_TRY(const Asker first, first_of_two(d, command.approval, command.by, command));
    for (const Asker* person : {&first, &command.by}) {
      BASHU_TRY_OK(within(d, *person, CaseId{stream}));
    }
    return {};
  }
  if (command.by.principal.empty() || command.second.principal.empty() ||
      command.by.principal == command.second.principal) {
    return refuse(Why::two_persons);
  }
  for (const Asker* person : {&command.by, &command.second}) {
    BASHU_TRY_OK(within(d, *person, CaseId{stream}));
  }
  return {};
}

}  // namespace

TakeMessage message_of(const PartyId& from, std::int64_t seq, const Held& held) {
  return {.from = from,
          .seq = seq,
          .kind = held.kind,
          .stream = held.stream,
          .pack = held.pack,
          .body = held.body};
}

Result resolve(Deciding& d, const ResolveHeld& command, Decision& decision) {
  const auto waiting = d.draft.inbox(command.from).held;
  const auto it = waiting.find(command.seq);
  if (it == waiting.end()) return refuse(Why::no_such_held);
  const std::string stream = it->second.stream;
  BASHU_TRY_OK(may_resolve(d, command, stream));
  for (const auto& [seq, item] : waiting) {
    const bool behind = seq > command.seq && !stream.empty() && item.stream == stream;
    if (seq != command.seq && !behind) continue;
    if (seq == command.seq && command.reject) {
      resolved(d, command.from, seq, "rejected", kGivenUp);
      continue;
    }
    const TakeMessage message = message_of(command.from, seq, item);
    const auto ok = attempt(d, [&](Deciding& trial) { return dispatch(trial, message); });
    if (!ok && behind) break;
    BASHU_TRY_OK(ok);
    resolved(d, command.from, seq, "applied", "");
  }
  run_follow_ups(d);
  if (command.approval != 0) close_approval(d, command.approval, "approved", command.by);
  decision.outcome = command.reject ? "rejected" : "applied";
  decision.reason = command.reject ? kGivenUp : "";
  return {};
}

void release_held(Deciding& d, std::string_view pack) {
  std::vector<PartyId> peers;
  for (const auto& [party, joined] : d.circle().parties) {
    if (party != d.self()) peers.push_back(party);
  }
  for (const PartyId& peer : peers) {
    const auto waiting = d.draft.inbox(peer).held;
    std::set<std::string> stuck;
    for (const auto& [seq, item] : waiting) {
      if (item.reason != "pack" && item.reason != "stream-held") continue;
      if (item.pack != pack || stuck.contains(item.stream)) continue;
      const TakeMessage message = message_of(peer, seq, item);
      const auto ok = attempt(d, [&](Deciding& trial) { return dispatch(trial, message); });
      if (ok) {
        resolved(d, peer, seq, "applied", "");
        continue;
      }
      stuck.insert(item.stream);
      const CaseId about = told::case_named(message.body);
      raise_exception(d, d.draft.find_case(about) ? about : CaseId{},
                      "held message of " + peer + ": " + describe(ok.error()));
    }
  }
  run_follow_ups(d);
}

}  // namespace bashu::core
