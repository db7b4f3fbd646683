// What takes two people: asked for by the first, shown, signed by the second or withdrawn.

#include "api/approvals.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/act_words.h"
#include "api/handlers.h"
#include "core/people/people.h"
#include "people/admission.h"

namespace bashu::api {

namespace {

// Signs approval `number` by doing what it is about.
Prepared carry_out(Context& context, const Call& call, std::int64_t number, core::Act act) {
  Write write;
  write.request = Value::Record{{"approval", number}};
  if (auto* held = std::get_if<core::ResolveHeld>(&act)) {
    auto envelope = context.node.envelope_taken(held->from, held->seq);
    if (!envelope) return std::unexpected{not_found()};
    write.evidence = std::move(*envelope);
    held->by = signer(call);
    held->approval = number;
    write.command = std::move(*held);
    return write;
  }
  if (const auto* editions = std::get_if<core::AdoptEditions>(&act)) {
    return adopt_circle_file(context, signer(call), number, editions->file);
  }
  const auto as_kept = [&](auto* one) {
    if (!one) return false;
    write.request.as_record()->insert_or_assign("act", act_shown(act));
    one->by = signer(call);
    one->approval = number;
    write.office = true;
    write.command = std::move(*one);
    return true;
  };
  if (as_kept(std::get_if<core::StartChannel>(&act)) ||
      as_kept(std::get_if<core::OrderPrivacy>(&act)) ||
      as_kept(std::get_if<core::EndOrder>(&act)) || as_kept(std::get_if<core::AdoptPack>(&act)) ||
      as_kept(std::get_if<core::SetCalendar>(&act))) {
    return write;
  }
  auto& principal = std::get<core::SetPrincipal>(act);
  principal.by = signer(call);
  principal.approval = number;
  write.request.as_record()->insert_or_assign("act", people::told(principal.who));
  write.command = std::move(principal);
  return write;
}

}  // namespace

core::Asker signer(const Call& call) {
  return asker(call, {call.key->may.begin(), call.key->may.end()});
}

std::optional<std::int64_t> positive(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

Prepared ask_or_sign(Context& context, const Call& call, core::Act act, Value body) {
  const Value as_kept = core::act_value(act);
  const auto people = context.entrance.roster().people();
  const std::int64_t now_s = context.node.clock().now().unix_ms / 1'000;
  for (const auto& [number, asked] : people->approvals) {
    if (asked.act != as_kept || asked.by == call.key->principal()) continue;
    if (asked.until_s <= now_s) continue;
    return carry_out(context, call, number, std::move(act));
  }
  Write write;
  write.request = std::move(body);
  write.status = 202;
  write.command = core::AskApproval{.by = signer(call), .act = std::move(act)};
  return write;
}

Result list_approvals(Context& context, const Call& call) {
  if (auto problem = needs_admin_or_audit(call)) return std::unexpected{std::move(*problem)};
  const auto people = context.entrance.roster().people();
  const Date today = context.node.clock().today();
  const std::int64_t now_s = context.node.clock().now().unix_ms / 1'000;
  Value::List list;
  for (const auto& [number, asked] : people->approvals) {
    const auto act = core::read_act(asked.act);
    if (!act) continue;
    list.push_back(
        Value::Record{{"approval", number},
                      {"what", act_line(*act, call.language)},
                      {"act", act_shown(*act)},
                      {"asked_by", asked.by},
                      {"at_ms", asked.at_s * 1'000},
                      {"until_ms", asked.until_s * 1'000},
                      {"expired", asked.until_s <= now_s},
                      {"counts", core::in_force(*people, asked.by, "admin", today) != nullptr},
                      {"yours", asked.by == call.key->principal()}});
  }
  return json_response(Value::Record{{"approvals", std::move(list)}});
}

Prepared sign_approval(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  if (const auto body = json_body(call, {}); !body) return std::unexpected{body.error()};
  const auto number = positive(call.part("number"));
  const auto people = context.entrance.roster().people();
  const auto it = people->approvals.find(number.value_or(0));
  auto act = it == people->approvals.end() ? std::nullopt : core::read_act(it->second.act);
  if (!act) return std::unexpected{not_found()};
  return carry_out(context, call, *number, std::move(*act));
}

Prepared withdraw_approval(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  if (const auto body = json_body(call, {}); !body) return std::unexpected{body.error()};
  const auto number = positive(call.part("number"));
  if (!number || !context.entrance.roster().people()->approvals.contains(*number)) {
    return std::unexpected{not_found()};
  }
  Write write;
  write.request = Value::Record{{"approval", *number}};
  write.command = core::WithdrawApproval{.by = signer(call), .number = *number};
  return write;
}

Prepared resolve_held(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  auto body = json_body(call, {"reject", "note"});
  if (!body) return std::unexpected{body.error()};
  const auto note = text_member(*body, "note");
  if (!note) return std::unexpected{note.error()};
  const Value* flag = body->find("reject");
  if (flag && !flag->as_bool()) {
    return std::unexpected{malformed("reject", "True or false is expected.", "应为真或假。")};
  }
  const auto seq = positive(call.part("seq"));
  if (!seq) return std::unexpected{not_found()};
  core::ResolveHeld act;
  act.from = core::PartyId{call.part("party")};
  act.seq = *seq;
  act.reject = flag && *flag->as_bool();
  act.note = *note;
  if (!context.node.envelope_taken(act.from, *seq)) return std::unexpected{not_found()};
  return ask_or_sign(context, call, std::move(act), std::move(*body));
}

Prepared start_channel(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  auto body = json_body(call, {"note"});
  if (!body) return std::unexpected{body.error()};
  const auto note = text_member(*body, "note");
  if (!note) return std::unexpected{note.error()};
  core::StartChannel act;
  act.peer = core::PartyId{call.part("party")};
  act.note = *note;
  bool known = false;
  context.node.query([&](const core::State& state) {
    state.each_outbox([&](const core::PartyId& to, const core::Outbox& outbox) {
      if (to != act.peer) return;
      known = true;
      act.stopped = outbox.stopped;
    });
  });
  if (!known) return std::unexpected{not_found()};
  return ask_or_sign(context, call, std::move(act), std::move(*body));
}

}  // namespace bashu::api
