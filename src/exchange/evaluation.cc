#include "exchange/evaluation.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"

namespace bashu::exchange {

namespace {

using oblivious::Point;

constexpr std::int64_t kHourMs = 3'600'000;

Value::List list_of_points(const std::vector<Point>& points) {
  Value::List list;
  list.reserve(points.size());
  for (const Point& point : points) list.emplace_back(base64url(as_bytes(point)));
  return list;
}

// 1 to kPointsMax of them.
std::optional<std::vector<Point>> points_in(const Value& value) {
  const Value* member = value.find("points");
  const Value::List* list = member ? member->as_list() : nullptr;
  if (!list || list->empty() || list->size() > kPointsMax) return std::nullopt;
  std::vector<Point> points;
  points.reserve(list->size());
  for (const Value& one : *list) {
    const auto bytes = one.as_text() ? from_base64url(*one.as_text()) : std::nullopt;
    const auto point = bytes ? oblivious::point_from(*bytes) : std::nullopt;
    if (!point) return std::nullopt;
    points.push_back(*point);
  }
  return points;
}

}  // namespace

std::string ask_text(const EvaluationAsk& ask) {
  return canonical_json(Value::Record{{"generation", ask.generation},
                                      {"digest", ask.digest},
                                      {"points", list_of_points(ask.points)}});
}

std::optional<EvaluationAsk> read_ask(std::string_view text) {
  const auto value = parse_json(text);
  auto points = value ? points_in(*value) : std::nullopt;
  if (!points) return std::nullopt;
  EvaluationAsk ask{.generation = value->int_at("generation"),
                    .digest = value->text_at("digest"),
                    .points = std::move(*points)};
  return ask.generation > 0 && hash_from_hex(ask.digest) ? std::optional{std::move(ask)}
                                                         : std::nullopt;
}

std::string answer_text(const EvaluationAnswer& answer) {
  return canonical_json(Value::Record{{"points", list_of_points(answer.points)},
                                      {"c", base64url(as_bytes(answer.proof.c))},
                                      {"s", base64url(as_bytes(answer.proof.s))}});
}

std::optional<EvaluationAnswer> read_answer(std::string_view text) {
  const auto value = parse_json(text);
  auto points = value ? points_in(*value) : std::nullopt;
  if (!points) return std::nullopt;
  const auto scalar = [&](std::string_view name) {
    const auto bytes = from_base64url(value->text_at(name));
    return bytes ? oblivious::scalar_from(*bytes) : std::nullopt;
  };
  const auto c = scalar("c"), s = scalar("s");
  if (!c || !s) return std::nullopt;
  return EvaluationAnswer{.points = std::move(*points), .proof = {.c = *c, .s = *s}};
}

http::Response Evaluating::answer(const std::string& party, std::string_view request) {
  const auto ask = read_ask(request);
  if (!ask) return http::problem(400, "malformed");
  const auto shared = parts_.shares.of(ask->generation);
  if (!shared) return http::problem(409, "pseudonyms-forming");
  if (!shared->members.contains(party)) return http::problem(403, "unknown-peer");
  if (shared->digest != ask->digest) {
    parts_.alarms.raise({.time_ms = parts_.node.clock().now().unix_ms,
                         .code = "pseudonyms-differ",
                         .party = party,
                         .text = party + " holds another generation " +
                                 std::to_string(ask->generation) +
                                 " of the secret of pseudonyms than we do"});
    return http::problem(409, "pseudonyms-differ");
  }
  const auto count = static_cast<std::int64_t>(ask->points.size());
  if (const std::int64_t wait = admit(party, count); wait > 0) {
    http::Response response = http::problem(429, "pseudonyms-limit");
    response.headers.push_back({"Retry-After", std::to_string(wait)});
    return response;
  }
  oblivious::Evaluated all{.asked = ask->points, .answered = {}};
  for (const Point& point : all.asked) {
    const auto evaluated = multiply(shared->share, point);
    if (!evaluated) return http::problem(400, "malformed");
    all.answered.push_back(*evaluated);
  }
  const auto proof = oblivious::prove(shared->share, shared->public_shares.at(shared->own), all,
                                      oblivious::scalar_of(parts_.node.chance().bytes(64)));
  if (!proof) return http::problem(400, "malformed");
  return http::text_response(200, "application/json",
                             answer_text({.points = std::move(all.answered), .proof = *proof}));
}

std::int64_t Evaluating::admit(const std::string& party, std::int64_t points) {
  const std::int64_t now = parts_.now_ms ? parts_.now_ms() : parts_.node.clock().steady_ms();
  std::int64_t wait = 0, lately = 0;
  {
    const std::lock_guard lock{mutex_};
    Window& window = windows_[party];
    while (!window.lately.empty() && window.lately.front().first <= now - kHourMs) {
      window.sum -= window.lately.front().second;
      window.lately.pop_front();
    }
    lately = window.sum + points;
    AskedOf& all = asked_[party];
    if (lately > parts_.per_hour) {
      all.refused += points;
      wait = window.lately.empty()
                 ? kHourMs / 1'000
                 : std::max<std::int64_t>(1, (window.lately.front().first + kHourMs - now) / 1'000);
    } else {
      all.points += points;
      window.sum = lately;
      // Those of one second together: a window has at most 3,600 of them.
      if (!window.lately.empty() && window.lately.back().first > now - 1'000) {
        window.lately.back().second += points;
      } else {
        window.lately.emplace_back(now, points);
      }
    }
  }
  if (parts_.note) parts_.note(party, points, wait > 0);
  if (lately * 2 > parts_.per_hour) {
    const bool refused = wait > 0;
    parts_.alarms.raise(
        {.time_ms = parts_.node.clock().now().unix_ms,
         .code = refused ? "pseudonyms-limit" : "pseudonyms-many",
         .party = party,
         .text = party +
                 (refused ? " asked for more pseudonyms in an hour than it may: "
                          : " asked for more than half of the pseudonyms it may in an "
                            "hour: ") +
                 std::to_string(parts_.per_hour)},
        parts_.node.clock().today().text());
  }
  return wait;
}

std::map<std::string, AskedOf> Evaluating::asked() const {
  const std::lock_guard lock{mutex_};
  return asked_;
}

}  // namespace bashu::exchange
