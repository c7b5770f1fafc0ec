#!/usr/bin/env bash
# Takes the picture of the health page that README.md shows, from a sandbox with
# made-up decisions, three runs, and edits by people in between.
#   doc/page.sh [FILE]      FILE is doc/page.png unless told otherwise
# Needs chromium besides what a run needs.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/../scripts/lib/common.sh"

picture=$(realpath -m -- "${1:-$home/doc/page.png}")
browser=$(command -v chromium || command -v chromium-browser) ||
  die 78 "no chromium here: apt-get install chromium"
need_programs sandbox health-server report

work=$(mktemp -d)
started=()
clean_up() {
  [ "${#started[@]}" = 0 ] || kill "${started[@]}" 2>/dev/null || true
  wait
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# until_true COMMAND…: for ten seconds at most
until_true() {
  local tries
  for ((tries = 0; tries < 200; tries++)); do
    "$@" && return
    sleep 0.05
  done
  die 70 "this did not come true: $*"
}

unset "${!SUPABASE_@}" "${!NOTION_@}" "${!SYNC_@}"
export SYNC_ENV_FILE=/dev/null SYNC_STATE_DIR=$work/state SYNC_LOG_DIR=$work/logs SYNC_NOTION_RPM=10000
"$bin/sandbox" --quiet --ready "$work/url" >/dev/null &
started+=($!)
until_true test -s "$work/url"
url=$(cat "$work/url")
export SUPABASE_URL=$url NOTION_API_URL=$url

# control METHOD PATH [DATA]
control() {
  curl -q -sS --fail-with-body --noproxy '*' --max-time 60 -X "$1" "$url/control/$2" ${3:+--data-binary "$3"}
}
info=$(control GET info)
SUPABASE_SERVICE_ROLE_KEY=$(jq -r .keys.supabase <<<"$info")
NOTION_API_KEY=$(jq -r .keys.notion <<<"$info")
NOTION_DATABASE_ID=$(jq -r .ids.database <<<"$info")
export SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY NOTION_DATABASE_ID

# edit SIDE DECISION OBJECT: as a person does; without a decision it is a new one
edit() {
  local id=null
  [ ! "$2" ] || id=$(control GET dump | jq -s --arg s "$1" --arg d "$2" \
    'map(select(.side == $s and .decision == $d))[0].id')
  control POST edit "$(jq -nc --arg s "$1" --argjson id "$id" --argjson more "$3" \
    '{side: $s} + (if $id then {id: $id} else {} end) + $more')" >/dev/null
}
sync_now() {
  "$home/scripts/sync-now.sh" --quiet || die $? "the run failed"
}

control POST seed '
{"side":"supabase","decision":"Use PostgreSQL for everything that must not be lost","type":"Architecture","date":"2026-01-14"}
{"side":"supabase","decision":"Deploy on weekdays before 15:00 only","type":"Ops","date":"2026-02-02"}
{"side":"supabase","decision":"Keep customer data in the EU","type":"Policy","date":"2026-02-19"}
{"side":"supabase","decision":"Write the public API in OpenAPI first","type":"Architecture","date":"2026-03-03"}
{"side":"supabase","decision":"Rotate on-call every week","type":"Ops","date":"2026-03-24"}
{"side":"supabase","decision":"Drop support for Internet Explorer","type":"UX","date":"2026-04-08"}
{"side":"notion","decision":"Record every decision within two days","type":"Policy","date":"2026-01-12"}
{"side":"notion","decision":"One design system for web and mobile","type":"UX","date":"2026-02-26"}
{"side":"notion","decision":"Ship dark mode with the new editor","type":"UX","date":"2026-05-11"}
{"side":"notion","decision":"Review access rights every quarter","type":"Policy","date":"2026-06-30"}
{"side":"notion","decision":"Move background jobs to a queue","type":"Architecture","date":"2026-07-21"}
{"side":"notion","decision":"Answer incident reports within a week","type":"Ops","date":"2026-09-15"}
' >/dev/null
sync_now
edit notion 'Ship dark mode with the new editor' '{"set":{"date":"2026-06-01"}}'
edit supabase 'Rotate on-call every week' '{"set":{"decision":"Rotate on-call every two weeks"}}'
sync_now
edit supabase '' '{"set":{"decision":"Log in with passkeys","type":"Architecture","date":"2026-11-27"}}'
edit notion '' '{"set":{"decision":"Cache product images at the edge","type":["Architecture","Ops"],"date":"2026-11-28"}}'
edit notion '' '{"set":{"decision":"Pay for the open source that we use","type":"Policy","date":"2026-11-20"}}'
edit supabase 'Keep customer data in the EU' '{"set":{"decision":"Keep customer data in the EU and the UK"}}'
edit notion 'Keep customer data in the EU' '{"set":{"decision":"Keep customer data in the European Union"}}'
edit notion 'Drop support for Internet Explorer' '{"action":"trash"}'

# The third run is the schedule's, so that the page knows of the next one. It leaves the
# conflict alone and holds the deletion, so that something waits.
SYNC_HOLD=trash "$home/scripts/schedule.sh" --quiet --conflict stop &
started+=($!)
SYNC_CONTROL_TOKEN=$(openssl rand -hex 16) "$bin/health-server" --quiet --listen 127.0.0.1:0 --ready "$work/page" &
started+=($!)
is_scheduled() {
  jq -e .next_at "$work/logs/schedule.json" >/dev/null 2>&1
}
until_true is_scheduled
until_true test -s "$work/page"
HOME=$work timeout 60 "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
  --no-proxy-server --virtual-time-budget=4000 --window-size=1180,800 \
  --screenshot="$picture" "$(cat "$work/page")" >"$work/chromium" 2>&1 ||
  die 70 "chromium failed: $(tail -n 3 "$work/chromium")"
[ -s "$picture" ] || die 70 "chromium made no picture: $(tail -n 3 "$work/chromium")"
