#!/usr/bin/env bats
# Two sides that were filled by hand meet by their decision.

load ../helper
load ../sync

setup() {
	sync_setup
}

# fill SIDE TYPE FROM TO: "Decision N" for each N, on a day of its own.
fill() {
	jq -nc --arg s "$1" --arg t "$2" --argjson from "$3" --argjson to "$4" '
		range($from; $to + 1) | {side:$s, decision:"Decision \(.)", type:$t,
		date:"2026-01-\(10 + . % 20)"}' >"$T/seed"
	control POST seed "@$T/seed" >/dev/null
}

# pause true|false ID…: a person ticks the pages, or not.
pause() {
	local ticked=$1 id
	shift
	for id; do
		control POST edit "{\"side\":\"notion\",\"id\":\"$id\",
			\"set\":{\"properties\":{\"Paused\":{\"checkbox\":$ticked}}}}" >/dev/null
	done
}

pairs_of() {
	control GET dump | $JQ -s '[.[] | select(.side == "supabase")
		| .notion_page_id // empty] | [length, (unique | length)]' -c
}

@test "two filled sides of 40: the guard says how many would meet, each is shown, and they do" {
	fill supabase Ops 1 40
	fill notion UX 1 18
	fill notion Policy 101 122
	must_fail $RC_GUARD sync_now
	must_say 'mass-create: 40 pages and 40 rows .*; 18 of 40 would meet by their decision: see scripts/sync-now.sh --dry-run --match decision'

	must_fail $RC_GUARD sync_now --dry-run --match decision # 22 are left
	grep -q '^Matched by their decision (18)$' <<<"$output"
	[[ $(grep -c '^      type      Supabase Ops' <<<"$output") == 18 ]]
	[[ $(grep -c '^                Notion   UX' <<<"$output") == 18 ]]
	[[ $(grep -c '^      date      both' <<<"$output") == 18 ]]
	[[ $output != *$'\nConflicts'* && $output != *mass-change* ]]

	# 22 are left on either side: the guard asks about these alone.
	must_fail $RC_GUARD sync_now --match decision --conflict notion
	must_say 'mass-create: 22 pages and 22 rows would be created: two filled sides that do not match'
	[[ $stderr != *'would meet'* && $stderr != *mass-change* ]]
	must_pass sync_now --quiet --match decision --conflict notion --allow mass-create
	[[ $(pairs_of) == '[62,62]' ]]
	must_hold '[.[] | select(.lost.type == "Ops" and .winner == "notion")] | length == 18' logs/conflicts.ndjson
	live supabase "Decision 7" | $JQ -e '.type == "UX"'
	must_be_settled
}

@test "with --conflict stop they are linked and left alone, and nothing is made twice later" {
	seed supabase "Adopt PostgreSQL" "Alone"
	control POST seed '{"side":"notion","decision":"adopt postgresql","type":"UX","date":"2026-01-02"}' >/dev/null
	must_fail 1 sync_now --quiet --match decision --conflict stop
	results >all
	must_hold '[.[] | select(.match == "decision") | [.op, .status]]
		== [["link","done"],["skip","skipped"]]' all
	[[ $(pairs_of) == '[2,2]' ]]
	must_fail 1 sync_now --quiet --conflict stop
	live supabase "Adopt PostgreSQL" | $JQ -e '.type == "Ops"'
	live notion "adopt postgresql" | $JQ -e '.type == ["UX"]'
	must_pass sync_now --quiet --conflict supabase
	live notion "Adopt PostgreSQL" | $JQ -e '.type == ["Ops"]'
	must_be_settled
}

@test "a rule that there isn't is refused before anything is read" {
	must_fail $RC_USAGE sync_now --match title
	must_say 'no such rule: title'
	must_say 'none, decision, decision\+date'
	must_fail $RC_USAGE sync_now --match
	[[ -z $(control GET log) && ! -e logs ]]
}

@test "a run that ends early leaves the rest joined: the next one makes nothing twice" {
	fill supabase Ops 1 12
	fill notion UX 1 12
	# The third write of a row, and all after it, fail.
	control POST faults '{"match":{"api":"supabase","method":"PATCH","nth":3},"times":-1,"status":503}' >/dev/null
	export SYNC_RETRIES=0
	run --separate-stderr sync_now --quiet --match decision --conflict notion
	[[ $status != 0 && $(pairs_of) != '[12,12]' ]] || seen "the first run"
	control DELETE faults >/dev/null
	run --separate-stderr sync_now --quiet --conflict notion
	[[ $status == 0 && $(pairs_of) == '[12,12]' ]] || seen "the second run"
	[[ $(control GET dump | wc -l) == 24 ]]
	live supabase "Decision 7" | $JQ -e '.type == "UX"'
}

@test "pairs that can't be written, or are paused, stay joined too" {
	must_pass "$BIN/notion-setup" --with paused
	control POST seed '{"side":"supabase","decision":"Poison","type":"a, b"}
{"side":"supabase","decision":"Waits","type":"Ops"}
{"side":"supabase","decision":"Equal","type":"Ops"}' >/dev/null
	control POST seed '{"side":"notion","decision":"poison","type":"UX"}
{"side":"notion","decision":"waits","type":"UX"}
{"side":"notion","decision":"Equal","type":"Ops"}' >/dev/null
	local waiting
	mapfile -t waiting < <(control GET dump | $JQ -r 'select(.side == "notion" and .decision != "poison") | .id')
	pause true "${waiting[@]}"
	must_fail 1 sync_now --quiet --match decision --conflict supabase
	edit supabase Equal '{"type":"Policy"}'
	must_fail 1 sync_now --quiet --conflict supabase
	[[ $(control GET dump | wc -l) == 6 ]] || seen "$(control GET dump)"
	pause false "${waiting[@]}"
	edit supabase Poison '{"type":"Ops"}'
	must_pass sync_now --quiet --conflict supabase
	[[ $(control GET dump | wc -l) == 6 && $(pairs_of) == '[3,3]' ]]
	live notion Equal | $JQ -e '.type == ["Policy"]'
}
