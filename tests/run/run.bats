#!/usr/bin/env bats
# The supervisor of a run by itself, around scripts of a line or two.

load ../helper

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs TMPDIR=$T/tmp
	mkdir tmp
}

teardown() {
	[[ -z $(ls "$T/tmp") ]] || { ls -R "$T/tmp"; return 1; }
	common_teardown
}

# script BODY: ./script, which says that apply is at work.
script() {
	printf '#!/bin/bash\necho apply >"$SYNC_RUN_WORK/stage"\n%s\n' "$1" >script
	chmod +x script
}

supervise() {
	"$BIN/run" -q "$@" -- ./script
}

@test "the code of the script is that of the run, and its record tells the rest" {
	local code is
	while read -r code is; do
		rm -rf logs
		script "echo 'apply: why' >&2; exit $code"
		catch supervise
		[[ $status == "$code" ]] || seen "not $code"
		must_hold ".[0] | .status == \"$is\" and .exit_code == $code and .stage == \"apply\"
			and .message == \"apply: why\"" logs/last_run.json
	done <<-'END'
		0 ok
		1 attention
		3 blocked
		65 failed
		75 failed
		77 failed
	END
	[[ $($JQ -r .status logs/last_run.json) == failed && ! -e logs/last_success.json ]]
}

@test "CDPATH, which makes cd print, leads no script elsewhere" {
	cd "$ROOT"
	must_pass env CDPATH=. VAULTSYNC_BIN="$BIN" scripts/sync-now.sh --version
	must_pass env CDPATH=. VAULTSYNC_BIN="$BIN" scripts/vaultsync -C scripts --version
}

@test "a script that can't be started is a run that failed, and somebody hears of it" {
	export SYNC_NOTIFY_CMD="cat >>$T/news"
	must_fail $RC_LOCAL "$BIN/run" -q -- "$T/nowhere"
	must_say nowhere
	must_hold '.[0] | .status == "failed" and .exit_code == 74' logs/last_run.json
	grep -q 'The sync failed, exit code 74' news
}

@test "a shell that fails itself is no run that went well" {
	printf '#!/bin/sh\nexit 1\n' >script
	chmod +x script
	must_fail $RC_LOCAL supervise
	must_hold '.[0].status == "failed"' logs/last_run.json
	[[ ! -e logs/last_success.json ]]
}

@test "a limit holds for a script that never stops talking, and for one that ignores TERM" {
	script 'yes >&2'
	must_fail $RC_TEMPORARY timeout 30 "$BIN/run" --limit 1 -- ./script 2>/dev/null
	must_hold '.[0] | .status == "failed" and .exit_code == 75' logs/last_run.json
	[[ $(grep -c 'program=' logs/sync.log) -le 1100 ]] || { wc -l logs/sync.log; return 1; }
	script 'trap "" TERM; while :; do sleep 0.1; done'
	SYNC_KILL_SECONDS=1 must_fail $RC_TEMPORARY timeout 30 "$BIN/run" -q --limit 1 -- ./script
	must_say 'does not end: killing it'
	# One that ends well by itself all the same has not failed.
	script 'trap "exit 0" TERM; while :; do sleep 0.1; done'
	must_pass supervise --limit 1
}

@test "who doesn't read what a run says holds it up neither past its limit nor past a signal" {
	local pid code=0
	mkfifo unread
	exec 4<>unread
	# All that it takes, but for a few bytes; the script says more than that.
	dd if=/dev/zero of=unread bs=4096 oflag=nonblock 2>/dev/null || true
	script 'for i in {1..40}; do echo "line $i" >&2; done; sleep 60'
	must_fail $RC_TEMPORARY timeout 30 "$BIN/run" --limit 2 -- ./script 2>&4
	grep -q 'msg="line 39"' logs/sync.log
	"$BIN/run" -- ./script 2>&4 3>&- &
	pid=$!
	until [[ -e state/sync.lock && $(grep -c 'msg="line 39"' logs/sync.log) == 2 ]]; do nap 0.1; done
	kill -TERM "$pid"
	wait "$pid" || code=$?
	[[ $code == 143 ]] || seen "ended with $code"
	! is_held sync || seen "the lock is still held"
	exec 4>&-
}

@test "as the first process of a container, the orphans of a killed script are waited for" {
	((EUID == 0)) || skip "only root can have a pid namespace of its own"
	unshare -p --fork --mount-proc true 2>/dev/null || skip "no pid namespaces with a /proc here"
	script 'trap "" TERM; sleep 60 & sleep 60'
	SYNC_KILL_SECONDS=1 must_fail $RC_TEMPORARY timeout 30 unshare -p --fork --mount-proc \
		"$BIN/run" -q --limit 1 -- ./script
}

@test "a signal that is ignored ends nothing" {
	local code=0 pid
	script 'sleep 1'
	(trap '' HUP && exec "$BIN/run" -q -- ./script) 3>&- &
	pid=$!
	sleep 0.4
	kill -HUP "$pid"
	wait "$pid" || code=$?
	[[ $code == 0 ]] || { echo "code $code"; return 1; }
}

@test "a dry run leaves nothing behind, whatever happens in it" {
	script 'echo out; echo err >&2; sleep 5'
	must_fail $RC_TEMPORARY "$BIN/run" -n --limit 1 -- ./script
	[[ $output == out && ! -e logs && ! -e state ]] || { ls -R .; return 1; }
}

@test "an alarm needs no disk" {
	((EUID == 0)) || skip "only root can have a /tmp of its own"
	unshare -m true 2>/dev/null || skip "no mounts of its own here"
	script 'exit 77'
	# The folder of the test may be in /tmp: it is seen elsewhere.
	# shellcheck disable=SC2016 # for that shell
	catch unshare -m sh -c 'mount --bind "$T" /mnt && mount --bind "$BIN" /media &&
		mount -t tmpfs -o ro none /tmp && cd /mnt && ! touch /tmp/written 2>/dev/null &&
		TMPDIR=/mnt/tmp SYNC_STATE_DIR=/mnt/state SYNC_LOG_DIR=/mnt/logs SYNC_ENV_FILE=/mnt/empty.env \
			SYNC_NOTIFY_CMD="cat >>/mnt/news" /media/run -q -- ./script'
	[[ $status == "$RC_CREDENTIALS" ]] || seen "the run"
	grep -q 'exit code 77' news
}

@test "a lock: taken once, held by what becomes of its holder, asked for by others" {
	must_fail 1 "$BIN/run" --holder schedule
	hold schedule
	must_pass "$BIN/run" --holder schedule
	[[ $output == "$HOLDER" && $(<state/schedule.lock) == "$HOLDER" ]]
	must_fail $RC_TEMPORARY "$BIN/run" --only schedule -- true
	must_say "process $HOLDER"
	let_go
	must_fail 1 "$BIN/run" --holder schedule
	must_fail $RC_USAGE "$BIN/run" --only ../lock -- true
	must_fail $RC_USAGE "$BIN/run" --holder sync --only sync -- true
	must_fail $RC_USAGE "$BIN/run"
}
