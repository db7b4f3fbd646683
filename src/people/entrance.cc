#include "people/entrance.h"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include "http/cookies.h"
#include "people/secrets.h"

namespace bashu::people {

namespace {

// Of this host and over TLS only; browsers keep it over plain HTTP too where that stays within the
// machine.
constexpr const char* kCookie = "__Host-bashu-session";
constexpr std::size_t kSessionRandom = 64;

std::string token_of(const http::Request& request) {
  return std::string{http::cookie(request, kCookie)};
}

// RFC 6750, section 2.1; the name of the scheme is written in any case (RFC 9110, section 11.1).
std::optional<std::string_view> bearer_secret(const http::Request& request) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view said = request.header("Authorization");
  if (!boost::beast::iequals(said.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  return said.substr(kScheme.size());
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
}

// What a wrong name is compared with, so that it takes as long as a wrong password.
const std::string& nobodys_hash() {
  static const std::string kHash = hash_password("nobody's password");
  return kHash;
}

}  // namespace

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Entrance::Entrance(const std::filesystem::path& dir, Roster& roster, node::Chance& chance,
                   Settings settings)
    : roster_{roster},
      chance_{chance},
      settings_{std::move(settings)},
      sessions_{dir / "sessions.json", settings_.sessions},
      per_account_{{.free = 5, .longest_ms = 60'000}},
      per_address_{{.free = 20}} {
  if (!settings_.provider) return;
  openid_ = std::make_unique<OpenId>(*settings_.provider, dir,
                                     [this](std::size_t count) { return random(count); });
}

std::string Entrance::random(std::size_t count) {
  const std::lock_guard lock{chance_mutex_};
  return chance_.bytes(count);
}

bool Entrance::safe(const http::Request& request) const {
  return request.tls || settings_.origin.starts_with("https://") || is_loopback(request.remote);
}

void Entrance::hand_cookie(http::Response& response, std::string_view token) {
  http::Cookie cookie{.name = kCookie, .value = std::string{token}};
  if (token.empty()) cookie.lives_s = 0;
  http::set_cookie(response, cookie);
}

std::shared_ptr<const Principal> Entrance::owner_of(const Session& session) {
  const auto account = roster_.find(session.user);
  if (!account || account->credential != session.credential) return nullptr;
  const bool stepped = !settings_.provider || settings_.provider->acr.empty() ||
                       session.acr == settings_.provider->acr;
  if (stepped || account->who->may.empty()) return account->who;
  auto less = std::make_shared<Principal>(*account->who);
  less->may.clear();
  return less;
}

Guest Entrance::who(const http::Request& request) {
  if (const auto secret = bearer_secret(request)) {
    return {.who = roster_.find_key(*secret), .session = {}, .token = {}};
  }
  Guest guest;
  guest.token = token_of(request);
  if (guest.token.empty()) return {};
  guest.session = sessions_.find(guest.token, now_ms());
  if (!guest.session) return {};
  guest.who = owner_of(*guest.session);
  if (guest.who) return guest;
  sessions_.end(guest.token);
  return {};
}

bool Entrance::still(const Guest& guest) {
  if (!guest.session) return guest.who != nullptr;
  const auto session = sessions_.look(guest.token, now_ms());
  return session && owner_of(*session) != nullptr;
}

std::expected<Guest, NotIn> Entrance::sign_in(const std::string& user, std::string_view password,
                                              const http::Request& request) {
  const auto account = prove(user, password, request);
  if (!account) return std::unexpected{account.error()};
  return begin(**account, std::nullopt, request);
}

std::expected<std::shared_ptr<const Account>, NotIn> Entrance::prove(const std::string& user,
                                                                     std::string_view password,
                                                                     const http::Request& request) {
  if (!safe(request)) {
    return std::unexpected{NotIn{.why = NotIn::Why::unsafe}};
  }
  const std::int64_t now = now_ms();
  const std::int64_t wait =
      std::max(per_account_.wait_ms(user, now), per_address_.wait_ms(request.remote, now));
  if (wait > 0) return std::unexpected{NotIn{.why = NotIn::Why::wait, .wait_ms = wait}};
  const auto account = roster_.find(user);
  const bool has_one = account && !account->password.empty();
  bool fits = false;
  {
    const std::lock_guard lock{hashing_};
    fits = password.size() <= kPasswordMax &&
           password_fits(password, has_one ? account->password : nobodys_hash());
  }
  if (!fits || !has_one) {
    per_account_.wrong(user, now);
    per_address_.wrong(request.remote, now);
    return std::unexpected{NotIn{.why = NotIn::Why::wrong}};
  }
  per_account_.right(user);
  return account;
}

std::expected<Guest, NotIn> Entrance::begin(const Account& account, std::optional<std::string> acr,
                                            const http::Request& request) {
  if (const std::string before = token_of(request); !before.empty()) sessions_.end(before);
  const std::int64_t now = now_ms();
  Guest guest;
  auto token = sessions_.begin({.user = account.who->id,
                                .credential = account.credential,
                                .csrf = {},
                                .provider = acr.has_value(),
                                .acr = std::move(acr).value_or(std::string{})},
                               random(kSessionRandom), now);
  if (!token) {
    return std::unexpected{NotIn{.why = NotIn::Why::failed, .what = token.error().what}};
  }
  guest.token = std::move(*token);
  guest.session = sessions_.find(guest.token, now);
  guest.who = owner_of(*guest.session);
  return guest;
}

}  // namespace bashu::people
