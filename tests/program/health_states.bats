#!/usr/bin/env bats
# Every pair of states that the two summaries of the runs can be in, and a
# client that never comes to an end.

load ../helper
load ../health

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_NOW=2026-11-25T20:00:00Z
	mkdir -p logs/runs
}

teardown() {
	stop_server
	common_teardown
}

# record FILE ENDED STATUS CODE
record() {
	jq -nc --arg at "$2" --arg status "$3" --argjson code "$4" '{v:1,
		run_id:"20261125T193500Z-7", status:$status, exit_code:$code,
		stage:"apply", started_at:$at, ended_at:$at, duration_ms:0,
		errors:0, conflicts:0, ops:{}, counts:{}}' >"$1"
}

# Rows are those of last_run.json, columns those of last_success.json: the
# condition, and the exit code of report --health.
readonly TABLE='
         absent       empty        damaged      future    old          failed       good
absent   never-ran:3  damaged:3    damaged:3    future:3  stopped:2    damaged:3    healthy:0
empty    damaged:3    damaged:3    damaged:3    future:3  stopped:2    damaged:3    healthy:1
damaged  damaged:3    damaged:3    damaged:3    future:3  stopped:2    damaged:3    healthy:1
future   future:3     future:3     future:3     future:3  future:3     future:3     future:3
old      stopped:2    stopped:2    stopped:2    future:3  stopped:2    stopped:2    healthy:0
failed   failing:2    failing:2    failing:2    future:3  failing:2    failing:2    failing:1
good     healthy:0    healthy:1    healthy:1    future:3  healthy:0    healthy:1    healthy:0'

@test "the health in all 49 pairs of states of last_run.json and last_success.json" {
	local columns words last column tried=0 code line json
	: >empty
	echo '{"v":1,' >damaged
	record future 2026-11-25T23:00:00Z ok 0
	record old 2026-11-20T20:00:00Z ok 0
	record failed 2026-11-25T19:55:00Z failed 75
	record good 2026-11-25T19:55:00Z ok 0
	while read -ra words; do
		[[ ${words-} ]] || continue
		[[ ${columns-} ]] || { columns=("${words[@]}"); continue; }
		last=${words[0]}
		for column in "${!columns[@]}"; do
			rm -f logs/*.json
			[[ $last == absent ]] || cp "$last" logs/last_run.json
			[[ ${columns[column]} == absent ]] || cp "${columns[column]}" logs/last_success.json
			json=$("$BIN/report" --json 2>&1) || true # 65: damaged
			code=0
			line=$("$BIN/report" --health 2>&1) || code=$?
			[[ $json == *'"condition":"'${words[column + 1]%:*}'"'* &&
				$code == "${words[column + 1]#*:}" && $line == "SYNC "* && $line != *$'\n'* ]] || {
				echo "$last, ${columns[column]}: not ${words[column + 1]}: exit $code: $line: $json"
				return 1
			}
			tried=$((tried + 1))
		done
	done <<<"$TABLE"
	((tried == 49)) || { echo "only $tried"; return 1; }
}

@test "a connection without a complete request is cut, and the others are answered" {
	local port begun=$SECONDS
	start_server
	port=${URL##*:}
	exec 7<>"/dev/tcp/127.0.0.1/$port"
	printf 'GET /livez HTTP/1.1\r\nHost: x\r\n' >&7
	curl -fsS --max-time 5 "$URL/livez" >/dev/null
	# Its end comes as the end of the input; a time-out of read is above 128.
	run read -r -t 20 -N 1 <&7
	[[ $status -eq 1 ]] || seen "still open after $((SECONDS - begun)) s"
	((SECONDS - begun >= 8)) || { echo "cut after $((SECONDS - begun)) s"; return 1; }
	exec 7>&-
	curl -fsS --max-time 5 "$URL/livez" >/dev/null
}
