#!/usr/bin/env bash
# The golden vectors checked by golang.org/x/mod/sumdb; then single receipts by verify_proof.
# Runs offline with Debian's golang-go, golang-golang-x-mod-dev and jq.
set -euo pipefail
cd "$(dirname "$0")"
export GO111MODULE=off GOPATH=/usr/share/gocode GOTOOLCHAIN=local GOPROXY=off
vectors=../vectors
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
[ -n "${HOME:-}" ] || export GOCACHE="$dir/cache"

go run verify.go "$vectors"

go build -o "$dir/verify_proof" verify_proof.go
receipt() { jq -j "$1" "$vectors/receipt.json" >"$dir/receipt"; }
vkey=$(jq -r .log_vkey "$vectors/receipt.json")

receipt .receipt
"$dir/verify_proof" "$dir/receipt" "$vkey" >"$dir/entry"
jq -j .entry "$vectors/receipt.json" | cmp - "$dir/entry"
if "$dir/verify_proof" "$dir/receipt" "$(jq -r .log_vkey "$vectors/witness.json")" 2>/dev/null; then
  echo "accepted under another log's key" >&2
  exit 1
fi

# These two are sound proofs, only not of the message asked for: that is the sender's check.
refused=0
for name in $(jq -r '.refused | keys[] | select(. != "other-message" and . != "not-a-recv-entry")' \
  "$vectors/receipt.json"); do
  receipt ".refused[\"$name\"][1]"
  if "$dir/verify_proof" "$dir/receipt" "$vkey" 2>/dev/null; then
    echo "accepted: $name" >&2
    exit 1
  fi
  refused=$((refused + 1))
done
test "$refused" = 9
echo "verify_proof: 1 receipt verified, $refused refused"

# What a witness cosigned: its line under the checkpoint it was asked about.
go build -o "$dir/verify_cosigned" verify_cosigned.go
log=$(jq -r .log_vkey "$vectors/witness.json") witness=$(jq -r .witness_vkey "$vectors/witness.json")
cosigned=0
for step in $(jq -r '.steps | to_entries[] | select(.value.status == 200) | .key' "$vectors/witness.json"); do
  jq -j ".steps[$step] | (.request | split(\"\n\n\")[1:] | join(\"\n\n\")) + .answer" "$vectors/witness.json" >"$dir/note"
  "$dir/verify_cosigned" "$dir/note" "$log" "$witness" >/dev/null
  if "$dir/verify_cosigned" "$dir/note" "$log" "$log" 2>/dev/null; then
    echo "accepted by a key that is no witness's" >&2
    exit 1
  fi
  cosigned=$((cosigned + 1))
done
test "$cosigned" -gt 2
jq -j '.steps[0].request | split("\n\n")[1:] | join("\n\n")' "$vectors/witness.json" >"$dir/note"
if "$dir/verify_cosigned" "$dir/note" "$log" "$witness" 2>/dev/null; then
  echo "accepted without the witness's line" >&2
  exit 1
fi
echo "verify_cosigned: $cosigned checkpoints verified"
