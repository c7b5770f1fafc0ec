#!/usr/bin/env bash
# Checks the models of how the sync writes and creates, whole and with one protection
# taken out at a time: the whole model must hold, and each crippled one must break a
# promise.
#
#   tests/protocol/protocol.sh              everything; a minute
#   tests/protocol/protocol.sh quick        both in small, and each without one protection
#   tests/protocol/protocol.sh show NAME    the counterexample of NO_LOOK, STRICT_WINDOW, …
#   tests/protocol/protocol.sh steps        are the functions that the models name there?
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

protections=(NO_JOURNAL NO_CONDITION NO_LOOK NO_LOCK NO_SUM NO_SUM_IN_LOOK NO_LOOK_BEFORE_AGREEING)
windows=(STRICT_WINDOW STRICT_LISTING SAME_MINUTE)
# Of create.pml.
creating=(NO_OPEN_CREATE NO_SEARCH NO_WAIT NO_RENEWAL NO_MAKER)
model=pair

# steps: each "code: FILE FUNCTION…" of the model.
steps() {
  local file='' word missing=0 known=0
  while read -r word; do
    case $word in
      */*.c | */*.h) file=$word; [ -f "$home/$file" ] || { echo "$file is not there"; missing=1; } ;;
      *)
        known=$((known + 1))
        grep -Eqs "^(struct )?[a-z].*\b$word\b|^$word\(|^[a-z].*[ *]$word\(" "$home/$file" ||
          { echo "$file has no $word: the model is out of date"; missing=1; } ;;
    esac
  done < <(cat "$here"/*.pml | tr '\n' ' ' | sed 's/[[:space:]]\*[[:space:]]/ /g' |
    grep -o 'code: [a-z_/. ,-]*' | sed 's/code: //' | sed 's/[ ,]/\n/g' | grep '[a-z]')
  if [ "$known" -lt 30 ] || [ "$missing" = 1 ]; then
    echo "of the $known functions that the model names, some are missing"
    return 1
  fi
  echo "ok: the $known functions that the model names are there"
}

# check NAME DEFINE…: 0 when it holds, 1 when a promise breaks; $said has the numbers.
check() {
  local folder=$work/$1 out
  shift
  mkdir "$folder"
  cp "$here/$model.pml" "$folder"
  cd "$folder"
  spin "$@" -a "$model.pml" >spin.out 2>&1 </dev/null || { cat spin.out >&2; exit 70; }
  ${CC:-cc} -O0 -w -DSAFETY -DCOLLAPSE -DMEMLIM=1000 -o pan pan.c
  ./pan -m100000 -w22 >pan.out 2>&1 </dev/null || true
  out=$(<pan.out)
  said=$(awk '/states, stored/ { states = $1 } /^State-vector/ { depth = $6 + 0 } /total actual/ { mb = $1 }
    /elapsed time/ { t = $4 } END { printf "%d states, depth %d %d MB, %s s", states, depth, mb, t }' pan.out)
  [[ $out == *'errors: 0'* && $out != *'Search not completed'* ]] && return 0
  promise=$(sed -n 's/^pan:1: assertion violated \([a-z_]*\).*/\1/p' pan.out)
  [ "$promise" ] || { cat pan.out >&2; exit 70; }
  return 1
}

failed=0
holds() {
  if check "$@"; then
    echo "ok: $1 holds ($said)"
  else
    echo "NOT OK: $1 breaks $promise"
    spin "${@:2}" -t -T "$model.pml" </dev/null | grep -v '^ *$' | sed -n '/processes:/q;p'
    failed=1
  fi
}

breaks() {
  if check "$1" "-D$1" "${@:2}"; then
    echo "NOT OK: $1 holds as well: what it takes out protects nothing, or the model is blind"
    failed=1
  else
    echo "ok: $1 breaks $promise (after $said)"
  fi
}

[ "${1-}" = steps ] || command -v spin >/dev/null || { echo "no spin on this machine: apt-get install spin" >&2; exit 69; }
case ${1-} in
  steps) steps ;;
  show)
    [[ " ${creating[*]} TWO_FOLDERS " != *" $2 "* ]] || model=create
    if check "$2" "-D$2"; then echo "$2 holds"; else
      echo "$2 breaks $promise:"
      spin "-D$2" -t -T "$model.pml" </dev/null | grep -v '^ *$' | sed -n '/processes:/q;p'
    fi ;;
  quick)
    steps
    holds small -DEVENTS=2 -DRUNS=1
    breaks NO_LOOK -DRUNS=1
    model=create
    holds creating -DKILLS=1
    breaks NO_WAIT ;;
  *)
    steps
    holds whole
    for name in "${protections[@]}"; do breaks "$name"; done
    echo "the windows that the services leave open (README.md):"
    for name in "${windows[@]}"; do breaks "$name"; done
    model=create
    holds creating
    for name in "${creating[@]}"; do breaks "$name"; done
    echo "the window that two state folders leave open:"
    breaks TWO_FOLDERS ;;
esac
exit "$failed"
