#include "views/figure_rows.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "packs/expr.h"

namespace bashu::views {

namespace {

Counted broken(Span span, std::string why) {
  Counted row;
  row.from = span.from;
  row.to = span.to;
  row.error = std::move(why);
  return row;
}

// A day, or null as nullopt.
packs::Eval<std::optional<Date>> day_of(const packs::Program& program, packs::Scope& scope) {
  const auto value = packs::evaluate(program, scope);
  if (!value) return std::unexpected{value.error()};
  if (value->is_null()) return std::optional<Date>{};
  const std::string* text = value->as_text();
  const auto date = text ? Date::parse(*text) : std::nullopt;
  if (!date) {
    return std::unexpected{
        packs::EvalError{.kind = packs::EvalError::Kind::type, .text = "a date is expected"}};
  }
  return date;
}

}  // namespace

bool is_counted_here(const packs::Figure& figure, const CaseFacts& facts,
                     const core::PartyId& own) {
  if (figure.concerns != packs::Figure::Concerns::opener || !facts.service) return true;
  const auto opener = facts.parties.find(facts.service->start.owner);
  return opener != facts.parties.end() && opener->second == own;
}

std::optional<Counted> evaluate_row(const packs::Figure& figure, packs::Scope& scope, Span span) {
  using Way = packs::Figure::Way;
  if (span.from >= span.to) return std::nullopt;
  if (figure.where) {
    const auto counts = packs::evaluate_bool(*figure.where, scope);
    if (!counts) return broken(span, "where: " + counts.error().text);
    if (!*counts) return std::nullopt;
  }
  Counted row;
  row.from = span.from;
  row.to = span.to;
  if (figure.from) {
    const auto from = day_of(*figure.from, scope);
    if (!from) return broken(span, "from: " + from.error().text);
    if (!*from) return std::nullopt;
    row.stated_from = (*from)->days();
    row.from = std::max(row.from, row.stated_from);
  }
  if (row.from >= row.to) return std::nullopt;
  if (figure.to) {
    const auto to = day_of(*figure.to, scope);
    if (!to) {
      row.error = "to: " + to.error().text;
      return row;
    }
    if (*to) row.to = std::min(row.to, std::int64_t{(*to)->days()});
    if (row.from >= row.to) return std::nullopt;
  }
  if (figure.way == Way::count) {
    row.value = 1;
  } else {
    auto measured = packs::evaluate(*figure.measure, scope);
    if (!measured) {
      row.error = "measure: " + measured.error().text;
      return row;
    }
    if (figure.way == Way::distinct) {
      row.distinct = std::move(*measured);
    } else if (const auto* number = measured->as_int()) {
      row.value = *number;
    } else {
      row.error = "measure: a number is expected";
      return row;
    }
  }
  for (const auto& [name, program] : figure.split) {
    auto key = packs::evaluate(*program, scope);
    row.split.push_back(key ? std::move(*key) : Value{});
  }
  return row;
}

}  // namespace bashu::views
