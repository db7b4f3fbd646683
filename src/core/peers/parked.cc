#include "core/peers/parked.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/json.h"
#include "core/cases/definition.h"
#include "core/peers/disputes.h"
#include "core/peers/held.h"
#include "core/peers/objection.h"
#include "core/peers/take.h"
#include "core/told/dispute.h"
#include "core/told/members.h"
#include "core/told/step.h"

namespace bashu::core {

namespace {

constexpr std::int64_t kGapMax = 64;  // steps between
constexpr const char* kTaken = "parked";
constexpr const char* kFull = "quota";

std::int64_t size_of(const Value& body) {
  return static_cast<std::int64_t>(canonical_json(body).size());
}

void count(Deciding& d, const PartyId& party, std::int64_t bytes) {
  // What was parked before they were counted makes no debt.
  const std::int64_t sum = std::max<std::int64_t>(d.draft.serial(kParkedOf, party) + bytes, 0);
  d.draft.decide(SerialTaken{.name = std::string{kParkedOf}, .key = party, .value = sum});
}

bool has_place(const Deciding& d, const Case& c, const TakeMessage& message) {
  std::int64_t steps = 1, bytes = size_of(message.body);
  for (const std::int64_t version : c.parked) {
    const Parked& other = *d.draft.find_parked(c.id, version);
    if (other.from != message.from) continue;
    ++steps;
    bytes += size_of(other.body);
  }
  return steps <= kParkedSteps && bytes <= kParkedBytes;
}

}  // namespace

Result park(Deciding& d, const TakeMessage& message, std::int64_t version) {
  const CaseId id{message.stream};
  const Case& c = *d.draft.find_case(id);
  if (const Parked* first = d.draft.find_parked(id, version)) {
    if (first->from == message.from && first->body == message.body) return {};  // told twice
    return told::hold(
        kTaken, "another step of " + first->from + " waits as version " + std::to_string(version));
  }
  if (version > c.version + kGapMax || !has_place(d, c, message)) {
    return told::hold(
        kFull, "too much of it waits for the step after version " + std::to_string(c.version));
  }
  d.draft.decide(StepParked{.from = message.from,
                            .id = id,
                            .version = version,
                            .pack = message.pack,
                            .body = message.body});
  count(d, message.from, size_of(message.body));
  return {};
}

void take_out(Deciding& d, const CaseId& id, std::int64_t version) {
  const Parked& parked = *d.draft.find_parked(id, version);
  const PartyId from = parked.from;
  const std::int64_t bytes = size_of(parked.body);
  d.draft.decide(StepUnparked{.id = id, .version = version});
  count(d, from, -bytes);
}

void pass_parked(Deciding& d, const CaseId& id) {
  const Case& c = *d.draft.find_case(id);
  const std::int64_t version = c.version;
  if (c.parked.empty() || !d.draft.find_parked(id, version)) return;
  const Parked parked = *d.draft.find_parked(id, version);
  const bool taken = told::step_digest(parked.body) == c.digest;
  take_out(d, id, version);
  if (taken) return;
  raise_exception(d, id,
                  "version " + std::to_string(version) + " of " + parked.from +
                      " waited, and another step was taken");
}

bool only_waits(const Reject& why) {
  return why.where == kTaken || why.where == kFull || why.where == kEarly;
}

namespace {

bool is_tried_again(const std::string& reason) {
  const std::string unverified = "unverified.";
  return reason == unverified + kTaken || reason == unverified + kFull || reason == "stream-held";
}

// What a step that has its turn now and does not verify is: as if it came now.
void object_to(Deciding& d, const TakeMessage& message, const Reject& why) {
  const CaseId id{message.stream};
  const std::string content = told::step_digest(message.body);
  const Case& c = *d.draft.find_case(id);
  if (message.kind != told::Step::kKind || message.body.int_at("version") != c.version + 1) return;
  if (c.dispute && c.dispute->contents.contains(content)) return;
  if (!may_object(d, id, {.party = message.from, .content = content})) return;
  dispute(d, id,
          {.reason = why.where,
           .detail = describe(why),
           .content = content,
           .step = {.from = message.from, .seq = message.seq},
           .goes_on = is_with_us(d, id)});
}

// The first that is held of a peer in the case; false: it goes on waiting.
bool try_again(Deciding& d, const CaseId& id, const PartyId& peer) {
  const auto& held = d.draft.inbox(peer).held;
  const auto first = std::ranges::find_if(held, [&](const auto& one) {
    return one.second.stream == id && one.second.kind != told::Dispute::kKind;
  });
  if (first == held.end() || !is_tried_again(first->second.reason)) return false;
  const TakeMessage message = message_of(peer, first->first, first->second);
  const auto ok = attempt(d, [&](Deciding& trial) { return dispatch(trial, message); });
  if (!ok && is_fact(message.kind)) {
    if (!only_waits(ok.error())) object_to(d, message, ok.error());
    return false;
  }
  d.draft.decide(
      MessageResolved{.from = peer,
                      .seq = message.seq,
                      .outcome = ok ? "applied" : "rejected",
                      .reason = ok ? "" : "rule." + std::string{reject_name(ok.error().code)}});
  return true;
}

}  // namespace

void take_waiting(Deciding& d, const CaseId& id) {
  for (bool moved = true; moved;) {
    moved = false;
    const Case* c = d.draft.find_case(id);
    if (!c || c->parties.size() < 3 || is_stopped(*c)) return;
    for (const PartyId& peer : parties_of(*c)) {
      if (peer != d.self() && try_again(d, id, peer)) moved = true;
    }
  }
}

}  // namespace bashu::core
