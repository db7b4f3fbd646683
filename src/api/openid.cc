// Sign-in through a provider: the browser goes there and comes back with a code.

#include "people/openid.h"

#include "api/handlers.h"
#include "http/cookies.h"
#include "people/entrance.h"

namespace bashu::api {

namespace {

constexpr const char* kSignInCookie = "__Host-bashu-signin";
constexpr const char* kBack = "/api/v1/session/openid/back";

// A path of ours, so that nobody is sent elsewhere by a link that begins here.
std::string own_path(std::string path) {
  const bool ours = path.starts_with('/') && !path.starts_with("//") &&
                    path.find('\\') == std::string::npos &&
                    path.find_first_of("\r\n\t ") == std::string::npos;
  return ours ? path : "/";
}

http::Response to(int status, const std::string& where) {
  http::Response response{.status = status};
  response.headers.push_back({"Location", where});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

// The page where it was begun says what became of it.
http::Response told(const std::string& next, std::string_view outcome) {
  const char before = next.find('?') == std::string::npos ? '?' : '&';
  return to(303, next + before + "signin=" + std::string{outcome});
}

}  // namespace

Result ways_in(Context& context, const Call& /*call*/) {
  Value::Record ways{{"password", true}};
  if (const auto& provider = context.entrance.settings().provider) {
    ways["openid"] = Value::Record{{"title", provider->title}, {"issuer", provider->issuer}};
  }
  return json_response(ways);
}

Result begin_openid(Context& context, const Call& call) {
  people::OpenId* openid = context.entrance.openid();
  if (!openid) return std::unexpected{not_found()};
  const std::string next = own_path(call.parameter("next"));
  auto begun = openid->begin(origin_of(context, call) + kBack, next, people::now_ms());
  if (!begun) {
    context.note("openid", begun.error().what);
    return told(next, "failed");
  }
  http::Response response = to(302, begun->url);
  // The provider's page leads back by a link, which carries cookies that are Lax.
  http::set_cookie(response, {.name = kSignInCookie, .value = begun->browser, .lives_s = 600});
  return response;
}

Result finish_openid(Context& context, const Call& call) {
  people::OpenId* openid = context.entrance.openid();
  if (!openid) return std::unexpected{not_found()};
  const auto finished = openid->finish(call.parameter("state"), call.parameter("code"),
                                       http::cookie(call.request, kSignInCookie),
                                       origin_of(context, call) + kBack, people::now_ms());
  const auto gone = [](http::Response response) {
    http::set_cookie(response, {.name = kSignInCookie, .value = "", .lives_s = 0});
    return response;
  };
  const auto tell = [&](const std::string& account, const char* outcome) {
    context.signed_in(
        {.account = account, .way = "openid", .outcome = outcome, .remote = call.request.remote});
  };
  if (!finished) {
    context.note("openid", finished.error().what);
    tell({}, "failed");
    return gone(told("/", "failed"));
  }
  const auto account =
      context.entrance.roster().find_by(finished->who.issuer, finished->who.subject);
  if (!account) {
    tell({}, "no_account");
    return gone(told(finished->next, "no_account"));
  }
  const auto guest = context.entrance.begin(*account, finished->who.acr, call.request);
  tell(account->who->id, guest ? "in" : "failed");
  if (!guest) return gone(told(finished->next, "failed"));
  http::Response response = gone(to(303, finished->next));
  people::Entrance::hand_cookie(response, guest->token);
  return response;
}

}  // namespace bashu::api
