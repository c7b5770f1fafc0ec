# Bare Debians in folders. Sourced by platforms.sh, inside a namespace of its own: what is
# mounted here is gone with the last process. Needs apt.bash.
# shellcheck shell=bash

# bare_root RELEASE: a minimal Debian in $folder/RELEASE/bare, kept for the roots made of it
bare_root() {
  local root=$folder/$1/bare mirror
  [ ! -e "$root.complete" ] || return 0
  mirror=$(mirror_for "$1")
  [ "$mirror" ] || no_sources
  [ -e "/usr/share/debootstrap/scripts/$1" ] || [ -e "${DEBOOTSTRAP_DIR:-/}/scripts/$1" ] ||
    die 78 "debootstrap here knows no $1: take a newer one, or: ln -s sid /usr/share/debootstrap/scripts/$1"
  rm -rf --one-file-system "$root"
  mkdir -p "$root"
  debootstrap --variant=minbase "$1" "$root" "$mirror" || return
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

# inside COMMAND…: in $root, with nothing of this machine's environment but its proxies
inside() {
  local name set=()
  for name in http_proxy https_proxy ftp_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || set+=("$name=${!name}")
  done
  env -i "${set[@]}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
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
