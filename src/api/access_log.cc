#include "api/access_log.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/json.h"
#include "node/files.h"

namespace bashu::api {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeyBytes = crypto_generichash_KEYBYTES;

std::string tag_of(std::string_view key, std::string_view text) {
  std::string tag(crypto_generichash_BYTES, '\0');
  ::crypto_generichash(reinterpret_cast<unsigned char*>(tag.data()), tag.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                       reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return base64url(tag);
}

// The last line of the chain.
struct End {
  std::uint64_t count = 0;
  std::string tag;
};
std::optional<End> end_of(const Value& line) {
  if (line.text_at("tag").empty() || line.int_at("n") < 1) return std::nullopt;
  return End{.count = static_cast<std::uint64_t>(line.int_at("n")), .tag = line.text_at("tag")};
}
End read_end(const fs::path& file) {
  const auto text = node::read_file(file);
  const auto value = text ? parse_json(*text) : std::expected<Value, JsonError>{};
  return text && value ? end_of(*value).value_or(End{}) : End{};
}
End last_line(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::string line;
  End end;
  // Only the tail: the file grows for years.
  constexpr std::streamoff kTail = 4 << 20;
  in.seekg(0, std::ios::end);
  const std::streamoff size = in.tellg();
  in.seekg(std::max<std::streamoff>(0, size - kTail));
  while (std::getline(in, line)) {
    const auto value = parse_json(line);
    if (!value) continue;
    if (auto found = end_of(*value)) end = std::move(*found);
  }
  return end;
}

bool append(const fs::path& file, const std::string& text, int flags) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (fd < 0) return false;
  const bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return ::close(fd) == 0 && whole;
}

}  // namespace

AccessLog::AccessLog(const fs::path& dir)
    : file_{dir / "access.log"}, end_file_{dir / "keys" / "access.end"} {
  BASHU_ASSERT(::sodium_init() >= 0);
  const fs::path key = dir / "keys" / "access.key";
  if (const auto kept = node::read_file(key); kept && kept->size() == kKeyBytes) {
    key_ = *kept;
  } else if (!fs::exists(key)) {
    std::string fresh(kKeyBytes, '\0');
    ::randombytes_buf(fresh.data(), fresh.size());
    if (node::write_file(key, fresh)) key_ = std::move(fresh);
  }
  // The later of the two: what was cut off at the end stays missing in the chain.
  End end = last_line(file_);
  if (End kept = read_end(end_file_); kept.count > end.count) end = std::move(kept);
  count_ = end.count;
  tag_ = std::move(end.tag);
}

bool AccessLog::record(Instant now, const people::Principal& key, const AccessOf& what,
                       const std::vector<std::string>& paths) {
  if (key_.empty()) return false;
  Value::List fields;
  for (const std::string& path : paths) fields.emplace_back(path);
  Value::Record line{{"time_ms", now.unix_ms},
                     {"key", key.id},
                     {"principal", key.principal()},
                     {"resource", what.resource},
                     {"fields", std::move(fields)}};
  if (!what.purpose.empty()) line["purpose"] = what.purpose;
  const std::lock_guard lock{mutex_};
  line["n"] = count_ + 1;
  line["prev"] = tag_;
  std::string tag = tag_of(key_, canonical_json(Value{line}));
  line["tag"] = tag;
  if (!append(file_, canonical_json(Value{std::move(line)}) + "\n", O_APPEND)) return false;
  ++count_;
  tag_ = std::move(tag);
  const Value end = Value::Record{{"n", count_}, {"tag", tag_}};
  return append(end_file_, canonical_json(end), O_TRUNC);
}

std::expected<std::expected<std::uint64_t, AccessFlaw>, Fault> verify_access(
    const fs::path& dir, const SeeAccess& seen) {
  using Why = AccessFlaw::Why;
  BASHU_ASSERT(::sodium_init() >= 0);
  const End written = read_end(dir / "keys" / "access.end");
  if (!fs::exists(dir / "access.log") && written.count == 0) return 0;
  const auto key = node::read_file(dir / "keys" / "access.key");
  if (!key) return std::unexpected{key.error()};
  if (key->size() != kKeyBytes) {
    return std::unexpected{Fault{.what = (dir / "keys" / "access.key").string() + ": no key"}};
  }
  std::ifstream in{dir / "access.log", std::ios::binary};
  std::string text, prev;
  std::uint64_t number = 0, count = 0;
  const auto flaw = [&](Why why) {
    return std::expected<std::uint64_t, AccessFlaw>{
        std::unexpected{AccessFlaw{.why = why, .line = number, .count = written.count}}};
  };
  while (std::getline(in, text)) {
    ++number;
    auto value = parse_json(text, {.depth = 8, .values = 10'000'000});
    if (!value || !value->as_record() || canonical_json(*value) != text) return flaw(Why::changed);
    if (seen) seen(*value);
    const std::string tag = value->text_at("tag");
    // Lines of before there was a chain stand before it.
    if (tag.empty() && count == 0) continue;
    value->as_record()->erase("tag");
    if (tag.empty() || tag != tag_of(*key, canonical_json(*value))) return flaw(Why::changed);
    if (value->text_at("prev") != prev ||
        value->int_at("n") != static_cast<std::int64_t>(count + 1)) {
      return flaw(Why::missing);
    }
    ++count;
    prev = tag;
  }
  if (count < written.count) return flaw(Why::end);
  return count;
}

bool is_about(const Value& line, std::string_view about) {
  const auto begins = [&](std::string_view text) {
    if (!text.starts_with(about)) return false;
    return text.size() == about.size() || std::string_view{"./@["}.contains(text[about.size()]);
  };
  if (begins(line.text_at("resource"))) return true;
  const Value* fields = line.find("fields");
  if (!fields || !fields->as_list()) return false;
  for (const Value& field : *fields->as_list()) {
    if (field.as_text() && begins(*field.as_text())) return true;
  }
  return false;
}

std::vector<Value> accesses_of(const fs::path& dir, std::string_view about, std::size_t most) {
  std::deque<Value> newest;
  std::ifstream in{dir / "access.log", std::ios::binary};
  for (std::string text; std::getline(in, text);) {
    // Most lines are about something else: they are not read as JSON.
    if (!text.contains(about)) continue;
    auto line = parse_json(text, {.depth = 8, .values = 10'000'000});
    if (!line || !is_about(*line, about)) continue;
    newest.push_front(std::move(*line));
    if (newest.size() > most) newest.pop_back();
  }
  return {std::make_move_iterator(newest.begin()), std::make_move_iterator(newest.end())};
}

}  // namespace bashu::api
