#include "exchange/outside.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "evidence/checkpoint.h"
#include "evidence/grammar.h"
#include "exchange/witness.h"
#include "node/directory.h"

namespace bashu::exchange {

namespace {

constexpr std::int64_t kLateMs = 3'600'000;
constexpr std::int64_t kFirstMs = 30'000;  // to be answered once, after a start
constexpr std::size_t kAnswerMax = 64u << 10;

std::string file_of(std::string_view name) {
  return "cosigned/outside/" + http::percent_encode(name);
}

}  // namespace

std::vector<OutsideCosigned> outside_cosigned(const node::FileStore& files,
                                              const evidence::Policy& policy,
                                              std::string_view origin,
                                              std::span<const std::string> log_keys) {
  std::vector<OutsideCosigned> all;
  for (const evidence::PolicyWitness& witness : policy.witnesses()) {
    OutsideCosigned one{.name = witness.key.name, .note = {}, .wrong = {}};
    const auto note = files.read(file_of(witness.key.name));
    if (note) {
      const std::vector<evidence::WitnessKey> keys{witness.key};
      const auto checkpoint = evidence::open_checkpoint(*note, origin, log_keys, keys);
      if (!checkpoint) {
        one.wrong = checkpoint.error().code;
      } else if (checkpoint->cosigned.empty()) {
        one.wrong = "note-unsigned";
      } else {
        one.size = checkpoint->size;
        one.time_s = static_cast<std::int64_t>(checkpoint->cosigned.begin()->second);
        one.note = *note;
      }
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::expected<std::unique_ptr<OutsideWitnesses>, Fault> OutsideWitnesses::open(node::Node& node,
                                                                               Options options) {
  bool any = false;
  for (const evidence::PolicyWitness& witness : options.policy.witnesses()) {
    if (witness.url.empty()) continue;
    any = true;
    if (!http::parse_url(witness.url)) {
      return std::unexpected{Fault{.what = witness.url + " is no http:// or https:// URL"}};
    }
  }
  if (!any) return std::unexpected{Fault{.what = "no witness has a URL"}};
  auto tls = options.roots.empty() ? http::open_client_to_anybody()
                                   : http::open_client(http::certificates_of(options.roots));
  if (!tls) return std::unexpected{tls.error()};
  return std::unique_ptr<OutsideWitnesses>{
      new OutsideWitnesses{node, std::move(options), std::move(*tls)}};
}

OutsideWitnesses::OutsideWitnesses(node::Node& node, Options options, http::TlsContext tls)
    : node_{node},
      options_{std::move(options)},
      tls_{std::move(tls)},
      began_ms_{node.clock().steady_ms()},
      client_{http::Client::Options{.connections_max = 2, .body_max = kAnswerMax}} {
  const node::Identity& own = node_.identity();
  const auto kept = outside_cosigned(node_.storage().files(), options_.policy, own.origin,
                                     node_.directory()->log_keys(own.party));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const evidence::PolicyWitness& who = options_.policy.witnesses()[i];
    Witness& witness = witnesses_.emplace_back();
    witness.who = who;
    witness.to = http::parse_url(who.url).value_or(http::Url{});
    witness.holds = kept[i].size;
    witness.next_ms = began_ms_;
    witness.told = {.name = who.key.name,
                    .url = who.url,
                    .size = kept[i].size,
                    .time_s = kept[i].time_s,
                    .problem = kept[i].wrong};
  }
}

void OutsideWitnesses::look() {
  const std::int64_t now_ms = node_.clock().steady_ms();
  for (std::size_t i = 0; i < witnesses_.size(); ++i) {
    Witness& witness = witnesses_[i];
    std::optional<http::Answer> answer;
    {
      const std::lock_guard lock{mutex_};
      answer = std::exchange(witness.answer, std::nullopt);
    }
    if (answer) {
      const std::string note = std::exchange(witness.asked, {});
      witness.next_ms = now_ms + options_.every_ms;
      const std::uint64_t held = witness.holds;
      std::string wrong = take(witness, note, *answer);
      if (witness.holds == held || wrong.empty()) {
        witness.corrections = 0;
      } else if (++witness.corrections <= kCorrectionsMax) {
        witness.next_ms = now_ms;  // at once again, from there
      } else {
        witness.corrections = 0;
        wrong = "it says each time that it has cosigned another length of this journal";
        alarm(witness, wrong, note + "\n" + (*answer)->body);
      }
      const std::lock_guard lock{mutex_};
      witness.told.problem = std::move(wrong);
    }
    if (witness.asked.empty() && now_ms >= witness.next_ms) ask(i, now_ms);
  }
  look_what_is_open();
}

void OutsideWitnesses::ask(std::size_t index, std::int64_t now_ms) {
  Witness& witness = witnesses_[index];
  if (witness.who.url.empty()) return;
  auto next = ask_to_cosign(node_, witness.holds);
  if (!next) {
    witness.next_ms = now_ms + options_.every_ms;
    std::string why = "it has cosigned " + std::to_string(witness.holds) +
                      " entries, where this journal has no checkpoint";
    alarm(witness, why, next.error().note);
    const std::lock_guard lock{mutex_};
    witness.told.problem = std::move(why);
    return;
  }
  if (!*next) return;
  http::Call call{.to = witness.to, .tls = witness.to.tls ? tls_ : nullptr};
  call.request = {.method = "POST",
                  .target = witness.to.path + "/add-checkpoint",
                  .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                  .body = std::move((*next)->request)};
  witness.asked = std::move((*next)->note);
  client_.send(std::move(call), [this, index](http::Answer answer) {
    const std::lock_guard lock{mutex_};
    witnesses_[index].answer = std::move(answer);
  });
}

std::string OutsideWitnesses::take(Witness& witness, const std::string& note,
                                   const http::Answer& answer) {
  if (!answer) return answer.error().what;
  if (answer->status != 200) return refused(witness, note, *answer);
  const node::Identity& own = node_.identity();
  const std::vector<evidence::WitnessKey> keys{witness.who.key};
  const std::string whole = note + answer->body;
  const auto checkpoint =
      evidence::open_checkpoint(whole, own.origin, node_.directory()->log_keys(own.party), keys);
  if (!checkpoint) return "its cosignature does not verify: " + checkpoint.error().code;
  if (checkpoint->cosigned.empty()) return "it cosigned with another key";
  // If it cannot be written it is asked for again.
  if (auto kept = node_.storage().files().write(file_of(witness.who.key.name), whole); !kept) {
    return kept.error().what;
  }
  witness.holds = checkpoint->size;
  const std::lock_guard lock{mutex_};
  witness.told.size = checkpoint->size;
  witness.told.time_s = static_cast<std::int64_t>(checkpoint->cosigned.begin()->second);
  return {};
}

std::string OutsideWitnesses::refused(Witness& witness, const std::string& note,
                                      const http::Response& answer) {
  const std::string_view digits = std::string_view{answer.body}.substr(0, answer.body.find('\n'));
  const auto held = answer.status == 409 ? evidence::parse_decimal(digits) : std::nullopt;
  std::string why = "it answers " + std::to_string(answer.status);
  if (held && *held != witness.holds && *held <= node_.durable()) {
    witness.holds = *held;
    return why + ": it has cosigned " + std::to_string(*held) + " entries";
  }
  // It is no party and signs no refusal: somebody looks at it, and nothing stops.
  if (held) {
    why = *held > node_.durable()
              ? "it has cosigned " + std::to_string(*held) +
                    " entries of this journal, which has " + std::to_string(node_.durable())
              : "it has cosigned another journal of " + std::to_string(*held) + " entries";
  } else if (answer.status == 422) {
    why = "this journal does not continue what it has cosigned";
  } else {
    return why;
  }
  alarm(witness, why, note + "\n" + answer.body);
  return why;
}

void OutsideWitnesses::alarm(const Witness& witness, const std::string& why,
                             std::string_view proof) const {
  if (!options_.alarm) return;
  options_.alarm({.time_ms = node_.clock().now().unix_ms,
                  .code = "witness",
                  .party = node_.identity().party,
                  .text = witness.who.key.name + ": " + why},
                 proof);
}

void OutsideWitnesses::look_what_is_open() {
  const std::uint64_t durable = node_.durable();
  std::uint64_t covered = 0;
  {
    const std::lock_guard lock{mutex_};
    covered = options_.policy.covered(durable, [this](const std::string& name) {
      const auto found = std::ranges::find_if(
          witnesses_, [&](const Witness& one) { return one.told.name == name; });
      return found == witnesses_.end() ? 0 : found->told.size;
    });
  }
  std::optional<std::int64_t> since_ms;
  if (covered < durable) {
    if (open_from_ == covered) {
      const std::lock_guard lock{mutex_};
      since_ms = since_ms_;
    } else if (const auto read = node_.entries(covered, 1)) {
      for (const node::Entry& entry : *read) {
        if (entry.index >= covered && !since_ms) since_ms = entry.time_ms;
      }
    }
  }
  open_from_ = since_ms ? std::optional{covered} : std::nullopt;
  const std::lock_guard lock{mutex_};
  covered_ = covered;
  since_ms_ = since_ms;
}

OutsideWitnesses::Standing OutsideWitnesses::standing() const {
  const std::lock_guard lock{mutex_};
  Standing all{.witnesses = {}, .covered = covered_, .since_ms = since_ms_};
  for (const Witness& witness : witnesses_) all.witnesses.push_back(witness.told);
  return all;
}

std::optional<std::string> OutsideWitnesses::note_by(std::string_view name) const {
  const node::Identity& own = node_.identity();
  for (OutsideCosigned& one : outside_cosigned(node_.storage().files(), options_.policy, own.origin,
                                               node_.directory()->log_keys(own.party))) {
    if (one.name == name && one.size > 0) return std::move(one.note);
  }
  return std::nullopt;
}

std::string OutsideWitnesses::problem() const {
  std::string all;
  for (const One& one : standing().witnesses) {
    if (one.problem.empty()) continue;
    all += (all.empty() ? "" : "; ") + one.name + ": " + one.problem;
  }
  return all;
}

bool OutsideWitnesses::late() const {
  if (node_.clock().steady_ms() - began_ms_ < options_.every_ms + kFirstMs) return false;
  const std::lock_guard lock{mutex_};
  return since_ms_ && node_.clock().now().unix_ms - *since_ms_ > kLateMs;
}

}  // namespace bashu::exchange
