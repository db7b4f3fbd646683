#include "site/site.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include "api/problem.h"
#include "base/thread.h"
#include "http/caching.h"
#include "site/pages.h"

namespace bashu::site {

namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";
// Of the map of minutes, which takes the script of its slider along.
constexpr std::string_view kScripted = "; script-src 'self'; connect-src 'self'";

// Which page a path is.
Answered routed(Ask& ask) {
  const std::vector<std::string>& path = ask.links.here().path;
  const std::size_t size = path.size();
  const auto is = [&](std::size_t at, std::string_view name) {
    return size > at && path[at] == name;
  };
  if (size == 0) return overview_page(ask);
  if (is(0, "numbers") && size == 1) return numbers_page(ask);
  const std::string id = size > 2 ? path[1] + "/" + path[2] : "";
  if (is(0, "figures")) {
    if (size == 1) return figures_page(ask);
    if (size == 3) return figure_page(ask, id);
    if (size == 4) return path[3] == "records" ? rows_page(ask, id) : figure_file(ask, id, path[3]);
  }
  if (is(0, "registers")) {
    if (size == 1) return registers_page(ask);
    if (size == 3) return register_page(ask, id);
    if (size == 4) return register_file(ask, id, path[3]);
    if (size == 5 && path[3] == "records") return record_page(ask, id, path[4]);
  }
  if (is(0, "services") && size == 1) return services_page(ask);
  if (is(0, "services") && size == 3) return service_page(ask, id);
  if (is(0, "map") && size == 1) return map_page(ask);
  if (is(0, "map") && is(1, "lines") && size == 2) return lines_page(ask);
  if (is(0, "map") && is(1, "lines") && size == 3) return lines_file(ask, path[2]);
  if (is(0, "network") && size == 1) return network_page(ask);
  if (is(0, "network") && is(1, "journey")) {
    if (size == 2) return journey_page(ask);
    if (size == 3) return journey_file(ask, path[2]);
  }
  if (is(0, "network") && is(1, "region")) {
    if (size == 2) return region_page(ask);
    if (size == 3) return region_file(ask, path[2]);
  }
  if (is(0, "network") && is(1, "missed")) {
    if (size == 2) return missed_page(ask);
    if (size == 3) return missed_file(ask, path[2]);
  }
  if (is(0, "network") && size == 2) return network_file(ask, path[1]);
  if (is(0, "check") && size <= 2) return check_page(ask, size == 2 ? path[1] : "");
  if (is(0, "journal") && size == 2) return entry_page(ask, path[1]);
  if (is(0, "journal") && size == 3 && path[2] == "proof.txt") return entry_proof(ask, path[1]);
  return std::nullopt;
}

Query query_of(std::string_view text) {
  constexpr std::size_t kMembersMax = 16;
  Query query;
  while (!text.empty() && query.size() < kMembersMax) {
    const auto end = text.find('&');
    const std::string_view one = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = one.find('=');
    std::string value{equals == std::string_view::npos ? "" : one.substr(equals + 1)};
    for (char& c : value) c = c == '+' ? ' ' : c;  // as forms write a space
    const auto name = http::percent_decode(one.substr(0, equals));
    const auto decoded = http::percent_decode(value);
    if (name && decoded && !decoded->empty()) query[*name] = *decoded;
  }
  return query;
}

http::Response redirection(std::string to) {
  http::Response response = http::text_response(302, "text/plain; charset=utf-8", "");
  response.headers.push_back({"Location", std::move(to)});
  response.headers.push_back({"Vary", "Accept-Language"});
  return response;
}

http::Response response_of(Answer answer, bool scripted = false) {
  http::Response response = http::text_response(answer.status, answer.type, std::move(answer.body));
  std::string policy{kPolicy};
  if (scripted) policy += kScripted;
  response.headers.push_back({"Content-Security-Policy", std::move(policy)});
  if (answer.status == 200) {
    response.headers.push_back({"Cache-Control", "public, max-age=5"});
  }
  return response;
}

// A page as it is sent. `tag` is empty of what is not kept.
struct Kept {
  http::Response plain, compressed;
  std::string tag;
};

std::shared_ptr<const Kept> kept_as(http::Response response) {
  auto kept = std::make_shared<Kept>();
  kept->plain = std::move(response);
  if (kept->plain.status != 200) return kept;
  kept->tag = http::etag_of(kept->plain.body);
  http::Request any;
  kept->plain = http::tagged(any, std::move(kept->plain), kept->tag);
  any.headers.push_back({"Accept-Encoding", "gzip"});
  kept->compressed = kept->plain;
  http::compress(any, kept->compressed);
  return kept;
}

}  // namespace

std::vector<packs::PackPtr> packs_of(views::Views& views) {
  const auto found = views.read({}, [](views::Session& session) {
    std::map<std::string, const views::PackVersion*> newest;
    for (const auto& [digest, version] : session.catalogue.packs) {
      const views::PackVersion*& held = newest[version.pack->name];
      if (!held || held->position < version.position) held = &version;
    }
    std::vector<packs::PackPtr> list;
    for (const auto& [name, version] : newest) list.push_back(version->pack);
    return list;
  });
  return found.value_or(std::vector<packs::PackPtr>{});
}

struct Site::Core {
  struct Waiting {
    http::Request request;
    http::Reply reply;
  };

  Parts parts;
  std::mutex mutex;
  std::condition_variable work_came;
  std::deque<Waiting> waiting;
  bool ending = false;
  std::shared_ptr<const Sources> sources;
  std::chrono::steady_clock::time_point read_at;
  std::unordered_map<std::string, std::shared_ptr<const Kept>> kept;
  std::size_t kept_bytes = 0;
  std::vector<std::jthread> threads;

  explicit Core(Parts given) : parts{std::move(given)} {
    for (int i = 0; i < parts.workers; ++i) {
      threads.push_back(named_thread<std::jthread>("bashu-site", [this] { work(); }));
    }
  }
  void end() {
    {
      const std::lock_guard lock{mutex};
      ending = true;
    }
    work_came.notify_all();
    threads.clear();
  }

  void work() {
    while (true) {
      std::unique_lock lock{mutex};
      work_came.wait(lock, [&] { return ending || !waiting.empty(); });
      if (waiting.empty()) return;
      Waiting next = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      next.reply(answer(next.request));
    }
  }

  // What pages are made of now. Under the lock.
  std::shared_ptr<const Sources> current() {
    const auto now = std::chrono::steady_clock::now();
    const auto fresh = std::chrono::milliseconds{parts.fresh_ms};
    if (sources && now - read_at < fresh) return sources;
    read_at = now;
    auto views = parts.views();
    const std::uint64_t entries = views->entries();
    const views::At at = entries ? views::At{entries - 1} : std::nullopt;
    const Date today = parts.today();
    if (sources && sources->views == views && sources->at == at && sources->today == today) {
      return sources;
    }
    auto packs = packs_of(*views);
    sources = std::make_shared<const Sources>(
        Sources{.views = std::move(views),
                .at = at,
                .published = parts.published,
                .article = parts.article,
                .map = parts.map,
                .packs = std::move(packs),
                .today = today,
                .edition = parts.published->rows.empty() ? today : parts.published->as_of,
                .proof = parts.proof,
                .codes = parts.codes});
    kept.clear();
    kept_bytes = 0;
    return sources;
  }

  // nullptr: it has to be made.
  std::shared_ptr<const Kept> kept_page(const std::string& target) {
    const std::lock_guard lock{mutex};
    (void)current();
    const auto it = kept.find(target);
    return it == kept.end() ? nullptr : it->second;
  }
  void keep(const std::string& target, const std::shared_ptr<const Sources>& from,
            std::shared_ptr<const Kept> response) {
    const std::lock_guard lock{mutex};
    if (sources != from) return;  // it is old already
    const std::size_t size =
        target.size() + response->plain.body.size() + response->compressed.body.size();
    if (kept_bytes + size > parts.kept_bytes_max) {
      kept.clear();
      kept_bytes = 0;
    }
    if (kept.emplace(target, std::move(response)).second) kept_bytes += size;
  }

  // The page, or that the asker has it, compressed once for all who take it so.
  static http::Response sent(const http::Request& request, const Kept& page) {
    if (page.tag.empty()) return page.plain;
    if (http::known_to(request, page.tag)) {
      return {.status = 304, .headers = page.plain.headers};
    }
    return http::takes_gzip(request) ? page.compressed : page.plain;
  }

  http::Response answer(const http::Request& request) {
    if (auto at_once = without_a_page(request)) return std::move(*at_once);
    if (const auto page = kept_page(request.target)) return sent(request, *page);
    std::shared_ptr<const Sources> from;
    {
      const std::lock_guard lock{mutex};
      from = current();
    }
    const auto made = kept_as(made_page(request, *from));
    if (!made->tag.empty()) keep(request.target, from, made);
    return sent(request, *made);
  }

  // What is answered the same at any position; nullopt: a page.
  static std::optional<http::Response> without_a_page(const http::Request& request) {
    if (request.method != "GET" && request.method != "HEAD") {
      return http::problem(405, "wrong_method");
    }
    if (request.path() == "/") {
      return redirection("/" + api::preferred_language(request.header("Accept-Language")) + "/");
    }
    // As the code on a paper leads here.
    if (request.path() == "/check" || request.path().starts_with("/check/")) {
      return redirection("/" + api::preferred_language(request.header("Accept-Language")) +
                         std::string{request.target});
    }
    if (request.path() == "/site.css") {
      static const auto kStyle = kept_asset("site.css", "text/css; charset=utf-8");
      return sent(request, *kStyle);
    }
    if (request.path() == "/years.js") {
      static const auto kYears = kept_asset("years.js", "text/javascript; charset=utf-8");
      return sent(request, *kYears);
    }
    return std::nullopt;
  }

  static std::shared_ptr<const Kept> kept_asset(std::string_view name, std::string_view type) {
    http::Response file = http::text_response(200, type, std::string{asset(name)});
    file.headers.push_back({"Cache-Control", "public, max-age=300"});
    return kept_as(std::move(file));
  }

  static http::Response made_page(const http::Request& request, const Sources& from) {
    auto segments = request.segments();
    if (!segments || segments->empty()) return http::problem(404, "not_found");
    Target target{.language = segments->front(), .path = {}, .query = query_of(request.query())};
    if (target.language != "en" && target.language != "zh") {
      return http::problem(404, "not_found");
    }
    target.path.assign(segments->begin() + 1, segments->end());
    if (!target.path.empty() && target.path.back().empty()) target.path.pop_back();
    Links links{target, false};
    Ask ask{.from = from, .links = links};
    auto answered = routed(ask);
    if (!answered) {
      return response_of(message_page(ask, 500, "site.failed", "site.failed_text"));
    }
    if (!*answered)
      return response_of(message_page(ask, 404, "site.not_found", "site.not_found_text"));
    return response_of(std::move(**answered), target.path == std::vector<std::string>{"network"});
  }
};

Site::Site(Parts parts) : core_{std::make_unique<Core>(std::move(parts))} {}
Site::~Site() { core_->end(); }

void Site::handle(http::Request request, http::Reply reply) {
  if (auto at_once = Core::without_a_page(request)) return reply(std::move(*at_once));
  if (const auto page = core_->kept_page(request.target)) return reply(Core::sent(request, *page));
  {
    const std::lock_guard lock{core_->mutex};
    if (!core_->ending && core_->waiting.size() < core_->parts.waiting_max) {
      core_->waiting.push_back({.request = std::move(request), .reply = std::move(reply)});
      core_->work_came.notify_one();
      return;
    }
  }
  reply(http::problem(503, "busy"));
}

http::Response Site::answer(const http::Request& request) { return core_->answer(request); }

std::expected<std::optional<FixedPage>, Fault> fixed_page(const Sources& from,
                                                          const Target& target) {
  Links links{target, true};
  Ask ask{.from = from, .links = links};
  auto answered = routed(ask);
  if (!answered) return std::unexpected{answered.error()};
  if (!*answered) return std::nullopt;
  return FixedPage{.answer = std::move(**answered), .links = links.found()};
}

}  // namespace bashu::site
