#!/usr/bin/env bash
# Who settled: every message of a bundle judged by verify.sh and all of them by verify_officers.go,
# which share no code with ours. Runs offline with jq, openssl, unzip and Debian's golang-go.
#
#   officers.sh BUNDLE AGREEMENT_ID
set -euo pipefail
bundle=$(realpath "$1") agreement=$2
cd "$(dirname "$0")"
export GO111MODULE=off GOTOOLCHAIN=local GOPROXY=off
[ -n "${HOME:-}" ] || export GOCACHE=/tmp/bashu-go-cache
go run verify_officers.go "$bundle" "$agreement" | sed 's/^/go: /'
unzip -Z1 "$bundle" 'messages/*' | while IFS=/ read -r _ channel file; do
  ./verify.sh "$bundle" "$agreement" "$channel" "${file%.json}" | sed -n 's/^acted: /shell: /p'
done
