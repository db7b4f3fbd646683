#include "exchange/shown.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "core/told/as_said.h"
#include "core/told/dispute.h"
#include "core/told/members.h"
#include "core/told/step.h"

namespace bashu::exchange {

namespace {

constexpr std::size_t kShownMax = 2;  // the step objected to, and one that stands against it

// Of this circle, signed by who it says it is from.
std::optional<Value> step_in(const std::string& envelope, const node::Directory& directory) {
  const auto said = evidence::read_envelope(envelope);
  if (!said || said->kind != core::told::Step::kKind || said->agreement != directory.agreement.id) {
    return std::nullopt;
  }
  auto opened = evidence::open_envelope(envelope, directory.keys, said->from);
  if (!opened) return std::nullopt;
  evidence::Payload& payload = opened->payload;
  if (!payload.body.as_record()) return std::nullopt;
  return Value::Record{{"from", payload.from},
                       {"seq", payload.seq},
                       {"body", core::told::as_said(std::move(payload.body))}};
}

}  // namespace

void open_shown(evidence::Payload& payload, const node::Directory& directory) {
  Value::Record& members = *payload.body.as_record();
  members.erase(std::string{core::told::kShown});
  const auto shows = members.find(core::told::kShows);
  if (payload.kind != core::told::Dispute::kKind || shows == members.end()) return;
  Value::List steps;
  if (const Value::List* envelopes = shows->second.as_list()) {
    for (std::size_t i = 0; i < envelopes->size() && i < kShownMax; ++i) {
      const std::string* envelope = (*envelopes)[i].as_text();
      auto step = envelope ? step_in(*envelope, directory) : std::nullopt;
      if (step) steps.push_back(*std::move(step));
    }
  }
  members.erase(shows);
  if (!steps.empty()) members.insert_or_assign(std::string{core::told::kShown}, std::move(steps));
}

}  // namespace bashu::exchange
