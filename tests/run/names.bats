# Names of their own (fields.json): columns and properties that a team has called
# otherwise, and every kind of Type, through the whole sync.

load ../helper
load ../sync

SOURCE=d5000000-0000-4000-8000-000000000001

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_NOTION_RPM=10000 SYNC_BACKOFF_MS=5
	# Beside .env, so that nobody has to name it.
	cat >fields.json <<-'JSON'
		{"supabase": {"id":"uid", "decision":"title", "type":"category", "date":"decided_on",
		  "link":"page", "checksum":"sum", "synced":"seen", "created":"made", "updated":"changed",
		  "deleted":"gone"},
		 "notion": {"decision":"Name", "type":"Kind", "date":"When", "checksum":"Sum", "synced":"Seen"}}
	JSON
	start_sandbox --data "$T/sandbox.sqlite" --fields fields.json
}

# A person makes the property of the type another kind of property.
kind() {
	notion PATCH "data_sources/$SOURCE" '{"properties":{"Kind":'"$1"'}}' >/dev/null
}

notion() {
	curl -fsS --max-time 30 -X "$1" "$SANDBOX/v1/$2" -H "Authorization: Bearer ntn_sandbox" \
		-H "Notion-Version: 2026-03-11" -H "Content-Type: application/json" ${3+-d "$3"}
}

type_of() {
	live notion "$1" | $JQ -r '.type | join(",")'
}

# Both ways, creates, edits, the trash and back; by small readings, too.
there_and_back() {
	seed supabase 'Row'
	seed notion 'Page'
	must_pass sync_now --quiet
	[[ $(type_of Row) == Ops && $(live supabase Page | $JQ -r .type) == Ops ]]
	[[ $(live notion Row | $JQ -r .date.start) == 2026-01-02 ]]
	export SYNC_FULL_REQUESTS=0
	must_be_settled
	edit supabase Row '{"type":"UX","date":"2026-05-05"}'
	edit notion Page '{"type":"UX","decision":"Page 2"}'
	must_pass sync_now --quiet
	[[ $(type_of Row) == UX && $(live supabase 'Page 2' | $JQ -r .type) == UX ]]
	act supabase Row soft-delete
	act notion 'Page 2' trash
	must_pass sync_now --quiet --full
	dead notion Row >/dev/null
	dead supabase 'Page 2' >/dev/null
	act supabase Row undelete
	act notion 'Page 2' restore
	must_pass sync_now --quiet --full
	live notion Row >/dev/null
	live supabase 'Page 2' >/dev/null
	must_be_settled
	must_pass pipe "cat <(\"$BIN/sb-fetch\") <(\"$BIN/notion-fetch\") | \"$BIN/normalize\" | \"$BIN/plan\" --verify"
}

@test "a table and a database with names of their own: multi-select" {
	there_and_back
	must_hold '.[0] | (.columns | length == 10)' <("$BIN/sb-fetch" | head -1)
	[[ $("$BIN/sb-fetch" | sed -n 2p | $JQ -r '.row | has("decision") and has("deleted_at")') == true ]]
	must_pass "$BIN/notion-setup" --check
	catch "$BIN/doctor" --only columns,column-types,grants,soft-delete,link-index,properties
	[[ $status -le 1 && $output == *"Name, Kind, When, Sum, Seen are ready"* ]] || seen doctor
	[[ $output == *"gone exists"* && $output == *"page has no unique index"* ]] || seen doctor
}

@test "Type is a select: one option, and new ones are made" {
	kind '{"select":{"options":[]}}'
	there_and_back
	edit supabase Row '{"type":null}'
	must_pass sync_now --quiet
	[[ -z $(type_of Row) ]]
	# A new page gets no empty type.
	control DELETE log >/dev/null
	control POST seed '{"side":"supabase","decision":"Empty"}' >/dev/null
	must_pass sync_now --quiet
	control GET log | $JQ -se 'map(select(.method == "POST" and .path == "/v1/pages").body.properties)
		| length == 1 and (map(.[] | select(has("select"))) == [])' >/dev/null || seen "an empty select"
	live notion Empty >/dev/null
}

@test "Type is a status: what is not an option is poison, and nothing else waits for it" {
	kind '{"status":{"options":[{"name":"Ops"},{"name":"UX"}]}}'
	there_and_back
	edit supabase Row '{"type":"Other"}'
	seed supabase 'Another'
	must_fail $RC_ATTENTION sync_now --quiet
	[[ $(type_of Row) == UX ]]
	live notion Another >/dev/null
	must_pass "$BIN/report"
	[[ $output == *'the status has no option "Other"'* ]] || seen "the report"
	catch "$BIN/report" --pending
	[[ $output == *"scripts/sync-now.sh --full"*"sync with --full"* ]] || seen "what goes on"
	kind '{"select":{}}'
	kind '{"status":{"options":[{"name":"Ops"},{"name":"UX"},{"name":"Other"}]}}'
	must_pass sync_now --quiet --full
	[[ $(type_of Row) == Other ]]
}

@test "Type is a text: commas are no matter" {
	kind '{"rich_text":{}}'
	there_and_back
	edit supabase Row '{"type":"a, b"}'
	must_pass sync_now --quiet
	[[ $(type_of Row) == 'a, b' ]]
	edit notion Row '{"type":"c, d"}'
	must_pass sync_now --quiet
	[[ $(live supabase Row | $JQ -r .type) == 'c, d' ]]
	# One too long for the condition of a write.
	edit supabase Row "$(jq -nc '{type: ("x" * 7500)}')"
	must_pass sync_now --quiet
	edit notion Row '{"decision":"Row 2"}'
	must_pass sync_now --quiet
	live supabase 'Row 2' >/dev/null
}

@test "wrong names: 78, with those that are there, and nothing is read" {
	seed supabase 'Row'
	must_pass sync_now --quiet
	cp fields.json right.json
	local bad
	for bad in '.supabase.decision="titel"' '.supabase.deleted="gone_at"'; do
		jq "$bad" right.json >fields.json
		must_fail $RC_CONFIG sync_now --quiet
		must_say 'it has: .*title, .*; correct the names in .*fields.json'
		must_fail $RC_CONFIG "$BIN/doctor"
		[[ $output == *"it has: "*title* ]] || seen "doctor: $bad"
	done
	jq '.notion.type="Art"' right.json >fields.json
	must_fail $RC_CONFIG sync_now --quiet
	must_say 'no property "Art" of type multi_select .*notion.type.*it has: .*Kind \(multi_select\)'
	jq '.notion.type="When" | .notion.date="Kind"' right.json >fields.json
	must_fail $RC_CONFIG sync_now --quiet
	must_say 'notion.type: the Notion property "When" has type date .*correct the name there.*it has: .*Kind \(multi_select\)'
	control DELETE log >/dev/null
	jq '.supabase.type="title"' right.json >fields.json
	must_fail $RC_CONFIG sync_now --quiet
	must_say 'supabase.decision and supabase.type are both in "title"'
	[[ -z $(control GET log) ]] || seen "something was asked for"
}

@test "messages call a column as the table does" {
	seed supabase 'Row' 'Other'
	must_pass sync_now --quiet
	edit supabase Row '{"notion_page_id":"no page"}'
	must_fail $RC_ATTENTION sync_now --quiet
	must_pass "$BIN/report"
	[[ $output == *"page holds no page id"* ]] || seen "the problem"
	edit supabase Row "{\"notion_page_id\":$(live supabase Other | $JQ .notion_page_id)}"
	must_fail $RC_ATTENTION sync_now --quiet
	must_pass "$BIN/report"
	[[ $output == *"clear page in the wrong one"* && $output == *"clear the link of the wrong one"* ]] ||
		seen "the skip"
	[[ $output != *notion_page_id* ]] || seen "the usual name"
}

@test "the base belongs to its fields: another property is another base" {
	seed supabase 'Row'
	must_pass sync_now --quiet
	make_plan
	notion PATCH "data_sources/$SOURCE" '{"properties":{"Art":{"select":{"options":[]}}}}' >/dev/null
	jq '.notion.type="Art"' fields.json >new.json
	# A plan that was made with other names is refused.
	SYNC_FIELDS=new.json must_fail $RC_CONFIG "$BIN/apply" --base state/base.ndjson plan
	must_say 'other names .*make a new plan'
	mv new.json fields.json
	must_fail $RC_GUARD sync_now --quiet
	must_say 'guard scope: the local base belongs to other properties'
	must_pass sync_now --quiet --allow scope
	# A property that was only renamed is the same.
	notion PATCH "data_sources/$SOURCE" '{"properties":{"Art":{"name":"Sort"}}}' >/dev/null
	sed -i 's/Art/Sort/' fields.json
	must_pass sync_now --quiet
	must_be_settled
}
