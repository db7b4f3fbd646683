// Disputes: opened by what does not verify or by a peer's word, ended when every party has signed
// the same step.

#include <algorithm>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/decider.h"
#include "core/peer_step.h"

namespace bashu::core {

void Decider::dispute(const CaseId& id, std::string reason, std::string detail,
                      std::string content) {
  const Case& c = *draft_.find_case(id);
  std::vector<PartyId> others;
  for (const auto& [role, party] : c.parties) {
    if (party != self() && std::find(others.begin(), others.end(), party) == others.end())
      others.push_back(party);
  }
  const std::string pack = c.pack;
  draft_.decide(
      CaseDisputed{.id = id, .by = self(), .reason = reason, .detail = detail, .content = content});
  exception(id, "disputed (" + reason + "): " + detail);
  for (const PartyId& party : others) {
    Value::Record body;
    body["case"] = id;
    body["reason"] = reason;
    body["content"] = content;
    if (auto ok = queue(party, "case.dispute", id, pack, Value{std::move(body)}); !ok)
      exception(id, describe(ok.error()));
  }
}

Result Decider::take_dispute(const TakeMessage& message) {
  const std::string id = message.body.text_at("case");
  const std::string content = message.body.text_at("content");
  const Case* c = draft_.find_case(id);
  if (!c) return hold("unknown", id + " is not known here");
  const bool theirs = std::any_of(c->parties.begin(), c->parties.end(),
                                  [&](const auto& one) { return one.second == message.from; });
  if (!theirs || content.empty()) return hold("shape", "a dispute names its case and step");
  draft_.decide(CaseDisputed{.id = id,
                             .by = message.from,
                             .reason = message.body.text_at("reason"),
                             .detail = "told by " + message.from,
                             .content = content});
  exception(id, message.from + " disputes the case: " + message.body.text_at("reason"));
  return {};
}

Result Decider::settle(const SignSettlement& command) {
  const Case* c = draft_.find_case(command.id);
  if (!c) {
    return std::unexpected{reject(RejectCode::unknown_case, "case",
                                  "There is no case " + command.id, "没有办件 " + command.id)};
  }
  if (auto ok = within(command.by, command.id); !ok) return ok;
  if (!c->dispute) {
    return std::unexpected{
        reject(RejectCode::state, {}, "The case is not in dispute", "办件不存在争议")};
  }
  if (!c->dispute->contents.contains(command.content)) {
    std::string known;
    for (const std::string& one : c->dispute->contents) known += (known.empty() ? "" : ", ") + one;
    return std::unexpected{reject(RejectCode::form, "content",
                                  "Sign the digest of the step in dispute: " + known,
                                  "应签署争议步骤的摘要：" + known)};
  }
  std::vector<PartyId> others;
  for (const auto& [role, party] : c->parties) {
    if (party != self() && std::find(others.begin(), others.end(), party) == others.end())
      others.push_back(party);
  }
  const std::string pack = c->pack;
  draft_.decide(SettlementSigned{
      .id = command.id, .by = self(), .content = command.content, .note = command.note});
  for (const PartyId& party : others) {
    Value::Record body;
    body["case"] = command.id;
    body["content"] = command.content;
    body["note"] = command.note;
    if (auto ok = queue(party, "case.settle", {}, pack, Value{std::move(body)}); !ok) return ok;
  }
  end_dispute_if_agreed(command.id);
  return {};
}

Result Decider::take_settle(const TakeMessage& message) {
  const std::string id = message.body.text_at("case");
  const Case* c = draft_.find_case(id);
  const bool theirs = c && std::any_of(c->parties.begin(), c->parties.end(),
                                       [&](const auto& one) { return one.second == message.from; });
  if (!theirs) return hold("unknown", id + " is not known here");
  if (!c->dispute) return {};  // ended already
  draft_.decide(SettlementSigned{.id = id,
                                 .by = message.from,
                                 .content = message.body.text_at("content"),
                                 .note = message.body.text_at("note")});
  end_dispute_if_agreed(id);
  return {};
}

// Every party has signed the same step: what is held of it is applied as recorded, and the case
// goes on.
void Decider::end_dispute_if_agreed(const CaseId& id) {
  const Case& c = *draft_.find_case(id);
  std::string content;
  for (const auto& [role, party] : c.parties) {
    const auto it = c.dispute->signed_by.find(party);
    if (it == c.dispute->signed_by.end()) return;
    if (!content.empty() && it->second != content) return;
    content = it->second;
  }
  const Parties parties = c.parties;
  draft_.decide(DisputeEnded{.id = id});
  std::set<PartyId> peers;
  for (const auto& [role, party] : parties) {
    if (party != self()) peers.insert(party);
  }
  for (const PartyId& peer : peers) {
    const auto waiting = draft_.inbox(peer).held;
    for (const auto& [seq, item] : waiting) {
      if (item.stream != id) continue;
      const TakeMessage message{.from = peer,
                                .seq = seq,
                                .kind = item.kind,
                                .stream = item.stream,
                                .pack = item.pack,
                                .body = item.body};
      Draft inner{&draft_};
      Decider decider{inner, moment_, budget_, state_};
      const bool force = item.kind == "case.event" && step_digest(item.body) == content;
      const auto ok = decider.dispatch(message, force);
      if (!ok && is_fact(item.kind)) {
        dispute(id, ok.error().where, describe(ok.error()),
                item.kind == "case.event" ? step_digest(item.body) : content);
        return;
      }
      if (ok) accept(inner, decider);
      draft_.decide(
          MessageResolved{.from = peer,
                          .seq = seq,
                          .outcome = ok ? "applied" : "rejected",
                          .reason = ok ? "" : "rule." + std::string{reject_name(ok.error().code)}});
    }
  }
  unpark(id, true);
  run_pending();
}

}  // namespace bashu::core
