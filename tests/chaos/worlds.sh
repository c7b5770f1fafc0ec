#!/usr/bin/env bash
# The random worlds of the property tests through the programs: each is put into
# a sandbox, synced, edited by people, and synced until nothing is planned; with
# one worker and with four. In every other one people are at work between the
# first plan and its apply too. What worlds.jq says must hold after each.
#   worlds.sh [--worlds N] [--seed S]
# World i is made from seed S + i, so "--worlds 1 --seed S" shows one again.
# Prints "N worlds from seed S, F failed"; KEEP=1 leaves its files.
set -euo pipefail
# shellcheck source=tests/chaos/lib.bash
. "$(dirname "$0")/lib.bash"

worlds=100 seed=$((SRANDOM % 100000)) lanes=2
while (($#)); do
	case $1 in
		--worlds) worlds=$2; shift ;;
		--seed) seed=$2; shift ;;
		*) sed -n '2,8s/^# *//p' "$0" >&2; exit 2 ;;
	esac
	shift
done

# Built beside the programs, or in build/ where those are in bin/.
seeder=${BIN%/bin}/tests/property/seed_world
[[ -x $seeder ]] || seeder=$root/build/tests/property/seed_world
[[ -x $seeder ]] || die "seed_world is not built: make units"

data_source=d5000000-0000-4000-8000-000000000001

# A process costs more than all of the work on so small a world: none is started
# here that isn't the programs' own.

# start: a new sandbox, all in memory.
start() {
	exec {from_sandbox}< <(exec "${SANDBOX_PROGRAM:-$BIN/sandbox}" --quiet --port 0 2>"$W/sandbox.log" 3>&-)
	SANDBOX_PID=$!
	read -r URL <&"$from_sandbox" || die "the sandbox did not come up: $(<"$W/sandbox.log")"
	PORT=${URL##*:}
	export SUPABASE_URL=$URL NOTION_API_URL=$URL
}

end() {
	[[ -n $SANDBOX_PID ]] || return 0
	serve_end
	exec {from_sandbox}<&-
}

# without PROPERTY: takes it out of the database.
without() {
	ask "$PORT" PATCH "/v1/data_sources/$data_source" "{\"properties\":{\"$1\":null}}" \
		"Authorization: Bearer $NOTION_API_KEY" 'Notion-Version: 2026-03-11' \
		'Content-Type: application/json' &&
		[[ $HEAD == "HTTP/1."?" 200"* ]] || die "without $1: $HEAD $REPLY"
}

# The world in $WORLD, in the sandbox, whose clock is frozen; and its base.
put() {
	local columns='"extra_columns":["remark"]' line seed='' pairs='' n=0
	while read -r line; do
		case $line in
			'{"side"'*) seed+=$line$'\n' ;;
			'{"kind"'*) pairs+=$line$'\n' n=$((n + 1)) ;;
		esac
	done <<<"$WORLD"
	((soft_delete)) || columns+=',"soft_delete":false'
	control POST config "{$columns}"
	control POST clock '{"now":"2026-01-01T02:00:00Z","freeze":true}'
	((checksum)) || without Checksum
	((synced)) || without Synced
	control POST seed "$seed"
	[[ $REPLY == *'"refused":[]'* ]] || die "a world was refused: $REPLY"
	printf '{"kind":"head","stream":"base","v":1,"scope":{"supabase":"%s","notion":"%s"}}\n%s{"kind":"end","count":%d,"complete":true}\n' \
		"127.0.0.1:$PORT/decision_vault" "$data_source" "$pairs" "$n" \
		>"$SYNC_STATE_DIR/base.ndjson"
	: >"$SYNC_STATE_DIR/base.ndjson.journal"
}

people() { # people SEED DUMP [PLAN]
	local what body
	cat "${@:2}" | "$seeder" "$1" edits >"$W/edits"
	while read -r what body; do
		control POST "$what" "$body"
	done <"$W/edits"
	control POST clock '{"advance":30}'
}

# try NAME COMMAND…: false where it ends with anything but 0 or 1.
try() {
	local code=0
	"${@:2}" 2>>"$W/err" || code=$?
	[[ $code == [01] ]] || { PROBLEM="$1 ended with $code: $(tail -n 3 "$W/err")"; return 1; }
}

# make_plan [OPTION…]: these are the snapshot's, of notion-fetch and normalize.
make_plan() {
	try sb-fetch "$BIN/sb-fetch" -q >"$W/sb" &&
		try notion-fetch "$BIN/notion-fetch" -q --known "$W/sb" "$@" >"$W/notion" &&
		try normalize "$BIN/normalize" -q "$@" "$W/sb" "$W/notion" >"$W/records" &&
		try plan "$BIN/plan" -q "${options[@]}" "$W/records" >"$W/plan"
}

# With LESS=1, a run that reads only what people edited comes before the last
# ones: it may see less, and do nothing wrong.
run_less() {
	[[ ${LESS-} ]] || return 0
	if ! make_plan --snapshot "$SYNC_STATE_DIR/snapshot.ndjson"; then
		[[ $PROBLEM == "plan ended with 65"* ]] || return 1
		echo full >>"$L/full"
		make_plan || return 1
	fi
	run "$W/run2"
}

run() { # run RESULTS
	try apply "$BIN/apply" -q --base "$SYNC_STATE_DIR/base.ndjson" "$W/plan" >>"$1"
}

# Whether the plan has an op that is not a skip.
plans_something() {
	local line
	while read -r line; do
		[[ $line != '{"kind":"op"'* || $line == *'"op":"skip"'* ]] || return 0
	done <"$W/plan"
	return 1
}

# A conflict that waits for a person may wait no more once the others have their
# lines in the base (lines_fall_into_place() of the property test): one run more.
settle_down() {
	local runs=1
	[[ $conflict != stop ]] || runs=2
	while make_plan; do
		plans_something || return 0
		((runs-- > 0)) || return 0 # the judge sees the plan
		run "$W/run2" || return 1
	done
	return 1
}

live_through() { # live_through JOBS SEED
	# shellcheck disable=SC2054 # the guards are one word
	local options=(--conflict "$conflict" --orphans "$orphans"
		--allow empty-side,mass-delete,mass-create,mass-change)
	((use_base == 0)) || options+=(--base "$L/$1/state/base.ndjson")
	W=$L/$1
	export SYNC_JOBS=$1 SYNC_STATE_DIR=$W/state SYNC_LOG_DIR=$W/logs
	: >"$W/run1"
	: >"$W/run2"
	start
	put
	dump >"$W/seeded"
	make_plan ${LESS:+--snapshot "$SYNC_STATE_DIR/snapshot.ndjson"} || return 1
	(($2 % 2)) || people $(($2 + 1000000000)) "$W"/{seeded,plan}
	dump >"$W/meanwhile"
	run "$W/run1" || return 1
	dump >"$W/first"
	[[ -z ${LESS-} ]] || control POST clock '{"advance":600}'
	people "$2" "$W/first"
	dump >"$W/edited"
	run_less || return 1
	settle_down || return 1
	dump >"$W/last"
	end
}

world() { # world SEED
	local files=({1,4}/{meanwhile,run1,first,edited,run2,plan,last})
	WORLD=$("$seeder" "$1" world)
	read -r conflict orphans use_base soft_delete checksum synced <<<"$WORLD"
	live_through 1 "$1" && live_through 4 "$1" || return 1
	PROBLEM=$($JQ -nr -L "$here" -f "$here/worlds.jq" "${files[@]/#/$L/}" 2>&1)
	[[ -z $PROBLEM ]]
}

# lane K: every so-many-th world; says which failed.
lane() {
	local i
	L=$dir/$1
	mkdir -p "$L"/{1,4}/state
	trap end EXIT
	for ((i = $1; i < worlds; i += lanes)); do
		PROBLEM=''
		world $((seed + i)) || printf 'world %d (%s): %.3000s\n' $((seed + i)) \
			"${WORLD%%$'\n'*}" "$PROBLEM" >>"$L/failed"
		end
	done
	echo ran >"$L/ran"
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/chaos.XXXXXX")
trap '[[ -n ${KEEP-} ]] || rm -rf "$dir"' EXIT
for ((k = 0; k < lanes; k++)); do
	lane "$k" &
done
wait
cat "$dir"/*/failed >"$dir/failed" 2>/dev/null || true
cat "$dir/failed" >&2
failed=$(grep -c '^world ' "$dir/failed" || true)
printf '%d worlds from seed %d, %d failed\n' "$worlds" "$seed" "$failed"
[[ -z ${LESS-} ]] || printf '%d runs of %d that read only edits had to read in full\n' \
	"$(cat "$dir"/*/full 2>/dev/null | wc -l)" $((2 * worlds))
[[ $failed == 0 && $(cat "$dir"/*/ran | wc -l) == "$lanes" ]]
