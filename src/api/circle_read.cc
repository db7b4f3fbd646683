// The circle, its channels, and what waits for somebody to decide.

#include <algorithm>
#include <utility>

#include "api/handlers.h"
#include "base/bytes.h"
#include "evidence/sm2.h"
#include "exchange/witness.h"

namespace bashu::api {

namespace {

// What the agreement requires twice, from when, and which members have announced no keys for it.
Value second_value(const node::Directory& directory) {
  Value::Record required;
  for (const auto& [what, from] : *directory.agreement.second) required[what] = from;
  Value::List lacking;
  for (const evidence::PartyRecord& party : directory.agreement.parties) {
    const bool announced = std::ranges::any_of(directory.keys, [&](const auto& one) {
      return one.second.party == party.party && one.second.alg == evidence::kSm2Algorithm;
    });
    if (party.member && !announced) lacking.emplace_back(party.party);
  }
  return Value::Record{{"alg", std::string{evidence::kSm2Algorithm}},
                       {"distid", std::string{evidence::kSm2Id}},
                       {"required", std::move(required)},
                       {"lacking", std::move(lacking)}};
}

}  // namespace

Result show_circle(Context& context, const Call& /*call*/) {
  const auto directory = context.node.directory();
  const auto shelf = context.shelves.now();
  Value::Record answer{{"own", context.node.identity().party},
                       {"name_here", context.node.identity().name},
                       {"origin", context.node.identity().origin},
                       {"today", shelf->today.text()},
                       {"formed", directory->formed}};
  if (!directory->formed) return json_response(answer);
  const evidence::Agreement& agreement = directory->agreement;
  Value::List parties;
  for (const evidence::PartyRecord& party : agreement.parties) {
    Value::List authorities;
    for (const std::string& one : party.tls_ca) authorities.emplace_back(one);
    Value::Record one_party{{"party", party.party},
                            {"member", party.member},
                            {"origin", party.origin},
                            {"endpoint", party.endpoint},
                            {"root", party.root_kid},
                            {"root_key", base64url(party.root_key)},
                            {"tls_ca", std::move(authorities)}};
    if (party.node) one_party["node"] = evidence::node_value(*party.node);
    parties.push_back(std::move(one_party));
  }
  Value::List keys;
  for (const auto& [kid, key] : directory->keys) {
    keys.push_back(Value::Record{{"kid", kid},
                                 {"party", key.party},
                                 {"role", key.role},
                                 {"alg", key.alg},
                                 {"key", base64url(key.key)},
                                 {"name", key.name},
                                 {"from", key.from},
                                 {"to", key.to},
                                 {"revoked", key.revoked}});
  }
  answer["agreement"] = Value::Record{{"id", agreement.id},
                                      {"digest", agreement.digest},
                                      {"edition", agreement.edition},
                                      {"name", agreement.name},
                                      {"effective", agreement.effective}};
  if (agreement.second) answer["second"] = second_value(*directory);
  answer["parties"] = std::move(parties);
  answer["keys"] = std::move(keys);
  return json_response(answer);
}

namespace {

// Who outside the circle cosigns this journal, and what too few of them have.
Value outside_value(const exchange::OutsideWitnesses& outside) {
  const exchange::OutsideWitnesses::Standing standing = outside.standing();
  Value::List list;
  for (const exchange::OutsideWitnesses::One& one : standing.witnesses) {
    list.push_back(Value::Record{{"name", one.name},
                                 {"url", one.url},
                                 {"cosigned", one.size},
                                 {"cosigned_ms", one.time_s * 1'000},
                                 {"trouble", one.problem}});
  }
  Value::Record value{{"witnesses", std::move(list)}, {"cosigned", standing.covered}};
  if (standing.since_ms) value["open_since_ms"] = *standing.since_ms;
  return value;
}

}  // namespace

Result list_channels(Context& context, const Call& call) {
  Value::List list;
  Value::Record answer;
  if (context.exchange) {
    std::vector<exchange::PeerStatus> peers = context.exchange->status();
    // The exchange looks at the core now and then; the counts are told as they are.
    context.node.query([&](const core::State& state) {
      for (exchange::PeerStatus& peer : peers) {
        const core::Outbox& outbox = state.outbox(peer.party);
        const core::Inbox& inbox = state.inbox(peer.party);
        peer.sent = outbox.last;
        peer.acked = outbox.acked;
        peer.backlog = outbox.last - outbox.acked - static_cast<std::int64_t>(outbox.beyond.size());
        peer.received = inbox.next - 1;
        peer.held = inbox.held.size();
        peer.stopped = outbox.stopped;
      }
    });
    const node::Identity& own = context.node.identity();
    const node::FileStore& files = context.node.storage().files();
    const auto clocks = context.node.peer_times().differences(context.node.clock());
    for (const exchange::PeerStatus& peer : peers) {
      const auto cosigned =
          exchange::cosigned_by(files, *context.node.directory(), own, peer.party);
      list.push_back(Value::Record{{"party", peer.party},
                                   {"endpoint", peer.endpoint},
                                   {"up", peer.up},
                                   {"phase", peer.phase},
                                   {"last_contact_s", peer.last_contact_s},
                                   {"sent", peer.sent},
                                   {"acked", peer.acked},
                                   {"backlog", peer.backlog},
                                   {"received", peer.received},
                                   {"held", peer.held},
                                   {"stopped", peer.stopped},
                                   {"trouble", peer.trouble},
                                   {"life_used_percent", peer.life_used_percent},
                                   {"cosigned", cosigned ? cosigned->size : 0},
                                   {"cosigned_ms", cosigned ? cosigned->time_s * 1'000 : 0},
                                   {"witnessed", exchange::witnessed_size(files, peer.party)}});
      for (const auto& one : clocks) {
        if (one.party == peer.party) list.back().as_record()->emplace("clock_ahead_s", one.seconds);
      }
    }
    if (call.key->allows("admin") || call.key->allows("audit")) {
      Value::List alarms;
      for (const exchange::Alarm& alarm : context.exchange->alarms()) {
        alarms.push_back(Value::Record{{"time_ms", alarm.time_ms},
                                       {"code", alarm.code},
                                       {"party", alarm.party},
                                       {"text", alarm.text}});
      }
      answer["alarms"] = std::move(alarms);
    }
  }
  answer["channels"] = std::move(list);
  if (context.witnesses) answer["outside"] = outside_value(*context.witnesses);
  if (const auto standing = context.pseudonyms.standing()) {
    answer["pseudonyms"] =
        Value::Record{{"generation", standing->generation}, {"ready", standing->ready}};
  }
  return json_response(answer);
}

Result list_held(Context& context, const Call& call) {
  if (!call.key->allows("admin") && !call.key->allows("audit")) {
    return std::unexpected{forbidden("Held messages are for administrators and auditors.",
                                     "搁置消息仅供管理员和审计人员查阅。")};
  }
  Value::List list;
  context.node.query([&](const core::State& state) {
    state.each_inbox([&](const core::PartyId& from, const core::Inbox& inbox) {
      for (const auto& [seq, held] : inbox.held) {
        list.push_back(Value::Record{{"party", from},
                                     {"seq", seq},
                                     {"kind", held.kind},
                                     {"stream", held.stream},
                                     {"pack", held.pack},
                                     {"reason", held.reason},
                                     {"body", mask(held.body)}});
      }
    });
  });
  return json_response(Value::Record{{"held", std::move(list)}});
}

}  // namespace bashu::api
