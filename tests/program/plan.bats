#!/usr/bin/env bats
# plan as a program: options, streams, exit codes, the text for people. Its
# decisions are data in cases/, run by the unit tests.

load ../helper

# sb_record N [OBJECT], page_record N [OBJECT]: record lines, OBJECT over them.
sb_record() {
	local more=${2-}
	"$JQ" -nc --argjson more "${more:-"{}"}" --arg id "$(id "$1")" '{
		kind:"record", source:"supabase", row_id:$id, page_id:null,
		decision:"Adopt PostgreSQL", type:"Ops", date:"2026-01-02",
		stored_checksum:null, synced:false, deleted:false,
		created_at:"2026-01-02T03:04:05.678901Z",
		edited_at:"2026-01-03T03:04:05.678901Z"} + $more'
}

page_record() {
	local more=${2-}
	"$JQ" -nc --argjson more "${more:-"{}"}" --arg id "$(id "$1")" '{
		kind:"record", source:"notion", page_id:$id,
		decision:"Adopt PostgreSQL", type:"Ops", extra_types:[],
		date:"2026-01-02", date_detail:null, stored_checksum:null,
		synced:false, own:false, deleted:false,
		created_at:"2026-01-02T03:04:00Z",
		edited_at:"2026-01-03T03:04:00Z"} + $more'
}

# A pair without an agreement yet, a lone row and a lone page.
mixed() {
	{
		sb_record 1 "{\"page_id\":\"$(id 101)\",\"type\":\"UX\"}"
		sb_record 2 '{"decision":"Only here"}'
		page_record 101
		page_record 102 '{"decision":"Only there"}'
	} | records_stream
}

# base_stream [SCOPE-OBJECT] <PAIRS
base_stream() {
	local scope=${1-}
	[[ $scope ]] || scope="{\"supabase\":\"test.local/decision_vault\",
		\"notion\":\"$DATA_SOURCE\"}"
	"$JQ" -nc --argjson scope "$scope" '
	{kind:"head", stream:"base", v:1, scope:$scope},
	foreach (inputs, null) as $o (0; if $o == null then . else . + 1 end;
		$o // {kind:"end", count:., complete:true})'
}

# --- options ----------------------------------------------------------------

@test "help names every option and exits 0" {
	must_pass "$BIN/plan" --help
	for o in base conflict orphans allow human undo verify quiet version; do
		[[ $output == *--$o* ]] || seen "no --$o in the help"
	done
}

@test "version exits 0" {
	must_pass "$BIN/plan" --version
	[[ $output == plan\ * ]] || seen "no version"
}

@test "an unknown option, rule or guard is a usage error that names it" {
	must_fail "$RC_USAGE" "$BIN/plan" --frobnicate
	must_say frobnicate
	must_fail "$RC_USAGE" "$BIN/plan" --conflict newest
	must_say newest
	must_fail "$RC_USAGE" "$BIN/plan" --orphans burn
	must_say burn
	must_fail "$RC_USAGE" "$BIN/plan" --allow mass-delete,haste
	must_say haste
	must_fail "$RC_USAGE" "$BIN/plan" --allow incomplete
	must_fail "$RC_USAGE" "$BIN/plan" --undo x --verify
	must_fail "$RC_USAGE" "$BIN/plan" one two
}

@test "what can't be meant together, or is no rule, is a usage error that says what to leave out" {
	local says options
	: >decided
	while IFS='|' read -r says options; do
		# shellcheck disable=SC2086 # words
		must_fail "$RC_USAGE" "$BIN/plan" $options
		must_say "$says"
	done <<-END
		--undo holds nothing: leave out --hold|--undo x --hold create
		--verify holds nothing: leave out --hold|--verify --settle 1m
		--verify makes no plan|--verify --allow-plan $(id 1)
		--verify makes no plan|--verify --only-plan $(id 1)
		--idle needs --base, and excludes|--idle x
		--idle needs --base, and excludes|--idle x --base b --human
		--idle needs --base, and excludes|--idle x --base b --undo u
		--idle needs --base, and excludes|--idle x --base b --verify
		--resolve can't be combined|--undo x --resolve decided
		--last-rules: 7 is not a JSON object|--last-rules 7
		--last-rules: \[ is not a JSON object|--last-rules [
	END
	: | records_stream >records
	SYNC_HOLD=nonsense must_fail "$RC_CONFIG" "$BIN/plan" records
	must_say SYNC_HOLD
}

@test "a decision that is not as report writes it is refused by its line" {
	local wrong ok
	ok='{"kind":"resolve","row_id":"'"$(id 1)"'","page_id":"'"$(id 101)"'","take":"notion","fields":{"type":{"supabase":"Ops","notion":"UX"}}}'
	mixed >records
	printf '%s\n\n%s\n' "$ok" "$ok" >decided
	must_pass "$BIN/plan" --resolve decided records
	for wrong in 'del(.fields.type.notion)' '.fields.type.notion = 7' '.fields.date = {"supabase":"soon","notion":null}' \
		'.fields.type.winner = "nobody"' '.fields = {}' '.take = "both"'; do
		{ printf '%s\n\n' "$ok"; "$JQ" -c "$wrong" <<<"$ok"; } >decided
		must_fail "$RC_STREAM" "$BIN/plan" --resolve decided records
		must_say 'decided: line 3 is not a decision'
	done
}

@test "an undo and a comparison need a full reading" {
	mixed | jq -c 'if .kind == "head" then .sources.notion.mode = "snapshot" else . end' >records
	must_fail "$RC_STREAM" "$BIN/plan" --verify records
	must_say '--verify needs a full reading: give notion-fetch no --snapshot'
	must_fail "$RC_STREAM" "$BIN/plan" --undo run records
	must_say '--undo needs a full reading'
}

@test "a missing file is a local error that names it" {
	must_fail "$RC_LOCAL" "$BIN/plan" nowhere.ndjson
	must_say nowhere.ndjson
}

# --- the plan as a stream ---------------------------------------------------

@test "a plan is a complete stream with the keys that apply relies on" {
	mixed >records
	must_pass "$BIN/plan" records
	must_hold '.[0] | .kind == "head" and .stream == "plan" and .v == 1
		and (.plan_id | test("^[0-9a-f-]{36}$"))
		and (.at | test("^2[0-9]{3}-.*Z$"))
		and .policy == {conflict:"newer", orphans:"keep"}
		and .blocked == []
		and .scope.supabase == "test.local/decision_vault"
		and .sources.notion.type_options[0] == "Policy"'
	must_hold '[.[] | select(.kind == "op")] as $ops
		| [$ops[].n] == [range(1; ($ops | length) + 1)]
		and all($ops[]; .reason != "")
		and (last | .count == ($ops | length) and .complete)'
	must_hold '[.[] | select(.kind == "op") | [.op, .target]] == [
		["update","notion"], ["link","supabase"],
		["create","notion"], ["create","supabase"],
		["stamp","notion"]]'
	must_hold 'last.totals | .notion.create == 1 and .supabase.create == 1
		and .notion.update == 1 and .conflicts == 1'
}

@test "the records come from a file or standard input, with the same plan" {
	mixed >records
	must_pass "$BIN/plan" records
	jq -c 'del(.at)' <<<"$output" >one
	must_pass pipe "'$BIN/plan' <records"
	jq -c 'del(.at)' <<<"$output" >two
	must_pass pipe "'$BIN/plan' - <records"
	jq -c 'del(.at)' <<<"$output" >three
	diff one two
	diff one three
}

@test "another policy is another plan" {
	mixed >records
	must_pass "$BIN/plan" records
	local one two
	one=$($JQ -r 'select(.plan_id).plan_id' <<<"$output")
	must_pass "$BIN/plan" --conflict notion records
	two=$($JQ -r 'select(.plan_id).plan_id' <<<"$output")
	[[ $one != "$two" ]] || seen "the same id"
	must_hold '.[0].policy.conflict == "notion"'
	must_hold 'any(.[]; .conflict.winner == "notion")'
}

@test "an output that can't be written is a local error" {
	local i one line other
	mixed >records
	must_fail "$RC_LOCAL" pipe "'$BIN/plan' records >/dev/full"
	must_fail "$RC_LOCAL" pipe "'$BIN/plan' --human records >/dev/full"
	must_fail "$RC_LOCAL" pipe "'$BIN/plan' --verify records >/dev/full"
	# So many that the first are written before the last are found.
	printf '{"kind":"problem","source":"supabase","row_id":"00000000-0000-4000-8000-%012x","code":"text","detail":"x"}\n' {1..2000} |
		records_stream >records
	must_fail "$RC_LOCAL" pipe "'$BIN/plan' --verify records >/dev/full"
	one=$(id 1) line=$(sb_record 1)
	for i in {1..1000}; do
		printf -v other '00000000-0000-4000-8000-%012x' "$i"
		printf '%s\n' "${line//"$one"/"$other"}"
	done | records_stream >records
	must_fail "$RC_LOCAL" pipe "'$BIN/plan' records >/dev/full"
	must_say 'op [0-9]+, for row [0-9a-f-]{36} and page -: .*No space left'
}

# --- incomplete input -------------------------------------------------------

# no_plan_of_a_cut FILE: at any byte.
no_plan_of_a_cut() {
	local size at rc
	size=$(stat -c %s "$1")
	for ((at = 0; at < size; at++)); do
		rc=0
		first_bytes "$at" "$1" >cut
		"$BIN/plan" cut >out 2>err || rc=$?
		[[ $rc -eq $RC_STREAM && ! -s out ]] ||
			seen "cut at byte $at: exit $rc, $(head -c 300 out err)"
	done
}

@test "a stream cut at any byte gives no plan" {
	sb_record 1 | records_stream | jq -c 'if .kind == "head"
		then .sources[] |= {scope:"s", mode, properties:{}}
		else del(.decision, .type, .date, .created_at) end' >records
	must_pass "$BIN/plan" records
	no_plan_of_a_cut records
}

@test "a wrong count, an incomplete end, a second stream: no plan" {
	mixed >records
	sed '$s/"count":4/"count":5/' records >wrong
	must_fail "$RC_STREAM" "$BIN/plan" wrong
	must_say 'wrong:6: .*counts 5'
	sed '$s/true/false/' records >wrong
	must_fail "$RC_STREAM" "$BIN/plan" wrong
	must_say complete
	cat records records >wrong
	must_fail "$RC_STREAM" "$BIN/plan" wrong
	[[ -z $output ]] || seen "a plan"
}

@test "an incremental listing without its snapshot gives no plan" {
	mixed | jq -c 'if .kind == "head"
		then .sources.notion.mode = "since" else . end' >records
	must_fail "$RC_STREAM" "$BIN/plan" records
	must_say 'records:1: .*--snapshot'
}

@test "a missing source gives no plan" {
	mixed | jq -c 'if .kind == "head"
		then del(.sources.supabase) else . end' >records
	must_fail "$RC_STREAM" "$BIN/plan" records
	must_say 'records:1: Supabase is missing'
}

@test "an unknown kind and a fetch stream are refused with their line" {
	mixed | sed '2s/"record"/"recording"/' >records
	must_fail "$RC_STREAM" "$BIN/plan" records
	must_say 'records:2: unknown "kind": recording'
	mixed | sed '2s/"supabase"/"elsewhere"/' >records
	must_fail "$RC_STREAM" "$BIN/plan" records
	must_say 'records:2: "source" is neither supabase nor notion'
	row 1 | sb_stream >fetch
	must_fail "$RC_STREAM" "$BIN/plan" fetch
	must_say records
}

# --- the local base ---------------------------------------------------------

@test "a missing base is an empty one, and equal pairs are recorded" {
	local sum=4c9a0e75d3d1a4e2
	{
		sb_record 1 "{\"page_id\":\"$(id 101)\",\"synced\":true}"
		page_record 101 '{"synced":true}'
	} | records_stream >records
	must_pass "$BIN/plan" --base none records
	sum=$($JQ -r 'select(.op == "link").checksum' <<<"$output")
	{
		sb_record 1 "{\"page_id\":\"$(id 101)\",\"synced\":true,
			\"stored_checksum\":\"$sum\"}"
		page_record 101 "{\"synced\":true,\"stored_checksum\":\"$sum\"}"
	} | records_stream >records
	must_pass "$BIN/plan" --base none records
	must_hold '[.[] | select(.kind == "op") | .op] == ["adopt"]'
	"$JQ" -c 'select(.op == "adopt") | {kind:"pair", row_id, page_id}
		+ .agreed' <<<"$output" | base_stream >base
	must_pass "$BIN/plan" --base base records
	must_hold 'all(.[]; .kind != "op")'
	must_pass "$BIN/plan" records
	must_hold 'all(.[]; .kind != "op")'
}

@test "a damaged base is refused with the way out" {
	mixed >records
	echo '{"kind":"head","stream":"base","v":1' >base
	must_fail "$RC_STREAM" "$BIN/plan" --base base records
	must_say 'rm .base'
}

@test "the base of another table blocks the plan until it is allowed" {
	mixed >records
	: | base_stream '{"supabase":"else/where","notion":"x"}' >base
	must_fail "$RC_GUARD" "$BIN/plan" --base base records
	must_say 'scripts/sync-now.sh --allow scope'
	must_hold '.[0].blocked == ["scope"]'
	must_pass "$BIN/plan" --base base --allow scope records
	must_hold '.[0].blocked == []'
}

# --- hostile records --------------------------------------------------------

# The worst world that there was: two deleted halves, the row synced, contents
# that differ, no base, so that the stored checksum itself is copied.
@test "a stored checksum in any other form is refused, wherever it is" {
	local sum long bad
	sum=$(printf '0%.0s' {1..64}) long=$(printf 'a%.0s' {1..4000})
	for bad in "$long" "${sum}abcdef" "${sum:1}" "${sum^^}G" "$sum "; do
		{
			sb_record 1 "{\"page_id\":\"$(id 101)\",\"synced\":true,
				\"deleted\":true,\"stored_checksum\":\"$bad\"}"
			page_record 101 '{"decision":"Other","deleted":true}'
		} | records_stream >records
		must_fail "$RC_STREAM" "$BIN/plan" records
		must_say 'records:2: "stored_checksum" is not a checksum'
		{
			sb_record 1
			page_record 101 "{\"stored_checksum\":\"$bad\"}"
		} | records_stream >records
		must_fail "$RC_STREAM" "$BIN/plan" --human records
		must_say 'records:3: "stored_checksum" is not a checksum'
	done
}

@test "an id that is not a UUID is refused, in a problem too" {
	local bad line
	for bad in "$(printf 'a%.0s' {1..4000})" 1 "$(id 1)0" \
		AAAAAAAA-0000-4000-8000-000000000001; do
		for line in "$(sb_record 1 "{\"row_id\":\"$bad\"}")" \
			"$(sb_record 1 "{\"page_id\":\"$bad\"}")" \
			"$(page_record 101 "{\"page_id\":\"$bad\"}")" \
			"{\"kind\":\"problem\",\"source\":\"notion\",
				\"page_id\":\"$bad\",\"code\":\"text\"}"; do
			jq -c . <<<"$line" | records_stream >records
			must_fail "$RC_STREAM" "$BIN/plan" records
			must_say 'records:2: .*is not a lower-case UUID'
		done
	done
}

# --- guards -----------------------------------------------------------------

@test "a blocked plan is printed, says what was seen, and exits 3" {
	local n
	for ((n = 1; n <= 6; n++)); do
		sb_record "$n" "{\"page_id\":\"$(id $((n + 100)))\",
			\"synced\":true}"
		page_record $((n + 100)) "{\"deleted\":$( ((n > 2)) && echo true || echo false)}"
	done | records_stream >records
	must_fail "$RC_GUARD" "$BIN/plan" records
	must_say 'guard mass-delete: 4 of 6 live rows in Supabase'
	must_say 'scripts/sync-now.sh --allow mass-delete'
	must_hold '.[0].blocked == ["mass-delete"]
		and ([.[] | select(.op == "trash")] | length) == 4'
	# As it was seen, and only so.
	n=$($JQ -r 'select(.kind == "head").plan_id' <<<"$output")
	must_pass "$BIN/plan" --allow-plan "$n" records
	must_hold ".[0] | .blocked == [] and .policy.allow_plan == \"$n\""
	must_fail "$RC_GUARD" "$BIN/plan" --allow-plan "$(id 7)" records
	must_pass "$BIN/plan" --allow mass-delete records
	must_fail "$RC_GUARD" "$BIN/plan" --human records
	[[ $output == *BLOCKED*mass-delete*--allow\ mass-delete* ]] ||
		seen "not loud"
	[[ $output == *$'\nIf some of it is:    '* && $(tail -c 1 "$BATS_TEST_TMPDIR/.stdout") == '' ]] ||
		seen "no end of the last line"
	must_fail "$RC_GUARD" "$BIN/plan" --human --only-plan "$(id 7)" records
	[[ $output == *$'\nNOT THE PLAN THAT WAS SEEN\n'*"$(id 7)"* ]] || seen "another plan"
}

# --- for people -------------------------------------------------------------

@test "the text for people shows counts, conflicts, creates and skips" {
	{
		sb_record 1 "{\"page_id\":\"$(id 101)\",\"type\":\"UX\"}"
		sb_record 2 '{"decision":"Only here"}'
		sb_record 3 "{\"page_id\":\"$(id 103)\",\"decision\":\"Lost\"}"
		page_record 101 '{"edited_at":"2026-09-09T09:09:00Z"}'
	} | records_stream >records
	must_pass "$BIN/plan" --human records
	[[ ${lines[0]} == *"Notion: create 1, update 0, trash 0 · Supabase: create 0, update 1, trash 0"* ]] ||
		seen "headline"
	[[ $output == *"Conflicts (1)"*"Supabase UX"*"Notion   Ops"*wins*"later"* ]] ||
		seen "conflict"
	[[ $output == *"UX → Ops"* ]] || seen "change"
	[[ $output == *"Creates (1)"*"Only here"* ]] || seen "create"
	[[ $output == *unknown-page*Lost*"--known"* ]] || seen "skip"
	[[ $output != *$'\033'* ]] || seen "colours in a pipe"
}

# On a terminal, which python makes.
@test "what is blocked is red on a terminal, and a word that is longer than a line stands alone in one" {
	local n long
	long=$(printf 'x%.0s' {1..100})
	for ((n = 1; n <= 6; n++)); do
		sb_record "$n" "{\"page_id\":\"$(id $((n + 100)))\",\"synced\":true}"
		page_record $((n + 100)) '{"deleted":true}'
	done | records_stream >records
	python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$BIN/plan" --human records >seen 2>/dev/null </dev/null
	grep -q $'\033\\[1;31m' seen || seen "not red: $(<seen)"
	NO_COLOR=1 python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$BIN/plan" --human records >seen 2>/dev/null </dev/null
	[[ $(<seen) != *$'\033'* && $(<seen) == *BLOCKED* ]] || seen "colours all the same"
	jq -nc --arg id "$(id 9)" --arg long "$long" '{kind:"problem", source:"supabase", row_id:$id, code:"text",
		detail:("in the text " + $long + " there is more")}' | records_stream >records
	COLUMNS=60 catch "$BIN/plan" --human records
	grep -qE "^ *$long\$" <<<"$output" || seen "the long word"
}

@test "nothing to do is said in one line" {
	: | records_stream >records
	must_pass "$BIN/plan" --human records
	[[ $output == "Nothing to do: 0 pairs agree." ]] || seen "one line"
}

@test "control characters in a record can't control the terminal" {
	sb_record 1 '{"decision":"evil\u001b[31m\u202eline\nbreak"}' |
		records_stream >records
	must_pass "$BIN/plan" --human records
	[[ $output != *$'\033'* && $output != *$'\u202e'* ]] || seen "raw"
	[[ $output == *'\u{001B}'* ]] || seen "not shown"
}

@test "nor can a property's type, an id or a time in a hand-written stream" {
	local evil='\u001b[31m\u009b1m\u202e\u2028\n'
	{
		jq -nc --arg id "$(id 9)" --argjson evil "\"$evil\"" '{kind:"problem",
			source:"notion", page_id:$id, code:"shape",
			detail:("Type is of the type " + $evil + " and not multi-select")}'
		sb_record 1 "{\"decision\":\"One\",\"notion_page_id\":\"$evil\"}"
	} | records_stream >records
	catch "$BIN/plan" --human records
	printf '%s\n' "$output" "$stderr" >said
	grep -q 'u{001B}' said || seen "not shown"
	[[ $(<said) != *$'\033'* && $(<said) != *$'\u202e'* && $(<said) != *$'\u2028'* &&
		$(<said) != *$'\u009b'* ]] || seen "raw"
}

@test "a message is one line of text, whatever it quotes" {
	local word
	for word in $'a\nplan: all is well' $'\u0085\u2028x' $'\x85\xc2' $'\e[2J\u202e'; do
		must_fail $RC_USAGE "$BIN/plan" "--$word"
		[[ $(grep -c . <<<"$stderr") == 2 ]] || seen "more than a message and its hint"
		printf %s "$stderr" >said
		iconv -f UTF-8 -t UTF-8 said >/dev/null || seen "not UTF-8"
		! grep -qP '[\x00-\x09\x0b-\x1f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]' said || seen "raw"
	done
}

@test "long sections are cut and say how many more there are" {
	local n
	for ((n = 1; n <= 30; n++)); do
		sb_record "$n" "{\"decision\":\"Number $n\"}"
	done | records_stream >records
	must_pass "$BIN/plan" --human records
	[[ $output == *"and 10 more (plan without --human lists them all)"* ]] ||
		seen "not cut"
	[[ $output == *"Number 20"* && $output != *"Number 21"* ]] ||
		seen "wrong cut"
}

@test "lines keep to the terminal's width" {
	sb_record 1 "{\"decision\":\"$(printf 'word %.0s' {1..100})\"}" |
		records_stream >records
	for c in 60 80 120; do
		COLUMNS=$c must_pass "$BIN/plan" --human records
		(( $(wc -L <<<"$output") <= c )) || seen "wider than $c"
	done
	# Half of what is left: two values of so many columns are beside each other.
	{
		sb_record 1 "{\"page_id\":\"$(id 101)\",\"decision\":\"$(printf 'a%.0s' {1..29})\"}"
		page_record 101 "{\"decision\":\"$(printf 'b%.0s' {1..29})\",\"edited_at\":\"2026-09-09T09:09:00Z\"}"
	} | records_stream >records
	COLUMNS=80 must_pass "$BIN/plan" --human records
	[[ $output == *"a → b"* ]] || seen "not beside each other"
	COLUMNS=78 must_pass "$BIN/plan" --human records
	[[ $output != *"a → b"* ]] || seen "beside each other"
}

# --- verify -----------------------------------------------------------------

@test "verify is 0 only where every field of every pair is equal" {
	{
		sb_record 1 "{\"page_id\":\"$(id 101)\",\"decision\":\" Adopt  PostgreSQL\"}"
		page_record 101
	} | records_stream >records
	must_pass "$BIN/plan" --verify records
	must_hold 'last | .drift == 0 and .pairs == 1 and .complete'
	must_say 'drift: 0'
}

@test "verify tells each drift by ids and fields, without values" {
	{
		sb_record 1 "{\"page_id\":\"$(id 101)\",\"type\":\"UX\"}"
		sb_record 2 '{"decision":"Secret here"}'
		sb_record 3 "{\"page_id\":\"$(id 103)\",\"deleted\":true}"
		page_record 101
		page_record 102 '{"decision":"Only there"}'
		page_record 103
		jq -nc --arg id "$(id 9)" '{kind:"problem", source:"supabase",
			row_id:$id, code:"text", detail:"x"}'
	} | records_stream >records
	must_fail "$RC_ATTENTION" "$BIN/plan" --verify records
	must_hold '[.[] | select(.kind == "drift") | .what] | sort == [
		"different", "no page", "no row", "only the row is deleted",
		"unreadable"]'
	must_hold '[.[] | select(.what == "different") | .fields] == [["type"]]'
	must_hold 'last.drift == 5'
	[[ $output != *Secret* ]] || seen "a value"
	must_fail "$RC_ATTENTION" "$BIN/plan" --verify --human records
	[[ $output == *UX*Ops*"drift: 5"* ]] || seen "no values for people"
}

@test "the text for people says of each conflict who wins, and why" {
	local at row page why wins="  wins"
	{
		jq -nc --arg s "$DATA_SOURCE" '{kind:"head", stream:"base", v:1, scope:{supabase:"test.local/decision_vault", notion:$s}}'
		jq -nc --arg r "$(id 1)" --arg p "$(id 2)" '{kind:"pair", row_id:$r, page_id:$p, row_is:{decision:"as it was",
			type:"Architecture", date:"2026-01-02", deleted:false}} | .page_is = .row_is'
		printf '{"kind":"end","count":1,"complete":true}\n'
	} >base
	while IFS='|' read -r row page at why; do
		{
			row 1 "{\"decision\":\"by a row\",\"notion_page_id\":\"$(id 2)\",\"notion_synced\":true,\"updated_at\":$row}" | sb_stream
			page 2 "{\"decision\":\"by a page\",\"synced\":true,\"last_edited_time\":\"$page\"}" | notion_stream
		} | "$BIN/normalize" >records
		must_pass env COLUMNS=120 "$BIN/plan" --human --base base records
		[[ $output == *"$why"* ]] || seen "why: $row $page"
		[[ $output == *"$at"* && $(grep -c "$wins\$" <<<"$output") == 1 ]] || seen "who: $row $page"
	done <<-TEXT
		"2026-01-03T03:04:50+00:00"|2026-01-03T03:04:00.000Z|Supabase by a row  (2026-01-03T03:04)  wins|both were edited in the same minute
		"2026-01-03T03:05:00+00:00"|2026-01-03T03:04:00.000Z|Supabase by a row  (2026-01-03T03:05)  wins|its edit is the later one
		"2026-01-03T03:04:00+00:00"|2026-01-03T03:05:00.000Z|Notion   by a page  (2026-01-03T03:05)  wins|its edit is the later one
		null|2026-01-03T03:05:00.000Z|Notion   by a page  (2026-01-03T03:05)  wins|the other edit has no time
	TEXT
	catch "$BIN/plan" --human --base base --conflict stop records
	[[ $status -le 1 ]] || seen "stop"
	[[ $output != *"$wins"* ]] || seen "nobody has decided"
}
