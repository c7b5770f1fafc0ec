#!/usr/bin/env bash
# Which lines of the programs the tests run, by folder; `make coverage`.
#   coverage.sh                    the unit and property tests, and the files of bats that
#                                  exercise plan and apply
#   coverage.sh --units            the unit and property tests only
#   coverage.sh --all              every file of tests/*/*.bats, too
#   coverage.sh --report           none: what was counted before
#   coverage.sh FILE…              the unit and property tests, and these files of bats
#
# Counts in a build of its own, build/coverage, with gcc and gcov. Exits with 1 if a test
# fails, a folder of the deciding code is below its floor, or a line of it is neither run
# nor in left.txt beside this script. What it says of the other folders is worth something
# only with --all.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/coverage

# Those that reach what the unit tests and the cases don't: the readers and writers of
# cmd/plan, and each way of cmd/apply.
telling=(tests/program/{apply,plan,guards,creates,inserts,looks,not_kept,one_record,presence,answers,workers,snapshot,between,plan_undo,upgrade,contract,notion_states,clock}.bats
  tests/run/{holds,idle,undo,resolve,names,meet,row_link,paused,cut,disk,kill,faults,controls}.bats)
case ${1:-} in
  '') files=("${telling[@]}") ;;
  --units | --report) files=() ;;
  --all) files=(tests/*/*.bats) ;;
  -h | --help) sed -n '/^[^#]/q; s/^# \{0,1\}//p' "$0" | sed 1d; exit 0 ;;
  -*) echo "unknown option: $1 (try: $0 --help)" >&2; exit 2 ;;
  *) files=("$@") ;;
esac
command -v gcov >/dev/null || { echo "coverage.sh: gcov is missing: apt-get install gcc" >&2; exit 78; }

# run_file FILE: its last lines, where it fails
run_file() {
  local log began=$SECONDS
  log=$(mktemp)
  if timeout -k 10 20m bats "$1" >"$log" 2>&1 </dev/null; then
    printf '%4d s  %s\n' $((SECONDS - began)) "$1"
    rm "$log"
  else
    sed "s|^|$1: |" "$log" | grep -v '✓' >&2
    rm "$log"
    return 1
  fi
}

failed=''
if [ "${1:-}" != --report ]; then
  [ ! -d "$out" ] || find "$out" -name '*.gcda' -delete
  # Ended by gcov's own handler only; a test that is killed counts nothing.
  make -s -j"$(nproc)" BUILD="$out" BIN="$out/bin" CC="${CC:-gcc}" CFLAGS='-O0 -g1 --coverage' all units || failed=1
fi
if [ "${#files[@]}" -gt 0 ]; then
  export -f run_file
  # The sandbox is no part of it, and starts more quickly.
  printf '%s\n' "${files[@]}" | BIN=$PWD/$out/bin VAULTSYNC_BIN=$PWD/$out/bin SANDBOX_PROGRAM=$PWD/bin/sandbox \
    xargs -P "$(nproc)" -I '{}' bash -c 'run_file "$1"' - '{}' || failed=1
fi
tests/coverage/report.py "$out" tests/coverage/left.txt || failed=1
[ ! "$failed" ]
