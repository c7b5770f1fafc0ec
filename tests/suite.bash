# The parts of scripts/test.sh, which add to passed, failed and skipped. Sourced; the
# caller has log, a folder, and jobs, a list for run_jobs: each is "PASS FILE" or "PASS
# units", and a pass is a build.
# shellcheck shell=bash disable=SC2154

passed=0 failed=0 skipped=0

# phase TEXT: what comes next, and how long all took so far.
phase() {
	say "$((SECONDS / 60)):$(printf %02d $((SECONDS % 60))) $*"
}

fault() {
	failed=$((failed + 1))
	warn "$*"
}

# run_job PASS WHAT: one of the jobs. What hangs is ended, and counts as failed. INT is
# not ignored in it, wherever this script was started.
run_job() {
	local pass=$1 what=$2 run=run_bats began=$SECONDS rc=0
	[ "$what" != units ] || run=run_units
	trap 'kill $!' INT TERM
	"$run" >"$log/$pass/$(basename "$what" .bats)" 2>&1 </dev/null &
	wait $! || rc=$?
	times >"$log/$pass/.times-$$"
	[ "$what" != units ] || echo "$rc" >"$log/$pass/ended"
	printf '  %4d s  %4d s  %-10s  %s\n' $((SECONDS - began)) "$(seconds_used "$log/$pass/.times-$$")" "$pass" "$what"
}

# seconds_used FILE: how long the processors worked for a shell's children, by what its
# times has put there.
seconds_used() {
	awk -F'[ms ]+' 'NR == 2 { printf "%.0f\n", 60 * ($1 + $3) + $2 + $4 }' "$1"
}

# run_units: the C tests of $pass.
run_units() {
	local t
	case $pass in
		gcc) exec timeout -k 10 20m make -s units ;;
		sanitizers) exec timeout -k 10 20m make -s asan CC=clang GOALS=units ;;
		*) for t in $client_units; do "build/$pass/tests/unit/$t" || return; done ;;
	esac
}

# run_bats: the tests in the file $what. The sandbox is that of the first build, because it
# isn't what is tested, and starts more quickly; and only one file is asked for leaks,
# another one each day, because to look for them takes a program three times as long as
# all the rest: valgrind looks for them in whole runs, and the unit tests in every module.
run_bats() {
	local bin=$home/bin only=() settings=(SANDBOX_PROGRAM="$home/bin/sandbox")
	case $pass in
		debian-*)
			bin=$home/build/$pass/bin
			! grep -qE "^@test \"($client_tests)\" " "$what" || only=(-f "^($client_tests)\$") ;;
		sanitizers)
			bin=$home/build/asan-clang/bin
			if [ "$what" = "$leaks_in" ]; then settings=(); else settings+=(ASAN_OPTIONS=detect_leaks=0); fi ;;
	esac
	exec env --default-signal=INT BIN="$bin" VAULTSYNC_BIN="$bin" "${settings[@]}" \
		timeout -k 10 20m bats --formatter tap "${only[@]}" "$what"
}

# run_jobs JOB…: four more at once than there are processors, because each test has a folder
# and servers of its own, and waits now and then.
run_jobs() {
	local job name
	phase "the tests"
	for job; do mkdir -p "$log/${job% *}"; done
	while IFS= read -r name; do
		grep -qxF -- "@test \"$name\" {" "${client_files[@]}" || fault "client_tests: no test is called: $name"
	done < <(tr '|' '\n' <<<"$client_tests")
	export -f run_job run_units run_bats seconds_used
	export home log client_tests client_units leaks_in
	printf '%s\n' "$@" |
		xargs -P "$(($(nproc) + 4))" -L 1 bash -c 'run_job "$@"' - || true
	for job; do
		case $job in
			*" units") count_units "${job% *}" ;;
			*) count "${job#* }" "$log/${job% *}/$(basename "${job#* }" .bats)" ;;
		esac
	done
	grep -h '^ok .*# skip' "$log"/*/* | sort | uniq || true
}

# count_units PASS: adds up the last lines of its C tests; one that fails says so, one that
# dies has none.
count_units() {
	local said=$log/$1/units sums rc
	read -ra sums < <(awk 'match($0, /[0-9]+ passed, [0-9]+ failed$/) {
			split(substr($0, RSTART), n, /[^0-9]+/); p += n[1]; f += n[2] }
		END { print p + 0, f + 0 }' "$said")
	rc=$(cat "$log/$1/ended")
	passed=$((passed + sums[0])) failed=$((failed + sums[1]))
	[ "$rc" = 0 ] || cat "$said"
	[ "$rc" = 0 ] || [ "${sums[1]}" != 0 ] || fault "unit tests ($1): they ended with $rc"
	[ "${sums[0]}" != 0 ] || fault "unit tests ($1): none ran"
}

# count FILE TAP: adds up what it says.
count() {
	local file=$1 tap=$2
	if ! grep -q '^1\.\.[1-9]' "$tap"; then
		fault "$file: no test ran"
		cat "$tap"
		return
	fi
	if grep -q '^not ok ' "$tap"; then
		echo "$file:"
		grep -v '^ok ' "$tap"
	fi
	passed=$((passed + $(grep '^ok ' "$tap" | grep -vc '# skip' || true)))
	skipped=$((skipped + $(grep -c '^ok .*# skip' "$tap" || true)))
	failed=$((failed + $(grep -c '^not ok ' "$tap" || true)))
	# All planned tests must have run: bats itself may have died.
	[ "$(sed -n 's/^1\.\.//p' "$tap")" = "$(grep -cE '^(not )?ok ' "$tap")" ] ||
		fault "$file: not all of its tests ran; its last line: $(tail -n 1 "$tap")"
}

# newer_libraries RELEASE: the programs that use HTTP, with the libraries of a newer
# Debian: builds them, and adds what is to be run with them to the jobs.
newer_libraries() {
	local out=build/debian-$1 rc=0
	phase "the build for Debian $1's libraries"
	UNITS=$client_units tests/platforms/libs.sh "$1" "$out" || rc=$?
	if [ "$rc" = 69 ]; then
		say "skipped: the tests with Debian $1's libraries"
		skipped=$((skipped + 1 + ${#client_files[@]}))
	elif [ "$rc" != 0 ]; then
		fault "the build for Debian $1's libraries ended with $rc"
	else
		jobs+=("debian-$1 units" "${client_files[@]/#/debian-$1 }")
	fi
}
