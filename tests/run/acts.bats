#!/usr/bin/env bats
# What people do from the health page, end to end: the acts of health-server on a
# sandbox, and the commands that they are made of.

load ../helper
load ../health
load ../sync

setup() {
	sync_setup
	export VAULTSYNC_BIN=$BIN SYNC_CONTROL_TOKEN=a-token-of-this-test
}

teardown() {
	stop_server
	common_teardown
}

# act_now NAME BODY: done as the page does it; $last is how it ended, $plan what is shown.
act_now() {
	local n id port=${URL##*:}
	ask "$port" POST "/control/$1" "$2" "Authorization: Bearer $SYNC_CONTROL_TOKEN" \
		'Content-Type: application/json'
	[[ $HEAD == *" 202 "* ]] || { echo "$1 $2: $HEAD $REPLY"; return 1; }
	id=$("$JQ" .id <<<"$REPLY")
	for ((n = 0; n < 300; n++)); do
		ask "$port" GET /status.json
		last=$("$JQ" -c .control.last <<<"$REPLY")
		[[ $last != *"\"id\":$id,"* ]] || break
		nap 0.2
	done
	plan=$("$JQ" -c .control.plan <<<"$REPLY")
}

# must_act CODE NAME BODY: that it ended with this code.
must_act() {
	act_now "$2" "$3"
	[[ $($JQ .exit_code <<<"$last") == "$1" ]] || { echo "${*:2}: $last"; return 1; }
}

blocked_plan() {
	$JQ -r .plan_id logs/last_run.json
}

@test "a blocked plan passes as it was seen; with one more deletion it doesn't" {
	seed supabase one two three four five six seven eight
	must_pass sync_now --quiet
	local n plan_id
	for n in one two three four five six; do act supabase $n soft-delete; done
	must_fail $RC_GUARD sync_now --quiet
	plan_id=$(blocked_plan)
	# The same, read in full by a dry run.
	catch sync_now --dry-run --json
	must_hold ".[0].plan_id == \"$plan_id\" and .[0].blocked == [\"mass-delete\"]"
	act supabase seven soft-delete
	must_fail $RC_GUARD sync_now --quiet --allow-plan "$plan_id"
	must_say "guard mass-delete: 7 of 8"
	must_say "the plan has changed since it was seen: it is $(blocked_plan) now, and not $plan_id; look at it again: .*sync-now.sh --dry-run"
	[[ $stderr == *"NOT THE PLAN THAT WAS SEEN"* ]] || seen "not among what people see"
	catch "$BIN/report" --pending --json
	must_hold '.[0].totals == {blocked: {"trash:notion": 7}}'
	live notion six >/dev/null
	must_fail $RC_USAGE sync_now --allow-plan mass-delete
	start_server --scripts "$ROOT/scripts"
	must_act 0 allow "{\"plan\":\"$(blocked_plan)\"}"
	dead notion six >/dev/null
	dead notion seven >/dev/null
	must_hold '.[0] | .status == "ok" and .blocked == [] and .tripped == ["mass-delete"]
		and .policy.allow_plan == .plan_id' logs/last_run.json
}

@test "what runs by --conflict stop is run so from the page, and only as it was seen" {
	seed supabase one two three four five six seven eight
	must_pass sync_now --quiet
	local n plan_id undo_id
	must_fail $RC_GUARD "$ROOT/scripts/controls.sh" undo last --quiet
	undo_id=$(blocked_plan)
	edit supabase eight '{"type":"UX"}'
	edit notion eight '{"type":"Policy"}'
	for n in one two three four five; do act supabase $n soft-delete; done
	must_fail $RC_GUARD sync_now --quiet --conflict stop
	plan_id=$(blocked_plan)
	start_server --scripts "$ROOT/scripts"
	act_now dry-run '{}'
	[[ $($JQ -r .plan_id <<<"$plan") == "$plan_id" ]] || { echo "$last $plan"; return 1; }
	must_act 1 allow "{\"plan\":\"$plan_id\"}"
	dead notion five >/dev/null
	live notion eight | $JQ -e '.type == ["Policy"]' >/dev/null
	# What is allowed is a plan, not a run: nothing else is written, and all is well.
	edit supabase seven '{"type":"Legal"}'
	must_act 3 allow "{\"plan\":\"$undo_id\"}"
	[[ $($JQ -r .output <<<"$last") == *"the plan has changed since it was seen"* ]] || { echo "$last"; return 1; }
	live notion seven | $JQ -e '.type == ["Ops"]' >/dev/null
	must_fail 1 "$BIN/report" --health
	[[ $output == *"needs attention"* ]] || seen "it is judged by a run that was refused"
	catch "$BIN/report" --pending --json
	must_hold '.[0].pending | map([.kind, .guard]) == [["conflict", null]]'
	# The plan that is shown, and a rule that is meant for one run.
	act_now dry-run '{}'
	must_act 1 sync-now "$("$JQ" -c '{plan: .plan_id}' <<<"$plan")"
	live notion seven | $JQ -e '.type == ["Legal"]' >/dev/null
	must_act 1 sync-now '{"orphans":"restore"}'
	must_hold '.[0].policy | .conflict == "stop" and .orphans == "restore"' logs/last_run.json
	must_act 1 sync-now '{}'
	must_hold '.[0].policy | .conflict == "stop" and .orphans == "keep"' logs/last_run.json
	live supabase eight | $JQ -e '.type == "UX"' >/dev/null
}

@test "from the page: look, run, decide, approve, take back; and the token is kept nowhere" {
	local row run n
	seed supabase "Adopt PostgreSQL" one two three four five six seven
	start_server --scripts "$ROOT/scripts"
	act_now dry-run '{}'
	[[ $($JQ -c '[.kind, .run_id, (.plan_id | length)]' <<<"$plan") == '["dry-run",null,36]' ]] || { echo "$last $plan"; return 1; }
	none notion one
	must_act 0 sync-now '{"full":true}'
	live notion one >/dev/null
	# A conflict that nobody has decided.
	row=$(live supabase "Adopt PostgreSQL" | $JQ -r .id)
	edit supabase "Adopt PostgreSQL" '{"type":"UX"}'
	edit notion "Adopt PostgreSQL" '{"type":"Policy"}'
	catch sync_now --quiet --conflict stop
	must_act 0 resolve "{\"id\":\"$row\",\"take\":\"supabase\",\"fields\":[\"type\"]}"
	[[ $($JQ -r .output <<<"$last") == "controls: $row: resolved"* ]] || { echo "$last"; return 1; }
	live notion "Adopt PostgreSQL" | $JQ -e '.type == ["UX"]' >/dev/null
	# A bulk delete, of which one is right; somebody else's run goes on meanwhile.
	for n in one two three four five six; do act supabase $n soft-delete; done
	hold sync
	must_act 75 sync-now '{}'
	[[ $($JQ -r .output <<<"$last") == *lock* ]] || { echo "$last"; return 1; }
	let_go
	must_act 3 sync-now '{}'
	row=$(id_of supabase six)
	must_act 2 approve "{\"plan\":\"$(id 7)\",\"ids\":[\"$row\"]}"
	must_act 0 approve "{\"plan\":\"$(blocked_plan)\",\"ids\":[\"$row\"]}"
	[[ $($JQ -r .output <<<"$last") == *"1 approved"* ]] || { echo "$last"; return 1; }
	live notion six >/dev/null
	act_now sync-now '{}'
	dead notion six >/dev/null
	live notion five >/dev/null
	# And back again, by the plan that was shown.
	run=$($JQ -r .run_id logs/last_run.json)
	act_now undo "{\"run\":\"$run\",\"dry_run\":true}"
	[[ $($JQ -c '[.kind, .run_id]' <<<"$plan") == "[\"undo\",\"$run\"]" ]] || { echo "$last $plan"; return 1; }
	dead notion six >/dev/null
	n=$($JQ -r .plan_id <<<"$plan")
	must_act 0 undo "{\"run\":\"$run\",\"plan\":\"$n\"}"
	[[ $($JQ -r .output <<<"$last") == *"took back run $run"* ]] || { echo "$last"; return 1; }
	[[ $plan == null ]]
	live notion six >/dev/null
	grep -q "msg=\"undo $run --plan $n asked for by 127.0.0.1\"" logs/sync.log
	run ! grep -rF "$SYNC_CONTROL_TOKEN" logs state server.err "/proc/$SERVER/cmdline"
}
