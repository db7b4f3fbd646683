#include "people/passwords.h"

#include <mutex>
#include <utility>

#include "base/json.h"
#include "base/value.h"
#include "node/files.h"
#include "people/secrets.h"

namespace bashu::people {

std::expected<Passwords, Fault> read_passwords(const std::filesystem::path& file) {
  const auto text = node::read_file(file);
  if (!text) return std::unexpected{text.error()};
  const auto fault = [&](const std::string& what) {
    return std::unexpected{Fault{.what = file.string() + ": " + what}};
  };
  const auto parsed = parse_json(*text, {.depth = 2, .values = 1'000'000});
  if (!parsed || !parsed->as_record()) return fault("must hold a JSON record of hashes");
  Passwords all;
  for (const auto& [digest, hash] : *parsed->as_record()) {
    if (!hash.as_text() || !hash.as_text()->starts_with("$argon2id$")) {
      return fault(digest + ": must be a hash of argon2id");
    }
    if (password_proof(*hash.as_text()) != digest) return fault(digest + ": of another hash");
    all.emplace(digest, *hash.as_text());
  }
  return all;
}

std::expected<std::string, Fault> keep_password(const std::filesystem::path& file,
                                                const std::string& hash) {
  static std::mutex mutex;  // of one process: the directory has no other
  const std::lock_guard lock{mutex};
  Passwords all;
  if (std::filesystem::exists(file)) {
    auto read = read_passwords(file);
    if (!read) return std::unexpected{read.error()};
    all = std::move(*read);
  }
  const std::string digest = password_proof(hash);
  all[digest] = hash;
  Value::Record record;
  for (const auto& [key, value] : all) record.emplace(key, value);
  if (auto done = node::write_file(file, pretty_json(record) + "\n"); !done) {
    return std::unexpected{done.error()};
  }
  return digest;
}

}  // namespace bashu::people
