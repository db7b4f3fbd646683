#include "people/keys.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "node/files.h"

namespace bashu::people {

namespace {

constexpr std::size_t kRandomBytes = 32;

Fault fault(const std::filesystem::path& file, std::string what) {
  return {.what = file.string() + ": " + std::move(what)};
}

std::expected<void, Fault> write_keys(const std::filesystem::path& file, const Keys& keys) {
  Value::List list;
  for (const auto& [hash, key] : keys) {
    Value::Record record;
    write_principal(record, *key);
    record["sha256"] = hash;
    list.push_back(std::move(record));
  }
  std::ranges::sort(list, {}, [](const Value& value) { return value.text_at("id"); });
  return node::write_file(file, pretty_json(list) + "\n");
}

}  // namespace

std::expected<Keys, Fault> read_keys(const std::filesystem::path& file) {
  static const std::set<std::string, std::less<>> kMembers{"id",        "sha256",  "name", "roles",
                                                           "divisions", "subject", "may"};
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{text.error()};
  const auto parsed = parse_json(*text, {.depth = 8, .values = 1'000'000});
  if (!parsed) {
    return std::unexpected{fault(file, "not valid JSON (" + parsed.error().code + " at byte " +
                                           std::to_string(parsed.error().offset) + ")")};
  }
  if (!parsed->as_list()) return std::unexpected{fault(file, "must hold a list of keys")};
  Keys keys;
  std::set<std::string> ids;
  for (const Value& value : *parsed->as_list()) {
    if (!value.as_record()) return std::unexpected{fault(file, "a key must be a record")};
    for (const auto& [name, unused] : *value.as_record()) {
      if (!kMembers.contains(name)) {
        return std::unexpected{fault(file, "unknown member `" + name + "`")};
      }
    }
    auto key = read_principal(value);
    if (!key) return std::unexpected{fault(file, key.error())};
    const std::string hash = value.text_at("sha256");
    if (!hash_from_hex(hash)) {
      return std::unexpected{fault(file, key->id + ": sha256 must be 64 lower-case hex digits")};
    }
    if (!ids.insert(key->id).second) return std::unexpected{fault(file, key->id + " occurs twice")};
    if (!keys.emplace(hash, std::make_shared<const Principal>(std::move(*key))).second) {
      return std::unexpected{fault(file, "two keys have the same secret")};
    }
  }
  return keys;
}

std::expected<std::string, Fault> add_key(const std::filesystem::path& file, Principal key,
                                          std::string_view random) {
  if (random.size() < kRandomBytes) return std::unexpected{fault(file, "too little chance")};
  Keys keys;
  if (std::filesystem::exists(file)) {
    auto read = read_keys(file);
    if (!read) return std::unexpected{read.error()};
    keys = std::move(*read);
  }
  Value::Record written;
  write_principal(written, key);
  if (auto sound = read_principal(written); !sound) {
    return std::unexpected{fault(file, sound.error())};
  }
  for (const auto& [hash, known] : keys) {
    if (known->id == key.id) return std::unexpected{fault(file, key.id + " is there already")};
  }
  std::string secret = "bashu_" + base64url(random.substr(0, kRandomBytes));
  keys.emplace(hex(sha256(secret)), std::make_shared<const Principal>(std::move(key)));
  if (auto done = write_keys(file, keys); !done) return std::unexpected{done.error()};
  return secret;
}

std::expected<void, Fault> end_key(const std::filesystem::path& file, std::string_view id) {
  auto keys = read_keys(file);
  if (!keys) return std::unexpected{keys.error()};
  if (std::erase_if(*keys, [&](const auto& known) { return known.second->id == id; }) == 0) {
    return std::unexpected{fault(file, "no key " + std::string{id})};
  }
  return write_keys(file, *keys);
}

std::expected<void, Fault> KeyRing::open() {
  if (file_.now()) return {};
  return std::unexpected{Fault{.what = file_.problem()}};
}

std::shared_ptr<const Principal> KeyRing::find(std::string_view secret) {
  const auto keys = file_.now();
  if (!keys) return nullptr;
  // Looked up by digest: how long it takes says nothing about a secret.
  const auto it = keys->find(hex(sha256(secret)));
  return it == keys->end() ? nullptr : it->second;
}

}  // namespace bashu::people
