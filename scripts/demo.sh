#!/usr/bin/env bash
# The whole sync on this machine, step by step.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
. "$home/scripts/lib/setup.sh"

usage() {
  cat <<'TEXT'
usage: demo.sh [FILE]
Show the sync at work on a sandbox of both APIs: the plan, the first run, edits
by people on both sides, the run that carries both, and one that finds nothing
to do. Installs what is missing, builds, needs no account, leaves nothing behind.

FILE holds decisions, one per line: {"decision":"…","type":"…","date":"2026-01-02"}
TEXT
}

register=$home/scripts/demo/decisions.ndjson
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  -*) die 2 "unknown option: $1 (try: $0 --help)" ;;
  '') ;;
  *)
    register=$(real_file "$1")
    [ -e "$register" ] || die 2 "$1: no such file"
    ;;
esac
[ $# -le 1 ] || die 2 "only one file can be given (try: $0 --help)"

# A checkout is built first.
if [ -e "$home/Makefile" ]; then
  ensure_packages "${build_packages[@]}" "${run_packages[@]}"
  build_all
fi
need_programs sandbox report
jq -e . "$register" >/dev/null || die 65 "$register: not one JSON object per line"

work=$(mktemp -d)
sandbox=''
clean_up() {
  [ -z "$sandbox" ] || { kill "$sandbox" 2>/dev/null && wait "$sandbox"; } || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step=0
heading() {
  step=$((step + 1))
  printf '\n\033[1m%d. %s\033[0m\n\n' "$step" "$*" | plain
}
# Colours only for a terminal that wants them.
plain() {
  if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi
}
control() {
  curl -q -sS --fail-with-body --noproxy '*' --max-time 60 "$@"
}

# No setting for the real services may have an effect outside of the demo: no
# alarm, no shared budget, no wake-up of a schedule; .env isn't read either.
unset "${!SUPABASE_@}" "${!NOTION_@}" "${!SYNC_@}"
export SYNC_ENV_FILE=/dev/null

"$bin/sandbox" --data "$work/sandbox.sqlite" --ready "$work/url" >"$work/sandbox.log" 2>&1 &
sandbox=$!
for _ in $(seq 200); do
  [ -s "$work/url" ] && break
  kill -0 "$sandbox" 2>/dev/null || die 70 "the sandbox did not start: $(cat "$work/sandbox.log")"
  sleep 0.05
done
url=$(cat "$work/url")
info=$(control "$url/control/info")

# The settings of the real services, aimed at the sandbox.
export SUPABASE_URL=$url NOTION_API_URL=$url
SUPABASE_SERVICE_ROLE_KEY=$(jq -r .keys.supabase <<<"$info")
NOTION_API_KEY=$(jq -r .keys.notion <<<"$info")
NOTION_DATABASE_ID=$(jq -r .ids.database <<<"$info")
export SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY NOTION_DATABASE_ID
export SYNC_STATE_DIR=$work/state SYNC_LOG_DIR=$work/logs SYNC_NOTION_RPM=10000

# sync_now OPTION…: one run; the exit code 1 (a record needs a person) is accepted.
sync_now() {
  local code=0
  "$home/scripts/sync-now.sh" "$@" || code=$?
  [ "$code" -le 1 ] || die "$code" "the run ended with code $code"
}
row_id() {
  control "$url/control/dump" | jq -r --arg d "$1" \
    'select(.side == "supabase" and .decision == $d) | .id' | head -n 1
}
page_id() {
  control "$url/control/dump" | jq -r --arg d "$1" \
    'select(.side == "notion" and .decision == $d) | .id' | head -n 1
}
edit() {
  control -X POST "$url/control/edit" -d "$1" >/dev/null
}

heading "A team has written decisions down in two places"
jq -c '{side: "supabase"} + .' "$register" >"$work/seed.ndjson"
cat >>"$work/seed.ndjson" <<'TEXT'
{"side":"notion","decision":"Write decisions down where everybody finds them","type":"Policy","date":"2026-01-12"}
{"side":"notion","decision":"Keep one database for all services","type":["Architecture","Ops"],"date":"2026-02-03"}
{"side":"notion","decision":"Ship dark mode before the new editor","type":"UX","date":"2026-03-17"}
TEXT
# Further columns of the register come along, and the sync leaves them alone.
columns=$(jq -cs 'map(keys) | add | unique - ["decision", "type", "date"]' "$register")
control -X POST "$url/control/config" -d "{\"extra_columns\":$columns}" >/dev/null
control -X POST "$url/control/seed" --data-binary @"$work/seed.ndjson" >"$work/seeded"
jq -r '.refused[] | "  line \(.line) can'"'"'t be stored: \(.message)"' "$work/seeded" | head -n 20
control "$url/control/dump" | jq -sr '
  "In Supabase:  \(map(select(.side == "supabase")) | length) rows",
  "In Notion:    \(map(select(.side == "notion")) | length) pages"'

heading "What a sync would do: the plan, nothing is written yet"
sync_now --dry-run

heading "The first sync"
sync_now

heading "People go on working, on both sides"
rows=$(control "$url/control/dump" | jq -c 'select(.side == "supabase" and .decision)')
first=$(head -n 1 <<<"$rows") second=$(sed -n 2p <<<"$rows")
both=$(jq -r .decision <<<"$first")
edit "$(jq -c '{side: "supabase", id, set: {decision: (.decision + " (revised)")}}' <<<"$first")"
echo "  in Supabase: \"$both\" gets a new wording"
edit "$(jq -nc --arg id "$(page_id "$both")" '{side: "notion", id: $id, set: {type: "Policy"}}')"
echo "  in Notion:   the same decision gets the type Policy, in the same minute"
edit "$(jq -nc --arg id "$(page_id "$(jq -r .decision <<<"$second")")" \
  '{side: "notion", id: $id, set: {date: "2026-11-25"}}')"
echo "  in Notion:   \"$(jq -r .decision <<<"$second")\" gets a new date"
edit '{"side":"notion","set":{"decision":"Review every decision after a year","type":"Policy","date":"2026-11-25"}}'
echo "  in Notion:   a new decision"
edit '{"side":"supabase","set":{"decision":"Answer every incident report within a week","type":"Ops","date":"2026-11-25"}}'
echo "  in Supabase: a new decision"
edit "$(jq -nc --arg id "$(page_id "Ship dark mode before the new editor")" \
  '{side: "notion", id: $id, action: "trash"}')"
echo "  in Notion:   \"Ship dark mode before the new editor\" goes to the trash"

heading "What the next sync would do"
sync_now --dry-run

heading "The second sync carries all of it"
sync_now

heading "A third run finds nothing to do"
control -X DELETE "$url/control/log" >/dev/null
sync_now
writes=$(control "$url/control/log" |
  jq -s 'map(select(.method == "PATCH" or (.method == "POST" and (.path | endswith("/query") | not)))) | length')
echo "  requests that write: $writes"

heading "In the end"
control "$url/control/dump" | jq -sr '
  (map(select(.side == "supabase" and .deleted_at == null)) | length) as $rows
  | (map(select(.side == "notion" and (.in_trash | not))) | length) as $pages
  | "  \($rows) live rows in Supabase, \($pages) live pages in Notion"'
"$bin/report" || true
cat <<TEXT

For the real services, put these into the environment or into .env:

  SUPABASE_URL=https://yourproject.supabase.co
  SUPABASE_SERVICE_ROLE_KEY=sb_secret_...
  NOTION_API_KEY=ntn_...
  NOTION_DATABASE_ID=...

then look first: $(typed sync-now) --dry-run   (README_SYNC.md has the rest)
TEXT
