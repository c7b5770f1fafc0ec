# Random edits on both sides, random faults and kills: tests/chaos/soak.sh.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

@test "a soak of twelve rounds loses nothing and duplicates nothing" {
	local rounds=12
	[[ $BIN != *asan* ]] || rounds=10
	must_pass "$ROOT/tests/chaos/soak.sh" --rounds "$rounds"
	echo "$output"
}
