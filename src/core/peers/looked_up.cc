#include "core/peers/looked_up.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <expected>
#include <optional>
#include <utility>
#include <variant>

#include "base/json.h"
#include "core/cases/step.h"
#include "core/effects/effect.h"
#include "core/peers/claims.h"

namespace bashu::core {

namespace {

constexpr std::array<std::string_view, 3> kNames{"agrees", "unclear", "differs"};

// A balance, under `pack/book.kind`.
bool put_balance(State& state, const ShownRow& row, Date on) {
  const std::size_t dot = row.name.rfind('.');
  if (dot == std::string::npos || !row.value.as_int()) return false;
  const Account account{
      .book = BookId{row.name.substr(0, dot)}, .kind = row.name.substr(dot + 1), .key = row.key};
  const std::int64_t before = state.lowest(account, on, on.plus_days(1)).sum;
  state.add_to_balance(account, on, *row.value.as_int() - before);
  return true;
}

// Whether it can stand in a state: a record, its absence, or a balance.
bool put(State& state, const StepInQuestion& of, const ShownRow& row) {
  if (row.name.find('/') != std::string::npos) return put_balance(state, row, of.step.on);
  if (!packs::find(of.pack->registers, row.name)) return false;
  if (row.value.is_null()) return true;
  if (!row.value.as_record()) return false;
  state.apply(RecordPut{.reg = RegisterId{of.pack->name + "/" + row.name},
                        .key = row.key,
                        .keeper = of.by,
                        .side = of.by,
                        .fields = row.value,
                        .sided = {},
                        .on = of.step.on,
                        .id = {},
                        .sides = {}});
  return true;
}

// What the decider's node held of the case and of what it looked up; `whole`: of all of it.
struct Scene {
  State state;
  bool whole = true;
};
void set(Scene& scene, const StepInQuestion& of, const std::vector<ShownRow>& rows) {
  scene.state.apply(of.opened);
  for (const CaseChanged& one : of.before) scene.state.apply(one);
  if (of.calendar.version > 0) {
    scene.state.edit_circle().calendars.insert_or_assign(of.by, of.calendar);
  }
  scene.whole = of.calendar.version == of.step.calendar;
  for (const ShownRow& row : rows) scene.whole = put(scene.state, of, row) && scene.whole;
}

// Its effects depend on more than expressions: on editions before, on other cases, on numbers.
bool computes_beyond(const packs::Branch& branch) {
  return std::ranges::any_of(branch.effects, [](const packs::Effect& effect) {
    return std::holds_alternative<packs::PublishEdition>(effect.what) ||
           std::holds_alternative<packs::StartChild>(effect.what) ||
           std::holds_alternative<packs::Allot>(effect.what);
  });
}

Value reads_of(const std::vector<ShownRow>& rows) {
  Value::List list;
  for (const ShownRow& row : rows) {
    list.emplace_back(Value::List{Value{row.name}, Value{row.key}, row.value});
  }
  return Value{std::move(list)};
}

std::string_view differs_in(const Outcome& out, const told::Step& step) {
  if (Value{out.set} != step.set) return "set";
  Value::List effects;
  for (const EffectDone& one : out.effects) effects.push_back(to_value(one));
  return effects == step.effects ? "" : "effects";
}

Comparison compute(const StepInQuestion& of, const std::vector<ShownRow>& rows,
                   const std::vector<packs::Branch>& branches) {
  Scene scene{.state = State{of.by}};
  set(scene, of, rows);
  Draft draft{&scene.state};
  const Moment moment{.now = {}, .today = of.step.on, .salt = {}};
  int budget = 0;
  const Deciding d{.draft = draft, .moment = moment, .budget = budget, .before = scene.state};
  const Case& c = *draft.find_case(of.step.id);
  const Definition definition{.pack = of.pack,
                              .service = packs::find(of.pack->services, of.step.service)};
  const Value data = with_form(c, of.step.input);
  Outcome out;
  const Chosen chosen = choose(d, definition, c, branches, data, &out.reads);
  const auto found = [&](std::string_view why) {
    return Comparison{.shown = scene.whole ? Shown::differs : Shown::unclear,
                      .why = std::string{why}};
  };
  if (chosen.index != of.step.branch) return found("guard");
  out.index = chosen.index;
  out.branch = &branches[static_cast<std::size_t>(chosen.index)];
  auto computed = come_to(d, definition, c, data, std::move(out));
  scene.whole = scene.whole && !computes_beyond(branches[static_cast<std::size_t>(chosen.index)]);
  if (!computed) return found("set");
  scene.whole = scene.whole && computed->reads.serials.empty();
  if (const auto what = differs_in(*computed, of.step); !what.empty()) return found(what);
  // More was shown than is needed, or it was too much to be kept.
  if (Value{computed->reads.list} != reads_of(rows)) return {Shown::unclear, "reads"};
  return {.shown = Shown::agrees, .why = {}};
}

}  // namespace

std::optional<std::vector<ShownRow>> rows_shown(const Value& shown) {
  const Value::List* parts = shown.as_list();
  const Value::List* list = parts && parts->size() == 2 ? (*parts)[1].as_list() : nullptr;
  if (!list) return std::nullopt;
  std::vector<ShownRow> rows;
  for (const Value& one : *list) {
    const Value::List* row = one.as_list();
    if (!row || row->size() != 3 || !(*row)[0].as_text() || !(*row)[1].as_text()) {
      return std::nullopt;
    }
    rows.push_back({.name = *(*row)[0].as_text(), .key = *(*row)[1].as_text(), .value = (*row)[2]});
  }
  return rows;
}

std::string_view name_of(Shown shown) { return kNames[static_cast<std::size_t>(shown)]; }

Comparison compare(const StepInQuestion& of, std::string_view shown) {
  const auto value = parse_json(shown);
  if (!of.step.reads) return {.shown = Shown::unclear, .why = "no_digest"};
  if (!value || packs::digest_text(*value) != *of.step.reads) {
    return {.shown = Shown::differs, .why = "digest"};
  }
  const auto rows = rows_shown(*value);
  const packs::Service* service = packs::find(of.pack->services, of.step.service);
  const auto* branches =
      service
          ? branches_of(*service,
                        {.from = of.step.from, .event = of.step.event, .branch = of.step.branch})
          : nullptr;
  if (!rows || !branches || of.before.size() + 1 != static_cast<std::size_t>(of.step.version)) {
    return {.shown = Shown::unclear, .why = "shape"};
  }
  return compute(of, *rows, *branches);
}

}  // namespace bashu::core
