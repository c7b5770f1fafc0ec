# Which looks apply takes before it writes, and what a person, another machine or
# a kill can do where it takes none: doc/semantics.md, section 7.

load ../helper
load ../sync

setup() {
	sync_setup
	export SYNC_JOBS=1
	mkdir state
}

apply_plan() {
	"$BIN/apply" --base state/base.ndjson plan
}

# seed_in_sync DECISION…: rows and their pages, in sync.
seed_in_sync() {
	seed supabase "$@"
	must_pass sync_now --quiet
	control POST clock '{"advance":3600}' >/dev/null
}

# must_ask API COUNTS: so many requests of each method since the log was emptied;
# what apply asks Notion before it begins is left out.
must_ask() {
	local got
	got=$(control GET log | $JQ -sc --arg api "$1" '[.[] | select(.api == $api
		and (.path | test("/databases/|/data_sources/[^/]*$|/users/me") | not)) | .method]
		| group_by(.) | map({(.[0]):length}) | add // {}')
	[[ $got == "$2" ]] || seen "$1 was asked $got, not $2"
}

# once MATCH FAULT
once() {
	control POST faults "{\"match\":{$1},$2}" >/dev/null
}

PAGE='"api":"notion","method":"PATCH"'

# an_edit SIDE DECISION SET-OR-ACTION: the "edit" of a fault.
an_edit() {
	jq -nc --arg side "$1" --arg id "$(id_of "$1" "$2")" --argjson what "$3" \
		'{side:$side, id:$id} + $what' | sed 's/^/"edit":/'
}

# arrives DECISION: on both sides, once, nothing was a conflict, and all is at rest.
arrives() {
	must_pass sync_now --quiet
	live supabase "$1" && live notion "$1"
	[[ ! -s logs/conflicts.ndjson ]] || seen "a conflict was made up: $(<logs/conflicts.ndjson)"
	must_be_settled
}

records() {
	control GET dump | $JQ -sc 'map([.side, .decision, (.in_trash == true or .deleted_at != null)]) | sort'
}

# --- what it costs -------------------------------------------------------------

@test "two requests to Notion for an edit, whichever the direction; one for a new record, and for a pair that was met" {
	seed_in_sync one two
	edit supabase one '{"type":"UX"}'
	make_plan
	control DELETE log >/dev/null
	must_pass apply_plan
	must_ask notion '{"GET":1,"PATCH":1}'
	edit notion two '{"type":["UX"]}'
	make_plan
	control DELETE log >/dev/null
	must_pass apply_plan
	must_ask notion '{"GET":1,"PATCH":1}'
	seed notion three four
	make_plan
	control DELETE log >/dev/null
	must_pass apply_plan
	must_ask notion '{"PATCH":2}'
	seed supabase five six
	make_plan
	control DELETE log >/dev/null
	must_pass apply_plan
	must_ask notion '{"POST":2}'
	seed supabase met
	seed notion met
	make_plan
	control DELETE log >/dev/null
	must_pass apply_plan
	must_ask notion '{"PATCH":1}'
	must_be_settled
}

@test "the rows of many stamps are looked at in one request" {
	local titles
	mapfile -t titles < <(seq -f "decision %.0f" 1 60)
	seed_in_sync "${titles[@]}"
	control GET dump | $JQ -c 'select(.side == "notion") | {side, id, set:{checksum:""}}' >edits
	while read -r edit; do control POST edit "$edit" >/dev/null; done <edits
	make_plan
	control DELETE log >/dev/null
	SYNC_JOBS=2 must_pass apply_plan
	must_hold '[.[] | select(.kind == "result") | [.op, .status]] | unique == [["stamp", "done"]]'
	must_ask notion '{"PATCH":60}'
	must_ask supabase '{"GET":2}'
	must_be_settled
}

# --- a person edits the page ---------------------------------------------------

@test "a page is edited between the plan and the insert of its row, or before its stamp: an edit like any other" {
	local base
	for base in kept lost; do
		seed notion "first $base" "then $base"
		make_plan
		edit notion "first $base" "{\"decision\":\"first $base, edited\",\"type\":[\"UX\"]}"
		once "$PAGE,\"path\":\"/v1/pages/$(id_of notion "then $base")\"" \
			"$(an_edit notion "then $base" "{\"set\":{\"decision\":\"then $base, edited\"}}")"
		must_pass apply_plan
		must_hold '[.[] | select(.kind == "result") | .status] == ["done", "done", "done", "done"]'
		must_hold '[.[] | select(.op == "stamp") | .note | test("edited just now")] == [true, true]'
		live supabase "first $base"
		[[ $base == kept ]] || rm -r state/*
		must_pass sync_now --quiet
		live supabase "first $base, edited" | $JQ -e '.type == "UX"'
		arrives "then $base, edited"
	done
	[[ $(records | $JQ length) == 8 ]] || seen "records: $(records)"
}

@test "a page is edited before the stamp of its row's update: nothing contradicts what is noted" {
	local base
	seed_in_sync kept lost
	for base in kept lost; do
		edit notion "$base" '{"type":["UX"]}'
		make_plan
		once "$PAGE" "$(an_edit notion "$base" "{\"set\":{\"decision\":\"$base, edited\"}}")"
		must_pass apply_plan
		must_hold '[.[] | select(.kind == "result") | [.op, .status]] == [["update", "done"], ["stamp", "done"]]'
		[[ $base == kept ]] || rm -r state/*
		arrives "$base, edited"
	done
}

@test "both halves of a new pair are edited before its stamp: a merge, no conflict" {
	seed_in_sync zero # after a first run no probe takes the faults
	seed notion one
	make_plan
	once "$PAGE" "$(an_edit notion one '{"set":{"type":["UX"]}}')"
	must_pass apply_plan
	edit supabase one '{"decision":"one, edited"}'
	arrives "one, edited"
	live notion "one, edited" | $JQ -e '.type == ["UX"]'
}

# As Notion's "Duplicate" makes one, which is edited then.
@test "a page that bears the checksum of something else is looked at before its row is inserted" {
	seed_in_sync zero
	seed notion one two
	edit notion one "{\"checksum\":\"$(live notion zero | $JQ -r .checksum)\"}"
	edit notion two "{\"checksum\":\"$(live notion zero | $JQ -r .checksum)\"}"
	make_plan
	control POST clock '{"advance":3600}' >/dev/null
	edit notion one '{"decision":"one, edited","type":["UX"]}'
	control POST clock '{"advance":3600}' >/dev/null
	control DELETE log >/dev/null
	# The stamp of the row that must not be there, if it came to that.
	once "$PAGE,\"path\":\"/v1/pages/$(id_of notion "one, edited")\"" \
		'"status":400,"code":"validation_error"'
	catch apply_plan
	must_hold '[.[] | select(.op == "create") | [.status, .code]] | sort
		== [["done", null], ["skipped", "changed"]]'
	must_ask notion '{"GET":2,"PATCH":1}'
	control DELETE faults >/dev/null
	rm -r state/*
	arrives "one, edited"
	live supabase two
	[[ $(records | $JQ length) == 6 ]] || seen "records: $(records)"
}

@test "a page goes to the trash before its row is inserted: the row goes too, and both come back" {
	seed notion one two
	make_plan
	act notion one trash
	must_pass apply_plan
	must_hold '[.[] | select(.code == "changed") | [.op, .why]]
		== [["stamp", "the page was moved to the trash since the plan"]]'
	must_pass sync_now --quiet
	dead supabase one
	must_be_settled
	act notion one restore
	arrives one
	[[ $(records | $JQ length) == 4 ]] || seen "records: $(records)"
}

@test "a page is moved or erased before its row is inserted: the row is kept and reported" {
	local what
	for what in move erase; do
		seed notion "$what"
		make_plan
		act notion "$what" "$what"
		must_pass apply_plan
		must_hold '[.[] | select(.op == "stamp") | [.status, .code]] == [["skipped", "changed"]]'
		live supabase "$what"
		# There is no other page, which is never well.
		must_fail $RC_ATTENTION sync_now --quiet
		results | must_hold '[.[] | select(.code == "orphan")] | length >= 1' /dev/stdin
	done
}

@test "a stamp that is answered from another place, or from the trash, is not noted as one" {
	local change
	seed_in_sync one
	for change in '.parent.data_source_id = "d5000000-0000-4000-8000-00000000abcd"' '.in_trash = true'; do
		edit notion one '{"checksum":""}'
		make_plan
		curl -fsS "$SANDBOX/v1/pages/$(id_of notion one)" -H "Authorization: Bearer $NOTION_API_KEY" \
			-H "Notion-Version: 2026-03-11" | jq -c "$change" >object
		once "$PAGE" "\"status\":200,\"content_type\":\"application/json\",\"body\":$(jq -Rs . object)"
		must_pass apply_plan
		must_hold '.[1] | .op == "stamp" and .status == "skipped" and .code == "changed"
			and (.why | test("moved"))'
		must_pass sync_now --quiet
		must_be_settled
	done
}

@test "a page that never is what the listing shows has failed from the third run in a row on" {
	local run
	seed_in_sync one
	edit supabase one '{"type":"UX"}'
	curl -fsS "$SANDBOX/v1/pages/$(id_of notion one)" -H "Authorization: Bearer $NOTION_API_KEY" \
		-H "Notion-Version: 2026-03-11" |
		jq -c '(.properties[] | select(.type == "title").title[0].plain_text) = "old"' >object
	once "\"api\":\"notion\",\"method\":\"GET\",\"path\":\"/v1/pages/$(id_of notion one)\"" \
		"\"times\":-1,\"status\":200,\"content_type\":\"application/json\",\"body\":$(jq -Rs . object)"
	for run in 1 2; do
		must_pass sync_now --quiet
		results >seen
		must_hold 'map(select(.op == "update"))[0] | [.status, .code] == ["skipped", "changed"]
			and (.why | test("\\(decision\\)"))' seen
	done
	for run in 3 4; do
		must_fail $RC_ATTENTION sync_now --quiet
		results >seen
		must_hold "map(select(.op == \"update\"))[0] | .status == \"failed\" and .failures == $run
			and .error.code == \"changed\" and (.error.message | test(\"\\\\(decision\\\\)\"))" seen
	done
	control DELETE faults >/dev/null
	must_pass sync_now --quiet
	must_be_settled
	live notion one | $JQ -e '.type == ["UX"]'
	# It counts from one again.
	edit supabase one '{"type":"Ops"}'
	once "\"api\":\"notion\",\"method\":\"GET\",\"path\":\"/v1/pages/$(id_of notion one)\"" \
		"\"times\":-1,\"status\":200,\"content_type\":\"application/json\",\"body\":$(jq -Rs . object)"
	must_pass sync_now --quiet
}

# --- answers -------------------------------------------------------------------

@test "a stamp that is refused has failed, and one whose answer is lost is found" {
	seed_in_sync one two three
	edit notion one '{"checksum":""}'
	edit notion two '{"checksum":""}'
	edit notion three '{"checksum":""}'
	make_plan
	once "$PAGE,\"path\":\"/v1/pages/$(id_of notion one)\"" '"status":400,"code":"validation_error"'
	once "$PAGE,\"path\":\"/v1/pages/$(id_of notion two)\"" '"drop":"after"'
	# And a person edits the page before we look.
	once "$PAGE,\"path\":\"/v1/pages/$(id_of notion three)\"" '"drop":"after","times":4'
	once '"api":"notion","method":"GET","path":"/v1/pages/'"$(id_of notion three)"'"' \
		"$(an_edit notion three '{"set":{"decision":"three, edited"}}')"
	must_fail $RC_ATTENTION apply_plan
	must_hold '[.[] | select(.kind == "result") | .status] | sort == ["done", "done", "failed"]'
	control DELETE faults >/dev/null
	arrives "three, edited"
}

# --- another machine -----------------------------------------------------------

@test "a stamp that another machine's sync has overtaken is not sent" {
	seed_in_sync one two
	edit notion one '{"checksum":""}'
	edit notion two '{"checksum":""}'
	make_plan
	edit notion one '{"decision":"one, edited"}'
	SYNC_STATE_DIR=$T/other must_pass sync_now --quiet
	control DELETE log >/dev/null
	must_pass apply_plan
	must_hold '[.[] | select(.kind == "result") | [.op, .status, .code]] | sort
		== [["stamp", "done", null], ["stamp", "skipped", "changed"]]'
	must_ask notion '{"PATCH":1}'
	# The row is edited: what the page bears must not make a conflict of that.
	edit supabase "one, edited" '{"decision":"one, edited twice"}'
	arrives "one, edited twice"
}

@test "nor is it repeated" {
	local code
	for code in 409 503; do
		seed_in_sync "one $code"
		edit notion "one $code" '{"checksum":""}'
		make_plan
		once "$PAGE" "\"status\":$code,$(an_edit supabase "one $code" '{"set":{"type":"UX"}}')"
		catch apply_plan
		if [[ $code == 409 ]]; then
			must_hold '.[1] | [.status, .code, .why]
				== ["skipped", "changed", "the row was edited since the plan"]'
		else
			must_hold '.[1] | [.status, .why] == ["unknown", "the row was edited since the plan"]'
		fi
		control DELETE faults >/dev/null
		arrives "one $code"
		live notion "one $code" | $JQ -e '.type == ["UX"]'
	done
}

@test "nor after a long pause in the middle of many" {
	local titles
	mapfile -t titles < <(seq -f "decision %.0f" 1 3)
	seed_in_sync "${titles[@]}"
	for title in "${titles[@]}"; do edit notion "$title" '{"checksum":""}'; done
	make_plan
	last=$($JQ -r 'select(.op == "stamp") | .page_id' plan | tail -n 1)
	title=$(control GET dump | $JQ -r --arg id "$last" 'select(.id == $id) | .decision')
	# The answer to the second comes late, and the row of the third is edited by then.
	once "$PAGE,\"nth\":2" '"delay_ms":11000'
	"$BIN/apply" -q --base state/base.ndjson plan >results 3>&- &
	pid=$!
	until_hits
	edit supabase "$title" '{"decision":"edited in the pause"}'
	wait $pid
	must_hold '[.[] | select(.kind == "result") | .status] == ["done", "done", "skipped"]' results
	arrives "edited in the pause"
}

@test "nor after a long wait for its turn" {
	local titles
	mapfile -t titles < <(seq -f "decision %.0f" 1 5)
	seed_in_sync "${titles[@]}"
	for title in "${titles[@]}"; do edit notion "$title" '{"checksum":""}'; done
	make_plan
	# One is told to wait, and so the other worker, which has read its rows, does too.
	once "$PAGE" '"status":429,"code":"rate_limited","retry_after":12'
	SYNC_JOBS=2 "$BIN/apply" -q --base state/base.ndjson plan >results 3>&- &
	pid=$!
	until_hits
	sleep 1
	for title in "${titles[@]}"; do edit supabase "$title" '{"type":"UX"}'; done
	control DELETE log >/dev/null
	wait $pid
	must_hold '[.[] | select(.status == "done")] | length <= 1' results
	must_hold '[.[] | select(.status == "skipped") | .code] | unique == ["changed"]' results
	control GET log | must_hold '[.[] | select(.method == "PATCH")] == []' /dev/stdin
	must_pass sync_now --quiet --allow mass-change
	arrives "decision 5"
	live notion "decision 5" | $JQ -e '.type == ["UX"]'
}

@test "nor where the row was inserted long before the rest of its batch" {
	local first second
	seed_in_sync zero
	seed notion one two
	make_plan
	first=$($JQ -r 'select(.op == "create") | .set.decision' plan | head -n 1)
	second=$($JQ -r 'select(.op == "create") | .set.decision' plan | tail -n 1)
	once '"api":"supabase","method":"POST"' '"status":400,"code":"22000"'
	once '"api":"supabase","method":"POST","nth":3' '"delay_ms":11000'
	"$BIN/apply" -q --base state/base.ndjson plan >results 3>&- &
	pid=$!
	until_hits 2
	edit supabase "$first" '{"decision":"edited meanwhile"}'
	wait $pid
	must_hold '[.[] | select(.kind == "result") | [.op, .status]] | sort
		== [["create", "done"], ["create", "done"], ["stamp", "done"], ["stamp", "skipped"]]' results
	control DELETE faults >/dev/null
	arrives "edited meanwhile"
	live notion "$second"
}

@test "a text that is no checksum stops no write, where one is stored" {
	seed supabase new
	edit supabase new '{"checksum":"d41d8cd98f00b204e9800998ecf8427e"}'
	seed_in_sync row page
	live notion new >/dev/null
	edit supabase row '{"checksum":"D41D8CD98F","type":"UX"}'
	edit notion page '{"checksum":"see below","type":["UX"]}'
	must_pass sync_now --quiet
	[[ $(live notion row) == *'"UX"'* && $(live supabase page) == *'"UX"'* ]] || seen "an edit has not arrived"
	must_be_settled
	# A plan made by hand need not say what is stored.
	edit supabase row '{"type":"Policy"}'
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion | "$BIN/plan" --base state/base.ndjson |
		jq -c 'del(.expect.row.stored_checksum?, .expect.page.stored_checksum?)' >plan
	must_pass "$BIN/apply" -q --base state/base.ndjson plan
	[[ $(live notion row) == *'"Policy"'* ]] || seen "a plan made by hand is not carried out"
}

@test "a page is looked at again where its write had to wait for its turn" {
	local titles
	mapfile -t titles < <(seq -f "decision %.0f" 1 12)
	seed_in_sync zero "${titles[@]}"
	for title in "${titles[@]}"; do edit supabase "$title" '{"type":"UX"}'; done
	make_plan
	# One worker is told to wait while the other looks at its page, slowly: so that waits too.
	once '"api":"notion","method":"GET","path":"^/v1/pages/","nth":8' '"delay_ms":1500'
	once "$PAGE,\"nth\":7" '"status":429,"code":"rate_limited","retry_after":12'
	SYNC_JOBS=2 "$BIN/apply" -q --base state/base.ndjson plan >results 3>&- &
	pid=$!
	until_hits 2
	sleep 2
	for title in "${titles[@]}"; do edit notion "$title" '{"type":["Policy"]}'; done
	wait $pid
	for title in "${titles[@]}"; do live notion "$title" | $JQ -e '.type == ["Policy"]'; done
}

# lags: Notion's listing shows what was there a minute ago.
lags() {
	control POST config '{"query_lag_ms":60000}' >/dev/null
	control POST clock '{"advance":3600}' >/dev/null
}

@test "a listing that shows an edit and not yet its stamp: what the row was given since stays" {
	seed_in_sync one
	edit notion one '{"decision":"two"}'
	lags
	must_pass sync_now --quiet
	live supabase two
	edit supabase two '{"decision":"one"}'
	must_pass sync_now --quiet
	live supabase one
	control POST clock '{"advance":3600}' >/dev/null
	arrives one
}

@test "a listing that doesn't show our write yet, and an edit back: no agreement is noted" {
	seed_in_sync one
	lags
	edit supabase one '{"decision":"two"}'
	must_pass sync_now --quiet
	live notion two
	edit supabase two '{"decision":"one"}'
	must_pass sync_now --quiet
	control POST clock '{"advance":3600}' >/dev/null
	arrives one
}

# --- kills ---------------------------------------------------------------------

# cut_at MATCH: apply is killed at the first request that matches, before it is carried out.
cut_at() {
	once "$1" '"times":1,"delay_ms":600000,"drop":"before"'
	apply_until_hit
}

@test "killed between an insert and its stamp, and people at work: each edit arrives, nothing is doubled" {
	local base n=2
	seed_in_sync zero
	for base in kept lost; do
		seed notion "page $base" "row $base" "trash $base" "rest $base"
		make_plan
		cut_at "$PAGE"
		n=$((n + 8))
		[[ $(records | $JQ length) == "$n" ]] || seen "records: $(records)"
		control POST clock '{"advance":3600}' >/dev/null
		edit notion "page $base" "{\"decision\":\"page $base, edited\"}"
		edit supabase "row $base" "{\"decision\":\"row $base, edited\"}"
		act notion "trash $base" trash
		[[ $base == kept ]] || rm -r state/*
		control DELETE log >/dev/null
		arrives "page $base, edited"
		live notion "row $base, edited"
		dead supabase "trash $base"
		[[ $(records | $JQ length) == "$n" ]] || seen "records: $(records)"
	done
}

@test "killed between the update of a row and its stamp: an edit of either half arrives" {
	local half
	for half in notion supabase; do
		seed_in_sync "$half"
		edit notion "$half" "{\"type\":[\"UX\"]}"
		make_plan
		cut_at "$PAGE"
		live supabase "$half" | $JQ -e '.type == "UX"'
		control POST clock '{"advance":3600}' >/dev/null
		edit "$half" "$half" "{\"decision\":\"edited in $half\"}"
		arrives "edited in $half"
		live notion "edited in $half" | $JQ -e '.type == ["UX"]'
	done
}

@test "TERM while a deletion waits for its turn: it was not sent, and no later edit passes for an undelete" {
	local from to action touch waits='"status":429,"code":"rate_limited","retry_after":60'
	for from in supabase notion; do
		to=notion action=soft-delete touch='{"notes":"see the minutes"}'
		[[ $from == supabase ]] || to=supabase action=trash touch='{"notion_synced":false}'
		seed_in_sync "$from"
		act "$from" "$from" "$action"
		make_plan
		once "\"api\":\"$to\",\"method\":\"PATCH\"" "$waits"
		"$BIN/apply" -q --base state/base.ndjson plan >results 2>/dev/null 3>&- &
		pid=$!
		until_hits
		kill -TERM $pid
		rc=0
		wait $pid || rc=$?
		((rc == 143)) || seen "ended with $rc"
		control DELETE faults >/dev/null
		rm -f state/notion-rate
		control POST clock '{"advance":300}' >/dev/null
		edit "$to" "$from" "$touch"
		must_pass sync_now --quiet
		dead supabase "$from"
		dead notion "$from"
	done
}
