// Who may come in, as the journal says: keys and accounts in force, copied from the core when they
// changed, so that a request does not interrupt it. A command that ends one counts for the next
// request after it. Thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/date.h"
#include "core/store.h"
#include "node/node.h"
#include "people/passwords.h"
#include "people/principal.h"
#include "people/watched.h"

namespace bashu::people {

struct Account {
  std::shared_ptr<const Principal> who;
  std::string password{};  // its argon2id hash; may be empty
  // Changes when the password or the provider's subject does: then open sessions end.
  std::string credential{};
};

class Roster {
 public:
  // Both must outlive it; `dir` holds passwords.json.
  Roster(node::Node& node, const std::filesystem::path& dir);

  // nullptr: unknown, ended or expired. `secret` is what follows `Bearer `.
  [[nodiscard]] std::shared_ptr<const Principal> find_key(std::string_view secret);
  [[nodiscard]] std::shared_ptr<const Account> find(std::string_view id);
  [[nodiscard]] std::shared_ptr<const Account> find_by(std::string_view issuer,
                                                       std::string_view subject);
  // All of them, the ended ones too, and what waits for a second person.
  [[nodiscard]] std::shared_ptr<const core::People> people();
  // The name in clear; empty where its key is gone.
  [[nodiscard]] std::string name_of(const core::PrincipalSet& set);

  void reload() { passwords_.reload(); }
  [[nodiscard]] std::string problem() const { return passwords_.problem(); }

 private:
  struct Entry {
    std::shared_ptr<const Principal> who;
    const core::Principal* row = nullptr;
  };
  struct Roll {
    core::People people;
    std::map<std::string, Entry, std::less<>> keys;       // by proof
    std::map<std::string, Entry, std::less<>> accounts;   // by id
    std::map<std::string, Entry, std::less<>> providers;  // by proof
    std::uint64_t changes = 0;  // Node::circle_changes() before it was made
  };
  std::shared_ptr<const Roll> now();
  [[nodiscard]] std::shared_ptr<const Account> account(const Entry& entry);

  node::Node& node_;
  Watched<Passwords> passwords_;
  std::mutex mutex_;
  std::shared_ptr<const Roll> roll_;
};

}  // namespace bashu::people
