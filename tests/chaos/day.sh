#!/usr/bin/env bash
# A day of scheduled runs over a vault in sync, with people at work on both sides: edits
# of each field, new records, deletions, moves, and what undoes them, at random times.
# After each run it is noted what has arrived: the next run brings it, but a page that was
# moved or trashed may wait for the next full reading. In the end the two sides are what
# people made of them, nothing is there twice, and a further run writes nothing.
#   day.sh [--pairs N] [--edits N] [--every SECONDS] [--hours N] [--seed S] [--twice]
# No record is edited again before its last edit has arrived; with --twice one may be, in
# another field. Prints how late each kind arrived, and what was asked of Notion.
set -euo pipefail
# shellcheck source=tests/chaos/lib.bash
. "$(dirname "$0")/lib.bash"
# shellcheck source=tests/pairs.bash
. "$root/tests/pairs.bash"
# shellcheck source=tests/chaos/people.bash
. "$here/people.bash"

pairs=10000 edits=200 every=900 hours=24 seed=$((SRANDOM % 100000)) twice=''
while (($#)); do
	case $1 in
		--pairs | --edits | --every | --hours | --seed)
			[[ ${2-} =~ ^[0-9]{1,6}$ ]] || die "$1 needs a number"
			printf -v "${1#--}" %s "$2"
			shift
			;;
		--twice) twice=1 ;;
		*) sed -n '2,10s/^# *//p' "$0" >&2; exit 2 ;;
	esac
	shift
done
RANDOM=$seed
full_every=3600

dir=$(mktemp -d "${TMPDIR:-/tmp}/chaos.XXXXXX")
trap 'serve_end; [[ -n ${KEEP-} ]] || rm -rf "$dir"' EXIT

# until SECOND: the services' clock moves on to that second of the day, if it isn't later
# already, as a run takes its time. What it is then is in $NOW.
until_second() {
	clock '{"advance":0}'
	(($1 <= NOW)) || clock "{\"advance\":$(($1 - NOW))}"
}

clock() {
	control POST clock "$1"
	[[ $REPLY =~ \"now\":\"([^\"]+)\" ]] || die "what is the time? $REPLY"
	NOW=$(($(date -d "${BASH_REMATCH[1]}" +%s) - morning))
}

# The hour of SYNC_FULL_EVERY is one of the day, but its age is told by this machine's
# clock: so any age is too old when the hour has passed, and none before.
one_run() { # one_run SECOND [OPTION…]
	local record
	export SYNC_FULL_EVERY=31d
	if (($1 - all_asked >= full_every)); then
		SYNC_FULL_EVERY=1s
		while ((EPOCHSECONDS <= all_asked_here + 1)); do nap 0.1; done
	fi
	code=0
	"$root/scripts/sync-now.sh" -q "${@:2}" >>"$W/out" 2>"$W/err" || code=$?
	# 1: something needs a person, such as a page that was moved away.
	((code <= 1)) || die "a run ended with $code: $(tail -n 3 "$W/err")"
	record=$(<"$SYNC_LOG_DIR/last_run.json")
	[[ $record =~ \"reading\":\{\"full\":([a-z]+),\"why\":\"([a-z]+)\" ]] || die "no reading: $record"
	read_all=${BASH_REMATCH[1]} why=${BASH_REMATCH[2]}
	[[ $record =~ \"notion\":([0-9]+) ]] || die "no requests: $record"
	asked=${BASH_REMATCH[1]}
	[[ $record =~ \"run_id\":\"([^\"]+)\" ]] || die "no id: $record"
	plan=$SYNC_LOG_DIR/runs/${BASH_REMATCH[1]}/plan.ndjson
	[[ $read_all == false || $why == few ]] || all_asked=$1 all_asked_here=$EPOCHSECONDS
}

# note_arrivals RUN: which of the edits under way are on the other side now. An op for
# another pair was not needed.
note_arrivals() {
	local n pair kind
	printf '%s' "${under_way[@]/%/$'\n'}" >"$W/under_way"
	$JQ -r '.row // empty, .page // empty, .set.decision // empty' "$W/under_way" >"$W/words"
	grep -F '"kind":"op"' "$plan" | grep -vF '"op":"skip"' | grep -vF -f "$W/words" >>"$W/needless" || true
	((${#under_way[@]})) || return 0
	curl -sSf --max-time 300 "$URL/control/dump" | grep -F -f "$W/words" >"$W/records" || true
	grep -F '"code":"orphan"' "$plan" >"$W/orphans" || true
	while read -r n pair kind; do
		arrived "$n" "$pair" "$kind"
		printf '{"n":%d,"arrived":%d,"last":%d}\n' "$n" "$NOW" "$1" >>"$W/arrivals"
	done < <($JQ -nr -L "$here" 'include "day"; arrived' "$W/under_way" "$W/records" "$W/orphans")
}

begin() {
	linked_pairs "$pairs" "$BIN/normalize" >"$dir/seed"
	serve "$dir/w"
	curl -sSf --max-time 600 --data-binary "@$dir/seed" "$URL/control/seed" >"$W/seeded"
	grep -qF '"refused":[]' "$W/seeded" || die "the sandbox refused a record"
	: >"$W/edits"
	: >"$W/arrivals"
	: >"$W/runs"
	: >"$W/needless"
	morning=0
	clock '{"advance":0}'
	morning=$NOW
	all_asked=0 all_asked_here=0
	one_run 0 --full
	know_pairs <"$dir/seed"
}

# the_day: people are at work until evening; runs go on until all has arrived, for two
# hours at most.
the_day() {
	local run end=$((hours * 3600)) second
	people_come "$edits" $((hours * 3600))
	for ((run = 1; (second = run * every) <= end + 2 * full_every; run++)); do
		((second <= end || ${#under_way[@]})) || break
		while next_edit_by "$second"; do
			until_second "$AT"
			edit_something "$run"
		done
		until_second "$second"
		one_run "$second"
		clock '{"advance":0}'
		printf '{"full":%s,"why":"%s","notion":%d}\n' "$read_all" "$why" "$asked" >>"$W/runs"
		note_arrivals "$run"
	done
}

# judge: what is wrong in the end, a line each, is in $PROBLEM.
judge() {
	curl -sSf --max-time 300 "$URL/control/dump" >"$W/dump.ndjson"
	PROBLEM=$($JQ -nr -L "$here" --slurpfile seed "$dir/seed" --slurpfile edits "$W/edits" \
		'include "day"; judge($seed; $edits)' "$W/dump.ndjson")
	PROBLEM+=$($JQ -nr -L "$here" "include \"day\"; late($(((full_every + every - 1) / every)))" \
		"$W/edits" "$W/arrivals")
	# Nobody edits while a run is at work, so none finds anything else than it was told.
	! grep -F '"unsettled"' "$W/runs" >/dev/null || PROBLEM+=$'\n'"a run left something unsettled"
	[[ ! -s $W/needless ]] || PROBLEM+=$'\n'"not needed: $(<"$W/needless")"
	((${#under_way[@]} == 0)) || PROBLEM+=$'\n'"never arrived: ${under_way[*]}"
	PROBLEM=${PROBLEM#$'\n'}
	[[ -z $PROBLEM ]] || return 1
	control DELETE count
	one_run 0 --full
	control GET count
	[[ $REPLY == *'"writes":0'* ]] || { PROBLEM="a further run wrote: $REPLY"; return 1; }
}

printf 'day: %d pairs, %d edits in %d hours, a run every %d seconds, seed %d\n' \
	"$pairs" "$edits" "$hours" "$every" "$seed"
begin
the_day
failed=0
judge || failed=1
$JQ -nr -L "$here" --slurpfile runs "$W/runs" --argjson hours "$hours" \
	'include "day"; table($runs; $hours)' "$W/edits" "$W/arrivals"
((failed == 0)) || head -n 20 <<<"seed $seed: $PROBLEM"
((failed == 0))
