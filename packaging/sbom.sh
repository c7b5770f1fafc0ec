#!/usr/bin/env bash
# Prints what a package is made of, as SPDX 2.3 in JSON: its version, commit and
# license, the checksums of its files, the libraries that its programs are linked with
# and the compiler. packaging/deb.sh calls it.
#   packaging/sbom.sh ROOT VERSION [PACKAGE]
# ROOT has the files, as they will be installed; PACKAGE is the file that they are in.
# Nothing in it depends on when or where it was made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C TZ=UTC
root=$(cd "$1" && pwd) version=$2 package=${3:-}
# os-release says what the names and versions of libraries belong to.
# shellcheck source=/dev/null
os=$(. /etc/os-release 2>/dev/null && echo "${ID:-}") || os=''
commit=$("$here/commit.sh" --full)
created=$("$here/commit.sh" --date)
name=vaultsync

# sums BITS FILE…: as sha1sum prints them
sums() {
  local bits=$1
  shift
  if command -v "sha${bits}sum" >/dev/null; then "sha${bits}sum" "$@"; else shasum -a "$bits" "$@"; fi
}

# Each file as PATH<tab>SHA1<tab>SHA256.
files() {
  local all
  cd "$root"
  mapfile -t all < <(find . -type f ! -path './DEBIAN/*' | sort)
  paste <(sums 1 "${all[@]}") <(sums 256 "${all[@]}") |
    sed -E 's/^([0-9a-f]+)  ([^\t]*)\t([0-9a-f]+)  .*/\2\t\1\t\3/'
}

# linked: each library that a program names itself, as SONAME<tab>FILE
linked() {
  ldd "${programs[@]}" 2>/dev/null | sed -n 's/^[[:space:]]*\([^ ]*\) => \(\/[^ ]*\).*/\1\t\2/p' | sort -u >"$work/found"
  readelf -d "${programs[@]}" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' | sort -u |
    awk -F'\t' 'FNR == NR { file[$1] = $2; next } { print $1 "\t" file[$1] }' "$work/found" -
}

# The package that each library is in, by the system's own records, as
# SONAME<tab>NAME<tab>VERSION<tab>ARCH<tab>SOURCE<tab>HOMEPAGE; nothing where none is.
owners() {
  local so file
  if command -v dpkg-query >/dev/null; then
    # A file may be recorded under another of its names.
    while IFS=$'\t' read -r so file; do
      [ -z "$file" ] || printf '%s\t%s\n' "$file" "$so" "$(realpath "$file")" "$so" "/usr$file" "$so" "${file#/usr}" "$so"
    done <"$work/linked" | sort -u >"$work/names"
    cut -f1 "$work/names" | { xargs dpkg-query -S 2>/dev/null || true; } | sed 's/: /\t/' |
      awk -F'\t' 'FNR == NR { so[$1] = $2; next } $2 in so { print $1 "\t" so[$2] }' "$work/names" - | sort -u >"$work/in"
    # shellcheck disable=SC2016 # dpkg-query puts the values in
    cut -f1 "$work/in" | xargs dpkg-query -W \
      -f '${binary:Package}\t${Package}\t${Version}\t${Architecture}\t${source:Package} ${source:Version}\t${Homepage}\n' |
      awk -F'\t' 'FNR == NR { rest = $2; for (i = 3; i <= NF; i++) rest = rest FS $i; of[$1] = rest; next }
        { print $2 FS of[$1] }' - "$work/in"
  elif command -v apk >/dev/null; then
    while IFS=$'\t' read -r so file; do
      apk info --who-owns "$file" 2>/dev/null |
        sed -nE "1s/.* is owned by (.*)-([0-9][^-]*-r[0-9]+)\$/$so\t\1\t\2\t$(apk --print-arch)\t\t/p"
    done <"$work/linked"
  elif command -v rpm >/dev/null; then
    while IFS=$'\t' read -r so file; do
      rpm -qf --qf "$so\t%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{URL}\n" "$file" 2>/dev/null || true
    done <"$work/linked"
  fi
}

# Each package once: NAME<tab>VERSION<tab>ARCH<tab>SOURCE<tab>HOMEPAGE<tab>SONAMES
libraries() {
  local so stem
  linked >"$work/linked"
  owners | sort -u >"$work/owners"
  # Of what no package has, what pkg-config knows.
  cut -f1 "$work/linked" | { grep -vxF -f <(cut -f1 "$work/owners") || true; } | while IFS= read -r so; do
    stem=${so%%.so*}
    printf '%s\t%s\t%s\t\t\t\n' "$so" "$stem" \
      "$(pkg-config --modversion "$stem" 2>/dev/null || pkg-config --modversion "${stem#lib}" 2>/dev/null || true)"
  done | sort - "$work/owners" | awk -F'\t' '
    { key = $2 FS $3 FS $4 FS $5 FS $6
      if (key in names) names[key] = names[key] " " $1; else { names[key] = $1; order[++n] = key } }
    END { for (i = 1; i <= n; i++) print order[i] FS names[order[i]] }' | sort
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v readelf >/dev/null || { echo "sbom: readelf is missing: apt-get install binutils" >&2; exit 78; }
mapfile -t programs < <(find "$root" -path '*/libexec/vaultsync/bin/*' -type f | sort)
(files) >"$work/files"
libraries >"$work/libraries"
jq -n --rawfile files "$work/files" --rawfile libraries "$work/libraries" \
  --arg name "$name" --arg version "$version" --arg commit "$commit" --arg os "$os" \
  --arg created "$created" --arg compiler "$(readelf -p .comment "${programs[0]}" | sed -n 's/^ *\[ *[0-9a-f]*\] *//p' | sort -u | paste -sd';' -)" \
  --arg license "$(sed -n 's/^\(Copyright.*\)/\1/p' "$here/../LICENSE")" \
  --arg package "${package##*/}" --arg sum "${package:+$(sums 256 "$package" | cut -d' ' -f1)}" \
  --arg code "$(cut -f2 "$work/files" | sort | tr -d '\n' >"$work/code" && sums 1 "$work/code" | cut -d' ' -f1)" \
  -f "$here/sbom.jq"
