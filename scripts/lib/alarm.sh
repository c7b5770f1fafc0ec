# Alarms: SYNC_PING_URL is asked when a run begins and ends, in the manner of
# healthchecks.io; SYNC_NOTIFY_CMD is run when something changed for the worse or
# the better. Neither can fail a run, nor hold it up for more than half a minute.
# Needs $logs, $ping_url and $notify_cmd; raise_alarms needs a run's $run_dir,
# $signal and $stage too.
# shellcheck shell=bash

# ping SUFFIX BODY. The URL is a secret of its own: not an option of curl's.
ping() {
  local problem
  [ "$ping_url" ] || return 0
  problem=$(curl -q -sS -f -m 10 -o /dev/null --data-binary @- \
    -K <(printf 'url = "%s"\n' "${ping_url%/}$1") <<<"${2:0:10000}" 2>&1 9>&-) ||
    log warn alarm "SYNC_PING_URL was not reached: ${problem//"${ping_url%/}"/…}"
}

# notify EVENT TEXT: the command gets both in its environment, TEXT as its input
# too. What it says goes to a file: a pipe would be waited for as long as something
# lives that it left in the background.
notify() {
  local said
  [ "$notify_cmd" ] || return 0
  log info alarm "$1: $2"
  said=$(mktemp 2>/dev/null) || said=/dev/null
  run_notify_cmd "$1" "$2" 2>"$said" >/dev/null <<<"$2" ||
    log warn alarm "SYNC_NOTIFY_CMD failed: $(head -c 2000 "$said")"
  [ "$said" = /dev/null ] || rm -f "$said"
}

# run_notify_cmd EVENT TEXT: it gets none of our keys, and no lock or pipe that it
# could keep open. Its text, which may hold a secret of its own, goes through the
# environment: what stands among the arguments, every user of the machine sees.
run_notify_cmd() (
  unset SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY SYNC_PING_URL SYNC_CONTROL_TOKEN \
    SYNC_HOOK_SECRET_NOTION SYNC_HOOK_SECRET_SUPABASE
  export SYNC_EVENT=$1 SYNC_MESSAGE=$2 SYNC_RUN_ID=${run_id:-} SYNC_NOTIFY_CMD=$notify_cmd
  for fd in /dev/fd/*; do
    fd=${fd##*/}
    [[ ! $fd =~ ^[0-9]+$ || $fd -le 2 ]] || exec {fd}>&-
  done
  # shellcheck disable=SC2016 # for that shell
  exec timeout -k 5 20 sh -c 'command=$SYNC_NOTIFY_CMD; unset SYNC_NOTIFY_CMD; eval "$command"'
)

# open_conflicts RUN-FOLDER: the pairs that it left in conflict, under `stop`
open_conflicts() {
  [ -s "$1/results.ndjson" ] || return 0
  jq -r 'select(.kind == "result" and .code == "conflict") | "\(.row_id) \(.page_id)"' \
    "$1/results.ndjson" | sort
}

# new_conflicts BEFORE: how many; one that was decided is over with its run.
new_conflicts() {
  local open
  open=$(comm -13 <(open_conflicts "$logs/runs/$1") <(open_conflicts "$run_dir") | wc -l)
  echo $((open + $(jq '.conflicts // 0' "$run_dir/run.json")))
}

# not_stopped RECORD: it, or where somebody stopped that run, the record of the
# newest one before that nobody stopped; nothing where there is none.
not_stopped() {
  case $(jq -r '.status?' <<<"${1:-null}" 2>/dev/null) in
    interrupted)
      find "$logs/runs" -mindepth 2 -maxdepth 2 -name run.json ! -path "$run_dir/*" \
        -printf '%T@ %p\n' | LC_ALL=C sort -n | cut -d' ' -f2- | xargs -r -d '\n' cat |
        jq -Rnc '[inputs | fromjson? | select(.status != "interrupted")] | last | values'
      ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# raise_unrecorded: the run can't be written down, so that whether this was told
# before can't be known either.
raise_unrecorded() {
  local text="A run can't be written down in $logs: make room, or set SYNC_LOG_DIR."
  ping /fail "exit code 74: $text"
  notify failure "$text"
}

# raise_alarms BEFORE: the run is recorded; BEFORE is the record of the last one,
# or empty. A second failure or block of the same kind is no news, and a run that
# somebody stopped is no failure.
raise_alarms() {
  local kind='{status, exit_code, blocked}' was now before text new
  [ "$ping_url$notify_cmd" ] || return 0
  before=$(not_stopped "${1:-}") || before=''
  before=${before:-null}
  was=$(jq -c "$kind" <<<"$before" 2>/dev/null) || was=null before=null
  now=$(jq -c "$kind" "$run_dir/run.json")
  text=$(jq -r '"exit code \(.exit_code) at \(.stage)"
    + (if .message then ": \(.message)" else "" end)' "$run_dir/run.json")
  case $(jq -r .status <<<"$now") in
    ok | attention)
      ping '' "$text"
      [[ $was != *'"failed"'* && $was != *'"status":"blocked"'* ]] ||
        notify recovery "The sync works again."
      new=$(new_conflicts "$(jq -r '.run_id // "-"' <<<"$before")")
      [ "$new" = 0 ] || notify conflict "$new new in conflict: see $(typed report) --run $run_id"
      ;;
    blocked)
      ping /fail "$text"
      [ "$was" = "$now" ] || notify guard "Stopped by a guard, $text"
      ;;
    failed)
      ping /fail "$text"
      [ "$was" = "$now" ] || notify failure "The sync failed, $text"
      ;;
    interrupted) ping /fail "stopped by $signal at $stage" ;;
  esac
}
