// What an administrator does: packs, agreements and key lists, the rehearsal's day.

#include <algorithm>
#include <utility>

#include "api/approvals.h"
#include "api/findings.h"
#include "api/handlers.h"
#include "base/json.h"
#include "exchange/circle.h"
#include "packs/load.h"
#include "texts/texts.h"

namespace bashu::api {

Prepared adopt_pack(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  const auto from = date_parameter(call, "in_force_from");
  const packs::Loaded loaded = packs::load(call.request.body);
  if (!loaded.pack) return std::unexpected{findings_problem(loaded.findings)};
  if (context.try_pack) {
    const std::vector<Finding> failed = context.try_pack(loaded.pack);
    if (!failed.empty()) return std::unexpected{findings_problem(failed)};
  }
  Value::Record request{{"digest", loaded.pack->digest}};
  if (from) request["from"] = from->text();
  core::AdoptPack act;
  act.source = canonical_json(loaded.pack->source);
  act.from = from;
  bool adopted = false;
  context.node.query([&](const core::State& state) {
    const auto held = state.circle().packs.find(loaded.pack->digest);
    adopted =
        held != state.circle().packs.end() && held->second.adopted.contains(state.circle().own);
  });
  if (!adopted) return ask_or_sign(context, call, std::move(act), std::move(request));
  // Nothing is left to decide.
  Write write;
  write.request = std::move(request);
  act.by = signer(call);
  write.command = std::move(act);
  return write;
}

Prepared adopt_circle_file(Context& context, const core::Asker& by, std::int64_t approval,
                           const Value& file) {
  const auto wrong = [](const Fault& fault) {
    return std::unexpected{
        problem_of(reject(RejectCode::chain, {}, fault.what, "协议文件未被接受：" + fault.what))};
  };
  const std::string text = canonical_json(file);
  auto editions = exchange::new_editions(context.node, text);
  if (!editions) return wrong(editions.error());
  if (approval != 0 && editions->empty()) {
    return std::unexpected{problem_of(Reject{.code = RejectCode::state,
                                             .where = "approval",
                                             .why = {texts::title("approval.adopted_already")}})};
  }
  // Whether they may is asked before anything is written.
  if (!editions->empty()) {
    core::AdoptRecord& first = editions->front();
    first.by = by;
    first.approval = approval;
    const node::Outcome may =
        context.node.run({.command = std::move(first), .evidence = {}, .dry_run = true});
    if (const auto* why = std::get_if<Reject>(&may)) return std::unexpected{problem_of(*why)};
    if (const auto* why = std::get_if<Fault>(&may)) return std::unexpected{problem_of(*why)};
  }
  const auto adopted = exchange::adopt(context.node, text, {}, {.by = by, .approval = approval});
  if (!adopted) return wrong(adopted.error());
  const auto directory = context.node.directory();
  return json_response(Value::Record{{"agreement", directory->agreement.id},
                                     {"edition", directory->agreement.edition},
                                     {"position", context.node.durable() - 1}});
}

Prepared adopt_edition(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  const auto fresh =
      exchange::new_editions(context.node, call.request.body, call.parameter("pinned"));
  if (!fresh) {
    return std::unexpected{problem_of(reject(RejectCode::chain, {}, fresh.error().what,
                                             "协议文件未被接受：" + fresh.error().what))};
  }
  const auto file = parse_json(call.request.body, exchange::kFileLimits);
  if (!file) return std::unexpected{malformed({}, "JSON is expected.", "应为 JSON。")};
  if (fresh->empty()) return adopt_circle_file(context, signer(call), 0, *file);
  return ask_or_sign(context, call, core::AdoptEditions{.file = *file},
                     Value::Record{{"edition", fresh->back().record.edition}});
}

Prepared set_clock(Context& context, const Call& call) {
  if (auto problem = needs_admin(call)) return std::unexpected{std::move(*problem)};
  // Beside rehearsals: the day of the clock, which the peers contradict so that it does not begin
  // by itself.
  const bool rehearsal = static_cast<bool>(context.set_today);
  const Date ours = context.node.clock().today();
  if (!rehearsal && ours <= context.shelves.now()->today) {
    return std::unexpected{
        forbidden("The day is set by hand only in rehearsals, or where it waits for the peers.",
                  "仅在演练中，或日期因与对端时间不符而等待时，可手动设置日期。")};
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
  if (!rehearsal && *day > ours) {
    return std::unexpected{
        malformed("today", "It is not later than the clock here.", "不得晚于本机时钟的日期。")};
  }
  // Day by day, so that every clock fires on its day.
  std::uint64_t position = 0;
  for (Date next = today.plus_days(1); next <= *day; next = next.plus_days(1)) {
    if (auto set = rehearsal ? context.set_today(next) : std::expected<void, Fault>{}; !set)
      return std::unexpected{problem_of(set.error())};
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
