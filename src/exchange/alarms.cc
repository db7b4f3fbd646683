#include "exchange/alarms.h"

#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "node/files.h"

namespace bashu::exchange {

namespace {

constexpr std::size_t kShown = 100;
constexpr std::size_t kKnownMax = 10'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::size_t kPerHour = 10;

}  // namespace

Alarms::Alarms(std::filesystem::path dir) : dir_{std::move(dir)} {
  std::error_code ignored;  // shows when an alarm is written
  std::filesystem::create_directories(dir_, ignored);
}

bool Alarms::raise(Alarm alarm, std::string_view proof) {
  const std::lock_guard lock{mutex_};
  const std::string about = alarm.code + "-" + alarm.party;
  const std::string name =
      about + "-" + hex(sha256(proof.empty() ? alarm.text : proof)).substr(0, 16);
  if (known_.contains(name)) return false;
  auto& recent = recent_[about];
  while (!recent.empty() && recent.front() <= alarm.time_ms - kHourMs) recent.pop_front();
  if (recent.size() >= kPerHour) return false;
  recent.push_back(alarm.time_ms);
  if (known_.size() >= kKnownMax) known_.clear();
  known_.emplace(name, alarm.time_ms);

  std::string text = alarm.text + "\n";
  if (!proof.empty()) text.append("\n").append(proof);
  // An alarm that cannot be written is still shown.
  static_cast<void>(
      node::write_file(dir_ / (std::to_string(alarm.time_ms) + "-" + name + ".txt"), text));
  newest_.push_back(std::move(alarm));
  if (newest_.size() > kShown) newest_.pop_front();
  return true;
}

std::vector<Alarm> Alarms::newest() const {
  const std::lock_guard lock{mutex_};
  return {newest_.begin(), newest_.end()};
}

}  // namespace bashu::exchange
