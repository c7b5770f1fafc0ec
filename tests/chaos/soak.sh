#!/usr/bin/env bash
# The soak: rounds of random edits by people on both sides, runs that are hit by
# random faults or killed, then clean runs. After each round nothing is lost or
# doubled, the sides agree, and a further run plans nothing.
#   soak.sh [--rounds N] [--seed S]
# Prints "N rounds, seed S: E edits, F faults, K kills, W wiped states".
# shellcheck disable=SC2034 # pick() takes the arrays by name
set -euo pipefail
# shellcheck source=tests/chaos/lib.bash
. "$(dirname "$0")/lib.bash"

rounds=30 seed=$((SRANDOM % 100000))
while (($#)); do
	case $1 in
		--rounds) rounds=$2; shift ;;
		--seed) seed=$2; shift ;;
		*) sed -n '2,6s/^# *//p' "$0" >&2; exit 2 ;;
	esac
	shift
done
RANDOM=$seed
export SYNC_TIMEOUT=1

dir=$(mktemp -d "${TMPDIR:-/tmp}/chaos.XXXXXX")
trap 'serve_end; [[ -n ${KEEP-} ]] || rm -rf "$dir"' EXIT
mapfile -t kinds <"$here/kinds"
next=0 edits=0 faults=0 kills=0 wipes=0 trashed=0
orphans='' copies=''

# Each value is written once only, so that it can be followed.
fresh() {
	next=$((next + 1))
	V=$next
}

fresh_date() {
	fresh
	printf -v D '%04d-%02d-%02d' $((2000 + V / 336)) $((V / 28 % 12 + 1)) $((V % 28 + 1))
}

pick() { # pick ARRAY: $P, one of its elements
	local -n from=$1
	P=${from[RANDOM % ${#from[@]}]}
}

# some_set SIDE: $S, members of a "set" with one to three fields.
some_set() {
	local which=$((RANDOM % 7 + 1))
	S=''
	if ((which & 1)); then
		fresh
		S+=",\"decision\":\"decision  $V é\""
	fi
	if ((which & 2)); then
		fresh
		case $1$((RANDOM % 5)) in
			supabase0) S+=',"type":null' ;;
			supabase*) S+=",\"type\":\"Type $V\"" ;;
			notion0) S+=',"type":[]' ;;
			notion1) S+=",\"type\":[\"Type $V\",\"Further $V\"]" ;;
			notion*) S+=",\"type\":[\"Type $V\"]" ;;
		esac
	fi
	if ((which & 4)); then
		fresh_date
		case $1$((RANDOM % 5)) in
			*0) S+=',"date":null' ;;
			notion1) S+=",\"date\":{\"start\":\"${D}T09:00:00.000+01:00\"}" ;;
			*) S+=",\"date\":\"$D\"" ;;
		esac
	fi
	S=${S#,}
}

orphan() {
	local id
	for id; do
		[[ $id == - ]] || orphans+=",\"$id\":true"
	done
}

edit_row() {
	local id page touch=true
	pick rows
	read -r id _ page <<<"$P"
	((RANDOM % 3)) || touch=false
	case $((RANDOM % 12)) in
		0)
			((trashed++ < 2)) || return 0
			edit "{\"side\":\"supabase\",\"id\":\"$id\",\"action\":\"soft-delete\",\"touch\":$touch}"
			;;
		1) edit "{\"side\":\"supabase\",\"id\":\"$id\",\"action\":\"undelete\"}" ;;
		2)
			((RANDOM % 3 == 0)) || return 0
			edit "{\"side\":\"supabase\",\"id\":\"$id\",\"action\":\"delete\"}"
			orphan "$page"
			gone+=" $id "
			;;
		*)
			some_set supabase
			edit "{\"side\":\"supabase\",\"id\":\"$id\",\"set\":{$S},\"touch\":$touch}"
			;;
	esac
}

edit_page() {
	local id row text
	pick pages
	read -r id row text <<<"$P"
	case $((RANDOM % 16)) in
		0)
			((trashed++ < 2)) || return 0
			edit "{\"side\":\"notion\",\"id\":\"$id\",\"action\":\"trash\"}"
			;;
		1) edit "{\"side\":\"notion\",\"id\":\"$id\",\"action\":\"restore\"}" ;;
		2)
			edit "{\"side\":\"notion\",\"id\":\"$id\",\"action\":\"duplicate\"}"
			copies+="$text"$'\n'
			;;
		3)
			((RANDOM % 2)) || return 0
			pick moves
			orphan "$id" "$row"
			edit "{\"side\":\"notion\",\"id\":\"$id\",$P}"
			[[ $P != *erase* ]] || gone+=" $id "
			;;
		*)
			some_set notion
			edit "{\"side\":\"notion\",\"id\":\"$id\",\"set\":{$S}}"
			;;
	esac
}
moves=('"action":"move"' '"action":"unshare"' '"action":"erase"' '"action":"share"'
	'"action":"move","to":"d5000000-0000-4000-8000-000000000001"')

# people: a round's edits. What a page says now counts as copied, so the dump is
# read before each.
people() {
	local i n=$((RANDOM % 8 + 3))
	trashed=0
	for ((i = 0; i < n; i++)); do
		dump >"$W/dump.ndjson"
		mapfile -t rows < <($JQ -sr 'map(select(.side == "supabase"))
			| sort_by(.decision)[] | "\(.id) \(.deleted_at != null) \(.notion_page_id // "-")"' "$W/dump.ndjson")
		mapfile -t pages < <($JQ -sr '(map(select(.side == "supabase" and .notion_page_id)
			| {key: .notion_page_id, value: .id}) | from_entries) as $row
			| map(select(.side == "notion")) | sort_by(.decision)[]
			| "\(.id) \($row[.id] // "-") \(.decision)"' "$W/dump.ndjson")
		edits=$((edits + 1))
		case $((RANDOM % 8)) in
			0)
				fresh
				edit "{\"side\":\"supabase\",\"set\":{\"decision\":\"decision $V\",\"type\":\"Type $V\"}}"
				;;
			1)
				fresh
				edit "{\"side\":\"notion\",\"set\":{\"decision\":\"decision $V\",\"type\":[\"Type $V\"]}}"
				;;
			2 | 3 | 4) edit_row ;;
			*) edit_page ;;
		esac
	done
}

# A person edits a row while the run is at work; a page could be edited in the
# one instant in which nobody can notice it.
edit_meanwhile() {
	local id
	pick rows
	read -r id _ <<<"$P"
	[[ $gone != *" $id "* ]] || return 0
	fresh
	printf '{"at":3,"side":"supabase","decision":"meanwhile %d"}\n' "$V" >>"$W/meanwhile"
	jq -c --arg id "$id" 'select(.side == "supabase" and .id == $id)
		| {at: 4, decision}' "$W/before" >>"$W/meanwhile"
	control POST faults "{\"match\":{\"nth\":$((RANDOM % 25 + 1))},\"edit\":{\"side\":\"supabase\",\"id\":\"$id\",\"set\":{\"decision\":\"meanwhile $V\"}}}"
}

# A run that meets faults, or is killed at some request.
broken_run() {
	local i fault apply tries
	fetch_and_plan
	[[ $code == 0 ]] || return 0
	sed 's/^{/{"at":2,/' "$W/plan.ndjson" >>"$W/history"
	if ((RANDOM % 3 == 0)); then
		fault='"silence_ms":600000'
		((RANDOM % 2)) || fault='"delay_ms":600000,"drop":"before"'
		control POST faults "{\"match\":{\"nth\":$((RANDOM % 30 + 1))},$fault}"
		"$BIN/apply" -q --base "$SYNC_STATE_DIR/base.ndjson" "$W/plan.ndjson" \
			>"$W/results.ndjson" 2>>"$W/err" 3>&- &
		apply=$!
		for ((tries = 0; tries < 2000; tries++)); do
			control GET faults
			[[ $REPLY != *'"hits":1'* ]] && kill -0 "$apply" 2>/dev/null || break
			sleep 0.01
		done
		sleep 0.03
		kill -9 "$apply" 2>/dev/null || true
		wait "$apply" 2>/dev/null || true
		kills=$((kills + 1))
	else
		for ((i = RANDOM % 4; i > 0; i--)); do
			pick kinds
			read -r _ _ _ fault <<<"$P"
			control POST faults "{\"match\":{\"nth\":$((RANDOM % 30 + 1))},\"times\":$((RANDOM % 3 + 1)),$fault}"
			faults=$((faults + 1))
		done
		((RANDOM % 2)) || edit_meanwhile
		apply_plan
	fi
	sed 's/^{/{"at":2,/' "$W/results.ndjson" >>"$W/history"
}

judge() {
	dump >"$W/dump.ndjson"
	{
		sed 's/^{/{"at":0,/' "$W/before"
		sed 's/^{/{"at":1,/' "$W/dump.ndjson"
		cat "$W/history" "$W/meanwhile"
	} | jq -Rc 'fromjson?' | $JQ -sr --argjson orphans "{\"-\":true$orphans}" \
		--argjson copies "$($JQ -Rsc 'split("\n") | map(select(. != "")) | group_by(.)
			| map({key: .[0], value: length}) | from_entries' <<<"$copies")" \
		-f "$here/soak.jq" >"$W/verdict"
	PROBLEM=$(head -n 5 "$W/verdict")
	[[ -z $PROBLEM ]]
}

round() {
	local lag=''
	: >"$W/history"
	: >"$W/meanwhile"
	gone=' '
	people
	dump >"$W/before"
	if ((RANDOM % 4 == 0)); then
		lag=1
		control POST config '{"query_lag_ms":90000}'
	fi
	broken_run
	listing faults >"$W/faults"
	control DELETE faults
	# An edit whose request never came was never made.
	! $JQ -e 'any(.[]; .spec.edit and .hits == 0)' "$W/faults" >/dev/null || : >"$W/meanwhile"
	control POST config '{"query_lag_ms":0}'
	# What was written meanwhile stays unseen until its time has come.
	[[ -z $lag ]] || settle 1 || true
	[[ -z $lag ]] || later
	if [[ -z $lag ]] && ((RANDOM % 10 == 0)); then
		rm -rf "$SYNC_STATE_DIR"
		mkdir "$SYNC_STATE_DIR"
		wipes=$((wipes + 1))
	fi
	HISTORY=$W/history
	settle 6 && judge || return 1
	control POST clock '{"advance":90}'
}

serve "$dir/w"
for ((i = 0; i < 20; i++)); do
	fresh
	edit "{\"side\":\"supabase\",\"set\":{\"decision\":\"decision $V\",\"type\":\"Type $V\",\"date\":\"2001-01-01\"}}"
done
settle 3 || die "the first sync: $PROBLEM"

failed=0
for ((r = 1; r <= rounds; r++)); do
	PROBLEM=''
	round && continue
	failed=1
	printf 'round %d of seed %d: %s\n' "$r" "$seed" "$PROBLEM"
	break
done
printf '%d rounds, seed %d: %d edits, %d faults, %d kills, %d wiped states\n' \
	$((r - (r > rounds))) "$seed" "$edits" "$faults" "$kills" "$wipes"
((failed == 0))
