# The model of how the sync writes (README.md beside this file), in small; "make protocol"
# checks the whole.

load ../helper

@test "the model names functions that are there" {
	must_pass "$BATS_TEST_DIRNAME/protocol.sh" steps
}

@test "two runs, two people and a kill: every promise holds, and not without the look" {
	in_turn 2 3
	command -v spin >/dev/null || skip "no spin on this machine: apt-get install spin"
	must_pass "$BATS_TEST_DIRNAME/protocol.sh" quick
}
