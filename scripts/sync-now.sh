#!/usr/bin/env bash
# One run of the sync: read both sides, plan, and carry the plan out. The lock, the
# signals, the messages and the record of the run are bin/run's.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${BASH_SOURCE[0]%/*}/lib/common.sh"

usage() {
  cat <<'TEXT'
usage: sync-now.sh [options] [options of plan]
Read both sides, plan, and carry the plan out.

  -n, --dry-run        print the plan for people and write nothing anywhere, but
                       where a state folder is, its requests into the budget there
      --limit SECONDS  stop a run that takes longer
  -q, --quiet          say only what is wrong
  -v, --verbose        say more
  -h, --help           show this and exit
      --version        show the version and exit

Other options go to plan, such as --conflict notion, --orphans restore,
--allow mass-delete, --retry. bin/report tells what the run did.
TEXT
}

args=("$@") run=() verbose=() plan=() progress=--progress dry_run=''
while [ $# -gt 0 ]; do
  case $1 in
    -n | --dry-run) run+=(-n) dry_run=--human ;;
    -q | --quiet) run+=(-q) verbose=(-q) ;;
    -v | --verbose) run+=(-v) verbose+=(-v) ;;
    -h | --help) usage; exit 0 ;;
    --version) exec "$bin/plan" --version ;;
    --limit | --conflict | --orphans | --allow)
      [ $# -gt 1 ] || die 2 "$1 needs an argument"
      set -- "$1=$2" "${@:3}"
      continue ;;
    --limit=*) run+=("$1") ;;
    --conflict=* | --orphans=* | --allow=* | --retry) plan+=("$1") ;;
    *) die 2 "unknown option: $1 (try: $0 --help)" ;;
  esac
  shift
done
[ "${SYNC_RUN_PID:-}" = "$PPID" ] || begin_run # which calls this script again

work=$SYNC_RUN_WORK dir=${SYNC_RUN_DIR:-$work} plan+=(--base "$SYNC_RUN_STATE/base.ndjson") code=0
stage "$work/sb.ndjson" sb-fetch $progress
stage "$work/notion.ndjson" notion-fetch $progress --known "$work/sb.ndjson"
stage "$work/records.ndjson" normalize "$work/sb.ndjson" "$work/notion.ndjson"
[ ! "$dry_run" ] || { stage - plan --human "${plan[@]}" "$work/records.ndjson"; exit; }
stage "$dir/plan.ndjson" plan "${plan[@]}" "$work/records.ndjson" || code=$?
# 1: something needs a person, and the rest is carried out; 3: a guard blocks it.
[ "$code" != 3 ] || "$bin/plan" --human "${plan[@]}" "$work/records.ndjson" >"$work/shown" 2>/dev/null || exit 3
[ "$code" -le 1 ] || exit "$code"
stage "$dir/results.ndjson" apply $progress --base "$SYNC_RUN_STATE/base.ndjson" "$dir/plan.ndjson"
exit "$code"
