#!/usr/bin/env bash
# The manual controls.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
usage: controls.sh COMMAND [options]
The manual controls of the sync.

  sync-now     run the sync now (scripts/sync-now.sh)
  dry-run      print what a run would do, and write nothing anywhere (see sync-now.sh --help)
  report       tell how the last runs went, and what to do next (bin/report)
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
  state=$("$bin/report" --paths | jq -er .state) || die 78 "see above"
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
  state=$("$bin/report" --paths | jq -er .state) || die 78 "see above"
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
  wake) wake "$@" ;;
  hook-setup) hook_setup "$@" ;;
  -h | --help) usage ;;
  --version) exec "$bin/report" --version ;;
  *) die 2 "unknown command: $command (try: $0 --help)" ;;
esac
