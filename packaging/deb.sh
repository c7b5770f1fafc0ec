#!/usr/bin/env bash
# Builds a Debian package of the programs; `make deb` calls it with BIN and
# PROGRAMS set.
#   packaging/deb.sh FOLDER    FOLDER/vaultsync_VERSION+debRELEASE_ARCH.deb, and
#                              beside it .spdx.json: what is in it
# Each Debian release has its own package, with the libraries it is built with:
# the one for a newer release counts as newer, and so replaces the older one. Two of
# one commit are equal byte for byte, wherever and whenever they are made.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mkdir -p "$1" && cd "$1" && pwd)
BIN=$(cd "$BIN" && pwd)
export BIN
command -v dpkg-shlibdeps >/dev/null ||
  { echo "deb: dpkg-shlibdeps is missing: apt-get install dpkg-dev" >&2; exit 78; }
version=$(sed -n 's/^#define VAULTSYNC_VERSION "\(.*\)"/\1/p' lib/util/version.h)
# shellcheck source=/dev/null disable=SC2154 # that file sets ID
release=$(. /etc/os-release && case $ID in debian) echo "deb${VERSION_ID:-}" ;; ubuntu) echo "$ID$VERSION_ID" ;; esac)
case $release in *[0-9]) version+=+$release ;; esac
arch=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=$(packaging/commit.sh --date)
# More threads would cut the compressed file into other blocks.
export SOURCE_DATE_EPOCH DPKG_DEB_THREADS_MAX=1 LC_ALL=C TZ=UTC
umask 022

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/vaultsync
chmod 755 "$work"
DESTDIR=$root PREFIX=/usr packaging/install.sh
strip --strip-unneeded "$root"/usr/libexec/vaultsync/bin/*
mkdir "$root/usr/share/zsh/vendor-completions"
mv "$root"/usr/share/zsh/{site-functions,vendor-completions}/_vaultsync
rmdir "$root/usr/share/zsh/site-functions"
doc=$root/usr/share/doc/vaultsync
mkdir "$doc/examples"
mv "$doc"/{Dockerfile,cron,github,kubernetes} "$doc/examples/"
install -d -m 700 "$root/etc/vaultsync"
{
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  echo
  echo "Files: *"
  sed -n 's/^\(Copyright.*\)/\1/p' LICENSE | sed 's/^Copyright *\((c)\)\? */Copyright: /'
  echo "License: MIT"
  sed '1,/^Copyright/d' LICENSE | sed '1{/^$/d}; s/^$/./; s/^/ /'
} >"$doc/copyright"
printf 'vaultsync (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- vaultsync <vaultsync@localhost>  %s\n' \
  "$version" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" >"$doc/changelog"
gzip -9n "$doc/changelog" "$root"/usr/share/man/man*/*

# The libraries that the programs are linked with; dpkg-shlibdeps needs a source tree.
mkdir "$work/debian" "$root/DEBIAN"
printf 'Source: vaultsync\n\nPackage: vaultsync\nArchitecture: any\n' >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O "$root"/usr/libexec/vaultsync/bin/* |
  sed -n 's/^shlibs:Depends=//p')
# As dpkg-gencontrol counts it: folders are of another size on every file system.
installed_size() {
  find "$root" -path "$root/DEBIAN" -prune -o -printf '%y %s\n' |
    awk '{ n += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print n }'
}
cat >"$root/DEBIAN/control" <<TEXT
Package: vaultsync
Version: $version
Architecture: $arch
Maintainer: vaultsync <vaultsync@localhost>
Installed-Size: $(installed_size)
Depends: $libraries, ca-certificates, curl, jq
Suggests: parallel, openssh-client
Section: utils
Priority: optional
Description: two-way sync of a Supabase table and a Notion database
 Decisions written in either place arrive in the other, once. Small programs
 read and write lines of JSON, so that every step can be inspected; a plan says
 what would be written before anything is.
 .
 With systemd units, a health page and a sandbox of both services.
TEXT
for f in postinst prerm postrm; do
  install -m 755 "packaging/debian/$f" "$root/DEBIAN/$f"
done
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
chmod 644 "$root/DEBIAN/md5sums" "$root/DEBIAN/control"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
deb=$out/vaultsync_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz -b "$root" "$deb"
packaging/sbom.sh "$root" "$version" "$deb" >"$work/sbom"
mv "$work/sbom" "${deb%.deb}.spdx.json"
