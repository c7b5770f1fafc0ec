#!/usr/bin/env bats
# A conflict is decided by a person: one that was left alone, or last week's.

load ../helper
load ../sync

setup() {
	sync_setup
	CONTROLS=$ROOT/scripts/controls.sh
	export VAULTSYNC_BIN=$BIN
}

# both DECISION ROW PAGE: both sides change it, in one field each as given.
both() {
	edit supabase "$1" "$2"
	control POST clock '{"advance":120}' >/dev/null
	edit notion "$1" "$3"
}

row_of() {
	live supabase "$1" | $JQ -r .id
}

nothing_waits() {
	[[ -z $(ls state/resolve 2>/dev/null) ]] || seen "a decision is kept: $(cat state/resolve/*)"
}

@test "last week's loser is brought back by one command, and again the other way round" {
	local row
	seed supabase "Adopt PostgreSQL" "Other"
	must_pass sync_now --quiet
	row=$(row_of "Adopt PostgreSQL")
	both "Adopt PostgreSQL" '{"type":"UX"}' '{"type":"Policy"}'
	must_pass sync_now --quiet
	live supabase "Adopt PostgreSQL" | $JQ -e '.type == "Policy"'
	must_pass sync_now --quiet # a week of other runs

	must_pass "$CONTROLS" resolve --list
	[[ $output == "$row  decided "*", by its rule: Notion won"* ]] || seen "the list"
	[[ $output == *'type      Supabase  "UX"'*'  lost'*'Notion    "Policy"'*'  won'* ]]
	[[ $output == *$'\n  record    Adopt PostgreSQL\n'* ]] || seen "the title"
	[[ $output == *"  scripts/controls.sh resolve $row --take supabase"* ]]
	must_pass "$CONTROLS" resolve --list --json
	must_hold '.[0].conflicts | length == 1 and (.[0].fields.type
		== {supabase:"UX", notion:"Policy", winner:"notion"}) and .[0].decided'

	# Its plan first, which writes nothing.
	must_pass "$CONTROLS" resolve "${row:0:8}" --take supabase --dry-run
	[[ $output == *'type      Policy → UX'*"resolved: Supabase's value is taken"* ]] || seen "the plan"
	nothing_waits
	live supabase "Adopt PostgreSQL" | $JQ -e '.type == "Policy"'

	must_pass "$CONTROLS" resolve "${row:0:8}" --take supabase
	must_say "controls: $row: resolved"
	nothing_waits
	live supabase "Adopt PostgreSQL" | $JQ -e '.type == "UX"'
	live notion "Adopt PostgreSQL" | $JQ -e '.type == ["UX"]'
	must_hold '.[-1] | .winner == "supabase" and .resolved and .lost.type == "Policy"' logs/conflicts.ndjson
	must_be_settled
	must_pass "$CONTROLS" resolve --list
	[[ $output == *", by hand: Supabase won"*"--take notion"* ]] || seen "the list"
	must_pass "$CONTROLS" resolve "$row" --take notion
	live notion "Adopt PostgreSQL" | $JQ -e '.type == ["Policy"]'
	must_be_settled
}

@test "refused where someone has edited since, with what stands now" {
	local row
	seed supabase "Adopt PostgreSQL"
	must_pass sync_now --quiet
	row=$(row_of "Adopt PostgreSQL")
	both "Adopt PostgreSQL" '{"type":"UX"}' '{"type":"Policy"}'
	must_pass sync_now --quiet
	edit notion "Adopt PostgreSQL" '{"type":"Legal"}'
	must_fail 1 "$CONTROLS" resolve "$row" --take supabase
	must_say 'not resolved: edited since: type is "Policy" in Supabase and "Legal" in Notion now'
	nothing_waits
	must_pass "$BIN/report"
	[[ $output == *'not-resolved'* ]] || seen "the report"
	must_pass sync_now --quiet
	live supabase "Adopt PostgreSQL" | $JQ -e '.type == "Legal"'
	must_be_settled
	# A line that a full disk has cut takes no other with it.
	printf '{"run_id":"cut' >>logs/conflicts.ndjson
	both "Adopt PostgreSQL" '{"type":"UX"}' '{"type":"Policy"}'
	must_pass sync_now --quiet
	tail -n 1 logs/conflicts.ndjson | $JQ -e '.winner == "notion"'
	must_pass "$CONTROLS" resolve --list
	[[ $output == *'"UX"'*'"Policy"'* ]] || seen "the list"
}

@test "a pair that stop left alone, a field at a time; no other conflict is decided by it" {
	local row
	seed supabase "One" "Two"
	must_pass sync_now --quiet
	row=$(row_of One)
	both One '{"type":"UX","date":"2026-03-03"}' '{"type":"Policy","date":"2026-04-04"}'
	both Two '{"type":"UX"}' '{"type":"Policy"}'
	must_fail 1 sync_now --quiet --conflict stop
	must_pass "$CONTROLS" resolve --list
	[[ $(grep -c 'not decided' <<<"$output") == 2 ]]
	[[ $output == *"$row --take supabase"*"$row --take notion"* || $output == *"$row --take notion"*"$row --take supabase"* ]]

	must_fail 1 "$CONTROLS" resolve "$row" --take notion --field date
	live supabase One | $JQ -e '.date == "2026-04-04" and .type == "UX"'
	must_hold '.[-1] | .conflict.fields == null and .resolved and .fields == ["date"]' logs/conflicts.ndjson
	must_hold '.[0].policy.conflict == "stop"' logs/last_run.json
	must_fail 1 "$CONTROLS" resolve "$row" --take supabase
	live notion One | $JQ -e '.type == ["UX"]'
	live supabase Two | $JQ -e '.type == "UX"'
	live notion Two | $JQ -e '.type == ["Policy"]'
	nothing_waits
	must_fail 1 sync_now --quiet --conflict stop
	results | $JQ -se 'map(select(.kind == "result")) | length == 1 and .[0].code == "conflict"'
}

@test "what has changed since it was shown is not decided, though a run has seen the change" {
	local row seen
	seed supabase One
	must_pass sync_now --quiet
	row=$(row_of One)
	both One '{"type":"UX"}' '{"type":"Policy"}'
	must_fail 1 sync_now --quiet --conflict stop
	must_pass "$CONTROLS" resolve --list --json
	seen=$($JQ -r '.conflicts[0].seen' <<<"$output")
	edit notion One '{"type":"Product"}'
	must_fail 1 sync_now --quiet --conflict stop
	must_fail 2 "$CONTROLS" resolve "$row" --take notion --seen "$seen"
	must_say 'the values have changed since they were shown'
	nothing_waits
	live supabase One | $JQ -e '.type == "UX"'
	must_pass "$CONTROLS" resolve --list --json
	must_pass "$CONTROLS" resolve "$row" --take notion --seen="$($JQ -r '.conflicts[0].seen' <<<"$output")"
	live supabase One | $JQ -e '.type == "Product"'
	# Of what was decided the loser is brought back, as it was seen too.
	must_fail 2 "$CONTROLS" resolve "$row" --take supabase --seen "$seen"
	must_pass "$CONTROLS" resolve --list --json
	must_pass "$CONTROLS" resolve "$row" --take supabase --seen "$($JQ -r '.conflicts[0].seen' <<<"$output")"
	live notion One | $JQ -e '.type == ["UX"]'
	must_fail 2 "$CONTROLS" resolve "$row" "$row" --take supabase --seen "$seen"
}

@test "while another run goes on the decision waits, and the next run takes it" {
	local row name
	seed supabase "Adopt PostgreSQL"
	must_pass sync_now --quiet
	row=$(row_of "Adopt PostgreSQL")
	both "Adopt PostgreSQL" '{"type":"UX"}' '{"type":"Policy"}'
	must_pass sync_now --quiet
	hold sync
	must_fail $RC_TEMPORARY "$CONTROLS" resolve "$row" --take supabase
	must_say "the next run carries it out"
	# Only that of one record is dropped, and not by a trial.
	jq -c '.row_id = "ffffffff-ffff-4fff-8fff-ffffffffffff"' state/resolve/*.json >other
	cp other state/resolve/ffffffff-ffff-4fff-8fff-ffffffffffff.json
	must_fail $RC_USAGE "$CONTROLS" resolve --drop ----
	must_say 'resolve --drop takes no ----'
	must_fail $RC_USAGE "$CONTROLS" resolve --drop "$($JQ -r '.page_id[:4]' other)"
	must_say 'several records wait whose ids begin so'
	must_pass "$CONTROLS" resolve --drop -n "$row"
	must_say "$row: supabase in type: would be dropped"
	[[ $(ls state/resolve | wc -l) == 2 ]] || seen "what is left: $(ls state/resolve)"
	must_pass "$CONTROLS" resolve --drop "$row" ffff
	must_say "$row: supabase in type: dropped"
	nothing_waits
	must_fail $RC_TEMPORARY "$CONTROLS" resolve "$row" --take supabase
	let_go
	[[ $(stat -c %a state/resolve state/resolve/*) == $'700\n600' ]]
	# A later decision takes its place, and what was cut while it was written goes.
	touch -d '2 hours ago' "state/resolve/$row.abcdef"
	hold sync
	must_fail $RC_TEMPORARY "$CONTROLS" resolve "$row" --take supabase
	let_go
	[[ $(ls state/resolve) == "$row".??????.json ]] || seen "what is kept: $(ls state/resolve)"
	# A trial is of the decision that it names, not of the one that waits.
	must_pass "$CONTROLS" resolve "$row" --take notion --dry-run
	[[ $output != *'Policy → UX'* ]] || seen "the plan of the other decision"
	# What is held, it waits for.
	# A damaged one is left out, and the others are taken.
	echo '{"kind":"resolve"' >state/resolve/00.json
	jq -c '.fields.date = {supabase: "2026-02-30", notion: null}' other >state/resolve/01.json
	jq -c '.fields = {kind: {supabase: "a", notion: "b"}}' other >state/resolve/02.json
	jq -c '.fields.decision = {supabase: "a\u0000b", notion: "b"}' other >state/resolve/03.json
	must_pass "$CONTROLS" resolve "$row" --take supabase --hold update
	must_say "state/resolve/00.json is damaged and left out.*: rm '.*state/resolve/00.json'"
	for name in 01 02 03; do
		must_say "state/resolve/$name.json is damaged and left out"
	done
	rm state/resolve/0?.json
	must_say "controls: $row: waits for a later run \(held\)"
	must_say "the next run carries it out; to take it back: .*resolve --drop $row"
	must_fail 1 "$BIN/report" --pending
	[[ $output == *$'held\t'"$row"*$'decided\t'"$row"* ]] || seen "what waits"
	must_pass sync_now --quiet
	live notion "Adopt PostgreSQL" | $JQ -e '.type == ["UX"]'
	nothing_waits
}

@test "what the last run held stays held, and what had to settle still has to" {
	local row
	seed supabase One Two
	must_pass sync_now --quiet
	row=$(row_of One)
	both One '{"type":"UX"}' '{"type":"Policy"}'
	must_pass sync_now --quiet
	act notion Two trash
	control POST clock '{"advance":120}' >/dev/null
	SYNC_DIRECTION=to-notion SYNC_SETTLE=1s must_pass sync_now --quiet
	must_pass "$CONTROLS" resolve "$row" --take supabase --dry-run
	live supabase Two >/dev/null
	# What the settings hold by now is held as well.
	SYNC_SETTLE=0 SYNC_HOLD=trash:notion must_pass "$CONTROLS" resolve "$row" --take supabase
	live supabase Two >/dev/null
	must_hold '.[0].policy | .settle_seconds == 1 and (.hold | index("trash:notion") and index("trash:supabase"))' logs/last_run.json
	must_pass "$CONTROLS" resolve "$row" --take notion --direction both
	dead supabase Two >/dev/null
}

@test "a run that was taken back meanwhile leaves the rules as they were: the others stay undecided" {
	local undone name
	seed supabase one two three four
	must_pass sync_now --quiet
	edit supabase three '{"type":"UX"}'
	must_pass sync_now --quiet
	undone=$($JQ -r .run_id logs/last_run.json)
	for name in one two four; do
		both $name '{"type":"UX"}' '{"type":"Policy"}'
	done
	catch sync_now --quiet --conflict stop
	must_pass "$CONTROLS" undo "$undone" --quiet
	must_hold '.[0].policy | has("conflict") or has("orphans") | not' logs/last_run.json
	catch "$CONTROLS" resolve "$(row_of one)" --take supabase
	live notion one | $JQ -e '.type == ["UX"]' >/dev/null || seen "not resolved"
	live notion two | $JQ -e '.type == ["Policy"]' >/dev/null
	live supabase two | $JQ -e '.type == "UX"' >/dev/null || seen "another one was decided"
	# Nor do records that can't be read, or none but the kept ones, change them.
	must_pass "$CONTROLS" undo "$undone" --quiet
	echo '{' >logs/last_success.json
	catch "$CONTROLS" resolve "$(row_of four)" --take supabase
	live notion four | $JQ -e '.type == ["UX"]' >/dev/null || seen "not resolved"
	live supabase two | $JQ -e '.type == "UX"' >/dev/null || seen "another one was decided"
}

@test "what is wrong is refused with what would be right, before anything is read" {
	local row
	must_fail $RC_USAGE "$CONTROLS" resolve abcd --take notion
	must_say 'no conflict is known of "abcd", nor of any other record'
	seed supabase "Adopt PostgreSQL"
	must_pass sync_now --quiet
	row=$(row_of "Adopt PostgreSQL")
	both "Adopt PostgreSQL" '{"type":"UX"}' '{"type":"Policy"}'
	must_pass sync_now --quiet
	control DELETE log >/dev/null
	must_fail $RC_USAGE "$CONTROLS" resolve
	must_say 'of which record'
	must_fail $RC_USAGE "$CONTROLS" resolve "$row"
	must_say 'whose value\? --take supabase or --take notion'
	must_fail $RC_USAGE "$CONTROLS" resolve "$row" --take both
	must_say '--take supabase or --take notion, not both'
	must_fail $RC_USAGE "$CONTROLS" resolve "$row" --take notion --field title
	must_say 'title is not a field: decision, type or date'
	must_fail $RC_USAGE "$CONTROLS" resolve "$row" --take notion --field date
	must_say "no conflict is known in the date of $row; there is one in its type"
	must_fail $RC_USAGE "$CONTROLS" resolve 00000000-0000-4000-8000-00000000dead --take notion
	must_say "no conflict is known of .*; there are some of $row"
	must_fail $RC_USAGE "$CONTROLS" resolve "not an id" --take notion
	must_say 'not a row or page id'
	must_fail $RC_USAGE "$CONTROLS" resolve --drop "$row"
	must_say 'no decision on .* waits'
	must_fail $RC_USAGE "$CONTROLS" resolve "$row" --take notion --nonsense
	must_fail $RC_USAGE "$CONTROLS" resolve "$row" --take notion --conflct stop
	must_fail $RC_USAGE "$CONTROLS" resolve "$row" --take notion --conflict never
	must_fail $RC_USAGE "$CONTROLS" resolve "$row" --take notion --limit soon
	nothing_waits
	must_fail $RC_USAGE "$BIN/report" --take notion
	must_fail $RC_STREAM "$BIN/plan" --resolve <(echo '{"kind":"resolve"}') records
	must_say 'is not a decision as report --resolve writes it'
	[[ -z $(control GET log) ]] || seen "it asked: $(control GET log)"
}
