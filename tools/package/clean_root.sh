#!/usr/bin/env bash
# clean_root.sh DEB: installs the package into a fresh Debian 12 of its own and lets two nodes of it serve there;
# then the package goes and the data stay. Needs root, mmdebstrap and the registry apt is set up for.
set -euo pipefail
deb=$(realpath "$1")
[ "$(id -u)" = 0 ] || { echo "clean_root.sh: needs root" >&2; exit 2; }
root=$(mktemp -d)
finish() {
  umount "$root/proc" 2>/dev/null || true
  rm -rf --one-file-system "$root"
}
trap finish EXIT
echo "a fresh Debian 12 in $root" >&2
mmdebstrap --quiet --mode=root --variant=apt bookworm "$root"
mount -t proc proc "$root/proc"
cp "$deb" "$root/tmp/bashu.deb"
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 bash -euo pipefail -c "$1"; }

echo "installing" >&2
inside 'apt-get update -qq && apt-get install -y -qq --no-install-recommends /tmp/bashu.deb curl' >/dev/null
inside '[ "$(stat -c "%U %a" /var/lib/bashu)" = "bashu 700" ] && [ "$(stat -c "%U:%G %a" /etc/bashu)" = "root:bashu 750" ]'

echo "a node serves, as its user" >&2
inside '
cd /var/lib/bashu
as() { runuser -u bashu -- "$@"; }
as bashu init sichuan --party sichuan --name 四川省 --listen 127.88.1.1:7441 --api 127.88.1.1:8081 --rehearsal 2026-03-02 >/dev/null
as bashu serve sichuan --rehearsal 2026-03-02 --web 127.88.1.1:8080 >/tmp/said 2>&1 &
for i in $(seq 100); do grep -q ^ready /tmp/said && break; sleep 0.2; done
curl -fsS http://127.88.1.1:8081/api/v1/health | grep -q "\"state\":\"ready\""
curl -fsS http://127.88.1.1:8080/ | grep -q "<html"
curl -fsS http://127.88.1.1:8080/console/ | grep -q "<html"
as bashu health --api http://127.88.1.1:8081
kill %1 && wait %1 || true
as bashu doctor sichuan || [ $? -lt 2 ]
as bashu journal verify sichuan
'
echo "removed; the data stay" >&2
inside 'apt-get purge -y -qq bashu >/dev/null 2>&1; [ ! -e /usr/bin/bashu ] && [ -s /var/lib/bashu/sichuan/node.json ]'
echo "the package works in a clean root"
