#!/usr/bin/env bash
# Foreign edits at every step: right before each request of a mixed run a person
# edits the row or the page that it is about. What the person wrote must stand
# on a side afterwards, or in the record of a conflict, and all must converge.
#   edits.sh [--step N] [--offset N] [--kind NAME] [--short]
# --step N: every Nth case only, from --offset on; --short: of a plan that has
# no whole halves to compare with. Prints "N edits, M failed".
set -euo pipefail
# shellcheck source=tests/chaos/lib.bash
. "$(dirname "$0")/lib.bash"
# shellcheck source=tests/chaos/mixed.bash
. "$here/mixed.bash"

step=1 offset=0 kind='' only='' short=''
while (($#)); do
	case $1 in
		--step) step=$2; shift ;;
		--offset) offset=$2; shift ;;
		--kind) kind=$2; shift ;;
		--only) only=$2; shift ;;
		--short) short=1 ;;
		*) sed -n '2,8s/^# *//p' "$0" >&2; exit 2 ;;
	esac
	shift
done

# One worker, so that the requests come in the same order each time.
export SYNC_JOBS=1

dir=$(mktemp -d "${TMPDIR:-/tmp}/chaos.XXXXXX")
trap 'serve_end; [[ -n ${KEEP-} ]] || rm -rf "$dir"' EXIT

# The edits; @ROW@, @PAGE@ and @K@ are filled in. "quiet" ones leave updated_at
# as it was, as in a table without a trigger.
kinds=$(cat <<'LIST'
row-decision {"side":"supabase","id":"@ROW@","set":{"decision":"person @K@"}}
row-quiet {"side":"supabase","id":"@ROW@","set":{"type":"person @K@"},"touch":false}
page-decision {"side":"notion","id":"@PAGE@","set":{"decision":"person @K@"}}
page-date {"side":"notion","id":"@PAGE@","set":{"date":"3@K@-01-01"}}
row-delete {"side":"supabase","id":"@ROW@","action":"soft-delete","touch":false}
page-trash {"side":"notion","id":"@PAGE@","action":"trash"}
row-unlink {"side":"supabase","id":"@ROW@","set":{"notion_page_id":null}}
LIST
)

# Notion knows no condition: between the read before a write and the write
# itself, the same property of the page is beyond any client's care.
beyond_care() { # beyond_care KIND PROPERTIES
	case $1 in
		page-decision) [[ ,$2, == *,title,* ]] ;;
		page-date) [[ ,$2, == *,sw~V,* ]] ;;
		*) return 1 ;;
	esac
}

# Written to a half that was deleted, it may give way to the half that was not:
# then the op that brings it back tells what was there.
stands() { # stands KIND K
	local mark
	case $1 in
		*-decision | *-quiet) mark="\"person $2\"" ;;
		*-date) mark="3$2-01-01" ;;
		*) return 0 ;;
	esac
	grep -q "$mark" "$W/dump.ndjson" "$W/conflicts.ndjson" ||
		grep '"op":"restore"' "$W/history" | jq -r '.was // empty | tojson' | grep -q "$mark"
}

# No decision is live more often than people wrote it: they made the twins.
not_doubled() {
	PROBLEM=$($JQ -sr '
		map(select(.decision != null and (.decision | test("twin") | not)
			and .deleted_at == null and .in_trash != true))
		| group_by([.side, .decision])[] | select(length > 1)
		| "\(.[0].side) has \(length) times: \(.[0].decision)"' "$W/dump.ndjson")
	[[ -z $PROBLEM ]]
}

# ops_of TARGET: what the plan does to that record.
ops_of() {
	local row page
	read -r _ row page _ <<<"$1"
	$JQ -sc --arg row "$row" --arg page "$page" '
		[.[] | select(.kind == "op" and (.row_id == $row or .page_id == $page))
		| "\(.op) \(.target): \(.reason)"]' "$dir/mixed/plan.ndjson"
}

# edit_case KIND EDIT K N
edit_case() {
	edits=$((edits + 1))
	back_to "$dir/mixed" "$dir/w"
	PROBLEM=''
	: >"$W/conflicts.ndjson"
	: >"$W/history"
	HISTORY=$W/history
	control POST faults "{\"match\":{\"request\":$4},\"edit\":$2}"
	apply_plan ""
	if grep -q 'edit of a fault was refused' "$W/sandbox.log"; then
		void=$((void + 1)) # the record was not there yet
		return
	fi
	if [[ $code != [01] ]]; then
		PROBLEM="apply ended with $code: $(tail -n 3 "$W/err")"
	elif settle 5 && sound && not_doubled; then
		stands "$1" "$3" || PROBLEM="what the person wrote is gone"
	fi
	[[ $PROBLEM ]] || return 0
	failed=$((failed + 1))
	printf '%s before request %s (%s) of %s: %s\n' "$1" "$4" \
		"$(sed -n "$4p" "$dir/requests")" "$(ops_of "$(sed -n "$4p" "$dir/targets")")" "$PROBLEM"
}

make_mixed "$dir/w"
if [[ $short ]]; then
	jq -c 'del(.sources) | if .expect then .expect |= {checksum, updated_at}
		else . end' "$dir/mixed/plan.ndjson" >"$dir/short"
	mv "$dir/short" "$dir/mixed/plan.ndjson"
fi
back_to "$dir/mixed" "$dir/w"
apply_plan ""
dump >"$dir/dump"
listing log >"$dir/log"
$JQ -r '"\(.api) \(.method) \(.path)"' "$dir/log" >"$dir/requests"
$JQ -sr -f "$here/targets.jq" "$dir/dump" "$dir/log" >"$dir/targets"
if ! { settle 0 && sound; }; then
	die "the undisturbed run: $PROBLEM"
fi

edits=0 failed=0 void=0 n=0
while read -r k row page properties; do
	[[ $row != - && (-z $only || $only == "$k") ]] || continue
	while read -r name edit; do
		[[ -z $kind || $kind == "$name" ]] || continue
		[[ $page != - || $edit != *@PAGE@* ]] || continue
		n=$((n + 1))
		(((n + offset) % step == 0)) || continue
		! beyond_care "$name" "$properties" || continue
		printf -v mark %03d "$k"
		edit=${edit//@ROW@/$row}
		edit=${edit//@PAGE@/$page}
		edit_case "$name" "${edit//@K@/$mark}" "$mark" "$k"
	done <<<"$kinds"
done <"$dir/targets"
printf '%d edits of %d, %d of them before the record was there, %d failed\n' \
	"$edits" "$n" "$void" "$failed"
((failed == 0))
