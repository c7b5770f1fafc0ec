#!/usr/bin/env bash
# Speed and memory, side by side with what one would use instead: a
# hand-written script on Node.js with the official clients (naive.mjs), doing
# the least that could be called a sync. Each talks to a sandbox of its own
# with the same records, in turn, on the same machine. Not part of the tests.
# CPU time is that of all processes of a run together, without the sandbox;
# peak memory is that of the largest one. The median of several rounds is
# shown.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../scripts/lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
. "$home/scripts/lib/setup.sh"

usage() {
  cat <<'TEXT'
usage: bench.sh [options]
Measure the sync beside a script by hand, and print a table.

      --records N    records on the sandbox (300)
      --delay MS     how long each answer takes in the slow part (30)
      --rounds N     of which the median is shown (3)
      --pairs N      pairs for the pure programs (50000: 100000 records)
      --pure         measure the pure programs alone
  -h, --help         show this and exit
TEXT
}

records=300 delay=30 rounds=3 pairs=50000 only_pure=no
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --pure) only_pure=yes ;;
    --records | --delay | --rounds | --pairs)
      [[ ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] || die 2 "$1 needs a number"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    *) die 2 "unknown option: $1 (try: $0 --help)" ;;
  esac
  shift
done
[ "$records" -ge 40 ] || die 2 "--records must be 40 or more, for 20 edits on each side"

yardstick=${YARDSTICK:-$home/build/bench/cjson}
[ -x "$yardstick" ] || die 78 "no yardstick at $yardstick: run this with make bench"
ensure_packages time jq curl
need_programs sandbox sb-fetch notion-fetch normalize plan apply report
skip() { die 78 "$*"; }
# shellcheck disable=SC2034 # read by npm_packages
ROOT=$home
# shellcheck source=tests/npm.bash
. "$home/tests/npm.bash"
[ "$only_pure" = yes ] || npm_packages official-clients

work=$(mktemp -d)
sandbox=''
stop_sandbox() {
  [ -z "$sandbox" ] || { kill "$sandbox" 2>/dev/null && wait "$sandbox"; } || true
  sandbox=''
}
trap 'stop_sandbox; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export TMPDIR=$work SYNC_ENV_FILE=/dev/null SYNC_NOTION_RPM=10000

control() {
  curl -sS --fail-with-body --max-time 60 -X "$1" "$url/control/$2" ${3+--data-binary "$3"}
}

start_sandbox() {
  local info
  rm -f "$work/url"
  "$bin/sandbox" -q --ready "$work/url" >"$work/sandbox.log" 2>&1 &
  sandbox=$!
  for _ in $(seq 200); do
    [ ! -s "$work/url" ] || break
    sleep 0.05
  done
  url=$(cat "$work/url") || die 70 "the sandbox did not start: $(cat "$work/sandbox.log")"
  info=$(control GET info)
  export SUPABASE_URL=$url NOTION_API_URL=$url
  SUPABASE_SERVICE_ROLE_KEY=$(jq -r .keys.supabase <<<"$info")
  NOTION_API_KEY=$(jq -r .keys.notion <<<"$info")
  NOTION_DATABASE_ID=$(jq -r .ids.database <<<"$info")
  export SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY NOTION_DATABASE_ID
  control POST seed "@$work/seed" >/dev/null
}

# measured FILE COMMAND…: appends "wall cpu KiB" to FILE.
measured() {
  local file=$1 wall user sys kib
  shift
  /usr/bin/time -o "$work/time" -f '%e %U %S %M' "$@" >"$work/out" 2>"$work/err" ||
    { cat "$work/err" >&2; die 70 "failed: $*"; }
  read -r wall user sys kib <"$work/time"
  awk -v w="$wall" -v u="$user" -v s="$sys" -v k="$kib" \
    'BEGIN { printf "%.2f %.2f %d\n", w, u + s, k }' >>"$file"
}

sync_vaultsync() {
  VAULTSYNC_BIN=$bin SYNC_STATE_DIR=$work/state SYNC_LOG_DIR=$work/logs \
    measured "$1" "$home/scripts/sync-now.sh" --quiet
}

sync_node() {
  measured "$1" node "$MODULES/naive.mjs" "$url" "$SUPABASE_SERVICE_ROLE_KEY" \
    "$NOTION_API_KEY" "$NOTION_DATABASE_ID"
}

# twenty_edits: edits as by people, of different records on the two sides.
twenty_edits() {
  # A page's edit time is truncated to the minute: the rows were written before it.
  control POST clock '{"advance":120}' >/dev/null
  control GET dump >"$work/dump"
  {
    jq -c 'select(.side == "supabase") | {side, id, set: {decision: (.decision + " (edited)")}}' \
      "$work/dump" | sed -n 1,20p
    jq -c --slurpfile rows <(jq -c 'select(.side == "supabase") | .notion_page_id' "$work/dump" |
      tail -n 20) 'select(.side == "notion" and IN(.id; $rows[])) | {side, id, set: {type: "Policy", date: "2026-11-25"}}' \
      "$work/dump"
  } >"$work/edits"
  [ "$(wc -l <"$work/edits")" = 40 ] || die 70 "not 20 edits on each side"
  while read -r edit; do control POST edit "$edit" >/dev/null; done <"$work/edits"
}

# must_be_equal WHO: checks that the measured program has done its work.
must_be_equal() {
  control GET dump | jq -se '
    def live($s): map(select(.side == $s and .deleted_at == null and (.in_trash | not))
      | [.decision, (.type | if type == "array" then .[0] else . end),
         (.date | if type == "object" then .start else . end)]) | sort;
    live("supabase") == live("notion")' >/dev/null || die 70 "$1 left the two sides different"
}

# sync_round WHO DELAY: the three runs, each into its file $work/WHO-DELAY-RUN.
sync_round() {
  local who=$1 run
  start_sandbox
  rm -rf "$work/state" "$work/logs"
  [ "$2" = 0 ] || control POST faults "{\"delay_ms\":$2,\"times\":-1}" >/dev/null
  for run in first idle edits; do
    [ "$run" != edits ] || twenty_edits
    control DELETE count >/dev/null
    "sync_$who" "$work/$who-$2-$run"
    control GET count >"$work/$who-$2-$run.count"
    must_be_equal "$who"
  done
  stop_sandbox
}

# The middle of each column of a file.
median() {
  local n middle=()
  for n in 1 2 3; do
    middle+=("$(cut -d' ' -f$n "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')")
  done
  echo "${middle[*]}"
}

sync_line() {
  local wall cpu kib
  read -r wall cpu kib < <(median "$work/$2-$3-$4")
  printf '  %-11s %8.2f %8.2f %8.1f %9d %9d\n' "$1" "$wall" "$cpu" \
    "$(awk -v k="$kib" 'BEGIN { print k / 1024 }')" \
    "$(jq '[.requests.notion[]?] | add // 0' "$work/$2-$3-$4.count")" \
    "$(jq '[.requests.supabase[]?] | add // 0' "$work/$2-$3-$4.count")"
}

sync_table() {
  local run
  local -A titles=([first]="first sync of $records rows" [idle]="second run, nothing to do"
    [edits]="after 20 edits on each side")
  printf '\n%-13s %8s %8s %8s %9s %9s\n' "$1" "wall s" "CPU s" "MiB" "Notion" "Supabase"
  for run in first idle edits; do
    echo "${titles[$run]}"
    sync_line vaultsync vaultsync "$2" "$run"
    sync_line "node script" node "$2" "$run"
  done
}

# ratio NAME YARDSTICK GOAL: how many times the CPU time of the yardstick, in the
# same rounds, a program took.
ratio() {
  local cpu of
  read -r _ cpu _ < <(median "$work/pure-$1")
  read -r _ of _ < <(median "$work/pure-$2")
  awk -v name="$1" -v c="$cpu" -v of="$of" -v goal="$3" -v what="$2" 'BEGIN {
    printf "  %s: %.2f times %s (goal: at most %s)\n", name, c / (of > 0 ? of : 0.01), what, goal }'
}

# side_by_side NAME COMMAND [NAME COMMAND…]: measures each in turn, round by
# round, and prints a line of the second table for each.
side_by_side() {
  local i
  for _ in $(seq "$rounds"); do
    for ((i = 1; i < $#; i += 2)); do
      measured "$work/pure-${*:i:1}" bash -c "exec ${*:i+1:1}"
    done
  done
  for ((i = 1; i < $#; i += 2)); do pure "${*:i:1}"; done
}

pure() {
  local wall cpu kib
  read -r wall cpu kib < <(median "$work/pure-$1")
  awk -v name="$1" -v w="$wall" -v c="$cpu" -v k="$kib" -v n=$((2 * pairs)) 'BEGIN {
    printf "  %-28s %8.2f %8.2f %8.1f %12d\n", name, w, c, k / 1024, n / (w > 0 ? w : 0.01) }'
}

pure_table() {
  say "the pure programs on $((2 * pairs)) records"
  mkdir "$work/streams"
  node "$home/bench/streams.mjs" "$pairs" "$work/streams"
  cat "$work"/streams/{supabase,notion}.ndjson >"$work/fetched"
  "$bin/normalize" "$work/fetched" >"$work/records"
  printf '\n%-30s %8s %8s %8s %12s\n' "$((2 * pairs)) records" "wall s" "CPU s" "MiB" "records/s"
  side_by_side \
    "cJSON: parse and print" "'$yardstick' print <'$work/fetched'" \
    "normalize" "'$bin/normalize' <'$work/fetched'" \
    "node: parse and hash" "node '$home/bench/pure.mjs' normalize <'$work/fetched'" \
    "jq: parse alone" "jq -c .kind <'$work/fetched'"
  side_by_side \
    "cJSON: parse (records)" "'$yardstick' parse <'$work/records'" \
    "plan" "'$bin/plan' --allow mass-change <'$work/records'" \
    "node: parse, pair, compare" "node '$home/bench/pure.mjs' plan <'$work/records'" \
    "jq: parse alone (records)" "jq -c .kind <'$work/records'"
  ratio "normalize" "cJSON: parse and print" 1.6
  ratio "plan" "cJSON: parse (records)" 4
}

machine() {
  echo "$("$bin/plan" --version), Node.js $(node --version), $(jq --version)"
  echo "$(uname -sm), $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(date -u +%F)"
}

if [ "$only_pure" = yes ]; then
  machine
  pure_table
  exit 0
fi

cp "$home"/bench/*.mjs "$MODULES/"
jq -nc --argjson n "$records" 'range($n) | {side: "supabase",
  decision: "Decision \(.): keep the interface of module \(. % 97) as it is, and write down why",
  type: ["Policy", "Architecture", "Ops", "UX", "Other"][. % 5],
  date: (1577836800 + . % 2000 * 86400 | strftime("%Y-%m-%d"))}' >"$work/seed"

for ms in 0 "$delay"; do
  n=$rounds
  # The slow part mostly waits, so it hardly varies.
  [ "$ms" = 0 ] || n=1
  for _ in $(seq "$n"); do
    say "the sync, $ms ms per answer"
    sync_round vaultsync "$ms"
    sync_round node "$ms"
  done
done

machine
sync_table "0 ms" 0
sync_table "$delay ms" "$delay"
pure_table
