// Identities, key lists and the agreement of simulated nodes, made of public text: the same for
// every run, and they protect nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bashu::sim {

inline constexpr std::int64_t kEpochMs = 1'772'409'600'000;  // 2026-03-02T00:00:00Z, a Monday

struct Keys {
  std::string secret;  // as the key file has it
  std::string public_key;
  std::string signing_key;  // 64 bytes; empty of a sealing key
};
// `use` is root, envelope, log, seal, command or witness.
[[nodiscard]] Keys keys_of(const std::string& party, const std::string& use);
[[nodiscard]] std::string origin_of(const std::string& party);
[[nodiscard]] std::string witness_name_of(const std::string& party);
[[nodiscard]] std::string kid_of(const std::string& party, const std::string& use);
// What create_identity makes, by name of the file.
[[nodiscard]] std::map<std::string, std::string> identity_files(const std::string& party);

struct Terms {
  std::int64_t window = 64, rate_per_s = 2'000;
  bool vouched = false;    // the sign-in services have keys
  bool witnessed = false;  // they announce keys to cosign each other's logs with
};
struct Circle {
  std::string agreement;
  std::map<std::string, std::string> key_lists;
};
// The roots sign in the order given.
[[nodiscard]] Circle make_circle(const std::vector<std::string>& parties, const Terms& terms);

}  // namespace bashu::sim
