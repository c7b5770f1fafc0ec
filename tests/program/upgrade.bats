#!/usr/bin/env bats
# State and logs of every version are read by this one; those of a later version are
# refused, with what wrote them and the way back. tests/fixtures/README.md says how a
# folder tests/fixtures/state-VERSION is made.

load ../helper
load ../health
load ../sync

teardown() {
	stop_server
	common_teardown
}

# take VERSION: its state, its logs, and both sides as they were then, in this folder
take() {
	cp -r "$FIXTURES/state-$1/." .
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	# Nobody is asked there.
	SUPABASE_URL=http://$($JQ -r 'select(.kind == "head").scope' sb.ndjson)
	SUPABASE_URL=${SUPABASE_URL%/*}
	export SUPABASE_URL NOTION_API_URL=$SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY=sb_secret_sandbox NOTION_API_KEY=ntn_sandbox \
		NOTION_DATABASE_ID=00000000-0000-4000-8000-000000000001
}

# planned: what plan makes of it, as "op target" lines
planned() {
	"$BIN/normalize" -q sb.ndjson notion.ndjson >records &&
		"$BIN/plan" -q "$@" records >plan || true
	$JQ -r 'select(.kind == "op") | "\(.op) \(.target) \(.code // "")"' plan | sort | uniq -c | sed 's/^ *//; s/ *$//'
}

@test "every version that is tagged has its state here, and so has this one" {
	local version tags=''
	version=$("$BIN/plan" --version | cut -d' ' -f2)
	[[ ! -e $ROOT/.git ]] || tags=$(git -C "$ROOT" -c safe.directory="$ROOT" tag -l 'v[0-9]*' 2>/dev/null | sed 's/^v//')
	for version in $version $tags; do
		[[ -s $FIXTURES/state-$version/state/base.ndjson ]] || seen "no tests/fixtures/state-$version: tests/fixtures/make-state.sh"
	done
}

@test "the base and the approvals of each version are read" {
	local dir
	for dir in "$FIXTURES"/state-*; do
		rm -rf state logs
		take "${dir##*/state-}"
		# All is in sync, but for an edit that is held; without the base the orphan would
		# be a new page.
		[[ $(planned --base state/base.ndjson --hold update) == "1 skip none held"$'\n'"1 skip none orphan" ]] || seen "$(cat plan)"
		[[ $(planned --base state/base.ndjson --hold update --approved state/approved.ndjson) == *"1 update supabase"* ]] ||
			seen "the approval: $(cat plan)"
		[[ $(planned --base none --hold update) == *"create supabase"* ]] || seen "without a base: $(cat plan)"
	done
}

@test "reports, controls and the page tell of each version's runs" {
	local dir runs
	for dir in "$FIXTURES"/state-*; do
		rm -rf state logs
		take "${dir##*/state-}"
		runs=$(find logs/runs -mindepth 1 -maxdepth 1 | wc -l)
		must_pass "$BIN/report" --runs --json
		must_hold "[.. | objects | .run_id? // .id? // empty] | unique | length == $runs"
		must_pass "$BIN/report" --activity --json
		[[ $output == *"Adopt SQLite"* && $output == *'"conflict"'* ]] || seen "activity"
		must_fail $RC_ATTENTION "$BIN/report" --pending
		[[ $output == *orphan*held*approved* ]] || seen "pending"
		must_pass env VAULTSYNC_BIN="$BIN" "$ROOT/scripts/controls.sh" resolve --list
		[[ $output == *"Keep the changelog"* ]] || seen "conflicts"
		catch "$BIN/report" --health
		# Whatever it is by now: it is told by those runs.
		[[ $output == "SYNC "* && $output != *amaged* && $output != *"no run"* && $status -le 3 ]] || seen "health"
		start_server
		must_get 200 /api/runs
		must_hold "[.. | objects | .run_id? // .id? // empty] | unique | length == $runs" body
		must_get 200 /status.json
		must_hold '(.[0].damage // []) == []' body
		stop_server
	done
}

# of_later FILE: as if a later version had written it
of_later() {
	sed -i -E '1s/"v":1,/"v":2,/; 1s/"by":"[^"]*"/"by":"9.8.7 (abcdefabcdef)"/; 1s/"version":"[^"]*"/"version":"9.8.7"/' "$1"
}

@test "a base of a later version is refused, with what wrote it and the way back" {
	take 0.1.0
	of_later state/base.ndjson
	planned >/dev/null
	must_fail $RC_STREAM "$BIN/plan" -q --base state/base.ndjson records
	must_say "state/base.ndjson:1: the stream has format 2, written by vaultsync 9.8.7 \(abcdefabcdef\), and this is vaultsync [0-9.]+ .*, which reads format 1"
	must_say "run that version again, or a later one; .*: mv 'state/base.ndjson' 'state/base.ndjson.later'"
	[[ $stderr != *damaged* && $stderr != *"rm '"* ]] || seen "what it advises"
	[[ $(grep -c '"kind":"op"' <<<"$output") == 0 ]] || seen "a plan all the same"
	# The way out is one.
	mv 'state/base.ndjson' 'state/base.ndjson.later'
	must_pass "$BIN/plan" -q --base state/base.ndjson --hold update,create records
}

@test "a journal of a later version is refused, and what an earlier one left is not" {
	take 0.1.0
	planned >/dev/null
	printf '%s\n' '{"kind":"scope","scope":{}}' >state/base.ndjson.journal
	catch "$BIN/plan" -q --base state/base.ndjson records
	[[ $stderr != *format* ]] || seen "a journal without a form"
	local head
	for head in '{"kind":"scope","v":2,"by":"9.8.7","scope":{}}' '{"kind":"head","stream":"journal","v":2,"by":"9.8.7"}'; do
		printf '%s\n' "$head" '{"kind":"creating-by-other-means"}' >state/base.ndjson.journal
		must_fail $RC_STREAM "$BIN/plan" -q --base state/base.ndjson records
		must_say "state/base.ndjson.journal has format 2, written by vaultsync 9.8.7"
		must_say "mv 'state/base.ndjson.journal' 'state/base.ndjson.journal.later'"
	done
}

@test "apply refuses both before it writes anything anywhere" {
	local file
	start_sandbox
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	mkdir state
	seed supabase A
	make_plan -q
	must_pass "$BIN/apply" -q --base state/base.ndjson plan
	# Each run says in the journal which form its lines have; what it leaves does, too.
	seed supabase B
	make_plan -q
	cp -r state before
	for file in base.ndjson base.ndjson.journal; do
		rm -rf state && cp -r before state
		[[ -s state/$file ]] || echo '{"kind":"scope","v":1,"by":"?","scope":{}}' >state/$file
		of_later state/$file
		cp state/$file was
		must_fail $RC_STREAM "$BIN/apply" -q --base state/base.ndjson plan
		must_say "mv 'state/$file' 'state/$file.later'"
		cmp was state/$file
		must_fail $RC_STREAM sync_now --quiet
		cmp was state/$file
	done
	none notion B
}

@test "a run that is killed leaves a journal that says its form" {
	start_sandbox
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	mkdir state
	seed supabase "Adopt it"
	make_plan -q
	control POST faults '{"match":{"api":"notion","method":"POST","path":"/v1/pages","body":"Adopt it"},"times":1,"silence_ms":600000}' >/dev/null
	apply_until_hit
	[[ $(head -n 1 state/base.ndjson.journal) == '{"kind":"scope","v":1,"by":"'* ]] || seen "$(cat state/*.journal)"
	grep -q '"kind":"creating"' state/base.ndjson.journal || seen "$(cat state/*.journal results)"
}

@test "a base that can't be read is no empty one" {
	take 0.1.0
	planned >/dev/null
	mv state/base.ndjson elsewhere
	ln -s nowhere state/base.ndjson
	must_fail $RC_LOCAL "$BIN/plan" -q --base state/base.ndjson records
	must_say "state/base.ndjson is a link that leads nowhere"
	rm state/base.ndjson
	mkdir state/base.ndjson
	must_fail $RC_LOCAL "$BIN/plan" -q --base state/base.ndjson records
	rmdir state/base.ndjson
	: >state/base.ndjson
	must_fail $RC_STREAM "$BIN/plan" -q --base state/base.ndjson records
}

@test "approvals, records, conflicts and a log of a later version are named, and hide nothing else" {
	take 0.1.0
	planned >/dev/null
	of_later state/approved.ndjson
	must_fail $RC_STREAM "$BIN/plan" -q --base state/base.ndjson --approved state/approved.ndjson records
	must_say "written by vaultsync 9.8.7 .*: run that version again, or a later one, or remove the file; .*: rm 'state/approved.ndjson'"
	of_later logs/last_run.json
	of_later logs/last_success.json
	catch "$BIN/report"
	[[ $output == *"last_run.json: the record has format 2, written by vaultsync 9.8.7"* ]] || seen "the record"
	# The lines that are ours are told all the same.
	sed '1s/"v":1,/"v":2,/; 1s/Keep/Hide/' logs/conflicts.ndjson >later
	cat later >>logs/conflicts.ndjson
	catch env VAULTSYNC_BIN="$BIN" "$ROOT/scripts/controls.sh" resolve --list
	[[ $output$stderr == *"conflicts.ndjson: a line has format 2"* && $output == *"Keep the changelog"* ]] || seen "conflicts"
	sed -i '1s/format 1, written by vaultsync [^"]*/format 2, written by vaultsync 9.8.7/' logs/sync.log
	start_server
	must_get 200 /status.json
	[[ $body == *"sync.log has format 2, written by vaultsync 9.8.7, and this is vaultsync"* ]] || seen "$body"
}
