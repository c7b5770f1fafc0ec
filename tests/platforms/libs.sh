#!/usr/bin/env bash
# Builds and tests against the libraries of another Debian release, on this one.
#   tests/platforms/libs.sh [--mirror URL] RELEASE FOLDER
#
# RELEASE is 12, 13 or a code name. Its C library, libcurl and what else we link
# are fetched by apt, checked as apt checks them, and laid into
# ~/.cache/vaultsync/RELEASE-ARCH, where they serve for a week. FOLDER/bin gets
# the programs, FOLDER/tests/unit the unit tests that UNITS names; they load those
# libraries and no others. Nothing is installed and no root is needed. Exits with
# 69 where the libraries can't be had.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=tests/platforms/apt.bash
. "$home/tests/platforms/apt.bash"
# shellcheck source=scripts/lib/setup.sh
. "$home/scripts/lib/setup.sh"

MIRROR=''
while [ $# -gt 0 ]; do
  case $1 in
    --mirror) MIRROR=${2:?--mirror needs a URL}; shift 2 ;;
    -h | --help) sed -n '/^[^#]/q; s/^# \{0,1\}//p' "$0" | sed 1d; exit 0 ;;
    -*) die 2 "unknown option: $1 (try: $0 --help)" ;;
    *) break ;;
  esac
done
[ $# = 2 ] || die 2 "a release and a folder are needed (try: $0 --help)"
release=$(codename "$1") out=$2
[ "$release" != "$(host_codename)" ] || die 69 "this is Debian $1 itself"
for p in apt-get dpkg-deb readelf "${CC:-cc}"; do
  command -v "$p" >/dev/null || die 69 "$p is not there"
done

arch=$(dpkg --print-architecture)
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/vaultsync/$release-$arch
mkdir -p "$cache"
# Two at once would lay files over each other's.
exec 9>"$cache.lock"
flock 9

# fetch_libs FOLDER: by an apt that takes nothing to be installed.
fetch_libs() {
  local d=$cache/apt new=$cache/new deb
  sources_for "$release" ${keyring:+"signed-by=$keyring"} >"$cache/sources.list"
  [ -s "$cache/sources.list" ] || no_sources "$release"
  rm -rf "$d" "$new"
  mkdir -p "$d"/{lists,archives}/partial "$new/usr"/{bin,sbin,lib,lib64}
  : >"$d/status"
  local apt=(apt-get -qq -o Dir::State="$d" -o Dir::State::status="$d/status" -o Dir::Cache="$d"
    -o Dir::Log="$d" -o Dir::Etc::sourcelist="$cache/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o Acquire::Retries=2
    -o APT::Sandbox::User="$(id -un)" -o APT::Update::Error-Mode=any)
  "${apt[@]}" -o APT::Update::Post-Invoke= -o APT::Update::Post-Invoke-Success= update || return
  "${apt[@]}" install -y --no-install-recommends --download-only "${library_packages[@]}" \
    >/dev/null || return
  for deb in "$new"/usr/*; do
    ln -s "usr/${deb##*/}" "$new/${deb##*/}"
  done
  for deb in "$d"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$new" --keep-directory-symlink --no-same-owner \
      --exclude=./usr/share || return
  done
  rm -rf "$d" "$1"
  touch "$new"
  mv "$new" "$1"
}

# newest AGE…: the folder of libraries, as found by find's -mtime
newest() {
  find "$cache" -maxdepth 1 -name 'libs-*' "$@" | sort | tail -n 1
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || keyring=''
libs=$(newest -mtime -7)
if [ -z "$libs" ]; then
  libs=$cache/libs-$(date +%F)
  say "fetching $release's libraries"
  # Another run may be at work with those of before.
  if fetch_libs "$libs"; then
    find "$cache" -maxdepth 1 -name 'libs-*' -mtime +21 -exec rm -rf {} +
  else
    libs=$(newest)
    [ "$libs" ] || die 69 "$release's libraries can't be fetched: see above"
    warn "$release's libraries can't be fetched now: these are of ${libs##*/libs-}"
  fi
fi
exec 9>&-

# The program's loader is that release's, found under the name that this one has.
loader=$(readelf -l /bin/sh | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
multiarch=$("${CC:-cc}" -print-multiarch)
[ -e "$libs$loader" ] || die 69 "$libs$loader is not there: remove $cache"
dir=$libs/usr/lib/$multiarch
build() {
  # -B and -L, because the compiler looks beside itself before it looks below --sysroot.
  make -s -C "$home" -j"$(nproc)" BUILD="$out" BIN="$out/bin" \
    CC="${CC:-cc} --sysroot=$libs -B$dir" \
    LDFLAGS="-L$dir -Wl,--dynamic-linker=$libs$loader -Wl,--disable-new-dtags -Wl,-rpath,$dir" "$@"
}
tests=()
for t in ${UNITS-}; do tests+=("$out/tests/unit/$t"); done
say "building for the libraries of Debian $1"
# What names none of their headers is the same object as in the build for this machine.
if [ -d "$home/build/lib" ]; then
  mkdir -p "$out"
  cp -a "$home"/build/{lib,cmd,sandbox,page.inc} "$out/"
  (cd "$home" && grep -rlE '#include <(cjson|curl|microhttpd|openssl|sqlite3|utf8proc)' --include='*.c' lib cmd sandbox) |
    while read -r file; do rm -f "$out/${file%.c}.o"; done
fi
build all "${tests[@]}"
