// What the log of a node says of requests and of who came in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bashu::api {

// A request that was answered.
struct Answered {
  const std::string& method;
  std::string_view path;  // without query
  int status = 0;
  std::int64_t ms = 0;
  const std::string& key;     // who asked; empty: nobody knows
  const std::string& remote;  // the address it came from
};

// Who tried to come in. `account` is empty if there is none of that name: what was typed there may
// be a password.
struct SignIn {
  std::string account, way, outcome, remote;
};

}  // namespace bashu::api
