#!/usr/bin/env bats
# health-server against hostile clients, other sites' pages, and files that are
# none.

load helper
load health

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	mkdir -p logs/runs state
	SERVER=
}

teardown() {
	stop_server
	common_teardown
}

@test "a FIFO or a folder in place of any file that it reads holds nothing up" {
	local kind file
	for kind in mkfifo mkdir; do
		rm -rf logs
		mkdir -p logs/runs/20261125T193500Z-7
		for file in last_run.json last_success.json conflicts.ndjson conflicts.ndjson.1 \
			sync.log schedule.json runs/20261125T193500Z-7/{run.json,plan.ndjson,results.ndjson}; do
			"$kind" "logs/$file"
		done
		start_server
		must_get 503 /health
		must_get 200 /status.json
		must_hold '.[0] | .schedule == null and .log == [] and .conflicts == []' body
		must_get 200 /livez
		stop_server
	done
	rm -rf logs
	mkdir logs
	mkfifo logs/runs
	start_server
	must_get 503 /health
	must_get 200 /livez
}
