# What all tests share: `load helper` at the top of a .bats file. Each test
# runs in an empty folder of its own, $T, and leaves no process behind.
#
# BIN is where the programs are (default: bin/ beside the Makefile), so that
# the same tests run on any build: BIN=build/asan-cc/bin bats tests

bats_require_minimum_version 1.5.0

ROOT=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
BIN=${BIN:-bin}
[[ $BIN = /* ]] || BIN=$ROOT/$BIN
FIXTURES=$ROOT/tests/fixtures
export ROOT BIN FIXTURES
# shellcheck source=tests/control.bash
. "$ROOT/tests/control.bash"
export LC_ALL=C.UTF-8 TZ=UTC

setup() {
	common_setup
}

teardown() {
	common_teardown
}

common_setup() {
	T=$BATS_TEST_TMPDIR
	export T
	cd "$T" || return
	# No test may read the settings of the machine it runs on.
	unset "${!SUPABASE_@}" "${!NOTION_@}" "${!SYNC_@}"
	# Nor depend on its umask. Others may not read what could have keys in it.
	umask 077
	: >"$T/empty.env"
	umask 022
	export SYNC_ENV_FILE=$T/empty.env
	# Where runs have their work folders: none may be left, common_teardown() says.
	export TMPDIR=$BATS_FILE_TMPDIR
	SANDBOX_PIDS=()
	# Bats' own trap at each command of each function takes longer than the command. It
	# stays for those of the test itself; of the functions ours shows where they failed.
	set +T
	! declare -F bats_error_trap >/dev/null || trap 'bats_error_trap; note_failure' ERR
}

common_teardown() {
	[[ ! -e $T/.failed ]] || printf '%s\n' "$(<"$T/.failed")"
	stop_sandboxes
	no_work_left
}

# no_work_left: nothing of this test has left anything in TMPDIR; what a run leaves that
# is killed, the next one removes.
no_work_left() {
	local left=("$BATS_FILE_TMPDIR"/vaultsync-*)
	[[ -e ${left[0]} ]] || return 0
	printf 'left behind: %s\n' "${left[@]}" "${left[0]}"/*
	rm -rf "${left[@]}"
	return 1
}

# note_failure: the functions in which a command has failed, from the inside out.
note_failure() {
	local i file
	for ((i = 1; i < ${#FUNCNAME[@]}; i++)); do
		[[ ${FUNCNAME[i]} != "$BATS_TEST_NAME" ]] || break
		file=${BASH_SOURCE[i]##*/}
		[[ $file != bats.*.src ]] || file=${BATS_TEST_FILENAME##*/}
		printf 'failed in %s, %s line %s\n' "${FUNCNAME[i]}" "$file" "${BASH_LINENO[i - 1]}"
	done >>"$BATS_TEST_TMPDIR/.failed"
}

# Exit codes, by the names of error.h.
RC_ATTENTION=1 RC_USAGE=2 RC_GUARD=3 RC_STREAM=65 RC_BUG=70 RC_LOCAL=74
RC_TEMPORARY=75 RC_CREDENTIALS=77 RC_CONFIG=78
export RC_ATTENTION RC_USAGE RC_GUARD RC_STREAM RC_BUG RC_LOCAL
export RC_TEMPORARY RC_CREDENTIALS RC_CONFIG

# --- the locks of runs and schedules ----------------------------------------

# hold NAME: somebody else holds state/NAME.lock, as process $HOLDER, until let_go.
hold() {
	SYNC_STATE_DIR=${SYNC_STATE_DIR-$T/state} "$BIN/run" --only "$1" -- sleep 100 3>&- &
	HOLDER=$!
	for _ in {1..200}; do
		! is_held "$1" || return 0
		nap 0.02
	done
	echo "nobody holds $1"
	return 1
}

let_go() {
	kill "$HOLDER"
	wait "$HOLDER" 2>/dev/null || true
}

# is_held NAME [STATE-FOLDER]
is_held() {
	SYNC_STATE_DIR=${2-${SYNC_STATE_DIR-$T/state}} "$BIN/run" --holder "$1" >/dev/null
}

# --- running programs -------------------------------------------------------

# Says what went wrong and what was seen, and fails.
seen() {
	printf '%s\n' "$1"
	printf 'exit %s\n' "${status-?}"
	printf 'stdout: %s\n' "${output-}" | head -c 4000
	printf 'stderr: %s\n' "${stderr-}" | head -c 4000
	return 1
}

# catch CMD…: runs it; $status, $output, $lines and $stderr as by bats'
# run --separate-stderr, which starts more processes of its own. A function has a shell
# to itself, but for those in HARMLESS, which leave this one as it is.
catch() {
	local - said=$BATS_TEST_TMPDIR/.stdout
	set +eET
	status=0
	if declare -F "$1" >/dev/null && [[ $HARMLESS != *" $1 "* ]]; then
		output=$("$@" 2>"$BATS_TEST_TMPDIR/.stderr") || status=$?
	else
		"$@" >"$said" 2>"$BATS_TEST_TMPDIR/.stderr" || status=$?
		slurp output "$said"
	fi
	local IFS=$'\n'
	set -f
	# shellcheck disable=SC2206 # a line each
	lines=($output)
	slurp stderr "$BATS_TEST_TMPDIR/.stderr"
}

HARMLESS=' pipe control '

# slurp NAME FILE: NAME is what the file says, without the ends of its last lines; like
# NAME=$(<FILE), but without a process.
slurp() {
	local slurped=''
	{ IFS= read -r -d '' slurped || true; } <"$2" || return
	while [[ $slurped == *$'\n' ]]; do slurped=${slurped%$'\n'}; done
	printf -v "$1" %s "$slurped"
}

# first_bytes N FILE: as by head -c, without a process.
first_bytes() {
	local LC_ALL=C text
	IFS= read -r -d '' text <"$2" || true
	printf %s "${text::$1}"
}

# must_pass CMD…: catches it, and asks for exit 0.
must_pass() {
	catch "$@"
	[[ $status -eq 0 ]] || seen "expected exit 0: $*"
}

# must_fail CODE CMD…: runs it and asks for exactly that exit code. Codes that
# mean "not found", "not executable" or "killed" can't be asked for, so a crash
# or a missing program never passes as an expected failure.
must_fail() {
	local code=$1
	shift
	if [[ ! $code =~ ^[0-9]+$ ]] || ((code < 1 || code > 125)); then
		printf 'must_fail: %s is no exit code to ask for\n' "$code"
		return 1
	fi
	catch "$@"
	[[ $status -eq $code ]] || seen "expected exit $code: $*"
}

# must_say PATTERN: the messages of the last program match the regex.
must_say() {
	[[ ${stderr-} =~ $1 ]] || seen "expected on stderr: $1"
}

# A pipeline as one command: must_pass pipe "$BIN/a x | $BIN/b"
pipe() {
	bash -o pipefail -c "$1"
}

# is_sanitized PROGRAM: built with a sanitizer, so slow to start.
is_sanitized() {
	grep -q __asan_init "$1"
}

# is_foreign PROGRAM: it is for another processor than the shell, so that an emulator may
# run it, whose own memory and time then count as its.
is_foreign() {
	[[ $(od -An -tx1 -j18 -N2 "$1") != $(od -An -tx1 -j18 -N2 "/proc/$$/exe") ]]
}

# is_counted PROGRAM: built for gcov, which adds up in files of its own as it ends.
is_counted() {
	grep -q __gcov_ "$1"
}

# fake_curl: fake/curl, for the PATH of what is tested, reaches nobody. It notes
# its arguments in lists, the URLs in pings, what it is to send in bodies; it
# fails where there is a file named down.
fake_curl() {
	mkdir fake
	cat >fake/curl <<-'SCRIPT'
		#!/bin/bash
		echo "$*" >>"$T/lists"
		while [ $# -gt 0 ]; do
			[ "$1" != -K ] || cat "$2" >>"$T/pings"
			shift
		done
		cat >>"$T/bodies"
		[ ! -e "$T/down" ] || { echo "curl: (7) no way" >&2; exit 7; }
	SCRIPT
	chmod +x fake/curl
	export SYNC_PING_URL=https://ping.example/5f3a
}

# must_ping SUFFIX…: these and no others were noted, in this order.
must_ping() {
	diff <(printf 'url = "https://ping.example/5f3a%s"\n' "$@") pings ||
		{ echo "pings differ (>)"; return 1; }
}

# --- looking at records -----------------------------------------------------

# must_hold FILTER [FILE]: jq's filter over the array of all lines of FILE (the
# last output, if none is named) gives true and nothing else.
must_hold() {
	local seen got
	if (($# == 1)); then seen=$output; elif [[ -f $2 ]]; then slurp seen "$2"; else seen=$(<"$2"); fi
	"$JQ" -sc "$1" <<<"$seen" >"$BATS_TEST_TMPDIR/.held" 2>&1 || true
	slurp got "$BATS_TEST_TMPDIR/.held"
	[[ $got == true ]] && return
	printf 'does not hold: %s\njq says: %s\nin: %s\n' "$1" "$got" "${seen::4000}"
	return 1
}

# The body lines of kind $1 of a stream on stdin.
lines_of() {
	"$JQ" -c --arg k "$1" 'select(.kind == $k)'
}

# --- making streams ---------------------------------------------------------

# id 7: a UUID made of the number, the same in every test.
id() {
	printf '00000000-0000-4000-8000-%012x' "$1"
}

# over OBJECT MORE: OBJECT with the keys of MORE, if there are any, over its own.
over() {
	if [[ ${2:-"{}"} == "{}" ]]; then
		printf '%s\n' "$1"
	else
		"$JQ" -nc --argjson object "$1" --argjson more "$2" '$object + $more'
	fi
}

# sb_head [OBJECT]: the head of a fetch stream of Supabase, keys of OBJECT over
# the usual ones. notion_head is its counterpart.
sb_head() {
	over '{"kind":"head","stream":"fetch","v":1,"source":"supabase","scope":"test.local/decision_vault","mode":"full","soft_delete":true,"at":"2026-11-23T05:00:00.123456Z"}' "${1-}"
}

BOT_USER=00000000-0000-4000-8000-00000000b07b
PERSON_USER=00000000-0000-4000-8000-00000000fe75
DATA_SOURCE=00000000-0000-4000-8000-0000000da7a5
export BOT_USER PERSON_USER DATA_SOURCE

notion_head() {
	local properties='{"Decision":"title","Type":"%3Aty","Date":"d~te","Checksum":"csum","Synced":"sync"}'
	over '{"kind":"head","stream":"fetch","v":1,"source":"notion","scope":"'"$DATA_SOURCE"'","mode":"full","properties":'"$properties"',"type_options":["Policy","Architecture","Ops","UX"],"bot_user":"'"$BOT_USER"'","at":"2026-11-23T05:00:00.123456Z"}' "${1-}"
}

# row N [OBJECT]: a row object of id N, keys of OBJECT over the usual ones.
row() {
	over '{"id":"'"$(id "$1")"'","decision":"Adopt PostgreSQL","type":"Architecture","date":"2026-01-02","created_at":"2026-01-02T03:04:05.678901+00:00","updated_at":"2026-01-03T03:04:05.678901+00:00","notion_page_id":null,"notion_synced":false,"checksum":null,"deleted_at":null}' "${2-}"
}

# page N [OBJECT]: a page object as the API gives it, of id N. OBJECT may set
# decision, type (a name or an array of them), date (a day, or an object with
# start and end), checksum and synced; its other keys go into the page itself.
page() {
	local more=${2-}
	"$JQ" -nc --argjson more "${more:-"{}"}" --arg id "$(id "$1")" \
		--arg source "$DATA_SOURCE" --arg person "$PERSON_USER" '
	def text($s): if ($s // "") == "" then [] else [{type:"text",
		text:{content:$s, link:null}, plain_text:$s, href:null}] end;
	def options($v): [$v // [] | if type == "array" then .[] else . end
		| {id:("o-" + .), name:., color:"default"}];
	def day($v): if $v == null then null
		elif ($v | type) == "object"
		then {start:null, end:null, time_zone:null} + $v
		else {start:$v, end:null, time_zone:null} end;
	({decision:"Adopt PostgreSQL", type:"Architecture",
		date:"2026-01-02", checksum:null, synced:false} + $more) as $v
	| {object:"page", id:$id,
		created_time:"2026-01-02T03:04:00.000Z",
		last_edited_time:"2026-01-03T03:04:00.000Z",
		created_by:{object:"user", id:$person},
		last_edited_by:{object:"user", id:$person},
		parent:{type:"data_source_id", data_source_id:$source},
		in_trash:false, is_archived:false,
		properties:{
		  Decision:{id:"title", type:"title", title:text($v.decision)},
		  Type:{id:"%3Aty", type:"multi_select",
			multi_select:options($v.type)},
		  Date:{id:"d~te", type:"date", date:day($v.date)},
		  Checksum:{id:"csum", type:"rich_text",
			rich_text:text($v.checksum)},
		  Synced:{id:"sync", type:"checkbox", checkbox:$v.synced}}}
	+ ($more | del(.decision, .type, .date, .checksum, .synced))'
}

# body_and_end SOURCE KIND: objects on stdin, one a line, as the body lines of a
# fetch stream, followed by its end.
body_and_end() {
	local line count=0
	while IFS= read -r line; do
		printf '{"kind":"%s","%s":%s}\n' "$2" "$2" "$line"
		count=$((count + 1))
	done
	printf '{"kind":"end","source":"%s","count":%d,"complete":true,"requests":1}\n' "$1" "$count"
}

# sb_stream [HEAD-OBJECT] <ROWS: a whole fetch stream around row objects;
# notion_stream [HEAD-OBJECT] <PAGES: around page objects.
sb_stream() {
	sb_head "${1-}"
	body_and_end supabase row
}

notion_stream() {
	notion_head "${1-}"
	body_and_end notion page
}

# records_stream <LINES: a record stream around record and problem lines, with
# both heads.
records_stream() {
	local line count=0
	printf '{"kind":"head","stream":"records","v":1,"sources":{"supabase":%s,"notion":%s}}\n' \
		"$(sb_head)" "$(notion_head)"
	while IFS= read -r line; do
		printf '%s\n' "$line"
		count=$((count + 1))
	done
	printf '{"kind":"end","count":%d,"complete":true}\n' "$count"
}

# --- extra input beside the project -----------------------------------------

# shared FILE: its path, or the test is skipped where it isn't there.
shared() {
	local file=$ROOT/../shared/$1
	[[ -r $file ]] || skip "no ../shared/$1 on this machine"
	SHARED_FILE=$file
	export SHARED_FILE
}

# --- the sandbox ------------------------------------------------------------

# start_sandbox [OPTION…]: on a free port; waits until it answers, and sets the
# environment for the programs. $SANDBOX is its URL, $SANDBOX_PID its process.
start_sandbox() {
	local ready=$T/sandbox-${#SANDBOX_PIDS[@]}.url log tries
	log=${ready%.url}.log
	[[ ! -e $ready ]] || rm "$ready"
	"${SANDBOX_PROGRAM:-$BIN/sandbox}" --port 0 --ready "$ready" "$@" \
		>"$log" 2>&1 </dev/null 3>&- &
	SANDBOX_PID=$!
	SANDBOX_PIDS+=("$SANDBOX_PID")
	for ((tries = 0; tries < 1000; tries++)); do
		[[ -s $ready ]] && break
		kill -0 "$SANDBOX_PID" 2>/dev/null || break
		nap 0.01
	done
	if [[ ! -s $ready ]]; then
		printf 'the sandbox did not come up:\n'
		cat "$log"
		return 1
	fi
	slurp SANDBOX "$ready"
	use_sandbox
}

# The settings that lead to the sandbox at $SANDBOX.
use_sandbox() {
	local info
	control GET info >/dev/null
	info=$REPLY
	export SUPABASE_URL=$SANDBOX NOTION_API_URL=$SANDBOX
	export SUPABASE_SERVICE_ROLE_KEY=sb_secret_sandbox
	export NOTION_API_KEY=ntn_sandbox
	[[ $info == *'"database":"'* ]] || return
	info=${info#*'"database":"'}
	export NOTION_DATABASE_ID=${info%%'"'*}
}

# control METHOD PATH [DATA]: the sandbox's control interface; DATA may be
# @FILE, as with curl.
control() {
	local data=${3-}
	[[ $data != @* ]] || slurp data "${data#@}" || return
	ask "${SANDBOX##*:}" "$1" "/control/$2" "$data" || return
	if [[ $HEAD != "HTTP/1."?" 2"* ]]; then
		printf 'control %s %s: %s\n' "$1" "$2" "${HEAD%%$'\r'*} $REPLY" >&2
		return 22
	fi
	printf '%s' "$REPLY"
}

stop_sandboxes() {
	local pid
	for pid in ${SANDBOX_PIDS[@]+"${SANDBOX_PIDS[@]}"}; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	SANDBOX_PIDS=()
}

# until_hits [N]: until a request has met each of so many faults, or else one.
until_hits() {
	local tries hits
	for ((tries = 0; tries < 1200; tries++)); do
		control GET faults >/dev/null
		hits=${REPLY//'"hits":0'/}
		hits=${hits//'"hits":'/$'\1'}
		hits=${hits//[!$'\1']/}
		((${#hits} < ${1-1})) || return 0
		nap 0.05
	done
	echo "no request met the fault"
	return 1
}

# signalled SIGNAL CMD…: catches it, and sends the signal once a fault has met a request.
signalled() {
	local signal=$1 pid met=0
	shift
	# A shell's background job ignores INT.
	env --default-signal=INT "$@" >"$T/.stdout" 2>"$T/.stderr" 3>&- &
	pid=$!
	until_hits >/dev/null || met=$?
	kill "-$signal" "$pid"
	status=0
	wait "$pid" || status=$?
	slurp output "$T/.stdout"
	slurp stderr "$T/.stderr"
	[[ $met == 0 ]] || seen "no request met the fault"
}

# sample STEP: $SAMPLE has the options of a sweep for every STEPth of its points, others
# each day, so that in STEP days all come to their turn. SAMPLE_DAY repeats another
# day's. Under the sanitizers every program takes longer: a third does.
sample() {
	local step=$1 day=${SAMPLE_DAY:-$((EPOCHSECONDS / 86400))}
	[[ $BIN != *asan* ]] || step=$((step * 3))
	SAMPLE=(--step "$step" --offset $((day % step)))
	echo "${SAMPLE[*]}"
}

# in_turn N OF: the test has its turn on every OFth day, the Nth of them (from 0), and is
# skipped on the others: for what takes long and shows again what other tests show.
in_turn() {
	local day=${SAMPLE_DAY:-$((EPOCHSECONDS / 86400))}
	((day % $2 == $1)) || skip "not today; SAMPLE_DAY=$1 for its turn"
}
