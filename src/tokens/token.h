// Keys that live in a token: a hardware security module, a card, or SoftHSM, spoken to by PKCS#11.
// The secret part never leaves it. Two uses: the root of a party signs (Ed25519, CKM_EDDSA), and
// the key that wraps those of the vault is itself closed under one (RSA, OAEP).
//
// Every call opens a session and ends it: nothing stays logged in, a token that is taken out
// hinders only who asks for it, and the module is loaded only here. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "tokens/place.h"
#include "tokens/trouble.h"

namespace bashu::tokens {

// `by_person`: typed, or asked for by somebody who looks. Others are not tried where the token says
// that a wrong one came before (CKF_USER_PIN_COUNT_LOW), nor twice in one process: who starts again
// and again with a wrong PIN would lock the token.
struct Pin {
  std::string digits;  // empty: none; a token with keys of its own needs none
  bool by_person = false;
};

// What can be seen without a PIN.
struct Seen {
  std::string token, model, serial;
  bool pin_spent = false, pin_locked = false;
};
[[nodiscard]] Done<Seen> look(const Place& place);

// Of a signing key, 32 bytes. Needs its public part in the token, and no PIN.
[[nodiscard]] Done<std::string> public_key(const Place& place);
// 64 bytes (RFC 8032). Not verified here.
[[nodiscard]] Done<std::string> sign(const Place& place, const Pin& pin, std::string_view message);
// Logs in and tries the key once: its public part if it signs, nothing if it opens what it closes.
[[nodiscard]] Done<std::string> try_key(const Place& place, const Pin& pin);
// Pairs that cannot be exported; refused if there is one of that name.
[[nodiscard]] Done<void> make_signing_key(const Place& place, const Pin& pin);
[[nodiscard]] Done<void> make_closing_key(const Place& place, const Pin& pin);

// A short secret under an RSA key, at most 190 bytes. `how`: RSA-OAEP-SHA256, or -SHA1 where the
// token knows no other (SoftHSM 2.6); what OAEP needs of its hash SHA-1 still gives (RFC 8017).
struct Closed {
  std::string how, bytes;
};
[[nodiscard]] Done<Closed> close(const Place& place, const Pin& pin, std::string_view secret);
[[nodiscard]] Done<std::string> open(const Place& place, const Pin& pin, const Closed& closed);

}  // namespace bashu::tokens
