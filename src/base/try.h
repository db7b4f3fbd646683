// What failed goes up as it is; what went well is taken out.
//
//     BASHU_TRY(const Definition of, definition_of(d, c));   // a value, or return its error
//     BASHU_TRY_OK(may_act(d, by, id));                       // nothing, or return its error
//
// For every std::expected whose error the calling function gives back too.
#pragma once

#include <expected>
#include <utility>

#define BASHU_JOIN_(a, b) a##b
#define BASHU_JOIN(a, b) BASHU_JOIN_(a, b)

#define BASHU_TRY_AS(result, value, ...)                                      \
  auto result = (__VA_ARGS__);                                                \
  if (!result.has_value()) return std::unexpected{std::move(result).error()}; \
  value = *std::move(result)

#define BASHU_TRY(value, ...) BASHU_TRY_AS(BASHU_JOIN(try_, __LINE__), value, __VA_ARGS__)

#define BASHU_TRY_OK(...)                                   \
  do {                                                      \
    if (auto try_ok = (__VA_ARGS__); !try_ok.has_value()) { \
      return std::unexpected{std::move(try_ok).error()};    \
    }                                                       \
  } while (false)
