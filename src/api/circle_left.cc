#include "api/circle_left.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "core/circle/leaving.h"

namespace bashu::api {

namespace {

constexpr std::size_t kCasesShown = 1'000;

struct Open {
  core::CaseId id;
  std::string pack, service, state;
};

// Open cases the party takes part in, in the order of their names.
std::vector<Open> open_with(const core::State& state, const core::PartyId& party) {
  std::vector<Open> all;
  state.each_case([&](const core::Case& c) {
    const bool with =
        std::ranges::any_of(c.parties, [&](const auto& one) { return one.second == party; });
    if (with && core::is_open(state, c)) {
      all.push_back({.id = c.id,
                     .pack = std::string{state.circle().pack_name(c.pack)},
                     .service = c.service,
                     .state = c.state});
    }
  });
  return all;
}

// Whether `word` stands in what the pack says, as a text of its own.
bool says(const Value& value, const std::string& word) {
  if (const std::string* text = value.as_text()) return *text == word;
  if (const auto* list = value.as_list()) {
    return std::ranges::any_of(*list, [&](const Value& one) { return says(one, word); });
  }
  const auto* record = value.as_record();
  return record && std::ranges::any_of(*record, [&](const auto& one) {
           return one.first == word || says(one.second, word);
         });
}

// Packs in force here that name it: their rules have to be agreed on again.
Value::List packs_naming(const core::State& state, const core::PartyId& party) {
  std::set<std::string> names;
  for (const auto& [digest, row] : state.circle().packs) {
    const bool ours = row.pack && row.adopted.contains(state.circle().own);
    if (ours && says(row.pack->source, party)) names.insert(row.pack->name);
  }
  return {names.begin(), names.end()};
}

}  // namespace

Result list_left(Context& context, const Call& call) {
  if (auto problem = needs_admin_or_audit(call)) return std::unexpected{std::move(*problem)};
  const auto directory = context.node.directory();
  Value::List all;
  context.node.query([&](const core::State& state) {
    for (const auto& [name, left] : directory->left) {
      const core::PartyId party{name};
      const core::Standstill still = core::standstill(state, name);
      Value::List cases;
      for (const Open& one : open_with(state, party)) {
        if (cases.size() >= kCasesShown) break;
        cases.push_back(Value::Record{
            {"case", one.id}, {"pack", one.pack}, {"service", one.service}, {"state", one.state}});
      }
      all.push_back(Value::Record{{"party", name},
                                  {"edition", left.edition},
                                  {"expelled", !left.why.empty()},
                                  {"reason", left.why},
                                  {"open", still.cases},
                                  {"cases", std::move(cases)},
                                  {"unanswered", still.unanswered},
                                  {"held", still.held},
                                  {"records", still.records},
                                  {"packs", packs_naming(state, party)}});
    }
  });
  return json_response(Value::Record{{"left", std::move(all)}});
}

}  // namespace bashu::api
