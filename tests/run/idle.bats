# A run that finds nothing to do writes nothing but its record: no apply, no base
# written again. What a killed run left behind is put in its place all the same.

load ../helper
load ../sync

setup() {
	sync_setup
	seed supabase one two
	must_pass sync_now --quiet
}

# The state folder without what the budget of requests leaves there: inode, size,
# time of each file.
state_files() {
	stat -c '%n %i %s %y' state/base* | sort
}

# traced: programs that note their names in ./calls.
traced() {
	local name
	mkdir programs
	for name in "$BIN"/*; do
		printf '#!/bin/sh\necho %s >>"%s/calls"\nexec "%s" "$@"\n' "${name##*/}" "$T" "$name" \
			>"programs/${name##*/}"
	done
	chmod +x programs/*
}

@test "a plan without ops: apply isn't called, and the base stays as it is" {
	local dir
	traced
	state_files >before
	VAULTSYNC_BIN=$T/programs must_pass "$ROOT/scripts/sync-now.sh"
	grep -qx plan calls
	! grep -qx apply calls || seen "apply was called"
	state_files | diff before -
	dir=logs/runs/$($JQ -r .run_id logs/last_run.json)
	[[ ! -e $dir/results.ndjson ]]
	must_hold '.[0] | .status == "ok" and .exit_code == 0 and .planned == 0 and .complete
		and .counts == {supabase:{live:2}, notion:{live:2}}' logs/last_run.json
	must_hold '.[0] | .status == "ok"' logs/last_success.json
	must_pass "$BIN/report"
	[[ $output == *healthy* ]]
	must_pass "$BIN/report" --run last
	[[ $output == *"no ops"* ]]
	# It can be taken back like any other: there is nothing to take back.
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	must_pass "$BIN/plan" --undo "$dir" records
	must_hold 'last | .kind == "end" and .count == 0'
}

@test "a plan of skips alone: each has its result, and the base stays as it is" {
	act notion one unshare
	must_pass sync_now --quiet
	state_files >before
	must_pass sync_now --quiet
	results | must_hold '[.[] | select(.kind == "result") | .code] == ["orphan"]' /dev/stdin
	must_hold '.[0] | .kind == "head" and (has("inputs") | not)' "logs/runs/$(jq -r .run_id logs/last_run.json)/plan.ndjson"
	[[ ! -e state/idle.ndjson ]]
	must_hold '.[0].complete' logs/last_run.json
	state_files | diff before -
}

@test "what a killed run left in the journal is folded in, though there is nothing to do" {
	local line
	line=$(jq -c 'select(.kind == "pair")' state/base.ndjson | head -n 1)
	jq -nc --argjson scope "$(jq -c 'select(.kind == "head") | .scope' state/base.ndjson)" \
		'{kind:"scope", scope:$scope}' >state/base.ndjson.journal
	jq -c '.at = "2026-01-02T03:04:05.000000Z"' <<<"$line" >>state/base.ndjson.journal
	grep -vF "$($JQ -r .row_id <<<"$line")" state/base.ndjson |
		jq -c 'if .kind == "end" then .count = 1 else . end' >less
	cp less state/base.ndjson
	must_pass sync_now --quiet
	must_hold '.[0] | .planned == 0 and .complete' logs/last_run.json
	[[ ! -s state/base.ndjson.journal ]]
	must_hold '[.[] | select(.kind == "pair")] | length == 2 and any(.at == "2026-01-02T03:04:05.000000Z")' \
		state/base.ndjson
}

# --- nothing new -------------------------------------------------------------------------
# In a vault that is read by edits alone, a plan without ops is kept, and made again where
# both sides, the base and the options are what they were (doc/semantics.md, section 9).

# read_again: state/idle.ndjson is kept, and sb, notion are both sides as of now.
read_again() {
	export SYNC_FULL_REQUESTS=0
	control POST clock '{"advance":900}' >/dev/null
	must_pass sync_now --quiet
	[[ -s state/idle.ndjson ]] || seen "no plan is kept"
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb --snapshot state/snapshot.ndjson >notion
	idle=(--idle state/idle.ndjson --base state/base.ndjson)
	cp -R state as-it-was
}

# without_times PLAN: it, but for when it was made and of which snapshot.
without_times() {
	sed -E 's/"at":"[^"]*",/"at":"",/; s/"snapshot":"[^"]*","base"/"base"/' "$1"
}

# must_look WHAT PLAN-ARG…: something is new, so there is no plan; then all is as before.
must_look() {
	must_fail 1 "$BIN/plan" -v "${@:2}"
	[[ ! $output ]] || seen "a plan, though there is news: $1"
	must_say "$1"
	rm -rf state
	cp -R as-it-was state
}

@test "where nothing is new the records aren't looked at, and the record of the run is as always" {
	local dir
	read_again
	traced
	state_files >before
	jq -c 'del(.at, .sources)' state/idle.ndjson >kept
	VAULTSYNC_BIN=$T/programs must_pass "$ROOT/scripts/sync-now.sh"
	grep -qx plan calls
	! grep -qxE 'normalize|apply' calls || seen "the records were looked at"
	state_files | diff before -
	dir=logs/runs/$(jq -r .run_id logs/last_run.json)
	jq -c 'del(.at, .sources)' "$dir/plan.ndjson" | diff kept -
	must_hold '.[0] | .status == "ok" and .planned == 0 and .complete
		and .counts == {supabase:{live:2}, notion:{live:2}}
		and .reading.full == false and (.reading.full_at | length) > 20 and .requests.notion == 2' logs/last_run.json
	must_pass "$BIN/report"
	[[ $output == *healthy* && $output == *"last full reading"* ]]
	must_pass "$BIN/report" --run last
	[[ $output == *"no ops"* ]]
	# Asked in full, or for people, they are.
	VAULTSYNC_BIN=$T/programs must_pass "$ROOT/scripts/sync-now.sh" --full
	grep -qx normalize calls
}

@test "whatever a plan is made from, if it is new the records are looked at" {
	local way
	read_again
	must_pass "$BIN/plan" "${idle[@]}" sb notion
	[[ $output == *'"count":0,"complete":true}' ]]
	# The rows: another value, one more, one less, in part, of another table.
	sed '2s/"type":"Ops"/"type":"Opt"/' sb >sb2
	must_look 'new: a row' "${idle[@]}" sb2 notion
	sed '2{p;}' sb | sed 's/"count":2/"count":3/' >sb2
	must_look 'new: a row' "${idle[@]}" sb2 notion
	sed '2d; s/"count":2/"count":1/' sb >sb2
	must_look 'new: a row' "${idle[@]}" sb2 notion
	sed '2d' sb >sb2
	must_look 'counts 2 lines' "${idle[@]}" sb2 notion
	sed '$d' sb >sb2
	must_look 'no end line' "${idle[@]}" sb2 notion
	sed 's/"complete":true/"complete":false/' sb >sb2
	must_look 'not complete' "${idle[@]}" sb2 notion
	sed '1s/decision_vault/decision_vaulT/' sb >sb2
	must_look 'head of a side' "${idle[@]}" sb2 notion
	must_look 'no-such' "${idle[@]}" no-such notion
	must_look 'head of a side' "${idle[@]}" notion sb
	# The pages: one that was edited, another snapshot, another schema.
	edit notion one '{"decision":"One"}'
	"$BIN/notion-fetch" --known sb --snapshot state/snapshot.ndjson >notion2
	must_look 'new: a page' "${idle[@]}" sb notion2
	sed '1s/"snapshot":"./"snapshot":"x/' notion >notion2
	must_look 'new: the snapshot' "${idle[@]}" sb notion2
	sed '1s/"type_options":\[/"type_options":["New",/' notion >notion2
	must_look 'head of a side' "${idle[@]}" sb notion2
	# The base: a byte of it, what a killed run has added, none.
	sed -i '2s/"Ops"/"Opt"/' state/base.ndjson
	must_look 'new: the base' "${idle[@]}" sb notion
	echo '{}' >state/base.ndjson.journal
	must_look 'new: the base' "${idle[@]}" sb notion
	rm state/base.ndjson
	must_look 'new: the base' "${idle[@]}" sb notion
	rm -f state/base.ndjson.journal
	ln -s /nowhere/journal state/base.ndjson.journal
	must_look 'new: the base' "${idle[@]}" sb notion
	# The options and settings, and what waits.
	for way in --conflict=notion --orphans=trash --match=decision --hold=trash --direction=to-notion \
		--settle=2m --allow=mass-delete; do
		must_look 'new: an option' "${idle[@]}" "$way" sb notion
	done
	SYNC_HOLD=create must_look 'new: an option' "${idle[@]}" sb notion
	for way in --retry --only-plan="$(id 1)" --allow-plan="$(id 1)" --last-rules='{}'; do
		must_look 'an option asks for it' "${idle[@]}" "$way" sb notion
	done
	printf '{"kind":"head","stream":"settling","v":1}\n{"kind":"settling","row_id":"%s","since":"2026-01-02T03:04:05.000000Z"}\n{"kind":"end","count":1,"complete":true}\n' "$(id 1)" >settling
	must_look 'new: an option' "${idle[@]}" --settling settling sb notion
	printf '{"kind":"head","stream":"approved","v":1}\n{"kind":"approved","op":"trash","target":"notion","row_id":"%s","seen":{},"at":"2026-01-02T03:04:05.000000Z"}\n{"kind":"end","count":1,"complete":true}\n' "$(id 1)" >approved
	must_look 'new: an option' "${idle[@]}" --approved approved sb notion
	echo damaged >approved
	must_look 'approved' "${idle[@]}" --approved approved sb notion
	must_pass "$BIN/plan" "${idle[@]}" --approved none --settling none sb notion
	# The plan itself: of another version, with an op, cut, none.
	sed -i 's/"by":"/"by":"x/' state/idle.ndjson
	must_look 'new: the version' "${idle[@]}" sb notion
	sed -i '1{p;s/.*/{"kind":"op","n":1}/}; s/"count":0/"count":1/' state/idle.ndjson
	must_look 'a plan with ops' "${idle[@]}" sb notion
	sed -i '$d' state/idle.ndjson
	must_look 'no end line' "${idle[@]}" sb notion
	: >state/idle.ndjson
	must_look 'no plan' "${idle[@]}" sb notion
	rm state/idle.ndjson
	must_look 'No such file' "${idle[@]}" sb notion
	must_pass "$BIN/plan" "${idle[@]}" sb notion
}

@test "news of each kind arrives in the next run, though the one before had nothing to do" {
	read_again
	edit supabase one '{"decision":"One"}'
	must_pass sync_now --quiet
	live notion One >/dev/null
	edit notion two '{"decision":"Two"}'
	must_pass sync_now --quiet
	live supabase Two >/dev/null
	must_pass sync_now --quiet
	must_pass sync_now --quiet
	# A base that was put back from another day is looked at.
	cp as-it-was/base.ndjson state/
	must_pass sync_now --quiet
	must_hold '.[0].decision == "Two"' <(jq -c 'select(.kind == "pair") | {decision: .row_is.decision} | select(.decision == "Two")' state/base.ndjson)
	# A row that is deleted, and one that is new.
	act supabase One soft-delete
	must_pass sync_now --quiet
	dead notion One >/dev/null
	seed supabase three
	must_pass sync_now --quiet
	live notion three >/dev/null
}

@test "random days: what plan --idle makes again is the plan that the records give" {
	local seed=${SEED:-$((SRANDOM % 100000))} step n=0 names=(one two) sides=(supabase notion) is what
	local -a plan=("$BIN/plan" -q --base state/base.ndjson)
	RANDOM=$seed
	read_again
	for ((step = 0; step < 16; step++)); do
		is=${sides[RANDOM % 2]} what=$((RANDOM % 12))
		echo "seed $seed, step $step: $what in $is" >>steps
		case $what in
			0) edit "$is" "${names[0]}" "{\"date\":\"2026-02-$((RANDOM % 18 + 10))\"}" ;;
			1) edit "$is" "${names[1]}" "{\"type\":\"Policy\"}" ;;
			2) seed "$is" "new $step" ;;
			3 | 4 | 5 | 6)
				sync_now --quiet >/dev/null 2>&1 || true
				control POST clock '{"advance":900}' >/dev/null
				;;
			7) sed -i "2s/\"at\":\"2/\"at\":\"1/" state/base.ndjson ;;
		esac
		"$BIN/sb-fetch" -q >sb
		"$BIN/notion-fetch" -q --known sb --snapshot state/snapshot.ndjson >notion
		again=''
		"${plan[@]}" --idle state/idle.ndjson sb notion >again.ndjson || again=$?
		"$BIN/normalize" -q --snapshot state/snapshot.ndjson sb notion >records
		"${plan[@]}" records >made.ndjson || [[ $? == 65 ]] || seen "a plan"
		if [[ ! $again ]]; then
			n=$((n + 1))
			[[ $(without_times made.ndjson) == "$(without_times again.ndjson)" ]] || seen "$(<steps)"
		fi
		[[ $(<made.ndjson) != *'"inputs":{'* ]] || cp made.ndjson state/idle.ndjson
	done
	echo "seed $seed: $n of $step"
	((n > 0)) || seen "there was something new in each step; $(<steps)"
}

@test "where the plan can't be kept, the next run decides again, and says so" {
	read_again
	rm state/idle.ndjson
	mkdir state/idle.ndjson
	must_pass sync_now --full
	must_say 'not kept'
	rmdir state/idle.ndjson
	# Nothing is written through a link.
	echo mine >elsewhere
	ln -s ../elsewhere state/idle.ndjson
	must_pass sync_now --full
	[[ ! -L state/idle.ndjson && -s state/idle.ndjson && $(<elsewhere) == mine ]]
}

@test "what a killed run has left belongs to no plan that is kept" {
	read_again
	"$BIN/normalize" --snapshot state/snapshot.ndjson sb notion >records
	must_pass "$BIN/plan" --base state/base.ndjson records
	[[ $output == *'"inputs":{'* ]]
	echo '{}' >state/base.ndjson.journal
	must_pass "$BIN/plan" --base state/base.ndjson records
	[[ $output != *'"inputs":{'* ]] || seen "inputs, though there is a journal"
	must_fail $RC_GUARD "$BIN/plan" --base state/base.ndjson --only-plan "$(id 1)" records
	[[ $output != *'"inputs":{'* ]] || seen "inputs of a blocked plan"
}

@test "plan --idle: what goes with it" {
	must_fail $RC_USAGE "$BIN/plan" --idle x --base y rows
	must_say 'needs ROWS and PAGES'
	must_fail $RC_USAGE "$BIN/plan" --idle x rows pages
	must_say 'needs --base'
	must_fail $RC_USAGE "$BIN/plan" --idle x --base y --human rows pages
	must_fail $RC_USAGE "$BIN/plan" --idle x --base y --verify rows pages
	must_fail $RC_USAGE "$BIN/plan" --idle x --base y --undo z rows pages
	must_fail $RC_USAGE "$BIN/plan" --idle x --base y rows pages more
	must_fail $RC_USAGE "$BIN/plan" rows pages
}
