# For tests of the whole sync on the sandbox: `load sync` after `load helper`.

sync_setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_NOTION_RPM=10000 SYNC_BACKOFF_MS=5
	start_sandbox --data "$T/sandbox.sqlite"
}

sync_now() {
	VAULTSYNC_BIN=$BIN "$ROOT/scripts/sync-now.sh" "$@"
}

# seed SIDE DECISION…: one record each, of type Ops and a fixed day.
seed() {
	local side=$1
	shift
	jq -nc --arg side "$side" '$ARGS.positional[]
		| {side:$side, decision:., type:"Ops", date:"2026-01-02"}' \
		--args "$@" >"$T/seed"
	control POST seed "@$T/seed" >/dev/null
}

# live SIDE DECISION, dead SIDE DECISION: the record of that decision, as dumped.
live() {
	find_record "$1" "$2" '.deleted_at == null and (.in_trash | not)' ||
		{ echo "no live $2 in $1"; return 1; }
}

dead() {
	find_record "$1" "$2" '.deleted_at != null or .in_trash == true' ||
		{ echo "no deleted $2 in $1"; return 1; }
}

find_record() {
	control GET dump | jq -nec --arg s "$1" --arg d "$2" "first(inputs
		| select(.side == \$s and .decision == \$d) | select($3))"
}

# none SIDE DECISION: no such record at all.
none() {
	control GET dump | jq -e --slurp --arg s "$1" --arg d "$2" '
		map(select(.side == $s and .decision == $d)) == []' >/dev/null ||
		{ echo "$2 is in $1"; return 1; }
}

# edit SIDE DECISION SET: as a person would; act SIDE DECISION ACTION.
edit() {
	control POST edit "$(live "$1" "$2" | jq -c --argjson set "$3" \
		'{side, id, set:$set}')" >/dev/null
}

act() {
	control POST edit "$(find_record "$1" "$2" true |
		jq -c --arg action "$3" '{side, id, action:$action}')" >/dev/null
}

# make_plan [OPTION…]: ./plan of both sides as they are now, on state/base.ndjson.
make_plan() {
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	"$BIN/plan" --base state/base.ndjson "$@" records >plan
}

# apply_until_hit: apply carries ./plan out, and is killed when a fault has met a request.
apply_until_hit() {
	local apply tries
	"$BIN/apply" -q --base state/base.ndjson plan >results 2>/dev/null 3>&- &
	apply=$!
	for ((tries = 0; tries < 600; tries++)); do
		[[ $(control GET faults) != *'"hits":1'* ]] || break
		sleep 0.05
	done
	kill -9 "$apply"
	wait "$apply" 2>/dev/null || true
	control DELETE faults >/dev/null
	[[ $tries -lt 600 ]] || seen "no request matched the fault: $(cat plan)"
}

# The results of the last run.
results() {
	cat "$T/logs/runs/$(jq -r .run_id "$T/logs/last_run.json")/results.ndjson"
}

# After a complete run a second one plans nothing and writes nothing.
must_be_settled() {
	control DELETE log >/dev/null
	catch sync_now --quiet
	[[ $status -le 1 ]] || seen "the next run"
	control GET log | jq -sc 'map(select(.method == "PATCH" or .method == "DELETE"
		or (.method == "POST" and (.path | endswith("/query") | not))))
		| .[]' >"$T/writes"
	[[ ! -s $T/writes ]] || { cat "$T/writes"; seen "the next run wrote"; }
	must_hold '.[0].planned == ([.[0].skips[]] | add // 0)' logs/last_run.json
}
