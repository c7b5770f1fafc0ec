#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
#   scripts/test.sh            all: twice, as built and under the sanitizers
#   scripts/test.sh --quick    as built only
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
. "$(dirname "$0")/lib/setup.sh"

case ${1:-} in
  '') quick='' ;;
  --quick) quick=1 ;;
  -h | --help) sed -n 's/^#  *//p' "$0" | sed -n 2,9p; exit 0 ;;
  *) die 2 "unknown option: $1 (try: $0 --help)" ;;
esac

ensure_packages "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}"
cd "$home"
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=0 failed=0 skipped=0

count() {
  local n
  n=$(grep -c "$1" "$2" || true)
  printf '%s' "$n"
}

# units NAME MAKE-ARGUMENT…: every C test, whose closing lines are added up.
units() {
  local name=$1 rc=0
  shift
  say "unit tests ($name)"
  make -s -k units "$@" >"$log/units" 2>&1 || rc=1
  cat "$log/units"
  passed=$((passed + $(awk '/^[0-9]+ passed, [0-9]+ failed/ {n += $1} END {print n + 0}' "$log/units")))
  failed=$((failed + $(awk '/^[0-9]+ passed, [0-9]+ failed/ {n += $3} END {print n + 0}' "$log/units")))
  [ "$rc" = 0 ] || { failed=$((failed + 1)); warn "unit tests failed ($name)"; }
}

# bats_run NAME BIN
bats_run() {
  say "bats ($1)"
  VAULTSYNC_BIN=$2 BIN=$2 bats --timing --formatter tap tests >"$log/bats" 2>&1 || true
  grep -v '^ok ' "$log/bats" || true
  passed=$((passed + $(count '^ok ' "$log/bats") - $(count '^ok .*# skip' "$log/bats")))
  skipped=$((skipped + $(count '^ok .*# skip' "$log/bats")))
  failed=$((failed + $(count '^not ok ' "$log/bats")))
  grep -q '^1\.\.[1-9]' "$log/bats" || { failed=$((failed + 1)); warn "bats ran no test"; }
}

build_all
units "gcc"
bats_run "gcc" "$home/bin"
if [ ! "$quick" ]; then
  say "building with clang"
  make -s -j"$(nproc)" CC=clang BUILD=build/clang BIN=build/clang/bin all ||
    { failed=$((failed + 1)); warn "clang does not build it"; }
  say "building with the sanitizers"
  make -s -j"$(nproc)" asan || { failed=$((failed + 1)); warn "the sanitizers found something"; }
  bats_run "sanitizers" "$home/build/asan/bin"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
