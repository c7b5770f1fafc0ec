#!/usr/bin/env bash
# Builds the last commit twice, in two folders and under circumstances that differ, and
# compares what comes out byte for byte: the programs, the Debian package, the list of
# what is in it, and the image's layer that is ours. "make reproducible" calls it.
#   packaging/reproducible.sh [FOLDER]    FOLDER: keep both builds there
# Exits with 1 where one byte differs.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -e .git ] || { echo "reproducible: not a checkout: git clone it" >&2; exit 78; }
if [ "${1:-}" ]; then
  mkdir -p "$1"
  work=$(cd "$1" && pwd)
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

# built FOLDER UMASK [NAME=VALUE]… MAKE…: builds there, as packaging/Dockerfile does
built() {
  local from=$1 mask=$2
  shift 2
  echo "reproducible: building in $from" >&2
  (cd "$from" && umask "$mask" && env -u SOURCE_DATE_EPOCH -u VAULTSYNC_COMMIT -u MAKEFLAGS -u MFLAGS CCACHE_DISABLE=1 "$@" deb &&
    packaging/image-root.sh build ours depends &&
    tar -c --sort=name --numeric-owner --owner=0 --group=0 -f layer.tar -C ours .) >&2
}

# The one is an archive, the other a clone: both know their commit.
rm -rf "$work"/{a,another-and-a-longer-folder}
mkdir -p "$work/a" "$work/another-and-a-longer-folder"
# Whoever runs this trusts the folder, whoever owns it.
git -c safe.directory='*' archive HEAD | tar -x -C "$work/a"
git -c safe.directory='*' clone -q . "$work/another-and-a-longer-folder/clone"
built "$work/a" 022 TZ=UTC LC_ALL=C make -s -j1
built "$work/another-and-a-longer-folder/clone" 077 TZ=Asia/Tokyo LC_ALL=C.UTF-8 HOME=/nonexistent \
  make -s -j"$(nproc)"

different=0
compared() { # compared FILE, in both
  local one=$work/a/$1 other=$work/another-and-a-longer-folder/clone/$1
  if cmp "$one" "$other"; then
    printf 'equal      %s  %s\n' "$(sha256sum "$one" | cut -c1-16)" "$1"
  else
    printf 'DIFFERENT                   %s\n' "$1"
    different=1
  fi
}
while IFS= read -r file; do compared "$file"; done < <(
  cd "$work/a" && ls bin/* build/*.deb build/*.spdx.json layer.tar)
[ "$different" = 0 ] && echo "two builds of $(packaging/commit.sh --full | sed 's/-dirty$//') are equal, byte for byte"
