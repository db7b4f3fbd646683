#include "api/uploads.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/json.h"
#include "base/value.h"
#include "node/files.h"

namespace bashu::api {

namespace fs = std::filesystem;

namespace {

bool is_id(std::string_view text) {
  constexpr std::size_t kIdSize = 32;
  return text.size() == kIdSize && from_hex(text).has_value();
}

std::optional<Upload> read(const fs::path& file) {
  const auto text = node::read_file(file);
  const auto value = text ? parse_json(*text) : std::expected<Value, JsonError>{};
  const Value* list = text && value ? value->find("parts") : nullptr;
  if (!list || !list->as_list()) return std::nullopt;
  Upload upload{.id = file.filename().string(),
                .principal = value->text_at("principal"),
                .key = value->text_at("key"),
                .name = value->text_at("name"),
                .media = value->text_at("media"),
                .size = static_cast<std::size_t>(value->int_at("size")),
                .since_ms = value->int_at("since_ms"),
                .touched_ms = value->int_at("touched_ms"),
                .sha256 = value->text_at("sha256")};
  for (const Value& part : *list->as_list()) {
    upload.parts.push_back(
        {.name = part.text_at("name"), .size = static_cast<std::size_t>(part.int_at("size"))});
  }
  return upload;
}

}  // namespace

std::size_t Upload::offset() const {
  std::size_t bytes = 0;
  for (const exchange::Part& part : parts) bytes += part.size;
  return bytes;
}

Uploads::Uploads(fs::path dir) : dir_{std::move(dir)} {
  std::error_code error;  // a folder that cannot be made shows when something is begun
  fs::create_directories(dir_, error);
  for (fs::directory_iterator it{dir_, error}, end; !error && it != end; it.increment(error)) {
    if (!is_id(it->path().filename().string())) continue;
    if (auto upload = read(it->path())) all_.emplace(upload->id, *upload);
  }
}

std::expected<void, Fault> Uploads::keep(const Upload& upload) {
  Value::List parts;
  for (const exchange::Part& part : upload.parts) {
    parts.push_back(Value::Record{{"name", part.name}, {"size", part.size}});
  }
  const Value content =
      Value::Record{{"principal", upload.principal}, {"key", upload.key},
                    {"name", upload.name},           {"media", upload.media},
                    {"size", upload.size},           {"since_ms", upload.since_ms},
                    {"parts", std::move(parts)},     {"touched_ms", upload.touched_ms},
                    {"sha256", upload.sha256}};
  return node::write_file(dir_ / upload.id, canonical_json(content));
}

std::expected<void, Fault> Uploads::begin(Upload upload) {
  const std::lock_guard lock{mutex_};
  auto kept = keep(upload);
  if (kept) all_.insert_or_assign(upload.id, std::move(upload));
  return kept;
}

std::vector<Upload> Uploads::under_way(std::string_view principal) const {
  std::vector<Upload> found;
  const std::lock_guard lock{mutex_};
  for (const auto& [id, upload] : all_) {
    if (upload.principal == principal && upload.sha256.empty()) found.push_back(upload);
  }
  std::ranges::stable_sort(found, {}, &Upload::since_ms);
  return found;
}

std::expected<Upload, Uploads::Why> Uploads::take(std::string_view id, std::string_view principal) {
  const std::lock_guard lock{mutex_};
  const auto it = all_.find(id);
  if (it == all_.end() || it->second.principal != principal) return std::unexpected{Why::none};
  if (!in_use_.emplace(id).second) return std::unexpected{Why::in_use};
  return it->second;
}

std::expected<void, Fault> Uploads::put_back(Upload upload) {
  const std::lock_guard lock{mutex_};
  in_use_.erase(upload.id);
  auto kept = keep(upload);
  if (kept) all_.insert_or_assign(upload.id, std::move(upload));
  return kept;
}

void Uploads::put_back_as_it_was(std::string_view id) {
  const std::lock_guard lock{mutex_};
  if (const auto it = in_use_.find(id); it != in_use_.end()) in_use_.erase(it);
}

void Uploads::end(std::string_view id) {
  const std::lock_guard lock{mutex_};
  if (const auto it = in_use_.find(id); it != in_use_.end()) in_use_.erase(it);
  const auto it = all_.find(id);
  if (it == all_.end()) return;
  std::error_code ignored;  // what is left over is given up after the next start
  fs::remove(dir_ / it->first, ignored);
  all_.erase(it);
}

std::vector<Upload> Uploads::give_up(Instant now) {
  std::vector<Upload> gone;
  const std::lock_guard lock{mutex_};
  for (auto it = all_.begin(); it != all_.end();) {
    if (now.unix_ms - it->second.touched_ms < kRestMs || in_use_.contains(it->first)) {
      ++it;
      continue;
    }
    std::error_code ignored;  // what is left over is given up after the next start
    fs::remove(dir_ / it->first, ignored);
    gone.push_back(std::move(it->second));
    it = all_.erase(it);
  }
  return gone;
}

}  // namespace bashu::api
