#!/usr/bin/env bats
# serve.sh: the page comes back, whatever becomes of it, and the schedule goes on.

load ../helper

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs VAULTSYNC_HOME=$T VAULTSYNC_BIN=$T/bin
	mkdir -p home bin
	cp -r "$ROOT/scripts" home/
	ln -s "$BIN"/{report,plan,run} bin/
	# A run that does nothing.
	printf '#!/bin/sh\nexit 0\n' >home/scripts/sync-now.sh
	SERVE=
}

teardown() {
	if [[ $SERVE ]]; then
		kill "$SERVE" 2>/dev/null || true
		wait "$SERVE" 2>/dev/null || true
	fi
	common_teardown
}

serve() {
	home/scripts/serve.sh "$@" >out 2>err </dev/null 3>&- &
	SERVE=$!
}

# eventually COMMAND: within thirty seconds.
eventually() {
	local end=$((SECONDS + 30))
	until eval "$*"; do
		((SECONDS < end)) || { echo "not within 30 s: $*"; cat err; return 1; }
		sleep 0.1
	done
}

# must_end_by_term: in order, and nothing is left.
must_end_by_term() {
	local code=0
	kill -TERM "$SERVE"
	wait "$SERVE" || code=$?
	SERVE=
	[[ $code == 143 ]] || { echo "exit code $code"; cat err; return 1; }
	eventually '! is_held schedule'
}

server() { pgrep -P "$SERVE" -x health-server; }
published() { $JQ -e .next_at logs/schedule.json >/dev/null 2>&1; }

@test "a page that is killed comes back, and the schedule goes on" {
	local first schedule
	cp "$BIN/health-server" bin/
	serve --listen 127.0.0.1:0 --every 1h
	eventually published
	eventually 'server >/dev/null'
	first=$(server) schedule=$(<state/schedule.lock)
	kill -KILL "$first"
	eventually "[[ \$(server) && \$(server) != $first ]]"
	grep -q 'health-server has ended with code 137: starting it again in 1 s; the schedule goes on' err
	[[ $(<state/schedule.lock) == "$schedule" ]] && kill -0 "$schedule"
	must_end_by_term
	! kill -0 "$schedule" 2>/dev/null || seen "the schedule is still there"
	run pgrep -f "$T/bin/health-server"
	[[ -z $output ]]
}

@test "a page that can't begin is tried again after pauses that grow" {
	printf '#!/bin/sh\n[ "$*" != --version ] || exit 0\nexit 74\n' >bin/health-server
	chmod +x bin/health-server
	serve --every 1h
	eventually 'grep -q "again in 4 s" err'
	[[ $(grep -oE 'again in [0-9]+ s' err | head -n 3 | tr '\n' ' ') == \
		'again in 1 s again in 2 s again in 4 s ' ]] || { cat err; return 1; }
	eventually published
	kill -USR1 "$(<state/schedule.lock)"
	eventually published
	must_end_by_term
}

@test "a setting of the page alone that is wrong leaves the schedule as it is" {
	cp "$BIN/health-server" bin/
	SYNC_CONTROL_TOKEN=short serve --listen 127.0.0.1:0 --every 1h
	eventually published
	eventually 'grep -q "has ended with code 78" err'
	must_end_by_term
}

@test "wrong options of the page are told before anything begins" {
	cp "$BIN/health-server" bin/
	must_fail "$RC_USAGE" home/scripts/serve.sh --listen everywhere
	must_say '127.0.0.1:8080'
	must_fail "$RC_USAGE" home/scripts/serve.sh --host-name https://a.example
	must_fail "$RC_USAGE" home/scripts/serve.sh --host-name
	[[ ! -e state ]]
}
