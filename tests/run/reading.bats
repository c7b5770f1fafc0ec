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
	jq -e "$1" logs/last_run.json >/dev/null || seen "not $1: $(<logs/last_run.json)"
}

slow() {
	control POST faults '{"delay_ms":200,"times":-1}' >/dev/null
}

@test "neither side waits for the other" {
	slow
	run --separate-stderr sync_now --quiet
	[[ $status == 0 ]] || seen "the run"
	# One after the other, every request for rows would come before all of Notion's.
	control GET log | jq -se 'map(select(.method == "GET" or (.path | endswith("/query"))))
		| (map(.api) | index("notion")) < (map(.api == "supabase" and
			(.path | contains("decision_vault"))) | rindex(true))' >/dev/null ||
		seen "$(control GET log | jq -c '[.n, .api, .path]')"
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
}
