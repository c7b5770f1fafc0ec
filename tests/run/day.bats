# A day of scheduled runs, most of which read only what was edited: tests/chaos/day.sh.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

@test "a morning of runs that read less: all that people do arrives, and nothing twice" {
	[[ $BIN != *asan* ]] || skip "the other tests of runs that read less have the sanitizers"
	LESS=1 must_pass "$ROOT/tests/chaos/day.sh" --pairs 100 --edits 42 --hours 3 --seed 7 --twice
	echo "$output"
	# Each kind came up, and runs of both sorts.
	for kind in {row,page}\ {decision,type,date} new\ {row,page} row\ {deleted,undeleted} \
		page\ {trashed,restored,moved\ away,moved\ back}; do
		[[ $output =~ (^|$'\n')"$kind"\ +[1-9] ]] || seen "no $kind"
	done
	[[ $output =~ "by "([0-9]+)" (".*" by the "([0-9]+)" others" ]] || seen "the runs"
	((BASH_REMATCH[1] > 0 && BASH_REMATCH[2] > 3)) || seen "full runs and others"
}
