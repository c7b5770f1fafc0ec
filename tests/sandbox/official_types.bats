# What the programs and the sandbox say to each other, checked against the types
# of the official clients: each request is one that the client's types let its
# user make, each answer one that they let the user expect.

load ../helper
load ../sync
load ../npm

setup_file() {
	mkfifo "$BATS_FILE_TMPDIR"/{jobs,done}
}

teardown_file() {
	[[ ! -e $BATS_FILE_TMPDIR/checker ]] || kill "$(<"$BATS_FILE_TMPDIR/checker")"
}

setup() {
	common_setup
	in_turn 2 3
	npm_packages official-types
	cp "$ROOT"/tests/official-types/*.{mjs,ts} "$ROOT/tests/official-types/tsconfig.json" "$MODULES"
	SCHEMAS=$MODULES/schemas-$(cat "$MODULES"/{types.ts,schemas.mjs} | sha256sum | cut -c1-16).json
	if [[ ! -s $SCHEMAS ]]; then
		node "$MODULES/schemas.mjs" >schemas.new
		mv schemas.new "$SCHEMAS"
	fi
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_NOTION_RPM=10000 SYNC_BACKOFF_MS=5
	RECORDER=''
}

teardown() {
	[[ -z ${RECORDER-} ]] || { kill "$RECORDER" && wait "$RECORDER"; } 2>/dev/null || true
	common_teardown
}

# Puts the recorder between the programs and the sandbox.
start_recorder() {
	local tries
	: >exchanges
	node "$MODULES/record.mjs" "$SANDBOX" "$T/exchanges" >recorder 2>recorder.log 3>&- &
	RECORDER=$!
	for ((tries = 0; tries < 200; tries++)); do
		[[ ! -s recorder ]] || break
		nap 0.05
	done
	[[ -s recorder ]] || { cat recorder.log; return 1; }
	SUPABASE_URL=$(<recorder)
	export SUPABASE_URL NOTION_API_URL=$SUPABASE_URL
}

# check EXCHANGES PART…: what check.mjs says of them. One is the file's, and it stays until
# all tests are through.
check() {
	local IFS=, at=$BATS_FILE_TMPDIR code=none
	[[ -e $at/checker ]] || start_checker
	echo "${*:2} $T/$1 $T/told" 1<>"$at/jobs"
	IFS= read -r -t 300 code <>"$at/done" || cat "$at/checker.log"
	cat told
	[[ $code == 0 ]]
}

HARMLESS+='check '

start_checker() {
	# Open before anybody writes: what is in a pipe that nobody has open is lost.
	{
		node "$MODULES/check.mjs" "$SCHEMAS" <&8 >&9 2>"$BATS_FILE_TMPDIR/checker.log" 3>&- &
		echo $! >"$BATS_FILE_TMPDIR/checker"
	} 8<>"$BATS_FILE_TMPDIR/jobs" 9<>"$BATS_FILE_TMPDIR/done"
}

# must_fit EXCHANGES PART…: ask, answer, or both; leaves the counts in ./counts.
must_fit() {
	must_pass check "$@"
	printf '%s\n' "${lines[-1]}" >counts
	cat counts
}

# must_have_met ROUTE…: each was checked, and none that the types don't know.
must_have_met() {
	local route met
	slurp met counts
	for route; do [[ $met == *"\"$route\":"* ]] || seen "never met: $route"; done
	must_hold '.[0] | keys | map(select(startswith("no type"))) == []' counts
}

work_on_both_sides() {
	seed supabase "one row" "two rows" "three rows"
	seed notion "one page" "two pages" "three pages"
	jq -nc '{side:"notion", decision:null, type:["Ops", "UX"], date:{start:"2026-01-02T09:00:00.000+01:00",
		end:"2026-01-03"}, title_rich_text:[range(30) | {type:"mention", mention:{type:"user",
		user:{id:"c0000000-0000-4000-8000-000000000001"}}}, {type:"text", text:{content:" "}}]}' >mentions
	control POST seed @mentions | $JQ -e '.refused == []' >/dev/null
	must_pass sync_now
	edit supabase "one row" '{"decision":"one row, edited", "date":null}'
	edit notion "two rows" '{"type":"A new one", "date":"2026-03-04"}'
	edit notion "one page" '{"decision":"one page, edited in Notion"}'
	edit supabase "one page" '{"decision":"one page, edited in Supabase"}'
	act supabase "three rows" soft-delete
	act notion "three pages" trash
	must_pass sync_now
	act supabase "three rows" undelete
	act notion "three pages" restore
	act notion "two pages" move
	must_pass sync_now
	must_pass sync_now --orphans trash
}

@test "requests and answers of whole syncs and set-ups" {
	start_sandbox
	start_recorder
	work_on_both_sides
	catch "$BIN/doctor" --json
	must_hold '.[0].bad == 0'
	curl -fsS -X PATCH "$SANDBOX/v1/data_sources/d5000000-0000-4000-8000-000000000001" \
		-H "Authorization: Bearer ntn_sandbox" -H "Notion-Version: 2026-03-11" \
		-d '{"properties":{"title":{"name":"Name"}, "Checksum":null, "Synced":null}}' >/dev/null
	must_pass "$BIN/notion-setup"
	must_pass "$BIN/notion-setup" --force-new --create a0000000-0000-4000-8000-000000000001 --title Choices
	must_fit exchanges ask answer
	must_have_met getSelf getDatabase createDatabase getDataSource updateDataSource queryDataSource \
		createPage getPage updatePage getPageProperty listBlockChildren "rows GET" "rows POST" "rows PATCH"
}

# The clients take what is not JSON as an error without a code, and the gateway,
# which refuses wrong keys before PostgREST is reached, has no type in them.
json_errors() {
	jq -c 'select(.response | type == "object") | select((.path | startswith("/rest/") | not)
		or .status != 401 or .response.code)' exchanges
}

# Each error as the sandbox makes it, whatever the program then does.
@test "errors" {
	local kind
	start_sandbox
	start_recorder
	export SYNC_RETRIES=0
	must_fail $RC_CREDENTIALS env NOTION_API_KEY=ntn_wrong "$BIN/notion-fetch"
	must_fail $RC_CREDENTIALS env SUPABASE_SERVICE_ROLE_KEY=sb_secret_wrong "$BIN/sb-fetch"
	must_fail $RC_CONFIG env NOTION_DATABASE_ID="$(id 9)" "$BIN/notion-fetch"
	for kind in 400 409 429 500 503 529; do
		control POST faults "{\"status\":$kind, \"retry_after\":0,
			\"match\":{\"api\":\"notion\"}}" >/dev/null
		catch "$BIN/notion-fetch"
	done
	for kind in table_missing no_grant; do
		control POST config "{\"$kind\":true}" >/dev/null
		must_fail $RC_CONFIG "$BIN/sb-fetch"
		control POST config "{\"$kind\":false}" >/dev/null
	done
	json_errors >failed
	must_fit failed answer
	must_have_met "error 400" "error 401" "error 404" "error 409" "error 429" "error 500" \
		"error 503" "error 529" "rows error 403" "rows error 404"
}

# What the check must let pass: what the clients' own users do, and what Notion
# itself answered.
@test "the clients' own requests fit" {
	start_sandbox
	start_recorder
	cp "$ROOT"/tests/official-clients/*.mjs "$MODULES"
	must_pass timeout 120 node "$MODULES/notion.mjs" "$SUPABASE_URL" ntn_sandbox "$NOTION_DATABASE_ID"
	must_pass timeout 120 node "$MODULES/supabase.mjs" "$SUPABASE_URL" sb_secret_sandbox \
		"$(control GET info | $JQ -r .keys.supabase_publishable)"
	jq -c 'select(.status < 300 and .path != "/rest/v1/nothing" and .method != "DELETE")' exchanges >good
	(($(wc -l <good) > 40))
	must_fit good ask answer
	json_errors >failed
	must_fit failed answer
}

@test "recorded answers fit" {
	shared recorded/notion-2026-03-11.ndjson
	# What the types don't know, in kinds of properties that the sync never reads.
	jq -c 'walk(if type == "object" and .type == "relation" then del(.has_more) else . end)
		| select([.. | objects | select(has("button") or has("place"))] == [])' "$SHARED_FILE" >recorded
	(($(wc -l <recorded) > 500))
	must_fit recorded answer
}

# all_misfit GOOD FAULT…: GOOD fits, and with each fault in it, it does not.
all_misfit() {
	local good=$1 fault filter='' n=$(($# - 1))
	shift
	must_fit "$good" ask answer
	for fault; do filter+="${filter:+, }($fault)"; done
	jq -c "$filter" "$good" >faulty
	must_fail 1 check faulty ask answer
	sed -n 's/^\([0-9]*\): .*/\1/p' <<<"$output" | sort -nu >told
	seq "$n" | diff - told || seen "faults that were not seen, of: $*"
}

# And what it must not let pass.
@test "a request or answer with a fault in it does not fit" {
	start_sandbox
	start_recorder
	seed supabase "a row"
	must_pass sync_now
	jq -c 'select(.path == "/v1/pages" and .status == 200)' exchanges >created
	all_misfit created 'del(.response.created_time)' '.response.extra = 1' \
		'.response.properties.Decision.title[0].annotations.bold = "no"' \
		'.response.properties.Date.date.start = 1' '.response.in_trash = null' \
		'.response.properties.Type.multi_select[0].color = "mauve"' \
		'.request.parent.data_source_id = 1' '.request.colour = "red"' '.query = "page_size=3"' \
		'.request.properties.Synced.checkbox = "yes"' \
		'.request.properties.Type.multi_select = [{"nmae":"Ops"}]'
	jq -c 'select(.path | startswith("/rest/")) | select(.method == "PATCH")' exchanges | tail -n 1 >patched
	all_misfit patched '.query += "&descision=eq.1"' '.request.notion_synced = "yes"' \
		'.request.notes = ""' '.response = [{"notion_synced":1}]' '.status = 409'
}
