// Two sides of the exchange without sockets, for the tests of this folder: what comes back is made
// by hand, or by a real second node through its Service.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "base/json.h"
#include "exchange/sender.h"
#include "exchange/service.h"
#include "exchange/test_node.h"

namespace bashu::exchange::testing {

inline std::int64_t fake_now = 1'000'000;

// One node's side of the exchange without sockets.
struct Side {
  // `witnesses`: it cosigns, and asks to be cosigned.
  Side(TestNode& given, const std::string& peer, bool witnesses = false)
      : node{*given.node},
        test{given},
        alarms{node.storage().files()},
        blobs{node.storage().files()},
        seen{node.storage().files(), "seen/" + peer},
        cosigned{node.storage().files(), peer},
        witness{node.storage().files(),
                witness_signer(node.storage().files(), node.identity()).value(),
                [](const std::string& /*party*/, const std::string& /*proof*/) {}},
        receiver{{.node = node,
                  .guard = guard,
                  .alarms = alarms,
                  .blobs = blobs,
                  .now_ms = [] { return fake_now; }}},
        service{{.node = node,
                 .receiver = receiver,
                 .guard = guard,
                 .alarms = alarms,
                 .blobs = blobs,
                 .shares = shares,
                 .evaluating = evaluating,
                 .seen_note = [this](const std::string&) { return seen.note(); },
                 .witnessed = [this](const std::string& party) { return witness.recorded(party); },
                 .cosign = [this](const std::string& party,
                                  std::string_view request) { return cosign(party, request); },
                 .later =
                     [](const std::function<void()>& task) {
                       task();
                       return true;
                     }}},
        sender{{.node = node,
                .guard = guard,
                .seen = seen,
                .alarms = alarms,
                .blobs = blobs,
                .cosigned = witnesses ? &cosigned : nullptr},
               core::PartyId{peer}},
        peer_name{peer} {
    refresh();
  }
  void refresh() {
    const auto outbox = test.outbox(peer_name);
    const auto inbox = test.inbox(peer_name);
    sender.refresh({.last = outbox.last,
                    .acked = outbox.acked,
                    .beyond = outbox.beyond,
                    .stopped = outbox.stopped});
    receiver.refresh(peer_name, {.next = inbox.next, .held_bytes = 0, .distrusted = false});
  }
  http::Response cosign(const std::string& party, std::string_view request) {
    auto answer = witness.add_checkpoint(*node.directory(), party, request,
                                         node.clock().now().unix_ms / 1'000);
    return http::text_response(answer.status, answer.media_type, std::move(answer.body));
  }
  node::Node& node;
  TestNode& test;
  Guard guard;
  Alarms alarms;
  Blobs blobs;
  SeenLog seen;
  Cosigned cosigned;
  Witness witness;
  Receiver receiver;
  Shares shares{node};
  Evaluating evaluating{{.node = node, .shares = shares, .alarms = alarms}};
  Service service;
  Sender sender;
  std::string peer_name;
};

// What the peer answers to a call, waited for.
inline PeerAnswer ask(Side& peer, const std::string& from, const PeerCall& call) {
  http::Request request{
      .method = call.method, .target = "/bashu/v1" + call.target, .body = call.body};
  request.headers.push_back({"Content-Type", call.content_type});
  request.length_given = true;
  auto promise = std::make_shared<std::promise<http::Response>>();
  auto future = promise->get_future();
  peer.service.handle(from, std::move(request), [promise](http::Response response) {
    promise->set_value(std::move(response));
  });
  while (future.wait_for(std::chrono::milliseconds{20}) != std::future_status::ready) {
    fake_now += 500;
    peer.receiver.tick();
  }
  http::Response response = future.get();
  return {.status = response.status, .body = std::move(response.body)};
}

using Script =
    std::function<PeerAnswer(const PeerCall&, const std::function<PeerAnswer()>& honest)>;

// Drives `from` towards `to` for a while; answers come at once and in any order the script likes.
inline void drive(Side& from, Side& to, const Script& script, const std::function<bool()>& until,
                  int rounds = 400) {
  const std::string own = from.node.identity().party;
  for (int round = 0; round < rounds && !until(); ++round) {
    fake_now += 100;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    if (round % 10 == 0) from.refresh();
    for (const PeerCall& call : from.sender.calls(fake_now)) {
      from.sender.answer(call.id, script(call, [&] { return ask(to, own, call); }));
    }
  }
}

inline PeerAnswer honest_only(const PeerCall&, const std::function<PeerAnswer()>& honest) {
  return honest();
}

inline PeerAnswer refusal(int status, const std::string& code, std::int64_t next = 0) {
  return {.status = status, .body = http::problem(status, code, {}, next).body};
}

inline bool is_message(const PeerCall& call) { return call.target.ends_with("/messages"); }

}  // namespace bashu::exchange::testing
