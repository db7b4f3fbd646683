#include "api/claims.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>
#include <variant>
#include <vector>

#include "api/privacy.h"
#include "api/reading.h"
#include "base/bytes.h"
#include "base/json.h"
#include "base/thread.h"
#include "core/peers/asked_claims.h"
#include "core/peers/claims.h"
#include "core/peers/objection.h"
#include "core/told/as_said.h"
#include "core/told/shown_claims.h"
#include "evidence/envelope.h"
#include "views/follower.h"
#include "views/read/open_disputes.h"

namespace bashu::api {

namespace {

constexpr std::string_view kShown = "shown:";  // before the digest, in what is signed
constexpr auto kPace = std::chrono::milliseconds{500};

// A case with its pack and steps, as the tables have them.
struct Told {
  views::CaseRow row;
  packs::PackPtr pack;
  const packs::Service* service = nullptr;
  std::vector<views::StepRow> steps;
  std::vector<views::DisputeRow> disputes;
};
std::optional<Told> told_of(Context& context, views::Views& views, std::string_view id,
                            views::At at = {}) {
  auto row = views.case_at(id, at);
  auto disputes = views.disputes(id, at);  // before the steps that they are about
  auto steps = views.history(id, at);
  if (!row || !*row || !steps || !disputes) return std::nullopt;
  Told told{.row = std::move(**row),
            .pack = {},
            .service = nullptr,
            .steps = std::move(*steps),
            .disputes = std::move(*disputes)};
  const auto shelf = context.shelves.now();
  const HeldPack* held = shelf->find(told.row.pack);
  if (!held) return std::nullopt;
  told.pack = held->pack;
  told.service = packs::find(told.pack->services, told.row.service);
  if (!told.service) return std::nullopt;
  return told;
}

const views::StepRow* step_with(const Told& told, std::string_view digest) {
  const auto it = std::ranges::find(told.steps, digest, &views::StepRow::digest);
  return it == told.steps.end() ? nullptr : &*it;
}

std::vector<core::StepClaim> claims_in(const Told& told, const views::StepRow& step) {
  return core::claims_of(*told.service,
                         {.from = step.from, .event = step.event, .branch = step.branch});
}

// The step in an envelope, if its digest is that.
std::optional<core::told::Step> step_in(std::string_view envelope, std::string_view digest) {
  auto payload = evidence::read_envelope(envelope);
  if (!payload || payload->kind != core::told::Step::kKind) return std::nullopt;
  const Value body = core::told::as_said(std::move(payload->body));
  if (core::told::step_digest(body) != digest) return std::nullopt;
  auto step = core::told::read_step(body);
  return step ? std::optional{std::move(*step)} : std::nullopt;
}

// As another told it: in the entry that took it, or in one of the case's messages before.
std::optional<core::told::Step> step_told(Context& context, views::Views& views, const Told& told,
                                          const views::StepRow& row) {
  if (const auto entries = context.node.entries(row.position, 1)) {
    for (const node::Entry& entry : *entries) {
      if (entry.index != row.position) continue;
      if (auto step = step_in(entry.evidence, row.digest)) return step;
    }
  }
  constexpr int kMessagesMax = 1'000;
  views::MessageFilter filter;
  filter.sent = false;
  filter.peer = row.decided_by;
  filter.stream = told.row.id;
  filter.page.limit = kMessagesMax;
  const auto messages = views.messages(filter);
  for (const views::MessageRow& one :
       messages ? messages->rows : std::vector<views::MessageRow>{}) {
    if (one.kind != core::told::Step::kKind) continue;
    const auto envelope = context.node.envelope_taken(one.peer, one.seq);
    if (auto step = envelope ? step_in(*envelope, row.digest) : std::nullopt) return step;
  }
  return std::nullopt;
}

core::CaseChanged changed(const core::CaseId& id, const views::StepRow& step) {
  return {.id = id,
          .version = step.version,
          .digest = step.digest,
          .decided_by = step.decided_by,
          .event = step.event,
          .role = step.role,
          .from = step.from,
          .to = step.to.empty() ? std::nullopt : std::optional{step.to},
          .branch = step.branch,
          .input = step.input,
          .set = step.set,
          .on = step.on,
          .principal = {},
          .reads = {},
          .salt = {}};
}

// As it is known here; version 0: it is not.
Calendar calendar_of(Context& context, const core::PartyId& party) {
  Calendar calendar;
  context.node.query([&](const core::State& state) {
    const auto& calendars = state.circle().calendars;
    if (const auto it = calendars.find(party); it != calendars.end()) calendar = it->second;
  });
  return calendar;
}

core::Comparison compared(Context& context, views::Views& views, const Told& told,
                          const views::StepRow& row, std::string_view shown, Calendar calendar) {
  auto step = step_told(context, views, told, row);
  if (!step) return {.shown = core::Shown::unclear, .why = "unknown"};
  core::StepInQuestion of{.pack = told.pack,
                          .opened = {.id = told.row.id,
                                     .pack = told.row.pack,
                                     .service = told.row.service,
                                     .parties = told.row.parties,
                                     .parent = told.row.parent,
                                     .opened_by = {},
                                     .on = told.row.opened},
                          .before = {},
                          .by = row.decided_by,
                          .step = std::move(*step),
                          .calendar = std::move(calendar)};
  for (const views::StepRow& one : told.steps) {
    if (one.version < row.version) of.before.push_back(changed(told.row.id, one));
  }
  return core::compare(of, shown);
}

// One question: who asked whom, and how far it has come.
struct Question {
  const views::DisputeRow* asked = nullptr;
  const views::StepRow* step = nullptr;  // null: no step of the case
  std::string of, on, by;                // party asked, day and person, of our own
  std::string shown;                     // what came or went; empty: nothing yet
  std::uint64_t shown_at = 0;
  std::string word, why;  // compared: agrees, unclear, differs, unanswered
  bool ours = false;      // we ask
};

void read_signatures(Context& context, std::string_view id, Question& question) {
  const std::string& own = context.node.identity().party;
  const std::string& content = question.asked->content;
  for (const auto& one : question.asked->signatures) {
    const bool from_them = one.by == question.of;
    if (one.content == std::string{kShown} + content && from_them) {
      std::int64_t seq = 0;  // none, if it is no number
      std::from_chars(one.note.data(), one.note.data() + one.note.size(), seq);
      question.shown = shown_in(question.ours ? context.node.envelope_taken(one.by, seq)
                                              : context.node.envelope_sent(question.asked->by, seq),
                                id, content);
      question.shown_at = one.position;
    }
    if (one.content == content && from_them) {
      question.word = "words";
      question.why = one.note;
    }
    const auto act = question.ours ? found_by(own, one, content) : std::nullopt;
    if (!act) continue;
    question.word = act->word;
    question.why = one.note;
  }
}

std::vector<Question> questions_of(Context& context, const Told& told) {
  std::vector<Question> list;
  const std::string& own = context.node.identity().party;
  for (const views::DisputeRow& row : told.disputes) {
    const core::Reason reason = core::reason_of(row.reason);
    if (reason.finding != core::kClaims) continue;
    Question question{.asked = &row, .step = step_with(told, row.content)};
    question.ours = row.by == own;
    const std::size_t day = row.detail.find(' ');
    const std::size_t who = row.detail.find(' ', day + 1);
    if (question.ours && day != std::string::npos && who != std::string::npos) {
      question.of = row.detail.substr(0, day);
      question.on = row.detail.substr(day + 1, who - day - 1);
      question.by = row.detail.substr(who + 1);
    } else {
      question.of = own;
    }
    read_signatures(context, told.row.id, question);
    list.push_back(std::move(question));
  }
  return list;
}

std::string standing_of(const Question& question) {
  if (!question.word.empty()) return question.word;
  return question.shown.empty() ? "waiting" : "shown";
}

}  // namespace

std::string shown_in(const std::optional<std::string>& envelope, std::string_view id,
                     std::string_view content) {
  auto payload = envelope ? evidence::read_envelope(*envelope) : std::nullopt;
  if (!payload || payload->kind != core::told::ShownClaims::kKind) return {};
  auto told = core::told::read_shown_claims(core::told::as_said(std::move(payload->body)));
  if (!told || told->id != id || told->content != content) return {};
  return std::move(told->shown);
}

std::optional<core::ClaimsAct> found_by(std::string_view own,
                                        const views::DisputeRow::Signed& signature,
                                        std::string_view content) {
  if (signature.by != own) return std::nullopt;
  const auto act = core::claims_act(signature.content);
  return act && act->content == content ? act : std::nullopt;
}

std::string looked_up(Context& context, const core::CaseId& id, const views::StepRow& step) {
  const auto entries = context.node.entries(step.position, 1);
  if (!entries) return {};
  for (const node::Entry& entry : *entries) {
    if (entry.index != step.position) continue;
    for (const core::Event& event : entry.events) {
      const auto* one = std::get_if<core::CaseChanged>(&event);
      if (!one || one->id != id || one->version != step.version || !one->reads.as_list()) continue;
      return canonical_json(Value{Value::List{Value{hex(one->salt)}, one->reads}});
    }
  }
  return {};
}

bool is_open_to_all(const packs::Pack& pack, std::string_view shown) {
  const auto value = parse_json(shown);
  const auto rows = value ? core::rows_shown(*value) : std::nullopt;
  if (!rows) return false;
  return std::ranges::all_of(*rows, [&](const core::ShownRow& row) {
    if (core::is_cut(row)) return true;
    if (const packs::Register* reg = packs::find(pack.registers, row.name)) {
      const auto& fields = reg->record->members;
      return reg->kept == packs::Kept::shared ||
             std::ranges::all_of(fields, [](const packs::Member& field) {
               return field.type->cls == packs::Class::open;
             });
    }
    const std::size_t slash = row.name.find('/');
    const std::size_t dot = row.name.rfind('.');
    if (slash == std::string::npos || dot == std::string::npos || dot < slash) return false;
    const packs::Book* book =
        packs::find(pack.books, std::string_view{row.name}.substr(slash + 1, dot - slash - 1));
    return book && book->type->cls == packs::Class::open;
  });
}

Prepared act_on_claims(Context& context, const Call& call) {
  const auto seen = see_case(context, call, call.part("id"), false);
  if (!seen) return std::unexpected{seen.error()};
  auto body = json_body(call, {"version", "to"});
  if (!body) return std::unexpected{body.error()};
  const auto to = text_member(*body, "to", false);
  if (!to) return std::unexpected{to.error()};
  if (seen->sight != Sight::full || !desk::is_office(*call.key, *seen->root.pack)) {
    return std::unexpected{forbidden("Claims are asked for and shown by an office of the case.",
                                     "断言的询问和出示由办件一方的机关办理。")};
  }
  const auto past = read_past(context, call);  // the step may have come just now
  if (!past) return std::unexpected{past.error()};
  const auto told = told_of(context, *call.views, call.part("id"));
  const auto step =
      told ? std::ranges::find(told->steps, body->int_at("version"), &views::StepRow::version)
           : std::vector<views::StepRow>::const_iterator{};
  const std::string& own = context.node.identity().party;
  if (!told || step == told->steps.end() || claims_in(*told, *step).empty() ||
      (step->decided_by == own) == to->empty()) {
    return std::unexpected{
        malformed("version",
                  "A step that looked something up is expected: another party's to ask, "
                  "one of ours to show.",
                  "应为查阅过数据的步骤：询问他方的步骤，或出示本方的步骤。")};
  }
  const core::ClaimsAct act{.verb = to->empty() ? "ask" : "show",
                            .word = to->empty() ? std::string_view{step->decided_by} : *to,
                            .content = step->digest};
  Write write;
  write.command = core::SignSettlement{
      .by = officer(call, seen->root.pack->name),
      .id = core::CaseId{call.part("id")},
      .content = act.text(),
      .note = to->empty() ? std::string{} : looked_up(context, told->row.id, *step)};
  write.request = std::move(*body);
  return write;
}

Result list_claims(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  Onlooker onlooker{context, call};
  const std::string& id = call.part("id");
  const Sight sight = onlooker.sight_of(id);
  const auto told =
      sight == Sight::none ? std::nullopt : told_of(context, *call.views, id, past->at);
  if (!told) return std::unexpected{problem_of(reject(RejectCode::unknown_case, id))};
  if (!desk::is_office(*call.key, *told->pack)) {
    return std::unexpected{forbidden("Claims are for offices of the parties and for auditors.",
                                     "断言仅供各方机关和审计人员查阅。")};
  }
  Value::List list;
  for (const Question& question : questions_of(context, *told)) {
    Value::Record one{{"asked_by", question.asked->by},
                      {"asked_of", question.of},
                      {"content", question.asked->content},
                      {"asked", question.asked->raised},
                      {"standing", standing_of(question)}};
    if (question.step) one["version"] = question.step->version;
    if (!question.on.empty()) one["on"] = question.on;
    if (!question.by.empty()) one["principal"] = question.by;
    if (!question.why.empty()) one["why"] = question.why;
    if (!question.shown.empty()) {
      one["answered"] = question.shown_at;
      // Sealed values stay so: they are read in the case, by whom it concerns.
      if (const auto value = parse_json(question.shown); value && value->as_list()) {
        const Value::List& parts = *value->as_list();
        if (parts.size() == 2) one["shown"] = mask(parts[1]);
      }
    }
    list.emplace_back(std::move(one));
  }
  if (auto noted = account_for(context, call, id + "/claims"); !noted) {
    return std::unexpected{noted.error()};
  }
  return json_response(
      Value::Record{{"case", id}, {"claims", std::move(list)}, {"position", past->position}});
}

core::Comparison Verdicts::of(const Question& question, const From& from,
                              const std::function<core::Comparison()>& compute) {
  const auto kept = kept_.find(question);
  if (kept != kept_.end() && kept->second.from == from) return kept->second.found;
  core::Comparison found = compute();
  kept_.insert_or_assign(question, Kept{.from = from, .found = found});
  return found;
}

ClaimsWatch::ClaimsWatch(Context& context)
    : context_{context}, thread_{named_thread<std::jthread>("bashu-claims", [this] { watch(); })} {}

ClaimsWatch::~ClaimsWatch() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  came_.notify_all();
}

void ClaimsWatch::watch() {
  std::uint64_t seen = 0;
  Date day;
  while (true) {
    {
      std::unique_lock lock{mutex_};
      if (came_.wait_for(lock, kPace, [&] { return ending_; })) return;
    }
    const std::uint64_t now = context_.follower.entries();
    const Date today = context_.node.clock().today();
    if ((now == seen && today == day) || context_.node.gate().is_shut(node::Gate::Why::standby)) {
      continue;
    }
    seen = now;
    day = today;
    look();
  }
}

void ClaimsWatch::look() {
  const auto views = context_.follower.views();
  const auto open =
      views->read({}, [](views::Session& s) { return views::open_with(s, core::kClaims); });
  if (!open) return;
  for (const core::CaseId& id : *open) look_at(*views, id);
}

void ClaimsWatch::look_at(views::Views& views, const core::CaseId& id) {
  const auto told = told_of(context_, views, id);
  if (!told) return;
  const auto say = [&](const Question& question, std::string_view verb, std::string_view word,
                       std::string note) {
    const core::ClaimsAct act{.verb = verb, .word = word, .content = question.asked->content};
    const Value record =
        Value::Record{{"command", "claims"}, {"principal", "system"}, {"says", act.text()}};
    const node::Outcome outcome = context_.node.run(
        {.command =
             core::SignSettlement{
                 .by = {}, .id = id, .content = act.text(), .note = std::move(note)},
         .evidence = canonical_json(record)});
    const auto* refused = std::get_if<Reject>(&outcome);
    const bool again = std::holds_alternative<Fault>(outcome) ||
                       (refused && refused->code == RejectCode::not_ready);
    if (!again) {
      left_.emplace(question.asked->raised, std::string{word});
    }
  };
  const Date today = context_.node.clock().today();
  for (const Question& question : questions_of(context_, *told)) {
    const Verdicts::Question asked_at{id, question.asked->raised};
    if (question.asked->ended) verdicts_.forget(asked_at);
    if (question.asked->ended || (question.ours && !question.step)) continue;
    const auto left = [&](std::string_view word) {
      return left_.contains({question.asked->raised, std::string{word}});
    };
    if (!question.ours) {
      const std::string& asker = question.asked->by;
      if (left(asker)) continue;
      if (!question.step || question.step->decided_by != question.of) {
        say(question, "unknown", asker, {});
        continue;
      }
      std::string shown = looked_up(context_, id, *question.step);
      const bool short_enough = shown.size() <= core::told::ShownClaims::kMax;
      if (shown.empty() || !short_enough || !is_open_to_all(*told->pack, shown)) {
        left_.emplace(question.asked->raised, asker);  // a person's to show or to explain
        continue;
      }
      say(question, "show", asker, std::move(shown));
      continue;
    }
    if (!question.shown.empty()) {
      const Calendar calendar = calendar_of(context_, question.step->decided_by);
      const core::Comparison found = verdicts_.of(
          asked_at,
          {.shown_at = question.shown_at,
           .calendar = calendar.version,
           .steps = told->steps.size()},
          [&] {
            return compared(context_, views, *told, *question.step, question.shown, calendar);
          });
      if (!left(core::name_of(found.shown))) {
        say(question, "compared", core::name_of(found.shown), found.why);
      }
      continue;
    }
    const auto asked = Date::parse(question.on);
    const bool late = asked && today.days() - asked->days() > core::kClaimsDays;
    if (late && question.word.empty() && !left(core::kUnanswered)) {
      say(question, "compared", core::kUnanswered, {});
    }
  }
}

}  // namespace bashu::api
