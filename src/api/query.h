// What the query of a request may hold: one table for the check, which reads it as strictly as a
// body, and for the OpenAPI document.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/problem.h"
#include "api/routes.h"
#include "api/shelf.h"

namespace bashu::api {

struct Parameter {
  enum class Is : std::uint8_t {
    text,    // anything, but something
    key,     // anything: the key of an account of its own kind is empty
    number,  // whole, not negative
    flag,    // true or false
    date,
    rows,     // 1 to 1,000
    period,   // two dates
    month,    // 2026-03
    clock,    // 08:30
    minutes,  // 1 to 1,440
    place,    // `next` of the answer before: its handler opens it
    moment,   // a position, a date or a time: its handler finds it
    pack,     // names of what is held here
    service,
    state,
    party,
    plays,
    within,  // `pack/service` or `pack/register`
  };
  std::string_view name;
  Is is{};
  std::string_view what;
};
// In order of their names.
[[nodiscard]] const std::vector<Parameter>& query_parameters();

// What is wrong with the form of a query: a filter that is spelled wrongly is not one that lets
// everything through. nullopt: nothing.
[[nodiscard]] std::optional<Problem> odd_query(const Route& route, const http::Request& request);
// Whether it names what is not there; the packs and parties are those of the shelf.
[[nodiscard]] std::optional<Problem> odd_name(const Route& route, const http::Request& request,
                                              Shelves& shelves);

}  // namespace bashu::api
