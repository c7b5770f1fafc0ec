# Every line of the presence table, end to end: deletions, restores, orphans,
# with the local base and without it.

load ../helper
load ../sync

setup() {
	sync_setup
	seed supabase "page trashed" "page trashed, row edited" "row deleted" \
		"row deleted, page edited" "page erased" "page moved" \
		"page unshared" "row erased" "both deleted" \
		still-{1,2,3,4,5,6,7,8,9,10,11,12}
	must_pass sync_now --quiet
	must_hold '.[0].ops.create.notion.done == 21' logs/last_run.json
}

people_delete() {
	act notion "page trashed" trash
	act notion "page trashed, row edited" trash
	edit supabase "page trashed, row edited" '{"type":"Policy"}'
	act supabase "row deleted" soft-delete
	act supabase "row deleted, page edited" soft-delete
	edit notion "row deleted, page edited" '{"type":"UX"}'
	act notion "page erased" erase
	act notion "page moved" move
	act notion "page unshared" unshare
	act supabase "row erased" delete
	act supabase "both deleted" soft-delete
	act notion "both deleted" trash
}

must_have_followed() {
	dead supabase "page trashed" >/dev/null
	live notion "page trashed, row edited" | $JQ -e '.type == ["Policy"]'
	live supabase "page trashed, row edited"
	dead notion "row deleted"
	live supabase "row deleted, page edited" | $JQ -e '.type == "UX"'
	live notion "row deleted, page edited"
	live supabase "page erased"
	live supabase "page moved"
	live supabase "page unshared"
	dead supabase "both deleted"
	dead notion "both deleted"
	must_hold '[.[] | select(.code == "orphan") | .row_id] | length >= 3' \
		<(results)
}

@test "deletions, with the local base" {
	people_delete
	must_pass sync_now --quiet
	must_have_followed
	# The base knows the page: its row was erased, and is not made again.
	none supabase "row erased"
	live notion "row erased"
	must_be_settled
}

@test "deletions, without the local base" {
	people_delete
	rm -r state
	must_pass sync_now --quiet
	must_have_followed
	# Nothing says that this page ever had a row.
	live supabase "row erased"
	must_be_settled
}

restores() {
	act notion "page trashed" trash
	act supabase "row deleted" soft-delete
	must_pass sync_now --quiet
	dead supabase "page trashed"
	dead notion "row deleted"
	must_be_settled
	[[ $1 == keep ]] || rm -r state
	act notion "page trashed" restore
	edit notion "page trashed" '{"type":"Other"}'
	act supabase "row deleted" undelete
	must_pass sync_now --quiet
	live supabase "page trashed" | $JQ -e '.type == "Other"'
	live notion "row deleted"
	must_be_settled
}

@test "restores, with the local base" {
	restores keep
}

@test "restores, without the local base" {
	restores wipe
}

@test "--orphans restore creates the missing half again" {
	act notion "page erased" erase
	act supabase "row erased" delete
	must_pass sync_now --quiet --orphans restore
	live notion "page erased"
	live supabase "row erased"
	must_be_settled
}

@test "--orphans trash follows an erased row, and leaves a moved page's row" {
	act notion "page moved" move
	act supabase "row erased" delete
	must_pass sync_now --quiet --orphans trash
	dead notion "row erased"
	live supabase "page moved"
}

@test "without deleted_at, a trashed page is reported and its row stays" {
	control POST config '{"soft_delete":false}' >/dev/null
	act notion "page trashed" trash
	must_pass sync_now --quiet
	live supabase "page trashed"
	must_hold '[.[] | select(.code == "trashed")] | length == 1' <(results)
	must_be_settled
}

@test "a page whose row was archived without its link gets no row beside it, and is told" {
	local which
	seed notion "made in Notion"
	must_pass sync_now --quiet
	# The one row has the id that is derived from its page, the other its own.
	for which in "made in Notion" still-1; do
		find_record supabase "$which" live
		person supabase '"set":{"notion_page_id":null},"action":"soft-delete"'
	done
	control DELETE log >/dev/null
	for _ in 1 2; do
		catch sync_now --quiet
		must_hold '.[0].planned == 0 or (.[0].planned == ([.[0].skips[]] | add))' logs/last_run.json
		must_hold '.[0].skips.orphan == 2' logs/last_run.json
	done
	[[ $(control GET log | $JQ -s '[.[] | select(.method == "PATCH" or (.method == "POST" and (.path | test("query|search") | not)))] | length') == 0 ]] ||
		seen "something was written"
	catch "$BIN/report"
	[[ $output == *"is deleted and has lost its link"* ]] || seen "report: $output"
	# The person wants them back.
	for which in "made in Notion" still-1; do
		find_record supabase "$which" dead
		person supabase '"action":"undelete"'
	done
	must_pass sync_now --quiet
	for which in "made in Notion" still-1; do
		[[ $(live supabase "$which" | $JQ -r .notion_page_id) == "$(live notion "$which" | $JQ -r .id)" ]]
		[[ $(control GET dump | $JQ -s --arg d "$which" '[.[] | select(.decision == $d)] | length') == 2 ]]
	done
	must_be_settled
}

@test "what failed of a page whose row was erased is remembered, whatever its old pair says" {
	local before
	act supabase still-1 delete
	control POST config '{"triggers":[{"on":"insert","find":"still-1","swallow":true}]}' >/dev/null
	catch sync_now --quiet --orphans restore
	[[ $(results) == *'"code":"not-kept"'* ]] || seen "not refused: $(results)"
	for _ in 1 2; do
		control DELETE log >/dev/null
		catch sync_now --quiet --orphans restore
		must_hold '.[0].skips == {"not-kept":1}' logs/last_run.json
		before=$(control GET log | $JQ -s '[.[] | select(.api == "supabase" and .method == "POST")] | length')
		[[ $before == 0 ]] || seen "sent again"
	done
	control POST config '{"triggers":[]}' >/dev/null
	must_pass sync_now --quiet --orphans restore --retry
	live supabase still-1
	must_be_settled
}
