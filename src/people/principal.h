// Who asks, however he proved it: the holder of an API key (a program) or of an account (a person
// at a page). Both have the same powers and are written the same way in DIR/api-keys.json and
// DIR/users.json:
//
//     "name":"...", "roles":{"hazardous-waste":["clerk"],"*":["office"]}, "divisions":["5101"],
//     "subject":"", "may":["registrar"]
//
// `roles` per pack name, `*` for every pack. `divisions`: prefixes of GB/T 2260 codes the holder
// acts for; none: all. `subject`: the person behind it, where one person has several; two
// principals are two persons. `may`: `admin` adopts packs and agreements, `registrar` fills
// registers, `audit` reads evidence and cases but no personal values.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"

namespace bashu::people {

struct Principal {
  std::string id;
  std::string name{};
  std::map<std::string, std::vector<std::string>, std::less<>> roles{};  // pack name or `*`
  std::vector<std::string> divisions{};
  std::string subject{};
  std::set<std::string, std::less<>> may{};
  enum class Kind : std::uint8_t { key, account } kind = Kind::key;

  // Named in commands and journal: the subject if there is one, else `key:<id>` or `user:<id>`.
  [[nodiscard]] std::string principal() const;
  [[nodiscard]] std::vector<std::string> roles_in(std::string_view pack_name) const;
  [[nodiscard]] bool allows(std::string_view act) const { return may.contains(act); }
};

// 1 to 64 of a-z 0-9 - _ .
[[nodiscard]] bool is_id(std::string_view id);
// The members above, of a record that may have others; an error text if one is of another form.
[[nodiscard]] std::expected<Principal, std::string> read_principal(const Value& value);
void write_principal(Value::Record& into, const Principal& principal);

}  // namespace bashu::people
