#include "core/cases/open.h"

#include <algorithm>
#include <expected>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/answers.h"
#include "core/authority.h"
#include "core/cases/form.h"
#include "core/cases/step.h"
#include "core/circle/nodes.h"
#include "core/in_force.h"

namespace bashu::core {

namespace {

constexpr std::size_t kCaseIdMax = 120;

// What the case is to be, once all of it has been found to be right.
struct Opening {
  Definition of;
  Parties parties;
  const Case* parent = nullptr;
};

// A pack named by its name is the newest version in force at every party of the case, if any is.
std::string agreed(const Deciding& d, const std::string& name, const Parties& parties) {
  const PackRow* row = in_force(d.circle().packs, name, parties | std::views::values, d.today());
  return row ? row->pack->digest : name;
}

std::expected<Opening, Reject> find_opening(const Deciding& d, const StartCase& command) {
  Opening opening{.of = {}, .parties = command.parties, .parent = nullptr};
  std::string pack;
  if (command.parent.empty()) {
    pack = agreed(d, command.pack, command.parties);
  } else {
    opening.parent = d.draft.find_case(command.parent);
    if (!opening.parent) return refuse(Why::no_such_parent, command.parent);
    pack = opening.parent->pack;
    opening.parties = opening.parent->parties;
  }
  BASHU_TRY(opening.of, definition_of(d, pack, command.service));
  return opening;
}

Result has_its_parent(const Opening& opening) {
  const std::string& wanted = opening.of.service->parent;
  if (wanted.empty()) return opening.parent ? Result{refuse(Why::no_parent_here)} : Result{};
  if (!opening.parent) return refuse(Why::parent_missing, wanted);
  if (opening.parent->service != wanted) return refuse(Why::wrong_parent, wanted);
  return {};
}

// Every party of the service is somebody of the circle who has the pack in force.
Result has_its_parties(const Deciding& d, const Opening& opening) {
  const PackRow& row = d.circle().packs.find(opening.of.pack->digest)->second;
  for (const packs::PartyDef& party : opening.of.service->parties) {
    const std::string where = "parties." + party.name;
    const auto it = opening.parties.find(party.name);
    if (it == opening.parties.end()) return refuse_at(where, Why::party_missing);
    const auto joined = d.circle().parties.find(it->second);
    const bool member = joined != d.circle().parties.end() && joined->second.member;
    if (it->second != d.self() && !member) {
      return refuse_at(where, Why::no_party_of_circle, it->second);
    }
    if (!holds(row, it->second, d.today())) {
      return refuse_at(where, Why::not_in_force_at, it->second);
    }
  }
  return {};
}

// A sub-case takes of its parent's parties those it knows; a case may name no others.
Result drop_other_parties(Opening& opening) {
  for (auto it = opening.parties.begin(); it != opening.parties.end();) {
    if (opening.of.service->party(it->first)) {
      ++it;
    } else if (opening.parent) {
      it = opening.parties.erase(it);
    } else {
      return refuse_at("parties." + it->first, Why::no_such_party);
    }
  }
  return {};
}

// Where a party decides by several nodes, the one of its division opens the case.
Result at_its_node(const Deciding& d, const Opening& opening, const Value& input) {
  if (opening.parent) return {};
  std::vector<std::string> codes;
  for (const Place& place : places_of(opening.of.service->fields, input))
    codes.push_back(place.code);
  const auto [place, node] = elsewhere(d.circle().parties, opening.parties, codes);
  if (!node) return {};
  return refuse(Why::opened_elsewhere, place, node->party, node->site);
}

Result may_open(const Deciding& d, const Opening& opening, const StartCase& command) {
  const packs::StartDef& start = opening.of.service->start;
  const PartyId& opener = opening.parties.find(start.owner)->second;
  if (opener != d.self()) return refuse(Why::opened_by_another, opener);
  const packs::By wanted{.party = start.owner, .role = command.role};
  if (!has_role(command.by, command.role) ||
      std::ranges::find(start.event.by, wanted) == start.event.by.end()) {
    return refuse(Why::may_not_open, command.role);
  }
  return {};
}

// Its name: the asker's, or this node's next one.
std::expected<CaseOpened, Reject> named(Deciding& d, const Opening& opening,
                                        const StartCase& command) {
  CaseOpened opened{.id = command.id,
                    .pack = opening.of.pack->digest,
                    .service = command.service,
                    .parties = opening.parties,
                    .parent = command.parent,
                    .opened_by = command.by.principal,
                    .on = d.today(),
                    .number = 0};
  if (opened.id.empty() && opening.parent) {
    const std::string counter = command.parent + "/" + command.service;
    std::int64_t n = d.draft.serial("#children", counter) + 1;
    while (d.draft.find_case(counter + "-" + d.self() + "-" + std::to_string(n))) ++n;
    d.draft.decide(SerialTaken{.name = "#children", .key = counter, .value = n});
    opened.id = CaseId{counter + "-" + d.self() + "-" + std::to_string(n)};
  } else if (opened.id.empty()) {
    opened.number = d.draft.serial(Store::kCasesOpened, "") + 1;
    while (d.draft.find_case(d.self() + "-" + std::to_string(opened.number))) ++opened.number;
    opened.id = CaseId{d.self() + "-" + std::to_string(opened.number)};
  }
  if (opened.id.size() > kCaseIdMax) return refuse(Why::id_too_long);
  if (d.draft.find_case(opened.id)) return refuse(Why::case_exists, opened.id);
  return opened;
}

}  // namespace

Result open_case(Deciding& d, const StartCase& command, Decision& decision) {
  BASHU_TRY(Opening opening, find_opening(d, command));
  BASHU_TRY_OK(has_its_parent(opening));
  BASHU_TRY_OK(has_its_parties(d, opening));
  BASHU_TRY_OK(drop_other_parties(opening));
  BASHU_TRY_OK(may_open(d, opening, command));
  BASHU_TRY(CaseOpened opened, named(d, opening, command));
  const packs::Service& service = *opening.of.service;
  BASHU_TRY(Value input, fill_form(service, service.start.event.form, command.with));
  BASHU_TRY_OK(at_its_node(d, opening, input));
  BASHU_TRY_OK(within(d, command.by, command.parent));
  BASHU_TRY_OK(within(command.by, service.fields, input, "with."));
  const CaseId id = opened.id;
  d.draft.decide(std::move(opened));
  BASHU_TRY_OK(step_and_enter(d, id,
                              {.event = std::string{told::Step::kStart},
                               .role = command.role,
                               .principal = command.by.principal,
                               .voucher = command.by.voucher,
                               .branches = &service.start.event.branches,
                               .input = std::move(input)}));
  // Nor may what the pack computes from the form lie where they could not see it.
  BASHU_TRY_OK(within(d, command.by, id));
  run_follow_ups(d);
  decision.answer = answer_of(*d.draft.find_case(id));
  return {};
}

Result open_child(Deciding& d, const CaseId& parent_id, const StartDone& start) {
  const Case& parent = *d.draft.find_case(parent_id);
  BASHU_TRY(const Definition of, definition_of(d, parent.pack, start.service));
  if (d.draft.find_case(start.id)) return refuse(Why::case_exists, start.id);
  std::vector<std::string> given;
  for (const auto& [name, value] : *start.with.as_record()) {
    if (!of.service->field(name)) return refuse_at("with." + name, Why::no_such_child_field);
    given.push_back(name);
  }
  BASHU_TRY(Value input, fill_form(*of.service, given, start.with));
  d.draft.decide(CaseOpened{.id = start.id,
                            .pack = parent.pack,
                            .service = start.service,
                            .parties = start.parties,
                            .parent = parent_id,
                            .opened_by = {},
                            .on = d.today(),
                            .number = 0});
  return step_and_enter(d, start.id,
                        {.event = std::string{told::Step::kStart},
                         .role = std::string{told::Step::kSystem},
                         .branches = &of.service->start.event.branches,
                         .input = std::move(input)});
}

}  // namespace bashu::core
