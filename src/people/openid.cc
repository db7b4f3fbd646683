#include "people/openid.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "http/client.h"
#include "http/message.h"
#include "node/files.h"
#include "people/id_token.h"

namespace bashu::people {

namespace {

constexpr std::size_t kPendingMax = 10'000;
constexpr std::int64_t kPendingMs = 10 * 60'000;
constexpr std::int64_t kKnownMs = 10 * 60'000;
constexpr int kPatienceMs = 10'000;

std::string with_query(const std::string& url,
                       const std::vector<std::pair<std::string_view, std::string>>& members) {
  std::string out = url;
  char before = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : members) {
    out.append(1, before).append(name).append("=").append(http::percent_encode(value));
    before = '&';
  }
  return out;
}

}  // namespace

OpenId::OpenId(Provider provider, std::filesystem::path dir,
               std::function<std::string(std::size_t)> random)
    : provider_{std::move(provider)}, dir_{std::move(dir)}, random_{std::move(random)} {}

std::expected<http::TlsContext, Fault> OpenId::tls() const {
  if (!provider_.issuer.starts_with("https://")) return nullptr;
  if (provider_.ca.empty()) return http::open_client_to_anybody();
  const auto pem = node::read_file(dir_ / provider_.ca);
  if (!pem) return std::unexpected{pem.error()};
  return http::open_client(http::certificates_of(*pem));
}

std::expected<Value, Fault> OpenId::ask(const std::string& url, const std::string& form) {
  const auto context = tls();
  if (!context) return std::unexpected{context.error()};
  http::Request request;
  request.headers = {{"Accept", "application/json"}};
  if (!form.empty()) {
    request.method = "POST";
    request.body = form;
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    if (!provider_.secret.empty()) {
      const std::string pair =
          http::percent_encode(provider_.client) + ":" + http::percent_encode(provider_.secret);
      request.headers.push_back({"Authorization", "Basic " + base64(pair)});
    }
  }
  const auto answer = http::fetch(url, std::move(request), *context, kPatienceMs);
  if (!answer) return std::unexpected{answer.error()};
  if (answer->status != 200) {
    return std::unexpected{Fault{url + " answered " + std::to_string(answer->status)}};
  }
  auto parsed = parse_json(answer->body, {.depth = 16, .values = 10'000});
  if (!parsed) return std::unexpected{Fault{url + " answered no JSON"}};
  return std::move(*parsed);
}

std::expected<OpenId::Known, Fault> OpenId::known(std::int64_t now_ms, bool afresh) {
  {
    const std::lock_guard lock{mutex_};
    if (!afresh && now_ms < known_.until_ms) return known_;
  }
  std::string issuer = provider_.issuer;
  while (issuer.ends_with('/')) issuer.pop_back();
  const auto said = ask(issuer + "/.well-known/openid-configuration");
  if (!said) return std::unexpected{said.error()};
  if (said->text_at("issuer") != provider_.issuer) {
    return std::unexpected{Fault{"the provider calls itself " + said->text_at("issuer")}};
  }
  Known now{.authorization = said->text_at("authorization_endpoint"),
            .token = said->text_at("token_endpoint"),
            .keys = {},
            .until_ms = now_ms + kKnownMs};
  const std::string where = said->text_at("jwks_uri");
  for (const std::string& url : {now.authorization, now.token, where}) {
    // Nothing of a provider reached by TLS is asked for in clear.
    const auto parsed = http::parse_url(url);
    if (!parsed || parsed->tls != provider_.issuer.starts_with("https://")) {
      return std::unexpected{Fault{"the provider names an address that cannot be used: " + url}};
    }
  }
  auto keys = ask(where);
  if (!keys) return std::unexpected{keys.error()};
  now.keys = std::move(*keys);
  const std::lock_guard lock{mutex_};
  known_ = now;
  return now;
}

std::expected<OpenId::Begun, Fault> OpenId::begin(const std::string& back, const std::string& next,
                                                  std::int64_t now_ms) {
  const auto provider = known(now_ms, false);
  if (!provider) return std::unexpected{provider.error()};
  const std::string state = base64url(random_(32));
  Pending pending{.verifier = base64url(random_(32)),
                  .nonce = base64url(random_(16)),
                  .browser = base64url(random_(32)),
                  .next = next,
                  .until_ms = now_ms + kPendingMs};
  std::vector<std::pair<std::string_view, std::string>> query{
      {"response_type", "code"},
      {"client_id", provider_.client},
      {"redirect_uri", back},
      {"scope", "openid"},
      {"state", state},
      {"nonce", pending.nonce},
      {"code_challenge", base64url(as_bytes(sha256(pending.verifier)))},
      {"code_challenge_method", "S256"}};
  if (!provider_.acr.empty()) query.emplace_back("acr_values", provider_.acr);
  Begun begun{.url = with_query(provider->authorization, query), .browser = pending.browser};
  const std::lock_guard lock{mutex_};
  std::erase_if(pending_, [&](const auto& one) { return one.second.until_ms < now_ms; });
  if (pending_.size() >= kPendingMax) return std::unexpected{Fault{"too many sign-ins at once"}};
  pending_.emplace(state, std::move(pending));
  return begun;
}

std::expected<OpenId::Finished, Fault> OpenId::finish(const std::string& state,
                                                      const std::string& code,
                                                      std::string_view browser,
                                                      const std::string& back,
                                                      std::int64_t now_ms) {
  Pending pending;
  {
    const std::lock_guard lock{mutex_};
    const auto it = pending_.find(state);
    if (it == pending_.end())
      return std::unexpected{Fault{"no sign-in of this state is under way"}};
    pending = std::move(it->second);
    pending_.erase(it);
  }
  if (pending.until_ms < now_ms || pending.browser != browser) {
    return std::unexpected{Fault{"the sign-in was begun long ago or in another browser"}};
  }
  auto provider = known(now_ms, false);
  if (!provider) return std::unexpected{provider.error()};
  std::string form = with_query("", {{"grant_type", "authorization_code"},
                                     {"code", code},
                                     {"redirect_uri", back},
                                     {"client_id", provider_.client},
                                     {"code_verifier", pending.verifier}});
  const auto tokens = ask(provider->token, form.substr(1));
  if (!tokens) return std::unexpected{tokens.error()};
  const std::string token = tokens->text_at("id_token");
  const Expected expected{.issuer = provider_.issuer,
                          .client = provider_.client,
                          .nonce = pending.nonce,
                          .now_s = now_ms / 1'000};
  auto who = verify_id_token(token, provider->keys, expected);
  if (!who) {  // the provider may have changed its keys since they were asked for
    provider = known(now_ms, true);
    if (!provider) return std::unexpected{provider.error()};
    who = verify_id_token(token, provider->keys, expected);
  }
  if (!who) return std::unexpected{who.error()};
  return Finished{.who = std::move(*who), .next = std::move(pending.next)};
}

}  // namespace bashu::people
