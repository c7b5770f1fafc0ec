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
scripts=''
for f in scripts/*.1; do scripts+=" $(basename "$f" .1)"; done

# put MODE FILE PLACE; the file may be "-", standard input
put() {
  if [ "$remove" ]; then
    [ "$2" != - ] || cat >/dev/null
    rm -f "$at/$3"
    return
  fi
  install -d "$at/$(dirname "$3")"
  if [ "$2" = - ]; then
    rm -f "$at/$3"
    cat >"$at/$3"
    chmod "$1" "$at/$3"
  else
    install -m "$1" "$2" "$at/$3"
  fi
}

# A page is written for the program itself; here it is called through vaultsync.
page() {
  local names=${PROGRAMS// /|}${scripts// /|} upper
  upper=$(tr '[:lower:]' '[:upper:]' <<<"$1")
  sed -E "
    s/^\.Dt $upper(\.SH)? 1/.Dt VAULTSYNC-$upper 1/
    /^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/ s/^\.Nm\$/.Nm vaultsync $1/
    s/^\.Nm $1(\.sh)?\$/.Nm vaultsync-$1/
    s/(\.| )Xr ($names) 1/\1Xr vaultsync-\2 1/
    s/Pa scripts\/([a-z-]+)\.sh/Cm vaultsync \1/
    /^\.Dl \\$ /s/(\\$|\||&&) ($names)(\.sh)?( |$)/\1 vaultsync \2\4/g" "$2"
}

for p in $PROGRAMS; do
  put 755 "$BIN/$p" "libexec/vaultsync/bin/$p"
  manual=cmd/$p/$p.1
  [ -e "$manual" ] || manual=$p/$p.1
  page "$p" "$manual" | put 644 - "share/man/man1/vaultsync-$p.1"
done
for s in $scripts; do
  page "$s" "scripts/$s.1" | put 644 - "share/man/man1/vaultsync-$s.1"
done
for f in man/*.[157]; do
  put 644 "$f" "share/man/man${f##*.}/${f#man/}"
done

for f in scripts/*.sh scripts/vaultsync; do
  [ "$f" = scripts/test.sh ] || put 755 "$f" "libexec/vaultsync/$f"
done
for f in scripts/lib/* scripts/demo/* sql/*.sql; do
  put 644 "$f" "libexec/vaultsync/$f"
done

for unit in packaging/systemd/*; do
  sed "s|@PREFIX@|$PREFIX|g" "$unit" |
    put 644 - "lib/systemd/system/${unit##*/}"
done
for f in README_SYNC.md CHANGELOG.md SECURITY.md doc/semantics.md doc/speed.md packaging/Dockerfile packaging/kubernetes/* packaging/cron/* packaging/github/*; do
  put 644 "$f" "share/doc/vaultsync/${f#packaging/}"
done

bash=share/bash-completion/completions/vaultsync
zsh=share/zsh/site-functions/_vaultsync
if [ "$remove" ]; then
  rm -f "$at/bin/vaultsync" "$at/$bash" "$at/$zsh"
  # Only our own folders, and only if they are empty.
  find "$at/libexec/vaultsync" "$at/share/doc/vaultsync" -depth -type d \
    -exec rmdir {} \; 2>/dev/null || true
else
  install -d "$at/bin"
  ln -sf ../libexec/vaultsync/scripts/vaultsync "$at/bin/vaultsync"
  VAULTSYNC_BIN=$at/libexec/vaultsync/bin scripts/completions.sh bash | put 644 - "$bash"
  VAULTSYNC_BIN=$at/libexec/vaultsync/bin scripts/completions.sh zsh | put 644 - "$zsh"
fi
