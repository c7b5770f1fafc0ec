#!/usr/bin/env bats
# The manual controls, what a run says meanwhile, its log, and its alarms.

load ../helper

setup() {
	common_setup
	export VAULTSYNC_BIN=$BIN SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_NOTION_RPM=10000
	SYNC=$ROOT/scripts/sync-now.sh
	CONTROLS=$ROOT/scripts/controls.sh
}

# seed LINES
seed() {
	control POST seed "$1" >seeded
	must_hold '.[0].refused == []' seeded
}

log_lines() {
	grep -c "$1" logs/sync.log || true
}

@test "sync-now, dry-run and report lead to the same programs" {
	start_sandbox
	seed '{"side":"supabase","decision":"One","type":"Ops","date":"2026-01-02"}'
	must_pass "$CONTROLS" dry-run
	grep -q One <<<"$output"
	[[ ! -e logs ]]
	must_pass "$CONTROLS" sync-now --quiet
	[[ -z $stderr ]]
	must_hold '.[0].status == "ok"' logs/last_run.json
	must_pass "$CONTROLS" report --json
	must_hold '.[0].condition == "healthy"'
	must_fail "$RC_USAGE" "$CONTROLS" report --no-such
}

@test "no command and an unknown one are 2, with the commands" {
	must_fail "$RC_USAGE" "$CONTROLS"
	must_say 'dry-run'
	must_fail "$RC_USAGE" "$CONTROLS" sync
	must_say 'unknown command: sync'
	must_pass "$CONTROLS" --help
	must_pass "$CONTROLS" --version
}

@test "wake leaves a call for the schedule, and says where none runs" {
	must_fail "$RC_TEMPORARY" "$CONTROLS" wake
	must_say 'no schedule runs'
	[[ -e state/wake ]]
	hold schedule
	must_pass "$CONTROLS" wake
	let_go
}

@test "the log: every line is whole, with time, level, run and program" {
	start_sandbox
	seed '{"side":"supabase","decision":"One","type":"Ops","date":"2026-01-02"}'
	must_pass "$SYNC" --quiet
	NOTION_API_KEY=ntn_wrong must_fail "$RC_CREDENTIALS" "$SYNC" --quiet
	local bad
	bad=$(grep -vE '^time=2[0-9]{3}-[0-9-]{5}T[0-9:]{8}\.[0-9]{3}Z level=(debug|info|warn|error) run=[0-9TZ-]+ program=[a-z-]+ msg="([^"\\]|\\.)*"$' \
		logs/sync.log || true)
	[[ -z $bad ]] || { echo "not whole: $bad"; return 1; }
	grep -q 'level=info .*program=run msg="ends: ok, exit code 0, 1 ops' logs/sync.log
	grep -q 'level=error .*program=notion-fetch msg=.*token' logs/sync.log
	grep -q 'level=error .*msg="ends: failed, exit code 77' logs/sync.log
	[[ $(stat -c %a logs/sync.log) == 600 ]]
}

@test "the log holds no key, and no decision's text above debug" {
	start_sandbox
	local n
	for ((n = 1; n <= 8; n++)); do
		printf '{"side":"supabase","decision":"Canary %d","type":"%s","date":"2026-01-02"}\n' \
			"$n" "$([[ $n -lt 8 ]] && echo Ops || echo 'Cage, with comma')"
	done >seed
	seed @seed
	run "$SYNC" -v
	[[ $status -eq 1 ]] || seen "the poison record should need a person"
	control GET dump >dump
	# Both sides change: a conflict; then all are trashed: a guard.
	control POST edit "$(jq -c 'select(.side == "supabase" and .decision == "Canary 1")
		| {side, id, set: {decision: "Canary row"}}' dump)" >/dev/null
	control POST edit "$(jq -c 'select(.side == "notion" and .decision == "Canary 1")
		| {side, id, set: {decision: "Canary page"}}' dump)" >/dev/null
	run "$SYNC"
	must_hold '.[0].conflicts == 1' logs/last_run.json
	jq -c 'select(.side == "notion" and .decision) | {side, id, action: "trash"}' dump |
		while read -r edit; do control POST edit "$edit" >/dev/null; done
	must_fail "$RC_GUARD" "$SYNC"
	run grep -v level=debug logs/sync.log
	[[ -n $output && $output != *Canary* && $output != *Cage* ]] ||
		seen "a decision's text is in the log"
	run grep -c -e "$NOTION_API_KEY" -e "$SUPABASE_SERVICE_ROLE_KEY" logs/sync.log
	[[ $output == 0 ]]
}

@test "a long log is put aside, and so are the conflicts: five are kept" {
	start_sandbox
	mkdir -p logs
	local n f
	for f in logs/sync.log logs/conflicts.ndjson; do
		for n in 1 2 3 4 5; do echo "old $n" >$f.$n; done
		head -c 1048577 /dev/zero | tr '\0' x >$f
	done
	must_pass "$SYNC" --quiet
	for f in logs/sync.log logs/conflicts.ndjson; do
		[[ $(stat -c %s $f.1) -eq 1048577 && ! -e $f.6 ]]
		[[ $(<$f.2) == "old 1" && $(<$f.5) == "old 4" ]]
	done
	[[ ! -s logs/conflicts.ndjson && $(log_lines begins) -eq 1 ]]
	must_pass "$SYNC" --quiet
	[[ $(log_lines begins) -eq 2 && $(<logs/sync.log.2) == "old 1" ]]
}

@test "the newest fifty runs are kept" {
	start_sandbox
	mkdir -p logs/runs/20260101T0000{10..64}Z-7
	must_pass "$SYNC" --quiet
	must_pass ls logs/runs
	[[ ${#lines[@]} -eq 50 && ${lines[0]} == 20260101T000016Z-7 ]] || seen "the oldest"
	[[ ${lines[49]} == "$($JQ -r .run_id logs/last_run.json)" ]] || seen "the newest"
	# The clock was set back: by its name, this run is the oldest.
	mkdir -p logs/runs/20900101T0000{10..64}Z-7
	must_pass "$SYNC" --quiet
	must_pass ls logs/runs
	# What is named after it goes first.
	[[ ${#lines[@]} -eq 50 && ${lines[49]} == "$($JQ -r .run_id logs/last_run.json)" ]] || seen "its own"
}

@test "what isn't a run's own stays among the old runs, and a link's target too" {
	start_sandbox
	mkdir -p logs/runs/20260201T0000{10..64}Z-7 logs/runs/archive "$T/elsewhere" \
		logs/runs/20260101T000001Z-7 logs/runs/20260101T000003Z-7
	touch logs/runs/archive/mine "$T/elsewhere/mine" logs/runs/20260101T000001Z-7/mine
	ln -s "$T/elsewhere" logs/runs/20260101T000002Z-7
	ln -s "$T/elsewhere" logs/runs/old
	must_pass "$SYNC" --quiet
	[[ -e logs/runs/archive/mine && -e $T/elsewhere/mine && -L logs/runs/old &&
		-L logs/runs/20260101T000002Z-7 && -e logs/runs/20260101T000001Z-7/mine ]] ||
		{ find logs/runs "$T/elsewhere"; seen "it is gone"; }
	[[ ! -e logs/runs/20260101T000003Z-7 && ! -e logs/runs/20260201T000010Z-7 &&
		-e logs/runs/20260201T000064Z-7 ]] || seen "the runs' own"
}

@test "no file is written through a link that is planted in its place" {
	local name
	start_sandbox
	seed '{"side":"supabase","decision":"One"}'
	mkdir -p logs state
	for name in logs/last_run.json logs/last_success.json state/base.ndjson; do
		echo precious >"$T/precious.${name##*/}"
		ln -s "$T/precious.${name##*/}" "$name.new"
	done
	must_pass "$SYNC" --quiet
	for name in logs/last_run.json logs/last_success.json state/base.ndjson; do
		[[ $(<"$T/precious.${name##*/}") == precious && ! -L $name && -s $name ]] || seen "$name"
	done
	for name in state/sync.lock logs/sync.log; do
		rm -f "$name"
		ln -s "$T/precious.last_run.json" "$name"
	done
	must_fail "$RC_LOCAL" "$SYNC" --quiet
	must_say "state/sync.lock is a symbolic link.*rm '"
	rm state/sync.lock
	# The log says so, and stops nothing.
	must_pass "$SYNC" --quiet
	must_say 'logs/sync.log is a symbolic link'
	[[ $(<"$T/precious.last_run.json") == precious ]] || seen "written through"
}

@test "a line of text can't forge another line of the log" {
	mkdir -p logs
	must_pass "$BIN/run" --log info test $'a "quoted" \\ text\nlevel=error\e[31m'
	[[ $(wc -l <logs/sync.log) -eq 2 && $(head -n 1 logs/sync.log) == *'msg="format 1, written by vaultsync '* ]]
	grep -qF 'msg="a \"quoted\" \\ text\nlevel=error\\u{001B}[31m"' logs/sync.log
}

@test "a name with control characters hides no line of the log, in any locale" {
	local locale evil=$'x\n\u0085\u009b\u2028\u202e\ee'
	start_sandbox
	for locale in C C.UTF-8; do
		rm -rf logs
		# What a service says is quoted in the message that ends the run.
		jq -nc --arg evil "$evil" '{match: {api: "supabase"}, times: 1, status: 400,
			content_type: "application/json", body: ({code: "22023", message: $evil} | tojson)}' >fault
		control POST faults @fault >/dev/null
		LC_ALL=$locale catch "$SYNC" --quiet
		[[ $status -gt 1 ]] || seen "it went well"
		iconv -f UTF-8 -t UTF-8 logs/sync.log >/dev/null || seen "$locale: not UTF-8"
		[[ $(grep -c 'level=error .*program=sb-fetch msg="' logs/sync.log) == 1 ]] ||
			{ cat logs/sync.log; seen "$locale: the error is not in the log"; }
		[[ $(grep -vc '^time=[^ ]* level=[a-z]* run=[^ ]* program=[a-z-]* msg=".*"$' logs/sync.log) == 0 ]] ||
			{ cat logs/sync.log; seen "$locale: a line of another form"; }
		! grep -qaP '\x1b|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]' logs/sync.log || seen "$locale: raw"
		control DELETE faults >/dev/null
	done
}

@test "a forecast stands before a long run, and none before a short one" {
	start_sandbox
	new_rows 13 D
	SYNC_NOTION_RPM=10 catch timeout 3 "$SYNC"
	[[ $stderr == *"apply: 13 pages to create, about 1 minute at 10 requests a minute"* ]] || seen "no forecast"
	must_pass "$SYNC"
	[[ $stderr != *"a minute"* ]] || seen "a forecast of nothing"
}

new_rows() { # new_rows N NAME
	jq -nc --argjson n "$1" --arg name "$2" 'range($n) | {side: "supabase",
		decision: "\($name) \(.)", type: "Ops", date: "2026-01-02"}' >seed
	seed @seed
}

slow_creates() { # slow_creates MS
	control POST faults '{"match":{"api":"notion","method":"POST",
		"path":"/v1/pages"},"times":-1,"delay_ms":'"$1"'}' >/dev/null
}

@test "progress: lines with counts and the time left, none with --quiet" {
	start_sandbox
	new_rows 60 D
	# Slow enough that there is something to tell, however fast the machine is.
	slow_creates 40
	export SYNC_PROGRESS_SECONDS=0.2
	must_pass "$SYNC"
	grep -qE '^apply: written: [0-9]+ of 60' <<<"$stderr" || seen "no progress"
	[[ $stderr != *$'\e'* && $stderr != *$'\r'* ]] || seen "no plain lines"
	new_rows 60 E
	must_pass "$SYNC" --quiet
	[[ -z $stderr ]] || seen "not quiet"
}

# on_terminal COMMAND…: what it says there, each rewritten line one of its own.
on_terminal() {
	script -qec "$(printf '%q ' "$@") >plan.out" /dev/null </dev/null |
		tr '\r' '\n' >screen
}

@test "progress on a terminal: one line, rewritten, with counts, rate and time left" {
	command -v script >/dev/null || skip "no script(1) here: apt-get install bsdutils"
	start_sandbox
	new_rows 60 D
	slow_creates 80
	on_terminal "$SYNC"
	# shellcheck disable=SC1003
	grep -qE $'^\e\\[Kapply: written: [0-9]+ of 60, [0-9]+ a minute, about [0-9]+ s left$' screen ||
		{ cat -v screen; return 1; }
	# The line is gone before the next one, which is told in full.
	grep -qE $'^\e\\[Kdone: 60 created in Notion' screen || { cat -v screen; return 1; }
	new_rows 30 E
	on_terminal "$SYNC" --quiet
	[[ ! -s screen ]] || { cat -v screen; return 1; }
	must_hold '.[0].ops.create.notion.done == 30' logs/last_run.json
}

# --- alarms -----------------------------------------------------------------

news() {
	cat news 2>/dev/null || true
}

@test "the command is run at a failure, a recovery, a guard and a conflict" {
	start_sandbox
	export SYNC_NOTIFY_CMD='printf "%s\n" "$SYNC_EVENT $(cat)" >>"$T/news"
		env >"$T/its-environment"'
	seed "$(jq -nc 'range(6) | {side: "supabase", decision: "D \(.)", type: "Ops",
		date: "2026-01-02"}')"
	must_pass "$SYNC" -q
	[[ -z $(news) ]]
	local key=$NOTION_API_KEY
	NOTION_API_KEY=ntn_wrong must_fail "$RC_CREDENTIALS" "$SYNC" -q
	[[ $(news) == "failure The sync failed, exit code 77 at notion-fetch"* ]]
	run ! grep -q -e "$key" -e ntn_wrong -e sb_secret its-environment
	NOTION_API_KEY=ntn_wrong must_fail "$RC_CREDENTIALS" "$SYNC" -q
	[[ $(news | grep -c ^failure) -eq 1 ]]
	must_pass "$SYNC" -q
	[[ $(news | tail -n 1) == "recovery The sync works again." ]]
	must_pass "$SYNC" -q
	[[ $(news | grep -c ^recovery) -eq 1 ]]

	control GET dump >dump
	control POST edit "$(jq -c 'select(.side == "supabase" and .decision == "D 1")
		| {side, id, set: {type: "UX"}}' dump)" >/dev/null
	control POST edit "$(jq -c 'select(.side == "notion" and .decision == "D 1")
		| {side, id, set: {type: "Policy"}}' dump)" >/dev/null
	must_fail "$RC_ATTENTION" "$SYNC" -q --conflict stop
	[[ $(news | tail -n 1) == "conflict 1 new in conflict"* ]]
	must_fail "$RC_ATTENTION" "$SYNC" -q --conflict stop
	[[ $(news | grep -c ^conflict) -eq 1 ]]

	jq -c 'select(.side == "notion" and .decision) | {side, id, action: "trash"}' dump |
		while read -r edit; do control POST edit "$edit" >/dev/null; done
	must_fail "$RC_GUARD" "$SYNC" -q
	must_fail "$RC_GUARD" "$SYNC" -q
	[[ $(news | grep -c ^guard) -eq 1 ]]
}

# interrupted: the last run becomes one that somebody stopped.
interrupted() {
	local newest
	newest=$($JQ -r .run_id logs/last_run.json)
	mkdir -p "logs/runs/$newest-stopped"
	jq -c '.status = "interrupted" | .exit_code = 75 | .run_id += "-stopped"' \
		logs/last_run.json >stopped
	cp stopped "logs/runs/$newest-stopped/run.json"
	cp stopped logs/last_run.json
}

@test "a run that somebody stopped stands between no failure and its recovery" {
	start_sandbox
	export SYNC_NOTIFY_CMD='printf "%s\n" "$SYNC_EVENT" >>"$T/news"'
	NOTION_API_KEY=ntn_wrong must_fail "$RC_CREDENTIALS" "$SYNC" -q
	interrupted
	NOTION_API_KEY=ntn_wrong must_fail "$RC_CREDENTIALS" "$SYNC" -q
	[[ $(news) == failure ]] || { news; return 1; }
	interrupted
	must_pass "$SYNC" -q
	[[ $(news) == $'failure\nrecovery' ]] || { news; return 1; }
}

@test "a run that can't be written down is told of" {
	start_sandbox
	export SYNC_NOTIFY_CMD='printf "%s\n" "$SYNC_EVENT $(cat)" >>"$T/news"'
	fake_curl
	mkdir -p logs/last_run.json.new # in the way
	PATH=$T/fake:$PATH must_fail "$RC_LOCAL" "$SYNC" -q
	must_say "can't be written down"
	must_ping /start /fail
	grep -q "^exit code 74: A run can't be written down in " bodies
	[[ $(news) == "failure A run can't be written down in "* ]] || { news; return 1; }
}

@test "a command that fails, hangs or leaves something running changes nothing of the run" {
	start_sandbox
	SYNC_NOTIFY_CMD='echo broken >&2; exit 3' NOTION_API_KEY=ntn_wrong \
		must_fail "$RC_CREDENTIALS" "$SYNC" -q
	grep -q 'level=warn .*program=alarm msg="SYNC_NOTIFY_CMD failed: broken"' logs/sync.log
	must_hold '.[0].status == "failed"' logs/last_run.json
	# shellcheck disable=SC2016 # for the command's shell
	SYNC_NOTIFY_CMD='sleep 600 3>&- & echo $! >"$T/left"' must_pass timeout -k 1 60 "$SYNC" -q
	kill "$(<left)"
	SYNC_NOTIFY_CMD='sleep 600 3>&-' NOTION_API_KEY=ntn_wrong \
		must_fail "$RC_CREDENTIALS" timeout -k 1 60 "$SYNC" -q
}

@test "the alarm's command is in no list of processes, and gets no lock and no key" {
	start_sandbox
	# shellcheck disable=SC2016 # for the command's shell
	export T SYNC_NOTIFY_CMD=': token-5f3a; ls -l /proc/self/fd >"$T/fds"; env >"$T/env"; ulimit -c >"$T/core"
		cat /proc/[0-9]*/cmdline | tr "\0" "\n" >"$T/lists"; cat >"$T/input"'
	# What the command has open is what it is given, not what the tests have.
	NOTION_API_KEY=ntn_wrong must_fail "$RC_CREDENTIALS" "$SYNC" -q
	[[ $(<input) == "The sync failed, exit code 77"* ]] || seen "its input"
	grep -q sync-now lists || seen "no list"
	! grep -E 'token-5f3a|SYNC_MESSAGE=|The sync failed' lists || seen "in the list"
	# 3 is that of ls itself.
	[[ $(grep -cE ' [0-9]+ -> ' fds) == 4 ]] || { cat fds; seen "descriptors"; }
	! grep -E '^(NOTION_API_KEY|SUPABASE_SERVICE_ROLE_KEY|SYNC_NOTIFY_CMD)=' env || seen "a key"
	grep -q '^SYNC_EVENT=failure$' env && grep -q '^SYNC_RUN_ID=2' env
	[[ $(<core) == 0 ]] || seen "core files"
}

@test "the ping URL is told of start, success and failure, and is in no list" {
	start_sandbox
	fake_curl
	PATH=$T/fake:$PATH must_pass "$SYNC" -q
	: >down
	PATH=$T/fake:$PATH NOTION_API_KEY=ntn_wrong \
		must_fail "$RC_CREDENTIALS" "$SYNC" -q
	must_ping /start '' /start /fail
	grep -q 'exit code 77 at notion-fetch' bodies
	run ! grep -q 5f3a lists logs/sync.log
	grep -q 'program=alarm msg="SYNC_PING_URL was not reached: curl: (7) no way"' logs/sync.log
}

@test "a run that is stopped pings, for its start was told" {
	start_sandbox
	fake_curl
	control POST faults '{"match":{"api":"notion"},"times":-1,"delay_ms":300}' >/dev/null
	PATH=$T/fake:$PATH "$SYNC" -q 2>err 3>&- &
	local run=$! tries code=0
	for ((tries = 0; tries < 400; tries++)); do
		! control GET log | grep -q /v1/ || break
		sleep 0.02
	done
	kill -TERM "$run"
	wait "$run" || code=$?
	[[ $code == 143 ]] || { echo "exit code $code"; cat err; return 1; }
	must_ping /start /fail
	grep -qx 'stopped by TERM at notion-fetch' bodies
}

@test "a ping URL that is none is a wrong setting" {
	SYNC_PING_URL='hc-ping.com/x' must_fail "$RC_CONFIG" "$BIN/report" --paths
	must_say 'SYNC_PING_URL'
	SYNC_CONTROL_TOKEN=short must_pass "$BIN/report" --paths
}

@test "a run isn't held up where the reader of a program's messages is gone" {
	# As by a Ctrl-C right behind its start.
	# shellcheck disable=SC2016 # for the script's own shell
	echo 'set -T; trap '\''[[ $BASH_COMMAND != tee=* ]] || kill -9 $!'\'' DEBUG' >kill
	start_sandbox
	seed '{"side":"supabase","decision":"one"}'
	must_pass env BASH_ENV="$T/kill" timeout -k 1 40 "$SYNC" --quiet
	must_pass control GET dump
	must_hold 'map(.decision) == ["one", "one"]'
}

@test "the run's record counts the waits and refusals of every program" {
	start_sandbox
	seed '{"side":"supabase","decision":"One","type":"Ops","date":"2026-01-02"}'
	# The first request of each API is one of a fetch program.
	local api n
	for api in notion supabase; do
		control POST faults '{"match":{"api":"'$api'"},"times":1,"status":429,"retry_after":1}' >/dev/null
	done
	must_pass "$SYNC" -q
	must_hold '.[0] | .limited == {supabase: 1, notion: 1}
		and .waited_ms.notion >= 900 and .waited_ms.supabase >= 900
		and .totals.limited == .limited and .totals.waited_ms == .waited_ms' logs/last_run.json
	# What apply waits for comes on top.
	seed '{"side":"supabase","decision":"Two","type":"Ops","date":"2026-01-02"}'
	n=$(jq .totals.waited_ms.notion logs/last_run.json)
	control POST faults '{"match":{"api":"notion","method":"POST","path":"/v1/pages"},
		"times":1,"status":429,"retry_after":1}' >/dev/null
	must_pass "$SYNC" -q
	must_hold ".[0] | .limited.notion == 1 and .totals.limited == {supabase: 1, notion: 2}
		and .totals.waited_ms.notion >= $n + 900" logs/last_run.json
}
