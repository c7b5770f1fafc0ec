#!/usr/bin/env bash
# Fuzzes: run.sh DIR SECONDS [NAME…], where DIR has the harnesses; NAME is plan or
# plan_fuzz. What it learns stays in DIR/corpus, what it finds is in DIR/findings.
# Exit 1: there is a finding, and its reproducer.
set -euo pipefail

dir=${1:?a folder} seconds=${2:?seconds}
shift 2
[ $# -gt 0 ] || set -- all
home=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$dir/findings" "$dir/tmp"
dir=$(cd "$dir" && pwd)
TMPDIR=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "$dir/tmp")")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
# What libFuzzer itself doesn't end, and what a limit of the machine would hide.
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1}

"$home/tests/fuzz/seeds.sh" "$dir"
found=0

# value NAME LOG: of "stat::NAME: VALUE"
value() {
  sed -n "s/^stat::$1: *//p" "$2"
}

fuzz_one() {
  local name=$1 log=$dir/$1.log rc=0
  mkdir -p "$dir/corpus/$name"
  "$dir/$name" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=3000 -max_len=16000 \
    -print_final_stats=1 -artifact_prefix="$dir/findings/$name-" \
    "$dir/corpus/$name" "$dir/seeds/$name" >"$log" 2>&1 || rc=$?
  printf '%-20s %12s %8s %8s %8s\n' "$name" "$(value number_of_executed_units "$log")" \
    "$(value average_exec_per_sec "$log")" "$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$log" | tail -1)" \
    "$(sed -n 's/.* corp: \([0-9]*\).*/\1/p' "$log" | tail -1)"
  [ "$rc" != 0 ] || return 0
  found=1
  tail -40 "$log"
  echo "$name: a finding; to run it again:"
  sed -n "s|.*Test unit written to \(.*\)|  $dir/$name \1|p" "$log"
}

printf '%-20s %12s %8s %8s %8s\n' harness executions per_s coverage corpus
ran=0
for want; do
  for path in "$home"/tests/fuzz/*_fuzz.c; do
    name=$(basename "$path" .c)
    if [ "$want" = all ] || [ "$want" = "$name" ] || [ "$want" = "${name%_fuzz}" ]; then ran=1 && fuzz_one "$name"; fi
  done
done
[ "$ran" = 1 ] || { echo "no harness is called $*: see tests/fuzz" >&2; exit 2; }
exit "$found"
