// Whether, where and in which language somebody is told by e-mail.

#include "notices/notices.h"

#include <utility>

#include "api/handlers.h"
#include "http/message.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

// A person at a page: a key has no mail.
std::optional<Problem> needs_person(const Call& call) {
  if (call.session) return std::nullopt;
  return forbidden(texts::text("en", "notices.own_session"),
                   texts::text("zh", "notices.own_session"));
}

Problem no_mail() {
  Problem problem;
  problem.status = 503;
  problem.code = "no_mail";
  problem.title = texts::title("notices.none");
  return problem;
}

Problem problem_of(notices::NotNow why) {
  using enum notices::NotNow;
  const auto form = [](const char* where, const char* key) {
    return api::problem_of(
        Reject{.code = RejectCode::form, .where = where, .why = {texts::title(key)}});
  };
  switch (why) {
    case no_address:
      return form("address", "notices.no_address");
    case no_code:
      return form("code", "notices.no_code");
    case wrong_code:
      return form("code", "notices.wrong_code");
    case too_many: {
      Problem problem;
      problem.status = 429;
      problem.code = "wait";
      problem.title = texts::title("notices.too_many");
      problem.retry_after_s = 3'600;
      return problem;
    }
    case failed:
      break;
  }
  return no_mail();
}

Value told(Context& context, const Call& call) {
  if (!context.notices) return Value::Record{{"sends", false}};
  Value::Record answer{{"sends", true}};
  if (const auto one = context.notices->of(call.key->principal())) {
    answer["address"] = one->address;
    answer["language"] = one->language;
    answer["confirmed"] = one->confirmed;
  }
  return answer;
}

}  // namespace

Result show_notices(Context& context, const Call& call) {
  if (auto problem = needs_person(call)) return std::unexpected{std::move(*problem)};
  return json_response(told(context, call));
}

Prepared subscribe_notices(Context& context, const Call& call) {
  if (auto problem = needs_person(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {"address", "language"});
  if (!body) return std::unexpected{body.error()};
  const auto address = text_member(*body, "address");
  if (!address) return std::unexpected{address.error()};
  const auto language = text_member(*body, "language", false);
  if (!language) return std::unexpected{language.error()};
  if (!context.notices) return std::unexpected{no_mail()};
  const auto done = context.notices->subscribe(call.key->principal(), *address,
                                               language->empty() ? call.language : *language);
  if (!done) return std::unexpected{problem_of(done.error())};
  return json_response(told(context, call));
}

Prepared confirm_notices(Context& context, const Call& call) {
  if (auto problem = needs_person(call)) return std::unexpected{std::move(*problem)};
  const auto body = json_body(call, {"code"});
  if (!body) return std::unexpected{body.error()};
  const auto code = text_member(*body, "code");
  if (!code) return std::unexpected{code.error()};
  if (!context.notices) return std::unexpected{no_mail()};
  const auto done = context.notices->confirm(call.key->principal(), *code);
  if (!done) return std::unexpected{problem_of(done.error())};
  return json_response(told(context, call));
}

Result end_notices(Context& context, const Call& call) {
  if (auto problem = needs_person(call)) return std::unexpected{std::move(*problem)};
  if (context.notices) context.notices->end(call.key->principal());
  return http::Response{.status = 204};
}

}  // namespace bashu::api
