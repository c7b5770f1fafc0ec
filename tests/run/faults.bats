# Faults of every kind on requests of every kind, a sample of the matrix that
# tests/chaos/faults.sh walks.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

scale=1
[[ $BIN != *asan* ]] || scale=3

@test "faults on all kinds of requests, once and for good" {
	must_pass "$ROOT/tests/chaos/faults.sh" --step $((scale * 7))
	echo "$output"
}

@test "faults with four workers" {
	must_pass "$ROOT/tests/chaos/faults.sh" --jobs 4 --step $((scale * 9))
	echo "$output"
}
