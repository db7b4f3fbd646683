// Dispute bundles (docs/formats/evidence.md section 11): everything a third party needs to judge
// messages offline, in one ZIP, given only the agreement id.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/bad.h"
#include "evidence/checkpoint.h"
#include "evidence/voucher.h"

namespace bashu::evidence {

using BundleFiles = std::map<std::string, std::string, std::less<>>;  // by name

// Names as section 11 has them. Equal content gives equal bytes: stored, dated 1980-01-01, sorted
// behind the manifest, which is added here. At most 65,000 files, together 1 GiB.
[[nodiscard]] std::string make_bundle(const BundleFiles& files);

// The names of a bundle's files.
[[nodiscard]] std::string bundle_message(std::string_view channel, std::uint64_t seq);
[[nodiscard]] std::string bundle_receipt(std::string_view channel, std::uint64_t seq);
[[nodiscard]] std::string bundle_agreement(std::int64_t edition);
[[nodiscard]] std::string bundle_keys(std::string_view party, std::int64_t edition);

struct ProvenMessage {
  std::string message_id, channel, kid;
  std::uint64_t seq = 0;
  std::string origin;                             // of the receiver's log
  std::optional<Receipt> receipt;                 // none: delivery is unproven
  bool quorum_met = false;                        // of the agreement's witnesses, on that receipt
  std::string second_kid = {};                    // of the second signature; empty: there is none
  std::optional<Vouched> vouched = std::nullopt;  // who acted, if the message says so
};
// "acted: user:zhang of sichuan as clerk by password at 1795334400, vouched for by
// sichuan/command/1".
[[nodiscard]] std::string officer_line(const Vouched& vouched);
[[nodiscard]] std::string report_line(const ProvenMessage& message);

// Step by step as section 11 says; the messages it proves, by file name.
[[nodiscard]] Verified<std::vector<ProvenMessage>> verify_bundle(std::string_view zip,
                                                                 std::string_view agreement_id);

}  // namespace bashu::evidence
