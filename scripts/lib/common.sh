# Shared by the scripts: where things are, and how messages look.
# shellcheck shell=bash

# The scripts and programs are in home; the scripts work in place, where .env,
# state/ and logs/ are: the same folder in a checkout, another where vaultsync
# was installed. What is in place comes before a .env beside the programs.
unset CDPATH # with it, cd prints where it goes
home=${BASH_SOURCE[0]}
[[ $home = /* ]] || home=$PWD/${home#./}
# Three steps up, without a process where it can be, since this happens in every run.
case $home in
  *//* | */./* | */../*) home=$(cd "${home%/*}/../.." && pwd) ;;
  *) home=${home%/*/*/*} ;;
esac
home=${home:-/}
place=${VAULTSYNC_HOME:-$home}
bin=${VAULTSYNC_BIN:-$home/bin}
if [ "${VAULTSYNC_HOME:-}" ] && [ -z "${SYNC_ENV_FILE:-}" ] && [ -e "$place/.env" ]; then
  export SYNC_ENV_FILE=$place/.env
fi
me=${0##*/} me=${me%.sh}
# A core file of what runs here would hold the keys. Where a filter of system
# calls forbids this, the limit is set from outside.
ulimit -S -c 0 2>/dev/null || true

# A message that can't be written, to a full disk or a terminal that is gone, stops
# nothing.
say() {
  [ "${quiet:-}" ] || warn "$@"
}

warn() {
  printf '%s: %s\n' "$me" "$*" >&2 || true
}

# die CODE MESSAGE…
die() {
  local code=$1
  shift
  warn "$*"
  exit "$code"
}

# What follows does without what only GNU's programs have.

# changed_at FILE: when it was changed, in seconds since 1970
changed_at() {
  stat -c %Y "$1" 2>/dev/null || stat -f %m "$1"
}

# real_file FILE: its path from the root, through all links
real_file() {
  local file=$1 link folder links=0
  while [ -L "$file" ]; do
    [ "$((links += 1))" -le 40 ] || die 74 "$1: its links lead in a circle"
    link=$(readlink "$file")
    [[ $link = /* ]] || link=$(dirname "$file")/$link
    file=$link
  done
  # In a folder that is not there, or can't be entered, it is nowhere else.
  if folder=$(cd -P "$(dirname "$file")" 2>/dev/null && pwd); then file=${folder%/}/${file##*/}; fi
  printf '%s\n' "$file"
}

need_programs() {
  local p
  for p in "$@"; do
    [ -x "$bin/$p" ] || {
      [ -e "$home/Makefile" ] || die 78 "$bin/$p is not there: install vaultsync again"
      die 78 "$bin/$p is not there: build it first, with: make -C $home"
    }
  done
  command -v jq >/dev/null || die 78 "jq is not there: apt-get install jq"
}

# refuse_link FILE: what is written in place is not written through a link, by
# which whoever may write into the folder could lead it to any file.
refuse_link() {
  [ ! -L "$1" ] || die 74 "$1 is a symbolic link, and is not written through: rm '$1'"
}

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

# take_settings: state and logs, where these are; interval_seconds, how often a run is due;
# what is held, as JSON; and settle_seconds and notion_rpm.
# shellcheck disable=SC2034 # used by the scripts
take_settings() {
  local assignments version ping_url notify_cmd
  state='' logs='' interval_seconds='' notion_rpm='' hold='' settle_seconds=''
  assignments=$("$bin/report" --shell) && eval "$assignments"
}

# typed_vaultsync FILE: what people type for it, its path where PATH leads elsewhere.
typed_vaultsync() {
  local found
  if found=$(type -P vaultsync) && [ "$found" -ef "$1" ]; then
    echo vaultsync
  else
    printf '%q\n' "$(cd "$(dirname "$1")" && pwd)/${1##*/}"
  fi
}

# typed COMMAND: what people type to run it, a script or a program.
typed() {
  if [ "${VAULTSYNC_COMMAND:-}" ]; then
    echo "$VAULTSYNC_COMMAND $1"
  elif [ -e "$home/scripts/$1.sh" ]; then
    echo "$home/scripts/$1.sh"
  else
    echo "$bin/$1"
  fi
}
