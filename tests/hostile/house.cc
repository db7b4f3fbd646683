#include "house.h"

#include <limits>
#include <utility>

#include "base/assert.h"
#include "exchange/held_bytes.h"
#include "sim/kernel_node.h"

namespace bashu::hostile {

class House::OwnClock final : public node::Clock {
 public:
  explicit OwnClock(const Time& time) : time_{time} {}
  Instant now() override { return {.unix_ms = sim::kEpochMs + time_.ms}; }
  Date today() override { return time_.day; }

 private:
  const Time& time_;
};

class House::OwnChance final : public node::Chance {
 public:
  explicit OwnChance(std::uint64_t seed) : random_{seed} {}
  std::string bytes(std::size_t count) override { return random_.bytes(count); }

 private:
  sim::Random random_;
};

class House::OwnNode final : public sim::KernelNode {
 public:
  explicit OwnNode(House& house) : KernelNode{*house.kernel_}, house_{house} {}
  bool submit(node::Request request, std::function<void(node::Outcome)> done) override {
    return house_.submit(std::move(request), std::move(done));
  }
  node::Outcome run(node::Request request) override { return house_.run(std::move(request)); }
  // Whatever was decided was written before the next is asked.
  void query(const std::function<void(const core::State&)>& read) override { read(house_.state()); }

 private:
  House& house_;
};

// As exchange.cc puts it together around sockets.
struct House::Exchanging {
  explicit Exchanging(House& house)
      : alarms{house.storage_->files()},
        blobs{house.storage_->files()},
        witness{house.storage_->files(),
                {.name = sim::witness_name_of(house.party_),
                 .key = {.kid = sim::kid_of(house.party_, "witness"),
                         .public_key = sim::keys_of(house.party_, "witness").public_key,
                         .secret_key = sim::keys_of(house.party_, "witness").signing_key}},
                [this](const std::string& party, const std::string& proof) {
                  alarms.raise({.code = "fork", .party = party, .text = "two histories"}, proof);
                }},
        receiver{{.node = *house.node_,
                  .guard = guard,
                  .alarms = alarms,
                  .blobs = blobs,
                  .now_ms = [&house] { return house.time_.ms; }}},
        shares{*house.node_},
        evaluating{{.node = *house.node_,
                    .shares = shares,
                    .alarms = alarms,
                    .now_ms = [&house] { return house.time_.ms; }}},
        service{{.node = *house.node_,
                 .receiver = receiver,
                 .guard = guard,
                 .alarms = alarms,
                 .blobs = blobs,
                 .shares = shares,
                 .evaluating = evaluating,
                 .seen_note =
                     [this](const std::string& party) {
                       const auto peer = peers.find(party);
                       return peer == peers.end() ? std::string{} : peer->second.seen.note();
                     },
                 .witnessed = [this](const std::string& party) { return witness.recorded(party); },
                 .cosign =
                     [this, &house](const std::string& party, std::string_view request) {
                       auto answer =
                           witness.add_checkpoint(*house.kernel_->directory(), party, request,
                                                  house.clock_->now().unix_ms / 1'000);
                       return http::text_response(answer.status, answer.media_type,
                                                  std::move(answer.body));
                     },
                 .later =
                     [](const std::function<void()>& task) {
                       task();
                       return true;
                     }}} {
    for (const std::string& peer : house.peers_) {
      peers.try_emplace(peer, house, *this, peer);
    }
  }

  struct Peer {
    Peer(House& house, Exchanging& all, const std::string& peer)
        : seen{house.storage_->files(), "seen/" + peer},
          cosigned{house.storage_->files(), peer},
          sender{{.node = *house.node_,
                  .guard = all.guard,
                  .seen = seen,
                  .alarms = all.alarms,
                  .blobs = all.blobs,
                  .cosigned = &cosigned},
                 core::PartyId{peer}} {
      const auto directory = house.kernel_->directory();
      const evidence::PartyRecord* party = directory->agreement.party(peer);
      BASHU_ASSERT(party && seen.load(party->origin, directory->log_keys(peer)));
    }
    exchange::SeenLog seen;
    exchange::Cosigned cosigned;
    exchange::Sender sender;
    exchange::HeldBytes held;
  };

  exchange::Alarms alarms;
  exchange::Blobs blobs;
  exchange::Guard guard;
  exchange::Witness witness;
  exchange::Receiver receiver;
  exchange::Shares shares;
  exchange::Evaluating evaluating;
  exchange::Service service;
  std::map<std::string, Peer> peers;
};

House::House(const Time& time, std::string party, const sim::Circle& circle, std::uint64_t seed)
    : time_{time},
      party_{std::move(party)},
      clock_{std::make_unique<OwnClock>(time)},
      chance_{std::make_unique<OwnChance>(seed)} {
  for (const auto& [name, content] : sim::identity_files(party_)) {
    BASHU_ASSERT(storage_->files().write(name, content, 0600));
  }
  BASHU_ASSERT(restart());
  const auto adopt = [&](node::Request request) {
    BASHU_ASSERT(std::holds_alternative<node::Done>(run(std::move(request))));
  };
  core::AdoptRecord agreement{
      .record = {.what = "agreement", .party = {}, .edition = 1, .bytes = circle.agreement},
      .parties = {}};
  for (const auto& [one, list] : circle.key_lists) {
    agreement.parties.push_back({.party = core::PartyId{one}});
    if (one != party_) peers_.push_back(one);
  }
  adopt({.command = std::move(agreement), .evidence = circle.agreement});
  for (const auto& [one, list] : circle.key_lists) {
    adopt({.command = core::AdoptRecord{.record = {.what = "keys",
                                                   .party = core::PartyId{one},
                                                   .edition = 1,
                                                   .bytes = list},
                                        .parties = {}},
           .evidence = list});
  }
  kernel_->vault().set_token_key(as_bytes(sha256("token key of the hostile circle")));
  exchanging_ = std::make_unique<Exchanging>(*this);
}

House::~House() = default;

std::expected<void, Fault> House::restart() {
  exchanging_.reset();
  queue_.clear();
  node_.reset();
  kernel_.reset();
  auto kernel =
      node::Kernel::open({.storage = storage_, .clock = clock_.get(), .chance = chance_.get()});
  if (!kernel) return std::unexpected{kernel.error()};
  kernel_ = std::move(*kernel);
  node_ = std::make_unique<OwnNode>(*this);
  if (!peers_.empty()) exchanging_ = std::make_unique<Exchanging>(*this);
  return {};
}

bool House::submit(node::Request request, std::function<void(node::Outcome)> done) {
  queue_.push_back({.request = std::move(request), .done = std::move(done)});
  return true;
}

node::Outcome House::run(node::Request request) {
  node::Outcome outcome;
  submit(std::move(request), [&outcome](node::Outcome told) { outcome = std::move(told); });
  work(std::numeric_limits<std::size_t>::max());
  return outcome;
}

std::size_t House::work(std::size_t most) {
  std::size_t taken = 0;
  for (bool more = true; more && taken < most;) {
    node::Batch batch = kernel_->batch();
    kernel_->tick(batch);
    // What is answered may ask for more; it is not given to this batch.
    std::size_t now = std::min(queue_.size(), most - taken);
    for (; now > 0 && !batch.full(); --now, ++taken) {
      Work work = std::move(queue_.front());
      queue_.pop_front();
      kernel_->handle(batch, std::move(work.request), std::move(work.done));
    }
    more = !queue_.empty();
    if (!batch.empty()) BASHU_ASSERT(kernel_->write(std::move(batch)));
  }
  return taken;
}

void House::pump(const Carry& carry) {
  exchanging_->receiver.tick();
  for (auto& [name, peer] : exchanging_->peers) {
    const core::Outbox& ours = state().outbox(name);
    const core::Inbox& theirs = state().inbox(name);
    peer.held.measure(state(), name);
    peer.sender.refresh(
        {.last = ours.last, .acked = ours.acked, .beyond = ours.beyond, .stopped = ours.stopped});
    exchanging_->receiver.refresh(
        name, {.next = theirs.next,
               .held_bytes = peer.held.bytes(),
               .distrusted = ours.stopped == "fork" || ours.stopped == "peer-rollback"});
  }
  for (auto& [name, peer] : exchanging_->peers) {
    for (const exchange::PeerCall& call : peer.sender.calls(time_.ms)) carry(*this, name, call);
  }
}

void House::handle(const std::string& from, http::Request request, http::Reply reply) {
  exchanging_->service.handle(from, std::move(request), std::move(reply));
}

void House::answer(const std::string& peer, std::uint64_t call, exchange::PeerAnswer answer) {
  exchanging_->peers.at(peer).sender.answer(call, std::move(answer));
}

std::size_t House::waiting_of(const std::string& peer) const {
  std::size_t count = 0;
  for (const Work& one : queue_) {
    const auto* message = std::get_if<core::TakeMessage>(&one.request.command);
    count += message && message->from == peer ? 1U : 0U;
  }
  return count;
}

std::size_t House::documents_wanted() const { return exchanging_->blobs.wanted().size(); }
bool House::wants(const std::string& document) const {
  return exchanging_->blobs.wanted_of(document).has_value();
}
void House::forget_refused() { exchanging_->receiver.tick(); }
std::size_t House::alarms() const { return exchanging_->alarms.newest().size(); }

std::optional<exchange::Trouble> House::trouble() const { return exchanging_->guard.trouble(); }

}  // namespace bashu::hostile
