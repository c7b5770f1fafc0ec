#!/usr/bin/env bats
# Both sides are read at once: what the run says when one of them fails.

load ../helper
load ../sync

setup() {
	sync_setup
	export SYNC_RETRIES=0
	seed supabase A
}

# record FILTER: of the last run.
record() {
	$JQ -e "$1" logs/last_run.json >/dev/null || seen "not $1: $(<logs/last_run.json)"
}

slow() {
	control POST faults '{"delay_ms":200,"times":-1}' >/dev/null
}

@test "neither side waits for the other" {
	slow
	run --separate-stderr sync_now --quiet
	[[ $status == 0 ]] || seen "the run"
	# One after the other, every request for rows would come before all of Notion's.
	control GET log | $JQ -se 'map(select(.method == "GET" or (.path | endswith("/query"))))
		| (map(.api) | index("notion")) < (map(.api == "supabase" and
			(.path | contains("decision_vault"))) | rindex(true))' >/dev/null ||
		seen "$(control GET log | $JQ -c '[.n, .api, .path]')"
}

@test "rows that can't be read: the run tells of these, whatever Notion's listing does" {
	SUPABASE_SERVICE_ROLE_KEY=sb_secret_wrong run --separate-stderr sync_now --quiet
	[[ $status == 77 && $stderr == *"sb-fetch: "* ]] || seen "the run"
	record '.stage == "sb-fetch" and .exit_code == 77 and (.message | startswith("sb-fetch: "))'
	SUPABASE_SERVICE_ROLE_KEY=sb_secret_wrong NOTION_API_KEY=ntn_wrong \
		run --separate-stderr sync_now --quiet
	[[ $status == 77 ]] || seen "both"
	record '.stage == "sb-fetch"'
	# A program that was killed has no message, and its code is what it was killed by.
	control POST faults '{"match":{"api":"supabase"},"times":-1,"drop":"before"}' >/dev/null
	run --separate-stderr sync_now --quiet
	[[ $status == 75 ]] || seen "dropped"
	record '.stage == "sb-fetch" and .exit_code == 75'
}

@test "pages that can't be read: the run tells of these" {
	slow
	NOTION_API_KEY=ntn_wrong run --separate-stderr sync_now --quiet
	[[ $status == 77 && $stderr != *"sb-fetch"* ]] || seen "the run"
	record '.stage == "notion-fetch" and (.message | startswith("notion-fetch: "))'
}

@test "rows that can't be kept for the next stage" {
	local full=$T/full
	mkdir "$full"
	# A work folder without room: see tests/run/disk.bats for a real one.
	printf '#!/bin/sh\ncat\necho "tee: no room" >&2\nexit 1\n' >"$full/tee"
	chmod +x "$full/tee"
	PATH=$full:$PATH run --separate-stderr sync_now --quiet
	[[ $status == 74 ]] || seen "the run"
	record '.stage == "tee" and .exit_code == 74 and .message == "tee: no room"'
	# One that was killed: sb-fetch can't write, for a reason that is not its own.
	printf '#!/bin/sh\nkill -9 $$\n' >"$full/tee"
	PATH=$full:$PATH run --separate-stderr sync_now --quiet
	[[ $status == 74 ]] || seen "the run"
	record '.stage == "tee" and .exit_code == 74'
}

@test "messages of two programs at once stay whole lines" {
	local n
	export NOTION_API_URL=http://127.0.0.1:1 SUPABASE_URL=http://127.0.0.1:1
	for ((n = 0; n < 12; n++)); do
		run --separate-stderr sync_now --quiet
		[[ $status == 75 ]] || seen "the run"
		! grep -qvE '^(sb-fetch|notion-fetch): [^:]+: .*$' <<<"$stderr" || seen "mixed"
		! grep -qE ': (sb|notion)-fetch: ' <<<"$stderr" || seen "mixed"
	done
	record '.stage == "sb-fetch" and (.message | test("^sb-fetch: Supabase"))'
}

@test "a signal ends notion-fetch while it waits for the rows" {
	local pid tries
	mkfifo rows
	sleep 60 >rows 3>&- &
	SANDBOX_PIDS+=("$!")
	"$BIN/notion-fetch" --known - <rows >notion 2>said 3>&- &
	pid=$!
	for ((tries = 0; tries < 200; tries++)); do
		[[ $(control GET log) != *'"is_archived":true'* ]] || break
		sleep 0.05
	done
	kill "$pid"
	status=0
	wait "$pid" || status=$?
	[[ $status == 143 ]] || seen "$status: $(<said)"
	[[ $(tail -n 1 notion) == *'"complete":false}' ]] || seen "$(<notion)"
}
