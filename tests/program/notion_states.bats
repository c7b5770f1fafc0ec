#!/usr/bin/env bats
# Pages that are neither plainly there nor gone, end to end: archived ones, and
# one that alone can't be read.

load ../helper
load ../sync

setup() {
	sync_setup
	seed notion one two three four five six
	must_pass sync_now --quiet
}

# The live rows' texts, sorted.
must_have_rows() {
	diff <(control GET dump | $JQ -r 'select(.side == "supabase" and
		.deleted_at == null).decision' | sort) <(printf '%s\n' "$@" |
		sort) || { echo "rows differ"; return 1; }
}

must_have_pages() {
	[[ $(control GET dump | $JQ -s 'map(select(.side == "notion")) | length') \
		== "$1" ]] || { echo "not $1 pages"; return 1; }
}

archive() {
	for page in one two three four five; do
		act notion "$page" archive
	done
}

@test "an archived page keeps its row, and its edits go to it" {
	archive
	edit notion two '{"decision":"two, edited"}'
	control DELETE log >/dev/null
	must_pass sync_now --quiet
	must_have_rows one "two, edited" three four five six
	must_have_pages 6
	must_hold 'map(select(.kind == "result") | .op) == ["update"]' \
		<(results)
	# None of them is looked up by its id but the one that is written.
	must_hold 'map(select(.api == "notion" and .method == "GET" and
		(.path | startswith("/v1/pages/"))) | .path) | unique |
		length <= 1' <(control GET log)
	must_be_settled
	# Back, it gets the stamp that it lacks, and that is all.
	act notion "two, edited" unarchive
	must_pass sync_now --quiet
	must_hold 'map(select(.kind == "result") | .op) == ["stamp"]' \
		<(results)
	must_be_settled
}

@test "with links and base lost, archived pages are paired again" {
	archive
	rm -r state
	control GET dump | $JQ -c 'select(.side == "supabase") |
		{side, id, set: {notion_page_id: null, checksum: null,
			notion_synced: false}}' >unlink
	while read -r line; do
		control POST edit "$line" >/dev/null
	done <unlink
	must_pass sync_now --quiet
	must_have_pages 6
	must_have_rows one two three four five six
	control GET dump | $JQ -es 'map(select(.side == "supabase") |
		.notion_page_id) | all(. != null) and length == 6 and
		(unique | length == 6)' || seen "the links"
}

@test "an archived page that is new gets its row" {
	seed notion seven
	act notion seven archive
	must_pass sync_now --quiet
	must_have_rows one two three four five six seven
	must_be_settled
}

@test "a write that Notion refuses for an archived page holds that pair alone" {
	act notion one archive
	edit supabase one '{"decision":"one, edited"}'
	edit supabase two '{"decision":"two, edited"}'
	edit notion three '{"decision":"three, edited"}'
	must_fail $RC_ATTENTION sync_now --quiet
	live notion one
	live notion "two, edited"
	must_have_rows "one, edited" "two, edited" "three, edited" four five six
	must_hold 'map(select(.kind == "result" and .status == "failed")) |
		length == 1 and (.[0].error.message | test("archived"))' \
		<(results)
	# The row's edit isn't lost: it arrives as soon as the page is back.
	act notion one unarchive
	catch sync_now --quiet
	[[ $status -le 1 ]] || seen "after it was unarchived"
	must_have_rows "one, edited" "two, edited" "three, edited" four five six
}

@test "one page that can't be looked up holds its pair alone" {
	local page
	page=$(live notion one | $JQ -r .id)
	act notion one trash
	edit notion two '{"decision":"two, edited"}'
	control POST faults "{\"match\":{\"method\":\"GET\",
		\"path\":\"/v1/pages/$page\"},\"times\":-1,\"status\":500}" >/dev/null
	for _ in 1 2; do
		must_fail $RC_ATTENTION sync_now --quiet
		must_have_rows one "two, edited" three four five six
		must_hold 'map(select(.kind == "result" and .op == "skip" and
			.code == "problem")) | length == 1' <(results)
	done
	# No order of what is missing touches it either.
	must_fail $RC_ATTENTION sync_now --quiet --orphans restore
	must_have_rows one "two, edited" three four five six
	must_have_pages 6
	# Once it can be read, it is what it always was: in the trash.
	control DELETE faults >/dev/null
	must_pass sync_now --quiet
	must_have_rows "two, edited" three four five six
}
