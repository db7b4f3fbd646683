// Who asks, however he proved it: the holder of an API key (a program) or of an account (a person
// at a page). Both have the same powers, journaled by commands (docs/formats/people.md), and are
// written the same way in requests and answers:
//
//     "name":"...", "roles":{"hazardous-waste":["clerk"],"*":["office"]}, "divisions":["5101"],
//     "person":"", "may":["registrar"], "subjects":["91510100MA00000001"]
//
// `roles` per pack name, `*` for every pack. `divisions`: prefixes of GB/T 2260 codes the holder
// acts for; none: all. `person`: who stands behind it, where one person has several; else each is
// a person. `may`: `admin` adopts packs and agreements, `registrar` fills registers, `audit` reads
// evidence and cases but no personal values. `subjects`: whose cases are theirs, by a role that
// sees its own.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "core/event.h"

namespace bashu::people {

struct Principal {
  std::string id;
  std::string name{};
  std::map<std::string, std::vector<std::string>, std::less<>> roles{};  // pack name or `*`
  std::vector<std::string> divisions{};
  std::string person{};
  std::set<std::string, std::less<>> may{};
  std::set<std::string, std::less<>> subjects{};
  enum class Kind : std::uint8_t { key, account } kind = Kind::key;

  // `key:<id>` or `user:<id>`, as the journal knows it.
  [[nodiscard]] std::string journal_id() const;
  // Named in commands and journal: the person if one is named, else journal_id().
  [[nodiscard]] std::string principal() const;
  [[nodiscard]] std::vector<std::string> roles_in(std::string_view pack_name) const;
  [[nodiscard]] bool allows(std::string_view act) const { return may.contains(act); }
};

// 1 to 64 of a-z 0-9 - _ .
[[nodiscard]] bool is_id(std::string_view id);
// The members above, of a record that may have others; an error text if one is of another form.
[[nodiscard]] std::expected<Principal, std::string> read_principal(const Value& value);
void write_principal(Value::Record& into, const Principal& principal);

// As the journal keeps it, without what proves it and without the name, which is sealed; and back.
[[nodiscard]] core::PrincipalSet set_of(const Principal& principal);
[[nodiscard]] Principal principal_of(const core::PrincipalSet& set, std::string name);

}  // namespace bashu::people
