// Cases, their history, what can be done next, what proves them; tasks.

#include <algorithm>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "api/titles.h"
#include "core/core.h"
#include "core/peers/claims.h"
#include "core/peers/objection.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr int kPagesMax = 20;  // looked through for one answer

struct Found {
  views::CaseRow row;
  Sight sight = Sight::none;
  packs::PackPtr pack;
};

// The case as it stood, seen with today's rights.
std::expected<Found, Problem> find_case(const Call& call, Onlooker& onlooker, const Past& past) {
  const std::string& id = call.part("id");
  const Problem unknown = problem_of(reject(RejectCode::unknown_case, id));
  const Sight sight = onlooker.sight_of(id);
  if (sight == Sight::none) return std::unexpected{unknown};
  auto row = call.views->case_at(id, past.at);
  if (!row) return std::unexpected{problem_of(row.error())};
  if (!*row) return std::unexpected{unknown};
  packs::PackPtr pack = onlooker.pack((*row)->pack);
  return Found{.row = std::move(**row), .sight = sight, .pack = std::move(pack)};
}

// The words of the case's pack for its roles, service and state; nothing of a task without a case.
std::optional<Value> task_titles(const Call& call, Onlooker& onlooker, const views::TaskRow& task) {
  if (task.id.empty()) return std::nullopt;
  const auto row = call.views->case_at(task.id);
  if (!row || !*row) return std::nullopt;
  const packs::PackPtr pack = onlooker.pack((*row)->pack);
  if (!pack) return std::nullopt;
  Value::Record roles;
  for (const std::string& role : task.roles)
    roles.emplace(role, word_of(*pack, role, call.language));
  Value::Record titles{{"roles", std::move(roles)}};
  const packs::Service* service = packs::find(pack->services, (*row)->service);
  const packs::StateDef* state = service ? packs::find(service->states, (*row)->state) : nullptr;
  if (service) titles["service"] = in_language(service->title, call.language);
  if (state) titles["state"] = in_language(state->title, call.language);
  return titles;
}

Value task_value(const views::TaskRow& task, const Principal& key, const std::string& language) {
  static constexpr const char* kKinds[] = {"", "work", "exception", "silence"};
  Value::Record record{{"number", task.number},
                       {"kind", kKinds[static_cast<int>(task.kind)]},
                       {"case", task.id},
                       {"roles", list_of(task.roles)},
                       {"title", in_language(task.title, language)},
                       {"on", task.on.text()},
                       {"position", task.raised}};
  if (key.allows("admin") || key.allows("audit")) record["detail"] = task.detail;
  return record;
}

// Whether the key has one of the task's roles in the pack of its case, and sees the case.
bool is_for(const Call& call, Onlooker& onlooker, const views::TaskRow& task,
            const std::optional<views::CaseRow>& row) {
  if (!row || onlooker.sight_of(*row) != Sight::full) return false;
  const std::vector<std::string> held = call.key->roles_in(row->pack_name);
  return std::ranges::any_of(task.roles, [&](const std::string& role) {
    return std::ranges::find(held, role) != held.end();
  });
}

bool works_at(const std::optional<views::CaseRow>& row, views::InboxAsk::Whose whose,
              const std::vector<std::string>& mine) {
  if (whose == views::InboxAsk::Whose::all) return true;
  const bool somebody = row && row->assigned;
  if (whose == views::InboxAsk::Whose::nobodys) return !somebody;
  return somebody && std::ranges::find(mine, row->assigned->to) != mine.end();
}

// nullptr: of a step that the pack does not know, or that followed by itself.
const packs::EventDef* event_of(const packs::Service& service, const views::StepRow& step) {
  if (step.event == "$start") return &service.start.event;
  const packs::StateDef* state = packs::find(service.states, step.from);
  return state ? packs::find(state->events, step.event) : nullptr;
}

// A step in the words of the pack: the event, and the state that it led to.
void add_titles(Value::Record& one, const packs::Service& service, const views::StepRow& step,
                const std::string& language) {
  const packs::EventDef* event = event_of(service, step);
  Title title = event ? event->title : Title{};
  if (title.empty() && step.event == "$start") title = texts::title("step.start");
  if (title.empty() && step.event == "$then") title = texts::title("step.then");
  if (!title.empty()) one["title"] = in_language(title, language);
  const packs::StateDef* to = packs::find(service.states, step.to);
  if (to) one["to_title"] = in_language(to->title, language);
}

// What the applicant is told of a step, in the words of the pack: `{name}` is filled in by who
// shows it, with what its reader may see.
std::string notice_of(const packs::Service& service, const views::StepRow& step,
                      const std::string& language) {
  const packs::EventDef* event = event_of(service, step);
  if (!event || step.branch < 0 || std::cmp_greater_equal(step.branch, event->branches.size())) {
    return {};
  }
  const Title& notice = event->branches[static_cast<std::size_t>(step.branch)].notice;
  return notice.empty() ? std::string{} : in_language(notice, language);
}

}  // namespace

Result list_cases(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  views::CaseFilter filter;
  filter.pack = call.parameter("pack");
  filter.service = call.parameter("service");
  filter.state = call.parameter("state");
  filter.party = call.parameter("party");
  filter.plays = call.parameter("plays");
  filter.parent = core::CaseId{call.parameter("parent")};
  filter.text = call.parameter("text");
  filter.changed_since = number_parameter(call, "changed_since");
  if (call.parameter("mine") == "true") filter.opened_by = call.key->principal();
  filter.page = *page;

  Onlooker onlooker{context, call};
  Reader all;
  Value::List cases;
  std::string next;
  for (int pages = 0; pages < kPagesMax; ++pages) {
    filter.page.limit = page->limit - static_cast<int>(cases.size());
    const auto listed = call.views->list_cases(filter, past->at);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    for (const views::CaseRow& row : listed->rows) {
      const Sight sight = onlooker.sight_of(row);
      if (sight == Sight::none) continue;
      Reader reader = onlooker.reader(sight);
      const packs::PackPtr pack = onlooker.pack(row.pack);
      Value one = case_value(row, pack.get(), reader, call.language);
      tell_assigned(one, row, pack.get(), *call.key);
      cases.push_back(std::move(one));
      std::ranges::move(reader.opened, std::back_inserter(all.opened));
    }
    next = listed->next;
    filter.page.after = next;
    if (next.empty() || static_cast<int>(cases.size()) >= page->limit) break;
  }
  if (auto noted = onlooker.account_for(all, "cases"); !noted) {
    return std::unexpected{noted.error()};
  }
  return json_response(Value::Record{{"cases", std::move(cases)},
                                     {"next", next_page(context, call, next)},
                                     {"position", past->position}});
}

Result show_case(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const auto found = find_case(call, onlooker, *past);
  if (!found) return std::unexpected{found.error()};
  Reader reader = onlooker.reader(found->sight);
  Value answer = case_value(found->row, found->pack.get(), reader, call.language);
  tell_assigned(answer, found->row, found->pack.get(), *call.key);
  if (auto noted = onlooker.account_for(reader, found->row.id); !noted) {
    return std::unexpected{noted.error()};
  }
  const auto disputes = call.views->disputes(found->row.id, past->at);
  if (!disputes) return std::unexpected{problem_of(disputes.error())};
  Value::List list;
  for (const views::DisputeRow& dispute : *disputes) {
    Value::List signatures;
    for (const auto& one : dispute.signatures) {
      Value::Record sign{
          {"by", one.by}, {"content", one.content}, {"note", one.note}, {"position", one.position}};
      if (!one.officer.empty() && found->pack && desk::is_office(*call.key, *found->pack)) {
        sign["officer"] = one.officer;
      }
      signatures.push_back(std::move(sign));
    }
    const core::Reason reason = core::reason_of(dispute.reason);
    list.push_back(Value::Record{{"by", dispute.by},
                                 {"kind", std::string{reason.kind}},
                                 {"reason", std::string{reason.finding}},
                                 {"detail", dispute.detail},
                                 {"content", dispute.content},
                                 {"raised", dispute.raised},
                                 {"ended", optional_position(dispute.ended)},
                                 {"signatures", std::move(signatures)}});
  }
  answer.as_record()->insert_or_assign("disputes", std::move(list));
  answer.as_record()->insert_or_assign("position", past->position);
  return json_response(answer);
}

namespace {

// What a person may be asked to sign in a form with a field for a digest: the digests the service
// computes of this case, by name. No one should have to compute one by hand.
Value contents_to_sign(const core::State& state, const packs::Service& service,
                       const std::string& id, const core::Moment& moment) {
  Value::Record contents;
  for (const auto& [name, unused] : service.calc) {
    const auto value = core::inspect(state, {}, id, "calc." + name, moment);
    const std::string* text = value ? value->as_text() : nullptr;
    if (text && text->starts_with("sha256:")) contents.emplace(name, *text);
  }
  return contents;
}

bool asks_for_a_digest(const packs::Service& service, const packs::EventDef& event) {
  return std::ranges::any_of(event.form, [&](const std::string& name) {
    const auto field = std::ranges::find(service.fields, name, &packs::Member::name);
    return field != service.fields.end() && field->type->kind == packs::Kind::digest;
  });
}

}  // namespace

Result case_choices(Context& context, const Call& call) {
  const std::string& id = call.part("id");
  const auto seen = see_case(context, call, id, false);
  if (!seen) return std::unexpected{seen.error()};
  const packs::Pack& pack = *seen->root.pack;
  const std::vector<std::string> roles = call.key->roles_in(pack.name);
  std::vector<core::Choice> choices;
  Value contents = Value::Record{};
  std::string state_name;
  std::int64_t version = 0;
  Value::List clocks;
  context.node.query([&](const core::State& state) {
    const core::Case* c = state.find_case(id);
    if (!c) return;
    state_name = c->state;
    version = c->version;
    for (const auto& [name, clock] : c->clocks) {
      if (!clock.due || !clock.since) continue;
      clocks.push_back(
          Value::Record{{"clock", name}, {"due", clock.due->text()}, {"fired", clock.fired}});
    }
    const core::Moment moment{
        .now = context.node.clock().now(), .today = state.circle().today, .salt = {}};
    choices = core::choices(state, id, roles, moment);
    const packs::StateDef* here = packs::find(seen->root.service->states, state_name);
    const auto signs = [&](const core::Choice& choice) {
      const packs::EventDef* event = here ? packs::find(here->events, choice.event) : nullptr;
      return event && asks_for_a_digest(*seen->root.service, *event);
    };
    if (std::ranges::any_of(choices, signs)) {
      contents = contents_to_sign(state, *seen->root.service, id, moment);
    }
  });
  const packs::StateDef* state = packs::find(seen->root.service->states, state_name);
  Value::List list;
  for (const core::Choice& choice : choices) {
    const packs::EventDef* event = state ? packs::find(state->events, choice.event) : nullptr;
    Value::List why;
    for (const Title& reason : choice.why) why.emplace_back(in_language(reason, call.language));
    Value::Record one{{"event", choice.event}, {"passes", choice.passes}, {"why", std::move(why)}};
    if (event) {
      one["title"] = in_language(event->title, call.language);
      one["form"] = list_of(event->form);
      Value::List by;
      for (const packs::By& who : event->by) {
        const auto party = seen->root.parties.find(who.party);
        if (party == seen->root.parties.end() || party->second != context.node.identity().party ||
            std::ranges::find(roles, who.role) == roles.end()) {
          continue;
        }
        const bool owns = who.party == state->owner;
        by.emplace_back(owns ? who.role : who.party + "." + who.role);
      }
      one["roles"] = std::move(by);
      if (asks_for_a_digest(*seen->root.service, *event)) one["sign"] = contents;
    }
    list.push_back(std::move(one));
  }
  return json_response(Value::Record{{"case", id},
                                     {"state", state_name},
                                     {"version", version},
                                     {"choices", std::move(list)},
                                     {"clocks", std::move(clocks)}});
}

namespace {

// What whoever decided the step alone could look up: everybody else takes its word.
Value claims_in(const packs::Service& service, const views::StepRow& step) {
  Value::List list;
  for (const core::StepClaim& claim :
       core::claims_of(service, {.from = step.from, .event = step.event, .branch = step.branch})) {
    Value::Record one{{"what", claim.what}};
    if (!claim.of.empty()) one["of"] = claim.of;
    if (!claim.text.empty()) one["text"] = claim.text;
    list.emplace_back(std::move(one));
  }
  return Value{std::move(list)};
}

}  // namespace

Result case_history(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const auto found = find_case(call, onlooker, *past);
  if (!found) return std::unexpected{found.error()};
  const auto steps = call.views->history(found->row.id, past->at);
  if (!steps) return std::unexpected{problem_of(steps.error())};
  const packs::Service* service =
      found->pack ? packs::find(found->pack->services, found->row.service) : nullptr;
  Reader reader = onlooker.reader(found->sight);
  const auto shown = [&](const Value& value, const std::string& path) {
    return service ? reveal(reader, service->fields, value, path) : mask(value);
  };
  Value::List list;
  for (const views::StepRow& step : *steps) {
    const std::string path = found->row.id + "@" + std::to_string(step.version);
    Value::Record one{{"version", step.version},
                      {"event", step.event},
                      {"from", step.from},
                      {"decided_by", step.decided_by},
                      {"role", step.role},
                      {"branch", step.branch},
                      {"on", step.on.text()},
                      {"digest", step.digest},
                      {"input", shown(step.input, path)},
                      {"set", shown(step.set, path)},
                      {"position", step.position}};
    if (!step.to.empty()) one["to"] = step.to;
    if (const auto time = recorded_ms(context, step.position)) one["time_ms"] = *time;
    if (service) {
      add_titles(one, *service, step, call.language);
      if (auto notice = notice_of(*service, step, call.language); !notice.empty()) {
        one["notice"] = std::move(notice);
      }
      if (Value claims = claims_in(*service, step); !claims.as_list()->empty()) {
        one["claims"] = std::move(claims);
      }
    }
    if (!step.principal.empty() && desk::is_office(*call.key, *found->pack)) {
      one["principal"] = step.principal;
    }
    if (!step.officer.empty() && found->pack && desk::is_office(*call.key, *found->pack)) {
      one["officer"] = step.officer;
    }
    list.push_back(std::move(one));
  }
  if (auto noted = onlooker.account_for(reader, found->row.id + "/history"); !noted) {
    return std::unexpected{noted.error()};
  }
  return json_response(Value::Record{
      {"case", found->row.id}, {"steps", std::move(list)}, {"position", past->position}});
}

// Who read personal values of the case at this node, for those it belongs to and those who judge
// it.
Result case_access(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const auto found = find_case(call, onlooker, *past);
  if (!found) return std::unexpected{found.error()};
  constexpr std::size_t kAccessesMax = 200;
  const auto lines = accesses_of(context.dir, found->row.id, kAccessesMax);
  Value::List reads;
  for (const Value& line : lines) {
    const Value* fields = line.find("fields");
    Value::Record read{{"time_ms", line.int_at("time_ms")},
                       {"key", line.text_at("key")},
                       {"principal", line.text_at("principal")},
                       {"mine", line.text_at("principal") == call.key->principal()},
                       {"resource", line.text_at("resource")},
                       {"fields", fields ? *fields : Value{Value::List{}}}};
    if (const Value* purpose = line.find("purpose")) read["purpose"] = *purpose;
    reads.push_back(std::move(read));
  }
  return json_response(Value::Record{{"case", found->row.id},
                                     {"reads", std::move(reads)},
                                     {"more", lines.size() == kAccessesMax},
                                     {"position", past->position}});
}

Result case_evidence(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const auto found = find_case(call, onlooker, *past);
  if (!found) return std::unexpected{found.error()};
  if (!found->pack || !desk::is_office(*call.key, *found->pack)) {
    return std::unexpected{forbidden("Evidence is for offices of the parties and for auditors.",
                                     "证据仅供各方机关和审计人员查阅。")};
  }
  const auto positions = call.views->positions(found->row.id, past->at);
  if (!positions) return std::unexpected{problem_of(positions.error())};
  const auto entry_at = [&](std::uint64_t position) -> std::optional<node::Entry> {
    auto entries = context.node.entries(position, 1);
    if (!entries) return std::nullopt;
    for (node::Entry& entry : *entries) {
      if (entry.index == position) return std::move(entry);
    }
    return std::nullopt;
  };
  const bool whole = call.parameter("whole") == "true";
  Value::List entries;
  for (const std::uint64_t position : *positions) {
    const auto entry = entry_at(position);
    if (!entry) continue;
    Value::Record one{{"position", position},
                      {"time_ms", entry->time_ms},
                      {"kind", entry->kind},
                      {"leaf", entry->leaf}};
    if (!entry->outcome.empty()) one["outcome"] = entry->outcome;
    if (!entry->reason.empty()) one["reason"] = entry->reason;
    if (whole) {
      one["evidence"] = entry->evidence;
      one["proof"] = context.node.receipt(position).value_or("");
    }
    entries.push_back(std::move(one));
  }
  views::MessageFilter filter;
  filter.stream = found->row.id;
  filter.page.limit = 1'000;
  const auto listed = call.views->messages(filter, past->at);
  if (!listed) return std::unexpected{problem_of(listed.error())};
  Value::List messages;
  for (const views::MessageRow& message : listed->rows) {
    Value::Record one{{"direction", message.sent ? "to" : "from"},
                      {"party", message.peer},
                      {"seq", message.seq},
                      {"kind", message.kind},
                      {"outcome", message.outcome},
                      {"reason", message.reason},
                      {"position", message.position},
                      {"answered", optional_position(message.answered)}};
    if (!message.message_id.empty()) one["message_id"] = message.message_id;
    if (whole) {
      const auto envelope = message.sent ? context.node.envelope_sent(message.peer, message.seq)
                                         : context.node.envelope_taken(message.peer, message.seq);
      one["envelope"] = envelope.value_or("");
      if (!message.sent) one["receipt"] = context.node.receipt(message.position).value_or("");
      if (message.sent && message.answered) {
        const auto ack = entry_at(*message.answered);
        one["receipt"] = ack ? ack->evidence : "";
      }
    }
    messages.push_back(std::move(one));
  }
  return json_response(Value::Record{{"case", found->row.id},
                                     {"entries", std::move(entries)},
                                     {"messages", std::move(messages)},
                                     {"more_messages", !listed->next.empty()},
                                     {"position", past->position}});
}

Result list_tasks(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  const auto whose = read_whose(call);
  if (!whose) return std::unexpected{whose.error()};
  const std::vector<std::string> mine = persons_of(context, call);
  const bool admin = desk::may_everywhere(*call.key, "admin");
  views::TaskFilter filter;
  filter.id = core::CaseId{call.parameter("case")};
  filter.open = call.parameter("closed") != "true";
  if (!admin) {
    std::set<std::string> roles;
    for (const auto& [pack, names] : call.key->roles) roles.insert(names.begin(), names.end());
    filter.roles.assign(roles.begin(), roles.end());
  }
  Onlooker onlooker{context, call};
  Value::List tasks;
  std::string next;
  filter.page = *page;
  const bool any = admin || !filter.roles.empty();
  for (int pages = 0; any && pages < kPagesMax; ++pages) {
    filter.page.limit = page->limit - static_cast<int>(tasks.size());
    const auto listed = call.views->tasks(filter, past->at);
    if (!listed) return std::unexpected{problem_of(listed.error())};
    for (const views::TaskRow& task : listed->rows) {
      const auto of = task.id.empty() ? std::optional<views::CaseRow>{}
                                      : call.views->case_at(task.id).value_or(std::nullopt);
      if (!admin && !is_for(call, onlooker, task, of)) continue;
      if (!works_at(of, *whose, mine)) continue;
      Value one = task_value(task, *call.key, call.language);
      if (of) tell_assigned(one, *of, onlooker.pack(of->pack).get(), *call.key);
      if (auto titles = task_titles(call, onlooker, task)) {
        one.as_record()->emplace("titles", std::move(*titles));
      }
      tasks.push_back(std::move(one));
    }
    next = listed->next;
    filter.page.after = next;
    if (next.empty() || static_cast<int>(tasks.size()) >= page->limit) break;
  }
  return json_response(Value::Record{{"tasks", std::move(tasks)},
                                     {"next", next_page(context, call, next)},
                                     {"position", past->position}});
}

}  // namespace bashu::api
