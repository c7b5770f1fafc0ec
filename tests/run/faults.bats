# Faults of every kind on requests of every kind, a sample of the matrix that
# tests/chaos/faults.sh walks.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

scale=1
[[ $BIN != *asan* ]] || scale=3
# What a status means is our own business, with any HTTP library; so with a newer one
# only what it sees first is asked again.
wire=()
[[ $BIN != */debian-* ]] || wire=(--wire)

@test "faults on all kinds of requests, once and for good" {
	must_pass "$ROOT/tests/chaos/faults.sh" "${wire[@]}" --step $((scale * 7))
	echo "$output"
}

@test "faults with four workers" {
	must_pass "$ROOT/tests/chaos/faults.sh" "${wire[@]}" --jobs 4 --step $((scale * 9))
	echo "$output"
}

@test "faults, and the next runs read only what was edited" {
	LESS=1 must_pass "$ROOT/tests/chaos/faults.sh" --step $((scale * 61))
	echo "$output"
}
