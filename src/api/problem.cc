#include "api/problem.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/json.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

Title both(const char* en, const char* zh) { return {{"en", en}, {"zh", zh}}; }

struct Kind {
  RejectCode code;
  int status;
  const char* en;
  const char* zh;
};
constexpr Kind kKinds[] = {
    {RejectCode::unknown_case, 404, "There is no such case.", "没有这个办件。"},
    {RejectCode::exists, 409, "This exists already with other content.", "已存在，且内容不同。"},
    {RejectCode::not_owner, 409, "The case is with another party now.", "办件目前由另一方办理。"},
    {RejectCode::state, 409, "This step is not possible in the present state.",
     "当前状态下不能办理此步骤。"},
    {RejectCode::role, 403, "This role may not do this.", "该角色无权办理。"},
    {RejectCode::form, 422, "The form is not filled in correctly.", "表单填写有误。"},
    {RejectCode::guard, 422, "The conditions are not met.", "不符合办理条件。"},
    {RejectCode::holds, 422, "A rule that must always hold would be broken.",
     "将违反必须始终成立的规则。"},
    {RejectCode::floor, 422, "The balance does not suffice.", "余额不足。"},
    {RejectCode::not_keeper, 409, "Another party keeps this record.", "该记录由另一方维护。"},
    {RejectCode::error, 422, "A computation of the pack failed.", "业务包中的计算出错。"},
    {RejectCode::conflict, 409, "The case has changed since the form was opened.",
     "打开表单后办件已有变化。"},
    {RejectCode::disputed, 409, "The case is disputed and waits for a joint act.",
     "办件存在争议，需各方共同处理。"},
    {RejectCode::unknown_pack, 404, "This pack is not adopted here.", "本节点未采用此业务包。"},
    {RejectCode::unknown_service, 404, "The pack has no such service.", "业务包中没有此服务。"},
    {RejectCode::unknown_register, 404, "The pack has no such register.", "业务包中没有此登记册。"},
    {RejectCode::unknown_feed, 404, "The pack has no such feed.", "业务包中没有此数据流。"},
    {RejectCode::channel_full, 503, "Too many messages wait for the other party.",
     "等待对方接收的消息过多。"},
    {RejectCode::too_large, 413, "The request is too large.", "请求过大。"},
    {RejectCode::jurisdiction, 403, "This lies outside your divisions.",
     "不属于您负责的行政区划。"},
    {RejectCode::not_ready, 503, "The node is not ready for this.", "节点尚未就绪。"},
    {RejectCode::malformed, 400, "The request cannot be read.", "无法读取该请求。"},
    {RejectCode::not_found, 404, "There is no such thing here.", "未找到。"},
    {RejectCode::chain, 409, "This does not continue what is held here.",
     "与本节点所存内容不衔接。"},
    {RejectCode::elsewhere, 421, "Another node of this party decides this.",
     "由本方的另一节点办理。"},
    {RejectCode::signature, 403, "A signature is missing or not valid.", "签名缺失或无效。"},
};

const Kind& kind_of(RejectCode code) {
  const auto* it = std::ranges::find(kKinds, code, &Kind::code);
  static constexpr Kind kUnknown{RejectCode{}, 500, "Refused.", "已拒绝。"};
  return it == std::end(kKinds) ? kUnknown : *it;
}

Problem edge(int status, const char* code, const char* en, const char* zh) {
  Problem problem;
  problem.status = status;
  problem.code = code;
  problem.title = both(en, zh);
  return problem;
}

Value::List parts(const std::vector<Problem::Part>& errors, const std::string& language) {
  Value::List list;
  for (const Problem::Part& part : errors) {
    list.push_back(Value::Record{{"where", part.where}, {"why", in_language(part.why, language)}});
  }
  return list;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The weight of one language range in thousandths: `;q=0.8` is 800; nullopt if it is misspelt.
std::optional<int> weight(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return 1'000;
  const std::string_view text = trim(parameters.substr(q + 2));
  if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5) return std::nullopt;
  int value = (text[0] - '0') * 1'000;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int place = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    value += (c - '0') * place;
    place /= 10;
  }
  return std::min(value, 1'000);
}

}  // namespace

int status_of(RejectCode code) { return kind_of(code).status; }

Title title_of(RejectCode code) { return both(kind_of(code).en, kind_of(code).zh); }

Problem problem_of(const Reject& reject) {
  Problem problem;
  problem.status = status_of(reject.code);
  problem.code = reject_name(reject.code);
  problem.number = static_cast<int>(reject.code);
  problem.title = title_of(reject.code);
  if (!reject.why.empty()) problem.detail = reject.why.front();
  for (const Title& why : reject.why) problem.errors.push_back({reject.where, why});
  if (reject.why.empty() && !reject.where.empty()) {
    problem.errors.push_back({reject.where, problem.title});
  }
  if (problem.status == 503) problem.retry_after_s = 30;
  return problem;
}

Problem problem_of(const Fault& fault) {
  if (fault.unknown_outcome) {
    return edge(500, "unknown_outcome",
                "It is not known whether this was done; ask again with the same Idempotency-Key.",
                "无法确定是否已办理；请使用相同的 Idempotency-Key 重新提交。");
  }
  return edge(503, "fault", "The node cannot do this now; nothing was changed.",
              "节点暂时无法办理；未作任何更改。");
}

Problem unauthenticated() {
  return edge(401, "unauthenticated", "A valid API key is needed: Authorization: Bearer SECRET.",
              "需要有效的 API 密钥：Authorization: Bearer SECRET。");
}
Problem not_from_our_page() {
  Problem problem;
  problem.status = 403;
  problem.code = "csrf";
  problem.title = texts::title("signin.csrf");
  return problem;
}
Problem forbidden(std::string en, std::string zh) {
  Problem problem = edge(403, "forbidden", "This key may not do this.", "该密钥无权进行此操作。");
  problem.detail = {{"en", std::move(en)}, {"zh", std::move(zh)}};
  return problem;
}
Problem not_found() {
  return edge(404, "not_found", "There is nothing here, or nothing you may see.",
              "不存在，或您无权查看。");
}
Problem wrong_method(std::string_view allowed) {
  Problem problem =
      edge(405, "method", "This resource does not take this method.", "该资源不支持此方法。");
  problem.more.emplace("allow", allowed);
  return problem;
}
Problem wrong_media(std::string_view wanted) {
  Problem problem = edge(415, "media_type", "The Content-Type is not one that is taken here.",
                         "不支持该 Content-Type。");
  problem.more.emplace("accept", wanted);
  return problem;
}
Problem busy(int retry_after_s) {
  Problem problem = edge(429, "busy", "The node has too much to do; try again shortly.",
                         "节点繁忙，请稍后重试。");
  problem.retry_after_s = retry_after_s;
  return problem;
}
Problem too_many_documents(std::size_t most) {
  Problem problem = edge(409, "too_many_documents", "Too many documents wait for their forms.",
                         "待随表单提交的文件过多。");
  const std::string number = std::to_string(most);
  problem.detail = {{"en", "At most " + number + "; hand some in first."},
                    {"zh", "最多 " + number + " 份，请先提交其中一部分。"}};
  return problem;
}
Problem unnamed(std::string_view why, const texts::Places& places, int retry_after_s) {
  Problem problem;
  problem.status = 503;
  problem.code = "pseudonyms_" + std::string{why};
  problem.title = texts::title("pseudonyms.refused");
  problem.detail = texts::title("pseudonyms." + std::string{why}, places);
  problem.retry_after_s = retry_after_s;
  return problem;
}
Problem behind(std::string_view position) {
  Problem problem =
      edge(504, "behind", "The views have not reached this position yet.", "视图尚未到达该位置。");
  problem.more.emplace("views", position);
  problem.retry_after_s = 1;
  return problem;
}

Problem unread(int status) {
  switch (status) {
    case 401:
      return unauthenticated();
    case 413:
      return problem_of(reject(RejectCode::too_large, {}));
    case 431:
      return edge(431, "header_too_large", "The headers are too large.", "请求头过大。");
    case 503: {
      Problem problem = busy(1);
      problem.status = status;
      return problem;
    }
    default:
      return problem_of(reject(RejectCode::malformed, {}));
  }
}

std::string preferred_language(std::string_view accept_language) {
  int zh = 0;
  int en = 0;
  int ranges = 0;
  while (!accept_language.empty() && ranges++ < 64) {
    const std::size_t comma = accept_language.find(',');
    const std::string_view item = trim(accept_language.substr(0, comma));
    accept_language.remove_prefix(comma == std::string_view::npos ? accept_language.size()
                                                                  : comma + 1);
    const std::size_t semicolon = item.find(';');
    const std::string_view tag = trim(item.substr(0, semicolon));
    const auto q =
        weight(semicolon == std::string_view::npos ? std::string_view{} : item.substr(semicolon));
    if (!q || tag.size() < 2) continue;
    const auto is = [&](char a, char b) {
      return (tag[0] | 0x20) == a && (tag[1] | 0x20) == b && (tag.size() == 2 || tag[2] == '-');
    };
    if (is('z', 'h')) zh = std::max(zh, *q);
    if (is('e', 'n')) en = std::max(en, *q);
  }
  // Order decides nothing between equals but that Chinese was named at all.
  return zh > 0 && zh >= en ? "zh" : "en";
}

Value problem_document(const Problem& problem, const std::string& language) {
  Value::Record record = problem.more;
  record["type"] = Value{"urn:bashu:problem:" + problem.code};
  record["status"] = Value{problem.status};
  record["code"] = Value{problem.code};
  if (problem.number != 0) record["number"] = Value{problem.number};
  record["title"] = Value{in_language(problem.title, language)};
  if (!problem.detail.empty()) record["detail"] = Value{in_language(problem.detail, language)};
  if (!problem.errors.empty()) record["errors"] = parts(problem.errors, language);
  return record;
}

http::Response problem_response(const Problem& problem, const std::string& language) {
  http::Response response =
      http::text_response(problem.status, "application/problem+json",
                          canonical_json(problem_document(problem, language)) + "\n");
  response.headers.push_back({"Content-Language", language});
  if (problem.retry_after_s > 0) {
    response.headers.push_back({"Retry-After", std::to_string(problem.retry_after_s)});
  }
  if (problem.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  if (const auto allow = problem.more.find("allow"); allow != problem.more.end()) {
    response.headers.push_back({"Allow", allow->second.as_text() ? *allow->second.as_text() : ""});
  }
  return response;
}

Value refusal_value(const Reject& reject, const std::string& language) {
  const Problem problem = problem_of(reject);
  Value::Record record{{"code", problem.code},
                       {"number", problem.number},
                       {"title", in_language(problem.title, language)}};
  if (!problem.errors.empty()) record["errors"] = parts(problem.errors, language);
  return record;
}

}  // namespace bashu::api
