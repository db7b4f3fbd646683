// The resources of the API: which method and path is which handler. The OpenAPI document lists
// exactly these.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/api.h"
#include "api/call.h"
#include "api/context.h"

namespace bashu::api {

// Of a route whose query somebody else writes.
inline constexpr std::string_view kAnyQuery = "*";

using Read = Result (*)(Context&, const Call&);
using Prepare = Prepared (*)(Context&, const Call&);

struct Route {
  std::string_view method;
  // After the prefix. `{name}` is one part, `{name+}` one or more: ids of cases contain `/`.
  std::string_view path;
  std::variant<Read, Prepare> handler;
  std::string_view what;     // one line of English for the document
  std::string_view query{};  // names of the query's members, between spaces: see openapi.cc
  bool open = false;         // needs no key
  // Whether it is prepared, or read, on the thread that heard it: from memory, in microseconds, or
  // because it must be answered while all others wait.
  bool (*at_once)(Context&, const Call&) = nullptr;
};
[[nodiscard]] const std::vector<Route>& routes();

struct Matched {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> parts;
};
struct NoRoute {
  std::string allowed;  // methods the path takes; empty: no such path
};
// `segments`: decoded parts of the path after the prefix. A case's id may come as one part
// (`sichuan-1%2Ftrip1`) or as several.
[[nodiscard]] std::variant<Matched, NoRoute> match(std::string_view method,
                                                   const std::vector<std::string>& segments);

}  // namespace bashu::api
