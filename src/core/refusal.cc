#include "core/refusal.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "texts/texts.h"

namespace bashu::core {

namespace {

struct Rule {
  Why why;
  std::string_view name;
  RejectCode code;
  std::string_view where = {};                  // unless the code names it
  std::array<std::string_view, 3> places = {};  // of its words
  bool speaks = true;  // false: the reasons are a pack's, or the code says all
};

#define BASHU_RULE(name, code, ...) {Why::name, #name, RejectCode::code, __VA_ARGS__}
constexpr std::array<Rule, kWhyCount> kRules{{
    BASHU_RULE(key_used, exists, "Idempotency-Key"),
    BASHU_RULE(outside_divisions, jurisdiction, "", {"place"}),
    BASHU_RULE(line_elsewhere, elsewhere, "", {"place", "node", "site"}),
    BASHU_RULE(pack_not_in_force, unknown_pack, "pack", {"pack"}),
    BASHU_RULE(no_such_service, unknown_service, "service", {"service"}),

    BASHU_RULE(no_such_parent, unknown_case, "parent", {"case"}),
    BASHU_RULE(no_parent_here, form, "parent"),
    BASHU_RULE(parent_missing, form, "parent", {"service"}),
    BASHU_RULE(wrong_parent, form, "parent", {"service"}),
    BASHU_RULE(party_missing, form),
    BASHU_RULE(no_party_of_circle, form, "parties", {"party"}),
    BASHU_RULE(not_in_force_at, unknown_pack, "", {"party"}),
    BASHU_RULE(no_such_party, form),
    BASHU_RULE(opened_by_another, not_owner, "", {"party"}),
    BASHU_RULE(opened_elsewhere, elsewhere, "", {"place", "node", "site"}),
    BASHU_RULE(may_not_open, role, "role", {"role"}),
    BASHU_RULE(id_too_long, too_large, "id"),
    BASHU_RULE(case_exists, exists, "id", {"case"}),
    BASHU_RULE(no_such_child_field, form),

    BASHU_RULE(no_such_case, unknown_case, "case", {"case"}),
    BASHU_RULE(in_dispute, disputed, "", {"reason"}),
    BASHU_RULE(ended, state, "", {"state"}),
    BASHU_RULE(with_another, not_owner, "", {"holder", "state"}),
    BASHU_RULE(event_not_taken, state, "event", {"event", "state", "events"}),
    BASHU_RULE(role_may_not, role, "role", {"role"}),
    BASHU_RULE(role_not_held, role, "role", {"role"}),
    BASHU_RULE(case_changed, conflict, "version", {"version"}),
    BASHU_RULE(same_person, role, "by", {"event"}),

    BASHU_RULE(fields_expected, form, "with"),
    BASHU_RULE(unexpected_field, form, "", {"fields"}),
    BASHU_RULE(field_required, form, "", {"field"}),
    BASHU_RULE(malformed, form, "", {}, false),
    BASHU_RULE(no_such_target, form, "", {"what", "key"}),

    BASHU_RULE(no_branch, guard, "", {}, false),
    BASHU_RULE(calculator_failed, error, "run", {"error"}),
    BASHU_RULE(expression_failed, error, "", {"error"}),
    BASHU_RULE(too_many_effects, error, "do"),
    BASHU_RULE(case_too_large, too_large, "data"),
    BASHU_RULE(would_not_hold, holds, "", {"rule"}),
    BASHU_RULE(too_many_steps, error),

    BASHU_RULE(round_in_round, error, "do"),
    BASHU_RULE(too_many_candidates, error, "do", {"max"}),
    BASHU_RULE(candidate_gone, state, "do", {"case", "state"}),
    BASHU_RULE(candidate_refuses, error, "do", {"case", "event"}),

    BASHU_RULE(target_ended, state, "", {"case", "state"}),
    BASHU_RULE(target_in_dispute, disputed, "", {"case"}),
    BASHU_RULE(target_takes_not, state, "event", {"event", "case", "state"}),
    BASHU_RULE(not_of_engine, role, "event", {"event"}),

    BASHU_RULE(not_due, state, "clock"),
    BASHU_RULE(waits_for_settlement, disputed),
    BASHU_RULE(clock_stands, state, "clock"),
    BASHU_RULE(alarm_raised, state, "clock"),
    BASHU_RULE(no_working_day, state, "clock"),

    BASHU_RULE(month_stated, error, "move", {"month"}),
    BASHU_RULE(balance_overflows, error, "move"),
    BASHU_RULE(below_floor, floor, "", {"account", "balance", "day"}),

    BASHU_RULE(no_such_register, unknown_register, "register", {"register"}),
    BASHU_RULE(only_by_edition, form, "register", {"register"}),
    BASHU_RULE(registrar_only, role, "role"),
    BASHU_RULE(record_expected, form),
    BASHU_RULE(key_missing, form),
    BASHU_RULE(said_by_another, not_keeper, "", {"party"}),
    BASHU_RULE(record_incomplete, form),
    BASHU_RULE(side_no_party, form, "sides", {"party"}),
    BASHU_RULE(no_such_register_field, form),
    BASHU_RULE(kept_by_another, not_keeper, "", {"party"}),
    BASHU_RULE(entries_expected, form, "edition"),
    BASHU_RULE(edition_before_last, form, "from", {"day"}),
    BASHU_RULE(edition_too_early, form, "from"),
    BASHU_RULE(entry_twice, form, "", {"key"}),
    BASHU_RULE(listed_by_another, not_keeper, "", {"key", "party"}),
    BASHU_RULE(listed_elsewhere, exists, "", {"key", "list"}),

    BASHU_RULE(no_such_feed, unknown_feed, "feed", {"feed"}),
    BASHU_RULE(feed_not_for_role, role, "role", {"role"}),
    BASHU_RULE(line_refused, guard, "", {}, false),
    BASHU_RULE(known_otherwise, exists),

    BASHU_RULE(no_such_task, not_found, "task"),
    BASHU_RULE(task_for_others, role, "task"),

    BASHU_RULE(not_in_dispute, state),
    BASHU_RULE(other_content, form, "content", {"digests"}),
    BASHU_RULE(no_such_held, not_found, "seq"),
    BASHU_RULE(two_persons, role, "second"),

    BASHU_RULE(not_contested, state, "keeper", {"parties"}),
    BASHU_RULE(row_not_told, state, "keeper", {"party"}),
    BASHU_RULE(row_changed, conflict, "content", {"digest"}),
    BASHU_RULE(signed_already, state, "keeper", {"party"}),
    BASHU_RULE(being_settled, state, "", {"party"}),
    BASHU_RULE(settled_by_edition, form, "register"),

    BASHU_RULE(pack_not_json, malformed, "source", {"error"}),
    BASHU_RULE(pack_faulty, form, "source", {}, false),
    BASHU_RULE(another_record, chain, "edition"),
    BASHU_RULE(edition_missing, chain, "edition"),
    BASHU_RULE(party_left, state, "", {"party"}),
    BASHU_RULE(older_calendar, chain, "version", {"version"}),

    BASHU_RULE(admin_only, role),
    BASHU_RULE(no_such_principal, not_found, "id", {"id"}),
    BASHU_RULE(principal_exists, exists, "id", {"id"}),
    BASHU_RULE(principal_ended, state, "id", {"id"}),
    BASHU_RULE(principal_changed, conflict, "version", {"version"}),
    BASHU_RULE(person_needed, form, "person"),
    BASHU_RULE(proof_used, exists),
    BASHU_RULE(needs_two, role, "may"),

    BASHU_RULE(takes_two, role),
    BASHU_RULE(approval_waits, exists, "approval", {"number"}),
    BASHU_RULE(too_many_approvals, not_ready),
    BASHU_RULE(no_such_approval, not_found, "approval", {"number"}),
    BASHU_RULE(approval_other, conflict, "approval", {"number"}),
    BASHU_RULE(approval_expired, state, "approval", {"number"}),
    BASHU_RULE(channel_runs, state, "peer", {"party"}),
    BASHU_RULE(same_approver, role, "second"),
    BASHU_RULE(approver_gone, role, "second", {"person"}),

    BASHU_RULE(not_of_office, role, "case"),
    BASHU_RULE(assigned_already, state, "to", {"person"}),
    BASHU_RULE(assigned_to_nobody, state, "to"),
    BASHU_RULE(no_such_colleague, role, "to", {"person"}),
    BASHU_RULE(taken_from_another, conflict, "note", {"person"}),
    BASHU_RULE(no_substitute, not_found, "person", {"person"}),
    BASHU_RULE(own_substitute, form, "substitute"),
    BASHU_RULE(substitute_days, form, "until"),
    BASHU_RULE(order_misshapen, malformed, "", {"member"}),
    BASHU_RULE(nothing_to_erase, state, "subject"),
    BASHU_RULE(too_many_keys, too_large, "subject", {"count"}),
    BASHU_RULE(on_hold, state, "subject", {"number", "reason"}),
    BASHU_RULE(no_such_order, not_found, "number", {"number"}),
    BASHU_RULE(order_ended, state, "number", {"number"}),

    BASHU_RULE(may_not_tell_figures, role, "role"),
    BASHU_RULE(figures_misshapen, malformed, "", {"member"}),
    BASHU_RULE(no_such_figure, not_found, "figure", {"figure"}),

    BASHU_RULE(message_too_large, too_large, "", {"party"}),
    BASHU_RULE(away_too_long, channel_full, "", {"party"}),
    BASHU_RULE(not_the_next, conflict, "seq", {"seq"}),
    BASHU_RULE(never_sent, not_found, "seq"),
    BASHU_RULE(unknown_kind, malformed, "kind", {"kind"}),

    BASHU_RULE(ask_of_no_case, unknown_case, "case", {"case"}),
    BASHU_RULE(ask_of_no_party, role, "from", {"party"}),
    BASHU_RULE(ask_of_another_party, role, "party", {"from", "party"}),
    BASHU_RULE(ask_in_dispute, disputed, "", {}, false),
    BASHU_RULE(ask_of_no_holder, not_owner, "", {}, false),
    BASHU_RULE(ask_not_taken, state, "event", {"state"}),
    BASHU_RULE(ask_role_may_not, role, "role", {}, false),
}};
#undef BASHU_RULE

constexpr bool in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (kRules[i].why != static_cast<Why>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "one line for each Why, in their order");

const Rule& rule_of(Why why) { return kRules[static_cast<std::size_t>(why)]; }

}  // namespace

std::string_view why_name(Why why) { return rule_of(why).name; }

RejectCode why_code(Why why) { return rule_of(why).code; }

Reject refusal(Why why, std::string where, std::vector<Word> words) {
  const Rule& rule = rule_of(why);
  if (where.empty()) where = rule.where;
  Reject refused{.code = rule.code, .where = std::move(where), .why = {}};
  if (!rule.speaks) return refused;
  texts::Places places;
  for (Word& one : words) {
    BASHU_ASSERT(places.size() < rule.places.size());
    places.emplace_back(rule.places[places.size()], std::move(one));
  }
  refused.why.push_back(texts::title("refusal." + std::string{rule.name}, places));
  return refused;
}

std::unexpected<Reject> refuse_for(Why why, std::vector<Title> reasons, std::string where) {
  Reject refused = refusal(why, std::move(where), {});
  refused.why = std::move(reasons);
  return std::unexpected{std::move(refused)};
}

std::unexpected<Reject> refuse_form(packs::FormError error) {
  return refuse_for(Why::malformed, {std::move(error.why)}, std::move(error.path));
}

std::string describe(const Reject& why) {
  std::string words = reject_name(why.code);
  if (!why.where.empty()) words += " " + why.where;
  for (const Title& reason : why.why) words += ": " + in_language(reason, "en");
  return words;
}

}  // namespace bashu::core
