#include "core/circle/leaving.h"

#include <string>

#include "core/cases/definition.h"
#include "texts/texts.h"

namespace bashu::core {

bool is_open(const State& state, const Case& c) {
  const auto row = state.circle().packs.find(c.pack);
  const auto* service = row == state.circle().packs.end() || !row->second.pack
                            ? nullptr
                            : packs::find(row->second.pack->services, c.service);
  return service && running_state(c, {.pack = row->second.pack, .service = service});
}

Standstill standstill(const State& state, std::string_view party) {
  const PartyId id{std::string{party}};
  const Outbox& box = state.outbox(party);
  Standstill found{
      .cases = 0,
      .unanswered = box.last - box.acked - static_cast<std::int64_t>(box.beyond.size()),
      .held = static_cast<std::int64_t>(state.inbox(party).held.size()),
      .records = 0};
  state.each_case([&](const Case& c) {
    if (is_party(c, id) && is_open(state, c)) ++found.cases;
  });
  state.each_record([&](const RegisterId& /*reg*/, const std::string& /*key*/,
                        const Record& record) { found.records += record.keeper == id ? 1 : 0; });
  return found;
}

void tell_of_leaving(Deciding& d, const PartyJoined& party) {
  const bool own = party.party == d.self();
  // Of a node that left itself nobody is told of everybody else.
  if (!own && has_left(d, d.self())) return;
  const Standstill still = own ? Standstill{} : standstill(d.before, party.party);
  if (!own && still == Standstill{}) return;
  const std::string why =
      party.left_why.empty() ? "it left by itself" : "expelled: " + party.left_why;
  raise(d, TaskKind::exception, {}, {},
        texts::title(own ? "circle.left.task_own" : "circle.left.task",
                     {{"party", party.party},
                      {"edition", std::to_string(party.left)},
                      {"cases", std::to_string(still.cases)},
                      {"messages", std::to_string(still.unanswered)}}),
        "edition " + std::to_string(party.left) + "; " + why);
}

}  // namespace bashu::core
