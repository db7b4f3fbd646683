#include "exchange/service.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "evidence/grammar.h"
#include "exchange/records.h"
#include "exchange/seen.h"
#include "node/storage/object_files.h"

namespace bashu::exchange {

namespace {

constexpr std::string_view kJose = "application/jose+json";
constexpr std::string_view kProof = "text/x.tlog.proof";
constexpr std::size_t kScanBytes = 1u << 20;
constexpr int kScanSteps = 4'096;

http::Response not_found() { return http::problem(404, "not-found"); }
http::Response not_ready() {
  http::Response response = http::problem(503, "not-ready");
  response.headers.push_back({"Retry-After", "2"});
  return response;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  const auto number = evidence::parse_decimal(text);
  return number ? std::optional{static_cast<std::int64_t>(*number)} : std::nullopt;
}

}  // namespace

std::string party_of(const node::Directory& directory, const std::vector<std::string>* chain) {
  if (!directory.formed || !chain || chain->empty()) return {};
  for (const evidence::PartyRecord& party : directory.agreement.parties) {
    if (std::find(party.tls_ca.begin(), party.tls_ca.end(), chain->back()) != party.tls_ca.end()) {
      return party.party;
    }
  }
  // A connection outlives the edition that ends it: its caller is told why it is heard no more.
  for (const auto& [party, left] : directory.left) {
    const std::vector<std::string>& pinned = directory.known.party(party)->tls_ca;
    if (std::ranges::find(pinned, chain->back()) != pinned.end()) return party;
  }
  return {};
}

void Service::handle(const std::string& party, http::Request request, http::Reply reply) {
  if (party.empty()) return reply(http::problem(403, "unknown-peer"));
  if (parts_.node.directory()->left.contains(party)) {
    return reply(http::problem(403, evidence::Code{"left-circle"}.text()));
  }
  auto path = request.segments();
  if (!path || path->size() < 3 || (*path)[0] != "bashu" || (*path)[1] != "v1") {
    return reply(not_found());
  }
  path->erase(path->begin(), path->begin() + 2);
  const std::string& first = path->front();
  const bool messages = path->size() == 3 && first == "channels" && path->back() == "messages";
  if (messages) return parts_.receiver.message(party, (*path)[1], request, std::move(reply));

  const bool witness =
      parts_.cosign && path->size() == 2 && first == "witness" && path->back() == "add-checkpoint";
  const bool posted = witness || (path->size() == 1 &&
                                  (first == "keys" || first == "token" || first == "pseudonyms"));
  if (request.method != (posted ? "POST" : "GET")) return reply(http::problem(405, "method"));
  if (posted && !request.length_given) return reply(http::problem(411, "length-required"));
  const bool queued = parts_.later(
      [this, party, witness, path = std::move(*path), request = std::move(request), reply]() {
        if (witness) {
          return reply(parts_.guard.may_leave(party) ? parts_.cosign(party, request.body)
                                                     : not_ready());
        }
        if (path.size() == 1 && path.front() == "keys") return take_keys(request, reply);
        if (path.size() == 1 && path.front() == "token") return reply(take_token(party, request));
        if (path.size() == 1 && path.front() == "pseudonyms") {
          return reply(evaluate(party, request));
        }
        reply(get(party, path));
      });
  if (!queued) reply(not_ready());
}

http::Response Service::get(const std::string& party, const std::vector<std::string>& path) {
  const std::string& first = path.front();
  if (first == "channels" && path.size() >= 2) return get_channel(party, path);
  if (first == "agreement" && path.size() <= 2) {
    return get_record("agreement", path.size() == 2 ? path[1] : "");
  }
  if (first == "keys" && path.size() >= 2 && path.size() <= 3) {
    if (!evidence::is_party(path[1])) return not_found();
    return get_record("keys/" + path[1], path.size() == 3 ? path[2] : "");
  }
  if (first == "seen" && path.size() == 1) {
    std::string note = parts_.seen_note(party);
    if (note.empty()) return not_found();
    return http::text_response(200, "text/plain; charset=utf-8", std::move(note));
  }
  if (first == "witness" && path.size() == 2 && path[1] == "checkpoint" && parts_.witnessed) {
    std::string note = parts_.witnessed(party);
    if (note.empty()) return not_found();
    return http::text_response(200, "text/plain; charset=utf-8", std::move(note));
  }
  if (first == "blobs" && path.size() == 2) {
    auto blob = parts_.blobs.get(path[1]);
    if (!blob)
      return node::documents_away(parts_.node.storage().files()) ? not_ready() : not_found();
    return http::text_response(200, "application/octet-stream", std::move(*blob));
  }
  if (first == "pseudonyms" && path.size() == 2) {
    const auto generation = number_of(path[1]);
    auto dealt = generation ? parts_.shares.dealt(*generation) : std::nullopt;
    if (!dealt) return not_found();
    return http::text_response(200, "application/json", std::move(*dealt));
  }
  if (first == "log") {
    return parts_.guard.may_leave(party) ? get_log(path) : not_ready();
  }
  return not_found();
}

http::Response Service::get_channel(const std::string& party,
                                    const std::vector<std::string>& path) {
  const auto directory = parts_.node.directory();
  const std::string& own = parts_.node.identity().party;
  const std::string& channel = path[1];
  // A channel that goes on under another name still shows what went over it.
  const auto parts = evidence::split_channel(channel);
  const bool old = path.size() == 4 && path[2] == "messages" && parts;
  if (old && !directory->agreement.channel(channel) &&
      directory->agreement.channel(directory->channel(party, own))) {
    const auto seq = number_of(path[3]);
    const bool ours = parts->from == own && parts->to == party;
    if (!seq || (!ours && !(parts->from == party && parts->to == own))) return not_found();
    // Its own words may always go back to it.
    return !ours || parts_.guard.may_leave(party) ? message(party, *seq, !ours) : not_ready();
  }
  const bool inward = channel == directory->channel(party, own);
  const bool outward = channel == directory->channel(own, party);
  if ((!inward && !outward) || !directory->agreement.channel(channel)) return not_found();
  if (path.size() == 2) return channel_state(party, channel, inward);
  const auto seq = path.size() == 4 ? number_of(path[3]) : std::nullopt;
  if (!seq) return not_found();
  if (inward && path[2] == "messages") return message(party, *seq, inward);
  if (!parts_.guard.may_leave(party)) return not_ready();
  if (inward && path[2] == "receipts") return receipt(party, *seq);
  if (inward && path[2] == "resolutions") return resolution(party, *seq);
  if (path[2] == "messages") return message(party, *seq, inward);
  return not_found();
}

http::Response Service::message(const std::string& party, std::int64_t seq, bool inward) {
  auto envelope =
      inward ? parts_.node.envelope_taken(party, seq) : parts_.node.envelope_sent(party, seq);
  if (!envelope) return not_found();
  return http::text_response(200, kJose, std::move(*envelope));
}

http::Response Service::channel_state(const std::string& party, const std::string& channel,
                                      bool inward) {
  // First: `next` is then at least what it was when the keys told were adopted.
  const auto directory = parts_.node.directory();
  std::int64_t next = 0;
  Value::List held;
  parts_.node.query([&](const core::State& state) {
    if (!inward) {
      next = state.outbox(party).last + 1;
      return;
    }
    const core::Inbox& inbox = state.inbox(party);
    next = inbox.next;
    for (const auto& [seq, one] : inbox.held) {
      held.push_back(Value::Record{{"seq", seq}, {"stream", one.stream}, {"reason", one.reason}});
    }
  });
  const auto keys = directory->keys_edition.find(party);
  const evidence::ChannelRecord* listed = directory->agreement.channel(channel);
  return http::text_response(
      200, "application/json",
      canonical_json(
          Value::Record{{"channel", channel},
                        {"next", next},
                        {"window", listed ? listed->window : 0},
                        {"agreement_edition", directory->agreement.edition},
                        {"keys_edition", keys == directory->keys_edition.end() ? 0 : keys->second},
                        {"held", std::move(held)},
                        {"token", !parts_.node.vault().token_key().empty()}}));
}

http::Response Service::receipt(const std::string& party, std::int64_t seq) {
  const auto answered = parts_.node.answered(party, seq);
  auto text = answered ? parts_.node.receipt(answered->entry) : std::nullopt;
  if (!text) return not_found();
  return http::text_response(200, kProof, std::move(*text));
}

// Resolutions are rare and lie after the answer: found by reading on from there.
http::Response Service::resolution(const std::string& party, std::int64_t seq) {
  const auto answered = parts_.node.answered(party, seq);
  if (!answered) return not_found();
  const std::string channel = parts_.node.directory()->channel(party, parts_.node.identity().party);
  std::uint64_t from = answered->entry + 1;
  for (int step = 0; step < kScanSteps && from < parts_.node.durable(); ++step) {
    const auto entries = parts_.node.entries(from, kScanBytes);
    if (!entries || entries->empty()) return not_ready();
    for (const node::Entry& entry : *entries) {
      if (entry.kind != "resolve" || entry.seq != seq || entry.channel != channel) continue;
      auto text = parts_.node.receipt(entry.index);
      if (!text) return not_ready();
      return http::text_response(200, kProof, std::move(*text));
    }
    from = entries->back().index + 1;
  }
  return not_found();
}

http::Response Service::get_log(const std::vector<std::string>& path) {
  const std::string_view media = "text/plain; charset=utf-8";
  if (path.size() == 2 && path[1] == "checkpoint") {
    std::string note = parts_.node.checkpoint();
    return http::text_response(200, media, std::move(note));
  }
  if (path.size() != 4 || path[1] != "consistency") return not_found();
  const auto old_size = evidence::parse_decimal(path[2]), size = evidence::parse_decimal(path[3]);
  if (!old_size || !size || *old_size > *size) return not_found();
  const auto note = parts_.node.checkpoint_at(*size);
  const auto proof = note ? parts_.node.consistency(*old_size, *size) : std::nullopt;
  // The checkpoint must be of this very size: a boundary between commits.
  const std::string line = "\n" + path[3] + "\n";
  if (!proof || note->find(line) != note->find('\n')) return not_found();
  return http::text_response(200, media, consistency_text(*old_size, *proof, *note));
}

http::Response Service::get_record(const std::string& folder, const std::string& edition) {
  std::string name = edition;
  if (name.empty()) {
    const auto directory = parts_.node.directory();
    if (folder == "agreement") {
      name = std::to_string(directory->agreement.edition);
    } else {
      const auto held = directory->keys_edition.find(folder.substr(folder.find('/') + 1));
      if (held == directory->keys_edition.end()) return not_found();
      name = std::to_string(held->second);
    }
  }
  if (!number_of(name)) return not_found();
  auto record = held_record(parts_.node, folder + "/" + name);
  if (!record) return not_found();
  return http::text_response(200, kJose, std::move(*record));
}

void Service::take_keys(const http::Request& request, const http::Reply& reply) {
  auto checked = check_keys(parts_.node, request.body);
  if (!checked) {
    return reply(http::problem(checked.error().status, checked.error().code.text(), {},
                               checked.error().next));
  }
  if (checked->known) return reply({.status = 204});
  const bool queued =
      parts_.node.submit(std::move(checked->request), [reply](const node::Outcome& outcome) {
        if (std::holds_alternative<node::Done>(outcome)) return reply({.status = 204});
        reply(std::holds_alternative<Reject>(outcome) ? http::problem(409, "chain") : not_ready());
      });
  if (!queued) reply(not_ready());
}

// Our part of pseudonyms. A member that left has its share still; here nobody adds to it.
http::Response Service::evaluate(const std::string& party, const http::Request& request) {
  const auto directory = parts_.node.directory();
  const evidence::PartyRecord* sender = directory->agreement.party(party);
  if (!sender || !sender->member) return http::problem(403, "unknown-peer");
  return parts_.evaluating.answer(party, request.body);
}

// The circle's key for pseudonyms: it never enters a journal.
http::Response Service::take_token(const std::string& party, const http::Request& request) {
  const auto directory = parts_.node.directory();
  const evidence::PartyRecord* sender = directory->agreement.party(party);
  if (!sender || !sender->member) return http::problem(403, "unknown-peer");
  const node::Identity& own = parts_.node.identity();
  const auto body = parse_json(request.body);
  const auto box = body ? from_base64url(body->text_at("key")) : std::nullopt;
  const auto key =
      box ? node::open_sealed_box(own.seal.public_key, own.seal.secret_key, *box) : std::nullopt;
  if (!key || key->size() != 32) return http::problem(400, "malformed");
  const std::string held = parts_.node.vault().token_key();
  if (held.empty()) {
    parts_.node.vault().set_token_key(*key);
  } else if (held != *key) {
    parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                         .code = "token-conflict",
                         .party = party,
                         .text = party + " holds another key for tokens"});
    return http::problem(409, "token-conflict");
  }
  return {.status = 204};
}

}  // namespace bashu::exchange
