#!/usr/bin/env bash
# The kill sweep: apply is killed at every request of a mixed run, before the
# service gets it and after it was carried out; then clean runs must come to the
# end of an undisturbed run, and a further one writes nothing.
#   kill.sh [--signal KILL|TERM|INT] [--wipe] [--lag] [--decided] [--approved]
#          [--jobs N] [--step N] [--offset N]
# TERM and INT: the results must be closed as incomplete. --wipe: the state
# folder is lost as well. --lag: Notion's queries show a new page only after
# three minutes. --decided: a person has decided conflicts, one of this run and two
# earlier ones. --approved: every op is held, and every second one approved; in the
# end the hold is taken off. --jobs N: apply has so many workers, and its requests
# come in another order each time; else it has one. --step N: every Nth point only,
# from --offset on.
set -euo pipefail
# shellcheck source=tests/chaos/lib.bash
. "$(dirname "$0")/lib.bash"
# shellcheck source=tests/chaos/mixed.bash
. "$here/mixed.bash"

signal=KILL wipe='' approved='' step=1 offset=0 lag='' decided='' only='' jobs=1
while (($#)); do
	case $1 in
		--signal) signal=$2; shift ;;
		--wipe) wipe=1 ;;
		--approved) approved=1 ;;
		--lag) lag=1 ;;
		--decided) decided=1 ;;
		--jobs) jobs=$2; shift ;;
		--step) step=$2; shift ;;
		--offset) offset=$2; shift ;;
		--only) only=$2; shift ;;
		*) sed -n '2,13s/^# *//p' "$0" >&2; exit 2 ;;
	esac
	shift
done
export SYNC_JOBS=$jobs
# A shell's background job ignores INT, and so would apply.
unignored=()
[[ $signal != INT ]] || unignored=(env --default-signal=INT)

dir=$(mktemp -d "${TMPDIR:-/tmp}/chaos.XXXXXX")
trap 'serve_end; [[ -n ${KEEP-} ]] || rm -rf "$dir"' EXIT
n=0 points=0 failed=0
write=' (PATCH|POST) '

# await TEXT IN: until the sandbox's control/IN says TEXT.
await() {
	local tries
	for ((tries = 0; tries < 4000; tries++)); do
		control GET "$2"
		[[ $REPLY != *"$1"* ]] || return 0
		kill -0 "$apply" 2>/dev/null || return 1
		nap 0.005
	done
	return 1
}

# reached K WHEN: apply's request K has come, or was carried out.
reached() {
	if [[ $2 == before || $signal != KILL || $jobs != 1 ]]; then
		await '"hits":1' faults
	else
		await "\"writes\":$(head -n "$1" "$dir/requests" | grep -Ec "$write")" count
	fi
}

# strike K WHEN: apply gets the signal at its request K.
strike() {
	local fault='"silence_ms":600000'
	[[ $2 == after ]] || fault='"delay_ms":600000,"drop":"before"'
	# A program that may finish its request must be able to.
	[[ $signal == KILL ]] || fault='"delay_ms":150'
	control POST faults "{\"match\":{\"request\":$1},$fault}"
	"${unignored[@]}" "$BIN/apply" -q --base "$SYNC_STATE_DIR/base.ndjson" \
		"$dir/mixed/plan.ndjson" \
		>"$W/results.ndjson" 2>>"$W/err" 3>&- &
	apply=$!
	if ! reached "$1" "$2"; then
		kill -9 "$apply" 2>/dev/null || true
		PROBLEM="request $1 was not reached"
		return 1
	fi
	kill "-$signal" "$apply"
	code=0
	wait "$apply" 2>/dev/null || code=$?
	# Released, so that its thread is gone when the sandbox ends.
	control DELETE faults
	keep_conflicts
}

# ended_in_order: what TERM and INT leave behind.
ended_in_order() {
	local last
	[[ $signal != KILL ]] || return 0
	last=$(tail -n 1 "$W/results.ndjson")
	if [[ $last == *'"complete":true'* ]]; then
		PROBLEM="the results are complete, exit $code"
		[[ $code == 0 && $1 == "$total" ]]
	elif [[ $last != *'"kind":"end"'*'"complete":false'* ]]; then
		PROBLEM="the results have no end: $last"
		return 1
	elif [[ $code != $((128 + $(kill -l "$signal"))) ]]; then
		PROBLEM="exit $code after $signal"
		return 1
	fi
}

# Without the base some merges are conflicts; the records are the same ones.
as_many_records() {
	shape >"$W/shape"
	[[ $(wc -l <"$W/shape") == "$(wc -l <"$dir/shape")" ]] ||
		{ PROBLEM="other records: $(diff "$dir/shape" "$W/shape")"; return 1; }
}

# hold_and_approve: the mixed run under a hold of every op, of which every second
# one was approved by approve(1). PLAN_MORE is how it is planned.
hold_and_approve() {
	local run=20260101T000000Z-1
	back_to "$dir/mixed" "$dir/w"
	# shellcheck disable=SC2054 # the kinds of ops are one word
	PLAN_MORE=(--hold create,update,trash,restore)
	fetch_and_plan
	mkdir -p "$SYNC_LOG_DIR/runs/$run"
	cp "$W/plan.ndjson" "$SYNC_LOG_DIR/runs/$run/"
	$JQ -r 'select(.would) | .row_id // .page_id' "$W/plan.ndjson" | sort -u | awk 'NR % 2' |
		xargs "$BIN/approve" -q || die "nothing could be approved"
	PLAN_MORE+=(--approved "$SYNC_STATE_DIR/approved.ndjson")
	fetch_and_plan
	grep -q '"approved":true' "$W/plan.ndjson" || die "nothing is approved: $(<"$W/plan.ndjson")"
	grep -q '"would"' "$W/plan.ndjson" || die "nothing is held"
	keep mixed
}

# released: once the hold is off, all is as if there had been none.
released() {
	local PLAN_MORE=()
	[[ $approved ]] || return 0
	as_undisturbed "$dir/shape" && settle 5 && sound && as_undisturbed "$dir/shape-released"
}

recovers() {
	strike "$@" && ended_in_order "$1" || return 1
	[[ -z $wipe ]] || { rm -rf "$SYNC_STATE_DIR"; mkdir "$SYNC_STATE_DIR"; }
	settle 5 || return 1
	if [[ $wipe ]]; then
		sound && as_many_records || return 1
	elif [[ $approved ]]; then
		released || return 1
	else
		as_undisturbed "$dir/shape" || return 1
	fi
	((points % 10 != 1)) || writes_nothing # with all of it released
}

point() {
	n=$((n + 1))
	(((n + offset) % step == 0)) || return 0
	points=$((points + 1))
	back_to "$dir/mixed" "$dir/w"
	[[ -z $lag ]] || control POST config '{"query_lag_ms":180000}'
	PROBLEM='' W=$dir/w
	recovers "$@" && return
	failed=$((failed + 1))
	printf '%s at request %s (%s), %s: %s\n' "$signal" "$1" \
		"${requests[$1 - 1]}" "$2" "$PROBLEM"
}

PLAN_MORE=()
make_mixed "$dir/w"
[[ -z $decided ]] || decide_mixed "$dir/w"
[[ -z $approved ]] || hold_and_approve
back_to "$dir/mixed" "$dir/w"
apply_plan ""
[[ $code == 0 ]] || die "the undisturbed run ended with $code: $(<"$W/err")"
listing log | $JQ -r '"\(.api) \(.method) \(.path)"' >"$dir/requests"
mapfile -t requests <"$dir/requests"
total=${#requests[@]}
if [[ $approved ]]; then
	settle 0 || die "the undisturbed run: $PROBLEM"
	shape >"$dir/shape"
	PLAN_MORE=()
	settle 5 && sound || die "the undisturbed run, released: $PROBLEM"
	shape >"$dir/shape-released"
	# shellcheck disable=SC2054 # the kinds of ops are one word
	PLAN_MORE=(--hold create,update,trash,restore --approved "$SYNC_STATE_DIR/approved.ndjson")
elif ! { settle 0 && sound && writes_nothing; }; then
	die "the undisturbed run: $PROBLEM"
else
	shape >"$dir/shape"
fi

for ((k = 1; k <= total; k++)); do
	[[ -z $only || $only == "$k" ]] || continue
	point "$k" before
	# A read that was answered has left nothing else than one that was not.
	if [[ $signal == KILL && ${requests[k - 1]} =~ $write ]]; then
		point "$k" after
	fi
done
printf '%d points of %d at %d requests, %d failed (%s)\n' "$points" "$n" "$total" "$failed" "$signal"
((failed == 0))
