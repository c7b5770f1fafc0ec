# What people wrote and the sync has no business with survives every write; a
# run can be told, verified and taken back.

load ../helper
load ../sync

setup() {
	sync_setup
}

# The page of a decision as the API gives it.
page_of() {
	local id
	id=$(live notion "$1" | $JQ -r .id)
	curl -fsS --max-time 10 -H "Authorization: Bearer $NOTION_API_KEY" \
		-H 'Notion-Version: 2026-03-11' "$SANDBOX/v1/pages/$id"
}

@test "a type changed in Notion and a wording in Supabase, in the same minute" {
	seed supabase "Adopt PostgreSQL"
	must_pass sync_now --quiet
	edit notion "Adopt PostgreSQL" '{"type":"Policy"}'
	edit supabase "Adopt PostgreSQL" '{"decision":"Adopt PostgreSQL 17"}'
	must_pass sync_now --quiet
	live supabase "Adopt PostgreSQL 17" | $JQ -e '.type == "Policy"'
	live notion "Adopt PostgreSQL 17" | $JQ -e '.type == ["Policy"]'
	must_hold '.[0].conflicts == 0' logs/last_run.json
	must_be_settled
}

@test "a conflict: the later edit wins, and what lost is kept" {
	seed supabase "Adopt PostgreSQL"
	must_pass sync_now --quiet
	edit supabase "Adopt PostgreSQL" '{"type":"UX"}'
	control POST clock '{"advance":180}' >/dev/null
	edit notion "Adopt PostgreSQL" '{"type":"Policy"}'
	must_pass sync_now --quiet
	live supabase "Adopt PostgreSQL" | $JQ -e '.type == "Policy"'
	must_hold 'length == 1 and .[0].winner == "notion"
		and .[0].lost.type == "UX" and .[0].fields == ["type"]
		and .[0].base.type == "Ops" and .[0].supabase_at and .[0].notion_at' \
		logs/conflicts.ndjson
	must_be_settled
}

@test "--conflict stop leaves the pair as it is, in all fields, exit 1" {
	seed supabase "Adopt PostgreSQL"
	must_pass sync_now --quiet
	edit supabase "Adopt PostgreSQL" '{"type":"UX","date":"2026-05-05"}'
	edit notion "Adopt PostgreSQL" '{"type":"Policy"}'
	must_fail $RC_ATTENTION sync_now --quiet --conflict stop
	live supabase "Adopt PostgreSQL" | $JQ -e '.type == "UX"'
	live notion "Adopt PostgreSQL" |
		$JQ -e '.type == ["Policy"] and .date.start == "2026-01-02"'
	must_hold '[.[] | select(.code == "conflict")] | length == 1' <(results)
	must_pass "$BIN/report" --json
	must_hold '.[0].waiting.records | length == 1 and (.[0].conflict
		| .fields == ["type"] and .supabase.type == "UX" and .notion.type == "Policy"
		and .base.type == "Ops" and (has("winner") | not))'
}

@test "further types, the end of a date, a title's formatting survive" {
	jq -nc '{side:"notion", type:["Ops", "UX", "Policy"],
		date:{start:"2026-01-02T09:00:00.000+01:00", end:"2026-01-05T09:00:00.000+01:00"},
		title_rich_text:[
			{type:"text", text:{content:"Adopt "}},
			{type:"text", text:{content:"PostgreSQL"}, annotations:{bold:true}}]}' \
		>"$T/seed"
	control POST seed "@$T/seed" >/dev/null
	must_pass sync_now --quiet
	live supabase "Adopt PostgreSQL" |
		$JQ -e '.type == "Ops" and .date == "2026-01-02"'
	edit supabase "Adopt PostgreSQL" '{"type":"Architecture"}'
	must_pass sync_now --quiet
	page_of "Adopt PostgreSQL" >page
	must_hold '.[0].properties
		| (.Type.multi_select | map(.name)) == ["Architecture", "UX", "Policy"]
		and (.Decision.title | length) == 2
		and .Decision.title[1].annotations.bold
		and .Date.date.end == "2026-01-05T09:00:00.000+01:00"' page
	must_be_settled
}

@test "other columns and properties are never touched" {
	control POST config '{"extra_columns":["status"]}' >/dev/null
	echo '{"side":"supabase","decision":"Adopt PostgreSQL","status":"Final"}' >seed
	control POST seed @seed >/dev/null
	must_pass sync_now --quiet
	edit notion "Adopt PostgreSQL" '{"type":"UX"}'
	must_pass sync_now --quiet
	live supabase "Adopt PostgreSQL" | $JQ -e '.status == "Final" and .type == "UX"'
	control GET log | $JQ -s '[.[] | select(.api == "notion" and .method == "PATCH")
		| .body.properties // {} | keys[]] | unique' >keys
	must_hold '.[0] | index("Owner") == null and index("Notes") == null' keys
}

@test "a person writes between the plan and the write: nothing is overwritten" {
	seed supabase "Adopt PostgreSQL"
	must_pass sync_now --quiet
	edit supabase "Adopt PostgreSQL" '{"type":"UX"}'
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	"$BIN/plan" --base state/base.ndjson records >plan
	edit notion "Adopt PostgreSQL" '{"type":"Policy"}'
	must_pass "$BIN/apply" plan
	must_hold '[.[] | select(.kind == "result") | .status]
		| length > 0 and all(. == "skipped")'
	live notion "Adopt PostgreSQL" | $JQ -e '.type == ["Policy"]'
	live supabase "Adopt PostgreSQL" | $JQ -e '.type == "UX"'
}

records() {
	"$BIN/sb-fetch" >sb && "$BIN/notion-fetch" --known sb >notion &&
		"$BIN/normalize" sb notion
}

@test "a run is undone with plan --undo, and plan --verify proves equality" {
	seed supabase "Adopt PostgreSQL" "Keep a changelog"
	must_pass sync_now --quiet
	edit supabase "Adopt PostgreSQL" '{"type":"UX"}'
	edit notion "Keep a changelog" '{"date":"2026-07-07"}'
	seed notion "Only in Notion"
	must_pass sync_now --quiet
	records >after
	must_pass "$BIN/plan" --verify after
	"$BIN/plan" --base state/base.ndjson \
		--undo "logs/runs/$($JQ -r .run_id logs/last_run.json)" after >undo
	must_pass "$BIN/apply" undo
	must_hold '[.[] | select(.kind == "result") | .status] | index("failed") == null'
	live notion "Adopt PostgreSQL" | $JQ -e '.type == ["Ops"]'
	live supabase "Keep a changelog" | $JQ -e '.date == "2026-01-02"'
	dead supabase "Only in Notion"
	records >undone
	must_fail $RC_ATTENTION "$BIN/plan" --verify undone
}

@test "apply --dry-run reads and checks everything and writes nothing" {
	seed supabase one two
	seed notion three
	records >all
	"$BIN/plan" all >plan
	control DELETE log >/dev/null
	must_pass "$BIN/apply" --dry-run plan
	must_hold '[.[] | select(.kind == "result") | .code]
		| length == 4 and all(. == "dry-run")'
	control GET log | $JQ -sc 'map(select(.method != "GET"
		and (.path | endswith("/query") | not))) | .[]' >writes
	[[ ! -s writes ]] || seen "it wrote: $(cat writes)"
	[[ ! -e state ]] || seen "it made state/"
	none notion one
}

@test "sync-now --dry-run prints the plan and writes nothing anywhere" {
	seed supabase one
	must_pass sync_now --dry-run
	[[ $output == *"create 1"* ]] || seen "no plan"
	[[ ! -e state && ! -e logs ]] || seen "it left files: $(ls)"
	none notion one
	# Its requests count in the budget that all runs share, where there is one.
	must_pass sync_now --quiet
	cp -r state before
	cp -r logs logs.before
	seed supabase two
	must_pass sync_now --dry-run
	run diff -r state before
	[[ $output == *notion-rate* && $(grep -c '^diff' <<<"$output") == 1 ]] || seen "the state folder"
	must_pass diff -r logs logs.before
	none notion two
}

@test "a second run at the same time ends with 75, and says that one is under way" {
	seed supabase one
	hold sync
	must_fail $RC_TEMPORARY sync_now
	must_say "another run"
	let_go
	must_pass sync_now --quiet
}

@test "the filtered plan of the README is carried out in part" {
	seed supabase one
	seed notion two
	records >all
	"$BIN/plan" all >plan
	jq -c 'select(.kind != "op" or .target == "notion")' plan >half
	catch "$BIN/apply" half
	live notion one
	none supabase two
}
