#!/usr/bin/env bash
# Fuzzes: run.sh DIR KEPT SECONDS [NAME…], where DIR has the harnesses; NAME is plan or
# plan_fuzz. What it learns stays in KEPT/corpus, what it finds is in KEPT/findings.
# With TOTAL in the environment, those that do 5000 a second go on until all together have
# had so many executions. Exit 1: there is a finding, and its reproducer.
set -euo pipefail

dir=${1:?a folder} kept=${2:?a folder} seconds=${3:?seconds}
shift 3
[ $# -gt 0 ] || set -- all
home=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$kept/findings" "$dir/tmp"
dir=$(cd "$dir" && pwd) kept=$(cd "$kept" && pwd)
TMPDIR=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "$dir/tmp")")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
# Leaks are looked for where an input has freed less than it has allocated. What was freed
# is kept apart for a while, to see a use of it: an input's own suffices, and more of it
# only costs. Whoever runs a finding again has the usual options, and whole stacks.
export UBSAN_OPTIONS=print_stacktrace=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:quarantine_size_mb=4:thread_local_quarantine_size_kb=256:malloc_context_size=4}

"$home/tests/fuzz/seeds.sh" "$dir"
found=0 sum=0 fast=()

# value NAME LOG: of "stat::NAME: VALUE"
value() {
  sed -n "s/^stat::$1: *//p" "$2"
}

# counter NAME LOG: the last of it that libFuzzer has shown
counter() {
  sed -n "s/.* $1: \([0-9]*\).*/\1/p" "$2" | tail -1
}

fuzz_one() {
  local name=$1 log=$dir/$1.log rc=0 executions speed
  mkdir -p "$kept/corpus/$name"
  "$dir/$name" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=3000 -max_len=16000 \
    -print_final_stats=1 -print_funcs=0 -artifact_prefix="$kept/findings/$name-" \
    "$kept/corpus/$name" "$dir/seeds/$name" >"$log" 2>&1 || rc=$?
  executions=$(value number_of_executed_units "$log") speed=$(value average_exec_per_sec "$log")
  printf '%-20s %12s %8s %8s %8s %8s\n' "$name" "$executions" "$speed" \
    "$(counter cov "$log")" "$(counter ft "$log")" "$(counter corp "$log")"
  sum=$((sum + ${executions:-0}))
  if [ "$rc" = 0 ] && [ "${speed:-0}" -ge 5000 ]; then fast+=("$name"); fi
  [ "$rc" != 0 ] || return 0
  found=1
  tail -40 "$log"
  echo "$name: a finding; to run it again:"
  sed -n "s|.*Test unit written to \(.*\)|  $dir/$name \1|p" "$log"
}

printf '%-20s %12s %8s %8s %8s %8s\n' harness executions per_s coverage features corpus
ran=0
for want; do
  for path in "$home"/tests/fuzz/*_fuzz.c; do
    name=$(basename "$path" .c)
    if [ "$want" = all ] || [ "$want" = "$name" ] || [ "$want" = "${name%_fuzz}" ]; then ran=1 && fuzz_one "$name"; fi
  done
done
[ "$ran" = 1 ] || { echo "no harness is called $*: see tests/fuzz" >&2; exit 2; }
while [ "$found" = 0 ] && [ "$sum" -lt "${TOTAL:-0}" ] && [ "${#fast[@]}" -gt 0 ]; do
  again=("${fast[@]}") fast=()
  for name in "${again[@]}"; do [ "$sum" -ge "$TOTAL" ] || fuzz_one "$name"; done
done
printf '%-20s %12s\n' all "$sum"
exit "$found"
