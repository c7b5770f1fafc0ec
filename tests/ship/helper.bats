# The helper itself: a check that can't fail would make every test worthless.

load ../helper

# fails CMD…: the helper's own verdict is failure.
fails() {
	if ("$@") >verdict 2>&1; then
		printf 'should have failed: %s\n' "$*"
		return 1
	fi
	[[ -s verdict ]] || printf 'says nothing: %s\n' "$*"
	[[ -s verdict ]]
}

@test "must_pass and must_fail ask for exactly one exit code" {
	must_pass true
	fails must_pass false
	must_fail 3 bash -c 'exit 3'
	fails must_fail 3 true
	fails must_fail 3 bash -c 'exit 4'
	must_fail 1 pipe 'false | true'
	fails must_pass pipe 'false | true'
}

@test "a crash or a missing program is never an expected failure" {
	fails must_fail 0 true
	fails must_fail 126 "$T"
	fails must_fail 127 no-such-program
	fails must_fail 139 bash -c 'kill -SEGV $$'
	fails must_fail 1 no-such-program
	fails must_fail 1 bash -c 'kill -KILL $$'
	fails must_fail x false
}

@test "must_say and must_hold look at what was said" {
	must_pass bash -c 'echo "{\"a\":1}"; echo "at line 7" >&2'
	must_say '^at line [0-9]'
	fails must_say 'line 8'
	must_hold 'length == 1 and .[0].a == 1'
	fails must_hold '.[0].a == 2'
	fails must_hold '.[0].a'
	fails must_hold 'no jq'
	echo '{"a":' >broken
	fails must_hold 'true' broken
	: >empty
	must_hold 'length == 0' empty
	fails must_hold '.[0].a == 1' empty
}

@test "streams made for tests are whole" {
	{ row 1; row 2; } | sb_stream >sb.ndjson
	must_hold 'map(.kind) == ["head", "row", "row", "end"]
		and .[-1].count == 2 and .[1].row.id != .[2].row.id' sb.ndjson
	page 1 '{"type":["Ops","UX"]}' | notion_stream >notion.ndjson
	must_hold '.[1].page.properties.Type.multi_select | length == 2' \
		notion.ndjson
	notion_stream </dev/null >none.ndjson
	must_hold 'length == 2 and .[1].count == 0' none.ndjson
	echo '{"kind":"problem"}' | records_stream >records.ndjson
	must_hold '.[0].sources.notion.source == "notion"
		and .[2].count == 1' records.ndjson
	must_hold 'length == 1' <(lines_of problem <records.ndjson)
}

@test "no test sees the settings of its machine" {
	[[ -z ${SUPABASE_URL+set}${NOTION_API_KEY+set}${SYNC_STATE_DIR+set} ]]
	[[ ! -s $SYNC_ENV_FILE && $PWD == "$T" ]]
}
