#!/usr/bin/env bats
# health-server over HTTP: every state of the log folder, refusals, hooks.

load ../helper
load ../health

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	mkdir -p logs/runs
	SERVER=
}

teardown() {
	stop_server
	common_teardown
}

# health CODE FILTER: what /health says after the second in which it may be kept
health() {
	sleep 1.1
	must_get "$1" /health
	must_hold ".[0] | $2" body
}

@test "--help lists every option; wrong ones are 2, a wrong setting 78" {
	must_pass "$BIN/health-server" --help
	local option
	for option in listen ready prefix scripts quiet verbose version; do
		grep -q -- "--$option" <<<"$output"
	done
	must_fail "$RC_USAGE" "$BIN/health-server" --listen everywhere
	must_fail "$RC_USAGE" "$BIN/health-server" --listen 127.0.0.1:99999
	local prefix
	for prefix in vault /vault/ //vault / ''; do
		must_fail "$RC_USAGE" timeout 5 "$BIN/health-server" \
			--listen 127.0.0.1:0 --prefix "$prefix"
	done
	SYNC_CONTROL_TOKEN=short must_fail "$RC_CONFIG" "$BIN/health-server"
	must_say 'SYNC_CONTROL_TOKEN'
	SYNC_CONTROL_TOKEN=0123456789abcdef must_fail "$RC_CONFIG" \
		"$BIN/health-server" --listen 127.0.0.1:0 --scripts "$T"
	must_say '--scripts'
}

@test "an address in use is 74 with the way out" {
	start_server
	must_fail "$RC_LOCAL" "$BIN/health-server" --listen "${URL#http://}"
	must_say '--listen'
}

@test "/health in every state of its files" {
	start_server
	must_get 503 /health
	must_hold '.[0] | .status == "fail" and .condition == "never-ran"' body
	both 60
	health 200 '.status == "pass" and .condition == "healthy"
		and .last_success.age_seconds >= 60 and .last_success.age_seconds < 90
		and .errors == []'
	both 1000
	health 200 '.status == "warn" and .condition == "late"'
	both 400000
	health 503 '.status == "fail" and .condition == "stopped"'
	both -3600
	health 503 '.status == "fail" and .condition == "future"'
	: >logs/last_run.json
	health 503 '.status == "fail"'
	both 60
	echo '{"v":1,' >logs/last_run.json
	health 200 '.status == "warn"'
	printf '\0\1\2' >logs/last_run.json
	health 200 '.status == "warn"'
	rm logs/last_run.json logs/last_success.json
	health 503 '.condition == "never-ran"'
	summary 60 '{"status": "failed", "exit_code": 77, "stage": "sb-fetch"}' >logs/last_run.json
	health 503 '.condition == "failing" and .last_success == null'
	summary 60 '{"status": "failed", "exit_code": 75}' >logs/last_run.json
	summary 960 >logs/last_success.json
	health 200 '.status == "warn" and .condition == "failing"'
	mv logs logs.away
	health 503 '.condition == "never-ran"'
}

@test "status.json tells what goes on by the locks, not by files that were left" {
	local child n
	mkdir -p logs/runs/20261125T195000Z-9 state
	export SYNC_LOG_DIR=$T/logs SYNC_STATE_DIR=$T/state
	both 60
	echo '{"v":1,"next_at":null,"interval_seconds":900,"failures":0}' >logs/schedule.json
	start_server
	must_get 200 /status.json
	must_hold '.[0] | .running == false and .schedule.running == false and .since_or_before == false' body
	python3 -c 'import fcntl, sys, time
f = [open(p, "w") for p in sys.argv[1:]]
[fcntl.lockf(x, fcntl.LOCK_EX) for x in f]
time.sleep(20)' state/sync.lock state/schedule.lock 3>&- &
	child=$!
	for ((n = 0; n < 50; n++)); do
		sleep 0.2
		must_get 200 /status.json
		[[ $($JQ .running body) == false ]] || break
	done
	kill "$child"
	must_hold '.[0] | .running and .schedule.running' body
}

@test "/health: the newest errors, and only those since the last success" {
	both 60
	local at
	for at in 1000 30; do
		printf 'time=%s level=error run=- program=apply msg="error of %s, in /srv/vault/state/x"\n' \
			"$(date -u -d "-$at seconds" +%FT%T.000Z)" "$at"
	done >logs/sync.log
	export SYNC_STATE_DIR="$T/a person's state"
	printf 'time=%s level=error run=- program=apply msg="cannot write %s/a/base, nor %s: full"\n' \
		"$(date -u +%FT%T.000Z)" "$SYNC_STATE_DIR" "$SYNC_STATE_DIR" >>logs/sync.log
	echo 'no line of ours' >>logs/sync.log
	start_server
	must_get 200 /health
	must_hold '.[0].errors | map(.message) == ["error of 30, in …/x", "cannot write …/base, nor …/a person'"'"'s state: full"]' body
	grep -qi '^content-type: application/health+json' head
	grep -qi '^x-content-type-options: nosniff' head
	grep -qi "^content-security-policy: default-src 'none'" head
}

@test "/health, asked all the while a run replaces its files a thousand times" {
	local n run records
	both 60
	records=("$(summary 60 '{"run_id": "20261125T193500Z-1"}')"
		"$(summary 30 '{"run_id": "20261125T193500Z-2"}')")
	start_server
	# As bin/run does it: a whole file takes the other's name.
	python3 - "${records[@]}" 3>&- <<-'SCRIPT' &
		import os, sys, time
		for n in range(500):
		    for i, name in enumerate(("last_run", "last_success")):
		        with open("logs/new", "w") as f:
		            f.write(sys.argv[1 + (n + i) % 2] + "\n")
		        os.rename("logs/new", "logs/%s.json" % name)
		    print(n, file=open("replaced", "a"))
		    time.sleep(0.01)
	SCRIPT
	run=$!
	while kill -0 "$run" 2>/dev/null; do
		must_get 200 /health
		printf '%s\n' "$body" >>bodies
	done
	wait "$run"
	[[ $(wc -l <replaced) == 500 ]]
	# An answer is kept for a second.
	must_hold 'length > 20 and all(.status == "pass" and .errors == []
			and .last_success.age_seconds < 600)
		and (map(.last_run.run_id[-2:]) | unique | inside(["-1", "-2", "-7"]))
		and (map(.at) | unique | length > 1)' bodies
}

@test "/livez, /metrics, / and refusals" {
	both 60
	start_server
	must_get 200 /livez
	[[ $body == ok ]]
	must_get 200 /metrics
	[[ $(tail -n 1 body) == "# EOF" ]]
	diff <("$BIN/report" --metrics) body
	must_get 200 /
	grep -q '^<!doctype html>' body
	grep -qi "script-src 'sha256-[A-Za-z0-9+/=]*'" head
	must_get 200 /livez -I
	grep -qi "^content-length: 3.$" head
	must_get 404 /logs
	must_get 404 /../../etc/passwd --path-as-is
	must_get 404 /control
	must_get 405 /health -X POST
	grep -qi '^allow: GET, HEAD' head
	must_get 405 /hooks/notion
	grep -qi '^allow: POST' head
	must_get 405 /health -X DELETE -d body
}

@test "too long a request line, header or body is refused" {
	export SYNC_HOOK_SECRET_SUPABASE=a-secret-of-this-test
	start_server
	get "/$(printf 'x%.0s' {1..30000})" --no-keepalive # by curl, which no closed connection ends
	[[ $code == 414 || $code == 431 || $code == 000 ]]
	get /health -H "X: $(printf 'x%.0s' {1..30000})"
	[[ $code == 431 || $code == 413 || $code == 000 ]]
	head -c 300000 /dev/zero >big
	# Who waits with the body, as this header says, always gets the refusal.
	must_get 413 /hooks/supabase --data-binary @big -H 'Expect: 100-continue' \
		-H 'Authorization: Bearer a-secret-of-this-test'
	# What isn't wanted is not read, however long it is: the refusal may be lost
	# where the connection ends with bytes still under way.
	local tries
	for tries in {1..5}; do
		get /hooks/supabase --data-binary @big -H 'Authorization: Bearer a-secret-of-this-test'
		[[ $code == 000 ]] || break
	done
	[[ $code == 413 ]] || seen "$code instead of 413, at request $tries"
	must_get 401 /hooks/supabase --data-binary small
	get /hooks/supabase --data-binary @big
	[[ $code == 401 || $code == 000 ]]
	get /hooks/supabase --data-binary @big -H 'Transfer-Encoding: chunked' \
		-H 'Authorization: Bearer a-secret-of-this-test'
	[[ $code == 000 || $code == 413 ]]
	[[ ! -e state/wake ]]
	must_get 200 /livez
}

@test "under a path prefix" {
	both 60
	start_server --prefix /vault
	[[ $URL == */vault/ ]] || { echo "announced: $URL"; return 1; }
	grep -q "$URL\$" server.err || { cat server.err; return 1; }
	must_get 200 ""
	grep -q '^<!doctype html>' body
	must_get 200 health
	URL=${URL%/vault/}
	must_get 308 /vault
	grep -qi $'^location: /vault/\r$' head || { cat head; return 1; }
	must_get 200 /vault -L
	must_get 308 /vault -X POST -d body
	must_get 200 /livez
	must_get 404 /vaultx/livez
	must_get 404 /vaul
}

@test "no answer contains a path of this machine, a key or a secret" {
	export SYNC_CONTROL_TOKEN=a-token-of-this-test SYNC_HOOK_SECRET_NOTION=secret_of-this-test
	export SUPABASE_SERVICE_ROLE_KEY=sb_secret_key_of_ours NOTION_API_KEY=ntn_key_of_ours
	summary 60 '{"status": "failed", "exit_code": 74,
		"message": "apply: cannot write /srv/vault/state/base.ndjson: No space"}' >logs/last_run.json
	echo '{' >logs/last_success.json
	start_server --scripts "$ROOT/scripts"
	local path
	for path in / /health /metrics /status.json /livez /nope; do
		get "$path"
		run ! grep -e "$T" -e /srv/ -e of-this-test -e key_of_ours -e "$ROOT" body head
	done
}

@test "controls: none without a token; a wrong one is 401, guessing 429, another site 403" {
	both 60
	start_server
	must_get 404 /control/sync-now -X POST
	stop_server
	mkdir scripts
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho "$@" >>%s\nexec sleep 3\n' "$T/started" >scripts/sync-now.sh
	chmod +x scripts/sync-now.sh
	export SYNC_CONTROL_TOKEN=a-token-of-this-test
	start_server --scripts "$T/scripts" --host-name upstream
	local right=(-X POST -H "Authorization: Bearer $SYNC_CONTROL_TOKEN") n
	must_get 401 /control/sync-now -X POST
	must_get 401 /control/sync-now -X POST -H 'Authorization: Bearer a-token-of-this-tesT'
	must_get 401 /control/sync-now -X POST -H "Authorization: $SYNC_CONTROL_TOKEN"
	must_get 403 /control/sync-now "${right[@]}" -H 'Sec-Fetch-Site: cross-site'
	[[ $body != *proxy* ]] || { echo "$body"; return 1; }
	# As with a proxy that sends another Host.
	must_get 403 /control/sync-now "${right[@]}" -H "Origin: $URL" -H 'Host: upstream'
	[[ $body == *'proxy_set_header Host $http_host;'* ]] || { echo "$body"; return 1; }
	must_get 403 /control/sync-now "${right[@]}" -H 'Origin: https://elsewhere.example'
	[[ ! -e started ]]
	must_get 202 /control/sync-now "${right[@]}" -H 'Sec-Fetch-Site: same-origin'
	must_get 429 /control/dry-run "${right[@]}"
	grep -qi '^retry-after: ' head
	must_get 401 /control/sync-now -X POST
	must_get 401 /control/sync-now -X POST
	must_get 429 /control/sync-now -X POST
	[[ $body == *"too many wrong attempts"* ]]
	[[ $(<started) == '--quiet --last-rules --limit=21600' ]]
	# The child is waited for, not left as a zombie.
	sleep 5
	[[ -z $(pgrep -P "$SERVER") ]]
	# Who knows the token passes, however many guess.
	must_get 429 /control/sync-now -X POST
	must_get 202 /control/sync-now "${right[@]}"
}

@test "a child gets the settings, the proxies and the folder, but no secret of the server" {
	mkdir scripts
	printf '#!/bin/sh\nenv >%s/its.new && mv %s/its.new %s/its\n' "$T" "$T" "$T" >scripts/sync-now.sh
	chmod +x scripts/sync-now.sh
	local passed=(VAULTSYNC_HOME VAULTSYNC_COMMAND VAULTSYNC_BIN SYNC_LOG_DIR CREDENTIALS_DIRECTORY
		http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY) name
	export HTTP_PROXY=not-ours OTHER=not-ours SYNC_HOOK_SECRET_NOTION=a-secret-of-this-test
	for name in "${passed[@]}"; do
		[[ $name == SYNC_* ]] || export "$name=$T/$name"
	done
	export SYNC_CONTROL_TOKEN=a-token-of-this-test
	start_server --scripts "$T/scripts"
	must_get 202 /control/sync-now -X POST --noproxy '*' \
		-H "Authorization: Bearer $SYNC_CONTROL_TOKEN" -H "Origin: $URL"
	for _ in {1..100}; do [[ ! -e its ]] || break; sleep 0.05; done
	for name in "${passed[@]}"; do
		grep -qx "$name=${!name}" its || { echo "not passed on: $name"; cat its; return 1; }
	done
	run ! grep -e not-ours -e of-this-test its
}

@test "a child that is still running is ended with the server" {
	mkdir scripts
	printf '#!/bin/sh\ntrap "echo ended >>%s; exit 75" TERM\nwhile :; do sleep 0.1; done\n' \
		"$T/ended" >scripts/sync-now.sh
	chmod +x scripts/sync-now.sh
	export SYNC_CONTROL_TOKEN=a-token-of-this-test
	start_server --scripts "$T/scripts"
	must_get 202 /control/sync-now -X POST -H "Authorization: Bearer $SYNC_CONTROL_TOKEN"
	sleep 0.5
	stop_server
	[[ $(<ended) == ended ]]
}

@test "hooks: a genuine call leaves one wake-up file, a wrong one none" {
	export SYNC_HOOK_SECRET_NOTION=secret_of-this-test SYNC_HOOK_SECRET_SUPABASE=another-of-this-test
	start_server
	local event='{"type":"page.properties_updated","entity":{"type":"page"}}'
	must_get 401 /hooks/notion -d "$event"
	must_get 401 /hooks/notion -d "$event" -H "X-Notion-Signature: $(sign wrong "$event")"
	must_get 401 /hooks/notion -d "$event " -H \
		"X-Notion-Signature: $(sign "$SYNC_HOOK_SECRET_NOTION" "$event")"
	must_get 401 /hooks/supabase -d '{}' -H 'Authorization: Bearer wrong'
	[[ ! -e state/wake ]]
	must_get 202 /hooks/notion -d "$event" -H \
		"X-Notion-Signature: $(sign "$SYNC_HOOK_SECRET_NOTION" "$event")"
	[[ -e state/wake ]]
	rm state/wake
	local n
	for n in 1 2 3 4 5; do
		must_get 202 /hooks/supabase -d '{"type":"UPDATE"}' \
			-H "Authorization: Bearer $SYNC_HOOK_SECRET_SUPABASE"
	done
	[[ $(ls state) == wake && $(stat -c %a state/wake) == 600 ]]
}

# shake TOKEN [CURL-OPTION…]: Notion's handshake
shake() {
	get /hooks/notion -d "{\"verification_token\":\"$1\"}" "${@:2}"
}

@test "hooks: Notion's token is accepted while an operator waits for it; the first one counts" {
	export VAULTSYNC_BIN=$BIN
	start_server
	must_get 404 /hooks/notion -d '{"type":"page.created"}'
	must_get 404 /hooks/supabase -d '{}'
	shake secret_of_a_stranger
	[[ $code == 404 && ! -e state/notion-verification-token ]]
	must_pass "$ROOT/scripts/controls.sh" hook-setup
	grep -q 'state/notion-verification-token' <<<"$output"
	[[ $(stat -c %a state/hook-setup) == 600 ]]
	must_get 404 /hooks/notion -d '{"type":"page.created"}'
	must_get 404 /hooks/notion -d "{\"verification_token\":\"$(printf 'x%.0s' {1..5000})\"}"
	shake secret_handshake_1
	[[ $code == 200 && $(<state/notion-verification-token) == secret_handshake_1 ]]
	[[ $(stat -c %a state/notion-verification-token) == 600 && ! -e state/hook-setup ]]
	shake secret_handshake_2
	[[ $code == 404 && $(<state/notion-verification-token) == secret_handshake_1 ]]
	grep -q 'SYNC_HOOK_SECRET_NOTION' server.err
	run ! grep -q secret_handshake server.err body
	# Where a stranger was faster: what he sent goes, and the door opens again.
	must_pass "$ROOT/scripts/controls.sh" hook-setup
	[[ ! -e state/notion-verification-token ]]
	shake secret_handshake_2 -H 'Transfer-Encoding: chunked'
	[[ $code == 200 && $(<state/notion-verification-token) == secret_handshake_2 ]]
	must_fail "$RC_USAGE" "$ROOT/scripts/controls.sh" hook-setup now
}

@test "hooks: the door closes after ten minutes, and a strange or future file doesn't open it" {
	start_server
	mkdir -p state
	touch -d '-601 seconds' state/hook-setup
	shake secret_handshake_1
	[[ $code == 404 ]]
	touch -d '+60 seconds' state/hook-setup
	shake secret_handshake_1
	[[ $code == 404 ]]
	rm state/hook-setup
	touch door
	ln -s ../door state/hook-setup
	shake secret_handshake_1
	[[ $code == 404 && ! -e state/notion-verification-token ]]
	rm state/hook-setup
	touch -d '-590 seconds' state/hook-setup
	shake secret_handshake_1
	[[ $code == 200 ]]
	# As one that an older release has left.
	touch state/hook-setup
	shake secret_handshake_2
	[[ $code == 409 && $(<state/notion-verification-token) == secret_handshake_1 ]]
}

@test "hooks: the token of a new subscription, while calls of the old one are accepted" {
	export SYNC_HOOK_SECRET_NOTION=secret_of-this-test
	local event='{"type":"page.created"}' token='{"verification_token":"secret_handshake_1"}'
	start_server
	shake secret_handshake_1
	[[ $code == 401 ]]
	mkdir -p state
	touch state/hook-setup
	must_get 202 /hooks/notion -d "$event" -H \
		"X-Notion-Signature: $(sign "$SYNC_HOOK_SECRET_NOTION" "$event")"
	must_get 401 /hooks/notion -d "$event" -H "X-Notion-Signature: $(sign wrong "$event")"
	[[ -e state/wake && -e state/hook-setup ]]
	# Signed with the token that it brings, as some say Notion does.
	must_get 200 /hooks/notion -d "$token" -H "X-Notion-Signature: $(sign secret_handshake_1 "$token")"
	[[ $(<state/notion-verification-token) == secret_handshake_1 ]]
}

@test "malformed requests and slow ones do not take it down" {
	both 60
	start_server
	local port=${URL##*:} n before after
	before=$(awk '/VmRSS/ {print $2}' "/proc/$SERVER/status")
	for ((n = 0; n < 300; n++)); do
		head -c $((RANDOM % 400)) /dev/urandom >"/dev/tcp/127.0.0.1/$port" || true
		printf 'GET /health HTTP/1.%d\r\nHost: x\r\nContent-Length: %d\r\n\r\n' \
			$((n % 4)) $((n - 5)) >"/dev/tcp/127.0.0.1/$port" || true
	done 2>/dev/null
	exec 7<>"/dev/tcp/127.0.0.1/$port"
	printf 'GET /health HT' >&7
	must_get 200 /livez
	must_get 200 /health
	exec 7>&-
	after=$(awk '/VmRSS/ {print $2}' "/proc/$SERVER/status")
	[[ ${after:-0} -gt 0 && ($((after - before)) -lt 20000 || $BIN == *asan*) ]]
}
