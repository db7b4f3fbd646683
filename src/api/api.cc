#include "api/api.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <variant>

#include "api/context.h"
#include "api/routes.h"
#include "node/thread.h"
#include "views/follower.h"

namespace bashu::api {

namespace {

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

bool is_true(const Call& call, std::string_view name) { return call.parameter(name) == "true"; }

// The answer to a write that was decided.
exchange::HttpResponse done_response(const node::Done& done, const std::vector<Warning>& warnings,
                                     const std::string& language, int status, bool dry_run) {
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
      refused.push_back(std::move(one));
    }
    record["refusals"] = std::move(refused);
  }
  if (!warnings.empty()) {
    Value::List list;
    for (const Warning& warning : warnings) {
      list.push_back(
          Value::Record{{"where", warning.where}, {"why", in_language(warning.why, language)}});
    }
    record["warnings"] = std::move(list);
  }
  return json_response(answer, dry_run ? 200 : status);
}

}  // namespace

struct Api::Core {
  struct Waiting {
    exchange::HttpRequest request;
    exchange::Reply reply;
    std::int64_t since_ms = 0;
    std::string method, path;  // the request itself goes to the handler
  };

  Parts parts;
  Context context;
  std::mutex mutex;
  std::condition_variable work_came;
  std::condition_variable idle;
  std::deque<Waiting> waiting;
  std::deque<std::function<void()>> chores;  // what a node's thread left to do
  std::size_t begun = 0;                     // taken by a worker and not answered yet
  bool ending = false;
  std::vector<std::jthread> threads;

  explicit Core(Parts given)
      : parts{std::move(given)},
        context{*parts.node, *parts.views, parts.exchange, parts.set_today} {
    context.try_pack = parts.try_pack;
    if (parts.published) context.published = parts.published;
    for (int i = 0; i < parts.workers; ++i) {
      threads.push_back(node::named_thread<std::jthread>("bashu-api", [this] { work(); }));
    }
  }

  void end() {
    std::unique_lock lock{mutex};
    idle.wait(lock, [&] { return waiting.empty() && begun == 0; });
    ending = true;
    lock.unlock();
    work_came.notify_all();
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
      Waiting next = std::move(waiting.front());
      waiting.pop_front();
      ++begun;
      lock.unlock();
      serve(std::move(next));
    }
  }

  // Told under the lock: whoever waits to end may destroy this as soon as it is free.
  void finished() {
    const std::lock_guard lock{mutex};
    --begun;
    idle.notify_all();
  }

  // Sends the answer and ends the request.
  void answer(const Waiting& asked, const std::string& key, exchange::HttpResponse response) {
    if (parts.log) {
      parts.log(asked.method, asked.path, response.status, steady_ms() - asked.since_ms, key);
    }
    asked.reply(std::move(response));
    finished();
  }

  void serve(Waiting asked) {
    Call call;
    call.language = preferred_language(asked.request.header("Accept-Language"));
    const auto refuse = [&](const Problem& problem) {
      answer(asked, call.key ? call.key->id : "", problem_response(problem, call.language));
    };

    asked.method = asked.request.method;
    asked.path = std::string{asked.request.path()};
    auto segments = asked.request.segments();
    if (!segments) {
      return refuse(malformed({}, "The path is not encoded correctly.", "路径编码有误。"));
    }
    const bool ours = segments->size() > 2 && (*segments)[0] == "api" && (*segments)[1] == "v1";
    if (!ours) return refuse(not_found());
    segments->erase(segments->begin(), segments->begin() + 2);
    auto found = match(asked.request.method, *segments);

    const bool open =
        std::holds_alternative<Matched>(found) && std::get<Matched>(found).route->open;
    constexpr std::string_view kBearer = "Bearer ";
    const std::string_view authorization = asked.request.header("Authorization");
    if (authorization.starts_with(kBearer)) {
      call.key = parts.keys->find(authorization.substr(kBearer.size()));
    }
    if (!call.key && !open) return refuse(unauthenticated());
    if (const auto* none = std::get_if<NoRoute>(&found)) {
      return refuse(none->allowed.empty() ? not_found() : wrong_method(none->allowed));
    }
    auto& matched = std::get<Matched>(found);
    call.path = std::move(matched.parts);
    call.request = std::move(asked.request);
    call.views = context.follower.views();

    if (const auto* read = std::get_if<Read>(&matched.route->handler)) {
      auto result = (*read)(context, call);
      if (!result) return refuse(result.error());
      return answer(asked, call.key ? call.key->id : "", std::move(*result));
    }
    write(std::get<Prepare>(matched.route->handler), std::move(call), std::move(asked));
  }

  void write(Prepare prepare, Call call, Waiting asked) {
    const auto refuse = [&](const Problem& problem) {
      answer(asked, call.key->id, problem_response(problem, call.language));
    };
    constexpr std::size_t kIdempotencyKeyMax = 200;
    if (call.request.header("Idempotency-Key").size() > kIdempotencyKeyMax) {
      return refuse(malformed("Idempotency-Key", "At most 200 characters.", "最多 200 个字符。"));
    }
    Prepared prepared = prepare(context, call);
    if (!prepared) return refuse(prepared.error());
    if (auto* response = std::get_if<exchange::HttpResponse>(&*prepared)) {
      return answer(asked, call.key->id, std::move(*response));
    }
    auto& ready = std::get<Write>(*prepared);
    const bool dry_run = is_true(call, "dry_run");
    node::Request request{.command = std::move(ready.command), .evidence = {}, .dry_run = dry_run};
    request.evidence = ready.evidence.empty()
                           ? command_record(call, request.command, std::move(ready.request))
                           : std::move(ready.evidence);

    auto shared = std::make_shared<std::pair<Waiting, Write>>(std::move(asked), std::move(ready));
    const auto done = [this, shared, dry_run, language = call.language,
                       key = call.key->id](node::Outcome outcome) {
      const Write& what = shared->second;
      bool took_effect = false;
      exchange::HttpResponse response;
      if (const auto* decided = std::get_if<node::Done>(&outcome)) {
        took_effect = !dry_run && !decided->decision.events.empty();
        response = done_response(*decided, what.warnings, language, what.status, dry_run);
      } else if (const auto* refused = std::get_if<Reject>(&outcome)) {
        response = problem_response(problem_of(*refused), language);
      } else {
        took_effect = std::get<Fault>(outcome).unknown_outcome;
        response = problem_response(problem_of(std::get<Fault>(outcome)), language);
      }
      if (!took_effect) forget(what.new_keys);
      answer(shared->first, key, std::move(response));
    };
    if (!context.node.submit(std::move(request), done)) {
      forget(shared->second.new_keys);
      answer(shared->first, call.key->id, problem_response(busy(1), call.language));
    }
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

void Api::handle(exchange::HttpRequest request, exchange::Reply reply) {
  {
    const std::lock_guard lock{core_->mutex};
    if (!core_->ending && core_->waiting.size() < core_->parts.waiting_max) {
      core_->waiting.push_back({std::move(request), std::move(reply), steady_ms(), {}, {}});
      reply = nullptr;
    }
  }
  if (reply) {
    const std::string language = preferred_language(request.header("Accept-Language"));
    reply(problem_response(busy(1), language));
    return;
  }
  core_->work_came.notify_one();
}

}  // namespace bashu::api
