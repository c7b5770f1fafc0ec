# What apply looks at before it writes, and what it says of each op.

load ../helper
load ../sync

setup() {
	sync_setup
}

@test "the end counts the ops by status" {
	seed supabase one two
	make_plan
	edit supabase two '{"type":"UX"}'
	must_pass "$BIN/apply" plan
	must_hold 'last.totals == {done:1, skipped:1, failed:0, unknown:0}'
}

@test "a dry run of every kind of op makes each look, and writes nothing anywhere" {
	local kinds='["create","link","restore","stamp","trash","update"]' files
	seed supabase edited-row edited-page trashed-page trashed-row back-row back-page unlinked unstamped
	must_pass sync_now --quiet
	act notion back-row trash
	act supabase back-page soft-delete
	must_pass sync_now --quiet
	edit supabase edited-row '{"type":"UX"}'
	edit notion edited-page '{"type":["UX"]}'
	act notion trashed-page trash
	act supabase trashed-row soft-delete
	act supabase back-row undelete
	act notion back-page restore
	edit supabase unlinked '{"notion_page_id":null}'
	edit notion unstamped '{"checksum":null}'
	seed supabase new-row
	seed notion new-page
	make_plan
	jq -sc '[.[] | select(.kind == "op") | .op] | unique' plan >kinds
	[[ $(<kinds) == "$kinds" ]] || seen "the plan has $(<kinds)"
	files=$(ls -l --time-style=full-iso -I notion-rate state)
	control GET dump >before
	control DELETE log >/dev/null
	must_pass "$BIN/apply" --dry-run --base state/base.ndjson --journal state/other.journal plan
	must_hold '[.[] | select(.kind == "result")] | length >= 10
		and all(.[]; .status == "skipped" and .code == "dry-run" and (.why | test("^it would be .* now$")))'
	must_hold '.[0].dry_run and last.totals.done == 0'
	control GET dump | diff before - || seen "a side was written"
	control GET log | $JQ -e -s 'all(.[]; .method == "GET" or (.path | endswith("/query")))' >/dev/null ||
		seen "a request that writes"
	[[ $files == "$(ls -l --time-style=full-iso -I notion-rate state)" ]] || seen "a file of the state was written"
	# Each look counts: what has changed since the plan is not said to be written now.
	edit notion edited-row '{"type":["Ops"],"decision":"meanwhile"}'
	edit supabase edited-page '{"date":"2026-05-05"}'
	must_pass "$BIN/apply" -n --base state/base.ndjson plan
	must_hold '[.[] | select(.kind == "result" and .code == "changed")] | length == 2'
	must_pass "$BIN/apply" -q --base state/base.ndjson plan
	must_pass sync_now --quiet
	must_be_settled
}

@test "every skip of a plan keeps its code, of the same page too" {
	make_plan
	{
		jq -c --arg one "$(id 1)" --arg two "$(id 2)" --arg page "$(id 9)" '
			if .kind == "head" then ., ({kind:"op", op:"skip", target:"none",
				code:"double-link", page_id:$page}
				| . + {n:1, row_id:$one}, . + {n:2, row_id:$two})
			else . end' plan
	} >doubled
	must_fail $RC_ATTENTION "$BIN/apply" doubled
	must_hold '[.[] | select(.kind == "result") | .code]
		== ["double-link", "double-link"]'
}

@test "a row that is deleted meanwhile is not written, although no trigger shows it" {
	seed supabase one
	must_pass sync_now --quiet
	edit notion one '{"type":"UX"}'
	make_plan
	control POST faults "$(jq -nc --arg id "$(id_of supabase one)" '
		{match:{api:"supabase", method:"PATCH"}, edit:{side:"supabase",
			id:$id, action:"soft-delete", touch:false}}')"
	must_pass "$BIN/apply" plan
	must_hold '.[1] | .op == "update" and .status == "skipped" and .code == "changed"'
	# The page was changed, so its row comes back.
	must_pass sync_now --quiet
	live supabase one | $JQ -e '.type == "UX"'
	live notion one | $JQ -e '.type == ["UX"]'
}

@test "the time that a person gives a date meanwhile is not overwritten" {
	seed supabase one
	must_pass sync_now --quiet
	edit supabase one '{"date":"2026-05-05"}'
	make_plan
	edit notion one '{"date":{"start":"2026-01-02T10:00:00.000Z","end":"2026-01-03T10:00:00.000Z"}}'
	must_pass "$BIN/apply" plan
	must_hold '.[1] | .op == "update" and .status == "skipped" and .code == "changed"'
	# The next plan has what it replaces.
	must_pass sync_now --quiet
	results >after
	must_hold 'map(select(.op == "update"))[0] | .status == "done"
		and .was.date_detail.end == "2026-01-03T10:00:00.000+00:00"' after
	live supabase one | $JQ -e '.date == "2026-05-05"'
}

# without_marks: the data source has neither Checksum nor Synced.
without_marks() {
	curl -fsS -X PATCH "$SANDBOX/v1/data_sources/$(control GET info | $JQ -r .ids.data_source)" \
		-H "Authorization: Bearer $NOTION_API_KEY" -H "Notion-Version: 2026-03-11" \
		-H "Content-Type: application/json" \
		-d '{"properties":{"Checksum":null,"Synced":null}}' >/dev/null
}

@test "a page comes back, and its row takes what it holds, where nothing tells which of them was edited" {
	without_marks
	seed supabase one
	must_pass sync_now --quiet
	act supabase one soft-delete
	must_pass sync_now --quiet
	act supabase one undelete
	edit supabase one '{"type":"UX","checksum":null}'
	rm state/base.ndjson
	must_pass sync_now --quiet --conflict notion
	results >after
	must_hold 'map(select(.status == "done") | [.op, .target]) == [["restore", "notion"], ["update", "supabase"]]' after
	must_hold 'map(select(.kind == "pair")) | length == 1' state/base.ndjson
	live supabase one | $JQ -e '.type == "Ops"' >/dev/null || seen "the row"
	live notion one | $JQ -e '.type == ["Ops"]' >/dev/null || seen "the page"
	must_be_settled
}

@test "a page comes back in one request where nothing else is to be written" {
	without_marks
	seed supabase one
	must_pass sync_now --quiet
	act notion one trash
	must_pass sync_now --quiet
	act supabase one undelete
	control DELETE log >/dev/null
	must_pass sync_now --quiet
	live notion one
	control GET log | $JQ -c 'select(.api == "notion" and .method == "PATCH") | .body' >bodies
	must_hold '. == [{in_trash:false}]' bodies
}

@test "a create whose page was moved away is a plain success" {
	seed supabase zero
	must_pass sync_now --quiet
	seed supabase one
	make_plan
	control POST faults '{"match":{"api":"supabase","method":"PATCH"},"status":500,"code":"XX000","times":4}'
	must_fail $RC_ATTENTION "$BIN/apply" plan
	control DELETE faults
	act notion one move
	must_pass "$BIN/apply" plan
	must_hold '.[1] | .op == "create" and .status == "done" and .code == null
		and .why == null'
}

@test "a restore whose first answer is lost still writes the content" {
	seed supabase one
	must_pass sync_now --quiet
	act supabase one soft-delete
	must_pass sync_now --quiet
	act supabase one undelete
	edit supabase one '{"type":"UX"}'
	make_plan
	control POST faults '{"match":{"api":"notion","method":"PATCH"},"drop":"after"}'
	must_pass "$BIN/apply" plan
	must_hold '.[1] | .op == "restore" and .status == "done"'
	live notion one | $JQ -e '.type == ["UX"]'
	must_be_settled
}

@test "a restore that is half done is not reported as unwritten" {
	seed supabase one
	must_pass sync_now --quiet
	act supabase one soft-delete
	must_pass sync_now --quiet
	act supabase one undelete
	edit supabase one '{"type":"UX"}'
	make_plan
	control POST faults '{"match":{"api":"notion","method":"PATCH","nth":2},
		"status":400,"code":"validation_error"}'
	must_fail $RC_ATTENTION "$BIN/apply" plan
	must_hold '.[1] | .op == "restore" and .status == "unknown"
		and (.note | test("out of the trash"))'
	must_pass sync_now --quiet
	live notion one | $JQ -e '.type == ["UX"]'
	must_be_settled
}

@test "a trigger on checksum and one on notion_synced are both reported" {
	control POST config '{"rewrite_checksum":true,"reset_synced":true}'
	seed supabase one
	make_plan
	must_pass "$BIN/apply" plan
	must_hold '.[1].note | test("written to checksum") and test("written to notion_synced")'
}

@test "a page that was created but not linked is reported, and linked by the next run" {
	local page
	seed supabase zero
	must_pass sync_now --quiet
	seed supabase one
	make_plan
	control POST faults '{"match":{"api":"supabase","method":"PATCH"},"status":500,"code":"XX000","times":4}'
	must_fail $RC_ATTENTION "$BIN/apply" plan
	page=$(id_of notion one)
	must_hold ".[1] | .status == \"unknown\" and .page_id == \"$page\"
		and (.note | test(\"$page was made\")) and .error.http == 500"
	must_pass sync_now --quiet
	[[ $(id_of notion one) == "$page" ]] || seen "made twice"
	live supabase one | $JQ -e --arg page "$page" '.notion_page_id == $page'
	must_be_settled
}

@test "a row whose page was given to its twin meanwhile gets one of its own" {
	local when
	seed supabase zero
	must_pass sync_now --quiet
	for when in 2001-01-01T00:00:00Z 2099-01-01T00:00:00Z; do
		seed supabase "twin $when"
		make_plan
		control POST faults '{"match":{"api":"supabase","method":"PATCH"},"status":500,"code":"XX000","times":4}'
		must_fail $RC_ATTENTION "$BIN/apply" plan
		control DELETE faults
		# By its age it is the other row that is paired with the page.
		jq -nc --arg when "$when" '{side:"supabase", decision:"twin \($when)",
			type:"Ops", date:"2026-01-02", created_at:$when}' >seed
		control POST seed @seed
		sync_now --quiet
		sync_now --quiet
	done
	control GET dump >dump
	must_hold 'map(select(.side == "supabase") | .notion_page_id)
		| length == 5 and all(. != null) and (unique | length) == 5' dump
	must_be_settled
}

@test "a row that was written, then edited before its answer, is not reported as unwritten" {
	seed supabase one
	must_pass sync_now --quiet
	edit notion one '{"type":"UX"}'
	make_plan
	control POST faults '{"match":{"api":"supabase","method":"PATCH"},"drop":"after"}'
	control POST faults "$(jq -nc --arg id "$(id_of supabase one)" '
		{match:{api:"supabase", method:"PATCH", nth:2},
			edit:{side:"supabase", id:$id, set:{decision:"one more"}}}')"
	must_fail $RC_ATTENTION "$BIN/apply" plan
	must_hold '.[1] | .op == "update" and .status == "unknown"'
	must_pass sync_now --quiet
	live notion "one more" | $JQ -e '.type == ["UX"]'
	live supabase "one more" | $JQ -e '.type == "UX"'
}

# Rows one and two, whose pages are out of reach: the plan creates both again.
plan_pages_anew() {
	seed supabase one two
	must_pass sync_now --quiet
	act notion one unshare
	act notion two unshare
	make_plan --orphans restore
}

@test "no new page is made for a row whose page is back" {
	plan_pages_anew
	must_hold 'map(select(.op == "create")) | length == 2' plan
	act notion one share
	must_pass "$BIN/apply" plan
	must_hold 'map(select(.kind == "result") | .status) | sort == ["done", "skipped"]'
	control GET dump >dump
	must_hold 'map(select(.side == "notion") | .decision) | sort == ["one", "two", "two"]' dump
}

@test "the same in the short form: a page in place of one that is gone" {
	plan_pages_anew
	act notion one share
	must_pass "$BIN/apply" <(short <plan)
	must_hold 'map(select(.kind == "result") | .status) | sort == ["done", "skipped"]'
}

@test "a plan that creates one page twice, or has no values, is refused" {
	seed supabase one
	make_plan
	sed '/"op":"create"/p' plan >twice
	must_fail $RC_STREAM "$BIN/apply" twice
	must_say 'ops 1 and 1 both make the other half'
	for agreed in 7 '{}' '{"checksum":"x"}' '{"decision":1}'; do
		jq -c --argjson a "$agreed" 'if .agreed then .agreed = $a else . end' \
			plan >wrong
		must_fail $RC_STREAM "$BIN/apply" wrong
		must_say 'wrong:2: .*agreed'
	done
	none notion one
	[[ ! -e state/base.ndjson ]] || must_hold 'map(select(.kind == "pair")) == []' \
		state/base.ndjson
}

@test "a plan of elsewhere, or of nowhere, is refused before anything is written" {
	local edit code says
	seed supabase one
	make_plan
	while IFS='|' read -r code says edit; do
		jq -c "if .kind == \"head\" then $edit else . end" plan >elsewhere
		must_fail "$code" "$BIN/apply" elsewhere
		must_say "$says"
	done <<-END
		$RC_STREAM|has no scope: make a new plan|del(.scope)
		$RC_STREAM|has no scope: make a new plan|.scope.notion = "elsewhere"
		$RC_CONFIG|the plan is for else/where, the settings name|.scope.supabase = "else/where"
		$RC_CONFIG|the plan is for the data source $(id 7), the settings name|.scope.notion = "$(id 7)"
	END
	must_fail $RC_LOCAL "$BIN/apply" nowhere
	must_fail $RC_USAGE "$BIN/apply" --max-wait never plan
	must_say '--max-wait takes seconds'
	jq -c 'if .kind == "op" then del(.n) else . end' plan >elsewhere
	must_fail $RC_STREAM "$BIN/apply" elsewhere
	must_say 'elsewhere:2: n is missing or not a number'
	# Without the heads of its sources the data source itself is asked.
	control POST faults '{"match":{"api":"notion","path":"/v1/data_sources/"},"times":-1,"status":500}' >/dev/null
	SYNC_RETRIES=0 must_fail $RC_TEMPORARY "$BIN/apply" <(short <plan)
	none notion one
}

@test "a base of another table is given up only where that is allowed, and not for a plan with nothing to write" {
	make_plan
	cp plan idle
	seed supabase one
	must_pass sync_now --quiet
	seed supabase two
	make_plan
	sed -i '1s/"supabase":"[^"]*"/"supabase":"else\/where"/' state/base.ndjson
	cp state/base.ndjson was
	must_fail $RC_GUARD "$BIN/apply" --base state/base.ndjson plan
	must_say 'belongs to another table or database'
	must_fail $RC_GUARD "$BIN/apply" -n --base state/base.ndjson plan
	printf '{"kind":"scope","scope":{}}\n' >state/base.ndjson.journal
	must_pass "$BIN/apply" --base state/base.ndjson idle
	cmp was state/base.ndjson
	none notion two
	must_pass "$BIN/apply" --base state/base.ndjson --allow scope plan
	live notion two >/dev/null
	must_hold '.[0].scope.supabase != "else/where"' state/base.ndjson
}

@test "a journal that is no file of ours is refused, and nothing is written" {
	seed supabase one
	make_plan
	mkdir -p state/base.ndjson.journal
	must_fail $RC_LOCAL "$BIN/apply" plan
	must_say 'base.ndjson.journal'
	must_fail $RC_LOCAL "$BIN/apply" -n plan
	rmdir state/base.ndjson.journal
	: >elsewhere
	ln -s "$T/elsewhere" state/base.ndjson.journal
	must_fail $RC_LOCAL "$BIN/apply" plan
	must_say 'is a symbolic link'
	[[ ! -s elsewhere ]] || seen "written through"
	none notion one
}

@test "a state folder that goes away while apply runs: 74" {
	local pid code=0
	seed supabase one
	mkdir state
	make_plan
	control POST faults '{"match":{"api":"supabase","method":"PATCH"},"delay_ms":1000}' >/dev/null
	"$BIN/apply" -q --base state/base.ndjson plan >results 2>messages 3>&- &
	pid=$!
	until_hits
	mv state gone
	wait "$pid" || code=$?
	[[ $code == "$RC_LOCAL" && $(<messages) == *state* ]] || seen "exit $code: $(<messages)"
	mv gone state
	must_pass sync_now --quiet
	must_be_settled
}

@test "a plan with no op has its end written, or it says so" {
	make_plan
	must_pass "$BIN/apply" plan
	must_hold 'last.complete and last.count == 0'
	must_fail $RC_LOCAL pipe "'$BIN/apply' plan >/dev/full"
}

@test "hours of writing are told as hours" {
	local n
	seed supabase one
	make_plan
	jq -c '. as $op | if .kind == "op" then range(250) | . as $n | $op | .n = $n + 1
		| .row_id = "00000000-0000-4000-8000-" + ("000000000000" + ($n | tostring))[-12:]
		else if .kind == "end" then .count = 250 else . end end' plan >long
	SYNC_NOTION_RPM=2 SYNC_RATE_DIR=$T must_pass "$BIN/apply" -n long
	must_say '250 pages to create, about 2 h 5 min at 2 requests a minute'
}

@test "--allow accepts only the names of guards" {
	make_plan
	for word in bogus scope,bogus incomplete "" "scope,"; do
		must_fail $RC_USAGE "$BIN/apply" --allow "$word" plan
		must_say 'empty-side, mass-delete, mass-create, mass-change, scope'
		must_fail $RC_USAGE "$BIN/plan" --allow "$word" records
		must_say 'empty-side, mass-delete, mass-create, mass-change, scope'
	done
	must_pass "$BIN/apply" --allow scope,mass-change plan
}

@test "a plan blocked by a guard that apply doesn't know is refused, whatever is allowed" {
	seed supabase one
	make_plan
	for blocked in '["mass-delete"]' '["new-guard"]' '[7]'; do
		jq -c --argjson b "$blocked" 'if .kind == "head" then .blocked = $b
			else . end' plan >blocked
		must_fail $RC_GUARD "$BIN/apply" \
			--allow empty-side,mass-create,mass-change,scope blocked
		none notion one
	done
}

# --- plans that were filtered -------------------------------------------------

# only SIDE <PLAN: the ops that write there, as in the manual.
only() {
	jq -c --arg side "$1" 'select(.kind != "op" or .target == $side)'
}

# Both sides of one pair edited, one side of two others; only SIDE carried out,
# by a whole plan or a short one; then all the rest.
filtered() {
	seed supabase merged row page row-gone
	must_pass sync_now --quiet
	edit supabase merged '{"type":"UX"}'
	edit notion merged '{"date":"2026-05-05"}'
	edit supabase row '{"type":"UX"}'
	edit notion page '{"date":"2026-06-06"}'
	act supabase row-gone soft-delete
	make_plan
	must_pass "$BIN/apply" <(only "$1" <plan | "$2")
	results=$output
	must_pass sync_now --quiet
	must_hold '.[0].conflicts == 0' logs/last_run.json
	live supabase merged | $JQ -e '.type == "UX" and .date == "2026-05-05"'
	live supabase row | $JQ -e '.type == "UX"'
	live supabase page | $JQ -e '.date == "2026-06-06"'
	dead supabase row-gone
	dead notion row-gone
	must_be_settled
}

@test "half of a merge, that of the row, is not taken for an agreement" {
	filtered supabase cat
	must_hold 'map(select(.kind == "result") | "\(.op) \(.status)") | sort
		== ["link skipped", "link skipped", "update done", "update skipped"]' \
		<(cat <<<"$results")
}

@test "half of a merge, that of the page, is completed by the next run" {
	filtered notion cat
	must_hold 'map(select(.kind == "result") | "\(.op) \(.status)") | sort
		== ["stamp skipped", "trash done", "update done", "update done"]' \
		<(cat <<<"$results")
}

@test "half of a merge, that of the row, in the short form" {
	filtered supabase short
}

@test "half of a merge, that of the page, in the short form" {
	filtered notion short
}

# --- plans in the short form of vaultsync-streams(5) --------------------------

# short <PLAN: no expect.row and expect.page, no sources.
short() {
	jq -c 'if .kind == "head" then del(.sources, .guards)
		elif .expect then .expect |= {checksum, updated_at} else . end'
}

# Every kind of op at once, planned and not carried out.
every_kind() {
	seed supabase changed merged cleared row-gone page-gone row-back page-back
	must_pass sync_now --quiet
	act supabase row-back soft-delete
	act notion page-back trash
	must_pass sync_now --quiet
	act supabase row-back undelete
	act notion page-back restore
	edit supabase changed '{"decision":"changed","type":"UX"}'
	edit supabase merged '{"type":"UX"}'
	edit notion merged '{"date":"2026-05-05"}'
	edit notion cleared '{"date":null}'
	act supabase row-gone soft-delete
	act notion page-gone trash
	edit supabase row-back '{"date":"2026-06-06"}'
	edit notion page-back '{"date":"2026-07-07"}'
	seed supabase new-row unlinked
	seed notion new-page
	control POST edit "$(live supabase changed | $JQ -c '{side, id, set:{checksum:null}, touch:false}')"
	make_plan
}

@test "a plan in the short form is carried out like a whole one" {
	every_kind
	must_hold 'map(select(.kind == "op") | "\(.op) \(.target)") | unique ==
		["create notion", "create supabase", "link supabase", "restore notion",
		"restore supabase", "stamp notion", "trash notion", "trash supabase",
		"update notion", "update supabase"]' plan
	short <plan >bare
	must_pass "$BIN/apply" bare
	must_hold '[.[] | select(.kind == "result") | .status] | unique == ["done"]'
	must_be_settled
}

@test "a plan in the short form writes nothing that was edited since" {
	every_kind
	short <plan >bare
	control GET dump | $JQ -c '{side, id, touch:false,
		set:{decision:(.decision + "!")}}' >edits
	while read -r edit; do control POST edit "$edit" >/dev/null; done <edits
	contents >before
	must_pass "$BIN/apply" bare
	contents >after
	[[ -z $(comm -23 before after) ]] || seen "written: $(diff before after)"
	must_hold 'map(select(.kind == "result" and .op != "link" and .op != "stamp"))
		| length > 8 and all(.status == "skipped")'
}

@test "a plan in the short form links two that were edited since: they met by content" {
	seed supabase one two
	seed notion one two
	make_plan
	edit notion one '{"date":"2026-05-05"}'
	edit supabase two '{"type":"UX"}'
	must_pass "$BIN/apply" <(short <plan)
	must_pass sync_now --quiet
	must_hold '.[0].conflicts == 0' logs/last_run.json
	must_pass control GET dump
	must_hold 'map(.decision | values) | sort == ["one", "one", "two", "two"]'
	live supabase one | $JQ -e '.date == "2026-05-05"'
	live notion two | $JQ -e '.type == ["UX"]'
	must_be_settled
}

# The content of both sides, to compare.
contents() {
	control GET dump | $JQ -c '{side, id, decision, type, date, deleted_at,
		in_trash}' | sort
}

@test "a plan in the short form is carried out as far as each half is what it is based on and can be read" {
	local name names=(relinked touched unread no-time no-page no-look erased trashed)
	seed supabase "${names[@]}"
	must_pass sync_now --quiet
	for name in relinked touched unread no-time; do edit notion "$name" '{"type":["UX"]}'; done
	edit supabase no-page '{"type":"UX"}'
	act supabase no-look delete
	act supabase erased delete
	act notion trashed trash
	make_plan --orphans trash --allow mass-change,mass-delete
	short <plan | jq -c --arg id "$(id_of supabase no-time)" 'if .row_id == $id then del(.expect.updated_at) else . end |
		if .op == "trash" and .target == "notion" then del(.agreed) else . end' >bare
	edit supabase relinked "{\"notion_page_id\":\"$(id 7)\"}"
	edit supabase touched '{"type":"Ops"}'
	control POST edit "{\"side\":\"supabase\",\"id\":\"$(id_of supabase unread)\",\"touch\":false,\"set\":{\"date\":\"infinity\"}}" >/dev/null
	fails() { control POST faults "{\"match\":{$1},\"times\":-1,\"status\":500}" >/dev/null; }
	fails "\"api\":\"notion\",\"path\":\"/v1/pages/$(id_of notion no-page)\""
	fails "\"api\":\"supabase\",\"path\":\"notion_page_id=eq.$(id_of notion no-look)\""
	control POST config '{"soft_delete":false}' >/dev/null
	SYNC_RETRIES=0 must_fail $RC_ATTENTION "$BIN/apply" bare
	of() { printf 'map(select(.kind == "result" and .page_id == "%s"))[0]' "$(id_of notion "$1")"; }
	for name in relinked touched; do
		must_hold "$(of $name) | .code == \"changed\" and (.why | test(\"row is not what the plan\"))"
	done
	must_hold "$(of unread) | .code == \"changed\" and (.why | test(\"can.t be read\"))"
	must_hold "$(of no-time) | .status == \"done\""
	must_hold "$(of no-page) | .status == \"failed\" and .error.http == 500"
	must_hold "$(of no-look) | .status == \"failed\" and .error.http == 500"
	must_hold "$(of erased) | .status == \"done\""
	must_hold "$(of trashed) | .code == \"trashed\" and (.why | test(\"no deleted_at\"))"
}

@test "a stamp whose row was left out of the plan is written, and the next run makes the row" {
	seed notion one
	make_plan
	must_pass "$BIN/apply" <(only notion <plan)
	must_hold 'map(select(.kind == "result") | [.op, .status]) == [["stamp", "done"]]'
	must_pass sync_now --quiet
	live supabase one >/dev/null
	must_be_settled
}

@test "a plan in the short form doesn't replace a text in other case, which no checksum shows" {
	seed supabase one two
	must_pass sync_now --quiet
	edit supabase one '{"decision":"uno"}'
	edit notion two '{"decision":"due"}'
	make_plan
	edit notion one '{"decision":"One"}'
	control POST edit "$(live supabase two |
		jq -c '{side, id, set:{decision:"TWO"}, touch:false}')"
	must_pass "$BIN/apply" <(short <plan)
	live notion One
	live supabase TWO
	must_hold 'map(select(.kind == "result" and .op == "update") | .code)
		== ["changed", "changed"]'
}

@test "an op that names nothing to compare with is refused by its name" {
	seed supabase one
	must_pass sync_now --quiet
	edit supabase one '{"type":"UX"}'
	make_plan
	jq -c 'if .op == "update" then del(.expect.page, .expect.checksum) else . end' \
		plan >blind
	must_fail $RC_STREAM "$BIN/apply" blind
	must_say 'blind:2: op 1, update in notion: it has neither expect.page nor expect.checksum'
	live notion one | $JQ -e '.type == ["Ops"]'
}

# An op is parsed whole when it is read, before the first request.
@test "an op with a part that is not valid is refused by its line, and nothing is written" {
	local part says
	seed supabase one two
	must_pass sync_now --quiet
	edit supabase one '{"type":"UX"}'
	edit supabase two '{"type":"UX"}'
	make_plan
	while IFS='|' read -r part says; do
		jq -c "if .n == 1 then $part else . end" plan >broken
		must_fail $RC_STREAM "$BIN/apply" broken
		must_say "broken:2: op 1, update in $says"
	done <<-'END'
		.set.date = "2026-02-30"|notion: a value in set is not valid
		.set.type = ["UX"]|notion: a value in set is not valid
		.set = null|notion: a value in set is not valid
		del(.set)|notion: set is missing
		.checksum = "none"|notion: checksum is missing or not valid
		.agreed = {"checksum": "none"}|notion: agreed is not valid
		.expect.checksum = "none"|notion: expect.checksum is not valid
		.expect.updated_at = "soon"|notion: expect.updated_at is not a valid time
		del(.row_id)|notion: row_id or page_id is missing
		.target = "base"|base: the op is not known
	END
	live notion one | $JQ -e '.type == ["Ops"]'
}

# Nobody looks at the page before a stamp: content must not come along with it.
@test "a link or a stamp that has content is refused" {
	local kind
	seed notion one
	seed supabase two
	seed notion two
	make_plan
	for kind in link stamp; do
		jq -c "if .op == \"$kind\" then .set = {\"type\":\"UX\"} else . end" plan >broken
		must_fail $RC_STREAM "$BIN/apply" broken
		must_say ", $kind in .*: it writes no content, but has set"
	done
	live notion one | $JQ -e '.type == ["Ops"] and .checksum == null'
	none supabase one
}

@test "a page is not trashed for an erased row that is back" {
	seed supabase one two three
	must_pass sync_now --quiet
	live supabase two >two
	for name in one two three; do act supabase $name delete; done
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	"$BIN/plan" --base state/base.ndjson --orphans trash \
		--allow mass-delete records >plan
	must_hold 'map(select(.op == "trash" and .target == "notion")) | length == 3' plan
	# One comes back under its id, one with the link of its page.
	jq -c '{side, id, decision}' two >seed
	jq -nc --arg page "$(id_of notion three)" \
		'{side:"supabase", decision:"three again", notion_page_id:$page}' >>seed
	control POST seed @seed
	must_pass "$BIN/apply" plan
	must_hold 'map(select(.kind == "result") | .status) | sort
		== ["done", "skipped", "skipped"]'
	dead notion one
	live notion two
	live notion three
}

@test "stamps come last" {
	seed notion one two three
	make_plan
	must_pass "$BIN/apply" plan
	must_hold '[.[] | select(.kind == "result") | .op] ==
		["create", "create", "create", "stamp", "stamp", "stamp"]'
}

@test "a Retry-After longer than SYNC_MAX_WAIT ends the run, a shorter one is sat out" {
	seed supabase one
	must_pass sync_now -q
	edit supabase one '{"type":"UX"}'
	make_plan
	control POST faults '{"match":{"api":"notion","method":"PATCH"},"status":429,"retry_after":2}'
	SYNC_MAX_WAIT=1 must_fail $RC_TEMPORARY "$BIN/apply" --base state/base.ndjson plan
	must_say "asks to wait 2 s, but a run waits 1 s at most"
	control POST faults '{"match":{"api":"notion","method":"PATCH"},"status":429,"retry_after":2}'
	SYNC_MAX_WAIT=1 must_pass "$BIN/apply" --max-wait 5 --base state/base.ndjson plan
	must_hold 'last.waited_ms.notion >= 1900 and last.limited.notion == 1'
	control POST faults '{"match":{"api":"notion"},"status":429,"retry_after":2}'
	SYNC_MAX_WAIT=1 must_fail $RC_TEMPORARY "$BIN/notion-fetch"
}

@test "a pause that another run was asked for is sat out no longer than one's own" {
	seed supabase one
	must_pass sync_now -q
	edit supabase one '{"type":"UX"}'
	make_plan
	control POST faults '{"match":{"api":"notion","method":"PATCH"},"status":429,"retry_after":900}'
	"$BIN/apply" -q --max-wait 1000 --base state/base.ndjson plan >results 3>&- &
	pid=$!
	until_hits
	until [[ $(head -n 1 state/notion-rate) != 0\ * ]]; do sleep 0.05; done
	kill -TERM $pid
	wait $pid || true
	must_fail $RC_TEMPORARY timeout 20 "$BIN/apply" --max-wait 5 --base state/base.ndjson plan
	must_say "another request was told to wait; it asks to wait"
	must_say "but a run waits 5 s at most"
	# One that may wait so long says what for.
	"$BIN/apply" --max-wait 1000 --base state/base.ndjson plan >results 2>err 3>&- &
	pid=$!
	until grep -q continuing err; do sleep 0.05; done
	kill -TERM $pid
	wait $pid || true
	grep 'Notion: another request was told to wait; continuing in 8' err
}
