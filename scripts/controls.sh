#!/usr/bin/env bash
# The manual controls.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"
# shellcheck source=scripts/lib/resolve.sh
. "${0%"${0##*/}"}lib/resolve.sh"

usage() {
  cat <<'TEXT'
usage: controls.sh COMMAND [options]
The manual controls of the sync.

  sync-now     run the sync now (scripts/sync-now.sh)
  dry-run      print what a run would do, and write nothing anywhere (see sync-now.sh --help)
  approve      let single ops pass that wait or that a guard blocks (bin/approve)
  report       tell how the last runs went, and what to do next (bin/report)
  resolve      decide a conflict: resolve ID --take supabase|notion (resolve --help)
  undo         take back a run: undo RUN (undo --help)
  wake         have scripts/schedule.sh run the sync now, instead of when it is due
  hook-setup   for ten minutes, let Notion hand over the token of a new webhook
  -h, --help   show this and exit
      --version

Options behind the command go to it: controls.sh report --json
TEXT
}

wake() {
  [ $# = 0 ] || die 2 "wake takes no option"
  need_programs run report
  cd "$place"
  take_settings || exit 78
  refuse_link "$state/wake"
  (umask 077 && mkdir -p "$state" && : >>"$state/wake") || die 74 "cannot write $state/wake"
  "$bin/run" --holder schedule >/dev/null ||
    die 75 "no schedule runs here: start $(typed schedule), or run the sync with: $(typed sync-now)"
}

# health-server takes such a token only while this file is new (hooks.h).
hook_setup() {
  local new
  [ $# = 0 ] || die 2 "hook-setup takes no option"
  need_programs report
  cd "$place"
  take_settings || exit 78
  (umask 077 && mkdir -p "$state" && rm -f "$state/notion-verification-token" &&
    new=$(mktemp "$state/hook-setup.XXXXXX") && mv -f "$new" "$state/hook-setup") ||
    die 74 "cannot write $state/hook-setup"
  cat <<TEXT
For ten minutes health-server takes the verification token of a webhook. Now:

  1. In Notion: Settings, Connections, the connection, Webhooks: make a
     subscription to https://YOUR.HOST/hooks/notion, or let it send the token
     again.
  2. Its token is in $state/notion-verification-token then: paste it into Notion,
     put it into SYNC_HOOK_SECRET_NOTION, remove the file, and start
     health-server again.

If Notion refuses the token, somebody else was faster: run this again.
TEXT
}

resolve_usage() {
  cat <<'TEXT'
usage: controls.sh resolve ID... --take supabase|notion [--field NAME]... [--seen DIGEST]
       controls.sh resolve --list [--json]
       controls.sh resolve --drop ID...
Decide a conflict: one that --conflict stop left alone, or one that was decided
earlier, whose losing value is brought back. ID is that of the row or the page, or how
it begins.

      --take SIDE   whose value both get: supabase or notion
      --field NAME  only this field: decision, type or date; may be repeated
      --seen DIGEST only while its values are those that were shown: the "seen" of the
                    conflict in --list --json
      --list        what can be decided, with both values and times
      --json        the list for programs
      --drop        take back a decision that still waits for a run
  -n, --dry-run     show the plan with the decision in it, or what would be dropped,
                    and write nothing

A run carries it out at once, with the rules of the last run. Whatever that run or the
current settings hold stays held, and the longer settle time of the two applies. Other
options go to sync-now.sh, such as --conflict stop; --hold and --direction take the place
of all that is held. It is refused where either half has been edited since.
TEXT
}

# kept_of ID: the files of the decisions that wait on that record.
kept_of() {
  local file
  for file in "$state"/resolve/*.json; do
    [ ! -f "$file" ] || ! jq -e --arg id "${1//-/}" '[.row_id, .page_id] | map(gsub("-"; ""))
      | any(startswith($id | ascii_downcase))' "$file" >/dev/null 2>&1 || echo "$file"
  done
}

drop_decisions() {
  local id files file row drop=() done=dropped
  [ ${#options[@]} = 0 ] || die 2 "resolve --drop takes no ${options[0]}"
  [ ${#ids[@]} -gt 0 ] || die 2 "resolve --drop: of which record?"
  for id in "${ids[@]}"; do
    [[ ${id//-/} =~ ^[0-9A-Fa-f]{4,32}$ ]] || die 2 "$id is not a row or page id, nor four characters or more of one"
    files=$(kept_of "$id") row=''
    [ "$files" ] || die 2 "no decision on $id waits: $(typed report) --pending lists what does"
    while IFS= read -r file; do
      id=${file##*/} id=${id%%.*}
      [ "${row:-$id}" = "$id" ] || die 2 "decisions on several records wait whose ids begin so, $row and $id: write more of it"
      row=$id drop+=("$file")
    done <<<"$files"
  done
  [ -z "$dry" ] || done="would be dropped"
  for file in "${drop[@]}"; do
    id=$(jq -r '"\(.row_id): \(.take) in \(.fields | keys | join(", "))"' "$file") || continue
    [ "$dry" ] || rm -f "$file" || die 74 "cannot remove $file"
    warn "$id: $done"
  done
}

# tell_outcome ROW: what became of the decision on that row, in one line.
tell_outcome() {
  local run text
  run=$logs/runs/$(jq -r .run_id "$logs/last_run.json")
  text=$(jq -nr --arg id "$1" '[inputs | select(.row_id == $id and .kind == "result")]
    | (map(select(.status != "done" and (.code != "conflict" or (.reason | startswith("not resolved")))))
      | first) as $left
    | if $left.code | IN("held", "settling", "paused") then "waits for a later run (\($left.code))"
      elif $left then $left.why // $left.reason
      elif length == 0 then "both have that value already" else "resolved" end' "$run/results.ndjson" 2>/dev/null) ||
    text="both have that value already" # a plan without ops has no results
  warn "$1: $text"
}

# tell_kept: which of the decisions of resolve still wait.
tell_kept() {
  local line row left=()
  for line in "${lines[@]}"; do
    row=$(jq -r .row_id <<<"$line")
    [ -z "$(kept_of "$row")" ] || left+=("$row")
  done
  [ ${#left[@]} = 0 ] ||
    warn "the decision is kept, and the next run carries it out; to take it back: $(typed controls) resolve --drop ${left[*]}"
}

resolve() {
  local ids=() decide=() options=() what='' dry='' seen='' json=() lines=() id line code=0
  while [ $# -gt 0 ]; do
    case $1 in
      --take | --field | --seen | --conflict | --orphans | --limit | --allow | --match | --hold | --direction | --settle)
        [ $# -gt 1 ] || die 2 "$1 needs an argument"
        set -- "$1=$2" "${@:3}" && continue ;;
      --take=* | --field=*) decide+=("$1") ;;
      --seen=*) seen=1 decide+=("$1") ;;
      --list | --drop) what=${1#--} ;;
      --json) json=(--json) ;;
      -n | --dry-run) dry=1 ;;
      -h | --help) resolve_usage; exit 0 ;;
      -*) options+=("$1") ;;
      *) ids+=("$1") ;;
    esac
    shift
  done
  need_programs report
  cd "$place"
  [ "$what" != list ] || exec "$bin/report" --conflicts ${json[@]+"${json[@]}"}
  take_settings || exit
  [ "$what" != drop ] || { drop_decisions; return; }
  [ ${#ids[@]} -gt 0 ] || die 2 "resolve: of which record? $(typed controls) resolve --list shows what can be decided"
  [ -z "$seen" ] || [ ${#ids[@]} = 1 ] || die 2 "resolve --seen: one record at a time, for it is what was shown of that one"
  for id in "${ids[@]}"; do
    line=$("$bin/report" --resolve "$id" ${decide[@]+"${decide[@]}"}) || exit
    lines+=("$line")
  done
  options+=(--last-rules)
  if [ "$dry" ]; then
    line=$(mktemp "${TMPDIR:-/tmp}/vaultsync-resolve.XXXXXX")
    # shellcheck disable=SC2064 # its name is known now
    trap "rm -f '$line'" EXIT
    printf '%s\n' "${lines[@]}" >"$line"
    "$home/scripts/sync-now.sh" --dry-run --resolve="$line" ${options[@]+"${options[@]}"}
    return
  fi
  # What is wrong in the command must not leave a decision behind.
  "$home/scripts/sync-now.sh" ${options[@]+"${options[@]}"} --version >/dev/null || exit
  for line in "${lines[@]}"; do keep_decision "$state" "$line"; done
  "$home/scripts/sync-now.sh" ${options[@]+"${options[@]}"} || code=$?
  tell_kept
  [ "$code" -gt 1 ] || for line in "${lines[@]}"; do tell_outcome "$(jq -r .row_id <<<"$line")"; done
  return "$code"
}

undo_usage() {
  cat <<'TEXT'
usage: controls.sh undo RUN [--dry-run [--json]] [--plan ID]
Take back what a run has written, but for records that were edited since. RUN is an id
of report --runs, or "last".

  -n, --dry-run        show what would be taken back, and write nothing
      --json           show it as a stream
      --plan ID        only if the plan is the one with this id, which was shown
      --allow GUARD    let it pass although this guard blocks it
      --allow-plan ID  let it pass if it is the plan with this id

It is a run like any other, with the lock, the guards and a record, and can be taken
back itself. Where the edits that caused that run still stand, the next run writes the same
again, and the command says so: undo them first, or change the rule.
TEXT
}

undo() {
  local run='' options=()
  while [ $# -gt 0 ]; do
    case $1 in
      --plan | --limit | --conflict | --orphans | --allow | --allow-plan | --match | --hold | --direction | --settle)
        [ $# -gt 1 ] || die 2 "$1 needs an argument"
        set -- "$1=$2" "${@:3}" && continue ;;
      --plan=*) options+=("--only-plan=${1#*=}") ;;
      -h | --help) undo_usage; exit 0 ;;
      -*) options+=("$1") ;;
      *) [ ! "$run" ] || die 2 "undo takes back one run at a time"; run=$1 ;;
    esac
    shift
  done
  [ "$run" ] || die 2 "undo: which run? $(typed report) --runs lists them"
  exec "$home/scripts/sync-now.sh" --undo="$run" ${options[@]+"${options[@]}"}
}

[ $# -gt 0 ] || { usage >&2; exit 2; }
command=$1
shift
case $command in
  sync-now) exec "$home/scripts/sync-now.sh" "$@" ;;
  dry-run) exec "$home/scripts/sync-now.sh" --dry-run "$@" ;;
  report)
    need_programs report
    cd "$place"
    exec "$bin/report" "$@"
    ;;
  approve)
    need_programs approve
    cd "$place"
    exec "$bin/approve" "$@"
    ;;
  resolve) resolve "$@" ;;
  undo) undo "$@" ;;
  wake) wake "$@" ;;
  hook-setup) hook_setup "$@" ;;
  -h | --help) usage ;;
  --version) exec "$bin/report" --version ;;
  *) die 2 "unknown command: $command (try: $0 --help)" ;;
esac
