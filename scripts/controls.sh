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
  -h, --help   show this and exit
      --version

Options behind the command go to it: controls.sh report --json
TEXT
}

wake() {
  [ $# = 0 ] || die 2 "wake takes no option"
  need_programs report
  cd "$place"
  state=$("$bin/report" --paths | jq -er .state) || die 78 "see above"
  refuse_link "$state/wake"
  (umask 077 && mkdir -p "$state" && : >>"$state/wake") || die 74 "cannot write $state/wake"
  ! flock -n "$state/schedule.lock" true ||
    die 75 "no schedule runs here: start $(typed schedule), or run the sync with: $(typed sync-now)"
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
  -h | --help) usage ;;
  --version) exec "$bin/report" --version ;;
  *) die 2 "unknown command: $command (try: $0 --help)" ;;
esac
