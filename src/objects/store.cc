#include "objects/store.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/bytes.h"

namespace bashu::objects {

namespace {

using Clock = std::chrono::steady_clock;

constexpr long kConnectMs = 3'000;
constexpr long kStalledS = 10;                // with less than
constexpr long kStalledBytes = 4'096;         // a second
constexpr std::int64_t kShortMs = 10'000;     // of a call without a document
constexpr std::int64_t kLongMs = 60'000;      // of one with a document
constexpr std::int64_t kQuickMs = 2'000;      // what failed later than that is not tried again
constexpr int kTries = 3;                     // within that time
constexpr std::int64_t kPauseMs = 250;        // before the second; twice as long before the third
constexpr std::size_t kAnswerMax = 4U << 20;  // of XML

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;

void add(Headers& headers, const std::string& line) {
  curl_slist* grown = curl_slist_append(headers.get(), line.c_str());
  if (!grown) return;
  static_cast<void>(headers.release());
  headers.reset(grown);
}

struct Reading {
  std::string_view bytes;
  std::size_t at = 0;
};
std::size_t give(char* into, std::size_t size, std::size_t count, void* whose) {
  auto& reading = *static_cast<Reading*>(whose);
  const std::size_t some = std::min(size * count, reading.bytes.size() - reading.at);
  std::memcpy(into, reading.bytes.data() + reading.at, some);
  reading.at += some;
  return some;
}
int seek(void* whose, curl_off_t offset, int origin) {
  auto& reading = *static_cast<Reading*>(whose);
  if (origin != SEEK_SET || std::cmp_greater(offset, reading.bytes.size())) {
    return CURL_SEEKFUNC_FAIL;
  }
  reading.at = static_cast<std::size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

struct Writing {
  std::string bytes;
  std::size_t most;
};
std::size_t keep(const char* from, std::size_t size, std::size_t count, void* whose) {
  auto& writing = *static_cast<Writing*>(whose);
  const std::size_t some = size * count;
  if (writing.bytes.size() + some > writing.most) return 0;
  writing.bytes.append(from, some);
  return some;
}

int look(void* whose, curl_off_t /*all*/, curl_off_t /*now*/, curl_off_t /*all_up*/,
         curl_off_t /*now_up*/) {
  return *static_cast<const std::atomic<bool>*>(whose) ? 1 : 0;
}

// RFC 9110: of the server's making, or too many at once.
bool is_passing(long status) { return status >= 500 || status == 429 || status == 408; }

std::string_view advice(std::string_view code) {
  if (code == "SignatureDoesNotMatch") return "the secret is not the one that the store knows";
  if (code == "InvalidAccessKeyId") return "the store knows no such key id";
  if (code == "AccessDenied") return "the key may not do this in the bucket";
  if (code == "RequestTimeTooSkewed") return "the clocks here and there are apart";
  if (code == "NoSuchBucket") return "there is no such bucket: make it first";
  return {};
}

}  // namespace

struct Store::Asked {
  const char* method = "GET";
  std::string url;
  std::string_view body{};
  std::size_t answer_max = kAnswerMax;
  std::int64_t budget_ms = kShortMs;
};

Store::Store(Place place, Keys keys) : place_{std::move(place)}, keys_{std::move(keys)} {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::string Store::where(std::string_view name) const {
  return place_.endpoint + "/" + place_.bucket + "/" + place_.prefix + std::string{name};
}

Store::Handle Store::take_handle() const {
  const std::lock_guard lock{mutex_};
  if (idle_.empty()) return Handle{curl_easy_init()};
  Handle handle = std::move(idle_.back());
  idle_.pop_back();
  curl_easy_reset(handle.get());
  return handle;
}

Store::Answer Store::ask_once(const Asked& what, std::int64_t ms) const {
  Handle handle = take_handle();
  if (!handle) return {.status = 0, .body = {}, .fault = "no memory"};
  CURL* curl = handle.get();
  const bool uploads = std::string_view{what.method} == "PUT";
  Headers headers;
  add(headers, "x-amz-content-sha256: " + hex(sha256(what.body)));
  add(headers, "Expect:");
  Reading reading{.bytes = what.body};
  Writing writing{.bytes = {}, .most = what.answer_max};
  curl_easy_setopt(curl, CURLOPT_URL, what.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMs);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(ms));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kStalledBytes);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStalledS);
  const std::string scope = "aws:amz:" + place_.region + ":s3";
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, scope.c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, keys_.id.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, keys_.secret.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  if (!place_.ca.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, place_.ca.c_str());
  if (uploads) {
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(what.body.size()));
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, &reading);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, seek);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, &reading);
  } else if (std::string_view{what.method} == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (std::string_view{what.method} != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, what.method);
  }
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &writing);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stopping_);
  const CURLcode done = curl_easy_perform(curl);
  Answer answer{.status = 0, .body = std::move(writing.bytes), .fault = {}};
  if (done != CURLE_OK) {
    answer.fault = curl_easy_strerror(done);
    return answer;
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  const std::lock_guard lock{mutex_};
  idle_.push_back(std::move(handle));
  return answer;
}

std::expected<Store::Answer, Failure> Store::ask(const Asked& what) const {
  const auto end = Clock::now() + std::chrono::milliseconds{what.budget_ms};
  Answer answer;
  for (int tries = 0; tries < kTries && !stopping_; ++tries) {
    const auto pause = std::chrono::milliseconds{tries * kPauseMs};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (tries > 0 && what.budget_ms - left.count() > kQuickMs) break;
    std::this_thread::sleep_for(pause);
    answer = ask_once(what, (left - pause).count());
    if (answer.fault.empty() && !is_passing(answer.status)) break;
  }
  if (answer.status / 100 == 2) return answer;
  return std::unexpected{failure(answer)};
}

Failure Store::failure(const Answer& answer) const {
  const std::string there = where({}) + ": ";
  if (!answer.fault.empty()) return {.kind = Failure::Kind::away, .what = there + answer.fault};
  if (answer.status == 0) return {.kind = Failure::Kind::away, .what = there + "the node ends"};
  const std::string code = error_in(answer.body);
  const bool absent = answer.status == 404 && (code.empty() || code == "NoSuchKey");
  std::string what = there + std::to_string(answer.status);
  if (!code.empty()) what += " " + code;
  if (const std::string_view more = advice(code); !more.empty()) what += ": " + std::string{more};
  return {.kind = absent ? Failure::Kind::absent : Failure::Kind::away, .what = std::move(what)};
}

std::expected<void, Failure> Store::put(std::string_view name, std::string_view bytes) const {
  const auto answer =
      ask({.method = "PUT", .url = where(name), .body = bytes, .budget_ms = kLongMs});
  if (answer) return {};
  // To write, even a 404 means that the store is not what it should be.
  return std::unexpected{Failure{.kind = Failure::Kind::away, .what = answer.error().what}};
}

std::expected<std::string, Failure> Store::get(std::string_view name) const {
  auto answer = ask({.url = where(name), .answer_max = kObjectMax, .budget_ms = kLongMs});
  if (!answer) return std::unexpected{std::move(answer.error())};
  return std::move(answer->body);
}

std::expected<bool, Failure> Store::has(std::string_view name) const {
  const auto answer = ask({.method = "HEAD", .url = where(name)});
  if (answer) return true;
  if (answer.error().kind == Failure::Kind::absent) return false;
  return std::unexpected{answer.error()};
}

std::expected<void, Failure> Store::remove(std::string_view name) const {
  const auto answer = ask({.method = "DELETE", .url = where(name)});
  if (answer || answer.error().kind == Failure::Kind::absent) return {};
  return std::unexpected{answer.error()};
}

std::expected<Listed, Failure> Store::list(std::string_view after, std::size_t most) const {
  const auto escaped = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('/', at)) != std::string::npos; at += 3) {
      text.replace(at, 1, "%2F");
    }
    return text;
  };
  // In the order in which a signature wants them.
  std::string query =
      "?list-type=2&max-keys=" + std::to_string(most) + "&prefix=" + escaped(place_.prefix);
  if (!after.empty()) query += "&start-after=" + escaped(place_.prefix + std::string{after});
  const auto answer = ask({.url = place_.endpoint + "/" + place_.bucket + query});
  if (!answer) return std::unexpected{answer.error()};
  auto listed = listed_in(answer->body);
  if (!listed) {
    return std::unexpected{Failure{.kind = Failure::Kind::away,
                                   .what = where({}) + ": what answers there does not speak S3"}};
  }
  for (std::string& key : listed->keys) {
    key.erase(0, key.starts_with(place_.prefix) ? place_.prefix.size() : 0);
  }
  return *std::move(listed);
}

std::expected<void, Failure> Store::check() const {
  const auto listed = list({}, 1);
  if (listed) return {};
  return std::unexpected{Failure{.kind = Failure::Kind::away, .what = listed.error().what}};
}

}  // namespace bashu::objects
