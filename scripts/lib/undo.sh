# Taking back a run: sync-now.sh --undo. Sourced.
# shellcheck shell=bash

# find_undo: the run that is named in undo, before this one begins; "last" is the last
# one that has ended. Its id is passed on, for after this one another is the last.
# shellcheck disable=SC2154 # place is that of common.sh
find_undo() {
  local option kept newest runs
  for option in ${plan[@]+"${plan[@]}"}; do
    case $option in
      --allow=* | --allow-plan=* | --only-plan=* | --human) ;;
      *) die 2 "--undo goes by no rule of the sync: leave out ${option%%=*}" ;;
    esac
  done
  need_programs report
  cd "$place" || exit 74
  take_settings || exit
  for option in "$logs" "$logs/runs" "$logs/last_run.json"; do
    [ ! -e "$option" ] || [ -r "$option" ] || die 74 "$option can't be read: run this as the user that the sync runs as"
  done
  if [ "$undo" = last ]; then
    undo=$(jq -er '.run_id | strings' "$logs/last_run.json" 2>/dev/null) ||
      die 2 "no run has ended: there is nothing to take back"
    runs=("$logs/runs/"*Z-*)
    newest=${runs[${#runs[@]} - 1]##*/}
    [[ ! $newest > $undo || -e $logs/runs/$newest/run.json ]] ||
      die 2 "run $newest came later, and goes on or was killed: wait for its end, or run the sync once, and take that one back first"
  fi
  [[ $undo =~ ^[0-9]{8}T[0-9]{6}Z-[0-9]{1,20}$ ]] ||
    die 2 "$undo is not the id of a run: $(typed report) --runs lists them"
  kept=$logs/runs/$undo
  if [ ! -d "$kept" ] || [ -L "$kept" ]; then
    die 2 "run $undo is not kept: $(typed report) --runs lists those that are"
  fi
  [ -e "$kept/run.json" ] ||
    die 2 "run $undo goes on, or was killed: wait for its end, or run the sync once, which writes down what it did"
  [ -s "$kept/results.ndjson" ] ||
    die 2 "run $undo carried nothing out, so there is nothing to take back: $(typed report) --runs lists what each run did"
  args+=("--undo=$undo") run+=("--undoes=$undo")
}

# plan_undo: that run is planned back, from all of both sides, with the pages that it may
# have moved to the trash, which no listing shows. What waits, and what was approved or
# decided, is of the sync, and stays as it is.
# shellcheck disable=SC2034,SC2154 # full and work are those of sync-now.sh
plan_undo() {
  take_settings || exit
  plan+=(--undo "$logs/runs/$undo")
  full=asked
  jq -r 'select(.kind == "result" and (.op | IN("create", "update", "trash", "restore"))).page_id | strings' \
    "$logs/runs/$undo/results.ndjson" >"$work/pages" ||
    die 65 "$logs/runs/$undo/results.ndjson is damaged: that run can't be taken back"
  pages=(--look-up "$work/pages")
}

# tell_undone RESULTS: what has become of it, and what the next run makes of that: where
# the halves of a pair that was taken back are different now, it writes again.
tell_undone() {
  local again=0 back=0 left=0
  if [ ! -s "$1" ]; then
    warn "nothing of run $undo is left to take back"
    return
  fi
  read -r again back left < <(jq -nr '
    def same: map(if . == "" then null else . end | strings |= ascii_downcase) | .[0] == .[1];
    def side: if .target == "notion" then "page" else "row" end;
    ([inputs | select(.kind == "op") | {key: "\(.n)", value: {expect, set}}] | from_entries) as $plan
    | [$results[] | select(.kind == "result")] as $all
    | [$all[] | select(.status == "done" and (.op | IN("update", "trash", "restore"))) | . + $plan["\(.n)"]]
    | group_by(.page_id) | map(map(.op) as $ops
      | reduce .[] as $op (first.expect; .[$op | side] |= . + ($op.set // {})
          + (if $op.op == "trash" then {deleted: true} elif $op.op == "restore" then {deleted: false} else {} end))
      | (.row == null or .page == null or .row.deleted != .page.deleted) as $apart
      | {apart: $apart, restored: any($ops[]; . == "restore"),
         differ: ($apart or (. as $now | any("decision", "type", "date"; [$now.row[.], $now.page[.]] | same | not)))})
    | [(map(select(.differ and (.restored | not))) | length), (map(select(.apart and .restored)) | length),
       ([$all[] | select(.status == "skipped")] | length)] | join(" ")' \
    --slurpfile results "$1" "${1%/*}/plan.ndjson") || true
  [ "${left:-0}" = 0 ] ||
    warn "left alone: $left, edited since that run or not there any more; $(typed report) --run last lists them"
  warn "took back run $undo"
  [ "${again:-0}" = 0 ] ||
    warn "the next run sees the same differences, and writes the same again: before it, undo the edits that caused them, or change the rule (SYNC_HOLD, SYNC_DIRECTION, --conflict)"
  [ "${back:-0}" = 0 ] ||
    warn "what came out of the trash brings its other half back with the next run"
}
