# Jobs with something to do: edits on both sides, and first syncs. Sourced by bench.sh.
# What the checks find wrong with the sync ends the benchmark; what they find wrong with
# the script is said beside its figures.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh sets work, bin, home, rounds, records and delay

jobs_table() {
  local half=$((records / 2)) quarter=$((records / 4))
  edits
  first_sync rows "$records" 0 0
  again_after_a_lost_answer
  first_sync apart "$half" "$half" 0
  first_sync met "$quarter" "$quarter" "$half"
  table_head "something to do"
  compare "20 edits on each side, $records pairs" $((2 * 40 + ($(listing "$records") < 2 ? 1 : 2))) \
    "$(cat "$work/edits-note")" "$work/edits-vaultsync" "$work/edits-script"
  first_lines apart "first sync, $half and $half met by nothing" "$half" $((2 * half))
  first_lines met "first sync, $half on both, $quarter alone on each" $((half + quarter)) $((half + 2 * quarter))
  first_lines rows "first sync of $records rows" 0 "$records"
}

first_lines() { # first_lines JOB TITLE PAGES WRITES
  compare "$2" $(($4 + $(listing "$3") + 1)) "$(cat "$work/$1-note")" "$work/$1-vaultsync" "$work/$1-script"
}

# found WHO JOB TEXT: what a check found, if anything.
found() {
  [ "$3" ] || return 0
  [ "$1" = script ] || die 70 "$2: the sync $3"
  echo "$3" >>"$work/$2-note"
}

# --- edits --------------------------------------------------------------------

edits() {
  local who r
  : >"$work/edits-note"
  linked_pairs "$records" "$bin/normalize" >"$work/seed"
  for who in vaultsync script; do
    say "20 edits on each side of $records pairs: $who"
    for r in $(seq "$rounds"); do
      start_sandbox
      [ "$who" = script ] || must run_vaultsync "$work/adopted"
      later
      twenty_edits
      later
      must "run_$who" "$work/edits-$who"
      [ "$r" = 1 ] || continue
      found "$who" edits "$(lost_edits)"
      two_edits_of_a_pair
      must "run_$who" "$work/two-edits"
      found "$who" edits "$(lost_edits)"
    done
  done
}

# make_edits EDITS: as by people.
make_edits() {
  local edit
  while read -r edit; do control POST edit "$edit" >/dev/null; done < <(jq -c 'del(.row, .page)' "$work/edits")
}

# twenty_edits: of pairs all through the vault, of rows and pages in turn.
twenty_edits() {
  jq -nc --argjson n "$records" '[inputs] as $seed | range(40)
    | $seed[2 * (. * $n / 40 | floor):][:2] as [$row, $page] | {row: $row.id, page: $page.id}
      + if . % 2 == 0 then {side: "supabase", id: $row.id, set: {decision: "\($row.decision) (edited)"}}
        else {side: "notion", id: $page.id, set: {type: "Policy", date: "2026-11-25"}} end' \
    "$work/seed" >"$work/edits"
  make_edits
}

# two_edits_of_a_pair: of different fields, one on each side.
two_edits_of_a_pair() {
  later
  sed -n 3,4p "$work/seed" | jq -sc '{row: .[0].id, page: .[1].id}
    | . + {side: "supabase", id: .row, set: {decision: "edited in the row"}},
      . + {side: "notion", id: .page, set: {date: "2026-11-26"}}' >"$work/edits"
  make_edits
  later
}

# lost_edits: how many of $work/edits are not on both sides now, in words.
lost_edits() {
  control GET dump | jq -rn --slurpfile edits "$work/edits" '
    ([inputs | {key: .id, value: {decision, type: (.type | if type == "array" then .[0] else . end),
      date: (.date | if type == "object" then .start else . end)}}] | from_entries) as $is
    | [$edits[] | select(. as $e | [$is[.row, .page] | contains($e.set)] | all | not)] | length
    | if . > 0 then "loses \(.) of \($edits | length) edits" + if $edits | length == 2 then " of one pair" else "" end
      else empty end'
}

# --- first syncs --------------------------------------------------------------

# first_seed ROWS PAGES BOTH: so many alone on each side, and on both.
first_seed() {
  jq -nc --argjson rows "$1" --argjson pages "$2" --argjson both "$3" '
    range($rows + $pages + $both) | . as $i
    | {decision: "Decision \(.): keep the interface of module \(. % 97) as it is, and write down why",
      type: ["Policy", "Architecture", "Ops", "UX", "Other"][. % 5],
      date: (1577836800 + . % 2000 * 86400 | strftime("%Y-%m-%d"))}
    | if $i < $rows + $both then {side: "supabase"} + . else empty end,
      if $i >= $rows then {side: "notion"} + . else empty end' >"$work/seed"
}

first_sync() { # first_sync JOB ROWS PAGES BOTH
  local who options
  : >"$work/$1-note"
  first_seed "$2" "$3" "$4"
  for who in vaultsync script; do
    say "first sync of $2 rows, $3 pages and $4 of both: $who"
    start_sandbox
    options=()
    [ "$who" = script ] || options=(--allow mass-create)
    must "run_$who" "$work/$1-$who" ${options[@]+"${options[@]}"}
    found "$who" "$1" "$(what_is_wrong)"
  done
}

# what_is_wrong: records that are there twice, or are not the same on both sides, in words.
what_is_wrong() {
  control GET dump | jq -rn '
    [inputs | select(.deleted_at == null and (.in_trash | not)) | {side, is: [.decision,
      (.type | if type == "array" then .[0] else . end),
      (.date | if type == "object" then .start else . end)]}]
    | map(select(.side == "supabase").is) as $rows | map(select(.side == "notion").is) as $pages
    | (($rows | unique), ($pages | unique) | length) as $n
    | [($rows | length - (unique | length)), ($pages | length - (unique | length))] | max
    | if . > 0 then "doubles \(.)" elif ($rows | sort) != ($pages | sort) then "leaves the sides different"
      else empty end' | head -n 1
}

# again_after_a_lost_answer: a page is made, but its answer gets lost; then the next run.
again_after_a_lost_answer() {
  local who note
  first_seed 20 0 0
  for who in vaultsync script; do
    start_sandbox
    control DELETE faults >/dev/null # the first that matches is the one that occurs
    control POST faults '{"match":{"api":"notion","method":"POST","path":"/v1/pages","nth":5},"drop":"after"}' >/dev/null
    for _ in 1 2 3; do
      ! "run_$who" "$work/again" || break
      later
    done
    note=$(what_is_wrong)
    found "$who" rows "${note:+$note where an answer is lost}"
  done
}
