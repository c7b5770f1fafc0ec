# Installs what a fresh Debian lacks. Sourced by demo.sh and test.sh.
# shellcheck shell=bash

build_packages=(
  gcc libc6-dev make libcurl4-openssl-dev libcjson-dev libssl-dev libutf8proc-dev
  libmicrohttpd-dev libsqlite3-dev
)
run_packages=(jq curl ca-certificates util-linux)
# Only the tests need these.
# shellcheck disable=SC2034 # used by test.sh
test_packages=(
  bats binutils chromium clang clang-format dpkg-dev libclang-rt-14-dev mandoc parallel
  postgresql procps shellcheck valgrind
)
# The official clients run on Node.js, whoever's package it comes from.
command -v node >/dev/null || test_packages+=(nodejs)
command -v npm >/dev/null || test_packages+=(npm)

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die 78 "not root and no sudo: run as root: $*"
  fi
}

# ensure_packages PACKAGE…: on a system without apt, what is missing shows when
# the build fails, and the names here say what to look for.
ensure_packages() {
  local p missing=()
  command -v dpkg-query >/dev/null || {
    warn "no dpkg here; this needs the packages that Debian calls: $*"
    return 0
  }
  for p in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
      missing+=("$p")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "installing ${missing[*]}"
  as_root apt-get update -qq >/dev/null ||
    die 75 "apt-get update failed: is there a network?"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die 75 "apt-get install failed: see above"
}

build_all() {
  say "building"
  make -s -C "$home" -j"$(nproc)" all || die 70 "the build failed: see above"
}
