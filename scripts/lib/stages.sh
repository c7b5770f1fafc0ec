# The stages of a run: both sides at once, normalize, plan, apply. Sourced by sync-now.sh
# after common.sh, and on the variables of both.
# shellcheck shell=bash disable=SC2086,SC2154 # of which progress is a word, or nothing

# begin_run: sync-now.sh as the pipeline of bin/run. Needs its args, run and plan.
begin_run() {
  need_programs run sb-fetch notion-fetch normalize plan apply approve report
  cd "$place" || exit 74
  # bash forgets an INT that comes while a command goes on to its end, without a trap.
  trap 'trap - INT && kill -INT $$' INT
  # plan knows which values there are: asked now, not when both sides were read.
  [ "${#plan[@]}" = 0 ] || "$bin/plan" "${plan[@]}" --version >/dev/null || exit
  trap - INT
  VAULTSYNC_BIN=$bin exec "$bin/run" ${run[@]+"${run[@]}"} -- "$home/scripts/sync-now.sh" ${args[@]+"${args[@]}"}
}

# begin_stage PROGRAM FILE…: which will write these files. A signal while the program
# is at work reaches it too, and it finishes its request; before and after, the signal
# ends this script at once.
begin_stage() {
  local file
  [ -z "${stopped:-}" ] || exit 143
  at_work=''
  trap '[ "$at_work" ] || exit 143; stopped=1' INT TERM HUP
  export SYNC_RUN_SCRIPT=$$
  { echo "$1" >"$SYNC_RUN_WORK/stage"; } 2>/dev/null ||
    die 74 "no room in $SYNC_RUN_WORK: make room, or set TMPDIR to another folder"
  for file in "${@:2}"; do
    [ "$file" = - ] || : >"$file" || exit 74 # bash would end with 1
  done
  at_work=1
}

# stage FILE PROGRAM ARG…: writes FILE, or with "-" to standard output.
stage() {
  local out=$1 program=$2
  shift 2
  begin_stage "$program" "$out"
  set -- "$bin/$program" ${verbose[@]+"${verbose[@]}"} "$@"
  if [ "$out" = - ]; then "$@"; return; fi
  "$@" >"$out"
}

# fetch_both ROWS PAGES ARG…: both sides at once, into these files. The pages that rows
# link to are looked up when both are listed. ARG… are notion-fetch's.
fetch_both() {
  local rows=$1 pages=$2 codes to_the_end=''
  # One that can go on when notion-fetch ends does, so that all rows are there.
  case ${OSTYPE:-} in linux-gnu*) to_the_end=-p ;; esac
  shift 2
  begin_stage sb-fetch "$rows" "$pages"
  "$bin/sb-fetch" ${verbose[@]+"${verbose[@]}"} $progress | tee $to_the_end "$rows" |
    "$bin/notion-fetch" ${verbose[@]+"${verbose[@]}"} $progress --known - "$@" >"$pages"
  codes=("${PIPESTATUS[@]}")
  [ "${codes[*]}" != "0 0 0" ] || return 0
  if [ "${stopped:-}" ]; then
    [ "${codes[0]}" != 0 ] || echo notion-fetch >"$SYNC_RUN_WORK/stage" || true
    exit 143
  fi
  # A tee that was stopped by the end of notion-fetch has stopped sb-fetch.
  if [ "${codes[1]}" = 141 ]; then
    echo notion-fetch >"$SYNC_RUN_WORK/stage" || exit 74
    return "${codes[2]}"
  fi
  if [ "${codes[1]}" != 0 ] && [[ ${codes[0]} = 0 || ${codes[0]} = 74 ]]; then
    echo tee >"$SYNC_RUN_WORK/stage" || true # the disk may be full
    return 74
  fi
  # Where rows fail, notion-fetch only says that they end too early.
  [ "${codes[0]}" = 0 ] || return "${codes[0]}"
  echo notion-fetch >"$SYNC_RUN_WORK/stage" || exit 74
  return "${codes[2]}"
}

# still_idle ROWS PAGES: these bring nothing new since the plan in sync-now.sh's idle, which
# had no op and is made again; 1: the records must be looked at.
still_idle() {
  [ "$dir" ] && [ ! "$full$undo" ] && [ -s "$idle" ] || return 1
  stage "$out" plan --idle "$idle" "${base[@]}" ${plan[@]+"${plan[@]}"} "$@" && repeated=1
}

# nothing_to_do: the plan in sync-now.sh's out went well and has no op, so that its end
# follows its head (first, second); and no run that was killed has left anything for apply
# to put into its base, or waiting to settle.
nothing_to_do() {
  [[ $code = 0 && ! -s ${base[1]}.journal && ! -e ${waits[3]-} ]] &&
    { read -r first && read -r second; } <"$out" && [[ $second = '{"kind":"end",'*'"count":0,'* ]]
}

# keep_idle: keeps that plan for still_idle, where a later run may read nothing but edits.
keep_idle() {
  [ ! "$repeated" ] && [[ $first = *'"inputs":{'* && $first != *'"why":"few"'* ]] || return 0
  [ ! -L "$idle" ] || rm -f "$idle"
  { printf '%s\n' "$first" "$second" >"$idle"; } 2>/dev/null ||
    warn "not kept, so that the next run decides again: $idle"
}
