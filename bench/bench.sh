#!/usr/bin/env bash
# What the sync costs, beside what one would use instead: a hand-written script on
# Node.js with the official clients (naive.mjs), doing the least that could be
# called a sync. Both work in turn, on the same machine, on a sandbox with the same
# records. Not part of the tests.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../scripts/lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
. "$home/scripts/lib/setup.sh"

usage() {
  cat <<'TEXT'
usage: bench.sh [options]
Measure the sync beside a script by hand, and print tables (Markdown).

      --growth       nothing to do, at several sizes, and what that makes in a day
      --jobs         20 edits on each side, and first syncs
      --pure         the pure programs by themselves
                     (all three, unless some are named)
      --sizes LIST   pairs of the growth (100,1000,10000,50000)
      --records N    pairs that the edits are made in, and rows of a first sync (1000)
      --pairs N      pairs for the pure programs (50000: 100000 records)
      --rounds N     of which the median is shown (3; 1 from 10000 pairs on)
      --delay MS     how long each answer of the sandbox takes (0)
  -h, --help         show this and exit
TEXT
}

parts='' sizes=100,1000,10000,50000 records=1000 pairs=50000 rounds=3 delay=0
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --growth | --jobs | --pure) parts+=" ${1#--}" ;;
    --sizes)
      [[ ${2:-} =~ ^[1-9][0-9]{0,5}(,[1-9][0-9]{0,5})*$ ]] || die 2 "$1 needs numbers, such as 100,1000"
      sizes=$2
      shift
      ;;
    --records | --pairs | --rounds | --delay)
      [[ ${2:-} =~ ^(0|[1-9][0-9]{0,5})$ ]] || die 2 "$1 needs a number"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    *) die 2 "unknown option: $1 (try: $0 --help)" ;;
  esac
  shift
done
[ "$records" -ge 40 ] || die 2 "--records must be 40 or more, for 20 edits on each side"
[ "$pairs" != 0 ] || die 2 "--pairs must be 1 or more"
[ "$rounds" != 0 ] || die 2 "--rounds must be 1 or more"

yardstick=${YARDSTICK:-$home/build/bench/cjson}
[ -x "$yardstick" ] || die 78 "no yardstick at $yardstick: run this with make bench"
ensure_packages time jq curl
need_programs sandbox sb-fetch notion-fetch normalize plan apply report
skip() { die 78 "$*"; }
# shellcheck disable=SC2034 # read by npm_packages
ROOT=$home
# shellcheck source=tests/npm.bash
. "$home/tests/npm.bash"
# shellcheck source=tests/pairs.bash
. "$home/tests/pairs.bash"
# shellcheck source=bench/measure.sh
. "$home/bench/measure.sh"
# shellcheck source=bench/table.sh
. "$home/bench/table.sh"
# shellcheck source=bench/growth.sh
. "$home/bench/growth.sh"
# shellcheck source=bench/jobs.sh
. "$home/bench/jobs.sh"
# shellcheck source=bench/pure.sh
. "$home/bench/pure.sh"

work=$(mktemp -d)
sandbox=''
trap 'stop_sandbox; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export TMPDIR=$work SYNC_ENV_FILE=/dev/null SYNC_NOTION_RPM=10000
unset "${!SYNC_FULL_@}"

[ "$parts" = " pure" ] || npm_packages official-clients
: "${parts:= growth jobs pure}"
[ "$parts" = " pure" ] || cp "$home"/bench/naive.mjs "$MODULES/"

machine
case $parts in *growth*) growth ;; esac
case $parts in *jobs*) jobs_table ;; esac
case $parts in *growth* | *jobs*) about_the_bound ;; esac
case $parts in *pure*) pure_table ;; esac
