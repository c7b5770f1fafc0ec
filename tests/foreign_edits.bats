# A person edits while a run is at work: tests/chaos/edits.sh.

load helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN
}

scale=1
[[ $BIN != *asan* ]] || scale=3

@test "an edit right before any of our requests is never overwritten" {
	must_pass "$ROOT/tests/chaos/edits.sh" --step $((scale * 13))
	echo "$output"
}

@test "nor is it by a plan in the short form" {
	must_pass "$ROOT/tests/chaos/edits.sh" --short --step $((scale * 39))
	echo "$output"
}

@test "further types of a page survive when its type is written" {
	local id
	start_sandbox
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	control POST edit '{"side":"notion","set":{"decision":"x","type":["A","B","C"]}}'
	must_pass "$ROOT/scripts/sync-now.sh" -q
	id=$(control GET dump | jq -r 'select(.side == "supabase") | .id')
	control POST edit "{\"side\":\"supabase\",\"id\":\"$id\",\"set\":{\"type\":\"D\"}}"
	must_pass "$ROOT/scripts/sync-now.sh" -q
	must_pass control GET dump
	must_hold 'map(select(.side == "notion"))[0].type == ["D", "B", "C"]'
}
