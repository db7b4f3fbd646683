// A thin client of a node's API.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/value.h"
#include "main/commands.h"
#include "packs/pack.h"

namespace bashu::cli {

struct ClientRequest {
  std::string method = "GET";
  std::string path;  // after /api/v1, with query
  std::string body{};
  std::string content_type = "application/json";
  std::string idempotency_key{};
  std::string document{};  // the name of the file that the body is
};
// Where the API of --api is, with its prefix, which may stand in the option or not.
[[nodiscard]] std::string api_base(const Remote& remote);
// The answer as data; or the exit code of what was told about the refusal.
[[nodiscard]] std::expected<Value, Exit> call(const Console& console, const Remote& remote,
                                              const ClientRequest& request);
// The answer as it came.
[[nodiscard]] std::expected<std::string, Exit> call_text(const Console& console,
                                                         const Remote& remote,
                                                         const ClientRequest& request);
// Deposits a file's bytes; gives the value that a form takes.
[[nodiscard]] std::expected<Value, Exit> deposit(const Console& console, const Remote& remote,
                                                 const std::string& name, std::string bytes);
// The same, printed: as JSON, or what a write gives.
Exit call_and_print(const Console& console, const Remote& remote, const ClientRequest& request);
// Whether the answer says that it waits for a second person; then so is said, or printed as JSON.
[[nodiscard]] bool waits_for_second(const Console& console, const Remote& remote,
                                    const Value& answer);
void print_json(const Console& console, const Value& value);
// What an answer warns of, each on a line of its own.
void print_warnings(const Console& console, const Value& answer);

// A pack the node holds, by name or digest; the refusal is told.
[[nodiscard]] std::expected<packs::PackPtr, Exit> held_pack(const Console& console,
                                                            const Remote& remote,
                                                            const std::string& name);

}  // namespace bashu::cli
