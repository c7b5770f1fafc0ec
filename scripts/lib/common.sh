# Shared by the scripts: where things are, and how messages look.
# shellcheck shell=bash

# The scripts work in the project's folder, where .env, state/ and logs/ are.
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${VAULTSYNC_BIN:-$home/bin}
me=$(basename "$0" .sh)

say() {
  [ "${quiet:-}" ] || printf '%s: %s\n' "$me" "$*" >&2
}

warn() {
  printf '%s: %s\n' "$me" "$*" >&2
}

# die CODE MESSAGE…
die() {
  local code=$1
  shift
  warn "$*"
  exit "$code"
}

need_programs() {
  local p
  for p in "$@"; do
    [ -x "$bin/$p" ] || die 78 "$bin/$p is not there: build it first, with: make -C $home"
  done
  command -v jq >/dev/null || die 78 "jq is not there: apt-get install jq"
}
