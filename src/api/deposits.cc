#include "api/deposits.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "node/files.h"

namespace bashu::api {

namespace fs = std::filesystem;

namespace {

std::optional<Deposit> read(const fs::path& file) {
  const auto text = node::read_file(file);
  const auto value = text ? parse_json(*text) : std::expected<Value, JsonError>{};
  if (!text || !value) return std::nullopt;
  return Deposit{.sha256 = file.filename().string(),
                 .principal = value->text_at("principal"),
                 .key = value->text_at("key"),
                 .since_ms = value->int_at("since_ms"),
                 .size = static_cast<std::size_t>(value->int_at("size"))};
}

}  // namespace

Deposits::Deposits(fs::path dir) : dir_{std::move(dir)} {
  std::error_code error;  // a folder that cannot be made shows when something is added
  fs::create_directories(dir_ / "open", error);
  for (fs::directory_iterator it{dir_ / "open", error}, end; !error && it != end;
       it.increment(error)) {
    if (!hash_from_hex(it->path().filename().string())) continue;
    if (auto deposit = read(it->path())) open_.emplace(deposit->sha256, *deposit);
  }
}

bool Deposits::room_for(std::string_view principal) const {
  const std::lock_guard lock{mutex_};
  const auto count = std::ranges::count_if(
      open_, [&](const auto& item) { return item.second.principal == principal; });
  return static_cast<std::size_t>(count) < kOpenMax;
}

std::size_t Deposits::bytes_of(std::string_view principal) const {
  const std::lock_guard lock{mutex_};
  std::size_t bytes = 0;
  for (const auto& [sha256, deposit] : open_) {
    if (deposit.principal == principal) bytes += deposit.size;
  }
  return bytes;
}

std::expected<void, Fault> Deposits::add(const Deposit& deposit) {
  const Value content = Value::Record{{"principal", deposit.principal},
                                      {"key", deposit.key},
                                      {"since_ms", deposit.since_ms},
                                      {"size", deposit.size}};
  const std::lock_guard lock{mutex_};
  auto written = node::write_file(open_file(deposit.sha256), canonical_json(content));
  if (written) open_.insert_or_assign(deposit.sha256, deposit);
  return written;
}

std::optional<Deposit> Deposits::find(std::string_view sha256, std::string_view principal) const {
  if (!hash_from_hex(sha256)) return std::nullopt;
  const std::lock_guard lock{mutex_};
  const auto waiting = open_.find(sha256);
  auto found = waiting == open_.end() ? read(dir_ / sha256) : std::optional{waiting->second};
  return found && found->principal == principal ? found : std::nullopt;
}

std::optional<Deposit> Deposits::hand_in(std::string_view sha256, std::string_view principal) {
  if (!hash_from_hex(sha256)) return std::nullopt;
  const std::lock_guard lock{mutex_};
  const auto waiting = open_.find(sha256);
  if (waiting == open_.end()) {
    auto before = read(dir_ / sha256);
    if (!before || before->principal != principal) return std::nullopt;
    if (const auto it = undecided_.find(sha256); it != undecided_.end()) ++it->second.commands;
    return before;
  }
  if (waiting->second.principal != principal) return std::nullopt;
  std::error_code error;
  fs::rename(open_file(sha256), dir_ / sha256, error);
  // A power cut must not bring it back among those that are given up: a case will name it.
  if (error || !node::sync_directory(dir_) || !node::sync_directory(dir_ / "open")) {
    return std::nullopt;
  }
  Deposit deposit = std::move(waiting->second);
  open_.erase(waiting);
  undecided_.insert_or_assign(deposit.sha256, Undecided{.deposit = deposit, .commands = 1});
  return deposit;
}

void Deposits::settle(std::string_view sha256, bool took_effect) {
  const std::lock_guard lock{mutex_};
  const auto it = undecided_.find(sha256);
  if (it == undecided_.end()) return;
  it->second.stays |= took_effect;
  if (--it->second.commands > 0) return;
  if (!it->second.stays) {
    std::error_code error;  // what cannot be moved back stays
    fs::rename(dir_ / sha256, open_file(sha256), error);
    if (!error) open_.insert_or_assign(it->first, std::move(it->second.deposit));
  }
  undecided_.erase(it);
}

std::vector<Deposit> Deposits::waiting(std::string_view principal) const {
  std::vector<Deposit> found;
  const std::lock_guard lock{mutex_};
  for (const auto& [sha256, deposit] : open_) {
    if (deposit.principal == principal) found.push_back(deposit);
  }
  std::ranges::stable_sort(found, {}, &Deposit::since_ms);
  return found;
}

std::optional<Deposit> Deposits::take_back(std::string_view sha256, std::string_view principal) {
  const std::lock_guard lock{mutex_};
  const auto it = open_.find(sha256);
  if (it == open_.end() || it->second.principal != principal) return std::nullopt;
  std::error_code error;
  if (!fs::remove(open_file(sha256), error) || error) return std::nullopt;
  Deposit gone = std::move(it->second);
  open_.erase(it);
  return gone;
}

std::vector<Deposit> Deposits::give_up(Instant now) {
  std::vector<Deposit> gone;
  const std::lock_guard lock{mutex_};
  for (auto it = open_.begin(); it != open_.end();) {
    if (now.unix_ms - it->second.since_ms < kOpenMs) {
      ++it;
      continue;
    }
    std::error_code ignored;  // what is left over is given up after the next start
    fs::remove(open_file(it->first), ignored);
    gone.push_back(std::move(it->second));
    it = open_.erase(it);
  }
  return gone;
}

}  // namespace bashu::api
