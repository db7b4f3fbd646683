// What a node does towards one peer (docs/formats/evidence.md 8.1, 8.7, 5.2), without a transport:
// calls() gives the requests to make now, answer() takes what came of them. The node's exchange
// drives it over HTTP, the simulator over its own network.
//
//     guard ─► resume ─► keys ─► receipts ─► resend ─► running ─► (connection lost, gap) ─► resume
//     what do   where    lists    of what      what a    messages, seen, token, documents
//     you hold  were we  both     was answered revoked
//     of us?             ways     while away   key signed
//
// A channel that was stopped stays so until an operator starts it again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "exchange/alarms.h"
#include "exchange/blobs.h"
#include "exchange/guard.h"
#include "exchange/seen.h"
#include "exchange/shares.h"
#include "exchange/window.h"
#include "exchange/witness.h"
#include "node/node.h"

namespace bashu::exchange {

// A request to the peer. `target` follows the prefix `/bashu/v1` of its endpoint.
struct PeerCall {
  std::uint64_t id = 0;
  std::string method = "GET";
  std::string target{};
  std::string content_type{};
  std::string body{};
};
struct PeerAnswer {
  int status = 0;  // 0: no answer; it may have arrived all the same
  std::string body{};
  std::int64_t retry_after_s = 0;
  std::string error{};  // of status 0, for people
};

// Our channel as the journal has it.
struct ChannelState {
  std::int64_t last = 0;
  std::int64_t acked = 0;
  std::set<std::int64_t> beyond{};
  std::string stopped{};
};

enum class Phase : std::uint8_t { guard, resume, push_keys, pull_keys, receipts, resend, running };
[[nodiscard]] std::string_view phase_name(Phase phase);

struct SenderStatus {
  Phase phase = Phase::guard;
  bool up = false;                   // the last call was answered
  std::int64_t last_contact_ms = 0;  // as the driver counts time; 0: never
  std::string trouble;               // why it waits or failed last; for people
  std::string unproven;              // what of ours it says it holds and does not show; for people
  std::int64_t acked = 0;
  std::size_t in_flight = 0;
};

// What it uses of its node; all outlive it.
struct SenderParts {
  node::Node& node;
  Guard& guard;
  SeenLog& seen;
  Alarms& alarms;
  Blobs& blobs;
  Cosigned* cosigned = nullptr;  // what the peer cosigned of our journal; null: it is not asked
  Shares* shares = nullptr;      // of the secret of pseudonyms; null: nothing is dealt
};

class Sender {
 public:
  Sender(SenderParts parts, core::PartyId peer);

  // One thread drives it; answer() may come from any. `now_ms` never falls.
  [[nodiscard]] std::vector<PeerCall> calls(std::int64_t now_ms);
  void answer(std::uint64_t id, PeerAnswer answer);
  // When calls() should be asked again although nothing came.
  [[nodiscard]] std::int64_t wake_ms() const { return wake_ms_; }
  // Called, from any thread, when something came that calls() should see.
  void set_notify(std::function<void()> notify);  // empty before the sender goes
  // To be told at the start and about once a second.
  void refresh(const ChannelState& channel);
  // Documents of this peer to fetch.
  void want(std::vector<std::string> blobs);
  // The peer called us: no need to wait any longer. From any thread.
  void nudge();

  [[nodiscard]] SenderStatus status() const;  // thread-safe

 private:
  enum class What : std::uint8_t {
    seen,
    channel,
    push_keys,
    peek_keys,
    pull_keys,
    receipt,
    message,
    consistency,
    token,
    dealing,
    blob,
    cosign,
    shown,
    witnessed
  };
  struct Pending {
    What what{};
    std::int64_t seq = 0;  // of a message or receipt; edition of a key list
    std::string text;      // name of a blob; the checkpoint to be cosigned
    SeenLog::Step step;
  };
  struct Answered {
    std::uint64_t id = 0;
    PeerAnswer answer;
  };
  struct Acknowledged {  // what the node made of a receipt
    std::int64_t seq = 0;
    bool done = false;
    bool revoked = false;  // its key was, meanwhile
  };
  struct Adopted {};
  struct Stopped {
    bool done = false;
  };
  struct Nudged {};
  struct Resent {  // the node signed a message again, or it needed none any more
    std::int64_t seq = 0;
    bool done = false;
  };
  using Mail = std::variant<Answered, Acknowledged, Adopted, Stopped, Nudged, Resent>;
  // Outlives the sender: the node may answer after it is gone.
  struct Mailbox {
    void post(Mail one);
    std::mutex mutex;
    std::vector<Mail> mail;
    std::function<void()> notify;
  };
  // What the peer says it holds of ours and we lack. It counts when the peer has shown it.
  struct Claim {
    bool is_list = false;  // of keys; else it is a message
    std::int64_t number = 0;
    std::string what{};  // as it goes on after the peer's name; for people
  };
  struct Receipt {
    std::shared_ptr<const node::Directory> under;  // the keys it was checked under
    std::string text, outcome, reason;
  };

  void drain();
  void take(const Answered& mail);
  void take_left(const Pending& pending, const PeerAnswer& answer);
  void take_seen(const PeerAnswer& answer);
  void take_channel(const PeerAnswer& answer);
  void take_lists_held(const PeerAnswer& answer);
  void take_shown(const PeerAnswer& answer);
  void take_witnessed(const PeerAnswer& answer);
  void take_pushed(const PeerAnswer& answer);
  void take_peeked(const PeerAnswer& answer);
  void take_pulled(const PeerAnswer& answer);
  void adopt(const std::string& record);
  void take_message(std::int64_t seq, const PeerAnswer& answer);
  void take_receipt(std::int64_t seq, const PeerAnswer& answer);
  void take_consistency(const SeenLog::Step& step, const PeerAnswer& answer);
  void take_cosigned(const std::string& note, const PeerAnswer& answer);
  void take_dealing(std::int64_t generation, const PeerAnswer& answer);
  void take_blob(const std::string& name, const PeerAnswer& answer);
  void wait_until_mended(const std::string& code, const PeerAnswer& answer);
  // True if it proves the answer to message `seq`; else the channel is stopped, or the peer's keys
  // are asked for first.
  bool accept(std::int64_t seq, const std::string& receipt);
  void acknowledge();
  // Looks for messages that a revoked key signed and has them signed again; false: not all yet.
  [[nodiscard]] bool resend();
  // Whether the peer no longer takes it as it went out, and takes it once it is signed again.
  [[nodiscard]] bool waits_for_resend(std::int64_t seq, const std::string& code) const;
  void stop(std::string_view reason, std::string_view proof, std::string_view why);
  void submit_stop();
  void contradiction();
  // More of our journal is known there than lies here, or another one: it has shown that.
  void stands_ill(evidence::Standing standing, const std::string& why, const std::string& proof);
  void claim(Claim made);
  void claim_list();
  // Tells people, once until it says otherwise; `shown` is what it shows instead.
  void unproven(std::string& standing, const std::string& what, const PeerAnswer& shown);
  // Waits, longer every time, and begins again at `from`.
  void retreat(std::string_view why, Phase from = Phase::resume, std::int64_t retry_after_s = 0);
  void enter(Phase phase);

  void run_phase(std::vector<PeerCall>& out);
  void ask_to_show(std::vector<PeerCall>& out);
  void run_messages(std::vector<PeerCall>& out);
  void run_besides(std::vector<PeerCall>& out);
  void ask_to_cosign(std::vector<PeerCall>& out);
  void call(std::vector<PeerCall>& out, Pending pending, PeerCall made);
  [[nodiscard]] bool waiting_for(What what) const;
  [[nodiscard]] std::int64_t own_edition() const;
  [[nodiscard]] std::uint8_t random_byte();
  void publish_status();

  SenderParts parts_;
  core::PartyId peer_;
  std::string channel_;
  Phase phase_ = Phase::guard;
  bool begun_ = false;                     // refresh() told where the channel stands
  std::string stopped_;                    // as the journal has it, or is to have it
  std::optional<node::Request> stopping_;  // until the journal has it
  bool stop_submitted_ = false;
  std::int64_t now_ms_ = 0, wake_ms_ = 0;
  std::int64_t not_before_ms_ = 0;  // of the phase's next call
  std::int64_t busy_until_ms_ = 0;  // no new messages before
  int failures_ = 0;                // of contact, one after the other
  std::string unverified_;          // why what it holds of our log shows nothing yet
  int suspicions_ = 0;              // receipts that failed, refusals of our key, without progress
  std::optional<Claim> claim_;      // to be shown next
  std::optional<std::uint64_t> claimed_entries_;  // of our journal, cosigned: the same
  std::string unproven_, unproven_entries_;       // what was not shown when it was asked for
  SendWindow window_{64};
  std::int64_t peer_next_ = 0;
  std::int64_t acked_when_asked_ = 0;
  std::int64_t peer_holds_edition_ = 0;  // of our key list
  std::int64_t edition_at_next_ = 0;     // of it, that the peer held when it told peer_next_
  std::int64_t last_ = 0;                // of our messages
  // Of our key list and of the agreement, under which messages were looked at.
  std::pair<std::int64_t, std::int64_t> looked_under_{-1, -1};
  bool to_look_ = false;              // they revoke a key, or give up a channel
  std::int64_t looked_to_ = 0;        // so far: none up to here needs to be signed again
  std::set<std::int64_t> resending_;  // given to the node
  bool keys_pulled_ = false;
  std::int64_t keys_offered_ = 0;  // newest edition of the peer's list; 0: not asked yet
  bool adopting_ = false;
  bool peer_lacks_token_ = false;
  std::map<std::int64_t, Receipt> receipts_;  // verified, not journalled yet
  std::set<std::int64_t> submitted_;          // of them: given to the node
  std::vector<std::string> blobs_;
  std::map<std::string, std::int64_t> blob_not_before_;
  std::int64_t consistency_not_before_ms_ = 0, token_not_before_ms_ = 0, dealing_not_before_ms_ = 0;
  std::int64_t cosign_not_before_ms_ = 0;
  std::optional<std::uint64_t> witness_holds_;  // of our journal, as it said last
  int corrections_ = 0;  // of that, one after the other, since it cosigned or was to wait

  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t next_id_ = 1;

  mutable std::mutex mutex_;  // of what follows
  SenderStatus status_;
};

}  // namespace bashu::exchange
