#!/usr/bin/env bash
# One run of the sync, under a lock.
# shellcheck disable=SC2317 # what traps and jobs call looks unreachable
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/log.sh
. "$home/scripts/lib/log.sh"
# shellcheck source=scripts/lib/progress.sh
. "$home/scripts/lib/progress.sh"
# shellcheck source=scripts/lib/alarm.sh
. "$home/scripts/lib/alarm.sh"

usage() {
  cat <<'TEXT'
usage: sync-now.sh [options] [options of plan]
Read both sides, plan, and carry the plan out.

  -n, --dry-run      print the plan for people and write nothing anywhere, but
                     where a state folder is, its requests into the budget there
  -q, --quiet        say only what is wrong
  -v, --verbose      say more
  -h, --help         show this and exit
      --version      show the version and exit

Other options go to plan, such as --conflict notion, --orphans restore,
--allow mass-delete, --retry. What the run did is in SYNC_LOG_DIR/last_run.json and in
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
    --conflict=* | --orphans=* | --allow=* | --retry) plan_options+=("$1") ;;
    *) die 2 "unknown option: $1 (try: $0 --help)" ;;
  esac
  shift
done

need_programs sb-fetch notion-fetch normalize plan apply report
cd "$place"
# Whatever a run leaves behind holds records: it is for its owner only.
umask 077

# From here on this shell starts nothing in the foreground and takes no $(…): a
# signal ends a wait at once, but bash forgets an INT that comes as a command in
# the foreground goes on to its end, and 5.2 can't read a trap within $(…).
child='' signal='' signals=0 cut='' work='' stage='' run_dir='' run_id='' started='' code=0
heard() {
  signal=$1 signals=$((signals + 1))
  hand_on
}
hand_on() {
  [ -z "$signal" ] || [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
}
trap 'heard INT' INT
trap 'heard TERM' TERM
trap 'heard HUP' HUP
trap 'rm -rf "$work"' EXIT

# await PID: returns its exit code. A signal ends the wait, not the child; where
# both end at once, bash 5.2 takes the child's code and loses it: 255.
await() {
  local before code
  while :; do
    before=$signals code=0
    wait "$1" || code=$?
    [ "$before" != "$signals" ] || break
  done
  [ "$code" -ge 0 ] || code=255
  return "$code"
}

# job COMMAND…: something short that no signal may cut, not even one to the group.
# It writes down its own code, which bash can't lose. One that wrote none was
# ended before it heard that it shall ignore signals: nothing was done yet.
exec {codes}<> <(:)
job() {
  local heard_before said ended # no name that COMMAND uses: it sees them
  while :; do
    heard_before=$signals said='' ended=0
    (trap '' INT TERM HUP && trap 'echo $? >&"$codes"' EXIT && "$@") &
    await $! || ended=$?
    ! read -t 0 -u "$codes" || { read -r -u "$codes" said && return "$said"; }
    [ "$heard_before" != "$signals" ] || return $((ended > 0 ? ended : 1))
  done
}

# aside COMMAND…: what is no part of the sync, and ends with a signal.
aside() {
  "$@" 9>&- &
  child=$!
  hand_on
  await "$child" || true
  child=''
}

end() {
  job rm -rf "$work"
  trap - EXIT
  [ -z "$signal" ] || { trap - "$signal"; kill "-$signal" $$; }
  exit "$code"
}

# The folder of a run's records is locked as long as the run or what it started
# lives: one that isn't was left by a run that was killed.
make_work() {
  local tries busy
  for ((tries = 0; tries < 9; tries++)); do
    work=${TMPDIR:-/tmp}/vaultsync-run.$$.$SRANDOM busy=0
    job mkdir -m 700 "$work" || break
    # Before it is locked, another run may take it for such a one.
    { exec 5<"$work"; } 2>/dev/null || continue
    job flock -n 5 || busy=$? # another code than 1: a disk without such locks
    if [ "$busy" != 1 ] && [ -d "$work" ]; then
      job mkfifo "$work/stderr" || break
      return 0
    fi
  done
  die 74 "no room for temporary files: set TMPDIR to a folder with some"
}

# step NAME COMMAND…: runs it, shows and keeps its messages, sets $code. After a
# signal the program finishes its request, and no further step begins.
step() {
  local tee
  stage=$1
  shift
  code=0
  [ -z "$signal" ] || { code=75 cut=1; return 0; } # the next run will do
  # Opened at both ends by the script: an open by each of the two waits for the
  # other one, for ever where a signal ended that one before it got so far.
  # shellcheck disable=SC2094 # a pipe
  exec 8<>"$work/stderr" 7<"$work/stderr" 6>"$work/stderr" 8>&-
  # The lock (descriptor 9) is this script's alone.
  (trap '' INT TERM HUP && exec tee "$work/messages") <&7 >&2 6>&- 7<&- 9>&- &
  tee=$!
  "$@" 2>&6 6>&- 7<&- 9>&- &
  child=$!
  exec 6>&- 7<&-
  # A signal that came before there was a child to hand it on to.
  hand_on
  [ ! -v progress_of ] || begin_progress "${progress_of[@]}"
  await "$child" || code=$?
  child=''
  end_progress
  await "$tee" || true
  [ -z "$signal" ] || [ "$code" -le 128 ] || cut=1
  [ "$code" != 255 ] || code=75
  [ -z "$run_id" ] || job log_messages "$work/messages" "$code"
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

# plan knows which values there are: asked now, not when both sides were read.
job "$bin/plan" "${plan_options[@]}" --version >/dev/null || exit
job chore clear-work "${TMPDIR:-/tmp}"
make_work
job list_settings >"$work/settings" || {
  code=$?
  [ "$code" != 2 ] || die 74 "no room for temporary files in $work: set TMPDIR to a folder with some"
  exit "$code"
}
take_settings <"$work/settings"

if [ "$dry_run" ]; then
  fetch_and_plan --human
  end
fi

# no_room MESSAGE: nothing can be written down, so those who are called must hear it.
no_room() {
  job raise_unrecorded || true
  die 74 "$1"
}

job mkdir -p "$state" "$logs/runs" || no_room "cannot make $state and $logs"
refuse_link "$state/sync.lock"
exec 9>>"$state/sync.lock" || no_room "cannot write $state/sync.lock"
job take_lock 9 "$state/sync.lock" || code=$?
[ "$code" != 1 ] || die 75 "another run holds $state/sync.lock: this one ends"
[ "$code" = 0 ] || exit "$code"

read_clock
started=$((now_us / 1000))
TZ=UTC printf -v run_id '%(%Y%m%dT%H%M%SZ)T-%d' -1 $$
run_dir=$logs/runs/$run_id
job mkdir -m 700 "$run_dir" || no_room "cannot make $run_dir"

# However a run ends that has begun: it is written down, or somebody hears of it.
unrecorded() {
  warn "$run_dir: this run can't be written down: make room, or set SYNC_LOG_DIR; what it wrote to both sides is right, and the next run goes on from there"
  rm -rf "$work"
  raise_unrecorded
  exit 74
}
trap unrecorded EXIT

job chore put-aside "$logs" sync.log conflicts.ndjson || true
job log info sync-now "begins"
aside ping /start ""

# What became of the run, for report and the health page; false where it can't be
# written down. $ends is what the log shall say of it.
record_run() {
  local files=() records=("$run_dir/run.json" "$logs/last_run.json") summary f now_us
  read_clock
  tail -q -n 1 "$work/sb.ndjson" "$work/notion.ndjson" >"$work/ends.ndjson" 2>/dev/null || true
  for f in "$work/ends.ndjson" "$work/records.ndjson" "$run_dir/plan.ndjson" "$run_dir/results.ndjson"; do
    [ ! -s "$f" ] || files+=("$f")
  done
  summary=$(jq -n -R -r --arg run_id "$run_id" --arg status "$1" --argjson code "$code" \
    --arg stage "$stage" --arg signal "$signal" \
    --arg message "$(tail -n 5 "$work/messages" 2>/dev/null || true)" \
    --arg version "$version" --arg before "$before" \
    --argjson started "$started" --argjson ended "$((now_us / 1000))" \
    -f "$home/scripts/lib/summary.jq" "${files[@]:-/dev/null}") || return
  ends=${summary#*$'\n'}
  case $1 in
    ok | attention) records+=("$logs/last_success.json") ;;
  esac
  printf '%s\n' "${summary%%$'\n'*}" | chore put "${records[@]}"
}

# Each conflict that was decided, with the value that lost. The last line of a
# program that was killed may be torn.
record_conflicts() {
  grep -qs '"conflict":' "$run_dir/results.ndjson" || return 0
  jq -Rc --arg run "$run_id" 'fromjson?
    | select(.kind == "result" and .status == "done" and .conflict)
    | {run_id: $run, row_id, page_id, set, was} + .conflict' \
    "$run_dir/results.ndjson" | chore append "$logs/conflicts.ndjson"
}

# No op takes more than two requests: a plan of few is over within the minute.
look_ahead() {
  local text n
  grep -c '"kind":"op"' "$run_dir/plan.ndjson" >"$work/ops" || true
  read -r n <"$work/ops" || return 0
  [ $((n * 2)) -ge "$notion_rpm" ] || return 0
  text=$(forecast "$run_dir/plan.ndjson" "$notion_rpm") || return 0
  [ -z "$text" ] || { say "$text"; log info sync-now "$text"; }
}

carry_out() {
  local n progress_of
  job look_ahead
  read -r n <"$work/ops" || n=0
  progress_of=("written" "$run_dir/results.ndjson" "$n")
  step apply "$bin/apply" "${verbose[@]}" --base "$state/base.ndjson" \
    "$run_dir/plan.ndjson" >"$run_dir/results.ndjson"
}

conclude() {
  local ends
  record_conflicts && record_run "$status" || return
  log "$level" sync-now "$ends"
  chore forget-runs "$logs" "$run_id" || true
}

before=''
[ ! -s "$logs/last_run.json" ] || read -r -d '' -n 65536 before <"$logs/last_run.json" || true
fetch_and_plan >"$run_dir/plan.ndjson"
# A plan that needs a person (1) is carried out, and the run ends with that.
planned=$code
case $code in 0 | 1) carry_out ;; esac
[ "$code" != 0 ] || code=$planned

level=info
case $code in
  0) status=ok ;;
  1) status=attention level=warn ;;
  3) status=blocked level=error ;;
  *) status=failed level=error ;;
esac
# A signal that came when all was done has interrupted nothing.
[ -z "$cut" ] || status=interrupted level=warn
job conclude || exit 74
trap 'rm -rf "$work"' EXIT
# No signal cuts this: what changed is news but once.
job raise_alarms "$before" || warn "the alarms failed"
if [ "$status" = blocked ] && [ -z "$signal" ]; then
  aside "$bin/plan" --human "${plan_options[@]}" --base "$state/base.ndjson" "$work/records.ndjson" >&2
fi
[ "$quiet$signal" ] || aside "$bin/report" --brief >&2
end
