#include "http/mounts.h"

#include <algorithm>

namespace bashu::http {

namespace {

bool fits(std::string_view prefix, std::string_view path) {
  if (prefix == "/") return true;
  if (!path.starts_with(prefix)) return false;
  return path.size() == prefix.size() || path[prefix.size()] == '/';
}

void add_unless_there(Response& response, std::string_view name, std::string_view value) {
  if (response.header(name).empty()) {
    response.headers.push_back({std::string{name}, std::string{value}});
  }
}

}  // namespace

void Mounts::add(std::string prefix, Handler handler) {
  mounts_.emplace_back(std::move(prefix), std::move(handler));
  std::ranges::stable_sort(mounts_, std::greater{},
                           [](const auto& mount) { return mount.first.size(); });
}

void Mounts::handle(Request request, Reply reply) const {
  for (const auto& [prefix, handler] : mounts_) {
    if (fits(prefix, request.path())) return handler(std::move(request), std::move(reply));
  }
  reply(problem(404, "not_found"));
}

Handler application(std::string prefix, std::shared_ptr<const Files> files) {
  return [prefix = std::move(prefix), files = std::move(files)](const Request& request,
                                                                const Reply& reply) {
    if (request.method != "GET") {
      Response response = problem(405, "method");
      response.headers.push_back({"Allow", "GET, HEAD"});
      return reply(std::move(response));
    }
    const std::string_view path = request.path();
    if (path == prefix) {
      Response response{.status = 308};
      response.headers.push_back({"Location", prefix + "/"});
      return reply(std::move(response));
    }
    const auto name = percent_decode(path.substr(prefix.size() + 1));
    if (!name) return reply(problem(400, "malformed"));
    reply(files->serve_page(request, *name));
  };
}

void guard(Response& response, bool tls) {
  add_unless_there(response, "Content-Security-Policy",
                   "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
                   "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
  add_unless_there(response, "X-Content-Type-Options", "nosniff");
  add_unless_there(response, "Referrer-Policy", "no-referrer");
  add_unless_there(response, "Cross-Origin-Opener-Policy", "same-origin");
  add_unless_there(response, "Cross-Origin-Resource-Policy", "same-origin");
  add_unless_there(response, "Permissions-Policy",
                   "camera=(), geolocation=(), microphone=(), payment=()");
  add_unless_there(response, "Cache-Control", "no-store");
  if (tls) add_unless_there(response, "Strict-Transport-Security", "max-age=31536000");
}

Handler guarded(Handler inner, bool tls) {
  return [inner = std::move(inner), tls](Request request, const Reply& reply) {
    inner(std::move(request), [reply, tls](Response response) {
      guard(response, tls);
      reply(std::move(response));
    });
  };
}

}  // namespace bashu::http
