#include "core/peers/take.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/cases/step.h"
#include "core/circle/circle.h"
#include "core/figures/figures.h"
#include "core/in_force.h"
#include "core/peers/ask.h"
#include "core/peers/asked_claims.h"
#include "core/peers/disputes.h"
#include "core/peers/parked.h"
#include "core/peers/recall.h"
#include "core/peers/step_check.h"
#include "core/privacy/privacy.h"
#include "core/registers/settling.h"
#include "core/registers/sharing.h"
#include "core/told/adoption.h"
#include "core/told/ask.h"
#include "core/told/dispute.h"
#include "core/told/erase.h"
#include "core/told/figures.h"
#include "core/told/settle.h"
#include "core/told/settle_record.h"
#include "core/told/shared.h"
#include "core/told/shown_claims.h"
#include "core/told/signal.h"
#include "core/told/step.h"

namespace bashu::core {

namespace {

struct Kind {
  std::string_view name;
  bool fact;
  Result (*take)(Deciding&, const TakeMessage&);
};
constexpr std::array kKinds{
    Kind{told::Step::kKind, true, take_step},
    Kind{told::Dispute::kKind, true, take_dispute},
    Kind{told::Settle::kKind, true, take_settlement},
    Kind{told::ShownClaims::kKind, true, take_shown_claims},
    Kind{told::kShared, true, take_shared},
    Kind{told::SettleRecord::kKind, true, take_record_settlement},
    Kind{told::Adoption::kKind, true, take_adoption},
    Kind{told::Figures::kKind, true, take_figures},
    Kind{told::Erase::kKind, true, take_erase},
    Kind{told::Erased::kKind, true, take_erased},
    Kind{told::Ask::kKind, false, take_ask},
    Kind{told::Signal::kKind, false, take_signal},
};

const Kind* kind_of(std::string_view name) {
  const auto* found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : found;
}

// The exchange's own, but for erasure: done before it came here.
bool is_of_exchange(std::string_view kind) { return kind.starts_with("bashu."); }

struct Answer {
  std::string_view outcome;
  std::string reason;
};

// What is answered before anybody looks at what it says (evidence.md 8.2, check 17).
std::optional<Answer> answered_unread(const Deciding& d, const TakeMessage& message) {
  const bool fact = is_fact(message.kind);
  const bool adopts = message.kind == told::Adoption::kKind;
  if (message.life_max > 0) {
    const bool lives =
        message.issued < message.expiry && message.expiry <= message.issued + message.life_max;
    if (!lives) return Answer{"rejected", "life"};
    if (!fact && message.expiry <= d.moment.now.unix_ms / 1000)
      return Answer{"rejected", "expired"};
  }
  if (message.pack.empty() && !is_of_exchange(message.kind) && !adopts) {
    return Answer{"rejected", "pack"};
  }
  if (!message.pack.empty() && !adopts &&
      !in_force(d.circle().packs, "sha256:" + message.pack, std::array{d.self()}, {})) {
    return Answer{fact ? "held" : "rejected", "pack"};
  }
  // A dispute or its settlement is about the stream; it must not wait in it, and nothing for it.
  if (message.stream.empty() || message.kind == told::Dispute::kKind) return std::nullopt;
  const bool waits = std::ranges::any_of(d.draft.inbox(message.from).held, [&](const auto& item) {
    return item.second.stream == message.stream && item.second.kind != told::Dispute::kKind;
  });
  return waits ? std::optional{Answer{"held", "stream-held"}} : std::nullopt;
}

void answer(Deciding& d, const TakeMessage& message, Answer given, Decision& decision) {
  decision.outcome = given.outcome;
  decision.reason = std::move(given.reason);
  d.draft.decide(MessageTaken{.from = message.from,
                              .seq = message.seq,
                              .id = message.message_id,
                              .kind = message.kind,
                              .stream = message.stream,
                              .outcome = decision.outcome,
                              .reason = decision.reason});
  if (decision.outcome != "held") return;
  d.draft.decide(MessageHeld{.from = message.from,
                             .seq = message.seq,
                             .kind = message.kind,
                             .stream = message.stream,
                             .pack = message.pack,
                             .reason = decision.reason,
                             .body = message.body});
}

}  // namespace

bool is_fact(std::string_view kind) {
  const Kind* known = kind_of(kind);
  return known && known->fact;
}

Result dispatch(Deciding& d, const TakeMessage& message) {
  if (const Kind* kind = kind_of(message.kind)) return kind->take(d, message);
  if (is_of_exchange(message.kind)) return {};
  return refuse(Why::unknown_kind, message.kind);
}

Result take_message(Deciding& d, const TakeMessage& message, Decision& decision) {
  if (message.from == d.self()) return recall(d, message, decision);
  const std::int64_t next = d.draft.inbox(message.from).next;
  if (message.seq != next) return refuse(Why::not_the_next, next);
  if (auto unread = answered_unread(d, message)) {
    answer(d, message, std::move(*unread), decision);
    return {};
  }
  const auto ok = attempt(d, [&](Deciding& trial) { return dispatch(trial, message); });
  if (ok) {
    if (message.kind == told::Step::kKind) take_waiting(d, CaseId{message.stream});
    run_follow_ups(d);
    answer(d, message, {"applied", {}}, decision);
    return {};
  }
  const Reject& why = ok.error();
  if (!is_fact(message.kind)) {
    const bool unknown = !kind_of(message.kind);
    answer(d, message,
           {"rejected", unknown ? "kind" : "rule." + std::string{reject_name(why.code)}}, decision);
    return {};
  }
  const CaseId about{message.stream};
  const bool step =
      message.kind == told::Step::kKind && d.draft.find_case(about) && !only_waits(why);
  const std::string content = step ? told::step_digest(message.body) : std::string{};
  // Asked before it is one of the steps that wait here. A member stops nothing that is with us by a
  // step of its own.
  const bool with_us = step && is_with_us(d, about);
  const bool objects =
      step &&
      (with_us ? may_object(d, about, {.party = message.from, .content = content}).has_value()
               : is_party(*d.draft.find_case(about), message.from));
  answer(d, message, {"held", "unverified." + why.where}, decision);
  if (objects) {
    dispute(d, about,
            {.reason = why.where,
             .detail = describe(why),
             .content = content,
             .step = {.from = message.from, .seq = message.seq},
             .goes_on = with_us});
  } else {
    raise_exception(d, {},
                    message.kind + " from " + message.from + " does not verify: " + describe(why));
  }
  return {};
}

namespace {

// Whether a message of ours has its receipt.
std::expected<bool, Reject> is_acknowledged(const Outbox& box, std::int64_t seq) {
  if (seq < 1 || seq > box.last) return refuse(Why::never_sent);
  return seq <= box.acked || box.beyond.contains(seq);
}

}  // namespace

Result resend(Deciding& d, const ResendMessage& again) {
  const auto acknowledged = is_acknowledged(d.draft.outbox(again.to), again.seq);
  if (!acknowledged) return std::unexpected{acknowledged.error()};
  if (!*acknowledged) d.draft.decide(MessageResent{.to = again.to, .seq = again.seq});
  return {};
}

Result acknowledge(Deciding& d, const AckMessage& ack) {
  const Outbox& box = d.draft.outbox(ack.to);
  const auto before = is_acknowledged(box, ack.seq);
  if (!before) return std::unexpected{before.error()};
  if (*before) return {};
  const auto asked = box.asked.find(ack.seq);
  std::optional<Asked> request;
  if (asked != box.asked.end()) request = asked->second;
  d.draft.decide(
      MessageAcked{.to = ack.to, .seq = ack.seq, .outcome = ack.outcome, .reason = ack.reason});
  if (!request) return {};
  if (request->kind == told::Ask::kKind) {
    d.draft.decide(AskAnswered{.id = request->id,
                               .seq = ack.seq,
                               .principal = request->principal,
                               .outcome = ack.outcome,
                               .reason = ack.reason});
  } else if (ack.outcome == "rejected") {
    raise_exception(d, request->id, "signal to " + ack.to + " was rejected: " + ack.reason);
  }
  return {};
}

}  // namespace bashu::core
