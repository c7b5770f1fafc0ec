#!/usr/bin/env bash
# Runs the sync again and again.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"

usage() {
  cat <<'TEXT'
usage: schedule.sh [options]
Run scripts/sync-now.sh now and then every 15 minutes, until it is stopped.

  -e, --every TIME      from run to run, such as 30s, 15m, 1h; or set SYNC_INTERVAL
      --once            one run as the schedule makes it, and end with its code
      --limit TIME      stop a run that takes longer (6h)
      --conflict RULE   as sync-now.sh has them
      --orphans RULE
  -q, --quiet           say only what is wrong
  -v, --verbose         say more
  -h, --help            show this and exit
      --version         show the version and exit

A run that somebody else started is waited out. After the second failure in a
row the pauses double, up to an hour. INT, TERM and HUP end it at once; a run
that goes on is stopped in order. USR1 starts a run now, and so does the file
SYNC_STATE_DIR/wake, which health-server makes when a service calls it.
TEXT
}

args=("$@") every='' once='' limit=6h quiet='' options=()
while [ $# -gt 0 ]; do
  case $1 in
    -e | --every | --limit | --conflict | --orphans)
      [ $# -gt 1 ] || die 2 "$1 needs an argument"
      set -- "$1=$2" "${@:3}"
      set -- "${1/#-e=/--every=}" "${@:2}"
      continue
      ;;
    --every=*) every=${1#*=} ;;
    --limit=*) limit=${1#*=} ;;
    --conflict=* | --orphans=*) options+=("$1") ;;
    --once) once=1 ;;
    -q | --quiet) quiet=1 options+=(-q) ;;
    -v | --verbose) options+=(-v) ;;
    -h | --help) usage; exit 0 ;;
    --version) exec "$bin/report" --version ;;
    --allow*) die 2 "--allow is for one run that you have looked at: $(typed sync-now) $1 GUARD" ;;
    *) die 2 "unknown option: $1 (try: $0 --help)" ;;
  esac
  shift
done

need_programs run report plan
# plan knows which values there are.
"$bin/plan" ${options[@]+"${options[@]}"} --version >/dev/null || exit
cd "$place"

# seconds OPTION TIME
seconds() {
  export SYNC_INTERVAL=$2
  take_settings 2>/dev/null || die 2 "$1: $2 is not a time from 1s to 31d: write it as 30s, 15m, 1h"
  echo "$interval_seconds"
}
take_settings || exit
if [ "$every" ]; then
  every=$(seconds --every "$every")
else
  every=$interval_seconds
fi
limit=$(seconds --limit "$limit")
poll=${SYNC_WAKE_SECONDS:-2} # how often the wake-up file is looked for

# The lock is this process's, which bin/run takes for it.
if [ -z "$once" ] && [ "${SYNC_SCHEDULE_PID:-}" != $$ ]; then
  SYNC_SCHEDULE_PID=$$ VAULTSYNC_BIN=$bin exec "$bin/run" --only schedule -- "$home/scripts/schedule.sh" ${args[@]+"${args[@]}"}
fi
(umask 077 && mkdir -p "$state" "$logs/runs") || die 74 "cannot make $state and $logs"

child='' sleeper='' signal='' woken='' failures=0 code=0 began_at=0 ended_at=0
# shellcheck disable=SC2317 # called by the traps
stop() {
  signal=$1
  [ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null || true
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
}
# shellcheck disable=SC2317
wake() {
  woken=1
  [ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null || true
}
trap 'stop INT' INT
trap 'stop TERM' TERM
trap 'stop HUP' HUP
trap wake USR1
trap : PIPE # whoever read the messages has ended, which is no reason to stop
trap '[ "$once" ] || rm -f "$logs/schedule.json" || true' EXIT

# An event that can't be written down stops nothing.
log() {
  "$bin/run" --log "$1" schedule "$2" || true
}

tell() {
  say "$2"
  log "$1" "$2"
}

# take_time NAME: NAME is the time, in seconds since 1970. By no $( ): a signal that comes
# while bash reads one makes it end with a syntax error in the trap.
take_time() {
  printf -v "$1" '%(%s)T' -1
}

# nap SECONDS: ends with a signal, and leaves no child.
nap() {
  sleep "$1" &
  sleeper=$!
  wait "$sleeper" || true
  kill "$sleeper" 2>/dev/null || true
  wait "$sleeper" 2>/dev/null || true
  sleeper=''
}

# When the next run is due (0: now), for the health page.
publish() {
  [ "$once" ] || "$bin/run" --publish "$1" "$every" "$failures" || warn "cannot write $logs/schedule.json"
}

# Of a disk without locks, the run itself tells.
others_run() {
  "$bin/run" --holder sync >/dev/null 2>&1
}

wait_for_others() {
  others_run || return 0
  tell info "another run holds $state/sync.lock: waiting for its end"
  while [ -z "$signal" ] && others_run; do nap 1; done
}

# A signal ends the wait, not the run.
run_child() {
  "$home/scripts/sync-now.sh" --limit="$limit" ${options[@]+"${options[@]}"} &
  child=$!
  # One that came before there was a child to hand it on to.
  [ -z "$signal" ] || kill -TERM "$child" 2>/dev/null || true
  while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
  code=0
  wait "$child" || code=$?
  child=''
}

run_once() {
  rm -f "$state/wake" || true
  woken=''
  publish 0
  while [ -z "$signal" ]; do
    wait_for_others
    [ -z "$signal" ] || return 0
    run_child
    # 75 while somebody holds the lock: another run was faster, which is not a failure.
    if [ "$code" != 75 ] || ! others_run; then break; fi
  done
  case $code in
    0 | 1) failures=0 ;;
    *) failures=$((failures + 1)) ;;
  esac
}

# The next place in the grid that began with the schedule, so that neither long
# runs nor jitter add up; $slots places on after failures. Sets $due and $span.
find_due() {
  local now slots=1 most=$((3600 / every)) n
  take_time now
  [ "$now" -ge "$anchor" ] || anchor=$now
  for ((n = 1; n < failures && slots * 2 <= most; n++)); do slots=$((slots * 2)); done
  span=$((slots * every + jitter_max))
  due=$((anchor + ((now - anchor) / every + slots) * every + RANDOM % (jitter_max + 1)))
  [ "$failures" -lt 2 ] || [ "$slots" = 1 ] ||
    tell warn "$failures runs in a row failed (exit code $code): the next one in $(((due - now + 30) / 60)) minutes, at $(TZ=UTC printf '%(%H:%M:%S UTC)T' "$due")"
}

# lag_is_over NOW: five minutes have passed since a call that told of more than an edit,
# and no run has begun since: Notion's listing may have lagged behind what it told of.
lag_is_over() {
  local over
  [ -e "$state/wake-full" ] && over=$(($(changed_at "$state/wake-full") + 300)) || return 1
  [ "$1" -ge "$over" ] && [ "$began_at" -lt "$over" ]
}

# What the last run left to settle has been left alone by then, or was edited again.
look_again_at() {
  settles_at=''
  [ "$failures" -gt 0 ] || [ "$settle_seconds" = 0 ] || ! grep -qs '"settling":[1-9]' "$logs/last_run.json" ||
    settles_at=$((ended_at + settle_seconds))
}

# A call from outside runs the sync within seconds; many calls at once do so
# once, and after a failure not more than once a minute. A file that was there before the
# last run, and can't be removed, is none.
is_called() {
  ! lag_is_over "$1" || return 0
  [ ! "$settles_at" ] || [ "$1" -lt "$settles_at" ] || return 0
  [ -e "$state/wake" ] || return 1
  [ "$(changed_at "$state/wake")" -ge "$began_at" ] || [ "$1" -lt "$began_at" ] || return 1
  [ $(($1 - ended_at)) -ge $((failures > 0 ? 60 : 10)) ] || [ "$1" -lt "$ended_at" ]
}

wait_until_due() {
  local now left
  while [ -z "$signal$woken" ]; do
    take_time now
    left=$((due - now))
    # A clock that was set back must not make a long silence.
    [ "$left" -gt 0 ] && [ "$left" -le "$span" ] || return 0
    ! is_called "$now" || return 0
    nap $((left < poll ? left : poll))
  done
}

take_time anchor
jitter_max=$((every / 20 < 30 ? every / 20 : 30))
while :; do
  take_time began_at
  run_once
  [ -z "$signal$once" ] || break
  take_time ended_at
  look_again_at
  find_due
  publish "$due"
  wait_until_due
  [ -z "$signal" ] || break
done

if [ "$signal" ]; then
  log info "ended by $signal"
  [ "$once" ] || rm -f "$logs/schedule.json" || true
  trap - "$signal"
  kill "-$signal" $$
fi
exit "$code"
