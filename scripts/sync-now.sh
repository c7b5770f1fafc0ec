#!/usr/bin/env bash
# One run of the sync, under a lock.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/log.sh
. "$(dirname "$0")/lib/log.sh"
# shellcheck source=scripts/lib/progress.sh
. "$(dirname "$0")/lib/progress.sh"
# shellcheck source=scripts/lib/alarm.sh
. "$(dirname "$0")/lib/alarm.sh"

usage() {
  cat <<'TEXT'
usage: sync-now.sh [options] [options of plan]
Read both sides, plan, and carry the plan out.

  -n, --dry-run      print the plan for people and write nothing anywhere
  -q, --quiet        say only what is wrong
  -v, --verbose      say more
  -h, --help         show this and exit
      --version      show the version and exit

Other options go to plan, such as --conflict notion, --orphans restore,
--allow mass-delete. What the run did is in SYNC_LOG_DIR/last_run.json and in
SYNC_LOG_DIR/runs; bin/report tells it.
TEXT
}

quiet='' dry_run='' verbose=() plan_options=()
while [ $# -gt 0 ]; do
  case $1 in
    -n | --dry-run) dry_run=1 ;;
    -q | --quiet) quiet=1 verbose=(-q) ;;
    -v | --verbose) verbose+=(-v) ;;
    -h | --help) usage; exit 0 ;;
    --version) exec "$bin/plan" --version ;;
    --conflict | --orphans | --allow)
      [ $# -gt 1 ] || die 2 "$1 needs an argument"
      plan_options+=("$1" "$2")
      shift
      ;;
    --conflict=* | --orphans=* | --allow=*) plan_options+=("$1") ;;
    *) die 2 "unknown option: $1 (try: $0 --help)" ;;
  esac
  shift
done

need_programs sb-fetch notion-fetch normalize plan apply report
cd "$place"
# Whatever a run leaves behind holds records: it is for its owner only.
umask 077

work=$(mktemp -d "${TMPDIR:-/tmp}/vaultsync.XXXXXX") ||
  die 74 "no room for temporary files: set TMPDIR to a folder with some"
mkfifo "$work/stderr" "$work/never" || die 74 "cannot make $work/stderr"
child='' signal='' stage='' run_dir='' run_id='' started=''

# The programs read and write files here, so that each can end by itself and
# be waited for; a signal is handed on, and the program finishes its request.
# shellcheck disable=SC2317 # called by the traps
hand_on() {
  signal=$1
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
}
trap 'hand_on INT' INT
trap 'hand_on TERM' TERM
trap 'hand_on HUP' HUP
trap 'rm -rf "$work"' EXIT

# step NAME COMMAND…: runs it, shows and keeps its messages, sets $code.
step() {
  local tee
  stage=$1
  shift
  code=0
  [ -z "$signal" ] || return 0
  # Opened at both ends by the script: an open by each of the two waits for the
  # other one, for ever where a signal ended that one before it got so far.
  # shellcheck disable=SC2094 # a pipe
  exec 8<>"$work/stderr" 7<"$work/stderr" 6>"$work/stderr" 8>&-
  # The lock (descriptor 9) is this script's alone.
  tee "$work/messages" <&7 >&2 6>&- 7<&- 9>&- &
  tee=$!
  "$@" 2>&6 6>&- 7<&- 9>&- &
  child=$!
  exec 6>&- 7<&-
  # A signal that came before there was a child to hand it on to.
  [ -z "$signal" ] || hand_on "$signal"
  [ ! -v progress_of ] || begin_progress "${progress_of[@]}"
  wait "$child" || code=$?
  # A signal ends the wait, not the child.
  while kill -0 "$child" 2>/dev/null; do
    code=0
    wait "$child" || code=$?
  done
  child=''
  end_progress
  wait "$tee" || true
  [ -z "$run_id" ] || log_messages "$work/messages" "$code"
}

fetch_and_plan() {
  local progress_of=("rows fetched" "$work/sb.ndjson" 0)
  step sb-fetch "$bin/sb-fetch" "${verbose[@]}" >"$work/sb.ndjson"
  [ "$code" = 0 ] || return 0
  progress_of=("pages fetched" "$work/notion.ndjson" 0)
  step notion-fetch "$bin/notion-fetch" "${verbose[@]}" --known "$work/sb.ndjson" \
    >"$work/notion.ndjson"
  [ "$code" = 0 ] || return 0
  unset progress_of
  step normalize "$bin/normalize" "${verbose[@]}" "$work/sb.ndjson" "$work/notion.ndjson" \
    >"$work/records.ndjson"
  [ "$code" = 0 ] || return 0
  step plan "$bin/plan" "${verbose[@]}" --base "$state/base.ndjson" "${plan_options[@]}" \
    "$@" "$work/records.ndjson"
}

end_by_signal() {
  [ -z "$signal" ] || { trap - "$signal"; rm -rf "$work"; kill "-$signal" $$; }
}

paths=$("$bin/report" --paths) || exit
state=$(jq -r .state <<<"$paths") logs=$(jq -r .logs <<<"$paths")

if [ "$dry_run" ]; then
  fetch_and_plan --human
  end_by_signal
  exit "$code"
fi

(umask 077 && mkdir -p "$state" "$logs/runs") || die 74 "cannot make $state and $logs"
exec 9>>"$state/sync.lock" || die 74 "cannot write $state/sync.lock"
flock -n 9 || die 75 "another run holds $state/sync.lock: this one ends"

started=$(date +%s%3N)
run_id=$(date -u +%Y%m%dT%H%M%SZ)-$$
run_dir=$logs/runs/$run_id
mkdir -m 700 "$run_dir" || die 74 "cannot make $run_dir"
rotate_log
log info sync-now "begins"
ping_url /start ""

# put NAME: standard input becomes logs/NAME, whole or not at all.
put() {
  cat >"$logs/$1.new" && sync "$logs/$1.new" && mv "$logs/$1.new" "$logs/$1"
}

# What became of the run, for report and the health page; false where it can't be
# written down.
record_run() {
  local files=() f before
  before=$(jq -c '.totals | objects' "$logs/last_run.json" 2>/dev/null) || before=null
  tail -q -n 1 "$work/sb.ndjson" "$work/notion.ndjson" >"$work/ends.ndjson" 2>/dev/null || true
  for f in "$work/ends.ndjson" "$work/records.ndjson" "$run_dir/plan.ndjson" "$run_dir/results.ndjson"; do
    [ ! -s "$f" ] || files+=("$f")
  done
  jq -n -R -c --arg run_id "$run_id" --arg status "$1" --argjson code "$code" \
    --arg stage "$stage" --arg signal "$signal" \
    --arg message "$(tail -n 5 "$work/messages" 2>/dev/null || true)" \
    --arg version "$("$bin/plan" --version | cut -d' ' -f2)" \
    --argjson started "$started" --argjson ended "$(date +%s%3N)" \
    --argjson before "${before:-null}" \
    -f "$home/scripts/lib/summary.jq" "${files[@]:-/dev/null}" >"$run_dir/run.json" || return
  put last_run.json <"$run_dir/run.json" || return
  case $1 in
    ok | attention) put last_success.json <"$run_dir/run.json" ;;
  esac
}

# Each conflict that was decided, with the value that lost. The last line of a
# program that was killed may be torn.
record_conflicts() {
  [ -s "$run_dir/results.ndjson" ] || return 0
  jq -Rc --arg run "$run_id" 'fromjson?
    | select(.kind == "result" and .status == "done" and .conflict)
    | {run_id: $run, row_id, page_id, set, was} + .conflict' \
    "$run_dir/results.ndjson" >>"$logs/conflicts.ndjson"
}

# The newest fifty runs stay.
forget_old_runs() {
  local old
  for old in $(find "$logs/runs" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' |
    sort -r | tail -n +51); do
    rm -rf "${logs:?}/runs/$old"
  done
}

carry_out() {
  local n text progress_of
  n=$(grep -c '"kind":"op"' "$run_dir/plan.ndjson" || true)
  text=$(forecast "$run_dir/plan.ndjson" "$(setting notion_rpm)")
  [ -z "$text" ] || { say "$text"; log info sync-now "$text"; }
  progress_of=("written" "$run_dir/results.ndjson" "$n")
  step apply "$bin/apply" "${verbose[@]}" --base "$state/base.ndjson" \
    "$run_dir/plan.ndjson" >"$run_dir/results.ndjson"
}

before=$(cat "$logs/last_run.json" 2>/dev/null || true)
fetch_and_plan >"$run_dir/plan.ndjson"
[ "$code" != 0 ] || carry_out

level=info
if [ "$signal" ]; then
  status=interrupted level=warn
else
  case $code in
    0) status=ok ;;
    1) status=attention level=warn ;;
    3) status=blocked level=error ;;
    *) status=failed level=error ;;
  esac
fi
if ! record_conflicts || ! record_run "$status"; then
  die 74 "$run_dir: this run can't be written down: make room, or set SYNC_LOG_DIR; what it wrote to both sides is right, and the next run goes on from there"
fi
log "$level" sync-now "$(jq -r '"ends: \(.status), exit code \(.exit_code), \(.planned) ops planned, \(.errors) failed, \(.conflicts) conflicts decided, \(.duration_ms) ms"' "$run_dir/run.json")"
raise_alarms "$before"
forget_old_runs
if [ "$status" = blocked ]; then
  "$bin/plan" --human "${plan_options[@]}" --base "$state/base.ndjson" "$work/records.ndjson" >&2 || true
fi
[ "$quiet" ] || "$bin/report" --brief >&2 || true
end_by_signal
exit "$code"
