# Installs what a fresh Debian lacks. Sourced by demo.sh, test.sh and the scripts
# in tests/platforms. The names are right for Debian 12 and 13; packages.txt has
# what they are called elsewhere.
# shellcheck shell=bash

library_packages=(
  libc6-dev libcurl4-openssl-dev libcjson-dev libssl-dev libutf8proc-dev libmicrohttpd-dev
  libsqlite3-dev
)
# The last of them are part of every Debian.
build_packages=(gcc make "${library_packages[@]}" bash coreutils findutils grep sed)
run_packages=(jq curl ca-certificates util-linux)
# Only the tests need these.
# shellcheck disable=SC2034 # used by test.sh
test_packages=(
  bats binutils ccache clang dpkg-dev git gojq libclang-rt-dev lld mandoc musl-tools parallel postgresql
  procps python3 python3-yaml spin valgrind
)
# The official clients run on Node.js, whatever package it comes from.
command -v node >/dev/null || test_packages+=(nodejs)
command -v npm >/dev/null || test_packages+=(npm)
# Ubuntu has a browser as a snap only, which a container can't run: what needs one is
# skipped there.
command -v chromium-headless-shell chromium chromium-browser >/dev/null ||
  [[ -r /etc/os-release && $'\n'$(</etc/os-release) == *$'\n'ID=ubuntu* ]] || test_packages+=(chromium-headless-shell)

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die 78 "not root and no sudo: run as root: $*"
  fi
}

# elsewhere COLUMN PACKAGE…: their names on other systems, on a line
elsewhere() {
  local column=$1
  shift
  printf '%s\n' "$@" | awk -v column="$column" '
    FNR == NR { if ($1 != "#") name[$1] = $column; next }
    { n = ($1 in name) ? name[$1] : $1; if (n != "-" && !seen[n]++) printf "%s%s", sep, n; sep = " " }
  ' "$home/scripts/lib/packages.txt" -
}

# name_packages PACKAGE…: how to get them where there is no apt
name_packages() {
  local tool column known=''
  warn "there is no apt here: anything missing below is in these packages:"
  for tool in apk dnf brew nix-shell; do
    if command -v "$tool" >/dev/null; then known+=" $tool"; fi
  done
  column=2
  for tool in apk dnf brew nix-shell; do
    case "${known:- $tool} " in
      *" $tool "*)
        case $tool in
          apk) tool="apk add" ;;
          nix-shell) tool="nix-shell -p" ;;
          *) tool="$tool install" ;;
        esac
        printf '  %s %s\n' "$tool" "$(elsewhere "$column" "$@")" >&2 ;;
    esac
    column=$((column + 1))
  done
}

# ensure_packages PACKAGE…: on a system without apt, a missing package shows
# when the build fails, and the names here say what to look for.
ensure_packages() {
  local p missing=()
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || {
    name_packages "$@"
    return 0
  }
  for p in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
      missing+=("$p")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "installing ${missing[*]}"
  as_root apt-get update -qq >/dev/null ||
    die 75 "apt-get update failed: check the network"
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die 75 "apt-get install failed: see above"
}

build_all() {
  say "building"
  make -s -C "$home" -j"$(getconf _NPROCESSORS_ONLN || echo 2)" all || die 70 "the build failed: see above"
}
