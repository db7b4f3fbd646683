// Who may use the API: DIR/api-keys.json, and what a key may see. Nothing is allowed that is not
// written there or declared by a pack.
//
//     [{"id":"clerk-01","sha256":"<hex of the secret's SHA-256>","name":"...",
//       "roles":{"hazardous-waste":["clerk"],"*":["office"]},
//       "divisions":["5101"],"subject":"","may":["registrar"]}]
//
// `roles` per pack name, `*` for every pack. `divisions`: prefixes of GB/T 2260 codes the holder
// acts for; none: all. `subject`: the person behind the key, where one person has several; two
// principals are two persons. `may`: `admin` adopts packs and agreements, `registrar` fills
// registers, `audit` reads evidence and cases but no personal values.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "core/store.h"
#include "packs/pack.h"

namespace bashu::api {

struct ApiKey {
  std::string id;
  std::string secret_sha256;  // 64 hex digits
  std::string name;
  std::map<std::string, std::vector<std::string>, std::less<>> roles;  // pack name or `*`
  std::vector<std::string> divisions;
  std::string subject;
  std::set<std::string, std::less<>> may;

  // Named in commands and journal: the subject if there is one, else `key:<id>`.
  [[nodiscard]] std::string principal() const;
  [[nodiscard]] std::vector<std::string> roles_in(std::string_view pack_name) const;
  [[nodiscard]] bool allows(std::string_view act) const { return may.contains(act); }
};
// By the hexadecimal SHA-256 of the secret.
using ApiKeys = std::map<std::string, ApiKey, std::less<>>;

[[nodiscard]] std::expected<ApiKeys, Fault> read_api_keys(const std::filesystem::path& file);
// Adds a key and gives its secret, which is kept nowhere. `random` is at least 32 bytes of chance.
// Refuses an id that is there already.
[[nodiscard]] std::expected<std::string, Fault> add_api_key(const std::filesystem::path& file,
                                                            ApiKey key, std::string_view random);

// The keys of a running node: read again when the file changes or reload() is called. A file that
// cannot be read leaves the keys as they were, and problem() says so.
class KeyRing {
 public:
  explicit KeyRing(std::filesystem::path file);
  // Reads the file for the first time.
  [[nodiscard]] std::expected<void, Fault> open();
  // nullptr: unknown. `secret` is what follows `Bearer `.
  [[nodiscard]] std::shared_ptr<const ApiKey> find(std::string_view secret);
  void reload();
  [[nodiscard]] std::string problem() const;

 private:
  void refresh(bool force);

  std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const ApiKey>, std::less<>> keys_;
  std::filesystem::file_time_type written_;
  std::int64_t looked_ms_ = 0;
  std::string problem_;
};

// How much of a case a key sees.
enum class Sight : std::uint8_t {
  none,
  audited,  // everything but personal values
  full,     // by a role of a party of the case that this node plays
};

// What of a case decides who sees it.
struct CaseFacts {
  const core::Parties* parties = nullptr;
  std::string_view state;
  std::string_view opened_by;
  std::set<std::string, std::less<>> task_roles{};  // of open tasks of the case
  bool acted = false;                               // this principal took a step of it before
};
// `own`: the party of this node. A role that sees all cases sees it; a role that sees its own
// sees what the holder began or took a step of, and, unless somebody else of the same role began
// it here, what waits for that role by a task or an event of the present state.
[[nodiscard]] Sight sight(const ApiKey& key, const packs::Pack& pack, const packs::Service& service,
                          std::string_view own, const CaseFacts& facts);

// Whether a role of the key is declared `all` anywhere in the pack: an office's view of registers,
// books and records behind figures. Others see what is public.
[[nodiscard]] bool sees_internal(const ApiKey& key, const packs::Pack& pack);

// False if the value has division codes (type place) at its top level and all are elsewhere.
[[nodiscard]] bool in_divisions(const ApiKey& key, const std::vector<packs::Member>& fields,
                                const Value& data);

}  // namespace bashu::api
