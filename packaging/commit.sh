#!/usr/bin/env bash
# Says which commit these files are of.
#   packaging/commit.sh          its first twelve digits, with "-dirty" behind them
#                                where what is built or shipped was changed since
#   packaging/commit.sh --full   all of its digits, in the same way
#   packaging/commit.sh --date   when it was made, in seconds since 1970
#   packaging/commit.sh --header a line of C for lib/util/version.c
# A checkout asks git; an archive made by "git archive" carries it in the two lines
# below. Where neither is there, as in an image's build, VAULTSYNC_COMMIT and
# SOURCE_DATE_EPOCH say it. Nothing is printed where nobody knows; the date is that of
# 1980-01-01 then, so that two builds are equal all the same.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck disable=SC2016 # git puts them in
archived='$Format:%H$'
# shellcheck disable=SC2016
archived_date='$Format:%ct$'
unknown_date=315532800
# What the programs and the package are made of.
made_of=(Makefile LICENSE ':(glob)*.md' cmd doc lib man packaging sandbox scripts sql)

die() {
  echo "commit: $*" >&2
  exit 78
}

# Whoever runs this trusts the folder: its Makefile runs what it likes.
in_git() {
  GIT_OPTIONAL_LOCKS=0 git -c safe.directory="$PWD" -c core.fsmonitor=false "$@" 2>/dev/null
}

# commit: all digits, and -dirty where it is
commit() {
  local at
  if [ -n "${VAULTSYNC_COMMIT:-}" ]; then
    [[ $VAULTSYNC_COMMIT =~ ^[0-9a-f]{7,64}(-dirty)?$ ]] ||
      die "VAULTSYNC_COMMIT=$VAULTSYNC_COMMIT is not a commit: give its digits, as in: make VAULTSYNC_COMMIT=\$(git rev-parse HEAD)"
    echo "$VAULTSYNC_COMMIT"
  elif [ -e .git ] && at=$(in_git rev-parse --verify HEAD); then
    # Where git can't tell whether anything was changed, it may have been.
    [ -z "$(in_git status --porcelain -- "${made_of[@]}" || echo unknown)" ] || at+=-dirty
    echo "$at"
  elif [[ $archived =~ ^[0-9a-f]+$ ]]; then
    echo "$archived"
  fi
}

short() {
  sed -E 's/^([0-9a-f]{12})[0-9a-f]*/\1/'
}

# seconds: when the commit was made
seconds() {
  if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
    echo "$SOURCE_DATE_EPOCH"
  elif [ -e .git ] && in_git log -1 --format=%ct; then
    :
  elif [[ $archived_date =~ ^[0-9]+$ ]]; then
    echo "$archived_date"
  else
    echo "$unknown_date"
  fi
}

case ${1:-} in
  '') commit | short ;;
  --full) commit ;;
  --date) seconds ;;
  --header)
    at=$(commit | short)
    echo "#define VAULTSYNC_COMMIT \"$at\"" ;;
  *) die "unknown option: $1" ;;
esac
