// Why a request was not done, as an RFC 9457 problem document in the reader's language.
//
//     Reject   code and number of base/error.h; the mapping to statuses is status_of()
//     others   codes of the edge, without number: see the constants below
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/title.h"
#include "base/value.h"
#include "http/message.h"
#include "texts/texts.h"

namespace bashu::api {

struct Problem {
  int status = 500;
  std::string code;
  int number = 0;  // of a Reject; 0: none
  Title title;     // what kind of problem it is
  Title detail;    // this one; may be empty
  struct Part {
    std::string where;  // path into the request, e.g. `with.loads[2].mass`; may be empty
    Title why;
  };
  std::vector<Part> errors;
  int retry_after_s = 0;  // > 0: header Retry-After
  Value::Record more;     // further members
};

// The HTTP status of a refusal.
[[nodiscard]] int status_of(RejectCode code);
[[nodiscard]] Title title_of(RejectCode code);
[[nodiscard]] Problem problem_of(const Reject& reject);
// The engineer's words stay in the log: the asker reads only what can be done.
[[nodiscard]] Problem problem_of(const Fault& fault);

// Codes of the edge.
[[nodiscard]] Problem unauthenticated();                          // 401
[[nodiscard]] Problem not_from_our_page();                        // 403: no X-CSRF-Token
[[nodiscard]] Problem forbidden(std::string en, std::string zh);  // 403
[[nodiscard]] Problem not_found();  // 404: no such resource, or not yours to see
[[nodiscard]] Problem wrong_method(std::string_view allowed);  // 405
[[nodiscard]] Problem wrong_media(std::string_view wanted);    // 415
[[nodiscard]] Problem busy(int retry_after_s);                 // 429
[[nodiscard]] Problem too_many_documents(std::size_t most);    // 409: hand some in first
// 503 `pseudonyms_<why>`: persons cannot be named now (exchange/pseudonyms.h).
[[nodiscard]] Problem unnamed(std::string_view why, const texts::Places& places, int retry_after_s);
[[nodiscard]] Problem behind(std::string_view position);  // 504: views have not got there yet

// Of a request that was given up before anybody read it whole, so also before its language was
// known.
[[nodiscard]] Problem unread(int status);

// `zh` if the reader prefers it to English, else `en`.
[[nodiscard]] std::string preferred_language(std::string_view accept_language);

[[nodiscard]] Value problem_document(const Problem& problem, const std::string& language);
[[nodiscard]] http::Response problem_response(const Problem& problem, const std::string& language);
// {"code","number","title","errors"} of a refused line inside a larger answer.
[[nodiscard]] Value refusal_value(const Reject& reject, const std::string& language);

}  // namespace bashu::api
