// Sign-in, sign-out, and who asks: what a page needs before anything else.

#include "api/handlers.h"
#include "people/entrance.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

Value session_value(Context& context, const Principal& who,
                    const std::optional<people::Session>& session) {
  Value::Record roles;
  for (const auto& [pack, names] : who.roles) roles.emplace(pack, list_of(names));
  Value::Record value{{"id", who.id},
                      {"name", who.name},
                      {"principal", who.principal()},
                      {"kind", who.kind == Principal::Kind::key ? "key" : "account"},
                      {"party", context.node.identity().party},
                      {"roles", std::move(roles)},
                      {"divisions", list_of(who.divisions)},
                      {"may", list_of(who.may)}};
  if (!session) return value;
  value["csrf"] = session->csrf;
  value["ends_ms"] = context.entrance.ends_ms(*session);
  if (!session->acr.empty()) value["acr"] = session->acr;
  const auto account = context.entrance.roster().find(session->user);
  if (account && account->who->may != who.may) value["stronger"] = list_of(account->who->may);
  return value;
}

}  // namespace

Problem problem_of(const people::NotIn& not_in) {
  using Why = people::NotIn::Why;
  Problem problem;
  switch (not_in.why) {
    case Why::wrong:
      problem.status = 401;
      problem.code = "credentials";
      problem.title = texts::title("signin.wrong");
      break;
    case Why::wait: {
      const std::int64_t seconds = (not_in.wait_ms + 999) / 1'000;
      problem.status = 429;
      problem.code = "wait";
      problem.title = texts::title("signin.wait", {{"seconds", std::to_string(seconds)}});
      problem.retry_after_s = static_cast<int>(seconds);
      break;
    }
    case Why::unsafe:
      problem.status = 403;
      problem.code = "unsafe";
      problem.title = texts::title("signin.unsafe");
      break;
    case Why::unknown:
      problem.status = 403;
      problem.code = "no_account";
      problem.title = texts::title("signin.unknown");
      break;
    case Why::failed:
      problem.status = 503;
      problem.code = "signin";
      problem.title = texts::title("signin.failed");
      break;
  }
  return problem;
}

// Another site can make a browser post a form here, but not JSON.
Result sign_in(Context& context, const Call& call) {
  if (!call.request.header("Content-Type").starts_with("application/json")) {
    return std::unexpected{wrong_media("application/json")};
  }
  const auto body = json_body(call, {"user", "password"});
  if (!body) return std::unexpected{body.error()};
  const auto user = text_member(*body, "user");
  if (!user) return std::unexpected{user.error()};
  const auto password = text_member(*body, "password");
  if (!password) return std::unexpected{password.error()};
  const auto guest = context.entrance.sign_in(*user, *password, call.request);
  context.signed_in({.account = context.entrance.roster().find(*user) ? *user : std::string{},
                     .way = "password",
                     .outcome = guest ? "in" : problem_of(guest.error()).code,
                     .remote = call.request.remote});
  if (!guest) return std::unexpected{problem_of(guest.error())};
  http::Response response = json_response(session_value(context, *guest->who, guest->session));
  people::Entrance::hand_cookie(response, guest->token);
  return response;
}

Result show_session(Context& context, const Call& call) {
  return json_response(session_value(context, *call.key, call.session));
}

Result sign_out(Context& context, const Call& call) {
  http::Response response{.status = 204};
  if (call.session) {
    if (call.request.header(kCsrfHeader) != call.session->csrf) {
      return std::unexpected{not_from_our_page()};
    }
    context.entrance.sign_out(call.token);
    people::Entrance::hand_cookie(response, {});
    response.headers.push_back({"Clear-Site-Data", "\"cache\""});  // what a browser kept of it
  }
  return response;
}

}  // namespace bashu::api
