#include "core/deciding.h"

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"

namespace bashu::core {

void Deciding::take_over(Deciding& part) {
  std::move(part.follow_ups.begin(), part.follow_ups.end(), std::back_inserter(follow_ups));
  part.follow_ups.clear();
  for (auto& [to, items] : part.shared) {
    auto& ours = shared[to];
    std::move(items.begin(), items.end(), std::back_inserter(ours));
  }
  part.shared.clear();
}

void Trial::accept() {
  for (Event& event : draft_.take_events()) outer_.draft.decide(std::move(event));
  outer_.take_over(inner_);
}

void raise(Deciding& d, TaskKind kind, const CaseId& id, std::vector<std::string> roles,
           Title title, std::string detail) {
  d.draft.decide(TaskRaised{.number = d.draft.serial(Store::kTasksRaised, "") + 1,
                            .kind = kind,
                            .id = id,
                            .roles = std::move(roles),
                            .title = std::move(title),
                            .detail = std::move(detail),
                            .on = d.today()});
}

void raise_exception(Deciding& d, const CaseId& id, std::string detail) {
  raise(d, TaskKind::exception, id, {},
        bilingual("Something the engine could not do needs a person",
                  "引擎未能完成的事项，请人工处理"),
        std::move(detail));
}

bool has_left(const Deciding& d, const PartyId& party) {
  const auto it = d.circle().parties.find(party);
  return it != d.circle().parties.end() && it->second.left != 0;
}

Result queue(Deciding& d, const PartyId& to, Letter letter) {
  constexpr std::size_t kBodyMax = 900'000;
  constexpr std::int64_t kBacklogMax = 100'000;
  if (!d.circle().parties.contains(to)) return refuse(Why::no_party_of_circle, to);
  if (has_left(d, to)) return refuse(Why::party_left, to);
  if (canonical_json(letter.body).size() > kBodyMax) return refuse(Why::message_too_large, to);
  const Outbox& box = d.draft.outbox(to);
  if (box.last - box.acked >= kBacklogMax) return refuse(Why::away_too_long, to);
  if (letter.pack.starts_with("sha256:")) letter.pack = letter.pack.substr(7);
  d.draft.decide(MessageQueued{.to = to,
                               .seq = box.last + 1,
                               .kind = std::move(letter.kind),
                               .stream = std::move(letter.stream),
                               .pack = std::move(letter.pack),
                               .body = std::move(letter.body),
                               .principal = std::move(letter.principal)});
  return {};
}

}  // namespace bashu::core
