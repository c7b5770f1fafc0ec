#!/usr/bin/env bats
# A run that is interrupted or killed: it ends by the signal, says what became
# of it, and leaves nothing behind.

load ../helper
load ../sync

setup() {
	sync_setup
	export VAULTSYNC_BIN=$BIN TMPDIR=$T/tmp
	mkdir tmp
	seed supabase one two three
	seed notion four
}

# An orphan, which each run skips: without any op, apply would not be called.
leave_an_op() {
	must_pass sync_now -q
	act notion one unshare
}

# start_run OPTION…: the leader of a session, as from a terminal; $RUN.
start_run() {
	setsid env --default-signal=INT "$ROOT/scripts/sync-now.sh" "$@" \
		>out 2>err </dev/null 3>&- &
	RUN=$!
}

# end_of_run: its exit code in $code.
end_of_run() {
	code=0
	wait "$RUN" || code=$?
}

# wrapped: the programs of a run, of which the one at the call that the file `at`
# names first, or with AFTER=1 at its end, sends a signal: to the run's first
# process, or to its group.
wrapped() {
	local name
	mkdir programs
	cat >programs/any <<-'SCRIPT'
		#!/bin/bash
		name=${0##*/}
		echo "$$ $name" >>"$T/calls"
		mapfile -t calls <"$T/calls"
		call=${#calls[@]}
		while [[ ${calls[call - 1]} != "$$ "* ]]; do call=$((call - 1)); done
		hit() {
			[ "$call" = "$(<"$T/at")" ] || return 0
			read -ra stat <"/proc/$$/stat"
			kill "-${SIGNAL-INT}" -- "$(<"$T/whom")${stat[5]}"
		}
		if [ -z "${AFTER-}" ] || [ "$name" = run ]; then
			hit
			exec "$BIN/$name" "$@"
		fi
		trap : TERM
		"$BIN/$name" "$@"
		code=$?
		hit
		exit $code
	SCRIPT
	chmod +x programs/any
	for name in "$BIN"/*; do ln -s any "programs/${name##*/}"; done
	export VAULTSYNC_BIN=$T/programs
	: >calls
	: >whom
	echo 0 >at
}

# ended_by NAME: by that signal, and where a run had begun, its end is recorded.
ended_by() {
	[[ $code == $((128 + $(kill -l "$1"))) ]] || { echo "exit code $code"; return 1; }
	[[ -z $(ls tmp) ]] || { ls tmp; return 1; }
	[[ -n $(ls logs/runs 2>/dev/null) ]] || return 0
	[[ -s logs/last_run.json ]] || { ls -R logs; return 1; }
	# One that was complete when the signal came is not a broken one.
	must_hold ".[0] | .run_id == \"$(ls logs/runs)\" and
		(.status == \"ok\" and (.stage == \"apply\" or .planned == 0) and .exit_code == 0 and .complete
			or .status == \"interrupted\" and .signal == \"$1\" and .exit_code != 0)" \
		logs/last_run.json
}

@test "a signal ends a run, whatever command it is at" {
	local n last names=(INT TERM HUP)
	control POST faults '{"times":-1,"delay_ms":5}' >/dev/null
	leave_an_op
	wrapped
	start_run -q
	end_of_run
	[[ $code == 0 ]]
	last=$(wc -l <calls)
	[[ $last -ge 6 ]] || { echo "only $last calls"; return 1; }
	sample 2
	for ((n = 1 + SAMPLE[3]; n <= 6 * last; n += SAMPLE[1])); do
		rm -rf logs
		: >calls
		echo $((n % last + 1)) >at
		((n % 4 < 2)) && echo - >whom || : >whom
		export SIGNAL=${names[n % 3]}
		start_run -q
		end_of_run
		ended_by "$SIGNAL" || { echo "$SIGNAL at call $(<at) of $last:"; tail -n 3 calls; cat err; return 1; }
	done
	echo 0 >at
	must_be_settled
}

@test "a signal to all of a run, at any moment: it ends, and says so" {
	local n names=(INT TERM HUP) signal pause
	RANDOM=${SEED:=$((EPOCHSECONDS % 32768))}
	echo "SEED=$SEED"
	leave_an_op
	for ((n = 0; n < 24; n++)); do
		# From the middle on there is nothing to do.
		((n != 12)) || act notion one share
		rm -rf logs
		signal=${names[n % 3]}
		printf -v pause '0.%03d' $((RANDOM % 700))
		start_run -q
		sleep "$pause"
		kill "-$signal" -- "-$RUN" 2>/dev/null || true
		end_of_run
		# It was over before, or it ended by the signal.
		[[ $code == 0 && -s logs/last_success.json ]] || ended_by "$signal" ||
			{ echo "$signal after $pause s:"; cat err; return 1; }
	done
	must_be_settled
}

@test "a signal when all is done interrupts nothing" {
	leave_an_op
	wrapped
	# apply, as it ends.
	echo 6 >at
	export AFTER=1
	rm -rf logs
	start_run -q
	end_of_run
	[[ $(sed -n 6p calls) == *apply ]] || { cat calls; return 1; }
	ended_by INT
	must_hold '.[0] | .status == "ok" and .signal == "INT"' logs/last_run.json
	[[ -s logs/last_success.json ]]
}

@test "a run that is killed takes its programs with it" {
	local pid=''
	a_run_is_at 4 -q
	# Between two of its programs there is none.
	for _ in {1..100}; do
		pid=$(pgrep -g "$(pgrep -P "$RUN")" -f "$BIN/" | head -n 1) || true
		[[ -z $pid ]] || break
		nap 0.02
	done
	[[ $pid ]] || { ps -ef; return 1; }
	kill -KILL "$RUN"
	end_of_run
	for _ in {1..100}; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.05
	done
	! kill -0 "$pid" 2>/dev/null || { echo "it goes on without a lock"; return 1; }
	control DELETE faults >/dev/null
	must_pass sync_now -q
	must_be_settled
}

# a_run_is_at REQUESTS: so many have come; then each takes its time.
a_run_is_at() {
	local tries
	control POST faults '{"match":{"api":"notion"},"times":-1,"delay_ms":300}' >/dev/null
	start_run "${@:2}"
	for ((tries = 0; tries < 400; tries++)); do
		[[ $(control GET log | wc -l) -lt $1 ]] || return 0
		sleep 0.02
	done
	cat err
	return 1
}

@test "the next run removes what a killed one left, and no other folder" {
	local left
	a_run_is_at 4 -q
	kill -KILL -- "-$RUN"
	end_of_run
	left=$(find tmp -name '*.ndjson' -size +0)
	[[ -n $left ]] || { ls -R tmp; echo "nothing was left: a test of nothing"; return 1; }
	control DELETE log >/dev/null
	# One that goes on meanwhile keeps its folder.
	a_run_is_at 4 --dry-run
	mkdir tmp/vaultsync tmp/vaultsync-run.mine
	control DELETE faults >/dev/null
	must_pass sync_now -q
	end_of_run
	[[ $code == 0 && ! -s err && $(wc -l <out) -gt 1 ]] || { cat err; return 1; }
	[[ $(ls tmp) == $'vaultsync\nvaultsync-run.mine' ]] || { ls -R tmp; return 1; }
	must_be_settled
}

@test "a wrong value of an option is refused before a side is read" {
	local script
	for script in "$ROOT/scripts/sync-now.sh" "$ROOT/scripts/schedule.sh"; do
		must_fail $RC_USAGE timeout 20 "$script" --conflict nobody
		must_say '--conflict: no such rule: nobody'
		must_fail $RC_USAGE timeout 20 "$script" --orphans=nowhere
		must_say '--orphans'
	done
	must_fail $RC_USAGE sync_now --allow everything
	must_say '--allow'
	[[ ! -e state && ! -e logs && -z $(control GET log) ]]
}

@test "the demo ignores all of the user's settings" {
	export SYNC_NOTIFY_CMD="touch $T/notified" SYNC_PING_URL=$SANDBOX/ping
	export SYNC_CONTROL_TOKEN=short SYNC_RATE_DIR=$T/rate SYNC_RETRIES=none
	export SUPABASE_TABLE=another NOTION_DATA_SOURCE_ID=another
	export VAULTSYNC_HOME=$T/home
	mkdir home rate
	# As installed: without a Makefile it builds nothing.
	mkdir installed
	cp -r "$ROOT/scripts" installed/
	control DELETE log >/dev/null
	http_proxy=http://127.0.0.1:1 must_pass installed/scripts/demo.sh
	grep -q 'requests that write: 0' <<<"$output"
	[[ -z $(control GET log) && -z $(find home rate -type f) ]] || { control GET log; find home rate; return 1; }
	[[ -z $(find . -path ./installed -prune -o -name notified -print) ]]
}
