# The programs that only compute, beside cJSON alone and beside Node.js. Sourced by
# bench.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh sets work, bin, home, rounds, pairs and yardstick

pure_table() {
  say "the pure programs on $((2 * pairs)) records"
  mkdir "$work/streams"
  node "$home/bench/streams.mjs" "$pairs" "$work/streams"
  cat "$work"/streams/{supabase,notion}.ndjson >"$work/fetched"
  "$bin/normalize" "$work/fetched" >"$work/records"
  echo
  pure_line "$((2 * pairs)) records" seconds "CPU s" MiB records/s
  pure_line --- --- --- --- ---
  side_by_side \
    "cJSON: parse and print" "'$yardstick' print <'$work/fetched'" \
    "normalize" "'$bin/normalize' <'$work/fetched'" \
    "Node.js: parse and hash" "node '$home/bench/pure.mjs' normalize <'$work/fetched'"
  side_by_side \
    "cJSON: parse (records)" "'$yardstick' parse <'$work/records'" \
    "plan" "'$bin/plan' --allow mass-change <'$work/records'" \
    "Node.js: parse, pair, compare" "node '$home/bench/pure.mjs' plan <'$work/records'"
  echo
  ratio "normalize" "cJSON: parse and print" 1.6
  ratio "plan" "cJSON: parse (records)" 4
}

pure_line() {
  printf '| %-29s | %7s | %6s | %5s | %9s |\n' "$@"
}

# side_by_side NAME COMMAND [NAME COMMAND…]: measures each in turn, round by round, and
# prints a line for each.
side_by_side() {
  local i
  for _ in $(seq "$rounds"); do
    for ((i = 1; i < $#; i += 2)); do
      must timed "$work/pure-${*:i:1}" bash -c "exec ${*:i+1:1}"
    done
  done
  for ((i = 1; i < $#; i += 2)); do pure "${*:i:1}"; done
}

pure() {
  local wall cpu kib
  read -r wall cpu kib < <(median "$work/pure-$1")
  pure_line "$1" "$wall" "$cpu" "$(times "$kib" 1024)" \
    "$(awk -v w="$wall" -v n=$((2 * pairs)) 'BEGIN { printf "%d", n / (w > 0 ? w : 0.01) }')"
}

# ratio NAME YARDSTICK GOAL: how many times the CPU time of the yardstick, in the same
# rounds, a program took.
ratio() {
  local cpu of
  read -r _ cpu _ < <(median "$work/pure-$1")
  read -r _ of _ < <(median "$work/pure-$2")
  echo "$1: $(times "$cpu" "$of") times $2 (goal: at most $3)"
}
