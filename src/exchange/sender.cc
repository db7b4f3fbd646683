#include "exchange/sender.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "evidence/checkpoint.h"
#include "evidence/envelope.h"
#include "evidence/fsck.h"
#include "evidence/grammar.h"
#include "evidence/in_force.h"
#include "evidence/succession.h"
#include "exchange/own_words.h"
#include "exchange/parts.h"
#include "exchange/records.h"
#include "node/sealer.h"

namespace bashu::exchange {

namespace {

constexpr std::int64_t kHeartbeatMs = 30'000;
constexpr std::int64_t kTickMs = 1'000;
constexpr std::size_t kReceiptsAtOnce = 8;
constexpr std::size_t kLookedAtOnce = 256;
constexpr int kSuspicionsMax = 3;
constexpr std::int64_t kBlobPauseMs = 60'000;
constexpr std::int64_t kDealingPauseMs = 1'000;
constexpr std::int64_t kTokenPauseMs = 30'000;
constexpr std::int64_t kCosignMs = 10'000, kCosignPauseMs = 600'000;

std::string code_of(const PeerAnswer& answer) {
  const auto body = parse_json(answer.body);
  return body ? body->text_at("code") : std::string{};
}

std::string describe(const PeerAnswer& answer) {
  if (answer.status == 0) return answer.error.empty() ? "no answer" : answer.error;
  const std::string code = code_of(answer);
  return std::to_string(answer.status) + (code.empty() ? "" : " " + code);
}

}  // namespace

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::guard:
      return "guard";
    case Phase::resume:
      return "resume";
    case Phase::push_keys:
      return "push-keys";
    case Phase::pull_keys:
      return "pull-keys";
    case Phase::receipts:
      return "receipts";
    case Phase::resend:
      return "resend";
    case Phase::running:
      return "running";
  }
  return "";
}

Sender::Sender(SenderParts parts, core::PartyId peer)
    : parts_{parts},
      peer_{std::move(peer)},
      channel_{parts_.node.directory()->channel(parts_.node.identity().party, peer_)} {}

void Sender::Mailbox::post(Mail one) {
  const std::lock_guard lock{mutex};
  mail.push_back(std::move(one));
  if (notify) notify();
}

void Sender::answer(std::uint64_t id, PeerAnswer answer) {
  mailbox_->post(Answered{.id = id, .answer = std::move(answer)});
}

void Sender::nudge() { mailbox_->post(Nudged{}); }

void Sender::set_notify(std::function<void()> notify) {
  const std::lock_guard lock{mailbox_->mutex};
  mailbox_->notify = std::move(notify);
}

SenderStatus Sender::status() const {
  const std::lock_guard lock{mutex_};
  return status_;
}

void Sender::refresh(const ChannelState& channel) {
  last_ = channel.last;
  if (stopping_) return;
  if (!begun_ || (!stopped_.empty() && channel.stopped.empty())) {
    begun_ = true;
    window_.begin(channel.acked, channel.beyond);
    for (const auto& [seq, receipt] : receipts_) window_.answered(seq);
    suspicions_ = failures_ = 0;
    not_before_ms_ = busy_until_ms_ = 0;
    keys_pulled_ = false;
    if (phase_ != Phase::guard) enter(Phase::resume);
  }
  stopped_ = channel.stopped;
}

void Sender::want(std::vector<std::string> blobs) { blobs_ = std::move(blobs); }

std::uint8_t Sender::random_byte() {
  return static_cast<std::uint8_t>(parts_.node.chance().bytes(1).front());
}

bool Sender::waiting_for(What what) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const auto& one) { return one.second.what == what; });
}

std::int64_t Sender::own_edition() const {
  const auto directory = parts_.node.directory();
  const auto it = directory->keys_edition.find(parts_.node.identity().party);
  return it == directory->keys_edition.end() ? 0 : it->second;
}

void Sender::enter(Phase phase) {
  phase_ = phase;
  if (phase != Phase::resume) return;
  keys_offered_ = 0;
  claim_.reset();
}

void Sender::retreat(std::string_view why, Phase from, std::int64_t retry_after_s) {
  const bool waits = now_ms_ < not_before_ms_;
  if (phase_ != Phase::guard) enter(from);
  {
    const std::lock_guard lock{mutex_};
    status_.trouble = why;
  }
  if (waits) return;  // one failure of contact, noticed by several calls
  ++failures_;
  not_before_ms_ = now_ms_ + std::max(retry_after_s * 1'000, backoff_ms(failures_, random_byte()));
}

void Sender::stop(std::string_view reason, std::string_view proof, std::string_view why) {
  if (!stopped_.empty()) return;
  stopped_ = reason;
  parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                       .code = std::string{reason},
                       .party = peer_,
                       .text = std::string{why}},
                      proof);
  stopping_ =
      node::Request{.command = core::StopChannel{.peer = peer_, .reason = std::string{reason}},
                    .evidence = std::string{proof}};
  submit_stop();
}

void Sender::submit_stop() {
  if (!stopping_ || stop_submitted_) return;
  stop_submitted_ =
      parts_.node.submit(*stopping_, [mailbox = mailbox_](const node::Outcome& outcome) {
        mailbox->post(Stopped{.done = !std::holds_alternative<Fault>(outcome)});
      });
}

void Sender::contradiction() {
  stop("fork", parts_.seen.proof(), "two checkpoints of " + peer_ + " contradict each other");
}

std::vector<PeerCall> Sender::calls(std::int64_t now_ms) {
  now_ms_ = now_ms;
  wake_ms_ = now_ms + kTickMs;
  drain();
  std::vector<PeerCall> out;
  const auto directory = parts_.node.directory();
  const evidence::ChannelRecord* channel =
      directory->formed ? directory->agreement.channel(channel_) : nullptr;
  const evidence::PartyRecord* party = channel ? directory->agreement.party(peer_) : nullptr;
  if (party && begun_ && !parts_.guard.trouble()) {
    window_.set_window(channel->window);
    submit_stop();
    acknowledge();
    if (phase_ != Phase::running) {
      // What was sent before the phase changed is waited for: its answers are still good.
      if (stopped_.empty() || phase_ == Phase::guard) run_phase(out);
    }
    if (phase_ == Phase::running && stopped_.empty()) {
      run_messages(out);
      run_besides(out);
    }
  }
  publish_status();
  return out;
}

void Sender::call(std::vector<PeerCall>& out, Pending pending, PeerCall made) {
  made.id = next_id_++;
  pending_.emplace(made.id, std::move(pending));
  out.push_back(std::move(made));
}

void Sender::run_phase(std::vector<PeerCall>& out) {
  if (now_ms_ < not_before_ms_) {
    wake_ms_ = std::min(wake_ms_, not_before_ms_);
    return;
  }
  switch (phase_) {
    case Phase::guard:
      if (waiting_for(What::seen) || waiting_for(What::channel)) return;
      if (claim_) return ask_to_show(out);
      if (unverified_.empty()) return call(out, {.what = What::seen}, {.target = "/seen"});
      return call(out, {.what = What::channel}, {.target = "/channels/" + channel_});
    case Phase::resume:
      if (waiting_for(What::channel) || window_.in_flight() > 0) return;
      if (claim_) return ask_to_show(out);
      acked_when_asked_ = window_.acked();
      call(out, {.what = What::channel}, {.target = "/channels/" + channel_});
      return;
    case Phase::push_keys: {
      if (waiting_for(What::push_keys)) return;
      if (peer_holds_edition_ >= own_edition()) {
        enter(Phase::pull_keys);
        return run_phase(out);
      }
      const std::int64_t edition = peer_holds_edition_ + 1;
      auto record = held_record(
          parts_.node, "keys/" + parts_.node.identity().party + "/" + std::to_string(edition));
      if (!record) return retreat("our own key list is missing");
      call(out, {.what = What::push_keys, .seq = edition},
           {.method = "POST",
            .target = "/keys",
            .content_type = "application/jose+json",
            .body = std::move(*record)});
      return;
    }
    case Phase::pull_keys: {
      if (adopting_ || waiting_for(What::peek_keys) || waiting_for(What::pull_keys)) return;
      const auto directory = parts_.node.directory();
      const auto it = directory->keys_edition.find(peer_);
      const std::int64_t held = it == directory->keys_edition.end() ? 0 : it->second;
      if (keys_pulled_ || (keys_offered_ > 0 && held >= keys_offered_)) {
        keys_pulled_ = true;
        enter(Phase::receipts);
        return run_phase(out);
      }
      if (keys_offered_ == 0) {
        call(out, {.what = What::peek_keys}, {.target = "/keys/" + peer_});
      } else {
        call(out, {.what = What::pull_keys, .seq = held + 1},
             {.target = "/keys/" + peer_ + "/" + std::to_string(held + 1)});
      }
      return;
    }
    case Phase::receipts: {
      bool missing = false;
      std::size_t asked = 0;
      for (const auto& [id, pending] : pending_) asked += pending.what == What::receipt ? 1U : 0U;
      for (std::int64_t seq = window_.acked() + 1; seq < peer_next_; ++seq) {
        if (window_.is_answered(seq)) continue;
        missing = true;
        if (asked >= kReceiptsAtOnce) break;
        const bool under_way = std::any_of(pending_.begin(), pending_.end(), [&](const auto& one) {
          return one.second.what == What::receipt && one.second.seq == seq;
        });
        if (under_way) continue;
        ++asked;
        call(out, {.what = What::receipt, .seq = seq},
             {.target = "/channels/" + channel_ + "/receipts/" + std::to_string(seq)});
      }
      if (missing) return;
      enter(Phase::resend);
      return run_phase(out);
    }
    case Phase::resend:
      if (resend()) enter(Phase::running);
      return;
    case Phase::running:
      return;
  }
}

// One question for a claim; after an answer that shows nothing the peer is asked anew only when the
// back-off is over.
void Sender::ask_to_show(std::vector<PeerCall>& out) {
  if (waiting_for(What::shown)) return;
  const std::string number = std::to_string(claim_->number);
  call(out, {.what = What::shown},
       {.target = claim_->is_list ? "/keys/" + parts_.node.identity().party + "/" + number
                                  : "/channels/" + channel_ + "/messages/" + number});
}

// What a revoked key signed the peer takes no more, once it holds the list that says so: what it
// answered before that is below its `next`, whose receipts are here.
bool Sender::resend() {
  const auto directory = parts_.node.directory();
  const std::int64_t edition = own_edition();
  const core::PartyId& own = parts_.node.identity().party;
  if (!resending_.empty()) return false;
  if (const std::pair now{edition, directory->agreement.edition}; looked_under_ != now) {
    to_look_ = std::ranges::any_of(directory->keys,
                                   [&](const auto& one) {
                                     return one.second.party == own && one.second.revoked != 0;
                                   }) ||
               evidence::is_renewed(channel_);
    looked_to_ = 0;
    looked_under_ = now;
  }
  if (!to_look_) return true;
  std::size_t looked = 0;
  for (std::int64_t seq = std::max(looked_to_, window_.acked()) + 1; seq <= last_; ++seq) {
    if (++looked > kLookedAtOnce) {
      wake_ms_ = now_ms_;
      return false;
    }
    const auto envelope =
        window_.is_answered(seq) ? std::nullopt : parts_.node.envelope_sent(peer_, seq);
    if (envelope && node::must_be_signed_again(*envelope, *directory, own, peer_)) {
      if (edition_at_next_ < edition) {  // where was it when it took the list?
        enter(Phase::resume);
        wake_ms_ = now_ms_;
        return false;
      }
      const bool queued = parts_.node.submit(
          {.command = core::ResendMessage{.to = peer_, .seq = seq}, .evidence = {}},
          [mailbox = mailbox_, seq](const node::Outcome& outcome) {
            mailbox->post(Resent{.seq = seq, .done = std::holds_alternative<node::Done>(outcome)});
          });
      if (!queued) break;
      resending_.insert(seq);
    }
    if (resending_.empty()) looked_to_ = seq;
  }
  return resending_.empty() && std::max(looked_to_, window_.acked()) >= last_;
}

void Sender::run_messages(std::vector<PeerCall>& out) {
  if (own_edition() > peer_holds_edition_) {
    enter(Phase::push_keys);  // before anything signed with a new key arrives
    return run_phase(out);
  }
  if (now_ms_ < busy_until_ms_) {
    wake_ms_ = std::min(wake_ms_, busy_until_ms_);
    return;
  }
  while (const auto seq = window_.next(now_ms_)) {
    auto envelope = parts_.node.envelope_sent(peer_, *seq);
    if (!envelope) break;
    window_.sent(*seq);
    call(out, {.what = What::message, .seq = *seq},
         {.method = "POST",
          .target = "/channels/" + channel_ + "/messages",
          .content_type = "application/jose+json",
          .body = std::move(*envelope)});
  }
  if (const auto wake = window_.wake_ms())
    wake_ms_ = std::min(wake_ms_, std::max(*wake, now_ms_ + 1));
  if (pending_.empty()) {
    failures_ = 0;
    const auto contact = status().last_contact_ms;
    if (now_ms_ - contact >= kHeartbeatMs) {
      enter(Phase::resume);
      run_phase(out);
    }
  }
}

void Sender::run_besides(std::vector<PeerCall>& out) {
  if (now_ms_ >= consistency_not_before_ms_ && !waiting_for(What::consistency)) {
    if (const auto step = parts_.seen.wanted(now_ms_)) {
      call(out, {.what = What::consistency, .step = *step},
           {.target = "/log/consistency/" + std::to_string(step->old_size) + "/" +
                      std::to_string(step->size)});
    }
  }
  if (peer_lacks_token_ && now_ms_ >= token_not_before_ms_ && !waiting_for(What::token)) {
    const std::string key = parts_.node.vault().token_key();
    const std::string seal_key = parts_.node.directory()->seal_key(peer_);
    const evidence::PartyRecord* party = parts_.node.directory()->agreement.party(peer_);
    if (!key.empty() && !seal_key.empty() && party && party->member) {
      const Value body{Value::Record{{"key", base64url(node::seal_to(seal_key, key))}}};
      call(out, {.what = What::token},
           {.method = "POST",
            .target = "/token",
            .content_type = "application/json",
            .body = canonical_json(body)});
    }
  }
  if (parts_.shares && now_ms_ >= dealing_not_before_ms_ && !waiting_for(What::dealing)) {
    if (const auto generation = parts_.shares->lacking(peer_)) {
      call(out, {.what = What::dealing, .seq = *generation},
           {.target = "/pseudonyms/" + std::to_string(*generation)});
    }
  }
  ask_to_cosign(out);
  if (!waiting_for(What::blob)) {
    for (const std::string& name : blobs_) {
      const auto pause = blob_not_before_.find(name);
      if (pause != blob_not_before_.end() && now_ms_ < pause->second) continue;
      if (parts_.blobs.has(name)) {  // it was wished for while nobody could tell
        parts_.blobs.give_up(name);
        continue;
      }
      call(out, {.what = What::blob, .text = name}, {.target = "/blobs/" + name});
      break;
    }
  }
}

// What is durable here and not cosigned there yet, with the proof that it continues what was.
void Sender::ask_to_cosign(std::vector<PeerCall>& out) {
  if (!parts_.cosigned || now_ms_ < cosign_not_before_ms_ || waiting_for(What::cosign) ||
      waiting_for(What::witnessed)) {
    return;
  }
  if (claimed_entries_) {
    return call(out, {.what = What::witnessed}, {.target = "/witness/checkpoint"});
  }
  const auto directory = parts_.node.directory();
  if (witness_keys(*directory, peer_).empty()) return;
  const std::uint64_t old = witness_holds_.value_or(parts_.cosigned->state().size);
  auto ask = exchange::ask_to_cosign(parts_.node, old);
  if (!ask) {
    cosign_not_before_ms_ = now_ms_ + kCosignPauseMs;
    parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                         .code = "witness",
                         .party = peer_,
                         .text = peer_ + " has cosigned our journal at " + std::to_string(old) +
                                 " entries, where it has no checkpoint"});
    return;
  }
  if (!*ask) return;
  call(out, {.what = What::cosign, .text = std::move((*ask)->note)},
       {.method = "POST",
        .target = "/witness/add-checkpoint",
        .content_type = "text/plain; charset=utf-8",
        .body = std::move((*ask)->request)});
}

void Sender::drain() {
  std::vector<Mail> mail;
  {
    const std::lock_guard lock{mailbox_->mutex};
    mail.swap(mailbox_->mail);
  }
  for (const Mail& one : mail) {
    if (const auto* answered = std::get_if<Answered>(&one)) {
      take(*answered);
    } else if (const auto* acknowledged = std::get_if<Acknowledged>(&one)) {
      submitted_.erase(acknowledged->seq);
      if (acknowledged->done) receipts_.erase(acknowledged->seq);
      if (acknowledged->revoked) begun_ = false;  // it is to be answered again
    } else if (std::holds_alternative<Adopted>(one)) {
      adopting_ = false;
    } else if (const auto* resent = std::get_if<Resent>(&one)) {
      resending_.erase(resent->seq);
      if (!resent->done) retreat("a message that a revoked key signed cannot be signed again yet");
    } else if (const auto* stopped = std::get_if<Stopped>(&one)) {
      stop_submitted_ = false;
      if (stopped->done) stopping_.reset();
    } else if (now_ms_ < not_before_ms_ && failures_ > 0) {
      not_before_ms_ = std::min(not_before_ms_, now_ms_ + kTickMs);
    }
  }
}

void Sender::take(const Answered& mail) {
  const auto it = pending_.find(mail.id);
  if (it == pending_.end()) return;
  const Pending pending = std::move(it->second);
  pending_.erase(it);
  const PeerAnswer& answer = mail.answer;
  {
    const std::lock_guard lock{mutex_};
    status_.up = answer.status != 0;
    if (answer.status != 0) status_.last_contact_ms = now_ms_;
  }
  if (answer.status == 403 && code_of(answer) == evidence::Code{"left-circle"}.text()) {
    return take_left(pending, answer);
  }
  switch (pending.what) {
    case What::seen:
      return take_seen(answer);
    case What::channel:
      return take_channel(answer);
    case What::push_keys:
      return take_pushed(answer);
    case What::peek_keys:
      return take_peeked(answer);
    case What::pull_keys:
      return take_pulled(answer);
    case What::receipt:
      return take_receipt(pending.seq, answer);
    case What::message:
      return take_message(pending.seq, answer);
    case What::consistency:
      return take_consistency(pending.step, answer);
    case What::blob:
      return take_blob(pending.text, answer);
    case What::cosign:
      return take_cosigned(pending.text, answer);
    case What::shown:
      return take_shown(answer);
    case What::witnessed:
      return take_witnessed(answer);
    case What::dealing:
      return take_dealing(pending.seq, answer);
    case What::token:
      token_not_before_ms_ = now_ms_ + kTokenPauseMs;
      if (answer.status == 204) peer_lacks_token_ = false;
      if (answer.status == 409) {
        peer_lacks_token_ = false;
        parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                             .code = "token-conflict",
                             .party = peer_,
                             .text = peer_ + " holds another key for tokens"});
      }
      return;
  }
}

// 404: the peer has not dealt yet.
void Sender::take_dealing(std::int64_t generation, const PeerAnswer& answer) {
  dealing_not_before_ms_ = now_ms_ + kDealingPauseMs;
  if (answer.status != 200) return;
  const auto taken = parts_.shares->take(peer_, generation, answer.body);
  if (taken) return;
  parts_.alarms.raise(
      {.time_ms = parts_.node.clock().now().unix_ms,
       .code = "pseudonyms-dealt",
       .party = peer_,
       .text = "what " + peer_ + " dealt of generation " + std::to_string(generation) +
               " of the secret of pseudonyms is not sound: " + taken.error().what},
      answer.body);
}

// It says that we are of the circle no more. Its word alone stops nothing here: the edition does.
void Sender::take_left(const Pending& pending, const PeerAnswer& answer) {
  if (pending.what == What::message) window_.again(pending.seq, now_ms_);
  parts_.alarms.raise(
      {.time_ms = parts_.node.clock().now().unix_ms,
       .code = evidence::Code{"left-circle"},
       .party = peer_,
       .text = peer_ + " says that this node is of the circle no more: ask it for the circle file "
                       "and adopt it here (`bashu circle adopt DIR FILE`)"},
      parts_.node.clock().today().text());
  retreat(describe(answer));
}

void Sender::take_seen(const PeerAnswer& answer) {
  if (phase_ != Phase::guard) return;
  if (answer.status == 200) {
    const auto directory = parts_.node.directory();
    const node::Identity& own = parts_.node.identity();
    const auto theirs =
        evidence::open_checkpoint(answer.body, own.origin, directory->log_keys(own.party));
    if (!theirs) {
      unverified_ = "what it holds of our log does not verify: " + theirs.error().code;
      return;
    }
    const evidence::Standing standing = standing_of(parts_.node, *theirs);
    if (standing == evidence::Standing::rollback && !own_checkpoint(parts_.node, answer.body)) {
      unverified_ = "what it holds of our log is signed by a revoked key";
      return;
    }
    if (standing != evidence::Standing::ok) {
      return stands_ill(standing,
                        "holds our checkpoint of size " + std::to_string(theirs->size) +
                            ", our journal has " + std::to_string(parts_.node.durable()),
                        answer.body);
    }
  } else if (answer.status != 404 || code_of(answer) == evidence::Code{"unknown-peer"}.text()) {
    return retreat(describe(answer), Phase::guard, answer.retry_after_s);
  }
  parts_.guard.pass(peer_);
  enter(Phase::resume);
}

// A checkpoint of ours under a log key that no list here names: where the peer holds a list of ours
// that is not here, this journal was taken back; else it has what we never signed.
void Sender::take_lists_held(const PeerAnswer& answer) {
  const std::string why = std::exchange(unverified_, {});
  const auto body = answer.status == 200 ? parse_json(answer.body) : std::unexpected{JsonError{}};
  const std::int64_t held = body ? body->int_at("keys_edition") : 0;
  if (held <= own_edition()) return retreat(why);
  claim_list();
}

void Sender::claim_list() {
  const std::int64_t own = own_edition();
  claim({.is_list = true,
         .number = own + 1,
         .what = "holds our key list " + std::to_string(own + 1) + ", our journal has " +
                 std::to_string(own)});
}

void Sender::claim(Claim made) {
  parts_.guard.hold(peer_);
  claim_ = std::move(made);
}

void Sender::take_shown(const PeerAnswer& answer) {
  const std::optional<Claim> made = std::exchange(claim_, std::nullopt);
  if (!made) return;
  const MessageNamed message{.to = peer_, .channel = channel_, .seq = made->number};
  if (answer.status == 200 && (made->is_list ? is_our_next_list(parts_.node, answer.body)
                                             : is_our_message(parts_.node, message, answer.body))) {
    return stands_ill(evidence::Standing::rollback, made->what, answer.body);
  }
  unproven(unproven_, made->what, answer);
  retreat(unproven_, Phase::resume, answer.retry_after_s);
}

void Sender::stands_ill(evidence::Standing standing, const std::string& why,
                        const std::string& proof) {
  parts_.guard.fail(standing, peer_ + " " + why);
  parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                       .code = evidence::code_of(standing),
                       .party = peer_,
                       .text = peer_ + " " + why},
                      proof);
}

// Nothing that it said is a proof, so the alarm has none.
void Sender::unproven(std::string& standing, const std::string& what, const PeerAnswer& shown) {
  const bool told = !standing.empty();
  standing = peer_ + " says that it " + what + ", and does not show it: " +
             (shown.status == 200 ? "what it shows is not signed by this node" : describe(shown));
  if (told) return;
  parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                       .code = "rollback-unproven",
                       .party = peer_,
                       .text = standing});
}

void Sender::take_channel(const PeerAnswer& answer) {
  if (phase_ == Phase::guard) return take_lists_held(answer);
  if (phase_ != Phase::resume) return;
  const auto body = answer.status == 200 ? parse_json(answer.body) : std::unexpected{JsonError{}};
  const std::int64_t next = body ? body->int_at("next") : 0;
  if (next < 1) return retreat(describe(answer), Phase::resume, answer.retry_after_s);
  if (next > 1 && next - 1 > window_.acked() && !parts_.node.envelope_sent(peer_, next - 1)) {
    // A list that it holds names the key of the message, perhaps.
    if (body->int_at("keys_edition") > own_edition()) return claim_list();
    return claim({.number = next - 1,
                  .what = "has answered our message " + std::to_string(next - 1) +
                          ", which our journal does not hold"});
  }
  if (next <= acked_when_asked_) {
    return stop("peer-rollback", answer.body,
                peer_ + " asks for message " + std::to_string(next) +
                    ", but we hold its receipts up to " + std::to_string(acked_when_asked_));
  }
  unproven_.clear();
  parts_.guard.pass(peer_);  // it may have claimed more before
  peer_next_ = next;
  peer_holds_edition_ = edition_at_next_ = body->int_at("keys_edition");
  peer_lacks_token_ = !body->bool_at("token", true);
  enter(Phase::push_keys);
}

void Sender::take_pushed(const PeerAnswer& answer) {
  if (phase_ != Phase::push_keys) return;
  if (answer.status == 204) {
    ++peer_holds_edition_;
    return;
  }
  const auto body = parse_json(answer.body);
  const std::int64_t held = body ? body->int_at("next") : 0;
  if (answer.status == 409 && held > peer_holds_edition_) {
    peer_holds_edition_ = held;
    return;
  }
  retreat("our key list was refused: " + describe(answer), Phase::resume, answer.retry_after_s);
}

void Sender::take_peeked(const PeerAnswer& answer) {
  if (phase_ != Phase::pull_keys) return;
  const auto read = answer.status == 200 ? evidence::read_keys(answer.body)
                                         : std::unexpected{evidence::Bad{"record-form"}};
  if (!read)
    return retreat("its key list: " + describe(answer), Phase::resume, answer.retry_after_s);
  keys_offered_ = read->edition;
}

void Sender::take_pulled(const PeerAnswer& answer) {
  if (phase_ != Phase::pull_keys) return;
  if (answer.status != 200) {
    return retreat("its key list: " + describe(answer), Phase::resume, answer.retry_after_s);
  }
  auto checked = check_keys(parts_.node, answer.body);
  if (!checked) {
    parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                         .code = checked.error().code,
                         .party = peer_,
                         .text = "the key list of " + peer_ + " cannot be adopted"},
                        answer.body);
    return retreat("its key list cannot be adopted: " + checked.error().code);
  }
  if (checked->known) return;
  adopting_ =
      parts_.node.submit(std::move(checked->request),
                         [mailbox = mailbox_](const node::Outcome&) { mailbox->post(Adopted{}); });
  if (!adopting_) retreat("the node is busy");
}

void Sender::take_message(std::int64_t seq, const PeerAnswer& answer) {
  const auto pause = [&] { return now_ms_ + backoff_ms(window_.tries(seq) + 1, random_byte()); };
  const std::int64_t retry_ms = now_ms_ + answer.retry_after_s * 1'000;
  const std::string code = answer.status == 200 ? "" : code_of(answer);
  if (answer.status == 200) {
    if (!accept(seq, answer.body)) window_.again(seq, now_ms_);
    return;
  }
  if (answer.status == 202) return window_.again(seq, pause());
  if (answer.status == 429 || answer.status >= 500) {
    const std::int64_t at = std::max(pause(), retry_ms);
    window_.busy();
    window_.again(seq, at);
    busy_until_ms_ = std::max(busy_until_ms_, std::max(retry_ms, now_ms_ + 200));
    const std::lock_guard lock{mutex_};
    status_.trouble = describe(answer);
    return;
  }
  window_.again(seq, now_ms_);
  const auto is = [&](evidence::Code one) { return code == one.text(); };
  if (answer.status == 0 || answer.status < 400 || is("gap") || is("unknown-peer") ||
      answer.status == 404 || waits_for_resend(seq, code) ||
      (is("key") && ++suspicions_ < kSuspicionsMax)) {
    return retreat(describe(answer));
  }
  if (code == "future" || code == "wrong-agreement") return wait_until_mended(code, answer);
  stop(code.empty() ? "http-" + std::to_string(answer.status) : code, answer.body,
       peer_ + " refuses message " + std::to_string(seq) + ": " + describe(answer));
}

// Its list may be newer than the one we went by when we sent; or it took the message as it was
// before, and told so too late.
bool Sender::waits_for_resend(std::int64_t seq, const std::string& code) const {
  if (code == evidence::Code{"key-revoked"}.text()) return true;
  if (code == evidence::Code{"seq-conflict"}.text()) {
    return parts_.node.envelope_before(peer_, seq).has_value();
  }
  const auto envelope = parts_.node.envelope_sent(peer_, seq);
  return code == evidence::Code{"voucher"}.text() && envelope &&
         evidence::speaks_revoked(*envelope, parts_.node.directory()->keys);
}

// A clock that is wrong and an edition that one side has adopted before the other are set right by
// people; then the same messages are taken.
void Sender::wait_until_mended(const std::string& code, const PeerAnswer& answer) {
  const bool clock = code == "future";
  parts_.alarms.raise(
      {.time_ms = parts_.node.clock().now().unix_ms,
       .code = clock ? "clock" : code,
       .party = peer_,
       .text = clock ? peer_ + " says that our messages are of a time to come: the clock here or "
                               "there is wrong"
                     : peer_ + " does not hold the edition of the agreement that we have adopted"});
  retreat(describe(answer), Phase::resume, answer.retry_after_s);
}

void Sender::take_receipt(std::int64_t seq, const PeerAnswer& answer) {
  if (window_.is_answered(seq)) return;
  if (answer.status == 200) {
    accept(seq, answer.body);
  } else {
    retreat("receipt " + std::to_string(seq) + ": " + describe(answer), Phase::resume,
            answer.retry_after_s);
  }
}

bool Sender::accept(std::int64_t seq, const std::string& receipt) {
  if (window_.is_answered(seq)) return true;
  const auto directory = parts_.node.directory();
  const evidence::PartyRecord* party = directory->agreement.party(peer_);
  const auto envelope = parts_.node.envelope_sent(peer_, seq);
  if (!party || !envelope) {
    retreat("the agreement no longer names it");
    return false;
  }
  const auto log_keys = directory->log_keys(peer_);
  const auto proves = [&](const std::string& message) {
    return evidence::accept_receipt(receipt, party->origin, log_keys,
                                    evidence::message_id_of(message), channel_,
                                    static_cast<std::uint64_t>(seq));
  };
  auto proven = proves(*envelope);
  if (!proven) {  // it was taken as it was before it was signed again
    if (const auto before = parts_.node.envelope_before(peer_, seq)) proven = proves(*before);
  }
  const evidence::LogOwner owner{.party = peer_, .origin = party->origin};
  if (proven && evidence::signed_revoked(receipt, owner, directory->keys)) {
    // Who stole the key may stand at its address. The peer itself signs it again.
    retreat("its receipt is signed by a revoked key");
    return false;
  }
  if (proven) {
    const auto in_force = evidence::open_receipt(receipt, owner, directory->keys);
    if (!in_force) {
      proven = std::unexpected{in_force.error()};
    } else if (evidence::lacks_second(*in_force, directory->agreement.second_from("receipts"))) {
      proven = std::unexpected{evidence::Bad{"second-missing"}};
    }
  }
  if (!proven) {
    if (++suspicions_ < 2) {  // signed perhaps with a key we have not heard of
      keys_pulled_ = false;
      retreat("its receipt does not verify: " + proven.error().code);
    } else {
      stop("receipt", *envelope + "\n\n" + receipt,
           "the receipt of message " + std::to_string(seq) +
               " does not verify: " + proven.error().code);
    }
    return false;
  }
  suspicions_ = 0;
  failures_ = 0;
  const auto text = [](const std::string& token) { return token == "-" ? std::string{} : token; };
  receipts_[seq] = {.under = directory,
                    .text = receipt,
                    .outcome = text(proven->entry.outcome),
                    .reason = text(proven->entry.reason)};
  window_.answered(seq);
  const auto before = evidence::read_predecessors(party->predecessors);
  if (!parts_.seen.load(party->origin, log_keys, before.value_or(evidence::Predecessors{}))) {
    contradiction();
  } else if (!parts_.seen.add(proven->checkpoint, checkpoint_of(receipt), now_ms_)) {
    contradiction();
  }
  return true;
}

void Sender::acknowledge() {
  for (const auto& [seq, receipt] : receipts_) {
    if (submitted_.contains(seq)) continue;
    core::AckMessage ack{
        .to = peer_, .seq = seq, .outcome = receipt.outcome, .reason = receipt.reason};
    const bool queued = parts_.node.submit(
        {.command = std::move(ack), .evidence = receipt.text, .under = receipt.under},
        [mailbox = mailbox_, number = seq](const node::Outcome& outcome) {
          // A Fault is tried again; a refusal says that it is known, or came too late.
          const auto* refused = std::get_if<Reject>(&outcome);
          mailbox->post(Acknowledged{.seq = number,
                                     .done = !std::holds_alternative<Fault>(outcome),
                                     .revoked = refused && refused->code == RejectCode::not_ready});
        });
    if (!queued) {
      wake_ms_ = std::min(wake_ms_, now_ms_ + 100);
      return;
    }
    submitted_.insert(seq);
  }
}

void Sender::take_consistency(const SeenLog::Step& step, const PeerAnswer& answer) {
  if (answer.status != 200) {
    consistency_not_before_ms_ =
        now_ms_ + std::max<std::int64_t>(5'000, answer.retry_after_s * 1'000);
    return;
  }
  const auto path = read_consistency(answer.body, step.old_size);
  if (!path || !parts_.seen.take(step, *path)) {
    if (path) return contradiction();
    consistency_not_before_ms_ = now_ms_ + 5'000;
  }
}

void Sender::take_cosigned(const std::string& note, const PeerAnswer& answer) {
  cosign_not_before_ms_ = now_ms_ + std::max(kCosignMs, answer.retry_after_s * 1'000);
  if (answer.status == 0 || answer.status == 503) return;
  const auto alarm = [&](std::string code, std::string text) {
    parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                         .code = std::move(code),
                         .party = peer_,
                         .text = std::move(text)},
                        note + "\n" + answer.body);
  };
  if (answer.status == 200) {
    corrections_ = 0;
    witness_holds_.reset();
    unproven_entries_.clear();
    if (parts_.cosigned->take(*parts_.node.directory(), parts_.node.identity(), peer_, note,
                              answer.body)) {
      return;
    }
    cosign_not_before_ms_ = now_ms_ + kCosignPauseMs;
    return alarm("witness", "the cosignature of " + peer_ + " does not verify");
  }
  const std::string_view digits = std::string_view{answer.body}.substr(0, answer.body.find('\n'));
  const auto held = answer.status == 409 ? evidence::parse_decimal(digits) : std::nullopt;
  if (held && *held > parts_.node.durable()) {
    claimed_entries_ = held;
    cosign_not_before_ms_ = now_ms_;
    return;
  }
  unproven_entries_.clear();
  if (held && held != witness_holds_.value_or(parts_.cosigned->state().size)) {
    witness_holds_ = held;  // from there on
    cosign_not_before_ms_ = now_ms_;
    if (++corrections_ <= kCorrectionsMax) return;
    corrections_ = 0;
    cosign_not_before_ms_ = now_ms_ + kCosignPauseMs;
    return alarm("witness",
                 peer_ + " says each time that it has cosigned another length of our journal");
  }
  corrections_ = 0;
  cosign_not_before_ms_ = now_ms_ + kCosignPauseMs;
  if (held || answer.status == 422) {
    alarm("witness", peer_ + " says that our journal does not continue what it has cosigned");
  }
}

// Cosigning alone waits for who does not show it: nothing else depends on it.
void Sender::take_witnessed(const PeerAnswer& answer) {
  const auto claimed = std::exchange(claimed_entries_, std::nullopt);
  if (!claimed) return;
  const std::string entries = " entries, our journal has " + std::to_string(parts_.node.durable());
  const auto shown = own_checkpoint(parts_.node, answer.body);
  if (shown && shown->standing != evidence::Standing::ok) {
    return stands_ill(
        shown->standing,
        "has cosigned our journal at " + std::to_string(shown->checkpoint.size) + entries,
        answer.body);
  }
  cosign_not_before_ms_ = now_ms_ + kCosignPauseMs;
  unproven(unproven_entries_, "has cosigned our journal at " + std::to_string(*claimed) + entries,
           answer);
}

void Sender::take_blob(const std::string& name, const PeerAnswer& answer) {
  bool good = answer.status == 200 && hex(sha256(answer.body)) == name;
  // Before the list itself is here: a start between the two would miss them for good.
  for (const Part& part : parts_in(good ? answer.body : "").value_or(std::vector<Part>{})) {
    good = good && parts_.blobs.want(part.name, peer_).has_value();
    if (!parts_.blobs.has(part.name)) blobs_.push_back(part.name);
  }
  if (!good || !parts_.blobs.put(answer.body)) blob_not_before_[name] = now_ms_ + kBlobPauseMs;
  if (good) std::erase(blobs_, name);
}

void Sender::publish_status() {
  const std::lock_guard lock{mutex_};
  status_.phase = phase_;
  status_.acked = window_.acked();
  status_.in_flight = window_.in_flight();
  if (phase_ == Phase::running && stopped_.empty() && status_.up && failures_ == 0) {
    status_.trouble.clear();
  }
  if (!stopped_.empty()) status_.trouble = "stopped: " + stopped_;
  status_.unproven = unproven_.empty() ? unproven_entries_ : unproven_;
}

}  // namespace bashu::exchange
