#!/usr/bin/env bash
# The schedule and the health page together, for a machine that starts one command.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"

usage() {
  cat <<'TEXT'
usage: serve.sh [options] [options of schedule]
Run the schedule, and health-server beside it, until the schedule ends or INT,
TERM or HUP ends both. A health-server that ends is started again.

  -l, --listen ADDRESS:PORT   where health-server listens (0.0.0.0:8080)
      --host-name NAME        a name under which it answers, besides addresses
                              and localhost; again for more
  -h, --help                  show this and exit
      --version               show the version and exit

Other options go to schedule, such as --every 5m.
TEXT
}

page=() options=()
while [ $# -gt 0 ]; do
  case $1 in
    -l | --listen | --host-name)
      [ $# -gt 1 ] || die 2 "$1 needs an argument"
      page+=("$1" "$2")
      shift
      ;;
    --listen=* | --host-name=*) page+=("$1") ;;
    -h | --help) usage; exit 0 ;;
    --version) exec "$bin/report" --version ;;
    --once | --once=*) die 2 "--once ends at once: run it by itself, with: $(typed schedule) --once" ;;
    *) options+=("$1") ;;
  esac
  shift
done

need_programs health-server report
# health-server knows which values there are.
"$bin/health-server" ${page[@]+"${page[@]}"} --version >/dev/null || exit
cd "$place"
server='' schedule='' sleeper='' signal='' pause=1 began=0
# shellcheck disable=SC2317 # called by the traps
stop() {
  signal=$1
  local child
  for child in $schedule $server $sleeper; do kill -TERM "$child" 2>/dev/null || true; done
}
trap 'stop INT' INT
trap 'stop TERM' TERM
trap 'stop HUP' HUP
trap : PIPE # whoever read the messages has ended, which is no reason to stop
trap 'stop ""' EXIT # an error in here leaves no schedule without a page

start_page() {
  began=$SECONDS
  "$bin/health-server" ${page[@]+"${page[@]}"} &
  server=$!
}

# The page must never end the sync, so whatever became of it (somebody took all
# memory, the port is taken), it comes back, after pauses that grow to a minute.
plan_page() {
  server=''
  [ $((SECONDS - began)) -lt 60 ] || pause=1
  warn "health-server has ended with code $1: starting it again in $pause s; the schedule goes on"
  sleep "$pause" &
  sleeper=$!
  pause=$((pause < 30 ? pause * 2 : 60))
}

# ended CHILD: whether it has; sets $code.
ended() {
  [ "$1" ] && ! kill -0 "$1" 2>/dev/null || return 1
  code=0
  wait "$1" || code=$?
}

start_page
"$home/scripts/schedule.sh" ${options[@]+"${options[@]}"} &
schedule=$!
code=0
while [ -z "$signal" ]; do
  # shellcheck disable=SC2086,SC2248 # none, or one
  wait -n "$schedule" $server $sleeper || true
  ! ended "$schedule" || break
  if ended "$server"; then
    plan_page "$code"
  elif ended "$sleeper"; then
    sleeper=''
    start_page
  fi
done
# Again, for one that was being started when the signal came.
if [ "$signal" ]; then
  stop "$signal"
else
  warn "the schedule has ended with code $code: stopping the health page too"
  [ "$code" != 0 ] || code=70 # it doesn't end by itself
  stop ''
fi
for child in $schedule $server $sleeper; do
  while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
done
if [ "$signal" ]; then
  trap - "$signal"
  kill "-$signal" $$
fi
exit "$code"
