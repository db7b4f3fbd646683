#include "node/system_environment.h"

#include <sodium.h>

#include <algorithm>
#include <chrono>

#include "base/assert.h"
#include "node/files.h"

namespace bashu::node {

namespace {

Instant machine_time() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

}  // namespace

Instant SystemClock::now() { return machine_time(); }
Date SystemClock::today() { return Date::at(machine_time(), offset_minutes_); }

std::expected<std::unique_ptr<RehearsalClock>, Fault> RehearsalClock::open(
    const std::filesystem::path& dir, int offset_minutes) {
  const std::filesystem::path file = dir / "rehearsal-day";
  Date day = Date::at(machine_time(), offset_minutes);
  if (std::filesystem::exists(file)) {
    auto text = read_file(file);
    if (!text) return std::unexpected{text.error()};
    const auto kept = Date::parse(std::string_view{*text}.substr(0, text->find('\n')));
    if (!kept) return std::unexpected{Fault{.what = file.string() + ": no day (2026-03-31)"}};
    day = *kept;
  }
  return std::make_unique<RehearsalClock>(file, day);
}

std::expected<void, Fault> RehearsalClock::set_today(Date day) {
  const std::lock_guard lock{guard_};
  if (day <= today_ && std::filesystem::exists(file_)) return {};
  const Date next = std::max(day, today_);
  if (auto written = write_file(file_, next.text() + "\n"); !written) return written;
  today_ = next;
  return {};
}

Instant RehearsalClock::now() { return machine_time(); }
Date RehearsalClock::today() {
  const std::lock_guard lock{guard_};
  return today_;
}

SystemChance::SystemChance() { BASHU_ASSERT(sodium_init() >= 0); }

std::string SystemChance::bytes(std::size_t count) {
  std::string out(count, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

}  // namespace bashu::node
