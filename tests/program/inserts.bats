# Rows that apply inserts: tables that keep something else than was sent, and
# answers that are lost on the way.

load ../helper
load ../sync

setup() {
	sync_setup
}

triggers() { # triggers RULE…
	control POST config "{\"triggers\":[$(
		IFS=,
		echo "$*"
	)]}" >/dev/null
}

rows() { # rows FILTER: jq's, over the array of all rows
	control GET dump | $JQ -sc "map(select(.side == \"supabase\")) | $1"
}

pages() {
	control GET dump | $JQ -sc "map(select(.side == \"notion\")) | $1"
}

failed() { # the codes of what failed in the last run, by decision
	results | $JQ -sc 'map(select(.status == "failed")) | map(.error.code) | unique'
}

@test "a table that gives each row an id of its own: no row is duplicated" {
	triggers '{"on":"insert","new_id":true}'
	seed notion one two three
	must_pass sync_now -q
	[[ $(rows 'map(.decision) | sort') == '["one","three","two"]' ]]
	must_be_settled
	seed notion four
	must_pass sync_now -q
	[[ $(rows length) == 4 ]]
	must_be_settled
	[[ $(rows length) == 4 ]]
}

@test "nor where answers are lost, of one row or of many" {
	local what
	triggers '{"on":"insert","new_id":true}'
	for what in '"drop":"after"' '"status":500,"commit":true' '"garbage":true'; do
		control POST faults "{\"match\":{\"api\":\"supabase\",\"method\":\"POST\",
			\"body\":\"decision\"},$what}" >/dev/null
		seed notion "one $what" "two $what"
		must_pass sync_now -q
		control POST faults "{\"match\":{\"api\":\"supabase\",\"method\":\"POST\",
			\"body\":\"decision\"},$what}" >/dev/null
		seed notion "alone $what"
		must_pass sync_now -q
	done
	[[ $(rows length) == 9 ]] || seen "rows: $(rows 'map(.decision)')"
	must_be_settled
	[[ $(rows length) == 9 ]]
}

@test "nor where the server's maximum cuts the answer to the look for them" {
	local -a pages
	triggers '{"on":"insert","new_id":true}'
	control POST config '{"max_rows":3}' >/dev/null
	control POST faults '{"match":{"api":"supabase","method":"POST","body":"decision"},"drop":"after"}' >/dev/null
	pages=({1..8})
	seed notion "${pages[@]}"
	SYNC_JOBS=1 must_pass sync_now -q
	[[ $(rows length) == 8 ]] || seen "rows: $(rows 'map(.decision)')"
	must_be_settled
}

@test "a table that accepts a row but keeps none: reported in each run, and nothing else waits" {
	triggers '{"on":"insert","find":"never","swallow":true}'
	seed notion "never here" one two
	must_fail $RC_ATTENTION sync_now -q
	results | must_hold '[.[] | select(.status == "failed") | .error]
		| length == 1 and .[0].code == "not-kept"
		and (.[0].message | contains("triggers"))' /dev/stdin
	[[ $(rows 'map(.decision) | sort') == '["one","two"]' ]]
	# It is remembered, and sent again when the page has changed.
	must_fail $RC_ATTENTION sync_now -q
	results | must_hold '[.[] | select(.kind == "result") | [.status, .code]]
		== [["skipped", "not-kept"]]' /dev/stdin
	triggers
	edit notion "never here" '{"decision":"here at last"}'
	must_pass sync_now -q
	[[ $(rows 'map(.decision) | sort') == '["here at last","one","two"]' ]]
	must_be_settled
}

@test "a row that a trigger links elsewhere: one, reported, and no other is made for its page" {
	local link
	for link in "$(id 77)" https://app.notion.com/p/x; do
		triggers "{\"on\":\"insert\",\"find\":\"astray $link\",\"set\":{\"notion_page_id\":\"$link\"}}"
		seed notion "astray $link" "one $link"
		must_fail $RC_ATTENTION sync_now -q
		[[ $(failed) == '["not-kept"]' ]] || { results | cut -c1-300; seen "failed: $(failed)"; }
		for _ in 1 2 3; do
			[[ $(rows "map(select(.decision | endswith(\"$link\"))) | length") == 2 ]] || seen "rows: $(rows 'map(.decision)')"
			sync_now -q || true
		done
	done
}

@test "a text that a trigger cuts: reported with both values, and the page keeps its own" {
	triggers '{"on":"insert","find":"long","cut":6}'
	seed notion "a long decision" one
	must_fail $RC_ATTENTION sync_now -q
	results | must_hold '[.[] | select(.status == "failed") | .error]
		| length == 1 and .[0].code == "not-kept"
		and (.[0].message | contains("\"a long decision\" was sent, \"a long\" is kept"))' /dev/stdin
	results | must_hold 'map(select(.op == "stamp" and .status == "done")) | length == 1' /dev/stdin
	# The row is linked, and nothing says that it holds what the page holds.
	[[ $(rows 'map(select(.decision == "a long")) | .[0] | .notion_page_id != null') == true ]]
	[[ $(rows 'map(select(.decision == "a long")) | .[0].checksum') == \
		"\"$(printf 'a long|ops|2026-01-02' | sha256sum | cut -d' ' -f1)\"" ]]
	for _ in 1 2; do
		sync_now -q || true
		live notion "a long decision"
		[[ $(rows length) == 2 ]]
	done
	# Without the local files it is the same.
	rm -r state
	sync_now -q || true
	live notion "a long decision"
	[[ $(rows length) == 2 && $(pages 'length') == 2 ]]
}

@test "the page of a row that a trigger deletes at once is not moved to the trash" {
	triggers '{"on":"insert","find":"gone","set":{"deleted_at":"2026-01-02T03:04:05Z"}}'
	seed notion "gone soon" one
	must_fail $RC_ATTENTION sync_now -q
	[[ $(failed) == '["not-kept"]' ]]
	rm -r state
	for _ in 1 2; do
		sync_now -q || true
		live notion "gone soon"
	done
}

@test "no default of the table is used for a new row" {
	local default
	control POST config '{"not_null":["updated_at"]}' >/dev/null
	for default in '"infinity"' '"2026-01-02T03:04:05Z"'; do
		control POST config "{\"defaults\":{\"updated_at\":null,\"deleted_at\":$default}}"
		seed notion "of a page $default" "alone $default"
		must_pass sync_now -q
		live supabase "of a page $default"
		live notion "of a page $default"
		must_be_settled
	done
	control POST config '{"soft_delete":false}' >/dev/null
	seed notion "without deleted_at"
	must_pass sync_now -q
	live supabase "without deleted_at"
}

@test "a row that appeared meanwhile under its own id belongs to the page, edited or not" {
	seed notion one two
	must_pass pipe "'$BIN/sb-fetch' >sb; '$BIN/notion-fetch' >notion
		'$BIN/normalize' sb notion | '$BIN/plan' >plan"
	mkdir state other
	# Another machine carries the same plan out, and then one row is edited.
	must_pass "$BIN/apply" --base other/base.ndjson plan
	edit supabase two '{"decision":"two, edited"}'
	must_pass "$BIN/apply" --base state/base.ndjson plan
	must_hold '[.[] | select(.op == "create") | [.status, .code]] | sort
		== [["done", null], ["skipped", "changed"]]'
	[[ $(rows length) == 2 ]]
	must_pass sync_now -q
	live notion "two, edited"
	must_be_settled
}
