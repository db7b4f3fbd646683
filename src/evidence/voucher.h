// Who acted (docs/formats/evidence.md section 19): the sign-in service of a party says which
// officer gave the command that a message tells, under a key of its own.
//
//     somebody signed in ─► act ─► signed by the command key ─► the command, the core, the message
//                                                                 └─ member `$voucher` of its body
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "evidence/agreement.h"
#include "evidence/envelope.h"

namespace bashu::evidence {

inline constexpr std::string_view kVoucher = "$voucher";     // in the body of a message
inline constexpr std::string_view kCommandRole = "command";  // of the key in the key list

struct Voucher {
  std::string party;
  std::string officer;                        // `user:zhang`, as the party's journal names them
  std::vector<std::string> roles, divisions;  // in which they acted; no division: everywhere
  std::string how;                            // password, provider, key
  std::string session;                        // digest, hex; empty: no session
  std::int64_t at = 0;                        // seconds
  std::string case_id;                        // empty: what was done is about no case yet
  std::int64_t after = 0;                     // the version of the case they saw; 0: not said
  std::string act;                            // digest of what was done, hex
};

// What a message of this kind and body says was done by somebody; nullopt: by nobody, or it is not
// vouched for. Of a command, told with the members that its message will have.
[[nodiscard]] std::optional<Value> act_of(std::string_view kind, const Value& body);
[[nodiscard]] std::string act_digest(const Value& act);  // hex

// The member `$voucher`: {"kid","said","signature"}; signed are the bytes of `said`.
[[nodiscard]] Value sign_voucher(const Voucher& voucher, std::string_view kid,
                                 std::string_view secret_key);

// The same said under another key, since the one that signed it was revoked.
[[nodiscard]] Value vouch_again(const Value& voucher, std::string_view kid,
                                std::string_view secret_key);

// A voucher that fits the message it came with.
struct Vouched {
  std::string kid;
  Voucher voucher;
};
struct VouchedBy {
  const KeyList& keys;          // of all parties
  std::int64_t max_life_s = 0;  // a voucher is no older than a message may become
  bool past = false;            // of a message taken before: a revocation counts from its own time
};
// nullopt: the message brings none. `voucher`: it is not the sender's for this message, or
// its key did not count at that time; `voucher-missing`: it brings none and must.
[[nodiscard]] std::expected<std::optional<Vouched>, Code> check_voucher(const Payload& message,
                                                                        const VouchedBy& by);
// The settlement of a dispute, by a party that has had a command key for an hour.
[[nodiscard]] bool needs_voucher(const Payload& message, const KeyList& keys);

}  // namespace bashu::evidence
