#include "api/call.h"

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "base/json.h"
#include "desk/authority.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr JsonLimits kBodyLimits{.depth = 32, .values = 1'000'000};

}  // namespace

http::Response json_response(const Value& body, int status) {
  return http::text_response(status, "application/json", canonical_json(body) + "\n");
}

Problem malformed(std::string where, std::string en, std::string zh) {
  return problem_of(reject(RejectCode::malformed, std::move(where), std::move(en), std::move(zh)));
}

std::expected<Value, Problem> json_body(const Call& call,
                                        const std::vector<std::string_view>& allowed) {
  const std::string_view media = call.request.header("Content-Type");
  if (!media.empty() && !media.starts_with("application/json")) {
    return std::unexpected{wrong_media("application/json")};
  }
  auto body = parse_json(call.request.body, kBodyLimits);
  if (!body) {
    const Title why = texts::title("json." + body.error().code,
                                   {{"byte", std::to_string(body.error().offset + 1)}});
    return std::unexpected{malformed({}, in_language(why, "en"), in_language(why, "zh"))};
  }
  if (!body->as_record()) {
    return std::unexpected{
        malformed({}, "The body must be a JSON object.", "正文必须是 JSON 对象。")};
  }
  for (const auto& [name, member] : *body->as_record()) {
    if (std::ranges::find(allowed, name) == allowed.end()) {
      return std::unexpected{malformed(name, "Unknown member.", "未知成员。")};
    }
  }
  return std::move(*body);
}

std::expected<std::string, Problem> text_member(const Value& body, std::string_view name,
                                                bool required) {
  const Value* member = body.find(name);
  if (!member && !required) return std::string{};
  if (!member || !member->as_text() || (required && member->as_text()->empty())) {
    return std::unexpected{
        malformed(std::string{name}, "A text is expected here.", "此处应为文本。")};
  }
  return *member->as_text();
}

std::optional<Problem> needs_admin(const Call& call) {
  if (call.key->allows("admin")) return std::nullopt;
  return forbidden("This needs `admin`.", "须有 admin 权限。");
}

std::optional<Problem> needs_admin_or_audit(const Call& call) {
  if (call.key->allows("admin") || desk::may_everywhere(*call.key, "audit")) return std::nullopt;
  return forbidden("This needs `admin` or `audit`.", "须有 admin 或 audit 权限。");
}

std::optional<std::uint64_t> number_parameter(const Call& call, std::string_view name) {
  const auto text = call.request.parameter(name);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

std::optional<Date> date_parameter(const Call& call, std::string_view name) {
  return Date::parse(call.parameter(name));
}

namespace {

// The same members in another order are the same request.
std::string as_one_writes(const std::string& body) {
  const auto value = parse_json(body, kBodyLimits);
  return value ? canonical_json(*value) : body;
}

}  // namespace

core::Asker asker(const Call& call, std::vector<std::string> roles) {
  core::Asker by;
  by.principal = call.key->principal();
  by.roles = std::move(roles);
  by.divisions = call.key->divisions;
  by.idempotency_key = std::string{call.request.header("Idempotency-Key")};
  if (!by.idempotency_key.empty()) {
    by.request_digest = hex(sha256(call.request.method + "\n" + std::string{call.request.path()} +
                                   "\n" + as_one_writes(call.request.body)));
  }
  return by;
}

core::Asker officer(const Call& call, std::string_view pack_name) {
  std::vector<std::string> roles = call.key->roles_in(pack_name);
  for (const std::string& act : call.key->may) {
    if (std::ranges::find(roles, act) == roles.end()) roles.push_back(act);
  }
  return asker(call, std::move(roles));
}

}  // namespace bashu::api
