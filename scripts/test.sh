#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test.
#   scripts/test.sh                all: most as built by cc, some by clang with
#                                  sanitizers, some again on the libraries of Debian 13
#   scripts/test.sh --quick        in three minutes what tells most, as built by cc
#   scripts/test.sh --only FILE…   these files of tests/*/*.bats only, as built by cc
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"
# shellcheck source=scripts/lib/setup.sh
. "$home/scripts/lib/setup.sh"

quick='' only=()
case ${1:-} in
  '') ;;
  --quick) quick=1 ;;
  --only)
    shift
    [ $# -gt 0 ] || die 2 "--only needs files, such as tests/program/http.bats"
    # From here, or else from the project's folder.
    for f; do
      [ -e "$f" ] || [[ $f = /* ]] || f=$home/$f
      only+=("$(realpath -e --relative-to="$home" -- "$f")") || die 2 "$f: no such file"
    done ;;
  -h | --help) sed -n '/^[^#]/q; s/^# \{0,1\}//p' "$0" | sed 1d; exit 0 ;;
  *) die 2 "unknown option: $1 (try: $0 --help)" ;;
esac

ensure_packages "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}"
# A source that is as it was the last time isn't compiled again.
if [ -d /usr/lib/ccache ] && export CCACHE_DIR="${CCACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ccache}" &&
  mkdir -p "$CCACHE_DIR" && [ -w "$CCACHE_DIR" ]; then
  PATH=/usr/lib/ccache:$PATH
fi
cd "$home"
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
# shellcheck source=tests/suite.bash
. "$home/tests/suite.bash"

# Every pass has its files; the slowest first, then the largest, so that the last one is
# short: no processor should be idle at the end.
slowest=(tests/program/{health_page,creates,looks,health_states}.bats
  tests/run/{faults,schedule,kill,worlds,foreign_edits,valgrind,soak,day}.bats
  tests/program/{model,locale,webhook}.bats tests/protocol/protocol.bats
  tests/run/{interrupt,names,sync_all,cut,paused,serve}.bats)
mapfile -t files < <({
  printf '%s\n' "${slowest[@]}"
  find tests -mindepth 2 -maxdepth 2 -name '*.bats' -printf '%s %p\n' | sort -rn | cut -d' ' -f2
} | awk '!seen[$0]++')
# The tests that exercise the programs' own code: every third day a third of them as built
# with sanitizers, one of these asked for leaks; the other days are valgrind's and those of
# the tests' own means (in_turn). The rest is shell, faults and time; the unit tests, which
# are quick, run with sanitizers every time.
own_code=(tests/{run/care,program/{notion-fetch,health,workers,sb-fetch}}.bats
  tests/program/{normalize,streams,plan_undo,http}.bats)
# One that goes on past midnight is that of one day.
export SAMPLE_DAY=${SAMPLE_DAY:-$((EPOCHSECONDS / 86400))}
day=$SAMPLE_DAY sanitized=()
for ((i = day / 3 % 3; day % 3 == 0 && i < ${#own_code[@]}; i += 3)); do sanitized+=("${own_code[i]}"); done
# shellcheck disable=SC2034 # both are suite.bash's
leaks_in=${sanitized[day / 9 % 3]-} asan_goals="${sanitized:+all }units-build"
# What tells most in the shortest time: the streams, the decisions, writing, whole
# runs, signals, the build and the documents.
telling=(tests/program/{apply,plan,normalize,streams,contract,one_record,plan_undo}.bats
  tests/run/{care,interrupt,cut}.bats tests/ship/{build,documents}.bats)
# The tests that depend on the behaviour of libcurl and of the servers' library: of the
# files in which some do, those; else all of a file.
client_files=(tests/{run/faults,program/{http,sb-fetch,health}}.bats)
client_tests=$(paste -sd'|' <<'NAMES'
faults on all kinds of requests, once and for good
faults with four workers
a large table: several pages at once, every row once, in the order of ids
a large table: one range that fails ends the run, and a signal all of them
temporary faults change nothing
lasting faults end the run, and the stream says that it isn't complete
a server that is silent for too long is asked for fewer rows
a signal ends the stream as incomplete, and the program dies of it
an address in use is 74 with the way out
/livez, /metrics, / and refusals
too long a request line, header or body is refused
controls: none without a token; a wrong one is 401, guessing 429, another site 403
a child that is still running is ended with the server
hooks: a genuine call leaves one wake-up file, a wrong one none
malformed requests and slow ones do not take it down
NAMES
)
client_units='http_test api_test notion_client_test supabase_client_test'

phase "the build"
build_all
make -s "-j$(nproc)" build/tests/property/seed_world # tests/run/worlds.bats starts it
if [ "${#only[@]}" -gt 0 ]; then
  jobs=("${only[@]/#/gcc }")
elif [ "$quick" ]; then
  jobs=("gcc units" "${telling[@]/#/gcc }")
else
  mapfile -t files < <(printf '%s\n' "${files[@]}" | grep -vxF -f <(printf '%s\n' none "${sanitized[@]}"))
  # The other builds go on beside the first tests. By cc the unit tests show little more
  # than with sanitizers: they are built and run so every third day.
  jobs=("sanitizers build" "debian-13 build" "${files[@]:0:3}" "sanitizers units")
  [ $((day % 3)) != 0 ] || jobs+=("gcc units")
  jobs+=(${sanitized[@]+"${sanitized[@]/#/sanitizers }"} "debian-13 units" "${client_files[@]/#/debian-13 }"
    "${files[@]:3}")
  jobs=("${jobs[@]/#tests/gcc tests}")
fi
run_jobs "${jobs[@]}"

phase "the end"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
