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
HARMLESS+='sync_now '

# What follows asks the sandbox without any process, for tests do so all the time.

# seed SIDE DECISION…: one record each, of type Ops and a fixed day.
seed() {
	local text lines=''
	for text in "${@:2}"; do
		json_text "$text"
		lines+="{\"side\":\"$1\",\"decision\":$JSON_TEXT,\"type\":\"Ops\",\"date\":\"2026-01-02\"}"$'\n'
	done
	control POST seed "$lines" >/dev/null
}

# json_text TEXT: $JSON_TEXT is the text in JSON, as the sandbox's dump has it too.
json_text() {
	JSON_TEXT=${1//\\/\\\\}
	JSON_TEXT=${JSON_TEXT//$'\n'/\\n}
	JSON_TEXT=\"${JSON_TEXT//\"/\\\"}\"
}

# live SIDE DECISION, dead SIDE DECISION: the record of that decision, as dumped.
live() {
	find_record "$1" "$2" live && printf '%s\n' "$RECORD" ||
		{ echo "no live $2 in $1"; return 1; }
}

dead() {
	find_record "$1" "$2" dead && printf '%s\n' "$RECORD" ||
		{ echo "no deleted $2 in $1"; return 1; }
}

# find_record SIDE DECISION [live|dead]: $RECORD is the first such line of the dump; 1
# where there is none.
find_record() {
	local - IFS=$'\n' is
	control GET dump >/dev/null || return 2
	json_text "$2"
	set -f
	for RECORD in $REPLY; do
		[[ $RECORD == "{\"side\":\"$1\","* && $RECORD == *"\"decision\":$JSON_TEXT,"* ]] || continue
		is=live
		[[ $RECORD != *'"deleted_at":"'* && $RECORD != *'"in_trash":true'* ]] || is=dead
		[[ ${3-$is} != "$is" ]] || return 0
	done
	RECORD=''
	return 1
}

# id_of SIDE DECISION [live|dead]: its id.
id_of() {
	find_record "$@" || { echo "no ${3-} $2 in $1" >&2; return 1; }
	[[ $RECORD =~ \"id\":\"([^\"]+)\" ]]
	printf '%s' "${BASH_REMATCH[1]}"
}

# none SIDE DECISION: no such record at all.
none() {
	local code=0
	find_record "$1" "$2" || code=$?
	((code == 1)) || { echo "$2 is in $1"; return 1; }
}

# edit SIDE DECISION SET: as a person would; act SIDE DECISION ACTION.
edit() {
	find_record "$1" "$2" live || { echo "no live $2 in $1"; return 1; }
	person "$1" "\"set\":$3"
}

act() {
	find_record "$1" "$2" || { echo "no $2 in $1"; return 1; }
	person "$1" "\"action\":\"$3\""
}

person() {
	[[ $RECORD =~ \"id\":\"([^\"]+)\" ]]
	control POST edit "{\"side\":\"$1\",\"id\":\"${BASH_REMATCH[1]}\",$2}" >/dev/null
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
	local apply met=0
	"$BIN/apply" -q --base state/base.ndjson plan >results 2>/dev/null 3>&- &
	apply=$!
	until_hits >/dev/null || met=$?
	kill -9 "$apply"
	wait "$apply" 2>/dev/null || true
	control DELETE faults >/dev/null
	[[ $met == 0 ]] || seen "no request matched the fault: $(cat plan)"
}

# The results of the last run.
results() {
	local run
	slurp run "$T/logs/last_run.json"
	[[ $run =~ \"run_id\":\"([^\"]+)\" ]]
	cat "$T/logs/runs/${BASH_REMATCH[1]}/results.ndjson"
}

# After a complete run a second one plans nothing and writes nothing.
must_be_settled() {
	local - IFS line
	control DELETE log >/dev/null
	catch sync_now --quiet
	[[ $status -le 1 ]] || seen "the next run"
	control GET log >/dev/null
	IFS=$'\n'
	set -f
	for line in $REPLY; do
		[[ $line =~ \"method\":\"(PATCH|POST|DELETE)\" ]] || continue
		[[ ${BASH_REMATCH[1]} == POST && $line == */query\"* ]] || printf '%s\n' "$line"
	done >"$T/writes"
	[[ ! -s $T/writes ]] || { cat "$T/writes"; seen "the next run wrote"; }
	must_hold '.[0].planned == ([.[0].skips[]] | add // 0)' logs/last_run.json
}
