# Random worlds through the programs, with one worker and with four:
# tests/chaos/worlds.sh.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

@test "random worlds: no loss, no duplicate, an end, however many workers" {
	[[ $BIN != *asan* ]] || skip "the property tests have the sanitizers"
	must_pass "$ROOT/tests/chaos/worlds.sh" --worlds 16
	echo "$output"
}

@test "random worlds, with a run in between that reads only what was edited" {
	[[ $BIN != *asan* ]] || skip "the property tests have the sanitizers"
	LESS=1 must_pass "$ROOT/tests/chaos/worlds.sh" --worlds 4
	echo "$output"
}
