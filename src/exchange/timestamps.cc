#include "exchange/timestamps.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "evidence/checkpoint.h"
#include "node/directory.h"

namespace bashu::exchange {

namespace {

constexpr std::int64_t kAgainMs = 60'000;     // after a failure
constexpr std::int64_t kLateMs = 90'000'000;  // a day and an hour
constexpr std::size_t kNonceSize = 8;
constexpr std::string_view kFolder = "timestamps/";

std::string file_of(std::uint64_t size, std::string_view ending) {
  return std::string{kFolder}.append(std::to_string(size)).append(ending);
}

// The sizes with a stamp, the smallest first.
std::vector<std::uint64_t> sizes_in(const node::FileStore& files) {
  std::vector<std::uint64_t> sizes;
  for (const std::string& name : files.list("timestamps")) {
    if (!name.ends_with(".tsr")) continue;
    std::uint64_t size = 0;
    const char* end = name.data() + name.size() - 4;
    if (std::from_chars(name.data(), end, size).ptr == end) sizes.push_back(size);
  }
  std::ranges::sort(sizes);
  return sizes;
}

}  // namespace

std::expected<std::unique_ptr<TimeStamps>, Fault> TimeStamps::open(node::Node& node,
                                                                   Authority authority) {
  const auto to = http::parse_url(authority.url);
  if (!to) return std::unexpected{Fault{.what = authority.url + " is no http:// or https:// URL"}};
  http::TlsContext tls;
  if (to->tls) {
    auto context = http::open_client_to_anybody();
    if (!context) return std::unexpected{context.error()};
    tls = std::move(*context);
  }
  return std::unique_ptr<TimeStamps>{
      new TimeStamps{node, std::move(authority), std::move(tls), *to}};
}

TimeStamps::TimeStamps(node::Node& node, Authority authority, http::TlsContext tls, http::Url to)
    : node_{node},
      authority_{std::move(authority)},
      tls_{std::move(tls)},
      to_{std::move(to)},
      next_ms_{node.clock().steady_ms()},
      good_ms_{next_ms_} {
  const auto sizes = sizes_in(node_.storage().files());
  if (!sizes.empty()) stamped_ = sizes.back();
}

void TimeStamps::look() {
  const std::int64_t now_ms = node_.clock().steady_ms();
  std::optional<http::Answer> answer;
  {
    const std::lock_guard lock{mutex_};
    answer = std::exchange(answer_, std::nullopt);
  }
  if (answer && asked_) {
    const Asked asked = *std::exchange(asked_, std::nullopt);
    std::string wrong = keep(asked, *answer);
    if (wrong.empty()) {
      stamped_ = asked.size;
      good_ms_ = now_ms;
    }
    next_ms_ = now_ms + (wrong.empty() ? authority_.every_ms : kAgainMs);
    const std::lock_guard lock{mutex_};
    problem_ = std::move(wrong);
  }
  if (!asked_ && now_ms >= next_ms_) ask(now_ms);
  const std::lock_guard lock{mutex_};
  late_ = now_ms - good_ms_ > kLateMs;
}

void TimeStamps::ask(std::int64_t now_ms) {
  const node::Identity& own = node_.identity();
  const std::string note = node_.checkpoint();
  auto checkpoint =
      evidence::open_checkpoint(note, own.origin, node_.directory()->log_keys(own.party));
  if (!checkpoint) return;  // nothing is durable yet, or nobody knows our key
  if (checkpoint->size <= stamped_) {
    good_ms_ = now_ms;
    next_ms_ = now_ms + authority_.every_ms;
    return;
  }
  Asked asked{.size = checkpoint->size,
              .body = std::move(checkpoint->body),
              .nonce = node_.chance().bytes(kNonceSize)};
  http::Call call{.to = to_, .tls = tls_};
  call.request = {.method = "POST",
                  .target = to_.path.empty() ? "/" : to_.path,
                  .headers = {{"Content-Type", "application/timestamp-query"}},
                  .body = evidence::timestamp_query(asked.body, asked.nonce)};
  asked_ = std::move(asked);
  client_.send(std::move(call), [this](http::Answer answer) {
    const std::lock_guard lock{mutex_};
    answer_ = std::move(answer);
  });
}

std::string TimeStamps::keep(const Asked& asked, const http::Answer& answer) {
  if (!answer) return answer.error().what;
  if (answer->status != 200) return "the authority answers " + std::to_string(answer->status);
  const auto stamp =
      evidence::open_timestamp(answer->body, asked.body, asked.nonce, authority_.roots);
  if (!stamp) return stamp.error().code;
  node::FileStore& files = node_.storage().files();
  auto kept = files.write(file_of(asked.size, ".txt"), asked.body);
  if (kept) kept = files.write(file_of(asked.size, ".tsr"), answer->body);
  return kept ? std::string{} : kept.error().what;
}

std::string TimeStamps::problem() const {
  const std::lock_guard lock{mutex_};
  return problem_;
}

bool TimeStamps::late() const {
  const std::lock_guard lock{mutex_};
  return late_;
}

std::vector<KeptStamp> kept_stamps(const node::FileStore& files, std::string_view roots,
                                   const CheckpointAt& checkpoint_at) {
  std::vector<KeptStamp> all;
  for (const std::uint64_t size : sizes_in(files)) {
    const auto body = files.read(file_of(size, ".txt"));
    const auto answer = files.read(file_of(size, ".tsr"));
    const auto note = checkpoint_at(size);
    if (!body || !answer) {
      all.push_back({size, std::unexpected{evidence::Bad{"timestamp-form"}}});
    } else if (!note || !note->starts_with(*body + "\n")) {
      all.push_back({size, std::unexpected{evidence::Bad{"timestamp-other"}}});
    } else {
      all.push_back({size, evidence::open_timestamp(*answer, *body, {}, roots)});
    }
  }
  return all;
}

}  // namespace bashu::exchange
