#!/usr/bin/env bash
# One run of the sync: read both sides, plan, and carry the plan out. The lock, the
# signals, the messages and the record of the run are bin/run's.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"
# shellcheck source=scripts/lib/resolve.sh
. "${0%"${0##*/}"}lib/resolve.sh"
# shellcheck source=scripts/lib/undo.sh
. "${0%"${0##*/}"}lib/undo.sh"
# shellcheck source=scripts/lib/rules.sh
. "${0%"${0##*/}"}lib/rules.sh"

usage() {
  cat <<'TEXT'
usage: sync-now.sh [options] [options of plan]
Read both sides, plan, and carry the plan out.

  -n, --dry-run        print the plan for people; write nothing but the budget
      --json           print it as a stream, with --dry-run
      --full           read all of Notion, though a part might be enough
      --limit SECONDS  stop a run that takes longer
      --last-rules     decide, hold and let settle as the last run did
      --undo RUN       take back that run instead ("last": the last one)
  -q, --quiet          say only what is wrong
  -v, --verbose        say more
  -h, --help           show this and exit
      --version        show the version and exit

Other options go to plan, such as --conflict notion, --orphans restore,
--allow mass-delete, --match decision, --hold trash, --direction to-notion,
--settle 2m, --retry, --only-plan ID. bin/report tells what the run did.
TEXT
}
args=("$@") run=() verbose=() plan=() progress=--progress dry='' json='' undo='' last='' full=${SYNC_RUN_FULL:-}
while [ $# -gt 0 ]; do
  case $1 in
    -n | --dry-run) run+=(-n) dry=1 ;;
    --json) json=1 ;;
    -q | --quiet) run+=(-q) verbose=(-q) ;;
    -v | --verbose) run+=(-v) verbose+=(-v) ;;
    -h | --help) usage; exit 0 ;;
    --version) # what is before it is looked at as well
      "$bin/run" ${run[@]+"${run[@]}"} --version >/dev/null || exit
      exec "$bin/plan" ${plan[@]+"${plan[@]}"} --version ;;
    --full) full=asked ;;
    --last-rules) last=1 ;;
    --limit | --undo | --conflict | --orphans | --allow | --allow-plan | --only-plan | --match | --hold | --direction | --settle | --resolve)
      [ $# -gt 1 ] || die 2 "$1 needs an argument"
      set -- "$1=$2" "${@:3}" && continue ;;
    --limit=*) run+=("$1") ;;
    --undo=?*) undo=${1#*=} ;;
    --conflict=* | --orphans=* | --allow=* | --allow-plan=* | --only-plan=* | --last-rules=* | --match=* | --hold=* | --direction=* | --settle=* | --resolve=* | --retry) plan+=("$1") ;;
    *) die 2 "unknown option: $1 (try: $0 --help)" ;;
  esac
  shift
done
[ -z "$json" ] || [ "$dry" ] || die 2 "--json goes with --dry-run: what a run did is in report --json"
[ ! "$undo" ] || [ ! "$last" ] || die 2 "--undo goes by no rule of the sync: leave out --last-rules"
[ ! "$dry" ] || [ "$json" ] || plan+=(--human)
[ "${SYNC_RUN_PID:-}" = "$PPID" ] || { [ ! "$undo" ] || find_undo; [ ! "$last$undo" ] || add_last_rules; begin_run; } # which calls this script again
pages=() work=$SYNC_RUN_WORK dir=${SYNC_RUN_DIR:-} base=(--base "$SYNC_RUN_STATE/base.ndjson") code=0
[ "$undo" ] || take_decisions
out=$dir/plan.ndjson less=(--snapshot "$SYNC_RUN_STATE/snapshot.ndjson") again=''
# What a person has approved, and since when fresh edits wait.
waits=(--approved "$SYNC_RUN_STATE/approved.ndjson" --settling "$SYNC_RUN_STATE/settling.ndjson")
[ ! "$undo" ] || { plan_undo; waits=(); }
plan+=(${waits[@]+"${waits[@]}"})
[ "$dir" ] || out=- less=() # a dry run keeps nothing, and reads in full
read_and_plan() {
  fetch_both "$work/sb$again.ndjson" "$work/notion$again.ndjson" ${less[@]+"${less[@]}"} ${pages[@]+"${pages[@]}"} ${full:+--full "$full"} &&
    stage "$work/records$again.ndjson" normalize ${less[@]+"${less[@]}"} "$work/sb$again.ndjson" "$work/notion$again.ndjson" &&
    stage "$out" plan "${base[@]}" ${plan[@]+"${plan[@]}"} "$work/records$again.ndjson"
}
read_and_plan || code=$? # 65: the snapshot isn't enough for this plan, or is damaged
[[ $code$full != 65 || $(<"$work/stage") = *-fetch ]] || { full=absence again=-again code=0 && read_and_plan || code=$?; }
# 1: something needs a person, and the rest is carried out; 3: a guard blocks it.
[ "$code" != 3 ] || [ ! "$dir" ] || "$bin/plan" --human "${base[@]}" ${plan[@]+"${plan[@]}"} "$work/records$again.ndjson" >"$work/shown" 2>/dev/null || exit 3
[ "$dir" ] && [ "$code" -le 1 ] || exit "$code"
did=0
# shellcheck disable=SC2248 # none, or one
nothing_to_do || stage "$dir/results.ndjson" apply $progress "${base[@]}" ${waits[@]+"${waits[@]:2}"} "$out" || did=$?
[ "$did" -gt 1 ] || [ "$undo" ] || spend_decisions "$out" "$dir/results.ndjson"
[ "$did" -gt 1 ] || [ ! "$undo" ] || tell_undone "$dir/results.ndjson"
[ ! -e "${waits[1]-}" ] || "$bin/approve" --done-by "${dir##*/}" || did=$((did > 1 ? did : $?))
exit $((did ? did : code))
