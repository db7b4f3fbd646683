// What peers tell. Two classes (docs/formats/messages.md):
//
//   facts      have happened; answered `applied` or `held`, never rejected, never expire
//   requests   may be rejected, with a signed reason
//
// Steps of cases: peer_step.cc; disputes: disputes.cc.

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "core/decider.h"
#include "core/peer_step.h"
#include "core/rows.h"

namespace bashu::core {

bool is_fact(std::string_view kind) {
  return kind == "case.event" || kind == "case.dispute" || kind == "case.settle" ||
         kind == "register.shared" || kind == "pack.adopt" || kind == "figure.value";
}

Result Decider::take_ask(const TakeMessage& message) {
  const Value& body = message.body;
  const std::string id = body.text_at("case");
  const Case* c = draft_.find_case(id);
  const Value* input = body.find("input");
  if (!c || !input || !input->as_record()) {
    return std::unexpected{reject(RejectCode::unknown_case, "case", id + " is not known here")};
  }
  if (message.kind == "case.signal") {
    const bool theirs = std::any_of(c->parties.begin(), c->parties.end(),
                                    [&](const auto& one) { return one.second == message.from; });
    if (!theirs)
      return std::unexpected{reject(RejectCode::role, "from", message.from + " is no party of it")};
    return signal(id, body.text_at("event"), *input);
  }
  const std::string party = body.text_at("party");
  const auto asked_as = c->parties.find(party);
  if (asked_as == c->parties.end() || asked_as->second != message.from) {
    return std::unexpected{reject(RejectCode::role, "party", message.from + " is not " + party)};
  }
  const auto of = definition(*c);
  if (!of) return std::unexpected{of.error()};
  if (c->dispute) return std::unexpected{reject(RejectCode::disputed)};
  if (owner(*c, *of) != self()) return std::unexpected{reject(RejectCode::not_owner)};
  const auto* state = packs::find(of->service->states, c->state);
  const auto* event = packs::find(state->events, body.text_at("event"));
  if (!event)
    return std::unexpected{reject(RejectCode::state, "event", "not taken in " + c->state)};
  const packs::By who{.party = party, .role = body.text_at("role")};
  if (std::find(event->by.begin(), event->by.end(), who) == event->by.end()) {
    return std::unexpected{reject(RejectCode::role, "role")};
  }
  auto filled = fill_form(*of->service, event->form, *input);
  if (!filled) return std::unexpected{filled.error()};
  return step_and_enter(id, {.event = body.text_at("event"),
                             .role = who.party + "." + who.role,
                             .principal = {},
                             .branches = &event->branches,
                             .input = std::move(*filled)});
}

// {"items":[{"register","key","keeper","side","fields","sided","sides","on"} or
//           {"register","edition","number","on","entries"}]}: records the sender keeps or speaks
//           for.
Result Decider::take_register(const TakeMessage& message) {
  const Value* items = message.body.find("items");
  if (!items || !items->as_list()) return hold("shape", "items are missing");
  const auto& row = draft_.circle().packs.find("sha256:" + message.pack);
  const packs::PackPtr pack = row->second.pack;
  for (const Value& item : *items->as_list()) {
    const std::string name = item.text_at("register");
    const auto* reg = packs::find(pack->registers, name);
    const auto on = date_member(item, "on");
    if (!reg || reg->kept != packs::Kept::shared || !on) return hold("shape", "register " + name);
    const std::string reg_id = pack->name + "/" + name;
    if (item.find("edition")) {
      const Value* entries = item.find("entries");
      if (!reg->editions || !entries || !entries->as_list())
        return hold("shape", "edition of " + name);
      EditionPublished event{.reg = reg_id,
                             .keeper = message.from,
                             .name = item.text_at("edition"),
                             .number = item.int_at("number"),
                             .on = *on,
                             .entries = {},
                             .id = {}};
      for (const Value& entry : *entries->as_list()) {
        if (packs::check(*reg->record, entry, name)) return hold("form", "an entry of " + name);
        std::string key = reg->key_of(entry);
        const Record* known = draft_.find_record(reg_id, key);
        if (known && known->keeper != message.from) {
          draft_.decide(RecordContested{.reg = reg_id, .key = key, .keeper = message.from});
          exception({},
                    name + "/" + key + " is kept by " + known->keeper + " and by " + message.from);
          continue;
        }
        event.entries.emplace_back(std::move(key), entry);
      }
      const Edition* old = draft_.find_edition(reg_id, message.from, event.name);
      if (old && event.number <= old->number) continue;
      draft_.decide(std::move(event));
      continue;
    }
    const Value* fields = item.find("fields");
    const std::string key = item.text_at("key");
    const std::string keeper = item.text_at("keeper");
    if (reg->editions || !fields || !fields->as_record() || key.empty() ||
        item.text_at("side") != message.from) {
      return hold("shape", "record of " + name);
    }
    RecordPut event{.reg = reg_id,
                    .key = key,
                    .keeper = keeper,
                    .side = message.from,
                    .fields = *fields,
                    .sided = {},
                    .on = *on,
                    .id = {},
                    .sides = {}};
    bool plain = false;
    for (const auto& [field, value] : *fields->as_record()) {
      const packs::Type* type = reg->record->member(field);
      if (!type) return hold("form", field);
      if (!(value.is_null() && (type->optional || type->sided)) &&
          packs::check(*type, value, field))
        return hold("form", field);
      if (type->sided) {
        event.sided.push_back(field);
      } else {
        plain = true;
      }
    }
    if (const Value* sides = item.find("sides"); sides && sides->as_list()) {
      for (const Value& side : *sides->as_list()) {
        if (side.as_text()) event.sides.push_back(*side.as_text());
      }
    }
    const Record* known = draft_.find_record(reg_id, key);
    if (plain && known && known->keeper != message.from) {
      draft_.decide(RecordContested{.reg = reg_id, .key = key, .keeper = message.from});
      exception({}, name + "/" + key + " is kept by " + known->keeper + " and by " + message.from);
      continue;
    }
    if (known) event.keeper = known->keeper;
    draft_.decide(std::move(event));
  }
  return {};
}

Result Decider::take_adopt(const TakeMessage& message) {
  const std::string digest = message.body.text_at("digest");
  const std::string name = message.body.text_at("name");
  const auto from = date_member(message.body, "from");
  if (!digest.starts_with("sha256:") || digest.size() != 71 || name.empty() || !from)
    return hold("shape", "an adoption names digest, name and day");
  bool new_to_name = true;
  for (const auto& [known, row] : draft_.circle().packs) {
    if (row.pack && row.pack->name == name && row.adopted.contains(message.from))
      new_to_name = false;
  }
  draft_.decide(PackAdopted{.party = message.from, .digest = digest, .from = *from, .source = {}});
  if (new_to_name) share_registers_with(message.from, name);
  return {};
}

std::optional<CaseId> Decider::case_of(const TakeMessage& message) const {
  const std::string id = message.body.text_at("case");
  return draft_.find_case(id) ? std::optional{id} : std::nullopt;
}

Result Decider::dispatch(const TakeMessage& message, bool force) {
  if (message.kind == "case.event") return take_case_event(message, force);
  if (message.kind == "case.ask" || message.kind == "case.signal") return take_ask(message);
  if (message.kind == "case.dispute") return take_dispute(message);
  if (message.kind == "case.settle") return take_settle(message);
  if (message.kind == "register.shared") return take_register(message);
  if (message.kind == "pack.adopt") return take_adopt(message);
  if (message.kind == "figure.value") return take_figures(message);
  if (message.kind.starts_with("bashu."))
    return {};  // the exchange's own: done before it came here
  return std::unexpected{reject(RejectCode::malformed, "kind", message.kind + " is not known")};
}

void Decider::take(const TakeMessage& message, Decision* decision) {
  const bool fact = is_fact(message.kind);
  const std::int64_t now = moment_.now.unix_ms / 1000;
  const auto answer = [&](std::string outcome, std::string reason) {
    draft_.decide(MessageTaken{.from = message.from,
                               .seq = message.seq,
                               .id = message.message_id,
                               .kind = message.kind,
                               .stream = message.stream,
                               .outcome = outcome,
                               .reason = reason});
    if (outcome == "held") {
      draft_.decide(MessageHeld{.from = message.from,
                                .seq = message.seq,
                                .kind = message.kind,
                                .stream = message.stream,
                                .pack = message.pack,
                                .reason = reason,
                                .body = message.body});
    }
    decision->outcome = std::move(outcome);
    decision->reason = std::move(reason);
  };
  const bool lives =
      message.issued < message.expiry && message.expiry <= message.issued + message.life_max;
  if (message.life_max > 0 && !lives) return answer("rejected", "life");
  if (message.life_max > 0 && !fact && message.expiry <= now) return answer("rejected", "expired");
  if (message.pack.empty() && !message.kind.starts_with("bashu.") && message.kind != "pack.adopt") {
    return answer("rejected", "pack");
  }
  if (!message.pack.empty() && message.kind != "pack.adopt") {
    const auto row = draft_.circle().packs.find("sha256:" + message.pack);
    const bool adopted = row != draft_.circle().packs.end() && row->second.pack &&
                         row->second.adopted.contains(self());
    if (!adopted) return fact ? answer("held", "pack") : answer("rejected", "pack");
  }
  if (!message.stream.empty()) {
    for (const auto& [seq, item] : draft_.inbox(message.from).held) {
      // A dispute or its settlement is about the stream; it must not wait in it.
      if (item.stream == message.stream && message.kind != "case.dispute")
        return answer("held", "stream-held");
    }
  }
  Draft inner{&draft_};
  Decider decider{inner, moment_, budget_, state_};
  const auto ok = decider.dispatch(message, false);
  if (ok) {
    accept(inner, decider);
    run_pending();
    return answer("applied", {});
  }
  if (!fact) {
    const std::string token =
        ok.error().where == "kind" ? "kind" : "rule." + std::string{reject_name(ok.error().code)};
    return answer("rejected", token);
  }
  const std::string reason = "unverified." + ok.error().where;
  answer("held", reason);
  if (message.kind == "case.event" && draft_.find_case(message.stream)) {
    dispute(message.stream, ok.error().where, describe(ok.error()), step_digest(message.body));
  } else {
    exception({},
              message.kind + " from " + message.from + " does not verify: " + describe(ok.error()));
  }
}

Result Decider::resolve(const ResolveHeld& command, Decision* decision) {
  const auto waiting = draft_.inbox(command.from).held;
  const auto it = waiting.find(command.seq);
  if (it == waiting.end()) {
    return std::unexpected{reject(RejectCode::not_found, "seq", "No held message of that number",
                                  "没有该序号的暂存消息")};
  }
  if (command.by.principal.empty() || command.second.principal.empty() ||
      command.by.principal == command.second.principal) {
    return std::unexpected{reject(RejectCode::role, "second",
                                  "Two different persons must resolve a held message",
                                  "须由两名不同人员共同处理暂存消息")};
  }
  const std::string stream = it->second.stream;
  for (const Asker* person : {&command.by, &command.second}) {
    if (auto ok = within(*person, stream); !ok) return ok;
  }
  for (const auto& [seq, item] : waiting) {
    if (seq < command.seq || (seq != command.seq && (stream.empty() || item.stream != stream)))
      continue;
    if (seq == command.seq && command.reject) {
      draft_.decide(MessageResolved{
          .from = command.from, .seq = seq, .outcome = "rejected", .reason = "given-up"});
      continue;
    }
    const TakeMessage message{.from = command.from,
                              .seq = seq,
                              .kind = item.kind,
                              .stream = item.stream,
                              .pack = item.pack,
                              .body = item.body};
    Draft inner{&draft_};
    Decider decider{inner, moment_, budget_, state_};
    const auto ok = decider.dispatch(message, false);
    if (!ok) {
      if (seq == command.seq) return std::unexpected{ok.error()};
      break;
    }
    accept(inner, decider);
    draft_.decide(
        MessageResolved{.from = command.from, .seq = seq, .outcome = "applied", .reason = {}});
  }
  run_pending();
  decision->outcome = command.reject ? "rejected" : "applied";
  decision->reason = command.reject ? "given-up" : "";
  return {};
}

void Decider::release_held(std::string_view pack) {
  std::vector<PartyId> peers;
  for (const auto& [party, joined] : draft_.circle().parties) {
    if (party != self()) peers.push_back(party);
  }
  for (const PartyId& peer : peers) {
    const auto waiting = draft_.inbox(peer).held;
    std::set<std::string> stuck;
    for (const auto& [seq, item] : waiting) {
      if (item.reason != "pack" && item.reason != "stream-held") continue;
      if (item.pack != pack || stuck.contains(item.stream)) continue;
      const TakeMessage message{.from = peer,
                                .seq = seq,
                                .kind = item.kind,
                                .stream = item.stream,
                                .pack = item.pack,
                                .body = item.body};
      Draft inner{&draft_};
      Decider decider{inner, moment_, budget_, state_};
      if (const auto ok = decider.dispatch(message, false); ok) {
        accept(inner, decider);
        draft_.decide(
            MessageResolved{.from = peer, .seq = seq, .outcome = "applied", .reason = {}});
      } else {
        stuck.insert(item.stream);
        exception(case_of(message).value_or(""),
                  "held message of " + peer + ": " + describe(ok.error()));
      }
    }
  }
  run_pending();
}

void Decider::acknowledge(const AckMessage& ack) {
  const auto& asked = draft_.outbox(ack.to).asked;
  const auto it = asked.find(ack.seq);
  std::optional<Asked> request;
  if (it != asked.end()) request = it->second;
  draft_.decide(
      MessageAcked{.to = ack.to, .seq = ack.seq, .outcome = ack.outcome, .reason = ack.reason});
  if (!request) return;
  if (request->kind == "case.ask") {
    draft_.decide(AskAnswered{.id = request->id,
                              .seq = ack.seq,
                              .principal = request->principal,
                              .outcome = ack.outcome,
                              .reason = ack.reason});
  } else if (ack.outcome == "rejected") {
    exception(request->id, "signal to " + ack.to + " was rejected: " + ack.reason);
  }
}

}  // namespace bashu::core
