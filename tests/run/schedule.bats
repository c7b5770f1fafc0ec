#!/usr/bin/env bats
# The schedule, around a sync-now.sh that does as the test says.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_WAKE_SECONDS=1
	mkdir -p home state logs/runs
	cp -r "$ROOT/scripts" home/
	SCHEDULE=
	export RUNS=$T/runs
	: >"$RUNS"
	fake_run 'exit 0'
}

teardown() {
	[[ -z $SCHEDULE ]] || kill -KILL "$SCHEDULE" 2>/dev/null || true
	common_teardown
}

# fake_run BODY: a sync-now.sh that notes its start and its options.
fake_run() {
	cat >home/scripts/sync-now.sh <<-SCRIPT
		#!/usr/bin/env bash
		echo "\$(date +%s) \$*" >>"$RUNS"
		$1
	SCRIPT
	chmod +x home/scripts/sync-now.sh
}

start_schedule() {
	home/scripts/schedule.sh "$@" >out 2>err </dev/null 3>&- &
	SCHEDULE=$!
}

runs() {
	local lines
	mapfile -t lines <"$RUNS"
	echo "${#lines[@]}"
}

# eventually COMMAND: within ten seconds.
eventually() {
	local tries
	for ((tries = 0; tries < 200; tries++)); do
		! "$@" || return 0
		nap 0.05
	done
	printf 'not within ten seconds: %s\nruns:\n' "$*"
	cat "$RUNS" err
	return 1
}

# Asked many times a second, so without a process.
has_runs() {
	local lines
	mapfile -t lines <"$RUNS"
	((${#lines[@]} >= $1))
}

is_published() {
	local said
	slurp said logs/schedule.json 2>/dev/null && [[ $said == *'"next_at":"'* ]]
}

says() {
	local said
	slurp said err && [[ $said =~ $1 ]]
}

ends_by_term() {
	local before=$EPOCHREALTIME code=0
	kill -TERM "$SCHEDULE"
	wait "$SCHEDULE" || code=$?
	SCHEDULE=
	[[ $code -eq 143 ]] || { echo "ended with $code"; cat err; return 1; }
	TOOK=$(((${EPOCHREALTIME/./} - ${before/./}) / 1000))
}

@test "--help tells every option, wrong ones end with 2" {
	must_pass home/scripts/schedule.sh --help
	local option
	for option in every once limit conflict orphans quiet verbose version; do
		grep -q -- "--$option" <<<"$output"
	done
	must_fail "$RC_USAGE" home/scripts/schedule.sh --no-such
	must_fail "$RC_USAGE" home/scripts/schedule.sh --every
	must_fail "$RC_USAGE" home/scripts/schedule.sh --every soon
	must_say 'soon is not a time'
	must_fail "$RC_USAGE" home/scripts/schedule.sh --allow mass-delete
	must_say 'one run that you have looked at'
	[[ $(runs) -eq 0 ]]
}

@test "--once makes one run and ends with its code" {
	must_pass home/scripts/schedule.sh --once --conflict notion -q
	[[ $(cut -d' ' -f2- "$RUNS") == "--limit=21600 --conflict=notion -q" ]]
	fake_run 'exit 77'
	must_fail "$RC_CREDENTIALS" home/scripts/schedule.sh --once
	[[ $(runs) -eq 2 ]]
	[[ ! -e logs/schedule.json ]]
}

@test "it runs at once and then every interval" {
	start_schedule --every 1s
	eventually has_runs 3
	ends_by_term
	[[ $(runs) -le 10 ]]
	[[ ! -e logs/schedule.json ]]
}

@test "a message that nobody takes, and a wake-up file that stays, stop nothing" {
	local to
	fake_run 'exit 74'
	for to in /dev/full >(exec 0<&-); do
		: >"$RUNS"
		touch err
		home/scripts/schedule.sh --every 1s >out 2>"$to" </dev/null 3>&- &
		SCHEDULE=$!
		eventually has_runs 3
		# After as many failures, the next one is four seconds on.
		eventually has_runs 4
		ends_by_term
	done
	grep -q "3 runs in a row" logs/sync.log
	# Once, and not again and again.
	fake_run 'exit 0'
	: >"$RUNS"
	mkdir state/wake
	start_schedule --every 1h
	eventually is_published
	nap 3
	[[ $(runs) -le 2 ]] || seen "it runs again and again"
	ends_by_term
}

@test "TERM ends it in the middle of a pause, and leaves nothing behind" {
	start_schedule --every 1h
	eventually is_published
	must_hold '.[0].interval_seconds == 3600 and .[0].failures == 0' \
		logs/schedule.json
	local pid=$SCHEDULE
	ends_by_term
	[[ $TOOK -lt 1000 ]] || { echo "took $TOOK ms"; return 1; }
	run pgrep -s "$pid"
	run pgrep -P "$pid"
	[[ -z $output ]]
}

@test "INT ends it too" {
	# A background process of a shell ignores INT, so a terminal's shell is
	# stood in for by env.
	env --default-signal=INT home/scripts/schedule.sh --every 1h \
		>out 2>err </dev/null 3>&- &
	SCHEDULE=$!
	eventually is_published
	kill -INT "$SCHEDULE"
	local code=0
	wait "$SCHEDULE" || code=$?
	SCHEDULE=
	[[ $code -eq 130 ]]
}

@test "a run that goes on is stopped in order, then the schedule ends" {
	fake_run 'trap "echo stopped in order >>'"$T"'/order; exit 75" TERM
		while :; do sleep 0.05; done'
	start_schedule --every 1h
	eventually has_runs 1
	sleep 0.3
	ends_by_term
	[[ $(<order) == "stopped in order" ]]
}

@test "USR1 and the wake-up file run it now, a flood of calls once" {
	start_schedule --every 1h
	eventually is_published
	kill -USR1 "$SCHEDULE"
	eventually has_runs 2
	eventually is_published
	local n
	for ((n = 0; n < 50; n++)); do : >>state/wake; done
	sleep 1
	[[ $(runs) -eq 2 ]] || { echo "the second call came too soon"; return 1; }
	local tries
	for ((tries = 0; tries < 300; tries++)); do
		! has_runs 3 || break
		sleep 0.05
	done
	[[ $(runs) -eq 3 && ! -e state/wake ]]
	sleep 0.5
	[[ $(runs) -eq 3 ]]
	ends_by_term
}

@test "what a call told of is looked for again once the listing can't lag any more" {
	start_schedule --every 1h
	eventually is_published
	touch -d "298 seconds ago" state/wake-full
	eventually has_runs 2
	eventually is_published
	sleep 3
	[[ $(runs) -eq 2 ]]
	ends_by_term
}

@test "and so it is after a run that had begun before the five minutes were over" {
	fake_run '[ "$(wc -l <"$RUNS")" -gt 1 ] ||
		{ touch -d "299 seconds ago" "$SYNC_STATE_DIR/wake-full"; sleep 2; }; exit 0'
	start_schedule --every 1h
	eventually has_runs 2
	eventually is_published
	sleep 2
	[[ $(runs) -eq 2 ]]
	ends_by_term
}

@test "what had to settle is looked at once it could have settled, and no more often" {
	fake_run 'echo "{\"skips\":{\"settling\":$(($(wc -l <"$RUNS") < 3))}}" >"$SYNC_LOG_DIR/last_run.json"; exit 0'
	export SYNC_SETTLE=2s
	start_schedule --every 1h
	eventually has_runs 3
	eventually is_published
	sleep 3
	[[ $(runs) -eq 3 ]]
	ends_by_term
}

@test "a run of somebody else is waited out" {
	hold sync
	start_schedule --every 1h
	eventually says 'waiting for its end'
	[[ $(runs) -eq 0 ]]
	let_go
	eventually has_runs 1
	ends_by_term
}

@test "who is faster to the lock makes no failure" {
	# The first run finds the lock taken, the second has it.
	fake_run '[ "$(wc -l <"'"$RUNS"'")" -gt 1 ] || {
			"$VAULTSYNC_BIN/run" --only sync -- sleep 1 3>&- >/dev/null 2>&1 &
			sleep 0.3
			exit 75
		}
		exit 0'
	start_schedule --every 1h
	eventually has_runs 2
	eventually is_published
	must_hold '.[0].failures == 0' logs/schedule.json
	ends_by_term
}

@test "a second schedule is refused, with the process of the first" {
	start_schedule --every 1h
	eventually is_published
	must_fail "$RC_TEMPORARY" home/scripts/schedule.sh
	must_say "process $SCHEDULE"
	ends_by_term
	must_pass home/scripts/schedule.sh --once
}

# One that nobody has waited for yet is as dead.
is_dead() {
	! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"
}

@test "a run that hangs is stopped, and killed whole where it does not end" {
	fake_run '[ "${SYNC_RUN_PID:-}" = "$PPID" ] || exec "$VAULTSYNC_BIN/run" "$1" -- "$0"
		trap "" TERM
		sleep 60 & echo $! >'"$T"'/grandchild
		while :; do sleep 0.05; done'
	fake_curl
	PATH=$T/fake:$PATH SYNC_KILL_SECONDS=1 \
		catch home/scripts/schedule.sh --once --limit 1s
	[[ $status -eq $RC_TEMPORARY ]] || seen "the run was not killed"
	grep -q 'takes longer than 1 seconds' <<<"$stderr"
	grep -q 'killing it' <<<"$stderr"
	eventually is_dead "$(<grandchild)"
	must_ping /start /fail
	grep -q 'took longer than 1 seconds' bodies
	must_hold '.[0] | .status == "failed" and .exit_code == 75' logs/last_run.json
}

# A clock that only sleeping moves on: a day passes in seconds.
fake_clock() {
	echo 1800000000 >clock
	date() {
		[[ $* == +%s ]] || exec /bin/date "$@"
		cat "$T/clock"
	}
	printf() {
		if [[ "$1 ${3-}" == "-v %(%s)T" ]]; then
			builtin printf -v "$2" %s "$(<"$T/clock")"
		else
			builtin printf "$@"
		fi
	}
	sleep() {
		echo $(($(<"$T/clock") + $1)) >"$T/clock"
	}
	export -f date sleep printf
	export SYNC_WAKE_SECONDS=900
}

# Eight hours; a whole day with LONG=1 in the environment.
@test "quarters without drift, with an outage, a long run and jitter" {
	local hours=${LONG:+24}
	export END=$((1800000000 + ${hours:=8} * 3600))
	fake_clock
	# Runs take 100 s; in hour 2 one takes 40 minutes; in hours 3 to 5 an
	# outage makes all fail; when the time is over, it is stopped.
	fake_run '
		now=$(cat "$T/clock") hour=$(( ($(cat "$T/clock") - 1800000000) / 3600 ))
		took=100
		[ "$hour" != 2 ] || [ -e "$T/long" ] || { took=2400; : >"$T/long"; }
		echo $((now + took)) >"$T/clock"
		[ "$now" -lt "$END" ] || kill -TERM "$PPID"
		[ "$hour" -lt 3 ] || [ "$hour" -ge 6 ] || exit 75'
	start_schedule
	unset -f date sleep printf
	local code=0
	wait "$SCHEDULE" || code=$?
	SCHEDULE=
	[[ $code -eq 143 ]]
	awk '{ print ($1 - 1800000000) }' "$RUNS" >starts
	# The place of each run in its quarter is the jitter alone.
	awk '$1 % 900 > 30 { print "off the grid: " $1; bad = 1 }
		END { exit bad }' starts
	awk '{ q[$1 % 900] } END { for (i in q) n++; exit n < 4 }' starts ||
		{ echo "no jitter"; cat starts; return 1; }
	# Outside of the outage every quarter has one run, but for the two that
	# the long run took.
	local hour n want
	for ((hour = 0; hour < hours; hour++)); do
		case $hour in 2) want=2 ;; 3 | 4 | 5 | 6) continue ;; *) want=4 ;; esac
		n=$(awk -v h=$hour 'int($1 / 3600) == h' starts | wc -l)
		[[ $n -eq $want ]] || { echo "hour $hour: $n"; cat starts; return 1; }
	done
	# The outage: two quarters, then half an hour, then an hour each; it
	# ends with the first run that finds it over.
	n=$(awk '$1 >= 10800 && $1 < 25200 { printf "%d ", $1 / 900 - 12 }' starts)
	[[ $n =~ ^0\ 1\ 3\ 7\ 11\ 15\ $ ]] || { echo "outage: $n"; return 1; }
	grep -q '2 runs in a row failed (exit code 75): the next one in 2[89] minutes' err
	grep -q 'level=warn run=- program=schedule' logs/sync.log
}
