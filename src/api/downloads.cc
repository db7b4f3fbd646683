#include "api/downloads.h"

#include <stop_token>
#include <utility>

#include "base/thread.h"

namespace bashu::api {

namespace {

constexpr std::size_t kWaitingMax = 1u << 20;  // bytes made and not sent yet
constexpr int kLookMs = 500;                   // at whether the node ends
constexpr int kPatience = 120;                 // looks at a reader who reads nothing

// False if nobody reads any more, or the node ends.
bool pass_on(http::Stream& stream, const std::stop_token& stop, std::string_view piece) {
  for (int looks = 0; !stream.room(kWaitingMax, kLookMs); ++looks) {
    if (stream.abandoned() || stop.stop_requested() || looks == kPatience) {
      stream.fail();
      return false;
    }
  }
  return stream.write(piece);
}

}  // namespace

std::shared_ptr<http::Stream> Downloads::begin(Source source) {
  const std::lock_guard lock{mutex_};
  std::erase_if(all_, [](const One& one) { return one.done.load(); });
  if (all_.size() == kMost) return nullptr;
  auto stream = std::make_shared<http::Stream>();
  One& one = all_.emplace_back();
  one.thread =
      std::jthread{[&one, stream, source = std::move(source)](const std::stop_token& stop) {
        name_thread("bashu-download");
        const auto take = [&](std::string_view piece) { return pass_on(*stream, stop, piece); };
        if (source(take)) {
          stream->end();
        } else {
          stream->fail();
        }
        one.done = true;
      }};
  return stream;
}

}  // namespace bashu::api
