// DIR/users.json: the people who sign in at this node's pages, with a password of their own or
// through a provider of OpenID Connect. One record each, as in principal.h, with
//
//     "password":"$argon2id$..."                     none: only through the provider
//     "openid":{"issuer":"https://...","subject":"..."}
//     "ended":true                                   signs in no more; the id is not used again
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "people/principal.h"
#include "people/watched.h"

namespace bashu::people {

struct Account {
  std::shared_ptr<const Principal> who;
  std::string password{};  // its argon2id hash; may be empty
  std::string issuer{}, subject{};
  bool ended = false;

  // Changes when the password or the provider's subject does: then open sessions end.
  [[nodiscard]] std::string credential() const;
};
using Accounts = std::map<std::string, Account, std::less<>>;  // by id

[[nodiscard]] std::expected<Accounts, Fault> read_accounts(const std::filesystem::path& file);
[[nodiscard]] std::expected<void, Fault> write_accounts(const std::filesystem::path& file,
                                                        const Accounts& accounts);
// Takes about a tenth of a second and 64 MiB.
[[nodiscard]] std::string hash_password(std::string_view password);
[[nodiscard]] bool password_fits(std::string_view password, const std::string& hash);
// What a password must have: a problem for people, or an empty text.
inline constexpr std::size_t kPasswordMin = 10, kPasswordMax = 200;  // bytes

// The accounts of a running node.
class AccountBook {
 public:
  explicit AccountBook(std::filesystem::path file)
      : file_{std::move(file), &read_accounts, std::make_shared<const Accounts>()} {}
  // nullptr: unknown, ended, or the file cannot be read.
  [[nodiscard]] std::shared_ptr<const Account> find(std::string_view id);
  [[nodiscard]] std::shared_ptr<const Account> find_by(std::string_view issuer,
                                                       std::string_view subject);
  void reload() { file_.reload(); }
  [[nodiscard]] std::string problem() const { return file_.problem(); }

 private:
  Watched<Accounts> file_;
};

}  // namespace bashu::people
