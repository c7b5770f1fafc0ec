# Every kind of fault on every kind of request: tests/chaos/faults.sh.

load helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

scale=1
[[ $BIN != *asan* ]] || scale=3

@test "each fault, on each kind of request, once and for good" {
	must_pass "$ROOT/tests/chaos/halves.sh" $((scale * 7)) faults.sh
	echo "$output"
}

@test "each fault, with four workers" {
	must_pass "$ROOT/tests/chaos/halves.sh" $((scale * 9)) faults.sh --jobs 4
	echo "$output"
}
