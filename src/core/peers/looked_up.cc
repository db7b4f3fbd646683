#include "core/peers/looked_up.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "base/json.h"
#include "core/cases/step.h"
#include "core/effects/effect.h"
#include "core/peers/claims.h"

namespace bashu::core {

namespace {

constexpr std::array<std::string_view, 3> kNames{"agrees", "unclear", "differs"};
constexpr std::string_view kParent = "parent", kAllot = "allot", kWindow = "window";
constexpr std::array<std::string_view, 8> kOfParent{"data",   "id",    "state", "service",
                                                    "opened", "since", "seq",   "parties"};
constexpr int kPassesMax = 64;

// What is shown, as the decider's node has recorded it.
struct Seen {
  std::vector<ShownRow> rows;  // but for a round's, and the one in the place of others
  bool cut = false;            // more was looked up than is shown
};

// ---- What a node can have recorded

bool is_of_book(const packs::Pack& pack, const ShownRow& row) {
  const std::string_view name = row.name;
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos || name.substr(0, slash) != pack.name) return false;
  const std::size_t dot = name.rfind('.');
  const bool month = dot == std::string_view::npos || dot < slash;
  const auto* book = packs::find(
      pack.books, name.substr(slash + 1, month ? std::string_view::npos : dot - slash - 1));
  if (!book) return false;
  if (month) return row.key == kWindow && row.value.as_record();
  return packs::find(book->accounts, name.substr(dot + 1)) && row.value.as_int();
}

bool is_of_parent(const StepInQuestion& of, const ShownRow& row) {
  return row.name == kParent && !of.opened.parent.empty() &&
         std::ranges::find(kOfParent, row.key) != kOfParent.end();
}

bool is_round(const packs::Pack& pack, const ShownRow& row) {
  return row.name == kAllot && packs::find(pack.services, row.key) && row.value.as_record();
}

bool is_of_register(const packs::Pack& pack, const ShownRow& row) {
  return packs::find(pack.registers, row.name) && (row.value.is_null() || row.value.as_record());
}

// nullopt: no node records this.
std::optional<Seen> seen_in(const StepInQuestion& of, std::vector<ShownRow> rows) {
  Seen seen;
  for (ShownRow& row : rows) {
    const bool round = is_round(*of.pack, row);
    const bool looked_up =
        is_of_register(*of.pack, row) || is_of_book(*of.pack, row) || is_of_parent(of, row);
    if (round && !is_of_register(*of.pack, row)) continue;
    if (seen.cut || (!looked_up && !is_cut(row))) return std::nullopt;
    seen.cut = is_cut(row);
    if (!seen.cut) seen.rows.push_back(std::move(row));
  }
  if (seen.cut && seen.rows.size() < kReadsAlways) return std::nullopt;
  // So many were kept before as many as can be shown were.
  seen.cut = seen.cut || seen.rows.size() == kReadsAlways;
  return seen;
}

// ---- The step computed again

using Row = std::pair<std::string, std::string>;  // a register and a key

struct Pass {
  Outcome out;
  Comparison found;
};

// Of a balance there is one value.
void put_balance(State& state, const ShownRow& row, Date on) {
  const std::size_t dot = row.name.rfind('.');
  if (dot == std::string::npos || !row.value.as_int()) return;
  state.add_to_balance(
      {.book = BookId{row.name.substr(0, dot)}, .kind = row.name.substr(dot + 1), .key = row.key},
      on, *row.value.as_int());
}

void put_record(State& state, const StepInQuestion& of, const Row& at, const Value& fields) {
  state.apply(RecordPut{.reg = RegisterId{of.pack->name + "/" + at.first},
                        .key = at.second,
                        .keeper = of.by,
                        .side = of.by,
                        .fields = fields,
                        .sided = {},
                        .on = of.step.on,
                        .id = {},
                        .sides = {}});
}

// What the decider's node held of the case and of what it looked up. A record that another than the
// decider keeps and two claim cannot be looked up: no row is there of it.
void set(State& state, const StepInQuestion& of, const Seen& seen, const std::set<Row>& contested) {
  state.apply(of.opened);
  for (const CaseChanged& one : of.before) state.apply(one);
  if (of.calendar.version > 0) {
    state.edit_circle().calendars.insert_or_assign(of.by, of.calendar);
  }
  std::set<Row> known;
  for (const ShownRow& row : seen.rows) {
    const Row at{row.name, row.key};
    if (!known.insert(at).second) continue;
    if (is_of_register(*of.pack, row)) {
      if (row.value.as_record()) put_record(state, of, at, row.value);
    } else {
      put_balance(state, row, of.step.on);
    }
  }
  for (const Row& at : contested) {
    Record& record = state.edit_record(of.pack->name + "/" + at.first, at.second);
    record.keeper.clear();
    record.contested[of.by];
  }
}

// Its effects depend on more than expressions: on editions before, on other cases, on numbers.
bool computes_beyond(const packs::Branch& branch) {
  return std::ranges::any_of(branch.effects, [](const packs::Effect& effect) {
    return std::holds_alternative<packs::PublishEdition>(effect.what) ||
           std::holds_alternative<packs::StartChild>(effect.what) ||
           std::holds_alternative<packs::Allot>(effect.what);
  });
}

// Whether what was read so far, but for rows that are not shown, can be known here.
bool is_known(const StepInQuestion& of, const Reads& reads) {
  return reads.serials.empty() && reads.windows.empty() && !reads.parent &&
         (!reads.calendar || of.calendar.version == of.step.calendar);
}

bool has_same_effects(const Outcome& out, const told::Step& step) {
  Value::List effects;
  for (const EffectDone& one : out.effects) effects.push_back(to_value(one));
  return effects == step.effects;
}

Value value_of(const ShownRow& row) {
  return Value::List{Value{row.name}, Value{row.key}, row.value};
}

// What was read is what is shown: all of it, and nothing else.
bool is_read(const Value::List& read, const std::vector<ShownRow>& rows) {
  return std::ranges::equal(read, rows, {}, {}, value_of);
}
bool is_more_than_read(const Value::List& read, const std::vector<ShownRow>& rows) {
  std::set<std::string> texts;
  for (const Value& one : read) texts.insert(canonical_json(one));
  return std::ranges::any_of(
      rows, [&](const ShownRow& row) { return !texts.contains(canonical_json(value_of(row))); });
}

Pass compute_once(const StepInQuestion& of, const Seen& seen,
                  const std::vector<packs::Branch>& branches, const std::set<Row>& contested) {
  State state{of.by};
  set(state, of, seen, contested);
  Draft draft{&state};
  const Moment moment{.now = {}, .today = of.step.on, .salt = {}};
  int budget = 0;
  const Deciding d{.draft = draft, .moment = moment, .budget = budget, .before = state};
  const Case& c = *draft.find_case(of.step.id);
  const Definition definition{.pack = of.pack,
                              .service = packs::find(of.pack->services, of.step.service)};
  const Value data = with_form(c, of.step.input);
  Pass pass;
  Outcome& out = pass.out;
  const auto found = [&](std::string_view why, bool beyond = false) {
    bool differs = !beyond && is_known(of, out.reads);
    if (seen.cut && out.reads.list.size() > seen.rows.size()) {
      // It was read so far as it is shown; from there on anything can have been there.
      differs = differs && is_more_than_read(out.reads.list, seen.rows);
      why = "reads";
    }
    pass.found = {.shown = differs ? Shown::differs : Shown::unclear, .why = std::string{why}};
    return std::move(pass);
  };
  out.index = choose(d, definition, c, branches, data, &out.reads).index;
  if (out.index != of.step.branch) return found("guard");
  out.branch = &branches[static_cast<std::size_t>(out.index)];
  const bool beyond = computes_beyond(*out.branch);
  const bool done = come_to(d, definition, c, data, out).has_value();
  if (!done) return found("set", beyond);
  if (Value{out.set} != of.step.set) return found("set");
  if (!has_same_effects(out, of.step)) return found("effects", beyond);
  // The same in another order was read by another edition of the program.
  if (!is_read(out.reads.list, seen.rows)) {
    return found("reads", beyond || !is_more_than_read(out.reads.list, seen.rows));
  }
  pass.found = {.shown = Shown::agrees, .why = {}};
  return pass;
}

// Records that were asked for and of which nothing is shown, not even that there is none. True:
// there are more of them.
bool add_contested(std::set<Row>& contested, const StepInQuestion& of, const Seen& seen,
                   const Value::List& read) {
  std::set<Row> known;
  for (const ShownRow& row : seen.rows) known.emplace(row.name, row.key);
  const std::size_t before = contested.size();
  for (const Value& one : read) {
    const Value::List& row = *one.as_list();
    const Row at{*row[0].as_text(), *row[1].as_text()};
    const packs::Register* reg = packs::find(of.pack->registers, at.first);
    if (reg && reg->kept != packs::Kept::own && !known.contains(at)) contested.insert(at);
  }
  return contested.size() > before;
}

Pass compute(const StepInQuestion& of, const Seen& seen,
             const std::vector<packs::Branch>& branches) {
  std::set<Row> contested;
  for (int i = 0; i < kPassesMax; ++i) {
    Pass pass = compute_once(of, seen, branches, contested);
    if (seen.cut || !add_contested(contested, of, seen, pass.out.reads.list)) return pass;
  }
  return {.out = {}, .found = {.shown = Shown::unclear, .why = "reads"}};
}

// A step that says nothing of what it looked up, though it cannot be taken without.
Comparison compare_without(const StepInQuestion& of, const std::vector<packs::Branch>& branches) {
  const Reads reads = compute(of, {}, branches).out.reads;
  const bool needed = !reads.list.empty() && is_known(of, reads);
  return {.shown = needed ? Shown::differs : Shown::unclear, .why = "no_digest"};
}

}  // namespace

std::optional<std::vector<ShownRow>> rows_shown(const Value& shown) {
  const Value::List* parts = shown.as_list();
  const bool salted = parts && parts->size() == 2 && (*parts)[0].as_text();
  const Value::List* list = salted ? (*parts)[1].as_list() : nullptr;
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

bool is_cut(const ShownRow& row) { return value_of(row) == cut_row(); }

std::string_view name_of(Shown shown) { return kNames[static_cast<std::size_t>(shown)]; }

Comparison compare(const StepInQuestion& of, std::string_view shown) {
  const packs::Service* service = packs::find(of.pack->services, of.step.service);
  const auto* branches =
      service
          ? branches_of(*service,
                        {.from = of.step.from, .event = of.step.event, .branch = of.step.branch})
          : nullptr;
  const bool known = branches && of.before.size() + 1 == static_cast<std::size_t>(of.step.version);
  if (!of.step.reads) {
    return known ? compare_without(of, *branches)
                 : Comparison{.shown = Shown::unclear, .why = "no_digest"};
  }
  const auto value = parse_json(shown);
  if (!value || packs::digest_text(*value) != *of.step.reads) {
    return {.shown = Shown::differs, .why = "digest"};
  }
  auto rows = rows_shown(*value);
  const auto seen = rows ? seen_in(of, std::move(*rows)) : std::nullopt;
  if (!seen) return {.shown = Shown::differs, .why = "shape"};
  if (!known) return {.shown = Shown::unclear, .why = "unknown"};
  return compute(of, *seen, *branches).found;
}

}  // namespace bashu::core
