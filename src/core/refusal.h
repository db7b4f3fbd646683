// Why the core refuses: one name for each rule, in the order of the subjects. A rule is one line
// in the code that asks it, one line of the table in refusal.cc (its public code, where it points,
// what it tells), and its words in texts/en.json and texts/zh.json, under `refusal.` and the name.
//
//     if (holder != self) return refuse(Why::with_another, holder, state.title);
//
// What a peer told and does not verify is no refusal: told/hold.h.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "packs/type.h"

namespace bashu::core {

using Result = std::expected<void, Reject>;

enum class Why : std::uint8_t {
  // Any request
  key_used,
  outside_divisions,
  line_elsewhere,
  pack_not_in_force,
  no_such_service,
  // Opening a case
  no_such_parent,
  no_parent_here,
  parent_missing,
  wrong_parent,
  party_missing,
  no_party_of_circle,
  not_in_force_at,
  no_such_party,
  opened_by_another,
  opened_elsewhere,
  may_not_open,
  id_too_long,
  case_exists,
  no_such_child_field,
  // A case that is there
  no_such_case,
  in_dispute,
  ended,
  with_another,
  event_not_taken,
  role_may_not,
  role_not_held,
  case_changed,
  same_person,
  // Its form
  fields_expected,
  unexpected_field,
  field_required,
  malformed,
  no_such_target,
  // Its step
  no_branch,
  calculator_failed,
  expression_failed,
  too_many_effects,
  case_too_large,
  would_not_hold,
  too_many_steps,
  // Its rounds
  round_in_round,
  too_many_candidates,
  candidate_gone,
  candidate_refuses,
  // Signals
  target_ended,
  target_in_dispute,
  target_takes_not,
  not_of_engine,
  // Clocks
  not_due,
  waits_for_settlement,
  clock_stands,
  alarm_raised,
  no_working_day,
  // Money and quantities
  month_stated,
  balance_overflows,
  below_floor,
  // Registers
  no_such_register,
  only_by_edition,
  registrar_only,
  record_expected,
  key_missing,
  said_by_another,
  record_incomplete,
  side_no_party,
  no_such_register_field,
  kept_by_another,
  entries_expected,
  edition_before_last,
  edition_too_early,
  entry_twice,
  listed_by_another,
  listed_elsewhere,
  // Feeds
  no_such_feed,
  feed_not_for_role,
  line_refused,
  known_otherwise,
  // Tasks
  no_such_task,
  task_for_others,
  // Disputes and held messages
  not_in_dispute,
  other_content,
  no_such_held,
  two_persons,
  not_contested,
  row_not_told,
  row_changed,
  signed_already,
  being_settled,
  settled_by_edition,
  // The circle
  pack_not_json,
  pack_faulty,
  another_record,
  edition_missing,
  party_left,
  older_calendar,
  // Who may come in
  admin_only,
  no_such_principal,
  principal_exists,
  principal_ended,
  principal_changed,
  person_needed,
  proof_used,
  needs_two,
  // What two decide
  takes_two,
  approval_waits,
  too_many_approvals,
  no_such_approval,
  approval_other,
  approval_expired,
  channel_runs,
  same_approver,
  approver_gone,
  // Who works at what
  not_of_office,
  assigned_already,
  assigned_to_nobody,
  no_such_colleague,
  taken_from_another,
  no_substitute,
  own_substitute,
  substitute_days,
  // Personal values
  order_misshapen,
  nothing_to_erase,
  too_many_keys,
  on_hold,
  no_such_order,
  order_ended,
  // Figures
  may_not_tell_figures,
  figures_misshapen,
  no_such_figure,
  // Messages
  message_too_large,
  away_too_long,
  not_the_next,
  never_sent,
  unknown_kind,
  // Requests of a peer: its node reads the code, and the person there the state of the case
  ask_of_no_case,
  ask_of_no_party,
  ask_of_another_party,
  ask_in_dispute,
  ask_of_no_holder,
  ask_not_taken,
  ask_role_may_not,
};
inline constexpr std::size_t kWhyCount = static_cast<std::size_t>(Why::ask_role_may_not) + 1;

[[nodiscard]] std::string_view why_name(Why why);
[[nodiscard]] RejectCode why_code(Why why);

// What stands in the places of a rule's words, in the table's order.
using Word = std::variant<std::string, Title>;
[[nodiscard]] inline Word word(std::string_view text) { return std::string{text}; }
[[nodiscard]] inline Word word(const Title& title) { return title; }
[[nodiscard]] inline Word word(std::int64_t number) { return std::to_string(number); }

// `where` instead of the table's, if it is not empty.
[[nodiscard]] Reject refusal(Why why, std::string where, std::vector<Word> words);

template <typename... Words>
[[nodiscard]] std::unexpected<Reject> refuse(Why why, const Words&... words) {
  return std::unexpected{refusal(why, {}, {word(words)...})};
}
template <typename... Words>
[[nodiscard]] std::unexpected<Reject> refuse_at(std::string where, Why why, const Words&... words) {
  return std::unexpected{refusal(why, std::move(where), {word(words)...})};
}
// With reasons that a pack gives.
[[nodiscard]] std::unexpected<Reject> refuse_for(Why why, std::vector<Title> reasons,
                                                 std::string where = {});
// Of a value that has not the form of its type.
[[nodiscard]] std::unexpected<Reject> refuse_form(packs::FormError error);

// For the engineer, as it is journaled: code, place and English reasons.
[[nodiscard]] std::string describe(const Reject& why);

}  // namespace bashu::core
