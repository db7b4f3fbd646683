#include "people/settings.h"

#include <set>
#include <utility>

#include "base/json.h"
#include "http/message.h"
#include "node/files.h"

namespace bashu::people {

namespace {

using Members = std::set<std::string, std::less<>>;

// The first member that is none of these; empty if there is none.
std::string unknown_in(const Value& value, const Members& known) {
  if (!value.as_record()) return "(not a record)";
  for (const auto& [name, unused] : *value.as_record()) {
    if (!known.contains(name)) return name;
  }
  return {};
}

// A password and a token travel in clear only within one machine.
bool is_safe_url(const std::string& text) {
  const auto url = http::parse_url(text);
  return url && (url->tls || url->host == "127.0.0.1" || url->host == "localhost");
}

}  // namespace

std::expected<Settings, Fault> read_settings(const std::filesystem::path& dir) {
  const auto file = dir / "web.json";
  Settings settings;
  if (!std::filesystem::exists(file)) return settings;
  const auto fault = [&](const std::string& what) {
    return std::unexpected{Fault{.what = file.string() + ": " + what}};
  };
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{text.error()};
  const auto parsed = parse_json(*text, {.depth = 8, .values = 1'000});
  if (!parsed) return fault("not valid JSON");
  const std::string odd =
      unknown_in(*parsed, {"origin", "idle_minutes", "session_hours", "openid"});
  if (!odd.empty()) return fault("unknown member `" + odd + "`");
  settings.origin = parsed->text_at("origin");
  if (!settings.origin.empty() && !is_safe_url(settings.origin)) {
    return fault("origin must be an https address, or http on this machine");
  }
  while (settings.origin.ends_with('/')) settings.origin.pop_back();
  const std::int64_t idle = parsed->int_at("idle_minutes", 30);
  const std::int64_t whole = parsed->int_at("session_hours", 12);
  if (idle < 1 || idle > 24 * 60 || whole < 1 || whole > 24 * 7) {
    return fault("idle_minutes is 1 to 1440, session_hours 1 to 168");
  }
  settings.sessions.idle_ms = idle * 60'000;
  settings.sessions.whole_ms = whole * 3'600'000;
  const Value* openid = parsed->find("openid");
  if (!openid) return settings;
  const std::string strange =
      unknown_in(*openid, {"issuer", "client", "secret", "ca", "title", "acr"});
  if (!strange.empty()) return fault("openid: unknown member `" + strange + "`");
  Provider provider{.issuer = openid->text_at("issuer"),
                    .client = openid->text_at("client"),
                    .secret = openid->text_at("secret"),
                    .ca = openid->text_at("ca"),
                    .title = openid->text_at("title"),
                    .acr = openid->text_at("acr")};
  if (!is_safe_url(provider.issuer) || provider.client.empty()) {
    return fault("openid: issuer (https, or http on this machine) and client are needed");
  }
  settings.provider = std::move(provider);
  return settings;
}

}  // namespace bashu::people
