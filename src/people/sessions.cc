#include "people/sessions.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "node/files.h"

namespace bashu::people {

namespace {

constexpr std::size_t kSecretBytes = 32;

}  // namespace

Sessions::Sessions(std::filesystem::path file, Limits limits)
    : file_{std::move(file)}, limits_{limits} {
  const auto text = node::read_file(file_);
  if (!text) return;
  const auto parsed = parse_json(*text, {.depth = 8, .values = 1'000'000});
  if (!parsed || !parsed->as_list()) return;
  for (const Value& value : *parsed->as_list()) {
    sessions_.insert_or_assign(value.text_at("sha256"),
                               Session{.user = value.text_at("user"),
                                       .credential = value.text_at("credential"),
                                       .csrf = value.text_at("csrf"),
                                       .provider = value.find("provider") != nullptr,
                                       .acr = value.text_at("acr"),
                                       .began_ms = value.int_at("began_ms"),
                                       .used_ms = value.int_at("used_ms")});
  }
}

std::expected<std::string, Fault> Sessions::begin(Session session, std::string_view random,
                                                  std::int64_t now_ms) {
  BASHU_ASSERT(random.size() >= 2 * kSecretBytes);
  std::string token = base64url(random.substr(0, kSecretBytes));
  session.csrf = base64url(random.substr(kSecretBytes, kSecretBytes));
  session.began_ms = session.used_ms = now_ms;
  const std::lock_guard lock{mutex_};
  std::erase_if(sessions_, [&](const auto& one) { return over(one.second, now_ms); });
  auto oldest = sessions_.end();
  std::size_t open = 0;
  for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
    if (it->second.user != session.user) continue;
    ++open;
    if (oldest == sessions_.end() || it->second.used_ms < oldest->second.used_ms) oldest = it;
  }
  if (open >= limits_.per_user) sessions_.erase(oldest);
  sessions_.insert_or_assign(hex(sha256(token)), std::move(session));
  if (auto kept = keep(); !kept) return std::unexpected{kept.error()};
  return token;
}

std::optional<Session> Sessions::find(std::string_view token, std::int64_t now_ms) {
  const std::string digest = hex(sha256(token));
  const std::lock_guard lock{mutex_};
  const auto it = sessions_.find(digest);
  if (it == sessions_.end()) return std::nullopt;
  if (over(it->second, now_ms)) {
    sessions_.erase(it);
    return std::nullopt;
  }
  it->second.used_ms = std::max(it->second.used_ms, now_ms);
  return it->second;
}

std::optional<Session> Sessions::look(std::string_view token, std::int64_t now_ms) {
  const std::lock_guard lock{mutex_};
  const auto it = sessions_.find(hex(sha256(token)));
  if (it == sessions_.end() || over(it->second, now_ms)) return std::nullopt;
  return it->second;
}

void Sessions::end(std::string_view token) {
  const std::lock_guard lock{mutex_};
  // A file that cannot be written brings the session back only after a restart, within its time.
  if (sessions_.erase(hex(sha256(token))) > 0) static_cast<void>(keep());
}

std::int64_t Sessions::ends_ms(const Session& session) const {
  return std::min(session.used_ms + limits_.idle_ms, session.began_ms + limits_.whole_ms);
}

bool Sessions::over(const Session& session, std::int64_t now_ms) const {
  return now_ms >= ends_ms(session) || now_ms < session.began_ms;
}

std::expected<void, Fault> Sessions::keep() {
  Value::List list;
  for (const auto& [digest, session] : sessions_) {
    Value::Record one{
        {"sha256", digest},          {"user", session.user}, {"credential", session.credential},
        {"csrf", session.csrf},      {"acr", session.acr},   {"began_ms", session.began_ms},
        {"used_ms", session.used_ms}};
    if (session.provider) one["provider"] = Value{true};
    list.push_back(std::move(one));
  }
  return node::write_file(file_, canonical_json(list) + "\n");
}

}  // namespace bashu::people
