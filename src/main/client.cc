#include "main/client.h"

#include <ostream>
#include <utility>

#include "api/api.h"
#include "base/json.h"
#include "http/client.h"
#include "http/message.h"
#include "http/tls.h"
#include "node/files.h"
#include "packs/load.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

constexpr int kTimeoutMs = 120'000;
constexpr JsonLimits kAnswer{.depth = 64, .values = 10'000'000};

void print_problem(const Console& console, const Value& problem, int status) {
  console.err << console.say("refused: ", "已拒绝：") << problem.text_at("title") << " ("
              << problem.text_at("code", std::to_string(status)) << ")\n";
  const std::string detail = problem.text_at("detail");
  const Value* errors = problem.find("errors");
  if (!errors || !errors->as_list()) {
    if (!detail.empty()) console.err << "  " << detail << '\n';
    return;
  }
  for (const Value& error : *errors->as_list()) {
    const std::string where = error.text_at("where");
    console.err << "  " << where << (where.empty() ? "" : ": ") << error.text_at("why") << '\n';
  }
}

}  // namespace

std::string api_base(const Remote& remote) {
  std::string base = remote.api;
  while (base.ends_with('/')) base.pop_back();
  if (!base.ends_with(api::kPrefix)) base += api::kPrefix;
  return base;
}

std::expected<std::string, Exit> call_text(const Console& console, const Remote& remote,
                                           const ClientRequest& request) {
  if (remote.api.empty()) {
    return std::unexpected{console.fail("--api URL (or BASHU_API) is needed",
                                        "需要 --api URL（或环境变量 BASHU_API）")};
  }
  http::Request asked;
  asked.method = request.method;
  asked.headers = {{"Authorization", "Bearer " + remote.key},
                   {"Accept-Language", console.language},
                   {"Accept", "application/json"}};
  if (request.method != "GET") asked.headers.push_back({"Content-Type", request.content_type});
  if (!request.idempotency_key.empty()) {
    asked.headers.push_back({"Idempotency-Key", request.idempotency_key});
  }
  if (!request.document.empty()) {
    asked.headers.push_back({"X-Document-Name", http::percent_encode(request.document)});
  }
  asked.body = request.body;
  const std::string base = api_base(remote);
  http::TlsContext tls;
  if (base.starts_with("https://")) {
    if (remote.ca.empty()) {
      return std::unexpected{console.fail("https needs --ca FILE", "https 需要 --ca FILE")};
    }
    const auto pem = node::read_file(remote.ca);
    if (!pem) return std::unexpected{console.fail(pem.error())};
    auto context = http::open_client({*pem});
    if (!context) return std::unexpected{console.fail(context.error())};
    tls = std::move(*context);
  }
  const auto answer = http::fetch(base + request.path, asked, tls, kTimeoutMs);
  if (!answer) return std::unexpected{console.fail(answer.error())};
  if (answer->status >= 400) {
    print_problem(console, parse_json(answer->body, kAnswer).value_or(Value{}), answer->status);
    // 5xx and 429: nothing was said about the request itself.
    const bool refused = answer->status < 500 && answer->status != 429;
    return std::unexpected{refused ? Exit::refused : Exit::usage};
  }
  return std::move(answer->body);
}

std::expected<Value, Exit> call(const Console& console, const Remote& remote,
                                const ClientRequest& request) {
  const auto text = call_text(console, remote, request);
  if (!text) return std::unexpected{text.error()};
  auto body = parse_json(*text, kAnswer);
  if (!body) {
    return std::unexpected{
        console.fail("the answer is not JSON: is this the address of a node's API?",
                     "应答不是 JSON：该地址是节点的 API 吗？")};
  }
  return std::move(*body);
}

std::expected<Value, Exit> deposit(const Console& console, const Remote& remote,
                                   const std::string& name, std::string bytes) {
  return call(console, remote,
              {.method = "POST",
               .path = "/documents",
               .body = std::move(bytes),
               .content_type = "application/octet-stream",
               .document = name});
}

void print_json(const Console& console, const Value& value) {
  console.out << pretty_json(value) << '\n';
}

void print_warnings(const Console& console, const Value& answer) {
  const Value* warnings = answer.find("warnings");
  if (!warnings || !warnings->as_list()) return;
  for (const Value& warning : *warnings->as_list()) {
    console.err << console.say("warning: ", "警告：") << warning.text_at("where") << ": "
                << warning.text_at("why") << '\n';
  }
}

bool waits_for_second(const Console& console, const Remote& remote, const Value& answer) {
  if (!answer.find("approval")) return false;
  if (remote.json) {
    print_json(console, answer);
  } else {
    console.out << texts::text(console.language, "approval.waits",
                               {{"number", std::to_string(answer.int_at("approval"))}})
                << '\n';
  }
  return true;
}

Exit call_and_print(const Console& console, const Remote& remote, const ClientRequest& request) {
  const auto answer = call(console, remote, request);
  if (!answer) return answer.error();
  if (remote.json) {
    print_json(console, *answer);
    return Exit::done;
  }
  if (const Value::Record* record = answer->as_record()) {
    for (const auto& [name, value] : *record) {
      console.out << name << ": " << (value.as_text() ? *value.as_text() : canonical_json(value))
                  << '\n';
    }
  }
  return Exit::done;
}

std::expected<packs::PackPtr, Exit> held_pack(const Console& console, const Remote& remote,
                                              const std::string& name) {
  const auto held = call(console, remote, {.path = "/packs/" + http::percent_encode(name)});
  if (!held) return std::unexpected{held.error()};
  const Value* source = held->find("source");
  packs::Loaded loaded = packs::load(source ? *source : Value{});
  if (loaded.pack) return loaded.pack;
  return std::unexpected{
      console.fail("this program cannot read the pack " + name, "本版本无法读取业务包 " + name)};
}

}  // namespace bashu::cli
