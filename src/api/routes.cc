#include "api/routes.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "api/circle_left.h"
#include "api/claims.h"
#include "api/clearing_edition.h"
#include "api/clearing_split.h"
#include "api/handlers.h"
#include "api/person_reads.h"

namespace bashu::api {

namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash);
  }
  return parts;
}

// Whether its own words stand where they should: most patterns are told apart by that alone.
bool may_fit(const std::vector<std::string_view>& wanted,
             const std::vector<std::string>& segments) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].ends_with("+}")) return true;
    if (i == segments.size()) return false;
    if (!wanted[i].starts_with('{') && wanted[i] != segments[i]) return false;
  }
  return wanted.size() == segments.size();
}

// At most one `{name+}` in a pattern: what stands before and after it has a fixed length.
bool fits(const std::vector<std::string_view>& wanted, const std::vector<std::string>& segments,
          std::map<std::string, std::string, std::less<>>& parts) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string_view one = wanted[i];
    const bool variable = one.starts_with('{');
    std::size_t take = 1;
    if (variable && one.ends_with("+}")) {
      const std::size_t after = wanted.size() - i - 1;
      if (segments.size() < at + 1 + after) return false;
      take = segments.size() - at - after;
    }
    if (at + take > segments.size()) return false;
    if (!variable) {
      if (segments[at] != one) return false;
      at += take;
      continue;
    }
    std::string joined;
    for (std::size_t k = 0; k < take; ++k) {
      if (segments[at + k].empty()) return false;
      joined += (k ? "/" : "") + segments[at + k];
    }
    at += take;
    const std::string_view name = one.substr(1, one.size() - (one.ends_with("+}") ? 3 : 2));
    parts.emplace(name, std::move(joined));
  }
  return at == segments.size();
}

// Packs, cases, records, tasks, and who asks.
std::vector<Route> routes_of_work() {
  return {
      {"GET", "/health", &show_health, "Whether the node is ready, and how far it is", "", true,
       [](Context&, const Call&) { return true; }},
      {"GET", "/openapi.json", &show_openapi, "This document"},
      {"POST", "/session", &sign_in, "Sign in with an account of this node", "", true},
      {"GET", "/session", &show_session, "Who asks, and what he may do"},
      {"DELETE", "/session", &sign_out, "Sign out", "", true},
      {"POST", "/session/password", &set_own_password,
       "Choose a new password for one's own account; all its sessions end", "dry_run"},
      {"GET", "/session/ways", &ways_in, "How people sign in here", "", true},
      {"GET", "/session/openid", &begin_openid, "Sign in through the provider", "next", true},
      {"GET", "/session/openid/back", &finish_openid, "Where the provider leads back to", kAnyQuery,
       true},
      {"GET", "/changes", &watch_changes, "The position of the journal as it grows, as events"},
      {"GET", "/packs", &list_packs, "Packs held here"},
      {"POST", "/packs", &adopt_pack, "Adopt a pack (admin)", "in_force_from dry_run"},
      {"GET", "/packs/{pack}", &show_pack, "A pack as it was adopted"},
      {"GET", "/packs/{pack}/pages", &show_pages, "A pack as pages show it, in one language"},
      {"POST", "/packs/{pack}/test", &test_pack,
       "Play the scenarios of a pack beside the node (admin, audit)"},
      {"GET", "/packs/{pack}/report.pdf", &print_report,
       "The figures of a pack over a period, as PDF", "period at at_least"},
      {"GET", "/packs/{pack}/report.xlsx", &tabulate_report,
       "The figures of a pack over a period, as a spreadsheet", "period at at_least"},
      {"POST", "/packs/{pack}/feeds/{feed}", &post_feed, "Post a batch of lines", "dry_run", false,
       &small_feed},
      {"GET", "/packs/{pack}/registers/{register}", &list_records, "Records of a register",
       "key prefix contested as_of after limit at at_least"},
      {"GET", "/packs/{pack}/registers/{register}/history", &record_history,
       "A record after each change, newest first", "key at at_least"},
      {"GET", "/packs/{pack}/registers/{register}/doubles", &list_doubles,
       "Records that are likely one", "at at_least"},
      {"POST", "/packs/{pack}/registers/{register}/records", &put_records,
       "Fill a register (registrar)", "dry_run"},
      {"POST", "/packs/{pack}/registers/{register}/settle", &settle_record,
       "Sign which of two keepers of a record stands", "dry_run"},
      {"GET", "/packs/{pack}/books/{book}/{kind}", &list_accounts,
       "Balances of one kind of account; with a key, its postings",
       "key prefix month as_of after limit at at_least"},
      {"GET", "/packs/{pack}/books/{book}/{kind}/months", &account_months,
       "An account month by month", "key at at_least"},
      {"GET", "/cases", &list_cases, "Cases this key may see",
       "pack service state party plays parent text mine changed_since after limit at at_least"},
      {"POST", "/cases", &start_case, "Start a case", "dry_run"},
      {"POST", "/cases/{id+}/events/{event}", &fire_event, "Take a step of a case", "dry_run"},
      {"GET", "/cases/{id+}/choices", &case_choices, "What the asker could do next"},
      {"GET", "/cases/{id+}/history", &case_history, "The steps of a case", "at at_least"},
      {"GET", "/cases/{id+}/access", &case_access,
       "Who read personal values of a case at this node", "at at_least"},
      {"GET", "/cases/{id+}/evidence", &case_evidence, "Entries, messages and receipts of a case",
       "whole at at_least"},
      {"GET", "/cases/{id+}/papers/{file}", &print_paper,
       "A paper of a case as PDF, by the name the pack gives it: `permission.pdf`", "at_least"},
      {"POST", "/cases/{id+}/settle", &settle_case, "Sign the end of a dispute", "dry_run"},
      {"POST", "/cases/{id+}/claims", &act_on_claims,
       "Ask what a step of another party looked up, or show what one of ours did", "dry_run"},
      {"GET", "/cases/{id+}/claims", &list_claims,
       "Claims of a case that were asked for, what was shown and how it compares", "at at_least"},
      {"POST", "/cases/{id+}/assign", &assign_case,
       "Say who of the office works at a case; nobody: null", "dry_run"},
      {"GET", "/cases/{id+}", &show_case, "A case, now or at a past position", "at at_least"},
      {"GET", "/tasks", &list_tasks, "Open tasks for the roles of this key",
       "case closed whose after limit at at_least"},
      {"GET", "/inbox", &list_inbox, "Tasks and cases that wait for the roles of this key",
       "kind whose due_until after limit at_least"},
      {"GET", "/search", &search, "Cases and records by their public texts",
       "q in after limit at_least"},
      {"POST", "/search/persons", &search_persons,
       "Cases of a person by the whole number or name, where personal values may be seen"},
      {"POST", "/tasks/{number}/close", &close_task, "Mark a task done", "dry_run"},
      {"POST", "/restored/release", &release_restored,
       "Take writes again after a restore that no peer could confirm (two principals)"},
      {"POST", "/promote", &promote_standby,
       "Write the journal from now on, instead of the machine that does (of a node that stands "
       "by)"},
  };
}

// Documents: deposited at once or in pieces, read through a case.
std::vector<Route> routes_of_documents() {
  return {
      {"POST", "/documents/uploads", &begin_upload, "Begin a document that comes in pieces"},
      {"GET", "/documents/uploads", &list_uploads, "Your documents that have not come whole yet"},
      {"POST", "/documents/uploads/{upload}", &put_piece,
       "The next piece of a document, from the offset where it goes on", "offset"},
      {"POST", "/documents/uploads/{upload}/finish", &finish_upload,
       "All of a document has come: deposit it"},
      {"DELETE", "/documents/uploads/{upload}", &take_back_upload,
       "Give up a document that has not come whole"},
      {"POST", "/documents", &put_document, "Deposit a document"},
      {"GET", "/documents", &list_deposits, "Your documents that wait for a form"},
      {"DELETE", "/documents/{sha256}", &take_back_deposit,
       "Take back a document that waits for a form"},
      {"GET", "/documents/{sha256}", &get_document, "The bytes of a document",
       "case view at at_least"},
      {"GET", "/documents/{sha256}/digest", &document_digest,
       "The digest of a document's file, as sha256sum gives it", "case at at_least"},
  };
}

// Books of clearing: what each side states, where they differ, what is paid.
std::vector<Route> routes_of_clearing() {
  return {
      {"GET", "/clearing", &list_clearing,
       "Books of clearing with their newest windows, or one with all, page by page (offices and "
       "auditors)",
       "case after limit at_least"},
      {"GET", "/clearing/{id+}/draft", &draft_statement,
       "What this side's next statement of a book would be", "until at_least"},
      {"GET", "/clearing/{id+}/differences", &list_window_differences,
       "The lines of a window on which the sides differ, with both sides' evidence",
       "from limit at_least"},
      {"GET", "/clearing/{id+}/differences.csv", &print_window_differences,
       "The same as a file for a spreadsheet", "at_least"},
      {"GET", "/clearing/{id+}/what-if", &try_tariff,
       "What the taps of a book would come to under another tariff, with another deny list or "
       "both: "
       "documents handed in before",
       "tariff denied by at_least"},
      {"GET", "/clearing/{id+}/tariff", &show_tariff,
       "The editions of a book's tariff, who agreed to them, and what is proposed: what it changes",
       "proposal at_least"},
      {"GET", "/clearing/{id+}/flows", &list_flows,
       "What sheets of transfers say and what was ordered and booked, side by side, with totals "
       "and "
       "payment orders",
       "kind from limit at_least"},
      {"GET", "/clearing/{id+}/flows.csv", &print_flows, "The same as a file for a spreadsheet",
       "kind at_least"},
      {"GET", "/clearing/{id+}/split", &split_window,
       "What both agreed on in a window by who earned it, lines refused and lines taken back",
       "at_least"},
      {"GET", "/clearing/{id+}/statement", &print_window_statement,
       "What both sides agreed on in a window: the statement, the same bytes at both", "at_least"},
      {"GET", "/clearing/{id+}/order.xml", &print_window_order,
       "The payment of a window, or a signed payment order, as a bank takes it (ISO 20022 "
       "pain.001)",
       "on at_least"},
  };
}

// The circle, the journal, figures, and the node itself.
std::vector<Route> routes_of_the_node() {
  return {
      {"GET", "/circle", &show_circle, "The agreement, its parties and their keys"},
      {"GET", "/circle/left", &list_left,
       "Parties that are of the circle no more, and what stands still with them (audit, admin)"},
      {"POST", "/circle/editions", &adopt_edition, "Adopt a circle file (admin)", "pinned"},
      {"GET", "/channels", &list_channels, "Channels to and from the other parties"},
      {"POST", "/channels/{party}/start", &start_channel,
       "Start a channel that was stopped (two principals)"},
      {"GET", "/journal/entries", &journal_entries, "Entries of the journal (audit)", "from limit"},
      {"GET", "/journal/proof/{position}", &journal_proof, "The proof that an entry is in the log"},
      {"GET", "/journal/checkpoint", &journal_checkpoint,
       "The newest signed checkpoint, or the newest that somebody has cosigned", "by"},
      {"GET", "/journal/verification", &show_verification,
       "How far the journal is verified, and what was found (audit, admin)"},
      {"POST", "/journal/verification", &begin_verification,
       "Verify the journal from its first entry (audit, admin)"},
      {"GET", "/figures", &list_figures,
       "All figures of the packs in force; with a date, their values",
       "as_of values known_at party period at_least"},
      {"POST", "/figures/try", &try_figure,
       "A figure that nobody has adopted, counted over the records (offices)"},
      {"POST", "/figures/publish", &tell_figures,
       "Tell the other parties what figures are here (audit, admin)", "dry_run"},
      {"GET", "/figures/{pack}/{figure}", &show_figure, "One figure on any date, by each party",
       "as_of known_at party period digest at_least"},
      {"GET", "/figures/{pack}/{figure}/records", &figure_records, "The records behind a figure",
       "as_of known_at period after limit at_least"},
      {"GET", "/calendars", &list_calendars, "The working days of the parties", "party"},
      {"POST", "/calendars", &set_calendar, "Set working days of a party, year by year (admin)",
       "dry_run"},
      {"GET", "/overview", &show_overview, "The published overview, computed on any date",
       "as_of known_at at_least"},
      {"GET", "/discrepancies", &list_discrepancies,
       "Figures on which the parties differ, with the records that explain it (audit, admin)",
       "as_of known_at at_least"},
      {"POST", "/clock", &set_clock, "Set the business day of a rehearsal (admin)"},
  };
}

// The first four tell what the public pages of journey times show.
std::vector<Route> routes_of_the_network() {
  return {
      {"GET", "/network/scenarios", &network_scenarios,
       "Places, lines and roads with their openings, scenarios", "as_of scenario known_at at_least",
       true},
      {"GET", "/network/reach", &network_reach, "Minutes from a place to all others",
       "origin as_of scenario within known_at at_least", true},
      {"GET", "/network/journey", &network_journey,
       "Journeys from one place to another at a time, and over the day",
       "origin destination as_of scenario departs arrives medium issuer class known_at at_least",
       true},
      {"GET", "/network/missed", &network_missed,
       "Trains that arrive after the last bus across the border has left",
       "as_of known_at at_least", true},
      {"GET", "/network/matrix", &network_matrix, "Median minutes between all places",
       "as_of scenario known_at at_least"},
      {"GET", "/network/compare", &network_compare,
       "What a later day or a scenario changes, by place and for the region",
       "origin as_of then scenario within known_at at_least"},
      {"GET", "/network/explain", &network_explain,
       "People whom each unfinished line brings within the limit",
       "origin as_of scenario lines within known_at at_least"},
      {"GET", "/network/sides", &network_sides,
       "Lines and trains on which one side's word differs, and the pairs it would change",
       "as_of known_at at_least"},
  };
}

// Who comes in, who stands in for whom, who is told by mail, and what takes two people.
std::vector<Route> people_routes() {
  return {
      {"GET", "/colleagues", &list_colleagues,
       "Who works in the same office, or could work at a case", "case"},
      {"GET", "/substitutes", &list_substitutes, "Who stands in for whom, now and later"},
      {"POST", "/substitutes", &set_substitute,
       "Name who stands in for somebody who is away; nobody: null", "dry_run"},
      {"GET", "/notices", &show_notices, "Whether the asker is told by e-mail, and where"},
      {"POST", "/notices", &subscribe_notices,
       "Give an address; a code is sent to it, and nothing else before it has come back"},
      {"POST", "/notices/confirm", &confirm_notices, "Give the code that was sent"},
      {"DELETE", "/notices", &end_notices, "Be told no more; the address is forgotten"},
      {"GET", "/held", &list_held, "Messages that could not be decided"},
      {"POST", "/held/{party}/{seq}", &resolve_held, "Resolve a held message (admin, two people)",
       "dry_run"},
      {"GET", "/approvals", &list_approvals, "What waits for a second person (admin, audit)"},
      {"POST", "/approvals/{number}/sign", &sign_approval,
       "Sign what another person asked for, and so do it (admin)", "dry_run"},
      {"POST", "/approvals/{number}/withdraw", &withdraw_approval,
       "Withdraw what waits for a second person (admin)", "dry_run"},
      {"GET", "/privacy/orders", &list_orders,
       "Orders about personal values: erased, held, restricted, asked by peers (admin, audit)",
       "from limit"},
      {"POST", "/privacy/orders", &order_privacy,
       "Erase, hold or restrict the values of a subject (admin, two people)", "dry_run"},
      {"POST", "/privacy/orders/{number}/end", &end_order,
       "Lift a hold or a restriction, or refuse what a peer asked (admin, two people)", "dry_run"},
      {"POST", "/privacy/find", &find_subject,
       "Where values of a subject stand: a person's number, a pseudonym or a case (admin)"},
      {"POST", "/privacy/reads", &list_person_reads,
       "Who read what of a person at this node (admin)"},
      {"POST", "/privacy/report", &report_subject,
       "What is kept of a subject, erased and restricted, and who read it (admin)"},
      {"GET", "/keys", &list_keys, "Keys of programs, the ended ones too (admin, audit)"},
      {"POST", "/keys", &add_key, "Add a key; its secret is told once (admin)", "dry_run"},
      {"POST", "/keys/{id}", &change_key, "Say anew what a key may do (admin)", "dry_run"},
      {"POST", "/keys/{id}/rotate", &rotate_key, "Give a key a new secret (admin)", "dry_run"},
      {"POST", "/keys/{id}/end", &end_key, "End a key at once, for good (admin)", "dry_run"},
      {"GET", "/users", &list_users, "Accounts of people, the ended ones too (admin, audit)"},
      {"POST", "/users", &add_user, "Add an account (admin)", "dry_run"},
      {"POST", "/users/{id}", &change_user, "Say anew what an account may do (admin)", "dry_run"},
      {"POST", "/users/{id}/password", &set_password,
       "Give an account a new password; its sessions end (admin)", "dry_run"},
      {"POST", "/users/{id}/end", &end_user, "End an account and its sessions, for good (admin)",
       "dry_run"},
  };
}

}  // namespace

// Where two patterns fit, the first counts: `/cases/{id+}` comes after all that ends otherwise. No
// id ends like these: its last part ends in a number.
const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = [] {
    std::vector<Route> all = routes_of_work();
    std::ranges::move(routes_of_documents(), std::back_inserter(all));
    std::ranges::move(routes_of_clearing(), std::back_inserter(all));
    std::ranges::move(routes_of_the_node(), std::back_inserter(all));
    std::ranges::move(routes_of_the_network(), std::back_inserter(all));
    std::ranges::move(people_routes(), std::back_inserter(all));
    return all;
  }();
  return kRoutes;
}

std::variant<Matched, NoRoute> match(std::string_view method,
                                     const std::vector<std::string>& segments) {
  static const std::vector<std::vector<std::string_view>> kPatterns = [] {
    std::vector<std::vector<std::string_view>> patterns;
    for (const Route& route : routes()) patterns.push_back(split(route.path));
    return patterns;
  }();
  NoRoute none;
  for (std::size_t i = 0; i < kPatterns.size(); ++i) {
    if (!may_fit(kPatterns[i], segments)) continue;
    const Route& route = routes()[i];
    Matched matched{.route = &route, .parts = {}};
    if (!fits(kPatterns[i], segments, matched.parts)) continue;
    if (route.method == method) return matched;
    if (none.allowed.find(route.method) == std::string::npos) {
      none.allowed += (none.allowed.empty() ? "" : ", ") + std::string{route.method};
    }
  }
  return none;
}

}  // namespace bashu::api
