# The mixed run: every kind of op, both ways, in one plan. Sourced after
# lib.bash.
# shellcheck shell=bash

# The record of "SIDE DECISION": its id.
declare -A named
know_names() {
	local name id
	while IFS=$'\t' read -r name id; do
		named[$name]=$id
	done < <(dump | $JQ -r 'select(.decision) | "\(.side) \(.decision)\t\(.id)"')
}

sb() { # sb DECISION EDIT-MEMBERS
	edit "{\"side\":\"supabase\",\"id\":\"${named["supabase $1"]}\",$2}"
}

nt() {
	edit "{\"side\":\"notion\",\"id\":\"${named["notion $1"]}\",$2}"
}

new_row() { # new_row DECISION TYPE DATE
	edit "{\"side\":\"supabase\",\"set\":{\"decision\":\"$1\",\"type\":$2,\"date\":$3}}"
}

new_page() {
	edit "{\"side\":\"notion\",\"set\":{\"decision\":\"$1\",\"type\":$2,\"date\":$3}}"
}

# make_mixed DIR: a world at DIR/../mixed that was in sync until people were at work on
# both sides. MIXED, where it is set, is a folder that keeps it for the next sweep, with
# its port, which is part of what the base is of.
make_mixed() {
	local i kept=${MIXED:+$MIXED${LESS:+-less}}
	if [[ $kept && -e $kept/names ]]; then
		cp -a "$kept/mixed" "${1%/*}/"
		PORT=$(<"$kept/port")
		# shellcheck source=/dev/null
		. "$kept/names"
		return
	fi
	serve "$1"
	control POST config '{"query_cap":10000}'
	for i in {1..24}; do
		new_row "agreed $i" '"Policy"' '"2026-03-01"'
	done
	settle 3 || die "the first sync: $PROBLEM"
	know_names
	nt 'agreed 11' '"action":"trash"'
	sb 'agreed 12' '"action":"soft-delete"'
	settle 3 || die "the deletions: $PROBLEM"
	serve_end # and its clock, which settle has put on
	serve "$1"

	new_row 'new row 1' '"Ops"' '"2026-04-01"'
	new_row 'new row 2' null null
	new_row 'new twin' '"Ops"' '"2026-04-03"'
	new_row 'new twin' '"Ops"' '"2026-04-03"'
	new_page 'new page 1' '["Ops","UX"]' '"2026-05-01"'
	new_page 'new page 2' '[]' null
	new_page 'new page twin' '["Ops"]' '"2026-05-03"'
	new_page 'new page twin' '["Ops"]' '"2026-05-03"'
	new_row 'met by content' '"Ops"' '"2026-04-09"'
	new_page 'met by content' '["Ops"]' '"2026-04-09"'
	sb 'agreed 1' '"set":{"decision":"edited in the row 1"}'
	sb 'agreed 2' '"set":{"type":"Ops","date":null}'
	nt 'agreed 3' '"set":{"decision":"edited on the page 3"}'
	nt 'agreed 4' '"set":{"type":["UX","Policy"],"date":"2026-06-06"}'
	sb 'agreed 5' '"set":{"decision":"merged 5"}'
	nt 'agreed 5' '"set":{"type":["Ops"]}'
	sb 'agreed 6' '"set":{"type":"Ops"}'
	nt 'agreed 6' '"set":{"type":["UX"]}'
	sb 'agreed 7' '"set":{"notion_page_id":null}'
	nt 'agreed 8' '"set":{"checksum":""}'
	nt 'agreed 9' '"action":"trash"'
	sb 'agreed 10' '"action":"soft-delete"'
	nt 'agreed 11' '"action":"restore"'
	sb 'agreed 12' '"action":"undelete"'
	nt 'agreed 13' '"action":"trash"'
	sb 'agreed 13' '"set":{"decision":"edited, so it stays 13"}'
	sb 'agreed 14' '"action":"soft-delete"'
	nt 'agreed 14' '"set":{"decision":"edited, so it comes back 14"}'
	fetch_and_plan
	[[ $code == 0 ]] || die "the plan of the mixed run: $code: $(<"$W/err")"
	keep mixed
	[[ $kept ]] || return 0
	mkdir -p "$kept"
	cp -a "$W" "$kept/mixed"
	printf '%s' "$PORT" >"$kept/port"
	declare -p named | sed 's/^declare -A/declare -gA/' >"$kept/names"
}

# decided DECISION TAKE FIELDS: a line of report --resolve on that pair, from the dump.
decided() {
	jq -c --arg d "$1" --arg take "$2" --argjson fields "$3" '
		select(.side == "supabase" and .decision == $d) | {kind:"resolve", row_id:.id,
		page_id:.notion_page_id, take:$take, $fields}' "$W/dump.ndjson"
}

# decide_mixed DIR: DIR/../mixed again, with decisions on its conflict and on two that
# were decided earlier, in DIR/../decided.ndjson, with which every run plans.
decide_mixed() {
	back_to "${1%/*}/mixed" "$1"
	local file=${1%/*}/decided.ndjson
	dump >"$W/dump.ndjson"
	{
		decided 'agreed 6' notion '{"type":{"supabase":"Ops","notion":"UX"}}'
		decided 'agreed 15' notion '{"decision":{"supabase":"agreed 15","notion":"what lost 15",
			"winner":"supabase"}}'
		decided 'agreed 16' supabase '{"type":{"supabase":"Legal","notion":"Policy","winner":"notion"},
			"date":{"supabase":null,"notion":"2026-03-01","winner":"notion"}}'
	} >"$file"
	PLAN_MORE+=(--resolve "$file")
	fetch_and_plan
	[[ $code == 0 && $(grep -c '"resolved: ' "$W/plan.ndjson") == 5 ]] ||
		die "the plan with the decisions: $code: $(<"$W/err")"
	keep mixed
}
