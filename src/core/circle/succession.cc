#include "core/circle/succession.h"

#include <algorithm>

#include "base/try.h"

namespace bashu::core {

namespace {

// How many messages to them they have answered and we do not know of any more.
std::int64_t forgotten(const Deciding& d, const ChannelRenewed& channel) {
  return std::max<std::int64_t>(channel.answered - d.draft.outbox(channel.peer).last, 0);
}

Result fits(const Deciding& d, const ChannelRenewed& channel, bool ours) {
  const std::int64_t next = d.draft.inbox(channel.peer).next;
  if (channel.taken != next - 1) return refuse(Why::not_the_next, next);
  // Only whose log it is may have forgotten what it sent.
  if (!ours && forgotten(d, channel) > 0) return refuse(Why::never_sent);
  return {};
}

}  // namespace

Result renew(Deciding& d, const AdoptRecord& command) {
  const bool ours = std::ranges::any_of(
      command.successors, [&](const LogSucceeded& one) { return one.party == d.self(); });
  std::int64_t messages = 0;
  for (const ChannelRenewed& channel : command.channels) {
    BASHU_TRY_OK(fits(d, channel, ours));
    messages += forgotten(d, channel);
  }
  for (LogSucceeded successor : command.successors) {
    // Each may have told of a case of its own.
    successor.skipped = successor.party == d.self() ? successor.skipped + messages : 0;
    d.draft.decide(successor);
  }
  for (const ChannelRenewed& channel : command.channels) d.draft.decide(channel);
  return {};
}

}  // namespace bashu::core
