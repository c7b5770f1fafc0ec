# How far a step is: a line that is rewritten on a terminal, else a line each
# half minute. Sourced by sync-now.sh.
# shellcheck shell=bash

# goes_on SECONDS: waits, without a child that could outlive us, for the end of
# standard input. Not for a line: bash 5.2 loses one that comes as its time is up.
goes_on() {
  local code=0
  read -r -t "$1" || code=$?
  [ "$code" -gt 128 ]
}

# took SECONDS: "40 s", "7 min", "2 h 5 min"
took() {
  if [ "$1" -lt 90 ]; then
    echo "$1 s"
  elif [ "$1" -lt 5400 ]; then
    echo "$((($1 + 30) / 60)) min"
  else
    echo "$(($1 / 3600)) h $(($1 % 3600 / 60)) min"
  fi
}

# progress_text WHAT DONE TOTAL SECONDS; TOTAL 0 is unknown
progress_text() {
  local text="$1: $2"
  [ "$3" = 0 ] || text+=" of $3"
  if [ "$4" -gt 0 ] && [ "$2" -gt 0 ]; then
    text+=", $(($2 * 60 / $4)) a minute"
    [ "$3" -le "$2" ] || text+=", about $(took $((($3 - $2) * $4 / $2))) left"
  fi
  echo "$text"
}

# show_progress WHAT FILE TOTAL: as long as standard input is open. FILE grows by
# a line a record, behind its head.
show_progress() {
  local begun=$SECONDS lines every=${SYNC_PROGRESS_SECONDS:-30} terminal=''
  [ ! -t 2 ] || { terminal=1 every=1; }
  while goes_on "$every"; do
    lines=$(wc -l <"$2" 2>/dev/null) || continue
    lines=$((lines > 0 ? lines - 1 : 0))
    if [ "$terminal" ]; then
      printf '\r\033[K%s' "$(progress_text "$1" "$lines" "$3" $((SECONDS - begun)))" >&2
    else
      say "$(progress_text "$1" "$lines" "$3" $((SECONDS - begun)))"
    fi
  done
}

# begin_progress WHAT FILE TOTAL, and end_progress. What begins in between would
# hold the pipe open. Where this shell is killed, the kernel closes it.
progress=''
begin_progress() {
  [ -z "$quiet" ] || return 0
  exec {running}> >(show_progress "$@" 9>&-)
  progress=$!
}

end_progress() {
  [ "$progress" ] || return 0
  exec {running}>&-
  wait "$progress" 2>/dev/null || true
  progress=''
  [ ! -t 2 ] || printf '\r\033[K' >&2
}

# forecast PLAN RPM: said before a run that takes a minute or more.
forecast() {
  jq -rn --argjson rpm "$2" -f "$home/scripts/lib/forecast.jq" "$1"
}
