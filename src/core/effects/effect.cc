// What every kind of effect has in common.

#include "core/effects/effect.h"

#include <algorithm>
#include <expected>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/try.h"

namespace bashu::core {

namespace {

using Written = decltype(packs::Effect::what);
static_assert(std::variant_size_v<Written> == std::variant_size_v<Done>);

template <typename Kind>
bool everywhere(const Kind& /*written*/, const packs::Pack& /*pack*/) {
  return false;
}

bool is_here(const EffectDone& done, const PartyId& self) {
  const bool placed = std::visit([](const auto& one) { return one.kPlaced; }, done.what);
  return !placed || done.at == "all" || done.at == self;
}

// Calls `use(kind)` with an empty one of each kind, until one is called `name`.
template <typename Use, std::size_t... Index>
bool of_kind(std::string_view name, const Use& use, std::index_sequence<Index...> /*all*/) {
  return ((std::variant_alternative_t<Index, Done>::kKind == name &&
           (use(std::variant_alternative_t<Index, Done>{}), true)) ||
          ...);
}

}  // namespace

std::unexpected<packs::EvalError> ill_typed(std::string words) {
  return std::unexpected{
      packs::EvalError{.kind = packs::EvalError::Kind::type, .text = std::move(words)}};
}

std::optional<std::string> key_text(const Value& value) {
  if (const auto* words = value.as_text()) return *words;
  if (const auto* number = value.as_int()) return std::to_string(*number);
  return std::nullopt;
}

packs::Eval<Value> fields_of(const Fields& fields, CaseScope& scope) {
  Value::Record record;
  for (const auto& [name, item] : fields) {
    BASHU_TRY(record[name], packs::evaluate(item, scope));
  }
  return Value{std::move(record)};
}

bool looks_up(const Fields& fields) {
  return std::ranges::any_of(fields, [](const auto& field) { return field.second.looks_up(); });
}

std::string place_of(const packs::Effect& effect, const packs::Pack& pack, const Parties& parties,
                     const PartyId& decider) {
  const bool by_all =
      std::visit([&](const auto& one) { return everywhere(one, pack); }, effect.what);
  if (by_all || effect.at == "all") return "all";
  return effect.at.empty() ? decider : parties.find(effect.at)->second;
}

bool looks_up(const packs::Effect& effect) {
  return (effect.each && effect.each->looks_up()) ||
         (effect.only_if && effect.only_if->looks_up()) ||
         std::visit([](const auto& one) { return looks_up(one); }, effect.what);
}

bool matches(const EffectDone& done, const packs::Effect& effect, const Matching& with) {
  if (done.what.index() != effect.what.index()) return false;
  return std::visit(
      [&](const auto& one, const auto& written) {
        if constexpr (requires { matches(one, written, with); }) {
          return matches(one, written, with);
        } else {
          return false;  // two kinds: told apart by their index
        }
      },
      done.what, effect.what);
}

packs::Eval<std::vector<EffectDone>> compute_one(const std::vector<packs::Effect>& effects,
                                                 std::int64_t n, const PartyId& decider,
                                                 Computing& of) {
  const packs::Effect& effect = effects[static_cast<std::size_t>(n)];
  const std::string at = place_of(effect, of.pack, of.c.parties, decider);
  Value::List elements{Value{}};
  if (effect.each) {
    BASHU_TRY(Value list, packs::evaluate(*effect.each, of.scope));
    if (!list.as_list()) return ill_typed("each: a list is expected");
    elements = std::move(*list.as_list());
  }
  std::vector<EffectDone> all;
  for (const Value& element : elements) {
    of.scope.set_root("each", effect.each ? &element : nullptr);
    if (effect.only_if) {
      BASHU_TRY(const bool wanted, packs::evaluate_bool(*effect.only_if, of.scope));
      if (!wanted) continue;
    }
    BASHU_TRY_OK(std::visit(
        [&](const auto& written) -> packs::Eval<void> {
          BASHU_TRY(auto done, compute(written, of));
          if (done) all.push_back({.n = n, .at = at, .what = std::move(*done)});
          return {};
        },
        effect.what));
  }
  of.scope.set_root("each", nullptr);
  return all;
}

std::expected<std::vector<EffectDone>, Reject> compute_all(
    const std::vector<packs::Effect>& effects, const PartyId& decider, Computing& of) {
  std::vector<EffectDone> all;
  for (std::size_t n = 0; n < effects.size(); ++n) {
    auto some = compute_one(effects, static_cast<std::int64_t>(n), decider, of);
    if (!some) {
      return refuse_at("do[" + std::to_string(n) + "]", Why::expression_failed, some.error().text);
    }
    std::move(some->begin(), some->end(), std::back_inserter(all));
  }
  return all;
}

Value to_value(const EffectDone& done) {
  Value::Record record{{"n", done.n}, {"at", done.at}};
  std::visit(
      [&](const auto& one) {
        record["kind"] = one.kKind;
        write(one, record);
      },
      done.what);
  return Value{std::move(record)};
}

std::optional<EffectDone> effect_from(const Value& value, const std::string& pack) {
  told::Members in{value};
  EffectDone done{.n = in.number("n"), .at = in.text("at"), .what = TaskDone{}};
  const bool known = of_kind(
      in.text("kind"),
      [&]<typename Kind>(Kind kind) {
        read(in, pack, kind);
        done.what = std::move(kind);
      },
      std::make_index_sequence<std::variant_size_v<Done>>{});
  if (!known || !in.whole()) return std::nullopt;
  return done;
}

Result enact_all(const std::vector<packs::Effect>& effects, const std::vector<EffectDone>& done,
                 const Carrying& of) {
  for (const EffectDone& one : done) {
    if (!is_here(one, of.d.self())) continue;
    const packs::Effect& effect = effects[static_cast<std::size_t>(one.n)];
    BASHU_TRY_OK(std::visit([&](const auto& what) { return enact(what, effect, of); }, one.what));
  }
  return {};
}

Result take_all(const std::vector<packs::Effect>& effects, const std::vector<EffectDone>& done,
                const Carrying& of) {
  for (const EffectDone& one : done) {
    if (!is_here(one, of.d.self())) continue;
    const packs::Effect& effect = effects[static_cast<std::size_t>(one.n)];
    BASHU_TRY_OK(std::visit([&](const auto& what) { return take(what, effect, of); }, one.what));
  }
  return {};
}

}  // namespace bashu::core
