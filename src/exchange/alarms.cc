#include "exchange/alarms.h"

#include <algorithm>
#include <charconv>
#include <optional>
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

// Of `<time>-<code>@<party>-<16 hex digits>.txt`; those of earlier versions have a hyphen for the
// mark, which parties and codes may hold too.
std::optional<Alarm> alarm_of(const std::filesystem::path& file) {
  const std::string name = file.stem().string();
  Alarm alarm;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), alarm.time_ms);
  const auto begin = static_cast<std::size_t>(end - name.data()) + 1;
  const std::size_t last = name.rfind('-');
  if (error != std::errc{} || file.extension() != ".txt" || last == std::string::npos ||
      begin >= last) {
    return std::nullopt;
  }
  const std::string about = name.substr(begin, last - begin);
  const std::size_t mark = about.find('@');
  const std::size_t split = mark == std::string::npos ? about.rfind('-') : mark;
  if (split == std::string::npos) return std::nullopt;
  alarm.code = about.substr(0, split);
  alarm.party = about.substr(split + 1);
  const auto text = node::read_file(file);
  if (!text) return std::nullopt;
  alarm.text = text->substr(0, text->find('\n'));
  return alarm;
}

}  // namespace

Alarms::Alarms(std::filesystem::path dir) : dir_{std::move(dir)} {
  std::error_code ignored;  // shows when an alarm is written
  std::filesystem::create_directories(dir_, ignored);
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator it{dir_, ignored}, end; !ignored && it != end;
       it.increment(ignored)) {
    files.push_back(it->path());
  }
  // Their names begin with the time, in as many digits for some centuries.
  std::ranges::sort(files);
  const std::size_t first = files.size() > kShown ? files.size() - kShown : 0;
  for (std::size_t i = first; i < files.size(); ++i) {
    auto alarm = alarm_of(files[i]);
    if (!alarm) continue;
    const std::string name = files[i].stem().string();
    known_.emplace(name.substr(name.find('-') + 1), alarm->time_ms);
    newest_.push_back(std::move(*alarm));
  }
}

bool Alarms::raise(Alarm alarm, std::string_view proof) {
  const std::lock_guard lock{mutex_};
  const std::string about = alarm.code + "@" + alarm.party;
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
