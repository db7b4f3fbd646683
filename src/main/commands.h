// The commands of `bashu`, each a function of its options. command_line.cc reads the options.
//
// Exit codes: 0 done, 1 refused or not valid, 2 usage or input and output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "main/console.h"

namespace bashu::cli {

// Where the API of a running node is, and the secret of a key for it.
struct Remote {
  std::string api;  // http://127.0.0.1:8080
  std::string key;
  std::string ca;  // file with the authority of an https address
  bool json = false;
};

// pack_command.cc
struct PackFiles {
  std::vector<std::string> files;
};
Exit pack_check(const Console& console, const PackFiles& what);
Exit pack_test(const Console& console, const PackFiles& what);
struct PackShow {
  std::string file;
  bool dot = false;
  bool canonical = false;
};
Exit pack_show(const Console& console, const PackShow& what);
struct PackAdopt {
  Remote remote;
  std::vector<std::string> files;  // DIR FILE..., or FILE... with an API
  std::string from;                // date; empty: today
};
Exit pack_adopt(const Console& console, const PackAdopt& what);

// node_command.cc
struct Init {
  std::string dir, party, name, host;
  std::string listen;     // of the exchange
  std::string api;        // of the API
  std::string rehearsal;  // first business day of a rehearsal; empty: the real day
  std::string journal;    // where the journal is; empty: in the directory
  int offset_minutes = 480;
};
Exit init(const Console& console, const Init& what);
Exit snapshot(const Console& console, const std::string& dir);

// people_command.cc
// What the command line says of a key or an account.
struct Powers {
  std::string name, person, until;
  std::vector<std::string> roles;  // `pack:role`; `*:role` for every pack
  std::vector<std::string> divisions, may, subjects;
  std::vector<std::string> persons;  // by identity number, as subjects
};
struct KeyAdd {
  std::string dir, id;  // no directory: through the API
  Powers powers;
  Remote remote;
};
Exit key_add(const Console& console, const KeyAdd& what);
struct PersonNamed {
  std::vector<std::string> words;  // [DIR] ID
  Remote remote;
};
Exit key_rotate(const Console& console, const PersonNamed& what);
Exit key_end(const Console& console, const PersonNamed& what);
struct PersonChanged {
  std::vector<std::string> words;  // [DIR] ID
  Powers powers;
  Remote remote;
};
Exit key_change(const Console& console, const PersonChanged& what);
struct PeopleList {
  std::string dir;
  Remote remote;
};
Exit key_list(const Console& console, const PeopleList& what);
struct UserAdd {
  std::string dir, id;
  Powers powers;
  std::string password_file;  // `-`: standard input; empty: one is made
  std::string oidc_issuer, oidc_subject;
  Remote remote;
};
Exit user_add(const Console& console, const UserAdd& what);
Exit user_change(const Console& console, const PersonChanged& what);
struct UserPasswd {
  std::vector<std::string> words;  // [DIR] ID
  std::string password_file;
  Remote remote;
};
Exit user_passwd(const Console& console, const UserPasswd& what);
Exit user_end(const Console& console, const PersonNamed& what);
Exit user_list(const Console& console, const PeopleList& what);

// approvals_command.cc
struct ApprovalsList {
  Remote remote;
};
Exit approvals_list(const Console& console, const ApprovalsList& what);
struct ApprovalNumber {
  std::int64_t number = 0;
  Remote remote;
};
Exit approval_sign(const Console& console, const ApprovalNumber& what);
Exit approval_withdraw(const Console& console, const ApprovalNumber& what);

// privacy_command.cc
struct SubjectNamed {
  std::string subject;  // a person's number, a pseudonym or a case; `-`: standard input
  Remote remote;
};
Exit privacy_find(const Console& console, const SubjectNamed& what);
Exit privacy_report(const Console& console, const SubjectNamed& what);
struct PrivacyOrder {
  std::string subject, reason, until;
  std::int64_t asked = 0;  // of erase: the order a peer's request is kept under, instead
  Remote remote;
};
Exit privacy_erase(const Console& console, const PrivacyOrder& what);
Exit privacy_hold(const Console& console, const PrivacyOrder& what);
Exit privacy_restrict(const Console& console, const PrivacyOrder& what);
struct PrivacyEnd {
  std::int64_t number = 0;
  std::string reason;
  Remote remote;
};
Exit privacy_end(const Console& console, const PrivacyEnd& what);
struct PrivacyList {
  Remote remote;
};
Exit privacy_list(const Console& console, const PrivacyList& what);

// access_command.cc
Exit access_verify(const Console& console, const std::string& dir);
struct AccessList {
  std::string dir, about;  // a case, or PACK/REGISTER/KEY; empty: all
  std::string person;      // a number, asked of a running node; empty: the file in `dir`
  Remote remote;
};
Exit access_list(const Console& console, const AccessList& what);

// serve_command.cc
struct Serve {
  std::string dir;
  std::string rehearsal;      // date; empty: the real day
  std::string api, listen;    // instead of those in DIR/node.json
  std::string web;            // address:port for browsers; empty: none
  std::string web_root;       // folder of the built pages
  std::string circle;         // published.tsv, or its folder, instead of DIR/published.tsv
  bool api_in_clear = false;  // also beyond this machine, e.g. behind a proxy that ends TLS
  std::string metrics;        // address:port of /metrics; empty: none
  std::int64_t pseudonyms_per_hour = 10'000;  // that a member may ask our part of
  std::int64_t away_after_s = 120;
  std::string smtp;            // URL of the server that takes mail; empty: none is sent
  std::string mail_from;       // the address that it comes from
  std::string smtp_secret;     // file with USER:SECRET; empty: the server asks for none
  std::string smtp_ca;         // file of PEM certificates; empty: the machine's
  bool smtp_starttls = false;  // TLS over smtp://, or no mail
  std::string timestamps;      // URL of an authority that stamps times; empty: none
  std::string timestamps_ca;   // file of PEM certificates of who may certify it
  std::int64_t timestamps_s = 3'600;
  std::string witnesses;   // file of witnesses outside the circle (tlog-policy); empty: none
  std::string witness_ca;  // file of PEM certificates; empty: the machine's
  std::int64_t witness_s = 60;
  std::string views;       // URL of a database for tables beside those here; empty: none
  std::string read_views;  // its replica, or itself: it answers instead of tables here
  std::string views_schema = "bashu_views";
  std::string views_readers;  // role that may read there; empty: none is granted
  std::string log;            // file; empty: standard error
  int disk_floor_mb = 512;    // below this much free, writes are refused
  int workers = 8;
  std::int64_t reads_per_minute = 3'000;  // of one principal; 0: any number
  bool standby = false;                   // beside the writer, on another machine
  std::string as;                         // the name of this machine; empty: its host name
  std::int64_t take_over_s = 5;           // of the writer's silence; 0: only when somebody says so
};
Exit serve(const Console& console, const Serve& what);

// backup_command.cc
struct Backup {
  std::string dir, to;
  std::string vault_to;  // empty: without the keys of sealed values
};
Exit backup_make(const Console& console, const Backup& what);
struct BackupRehearse {
  std::string from, vault_from;
  std::string work;  // folder for the temporary directory
};
Exit backup_rehearse(const Console& console, const BackupRehearse& what);
struct Restore {
  std::string from, vault_from, to;
  std::string at;     // a position; empty: all of it
  std::string as_of;  // a date or time
};
Exit backup_restore(const Console& console, const Restore& what);
struct RestoreRelease {
  Remote remote;
  std::string note;
};
Exit restore_release(const Console& console, const RestoreRelease& what);

// doctor_command.cc
struct Doctor {
  std::string dir;
  bool json = false;
  int disk_floor_mb = 512;
};
Exit doctor(const Console& console, const Doctor& what);
struct HealthAsk {
  Remote remote;
};
// 0 ready, 1 degraded, 2 down or not reached.
Exit health(const Console& console, const HealthAsk& what);

// circle_command.cc
struct CircleCard {
  std::string dir, out;
};
Exit circle_card(const Console& console, const CircleCard& what);
Exit circle_second(const Console& console, const std::string& dir);
struct CircleNode {
  std::string dir, of, site;
  std::vector<std::string> divisions;
};
Exit circle_node(const Console& console, const CircleNode& what);
struct CircleRoot {
  std::string dir, uri, out;
  bool next = false, lost = false;
};
// Of a node at rest. That belongs to no circle: its root is a key of a token from now on. `next`:
// the edition that has the circle know another root. `lost`: another root at once, which the others
// let follow.
Exit circle_root(const Console& console, const CircleRoot& what);
// Of a node at rest: announces new keys, used from its next start on.
Exit circle_rotate(const Console& console, const std::string& dir);
struct CircleInvite {
  std::string dir, name, out;
  std::vector<std::string> cards;
  std::vector<std::string> second;  // envelopes, receipts, checkpoints
  std::string second_from;          // a day; empty: from the edition on
  bool new_pseudonyms = false;
  std::vector<std::string> lost;  // parties whose cards show another root, since theirs is lost
  std::string reason;
};
Exit circle_invite(const Console& console, const CircleInvite& what);
// members_command.cc
struct CircleExpel {
  std::string dir, reason, out;
  std::vector<std::string> parties;
};
Exit circle_expel(const Console& console, const CircleExpel& what);
struct CircleLeave {
  std::string dir, out;
};
Exit circle_leave(const Console& console, const CircleLeave& what);
Exit circle_left(const Console& console, const Remote& remote);

// circle_command.cc
struct CircleAccept {
  std::string dir, file, out;
  bool yes = false;
};
Exit circle_accept(const Console& console, const CircleAccept& what);
struct CircleAdopt {
  Remote remote;
  std::vector<std::string> files;  // DIR FILE, or FILE with an API
  std::string pinned;              // the agreement id on paper; empty: trust the file
};
Exit circle_adopt(const Console& console, const CircleAdopt& what);

// case_command.cc
struct CaseForm {
  std::vector<std::string> with;  // `field=value`
  std::string with_json;
  std::string idempotency_key;
  bool dry_run = false;
};
struct CaseStart {
  Remote remote;
  std::string pack, service, role, parent;
  std::vector<std::string> parties;  // `party=jurisdiction`
  CaseForm form;
};
Exit case_start(const Console& console, const CaseStart& what);
struct CaseDo {
  Remote remote;
  std::string id, event, role;
  std::optional<std::int64_t> version;
  CaseForm form;
};
Exit case_do(const Console& console, const CaseDo& what);
struct CaseShow {
  Remote remote;
  std::string id, at;
  bool history = false, choices = false, evidence = false;
};
Exit case_show(const Console& console, const CaseShow& what);
struct CaseList {
  Remote remote;
  std::string pack, service, state;
  int limit = 50;
};
Exit case_list(const Console& console, const CaseList& what);
// claims_command.cc
struct CaseClaims {
  Remote remote;
  std::string id, to;  // to whom a step of ours is shown
  std::optional<std::int64_t> ask, show;
};
Exit case_claims(const Console& console, const CaseClaims& what);

// calendar_command.cc
struct CalendarCheck {
  std::string file;
  bool json = false;
};
Exit calendar_check(const Console& console, const CalendarCheck& what);
struct CalendarLoad {
  Remote remote;
  std::vector<std::string> files;       // DIR and FILE of a node at rest, or FILE alone
  std::vector<std::string> parties;     // empty: all of the circle
  std::vector<int> years;               // empty: all of the file
  std::optional<std::int64_t> version;  // instead of the file's; 0: the next one
  bool dry_run = false;
};
Exit calendar_load(const Console& console, const CalendarLoad& what);
struct CalendarShow {
  Remote remote;
  std::string party;
  std::optional<int> year;  // its days one by one
};
Exit calendar_show(const Console& console, const CalendarShow& what);

// doubles_command.cc
struct Doubles {
  Remote remote;
  std::string reg;  // `pack/register`
};
Exit doubles(const Console& console, const Doubles& what);

// contested_command.cc
struct Contested {
  Remote remote;
  std::string reg;     // `pack/register`
  std::string key;     // empty: all
  std::string stands;  // whose row is to stand; empty: tell only
  std::string yields;  // whose gives way; empty: the other one
  std::string note;
};
Exit contested(const Console& console, const Contested& what);

// import_command.cc
struct Import {
  Remote remote;
  std::vector<std::string> files;
  std::string feed, reg;  // pack/name; both empty: every row says `to`
  std::string role;       // empty: the first role of the feed that the key has
  std::string format;     // csv, ndjson, xlsx; empty: by the name of the file
  std::string sheet;      // of a workbook; empty: the only one that holds something
  int batch = 1'000;      // rows of a request
  int at_once = 4;        // requests under way
  int preview = 0;        // rows to show; nothing is sent
  bool dry_run = false;
};
Exit import(const Console& console, const Import& asked);

// journal_command.cc
struct JournalShow {
  std::string dir;
  std::uint64_t from = 0;
  std::uint64_t count = 100;
};
Exit journal_show(const Console& console, const JournalShow& what);
struct JournalVerify {
  std::string dir, other;
};
Exit journal_verify(const Console& console, const JournalVerify& what);
struct JournalProof {
  std::string dir, out;
  std::uint64_t sequence = 0;
  bool vkey = false, second = false, leaf = false;
};
Exit journal_proof(const Console& console, const JournalProof& what);

// journal_stamps_command.cc
struct JournalStamps {
  std::string dir, ca;
};
Exit journal_stamps(const Console& console, const JournalStamps& what);

// journal_cosigned_command.cc
struct JournalCosigned {
  std::string dir, witnesses;
  std::string by;  // only the checkpoint that this witness has cosigned, as it stands
  std::string out;
};
Exit journal_cosigned(const Console& console, const JournalCosigned& what);

// feed_command.cc
struct JournalFeed {
  std::string dir, files, format = "ndjson", kafka, topic;
  std::vector<std::string> settings;  // name=value
  bool follow = false;
};
Exit journal_feed(const Console& console, const JournalFeed& what);

// views_command.cc
struct ViewsTo {
  std::string dir, to;  // to: URL of a database
  std::string schema = "bashu_views", readers;
  bool anew = false;
};
Exit views_to(const Console& console, const ViewsTo& what);

// journal_move_command.cc
struct JournalMove {
  std::string dir, to;  // to: URL of a database, or `directory`
};
Exit journal_move(const Console& console, const JournalMove& what);
struct JournalReopen {
  std::string dir;
  bool yes = false;
};
Exit journal_reopen(const Console& console, const JournalReopen& what);

struct VaultMove {
  std::string dir, to;  // likewise
};
Exit vault_move(const Console& console, const VaultMove& what);

// token_command.cc
struct TokenMake {
  std::string uri, use;  // root, vault
};
Exit token_make(const Console& console, const TokenMake& what);
// Tries the PIN once, whatever was tried before.
Exit token_check(const Console& console, const std::string& uri);
struct VaultWrap {
  std::string dir, uri;
};
Exit vault_wrap(const Console& console, const VaultWrap& what);

// promote_command.cc
struct Promote {
  Remote remote;
};
Exit promote(const Console& console, const Promote& what);

// journal_trial_command.cc
struct JournalTest {
  std::string where;  // URL of a database, or a folder to make
};
Exit journal_test(const Console& console, const JournalTest& what);

// bundle_command.cc
struct Bundle {
  std::string dir, id, out;
  std::string claim;  // file with what is asserted, in words
};
Exit bundle(const Console& console, const Bundle& what);
struct VerifyBundle {
  std::string file, agreement;
};
Exit verify_bundle(const Console& console, const VerifyBundle& what);

// verify_command.cc
struct Verify {
  std::string file, key;   // the key: as text, or a file with it
  std::string second_key;  // of SM2, the same way; empty: nobody asks for a second signature
};
Exit verify(const Console& console, const Verify& what);

// figures_command.cc
struct Figures {
  Remote remote;
  std::vector<std::string> words;  // DIR [ID], or [ID] with an API
  std::string as_of, known_at, party, period;
  std::string circle;  // published.tsv, or its folder
  bool csv = false, records = false, tell = false;
};
Exit figures(const Console& console, const Figures& what);
struct Overview {
  Remote remote;
  std::vector<std::string> words;  // DIR, unless there is an API
  std::string as_of, known_at, circle;
  bool notes = false;
};
Exit overview(const Console& console, const Overview& what);
Exit discrepancies(const Console& console, const Overview& what);

// publish_command.cc
struct Publish {
  std::string dir, as_of, out, circle;  // as_of empty: the node's day
};
Exit publish(const Console& console, const Publish& what);

// bench_command.cc
Exit bench(const Console& console, const std::vector<std::string>& names);

// network_command.cc
struct NetworkCheck {
  std::string path;  // a GTFS feed, or a folder with stations.csv and calls.csv
};
Exit network_check(const Console& console, const NetworkCheck& what);
struct NetworkAsk {
  std::string path, on;
  std::string from, to;                       // stations by id or name; counties by code
  std::string at = "06:00", until = "22:00";  // when one may set out
  std::string arrive;                         // of journey: no later than
  int within = 180;                           // minutes
  std::string out;
};
Exit network_journey(const Console& console, const NetworkAsk& what);
Exit network_day(const Console& console, const NetworkAsk& what);
Exit network_reach(const Console& console, const NetworkAsk& what);
Exit network_matrix(const Console& console, const NetworkAsk& what);
Exit network_export(const Console& console, const NetworkAsk& what);

// network_circle_command.cc
struct NetworkCompare {
  std::string path, on, to;           // a circle's network; days
  std::string scenario, from;         // of scenarios.csv; a place, empty: every core
  std::vector<std::string> lines;     // of explain; empty: all that are unfinished
  std::string format = "table", out;  // table, csv, json, geojson
  int within = 60;                    // minutes
};
Exit network_compare(const Console& console, const NetworkCompare& what);
Exit network_explain(const Console& console, const NetworkCompare& what);

// network_places_command.cc: nullopt if `from` and `to` are no two places of a circle's network.
std::optional<Exit> journey_between_places(const Console& console, const NetworkAsk& what);
std::optional<Exit> day_between_places(const Console& console, const NetworkAsk& what);
struct NetworkYears {
  std::string path, scenario;
  int first = 2015, last = 2035;  // years, each as it ends
  int within = 60;                // minutes
};
Exit network_years(const Console& console, const NetworkYears& what);

// reconcile_command.cc
struct ReconcileSide {  // of a register: the API key, its authority, a position of the journal
  std::string key, ca, at;
};
struct Reconcile {
  std::string left, right;  // files (.csv, else NDJSON), or registers: URL#PACK/REGISTER
  std::vector<std::string> key, compare, sum;
  ReconcileSide of_left{}, of_right{};
  std::string api{}, api_key{};  // of a side that names none
  std::string as_of{};           // a day, of registers
};
Exit reconcile(const Console& console, const Reconcile& what);

// fares_command.cc
struct FaresRate {
  std::string tariff, against;                        // YAML or JSON
  std::string taps;                                   // .csv, else NDJSON
  std::vector<std::string> by{"issuer", "operator"};  // also side, class, day
  std::string out;                                    // each ride as CSV; empty: none
  std::string denied, denied_against;                 // deny lists, .csv or NDJSON; empty: none
  std::string why;                                    // a token whose rides are explained
};
Exit fares_rate(const Console& console, const FaresRate& what);

// fares_files_command.cc
struct FaresToGtfs {
  std::string tariff, dir;
};
Exit fares_to_gtfs(const Console& console, const FaresToGtfs& what);
struct FaresFromGtfs {
  std::string dir, name, from, party, out;
  std::int64_t version = 1;
};
Exit fares_from_gtfs(const Console& console, const FaresFromGtfs& what);
struct FaresTides {
  std::string file, issuer, group, out;
};
Exit fares_tides(const Console& console, const FaresTides& what);

// clear_command.cc
struct ClearOpen {
  std::string book, side, other, tariff;
  bool bills = false;  // instead of taps
};
Exit clear_open(const Console& console, const ClearOpen& what);
struct ClearTake {
  std::string book;
  std::vector<std::string> files;
  std::string denied;  // a deny list; empty: none
};
Exit clear_take(const Console& console, const ClearTake& what);
struct ClearDraw {
  std::string book, until;
};
Exit clear_draw(const Console& console, const ClearDraw& what);
struct ClearCompare {
  std::string book;
  std::string theirs, ask;  // one of: a file of lines or a book with a draft; a program to ask
  std::string out;
};
Exit clear_compare(const Console& console, const ClearCompare& what);
struct ClearAnswer {
  std::string book;  // or a file of lines
};
Exit clear_answer(const Console& console, const ClearAnswer& what);
struct ClearRefuse {
  std::string book, id, why;
  bool accept = false;  // takes a refusal back
};
Exit clear_refuse(const Console& console, const ClearRefuse& what);
struct ClearClose {
  std::string book;
  std::string theirs, ask, root;  // one of them
};
Exit clear_close(const Console& console, const ClearClose& what);
struct ClearShow {
  std::string book;
};
Exit clear_show(const Console& console, const ClearShow& what);

// clear_pay_command.cc
struct ClearNet {
  std::vector<std::string> statements;
  std::string way = "bilateral";  // gross, bilateral, multilateral
  std::string house;              // the clearing house of multilateral netting
  std::int64_t least = 0;         // fen below which nothing is paid now
  std::string out;
  std::string statement;  // for all parties to verify; empty: none
};
Exit clear_net(const Console& console, const ClearNet& what);
struct ClearVerify {
  std::string file, party;
  std::vector<std::string> statements;  // all of the party that the file should have
};
Exit clear_verify(const Console& console, const ClearVerify& what);
struct ClearPay {
  std::string payments, accounts, from, on;
  std::string schema;  // empty: not checked
  std::string out;
};
Exit clear_pay(const Console& console, const ClearPay& what);
struct ClearPaid {
  std::string payments, accounts;
  std::vector<std::string> statements;  // camt.053
  std::int64_t tolerance = 0;           // fen
  std::string schema;                   // empty: not checked
};
Exit clear_paid(const Console& console, const ClearPaid& what);

// window_command.cc
struct WindowList {
  Remote remote;
};
Exit window_list(const Console& console, const WindowList& what);
struct WindowBook {
  Remote remote;
  std::string service;  // pack/service
  std::string with, name, tariff, role = "finance";
  std::string account;                    // name,account,bank; empty: none
  bool bills = false, transfers = false;  // instead of taps
  std::string way, house;                 // how it is netted, and by whom; empty: the difference
  std::int64_t least = 0, cap = 0;        // fen; 0: none
  std::string period;                     // by whose end a window ends; empty: any day
};
Exit window_book(const Console& console, const WindowBook& what);
struct WindowTake {
  Remote remote;
  std::string book, role = "finance";
  std::vector<std::string> files;
  std::string denied;   // a deny list; empty: none
  std::string refused;  // claims that this side no longer stands by; empty: none
};
Exit window_take(const Console& console, const WindowTake& what);
struct WindowDraft {
  Remote remote;
  std::string book, until;
};
Exit window_draft(const Console& console, const WindowDraft& what);
struct WindowOpen {
  Remote remote;
  std::string book, until, role = "finance";
};
Exit window_open(const Console& console, const WindowOpen& what);
struct WindowSign {
  Remote remote;
  std::string window, note;
  std::vector<std::string> accept, accept_kinds, refuse;
};
Exit window_sign(const Console& console, const WindowSign& what);
struct WindowSplit {
  Remote remote;
  std::string window;
};
Exit window_split(const Console& console, const WindowSplit& what);
struct WindowDifferences {
  Remote remote;
  std::string window, out;
  bool csv = false;
};
Exit window_differences(const Console& console, const WindowDifferences& what);
struct WindowStatement {
  Remote remote;
  std::string window, out;
};
Exit window_statement(const Console& console, const WindowStatement& what);
struct WindowOrder {
  Remote remote;
  std::string window, on, out;
  std::string schema;  // empty: not checked
};
Exit window_order(const Console& console, const WindowOrder& what);
struct WindowPay {
  Remote remote;
  std::string book, on, role = "finance";
};
Exit window_pay(const Console& console, const WindowPay& what);
struct WindowFlows {
  Remote remote;
  std::string book, kind, out;
  bool csv = false;
};
Exit window_flows(const Console& console, const WindowFlows& what);
struct WindowNet {
  Remote remote;
  std::string service, until, role = "finance";  // pack/service
};
Exit window_net(const Console& console, const WindowNet& what);
struct WindowShares {
  Remote remote;
  std::string netting, role = "finance";
};
// Of every share of a netting.
Exit window_publish(const Console& console, const WindowShares& what);
Exit window_release(const Console& console, const WindowShares& what);
struct WindowPaid {
  Remote remote;
  std::string window, statement;
};
Exit window_paid(const Console& console, const WindowPaid& what);

}  // namespace bashu::cli
