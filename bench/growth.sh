# Nothing to do, at several sizes, and the budget that it takes in a day. Sourced by
# bench.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh sets work, bin, home, rounds and sizes

growth() {
  local n
  for n in ${sizes//,/ }; do growth_at "$n"; done
  table_head "nothing to do"
  for n in ${sizes//,/ }; do growth_lines "$n"; done
  budget
}

# growth_at PAIRS: measures both at that size. A run that has nothing to do changes
# nothing, so that both work on the same sandbox.
growth_at() {
  local n=$1 r=$rounds key=$work/growth-$1
  [ "$n" -lt 10000 ] || r=1
  say "nothing to do, $n pairs"
  linked_pairs "$n" "$bin/normalize" >"$work/seed"
  start_sandbox
  must run_vaultsync "$work/adopted"
  # The first run that has nothing to do looks at the records, the next ones needn't.
  later
  must run_vaultsync "$work/settled"
  for _ in $(seq "$r"); do
    later
    must run_vaultsync "$key-idle"
    must_not_write "$key-idle"
  done
  reading "$n" >"$key-why"
  for _ in $(seq "$r"); do
    later
    must run_vaultsync "$key-full" --full
    must_not_write "$key-full"
  done
  for _ in $(seq "$r"); do
    run_script "$key-script" || break
  done
  [ -z "$(sees_edits run_vaultsync)" ] || die 70 "an edit among $n pairs did not arrive"
  sees_edits run_script >"$key-note"
  [ -s "$key-script" ] || echo "can't: it ended with an error" >"$key-note"
  stop_sandbox
}

must_not_write() {
  [ "$(jq .writes "$1.count")" = 0 ] || die 70 "a run that has nothing to do wrote: $(cat "$1.count")"
}

reading() {
  jq -r .reading.why "$work/logs/last_run.json"
}

# sees_edits RUN: "can't…" where RUN fails, or one of two edits, of the page that was
# made first and of the one made last, is not in its row afterwards.
sees_edits() {
  local row page
  later
  while read -r row page; do
    control POST edit "{\"side\":\"notion\",\"id\":\"$page\",\"set\":{\"decision\":\"seen by $1\"}}" >/dev/null
  done < <(ends)
  later
  "$1" "$work/edits-seen" || { echo "can't: it ended with an error"; return; }
  while read -r row page; do
    [ "$(row_says "$row")" = "seen by $1" ] || { echo "can't: misses the edit of a page"; return; }
  done < <(ends)
}

# The first and the last pair of the seed: the ids of row and page.
ends() {
  { head -n 2 "$work/seed"; tail -n 2 "$work/seed"; } | jq -r .id | paste - -
}

growth_lines() {
  local n=$1 key=$work/growth-$1 pages
  pages=$(listing "$n")
  compare "$n pairs" $((pages < 2 ? pages : 2)) "$(cat "$key-note")" "$key-idle" "$key-script"
  if [ "$(cat "$key-why")" = edited ]; then
    compare "$n pairs, all read" "$pages" "$(cat "$key-note")" "$key-full" "$key-script"
  fi
}

# 96 runs a day at 15 minutes; every fourth reads all, with SYNC_FULL_EVERY=1h, and so
# does each where that takes no more than SYNC_FULL_REQUESTS requests.
budget() {
  local n key idle full script day
  printf '\nRequests to Notion in a day with a run every 15 minutes and nothing to do,\nof the 259200 that 180 a minute allow:\n\n'
  printf '| %6s | %8s | %8s | %22s | %7s | %6s | %17s |\n' pairs "less read" "all read" "24 and 72 runs" "a day" share "script, 96 runs"
  printf '| %6s | %8s | %8s | %22s | %7s | %6s | %17s |\n' --- --- --- --- --- --- ---
  for n in ${sizes//,/ }; do
    key=$work/growth-$n
    idle=$(requests "$key-idle" notion) full=$(requests "$key-full" notion) script="can't"
    [ -s "$key-note" ] || script=$((96 * $(requests "$key-script" notion)))
    [ "$(cat "$key-why")" = edited ] || full=$idle
    day=$((24 * full + 72 * idle))
    printf '| %6d | %9d | %8d | %22s | %7d | %5s%% | %17s |\n' "$n" "$idle" "$full" \
      "24 x $full + 72 x $idle" "$day" "$(awk -v d="$day" 'BEGIN { printf "%.1f", d / 2592 }')" "$script"
  done
}
