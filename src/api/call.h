// One request on its way through the API, and what may come of it.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/identifiers.h"
#include "api/problem.h"
#include "base/value.h"
#include "core/command.h"
#include "http/message.h"
#include "people/principal.h"
#include "people/sessions.h"

namespace bashu::views {
class Views;
}

namespace bashu::api {

using people::Principal;

// Sent by our pages with every write of a session.
inline constexpr std::string_view kCsrfHeader = "X-CSRF-Token";

struct Call {
  http::Request request;
  std::map<std::string, std::string, std::less<>> path;  // variable parts of the path, by name
  std::string language;                                  // zh, en
  std::shared_ptr<const Principal> key;                  // who asks; null for what needs none
  std::optional<people::Session> session;                // if it came by a cookie
  std::string token;                                     // of the session
  std::shared_ptr<views::Views> views;                   // for this request

  [[nodiscard]] const std::string& part(std::string_view name) const {
    return path.find(name)->second;
  }
  [[nodiscard]] std::string parameter(std::string_view name) const {
    return request.parameter(name).value_or(std::string{});
  }
};

using Result = std::expected<http::Response, Problem>;

// A command, ready for the node.
struct Write {
  core::Command command;
  Value request;         // what was asked, for the evidence: nothing personal in clear
  std::string evidence;  // instead of the command record, where it is something else
  std::vector<Warning> warnings;
  std::vector<std::string>
      new_keys;  // of the vault; forgotten again unless the command takes effect
  std::vector<std::string> documents{};  // deposited before; handed in if the command takes effect
  int status = 200;                      // if it is done
  std::vector<Problem::Part> faults{};   // all of its form, told if it is refused for one of them
  bool office = false;        // an officer's act: other parties learn who (api/vouching.h)
  Value::Record told_once{};  // joins the answer when it took effect, and is kept nowhere
  // Of lines of a batch, by their number, that another node of this party decides: what it is
  // called and where it is reached.
  std::map<std::size_t, Value::Record> ways{};
};
using Prepared = std::expected<std::variant<Write, http::Response>, Problem>;

[[nodiscard]] http::Response json_response(const Value& body, int status = 200);

// The body as strict JSON: a record with no members but `allowed`.
[[nodiscard]] std::expected<Value, Problem> json_body(const Call& call,
                                                      const std::vector<std::string_view>& allowed);
[[nodiscard]] Problem malformed(std::string where, std::string en, std::string zh);
// A member of the body by type; malformed if it is there and of another type, or required and
// absent.
[[nodiscard]] std::expected<std::string, Problem> text_member(const Value& body,
                                                              std::string_view name,
                                                              bool required = true);
[[nodiscard]] std::optional<Problem> needs_admin(const Call& call);
// An auditor of all divisions will do.
[[nodiscard]] std::optional<Problem> needs_admin_or_audit(const Call& call);
// Of the query, which odd_query() (query.h) has judged before a handler runs; nullopt if absent.
[[nodiscard]] std::optional<std::uint64_t> number_parameter(const Call& call,
                                                            std::string_view name);
[[nodiscard]] std::optional<Date> date_parameter(const Call& call, std::string_view name);

// Who asks, for the core, with these roles; the Idempotency-Key and what it stands for.
[[nodiscard]] core::Asker asker(const Call& call, std::vector<std::string> roles);
// The same with what the key `may` do as roles: for acts that no pack declares.
[[nodiscard]] core::Asker officer(const Call& call, std::string_view pack_name = {});

}  // namespace bashu::api
