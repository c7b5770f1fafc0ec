# Runs of both programs on a sandbox, measured. Sourced by bench.sh.
# CPU time is that of all processes of a run together, without the sandbox; peak
# memory is that of the largest one.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh sets work, bin, home, rounds and delay

# --- the sandbox --------------------------------------------------------------

control() {
  curl -sS --fail-with-body --max-time 300 -X "$1" "$url/control/$2" ${3+--data-binary "$3"}
}

stop_sandbox() {
  [ -z "$sandbox" ] || { kill "$sandbox" 2>/dev/null && wait "$sandbox"; } || true
  sandbox=''
}

# start_sandbox: one with what $work/seed says, and no state of earlier runs.
start_sandbox() {
  local info
  stop_sandbox
  rm -rf "$work/url" "$work/state" "$work/logs"
  "$bin/sandbox" -q --ready "$work/url" >"$work/sandbox.log" 2>&1 &
  sandbox=$!
  for _ in $(seq 200); do
    [ ! -s "$work/url" ] || break
    sleep 0.05
  done
  url=$(cat "$work/url") || die 70 "the sandbox did not start: $(cat "$work/sandbox.log")"
  info=$(control GET info)
  export SUPABASE_URL=$url NOTION_API_URL=$url
  SUPABASE_SERVICE_ROLE_KEY=$(jq -r .keys.supabase <<<"$info")
  NOTION_API_KEY=$(jq -r .keys.notion <<<"$info")
  NOTION_DATABASE_ID=$(jq -r .ids.database <<<"$info")
  export SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY NOTION_DATABASE_ID
  [[ $(control POST seed "@$work/seed") = *'"refused":[],'* ]] || die 70 "the sandbox refused a record"
  [ "$delay" = 0 ] || control POST faults "{\"delay_ms\":$delay,\"times\":-1}" >/dev/null
}

# The minutes from one run to the next pass; a run sees all edits before it as whole
# minutes ago.
later() {
  control POST clock '{"advance":900}' >/dev/null
}

row_says() { # row_says ID: its decision
  curl -sS --max-time 60 -H @- "$url/rest/v1/decision_vault?select=decision&id=eq.$1" \
    <<<"apikey: $SUPABASE_SERVICE_ROLE_KEY" | jq -r '.[0].decision'
}

# --- runs ---------------------------------------------------------------------

# timed FILE COMMAND…: appends "wall cpu KiB" to FILE. What the command says is in
# $work/err. The seconds are bash's, which has milliseconds: GNU time cuts to hundredths.
timed() {
  local file=$1 wall user sys TIMEFORMAT='%3R %3U %3S'
  shift
  { time /usr/bin/time -q -o "$work/kib" -f %M "$@" >"$work/out" 2>"$work/err"; } 2>"$work/time" || return
  read -r wall user sys < <(tr , . <"$work/time")
  awk -v w="$wall" -v u="$user" -v s="$sys" -v k="$(<"$work/kib")" \
    'BEGIN { printf "%.3f %.3f %d\n", w, u + s, k }' >>"$file"
}

# measured FILE COMMAND…: the same; the requests that the sandbox counted are in
# FILE.count.
measured() {
  control DELETE count >/dev/null
  timed "$@" || return
  control GET count >"$1.count"
}

run_vaultsync() { # run_vaultsync FILE [OPTION…]
  VAULTSYNC_BIN=$bin SYNC_STATE_DIR=$work/state SYNC_LOG_DIR=$work/logs \
    measured "$1" "$home/scripts/sync-now.sh" --quiet "${@:2}"
}

run_script() { # run_script FILE
  measured "$1" node "$MODULES/naive.mjs" "$url" "$SUPABASE_SERVICE_ROLE_KEY" \
    "$NOTION_API_KEY" "$NOTION_DATABASE_ID"
}

must() {
  "$@" || die 70 "failed: $*: $(tail -n 3 "$work/err")"
}
