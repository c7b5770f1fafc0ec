#!/usr/bin/env bash
# Installs what was built, or removes it again; `make install` and `make
# uninstall` call it with DESTDIR, PREFIX, BIN and PROGRAMS set.
#   packaging/install.sh [--remove]
# PREFIX/libexec/vaultsync has the same layout as a checkout (bin/, scripts/,
# sql/), so that programs and scripts find each other the same way.
set -euo pipefail
cd "$(dirname "$0")/.."
: "${DESTDIR=}" "${PREFIX=/usr/local}" "${BIN=bin}" "${PROGRAMS:?}"
remove=''
[ "${1:-}" != --remove ] || remove=1
at=$DESTDIR$PREFIX
scripts=(scripts/*.1)
scripts=("${scripts[@]#scripts/}")
scripts=("${scripts[@]%.1}")
read -ra programs <<<"$PROGRAMS"
# All that is ours, below $at.
ours=()

# put MODE FOLDER FILE…: the files into that folder, by one program for all of them
put() {
  local mode=$1 folder=$2 file
  shift 2
  for file; do ours+=("$folder/${file##*/}"); done
  [ ! "$remove" ] || return 0
  install -d "$at/$folder"
  install -m "$mode" "$@" "$at/$folder/"
}

# written PLACE COMMAND…: a file that has what the command prints
made=()
written() {
  ours+=("$1")
  [ ! "$remove" ] || return 0
  made+=("$at/$1")
  [ -d "$at/${1%/*}" ] || install -d "$at/${1%/*}"
  if [ -e "$at/$1" ] || [ -L "$at/$1" ]; then rm -f "$at/$1"; fi
  "${@:2}" >"$at/$1"
}

# A page is written for the program itself; here it is called through vaultsync.
page() {
  local names=${programs[*]} upper=${1^^}
  names+=" ${scripts[*]}"
  names=${names// /|}
  sed -E "
    s/^\.Dt $upper(\.SH)? 1/.Dt VAULTSYNC-$upper 1/
    /^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/ s/^\.Nm\$/.Nm vaultsync $1/
    s/^\.Nm $1(\.sh)?\$/.Nm vaultsync-$1/
    s/(\.| )Xr ($names) 1/\1Xr vaultsync-\2 1/
    s/Pa scripts\/([a-z-]+)\.sh/Cm vaultsync \1/
    /^\.Dl \\$ /s/(\\$|\||&&) ($names)(\.sh)?( |$)/\1 vaultsync \2\4/g" "$2"
}

built=()
for p in "${programs[@]}"; do built+=("$BIN/$p"); done
put 755 libexec/vaultsync/bin "${built[@]}"
for p in "${programs[@]}"; do
  manual=cmd/$p/$p.1
  [ -e "$manual" ] || manual=$p/$p.1
  written "share/man/man1/vaultsync-$p.1" page "$p" "$manual"
done
for s in "${scripts[@]}"; do
  written "share/man/man1/vaultsync-$s.1" page "$s" "scripts/$s.1"
done
for section in 1 5 7; do put 644 "share/man/man$section" man/*."$section"; done

run=(scripts/vaultsync)
for f in scripts/*.sh; do
  [ "$f" = scripts/test.sh ] || run+=("$f")
done
put 755 libexec/vaultsync/scripts "${run[@]}"
for folder in scripts/lib scripts/demo; do put 644 "libexec/vaultsync/$folder" "$folder"/*; done
put 644 libexec/vaultsync/sql sql/*.sql

for unit in packaging/systemd/*; do
  written "lib/systemd/system/${unit##*/}" sed "s|@PREFIX@|$PREFIX|g" "$unit"
done
doc=share/doc/vaultsync
put 644 "$doc" README_SYNC.md CHANGELOG.md SECURITY.md packaging/Dockerfile
put 644 "$doc/doc" doc/semantics.md doc/speed.md
for folder in kubernetes cron github; do put 644 "$doc/$folder" packaging/"$folder"/*; done

export VAULTSYNC_BIN=$at/libexec/vaultsync/bin
written share/bash-completion/completions/vaultsync scripts/completions.sh bash
written share/zsh/site-functions/_vaultsync scripts/completions.sh zsh
if [ "$remove" ]; then
  [ ! -d "$at" ] || (cd "$at" && rm -f bin/vaultsync "${ours[@]}")
  # Only our own folders, and only if they are empty.
  find "$at/libexec/vaultsync" "$at/$doc" -depth -type d \
    -exec rmdir {} \; 2>/dev/null || true
else
  chmod 644 "${made[@]}"
  install -d "$at/bin"
  ln -sf ../libexec/vaultsync/scripts/vaultsync "$at/bin/vaultsync"
fi
