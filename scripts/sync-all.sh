#!/usr/bin/env bash
# The sync of many pairs of a table and a database, each with its own settings file.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"

usage() {
  cat <<'TEXT'
usage: sync-all.sh [options] [PAIR ...]
Run the sync once for each pairs/PAIR.env; for all of them, if none is named.

  -j, --jobs N         run N pairs at once, on each machine (1)
  -S, --machines LIST  spread the pairs over these machines by GNU parallel:
                       ssh names, separated by commas
      --share N        use only an Nth of each Notion budget (1)
  -n, --dry-run        show what would be done, and write nothing
      --conflict RULE  as for sync-now
      --orphans RULE
  -q, --quiet          say only what is wrong
  -h, --help           show this and exit
      --version        show the version and exit

A pair has its state and logs in pairs/PAIR/. Pairs with the same NOTION_API_KEY
share one budget of requests. Exit 0 if all runs did; otherwise their common
exit code, or 1 if they differ.
TEXT
}

jobs=1 machines='' share=1 quiet='' options=()
while [ $# -gt 0 ]; do
  case $1 in
    -j | --jobs | -S | --machines | --share | --conflict | --orphans)
      [ $# -gt 1 ] || die 2 "$1 needs an argument"
      case $1 in
        -j | --jobs) jobs=$2 ;;
        -S | --machines) machines=$2 ;;
        --share) share=$2 ;;
        *) options+=("$1=$2") ;;
      esac
      shift
      ;;
    --jobs=*) jobs=${1#*=} ;;
    --machines=*) machines=${1#*=} ;;
    --share=*) share=${1#*=} ;;
    --conflict=* | --orphans=*) options+=("$1") ;;
    -n | --dry-run) options+=(--dry-run) ;;
    -q | --quiet) quiet=1 options+=(--quiet) ;;
    -h | --help) usage; exit 0 ;;
    --version) exec "$bin/report" --version ;;
    --allow*) die 2 "$1 is for one pair whose plan you have seen, with its own sync-now: see \"Many pairs\" in README_SYNC.md" ;;
    --) shift; break ;;
    -*) die 2 "unknown option: $1 (try: $0 --help)" ;;
    *) break ;;
  esac
  shift
done
[[ $jobs =~ ^[1-9][0-9]{0,2}$ ]] || die 2 "--jobs: $jobs is not a number from 1 to 999"
[[ $share =~ ^[1-9][0-9]{0,2}$ ]] || die 2 "--share: $share is not a number from 1 to 999"
[[ $machines =~ ^[A-Za-z0-9@._,:-]*$ ]] || die 2 "--machines must be names separated by commas"

need_programs report
cd "$place"
pairs=$PWD/pairs

# A setting of one pair must not override the files of all.
for name in SYNC_ENV_FILE SYNC_STATE_DIR SYNC_LOG_DIR NOTION_DATABASE_ID NOTION_DATA_SOURCE_ID; do
  # common.sh found a .env in this folder, which doesn't belong to a pair.
  [ "$name" != SYNC_ENV_FILE ] || [ "${!name:-}" != "$place/.env" ] || unset SYNC_ENV_FILE
  [ -z "${!name:-}" ] ||
    die 78 "$name is in the environment and would apply to every pair: unset $name, and put it into each pairs/PAIR.env"
done

names=("$@")
if [ $# = 0 ]; then
  for file in "$pairs"/*.env; do
    [ ! -e "$file" ] || names+=("$(basename "$file" .env)")
  done
  [ "${#names[@]}" -gt 0 ] ||
    die 78 "$pairs/*.env: there are no pairs: put the settings of each into a file of its own"
fi
for name in "${names[@]}"; do
  [[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] ||
    die 2 "$name: the name of a pair may only have letters, digits, '.', '_' and '-'"
  [ -z "$machines" ] || continue
  [ -r "$pairs/$name.env" ] || die 78 "$pairs/$name.env is missing or can't be read"
done

# rpm_of NAME: its share of the budget.
rpm_of() {
  export SYNC_ENV_FILE=$pairs/$1.env
  take_settings || return
  echo $((notion_rpm / share > 0 ? notion_rpm / share : 1))
}

# prefixed NAME: each line of its input, with the name before it.
prefixed() {
  local line
  while IFS= read -r line || [ "$line" ]; do printf '%s: %s\n' "$1" "$line"; done
}

# command_of NAME: what each command for that pair begins with.
command_of() {
  printf 'SYNC_ENV_FILE=%q %s -C %q\n' "$pairs/$1.env" "$(typed_vaultsync "$home/scripts/vaultsync")" "$pairs/$1"
}

# One pair, in a folder of its own; its output is prefixed with its name.
run_pair() {
  local name=$1 rpm
  rpm=$(rpm_of "$name" 2> >(prefixed "$name" >&2)) || return 78
  (umask 077 && mkdir -p "$pairs/$name") || return 74
  SYNC_NOTION_RPM=$rpm SYNC_ENV_FILE=$pairs/$name.env VAULTSYNC_HOME=$pairs/$name \
    VAULTSYNC_COMMAND=$(command_of "$name") exec "$home/scripts/sync-now.sh" ${options[@]+"${options[@]}"} \
    > >(prefixed "$name") 2> >(prefixed "$name" >&2)
}

say_how_to_act() {
  warn "$1: for this pair, a command begins with: $(command_of "$1")"
}

declare -A running=() # the pair of each process
codes=() signal='' log=''
# shellcheck disable=SC2317 # called by the traps
stop() {
  signal=$1
  local pid
  for pid in "${!running[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
}
trap 'stop INT' INT
trap 'stop TERM' TERM
trap 'stop HUP' HUP
trap : PIPE # whoever read the messages has ended, which is no reason to stop

# Waits for one run to end, and records its code.
reap() {
  local pid='' code=0
  wait -n -p pid "${!running[@]}" || code=$?
  [ -n "${pid:-}" ] || return 0 # a signal ended the wait
  codes+=("$code")
  if [ "$code" != 0 ]; then
    warn "${running[$pid]}: ended with code $code"
    [ "$machines$signal" ] || say_how_to_act "${running[$pid]}"
  fi
  unset "running[$pid]"
}

run_here() {
  local name
  export SYNC_RATE_DIR=${SYNC_RATE_DIR:-$pairs/.rate}
  [[ $SYNC_RATE_DIR = /* ]] || SYNC_RATE_DIR=$place/$SYNC_RATE_DIR
  (umask 077 && mkdir -p "$SYNC_RATE_DIR") || die 74 "cannot create $SYNC_RATE_DIR"
  for name in "${names[@]}"; do
    while [ "${#running[@]}" -ge "$jobs" ]; do reap; done
    [ -z "$signal" ] || break
    run_pair "$name" &
    running[$!]=$name
  done
  while [ "${#running[@]}" -gt 0 ]; do reap; done
}

# A pair runs on the same machine each time, where its state is: its name
# determines the host. Each machine gets its part of every budget, because none
# knows what the others send.
run_there() {
  local name sum hosts
  command -v parallel >/dev/null || die 78 "GNU parallel is missing: apt-get install parallel"
  IFS=, read -ra hosts <<<"$machines"
  log=$(mktemp) || die 74 "no room for temporary files: set TMPDIR"
  trap 'rm -f "$log"' EXIT
  for name in "${names[@]}"; do
    sum=$(cksum <<<"$name")
    echo "$name@${hosts[$((${sum%% *} % ${#hosts[@]}))]}"
  done | parallel --no-notice --hgrp -S "$machines" -j "$jobs" --joblog "$log" --line-buffer \
    vaultsync -C "$(printf '%q' "$place")" sync-all -q --share "${#hosts[@]}" \
    ${options[@]+"${options[@]}"} {} </dev/stdin &
  running[$!]=parallel
  while [ "${#running[@]}" -gt 0 ]; do reap; done
  # A job that a signal ended has an Exitval of 0.
  mapfile -t codes < <(awk 'NR > 1 { print $8 ? 128 + $8 : $7 }' "$log")
  [ "${#codes[@]}" = "${#names[@]}" ] || [ "$signal" ] ||
    die 75 "only ${#codes[@]} of ${#names[@]} pairs were run: see above"
}

if [ "$machines" ]; then run_there; else run_here; fi
if [ "$signal" ]; then
  trap - "$signal"
  kill "-$signal" $$
fi
mapfile -t wrong < <(printf '%s\n' "${codes[@]}" | grep -vx 0 | sort -u)
count="${#codes[@]} pairs"
[ "$count" != "1 pairs" ] || count="1 pair"
say "$count, $(printf '%s\n' "${codes[@]}" | grep -cvx 0 || true) with problems"
case ${#wrong[@]} in
  0) exit 0 ;;
  1) exit "${wrong[0]}" ;;
  *) exit 1 ;;
esac
