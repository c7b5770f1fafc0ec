#!/usr/bin/env bash
# The schedule and the health page together, for a machine that starts one command.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
usage: serve.sh [options] [options of schedule]
Run the schedule, and health-server beside it, until one of them ends or INT,
TERM or HUP ends both.

  -l, --listen ADDRESS:PORT   where health-server listens (0.0.0.0:8080)
  -h, --help                  show this and exit
      --version               show the version and exit

Other options go to schedule, such as --every 5m.
TEXT
}

listen=0.0.0.0:8080 options=()
while [ $# -gt 0 ]; do
  case $1 in
    -l | --listen)
      [ $# -gt 1 ] || die 2 "$1 needs an argument"
      listen=$2
      shift
      ;;
    --listen=*) listen=${1#*=} ;;
    -h | --help) usage; exit 0 ;;
    --version) exec "$bin/report" --version ;;
    --once | --once=*) die 2 "--once ends at once: run it by itself, with: $(typed schedule) --once" ;;
    *) options+=("$1") ;;
  esac
  shift
done

need_programs health-server report
cd "$place"
server='' schedule='' signal=''
# shellcheck disable=SC2317 # called by the traps
stop() {
  signal=$1
  [ -z "$schedule" ] || kill -TERM "$schedule" 2>/dev/null || true
  [ -z "$server" ] || kill -TERM "$server" 2>/dev/null || true
}
trap 'stop INT' INT
trap 'stop TERM' TERM
trap 'stop HUP' HUP

"$bin/health-server" --listen "$listen" &
server=$!
"$home/scripts/schedule.sh" ${options[@]+"${options[@]}"} &
schedule=$!

# The first that ends decides; the other one is ended in order.
code=0
wait -n "$server" "$schedule" || code=$?
if [ -z "$signal" ]; then
  if kill -0 "$server" 2>/dev/null; then
    warn "the schedule has ended with code $code: stopping the health page too"
  else
    warn "health-server has ended with code $code: stopping the schedule too"
  fi
  [ "$code" != 0 ] || code=70 # neither ends by itself
  stop ''
fi
for child in "$schedule" "$server"; do
  while kill -0 "$child" 2>/dev/null; do wait "$child" || true; done
done
if [ "$signal" ]; then
  trap - "$signal"
  kill "-$signal" $$
fi
exit "$code"
