// What is tried and kept nowhere: a figure against the records, and the scenarios of a pack.

#include <utility>

#include "api/figures_json.h"
#include "api/findings.h"
#include "api/handlers.h"
#include "base/json.h"
#include "desk/authority.h"
#include "figures/trial.h"
#include "packs/load.h"
#include "packs/yaml.h"
#include "views/views.h"

namespace bashu::api {

namespace {

// The pack with one figure more, under a name that none of its figures has.
struct Widened {
  packs::PackPtr pack;
  std::string name = "tried";
};
std::expected<Widened, Problem> widened(const packs::Pack& pack, const std::string& figure) {
  const packs::Document written = packs::read_yaml(figure);
  if (!written.findings.empty()) return std::unexpected{findings_problem(written.findings)};
  Value source = pack.source;
  Widened out;
  while (packs::find(pack.figures, out.name)) out.name += "_again";
  Value& figures = source.as_record()->try_emplace("figures", Value::Record{}).first->second;
  figures.as_record()->insert_or_assign(out.name, written.root);
  packs::Loaded loaded = packs::load_adopted(canonical_json(source));
  if (!loaded.pack) return std::unexpected{findings_problem(loaded.findings)};
  out.pack = std::move(loaded.pack);
  return out;
}

}  // namespace

Result try_figure(Context& context, const Call& call) {
  const auto body = json_body(call, {"pack", "figure", "as_of"});
  if (!body) return std::unexpected{body.error()};
  const auto name = text_member(*body, "pack"), figure = text_member(*body, "figure"),
             day = text_member(*body, "as_of", false);
  for (const auto* member : {&name, &figure, &day}) {
    if (!*member) return std::unexpected{member->error()};
  }
  const auto as_of = day->empty() ? context.shelves.now()->today : Date::parse(*day);
  if (!as_of) {
    return std::unexpected{
        malformed("as_of", "A date like 2026-03-31 is expected.", "应为日期，例如 2026-03-31。")};
  }
  const auto held = see_pack(context, *name);
  if (!held) return std::unexpected{held.error()};
  // It may count by whatever the records say.
  if (!desk::sees_sums(*call.key, *held->pack)) {
    return std::unexpected{forbidden("This is for offices that see all of the pack.",
                                     "仅限可查看该业务包全部内容的机构。")};
  }
  const auto tried = widened(*held->pack, *figure);
  if (!tried) return std::unexpected{tried.error()};
  const auto answer = call.views->read({}, [&](views::Session& session) {
    return figures::tried(session, tried->pack, tried->name, {.id = {}, .as_of = *as_of});
  });
  if (!answer) return std::unexpected{problem_of(answer.error())};
  if (!*answer) return std::unexpected{not_found()};
  return json_response(answer_json(**answer, call.language));
}

Result test_pack(Context& context, const Call& call) {
  if (auto problem = needs_admin_or_audit(call)) return std::unexpected{std::move(*problem)};
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  if (!context.try_pack) return std::unexpected{not_found()};
  const packs::Loaded loaded = packs::load(held->pack->source);
  if (!loaded.pack) return std::unexpected{findings_problem(loaded.findings)};
  Value::List scenarios, findings;
  for (const Value& one : loaded.pack->scenarios) {
    const Value* title = one.find("title");
    if (!title) continue;
    scenarios.emplace_back(title->as_text() ? *title->as_text() : title->text_at(call.language));
  }
  for (const Finding& one : context.try_pack(loaded.pack)) {
    findings.push_back(Value::Record{{"where", one.path}, {"what", one.text}});
  }
  return json_response(Value::Record{{"pack", loaded.pack->name},
                                     {"digest", loaded.pack->digest},
                                     {"scenarios", std::move(scenarios)},
                                     {"findings", std::move(findings)}});
}

}  // namespace bashu::api
