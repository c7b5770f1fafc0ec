#!/usr/bin/env bats
# controls.sh undo: a run is taken back by a run of its own.

load ../helper
load ../sync

setup() {
	sync_setup
}

undo() {
	VAULTSYNC_BIN=$BIN "$ROOT/scripts/controls.sh" undo "$@"
}

last_run() {
	$JQ -r .run_id logs/last_run.json
}

# What people see of both sides.
shown() {
	control GET dump | $JQ -c 'select(.deleted_at == null and (.in_trash | not))
		| [.side, .decision, .type, .date]' | sort
}

# Pairs in sync, then an edit, a deletion and a new record on each side: run $R.
both_ways() {
	seed supabase "Adopt PostgreSQL" "Keep a changelog" "Gone row" "Gone page"
	must_pass sync_now --quiet
	act supabase "Gone row" soft-delete
	act notion "Gone page" trash
	edit supabase "Adopt PostgreSQL" '{"type":"UX"}'
	edit notion "Keep a changelog" '{"date":"2026-07-07"}'
	seed notion "Only in Notion"
	seed supabase "Only in Supabase"
	shown >before
	must_pass sync_now --quiet
	R=$(last_run)
}

@test "a run is shown, taken back, and both sides are as before; the plan that was shown and no other" {
	local plan
	both_ways
	shown >after
	control DELETE log >/dev/null
	must_pass undo last --dry-run
	[[ $output == *"Deletes (2)"*"Changes (4)"* ]] || seen "not shown"
	must_pass undo "$R" --dry-run --json
	plan=$($JQ -r 'select(.kind == "head").plan_id' <<<"$output")
	must_hold '.[0].undo | endswith("/'"$R"'")'
	# Shown means shown: a plan that is another one is not carried out.
	must_fail $RC_GUARD undo "$R" --plan "$(id 7)"
	must_say "the plan has changed since it was seen: it is $plan now, and not $(id 7); look at it again: .*undo $R --dry-run"
	must_hold ".[0] | .status == \"blocked\" and .undoes == \"$R\" and .blocked == [\"other-plan\"]" logs/last_run.json
	must_pass "$BIN/report" --health
	must_pass "$BIN/report" --pending
	shown | diff after -
	must_pass undo "$R" --plan "$plan" --quiet
	must_say "took back run $R"
	must_say 'the next run sees the same differences, and writes the same again'
	shown | diff before - || seen "not as before"
	dead supabase "Only in Notion" >/dev/null
	must_hold ".[0] | .status == \"ok\" and .undoes == \"$R\"" logs/last_run.json
	must_hold ".[0].run_id == \"$R\"" logs/last_success.json
	must_pass "$BIN/report" --brief
	[[ $output == *"took back run $R: "* ]] || seen "report is silent"
	# Once more: nothing is left, and what was undone can be redone.
	local undone
	undone=$(last_run)
	must_pass undo "$R"
	must_say "nothing of run $R is left to take back"
	must_pass undo "$undone" --quiet
	shown | diff after - || seen "not as after"
	# Now both sides are equal again, and nobody says that the next run writes.
	must_say "took back run $undone"
	[[ $stderr != *"writes the same again"* && $stderr != *"brings its other half back"* ]] || seen "it writes nothing"
	must_pass sync_now --quiet
	must_hold '.[0].ops | [keys[] | select(IN("create", "update", "trash", "restore"))] == []' logs/last_run.json
	shown | diff after - || seen "not as after"
}

@test "an undo of a run that isn't the newest leaves what later runs agreed on" {
	local older
	seed supabase one two three
	must_pass sync_now --quiet
	edit notion one '{"type":"UX"}'
	edit supabase two '{"decision":"two, of the row"}'
	edit notion two '{"decision":"two, of the page"}'
	must_pass sync_now --quiet --conflict supabase
	older=$(last_run)
	edit notion one '{"date":"2026-03-03"}'
	must_pass sync_now --quiet
	must_pass undo "$older" --quiet
	live supabase one | $JQ -e '.type == "Ops" and .date == "2026-03-03"' >/dev/null
	# A person sets the date back: an edit, not what an old base still says.
	edit supabase one '{"date":"2026-01-02"}'
	must_pass sync_now --quiet --conflict supabase
	live supabase one | $JQ -e '.type == "UX" and .date == "2026-01-02"' >/dev/null || seen "the edit is lost"
	live notion one | $JQ -e '.type == ["UX"] and .date.start == "2026-01-02"' >/dev/null || seen "the edit has not arrived"
	# The loser of a conflict that came back is no edit that wins.
	live supabase "two, of the row" >/dev/null || seen "the loser has won"
	live notion "two, of the row" >/dev/null
	must_hold '.[0] | .conflicts == 1' logs/last_run.json
}

@test "an undo of conflicts that had no base, and of edits whose base is lost: as before, and the next run sees the same" {
	local base name
	seed supabase one two
	must_pass sync_now --quiet
	for base in kept lost; do
		edit notion one '{"type":["UX"]}'
		# Linked by hand, and never synced.
		seed notion "by hand, $base"
		printf '{"side":"supabase","decision":"by hand, %s","type":"UX","date":"2026-01-02","notion_page_id":"%s"}' \
			"$base" "$(id_of notion "by hand, $base")" >row
		control POST seed @row >/dev/null
		shown >before
		must_pass sync_now --quiet --conflict notion
		R=$(last_run)
		[[ $base == kept ]] || rm state/base.ndjson
		must_pass undo "$R" --quiet
		shown | diff before - || seen "not as before, the base is $base"
		must_pass sync_now --quiet --conflict notion
		live supabase one | $JQ -e '.type == "UX"' >/dev/null || seen "the edit has not arrived again"
		live supabase "by hand, $base" | $JQ -e '.type == "Ops"' >/dev/null || seen "it was no conflict again"
		must_be_settled
		edit notion one '{"type":["Ops"]}'
		must_pass sync_now --quiet
	done
}

@test "killed in the middle, the same command finishes it; what was edited since is left alone, and told" {
	both_ways
	control POST faults '{"match":{"api":"notion","method":"PATCH","nth":2},"delay_ms":1000}' >/dev/null
	export VAULTSYNC_BIN=$BIN SYNC_JOBS=1
	control DELETE log >/dev/null
	signalled KILL "$ROOT/scripts/controls.sh" undo "$R" --quiet
	control DELETE faults >/dev/null
	[[ ! -e logs/runs/$(ls logs/runs | tail -n 1)/run.json ]] || seen "it was not killed"
	for _ in {1..100}; do is_held sync || break; nap 0.05; done
	# What had been sent arrives all the same, a second later.
	for _ in {1..100}; do [[ $(control GET log | grep -c '"api":"notion".*"PATCH"') -lt 2 ]] || break; nap 0.05; done
	! diff <(shown) before >/dev/null || seen "nothing was left to do"
	edit notion "Adopt PostgreSQL" '{"type":["Policy"]}'
	catch undo "$R" --quiet
	[[ $status -le 1 ]] || seen "the undo failed"
	must_say 'left alone: 1, edited since that run'
	live notion "Adopt PostgreSQL" | $JQ -e '.type == ["Policy"]' >/dev/null
	diff <(shown | grep -v Adopt) <(grep -v Adopt before) || seen "not as before"
	must_pass "$BIN/report" --run last
	[[ $output == *"took back run $R"* && $output == *"edited after that run"* ]] || seen "not told"
}

@test "a large undo is blocked, by itself alone, and can be allowed as it was seen" {
	local plan
	seed supabase one two three four five six
	must_pass sync_now --quiet
	R=$(last_run)
	# The sync is well, and the person who asked sees it: nobody is alarmed.
	export SYNC_NOTIFY_CMD="echo \$SYNC_EVENT >>$T/told"
	must_fail $RC_GUARD undo "$R" --quiet
	[[ ! -e told ]]
	# Nor by one that fails before it has a plan.
	NOTION_API_KEY=ntn_wrong must_fail $RC_CREDENTIALS undo "$R" --quiet
	must_hold ".[0] | .status == \"failed\" and .undoes == \"$R\"" logs/last_run.json
	[[ ! -e told ]]
	must_pass "$BIN/report" --health
	must_fail $RC_GUARD undo "$R" --quiet
	must_say "guard mass-delete: 6 of 6"
	must_say "if that is right: .*undo $R --allow mass-delete"
	must_pass "$BIN/report" --health
	must_pass "$BIN/report" --pending
	# Nor by a plan that has changed since a person saw it.
	must_fail $RC_GUARD sync_now --quiet --only-plan "$(id 7)"
	must_hold '.[0] | .status == "blocked" and .blocked == ["other-plan"]' logs/last_run.json
	must_pass "$BIN/report" --health
	must_pass sync_now --quiet
	[[ ! -e told ]] || seen "told: $(<told)"
	must_fail $RC_GUARD undo "$R" --quiet
	plan=$($JQ -r .plan_id logs/last_run.json)
	# One page is in the trash by now: it's another plan.
	act notion one trash
	must_fail $RC_GUARD undo "$R" --quiet --allow-plan "$plan"
	must_say "the plan has changed since it was seen"
	must_pass undo "$R" --quiet --allow mass-delete
	[[ -z $(shown | grep notion) ]] || seen "pages are left"
}

@test "what can't be taken back is refused, and nothing is written" {
	seed supabase one
	must_fail $RC_USAGE undo last
	must_say 'no run has ended'
	must_pass sync_now --quiet
	R=$(last_run)
	must_pass sync_now --quiet
	must_fail $RC_USAGE undo last
	must_say "run $(last_run) carried nothing out"
	must_fail $RC_USAGE undo 20200101T000000Z-1
	must_say 'run 20200101T000000Z-1 is not kept: .*report --runs'
	must_fail $RC_USAGE undo '../runs/x'
	must_say 'is not the id of a run'
	mkdir logs/runs/20300101T000000Z-1
	must_fail $RC_USAGE undo 20300101T000000Z-1
	must_say 'goes on, or was killed'
	must_fail $RC_USAGE undo
	must_fail $RC_USAGE undo "$R" "$R"
	must_fail $RC_USAGE undo "$R" --conflict notion
	must_say 'leave out --conflict'
	must_fail $RC_USAGE undo "$R" --json
	must_fail $RC_USAGE undo "$R" --plan x
	must_fail $RC_USAGE sync_now --last-rules --undo "$R"
	must_say 'leave out --last-rules'
	echo 'not an id' >ids
	must_fail $RC_STREAM "$BIN/notion-fetch" --look-up ids
	must_say 'ids: not an id is not the id of a page'
	hold sync
	must_fail $RC_TEMPORARY undo "$R"
	let_go
	live notion one >/dev/null
}

# killed_run: one that decides conflicts of A, B, C and D for Supabase, killed in the middle
# of the third write: run $KILLED.
killed_run() {
	local run tries d
	seed supabase A B C D
	must_pass sync_now --quiet
	R=$(last_run)
	for d in A B C D; do edit notion "$d" '{"type":"Policy"}'; done
	control POST clock '{"advance":120}' >/dev/null
	for d in A B C D; do edit supabase "$d" '{"type":"UX"}'; done
	control POST faults '{"match":{"api":"notion","method":"PATCH","nth":3},"delay_ms":3000}' >/dev/null
	SYNC_JOBS=1 VAULTSYNC_BIN=$BIN setsid "$ROOT/scripts/sync-now.sh" --quiet >/dev/null 2>&1 3>&- &
	run=$!
	for ((tries = 0; tries < 600; tries++)); do
		[[ $(control GET faults) != *'"hits":1'* ]] || break
		sleep 0.05
	done
	kill -9 -- "-$run"
	wait "$run" 2>/dev/null || true
	control DELETE faults >/dev/null
	KILLED=$(basename "$(ls -d logs/runs/*Z-* | tail -n 1)")
	# apply ends once its request is answered.
	for ((tries = 0; tries < 600; tries++)); do
		! grep -q '"kind":"end"' "logs/runs/$KILLED/results.ndjson" || break
		nap 0.05
	done
	nap 0.3
	[[ ! -e logs/runs/$KILLED/run.json && $KILLED != "$R" ]]
	rm -rf "$TMPDIR"/vaultsync-*
}

@test "a run that was killed is written down by the next one, with its conflicts, and can be taken back" {
	killed_run
	[[ ! -e logs/conflicts.ndjson ]]
	# Another one was the last: it isn't taken back in its place.
	must_fail $RC_USAGE undo last
	must_say "run $KILLED came later, and goes on or was killed: wait for its end, or run the sync once"
	must_fail $RC_USAGE undo "$KILLED"
	must_say "run $KILLED goes on, or was killed: wait for its end, or run the sync once, which writes down what it did"
	must_pass sync_now --quiet
	must_hold '.[0] | .status == "interrupted" and .signal == "KILL" and .stage == "apply" and .exit_code == 137
		and .conflicts >= 2 and .ops.update.notion.done >= 2 and (has("undoes") | not)' "logs/runs/$KILLED/run.json"
	[[ $(last_run) != "$KILLED" ]]
	must_pass "$BIN/report" --runs
	[[ $output =~ $KILLED\ +i\ interrupted ]] || seen "not told"
	# Each conflict is noted once, whichever run decided it; only what was under way is not.
	must_hold 'length >= 3 and (group_by(.row_id) | all(length == 1)) and all(.[]; .lost == {type:"Policy"})' logs/conflicts.ndjson
	cp logs/conflicts.ndjson noted
	must_pass sync_now --quiet
	diff noted logs/conflicts.ndjson
	must_pass undo "$KILLED"
	must_say "took back run $KILLED"
	control GET dump | $JQ -sc '[.[] | select(.side == "notion" and .type == ["Policy"])] | length' >back
	[[ $(<back) -ge 2 ]] || seen "$(<back) pages are as before"
}

@test "an undo that was killed is written down as one" {
	seed supabase A
	must_pass sync_now --quiet
	edit supabase A '{"type":"UX"}'
	must_pass sync_now --quiet
	R=$(last_run)
	must_pass undo "$R" --quiet
	rm "logs/runs/$(last_run)/run.json" logs/last_run.json
	must_pass sync_now --quiet
	must_hold "any(.[]; .status == \"interrupted\" and .undoes == \"$R\")" <(cat logs/runs/*/run.json)
}

@test "a half that the run had restored, beside one that it had updated: each is taken back once" {
	seed supabase A
	must_pass sync_now --quiet
	act supabase A soft-delete
	must_pass sync_now --quiet
	act notion A restore
	edit notion A '{"decision":"A2"}'
	control GET dump | $JQ -r 'select(.side == "supabase").id' >id
	control POST edit "{\"side\":\"supabase\",\"id\":\"$(<id)\",\"set\":{\"type\":\"UX\"}}" >/dev/null
	must_pass sync_now --quiet
	R=$(last_run)
	must_hold 'any(.[]; .op == "restore" and .target == "supabase") and any(.[]; .op == "update" and .target == "notion")' "logs/runs/$R/results.ndjson"
	must_pass undo "$R" --dry-run
	[[ $output == *"restored this record, which keeps what the"*"(the first of its types)"* ]] || seen "not told"
	must_pass undo "$R"
	dead supabase A2
	live notion A2 | $JQ -e '.type == ["Ops"]'
	must_pass sync_now --quiet
	must_be_settled
	must_pass "$BIN/report" --pending
	[[ $output == "" ]] || seen "something waits"
}
