// Why a proof, note, record or journal does not verify: the codes of docs/formats/evidence.md 13.
// One that is not among them does not compile, neither where it is given nor where it is asked for.
#pragma once

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <string_view>

namespace bashu::evidence {

inline constexpr auto kCodes = std::to_array<std::string_view>(
    {// refusals
     "too-large", "media-type", "unknown-peer", "slow-down", "not-ready", "malformed", "header",
     "key", "signature", "payload", "wrong-recipient", "wrong-channel", "wrong-agreement",
     "seq-conflict", "key-revoked", "key-window", "future", "gap", "chain", "second-missing",
     "left-circle",
     // note
     "note-size", "note-utf8", "note-control", "note-form", "note-signatures", "note-signature",
     "note-unsigned", "base64", "checkpoint-form", "origin", "verifier-key",
     // vouchers
     "voucher", "voucher-missing",
     // receipt, proof
     "receipt-form", "inclusion", "proof-length", "index", "consistency", "size", "entry-grammar",
     "entry-index", "entry-kind", "other-message",
     // records
     "record-form", "record-header", "record-signature", "agreement-pin", "agreement-chain",
     "agreement-signature", "agreement-root", "agreement-majority", "keys-signature", "keys-chain",
     "keys-kid", "keys-history",
     // journal
     "commit-magic", "commit-digest", "commit-order", "commit-frame", "time-order", "effect",
     "evidence", "channel-order", "receipt", "root", "rollback", "fork", "peer-rollback",
     "channel-full",
     // bundle
     "bundle-names", "bundle-manifest", "bundle-message", "bundle-key", "bundle-receipt",
     // sealed values
     "sealed-form", "sealed-box",
     // papers
     "paper-unsigned", "paper-changed",
     // time stamps
     "timestamp-form", "timestamp-refused", "timestamp-other", "timestamp-signature"});

class Code {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a literal stands for its code
  consteval Code(const char* text) : text_{text} {
    if (std::ranges::find(kCodes, text_) == kCodes.end()) throw "no code of evidence.md 13";
  }
  [[nodiscard]] constexpr std::string_view text() const { return text_; }
  // NOLINTNEXTLINE(google-explicit-constructor): it is told as its text
  operator std::string() const { return std::string{text_}; }

  friend constexpr bool operator==(Code, Code) = default;
  friend std::string operator+(std::string_view before, Code code) {
    std::string all;
    all.reserve(before.size() + code.text_.size());
    return all.append(before).append(code.text_);
  }
  friend std::ostream& operator<<(std::ostream& out, Code code) { return out << code.text_; }

 private:
  std::string_view text_;
};

}  // namespace bashu::evidence
