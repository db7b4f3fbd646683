// What an administrator does: packs, agreements and key lists, the rehearsal's day.

#include <algorithm>
#include <utility>

#include "api/findings.h"
#include "api/handlers.h"
#include "base/json.h"
#include "exchange/circle.h"
#include "packs/load.h"

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
  const Date first = from.value_or(context.shelves.now()->today);
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
