#include "node/custody.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "base/assert.h"
#include "base/bytes.h"
#include "node/files.h"

namespace bashu::node {

namespace fs = std::filesystem;

namespace {

static_assert(kWrapNonce == crypto_secretbox_NONCEBYTES);
static_assert(kWrapAdds == kWrapNonce + crypto_secretbox_MACBYTES);

constexpr std::array<std::string_view, 3> kPublic{"node.json", "published.tsv", "rehearsal-day"};

const unsigned char* in(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* out(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

bool grants(const fs::path& path, fs::perms some) {
  std::error_code error;
  return (fs::status(path, error).permissions() & some) != fs::perms::none && !error;
}

bool is_public(const fs::path& path) {
  return path.extension() == ".crt" ||
         std::ranges::find(kPublic, path.filename().string()) != kPublic.end();
}

void look_into(const fs::path& dir, const std::string& prefix, std::vector<std::string>& found) {
  std::error_code error;
  for (fs::directory_iterator it{dir, error}, end; !error && it != end; it.increment(error)) {
    if (is_public(it->path())) continue;
    const fs::perms some = it->is_directory(error)
                               ? fs::perms::others_exec
                               : fs::perms::others_read | fs::perms::others_write;
    if (grants(it->path(), some)) found.push_back(prefix + it->path().filename().string());
  }
}

// The file of that credential of systemd, else the one that the variable names; empty: there is
// none.
fs::path kept_apart(std::string_view credential, const char* variable) {
  const char* const credentials = ::secure_getenv("CREDENTIALS_DIRECTORY");
  if (credentials && fs::exists(fs::path{credentials} / credential)) {
    return fs::path{credentials} / credential;
  }
  const char* const named = ::secure_getenv(variable);
  return named ? named : "";
}

}  // namespace

void keep_files_private() { ::umask(077); }

std::vector<std::string> open_to_all(const fs::path& dir) {
  std::vector<std::string> found;
  if (!grants(dir, fs::perms::others_exec)) return found;
  look_into(dir, "", found);
  if (grants(dir / "keys", fs::perms::others_exec)) look_into(dir / "keys", "keys/", found);
  std::ranges::sort(found);
  return found;
}

std::expected<std::string, Fault> text_kept_apart(std::string_view credential,
                                                  const char* variable) {
  const fs::path file = kept_apart(credential, variable);
  return file.empty() ? std::string{} : read_file(file);
}

std::expected<std::string, Fault> key_kept_apart(std::string_view credential,
                                                 const char* variable) {
  const fs::path file = kept_apart(credential, variable);
  if (file.empty()) return std::string{};
  const auto text = read_file(file);
  if (!text) return std::unexpected{text.error()};
  const std::string key =
      from_hex(std::string_view{*text}.substr(0, text->find_first_of("\r\n"))).value_or("");
  if (key.size() != crypto_secretbox_KEYBYTES) {
    return std::unexpected{Fault{.what = file.string() + ": 64 hex digits are expected"}};
  }
  return key;
}

std::expected<std::string, Fault> wrapping_key() {
  return key_kept_apart("bashu.vault", "BASHU_VAULT_KEY_FILE");
}

std::string wrap(std::string_view key, std::string_view secret, std::string_view nonce) {
  BASHU_ASSERT(key.size() == crypto_secretbox_KEYBYTES && nonce.size() == kWrapNonce);
  std::string box(secret.size() + crypto_secretbox_MACBYTES, '\0');
  ::crypto_secretbox_easy(out(box), in(secret), secret.size(), in(nonce), in(key));
  return std::string{nonce} + box;
}

std::string unwrap(std::string_view key, std::string_view wrapped) {
  if (key.size() != crypto_secretbox_KEYBYTES || wrapped.size() <= kWrapAdds) return {};
  const std::string_view box = wrapped.substr(kWrapNonce);
  std::string secret(box.size() - crypto_secretbox_MACBYTES, '\0');
  const int opened =
      ::crypto_secretbox_open_easy(out(secret), in(box), box.size(), in(wrapped), in(key));
  return opened == 0 ? secret : std::string{};
}

}  // namespace bashu::node
