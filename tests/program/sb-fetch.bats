#!/usr/bin/env bats
# sb-fetch: every row of the table, or an exit code that says why not.

load ../helper

setup() {
	common_setup
	export SYNC_BACKOFF_MS=5
}

# seed_rows N: rows of the ids 1 to N.
seed_rows() {
	local i
	for ((i = 1; i <= $1; i++)); do
		printf '{"side":"supabase","id":"00000000-0000-4000-8000-%012x"' $i
		printf ',"decision":"D %d","type":"Ops","date":"2026-01-02"}\n' $i
	done >seed.ndjson
	control POST seed @seed.ndjson | $JQ -e ".accepted == $1" >seeded ||
		cat seeded
}

fault() {
	control POST faults "$1" >/dev/null
}

# An answer of these bytes to the first request for rows.
answer_rows() {
	fault "$(jq -nc --arg body "$1" '{match:{path:"order=id"}, status:200,
		content_type:"application/json", body:$body}')"
}

fetch() {
	"$BIN/sb-fetch" "$@"
}

# The stream is whole and has the ids 1 to N, in order.
must_have_rows() {
	must_hold "(.[0] | .kind == \"head\" and .stream == \"fetch\" and
			.v == 1 and .source == \"supabase\" and
			.mode == \"full\") and
		(.[-1] | .kind == \"end\" and .source == \"supabase\" and
			.complete and .count == $1) and
		(.[1:-1] | length == $1 and all(.kind == \"row\") and
			(map(.row.id) | . == unique))"
}

@test "help, version, wrong usage" {
	must_pass fetch --help
	[[ $output == *--page-size* ]] || seen "no --page-size"
	must_pass fetch --version
	[[ $output =~ ^sb-fetch\ [0-9] ]] || seen "no version"
	for wrong in --page-size=0 --page-size=1001 --page-size=x --nonsense \
		operand; do
		must_fail $RC_USAGE fetch "$wrong"
		[[ -z $output ]] || seen "output with $wrong"
	done
}

@test "an empty table gives a complete stream" {
	start_sandbox
	control POST config '{"soft_delete":false}' >/dev/null
	must_pass fetch
	must_have_rows 0
	must_hold '.[0].soft_delete == false and
		(.[0].scope | endswith("/decision_vault"))'
}

@test "every row once, in the order of ids, over several pages" {
	start_sandbox
	control POST config '{"soft_delete":false}' >/dev/null
	seed_rows 250
	must_pass fetch
	must_have_rows 250
	must_hold '.[1].row | keys == ["checksum", "created_at", "date",
		"decision", "id", "notion_page_id", "notion_synced", "type",
		"updated_at"]'
	[[ -z $stderr ]] || seen "messages"
	must_hold "$(control GET log | $JQ -s 'map(select(.api == "supabase")) |
		length') == .[-1].requests"
	must_pass fetch --page-size 1000
	must_have_rows 250
	must_pass fetch --page-size 1
	must_have_rows 250
}

@test "a large table: several pages at once, every row once, in the order of ids" {
	start_sandbox
	seed_rows 2600
	# Answers of 300 ms: one after another, no two requests come within that.
	fault '{"match":{"path":"order=id"},"times":-1,"delay_ms":300}'
	control DELETE log >/dev/null
	must_pass fetch
	control DELETE faults >/dev/null
	must_hold '[.[] | select(.query | contains("order=id")).at
		| capture("T(?<h>..):(?<m>..):(?<s>[0-9.]+)Z") | (.h | tonumber) * 3600 + (.m | tonumber) * 60 + (.s | tonumber)]
		| sort | [.[1:], .[:-1]] | transpose | map(select(.[0] - .[1] < 0.25)) | length >= 10' \
		<(control GET log)
	must_have_rows 2600
	must_hold '[.[].row.id // empty] | . == sort'
	must_hold "$(control GET log | $JQ -s 'map(select(.api == "supabase")) |
		length') == .[-1].requests"
	# However many rows an answer has, and whatever the ids are made of.
	control POST config '{"max_rows":37}' >/dev/null
	must_pass fetch
	must_have_rows 2600
	[[ $(grep -c 'Max rows' <<<"$stderr") == 1 ]] || seen "not said once"
	control POST config '{"max_rows":1000}' >/dev/null
	jq -nc 'range(900) | {side: "supabase", decision: "random \(.)"}' >random.ndjson
	control POST seed @random.ndjson >/dev/null
	must_pass fetch
	must_hold 'map(select(.row)) | length == 3500 and ([.[].row.id] | . == (sort | unique))'
}

@test "a large table that changes while it is read loses none of what stays" {
	start_sandbox
	seed_rows 2000
	# The rows at which ranges would begin, and others, go before they are asked for.
	for n in 1 500 501 1000 1500 1501 2000; do
		fault "{\"match\":{\"path\":\"offset=\"},\"edit\":{\"side\":\"supabase\",
			\"id\":\"$(id $n)\",\"action\":\"delete\"}}"
	done
	for n in 499 502 999 1499 1999; do
		fault "{\"match\":{\"path\":\"id=gt\"},\"edit\":{\"side\":\"supabase\",
			\"id\":\"$(id $n)\",\"action\":\"delete\"}}"
	done
	must_pass fetch
	comm -23 <(control GET dump | $JQ -r 'select(.side == "supabase").id' | sort) \
		<($JQ -r 'select(.row).row.id' <<<"$output") >lost
	[[ ! -s lost ]] || seen "lost: $(<lost)"
	must_hold '[.[].row.id // empty] | . == (sort | unique)'
}

@test "a large table: one range that fails ends the run, and a signal all of them" {
	start_sandbox
	seed_rows 2000
	fault '{"match":{"path":"id=lt"},"times":-1,"status":503}'
	SYNC_RETRIES=0 must_fail $RC_TEMPORARY fetch
	must_hold '.[-1] | .kind == "end" and .complete == false'
	control DELETE faults >/dev/null
	fault '{"match":{"path":"offset="},"status":401,"body":""}'
	must_fail $RC_CREDENTIALS fetch
	control DELETE faults >/dev/null
	# Faults that pass change nothing.
	fetch >before.ndjson
	for spec in '"status":503' '"drop":"after"' '"cut":700' '"status":429,"retry_after":1'; do
		for path in offset= id=lt; do
			fault "{\"match\":{\"path\":\"$path\"},$spec}"
		done
		must_pass fetch
		diff <(jq -c .row before.ndjson) <(jq -c .row <<<"$output") || seen "other rows with $spec"
		control DELETE faults >/dev/null
	done
	fault '{"match":{"path":"id=lt"},"times":-1,"delay_ms":600000}'
	SYNC_TIMEOUT=500 signalled TERM "$BIN/sb-fetch"
	[[ $status -eq 143 ]] || seen "not ended by TERM"
	must_hold '.[-1] | .kind == "end" and .complete == false'
	control DELETE faults >/dev/null
	# A server that is slow with many rows is asked for fewer, in each range.
	fault '{"match":{"path":"order=id.asc&limit=100"},"times":-1,"delay_ms":2500}'
	SYNC_TIMEOUT=1 SYNC_RETRIES=0 must_pass fetch
	must_hold 'map(select(.row)) | length == 2000'
}

@test "a server that shortens pages loses no row, and that is reported once" {
	start_sandbox
	seed_rows 120
	control POST config '{"max_rows":25}' >/dev/null
	must_pass fetch
	must_have_rows 120
	[[ $(grep -c 'Max rows' <<<"$stderr") == 1 ]] || seen "not said once"
	must_pass fetch --quiet
	[[ -z $stderr ]] || seen "not quiet"
}

@test "deleted_at is read where the table has it" {
	start_sandbox
	control POST config '{"soft_delete":true}' >/dev/null
	seed_rows 2
	control POST edit "{\"side\":\"supabase\",\"id\":\"$(id 2)\",
		\"action\":\"soft-delete\"}" >/dev/null
	must_pass fetch
	must_have_rows 2
	must_hold '.[0].soft_delete and .[1].row.deleted_at == null and
		(.[2].row.deleted_at | type == "string")'
}

@test "a table, column or grant that is missing comes with its SQL" {
	start_sandbox
	control POST config '{"table_missing":true}' >/dev/null
	must_fail $RC_CONFIG fetch
	must_say 'create table if not exists public\.decision_vault \('
	control POST config '{"table_missing":false,"no_grant":true}' >/dev/null
	must_fail $RC_CONFIG fetch
	must_say 'grant select, insert, update on public\.decision_vault'
	control POST config '{"no_grant":false,"missing_columns":["checksum"]}' \
		>/dev/null
	must_fail $RC_CONFIG fetch
	must_say 'checksum'
	must_say 'alter table public\.decision_vault add column if not exists'
	[[ -z $output ]] || seen "output"
}

@test "keys that are refused, projects that are paused" {
	start_sandbox
	SUPABASE_SERVICE_ROLE_KEY=sb_secret_wrong must_fail $RC_CREDENTIALS fetch
	must_say 'SUPABASE_SERVICE_ROLE_KEY'
	[[ $stderr != *sb_secret_wrong* ]] || seen "the key is in the message"
	SUPABASE_SERVICE_ROLE_KEY=$(curl -fsS "$SANDBOX/control/info" |
		$JQ -r .keys.supabase_service_role_jwt) must_pass fetch
	control POST config '{"paused":true}' >/dev/null
	must_fail $RC_CONFIG fetch
	must_say 'paused'
}

@test "what is not a row, or can't be read, is passed on to normalize" {
	start_sandbox
	answer_rows '[{"id":"'"$(id 1)"'","decision":"a\u0000b"},5,{"id":"'"$(
		id 2)"'","decision":"fine"}]'
	must_pass fetch
	must_hold '.[1].row.decision.unreadable and .[2].row == 5 and
		.[3].row.decision == "fine" and .[-1].count == 3'
}

@test "a text too long for a line is a problem of one record" {
	start_sandbox
	printf '[{"id":"%s","decision":"%s"},{"id":"%s","decision":"%s"}]' \
		"$(id 1)" "$(printf '%05000000d' 0)" \
		"$(id 2)" "$(printf '%01000000d' 0)" >body
	jq -nc --rawfile body body '{match:{path:"order=id"}, status:200,
		content_type:"application/json", body:$body}' >fault
	control POST faults @fault >/dev/null
	must_pass fetch
	must_hold '.[1].row.decision.unreadable and
		(.[2].row.decision | length == 1000000)'
}

@test "ids that don't ascend end the run" {
	start_sandbox
	answer_rows "[{\"id\":\"$(id 2)\"},{\"id\":\"$(id 1)\"}]"
	must_fail $RC_STREAM fetch
	must_say 'order'
	must_hold '.[-1] | .kind == "end" and .complete == false'
	answer_rows "[{\"id\":\"$(id 2)\"},{\"id\":\"$(id 2)\"}]"
	must_fail $RC_CONFIG fetch
	must_say "id $(id 2): several rows have the same id"
	must_say 'add unique \(id\)'
	answer_rows '[{"id":"17"}]'
	must_fail $RC_CONFIG fetch
	must_say 'uuid'
	answer_rows '[{"decision":"no id"}]'
	must_fail $RC_STREAM fetch
}

@test "temporary faults change nothing" {
	start_sandbox
	seed_rows 150
	fetch >before.ndjson
	for spec in '"status":503' '"status":500' '"status":502' '"status":520' \
		'"status":429,"retry_after":1' '"drop":"before"' \
		'"drop":"after"' '"cut":700' '"garbage":true' \
		'"status":200,"body":""' \
		'"status":200,"content_type":"text/html","body":"<html>"'; do
		fault "{\"match\":{\"path\":\"id=gt\"},$spec}"
		must_pass fetch
		must_have_rows 150
		diff <(jq -c .row before.ndjson) <(jq -c .row <<<"$output") ||
			seen "other rows with $spec"
		control DELETE faults >/dev/null
	done
}

@test "lasting faults end the run, and the stream says that it isn't complete" {
	start_sandbox
	seed_rows 150
	export SYNC_RETRIES=1
	for spec in '"status":503' '"status":502' '"status":529' \
		'"drop":"before"' '"drop":"after"' '"cut":700' \
		'"garbage":true'; do
		fault "{\"match\":{\"path\":\"id=gt\"},\"times\":-1,$spec}"
		must_fail $RC_TEMPORARY fetch
		must_hold '.[-1] | .kind == "end" and .complete == false'
		control DELETE faults >/dev/null
	done
	fault '{"match":{"path":"id=gt"},"status":401,"body":""}'
	must_fail $RC_CREDENTIALS fetch
	fault '{"match":{"path":"id=gt"},"status":429,"retry_after":9999}'
	must_fail $RC_TEMPORARY fetch
	must_say '9999 s'
}

@test "a server that is silent for too long is asked for fewer rows" {
	start_sandbox
	seed_rows 30
	export SYNC_TIMEOUT=1 SYNC_RETRIES=0
	fault '{"match":{"path":"order=id"},"delay_ms":2500}'
	must_pass fetch
	must_have_rows 30
	must_say '50 rows at a time'
}

@test "a full disk and a closed pipe" {
	start_sandbox
	seed_rows 300
	full() {
		"$BIN/sb-fetch" >/dev/full
	}
	must_fail $RC_LOCAL full
	must_say 'No space left'
	closed() {
		"$BIN/sb-fetch" --page-size 10 | head -n 1 >/dev/null
		return "${PIPESTATUS[0]}"
	}
	must_fail $RC_LOCAL closed
	ignored() {
		(trap '' PIPE && closed)
	}
	must_fail $RC_LOCAL ignored
	none() {
		"$BIN/sb-fetch" >&-
	}
	must_fail $RC_LOCAL none
}

@test "a signal ends the stream as incomplete, and the program dies of it" {
	start_sandbox
	seed_rows 150
	for signal in INT TERM HUP; do
		# Nobody waits so long for an answer.
		fault '{"match":{"path":"id=gt"},"delay_ms":600000}'
		SYNC_TIMEOUT=500 signalled $signal "$BIN/sb-fetch"
		[[ $status -eq $((128 + $(kill -l $signal))) ]] ||
			seen "not ended by $signal"
		must_hold '.[-1] | .kind == "end" and .complete == false and
			.count == 100'
		control DELETE faults >/dev/null
	done
}

@test "no key in the output" {
	start_sandbox
	seed_rows 3
	must_pass fetch -vv
	[[ $stderr == *'HTTP 200'* ]] || seen "no requests shown"
	run ! grep -r sb_secret_sandbox - <<<"$output$stderr"
}
