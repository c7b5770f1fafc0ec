#!/usr/bin/env bats
# health-server against hostile clients, other sites' pages, and files that are
# none.

load ../helper
load ../health

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	mkdir -p logs/runs state
	SERVER=
}

teardown() {
	stop_server
	common_teardown
}

@test "a FIFO or a folder instead of any file that it reads doesn't block it" {
	local kind file
	for kind in mkfifo mkdir; do
		rm -rf logs
		mkdir -p logs/runs/20261125T193500Z-7
		for file in last_run.json last_success.json conflicts.ndjson conflicts.ndjson.1 \
			sync.log schedule.json runs/20261125T193500Z-7/{run.json,plan.ndjson,results.ndjson}; do
			"$kind" "logs/$file"
		done
		rm -rf state/*
		"$kind" state/{approved.ndjson,base.ndjson,base.ndjson.journal}
		mkdir state/resolve
		"$kind" state/resolve/a.json
		start_server
		must_get 503 /health
		must_get 200 /status.json
		must_hold '.[0] | .schedule == null and .log == [] and .conflicts == []' body
		for file in activity pending conflicts runs runs/last; do
			must_get 200 "/api/$file"
		done
		must_get 404 /api/records/00000000000040008000000000000001
		must_get 200 /livez
		stop_server
	done
	rm -rf logs
	mkdir logs
	mkfifo logs/runs
	start_server
	must_get 503 /health
	must_get 200 /livez
}

# raw HEAD [BODY]: the answers to it on a connection of its own, in $answers; a
# second request follows it, which none of them may be taken for.
raw() {
	local fd port=${URL##*:}
	exec {fd}<>"/dev/tcp/127.0.0.1/${port%%/*}"
	printf '%b' "$1\r\n\r\n${2-}GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" >request
	cat request >&"$fd" # in one piece
	answers=$(timeout 15 cat <&"$fd") || true
	exec {fd}<&-
}

# must_answer CODE HEAD [BODY]: that and nothing else, and then the connection
# ends. (libmicrohttpd 0.9.75 writes the head of some 400 twice.)
must_answer() {
	raw "${@:2}"
	[[ $(grep -oE 'HTTP/1\.1 [0-9]{3}' <<<"$answers" | sort -u) == "HTTP/1.1 $1" ]] ||
		{ echo "$2: not $1 alone: $answers"; return 1; }
}

@test "a head that can be read in two ways is 400, and ends the connection" {
	export SYNC_HOOK_SECRET_SUPABASE=a-secret-of-this-test
	start_server
	local post='POST /hooks/supabase HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer a-secret-of-this-test\r\n'
	must_answer 202 "${post}Content-Length: 5" 12345
	must_answer 202 "${post}Transfer-Encoding: chunked" $'3\r\nabc\r\n0\r\n\r\n'
	rm state/wake
	local head
	for head in 'Content-Length: 5\r\nContent-Length: 5' 'Content-Length: 0\r\ncontent-length: 5' \
		'Content-Length : 5' 'Content-Length\t: 5' 'Content-Length: 5, 5' 'Content-Length: +5' \
		'Content-Length: -1' 'Content-Length: 0x5' 'Content-Length:' \
		'X: a\r\n Content-Length: 5' 'X: a\rContent-Length: 5' 'Nothing\r\nContent-Length: 5' \
		'Content-Length: 5\r\nHost: 127.0.0.1' 'Content-Length: 5\r\nTransfer-Encoding: chunked' \
		'Transfer-Encoding: xchunked' 'Transfer-Encoding: identity' \
		'Transfer-Encoding: gzip, chunked' 'Transfer-Encoding : chunked' \
		'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'; do
		must_answer 400 "$post$head" 12345
	done
	[[ ! -e state/wake ]]
	must_answer 400 'GET /livez HTTP/1.1'
	must_answer 200 'GET /livez HTTP/1.0'
	must_answer 200 'GET /livez HTTP/1.1\r\nHost: 127.0.0.1'
}

@test "under another site's name it tells nothing and does nothing" {
	mkdir scripts
	printf '#!/bin/sh\ntouch %s/started\n' "$T" >scripts/sync-now.sh
	chmod +x scripts/sync-now.sh
	export SYNC_CONTROL_TOKEN=a-token-of-this-test SYNC_HOOK_SECRET_SUPABASE=a-secret-of-this-test
	both 60
	SYNC_HOST_NAMES='vault.example, second.example' REPLIT_DOMAINS=a.replit.app,b.example \
		REPLIT_DEV_DOMAIN=dev.replit.dev start_server --scripts "$T/scripts" --host-name third.example
	local name path paths=(/ /health /livez /metrics /status.json /nope) press=(-X POST -H "Authorization: Bearer $SYNC_CONTROL_TOKEN")
	for name in evil.example evil.example:8080 vault.example.evil.example xvault.example \
		localhost.evil.example 127.0.0.1.evil.example '[::1].evil.example' '[::1' 127.0.0.1:80:80 \
		1.2.3 '' '*' "$(printf 'x%.0s' {1..300})"; do
		for path in "${paths[@]}"; do
			must_get 421 "$path" -H "Host;" ${name:+-H "Host: $name"}
			[[ $body == *SYNC_HOST_NAMES* && $body != *"${name:-healthy}"* ]]
		done
		must_get 421 /control/sync-now "${press[@]}" -H "Host;" ${name:+-H "Host: $name"}
		paths=(/)
	done
	[[ ! -e started && $(grep -c 'SYNC_HOST_NAMES' server.err) == 1 ]] || { cat server.err; return 1; }
	for name in 127.0.0.1 10.1.2.3:8080 '[::1]' '[fe80::1]:8080' localhost LocalHost:8080 localhost. \
		vault.example Second.Example:443 third.example a.replit.app b.example dev.replit.dev; do
		must_get 200 /status.json -H "Host: $name"
	done
	# A service calls by whatever name leads here, and proves itself.
	must_get 202 /hooks/supabase -d '{}' -H 'Host: hooks.example' \
		-H "Authorization: Bearer $SYNC_HOOK_SECRET_SUPABASE"
	must_get 202 /control/sync-now "${press[@]}" -H 'Host: vault.example' -H 'Origin: https://vault.example'
	stop_server
	SYNC_HOST_NAMES='*' start_server --scripts "$T/scripts"
	must_get 200 / -H 'Host: any.example'
	stop_server
	SYNC_HOST_NAMES=https://vault.example must_fail "$RC_CONFIG" "$BIN/health-server" --listen 127.0.0.1:0
	must_say 'SYNC_HOST_NAMES: https://vault.example is not a host name'
	must_fail "$RC_USAGE" "$BIN/health-server" --listen 127.0.0.1:0 --host-name vault.example:80
	must_say 'host-name'
}

# hold N HEAD [BODY]: N connections that send this and wait, until let_go.
hold() {
	local n
	# shellcheck disable=SC2016 # for that shell
	bash -c 'trap "" PIPE; ulimit -n 4096
		for ((n = 0; n < $1; n++)); do
			exec {fd}<>"/dev/tcp/127.0.0.1/$2" && printf "%b\r\n\r\n%s" "$3" "$5" >&"$fd"
		done 2>/dev/null
		: >"$4"
		exec sleep 60' - "$1" "${URL##*:}" "$2" "$T/held" "${3-}" >/dev/null 2>&1 3>&- &
	HOLDER=$!
	for ((n = 0; n < 1200; n++)); do
		[[ ! -e held ]] || return 0
		sleep 0.05
	done
	return 1
}

let_go() {
	kill "$HOLDER"
	wait "$HOLDER" 2>/dev/null || true
	rm -f held
}

# The most that it ever took, in kB.
resident() {
	awk '/VmHWM/ {print $2}' "/proc/$SERVER/status"
}

# must_stay_small KB: less than 32 MiB more; sanitizers keep memory back.
must_stay_small() {
	local now
	now=$(resident)
	((now - $1 < 32768)) || [[ $BIN == *asan* ]] || { echo "$1 kB before, $now kB now"; return 1; }
}

@test "a thousand connections with large bodies take no memory, and lock nobody out" {
	ulimit -n 4096 || skip "too few descriptors"
	local body before head='Host: 127.0.0.1\r\nContent-Length: 262144'
	printf -v body '%65536s' ''
	start_server
	before=$(resident)
	# No secret is set: what they send is not read.
	hold 1090 "POST /hooks/notion HTTP/1.1\r\n$head" "$body"
	must_get 200 /livez
	must_stay_small "$before"
	let_go
	stop_server
	export SYNC_HOOK_SECRET_NOTION=secret_of-this-test
	start_server
	before=$(resident)
	# It is read, and not kept; the newest connection has the right of way.
	hold 1090 "POST /hooks/notion HTTP/1.1\r\n$head\r\nX-Notion-Signature: sha256=$(printf 'a%.0s' {1..64})" "$body"
	must_get 200 /livez
	must_stay_small "$before"
	local event='{"type":"page.created"}'
	must_get 202 /hooks/notion -d "$event" -H \
		"X-Notion-Signature: $(sign "$SYNC_HOOK_SECRET_NOTION" "$event")"
	local open
	open=$(find "/proc/$SERVER/fd" -lname 'socket:*' | wc -l)
	((open < 100)) || { echo "$open sockets of one address"; return 1; }
	let_go
	stop_server
}

@test "many slow readers of one document share one copy of it" {
	ulimit -n 4096 || skip "too few descriptors"
	local before n
	both 60
	# 1 MiB of events: what the button's run said.
	mkdir scripts
	printf '#!/bin/sh\nhead -c 260000 /dev/zero | tr "\\0" "\\1"\n' >scripts/sync-now.sh
	chmod +x scripts/sync-now.sh
	export SYNC_CONTROL_TOKEN=a-token-of-this-test
	start_server --scripts "$T/scripts"
	must_get 202 /control/sync-now -X POST -H "Authorization: Bearer $SYNC_CONTROL_TOKEN"
	for ((n = 0; n < 100; n++)); do
		must_get 200 /status.json
		(($(wc -c <body) < 1000000)) || break
		sleep 0.2
	done
	(($(wc -c <body) > 1000000)) || { wc -c body; return 1; }
	before=$(resident)
	hold 200 "GET /status.json HTTP/1.1\r\nHost: 127.0.0.1"
	must_get 200 /status.json
	must_stay_small "$before"
	let_go
}

@test "guessing slows down the guesser, and locks nobody out" {
	export SYNC_HOOK_SECRET_NOTION=secret_of-this-test SYNC_HOOK_SECRET_SUPABASE=another-of-this-test
	start_server
	local n code=401 event='{}' wrong
	wrong=$(sign wrong "$event")
	for ((n = 0; n < 12; n++)); do
		((n < 5)) || code=429
		must_get "$code" /hooks/supabase -d "$event" -H 'Authorization: Bearer wrong'
		must_get "$code" /hooks/notion -d "$event" -H "X-Notion-Signature: $wrong"
	done
	grep -qi '^retry-after: ' head
	[[ ! -e state/wake ]]
	must_get 202 /hooks/supabase -d '{}' -H "Authorization: Bearer $SYNC_HOOK_SECRET_SUPABASE"
	rm state/wake
	must_get 202 /hooks/notion -d "$event" -H \
		"X-Notion-Signature: $(sign "$SYNC_HOOK_SECRET_NOTION" "$event")"
	[[ -e state/wake ]]
}

@test "the name of the scheme is case-insensitive" {
	export SYNC_HOOK_SECRET_SUPABASE=another-of-this-test
	start_server
	local scheme
	for scheme in Bearer bearer BEARER 'bearer '; do
		must_get 202 /hooks/supabase -d '{}' \
			-H "Authorization: $scheme $SYNC_HOOK_SECRET_SUPABASE"
	done
	for scheme in Basic Bearerx ''; do
		must_get 401 /hooks/supabase -d '{}' \
			-H "Authorization: $scheme $SYNC_HOOK_SECRET_SUPABASE"
	done
}

@test "a signed body that arrives in pieces, and one that is too long" {
	export SYNC_HOOK_SECRET_NOTION=secret_of-this-test
	start_server
	head -c 262144 /dev/urandom | base64 -w 0 | head -c 262144 >whole
	local signature
	signature=sha256=$(openssl dgst -sha256 -hmac "$SYNC_HOOK_SECRET_NOTION" <whole | sed 's/.* //')
	must_get 202 /hooks/notion --data-binary @whole -H "X-Notion-Signature: $signature"
	must_get 202 /hooks/notion --data-binary @whole -H "X-Notion-Signature: $signature" \
		-H 'Transfer-Encoding: chunked'
	rm state/wake
	printf x >>whole
	must_get 413 /hooks/notion --data-binary @whole -H "X-Notion-Signature: $signature"
	get /hooks/notion --data-binary @whole -H "X-Notion-Signature: $signature" \
		-H 'Transfer-Encoding: chunked'
	[[ $code == 000 || $code == 413 ]]
	must_get 401 /hooks/notion -d '{}' -H "X-Notion-Signature: ${signature^^}"
	[[ ! -e state/wake ]]
}

@test "long texts are cut, and the data of the page still work" {
	local n
	both 60
	for ((n = 0; n < 20; n++)); do
		# Two bytes a character, so that a cut in the middle would show.
		jq -nc --arg id "$(id "$n")" '("é" * 200000) as $long | {run_id: "r", row_id: $id,
			fields: ["decision"], winner: "notion", set: {decision: ("x" + $long)},
			lost: {decision: $long}}'
	done >logs/conflicts.ndjson
	# A character that somebody broke hides no line.
	printf 'time=%s level=error run=- program=apply msg="broken \302 and \233 whole"\n' \
		"$(date -u +%FT%T.000Z)" >logs/sync.log
	start_server
	must_get 200 /status.json
	(($(wc -c <body) < 1048576))
	must_hold '.[0] | .status == "pass" and (.conflicts | length == 20 and all(
			(.set.decision | test("^xé{1000,}… \\[cut\\]$"))
			and (.lost.decision | test("^é{1000,}… \\[cut\\]$"))
			and .winner == "notion")) and (.log | length == 1)' body
	must_get 200 /health
	must_hold '.[0].errors | length == 1 and (.[0].message | test("^broken . and . whole$"))' body
}
