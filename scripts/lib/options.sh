# The command line of sync-now.sh. Sourced.
# shellcheck shell=bash

usage() {
  cat <<'TEXT'
usage: sync-now.sh [options] [options of plan]
Read both sides, plan, and carry the plan out.

  -n, --dry-run        print the plan for people; write nothing but the budget
      --json           print it as a stream, with --dry-run
      --full           read all of Notion, though a part might be enough
      --limit SECONDS  stop a run that takes longer
      --last-rules     decide, hold and let settle as the last run did
      --undo RUN       take back that run instead ("last": the last one)
  -q, --quiet          say only what is wrong
  -v, --verbose        say more
  -h, --help           show this and exit
      --version        show the version and exit

Other options go to plan, such as --conflict notion, --orphans restore,
--allow mass-delete, --match decision, --hold trash, --direction to-notion,
--settle 2m, --retry, --only-plan ID. bin/report tells what the run did.
TEXT
}

# take_options ARG…: sets args, what was given; run, verbose and plan, what bin/run, the
# stages and plan get of it; and dry, json, undo, last and full.
# shellcheck disable=SC2034,SC2154 # most are for sync-now.sh; bin is that of common.sh
take_options() {
  args=("$@") run=() verbose=() plan=() progress=--progress dry='' json='' undo='' last='' full=${SYNC_RUN_FULL:-}
  while [ $# -gt 0 ]; do
    case $1 in
      -n | --dry-run) run+=(-n) dry=1 ;;
      --json) json=1 ;;
      -q | --quiet) run+=(-q) verbose=(-q) ;;
      -v | --verbose) run+=(-v) verbose+=(-v) ;;
      -h | --help) usage; exit 0 ;;
      --version) # what is before it is looked at as well
        "$bin/run" ${run[@]+"${run[@]}"} --version >/dev/null || exit
        exec "$bin/plan" ${plan[@]+"${plan[@]}"} --version ;;
      --full) full=asked ;;
      --last-rules) last=1 ;;
      --limit | --undo | --conflict | --orphans | --allow | --allow-plan | --only-plan | --match | --hold | --direction | --settle | --resolve)
        [ $# -gt 1 ] || die 2 "$1 needs an argument"
        set -- "$1=$2" "${@:3}" && continue ;;
      --limit=*) run+=("$1") ;;
      --undo=?*) undo=${1#*=} ;;
      --conflict=* | --orphans=* | --allow=* | --allow-plan=* | --only-plan=* | --last-rules=* | --match=* | --hold=* | --direction=* | --settle=* | --resolve=* | --retry) plan+=("$1") ;;
      *) die 2 "unknown option: $1 (try: $0 --help)" ;;
    esac
    shift
  done
  [ -z "$json" ] || [ "$dry" ] || die 2 "--json goes with --dry-run: what a run did is in report --json"
  [ ! "$undo" ] || [ ! "$last" ] || die 2 "--undo goes by no rule of the sync: leave out --last-rules"
  [ ! "$dry" ] || [ "$json" ] || plan+=(--human)
}
