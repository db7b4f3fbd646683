// DIR/passwords.json: the salted hashes of passwords, by their digest. The journal says which
// digest is in force for which account, so that no copy of this file, however old, brings back a
// password, and what is missing or damaged in it only keeps people out.
//
//     {"<password_proof>":"$argon2id$...", ...}
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <string>

#include "base/error.h"

namespace bashu::people {

using Passwords = std::map<std::string, std::string, std::less<>>;

// Every line is checked against its digest.
[[nodiscard]] std::expected<Passwords, Fault> read_passwords(const std::filesystem::path& file);
// Adds a hash beside the others; gives its digest. What the journal names no more may be dropped.
[[nodiscard]] std::expected<std::string, Fault> keep_password(const std::filesystem::path& file,
                                                              const std::string& hash);

}  // namespace bashu::people
