// What every part of a decision needs.

#include "core/decider.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/authority.h"

namespace bashu::core {

Reject form_reject(std::string where, std::string en, std::string zh) {
  return reject(RejectCode::form, std::move(where), std::move(en), std::move(zh));
}

std::string describe(const Reject& why) {
  std::string words = reject_name(why.code);
  if (!why.where.empty()) words += " " + why.where;
  for (const Title& reason : why.why) words += ": " + in_language(reason, "en");
  return words;
}

std::expected<Definition, Reject> Decider::definition(std::string_view pack,
                                                      std::string_view service) const {
  const auto& packs = draft_.circle().packs;
  packs::PackPtr found;
  if (const auto row = packs.find(pack); row != packs.end()) {
    found = row->second.pack;
  } else {
    // By name: the newest version that is in force here.
    for (const auto& [digest, candidate] : packs) {
      if (!candidate.pack || candidate.pack->name != pack) continue;
      const auto own = candidate.adopted.find(self());
      if (own == candidate.adopted.end() || own->second > moment_.today) continue;
      if (!found || candidate.pack->version > found->version) found = candidate.pack;
    }
  }
  if (!found) {
    return std::unexpected{reject(RejectCode::unknown_pack, "pack",
                                  "No pack " + std::string{pack} + " is in force here",
                                  "本节点没有生效的业务包 " + std::string{pack})};
  }
  const auto* definition = packs::find(found->services, service);
  if (!definition) {
    return std::unexpected{reject(RejectCode::unknown_service, "service",
                                  "The pack has no service " + std::string{service},
                                  "业务包中没有事项 " + std::string{service})};
  }
  return Definition{.pack = found, .service = definition};
}

std::expected<Definition, Reject> Decider::definition(const Case& c) const {
  return definition(c.pack, c.service);
}

PartyId Decider::owner(const Case& c, const Definition& of) const {
  const auto* state = packs::find(of.service->states, c.state);
  if (!state || state->final) return {};
  const auto it = c.parties.find(state->owner);
  return it == c.parties.end() ? PartyId{} : it->second;
}

Result Decider::within(const Asker& by, const std::vector<packs::Member>& fields, const Value& data,
                       const std::string& path) {
  const auto place = outside(by.divisions, fields, data);
  if (!place) return {};
  return std::unexpected{reject(RejectCode::jurisdiction, path + place->path,
                                place->code + " is outside your divisions",
                                place->code + " 不在您的管辖范围内")};
}

Result Decider::within(const Asker& by, const CaseId& id) const {
  const Case* c = draft_.find_case(id);
  const auto of = c ? definition(*c) : std::unexpected{Reject{}};
  return of ? within(by, of->service->fields, c->data, "data.") : Result{};
}

void Decider::raise(TaskKind kind, const CaseId& id, std::vector<std::string> roles, Title title,
                    std::string detail) {
  draft_.decide(TaskRaised{.number = draft_.serial(Store::kTasksRaised, "") + 1,
                           .kind = kind,
                           .id = id,
                           .roles = std::move(roles),
                           .title = std::move(title),
                           .detail = std::move(detail),
                           .on = moment_.today});
}

void Decider::exception(const CaseId& id, std::string detail) {
  raise(TaskKind::exception, id, {},
        bilingual("Something the engine could not do needs a person",
                  "引擎未能完成的事项，请人工处理"),
        std::move(detail));
}

void Decider::case_answer(const CaseId& id, Value* answer) const {
  const Case* c = draft_.find_case(id);
  Value::Record record;
  record["case"] = id;
  record["version"] = c->version;
  record["state"] = c->state;
  *answer = std::move(record);
}

Result Decider::queue(const PartyId& to, std::string kind, std::string stream, std::string pack,
                      Value body, std::string principal) {
  constexpr std::size_t kBodyMax = 900'000;
  constexpr std::int64_t kBacklogMax = 100'000;
  const auto party = draft_.circle().parties.find(to);
  if (party == draft_.circle().parties.end()) {
    return std::unexpected{reject(RejectCode::not_ready, "parties",
                                  to + " is no party of the circle", to + " 不是本圈成员")};
  }
  if (canonical_json(body).size() > kBodyMax) {
    return std::unexpected{reject(RejectCode::too_large, {},
                                  "The message to " + to + " would exceed 900,000 bytes",
                                  "发往 " + to + " 的消息超过 900000 字节")};
  }
  const Outbox& box = draft_.outbox(to);
  if (box.last - box.acked >= kBacklogMax) {
    return std::unexpected{reject(RejectCode::channel_full, {}, to + " has been away too long",
                                  to + " 长时间未连通，消息已积满")};
  }
  if (pack.starts_with("sha256:")) pack = pack.substr(7);
  draft_.decide(MessageQueued{.to = to,
                              .seq = box.last + 1,
                              .kind = std::move(kind),
                              .stream = std::move(stream),
                              .pack = std::move(pack),
                              .body = std::move(body),
                              .principal = std::move(principal)});
  return {};
}

void Decider::accept(Draft& inner, Decider& decider) {
  for (Event& event : inner.take_events()) draft_.decide(std::move(event));
  take_over(decider);
}

void Decider::take_over(Decider& decider) {
  std::move(decider.pending_.begin(), decider.pending_.end(), std::back_inserter(pending_));
  decider.pending_.clear();
  take_shared(decider);
}

}  // namespace bashu::core
