# Full disks, folders that can't be written, closed pipes, damaged files: a
# clear error with the right code, nothing half written, and the next run in
# order. Exit codes: 65 a bad stream, 74 the machine.

load ../helper
load ../sync

setup() {
	sync_setup
	FULL=''
}

teardown() {
	[[ -z $FULL ]] || umount "$FULL"
	common_teardown
}

# prepare: a plan with work for both sides in $T/plan.
prepare() {
	seed supabase one two three
	seed notion four
	mkdir -p state
	"$BIN/sb-fetch" -q >sb
	"$BIN/notion-fetch" -q --known sb >notion
	"$BIN/normalize" -q sb notion >records
	"$BIN/plan" -q --base state/base.ndjson records >plan
}

apply() {
	"$BIN/apply" -q --base "$T/state/base.ndjson" "$@"
}

# small_disk FOLDER: a file system of 64 KiB there.
small_disk() {
	((EUID == 0)) || skip "only root can make a small disk"
	mkdir -p "$1"
	mount -t tmpfs -o size=64k tmpfs "$1" 2>/dev/null || skip "no tmpfs may be mounted here"
	FULL=$1
}

fill() {
	dd if=/dev/zero of="$FULL/filler" bs=4096 count="${1-100}" status=none 2>/dev/null || true
}

# recovers: a run as people start it, then all is in sync.
recovers() {
	must_pass sync_now -q
	must_be_settled
	must_pass control GET dump
	must_hold 'group_by(.side) | map(map(.decision) | sort) | .[0] == .[1]
		and (.[0] | length == 4) and (.[0] | unique | length == 4)'
}

writes() {
	control GET count | $JQ .writes
}

@test "a full disk under the state folder: 74, no write goes out unjournalled" {
	prepare
	small_disk "$T/state"
	fill
	must_fail $RC_LOCAL apply plan
	must_say "base.ndjson"
	[[ $(control GET dump | $JQ -sc 'map(select(.side == "notion")) | length') == 1 ]]
	rm state/filler
	recovers
}

@test "the disk fills up while apply runs: 74, and the next run goes on" {
	prepare
	small_disk "$T/state"
	control POST faults '{"times":-1,"delay_ms":30}'
	apply plan >results 2>messages 3>&- &
	local pid=$! code=0
	sleep 0.4
	fill
	wait "$pid" || code=$?
	control DELETE faults
	[[ $code == "$RC_LOCAL" ]] || { cat messages; echo "exit $code"; return 1; }
	grep -q "state/base.ndjson" messages
	rm state/filler
	recovers
}

@test "a full disk under the log folder: 74, and the next run goes on" {
	prepare
	small_disk "$T/logs"
	mkdir -p logs/runs
	fill
	catch sync_now -q
	[[ $status -eq $RC_LOCAL ]] || seen "exit code"
	rm logs/filler
	recovers
}

@test "results to a full disk: 74, and the next run goes on" {
	prepare
	full() { apply plan >/dev/full; }
	must_fail $RC_LOCAL full
	recovers
}

@test "a reader that closes the pipe: 74, and the next run goes on" {
	local codes
	prepare
	set +o pipefail
	apply plan 2>messages | head -n 1 >/dev/null || true
	codes=("${PIPESTATUS[@]}")
	apply plan 2>messages | true || true
	codes=("${PIPESTATUS[@]}")
	[[ ${codes[0]} == "$RC_LOCAL" ]] || { cat messages; echo "exit ${codes[0]}"; return 1; }
	recovers
}

@test "a state folder that can't be written: 74, nothing is written anywhere" {
	prepare
	rm -r state
	echo "not a folder" >state
	must_fail $RC_LOCAL apply plan
	must_say "state"
	[[ $(writes) == 0 ]]
	must_fail $RC_LOCAL sync_now -q
	[[ $(writes) == 0 ]]
	rm state
	recovers
}

@test "a read-only state folder: 74, nothing is written anywhere" {
	prepare
	small_disk "$T/state"
	mount -o remount,ro "$FULL"
	must_fail $RC_LOCAL apply plan
	must_say "Read-only"
	must_fail $RC_LOCAL sync_now -q
	[[ $(writes) == 0 ]]
	umount "$FULL"
	FULL=''
	recovers
}

@test "a damaged base: refused with the file, the line, and the way out" {
	local damage
	prepare
	must_pass apply plan
	cp state/base.ndjson whole
	for damage in 's/"kind":"pair"/"kind":"pear"/' '2s/^.\{20\}//' '$d' 's/"count":4/"count":3/'; do
		sed "$damage" whole >state/base.ndjson
		must_fail $RC_STREAM "$BIN/plan" -q --base state/base.ndjson records
		must_say "state/base.ndjson"
		must_say "rm "
		must_fail $RC_STREAM apply plan
		must_say "rm "
	done
	head -c 100 whole >state/base.ndjson
	must_fail $RC_STREAM sync_now -q
	must_say "rm "
	# The command in the message fixes it.
	rm state/base.ndjson
	recovers
}

@test "a torn or senseless journal is skipped, but what it records is used" {
	prepare
	must_pass apply plan
	printf '%s\n' 'not json at all' '{"kind":"creating"}' '{"kind":"pair"}' '[]' \
		'{"kind":"creating","row_id":"x","checksum":7,"at":"never"}' \
		"$(printf '\001\377\376')" >state/base.ndjson.journal
	printf '{"kind":"pair","row_id"' >>state/base.ndjson.journal
	recovers
}

@test "a plan cut at any line, or damaged, is refused before anything is done" {
	local kept damage
	prepare
	for kept in $(seq 0 $(($(wc -l <plan) - 1))); do
		head -n "$kept" plan >cut
		must_fail $RC_STREAM apply cut
	done
	for damage in 's/"kind":"op"/"kind":"opp"/' 's/"op":"create"/"op":"creat"/' \
		's/"row_id":"[^"]*"/"row_id":"no id"/' '2s/}$//' \
		's/"set":{[^}]*}/"set":7/' 's/"target":"notion"/"target":"nation"/'; do
		sed "$damage" plan >cut
		! cmp -s plan cut || { echo "nothing was damaged: $damage"; return 1; }
		must_fail $RC_STREAM apply cut
		must_say "cut"
	done
	[[ $(writes) == 0 ]]
	recovers
}

@test "two runs at once: the second says so and ends with 75" {
	local pid
	seed supabase one two three
	seed notion four
	control POST faults '{"times":-1,"delay_ms":100}'
	sync_now -q >first 2>&1 3>&- &
	pid=$!
	while [[ ! -s logs/runs || -z $(ls logs/runs) ]]; do sleep 0.02; done
	must_fail $RC_TEMPORARY sync_now -q
	must_say "another run"
	wait "$pid"
	control DELETE faults
	recovers
}

@test "no room for temporary files: 74, recorded and reported" {
	seed supabase one two three
	seed notion four
	TMPDIR=$T/nowhere must_fail $RC_LOCAL sync_now --dry-run
	must_say "TMPDIR"
	[[ ! -e logs ]] || seen "a dry run that left something"
	SYNC_NOTIFY_CMD="cat >>$T/notified" TMPDIR=$T/nowhere must_fail $RC_LOCAL sync_now -q
	must_say "TMPDIR"
	must_hold '.[0] | .status == "failed" and .exit_code == 74 and (.message | test("TMPDIR"))' logs/last_run.json
	grep -q 'TMPDIR' notified
	[[ $(writes) == 0 ]]
	recovers
}

@test "a file that may not grow is a full disk, and a folder that begins with a dash a folder" {
	! is_counted "$BIN/apply" || skip "gcov's own files may not grow either: another build shows it"
	seed supabase one two three
	seed notion four
	mkdir -p ./-lead/tmp
	(ulimit -f 1 && must_fail $RC_LOCAL sync_now -q)
	recovers
	export VAULTSYNC_HOME=$T
	SYNC_STATE_DIR=-lead/state SYNC_LOG_DIR=-lead/logs TMPDIR=-lead/tmp must_pass sync_now -q
	[[ -s ./-lead/logs/last_run.json && -e ./-lead/state/sync.lock ]] || seen "elsewhere"
	SYNC_STATE_DIR=-lead/state catch env VAULTSYNC_BIN="$BIN" "$ROOT/scripts/controls.sh" wake
	[[ -e ./-lead/state/wake ]] || seen "not woken"
}

@test "no room for temporary files at all: the folder is named, and the way out" {
	prepare
	small_disk "$T/small"
	fill
	TMPDIR=$T/small must_fail $RC_LOCAL sync_now -q
	must_say 'no room in .*/small/.*set TMPDIR'
	[[ $(writes) == 0 ]]
	recovers
}

@test "no room for temporary files during a run: it is recorded and reported" {
	seed supabase one two three
	seed notion four
	small_disk "$T/small"
	# So much that the first pages have room and the whole has not.
	fill 14
	export SYNC_NOTIFY_CMD="cat >>$T/notified"
	catch env TMPDIR="$T/small" "$ROOT/scripts/sync-now.sh" -q
	[[ $status -eq $RC_LOCAL ]] || seen "exit code"
	must_hold '.[0] | .status == "failed" and .exit_code == 74' logs/last_run.json
	grep -q 'exit code 74' notified
	unset SYNC_NOTIFY_CMD
	recovers
}

@test "a run without room for its records is reported, wherever it ends" {
	local at
	prepare
	must_pass sync_now -q
	# No file may be made there, or the run's own folder can't be.
	for at in logs/runs logs; do
		mv "$at" kept
		: >"$at"
		SYNC_NOTIFY_CMD="cat >>$T/notified" catch sync_now -q
		[[ $status -eq $RC_LOCAL ]] || seen "exit code, $at"
		grep -q "can't be written down" notified || seen "nobody was told, $at"
		rm "$at" notified
		mv kept "$at"
	done
	recovers
}

@test "a log folder with an & in its name" {
	seed supabase one two three
	seed notion four
	SYNC_LOG_DIR="$T/R&D/logs" must_pass sync_now -q
	[[ -s "$T/R&D/logs/last_success.json" ]]
	recovers
}

@test "a state folder on a disk without locks: 74, not a run that another holds up" {
	cat >none.c <<-'END'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <errno.h>
		#include <fcntl.h>
		#include <stdarg.h>
		static int locked(int fd, int command, void *arg, const char *name)
		{
			int (*real)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, name);
			if (command == F_SETLK || command == F_GETLK)
				return errno = ENOLCK, -1;
			return real(fd, command, arg);
		}
		int fcntl(int fd, int command, ...)
		{
			va_list ap;
			va_start(ap, command);
			return locked(fd, command, va_arg(ap, void *), "fcntl");
		}
		int fcntl64(int fd, int command, ...)
		{
			va_list ap;
			va_start(ap, command);
			return locked(fd, command, va_arg(ap, void *), "fcntl64");
		}
	END
	"${CC:-cc}" -shared -fPIC -o none.so none.c -ldl
	export LD_PRELOAD=$T/none.so
	must_fail $RC_LOCAL sync_now -q
	must_say 'cannot lock .*/sync.lock'
	VAULTSYNC_BIN=$BIN must_fail $RC_LOCAL timeout 60 "$ROOT/scripts/schedule.sh" --once
	must_say 'cannot lock .*/sync.lock'
	VAULTSYNC_BIN=$BIN must_fail $RC_LOCAL timeout 60 "$ROOT/scripts/schedule.sh"
	must_say 'cannot lock .*/schedule.lock'
	unset LD_PRELOAD
}

# full_on TEXT CMD…: with a disk that is full from the journal's first line with that text
# on, of which FULL_HALF lets a half through; FULL_SYNC: it can't be flushed.
full_on() {
	[[ -e full.so ]] || make_full
	LD_PRELOAD=$T/full.so FULL_ON=$1 must_fail $RC_LOCAL "${@:2}"
	must_say 'base.ndjson.journal'
}

make_full() {
	cat >full.c <<-'SOURCE'
		#define _GNU_SOURCE
		#include <dlfcn.h>
		#include <errno.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>
		static int is_journal(int fd)
		{
			char link[40], path[4096];
			ssize_t n;
			snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
			n = readlink(link, path, sizeof path);
			return n > 8 && memcmp(path + n - 8, ".journal", 8) == 0;
		}
		ssize_t write(int fd, const void *data, size_t len)
		{
			static int full;
			ssize_t (*real)(int, const void *, size_t) =
				(ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
			const char *on = getenv("FULL_ON");
			if (!on || !is_journal(fd) || (!full && !memmem(data, len, on, strlen(on))))
				return real(fd, data, len);
			if (!full++ && getenv("FULL_HALF"))
				return real(fd, data, len / 2);
			return errno = ENOSPC, -1;
		}
		int fdatasync(int fd)
		{
			int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
			return getenv("FULL_SYNC") && is_journal(fd) ? (errno = EIO, -1) : real(fd);
		}
	SOURCE
	"${CC:-cc}" -shared -fPIC -o full.so full.c -ldl
}

@test "a journal that can't take a line, whichever: 74 at once, and later runs make nothing twice" {
	local what base=(--base state/base.ndjson)
	seed supabase row page
	must_pass sync_now -q
	# A page: about to be made, made, linked; refused, and looked for in vain.
	seed supabase new
	make_plan -q
	full_on '"creating"' "$BIN/apply" -q "${base[@]}" plan
	control POST clock '{"advance":301}' >/dev/null
	FULL_SYNC=1 full_on 'no line' "$BIN/apply" -q "${base[@]}" plan
	none notion new
	control POST clock '{"advance":301}' >/dev/null
	FULL_HALF=1 full_on '"created"' "$BIN/apply" -q "${base[@]}" plan
	live notion new >/dev/null
	full_on '"linked"' "$BIN/apply" -q "${base[@]}" plan
	must_hold 'map(select(.op == "create") | .status) == ["done"]'
	seed supabase refused
	make_plan -q
	control POST faults '{"match":{"api":"notion","method":"POST","path":"/v1/pages[?]"},"status":400,"code":"validation_error"}' >/dev/null
	full_on '"not-created"' "$BIN/apply" -q "${base[@]}" plan
	# As a run leaves it that was killed: what that has sent is looked for in vain.
	printf '{"kind":"creating","row_id":"%s","checksum":"%064d","at":"2026-01-02T03:04:05Z"}\n' \
		"$(id_of supabase refused)" 0 >>state/base.ndjson.journal
	full_on '"not-created"' "$BIN/apply" -q "${base[@]}" plan
	none notion refused
	# A row that is made, a pair that is met, and an edit of each half.
	seed notion other
	make_plan -q
	full_on '"pair"' "$BIN/apply" -q "${base[@]}" plan
	seed supabase met
	seed notion met
	edit supabase met '{"date":null}'
	edit supabase row '{"type":"UX"}'
	edit notion page '{"type":["UX"]}'
	make_plan -q --match decision
	full_on '"met":true' "$BIN/apply" -q "${base[@]}" plan
	for what in notion supabase; do
		jq -c --arg target $what 'select(.kind != "op" or (.op == "update" and .target == $target))' plan >one
		full_on '"sent"' "$BIN/apply" -q "${base[@]}" one
	done
	[[ $(live supabase page) == *'"Ops"'* && $(live notion row) == *'"Ops"'* ]] || seen "written, and not noted before"
	# A torn line that can't be ended.
	printf '{"kind":"pair"' >>state/base.ndjson.journal
	full_on '' "$BIN/apply" -q "${base[@]}" plan
	must_pass sync_now -q --match decision
	must_be_settled
	control GET dump | $JQ -sc 'group_by(.side) | map(map(.decision) | sort) | unique' >sides
	[[ $(<sides) == '[["met","new","other","page","refused","row"]]' ]] || seen "$(<sides)"
}
