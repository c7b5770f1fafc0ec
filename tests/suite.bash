# The parts of scripts/test.sh: each runs some tests and adds to passed, failed and
# skipped. Sourced; the caller has log, a folder.
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

# bats_run NAME BIN FILE…: runs one file more at once than there are processors,
# because each test has a folder and servers of its own, and waits now and then.
# INT is not ignored in them, wherever this script was started. A file that hangs
# is ended, and counts as failed.
bats_run() {
	local name=$1 bin=$2 file tap
	shift 2
	phase "tests of the programs ($name)"
	mkdir "$log/$name"
	# shellcheck disable=SC2016 # expanded by the inner shell
	printf '%s\n' "$@" |
		xargs -P "$(($(nproc) + 1))" -I{} env BIN="$bin" VAULTSYNC_BIN="$bin" \
		LOG="$log/$name" bash -c 'tap=$LOG/$(basename {} .bats)
			began=$SECONDS
			trap "kill \$!" INT TERM
			env --default-signal=INT timeout -k 10 20m bats --formatter tap {} >"$tap" 2>&1 </dev/null &
			wait $!
			printf "  %4d s  %s\n" $((SECONDS - began)) {}' || true
	for file; do
		tap=$log/$name/$(basename "$file" .bats)
		if ! grep -q '^1\.\.[1-9]' "$tap"; then
			fault "$file: no test ran"
			cat "$tap"
			continue
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
	done
	grep -h '^ok .*# skip' "$log/$name"/* | sort | uniq || true
}

# run_each PROGRAM…: 1 when one of them fails
run_each() {
	local t rc=0
	for t; do "$t" || rc=1; done
	return "$rc"
}

# newer_libraries RELEASE: the programs that use HTTP, with the libraries of a newer Debian.
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
		bats_run "debian-$1" "$home/$out/bin" "${client_files[@]}"
	fi
}
