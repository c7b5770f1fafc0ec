# Shared by the scripts: where things are, and how messages look.
# shellcheck shell=bash

# The scripts and programs are in home; the scripts work in place, where .env,
# state/ and logs/ are: the same folder in a checkout, another where vaultsync
# was installed. What is in place comes before a .env beside the programs.
unset CDPATH # with it, cd prints where it goes
home=${BASH_SOURCE[0]}
[[ $home = /* ]] || home=$PWD/${home#./}
# Three steps up, without a process where it can be, since this happens in every run.
case $home in
  *//* | */./* | */../*) home=$(cd "${home%/*}/../.." && pwd) ;;
  *) home=${home%/*/*/*} ;;
esac
home=${home:-/}
place=${VAULTSYNC_HOME:-$home}
bin=${VAULTSYNC_BIN:-$home/bin}
if [ "${VAULTSYNC_HOME:-}" ] && [ -z "${SYNC_ENV_FILE:-}" ] && [ -e "$place/.env" ]; then
  export SYNC_ENV_FILE=$place/.env
fi
me=${0##*/} me=${me%.sh}
# A core file of what runs here would hold the keys. Where a filter of system
# calls forbids this, the limit is set from outside.
ulimit -S -c 0 2>/dev/null || true

# A message that can't be written, to a full disk or a terminal that is gone, stops
# nothing.
say() {
  [ "${quiet:-}" ] || warn "$@"
}

warn() {
  printf '%s: %s\n' "$me" "$*" >&2 || true
}

# die CODE MESSAGE…
die() {
  local code=$1
  shift
  warn "$*"
  exit "$code"
}

# What follows does without what only GNU's programs have.

# changed_at FILE: when it was changed, in seconds since 1970
changed_at() {
  stat -c %Y "$1" 2>/dev/null || stat -f %m "$1"
}

# real_file FILE: its path from the root, through all links
real_file() {
  local file=$1 link folder links=0
  while [ -L "$file" ]; do
    [ "$((links += 1))" -le 40 ] || die 74 "$1: its links lead in a circle"
    link=$(readlink "$file")
    [[ $link = /* ]] || link=$(dirname "$file")/$link
    file=$link
  done
  # In a folder that is not there, or can't be entered, it is nowhere else.
  if folder=$(cd -P "$(dirname "$file")" 2>/dev/null && pwd); then file=${folder%/}/${file##*/}; fi
  printf '%s\n' "$file"
}

need_programs() {
  local p
  for p in "$@"; do
    [ -x "$bin/$p" ] || {
      [ -e "$home/Makefile" ] || die 78 "$bin/$p is not there: install vaultsync again"
      die 78 "$bin/$p is not there: build it first, with: make -C $home"
    }
  done
  command -v jq >/dev/null || die 78 "jq is not there: apt-get install jq"
}

# refuse_link FILE: what is written in place is not written through a link, by
# which whoever may write into the folder could lead it to any file.
refuse_link() {
  [ ! -L "$1" ] || die 74 "$1 is a symbolic link, and is not written through: rm '$1'"
}

# take_settings: state and logs, where these are; interval_seconds, how often a run is due;
# what is held, as JSON; and settle_seconds and notion_rpm.
# shellcheck disable=SC2034 # used by the scripts
take_settings() {
  local assignments version ping_url notify_cmd
  state='' logs='' interval_seconds='' notion_rpm='' hold='' settle_seconds=''
  assignments=$("$bin/report" --shell) && eval "$assignments"
}

# typed_vaultsync FILE: what people type for it, its path where PATH leads elsewhere.
typed_vaultsync() {
  local found
  if found=$(type -P vaultsync) && [ "$found" -ef "$1" ]; then
    echo vaultsync
  else
    printf '%q\n' "$(cd "$(dirname "$1")" && pwd)/${1##*/}"
  fi
}

# typed COMMAND: what people type to run it, a script or a program.
typed() {
  if [ "${VAULTSYNC_COMMAND:-}" ]; then
    echo "$VAULTSYNC_COMMAND $1"
  elif [ -e "$home/scripts/$1.sh" ]; then
    echo "$home/scripts/$1.sh"
  else
    echo "$bin/$1"
  fi
}
