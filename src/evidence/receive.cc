#include "evidence/receive.h"

#include "evidence/grammar.h"
#include "evidence/in_force.h"

namespace bashu::evidence {
namespace {

std::unexpected<Refusal> refuse(int status, Code code, std::int64_t next = 0) {
  return std::unexpected{Refusal{.status = status, .code = code, .next = next}};
}

}  // namespace

std::expected<Admission, Refusal> admit(const Opened& message, const Receiving& channel,
                                        std::int64_t now) {
  const Payload& payload = message.payload;
  if (payload.to != channel.party || payload.from != message.key.party)
    return refuse(403, "wrong-recipient");
  const auto parts = split_channel(payload.channel);
  if (payload.channel != channel.channel || !channel.listed || !parts ||
      parts->from != payload.from || parts->to != payload.to)
    return refuse(403, "wrong-channel");
  if (payload.agreement != channel.agreement) return refuse(403, "wrong-agreement");
  // Before the key's validity: an answer once given stays available after rotation.
  if (payload.seq < channel.next) {
    const std::optional<std::string> answered = channel.answered(payload.seq);
    if (!answered) return refuse(503, "not-ready");
    if (*answered != message.message_id) return refuse(409, "seq-conflict", channel.next);
    return Admission::duplicate;
  }
  if (message.key.revoked != 0 || (message.second && message.second->revoked != 0))
    return refuse(403, "key-revoked");
  if (lacks_second(message, channel.second_from)) return refuse(403, "second-missing");
  if (!covered(message)) return refuse(403, "key-window");
  if (payload.issued > now + kClockSkew) return refuse(403, "future");
  if (payload.seq - channel.next >= channel.window) return refuse(409, "gap", channel.next);
  return payload.seq > channel.next ? Admission::early : Admission::due;
}

}  // namespace bashu::evidence
