#include "exchange/receiver.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "core/privacy/made_by.h"
#include "core/told/members.h"
#include "evidence/voucher.h"
#include "exchange/brought.h"
#include "exchange/circle.h"
#include "exchange/shown.h"

namespace bashu::exchange {

namespace {

using evidence::Refusal;

constexpr std::int64_t kWaitMs = 2'000;
constexpr std::size_t kEarlyBytesMax = 256u << 20;  // of all peers, in equal shares
constexpr std::size_t kHeldBytesMax = 64u << 20;    // of one peer
constexpr std::size_t kDocumentsMax = 256;          // of one message
constexpr std::size_t kKeysMax = 1'000;             // of one message
constexpr std::int64_t kEarlyKeptMs = 60'000;

http::Response answer_of(const Refusal& refusal) {
  return http::problem(refusal.status, refusal.code.text(), {}, refusal.next);
}

http::Response busy(std::string_view code = "not-ready", int status = 503, int seconds = 1) {
  http::Response response = http::problem(status, code);
  response.headers.push_back({"Retry-After", std::to_string(seconds)});
  return response;
}

// The key that signs receipts a second time has ended, and none that is signed once counts: whoever
// got such a one would have to take it for a lie. Its sender waits instead.
bool second_ended(const node::Directory& directory, const node::Identity& own, std::int64_t now_s) {
  const auto from = directory.agreement.second_from("receipts");
  if (!from || now_s < *from || !own.second) return false;
  const auto key = directory.keys.find(own.second->log.kid);
  return key != directory.keys.end() &&
         (key->second.revoked != 0 || now_s + evidence::kClockSkew >= key->second.to);
}

http::Response wait_for(std::int64_t next) {
  return http::text_response(202, "application/json",
                             canonical_json(Value{Value::Record{{"next", next}}}));
}

http::Response receipt_response(std::string receipt) {
  return http::text_response(200, "text/x.tlog.proof", std::move(receipt));
}

bool is_media_type(std::string_view given, std::string_view want) {
  const std::string_view bare = given.substr(0, given.find(';'));
  return bare.substr(0, bare.find_last_not_of(' ') + 1) == want;
}

}  // namespace

struct Receiver::State : std::enable_shared_from_this<Receiver::State> {
  explicit State(ReceiverParts given)
      : parts{std::move(given)},
        seal{seal_keys(parts.node.identity())},
        brought{parts.node.vault(), parts.blobs} {}

  // What a message brings along. It is taken in when the message has its turn, not before: until
  // then it costs the bytes it has.
  struct Baggage {
    Value keys;  // of sealed values, by their ids; boxes that only this node opens
    std::vector<std::string> documents;
  };
  struct Submitted {
    std::string message_id;
    std::vector<http::Reply> waiting;
  };
  struct Early {
    std::string message_id;
    node::Request request;
    Baggage baggage;
    std::size_t bytes = 0;
    std::int64_t since_ms = 0;
    http::Reply reply;  // empty once it was told to come again
  };
  struct Peer {
    bool known = false;
    bool distrusted = false;
    std::int64_t next = 1;  // lowest number not given to the node
    std::map<std::int64_t, Submitted> submitted;
    std::map<std::int64_t, Early> early;
    std::size_t early_bytes = 0;
    std::size_t held_bytes = 0;
    std::int64_t tokens_milli = -1, filled_ms = 0;  // of the rate's bucket; -1: full
  };

  [[nodiscard]] bool take_token(Peer& peer, std::int64_t rate) const {
    const std::int64_t now = parts.now_ms(), most = 2'000 * rate;
    if (peer.tokens_milli < 0) {
      peer.tokens_milli = most;
    } else {
      const std::int64_t passed = std::min<std::int64_t>(now - peer.filled_ms, 10'000);
      peer.tokens_milli = std::min(most, peer.tokens_milli + passed * rate);
    }
    peer.filled_ms = now;
    if (peer.tokens_milli < 1'000) return false;
    peer.tokens_milli -= 1'000;
    return true;
  }

  void message(const std::string& party, const std::string& channel, const http::Request& request,
               http::Reply reply);
  void submit(const std::string& party, Peer& peer, std::int64_t seq, std::string message_id,
              node::Request request, const Baggage& baggage, http::Reply reply);
  static void keep(Peer& peer, std::int64_t seq, Early early, std::size_t share);
  void done(const std::string& party, std::int64_t seq, const Brought::Names& names,
            const node::Outcome& outcome);
  void close_gap(const std::string& party, Peer& peer);
  [[nodiscard]] node::Request request_of(const std::string& party, evidence::Opened opened,
                                         std::string envelope, std::int64_t life_max) const;
  [[nodiscard]] Brought::Names unpack(const std::string& party, const Baggage& baggage);
  void take_keys(const std::string& party, const Value& keys, Brought::Names& names);
  static void name_officer(evidence::Payload& payload,
                           const std::optional<evidence::Vouched>& vouched);
  // Taken out of the body: only keys of values that stand in it, and so many.
  static Baggage baggage_of(evidence::Payload& payload);

  ReceiverParts parts;
  std::vector<node::KeyPair> seal;  // the newest first
  Brought brought;
  std::mutex mutex;
  bool closed = false;
  std::map<std::string, Peer> peers;
};

// Keys of sealed values go to the vault and never into the journal.
void Receiver::State::take_keys(const std::string& party, const Value& keys,
                                Brought::Names& names) {
  const node::Identity& own = parts.node.identity();
  const Value::Record* boxes = keys.as_record();
  if (!boxes) return;
  for (const auto& [id, box] : *boxes) {
    const std::string* text = box.as_text();
    const auto bytes = text ? from_base64url(*text) : std::nullopt;
    // A peer may neither replace a key nor name one as if we had made it.
    if (!bytes || core::made_by(id, own.party) || !brought.lacks_key(names, id)) continue;
    const auto open = [&]() -> std::optional<std::string> {
      for (const node::KeyPair& pair : seal) {
        if (auto key = node::open_sealed_box(pair.public_key, pair.secret_key, *bytes)) return key;
      }
      return std::nullopt;
    };
    auto key = open();
    if (!key) {  // announced since we started, perhaps
      seal = seal_keys(own);
      key = open();
    }
    if (key && key->size() == 32) {
      brought.put_key(names, id, *key);
    } else {
      parts.alarms.raise({.time_ms = parts.node.clock().now().unix_ms,
                          .code = "sealed-key",
                          .party = party,
                          .text = "the key " + id + " sent by " + party + " cannot be opened"});
    }
  }
}

Receiver::State::Baggage Receiver::State::baggage_of(evidence::Payload& payload) {
  Baggage baggage;
  Value::Record* members = payload.body.as_record();
  Value given;
  if (const auto it = members ? members->find("$keys") : Value::Record::iterator{};
      members && it != members->end()) {
    given = std::move(it->second);
    members->erase(it);
  }
  if (payload.kind.starts_with("bashu.")) return baggage;  // speaks of no value and no document
  Value::Record kept;
  if (const Value::Record* boxes = given.as_record()) {
    const std::vector<std::string> list = node::sealing_keys(payload.body);
    const std::set<std::string> named{list.begin(), list.end()};
    for (const auto& [id, box] : *boxes) {
      if (kept.size() < kKeysMax && named.contains(id)) kept.emplace(id, box);
    }
  }
  baggage.keys = std::move(kept);
  baggage.documents = documents_in(payload.body);
  if (baggage.documents.size() > kDocumentsMax) baggage.documents.resize(kDocumentsMax);
  return baggage;
}

// Only what we verified stands in the body as decided here.
void Receiver::State::name_officer(evidence::Payload& payload,
                                   const std::optional<evidence::Vouched>& vouched) {
  Value::Record& members = *payload.body.as_record();
  members.erase(std::string{core::told::kVoucher});
  members.erase(std::string{core::told::kOfficer});
  if (!vouched) return;
  members.insert_or_assign(std::string{core::told::kOfficer},
                           Value::Record{{"id", vouched->voucher.officer}, {"kid", vouched->kid}});
}

Brought::Names Receiver::State::unpack(const std::string& party, const Baggage& baggage) {
  brought.forget();  // by whoever brings more, as it was taken in
  Brought::Names names;
  take_keys(party, baggage.keys, names);
  for (const std::string& name : baggage.documents) brought.want(names, name, party);
  return names;
}

node::Request Receiver::State::request_of(const std::string& party, evidence::Opened opened,
                                          std::string envelope, std::int64_t life_max) const {
  evidence::Payload& payload = opened.payload;
  return {.command = core::TakeMessage{.from = core::PartyId{party},
                                       .seq = payload.seq,
                                       .message_id = std::move(opened.message_id),
                                       .issued = payload.issued,
                                       .expiry = payload.expiry,
                                       .life_max = life_max,
                                       .kind = std::move(payload.kind),
                                       .stream = std::move(payload.stream),
                                       .pack = std::move(payload.pack),
                                       .body = std::move(payload.body)},
          .evidence = std::move(envelope)};
}

void Receiver::State::message(const std::string& party, const std::string& channel,
                              const http::Request& request, http::Reply reply) {
  if (request.body.size() > evidence::kEnvelopeMax) return reply(http::problem(413, "too-large"));
  if (request.method != "POST") return reply(http::problem(405, "method"));
  if (!is_media_type(request.header("content-type"), "application/jose+json")) {
    return reply(http::problem(415, "media-type"));
  }
  if (!request.length_given) return reply(http::problem(411, "length-required"));

  const auto directory = parts.node.directory();
  const evidence::Agreement& agreement = directory->agreement;
  if (directory->left.contains(party)) {
    return reply(answer_of({.status = 403, .code = "left-circle"}));
  }
  if (!directory->formed || !agreement.party(party))
    return reply(http::problem(403, "unknown-peer"));
  const Instant now = parts.node.clock().now();
  if (second_ended(*directory, parts.node.identity(), now.unix_ms / 1'000)) {
    parts.alarms.raise({.time_ms = now.unix_ms,
                        .code = "keys",
                        .party = parts.node.identity().party,
                        .text = "the key of SM2 that signs receipts has ended, and nothing is "
                                "taken until the node starts with the next one: `bashu circle "
                                "rotate DIR` makes it if there is none yet"});
    return reply(busy("not-ready", 503, 60));
  }
  std::int64_t next = 0;
  {
    const std::lock_guard lock{mutex};
    Peer& peer = peers[party];
    if (!take_token(peer, agreement.rate_per_s)) return reply(busy("slow-down", 429));
    if (closed || !peer.known || peer.distrusted || !parts.guard.may_leave(party) ||
        peer.held_bytes > kHeldBytesMax) {
      return reply(busy("not-ready", 503, 2));
    }
  }
  // The payload travels in base64, a third longer; the rest of an envelope is small.
  if (request.body.size() > static_cast<std::size_t>(agreement.max_payload) / 3 * 4 + 1'024) {
    return reply(http::problem(413, "too-large"));
  }
  auto opened = evidence::open_envelope(request.body, directory->keys, party);
  if (!opened) return reply(answer_of(opened.error()));

  const std::int64_t seq = opened->payload.seq;
  std::optional<std::string> under_way;  // its id, if this number is being decided
  {
    const std::lock_guard lock{mutex};
    Peer& peer = peers[party];
    next = peer.next;
    if (const auto it = peer.submitted.find(seq); it != peer.submitted.end()) {
      under_way = it->second.message_id;
    }
  }
  std::optional<node::Node::Answered> before;
  const evidence::ChannelRecord* listed = agreement.channel(channel);
  const auto admitted = evidence::admit(
      *opened,
      {.party = parts.node.identity().party,
       .channel = channel,
       .listed = listed && channel == directory->channel(party, parts.node.identity().party),
       .agreement = agreement.id,
       .next = next,
       .window = listed ? listed->window : 1,
       .second_from = agreement.second_from("envelopes"),
       .answered = [&](std::int64_t number) -> std::optional<std::string> {
         if (under_way) return under_way;
         before = parts.node.answered(party, number);
         return before ? std::optional{before->message_id} : std::nullopt;
       }},
      parts.node.clock().now().unix_ms / 1'000);
  if (!admitted) {
    if (admitted.error().code == "future") {
      parts.alarms.raise({.time_ms = parts.node.clock().now().unix_ms,
                          .code = "clock",
                          .party = party,
                          .text = "messages of " + party +
                                  " are of a time to come: the clock here or there is wrong"});
    }
    if (admitted.error().code == "second-missing") {
      parts.alarms.raise({.time_ms = parts.node.clock().now().unix_ms,
                          .code = admitted.error().code,
                          .party = party,
                          .text = "message " + std::to_string(seq) + " of " + party +
                                  " lacks the second signature (SM2) that the agreement requires: "
                                  "it was not taken"});
    }
    if (admitted.error().code == "seq-conflict") {
      parts.alarms.raise({.time_ms = parts.node.clock().now().unix_ms,
                          .code = "seq-conflict",
                          .party = party,
                          .text = party + " sent another message under number " +
                                  std::to_string(seq) + ": " + opened->message_id},
                         request.body);
    }
    return reply(answer_of(admitted.error()));
  }
  if (*admitted == evidence::Admission::duplicate) {
    if (before) {
      auto receipt = parts.node.receipt(before->entry);
      if (!receipt) return reply(busy());
      return reply(receipt_response(std::move(*receipt)));
    }
    const std::lock_guard lock{mutex};
    Peer& peer = peers[party];
    const auto it = peer.submitted.find(seq);
    if (it == peer.submitted.end()) return reply(busy());  // answered just now: ask again
    it->second.waiting.push_back(std::move(reply));
    return;
  }
  const auto vouched = evidence::check_voucher(
      opened->payload, {.keys = directory->keys, .max_life_s = agreement.max_life_s});
  if (!vouched) {
    parts.alarms.raise({.time_ms = parts.node.clock().now().unix_ms,
                        .code = vouched.error(),
                        .party = party,
                        .text = "message " + std::to_string(seq) + " of " + party +
                                (vouched.error() == "voucher-missing"
                                     ? " settles a dispute and does not say by which officer"
                                     : " says who acted, and that is not so signed") +
                                ": it was not taken"},
                       request.body);
    return reply(answer_of({.status = 403, .code = vouched.error()}));
  }
  name_officer(opened->payload, *vouched);
  std::string id = opened->message_id;
  Baggage baggage = baggage_of(opened->payload);
  open_shown(opened->payload, *directory);
  node::Request made = request_of(party, std::move(*opened), request.body, agreement.max_life_s);
  made.under = directory;
  const std::lock_guard lock{mutex};
  Peer& peer = peers[party];
  if (seq == peer.next) {
    submit(party, peer, seq, std::move(id), std::move(made), baggage, std::move(reply));
    close_gap(party, peer);
  } else if (seq > peer.next) {
    keep(peer, seq,
         {.message_id = std::move(id),
          .request = std::move(made),
          .baggage = std::move(baggage),
          .bytes = request.body.size() * 3,
          .since_ms = parts.now_ms(),
          .reply = std::move(reply)},
         kEarlyBytesMax / std::max<std::size_t>(agreement.parties.size() - 1, 1));
  } else {
    reply(busy());
  }
}

void Receiver::State::submit(const std::string& party, Peer& peer, std::int64_t seq,
                             std::string message_id, node::Request request, const Baggage& baggage,
                             http::Reply reply) {
  const Brought::Names names = unpack(party, baggage);
  const bool queued = parts.node.submit(std::move(request), [self = shared_from_this(), party, seq,
                                                             names](const node::Outcome& outcome) {
    self->done(party, seq, names, outcome);
  });
  if (!queued) {
    brought.refused(names);
    if (reply) reply(busy("slow-down", 429));
    return;
  }
  Submitted& submitted = peer.submitted[seq];
  submitted.message_id = std::move(message_id);
  submitted.waiting.clear();
  if (reply) submitted.waiting.push_back(std::move(reply));
  peer.next = seq + 1;
}

void Receiver::State::close_gap(const std::string& party, Peer& peer) {
  while (!peer.early.empty() && peer.early.begin()->first <= peer.next) {
    auto [seq, early] = std::move(*peer.early.begin());
    peer.early.erase(peer.early.begin());
    peer.early_bytes -= early.bytes;
    if (seq < peer.next) {
      if (early.reply) early.reply(busy());
      continue;
    }
    submit(party, peer, seq, std::move(early.message_id), std::move(early.request), early.baggage,
           std::move(early.reply));
    if (peer.next == seq) return;  // the queue is full
  }
}

void Receiver::State::keep(Peer& peer, std::int64_t seq, Early early, std::size_t share) {
  if (const auto it = peer.early.find(seq); it != peer.early.end()) {
    peer.early_bytes -= it->second.bytes;
    if (it->second.reply) it->second.reply(wait_for(peer.next));
    peer.early.erase(it);
  }
  if (peer.early_bytes + early.bytes > share) return early.reply(busy());
  peer.early_bytes += early.bytes;
  peer.early.emplace(seq, std::move(early));
}

void Receiver::State::done(const std::string& party, std::int64_t seq, const Brought::Names& names,
                           const node::Outcome& outcome) {
  const auto* good = std::get_if<node::Done>(&outcome);
  // Of a fault nobody knows what became of the message.
  const bool refused =
      good ? good->decision.outcome == "rejected" : std::holds_alternative<Reject>(outcome);
  std::vector<http::Reply> waiting;
  {
    const std::lock_guard lock{mutex};
    Peer& peer = peers[party];
    if (const auto it = peer.submitted.find(seq); it != peer.submitted.end()) {
      waiting = std::move(it->second.waiting);
      peer.submitted.erase(it);
    }
    if (!good) peer.next = std::min(peer.next, seq);
    if (refused) {
      brought.refused(names);
    } else {
      brought.taken(names);
    }
  }
  if (good && !good->receipt.empty()) {
    for (const http::Reply& reply : waiting) reply(receipt_response(good->receipt));
  } else {
    for (const http::Reply& reply : waiting) reply(busy());
  }
}

Receiver::Receiver(ReceiverParts parts) : state_{std::make_shared<State>(std::move(parts))} {}

Receiver::~Receiver() {
  const std::lock_guard lock{state_->mutex};
  state_->closed = true;
  // Replies kept belong to a server that goes before us.
  state_->peers.clear();
}

void Receiver::message(const std::string& party, const std::string& channel,
                       const http::Request& request, http::Reply reply) {
  state_->message(party, channel, request, std::move(reply));
}

void Receiver::tick() {
  std::vector<std::pair<http::Reply, std::int64_t>> told;
  {
    const std::lock_guard lock{state_->mutex};
    state_->brought.forget();
    const std::int64_t now = state_->parts.now_ms();
    for (auto& [party, peer] : state_->peers) {
      for (auto it = peer.early.begin(); it != peer.early.end();) {
        State::Early& early = it->second;
        if (early.reply && now - early.since_ms >= kWaitMs) {
          told.emplace_back(std::exchange(early.reply, nullptr), peer.next);
        }
        if (now - early.since_ms >= kEarlyKeptMs) {
          peer.early_bytes -= early.bytes;
          it = peer.early.erase(it);
        } else {
          ++it;
        }
      }
    }
  }
  for (const auto& [reply, next] : told) reply(wait_for(next));
}

void Receiver::refresh(const std::string& party, const ChannelState& channel) {
  const std::lock_guard lock{state_->mutex};
  State::Peer& peer = state_->peers[party];
  peer.held_bytes = channel.held_bytes;
  peer.distrusted = channel.distrusted;
  if (!peer.known) {
    peer.known = true;
    peer.next = channel.next;
  } else if (peer.submitted.empty()) {
    peer.next = std::max(peer.next, channel.next);
  }
}

}  // namespace bashu::exchange
