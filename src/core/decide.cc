// Each command to who decides it.

#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/try.h"
#include "core/cases/clocks.h"
#include "core/cases/fire.h"
#include "core/cases/open.h"
#include "core/circle/circle.h"
#include "core/core.h"
#include "core/deciding.h"
#include "core/feeds/post.h"
#include "core/figures/figures.h"
#include "core/in_force.h"
#include "core/peers/disputes.h"
#include "core/peers/held.h"
#include "core/peers/take.h"
#include "core/people/assign.h"
#include "core/people/people.h"
#include "core/privacy/privacy.h"
#include "core/privacy/retention.h"
#include "core/registers/import.h"
#include "core/registers/settling.h"
#include "core/registers/sharing.h"

namespace bashu::core {

namespace {

constexpr int kFollowUpsMax = 10'000;

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
  Deciding& d;
  Decision& decision;

  Result operator()(const StartCase& c) const { return open_case(d, c, decision); }
  Result operator()(const FireEvent& c) const { return fire_event(d, c, decision); }
  Result operator()(const FireClock& c) const { return fire_clock(d, c); }
  Result operator()(const TakeMessage& c) const { return take_message(d, c, decision); }
  Result operator()(const AckMessage& c) const { return acknowledge(d, c); }
  Result operator()(const ResendMessage& c) const { return resend(d, c); }
  Result operator()(const AdoptPack& c) const { return adopt_pack(d, c); }
  Result operator()(const AdoptRecord& c) const { return adopt_record(d, c); }
  Result operator()(const SetCalendar& c) const { return set_calendar(d, c); }
  Result operator()(const PutRecords& c) const { return put_records(d, c, decision); }
  Result operator()(const PostFeed& c) const { return post_feed(d, c, decision); }
  Result operator()(const CloseTask& c) const { return close_task(d, c); }
  Result operator()(const SettleRecord& c) const { return settle_record(d, c); }
  Result operator()(const SignSettlement& c) const { return settle(d, c); }
  Result operator()(const ResolveHeld& c) const { return resolve(d, c, decision); }
  Result operator()(const TellFigures& c) const { return tell_figures(d, c, decision); }
  Result operator()(const SetPrincipal& c) const { return set_principal(d, c, decision); }
  Result operator()(const EndPrincipal& c) const { return end_principal(d, c); }
  Result operator()(const AskApproval& c) const { return ask_approval(d, c, decision); }
  Result operator()(const WithdrawApproval& c) const { return withdraw_approval(d, c); }
  Result operator()(const StartChannel& c) const { return start_channel(d, c); }
  Result operator()(const AssignCase& c) const { return assign_case(d, c); }
  Result operator()(const SetSubstitute& c) const { return set_substitute(d, c); }
  Result operator()(const OrderPrivacy& c) const { return order_privacy(d, c, decision); }
  Result operator()(const EndOrder& c) const { return end_order(d, c); }
  Result operator()(const FinishErasure& c) const { return finish_erasure(d, c); }
  Result operator()(const TakeOver& c) const {
    d.draft.decide(
        WriterChanged{.epoch = c.epoch, .holder = c.holder, .by = c.word_of, .on = d.today()});
    return {};
  }
  Result operator()(const BeginDay& c) const {
    if (c.day > d.circle().today) d.draft.decide(DayBegun{.day = c.day});
    return {};
  }
  Result operator()(const EndRetention& /*c*/) const { return end_retention(d); }
  Result operator()(const StopChannel& c) const {
    if (d.draft.outbox(c.peer).stopped != c.reason) {
      d.draft.decide(ChannelStopped{.peer = c.peer, .reason = c.reason});
    }
    return {};
  }
};

std::unexpected<packs::EvalError> cannot_inspect(packs::EvalError::Kind kind, std::string text) {
  return std::unexpected{packs::EvalError{.kind = kind, .text = std::move(text)}};
}

}  // namespace

std::expected<Decision, Reject> decide(const State& state, const Command& command,
                                       const Moment& moment) {
  const Asker* by = asker(command);
  const bool once = by && !by->idempotency_key.empty();
  const Remembered* known =
      once ? state.find_remembered(by->principal, by->idempotency_key) : nullptr;
  if (known) {
    if (known->digest != by->request_digest) return refuse(Why::key_used);
    return Decision{
        .events = {}, .answer = known->answer, .refused = {}, .outcome = {}, .reason = {}};
  }
  Draft draft{&state};
  int budget = kFollowUpsMax;
  Deciding d{.draft = draft, .moment = moment, .budget = budget, .before = state};
  Decision decision;
  BASHU_TRY_OK(std::visit(Dispatch{.d = d, .decision = decision}, command));
  BASHU_TRY_OK(flush_shared(d));
  if (once) {
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
  return choices_of({.draft = draft, .moment = moment, .budget = budget, .before = state}, id,
                    roles);
}

packs::Eval<Value> inspect(const State& state, std::string_view pack, std::string_view id,
                           std::string_view expression, const Moment& moment) {
  const auto program = packs::parse(expression);
  if (!program) {
    return cannot_inspect(packs::EvalError::Kind::type, program.error().text);
  }
  const Case* c = id.empty() ? nullptr : state.find_case(id);
  const PackRow* row = in_force(state.circle().packs, c ? std::string_view{c->pack} : pack,
                                std::vector<PartyId>{}, {});
  if (!row || (!id.empty() && !c)) {
    return cannot_inspect(packs::EvalError::Kind::missing, "no such case or pack");
  }
  const auto* service = c ? packs::find(row->pack->services, c->service) : nullptr;
  CaseScope scope{state,        *row->pack,        service, c, c ? &c->data : nullptr,
                  moment.today, state.circle().own};
  return packs::evaluate(**program, scope);
}

}  // namespace bashu::core
