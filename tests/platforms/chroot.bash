# Bare systems in folders. Sourced by platforms.sh, inside a namespace of its own: what is
# mounted here is gone with the last process. Needs apt.bash.
# shellcheck shell=bash

# bootstrap RELEASE ROOT: a minimal system, signed with KEYRING or with the keys that its
# family is known by here; 69 where the archive can't be reached
bootstrap() {
  local mirror keyring=${KEYRING:-} script=sid rc=0
  mirror=$(mirror_for "$1")
  [ "$mirror" ] || no_sources "$1"
  if [ "$(family "$1")" = ubuntu ]; then
    script=gutsy keyring=${keyring:-/usr/share/keyrings/ubuntu-archive-keyring.gpg}
  fi
  [ -z "$keyring" ] || [ -e "$keyring" ] ||
    die 69 "no $keyring, which has the keys of that archive: apt-get install ubuntu-keyring, or --keyring FILE"
  # debootstrap knows a release by a link, and an older one lacks those of newer releases.
  if [ -z "${DEBOOTSTRAP_DIR:-}" ] && [ -d /usr/share/debootstrap ] &&
    [ ! -e "/usr/share/debootstrap/scripts/$1" ]; then
    local DEBOOTSTRAP_DIR=$folder/$1/debootstrap
    rm -rf "$DEBOOTSTRAP_DIR" && cp -a /usr/share/debootstrap "$DEBOOTSTRAP_DIR" &&
      ln -s "$script" "$DEBOOTSTRAP_DIR/scripts/$1" || return
    export DEBOOTSTRAP_DIR
  fi
  debootstrap ${keyring:+--keyring="$keyring"} --variant=minbase "$1" "$2" "$mirror" || rc=$?
  [ "$rc" != 1 ] || compgen -G "$2/var/lib/apt/lists/*Release" >/dev/null || {
    warn "$mirror can't be reached, or has no $1: give another archive with --mirror URL"
    rc=69
  }
  return "$rc"
}

# bare_root RELEASE: a minimal system in $folder/RELEASE/bare, kept for the roots made of it
bare_root() {
  local root=$folder/$1/bare
  [ ! -e "$root.complete" ] || return 0
  rm -rf --one-file-system "$root"
  mkdir -p "$root"
  bootstrap "$1" "$root" || return
  sources_for "$1" >"$root/etc/apt/sources.list"
  rm -f "$root"/etc/apt/sources.list.d/*
  apt_settings >"$root/etc/apt/apt.conf.d/00host"
  [ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/apt/host-ca.crt"
  # Nothing that is installed starts a service.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  touch "$root.complete"
}

# new_root RELEASE NAME: $root, made of the bare one, with what a running system has mounted
new_root() {
  root=$folder/$1/$2
  # Of a run before, which was told to keep it.
  rm -rf --one-file-system "$root"
  cp -a --reflink=auto "$folder/$1/bare" "$root" || return
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/" || return
  mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys" && mount --rbind /dev "$root/dev"
}

# end_root: lets go of $root
end_root() {
  umount -R -l "$root"/{proc,sys,dev} || return
  [ "$keep" ] || rm -rf --one-file-system "$root"
}

# inside COMMAND…: in $root, with nothing of this machine's environment but its proxies; $enter
# is a command that leads to namespaces
inside() {
  local name set=()
  for name in http_proxy https_proxy ftp_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || set+=("$name=${!name}")
  done
  "${enter[@]}" env -i "${set[@]}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive TERM="${TERM:-dumb}" "${with[@]}" \
    chroot "${as[@]}" "$root" "$@" </dev/null
}

# copy_checkout FOLDER: the files as they are now, and nothing that was built or is private
copy_checkout() {
  mkdir -p "$1"
  tar -C "$home" -c --exclude=./.git --exclude=./bin --exclude=./build --exclude=./.env \
    --exclude=./state --exclude=./logs --exclude=./pairs --exclude=node_modules . |
    tar -x -C "$1" --no-same-owner
}
