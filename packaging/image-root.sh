#!/usr/bin/env bash
# Lays out what the container's image has of ours; packaging/Dockerfile calls it.
#   packaging/image-root.sh FOLDER ROOT DEPENDS
# FOLDER is where "make deb" has put the package; ROOT gets its files and the list of what
# it is made of, and the file DEPENDS what the package depends on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$2
debs=("$1"/vaultsync_*.deb)
if [ "${#debs[@]}" != 1 ] || [ ! -e "${debs[0]}" ]; then
  echo "image-root: there must be one package in $1: remove the others, or: make deb" >&2
  exit 78
fi
umask 022
dpkg-deb -x "${debs[0]}" "$root"
install -m 644 "${debs[0]%.deb}.spdx.json" "$root/usr/share/doc/vaultsync/vaultsync.spdx.json"
dpkg-deb -f "${debs[0]}" Depends >"$3"
find "$root" -exec touch -h -d "@$("$here/commit.sh" --date)" {} +
