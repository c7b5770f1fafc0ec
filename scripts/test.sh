#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
#   scripts/test.sh                all: most as built by cc, some by clang with
#                                  sanitizers, some again on the libraries of Debian 13
#   scripts/test.sh --quick        in three minutes what tells most, as built by cc
#   scripts/test.sh --only FILE…   these files of tests/*/*.bats only, as built by cc
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
. "$home/scripts/lib/setup.sh"

quick='' only=()
case ${1:-} in
  '') ;;
  --quick) quick=1 ;;
  --only)
    shift
    [ $# -gt 0 ] || die 2 "--only needs files, such as tests/program/http.bats"
    for f; do only+=("$(realpath -e -- "$f")") || die 2 "$f: no such file"; done ;;
  -h | --help) sed -n '/^[^#]/q; s/^# \{0,1\}//p' "$0" | sed 1d; exit 0 ;;
  *) die 2 "unknown option: $1 (try: $0 --help)" ;;
esac

ensure_packages "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}"
cd "$home"
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
# shellcheck source=tests/suite.bash
. "$home/tests/suite.bash"

# The slowest first, then the largest, so that the last one is short.
slowest=(tests/{program/health_page,run/{kill,foreign_edits,valgrind,soak,faults},sandbox/supabase_lite}.bats)
mapfile -t files < <({
  printf '%s\n' "${slowest[@]}"
  find tests -mindepth 2 -maxdepth 2 -name '*.bats' -printf '%s %p\n' | sort -rn | cut -d' ' -f2
} | awk '!seen[$0]++')
# The tests that exercise the programs' own code, each as built with sanitizers; the
# rest is shell, faults and time.
sanitized=(tests/{run/care,program/{notion-fetch,health,workers,sb-fetch}}.bats
  tests/program/{normalize,streams,plan_undo,http}.bats)
# What tells most in the shortest time: the streams, the decisions, writing, whole
# runs, signals, the build and the documents.
telling=(tests/program/{apply,plan,normalize,streams,contract,one_record,plan_undo}.bats
  tests/run/{care,interrupt,cut}.bats tests/ship/{build,documents}.bats)
# The tests that depend on the behaviour of libcurl and of the servers' library.
client_files=(tests/{run/faults,program/{http,sb-fetch,health}}.bats)
client_units=({http,api,notion_client,supabase_client}_test)

parallel=-j$(nproc)
phase "the build"
build_all
if [ "${#only[@]}" -gt 0 ]; then
  bats_run only "$home/bin" "${only[@]}"
else
  units gcc make -s "$parallel" units
  [ ! "$quick" ] || files=("${telling[@]}") sanitized=()
  mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -vxF -f <(printf '%s\n' "${sanitized[@]}"))
  bats_run gcc "$home/bin" "${files[@]}"
fi
if [ ! "$quick" ] && [ "${#only[@]}" = 0 ]; then
  newer_libraries 13
  phase "the build with sanitizers"
  units sanitizers make -s "$parallel" asan CC=clang
  bats_run sanitizers "$home/build/asan-clang/bin" "${sanitized[@]}"
fi

phase "the end"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
