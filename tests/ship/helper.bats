# The helper itself: a check that can't fail would make every test worthless.

load ../helper
load ../sync

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

@test "a program that is caught says all that it said, and a function may end its shell" {
	catch printf 'a\n\n  b * c\n\n'
	[[ $output == $'a\n\n  b * c' && ${#lines[@]} == 2 && ${lines[1]} == '  b * c' ]]
	ends() {
		local words='x y'
		printf '<%s>' $words [k]
		exit 7
	}
	: >k
	must_fail 7 ends
	[[ $output == '<x><y><k>' ]]
	fails slurp output missing
	printf 'ä\nb\n' >text
	first_bytes 1 text | cmp - <(head -c 1 text)
	first_bytes 4 text | cmp - <(head -c 4 text)
	first_bytes 9 text | cmp - text
}

@test "records are found as they are, and none is not taken for one that can't be asked for" {
	sync_setup
	seed supabase 'a "quoted\" one' 'a' 'a.' $'two\nlines'
	live supabase 'a "quoted\" one' | $JQ -e '.decision == "a \"quoted\\\" one" and .type == "Ops"'
	live supabase $'two\nlines'
	none supabase '?'
	none notion a
	fails none supabase a
	fails live supabase b
	fails dead supabase a
	edit supabase a '{"type":"UX"}'
	live supabase a | $JQ -e '.type == "UX"'
	live supabase a. | $JQ -e '.type == "Ops"'
	fails edit supabase b '{"type":"UX"}'
	act supabase a soft-delete
	dead supabase a
	fails live supabase a
	fails edit supabase a '{"type":"UX"}'
	[[ $(id_of supabase a) == $(dead supabase a | $JQ -r .id) ]]
	stop_sandboxes
	fails none supabase b
}
