# What a person has decided of conflicts, until a run has carried it out: a file each
# in SYNC_STATE_DIR/resolve, named by its row. Sourced.
# shellcheck shell=bash

# keep_decision STATE LINE: the line of report --resolve, for the next run. A new
# decision on a record takes the place of the earlier ones: those from before it, for two
# at once must not remove each other. What was killed in the middle is cleared away.
keep_decision() {
  local dir=$1/resolve row new old earlier
  row=$(jq -er .row_id <<<"$2") || return
  refuse_link "$dir"
  new=$(umask 077 && mkdir -p "$dir" && mktemp "$dir/$row.XXXXXX") || die 74 "cannot write into $dir"
  earlier=("$dir/$row".*.json)
  { printf '%s\n' "$2" >"$new" && mv -f "$new" "$new.json"; } || { rm -f "$new"; die 74 "cannot write into $dir"; }
  for old in "${earlier[@]}"; do rm -f "$old"; done
  find "$dir" -type f -name '*.??????' -mmin +60 -exec rm -f {} + || true
}

# decision_in FILE: the one decision in it, as report --resolve writes it, on one line;
# false where it is damaged, which would refuse the plan of every run.
decision_in() {
  jq -ces 'def id: strings | test("^[0-9A-Fa-f-]{32,36}$");
    def value: type == "null" or (type == "string" and (explode | all(. != 0)));
    def day: type == "null" or (test("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
      and ([.[:4], .[5:7], .[8:]] | map(tonumber) as [$y, $m, $d]
        | $m >= 1 and $m <= 12 and $d >= 1 and $d <= [31, 28 + (if $y % 4 == 0 and ($y % 100 != 0 or $y % 400 == 0)
          then 1 else 0 end), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][$m - 1]));
    def side: . == "supabase" or . == "notion";
    select(length == 1) | .[0] | objects
    | select(.kind == "resolve" and (.row_id | id) and (.page_id | id) and (.take | side)
      and (.fields | objects | length > 0 and all(.[]; type == "object" and has("supabase") and has("notion")
        and (.supabase | value) and (.notion | value) and (.winner == null or (.winner | side))))
        and (.fields | any(keys[]; . == "decision" or . == "type" or . == "date"))
        and (.fields.date | . == null or (.supabase | day) and (.notion | day)))' "$1" 2>/dev/null
}

# take_decisions: those that are kept, for the plan of this run; sets decisions. A trial
# of another decision on the same record comes behind them, for the last one counts.
# Needs the work and plan of sync-now.sh.
# shellcheck disable=SC2154
take_decisions() {
  local file line
  decisions=()
  for file in "$SYNC_RUN_STATE"/resolve/*.json; do
    if [ ! -f "$file" ] || [ -L "$file" ]; then continue; fi
    line=$(decision_in "$file") || {
      warn "$file is damaged and left out; remove it, and decide again: rm '$file'"
      continue
    }
    printf '%s\n' "$line" >>"$work/resolve.ndjson" || exit 74
    decisions+=("$file")
  done
  [ ${#decisions[@]} -gt 0 ] || return 0
  plan=(--resolve "$work/resolve.ndjson" ${plan[@]+"${plan[@]}"})
}

# spend_decisions PLAN RESULTS: removes those whose ops are all done, or that the plan
# has refused; what waits, failed, could not be read or was overtaken meanwhile
# is for the next run.
spend_decisions() {
  local file row planned over
  for file in ${decisions[@]+"${decisions[@]}"}; do
    row=${file##*/} row=${row%%.*}
    planned=$(grep -cF "\"row_id\":\"$row\"" "$1") || true
    over=$(grep -F "\"row_id\":\"$row\"" "$2" 2>/dev/null |
      grep -cE '"status":"done"|"code":"(not-resolved|conflict|poison|not-kept)"') || true
    [ "$planned" != "$over" ] || rm -f "$file"
  done
}
