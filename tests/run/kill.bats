# Killed at any request, a run is taken up by the next one: tests/chaos/kill.sh.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN MIXED=$BATS_FILE_TMPDIR/mixed
}

@test "killed at every request, before and after it is carried out" {
	sample 12
	must_pass "$ROOT/tests/chaos/kill.sh" --decided "${SAMPLE[@]}"
	echo "$output"
}

@test "killed while Notion's queries lag: no page is created twice" {
	sample 23
	must_pass "$ROOT/tests/chaos/kill.sh" --lag "${SAMPLE[@]}"
	echo "$output"
}

@test "killed with four workers at work" {
	sample 23
	must_pass "$ROOT/tests/chaos/kill.sh" --jobs 4 "${SAMPLE[@]}"
	echo "$output"
}

@test "killed, and every local file is lost as well" {
	sample 23
	must_pass "$ROOT/tests/chaos/kill.sh" --wipe "${SAMPLE[@]}"
	echo "$output"
}

@test "killed with approvals under a hold: released, all is as if there had been none" {
	sample 23
	must_pass "$ROOT/tests/chaos/kill.sh" --approved "${SAMPLE[@]}"
	echo "$output"
}

@test "TERM: the request in flight is finished and recorded" {
	sample 23
	must_pass "$ROOT/tests/chaos/kill.sh" --signal TERM "${SAMPLE[@]}"
	echo "$output"
}

@test "INT: the same" {
	sample 31
	must_pass "$ROOT/tests/chaos/kill.sh" --signal INT "${SAMPLE[@]}"
	echo "$output"
}

@test "killed, and the next runs read only what was edited" {
	sample 45
	LESS=1 must_pass "$ROOT/tests/chaos/kill.sh" "${SAMPLE[@]}"
	echo "$output"
}
