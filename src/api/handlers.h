// The handlers behind the routes of routes.cc. Reads answer at once; writes prepare a command.
#pragma once

#include "api/call.h"
#include "api/context.h"

namespace bashu::api {

// cases_write.cc
Prepared start_case(Context& context, const Call& call);
Prepared fire_event(Context& context, const Call& call);
Prepared settle_case(Context& context, const Call& call);
Prepared close_task(Context& context, const Call& call);
// assigning.cc
Prepared assign_case(Context& context, const Call& call);
Result list_colleagues(Context& context, const Call& call);
Result list_substitutes(Context& context, const Call& call);
Prepared set_substitute(Context& context, const Call& call);
// notices.cc
Result show_notices(Context& context, const Call& call);
Prepared subscribe_notices(Context& context, const Call& call);
Prepared confirm_notices(Context& context, const Call& call);
Result end_notices(Context& context, const Call& call);
// records_write.cc
Prepared post_feed(Context& context, const Call& call);
bool small_feed(Context& context, const Call& call);  // a few lines without private values
Prepared put_records(Context& context, const Call& call);
Prepared settle_record(Context& context, const Call& call);
// circle_write.cc
Prepared adopt_pack(Context& context, const Call& call);
Prepared adopt_edition(Context& context, const Call& call);
Prepared set_clock(Context& context, const Call& call);
// restored.cc
Prepared release_restored(Context& context, const Call& call);
Result promote_standby(Context& context, const Call& call);
// approvals.cc
Result list_approvals(Context& context, const Call& call);
Prepared sign_approval(Context& context, const Call& call);
Prepared withdraw_approval(Context& context, const Call& call);
Prepared resolve_held(Context& context, const Call& call);
Prepared start_channel(Context& context, const Call& call);
// openapi.cc: of these packs; of none: what holds whatever a node has adopted.
[[nodiscard]] Value openapi_document(const std::vector<const HeldPack*>& held);
// session.cc
[[nodiscard]] Problem problem_of(const people::NotIn& not_in);
// orders.cc, subjects.cc
Result list_orders(Context& context, const Call& call);
Prepared order_privacy(Context& context, const Call& call);
Prepared end_order(Context& context, const Call& call);
Prepared find_subject(Context& context, const Call& call);
Prepared report_subject(Context& context, const Call& call);
// people.cc
Prepared set_own_password(Context& context, const Call& call);
Result list_keys(Context& context, const Call& call);
Prepared add_key(Context& context, const Call& call);
Prepared change_key(Context& context, const Call& call);
Prepared rotate_key(Context& context, const Call& call);
Prepared end_key(Context& context, const Call& call);
Result list_users(Context& context, const Call& call);
Prepared add_user(Context& context, const Call& call);
Prepared change_user(Context& context, const Call& call);
Prepared set_password(Context& context, const Call& call);
Prepared end_user(Context& context, const Call& call);
// calendars.cc
Result list_calendars(Context& context, const Call& call);
Prepared set_calendar(Context& context, const Call& call);

// cases_read.cc
Result list_cases(Context& context, const Call& call);
Result show_case(Context& context, const Call& call);
Result case_choices(Context& context, const Call& call);
Result case_history(Context& context, const Call& call);
Result case_access(Context& context, const Call& call);
Result case_evidence(Context& context, const Call& call);
Result list_tasks(Context& context, const Call& call);
// clearing_read.cc
Result list_clearing(Context& context, const Call& call);
Result draft_statement(Context& context, const Call& call);
Result list_window_differences(Context& context, const Call& call);
// clearing_flows_read.cc
Result list_flows(Context& context, const Call& call);
Result print_flows(Context& context, const Call& call);
// clearing_what_if.cc
Result try_tariff(Context& context, const Call& call);
// clearing_files.cc
Result print_window_differences(Context& context, const Call& call);
Result print_window_order(Context& context, const Call& call);
Result print_window_statement(Context& context, const Call& call);
// papers.cc
Result print_paper(Context& context, const Call& call);
// report.cc
Result print_report(Context& context, const Call& call);
Result tabulate_report(Context& context, const Call& call);
// finding.cc
Result search(Context& context, const Call& call);
Result search_persons(Context& context, const Call& call);
Result list_inbox(Context& context, const Call& call);
// records_read.cc
Result list_packs(Context& context, const Call& call);
Result show_pack(Context& context, const Call& call);
Result list_records(Context& context, const Call& call);
Result record_history(Context& context, const Call& call);
// books_read.cc
Result list_accounts(Context& context, const Call& call);
Result account_months(Context& context, const Call& call);
// doubles.cc
Result list_doubles(Context& context, const Call& call);
// pages_read.cc
Result show_pages(Context& context, const Call& call);
// figures_read.cc
Result list_figures(Context& context, const Call& call);
Result show_figure(Context& context, const Call& call);
Result figure_records(Context& context, const Call& call);
Result show_overview(Context& context, const Call& call);
Result list_discrepancies(Context& context, const Call& call);
Prepared tell_figures(Context& context, const Call& call);
// network.cc
Result network_scenarios(Context& context, const Call& call);
Result network_reach(Context& context, const Call& call);
Result network_journey(Context& context, const Call& call);
Result network_matrix(Context& context, const Call& call);
Result network_compare(Context& context, const Call& call);
Result network_explain(Context& context, const Call& call);
Result network_missed(Context& context, const Call& call);
Result network_sides(Context& context, const Call& call);
// circle_read.cc
Result show_circle(Context& context, const Call& call);
Result list_channels(Context& context, const Call& call);
Result list_held(Context& context, const Call& call);
// journal_read.cc
Result journal_entries(Context& context, const Call& call);
Result journal_proof(Context& context, const Call& call);
Result journal_checkpoint(Context& context, const Call& call);
Result show_verification(Context& context, const Call& call);
Prepared begin_verification(Context& context, const Call& call);
// documents.cc
Prepared put_document(Context& context, const Call& call);
Result list_deposits(Context& context, const Call& call);
Result take_back_deposit(Context& context, const Call& call);
Result get_document(Context& context, const Call& call);
Result document_digest(Context& context, const Call& call);
// trials.cc
Result try_figure(Context& context, const Call& call);
Result test_pack(Context& context, const Call& call);
// receiving.cc
Prepared begin_upload(Context& context, const Call& call);
Result list_uploads(Context& context, const Call& call);
Prepared put_piece(Context& context, const Call& call);
Prepared finish_upload(Context& context, const Call& call);
Result take_back_upload(Context& context, const Call& call);
// session.cc
Result sign_in(Context& context, const Call& call);
Result show_session(Context& context, const Call& call);
Result sign_out(Context& context, const Call& call);
// openid.cc
Result ways_in(Context& context, const Call& call);
Result begin_openid(Context& context, const Call& call);
Result finish_openid(Context& context, const Call& call);
// changes.cc
Result watch_changes(Context& context, const Call& call);
// openapi.cc, health.cc
Result show_openapi(Context& context, const Call& call);
Result show_health(Context& context, const Call& call);

}  // namespace bashu::api
