#include "api/api.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>

#include "api/claims.h"
#include "api/context.h"
#include "api/form_faults.h"
#include "api/health.h"
#include "api/pace.h"
#include "api/query.h"
#include "api/routes.h"
#include "api/vouching.h"
#include "base/thread.h"
#include "views/follower.h"

namespace bashu::api {

namespace {

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool is_true(const Call& call, std::string_view name) { return call.parameter(name) == "true"; }

// What is wrong with a line of a batch that was not sent on, as `lines[7].person` says.
Value::List faults_of_line(const Write& what, std::size_t line, const std::string& language) {
  const std::string place = "[" + std::to_string(line) + "]";
  Value::List errors;
  for (const Problem::Part& part : what.faults) {
    const std::size_t at = part.where.find('[');
    if (at == std::string::npos || part.where.compare(at, place.size(), place) != 0) continue;
    const std::size_t field = at + place.size() + 1;
    errors.push_back(
        Value::Record{{"where", field < part.where.size() ? part.where.substr(field) : ""},
                      {"why", in_language(part.why, language)}});
  }
  return errors;
}

// Where to go with a line that another node of this party decides.
void tell_way(const Write& what, std::size_t line, const Reject& why, Value::Record& to) {
  const auto way = what.ways.find(line);
  if (why.code != RejectCode::elsewhere || way == what.ways.end()) return;
  for (const auto& [name, value] : way->second) to.insert_or_assign(name, value);
}

// The answer to a write that was decided.
http::Response done_response(const node::Done& done, const Write& what, const std::string& language,
                             bool took_effect, bool dry_run) {
  Value answer = done.decision.answer;
  if (!answer.as_record()) answer = Value::Record{};
  Value::Record& record = *answer.as_record();
  if (dry_run) {
    record["dry_run"] = true;
  } else {
    record["position"] = done.position;
  }
  if (!done.decision.refused.empty()) {
    Value::List refused;
    for (const core::RefusedLine& line : done.decision.refused) {
      Value one = refusal_value(line.why, language);
      one.as_record()->insert_or_assign("line", line.line);
      tell_way(what, line.line, line.why, *one.as_record());
      if (auto errors = faults_of_line(what, line.line, language); !errors.empty()) {
        one.as_record()->insert_or_assign("errors", std::move(errors));
      }
      refused.push_back(std::move(one));
    }
    record["refusals"] = std::move(refused);
  }
  if (took_effect) {
    for (const auto& [name, value] : what.told_once) record.insert_or_assign(name, value);
  }
  if (!what.warnings.empty()) {
    Value::List list;
    for (const Warning& warning : what.warnings) {
      list.push_back(
          Value::Record{{"where", warning.where}, {"why", in_language(warning.why, language)}});
    }
    record["warnings"] = std::move(list);
  }
  return json_response(answer, dry_run ? 200 : what.status);
}

constexpr int kBackAfterS = 5;  // when one that ends is asked again

}  // namespace

struct Api::Core {
  // Who waits for an answer, and what the log says of it.
  struct Asked {
    http::Reply reply;
    std::int64_t since_ms = 0;
    std::string method, path, language, key, remote;
  };
  // A request with a right to its route.
  struct Routed {
    const Route* route = nullptr;
    Call call;
    Asked asked;
  };

  Parts parts;
  Context context;
  std::mutex mutex;
  std::condition_variable work_came;
  std::condition_variable idle;
  std::deque<Routed> waiting;
  std::deque<std::function<void()>> chores;  // what a node's thread left to do
  std::size_t begun = 0;                     // taken and not answered yet
  bool ending = false;
  std::atomic<bool> takes_no_more = false;
  Pace pace;
  std::vector<std::jthread> threads;
  std::unique_ptr<ClaimsWatch> claims;  // of a node with an exchange

  explicit Core(Parts given)
      : parts{std::move(given)},
        context{*parts.node, *parts.views, parts.exchange, *parts.entrance, parts.set_today},
        pace{parts.reads_per_minute} {
    context.try_pack = parts.try_pack;
    if (parts.note) context.note = parts.note;
    if (parts.signed_in) context.signed_in = parts.signed_in;
    if (parts.published) context.published = parts.published;
    context.party_names = parts.party_names;
    context.computed = parts.computed;
    context.notices = parts.notices;
    context.timestamps = parts.timestamps;
    context.witnesses = parts.witnesses;
    context.codes =
        parts.codes ? parts.codes
                    : std::make_shared<const papers::Codes>(context.dir / "keys" / "papers.key");
    for (int i = 0; i < parts.workers; ++i) {
      threads.push_back(named_thread<std::jthread>("bashu-api", [this] { work(); }));
    }
    if (parts.exchange) claims = std::make_unique<ClaimsWatch>(context);
  }

  void end() {
    std::unique_lock lock{mutex};
    idle.wait(lock, [&] { return waiting.empty() && begun == 0; });
    ending = true;
    lock.unlock();
    work_came.notify_all();
    claims.reset();
    threads.clear();
  }

  void work() {
    while (true) {
      std::unique_lock lock{mutex};
      work_came.wait(lock, [&] { return ending || !waiting.empty() || !chores.empty(); });
      if (!chores.empty()) {
        const auto chore = std::move(chores.front());
        chores.pop_front();
        lock.unlock();
        chore();
        continue;
      }
      if (waiting.empty()) return;
      Routed next = std::move(waiting.front());
      waiting.pop_front();
      ++begun;
      lock.unlock();
      run(std::move(next));
    }
  }

  // Told under the lock: whoever waits to end may destroy this as soon as it is free.
  void finished() {
    const std::lock_guard lock{mutex};
    --begun;
    idle.notify_all();
  }

  // Sends the answer.
  void answer(const Asked& asked, http::Response response) {
    if (parts.log) {
      parts.log({.method = asked.method,
                 .path = asked.path,
                 .status = response.status,
                 .ms = steady_ms() - asked.since_ms,
                 .key = asked.key,
                 .remote = asked.remote});
    }
    response.trusted = !asked.key.empty();
    asked.reply(std::move(response));
  }
  void refuse(const Asked& asked, const Problem& problem) {
    answer(asked, problem_response(problem, asked.language));
  }

  // On the thread of the server: who asks for what. A small write goes to the node from here.
  void take(http::Request request, http::Reply reply) {
    Asked asked{.reply = std::move(reply),
                .since_ms = steady_ms(),
                .method = request.method,
                .path = std::string{request.path()},
                .language = preferred_language(request.header("Accept-Language")),
                .key = {},
                .remote = request.remote};
    if (takes_no_more) return tell_ending(asked);
    auto routed = route(std::move(request), asked);
    if (!routed) return refuse(asked, routed.error());
    routed->asked = std::move(asked);
    const bool now = routed->route->at_once && routed->route->at_once(context, routed->call);
    bool room = false;
    {
      const std::lock_guard lock{mutex};
      room = !ending && (now || waiting.size() < parts.waiting_max);
      if (room && now) ++begun;
      if (room && !now) waiting.push_back(std::move(*routed));
    }
    if (!room) return refuse(routed->asked, busy(1));
    if (now) return run(std::move(*routed));
    work_came.notify_one();
  }

  void tell_ending(const Asked& asked) {
    if (asked.path == std::string{kPrefix} + "/health")
      return answer(asked, ending_health(context));
    refuse(asked,
           {.status = 503,
            .code = "ending",
            .title = {{"en", "The node is ending; nothing was changed. Ask again when it is back."},
                      {"zh", "节点正在停止运行，未作任何更改；请待其恢复后重试。"}},
            .retry_after_s = kBackAfterS});
  }

  std::optional<Problem> too_fast(const Routed& routed) {
    if (!routed.call.key || !std::holds_alternative<Read>(routed.route->handler)) return {};
    const int wait_s = pace.take(routed.call.key->principal(), steady_ms());
    if (wait_s == 0) return std::nullopt;
    return Problem{.status = 429,
                   .code = "too_fast",
                   .title = {{"en", "More is read than one person or program may in a minute."},
                             {"zh", "读取过于频繁，超出每人（每个程序）每分钟的上限。"}},
                   .retry_after_s = wait_s};
  }

  std::expected<Routed, Problem> route(http::Request request, Asked& asked) {
    auto segments = request.segments();
    if (!segments) {
      return std::unexpected{malformed({}, "The path is not encoded correctly.", "路径编码有误。")};
    }
    const bool ours = segments->size() > 2 && (*segments)[0] == "api" && (*segments)[1] == "v1";
    if (!ours) return std::unexpected{not_found()};
    segments->erase(segments->begin(), segments->begin() + 2);
    auto found = match(request.method, *segments);

    Routed routed;
    people::Guest guest = parts.entrance->who(request);
    routed.call.key = std::move(guest.who);
    routed.call.session = std::move(guest.session);
    routed.call.token = std::move(guest.token);
    if (routed.call.key) asked.key = routed.call.key->id;
    auto* const matched = std::get_if<Matched>(&found);
    const bool open = matched && matched->route->open;
    if (!routed.call.key && !open) return std::unexpected{unauthenticated()};
    if (!matched) {
      const std::string& allowed = std::get<NoRoute>(found).allowed;
      return std::unexpected{allowed.empty() ? not_found() : wrong_method(allowed)};
    }
    if (!open && request.method != "GET" && routed.call.session &&
        request.header(kCsrfHeader) != routed.call.session->csrf) {
      return std::unexpected{not_from_our_page()};
    }
    if (auto odd = odd_query(*matched->route, request)) return std::unexpected{std::move(*odd)};
    routed.route = matched->route;
    routed.call.path = std::move(matched->parts);
    routed.call.language = asked.language;
    routed.call.request = std::move(request);
    if (auto problem = too_fast(routed)) return std::unexpected{std::move(*problem)};
    return routed;
  }

  void run(Routed routed) {
    if (auto odd = odd_name(*routed.route, routed.call.request, context.shelves)) {
      refuse(routed.asked, *odd);
      return finished();
    }
    routed.call.views = context.follower.views();
    if (const auto* read = std::get_if<Read>(&routed.route->handler)) {
      auto result = (*read)(context, routed.call);
      if (result) {
        answer(routed.asked, std::move(*result));
      } else {
        refuse(routed.asked, result.error());
      }
      return finished();
    }
    const auto give_up = [&](const Problem& problem) {
      refuse(routed.asked, problem);
      finished();
    };
    // Before anything is looked up or made for it: what is known here may be older than the
    // request.
    if (context.node.gate().is_shut(node::Gate::Why::standby)) {
      if (const auto why = context.node.gate().refusal()) return give_up(problem_of(*why));
    }
    const Call& call = routed.call;
    constexpr std::size_t kIdempotencyKeyMax = 200;
    if (call.request.header("Idempotency-Key").size() > kIdempotencyKeyMax) {
      return give_up(malformed("Idempotency-Key", "At most 200 characters.", "最多 200 个字符。"));
    }
    Prepared prepared = std::get<Prepare>(routed.route->handler)(context, call);
    if (!prepared) return give_up(prepared.error());
    if (auto* response = std::get_if<http::Response>(&*prepared)) {
      answer(routed.asked, std::move(*response));
      return finished();
    }
    write(std::get<Write>(std::move(*prepared)), call, std::move(routed.asked));
  }

  void write(Write ready, const Call& call, Asked asked) {
    const bool dry_run = is_true(call, "dry_run");
    if (const auto problem = dry_run ? std::nullopt : vouch(context, call, ready)) {
      forget(ready.new_keys);
      refuse(asked, *problem);
      return finished();
    }
    node::Request request{.command = std::move(ready.command), .evidence = {}, .dry_run = dry_run};
    request.evidence = ready.evidence.empty()
                           ? command_record(call, request.command, std::move(ready.request))
                           : std::move(ready.evidence);

    if (dry_run) ready.documents.clear();
    if (!hand_in(ready.documents, call.key->principal())) {
      forget(ready.new_keys);
      refuse(asked, problem_of(Fault{.what = "a document could not be handed in"}));
      return finished();
    }
    auto open = std::make_shared<std::pair<Asked, Write>>(std::move(asked), std::move(ready));
    const auto done = [this, open, dry_run](node::Outcome outcome) {
      const auto& [waits, what] = *open;
      const std::string& language = waits.language;
      bool took_effect = false;
      http::Response response;
      if (const auto* decided = std::get_if<node::Done>(&outcome)) {
        took_effect = !dry_run && !decided->decision.events.empty();
        response = done_response(*decided, what, language, took_effect, dry_run);
      } else if (const auto* refused = std::get_if<Reject>(&outcome)) {
        Problem problem = problem_of(*refused);
        tell_all(problem, what.faults);
        tell_way(what, 0, *refused, problem.more);
        response = problem_response(problem, language);
      } else {
        took_effect = std::get<Fault>(outcome).unknown_outcome;
        response = problem_response(problem_of(std::get<Fault>(outcome)), language);
      }
      for (const std::string& sha256 : what.documents) {
        context.deposits.settle(sha256, took_effect);
      }
      if (!took_effect) forget(what.new_keys);
      answer(waits, std::move(response));
      finished();
    };
    if (!context.node.submit(std::move(request), done)) {
      for (const std::string& sha256 : open->second.documents) {
        context.deposits.settle(sha256, false);
      }
      forget(open->second.new_keys);
      refuse(open->first, busy(1));
      finished();
    }
  }

  // All of them, or none.
  bool hand_in(const std::vector<std::string>& documents, const std::string& principal) {
    for (std::size_t i = 0; i < documents.size(); ++i) {
      if (context.deposits.hand_in(documents[i], principal)) continue;
      for (std::size_t j = 0; j < i; ++j) context.deposits.settle(documents[j], false);
      return false;
    }
    return true;
  }

  // Keys made for values that were not kept. Not on the node's thread: it writes to a disk.
  void forget(const std::vector<std::string>& keys) {
    if (keys.empty()) return;
    {
      const std::lock_guard lock{mutex};
      chores.emplace_back([this, keys] {
        for (const std::string& id : keys) context.node.vault().forget(id);
      });
    }
    work_came.notify_one();
  }
};

Api::Api(Parts parts) : core_{std::make_unique<Core>(std::move(parts))} {}

Api::~Api() { core_->end(); }

void Api::end_taking() { core_->takes_no_more = true; }

bool Api::all_answered() const {
  const std::lock_guard lock{core_->mutex};
  return core_->waiting.empty() && core_->begun == 0;
}

void Api::handle(http::Request request, http::Reply reply) {
  core_->take(std::move(request), std::move(reply));
}

http::Admission Api::admit(const http::Request& head, std::size_t body_max) const {
  constexpr std::size_t kFromAnybody = 16u << 10;
  if (core_->parts.entrance->who(head).who) return {.body_max = body_max};
  return {.body_max = kFromAnybody, .status = 401};
}

}  // namespace bashu::api
