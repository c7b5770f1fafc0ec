# A person edits while a run is at work: tests/chaos/edits.sh.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN MIXED=$BATS_FILE_TMPDIR/mixed
}

@test "an edit right before any of our requests is never overwritten" {
	sample 29
	must_pass "$ROOT/tests/chaos/edits.sh" "${SAMPLE[@]}"
	echo "$output"
}

@test "nor by a plan in the short form" {
	sample 61
	must_pass "$ROOT/tests/chaos/edits.sh" --short "${SAMPLE[@]}"
	echo "$output"
}

@test "nor in runs that read only what was edited" {
	sample 79
	LESS=1 must_pass "$ROOT/tests/chaos/edits.sh" "${SAMPLE[@]}"
	echo "$output"
}

@test "further types of a page survive when its type is written" {
	local id
	start_sandbox
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	control POST edit '{"side":"notion","set":{"decision":"x","type":["A","B","C"]}}'
	must_pass "$ROOT/scripts/sync-now.sh" -q
	id=$(control GET dump | $JQ -r 'select(.side == "supabase") | .id')
	control POST edit "{\"side\":\"supabase\",\"id\":\"$id\",\"set\":{\"type\":\"D\"}}"
	must_pass "$ROOT/scripts/sync-now.sh" -q
	must_pass control GET dump
	must_hold 'map(select(.side == "notion"))[0].type == ["D", "B", "C"]'
}

# The request out of the trash sends no content: what the page says then is nobody's
# but a person's.
@test "an edit right before a page leaves the trash is an edit, not a write that was not kept" {
	local page
	start_sandbox
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	control POST edit '{"side":"supabase","set":{"decision":"x","type":"Ops"}}'
	must_pass "$ROOT/scripts/sync-now.sh" -q
	page=$(control GET dump | $JQ -r 'select(.side == "notion") | .id')
	control POST edit "{\"side\":\"notion\",\"id\":\"$page\",\"action\":\"trash\"}"
	control POST clock '{"advance":3600}'
	control POST edit "$(control GET dump | $JQ -c 'select(.side == "supabase")
		| {side, id, set: {decision: "of the row"}}')"
	control POST clock '{"advance":3600}'
	control POST faults "{\"match\":{\"api\":\"notion\",\"method\":\"PATCH\",\"body\":\"in_trash\"},
		\"edit\":{\"side\":\"notion\",\"id\":\"$page\",\"set\":{\"decision\":\"of a person\"}}}"
	catch "$ROOT/scripts/sync-now.sh" -q
	[[ $stderr != *"not kept"* && $stderr != *"keeps something else"* ]] || seen "the first run"
	control DELETE faults
	control POST clock '{"advance":3600}'
	must_pass "$ROOT/scripts/sync-now.sh" -q
	must_pass control GET dump
	must_hold 'map(select(.deleted_at == null and .in_trash != true)) | length == 2
		and ([.[].decision] | unique | length == 1)'
	grep -q "of a person" - logs/conflicts.ndjson <<<"$output"
}
