# Faults of every kind on requests of every kind, a sample of the matrix that
# tests/chaos/faults.sh walks.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN MIXED=$BATS_FILE_TMPDIR/mixed
}

# What a status means is our own business, with any HTTP library; so with a newer one
# only what it sees first is asked again.
wire=()
[[ $BIN != */debian-* ]] || wire=(--wire)

@test "faults on all kinds of requests, once and for good" {
	sample 19
	must_pass "$ROOT/tests/chaos/faults.sh" "${wire[@]}" "${SAMPLE[@]}"
	echo "$output"
}

@test "faults with four workers" {
	sample 25
	must_pass "$ROOT/tests/chaos/faults.sh" "${wire[@]}" --jobs 4 "${SAMPLE[@]}"
	echo "$output"
}

@test "faults, and the next runs read only what was edited" {
	sample 79
	LESS=1 must_pass "$ROOT/tests/chaos/faults.sh" "${SAMPLE[@]}"
	echo "$output"
}
