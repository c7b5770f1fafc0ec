# The parts of scripts/test.sh, which add to passed, failed and skipped. Sourced; the
# caller has log, a folder, and client_files, client_tests, client_units, leaks_in and
# asan_goals for the jobs that it gives to run_jobs: each is "PASS FILE", "PASS units" or
# "PASS build".
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

# run_job PASS WHAT: one of the jobs, those of a pass once its build has ended well, if that
# is one of them. What hangs is ended, and counts as failed. INT is not ignored in it,
# wherever this script was started.
run_job() {
	local pass=$1 what=$2 run=run_bats began rc=0 name
	name=$(basename "$what" .bats)
	case $what in
		build) run=run_build ;;
		units) run=run_units ;;
	esac
	if [ "$what" != build ] && [ -e "$log/$pass/has_build" ]; then
		# Not for ever: the build's own job may have been killed, and the log be gone.
		while [ -e "$log/$pass/has_build" ] && [ ! -s "$log/$pass/build.ended" ] &&
			[ $SECONDS -lt 1260 ]; do sleep 0.2; done
		[ "$(cat "$log/$pass/build.ended")" = 0 ] || return 0
	fi
	began=$SECONDS
	trap 'kill $!' INT TERM
	"$run" >"$log/$pass/$name" 2>&1 </dev/null &
	wait $! || rc=$?
	times >"$log/$pass/.times-$$"
	echo "$rc" >"$log/$pass/$name.ended"
	printf '  %4d s  %4d s  %-10s  %s\n' $((SECONDS - began)) "$(seconds_used "$log/$pass/.times-$$")" "$pass" "$what"
}

# seconds_used FILE: how long the processors worked for a shell's children, by what its
# times has put there.
seconds_used() {
	awk -F'[ms ]+' 'NR == 2 { printf "%.0f\n", 60 * ($1 + $3) + $2 + $4 }' "$1"
}

# run_build: for a later pass than that of cc.
run_build() {
	case $pass in
		sanitizers) exec timeout -k 10 20m make -s "-j$(nproc)" asan CC=clang GOALS="$asan_goals" ;;
		*) UNITS=$client_units exec timeout -k 10 20m tests/platforms/libs.sh "${pass#*-}" "build/$pass" ;;
	esac
}

# run_units: the C tests of $pass.
run_units() {
	local t
	case $pass in
		gcc) exec timeout -k 10 20m bash -c 'make -s "-j$(nproc)" TOGETHER=1 units-build && exec make -s TOGETHER=1 units' ;;
		sanitizers) exec timeout -k 10 20m make -s asan CC=clang GOALS=units ;;
		*) for t in $client_units; do "build/$pass/tests/unit/$t" || return; done ;;
	esac
}

# run_bats: the tests in the file $what. The sandbox is that of the first build, because it
# isn't what is tested, and starts more quickly; and only one file is asked for leaks,
# another one every third day, because to look for them takes a program three times as long as
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
	for job; do
		mkdir -p "$log/${job% *}"
		[ "${job#* }" != build ] || : >"$log/${job% *}/has_build"
	done
	while IFS= read -r name; do
		grep -qxF -- "@test \"$name\" {" "${client_files[@]}" || fault "client_tests: no test is called: $name"
	done < <(tr '|' '\n' <<<"$client_tests")
	export -f run_job run_build run_units run_bats seconds_used
	export home log client_tests client_units leaks_in asan_goals
	printf '%s\n' "$@" |
		xargs -P "$(($(nproc) + 4))" -L 1 bash -c 'run_job "$@"' - || true
	for job; do count_job "${job% *}" "${job#* }"; done
	grep -h '^ok .*# skip' "$log"/*/* | sort | uniq || true
}

# count_job PASS WHAT: adds up what one has said. A pass that can't be built here is skipped,
# and one that fails to build is one fault.
count_job() {
	local pass=$1 what=$2 built=0
	[ ! -e "$log/$pass/has_build" ] || built=$(cat "$log/$pass/build.ended" || echo 1)
	case $built/$what in
		69/*)
			[ "$what" != build ] || cat "$log/$pass/build"
			skipped=$((skipped + 1)) ;;
		0/build) ;;
		*/build)
			cat "$log/$pass/build"
			fault "the build for $pass ended with $built" ;;
		0/units) count_units "$pass" ;;
		0/*) count "$what" "$log/$pass/$(basename "$what" .bats)" ;;
	esac
}

# count_units PASS: adds up the last lines of its C tests; one that fails says so, one that
# dies has none.
count_units() {
	local said=$log/$1/units sums rc
	read -ra sums < <(awk 'match($0, /[0-9]+ passed, [0-9]+ failed$/) {
			split(substr($0, RSTART), n, /[^0-9]+/); p += n[1]; f += n[2] }
		END { print p + 0, f + 0 }' "$said")
	rc=$(cat "$log/$1/units.ended")
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
