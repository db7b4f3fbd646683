#!/usr/bin/env bash
# The SM2 signatures of the vectors, checked by the openssl command.
set -euo pipefail
cd "$(dirname "$0")"
vectors=../vectors/sm2.json
id=$(jq -r .distid "$vectors")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

unhex() { printf '%b' "$(sed 's/../\\x&/g')"; }
# SubjectPublicKeyInfo of a point, and the SEQUENCE of r and s that the command reads.
spki() { printf %s "3059301306072a8648ce3d020106082a811ccf5501822d034200$1" | unhex; }
der() {
  printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "${1:0:64}" "${1:64}" >"$dir/asn1"
  openssl asn1parse -genconf "$dir/asn1" -noout -out "$dir/signature"
}
verify() {
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$dir/key" -rawin -digest sm3 -pkeyopt "distid:$id" \
    -in "$dir/message" -sigfile "$dir/signature" >/dev/null 2>&1
}

valid=0 refused=0
while read -r public message signature expected; do
  spki "$public" >"$dir/key"
  base64 -d <<<"$message" >"$dir/message"
  der "$signature"
  found=false
  if verify; then found=true; fi
  test "$found" = "$expected" || { echo "openssl says $found, the vectors $expected: $signature" >&2; exit 1; }
  if $found; then valid=$((valid + 1)); else refused=$((refused + 1)); fi
done < <(jq -r '.signatures[] | "\(.public) \(.message_base64) \(.signature) \(.valid)"' "$vectors")

./verify.sh ../vectors/sm2-bundle.zip "$(jq -r .agreement_id "$vectors")" sichuan.chongqing.main 000000001
echo "openssl: $valid signatures verified, $refused refused, and the bundle"
