#!/usr/bin/env bash
# The dispute bundle of the vectors checked by verify.sh: jq, openssl, unzip and coreutils.
set -euo pipefail
cd "$(dirname "$0")"
vectors=../vectors
id=$(jq -r .agreement_id "$vectors/bundle.json")
channel=sichuan.chongqing.main
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

for seq in 000000001 000000002; do
  ./verify.sh "$vectors/dispute-bundle.zip" "$id" "$channel" "$seq"
done

refuse() {
  if ./verify.sh "$@" >/dev/null 2>&1; then
    echo "accepted: $*" >&2
    exit 1
  fi
}
refuse "$vectors/dispute-bundle.zip" "${id//[0-9]/0}" "$channel" 000000001
refuse "$vectors/dispute-bundle.zip" "$id" "$channel" 000000003
bundle() { jq -r ".refused[\"$1\"].bundle_base64" "$vectors/bundle.json" | base64 -d >"$dir/bundle.zip"; }
# A missing older key list is left to the full verifier.
for name in receipt-of-another-message message-altered manifest-wrong; do
  bundle "$name"
  refuse "$dir/bundle.zip" "$id" "$channel" 000000001
done
bundle message-under-another-name
refuse "$dir/bundle.zip" "$id" "$channel" 000000003
echo "verify.sh: 2 messages verified, 6 refused"
