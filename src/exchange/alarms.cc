#include "exchange/alarms.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "base/bytes.h"

namespace bashu::exchange {

namespace {

constexpr std::size_t kShown = 100;
constexpr std::size_t kKnownMax = 10'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::size_t kPerHour = 10;

const std::string kFolder = "alarms/";
constexpr std::string_view kEnding = ".txt";

// The name without its ending; the same if it has another.
std::string_view stem_of(std::string_view file) {
  return file.substr(0, file.size() - (file.ends_with(kEnding) ? kEnding.size() : 0));
}

// Of `<time>-<code>@<party>-<16 hex digits>.txt`; those of earlier versions have a hyphen for the
// mark, which parties and codes may hold too.
std::optional<Alarm> alarm_of(const node::FileStore& files, const std::string& file) {
  const std::string_view name = stem_of(file);
  Alarm alarm;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), alarm.time_ms);
  const auto begin = static_cast<std::size_t>(end - name.data()) + 1;
  const std::size_t last = name.rfind('-');
  if (error != std::errc{} || name.size() == file.size() || last == std::string::npos ||
      begin >= last) {
    return std::nullopt;
  }
  const std::string about{name.substr(begin, last - begin)};
  const std::size_t mark = about.find('@');
  const std::size_t split = mark == std::string::npos ? about.rfind('-') : mark;
  if (split == std::string::npos) return std::nullopt;
  alarm.code = about.substr(0, split);
  alarm.party = about.substr(split + 1);
  const auto text = files.read(kFolder + file);
  if (!text) return std::nullopt;
  alarm.text = text->substr(0, text->find('\n'));
  return alarm;
}

}  // namespace

Alarms::Alarms(node::FileStore& files) : files_{files} {
  // Their names begin with the time, in as many digits for some centuries.
  const std::vector<std::string> names = files_.list("alarms");
  const std::size_t first = names.size() > kShown ? names.size() - kShown : 0;
  for (std::size_t i = first; i < names.size(); ++i) {
    auto alarm = alarm_of(files_, names[i]);
    if (!alarm) continue;
    const std::string_view name = stem_of(names[i]);
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
  const std::string file = std::to_string(alarm.time_ms) + "-" + name;
  static_cast<void>(files_.write(kFolder + file + std::string{kEnding}, text));
  newest_.push_back(std::move(alarm));
  if (newest_.size() > kShown) newest_.pop_front();
  return true;
}

std::vector<Alarm> Alarms::newest() const {
  const std::lock_guard lock{mutex_};
  return {newest_.begin(), newest_.end()};
}

}  // namespace bashu::exchange
