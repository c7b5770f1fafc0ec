# A paused page (doc/semantics.md, section 10): nothing is written to either half
# while it is ticked, and what happened meanwhile is found when it is not.

load ../helper
load ../sync

setup() {
	sync_setup
	must_pass "$BIN/notion-setup" --with paused
	seed supabase 'Held' 'Free'
	must_pass sync_now --quiet
}

# pause DECISION true|false: a person ticks it, or not.
pause() {
	edit notion "$1" '{"properties":{"Paused":{"checkbox":'"$2"'}}}'
}

# What the last run told of it.
must_wait() {
	must_hold '.[0].exit_code == 0 and .[0].skips == {"paused":1}' logs/last_run.json
}

# The records of a pair, without when its page was ticked.
pair() {
	control GET dump | $JQ -c 'select(.decision == ("Held", "Row", "Page"))
		| del(.last_edited_time, .last_edited_by, .values)'
}

@test "edits of both halves wait, and arrive once it is unticked, by small readings too" {
	export SYNC_FULL_REQUESTS=0
	must_pass sync_now --quiet
	pause Held true
	edit supabase Held '{"type":"UX"}'
	edit notion Held '{"date":"2026-09-09"}'
	edit supabase Free '{"type":"UX"}'
	pair >before
	must_pass sync_now --quiet
	must_wait
	pair | diff before - || seen "the paused pair was written"
	[[ $(live notion Free | $JQ -c .type) == '["UX"]' ]]
	must_pass "$BIN/report"
	[[ $output == *paused* ]] || seen "the report doesn't tell of it"
	pause Held false
	must_pass sync_now --quiet
	[[ $(live notion Held | $JQ -c .type) == '["UX"]' ]]
	[[ $(live supabase Held | $JQ -r .date) == 2026-09-09 ]]
	must_be_settled
}

@test "deletions wait, and a page without a row gets none" {
	pause Held true
	act supabase Held soft-delete
	seed notion 'New'
	pause New true
	must_pass sync_now --quiet
	must_hold '.[0].skips == {"paused":2}' logs/last_run.json
	live notion Held >/dev/null
	none supabase New
	pause New false
	pause Held false
	must_pass sync_now --quiet
	dead notion Held >/dev/null
	live supabase New >/dev/null
	must_be_settled
}

@test "a page that is ticked between plan and write is skipped" {
	edit supabase Held '{"type":"UX"}'
	edit notion Free '{"type":"UX"}'
	make_plan
	pause Held true
	pause Free true
	must_pass "$BIN/apply" --base state/base.ndjson plan
	must_hold '[.[] | select(.kind == "result") | .code] |
		(map(select(. == "paused")) | length) == 2' <(printf '%s\n' "$output")
	[[ $(live notion Held | $JQ -c .type) == '["Ops"]' ]]
	[[ $(live supabase Free | $JQ -r .type) == Ops ]]
	pause Held false
	pause Free false
	must_pass sync_now --quiet
	[[ $(live notion Held | $JQ -c .type) == '["UX"]' ]]
	must_be_settled
}

@test "another name by a setting, none at all, and one that is not there" {
	control POST edit '{"side":"notion","set":{"decision":"x"}}' >/dev/null
	export SYNC_PAUSED_PROPERTY=-
	pause Held true
	edit supabase Held '{"type":"UX"}'
	must_pass sync_now --quiet
	[[ $(live notion Held | $JQ -c .type) == '["UX"]' ]]
	export SYNC_PAUSED_PROPERTY=Wait
	must_fail $RC_CONFIG sync_now --quiet
	must_say 'no property "Wait" of type checkbox \(SYNC_PAUSED_PROPERTY\)'
	must_say 'it has: .*Paused \(checkbox\)'
	must_pass "$BIN/notion-setup"
	must_pass sync_now --quiet
	edit notion Held '{"properties":{"Wait":{"checkbox":true}}}'
	edit supabase Held '{"type":"Ops"}'
	must_pass sync_now --quiet
	[[ $(live notion Held | $JQ -c .type) == '["UX"]' ]]
}
