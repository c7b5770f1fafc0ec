# logs/sync.log: one line an event, in the form that lib/runs/event_log.h has.
# Needs $bin and $logs; $run_id where there is one.
# shellcheck shell=bash

# chore NAME OPERAND…: what report does for the scripts.
chore() {
  "$bin/report" --script "$@"
}

# log LEVEL PROGRAM MESSAGE: an event that can't be written down stops nothing.
log() {
  chore log "$logs" "${run_id:--}" "$1" "$2" <<<"$3" || true
}

# log_messages FILE CODE: what a program said, as "program: text" lines. The
# last line of one that failed is why.
log_messages() {
  local level=info
  [ -s "$1" ] || return 0
  [ "${#verbose[@]}" = 0 ] || [ "${verbose[0]}" != -v ] || level=debug
  chore log-said "$logs" "$run_id" "$level" "$stage" "$2" <"$1" || true
}
