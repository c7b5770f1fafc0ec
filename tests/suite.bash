# The parts of scripts/test.sh: each runs some tests and adds to passed, failed and
# skipped. Sourced; the caller has log, a folder, and jobs, a list for bats_run.
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

# units NAME COMMAND…: C tests; the counts in their last lines are added up.
units() {
	local name=$1 sums rc=0
	shift
	phase "unit tests ($name)"
	"$@" >"$log/units" 2>&1 || rc=$?
	cat "$log/units"
	read -ra sums < <(awk 'match($0, /[0-9]+ passed, [0-9]+ failed$/) {
			split(substr($0, RSTART), n, /[^0-9]+/); p += n[1]; f += n[2] }
		END { print p + 0, f + 0 }' "$log/units")
	passed=$((passed + sums[0])) failed=$((failed + sums[1]))
	[ "$rc" = 0 ] || [ "${sums[1]}" != 0 ] || fault "unit tests ($name): $1 ended with $rc"
	[ "${sums[0]}" != 0 ] || fault "unit tests ($name): none ran"
}

# run_file PASS FILE: one file of tests on one build. A file that hangs is ended, and
# counts as failed. INT is not ignored in it, wherever this script was started. The
# sandbox is that of the first build, because it isn't what is tested, and starts more
# quickly; and only one file is asked for leaks, another one each day, because to look for
# them takes a program three times as long as all the rest: valgrind looks for them in
# whole runs, and the unit tests in every module.
run_file() {
	local pass=$1 file=$2 bin=$home/bin only=() settings=(SANDBOX_PROGRAM="$home/bin/sandbox") began=$SECONDS
	case $pass in
		debian-*)
			bin=$home/build/$pass/bin
			! grep -qE "^@test \"($client_tests)\" " "$file" || only=(-f "^($client_tests)\$") ;;
		sanitizers)
			bin=$home/build/asan-clang/bin
			if [ "$file" = "$leaks_in" ]; then settings=(); else settings+=(ASAN_OPTIONS=detect_leaks=0); fi ;;
	esac
	trap 'kill $!' INT TERM
	env --default-signal=INT BIN="$bin" VAULTSYNC_BIN="$bin" "${settings[@]}" \
		timeout -k 10 20m bats --formatter tap "${only[@]}" "$file" \
		>"$log/$pass/$(basename "$file" .bats)" 2>&1 </dev/null &
	wait $! || true
	printf '  %4d s  %-10s  %s\n' $((SECONDS - began)) "$pass" "$file"
}

# bats_run JOB…: each is "PASS FILE". Two more at once than there are processors, because
# each test has a folder and servers of its own, and waits now and then.
bats_run() {
	local job name
	phase "tests of the programs"
	for job; do mkdir -p "$log/${job% *}"; done
	while IFS= read -r name; do
		grep -qxF -- "@test \"$name\" {" "${client_files[@]}" || fault "client_tests: no test is called: $name"
	done < <(tr '|' '\n' <<<"$client_tests")
	export -f run_file
	export home log client_tests leaks_in
	printf '%s\n' "$@" |
		xargs -P "$(($(nproc) + 2))" -L 1 bash -c 'run_file "$@"' - || true
	for job; do count "${job#* }" "$log/${job% *}/$(basename "${job#* }" .bats)"; done
	grep -h '^ok .*# skip' "$log"/*/* | sort | uniq || true
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

# run_each PROGRAM…: 1 when one of them fails
run_each() {
	local t rc=0
	for t; do "$t" || rc=1; done
	return "$rc"
}

# newer_libraries RELEASE: the programs that use HTTP, with the libraries of a newer
# Debian: builds them and runs their unit tests; what is to be run with them is added to
# the jobs.
newer_libraries() {
	local out=build/debian-$1 rc=0
	phase "the build for Debian $1's libraries"
	UNITS="${client_units[*]}" tests/platforms/libs.sh "$1" "$out" || rc=$?
	if [ "$rc" = 69 ]; then
		say "skipped: the tests with Debian $1's libraries"
		skipped=$((skipped + ${#client_units[@]} + ${#client_files[@]}))
	elif [ "$rc" != 0 ]; then
		fault "the build for Debian $1's libraries ended with $rc"
	else
		units "Debian $1's libraries" run_each "${client_units[@]/#/$out/tests/unit/}"
		jobs+=("${client_files[@]/#/debian-$1 }")
	fi
}
