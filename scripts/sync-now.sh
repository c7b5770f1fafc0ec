#!/usr/bin/env bash
# One run of the sync: read both sides, plan, and carry the plan out. The lock, the
# signals, the messages and the record of the run are bin/run's.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"
# shellcheck source=scripts/lib/stages.sh
. "${0%"${0##*/}"}lib/stages.sh"
# shellcheck source=scripts/lib/resolve.sh
. "${0%"${0##*/}"}lib/resolve.sh"
# shellcheck source=scripts/lib/undo.sh
. "${0%"${0##*/}"}lib/undo.sh"
# shellcheck source=scripts/lib/rules.sh
. "${0%"${0##*/}"}lib/rules.sh"
# shellcheck source=scripts/lib/options.sh
. "${0%"${0##*/}"}lib/options.sh"

take_options "$@"
if [ "${SYNC_RUN_PID:-}" != "$PPID" ]; then
  [ ! "$undo" ] || find_undo
  [ ! "$last$undo" ] || add_last_rules
  begin_run # which calls this script again
fi
pages=() work=$SYNC_RUN_WORK dir=${SYNC_RUN_DIR:-} base=(--base "$SYNC_RUN_STATE/base.ndjson") code=0
out=$dir/plan.ndjson less=(--snapshot "$SYNC_RUN_STATE/snapshot.ndjson") again='' repeated='' idle=$SYNC_RUN_STATE/idle.ndjson
# What a person has approved, and since when fresh edits wait.
waits=(--approved "$SYNC_RUN_STATE/approved.ndjson" --settling "$SYNC_RUN_STATE/settling.ndjson")
[ "$undo" ] || take_decisions
[ ! "$undo" ] || { plan_undo; waits=(); }
plan+=(${waits[@]+"${waits[@]}"})
[ "$dir" ] || out=- less=() # a dry run keeps nothing, and reads in full

read_and_plan() {
  local both=("$work/sb$again.ndjson" "$work/notion$again.ndjson")
  fetch_both "${both[@]}" ${less[@]+"${less[@]}"} ${pages[@]+"${pages[@]}"} ${full:+--full "$full"} || return
  still_idle "${both[@]}" ||
    { stage "$work/records$again.ndjson" normalize ${less[@]+"${less[@]}"} "${both[@]}" &&
      stage "$out" plan "${base[@]}" ${plan[@]+"${plan[@]}"} "$work/records$again.ndjson"; }
}

read_and_plan || code=$? # 65: the snapshot isn't enough for this plan, or is damaged
[[ $code$full != 65 || $(<"$work/stage") = *-fetch ]] || { full=absence again=-again code=0 && read_and_plan || code=$?; }
# 1: something needs a person, and the rest is carried out; 3: a guard blocks it.
[ "$code" != 3 ] || [ ! "$dir" ] || "$bin/plan" --human "${base[@]}" ${plan[@]+"${plan[@]}"} "$work/records$again.ndjson" >"$work/shown" 2>/dev/null || exit 3
[ "$dir" ] && [ "$code" -le 1 ] || exit "$code"

did=0
# shellcheck disable=SC2248 # none, or one
{ nothing_to_do && keep_idle; } || stage "$dir/results.ndjson" apply $progress "${base[@]}" ${waits[@]+"${waits[@]:2}"} "$out" || did=$?
[ "$did" -gt 1 ] || [ "$undo" ] || spend_decisions "$out" "$dir/results.ndjson"
[ "$did" -gt 1 ] || [ ! "$undo" ] || tell_undone "$dir/results.ndjson"
[ ! -e "${waits[1]-}" ] || "$bin/approve" --done-by "${dir##*/}" || did=$((did > 1 ? did : $?))
exit $((did ? did : code))
