# What apply may meet between two of its requests: a record that can't be read any more, a
# service that fails at just that one, a person or a table that is faster. Each op tells what
# became of it and stops no other; what isn't done, a later run does.

load ../helper
load ../sync

setup() {
	sync_setup
	export SYNC_JOBS=1 SYNC_RETRIES=1 SYNC_BACKOFF_MS=1
	mkdir state
}

apply_plan() {
	"$BIN/apply" --base state/base.ndjson "${@:-plan}"
}

# seed_in_sync DECISION…: rows and their pages, in sync for an hour.
seed_in_sync() {
	seed supabase "$@"
	must_pass sync_now --quiet
	control POST clock '{"advance":3600}' >/dev/null
}

# page_meets METHOD DECISION WHAT, row_meets …: what becomes of such requests about it.
page_meets() {
	meets "\"api\":\"notion\",\"method\":\"$1\",\"path\":\"/v1/pages/$(id_of notion "$2")" "$3"
}

row_meets() {
	meets "\"api\":\"supabase\",\"method\":\"$1\",\"path\":\"[?&]id=eq.$(id_of supabase "$2")" "$3"
}

meets() { # meets MATCH WHAT: "nth" in WHAT belongs to MATCH
	local what=$2 nth=''
	[[ ! $what =~ ^(\"nth\":[0-9]+),(.*)$ ]] || nth=,${BASH_REMATCH[1]} what=${BASH_REMATCH[2]}
	control POST faults "{\"match\":{$1\"$nth},$what}" >/dev/null
}

FAILS='"times":-1,"status":500'

# edit_also SIDE DECISION MORE: the key "edit" of a fault.
edit_also() {
	printf '"edit":{"side":"%s","id":"%s",%s}' "$1" "$(id_of "$1" "$2")" "$3"
}

# is_answered OBJECT-FILE: the keys of a fault that is carried out, and answered so.
is_answered() {
	printf '"commit":true,"status":200,"content_type":"application/json","body":%s' "$(jq -Rs . "$1")"
}

page_object() {
	curl -fsS "$SANDBOX/v1/pages/$1" -H "Authorization: Bearer $NOTION_API_KEY" -H "Notion-Version: 2026-03-11"
}

# quietly DECISION SET: the row is edited, and its time doesn't tell.
quietly() {
	control POST edit "{\"side\":\"supabase\",\"id\":\"$(id_of supabase "$1")\",\"touch\":false,\"set\":$2}" >/dev/null
}

# became ID FILTER: the result of the first op of this row or page fits.
became() {
	must_hold "map(select(.kind == \"result\" and (.row_id == \"$1\" or .page_id == \"$1\")))[0] | $2"
}

@test "on the way to a page: each op tells what it met, and the next run writes what isn't there" {
	local name names=(unread-row unread-page more-types odd-answer lost-answer edited no-look)
	local -A row page
	jq -nc '("a", "b", "c") as $last | {side:"notion", type:"Ops", date:"2026-01-02", title_rich_text:
		([range(30) | {type:"mention", mention:{type:"user",
			user:{id:"c0000000-0000-4000-8000-000000000001"}}}] + [{type:"text", text:{content:$last}}])}' >titles
	control POST seed @titles | $JQ -r '.ids[]' >ids
	seed_in_sync "${names[@]}"
	mapfile -t cut <ids
	for name in "${names[@]}"; do
		row[$name]=$(id_of supabase "$name") page[$name]=$(id_of notion "$name")
		edit supabase "$name" '{"type":"UX"}'
	done
	edit supabase more-types '{"type":null}'
	control GET dump | $JQ -c 'select(.side == "supabase" and (.decision | startswith("@")))
		| {side, id, set:{type:"UX"}}' >edits
	while read -r edit; do control POST edit "$edit" >/dev/null; done <edits
	make_plan --allow mass-change
	must_hold 'map(select(.op == "update")) | length == 10' plan

	quietly unread-row '{"date":"infinity"}'
	page_object "${page[unread-page]}" | jq -c '(.properties[] | select(.type == "title")).title = null' >object
	page_meets GET unread-page "$(is_answered object)"
	edit notion more-types '{"type":["Ops","UX"]}'
	for name in odd-answer lost-answer; do
		page_object "${page[$name]}" | jq -c '(.properties[] | select(.type == "title")).title = null' >object
		page_meets PATCH "$name" "$(is_answered object)"
	done
	page_meets GET lost-answer "\"nth\":2,$FAILS"
	page_meets PATCH edited "\"drop\":\"before\",$(edit_also notion edited '"set":{"date":"2026-05-05"}')"
	page_meets PATCH no-look '"drop":"before"'
	page_meets GET no-look '"nth":2,"times":2,"status":500'
	# The title of the first is not shown at the look, that of the second not at the answer.
	meets "\"path\":\"/v1/pages/${cut[0]}/properties/" "$FAILS"
	meets "\"path\":\"/v1/pages/${cut[1]}/properties/" "\"nth\":2,$FAILS"

	must_fail $RC_ATTENTION apply_plan
	became "${row[unread-row]}" '.code == "changed" and (.why | test("row can.t be read any more: date"))'
	became "${row[unread-page]}" '.code == "changed" and (.why | test("page can.t be read any more: a text"))'
	became "${row[more-types]}" '.code == "changed" and (.why | test("further types"))'
	became "${row[odd-answer]}" '.status == "done"'
	became "${row[lost-answer]}" '.status == "unknown" and .error.http == 500'
	became "${row[edited]}" '.status == "unknown" and (.why | test("edited just now"))'
	became "${row[no-look]}" '.status == "unknown"'
	became "${cut[0]}" '.status == "failed" and .error.http == 500'
	became "${cut[1]}" '.status == "unknown" and .error.http == 500'
	became "${cut[2]}" '.status == "done"'
	control DELETE faults >/dev/null
	quietly unread-row '{"date":"2026-01-02"}'
	must_pass sync_now --quiet --allow mass-change
	live notion edited | $JQ -e '.date.start == "2026-05-05"' >/dev/null || seen "the person's date is lost"
	must_be_settled
	control GET dump | $JQ -c 'select(.decision != "more-types") | .type | if type == "array" then .[0] else . end' | sort -u >types
	[[ $(<types) == '"UX"' ]] || seen "not all have arrived: $(<types)"
	live supabase more-types | $JQ -e '.type != null' >/dev/null || seen "a type was cleared"
}

@test "on the way to a row: each op tells what it met, and the next run writes what isn't there" {
	local name long names=(untimed respelled edited erased no-look odd-answer odd-plan)
	local -A row
	long=long-$(printf 'x%.0s' {1..8000})
	seed_in_sync "${names[@]}" "$long"
	quietly untimed '{"updated_at":null}'
	for name in "${names[@]}" "$long"; do
		row[${name::10}]=$(id_of supabase "$name")
		edit notion "$name" '{"type":["UX"]}'
	done
	seed supabase met
	seed notion met
	row[met]=$(id_of supabase met)
	make_plan --allow mass-change

	# A plan that somebody has worked on: no row has such a link.
	jq -c --arg id "${row[odd-plan]}" 'if .row_id == $id then .expect.row.link = "x" * 8000 else . end' plan >worked-on

	# The same values at another time: no row meets what the plan saw, and one meets what a look shows.
	for name in respelled edited erased no-look; do edit supabase "$name" '{"type":"Ops"}'; done
	row_meets PATCH edited "\"nth\":2,$(edit_also supabase edited '"set":{"date":"2026-05-05"}')"
	row_meets PATCH erased "\"nth\":2,$(edit_also supabase erased '"action":"delete"')"
	row_meets GET no-look "$FAILS"
	curl -fsS "$SANDBOX/rest/v1/decision_vault?id=eq.${row[odd-answer]}" -H "apikey: $SUPABASE_SERVICE_ROLE_KEY" |
		jq -c '.[0].date = "infinity"' >object
	row_meets PATCH odd-answer "$(is_answered object)"
	row_meets PATCH "$long" "$(edit_also supabase "$long" '"touch":false,"set":{"decision":"short"}')"
	meets "\"api\":\"supabase\",\"method\":\"GET\",\"path\":\"notion_page_id=eq.$(id_of notion met)" "$FAILS"

	must_fail $RC_ATTENTION apply_plan worked-on
	became "${row[odd-plan]}" '.code == "changed" and (.why | test("row was edited since the plan"))'
	became "${row[untimed]}" '.status == "done"'
	became "${row[respelled]}" '.status == "done"'
	became "${row[edited]}" '.code == "changed" and (.why | test("row was edited just now"))'
	became "${row[erased]}" '.code == "changed" and (.why | test("row is gone"))'
	became "${row[no-look]}" '.status == "failed" and .error.http == 500'
	became "${row[odd-answer]}" '.status == "unknown" and (.note | test("can.t be read: date"))'
	became "${row[${long::10}]}" '.status == "done" and (.note | test("row was edited just now"))'
	became "${row[met]}" '.status == "failed" and .error.http == 500'
	control DELETE faults >/dev/null
	must_pass sync_now --quiet --allow mass-change
	must_be_settled
	live notion edited | $JQ -e '.type == ["UX"] and .date.start == "2026-05-05"' >/dev/null || seen "one of two edits is lost"
	live notion short >/dev/null
	control GET dump | $JQ -c 'select(.side == "supabase" and .decision != "met") | .type' | sort -u >types
	[[ $(<types) == '"UX"' ]] || seen "not all have arrived: $(<types)"
}

# row_ids PAGE-ID…: the ids that the row of each may have, a line each.
row_ids() {
	python3 -c 'import sys, uuid
space = uuid.uuid5(uuid.NAMESPACE_URL, "https://app.notion.com/")
for page in sys.argv[1:]:
	print(*(uuid.uuid5(space, page + (f"/{n + 1}" if n else "")) for n in range(8)))' "$@"
}

@test "rows that the answer to an insert doesn't show: what became of each is told, and none is made twice" {
	local name id names=(found nowhere unread taken all-taken unlinked cut)
	local -A page
	local -a taken unread unlinked all
	seed_in_sync other
	seed notion "${names[@]}"
	for name in "${names[@]}"; do page[$name]=$(id_of notion "$name"); done
	row_ids "${page[taken]}" "${page[unread]}" "${page[unlinked]}" "${page[all-taken]}" >ids
	{ read -ra taken && read -ra unread && read -ra unlinked && read -ra all; } <ids
	make_plan
	# Since then: rows of other pages have the ids, and the row of one page has lost its link.
	{
		for id in "${taken[0]}" "${all[@]}"; do
			printf '{"side":"supabase","id":"%s","decision":"squatter","notion_page_id":"%s"}\n' "$id" "$(id 99)"
		done
		printf '{"side":"supabase","id":"%s","decision":"unlinked"}\n' "${unlinked[0]}"
	} >squatters
	control POST seed @squatters >/dev/null
	control POST config '{"triggers":[{"on":"insert","find":"nowhere","swallow":true},
		{"on":"insert","find":"unread","swallow":true},{"on":"insert","find":"cut","cut":2}]}' >/dev/null
	# Neither the answer shows the rows, nor the first look for them.
	meets '"api":"supabase","method":"POST","body":"found' '"commit":true,"status":201,"content_type":"application/json","body":"[]"'
	meets '"api":"supabase","method":"GET","path":"notion_page_id=in' '"nth":2,"status":200,"content_type":"application/json","body":"[]"'
	meets "\"api\":\"supabase\",\"method\":\"GET\",\"path\":\"notion_page_id=eq.${page[nowhere]}" "$FAILS"
	meets "\"api\":\"supabase\",\"method\":\"GET\",\"path\":\"[?&]id=eq.${unread[0]}" "$FAILS"
	meets '"api":"supabase","method":"PATCH' '"status":400,"code":"23514"'
	must_fail $RC_ATTENTION apply_plan
	became "${page[found]}" '.status == "done"'
	became "${page[nowhere]}" '.status == "unknown" and .error.http == 500'
	became "${page[unread]}" '.status == "unknown" and .error.http == 500'
	became "${page[taken]}" ".status == \"done\" and .row_id == \"${taken[1]}\""
	became "${page[all-taken]}" '.code == "changed" and (.why | test("all ids"))'
	became "${page[unlinked]}" '.code == "changed" and (.why | test("lost its link"))'
	became "${page[cut]}" '.error.code == "not-kept" and (.note | test("still that of what was sent"))'
	control DELETE faults >/dev/null
	control POST config '{"triggers":[]}' >/dev/null
	sync_now --quiet || true
	control GET dump | $JQ -sr 'map(select(.side == "supabase" and .decision != "squatter").decision) | sort | join(" ")' >rows
	[[ $(<rows) == "cu found nowhere other taken unlinked unread" ]] || seen "the rows: $(<rows)"
}

@test "an insert that got no answer and isn't there is not known" {
	seed_in_sync other
	seed notion alone
	make_plan
	meets '"api":"supabase","method":"POST' '"times":-1,"drop":"before"'
	SYNC_RETRIES=0 must_fail $RC_ATTENTION apply_plan
	must_hold 'map(select(.op == "create")) | map(.status) == ["unknown"]'
	control DELETE faults >/dev/null
	must_pass sync_now --quiet
	must_be_settled
}

@test "inserts that got no answer are not known, though a later try is refused" {
	seed_in_sync other
	seed notion one two
	make_plan
	meets '"api":"supabase","method":"POST' '"drop":"before"'
	meets '"api":"supabase","method":"POST' '"times":-1,"status":400,"code":"23514"'
	SYNC_RETRIES=0 must_fail $RC_ATTENTION apply_plan
	must_hold 'map(select(.op == "create")) | map([.status, .error.code]) == [["unknown", "23514"], ["unknown", "23514"]]'
	must_hold 'last.totals | [.failed, .unknown] == [0, 2]'
	control DELETE faults >/dev/null
	must_pass sync_now --quiet
	must_be_settled
}

# links_one_to_one: each live row and page once, and each is the other's.
links_one_to_one() {
	control GET dump | $JQ -es 'map(select(.deleted_at == null and (.in_trash | not)))
		| map(select(.side == "supabase")) as $rows | map(select(.side == "notion")) as $pages
		| ($rows | map(.notion_page_id) | sort) == ($pages | map(.id) | sort)' >/dev/null ||
		seen "not one to one: $(control GET dump | $JQ -c '[.side, .decision, .notion_page_id, .id]')"
}

statuses() { # of the creates, sorted, with why each was skipped
	jq -sc 'map(select(.op == "create") | [.set.decision, .status, .code // .error.code]) | sort' <<<"$output"
}

@test "pages whose creates get no clear answer: each way of looking for them can fail, and each page is made once" {
	local sum first
	seed_in_sync other
	seed supabase odd-answer lost dropped twin twin
	sum=$(printf 'lost|ops|2026-01-02' | sha256sum | cut -d' ' -f1)
	make_plan
	# Neither was made by this create: a person's, and one of long ago.
	jq -nc --arg sum "$sum" '{side:"notion", decision:"hers", checksum:$sum, created_by:"person"},
		{side:"notion", decision:"old", checksum:$sum, created_by:"bot", created_at:"2026-01-02T03:04:00Z"}' >strangers
	control POST seed @strangers >/dev/null
	control POST config '{"automations":[{"on":"create","find":"dropped","set":{"type":null}}]}' >/dev/null
	page_object "$(id_of notion other)" | jq -c '(.properties[] | select(.type == "title")).title = null' >object
	meets '"api":"notion","method":"POST","path":"/v1/pages[?]","body":"\"odd-answer\"' "$(is_answered object)"
	meets '"api":"notion","method":"POST","path":"/v1/pages[?]","body":"\"lost\"' '"drop":"after"'
	meets "\"api\":\"notion\",\"path\":\"/query\",\"body\":\"$sum" '"times":2,"status":500'
	meets '"api":"notion","method":"GET","path":"^/v1/pages/[^/]*$' "$FAILS"
	meets '"api":"notion","method":"PATCH' '"status":400,"code":"validation_error"'
	# The first twin gets its page and not its link, the second nothing.
	for id in $(control GET dump | $JQ -r 'select(.side == "supabase" and .decision == "twin").id'); do
		meets "\"api\":\"supabase\",\"method\":\"PATCH\",\"path\":\"[?&]id=eq.$id" "$FAILS"
	done
	meets '"api":"notion","method":"POST","path":"/v1/pages[?]","body":"\"twin\"' '"nth":2,"status":400,"code":"validation_error"'
	must_fail $RC_ATTENTION apply_plan
	[[ $(statuses) == '[["dropped","failed","not-kept"],["lost","unknown",'*'],["odd-answer","unknown","foreign-page"],["twin","failed","validation_error"],["twin","unknown",'* ]] || seen "$(statuses)"
	must_hold 'map(select(.set.decision == "dropped"))[0].note | test("still that of what was sent")'
	control DELETE faults >/dev/null
	control POST config '{"automations":[]}' >/dev/null

	# Again, with the same plan: the page of each is looked for. An answer names the other twin's page.
	first=$(id_of notion twin)
	page_object "$first" >object
	meets "\"api\":\"notion\",\"method\":\"GET\",\"path\":\"/v1/pages/$first" "$FAILS"
	meets '"api":"notion","method":"POST","path":"/v1/pages[?]","body":"\"twin\"' \
		"\"status\":200,\"content_type\":\"application/json\",\"body\":$(jq -Rs . object)"
	meets "\"api\":\"supabase\",\"method\":\"GET\",\"path\":\"notion_page_id=eq.$(id_of notion lost)" "$FAILS"
	must_fail $RC_ATTENTION apply_plan
	must_hold 'map(select(.set.decision == "twin") | [.status, .error.code]) | sort | .[1] == ["unknown", "foreign-page"] and .[0][0] == "failed"'
	must_hold 'map(select(.set.decision == "lost"))[0] | .status == "failed" and .error.http == 500'
	control DELETE faults >/dev/null

	jq -c '(.properties[] | select(.type == "title")).title = null' object >odd
	meets "\"api\":\"notion\",\"method\":\"GET\",\"path\":\"/v1/pages/$first" "$(is_answered odd)"
	meets '"api":"notion","path":"/query' "$FAILS"
	must_fail $RC_ATTENTION apply_plan
	must_hold 'map(select(.set.decision == "twin") | .why // .error.http) | map(tostring) | sort
		| .[0] == "500" and (.[1] | test("made for it, can.t be read"))'
	control DELETE faults >/dev/null

	meets "\"api\":\"supabase\",\"method\":\"GET\",\"path\":\"notion_page_id=eq.$first" "$FAILS"
	catch apply_plan
	must_hold 'map(select(.set.decision == "twin") | .status) | sort | .[0] == "failed" and .[1] == "skipped"'
	control DELETE faults >/dev/null
	control POST clock '{"advance":301}' >/dev/null
	# Which twin is paired with the page by its content may change once more.
	sync_now --quiet --allow mass-create --retry || true
	must_pass sync_now --quiet --retry
	links_one_to_one
	control GET dump | $JQ -sr 'map(select(.side == "notion").decision) | sort | join(" ")' >pages
	[[ $(<pages) == "dropped hers lost odd-answer old other twin twin" ]] || seen "the pages: $(<pages)"
}

@test "a row that can't be read keeps no other stamp of its request back; a page that may not be read ends no run" {
	seed_in_sync one two three
	edit notion one '{"checksum":""}'
	edit notion two '{"checksum":""}'
	make_plan
	quietly one '{"date":"infinity"}'
	must_pass apply_plan
	became "$(id_of supabase one)" '.op == "stamp" and .code == "changed" and (.why | test("can.t be read any more"))'
	became "$(id_of supabase two)" '.op == "stamp" and .status == "done"'
	quietly one '{"date":"2026-01-02"}'
	must_pass sync_now --quiet
	# An agreement that an old base doesn't know: its page is looked at before it is noted.
	cp state/base.ndjson old
	edit supabase three '{"type":"UX"}'
	must_pass sync_now --quiet
	cp old state/base.ndjson
	make_plan
	must_hold 'map(select(.kind == "op") | .op) == ["adopt"]' plan
	must_pass apply_plan -n plan
	must_hold '.[1] | .code == "dry-run" and .why == "it would be noted in the base now"'
	page_meets GET three '"times":-1,"status":403'
	must_fail $RC_ATTENTION apply_plan
	must_hold '.[1] | .status == "failed" and .error.http == 403'
	must_hold 'last.complete'
	control DELETE faults >/dev/null
	must_pass apply_plan
	must_be_settled
}
