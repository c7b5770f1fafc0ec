#!/usr/bin/env bash
# Shows that everything works on a bare system: the demo, the tests, the package
# and the container's image, each in a chroot of its own. Needs root, debootstrap
# and a network; takes what apt has here of sources, mirror and proxy.
#   tests/platforms.sh [OPTION]… RELEASE[:ARCH]…   such as: tests/platforms.sh 12 13 13:arm64
#
# RELEASE is 12 or 13 (Debian), 24.04 (Ubuntu; on a Debian with --mirror) or a code
# name. With ARCH (arm64, armhf, i386, ppc64el, riscv64 or s390x; alone it is Debian
# 12's) it is cross-built, and the unit tests, some of the programs' tests and the demo
# run under qemu.
#
#   --quick          scripts/test.sh --quick, not all of it
#   --only FILE…     these files of tests/*/*.bats only
#   --no-tests       no tests, the rest only
#   --folder FOLDER  work there, not in a folder of /var/tmp; a bare system that
#                    an earlier run kept there is taken as it is
#   --keep           leave the chroots and logs there (nothing stays mounted)
#   --mirror URL     fetch the system from there
#   --keyring FILE   the keys that sign it, where debootstrap doesn't know them
#
# Cleans up however it ends. Exits with 1 if a step failed, with 69 if all that
# failed is that an archive can't be had.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../scripts/lib/common.sh"
here=$home/tests/platforms
# shellcheck source=tests/platforms/apt.bash
. "$here/apt.bash"
# shellcheck source=tests/platforms/chroot.bash
. "$here/chroot.bash"
# shellcheck source=tests/platforms/image.bash
. "$here/image.bash"
# shellcheck source=tests/platforms/foreign.bash
. "$here/foreign.bash"
# shellcheck source=scripts/lib/setup.sh
. "$home/scripts/lib/setup.sh"

folder='' keep='' inside='' no_tests='' targets=() tests=() given=("$@")
export MIRROR=${MIRROR:-} KEYRING=${KEYRING:-}
need() { [ -n "${2:-}" ] || die 2 "$1 needs a value (try: $0 --help)"; }
while [ $# -gt 0 ]; do
  case $1 in
    --quick) tests=(--quick) ;;
    --only) tests=(--only) ;;
    *.bats)
      [ "${tests[0]:-}" = --only ] || die 2 "$1: a file without --only"
      [ -e "$home/$1" ] || die 2 "$home/$1: no such file"
      tests+=("$1") ;;
    --no-tests) no_tests=1 ;;
    --folder) need "$@"; folder=$2; shift ;;
    --keep) keep=1 ;;
    --mirror) need "$@"; MIRROR=$2; shift ;;
    --keyring) need "$@"; KEYRING=$(real_file "$2"); shift ;;
    --inside) need "$@"; inside=1 folder=$2; shift ;;
    -h | --help) sed -n '/^[^#]/q; s/^# \{0,1\}//p' "$0" | sed 1d; exit 0 ;;
    -*) die 2 "unknown option: $1 (try: $0 --help)" ;;
    *) targets+=("$(target "$1")") || exit ;;
  esac
  shift
done
# Those of one release share a folder, and the bare Debian in it.
mapfile -t releases < <(printf '%s\n' "${targets[@]%%-*}" | awk '!seen[$0]++')
[ "${#targets[@]}" -gt 0 ] || die 2 "which release? (try: $0 --help)"
[ "${tests[*]}" != --only ] || die 2 "--only needs files, such as tests/program/http.bats"

# clean_up: the last process in the namespace takes all mounts with it.
clean_up() {
  local try
  [ -z "${child:-}" ] || { kill -KILL "$child" 2>/dev/null && wait "$child" 2>/dev/null; } || true
  [ ! "$keep" ] || { warn "kept: $folder"; return; }
  for try in 1 2 3 4 5; do
    if [ "$made" ]; then
      rm -rf --one-file-system "$folder" 2>/dev/null && return
    else
      rm -rf --one-file-system "${releases[@]/#/$folder/}" 2>/dev/null && return
    fi
    sleep "$try"
  done
  warn "not removed: $folder"
}

# outside: makes the folder, waits for what runs in the namespace, cleans up
outside() {
  local p rc=0
  [ "$(id -u)" = 0 ] || die 78 "chroots need root: sudo $0 ${given[*]}"
  for p in debootstrap unshare; do
    command -v "$p" >/dev/null || die 78 "$p is not there: apt-get install debootstrap util-linux"
  done
  command -v apt-get >/dev/null || [ "$MIRROR" ] || die 78 "no apt here: give a mirror with --mirror URL"
  made=''
  if [ "$folder" ]; then
    mkdir -p "$folder"
  else
    folder=$(mktemp -d "${TMPDIR:-/var/tmp}/platforms.XXXXXX") made=1
    chmod 755 "$folder"
  fi
  folder=$(cd "$folder" && pwd)
  # What is removed in the end is ours.
  for p in "${releases[@]}"; do
    [ ! -e "$folder/$p" ] || [ -e "$folder/$p/.platforms" ] ||
      die 78 "$folder/$p is there and not of this script: move it away, or give another --folder"
  done
  for p in "${releases[@]}"; do mkdir -p "$folder/$p" && touch "$folder/$p/.platforms"; done
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
    "$BASH" "$0" "${given[@]}" --inside "$folder" </dev/null &
  child=$!
  wait "$child" || rc=$?
  child=''
  exit "$rc"
}

# step RELEASE NAME COMMAND…: notes how it went and how long it took
step() {
  local rc=0 began=$SECONDS word=ok log=$folder/$1-$2.log
  say "$1: $2"
  "${@:3}" 2>&1 | tee "$log" || rc=$?
  [ "$rc" = 0 ] || { word="FAILED with $rc" failed+="$rc "; }
  results+=("$(printf '%-16s %-8s %5d s  %s' "$1" "$2" $((SECONDS - began)) "$word")")
  return "$rc"
}

demo_and_tests() {
  local with=() as=() enter=() root=''
  { new_root "$1" build && copy_checkout "$root/src"; } || { failed+='1 '; return 1; }
  step "$1" demo inside /src/scripts/demo.sh
  [ "$no_tests" ] || step "$1" tests inside /src/scripts/test.sh "${tests[@]}"
  step "$1" lint inside sh -c "$install clang-format shellcheck && make -s -C /src lint"
  step "$1" package inside sh -c "$install dpkg-dev && make -s -C /src BUILD=/package deb" &&
    cp "$root"/package/vaultsync_*.deb "$folder/$1/"
  end_root
}

# The package by itself, with what it depends on; then it leaves nothing.
# shellcheck disable=SC2016 # expanded in the chroot
package_alone='
  packages() { dpkg-query -W -f "\${Package}\n"; } # what they need may be upgraded by them
  packages >/before
  apt-get update -qq && apt-get install -y -qq --no-install-recommends /vaultsync_*.deb >/dev/null
  packages >/after
  ! ldd /usr/libexec/vaultsync/bin/* | grep "not found"
  vaultsync --version
  cd /root && vaultsync demo
  vaultsync doctor --help >/dev/null
  mkdir -p /var/lib/vaultsync && touch /var/lib/vaultsync/x /etc/vaultsync/env
  dpkg -L vaultsync | while read -r f; do [ -d "$f" ] && [ ! -L "$f" ] || echo "$f"; done >/files
  [ -s /files ]
  apt-get purge -y -qq vaultsync >/dev/null
  while read -r f; do [ ! -e "$f" ] && [ ! -L "$f" ] || { echo "left: $f"; exit 1; }; done </files
  for f in /etc/vaultsync /var/lib/vaultsync /usr/libexec/vaultsync; do
    [ ! -e $f ] || { echo "left: $f"; exit 1; }
  done
  apt-get autoremove -y -qq --purge -o APT::AutoRemove::RecommendsImportant=false \
    -o APT::AutoRemove::SuggestsImportant=false >/dev/null
  packages | diff /before -'

package() {
  local with=() as=() enter=() root='' debs=("$folder/$1"/vaultsync_*.deb)
  [ -e "${debs[0]}" ] || return 0
  { new_root "$1" package && cp "${debs[@]}" "$root/"; } || { failed+='1 '; return 1; }
  step "$1" install inside sh -euc "$package_alone"
  end_root
}

[ "$inside" ] || outside

install='apt-get install -y -qq --no-install-recommends >/dev/null'
results=() failed=''
for name in "${targets[@]}"; do
  release=${name%%-*}
  # A step that fails is noted, and the next one is taken.
  step "$name" bare bare_root "$release" || continue
  if [ "$name" != "$release" ]; then
    foreign "$release" "${name#*-}" || true
    continue
  fi
  demo_and_tests "$release" || true
  package "$release" || true
  [ "$(family "$release")" != debian ] || step "$release" image run_image "$release" || true
done
printf '%s\n' "${results[@]}"
[ ! "$failed" ] || { [[ $failed =~ ^(69 )+$ ]] && exit 69; exit 1; }
