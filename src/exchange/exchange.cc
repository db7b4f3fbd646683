#include "exchange/exchange.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/try.h"
#include "exchange/circle.h"
#include "exchange/erased.h"
#include "exchange/guard.h"
#include "exchange/held_bytes.h"
#include "exchange/receiver.h"
#include "exchange/seen.h"
#include "exchange/sender.h"
#include "exchange/service.h"
#include "exchange/witness.h"
#include "http/client.h"
#include "http/message.h"
#include "http/server.h"
#include "http/tls.h"
#include "node/certificates.h"
#include "node/guarded.h"
#include "node/storage/object_files.h"

namespace bashu::exchange {

namespace {

bool is(std::string_view text, evidence::Code code) { return text == code.text(); }

constexpr std::int64_t kTickMs = 1'000;
constexpr std::int64_t kReceiverTickMs = 200;
constexpr std::int64_t kBlobsTickMs = 2'000;
constexpr std::int64_t kLifeTickMs = 60'000;
constexpr std::int64_t kRotationTickMs = 3'600'000;
constexpr std::int64_t kRenewMs = 24 * 3'600'000;
constexpr int kCallTimeoutMs = 30'000;
constexpr int kAskTimeoutMs = 3'000;
constexpr std::int64_t kAskPauseMs = 2'000;  // after no answer
constexpr std::size_t kRequestMax = 2u << 20;
constexpr std::size_t kTasksMax = 1'024;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Certificates are judged by the machine's clock, whatever clock the node is given.
Instant machine_now() {
  return Instant{std::chrono::duration_cast<std::chrono::milliseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()};
}

// Work for one thread, in order.
class Clerk {
 public:
  Clerk() : thread_{[this] { run(); }} {}
  Clerk(const Clerk&) = delete;
  Clerk& operator=(const Clerk&) = delete;
  ~Clerk() {
    {
      const std::lock_guard lock{mutex_};
      ending_ = true;
    }
    more_.notify_one();
    thread_.join();
  }
  bool add(std::function<void()> task) {
    const std::lock_guard lock{mutex_};
    if (ending_ || tasks_.size() >= kTasksMax) return false;
    tasks_.push_back(std::move(task));
    more_.notify_one();
    return true;
  }

 private:
  void run() {
    std::unique_lock lock{mutex_};
    while (true) {
      more_.wait(lock, [&] { return ending_ || !tasks_.empty(); });
      if (ending_) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable more_;
  bool ending_ = false;
  std::deque<std::function<void()>> tasks_;
  std::thread thread_;  // last: it uses the rest
};

struct Peer {
  Peer(node::FileStore& files, const std::string& party)
      : seen{files, "seen/" + party}, cosigned{files, party} {}
  SeenLog seen;
  Cosigned cosigned;
  std::shared_ptr<Sender> sender;  // also held by calls that are under way
  http::TlsContext tls;
  std::optional<http::Url> endpoint;
  std::string endpoint_text;
  std::string channel;                   // ours to it
  HeldBytes held;                        // of theirs; the pump's
  std::int64_t nudged_ms = 0;            // under the exchange's mutex
  std::int64_t not_asked_before_ms = 0;  // the same: it did not answer a moment ago
  std::int64_t since_ms = steady_ms();   // when we began to call it
  PeerStatus facts;                      // under the exchange's mutex
};

class RunningExchange final : public Exchange {
 public:
  RunningExchange(node::Node& node, const Options& options)
      : node_{node},
        alarms_{node.storage().files()},
        blobs_{node.storage().files()},
        shares_{node},
        evaluating_{{.node = node,
                     .shares = shares_,
                     .alarms = alarms_,
                     .per_hour = options.pseudonyms_per_hour,
                     .note = options.asked}},
        pseudonyms_{node, shares_, alarms_,
                    [this](const std::string& party, const std::string& request) {
                      return ask(party, request);
                    }},
        erased_{node, blobs_},
        receiver_{{.node = node,
                   .guard = guard_,
                   .alarms = alarms_,
                   .blobs = blobs_,
                   .now_ms = &steady_ms}},
        service_{
            {.node = node,
             .receiver = receiver_,
             .guard = guard_,
             .alarms = alarms_,
             .blobs = blobs_,
             .shares = shares_,
             .evaluating = evaluating_,
             .seen_note = [this](const std::string& party) { return seen_note(party); },
             .witnessed = [this](const std::string& party) { return witness_->recorded(party); },
             .cosign = [this](const std::string& party,
                              std::string_view request) { return cosign(party, request); },
             .later =
                 [this](std::function<void()> task) { return clerk_->add(std::move(task)); }}} {}
  ~RunningExchange() override { stop(); }

  std::expected<void, Fault> begin(const Options& options);

  std::uint16_t port() const override { return server_->port(); }
  std::vector<PeerStatus> status() override;
  std::optional<Trouble> trouble() const override { return guard_.trouble(); }
  std::vector<Alarm> alarms() const override { return alarms_.newest(); }
  void raise(Alarm alarm, std::string_view proof) override {
    alarms_.raise(std::move(alarm), proof);
  }
  Blobs& blobs() override { return blobs_; }
  Pseudonyms& pseudonyms() override { return pseudonyms_; }
  std::map<std::string, AskedOf> asked_pseudonyms() const override { return evaluating_.asked(); }

 private:
  void stop();
  void pump();
  void watch();
  void tick(std::int64_t now);
  void confirm_restored();
  void follow_directory();
  bool renew_tls(const node::Directory& directory);
  void refresh_from_core();
  void want_blobs();
  void watch_lives();
  void watch_clocks();
  Pseudonyms::Answer ask(const std::string& party, const std::string& request);
  void start_call(const std::string& party, Peer& peer, PeerCall call);
  void wake();
  std::string seen_note(const std::string& party);
  http::Response cosign(const std::string& party, std::string_view request);
  void contradicted(const std::string& party, const std::string& proof);
  void contacted(const std::string& party);

  node::Node& node_;
  Alarms alarms_;
  Blobs blobs_;
  Shares shares_;
  Evaluating evaluating_;
  Pseudonyms pseudonyms_;
  ErasedDocuments erased_;  // of the pump
  Guard guard_;
  std::unique_ptr<Witness> witness_;  // made before anybody can ask
  Receiver receiver_;
  Service service_;
  std::unique_ptr<Clerk> clerk_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<http::Server> server_;

  // The pump's own.
  std::shared_ptr<const node::Directory> directory_;
  std::int64_t tls_made_ms_ = 0;
  std::int64_t next_tick_ms_ = 0, next_receiver_tick_ms_ = 0, next_blobs_ms_ = 0;
  std::int64_t next_lives_ms_ = 0, next_rotation_ms_ = 0;

  // Of peers_ as a map, what is marked above, where and how peers are reached, and the server's
  // context. The pump alone changes them.
  std::mutex mutex_;
  std::uint64_t tls_generation_ = 0;
  std::map<std::string, std::shared_ptr<Peer>> peers_;
  std::set<std::string> confirmed_;  // who has shown what it holds of our journal; of the pump
  http::TlsContext server_tls_;
  bool reported_ = false;  // trouble, to the log

  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  std::int64_t away_after_s_ = 0;
  std::atomic<bool> ending_{false};
  std::thread pump_, watcher_;
};

std::expected<void, Fault> RunningExchange::begin(const Options& options) {
  away_after_s_ = options.away_after_s;
  BASHU_TRY_OK(remember_adopted(node_));
  node::FileStore& files = node_.storage().files();
  auto signer = witness_signer(files, node_.identity());
  if (!signer) return std::unexpected{signer.error()};
  witness_ = std::make_unique<Witness>(
      files, std::move(*signer),
      [this](const std::string& party, const std::string& proof) { contradicted(party, proof); });
  clerk_ = std::make_unique<Clerk>();
  client_ = std::make_unique<http::Client>(
      http::Client::Options{.connections_max = 16, .body_max = kBlobMax + 4'096});
  follow_directory();
  refresh_from_core();
  http::Server::Options serving;
  serving.listen = options.listen.empty() ? node_.identity().peer_listen : options.listen;
  serving.tls = [this] {
    const std::lock_guard lock{mutex_};
    return server_tls_;
  };
  serving.body_max = kRequestMax;
  serving.turned_away = options.turned_away;
  auto server = http::Server::start(
      std::move(serving),
      [this, away = options.turned_away](http::Request request, http::Reply reply) {
        const std::string party = party_of(*node_.directory(), request.chain.get());
        if (!party.empty()) contacted(party);
        if (party.empty() && away) away(request.remote, "no party of the circle");
        service_.handle(party, std::move(request), std::move(reply));
      });
  if (!server) return std::unexpected{server.error()};
  server_ = std::move(*server);
  pump_ = std::thread{[this] { pump(); }};
  watcher_ = std::thread{[this] { watch(); }};
  return {};
}

void RunningExchange::stop() {
  ending_ = true;
  wake();
  if (pump_.joinable()) pump_.join();
  if (watcher_.joinable()) watcher_.join();
  server_.reset();
  clerk_.reset();
  for (const auto& [party, peer] : peers_) peer->sender->set_notify({});
  client_.reset();
}

void RunningExchange::wake() {
  const std::lock_guard lock{wake_mutex_};
  woken_ = true;
  wake_.notify_one();
}

void RunningExchange::watch() {
  std::uint64_t seen = node_.durable();
  while (!ending_) {
    const std::uint64_t now = node_.wait_durable(seen, 250);
    if (now > seen) wake();
    seen = now;
  }
}

void RunningExchange::pump() {
  while (!ending_) {
    const std::int64_t now = steady_ms();
    tick(now);
    std::int64_t until = std::min(next_tick_ms_, next_receiver_tick_ms_);
    std::vector<std::pair<std::string, std::shared_ptr<Peer>>> peers;
    {
      const std::lock_guard lock{mutex_};
      peers.assign(peers_.begin(), peers_.end());
    }
    for (const auto& [party, peer] : peers) {
      for (PeerCall& call : peer->sender->calls(now)) start_call(party, *peer, std::move(call));
      until = std::min(until, peer->sender->wake_ms());
    }
    std::unique_lock lock{wake_mutex_};
    const auto wait = std::chrono::milliseconds{std::max<std::int64_t>(1, until - steady_ms())};
    wake_.wait_for(lock, wait, [this] { return woken_ || ending_; });
    woken_ = false;
  }
}

// Of a `Date` header; nullopt: there is none.
std::optional<Instant> time_in(const std::string& date) {
  std::tm parts{};
  const char* end = ::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end != '\0') return std::nullopt;
  return Instant{static_cast<std::int64_t>(::timegm(&parts)) * 1'000};
}

void RunningExchange::start_call(const std::string& party, Peer& peer, PeerCall call) {
  if (!peer.endpoint || (peer.endpoint->tls && !peer.tls)) {
    peer.sender->answer(call.id, {});
    return;
  }
  http::Call made{.to = *peer.endpoint,
                  .pool = party + "#" + std::to_string(tls_generation_),
                  .tls = peer.tls,
                  .request = {},
                  .repeatable = true,
                  .timeout_ms = kCallTimeoutMs};
  made.request.method = std::move(call.method);
  made.request.target = peer.endpoint->path + call.target;
  if (!call.content_type.empty()) {
    made.request.headers.push_back({"Content-Type", std::move(call.content_type)});
  }
  made.request.body = std::move(call.body);
  // What time it is there, in the name of the certificate that the agreement has of it.
  const auto hear = [&node = node_, party, proven = peer.endpoint->tls](std::string_view date) {
    const auto theirs = proven ? time_in(std::string{date}) : std::nullopt;
    if (theirs) node.peer_times().heard(party, *theirs, node.clock());
  };
  client_->send(std::move(made), [sender = peer.sender, id = call.id, hear](http::Answer answer) {
    PeerAnswer told;
    if (answer) {
      hear(answer->header("date"));
      told.status = answer->status;
      const std::string_view retry = answer->header("retry-after");
      std::int64_t seconds = 0;
      if (std::from_chars(retry.data(), retry.data() + retry.size(), seconds).ec == std::errc{}) {
        told.retry_after_s = std::clamp<std::int64_t>(seconds, 0, 3'600);
      }
      told.body = std::move(answer->body);
    } else {
      told.error = std::move(answer.error().what);
    }
    sender->answer(id, std::move(told));
  });
}

// On the thread of whoever needs the pseudonym, and short: somebody waits for it.
Pseudonyms::Answer RunningExchange::ask(const std::string& party, const std::string& request) {
  http::Call made{.timeout_ms = kAskTimeoutMs};
  std::shared_ptr<Peer> peer;
  {
    const std::lock_guard lock{mutex_};
    const auto it = peers_.find(party);
    if (it == peers_.end() || steady_ms() < it->second->not_asked_before_ms) return {};
    peer = it->second;
    if (!peer->endpoint || (peer->endpoint->tls && !peer->tls)) return {};
    made.to = *peer->endpoint;
    made.pool = party + "#" + std::to_string(tls_generation_) + "#ask";
    made.tls = peer->tls;
  }
  made.request.method = "POST";
  made.request.target = made.to.path + "/pseudonyms";
  made.request.headers.push_back({"Content-Type", "application/json"});
  made.request.body = request;
  auto promised = std::make_shared<std::promise<http::Answer>>();
  auto coming = promised->get_future();
  client_->send(std::move(made),
                [promised](http::Answer answer) { promised->set_value(std::move(answer)); });
  const http::Answer answer = coming.get();
  if (!answer) {
    const std::lock_guard lock{mutex_};
    peer->not_asked_before_ms = steady_ms() + kAskPauseMs;
    return {};
  }
  Pseudonyms::Answer told{.status = answer->status, .body = answer->body};
  const std::string_view retry = answer->header("retry-after");
  std::from_chars(retry.data(), retry.data() + retry.size(), told.retry_after_s);
  return told;
}

void RunningExchange::tick(std::int64_t now) {
  if (now >= next_receiver_tick_ms_) {
    next_receiver_tick_ms_ = now + kReceiverTickMs;
    receiver_.tick();
  }
  if (now < next_tick_ms_ && node_.directory() == directory_) return;
  next_tick_ms_ = now + kTickMs;
  follow_directory();
  shares_.follow();
  refresh_from_core();
  confirm_restored();
  if (now >= next_blobs_ms_) {
    next_blobs_ms_ = now + kBlobsTickMs;
    want_blobs();
    erased_.tick();
  }
  if (now >= next_lives_ms_) {
    next_lives_ms_ = now + kLifeTickMs;
    watch_lives();
    watch_clocks();
  }
  if (now >= next_rotation_ms_) {
    next_rotation_ms_ = now + kRotationTickMs;
    if (rotation_due(node_)) {
      const auto rotated = rotate_keys(node_);
      alarms_.raise({.time_ms = machine_now().unix_ms,
                     .code = "keys",
                     .party = node_.identity().party,
                     .text = rotated
                                 ? "new keys are announced; start the node again within 30 days "
                                   "so that it uses them"
                                 : "new keys could not be made: " + rotated.error().what +
                                       (!node_.identity().root.secret_key.empty()
                                            ? ""
                                            : "; or stop the node, run `bashu circle rotate DIR` "
                                              "where the token is, and start it again")});
    }
  }
  if (const auto trouble = guard_.trouble(); trouble && !reported_) {
    reported_ = true;
    std::fputs(("exchange: nothing leaves this node: " + trouble->text() + "\n").c_str(), stderr);
  }
}

// A journal that came back from a backup is taken on when every peer has shown what it holds of it:
// the largest checkpoint, and the numbers of the channel to it.
void RunningExchange::confirm_restored() {
  node::Gate& gate = node_.gate();
  if (!gate.is_shut(node::Gate::Why::restored) || guard_.trouble()) return;
  std::string names;
  for (const PeerStatus& peer : status()) {
    if (peer.phase != "guard" && peer.phase != "resume") confirmed_.insert(peer.party);
    if (!confirmed_.contains(peer.party)) return;
    names += (names.empty() ? "" : ", ") + peer.party;
  }
  const std::string how = names.empty() ? "there is no peer" : "confirmed by " + names;
  const auto ended = node::end_guard(node_.storage().files(), gate, how);
  alarms_.raise({.time_ms = machine_now().unix_ms,
                 .code = "restored",
                 .party = node_.identity().party,
                 .text = ended
                             ? "a directory that came back from a backup takes writes again: " + how
                             : "the guard could not be ended: " + ended.error().what});
}

void RunningExchange::follow_directory() {
  auto directory = node_.directory();
  const std::int64_t now = steady_ms();
  if (directory == directory_ && (now - tls_made_ms_ < kRenewMs || tls_made_ms_ == 0)) return;
  if (directory->formed) {
    const std::string& own = node_.identity().party;
    for (const evidence::PartyRecord& party : directory->agreement.parties) {
      if (party.party == own) continue;
      if (!directory->agreement.channel(directory->channel(own, party.party))) continue;
      std::shared_ptr<Peer> peer;
      {
        const std::lock_guard lock{mutex_};
        auto& slot = peers_[party.party];
        // Where a log has a successor the channels are others: nothing of before is waited for.
        const std::string channel = directory->channel(own, party.party);
        if (slot && slot->channel != channel) {
          slot->sender->set_notify({});
          slot.reset();
        }
        if (!slot) {
          slot = std::make_shared<Peer>(node_.storage().files(), party.party);
          slot->channel = channel;
          slot->sender = std::make_shared<Sender>(SenderParts{.node = node_,
                                                              .guard = guard_,
                                                              .seen = slot->seen,
                                                              .alarms = alarms_,
                                                              .blobs = blobs_,
                                                              .cosigned = &slot->cosigned,
                                                              .shares = &shares_},
                                                  core::PartyId{party.party});
          slot->sender->set_notify([this] { wake(); });
        }
        peer = slot;
      }
      peer->endpoint_text = party.endpoint;
      {
        const std::lock_guard lock{mutex_};
        peer->endpoint = http::parse_url(party.endpoint);
      }
      peer->cosigned.load(*directory, node_.identity(), party.party);
      const auto log_keys = directory->log_keys(party.party);
      const auto before = evidence::read_predecessors(party.predecessors);
      if (!log_keys.empty() &&
          !peer->seen.load(party.origin, log_keys, before.value_or(evidence::Predecessors{}))) {
        alarms_.raise({.time_ms = machine_now().unix_ms,
                       .code = "seen",
                       .party = party.party,
                       .text = "the checkpoint remembered of " + party.party + " does not verify"});
      }
    }
    if (!renew_tls(*directory)) {
      // Tried again at the next tick.
      return;
    }
  }
  directory_ = std::move(directory);
}

bool RunningExchange::renew_tls(const node::Directory& directory) {
  const node::Identity& own = node_.identity();
  const auto failed = [&](const std::string& what) {
    alarms_.raise(
        {.time_ms = machine_now().unix_ms, .code = "tls", .party = own.party, .text = what});
    return false;
  };
  const auto ca = node::load_ca(node_.storage().files());
  if (!ca) return failed(ca.error().what);
  const auto leaf = node::issue_certificate(*ca, node::host_of(own.endpoint), machine_now());
  if (!leaf) return failed(leaf.error().what);
  const http::TlsOwn certified{.certificate = leaf->certificate_pem, .key = leaf->key_pem};
  std::vector<std::string> all;
  for (const evidence::PartyRecord& party : directory.agreement.parties) {
    if (party.party == own.party) continue;
    auto authorities = peer_authorities(node_.storage().files(), party.party, party.tls_ca);
    if (authorities.empty()) {
      failed("no TLS authority of " + party.party + " in peers/" + party.party +
             ".crt is the one the agreement names");
      continue;
    }
    std::shared_ptr<Peer> peer;
    {
      const std::lock_guard lock{mutex_};
      const auto it = peers_.find(party.party);
      if (it != peers_.end()) peer = it->second;
    }
    all.insert(all.end(), authorities.begin(), authorities.end());
    if (!peer) continue;
    auto context = http::peer_client(certified, authorities);
    if (!context) return failed(context.error().what);
    for (const char* use : {"", "#ask"}) {
      client_->forget(party.party + "#" + std::to_string(tls_generation_) + use);
    }
    const std::lock_guard lock{mutex_};
    peer->tls = std::move(*context);
  }
  auto context = http::peer_server(certified, all);
  if (!context) return failed(context.error().what);
  tls_made_ms_ = steady_ms();
  const std::lock_guard lock{mutex_};
  ++tls_generation_;
  server_tls_ = std::move(*context);
  return true;
}

void RunningExchange::refresh_from_core() {
  std::vector<std::pair<std::string, std::shared_ptr<Peer>>> peers;
  {
    const std::lock_guard lock{mutex_};
    peers.assign(peers_.begin(), peers_.end());
  }
  if (peers.empty()) return;
  struct Told {
    ChannelState ours;
    Receiver::ChannelState theirs;
  };
  std::map<std::string, Told> told;
  node_.query([&](const core::State& state) {
    for (const auto& [party, peer] : peers) {
      const core::Outbox& outbox = state.outbox(party);
      const core::Inbox& inbox = state.inbox(party);
      Told& one = told[party];
      one.ours = {.last = outbox.last,
                  .acked = outbox.acked,
                  .beyond = outbox.beyond,
                  .stopped = outbox.stopped};
      peer->held.measure(state, party);
      one.theirs = {
          .next = inbox.next,
          .held_bytes = peer->held.bytes(),
          .distrusted = is(outbox.stopped, "fork") || is(outbox.stopped, "peer-rollback")};
    }
  });
  for (const auto& [party, peer] : peers) {
    const Told& one = told.at(party);
    peer->sender->refresh(one.ours);
    receiver_.refresh(party, one.theirs);
    const std::lock_guard lock{mutex_};
    PeerStatus& facts = peer->facts;
    facts.party = party;
    facts.endpoint = peer->endpoint_text;
    facts.sent = one.ours.last;
    facts.acked = one.ours.acked;
    facts.backlog =
        one.ours.last - one.ours.acked - static_cast<std::int64_t>(one.ours.beyond.size());
    facts.received = one.theirs.next - 1;
    facts.held = peer->held.messages();
    facts.stopped = one.ours.stopped;
  }
}

void RunningExchange::want_blobs() {
  std::map<std::string, std::vector<std::string>> by_party;
  // What came now could not be kept.
  const bool away = node::documents_away(node_.storage().files()).has_value();
  for (Blobs::Wanted& wanted : away ? std::vector<Blobs::Wanted>{} : blobs_.wanted()) {
    by_party[wanted.party].push_back(std::move(wanted.name));
  }
  const std::lock_guard lock{mutex_};
  for (const auto& [party, peer] : peers_) {
    const auto it = by_party.find(party);
    peer->sender->want(it == by_party.end() ? std::vector<std::string>{} : std::move(it->second));
  }
}

// An alarm a day of each peer whose clock differs from ours.
void RunningExchange::watch_clocks() {
  constexpr std::int64_t kApartS = 60;
  node::Clock& clock = node_.clock();
  for (const auto& one : node_.peer_times().differences(clock)) {
    if (one.seconds >= -kApartS && one.seconds <= kApartS) continue;
    alarms_.raise({.time_ms = machine_now().unix_ms,
                   .code = "clock",
                   .party = one.party,
                   .text = "the clock of " + one.party + " is " +
                           std::to_string(one.seconds < 0 ? -one.seconds : one.seconds) +
                           (one.seconds < 0 ? " s behind ours" : " s ahead of ours")},
                  clock.today().text());
  }
}

// Alarms at 50 % and 80 % of the life of the oldest message without a receipt.
void RunningExchange::watch_lives() {
  std::vector<std::pair<std::string, std::shared_ptr<Peer>>> peers;
  {
    const std::lock_guard lock{mutex_};
    peers.assign(peers_.begin(), peers_.end());
  }
  const auto directory = node_.directory();
  for (const auto& [party, peer] : peers) {
    if (directory->left.contains(party)) continue;
    int percent = 0;
    const std::int64_t seq = peer->sender->status().acked + 1;
    if (const auto envelope = node_.envelope_sent(party, seq)) {
      const auto outer = parse_json(*envelope);
      const auto payload = from_base64url(outer ? outer->text_at("payload") : "");
      const auto inner = payload ? parse_json(*payload) : std::unexpected{JsonError{}};
      const std::int64_t issued = inner ? inner->int_at("issued") : 0;
      const std::int64_t life = inner ? inner->int_at("expiry") - issued : 0;
      const std::int64_t age = node_.clock().now().unix_ms / 1'000 - issued;
      if (life > 0) percent = static_cast<int>(std::clamp<std::int64_t>(age * 100 / life, 0, 100));
    }
    for (const int step : {50, 80}) {
      if (percent < step) continue;
      alarms_.raise({.time_ms = machine_now().unix_ms,
                     .code = "life-" + std::to_string(step),
                     .party = party,
                     .text = "message " + std::to_string(seq) + " to " + party + " has used " +
                             std::to_string(step) + " % of its life"});
    }
    const std::lock_guard lock{mutex_};
    peer->facts.life_used_percent = percent;
  }
}

std::vector<PeerStatus> RunningExchange::status() {
  const auto directory = node_.directory();
  const std::lock_guard lock{mutex_};
  std::vector<PeerStatus> all;
  if (directory->left.contains(node_.identity().party)) return all;
  const std::int64_t now = steady_ms();
  for (const auto& [party, peer] : peers_) {
    if (directory->left.contains(party)) continue;  // nobody waits for it any more
    PeerStatus one = peer->facts;
    const SenderStatus sender = peer->sender->status();
    one.party = party;
    one.up = sender.up;
    one.phase = phase_name(sender.phase);
    if (sender.last_contact_ms > 0) one.last_contact_s = (now - sender.last_contact_ms) / 1'000;
    const std::int64_t heard_ms = std::max(sender.last_contact_ms, peer->since_ms);
    one.away = !sender.up && (now - heard_ms) / 1'000 >= away_after_s_;
    one.trouble = sender.trouble;
    one.unproven = sender.unproven;
    all.push_back(std::move(one));
  }
  return all;
}

std::string RunningExchange::seen_note(const std::string& party) {
  std::shared_ptr<Peer> peer;
  {
    const std::lock_guard lock{mutex_};
    const auto it = peers_.find(party);
    if (it == peers_.end()) return {};
    peer = it->second;
  }
  return peer->seen.note();
}

http::Response RunningExchange::cosign(const std::string& party, std::string_view request) {
  Witness::Answer answer = witness_->add_checkpoint(*node_.directory(), party, request,
                                                    node_.clock().now().unix_ms / 1'000);
  if (answer.media_type.empty()) return http::problem(answer.status, "witness");
  return http::text_response(answer.status, answer.media_type, std::move(answer.body));
}

// A log that shows two histories under its own signature: nothing of it is taken any more.
void RunningExchange::contradicted(const std::string& party, const std::string& proof) {
  alarms_.raise({.time_ms = machine_now().unix_ms,
                 .code = "fork",
                 .party = party,
                 .text = "the journal of " + party + " does not continue what was cosigned here"},
                proof);
  const bool queued =
      node_.submit({.command = core::StopChannel{.peer = core::PartyId{party}, .reason = "fork"},
                    .evidence = proof},
                   [](const node::Outcome& /*outcome*/) {});
  if (queued) wake();
}

void RunningExchange::contacted(const std::string& party) {
  std::shared_ptr<Peer> peer;
  const std::int64_t now = steady_ms();
  {
    const std::lock_guard lock{mutex_};
    const auto it = peers_.find(party);
    if (it == peers_.end() || now - it->second->nudged_ms < kTickMs) return;
    // Only what woke the sender counts: a peer that was here a moment ago may be back from a crash.
    if (it->second->sender->status().trouble.empty()) return;
    it->second->nudged_ms = now;
    peer = it->second;
  }
  peer->sender->nudge();
}

}  // namespace

std::expected<std::unique_ptr<Exchange>, Fault> Exchange::start(node::Node& node, Options options) {
  auto exchange = std::make_unique<RunningExchange>(node, options);
  if (auto begun = exchange->begin(options); !begun) return std::unexpected{begun.error()};
  return exchange;
}

}  // namespace bashu::exchange
