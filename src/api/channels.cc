// A channel that was stopped is started again by two administrators: the first asks, the second
// confirms by asking the same. What stopped it stays in the journal and in the alarms.

#include <utility>

#include "api/handlers.h"
#include "base/json.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::int64_t kAskedLifeMs = 24 * 3'600'000;

}  // namespace

Prepared start_channel(Context& context, const Call& call) {
  if (!call.key->allows("admin")) {
    return std::unexpected{forbidden("This needs `admin`.", "须有 admin 权限。")};
  }
  auto body = json_body(call, {"note"});
  if (!body) return std::unexpected{body.error()};
  const auto note = text_member(*body, "note");
  if (!note) return std::unexpected{note.error()};
  const std::string& party = call.part("party");
  std::optional<std::string> stopped;
  context.node.query([&](const core::State& state) {
    state.each_outbox([&](const core::PartyId& to, const core::Outbox& outbox) {
      if (to == party) stopped = outbox.stopped;
    });
  });
  if (!stopped) return std::unexpected{not_found()};
  if (stopped->empty()) {
    return std::unexpected{
        malformed("party", texts::text("en", "channel.runs"), texts::text("zh", "channel.runs"))};
  }
  const core::Asker by = officer(call);
  const std::string what = party + "\n" + *stopped + "\n" + canonical_json(*body);
  const std::int64_t now = context.node.clock().now().unix_ms;
  ChannelStart first;
  {
    const std::lock_guard lock{context.mutex};
    auto& asked = context.channel_starts;
    std::erase_if(asked, [&](const auto& one) { return now - one.second.at_ms > kAskedLifeMs; });
    const auto it = asked.find(what);
    if (it == asked.end() || it->second.by.principal == by.principal) {
      constexpr std::size_t kAskedMax = 1'000;
      if (asked.size() >= kAskedMax) return std::unexpected{busy(60)};
      asked.insert_or_assign(what, ChannelStart{.by = by, .at_ms = now});
      return json_response(
          Value::Record{{"waits_for", "a second principal"}, {"asked_by", by.principal}}, 202);
    }
    first = it->second;
    asked.erase(it);
  }
  Write write;
  write.request = Value::Record{
      {"channel", party}, {"stopped", *stopped}, {"asked_by", first.by.principal}, {"note", *note}};
  write.command = core::StopChannel{.peer = party, .reason = {}};
  return write;
}

}  // namespace bashu::api
