#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
#   scripts/test.sh                all: most as built by cc, some by clang with
#                                  sanitizers, some again on the libraries of Debian 13
#   scripts/test.sh --quick        in three minutes what tells most, as built by cc
#   scripts/test.sh --only FILE…   these files of tests/*/*.bats only, as built by cc
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
. "$home/scripts/lib/setup.sh"

quick='' only=()
case ${1:-} in
  '') ;;
  --quick) quick=1 ;;
  --only)
    shift
    [ $# -gt 0 ] || die 2 "--only needs files, such as tests/program/http.bats"
    for f; do only+=("$(realpath -e -- "$f")") || die 2 "$f: no such file"; done ;;
  -h | --help) sed -n '/^[^#]/q; s/^# \{0,1\}//p' "$0" | sed 1d; exit 0 ;;
  *) die 2 "unknown option: $1 (try: $0 --help)" ;;
esac

ensure_packages "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}"
cd "$home"
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=0 failed=0 skipped=0

fault() {
  failed=$((failed + 1))
  warn "$*"
}

# units NAME COMMAND…: C tests; the counts in their last lines are added up.
units() {
  local name=$1 sums rc=0
  shift
  say "unit tests ($name)"
  "$@" >"$log/units" 2>&1 || rc=$?
  cat "$log/units"
  read -ra sums < <(awk 'match($0, /[0-9]+ passed, [0-9]+ failed$/) {
      split(substr($0, RSTART), n, /[^0-9]+/); p += n[1]; f += n[2] }
    END { print p + 0, f + 0 }' "$log/units")
  passed=$((passed + sums[0])) failed=$((failed + sums[1]))
  [ "$rc" = 0 ] || [ "${sums[1]}" != 0 ] || fault "unit tests ($name): $1 ended with $rc"
  [ "${sums[0]}" != 0 ] || fault "unit tests ($name): none ran"
}

# bats_run NAME BIN FILE…: runs one file more at once than there are processors,
# because each test has a folder and servers of its own, and waits now and then.
# INT is not ignored in them, wherever this script was started. A file that hangs
# is ended, and counts as failed.
bats_run() {
  local name=$1 bin=$2 file tap
  shift 2
  say "tests of the programs ($name)"
  mkdir "$log/$name"
  # shellcheck disable=SC2016 # expanded by the inner shell
  printf '%s\n' "$@" |
    xargs -P "$(($(nproc) + 1))" -I{} env BIN="$bin" VAULTSYNC_BIN="$bin" \
    LOG="$log/$name" bash -c 'tap=$LOG/$(basename {} .bats)
      began=$SECONDS
      trap "kill \$!" INT TERM
      env --default-signal=INT timeout -k 10 20m bats --formatter tap {} >"$tap" 2>&1 </dev/null &
      wait $!
      printf "  %4d s  %s\n" $((SECONDS - began)) {}' || true
  for file; do
    tap=$log/$name/$(basename "$file" .bats)
    if ! grep -q '^1\.\.[1-9]' "$tap"; then
      fault "$file: no test ran"
      cat "$tap"
      continue
    fi
    if grep -q '^not ok ' "$tap"; then
      echo "$file:"
      grep -v '^ok ' "$tap"
    fi
    passed=$((passed + $(grep '^ok ' "$tap" | grep -vc '# skip' || true)))
    skipped=$((skipped + $(grep -c '^ok .*# skip' "$tap" || true)))
    failed=$((failed + $(grep -c '^not ok ' "$tap" || true)))
    # All planned tests must have run: bats itself may have died.
    [ "$(sed -n 's/^1\.\.//p' "$tap")" = "$(grep -cE '^(not )?ok ' "$tap")" ] ||
      fault "$file: not all of its tests ran; its last line: $(tail -n 1 "$tap")"
  done
  grep -h '^ok .*# skip' "$log/$name"/* | sort | uniq || true
}

# run_each PROGRAM…: 1 when one of them fails
run_each() {
  local t rc=0
  for t; do "$t" || rc=1; done
  return "$rc"
}

# newer_libraries RELEASE: the programs that use HTTP, with the libraries of a newer Debian.
newer_libraries() {
  local out=build/debian-$1 rc=0
  UNITS="${client_units[*]}" tests/platforms/libs.sh "$1" "$out" || rc=$?
  if [ "$rc" = 69 ]; then
    say "skipped: the tests with Debian $1's libraries"
    skipped=$((skipped + ${#client_units[@]} + ${#client_files[@]}))
  elif [ "$rc" != 0 ]; then
    fault "the build for Debian $1's libraries ended with $rc"
  else
    units "Debian $1's libraries" run_each "${client_units[@]/#/$out/tests/unit/}"
    bats_run "debian-$1" "$home/$out/bin" "${client_files[@]}"
  fi
}

# The slowest first, then the largest, so that the last one is short.
slowest=(tests/{program/health_page,run/{kill,foreign_edits,valgrind,soak,faults},sandbox/supabase_lite}.bats)
mapfile -t files < <({
  printf '%s\n' "${slowest[@]}"
  find tests -mindepth 2 -maxdepth 2 -name '*.bats' -printf '%s %p\n' | sort -rn | cut -d' ' -f2
} | awk '!seen[$0]++')
# The tests that exercise the programs' own code, each as built with sanitizers; the
# rest is shell, faults and time.
sanitized=(tests/{run/care,program/{notion-fetch,health,workers,sb-fetch}}.bats
  tests/program/{normalize,streams,plan_undo,http}.bats)
# What tells most in the shortest time: the streams, the decisions, writing, whole
# runs, signals, the build and the documents.
telling=(tests/program/{apply,plan,normalize,streams,contract,one_record,plan_undo}.bats
  tests/run/{care,interrupt,cut}.bats tests/ship/{build,documents}.bats)
# The tests that depend on the behaviour of libcurl and of the servers' library.
client_files=(tests/{run/faults,program/{http,notion-fetch,sb-fetch,health}}.bats)
client_units=({http,api,notion_client,supabase_client}_test)

parallel=-j$(nproc)
build_all
if [ "${#only[@]}" -gt 0 ]; then
  bats_run only "$home/bin" "${only[@]}"
else
  units gcc make -s "$parallel" units
  [ ! "$quick" ] || files=("${telling[@]}") sanitized=()
  mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -vxF -f <(printf '%s\n' "${sanitized[@]}"))
  bats_run gcc "$home/bin" "${files[@]}"
fi
if [ ! "$quick" ] && [ "${#only[@]}" = 0 ]; then
  newer_libraries 13
  units sanitizers make -s "$parallel" asan CC=clang
  bats_run sanitizers "$home/build/asan-clang/bin" "${sanitized[@]}"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
