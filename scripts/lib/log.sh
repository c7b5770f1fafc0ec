# logs/sync.log: one line an event, in logfmt:
#   time=2026-11-25T19:35:00.123Z level=info run=20261125T193500Z-812 program=apply msg="…"
# run is "-" outside of a run. No decision's text stands above level debug; what
# a program says under -v is level debug. Needs $logs; $run_id where there is one.
# shellcheck shell=bash

log_max=1048576 # bytes; a longer file is put aside when a run begins
log_kept=5      # as NAME.1, the newest, to NAME.5

# log LEVEL PROGRAM MESSAGE: an event that can't be written down stops nothing.
log() {
  local text=${3:0:2000} stamp now_us
  read_clock
  TZ=UTC printf -v stamp '%(%Y-%m-%dT%H:%M:%S)T' "$((now_us / 1000000))"
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//[[:cntrl:]]/ }
  (umask 077 && printf 'time=%s.%sZ level=%s run=%s program=%s msg="%s"\n' \
    "$stamp" "${now_us: -6:3}" "$1" "${run_id:--}" "$2" "$text" >>"$logs/sync.log") ||
    warn "cannot write $logs/sync.log"
}

# log_messages FILE CODE: what a program said, as "program: text" lines. The
# last line of one that failed is why.
log_messages() {
  local line level program lines=()
  [ -s "$1" ] || return 0
  mapfile -t lines < <(tail -n 1000 "$1")
  for line in "${!lines[@]}"; do
    level=info
    [ "${#verbose[@]}" = 0 ] || [ "${verbose[0]}" != -v ] || level=debug
    [ "$line" != $((${#lines[@]} - 1)) ] || [ "$2" -le 1 ] || level=error
    program=${lines[line]%%: *}
    if [[ $program =~ ^[a-z-]+$ ]]; then
      log "$level" "$program" "${lines[line]#*: }"
    else
      log "$level" "$stage" "${lines[line]}"
    fi
  done
}

# put_aside NAME…: those of these files of the log folder that grew long; report
# and the health page read conflicts.ndjson.1 to .5 too.
put_aside() {
  local file i size
  for file; do
    file=$logs/$file
    size=$(stat -c %s "$file" 2>/dev/null) || continue
    [ "$size" -gt "$log_max" ] || continue
    for ((i = log_kept - 1; i > 0; i--)); do
      [ ! -e "$file.$i" ] || mv -f "$file.$i" "$file.$((i + 1))"
    done
    mv -f "$file" "$file.1"
  done
}
