#!/usr/bin/env bats
# Reading less: notion-fetch lists what was edited since the snapshot, and
# normalize completes it from there and keeps the next one
# (doc/semantics.md, section 9).

load ../helper

setup() {
	common_setup
	export SYNC_BACKOFF_MS=5 SYNC_NOTION_RPM=10000 SYNC_FULL_REQUESTS=0
	S=$T/snapshot.ndjson
	start_sandbox
}

# seed_pages N: pages P 1 to P N; their ids into the file ids.
seed_pages() {
	jq -nc --argjson n "$1" 'range($n) | {side:"notion",
		decision:"P \(. + 1)", type:"Ops", date:"2026-01-02"}' >seed.ndjson
	control POST seed @seed.ndjson | $JQ -er '.refused == [] // error, .ids[]' |
		sed 1d >ids
}

page_id() {
	sed -n "${1}p" ids
}

# person ACTION N; edited N TEXT: what a person does to the Nth page.
person() {
	control POST edit "{\"side\":\"notion\",\"action\":\"$1\",\"id\":\"$(page_id "$2")\"}" >/dev/null
}

edited() {
	control POST edit "{\"side\":\"notion\",\"id\":\"$(page_id "$1")\",
		\"set\":{\"decision\":\"$2\"}}" >/dev/null
}

later() {
	control POST clock '{"advance":900}' >/dev/null
}

# linked N[:OBJECT]…: the rows of these pages into sb.ndjson.
linked() {
	local one n more i=0
	for one in "$@"; do
		n=${one%%:*} more=${one#"$n"}
		more=${more#:}
		row $((++i)) "$("$JQ" -c --arg id "$(page_id "$n")" \
			'{notion_page_id:$id, notion_synced:true} + .' <<<"${more:-"{}"}")"
	done | sb_stream >sb.ndjson
}

# read_with [OPTION…]: notion.ndjson and records.ndjson, with the snapshot.
read_with() {
	control DELETE log >/dev/null
	must_pass "$BIN/notion-fetch" --known sb.ndjson --snapshot "$S" "$@"
	printf '%s\n' "$output" >notion.ndjson
	must_pass "$BIN/normalize" --snapshot "$S" sb.ndjson notion.ndjson
	printf '%s\n' "$output" >records.ndjson
}

# must_be MODE [WHY]: how notion.ndjson was read.
must_be() {
	local head
	read -r head <notion.ndjson
	[[ $head == *"\"mode\":\"$1\""* && ($# == 1 || $head == *"\"reading\":{\"why\":\"$2\""*) ]] ||
		seen "not $*: $head"
}

# The records of pages, as of a full reading.
pages() {
	"$JQ" -cS 'select(.source == "notion" and .kind == "record") | del(.kept)' "${1-records.ndjson}" | sort
}

in_full() {
	"$BIN/notion-fetch" --known sb.ndjson | "$BIN/normalize" sb.ndjson -
}

requests() {
	control GET log | grep -c '"api":"notion"'
}

# alter FILTER: the snapshot, changed and whole again.
alter() {
	jq -c "$1" "$S" >altered
	{
		sed '$d' altered
		tail -n 1 altered | jq -c --arg sum "$(sed '1d;$d' altered | sha256sum | cut -d' ' -f1)" '.sum = $sum'
	} >"$S"
}

@test "what was edited and what was kept are together what a full reading has" {
	seed_pages 8
	linked 1 2
	person archive 8
	later
	read_with
	must_be full none
	pages >first
	later
	edited 3 "edited"
	person unarchive 8
	control POST seed '{"side":"notion","decision":"new"}' >/dev/null
	read_with
	must_be since edited
	must_hold '.[0].sources.notion.mode == "snapshot" and
		(map(select(.kept)) | length == 6) and
		(map(select(.decision == "new" or .decision == "edited") | .kept) == [null, null]) and
		.[-1].counts == {supabase: {live: 2}, notion: {live: 9}}' records.ndjson
	# Archiving isn't an edit; all else is as it is.
	diff <(in_full | pages - | jq -c 'del(.archived)') <(pages | jq -c 'del(.archived)')
	# And one can stand on the other, with nothing new.
	later
	read_with
	later
	read_with
	must_hold 'map(select(.kept)) | length == 9' records.ndjson
	[[ $(requests) == 2 ]]
}

@test "a page of which the row says something else is looked up, no other" {
	seed_pages 6
	linked 1 2 3 4:'{"deleted_at":"2026-02-01T00:00:00Z"}' \
		5:'{"deleted_at":"2026-02-01T00:00:00Z"}' 6
	person trash 3
	person trash 4
	person trash 5
	person move 6
	read_with
	[[ $(requests) -ge 7 ]]
	pages >first
	later
	# Undone in a way that a listing of edits might not show; a row is undeleted.
	linked 1 2 3 4:'{"deleted_at":"2026-02-01T00:00:00Z","notion_synced":false}' 5 \
		6:'{"deleted_at":"2026-02-01T00:00:00Z"}'
	read_with
	must_be since
	control GET log | $JQ -r 'select(.path | startswith("/v1/pages/")).path | .[10:46]' | sort >asked
	diff <(sort <(page_id 3) <(page_id 5)) asked
	diff first <(pages)
	# A row that is deleted has no say beside one that isn't.
	linked 1 1:'{"deleted_at":"2026-02-01T00:00:00Z"}'
	read_with
	[[ $(requests) == 2 ]]
	linked 1:'{"deleted_at":"2026-02-01T00:00:00Z"}'
	read_with
	[[ $(requests) == 3 ]]
}

@test "a row that names a page unknown to the snapshot: it is looked up" {
	seed_pages 3
	linked 1
	read_with
	later
	row 1 "{\"notion_page_id\":\"$(id 77)\"}" | sb_stream >sb.ndjson
	read_with
	must_be since
	must_hold "map(select(.page_id == \"$(id 77)\" and .source == \"notion\" ) | .state) == [\"unreachable\"]" records.ndjson
	# Which is known from now on.
	read_with
	[[ $(requests) == 2 ]]
	must_hold ".[-1].counts.notion == {live: 3, unreachable: 1}" records.ndjson
}

@test "an edit in the same minute, during the listing, and before its index has it" {
	control POST clock '{"freeze":true}' >/dev/null
	seed_pages 101
	# All of one moment, so listed by their ids: the first is in the first answer.
	sort -o ids ids
	linked 1
	read_with
	edited 1 "same minute"
	read_with
	must_be since
	must_hold 'map(select(.decision == "same minute")) | length == 1' records.ndjson
	# Of two answers, before the second one.
	control POST faults "{\"match\":{\"path\":\"/query\",\"body\":\"start_cursor\"},
		\"edit\":{\"side\":\"notion\",\"id\":\"$(page_id 1)\",\"set\":{\"decision\":\"meanwhile\"}}}" >/dev/null
	read_with --full asked
	must_be full asked
	must_hold 'map(select(.decision == "same minute")) | length == 1' records.ndjson
	read_with
	must_hold 'map(select(.decision == "meanwhile")) | length == 1' records.ndjson
	# A lagging listing.
	control POST clock '{"freeze":false}' >/dev/null
	later
	control POST config '{"query_lag_ms":60000}' >/dev/null
	edited 2 "lagging"
	read_with
	must_hold 'map(select(.decision == "lagging")) == []' records.ndjson
	control POST clock '{"advance":120}' >/dev/null
	read_with
	must_be since
	must_hold 'map(select(.decision == "lagging")) | length == 1' records.ndjson
}

@test "a snapshot that doesn't fit: all is read, which is told with -v alone" {
	local why
	seed_pages 3
	linked 1
	read_with
	cp "$S" good
	# fits_not WHY [OPTION…]: the snapshot as it is now.
	fits_not() {
		must_pass "$BIN/notion-fetch" --snapshot "$S" "${@:2}"
		printf '%s\n' "$output" >notion.ndjson
		must_be full "$1"
		[[ ${#lines[@]} == 5 && -z $stderr ]] || seen "all pages, and no word without -v"
	}
	rm "$S"
	fits_not none
	head -n 2 good >"$S"
	fits_not damaged
	head -c -20 good >"$S"
	fits_not damaged
	sed 's/P 2/p 2/' good >"$S"
	fits_not damaged
	{ cat good; echo x; } >"$S"
	fits_not damaged
	sed 2d good >"$S"
	fits_not damaged
	: >"$S"
	fits_not damaged
	head -c 3000 /dev/urandom >"$S"
	fits_not damaged
	cp good "$S"
	alter 'if .kind == "head" then .notion.reading.version = "0.0.1" else . end'
	fits_not version
	cp good "$S"
	cp good "$S"
	alter 'if .kind == "head" then .notion.reading.connection = "x" else . end'
	fits_not connection
	cp good "$S"
	alter 'if .kind == "head" then .notion.reading.database = "x" else . end'
	fits_not scope
	# A clock that was set back since.
	cp good "$S"
	alter 'if .kind == "head" then .notion.reading.began_at = "2099-01-01T00:00:00Z" else . end'
	fits_not clock
	cp good "$S"
	alter 'if .kind == "head" then .notion.reading.asked_at = (now - 3601 | todate) else . end'
	fits_not old
	cp good "$S"
	for why in asked called unsettled absence; do fits_not $why --full $why; done
	must_fail $RC_USAGE "$BIN/notion-fetch" --snapshot "$S" --full please
	must_fail $RC_USAGE "$BIN/notion-fetch" --snapshot "$S" --since 2026-01-01T00:00:00Z
	sed 's/P 2/p 2/' good >"$S"
	must_pass "$BIN/notion-fetch" -v --snapshot "$S"
	must_say 'its content has changed'
	must_say 'reading every page: the snapshot is damaged'
	read_with
	must_be full damaged
	read_with
	must_be since edited
}

@test "SYNC_FULL_EVERY, SYNC_FULL_REQUESTS" {
	seed_pages 101
	linked 1
	read_with
	SYNC_FULL_EVERY=1s read_with
	sleep 1.1
	SYNC_FULL_EVERY=1s read_with
	must_be full old
	# Two lists of pages and one of archived ones; the schema isn't asked for.
	SYNC_FULL_REQUESTS=2 read_with
	must_be since edited
	SYNC_FULL_REQUESTS=3 read_with
	must_be full few
	[[ $(requests) == 3 ]]
	unset SYNC_FULL_REQUESTS
	read_with
	must_be full few
	SYNC_FULL_EVERY=never must_fail $RC_CONFIG "$BIN/notion-fetch"
	must_say 'SYNC_FULL_EVERY'
	SYNC_FULL_REQUESTS=-1 must_fail $RC_CONFIG "$BIN/notion-fetch"
	must_say 'SYNC_FULL_REQUESTS'
}

@test "the schema has changed since: it is asked for again, and all is read" {
	local patch='-X PATCH -H Content-Type:application/json -H Notion-Version:2026-03-11'
	seed_pages 3
	linked 1
	read_with
	must_hold '.[0].properties.Synced != null' notion.ndjson
	# shellcheck disable=SC2086
	curl -fsS $patch -H "Authorization: Bearer $NOTION_API_KEY" -d '{"properties":{"Synced":null}}' \
		"$SANDBOX/v1/data_sources/$($JQ -r 'select(.kind == "head").scope' notion.ndjson)" >/dev/null
	edited 1 "edited"
	control POST faults '{"match":{"path":"/query"},"status":400,"code":"validation_error"}' >/dev/null
	read_with
	must_be full schema
	must_hold '.[0].properties.Synced == null' notion.ndjson
	# A page without a property that must be there says so too.
	later
	edited 1 "again"
	alter 'if .kind == "head" then .notion.properties.Date = "no~~" else . end'
	read_with
	must_be full schema
	must_hold 'map(select(.kind == "problem")) == []' records.ndjson
}

@test "normalize takes no other snapshot, and none that changed meanwhile" {
	seed_pages 3
	linked 1
	read_with
	later
	must_pass "$BIN/notion-fetch" --snapshot "$S"
	printf '%s\n' "$output" >notion.ndjson
	cp "$S" good
	sed 's/P 2/p 2/' good >"$S"
	must_fail $RC_STREAM "$BIN/normalize" --snapshot "$S" sb.ndjson notion.ndjson
	must_say 'its content has changed'
	run ! grep -q '"kind":"end"' <<<"$output"
	cmp <(sed 's/P 2/p 2/' good) "$S"
	cp good "$S"
	alter 'if .kind == "head" then .id = "'"$(id 5)"'" else . end'
	must_fail $RC_STREAM "$BIN/normalize" --snapshot "$S" sb.ndjson notion.ndjson
	must_say 'another snapshot'
	rm "$S"
	must_fail $RC_STREAM "$BIN/normalize" --snapshot "$S" sb.ndjson notion.ndjson
	must_say 'is gone'
	# Without it, the listing is what it is, and gives no plan.
	must_pass pipe '"$BIN/normalize" sb.ndjson notion.ndjson >records.ndjson'
	must_fail $RC_STREAM "$BIN/plan" records.ndjson
	[[ $(ls "$T"/*.new 2>/dev/null) == '' ]]
}

@test "where no snapshot can be written, the reading is whole all the same" {
	seed_pages 2
	linked 1
	S=$T/none/snapshot.ndjson
	must_pass "$BIN/notion-fetch" --snapshot "$S"
	printf '%s\n' "$output" >notion.ndjson
	must_pass "$BIN/normalize" --snapshot "$S" sb.ndjson notion.ndjson
	must_say 'no new snapshot is kept'
	must_hold '.[-1].complete and .[-1].count == 3'
	# A link there is replaced, not written through.
	S=$T/snapshot.ndjson
	echo mine >mine
	ln -s mine "$S"
	must_pass "$BIN/normalize" --snapshot "$S" sb.ndjson notion.ndjson
	[[ $(<mine) == mine && ! -L $S && $(stat -c %a "$S") == 600 ]]
}

@test "a page that couldn't be read is tried again, one that can't be understood stays" {
	seed_pages 3
	linked 1 2
	control POST faults "{\"match\":{\"path\":\"/v1/pages/$(id 9)\"},\"times\":-1,\"status\":500}" >/dev/null
	row 9 "{\"notion_page_id\":\"$(id 9)\"}" | sb_stream >sb.ndjson
	SYNC_RETRIES=0 read_with
	must_hold 'map(select(.kind == "problem" and .code == "unread")) | length == 1' records.ndjson
	later
	SYNC_RETRIES=0 read_with
	must_be since
	must_hold 'map(select(.kind == "problem" and .code == "unread")) | length == 1' records.ndjson
	control DELETE faults >/dev/null
	read_with
	must_hold 'map(select(.kind == "problem")) == []' records.ndjson
	alter 'if .kind == "record" and .decision == "P 2" then {kind:"problem",source:"notion",
		row_id:null,page_id,code:"date",detail:"x"} else . end'
	read_with
	must_hold 'map(select(.kind == "problem" and .code == "date")) | length == 1' records.ndjson
}

@test "the snapshot tells no key" {
	seed_pages 2
	linked 1
	export NOTION_API_KEY=ntn_sandbox
	read_with
	run ! grep -q ntn_sandbox "$S" notion.ndjson records.ndjson
}
