// A bucket of an object store that speaks S3: objects of bytes by name, asked for with libcurl,
// which signs (SigV4). Every call ends in bounded time; what a second try may mend is tried again.
// Thread-safe.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "objects/answers.h"
#include "objects/place.h"

namespace bashu::objects {

struct Failure {
  enum class Kind : std::uint8_t {
    absent,  // there is no such object
    away,    // the store does not answer, or not as it should: nothing can be done with it now
  };
  Kind kind{};
  std::string what;  // for the engineer, with the address
};

class Store {
 public:
  static constexpr std::size_t kObjectMax = 32U << 20;  // bytes that get() takes

  Store(Place place, Keys keys);

  // Durable there when it returns, as far as the store promises that.
  [[nodiscard]] std::expected<void, Failure> put(std::string_view name,
                                                 std::string_view bytes) const;
  [[nodiscard]] std::expected<std::string, Failure> get(std::string_view name) const;
  [[nodiscard]] std::expected<bool, Failure> has(std::string_view name) const;
  // One that is not there is passed over.
  [[nodiscard]] std::expected<void, Failure> remove(std::string_view name) const;
  // Names without the prefix, those behind `after`.
  [[nodiscard]] std::expected<Listed, Failure> list(std::string_view after,
                                                    std::size_t most = 1'000) const;
  // Whether it answers, and knows bucket and keys.
  [[nodiscard]] std::expected<void, Failure> check() const;

  // What is under way ends soon, as does every call after it.
  void stop() { stopping_ = true; }
  [[nodiscard]] std::string where(std::string_view name) const;

 private:
  struct Cleanup {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  };
  using Handle = std::unique_ptr<CURL, Cleanup>;
  struct Asked;
  struct Answer {
    long status = 0;
    std::string body;
    std::string fault;  // of the way there; empty: it answered
  };
  [[nodiscard]] std::expected<Answer, Failure> ask(const Asked& what) const;
  [[nodiscard]] Answer ask_once(const Asked& what, std::int64_t ms) const;
  [[nodiscard]] Failure failure(const Answer& answer) const;
  [[nodiscard]] Handle take_handle() const;

  Place place_;
  Keys keys_;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  mutable std::vector<Handle> idle_;  // each with its connection
};

}  // namespace bashu::objects
