// One line a route, in a small notation: `name:what`, `name?:what` where it may be missing; what is
// text, date, count, number, bool, any, a Name of the first table, `[what]`, `{what}` of any names,
// or `what|null`.
#include "api/answer_forms.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace bashu::api {

namespace {

struct Form {
  std::string_view name, members;
};
struct Answer {
  std::string_view method, path, members;
};

constexpr std::array kParts{
    Form{"Visit", "state:text on:date"},
    Form{"Case",
         "id:text pack:text pack_digest:text service:text state:text version:count parties:{text} "
         "opened:date since:date reached:[Visit] disputed:bool changed_at:count parent?:text "
         "title?:text data:{any} state_title?:text final?:bool owner?:text disputes?:[Dispute] "
         "titles?:CaseTitles position?:count assigned?:Assigned"},
    Form{"Assigned", "to:text by:text on:date note:text"},
    Form{"Colleague", "person:text name:text away_until?:date substitute?:text"},
    Form{"Substitute", "person:text substitute:text from:date until:date by:text on:date"},
    Form{"CaseTitles", "pack:text parties:{text} data:any"},
    Form{"Signature", "by:text content:text note:text position:count officer?:text"},
    Form{"Dispute",
         "by:text kind:text reason:text detail:text content:text raised:count ended:count|null "
         "signatures:[Signature]"},
    Form{"Choice",
         "event:text passes:bool why:[text] title?:text form?:[text] roles?:[text] sign?:{text}"},
    Form{"Naming", "generation:count ready:bool"},
    Form{"Clock", "clock:text due:date fired:bool"},
    Form{"Step",
         "version:count event:text from:text to?:text decided_by:text role:text branch:number "
         "on:date digest:text input:any set:any position:count title?:text to_title?:text "
         "time_ms?:count notice?:text principal?:text officer?:text claims?:[StepClaim]"},
    Form{"StepClaim", "what:text of?:text text?:text"},
    Form{"PersonRead",
         "time_ms:count key:text principal:text resource:text about:text fields:[text] "
         "purpose?:text"},
    Form{"AskedClaim",
         "asked_by:text asked_of:text content:text asked:count standing:text version?:count "
         "on?:text principal?:text why?:text answered?:count shown?:[any]"},
    Form{"Task",
         "number:count kind:text case:text roles:[text] title:text on:date position:count "
         "detail?:text assigned?:Assigned titles?:TaskTitles"},
    Form{"TaskTitles", "roles:{text} service?:text state?:text"},
    Form{"Waiting", "since:date due?:date task?:count title?:text case:Case"},
    Form{"Hit", "register?:text title?:text key?:text case?:Case"},
    Form{"PersonHit", "case:Case"},
    Form{"Count", "in:text count:count"},
    Form{"PeerClock", "party:text ahead_s:number"},
    Form{"Session",
         "id:text name:text principal:text kind:text party:text roles:{[text]} divisions:[text] "
         "may:[text] csrf?:text ends_ms?:count acr?:text stronger?:[text]"},
    Form{"Pack",
         "pack:text version:count digest:text title:text in_force:bool adopted:{date} "
         "services:[text] registers:[text] books:[text] feeds:[text] figures:[text] source?:any"},
    Form{"Claim", "keeper:text on?:date fields?:any content?:text"},
    Form{"ClaimSigned", "by:text keeper:text yields:text round:count"},
    Form{"Record",
         "keeper:text version:count on:date fields:any changed_at:count key?:text case?:text "
         "edition?:text number?:count contested?:[text] claims?:[Claim] signed?:[ClaimSigned] "
         "titles?:any time_ms?:count"},
    Form{"Edition",
         "name:text number:count keeper:text on:date case:text entries:count digest:text "
         "position:count"},
    Form{"Account", "key:text balance:any key_titles?:[text]"},
    Form{"Posting", "on:date amount:any counter:any case:text position:count"},
    Form{"Month", "month:text opening:any in:any out:any closing:any postings:count"},
    Form{"Alike", "alike:text keys:[text]"},
    Form{"Read",
         "time_ms:count key:text principal:text mine:bool resource:text fields:[text] "
         "purpose?:text"},
    Form{"OrderAnswer", "party:text on?:date kept?:[text] reason?:text late:bool"},
    Form{"Order",
         "order:count kind:text subject:text reason:text standing:text cases:[text] "
         "records:[text] keys:count on:date by?:text second?:text until?:date from?:text "
         "asked?:count ended?:Ended answers?:[OrderAnswer]"},
    Form{"Retained",
         "cases:[text] records:[text] pack:text service:text due:date reason:text keys:count"},
    Form{"Kept",
         "case?:text record?:text pack:text service?:text parties:[text] values:[Standing]"},
    Form{"Standing", "path:text key:text standing:text order?:count on?:date"},
    Form{"Deposit", "sha256:text since_ms:count until_ms:count"},
    Form{"Upload",
         "upload:text name:text media:text size:count offset:count since_ms:count until_ms:count "
         "piece_min:count piece_max:count"},
    Form{"Document", "sha256:text name:text media:text size:count"},
    Form{"Ended", "on:date by:text"},
    Form{"Principal",
         "id:text name?:text principal:text person?:text version:count roles:{[text]} "
         "divisions:[text] may:[text] subjects:[text] until?:date in_force:bool by:text on:date "
         "password?:bool provider?:bool ended?:Ended"},
    Form{"Approval",
         "approval:count what:text act:any asked_by:text at_ms:count until_ms:count expired:bool "
         "counts:bool yours:bool"},
    Form{"Held", "party:text seq:count kind:text stream:text pack:text reason:text body:any"},
    Form{"Channel",
         "party:text endpoint:text up:bool phase:text last_contact_s:number sent:count acked:count "
         "backlog:count received:count held:count stopped:text trouble:text "
         "life_used_percent:number cosigned:count cosigned_ms:count witnessed:count "
         "clock_ahead_s?:number"},
    Form{"OutsideWitness", "name:text url:text cosigned:count cosigned_ms:count trouble:text"},
    Form{"Outside", "witnesses:[OutsideWitness] cosigned:count open_since_ms?:count"},
    Form{"Alarm", "time_ms:count code:text party:text text:text"},
    Form{"Second", "alg:text distid:text required:{count} lacking:[text]"},
    Form{"Agreement", "id:text digest:text edition:count name:text effective:count"},
    Form{"Party",
         "party:text member:bool origin:text endpoint:text root:text root_key:text tls_ca:[text] "
         "node?:NodeOfParty"},
    Form{"NodeOfParty", "of:text divisions:[text] site:text"},
    Form{"LeftParty",
         "party:text edition:count expelled:bool reason:text open:count cases:[StandingCase] "
         "unanswered:count held:count records:count packs:[text]"},
    Form{"StandingCase", "case:text pack:text service:text state:text"},
    Form{"PartyTold", "party:text value:number|null nodes:[text]"},
    Form{"Key",
         "kid:text party:text role:text alg:text key:text name:text from:count to:count "
         "revoked:count"},
    Form{"Entry",
         "position:count time_ms:count kind:text events?:[any] outcome?:text reason?:text "
         "channel?:text seq?:count leaf?:text evidence?:text proof?:text"},
    Form{"Message",
         "direction:text party:text seq:count kind:text outcome:text reason:text position:count "
         "answered:count|null message_id?:text envelope?:text receipt?:text"},
    Form{"Calendar", "party:text version:count years:[count] holidays:[date] workdays:[date]"},
    Form{"SplitValue", "key:any value:number|null"},
    Form{"Split", "name:text values:[SplitValue]"},
    Form{"ListInForce", "register:text name:text number:count keeper:text on:date digest:text"},
    Form{"OnTheWay", "to_them:count from_them:count"},
    Form{"Side",
         "party:text told:bool value:number|null agree:any printed?:text ours?:number rows?:count "
         "definition?:text position?:count told_on?:date their_position?:count "
         "on_the_way?:OnTheWay compared_at?:count why?:text"},
    Form{"Published",
         "row:text title:text value?:number says?:text printed?:text as_of?:date period?:[date] "
         "split?:any note?:text"},
    Form{"AddedBy", "party:text adds:any"},
    Form{"ContestedRow", "register:text key:text keeper:text values:[AddedBy]"},
    Form{"Under", "party:text value:number printed:text"},
    Form{"Contested", "rows:[ContestedRow] under:[Under]"},
    Form{"Figure",
         "figure:text title:text side:text as_of:date ahead?:bool known_at:count value:number|null "
         "unit:text scale:count says:text bound?:number|null target:number|null sides:text "
         "concerns?:text "
         "definition:text pack:text splits:[Split] editions?:[ListInForce] rows:count failed:count "
         "printed:text rows_digest?:text error?:text contested?:Contested period?:[date] "
         "by_side:[Side] agree:any "
         "total?:number|null by_party?:[PartyTold] published?:Published "
         "published_rows?:[Published]"},
    Form{"FigureTried",
         "figure:text title:text side:text as_of:date known_at:count value:number|null unit:text "
         "scale:count says:text bound?:number|null target:number|null sides:text concerns?:text "
         "definition:text pack:text splits:[Split] editions?:[ListInForce] rows:count failed:count "
         "printed:text error?:text contested?:Contested"},
    Form{"PackFinding", "where:text what:text"},
    Form{"FigureDefined",
         "figure:text title:text unit:text scale:count sides:text target:number|null "
         "takes_period:bool split:[text] show:[text]"},
    Form{"FigureRow",
         "shown:any positions:[count] from?:date to?:date value?:any subject?:text version?:count "
         "edition?:text split?:any"},
    Form{"Place", "code:text title:text"},
    Form{"NetworkPlace",
         "code:text title:text people:count people_assumed:bool core?:bool best_min?:count|null "
         "median_min?:count|null worst_min?:count|null"},
    Form{"RecordAt", "register:text key:text position:count"},
    Form{"NetworkLine",
         "line:text title:text open:bool status:text halves:any since:date|null planned:date|null "
         "closed:date|null records:[RecordAt]"},
    Form{"LineSaid",
         "line:text title:text since:date|null they_say:date|null status:text "
         "status_they_say:text records:[RecordAt]"},
    Form{"PairSaid", "a:Place b:Place minutes:count|null they_say:count|null people:count"},
    Form{"TimetableSaid", "valid_from:date trains:count record:RecordAt"},
    Form{"CallSaid", "station:text arrives:text|null departs:text|null"},
    Form{"TrainSaid", "train:text counts:[CallSaid] they_say:[CallSaid]"},
    Form{"SideOfNetwork",
         "party:text timetable:TimetableSaid|null lines:[LineSaid] trains_changed:count "
         "trains:[TrainSaid] changed:count pairs:[PairSaid]"},
    Form{"NetworkChange", "line:text opens?:date months_later?:number without?:bool"},
    Form{"Scenario", "scenario:text title:text records:[RecordAt] changes:[NetworkChange]"},
    Form{"PlacesWithin", "limit_min:count places:count people:count"},
    Form{"PlacesWithinBoth",
         "limit_min:count places_before:count people_before:count places_after:count "
         "people_after:count"},
    Form{"Leg", "from:text to:text departs:text arrives:text train?:text timed?:bool"},
    Form{"Journey",
         "departs:text arrives:text minutes:count changes:count to_station_min:count "
         "from_station_min:count legs:[Leg] fare:Fare"},
    Form{"Fare",
         "fen:count without_tariff:count medium:text issuer:text class:text tickets:[RideTicket]"},
    Form{"RideTicket",
         "first_leg:count last_leg:count fen:count|null tariff?:text version?:count party?:text"},
    Form{"Departure", "departs:text arrives:text minutes:count"},
    Form{"JourneysOfDay",
         "best_min:count|null median_min:count|null worst_min:count|null journeys:[Departure] "
         "quickest:[Journey]"},
    Form{"ByRoad", "minutes:count metres:count"},
    Form{"MissedTrain", "train:text at:text arrives:text by_min:count"},
    Form{"LineFare", "most_fen:count|null tariff:text version:count party:text"},
    Form{"MissedBus",
         "line:text title:text stop:text towards:text last:text last_assumed:bool "
         "fare:LineFare|null trains:count missed:[MissedTrain]"},
    Form{"PlaceChanged",
         "code:text title:text people:count before_min:count|null after_min:count|null"},
    Form{"FromPlace", "origin:Place changed:[PlaceChanged] within:[PlacesWithinBoth]"},
    Form{"PairBeyond", "a:Place b:Place minutes:count|null people:count"},
    Form{"Region",
         "mean_min:count|null daily:count potential:count gini_millionths:count "
         "pairs_beyond:count largest_beyond:[PairBeyond]"},
    Form{"Gain", "line:text title:text alone:number last:number share:number"},
    Form{"OverviewSection", "section:text title:text rows:[any]"},
    Form{"ClearingBook",
         "case:text pack:text services:any name:text kind:text state:text state_title:text "
         "own:text batch_party:text order_party:text first:text second:text batches:count "
         "rows:count windows:[any] way?:text house?:text least?:count cap?:count"},
    Form{"FlowTransfer",
         "amount:number sent_on:date case?:text person?:text months?:count state_title?:text "
         "met_in?:text"},
    Form{"FlowBooking", "on:date amount:number bank:text"},
    Form{"Flow",
         "reference:text payer:text payee:text kind:text kind_title:text transfers:[FlowTransfer] "
         "bookings:[FlowBooking] said?:count sent_on?:date booked:number ordered:number "
         "agreed:number order?:text days?:number"},
    Form{"FlowTotal", "kind:text kind_title:text count:count said:count booked:number"},
    Form{"Exposed", "first_owes:count second_owes:count cap?:count percent?:count"},
    Form{"FlowBank", "bank:text on:date amount:number named:[text] counterparty:text"},
    Form{"FlowDue", "count:count sum:count"},
    Form{"FlowLag", "days:number count:count"},
    Form{"FlowOrder",
         "case:text state:text state_title:text pay_on:date sum:count count:count signed:bool "
         "paid_on?:date unpaid?:[text]"},
    Form{"FareSums",
         "rides:count faults:count fare:number from_issuer:number from_place:number off:number "
         "fee:number completed:count denied:count refused:number"},
    Form{"DenyList", "tokens:count first?:text last?:text"},
    Form{"FareTrial", "who:[text] now:FareSums then:FareSums"},
    Form{"TariffEdition",
         "version:count from:date to?:date proposed_by?:text proposed_on?:date agreed_by?:text "
         "agreed_on?:date"},
    Form{"PriceChange",
         "group:text instead?:count from:text to:text up_to_m?:count now?:count next?:count"},
    Form{"RuleChange", "where:text now:text next:text"},
    Form{"EditionChange",
         "version:count from:date to?:date prices:[PriceChange] prices_in_all:count "
         "rules:[RuleChange]"},
    Form{"TariffProposed", "by?:text on?:date refused?:text editions:[EditionChange]"},
    Form{"LineDifference",
         "line:text kind:text kind_title:text first?:any second?:any first_accepts?:bool "
         "second_accepts?:bool first_note?:text second_note?:text"},
    Form{"Warning", "where:text why:text"},
    Form{"Refusal",
         "line:count code:text number:count title:text errors?:[Warning] node?:text site?:text"},
};

constexpr std::string_view kDone =
    "position?:count dry_run?:bool refusals?:[Refusal] warnings?:[Warning] ";

constexpr std::string_view kVerification =
    "running:bool done:count of:count ended_ms?:count fault?:text sound?:bool entries?:count "
    "commits?:count snapshots?:count root?:text unsound?:any";

constexpr std::array kAnswers{
    Answer{"GET", "/health",
           "ready:bool state:text why:[text] writes:bool party:text version:text position?:count "
           "views?:count clocks?:[PeerClock] day_not_begun?:date "
           "commit_waits_ms?:count missing?:[text]"},
    Answer{"GET", "/session", "=Session"},
    Answer{"POST", "/session", "=Session"},
    Answer{"GET", "/packs", "packs:[Pack]"},
    Answer{"POST", "/packs", "*approval?:count waits_for?:text asked_by?:text"},
    Answer{"POST", "/circle/editions",
           "*approval?:count waits_for?:text asked_by?:text agreement?:text edition?:count"},
    Answer{"POST", "/calendars",
           "*approval?:count waits_for?:text asked_by?:text version?:count moves?:[any]"},
    Answer{"GET", "/packs/{pack}", "=Pack"},
    Answer{"GET", "/packs/{pack}/pages",
           "pack:text version:count digest:text title:text services:[any] registers:[any] "
           "books:[any] feeds:[any] figures:[any] retention:[text]"},
    Answer{"POST", "/packs/{pack}/registers/{register}/settle", "*"},
    Answer{"GET", "/figures", "as_of?:date figures:[FigureDefined|Figure]"},
    Answer{"GET", "/session/ways", "password:bool openid?:any"},
    Answer{"GET", "/cases", "cases:[Case] next:text position:count"},
    Answer{"POST", "/cases", "*case:text version:count state:text"},
    Answer{"POST", "/cases/{id}/events/{event}", "*case:text version:count state:text asked?:text"},
    Answer{"GET", "/cases/{id}", "=Case"},
    Answer{"GET", "/cases/{id}/choices",
           "case:text state:text version:count choices:[Choice] clocks:[Clock]"},
    Answer{"GET", "/cases/{id}/history", "case:text steps:[Step] position:count"},
    Answer{"GET", "/cases/{id}/claims", "case:text claims:[AskedClaim] position:count"},
    Answer{"GET", "/cases/{id}/access", "case:text reads:[Read] more:bool position:count"},
    Answer{"GET", "/cases/{id}/evidence",
           "case:text entries:[Entry] messages:[Message] more_messages:bool position:count"},
    Answer{"GET", "/clearing", "books:[ClearingBook] all:bool next:text"},
    Answer{"GET", "/clearing/{id}/draft",
           "case:text until:date from:date|null statement:any exposed?:Exposed"},
    Answer{"GET", "/clearing/{id}/differences",
           "window:any book:ClearingBook first:text second:text "
           "differences:[LineDifference] from:count count:count"},
    Answer{"GET", "/clearing/{id}/what-if",
           "book:ClearingBook by:[text] rows:[FareTrial] all:bool denied_now:DenyList "
           "denied_then:DenyList now:FareSums then:FareSums"},
    Answer{"GET", "/clearing/{id}/tariff",
           "book:ClearingBook tariff:text rules:count editions:[TariffEdition] "
           "next?:TariffProposed"},
    Answer{"GET", "/clearing/{id}/flows",
           "book:ClearingBook rows:[Flow] from:count count:count totals:[FlowTotal] lags:[FlowLag] "
           "due:FlowDue orders:[FlowOrder] unmatched:[FlowBank]"},
    Answer{"GET", "/clearing/{id}/statement",
           "number:count sides:[text] before:text from?:date until:date first:count end:count "
           "late:count corrections:count sums:any root:text"},
    Answer{"GET", "/tasks", "tasks:[Task] next:text position:count"},
    Answer{"GET", "/inbox",
           "items:[Waiting] tasks:count cases:count overdue:count mine:count nobodys:count "
           "next:text"},
    Answer{"GET", "/notices", "sends:bool address?:text language?:text confirmed?:bool"},
    Answer{"GET", "/colleagues", "colleagues:[Colleague]"},
    Answer{"GET", "/substitutes", "substitutes:[Substitute]"},
    Answer{"POST", "/search/persons", "hits:[PersonHit] all:bool"},
    Answer{"GET", "/search", "hits:[Hit] counts?:[Count] all_counted?:bool nearly:bool next:text"},
    Answer{"GET", "/packs/{pack}/registers/{register}",
           "register:text title:text records:[Record] next:text position:count "
           "hidden?:[text] editions?:[Edition]"},
    Answer{"GET", "/packs/{pack}/registers/{register}/history",
           "register:text key:text versions:[Record] more:bool position:count"},
    Answer{"GET", "/packs/{pack}/registers/{register}/doubles",
           "register:text records:count whole:bool doubles:[Alike] position:count"},
    Answer{"POST", "/packs/{pack}/registers/{register}/records",
           "*taken:count known:count refused:count"},
    Answer{"POST", "/packs/{pack}/feeds/{feed}",
           "*taken:count known:count refused:count otherwise?:count"},
    Answer{"GET", "/packs/{pack}/books/{book}/{kind}",
           "book:text kind:text title:text kind_title:text unit:text scale:count position:count "
           "next:text "
           "accounts?:[Account] key?:text postings?:[Posting]"},
    Answer{"GET", "/packs/{pack}/books/{book}/{kind}/months",
           "book:text kind:text title:text kind_title:text unit:text scale:count position:count "
           "key:text "
           "months:[Month]"},
    Answer{"GET", "/documents", "documents:[Deposit] most:count"},
    Answer{"GET", "/documents/uploads", "uploads:[Upload] most:count"},
    Answer{"POST", "/documents/uploads", "=Upload"},
    Answer{"POST", "/documents/uploads/{upload}", "=Upload"},
    Answer{"POST", "/documents/uploads/{upload}/finish", "=Document"},
    Answer{"GET", "/documents/{sha256}/digest",
           "file_sha256:text name:text size:count sha256:text"},
    Answer{"GET", "/held", "held:[Held]"},
    Answer{"GET", "/circle",
           "own:text name_here:text origin:text today:date formed:bool agreement?:Agreement "
           "second?:Second parties?:[Party] keys?:[Key]"},
    Answer{"GET", "/circle/left", "left:[LeftParty]"},
    Answer{"GET", "/channels",
           "channels:[Channel] alarms?:[Alarm] outside?:Outside pseudonyms?:Naming"},
    Answer{"POST", "/restored/release", "*waits_for?:text asked_by?:text released_by?:[text]"},
    Answer{"POST", "/channels/{party}/start", "*approval?:count waits_for?:text asked_by?:text"},
    Answer{"POST", "/held/{party}/{seq}", "*approval?:count waits_for?:text asked_by?:text"},
    Answer{"GET", "/approvals", "approvals:[Approval]"},
    Answer{"GET", "/privacy/orders",
           "orders:[Order] next?:count backup_ms?:count due?:[Retained] due_in_all?:count"},
    Answer{"POST", "/privacy/orders",
           "*approval?:count waits_for?:text asked_by?:text "
           "order?:count keys?:count"},
    Answer{"POST", "/privacy/orders/{number}/end",
           "*approval?:count waits_for?:text asked_by?:text"},
    Answer{"POST", "/privacy/find", "subject:text places:[Kept] keys:count orders:[Order]"},
    Answer{"POST", "/privacy/reads", "subject:text reads:[PersonRead] more:bool"},
    Answer{"POST", "/privacy/report",
           "subject:text places:[Kept] keys:count orders:[Order] reads:[any] party:text on:date"},
    Answer{"GET", "/keys", "keys:[Principal]"},
    Answer{"GET", "/users", "users:[Principal]"},
    Answer{"GET", "/journal/entries", "entries:[Entry] durable:count next?:count"},
    Answer{"GET", "/journal/verification", kVerification},
    Answer{"POST", "/journal/verification", kVerification},
    Answer{"GET", "/figures/{pack}/{figure}", "=Figure"},
    Answer{"GET", "/figures/{pack}/{figure}/records",
           "figure:text as_of:date records:[FigureRow] next:text"},
    Answer{"POST", "/figures/try", "=FigureTried"},
    Answer{"POST", "/packs/{pack}/test",
           "pack:text digest:text scenarios:[text] findings:[PackFinding]"},
    Answer{"POST", "/figures/publish", "*items:count messages:count"},
    Answer{"GET", "/calendars", "today:date calendars:[Calendar]"},
    Answer{"GET", "/overview",
           "as_of:date side:text position:count numbers:count as_published:count differing:count "
           "sections:[OverviewSection]"},
    Answer{"GET", "/network/scenarios",
           "as_of:date position:count assumed:text scenario?:text places:[NetworkPlace] "
           "lines:[NetworkLine] scenarios:[Scenario]"},
    Answer{"GET", "/network/reach",
           "as_of:date position:count assumed:text scenario?:text origin:Place "
           "places:[NetworkPlace] within:[PlacesWithin]"},
    Answer{"GET", "/network/journey",
           "as_of:date position:count assumed:text scenario?:text origin:Place destination:Place "
           "alternatives:[Journey] cheapest:Journey|null day:JourneysOfDay by_road:ByRoad|null"},
    Answer{"GET", "/network/missed", "as_of:date position:count assumed:text buses:[MissedBus]"},
    Answer{"GET", "/network/matrix",
           "as_of:date position:count assumed:text scenario?:text places:[text] minutes:[[any]]"},
    Answer{"GET", "/network/compare",
           "as_of:date position:count assumed:text scenario?:text then:date from:[FromPlace] "
           "region_before:Region region_after:Region"},
    Answer{"GET", "/network/explain",
           "as_of:date position:count assumed:text scenario?:text lines:[Gain]"},
    Answer{"GET", "/network/sides", "as_of:date position:count assumed:text sides:[SideOfNetwork]"},
    Answer{"GET", "/discrepancies", "discrepancies:[any] told?:count"},
};

Value ref(std::string_view name) {
  return Value::Record{{"$ref", "#/components/schemas/" + std::string{name}}};
}

Value of_what(std::string_view what) {
  constexpr std::string_view kOrNull = "|null";
  if (what.ends_with(kOrNull)) {
    what.remove_suffix(kOrNull.size());
    return Value::Record{{"anyOf", Value::List{of_what(what), Value::Record{{"type", "null"}}}}};
  }
  if (const std::size_t bar = what.find('|'); bar < what.find('[')) {  // one or the other
    return Value::Record{
        {"anyOf", Value::List{of_what(what.substr(0, bar)), of_what(what.substr(bar + 1))}}};
  }
  if (what.front() == '[') {
    return Value::Record{{"type", "array"}, {"items", of_what(what.substr(1, what.size() - 2))}};
  }
  if (what.front() == '{') {
    return Value::Record{{"type", "object"},
                         {"additionalProperties", of_what(what.substr(1, what.size() - 2))}};
  }
  if (what == "text") return Value::Record{{"type", "string"}};
  if (what == "date") return Value::Record{{"type", "string"}, {"format", "date"}};
  if (what == "count") return Value::Record{{"type", "integer"}, {"minimum", 0}};
  if (what == "number") return Value::Record{{"type", "integer"}};
  if (what == "bool") return Value::Record{{"type", "boolean"}};
  if (what == "any") return Value::Record{};
  return ref(what);
}

Value of_members(std::string_view members) {
  Value::Record properties;
  Value::List required;
  while (!members.empty()) {
    const std::size_t space = std::min(members.find(' '), members.size());
    std::string_view name = members.substr(0, members.find(':'));
    const std::string_view what = members.substr(name.size() + 1, space - name.size() - 1);
    members.remove_prefix(std::min(space + 1, members.size()));
    if (name.ends_with('?')) {
      name.remove_suffix(1);
    } else {
      required.emplace_back(name);
    }
    properties.emplace(name, of_what(what));
  }
  Value::Record schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

}  // namespace

Value::Record answer_parts() {
  Value::Record parts;
  for (const Form& form : kParts) parts.emplace(form.name, of_members(form.members));
  return parts;
}

std::optional<Value> answer_form(std::string_view method, std::string_view path) {
  for (const Answer& answer : kAnswers) {
    if (answer.method != method || answer.path != path) continue;
    if (answer.members.starts_with('=')) return ref(answer.members.substr(1));
    if (!answer.members.starts_with('*')) return of_members(answer.members);
    return of_members(std::string{kDone} + std::string{answer.members.substr(1)});
  }
  return std::nullopt;
}

}  // namespace bashu::api
