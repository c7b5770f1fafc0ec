#!/usr/bin/env bats
# Many pairs: each with its own settings, state and logs, one budget a key.

load ../helper
load ../sync

setup() {
	common_setup
	unset SYNC_ENV_FILE VAULTSYNC_COMMAND
	export VAULTSYNC_BIN=$BIN VAULTSYNC_HOME=$T SYNC_BACKOFF_MS=5 SYNC_RETRIES=0
	mkdir -p pairs
}

# pair NAME: a sandbox of its own with one row, and pairs/NAME.env.
pair() {
	local name
	start_sandbox
	seed supabase "of $1"
	for name in SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY NOTION_API_URL NOTION_API_KEY \
		NOTION_DATABASE_ID; do
		echo "$name=${!name}"
		unset "$name"
	done >"pairs/$1.env"
	echo SYNC_NOTION_RPM=600 >>"pairs/$1.env"
	chmod 600 "pairs/$1.env"
	echo "$SANDBOX" >"$1.url"
}

sync_all() {
	"$ROOT/scripts/sync-all.sh" "$@"
}

# pages NAME: the titles on the Notion side of that pair.
pages() {
	SANDBOX=$(<"$1.url") control GET dump |
		$JQ -r 'select(.side == "notion") | .decision'
}

@test "every pair is synced with its own settings, state and logs" {
	pair a
	pair b
	must_pass sync_all -j 2
	[[ $(pages a) == "of a" && $(pages b) == "of b" ]] || seen "pages"
	must_say '(^|'$'\n'')a: '
	must_say "2 pairs, 0 with problems"
	for p in a b; do
		must_hold '.[0].status == "ok" and .[0].planned == 1' "pairs/$p/logs/last_run.json"
		[[ -s pairs/$p/state/base.ndjson ]]
		[[ $(stat -c %a "pairs/$p") == 700 ]]
	done
	[[ ! -e state && ! -e logs ]]
	must_pass sync_all -q a
	[[ -z $output$stderr ]] || seen "quiet"
	must_hold '.[0].planned == 0' pairs/a/logs/last_run.json
	must_hold '.[0].planned == 1' pairs/b/logs/last_run.json
}

@test "pairs with one key share its budget, and others have their own" {
	local files sent
	pair a
	pair b
	pair c
	sed -i 's/ntn_sandbox/ntn_another/' pairs/c.env
	catch sync_all
	files=(pairs/.rate/notion-rate-*)
	((${#files[@]} == 2)) || seen "${files[*]}"
	! grep -r ntn_ pairs/.rate || return 1
	[[ ! -e pairs/a/state/notion-rate ]]
	# The first line is a pause, then one for each request.
	sent=$(jq -s '[.[].requests.notion] | add' pairs/[ab]/logs/last_run.json)
	[[ $(($(cat "${files[@]}" | wc -l) + ${#files[@]} - 2)) -ge $sent ]] || seen "$sent sent"
	((sent > 4)) && (($(wc -l <"${files[0]}") >= sent || $(wc -l <"${files[1]}") >= sent)) ||
		{ wc -l "${files[@]}"; seen "$sent sent"; }
	# A part of the budget, where others send too: one request a minute is less
	# than what was sent in this one, so the next run waits and sends nothing.
	cat "${files[@]}" >before
	catch timeout 4 "$ROOT/scripts/sync-all.sh" --share 600 --dry-run a
	((status == 124)) || seen "it did not wait"
	cmp before <(cat "${files[@]}")
	must_pass sync_all --share 1 --dry-run a
}

@test "what a pair's messages name is for that pair" {
	local command line
	pair a
	seed supabase r{1..12}
	must_pass sync_all
	control GET dump | $JQ -c 'select(.side == "notion")
		| {side, id, action:"trash"}' | head -n 8 >edits
	while read -r line; do control POST edit "$line" >/dev/null; done <edits
	must_fail $RC_GUARD sync_all -q
	command=$(sed -n 's/^a: plan: if that is right: //p' <<<"$stderr")
	echo SUPABASE_URL=nonsense >.env
	must_pass bash -c "cd / && $command"
	[[ ! -e state && ! -e logs ]] || seen "another pair"
	must_hold '.[0].status == "ok" and .[0].planned > 0' pairs/a/logs/last_run.json
}

@test "a pair that fails holds up no other, and decides the exit code" {
	pair a
	pair b
	sed -i 's/^SUPABASE_URL=.*/SUPABASE_URL=nonsense/' pairs/a.env
	must_fail $RC_CONFIG sync_all
	must_say "a: .*SUPABASE_URL is not a valid URL"
	must_say "a: ended with code 78"
	must_say "2 pairs, 1 with problems"
	[[ $(pages b) == "of b" ]]
	sed -i 's/sb_secret_sandbox/sb_secret_wrong/' pairs/b.env
	must_fail 1 sync_all
	must_say "b: ended with code 77"
	# What it says to put before a command leads to that pair, also past another .env.
	local command
	command=$(sed -n 's/^sync-all: b: for this pair, a command begins with: //p' <<<"$stderr")
	echo SUPABASE_URL=nonsense >.env
	must_pass bash -c "$command report --json"
	must_hold ".[0].last_run.run_id == $(jq .run_id pairs/b/logs/last_run.json)"
	[[ ! -e state && ! -e logs ]]
	rm .env
	echo nonsense >>pairs/b.env
	must_fail $RC_CONFIG sync_all b
	must_say "b: .*b.env:7: not NAME=value"
}

@test "senseless options are refused before anything runs" {
	must_fail $RC_CONFIG sync_all
	must_say "pairs/\*.env: there are no pairs"
	echo >pairs/a.env
	must_fail $RC_CONFIG sync_all a b
	must_say "pairs/b.env is missing"
	NOTION_DATABASE_ID=x must_fail $RC_CONFIG sync_all
	must_say "unset NOTION_DATABASE_ID"
	SYNC_STATE_DIR=x must_fail $RC_CONFIG sync_all
	must_say "unset SYNC_STATE_DIR"
	for wrong in -j0 "-j x" --share=0 "--allow mass-delete" --nonsense ../a '-S a;b'; do
		# shellcheck disable=SC2086 # words
		must_fail $RC_USAGE sync_all $wrong
	done
	must_fail $RC_USAGE sync_all --allow mass-delete
	must_say 'see "Many pairs" in README_SYNC.md'
	[[ ! -e pairs/a ]]
}

@test "TERM ends the current runs, and no other is started" {
	local pid code=0
	pair a
	pair b
	SANDBOX=$(<a.url) control POST faults \
		'{"match":{"api":"supabase"},"delay_ms":3000,"times":-1}' >/dev/null
	"$ROOT/scripts/sync-all.sh" >out 2>&1 3>&- &
	pid=$!
	for _ in {1..100}; do
		[[ -e pairs/a/state/sync.lock ]] && break
		sleep 0.05
	done
	sleep 0.3
	kill -TERM "$pid"
	wait "$pid" || code=$?
	((code == 143)) || { cat out; echo "exit $code"; return 1; }
	! is_held sync "$T/pairs/a/state" || seen "the lock is still held"
	[[ ! -e pairs/b ]]
}

@test "over several machines: each pair on the same one, with a part of the budget" {
	command -v parallel >/dev/null || skip "no GNU parallel here: apt-get install parallel"
	pair a
	pair b
	pair c
	mkdir path
	# A machine is this one by another name, and notes what it is asked for.
	cat >path/ssh <<-'SH'
		#!/bin/bash
		while [[ $1 == -* ]]; do shift; done
		# sshd sets SHELL; parallel's part over there runs nothing without it.
		export MACHINE=$1 SHELL=/bin/bash
		shift
		[[ $1 != -- ]] || shift
		exec bash -c "$*"
	SH
	cat >path/vaultsync <<-'SH'
		#!/bin/bash
		echo "$MACHINE $*" >>"$T/machines"
		exec "$ROOT/scripts/vaultsync" "$@"
	SH
	chmod +x path/*
	export PATH=$T/path:$PATH PARALLEL_HOME=$T/parallel PARALLEL_SSH=$T/path/ssh
	must_pass sync_all -S one,two
	diff <(printf "of %s\n" a b c) <(pages a; pages b; pages c) ||
		seen "$(cat machines pairs/*/logs/last_run.json pairs/*/logs/sync.log)"
	sort machines >first
	[[ $(wc -l <first) == 3 && $(cut -d' ' -f1 first | sort -u | wc -l) == 2 ]] || seen "$(<first)"
	[[ $(grep -c -- "-C $T sync-all -q --share 2 [abc]\$" first) == 3 ]] || seen "$(<first)"
	: >machines
	must_pass sync_all -S one,two
	diff first <(sort machines)
	sed -i 's/^SUPABASE_URL=.*/SUPABASE_URL=nonsense/' pairs/b.env
	must_fail $RC_CONFIG sync_all -S one,two
	must_say "SUPABASE_URL is not a valid URL"
}
