# What the chaos tests share: a world of both services that can be set back to
# the same state any number of times, runs of the pipeline in it, and what must
# hold afterwards. Sourced; the caller has `set -euo pipefail`.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BIN=${BIN:-$root/bin}
[[ $BIN = /* ]] || BIN=$root/$BIN
export VAULTSYNC_BIN=$BIN LC_ALL=C.UTF-8 TZ=UTC
here=$root/tests/chaos
# shellcheck source=tests/control.bash
. "$root/tests/control.bash"

unset "${!SUPABASE_@}" "${!NOTION_@}" "${!SYNC_@}"
export SYNC_ENV_FILE=/dev/null SYNC_NOTION_RPM=10000 SYNC_BACKOFF_MS=1
[[ -z ${LESS-} ]] || export SYNC_FULL_REQUESTS=0
export SUPABASE_SERVICE_ROLE_KEY=sb_secret_sandbox NOTION_API_KEY=ntn_sandbox
export NOTION_DATABASE_ID=d0000000-0000-4000-8000-000000000001

die() {
	printf '%s\n' "$*" >&2
	exit 70
}

# --- the sandbox --------------------------------------------------------------

SANDBOX_PID='' PORT=0

# serve DIR: the sandbox on the data in DIR, which becomes the current world.
serve() {
	local tries
	W=$1
	[[ -d $W/state && -d $W/logs ]] || mkdir -p "$W/state" "$W/logs"
	export SYNC_STATE_DIR=$W/state SYNC_LOG_DIR=$W/logs
	[[ ! -e $W/url ]] || rm "$W/url"
	"${SANDBOX_PROGRAM:-$BIN/sandbox}" --port "$PORT" --data "$W/data" --ready "$W/url" \
		>"$W/sandbox.log" 2>&1 </dev/null 3>&- &
	SANDBOX_PID=$!
	for ((tries = 0; tries < 1000; tries++)); do
		[[ -s $W/url ]] && break
		kill -0 "$SANDBOX_PID" 2>/dev/null || break
		nap 0.01
	done
	[[ -s $W/url ]] || die "the sandbox did not come up: $(<"$W/sandbox.log")"
	URL=$(<"$W/url")
	PORT=${URL##*:}
	export SUPABASE_URL=$URL NOTION_API_URL=$URL
}

serve_end() {
	[[ -n $SANDBOX_PID ]] || return 0
	kill "$SANDBOX_PID" 2>/dev/null || true
	wait "$SANDBOX_PID" 2>/dev/null || true
	SANDBOX_PID=''
}

# control METHOD PATH [BODY]: asks the sandbox; the answer is in $REPLY.
control() {
	ask "$PORT" "$1" "/control/$2" "${@:3}" && [[ $HEAD == "HTTP/1."?" 200"* ]] || die "control $*: $HEAD $REPLY"
}

# listing NAME: what is got, on standard output.
listing() {
	control GET "$1"
	printf '%s' "$REPLY"
}

edit() {
	control POST edit "$1"
}

dump() {
	listing dump
}

# --- a world and its copies ---------------------------------------------------

# keep NAME: the current world as it is, to be set back to; ends its sandbox.
keep() {
	serve_end
	rm -rf "${W:?}/../$1"
	cp -a "$W" "$W/../$1"
}

# back_to NAME DIR: a fresh copy of a kept world, served.
back_to() {
	serve_end
	[[ ! -e $2 ]] || rm -rf "$2"
	cp -a "$1" "$2"
	serve "$2"
}

# --- runs ---------------------------------------------------------------------

# fetch_and_plan: $W/plan.ndjson; $code. The steps of sync-now.sh without its
# records, for speed; what sync-now.sh adds has tests of its own. With LESS=1 a
# run reads only what was edited, wherever the programs allow it: also after a
# run that was cut, where sync-now.sh would read in full.
fetch_and_plan() {
	local full=${FULL-}
	# What was found changed makes the next run read in full, as in sync-now.sh.
	if [[ ${LESS-} && -e $W/results.ndjson ]] && grep -q '"code":"changed"' "$W/results.ndjson"; then
		full=unsettled
	fi
	read_and_plan "$full" "$@"
	[[ $code != 65 || -z ${LESS-} ]] || read_and_plan absence "$@"
}

# read_and_plan WHY [OPTION…]: every plan gets the options PLAN_MORE too.
read_and_plan() {
	local full=$1 less=() fetch=()
	shift
	[[ -z ${LESS-} ]] || less=(--snapshot "$SYNC_STATE_DIR/snapshot.ndjson")
	[[ -z $full ]] || fetch=(--full "$full")
	code=0
	"$BIN/sb-fetch" -q >"$W/sb.ndjson" 2>>"$W/err" || code=$?
	[[ $code == 0 ]] || return 0
	"$BIN/notion-fetch" -q --known "$W/sb.ndjson" ${less[@]+"${less[@]}"} ${fetch[@]+"${fetch[@]}"} \
		>"$W/notion.ndjson" 2>>"$W/err" || code=$?
	[[ $code == 0 ]] || return 0
	"$BIN/normalize" -q ${less[@]+"${less[@]}"} "$W/sb.ndjson" "$W/notion.ndjson" \
		>"$W/records.ndjson" 2>>"$W/err" || code=$?
	[[ $code == 0 ]] || return 0
	"$BIN/plan" -q --base "$SYNC_STATE_DIR/base.ndjson" ${PLAN_MORE[@]+"${PLAN_MORE[@]}"} "$@" "$W/records.ndjson" \
		>"$W/plan.ndjson" 2>>"$W/err" || code=$?
}

# apply_plan [PLAN]: $W/results.ndjson; $code.
apply_plan() {
	code=0
	"$BIN/apply" -q --base "$SYNC_STATE_DIR/base.ndjson" "${1:-$W/plan.ndjson}" \
		>"$W/results.ndjson" 2>>"$W/err" || code=$?
	keep_conflicts
}

# What sync-now.sh keeps: the values that lost in conflicts; and of each run its
# plan and its results, here in the file HISTORY, where it is set.
keep_conflicts() {
	[[ -z ${HISTORY-} ]] || sed 's/^{/{"at":2,/' "$W/plan.ndjson" "$W/results.ndjson" >>"$HISTORY"
	[[ $(<"$W/results.ndjson") != *'"conflict":'* ]] ||
		grep '"conflict":' "$W/results.ndjson" >>"$W/conflicts.ndjson"
}

# count_planned: $PLANNED is how many ops the plan has that are not skips.
count_planned() {
	local line
	PLANNED=0
	while IFS= read -r line; do
		[[ $line != *'"kind":"op"'* || $line == *'"op":"skip"'* ]] || PLANNED=$((PLANNED + 1))
	done <"$W/plan.ndjson"
}

# later: minutes pass, for the services and for the journal, in which creates of
# unknown outcome wait for them.
later() {
	local journal=$SYNC_STATE_DIR/base.ndjson.journal
	control POST clock '{"advance":400}'
	[[ -s $journal ]] && grep -q '"creating"' "$journal" || return 0
	jq -Rc 'fromjson? | if .kind == "creating" then .at |=
		(sub("\\.\\d+"; "") | fromdate - 400 | todate) else . end' \
		"$journal" >"$journal.aged"
	cat "$journal.aged" >"$journal"
	rm "$journal.aged"
}

# settle MAX: clean runs until one plans nothing; false where none did, or one
# ended with anything but 0 or 1. The first comes at once, the others later.
# $RUNS is how many wrote. With LESS=1 the last one reads in full: what went away
# may be noticed by no other.
settle() {
	local FULL=''
	RUNS=0
	while :; do
		fetch_and_plan
		[[ $code == 0 ]] || { PROBLEM="plan ended with $code: $(tail -n 3 "$W/err")"; return 1; }
		count_planned
		if ((PLANNED == 0)); then
			[[ ${LESS-} && ! $FULL ]] || return 0
			FULL=asked
			continue
		fi
		((RUNS < $1)) || { PROBLEM="still planning after $RUNS runs: $(grep '"op"' "$W/plan.ndjson")"; return 1; }
		((RUNS++ == 0)) || later
		apply_plan
		[[ $code == [01] ]] || { PROBLEM="apply ended with $code: $(tail -n 3 "$W/err")"; return 1; }
	done
}

# writes_nothing: a whole further run, as people start it, sends no write.
writes_nothing() {
	control DELETE count
	"$root/scripts/sync-now.sh" -q >>"$W/out" 2>>"$W/err" || [[ $? == 1 ]] ||
		{ PROBLEM="sync-now.sh failed: $(tail -n 3 "$W/err")"; return 1; }
	control GET count
	[[ $REPLY == *'"writes":0'* ]] || { PROBLEM="a further run wrote: $REPLY"; return 1; }
}

# --- what must hold -----------------------------------------------------------

# The world without ids and times, to compare: a line for each pair and each
# half that stands alone.
shape() {
	dump >"$W/dump.ndjson"
	$JQ -sc -L "$here" 'include "shape"; shape' "$W/dump.ndjson"
}

# sound: no two rows with one page, every live pair equal, no live half alone.
sound() {
	local told='[]' plan=''
	dump >"$W/dump.ndjson"
	# Pages whose row was archived without its link have none, and the plan says so.
	{ IFS= read -r -d '' plan || true; } <"$W/plan.ndjson"
	[[ $plan != *"has lost its link"* ]] ||
		told=$($JQ -sc '[.[] | select(.op == "skip" and (.reason | contains("has lost its link"))) | .page_id]' "$W/plan.ndjson")
	PROBLEM=$($JQ -sr --argjson told "$told" -f "$here/sound.jq" "$W/dump.ndjson")
	[[ -z $PROBLEM ]]
}

# as_undisturbed FILE: the same as that shape, which was found sound.
as_undisturbed() {
	shape >"$W/shape"
	[[ $(<"$1") == "$(<"$W/shape")" ]] || {
		PROBLEM=$(diff "$1" "$W/shape")
		return 1
	}
}
