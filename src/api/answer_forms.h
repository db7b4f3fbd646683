// What the routes answer, for the OpenAPI document: a client can be generated from it, and a test
// holds every answer of a running node against it (tests/e2e/test_openapi.py).
#pragma once

#include <optional>
#include <string_view>

#include "base/value.h"

namespace bashu::api {

// JSON Schemas of what several answers hold, by name: `Case`, `Task` and the like.
[[nodiscard]] Value::Record answer_parts();
// Of a successful answer in JSON; nullopt: it is not described. `path` as in routes.cc, without the
// mark of several parts.
[[nodiscard]] std::optional<Value> answer_form(std::string_view method, std::string_view path);

}  // namespace bashu::api
