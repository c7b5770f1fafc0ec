# Killed at any request, a run is taken up by the next one: tests/chaos/kill.sh.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

# Under the sanitizers every program takes longer: fewer points do.
scale=1
[[ $BIN != *asan* ]] || scale=3

@test "killed at every request, before and after it is carried out" {
	must_pass "$ROOT/tests/chaos/kill.sh" --step $((scale * 5))
	echo "$output"
}

@test "killed while Notion's queries lag: no page is created twice" {
	must_pass "$ROOT/tests/chaos/kill.sh" --lag --step $((scale * 11))
	echo "$output"
}

@test "killed with four workers at work" {
	must_pass "$ROOT/tests/chaos/kill.sh" --jobs 4 --step $((scale * 11))
	echo "$output"
}

@test "killed, and every local file is lost as well" {
	must_pass "$ROOT/tests/chaos/kill.sh" --wipe --step $((scale * 11))
	echo "$output"
}

@test "TERM: the request in flight is finished and recorded" {
	must_pass "$ROOT/tests/chaos/kill.sh" --signal TERM --step $((scale * 11))
	echo "$output"
}

@test "INT: the same" {
	must_pass "$ROOT/tests/chaos/kill.sh" --signal INT --step $((scale * 15))
	echo "$output"
}

@test "killed, and the next runs read only what was edited" {
	LESS=1 must_pass "$ROOT/tests/chaos/kill.sh" --step $((scale * 23))
	echo "$output"
}
