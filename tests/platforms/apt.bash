# Releases of Debian and Ubuntu by name, and how this machine's apt reaches their packages.
# Sourced by platforms.sh and libs.sh; no archive's name is written here.
# shellcheck shell=bash

# codename RELEASE: of a number, or a name as it is
codename() {
  case $1 in
    12) echo bookworm ;;
    13) echo trixie ;;
    24.04) echo noble ;;
    *[!a-z]* | '') die 2 "unknown release: ${1:-(empty)} (12, 13, 24.04, or a code name such as trixie)" ;;
    *) echo "$1" ;;
  esac
}

# family CODENAME: whose release that is
family() {
  case $1 in noble) echo ubuntu ;; *) echo debian ;; esac
}

# host_codename [FAMILY]: the release that this machine runs; empty where it is not of
# Debian, or of that family
host_codename() {
  # shellcheck source=/dev/null
  [ ! -e /etc/os-release ] ||
    (. /etc/os-release && [ "$ID" = "${1:-debian}" ] && echo "${VERSION_CODENAME:-}") || true
}

# sources_for CODENAME [OPTION…]: sources.list for a release, from where this
# machine has its own release, or from MIRROR where that is set.
sources_for() {
  local uri release named component own of options='' part parts=main
  [ "$#" -lt 2 ] || options="[${*:2}] "
  of=$(family "$1")
  [ "$of" = debian ] || parts='main universe'
  if [ "${MIRROR:-}" ]; then
    echo "deb $options$MIRROR $1 $parts"
    # One archive has these of Ubuntu too.
    [ "$of" = debian ] || for part in updates security; do echo "deb $options$MIRROR $1-$part $parts"; done
    return
  fi
  own=$(host_codename "$of")
  [ "$own" ] || return 0
  # shellcheck disable=SC2016 # apt-get puts the values in
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(CODENAME) $(COMPONENT)' \
    'Created-By: Packages' |
    while read -r uri release named component; do
      case $named in "$own"*) release=$named ;; esac
      case $release:$component in
        "$own":main | "$own"-updates:main | "$own"-security:main)
          echo "deb $options$uri $1${release#"$own"} $parts" ;;
      esac
    done | sort -u
}

# mirror_for CODENAME: what debootstrap takes
mirror_for() {
  sources_for "$1" | awk -v name="$1" '$3 == name { print $2; exit }'
}

# no_sources CODENAME
no_sources() {
  die 69 "the apt sources of this machine name no archive of ${1^} ($(family "$1")): give one with --mirror URL"
}

# What this machine's apt is told about fetching (proxies, checks of dates, tries), for the
# apt of a chroot. The parts of IndexTargets are its own, and so is what names a file or a
# program of this machine.
apt_settings() {
  local proxy
  apt-config dump Acquire |
    grep -vE '^Acquire(::(IndexTargets|Changelogs|CompressionTypes|cdrom|GzipIndexes)\b| "")' |
    grep -vE '^Acquire::[^ ]*(Auto-?Detect|CaInfo|CaPath|SslCert|SslKey)' || true
  [ ! -e /etc/ssl/certs/ca-certificates.crt ] || echo 'Acquire::https::CaInfo "/etc/apt/host-ca.crt";'
  # A program that finds the proxy is asked here.
  proxy=$(apt-config dump --format '%v%n' Acquire::http::Proxy-Auto-Detect Acquire::http::ProxyAutoDetect | head -n 1)
  [ -z "$proxy" ] || [ ! -x "$proxy" ] || {
    proxy=$("$proxy" "$(mirror_for "$(host_codename)")" 2>/dev/null | head -n 1)
    case $proxy in http*) echo "Acquire::http::Proxy \"$proxy\";" ;; esac
  }
}
