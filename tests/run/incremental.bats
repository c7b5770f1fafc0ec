#!/usr/bin/env bats
# Whole runs that read less (doc/semantics.md, section 9): what they find at
# once, what they find later, and what makes a run read in full.

load ../helper
load ../sync
load ../health

setup() {
	sync_setup
	export SYNC_FULL_REQUESTS=0
}

teardown() {
	stop_server
	common_teardown
}

later() {
	control POST clock '{"advance":900}' >/dev/null
}

run_now() {
	later
	control DELETE log >/dev/null
	run --separate-stderr sync_now --quiet "$@"
	[[ $status -le 1 ]] || seen "the run"
}

# was WHY: how the last run read Notion.
was() {
	local record full=true
	[[ $1 != edited ]] || full=false
	record=$(<logs/last_run.json)
	[[ $record == *"\"reading\":{\"full\":$full,\"why\":\"$1\""* ]] || seen "not $1: $record"
}

requests() {
	control GET log | grep -c '"api":"notion"'
}

called_long_ago() {
	touch -d "10 minutes ago" state/wake-full
}

# writes: how many requests of the last run wrote.
writes() {
	control GET log | grep -v '/query' | grep -cE '"method":"(PATCH|DELETE|POST)"' || true
}

@test "edits on both sides arrive, and an idle run takes two requests" {
	local n
	seed notion A B C
	run_now
	was none
	run_now
	was edited
	[[ $(writes) == 0 && $(requests) == 2 ]]
	edit notion A '{"decision":"A2"}'
	edit supabase B '{"type":"Policy"}'
	seed notion D
	run_now
	was edited
	live supabase A2
	live notion B | $JQ -e '.type == ["Policy"]'
	live supabase D
	# Both sides are what a full reading says they are.
	run_now --full
	was asked
	[[ $(writes) == 0 ]]
}

@test "what this run trashed and restored itself doesn't come back" {
	seed notion A B C D E F G
	run_now
	act supabase A soft-delete
	run_now
	was edited
	dead notion A
	run_now
	was edited
	[[ $(writes) == 0 && $(requests) == 3 ]]
	dead notion A
	dead supabase A
	act supabase A undelete
	run_now
	live notion A
	run_now
	was edited
	[[ $(writes) == 0 ]]
	live supabase A
}

@test "a trash, a move and a restore are found by the next full reading, and by none undone" {
	local n
	seed notion A B C D E F G H
	run_now
	act notion A trash
	act notion B move
	edit supabase C '{"type":"Policy"}'
	act notion C trash
	act supabase D soft-delete
	act notion D trash
	run_now
	was edited
	# Nothing was concluded from the snapshot, where they still are.
	live supabase A
	live supabase B
	[[ $(control GET dump | $JQ -s 'map(select(.side == "notion")) | length') == 8 ]]
	# C's write was refused by what the page really is, so all is read next.
	run_now
	was unsettled
	dead supabase A
	live supabase B
	live notion C | $JQ -e '.type == ["Policy"]'
	dead supabase D
	run_now
	was edited
	act notion A restore
	run_now --full
	live supabase A
}

@test "a new row: whether its page is there already is told by a full reading" {
	seed notion A
	run_now
	seed notion "Met by content"
	act notion "Met by content" trash
	run_now
	was edited
	act notion "Met by content" restore
	seed supabase "Met by content"
	seed supabase "New"
	run_now
	was absence
	live notion New
	[[ $(control GET dump | $JQ -s 'map(select(.decision == "Met by content")) | length') == 2 ]]
	live supabase "Met by content" | $JQ -e '.notion_page_id != null'
}

@test "a type without an option, and a page that meets a row: all is read first" {
	seed notion A
	run_now
	edit supabase A '{"type":"Brand new"}'
	run_now
	was absence
	live notion A | $JQ -e '.type == ["Brand new"]'
	seed supabase B
	seed notion B
	run_now
	was absence
	[[ $(control GET dump | $JQ -s 'map(select(.decision == "B")) | length') == 2 ]]
}

@test "after a run that did not end well, and after one that was killed" {
	seed notion A
	run_now
	run_now
	was edited
	control POST faults '{"match":{"api":"supabase"},"times":-1,"status":500}' >/dev/null
	SYNC_RETRIES=0 must_fail $RC_TEMPORARY sync_now --quiet
	control DELETE faults >/dev/null
	run_now
	was unsettled
	run_now
	was edited
	control POST faults '{"match":{"api":"notion"},"delay_ms":20000}' >/dev/null
	VAULTSYNC_BIN=$BIN "$ROOT/scripts/sync-now.sh" --quiet >/dev/null 2>&1 3>&- &
	for _ in {1..200}; do
		! control GET faults | grep -q '"hits":1' || break
		sleep 0.05
	done
	kill -KILL $!
	wait $! || true
	for _ in {1..200}; do
		is_held sync || break
		sleep 0.05
	done
	control DELETE faults >/dev/null
	run_now
	was unsettled
}

@test "a call that tells of more than an edit: all is read" {
	local event
	export SYNC_HOOK_SECRET_NOTION=secret_of-this-test
	seed notion A
	run_now
	start_server
	# call TYPE: and whether it asks for a full reading.
	call() {
		event="{\"type\":\"$1\",\"entity\":{\"type\":\"page\"}}"
		rm -f state/wake
		must_pass curl -fsS --max-time 10 "$URL/hooks/notion" -d "$event" \
			-H "X-Notion-Signature: $(sign "$SYNC_HOOK_SECRET_NOTION" "$event")"
		[[ -e state/wake ]]
	}
	for type in page.properties_updated page.content_updated page.created; do
		call $type
		[[ ! -e state/wake-full ]] || seen "$type"
	done
	run_now
	was edited
	for type in page.deleted page.undeleted page.moved data_source.schema_updated \
		data_source.deleted something.new ""; do
		rm -f state/wake-full
		call "$type"
		[[ -e state/wake-full ]] || seen "$type"
	done
	# One too long to be read to its end may tell of anything.
	rm -f state/wake-full
	call "page.created\",\"long\":\"$(printf '%020000d' 0)"
	[[ -e state/wake-full ]]
	act notion A trash
	run_now
	was called
	dead supabase A
	# Notion's listing may lag behind the call.
	[[ -e state/wake-full ]]
	run_now
	was called
	called_long_ago
	# A further call counts from its own time on.
	call page.moved
	run_now
	was called
	[[ -e state/wake-full ]]
	called_long_ago
	run_now
	was called
	[[ ! -e state/wake-full ]]
	run_now
	was edited
	call page.moved
	event='{"type":"page.deleted"}'
	rm -f state/wake-full
	run -22 curl -fsS --max-time 10 "$URL/hooks/notion" -d "$event" -H "X-Notion-Signature: sha256=00"
	[[ ! -e state/wake-full ]]
}

@test "a call comes before Notion's listing shows what it tells of" {
	local event='{"type":"page.deleted"}'
	seed notion A B C D E F G
	run_now
	control POST config '{"query_lag_ms":120000}' >/dev/null
	act notion A trash
	: >state/wake-full
	control DELETE log >/dev/null
	must_pass sync_now --quiet
	was called
	live supabase A
	called_long_ago
	run_now
	dead supabase A
}

@test "the record and the report say when all was read; a dry run reads in full, and keeps nothing" {
	local before
	seed notion A
	run_now
	run_now
	must_hold '.[0].reading.full == false and .[0].counts == {supabase: {live: 1}, notion: {live: 1}}' logs/last_run.json
	must_pass "$BIN/report"
	[[ $output =~ Reading\ +last\ full\ reading\ [0-9]+\ seconds?\ ago ]] || seen "the report"
	must_pass "$BIN/report" --json
	must_hold ".[0].last_full_reading == (\"$($JQ -r .reading.full_at logs/last_run.json)\" | sub(\"\\\\.[0-9]+\"; \"\"))"
	seed supabase B
	before=$(stat -c %i state/snapshot.ndjson)
	must_pass sync_now --dry-run
	[[ $output == *'create'* ]] || seen "a plan"
	[[ $(stat -c %i state/snapshot.ndjson) == "$before" && ! -e state/unsettled ]]
}

@test "plan --verify and --undo take no reading from a snapshot" {
	seed notion A
	run_now
	later
	must_pass "$BIN/sb-fetch"
	printf '%s\n' "$output" >sb.ndjson
	must_pass "$BIN/notion-fetch" --known sb.ndjson --snapshot state/snapshot.ndjson
	printf '%s\n' "$output" >notion.ndjson
	must_pass "$BIN/normalize" --snapshot state/snapshot.ndjson sb.ndjson notion.ndjson
	printf '%s\n' "$output" >records.ndjson
	must_fail $RC_STREAM "$BIN/plan" --verify records.ndjson
	must_say 'full reading'
	must_fail $RC_STREAM "$BIN/plan" --undo "logs/runs/$($JQ -r .run_id logs/last_run.json)" records.ndjson
	must_say 'full reading'
}

@test "a property that notion-setup adds is seen by the next run, in small vaults too" {
	local source
	unset SYNC_FULL_REQUESTS
	seed notion A
	run_now
	source=$($JQ -r .notion.scope <(head -n 1 state/snapshot.ndjson))
	curl -fsS --max-time 10 -X PATCH -H "Authorization: Bearer $NOTION_API_KEY" \
		-H 'Notion-Version: 2026-03-11' -H 'Content-Type: application/json' \
		-d '{"properties":{"Checksum":null}}' "$SANDBOX/v1/data_sources/$source" >/dev/null
	run_now --full
	run_now
	was few
	[[ $(writes) == 0 ]]
	must_pass "$BIN/notion-setup"
	[[ -e state/wake-full ]]
	run_now
	was called
	live notion A | $JQ -e '.checksum | length == 64'
}

@test "the database, its schema and our own user are asked for once" {
	# asked PATH: how often, in the last run.
	asked() {
		control GET log | $JQ -s --arg p "$1" 'map(select(.method == "GET" and (.path | startswith($p)))) | length'
	}
	seed notion A B
	run_now
	edit supabase A '{"type":"Policy"}'
	run_now --full
	[[ $(writes) != 0 && $(asked /v1/databases/) == 1 && $(asked /v1/data_sources/) == 1 && $(asked /v1/users/me) == 1 ]]
	edit supabase A '{"decision":"A2"}'
	edit notion B '{"decision":"B2"}'
	run_now
	was edited
	live notion A2
	live supabase B2
	[[ $(asked /v1/databases/) == 0 && $(asked /v1/data_sources/) == 0 && $(asked /v1/users/me) == 0 ]]
	# A plan of other settings is asked about, and refused.
	edit supabase A2 '{"decision":"A3"}'
	later
	must_pass pipe '"$BIN/sb-fetch" >sb && "$BIN/notion-fetch" --known sb | "$BIN/normalize" sb - |
		"$BIN/plan" --base state/base.ndjson >plan'
	control DELETE log >/dev/null
	NOTION_DATABASE_ID=d0000000-0000-4000-8000-00000000dead must_fail $RC_CONFIG "$BIN/apply" plan
	[[ $(asked /v1/databases/) == 1 ]]
	must_pass "$BIN/apply" --base state/base.ndjson plan
	[[ $(asked /v1/databases/) == 1 ]]
	live notion A3
}

# Nothing would look at that page again: what it held would be noted as agreed,
# and the next full reading would take the trash for a deletion by a person.
@test "a row that comes back after its deletion was carried over is not deleted again" {
	seed notion A B
	run_now
	act supabase A soft-delete
	run_now
	dead notion A
	act supabase A undelete
	run_now
	run_now --full
	run_now
	live supabase A
	live notion A
}

@test "a page made again in place of one that was moved away gets that one's row" {
	seed notion A B C
	run_now
	act notion A move
	seed notion A
	run_now
	run_now --full
	[[ $(control GET dump | $JQ -sc 'map(select(.side == "supabase" and .decision == "A")) | length') == 1 ]]
}

@test "a full reading that breaks off is not shown as the last one" {
	local before
	seed notion A B
	run_now
	before=$($JQ -r .reading.full_at logs/last_run.json)
	later
	control POST faults '{"match":{"api":"notion","path":"/query"},"times":-1,"cut":20}' >/dev/null
	must_fail $RC_TEMPORARY env SYNC_RETRIES=0 VAULTSYNC_BIN="$BIN" "$ROOT/scripts/sync-now.sh" -q --full
	[[ $($JQ -r '.reading.full_at // "none"' logs/last_run.json) != "$before" ]]
	must_hold '.[0].reading == null' logs/last_run.json
	must_pass "$BIN/report"
}

@test "a run that had to read twice counts the requests of both readings" {
	local sent
	seed notion A B
	run_now
	seed supabase C
	run_now
	was absence
	sent=$(control GET log | $JQ -sc 'group_by(.api) | map({(.[0].api):length}) | add')
	must_hold ".[0].requests == $sent" logs/last_run.json
}
