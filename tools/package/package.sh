#!/usr/bin/env bash
# package.sh BUILD OUT: a Debian package of a built tree, into the folder OUT; prints its name.
#
# Out of it: program, pages, packs and calendars, units for systemd with a user of their own, manual in two
# languages, completion, rotation, alert rules, documentation.
set -euo pipefail
build=$(realpath "$1") out=$(realpath -m "$2")
cd "$(dirname "$0")/../.."
version=$("$build/bashu" --version)
architecture=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tree=$root/tree
put() { install -D -m "$1" "$2" "$tree/$3"; }

put 755 "$build/bashu" usr/bin/bashu
strip --strip-unneeded "$tree/usr/bin/bashu"
mkdir -p "$tree/usr/share/bashu"
cp -r packs "$tree/usr/share/bashu/packs"
put 644 circles/calendar-cn.yaml usr/share/bashu/calendar-cn.yaml
if [ -d "$build/web" ]; then cp -r "$build/web" "$tree/usr/share/bashu/web"; fi
for unit in bashu@.service bashu-backup@.service bashu-backup@.timer; do
  put 644 "ops/systemd/$unit" "usr/lib/systemd/system/$unit"
done
put 644 ops/systemd/bashu.sysusers usr/lib/sysusers.d/bashu.conf
put 644 ops/logrotate/bashu etc/logrotate.d/bashu
python3 tools/package/manual.py "$build/bashu" "$root/manual"
put 644 "$root/manual/man/bashu.1" usr/share/man/man1/bashu.1
put 644 "$root/manual/man/zh_CN/bashu.1" usr/share/man/zh_CN/man1/bashu.1
put 644 "$root/manual/completion/bashu" usr/share/bash-completion/completions/bashu
gzip -9n "$tree/usr/share/man/man1/bashu.1" "$tree/usr/share/man/zh_CN/man1/bashu.1"
mkdir -p "$tree/usr/share/doc/bashu" "$tree/etc/bashu"
cp -r docs/. "$tree/usr/share/doc/bashu/"
cp -r ops/prometheus ops/grafana "$tree/usr/share/doc/bashu/"
put 644 LICENSE usr/share/doc/bashu/copyright
find "$tree" -type d -exec chmod 755 {} +
find "$tree/usr/share" -type f -exec chmod 644 {} +

mkdir -p "$tree/DEBIAN" "$root/debian"
printf 'Source: bashu\n\nPackage: bashu\nArchitecture: any\n' >"$root/debian/control"
depends=$(cd "$root" && dpkg-shlibdeps -O "$tree/usr/bin/bashu" 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
cat >"$tree/DEBIAN/control" <<CONTROL
Package: bashu
Version: $version
Architecture: $architecture
Maintainer: Bashu <bashu@localhost>
Installed-Size: $(du -sk "$tree" | cut -f1)
Depends: $depends, systemd | systemd-standalone-sysusers
Recommends: fonts-noto-cjk, chrony
Section: net
Priority: optional
Description: services, projects and settlements that governments run as one
 One node of a circle of governments that stay independent: cases, registers,
 accounts and figures with two sides, signed and receipted at every crossing.
CONTROL
echo /etc/logrotate.d/bashu >"$tree/DEBIAN/conffiles"
cat >"$tree/DEBIAN/postinst" <<'SCRIPT'
#!/bin/sh
set -e
systemd-sysusers bashu.conf
install -d -m 0700 -o bashu -g bashu /var/lib/bashu
install -d -m 0750 -o root -g bashu /etc/bashu
install -d -m 0750 -o bashu -g bashu /var/log/bashu
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  # An upgrade: nodes that run go on with the new program.
  systemctl try-restart 'bashu@*.service' || true
fi
SCRIPT
cat >"$tree/DEBIAN/postrm" <<'SCRIPT'
#!/bin/sh
set -e
# Data and keys stay, also after a purge: they are a party's record.
if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
SCRIPT
chmod 755 "$tree/DEBIAN/postinst" "$tree/DEBIAN/postrm"
(cd "$tree" && find usr etc -type f -print0 | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
mkdir -p "$out"
dpkg-deb --build --root-owner-group "$tree" "$out" >/dev/null
echo "$out/bashu_${version}_$architecture.deb"
