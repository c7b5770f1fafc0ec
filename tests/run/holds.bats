#!/usr/bin/env bats
# Holds, directions, approvals and settle times, as a team would meet them
# (doc/semantics.md, section 10). Which op waits when is data in tests/cases.

load ../helper
load ../sync

setup_file() {
	export BATS_NO_PARALLELIZE_WITHIN_FILE=true
}

setup() {
	sync_setup
}

teardown() {
	common_teardown
}

approve() {
	VAULTSYNC_BIN=$BIN "$ROOT/scripts/controls.sh" approve "$@"
}

# value SIDE DECISION KEY: what the live record of that decision holds.
value() {
	live "$1" "$2" | $JQ -r --arg key "$3" '.[$key]
		| if type == "array" then .[0] elif type == "object" then .start else . end'
}

waiting() {
	"$BIN/report" --json | jq -c '.waiting.counts' || true
}

@test "one way for a week, then two ways again: nothing is lost, nothing silently overwritten" {
	seed supabase A B C D E
	must_pass sync_now --quiet
	export SYNC_DIRECTION=to-notion
	# Monday: people edit pages, make one, and trash one.
	edit notion A '{"type":"UX"}'
	edit notion B '{"type":"UX"}'
	act notion C trash
	seed notion F
	must_pass sync_now --quiet
	[[ $(value supabase A type) == Ops ]] || seen "a page's edit reached its row"
	live supabase C >/dev/null
	none supabase F
	[[ $(waiting) == '{"held":4}' ]] || seen "report says $(waiting) waits"
	"$BIN/report" | grep -q '^  held  .* trash in Supabase: its page was moved' ||
		seen "report doesn't tell: $("$BIN/report")"
	"$BIN/report" --pending | grep -q '^held.*scripts/controls.sh approve ' ||
		seen "the list of what waits: $("$BIN/report" --pending)"
	must_be_settled
	# Tuesday: the rows are worked on, one of them in the same field.
	edit supabase A '{"date":"2026-05-05"}'
	edit supabase B '{"type":"Legal"}'
	edit supabase D '{"type":"Legal"}'
	seed supabase G
	must_pass sync_now --quiet --conflict supabase
	[[ $(value notion A date) == 2026-05-05 ]] || seen "the row's date didn't arrive"
	[[ $(value notion A type) == UX ]] || seen "the page's type was overwritten"
	[[ $(value notion B type) == Legal && $(value notion D type) == Legal ]] ||
		seen "the rows' types didn't arrive"
	live notion G >/dev/null
	$JQ -e 'select(.lost.type == "UX")' logs/conflicts.ndjson >/dev/null ||
		seen "the page's type in B was not kept: $(cat logs/conflicts.ndjson)"
	must_be_settled
	# And both ways again.
	unset SYNC_DIRECTION
	must_pass sync_now --quiet
	[[ $(value supabase A type) == UX && $(value supabase A date) == 2026-05-05 ]] ||
		seen "A's edits are not in both"
	dead supabase C >/dev/null
	live supabase F >/dev/null
	[[ $(wc -l <logs/conflicts.ndjson) == 1 ]] || seen "another conflict"
	[[ $(waiting) == '{}' ]] || seen "something still waits: $(waiting)"
	must_be_settled
	must_pass sync_now --quiet
}

@test "a bulk delete approved in part: that passes, the rest waits, and all else goes on" {
	local i id plan
	seed supabase r{1..20}
	must_pass sync_now --quiet
	for i in {1..9}; do act supabase "r$i" soft-delete; done
	seed supabase new
	must_fail $RC_GUARD sync_now
	must_say 'guard mass-delete: 9 of 20 live pages in Notion would be deleted'
	must_say 'if that is right: scripts/sync-now.sh --allow mass-delete'
	must_say 'if some of it is: scripts/controls.sh approve ID'
	[[ $(grep -c '^Notion: create 1, update 0, trash 9' <<<"$stderr") == 1 ]] ||
		seen "the plan is not printed once"
	# A clock was ahead in an earlier run, which doesn't make it the newest.
	local ahead=logs/runs/29991231T235959Z-1
	mkdir "$ahead"
	jq -c 'select(.kind != "op") | if .kind == "end" then .count = 0 else . end' \
		"logs/runs/$($JQ -r .run_id logs/last_run.json)/plan.ndjson" >"$ahead/plan.ndjson"
	must_pass approve --list
	[[ $(grep -c 'trash .*in Notion .*(mass-delete)' <<<"$output") == 9 ]] ||
		seen "the list: $output"
	plan=$($JQ -r 'select(.kind == "head").plan_id' logs/runs/*/plan.ndjson | tail -n 1)
	# What isn't there, what is not unique, and another plan.
	must_fail $RC_USAGE approve ffffffff
	must_say 'nothing of ffffffff waits or is blocked'
	must_fail $RC_USAGE approve --all trash:supabase
	must_fail $RC_USAGE approve --all delete
	must_say 'create, update, trash, restore'
	must_fail $RC_USAGE approve --plan "$(id 1)" --all trash
	must_say "the last plan is $plan"
	must_fail $RC_USAGE approve -----
	[[ ! -e state/approved.ndjson ]] || seen "something was approved"
	# Three of them are right; one of these changes its mind.
	for i in 1 2 3; do
		id=$(id_of supabase "r$i")
		# As Notion's links have it, too.
		must_pass approve --plan "$plan" "$(tr -d - <<<"${id^^}")"
	done
	edit notion r3 '{"type":"UX"}'
	must_pass sync_now --quiet
	dead notion r1 >/dev/null && dead notion r2 >/dev/null
	live notion r3 >/dev/null # a change beats the deletion
	live supabase r3 >/dev/null
	for i in {4..9}; do live notion "r$i" >/dev/null; done
	live notion new >/dev/null
	[[ $(waiting) == '{"held":6}' ]] || seen "report says $(waiting) waits"
	# Everything else goes on, and a new deletion waits with them.
	act supabase r10 soft-delete
	edit supabase r11 '{"type":"Legal"}'
	must_pass sync_now --quiet
	[[ $(value notion r11 type) == Legal ]] || seen "the rest doesn't go on"
	live notion r10 >/dev/null
	[[ $(waiting) == '{"held":7}' ]] || seen "report says $(waiting) waits"
	# Some come back, the others are approved: nothing is left of it.
	for i in 4 5 6; do act supabase "r$i" undelete; done
	must_pass sync_now --quiet
	must_pass approve --all trash:notion
	act supabase r13 soft-delete # nobody has seen this one
	must_pass sync_now --quiet
	live notion r13 >/dev/null
	[[ $(waiting) == '{"held":1}' ]] || seen "report says $(waiting) waits"
	must_pass approve --all trash:notion
	must_pass sync_now --quiet
	dead notion r13 >/dev/null
	for i in 7 8 9 10; do dead notion "r$i" >/dev/null; done
	[[ ! -e state/approved.ndjson ]] || { cat state/approved.ndjson; seen "approvals are left"; }
	act supabase r12 soft-delete
	must_pass sync_now --quiet
	dead notion r12 >/dev/null
	must_be_settled
}

@test "a bulk delete of which some settles: approving the rest lets nothing of that pass" {
	local i
	export SYNC_SETTLE=2m
	seed supabase r{1..20}
	control POST clock '{"advance":600}' >/dev/null
	must_pass sync_now --quiet
	for i in {1..5}; do act supabase "r$i" soft-delete; done
	control POST clock '{"advance":600}' >/dev/null
	for i in {6..9}; do act supabase "r$i" soft-delete; done
	must_fail $RC_GUARD sync_now --quiet
	must_say 'guard mass-delete: 9 of 20 live pages in Notion would be deleted'
	must_pass approve --list
	[[ $(grep -c 'trash .*in Notion .*(mass-delete)' <<<"$output") == 9 ]] ||
		seen "the list: $output"
	for i in {1..5}; do
		must_pass approve "$(id_of supabase "r$i")"
	done
	must_pass sync_now --quiet
	for i in {1..5}; do dead notion "r$i" >/dev/null; done
	control POST clock '{"advance":600}' >/dev/null
	must_pass sync_now --quiet
	for i in {6..9}; do live notion "r$i" >/dev/null; done
	[[ $(waiting) == '{"held":4}' ]] || seen "report says $(waiting) waits"
}

@test "an approval is for what was seen, and goes" {
	seed supabase A B
	must_pass sync_now --quiet
	act supabase A soft-delete
	edit supabase B '{"type":"UX"}'
	must_pass sync_now --quiet --hold trash,update
	must_pass approve --all trash,update
	# Somebody works on the row meanwhile, and takes the deletion back.
	act supabase A undelete
	edit supabase B '{"type":"Legal"}'
	must_pass sync_now --quiet --hold trash,update
	[[ $(value notion B type) == Ops ]] || seen "an approval of something else passed"
	results | $JQ -se 'map(select(.code == "held" and (.reason |
		contains("has changed since")))) | length >= 1' >/dev/null ||
		seen "not said: $(results)"
	[[ ! -e state/approved.ndjson ]] || seen "the approval is still there"
	# Approved again, it is carried out once.
	must_pass approve --all update
	must_pass sync_now --quiet --hold trash,update
	[[ $(value notion B type) == Legal ]] || seen "it was not carried out"
	[[ ! -e state/approved.ndjson ]] || seen "the approval is still there"
	# A damaged file stops the run and says what to do.
	echo '{"kind":"head","stream":"approved","v":1}' >state/approved.ndjson
	must_fail $RC_STREAM sync_now --quiet
	must_say "rm '"
}

# left PLAN...: what a run with these lines in its plan leaves of state/approved.ndjson.
left() {
	local run=20261125T194500Z-1 line n=0
	mkdir -p logs/runs/$run state
	printf '%s\n' '{"kind":"head","stream":"approved","v":1}' \
		'{"kind":"guard","guard":"mass-delete","at":"2026-11-25T00:00:00Z","op":"trash","target":"notion","records":["'"$(id 1)"'"]}' \
		'{"kind":"end","count":1,"complete":true}' >state/approved.ndjson
	{
		jq -nc --argjson policy "$1" '{kind:"head", stream:"plan", v:1, approved_until:"2026-11-25T00:00:00Z", $policy}'
		for line in "${@:2}"; do jq -c ".n = $((n += 1))" <<<"$line"; done
		echo '{"kind":"end","count":'$n',"complete":true}'
	} >logs/runs/$run/plan.ndjson
	must_pass approve --done-by $run
	jq -c 'select(.kind == "guard").records' state/approved.ndjson 2>/dev/null || true
}

@test "a guard waits for what it has blocked, also where that can't be read, and for nothing else" {
	local problem='{"kind":"op","op":"skip","target":"none","code":"problem","row_id":'
	local would='{"kind":"op","op":"skip","target":"none","code":"held","would":{"op":"trash","target":"notion"},"row_id":'
	[[ -z $(left '{}') ]] || seen "it waits for nothing"
	[[ $(left '{}' "$problem\"$(id 1)\"}") == '["'"$(id 1)"'"]' ]] || seen "it ended by a failure"
	[[ -z $(left '{}' "$problem\"$(id 2)\"}") ]] || seen "it waits for another record"
	[[ $(left '{}' "$would\"$(id 2)\"}") == '["'"$(id 2)"'"]' ]] || seen "what is new doesn't wait"
	[[ -z $(left '{"allow":["mass-delete"]}' "$problem\"$(id 1)\"}") ]] || seen "it was allowed"
	[[ -n $(left '{"allow":["mass-change"]}' "$problem\"$(id 1)\"}") ]] || seen "another was allowed"
}

@test "a link that is made under a hold says nothing of what is held" {
	seed supabase A B C D E F
	must_pass sync_now --quiet
	edit supabase A '{"notion_page_id":null}'
	edit notion A '{"type":"UX"}'
	rm state/base.ndjson
	must_pass sync_now --quiet --hold update
	[[ $(value supabase A notion_page_id) != null ]] || seen "the link was not made"
	[[ $(value supabase A type) == Ops ]] || seen "the update was not held"
	must_pass sync_now --quiet
	[[ $(value supabase A type) == UX && $(value notion A type) == UX ]] ||
		seen "the page's edit is lost: $(value notion A type)"
}

@test "a hold of the settings counts for a scheduled run, and wrong words stop it before it reads" {
	seed supabase A
	must_pass sync_now --quiet
	act supabase A soft-delete
	SYNC_HOLD=trash must_pass env VAULTSYNC_BIN="$BIN" "$ROOT/scripts/schedule.sh" --once
	live notion A >/dev/null
	control DELETE log >/dev/null
	SYNC_HOLD=delete must_fail $RC_CONFIG sync_now
	must_say 'SYNC_HOLD: "delete" is not an op that can be held: there are create, update'
	SYNC_DIRECTION=up must_fail $RC_CONFIG sync_now
	must_say 'to-notion, to-supabase'
	SYNC_SETTLE=2h must_fail $RC_CONFIG sync_now
	must_fail $RC_USAGE sync_now --hold trash:neon
	must_say ':notion or :supabase'
	must_fail $RC_USAGE sync_now --direction up
	must_fail $RC_USAGE sync_now --settle soon
	[[ -z $(control GET log) ]] || seen "something was read"
	# An option takes the place of its setting.
	SYNC_HOLD=trash must_pass sync_now --quiet --hold none
	dead notion A
}

@test "a fresh edit waits until it was left alone, and is no failure" {
	seed supabase A
	must_pass sync_now --quiet
	edit supabase A '{"decision":"Ado"}'
	export SYNC_SETTLE=2m
	must_pass sync_now --quiet
	live notion A >/dev/null
	[[ $(waiting) == '{"settling":1}' ]] || seen "report says $(waiting) waits"
	[[ -s state/settling.ndjson ]] || seen "it is not noted since when"
	edit supabase Ado '{"decision":"Adopt"}'
	must_pass sync_now --quiet
	live notion A >/dev/null
	# Waiting since more than an hour: it travels, however busy the typist.
	jq -c 'if .kind == "settling" then .since = "2026-01-01T00:00:00Z" else . end' \
		state/settling.ndjson >aged
	cp aged state/settling.ndjson
	must_pass sync_now --quiet
	live notion Adopt >/dev/null
	[[ ! -e state/settling.ndjson ]] || seen "it is still noted"
	must_be_settled
}
