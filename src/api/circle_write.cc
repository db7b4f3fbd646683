// What an administrator does: packs, agreements and key lists, held messages, the rehearsal's day.

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/handlers.h"
#include "base/json.h"
#include "exchange/circle.h"
#include "packs/load.h"

namespace bashu::api {

namespace {

constexpr std::int64_t kProposalLifeMs = 24 * 3'600'000;
constexpr std::size_t kProposalsMax = 1'000;

std::optional<Problem> needs_admin(const Call& call) {
  if (call.key->allows("admin")) return std::nullopt;
  return forbidden("This needs `admin`.", "须有 admin 权限。");
}

Problem findings_problem(const std::vector<Finding>& findings) {
  Problem problem =
      problem_of(reject(RejectCode::form, "pack", "The pack has faults.", "业务包存在错误。"));
  problem.errors.clear();
  for (const Finding& finding : findings) {
    if (finding.note) continue;
    std::string where = finding.path;
    if (finding.line > 0) {
      where = std::to_string(finding.line) + ":" + std::to_string(finding.column) + " " + where;
    }
    problem.errors.push_back({std::move(where), {{"en", finding.text}, {"zh", finding.text}}});
  }
  return problem;
}

std::optional<std::int64_t> positive(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

}  // namespace

Prepared adopt_pack(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  const auto from = date_parameter(call, "in_force_from");
  if (!from) return std::unexpected{from.error()};
  const packs::Loaded loaded = packs::load(call.request.body);
  if (!loaded.pack) return std::unexpected{findings_problem(loaded.findings)};
  if (context.try_pack) {
    const std::vector<Finding> failed = context.try_pack(loaded.pack);
    if (!failed.empty()) return std::unexpected{findings_problem(failed)};
  }
  const Date first = from->value_or(context.shelves.now()->today);
  Write write;
  write.request = Value::Record{{"digest", loaded.pack->digest}, {"from", first.text()}};
  write.command = core::AdoptPack{
      .by = officer(call), .source = canonical_json(loaded.pack->source), .from = first};
  return write;
}

Prepared adopt_edition(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  if (auto adopted = exchange::adopt(context.node, call.request.body, call.parameter("pinned"));
      !adopted) {
    return std::unexpected{problem_of(reject(RejectCode::chain, {}, adopted.error().what,
                                             "协议文件未被接受：" + adopted.error().what))};
  }
  const auto directory = context.node.directory();
  return json_response(Value::Record{{"agreement", directory->agreement.id},
                                     {"edition", directory->agreement.edition},
                                     {"position", context.node.durable() - 1}});
}

Prepared resolve_held(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  auto body = json_body(call, {"reject", "note"});
  if (!body) return std::unexpected{body.error()};
  const auto note = text_member(*body, "note");
  if (!note) return std::unexpected{note.error()};
  const Value* flag = body->find("reject");
  if (flag && !flag->as_bool()) {
    return std::unexpected{malformed("reject", "True or false is expected.", "应为真或假。")};
  }
  const auto seq = positive(call.part("seq"));
  if (!seq) return std::unexpected{not_found()};
  const std::string& party = call.part("party");
  auto envelope = context.node.envelope_taken(party, *seq);
  if (!envelope) return std::unexpected{not_found()};
  const core::Asker by = officer(call);

  // The first principal proposes, the second confirms by asking for exactly the same.
  const std::string what = std::string{call.request.path()} + "\n" + canonical_json(*body);
  const std::int64_t now = context.node.clock().now().unix_ms;
  Proposal first;
  {
    const std::lock_guard lock{context.mutex};
    std::erase_if(context.proposals,
                  [&](const auto& one) { return now - one.second.at_ms > kProposalLifeMs; });
    const auto it = context.proposals.find(what);
    if (it == context.proposals.end() || it->second.by.principal == by.principal) {
      if (context.proposals.size() >= kProposalsMax) return std::unexpected{busy(60)};
      context.proposals.insert_or_assign(what, Proposal{.by = by, .at_ms = now});
      return json_response(
          Value::Record{{"waits_for", "a second principal"}, {"asked_by", by.principal}}, 202);
    }
    first = it->second;
    context.proposals.erase(it);
  }
  Write write;
  write.evidence = std::move(*envelope);
  write.command = core::ResolveHeld{.by = std::move(first.by),
                                    .second = by,
                                    .from = party,
                                    .seq = *seq,
                                    .reject = flag && *flag->as_bool(),
                                    .note = *note};
  return write;
}

Prepared set_clock(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  if (!context.set_today) {
    return std::unexpected{
        forbidden("The day is set by hand only in rehearsals.", "仅在演练中可手动设置日期。")};
  }
  const auto body = json_body(call, {"today"});
  if (!body) return std::unexpected{body.error()};
  const auto text = text_member(*body, "today");
  if (!text) return std::unexpected{text.error()};
  const auto day = Date::parse(*text);
  constexpr int kDaysMax = 3'660;
  const Date today = context.shelves.now()->today;
  if (!day || *day < today || day->days() - today.days() > kDaysMax) {
    return std::unexpected{malformed("today", "A date from today to ten years on is expected.",
                                     "应为今天至十年内的日期。")};
  }
  // Day by day, so that every clock fires on its day.
  std::uint64_t position = 0;
  for (Date next = today.plus_days(1); next <= *day; next = next.plus_days(1)) {
    if (auto set = context.set_today(next); !set) return std::unexpected{problem_of(set.error())};
    const core::Command command = core::BeginDay{.day = next};
    const node::Outcome outcome = context.node.run(
        {.command = command, .evidence = command_record(call, command, *body), .dry_run = false});
    if (const auto* done = std::get_if<node::Done>(&outcome)) position = done->position;
    if (const auto* why = std::get_if<Reject>(&outcome)) return std::unexpected{problem_of(*why)};
    if (const auto* why = std::get_if<Fault>(&outcome)) return std::unexpected{problem_of(*why)};
  }
  return json_response(Value::Record{{"today", day->text()}, {"position", position}});
}

}  // namespace bashu::api
