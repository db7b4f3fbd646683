#!/usr/bin/env bash
# Verifies one message of a dispute bundle with jq, openssl, unzip and coreutils only.
# It trusts the first edition of the agreement, which the id pins, and the newest key list of each
# party; the chains in between, and the windows of keys, are left to the full verifier.
#
#   verify.sh BUNDLE AGREEMENT_ID CHANNEL SEQ    (SEQ with 9 digits)
set -euo pipefail
bundle=$(realpath "$1") agreement=$2 channel=$3 seq=$4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
unzip -q "$bundle"
sha256sum --quiet -c manifest.sha256

unb64u() { tr '_-' '/+' | awk '{ while (length($0) % 4) $0 = $0 "="; print }' | base64 -d; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
spki() { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; unb64u; }
ed25519() { openssl pkeyutl -verify -pubin -keyform DER -inkey "$1" -rawin -in "$2" -sigfile "$3" > /dev/null; }
payload() { jq -r .payload "$1" | unb64u; }
# SM2 over SM3, the second signature: r and s in a SEQUENCE, and the id that stands in the format.
sm2_spki() { printf '\060\131\060\023\006\007\052\206\110\316\075\002\001\006\010\052\201\034\317\125\001\202\055\003\102\000'; unb64u; }
sm2() {
  printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "$(head -c 32 "$3" | hex)" "$(tail -c +33 "$3" | hex)" > asn1
  openssl asn1parse -genconf asn1 -noout -out der
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$1" -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in "$2" -sigfile der > /dev/null
}

test "$(payload agreement/000001.json | sha256sum | cut -c1-64)" = "$agreement"
key_list() { ls "keys/$1"/*.json | tail -1; }
check_key_list() {
  payload agreement/000001.json | jq -r ".parties[] | select(.party == \"$1\").root.key" | spki > root.der
  jq -j '.signatures[0].protected + "." + .payload' "$(key_list "$1")" > signed
  jq -r '.signatures[0].signature' "$(key_list "$1")" | unb64u > signature
  ed25519 root.der signed signature
  echo "key list of $1: signed by its root"
}

message=messages/$channel/$seq.json
test "$(payload "$message" | jq -r .channel)/$(payload "$message" | jq -r .seq)" = "$channel/$((10#$seq))"
from=$(payload "$message" | jq -r .from)
to=$(payload "$message" | jq -r .to)
check_key_list "$from"
check_key_list "$to"
# One signature stands in the message itself, two in a list, of which the second is SM2.
part() { jq -j "(.signatures // [.])[$1] as \$one | \$one.protected + \".\" + .payload" "$message" > "$2"; jq -r "(.signatures // [.])[$1].signature" "$message" | unb64u > signature; }
kid_of() { jq -r "(.signatures // [.])[$1].protected" "$message" | unb64u | jq -r .kid; }
key_of() { payload "$(key_list "$1")" | jq -r ".keys[] | select(.kid == \"$2\" and .alg == \"$3\").key"; }
kid=$(kid_of 0)
key_of "$from" "$kid" EdDSA | spki > key.der
part 0 signed
ed25519 key.der signed signature
echo "message: signed by $kid"
id=$(sha256sum signed | cut -c1-64)
if jq -e '.signatures[1]' "$message" > /dev/null; then
  kid=$(kid_of 1)
  key_of "$from" "$kid" SM2-SM3 | sm2_spki > key.der
  part 1 second
  sm2 key.der second signature
  echo "message: signed by $kid as well"
fi
echo "message id: $id"

# Who acted: the voucher of the sender's sign-in service, for exactly this act (evidence.md section 19).
payload "$message" > said_by_sender
issued=$(jq -r .issued said_by_sender)
act() {
  jq -cSj 'def some($name; members): .body as $body | {act: $name} + ($body | members);
    if .kind == "case.settle" then some("settle"; {case, content, note})
    elif .kind == "register.settle" then some("settle-record"; {register, key, keeper, content, note})
    elif .kind == "case.event" and .body.event == "$start" then some("start"; {service, input})
    elif .kind == "case.event" or .kind == "case.ask" then some("step"; {case, event, input})
    elif .kind == "bashu.erase" then some("erase"; {subject, reason})
    elif .kind == "pack.adopt" then some("adopt"; {digest})
    else error("nobody acts by " + .kind) end' said_by_sender
}
command_keys() { payload "$(key_list "$from")" | jq -c '.keys[] | select(.role == "command" and .alg == "EdDSA")'; }
if jq -e '.body | has("$voucher")' said_by_sender > /dev/null; then
  jq -j '.body["$voucher"].said' said_by_sender > said
  jq -r '.body["$voucher"].signature' said_by_sender | unb64u > signature
  kid=$(jq -r '.body["$voucher"].kid' said_by_sender)
  service=$(command_keys | jq -c "select(.kid == \"$kid\")")
  test -n "$service"
  jq -r .key <<< "$service" | spki > key.der
  ed25519 key.der said signature
  test "$(jq -r '.format + " " + .party' said)" = "bashu.voucher/v1 $from"
  test "$(jq -r .act said)" = "$(act | sha256sum | cut -c1-64)"
  jq -e --argjson key "$service" --argjson issued "$issued" \
    '$key.from <= .at and .at <= $key.to and ($key.revoked == 0 or .at < $key.revoked) and .at <= $issued + 300' said > /dev/null
  echo "acted: $(jq -r '.officer + " of " + .party + " as " + (.roles | join(",")) + " (" + .how + ")"' said), vouched for by $kid"
elif [ "$(jq -r .kind said_by_sender)" = case.settle ]; then
  command_keys | jq -es --argjson issued "$issued" 'all(.from + 3600 > $issued)' > /dev/null || { echo "voucher-missing" >&2; exit 1; }
fi

receipt=receipts/$channel/$seq.tlog-proof
sed -n 's/^extra //p' "$receipt" | base64 -d > entry
grep -qx "evidence $id" entry
cat entry
origin=$(payload agreement/000001.json | jq -r ".parties[] | select(.party == \"$to\").origin")
awk -v RS= 'NR == 2 { printf "%s\n", $0 }' "$receipt" > body
test "$(head -1 body)" = "$origin"
# The signature names its key by the first four bytes of a hash (tlog-checkpoint).
signed_by() {
  local line id
  id=$( (printf '%s\n' "$origin"; printf "$2"; tail -c "$3" log.der) | sha256sum | cut -c1-8)
  while read -r line; do
    test "$(base64 -d <<< "$line" | head -c 4 | hex)" = "$id" || continue
    base64 -d <<< "$line" | tail -c +5 > signature
    "$1" log.der body signature
    return
  done < <(grep "^— $origin " "$receipt" | cut -d' ' -f3)
  return 1
}
log_kids() { payload "$(key_list "$to")" | jq -r ".keys[] | select(.role == \"log\" and .name == \"$origin\" and .alg == \"$1\").kid"; }
log_kid=
for kid in $(log_kids EdDSA); do
  key_of "$to" "$kid" EdDSA | spki > log.der
  if signed_by ed25519 '\001' 32; then log_kid=$kid; fi
done
test -n "$log_kid"
echo "checkpoint of $origin: signed by $log_kid"
for kid in $(log_kids SM2-SM3); do
  key_of "$to" "$kid" SM2-SM3 | sm2_spki > log.der
  if signed_by sm2 '\377bashu/sm2-sm3/1234567812345678' 65; then echo "checkpoint of $origin: signed by $kid as well"; fi
done

# RFC 9162, 2.1.3.2
node() { printf '\001%b' "$(printf %s "$1$2" | sed 's/../\\x&/g')" | sha256sum | cut -c1-64; }
hash=$( (printf '\000'; cat entry) | sha256sum | cut -c1-64)
fn=$(sed -n 's/^index //p' "$receipt") sn=$(($(sed -n 2p body) - 1))
for p in $(sed -n '/^index /,/^$/p' "$receipt" | sed '1d;$d'); do
  p=$(printf %s "$p" | base64 -d | hex)
  if [ $((fn % 2)) = 1 ] || [ "$fn" = "$sn" ]; then
    hash=$(node "$p" "$hash")
    while [ $((fn % 2)) = 0 ] && [ "$fn" != 0 ]; do fn=$((fn / 2)) sn=$((sn / 2)); done
  else
    hash=$(node "$hash" "$p")
  fi
  fn=$((fn / 2)) sn=$((sn / 2))
done
test "$sn" = 0
test "$hash" = "$(sed -n 3p body | base64 -d | hex)"
echo "inclusion: the entry is in the tree"
