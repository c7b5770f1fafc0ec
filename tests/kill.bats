# Killed at any request, a run is taken up by the next one: tests/chaos/kill.sh.

load helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

# Under the sanitizers every program takes longer: fewer points do.
scale=1
[[ $BIN != *asan* ]] || scale=3

@test "killed at every request, before and after it is carried out" {
	must_pass "$ROOT/tests/chaos/halves.sh" $((scale * 6)) kill.sh
	echo "$output"
}

@test "killed while Notion's queries lag: no page is made twice" {
	must_pass "$ROOT/tests/chaos/halves.sh" $((scale * 12)) kill.sh --lag
	echo "$output"
}

@test "killed with four workers at work" {
	must_pass "$ROOT/tests/chaos/halves.sh" $((scale * 12)) kill.sh --jobs 4
	echo "$output"
}

@test "killed, and every local file is lost as well" {
	must_pass "$ROOT/tests/chaos/halves.sh" $((scale * 12)) kill.sh --wipe
	echo "$output"
}

@test "TERM: the request in flight is finished and recorded" {
	must_pass "$ROOT/tests/chaos/halves.sh" $((scale * 12)) kill.sh --signal TERM
	echo "$output"
}

@test "INT, likewise" {
	must_pass "$ROOT/tests/chaos/halves.sh" $((scale * 16)) kill.sh --signal INT
	echo "$output"
}
