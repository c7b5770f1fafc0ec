#!/usr/bin/env bats
# /api of health-server: the documents that report prints with --json, with whatever is
# in the records, and however much of it.

load ../helper
load ../health

setup() {
	common_setup
	export SYNC_LOG_DIR=$T/logs SYNC_STATE_DIR=$T/state SYNC_NOW=2026-11-25T20:00:00Z
	mkdir state
	SERVER=
}

teardown() {
	stop_server
	common_teardown
}

# all PATH…: these documents, in bodies/1, bodies/2, …; their codes and types in heads.
all() {
	local path n=0 asked=()
	rm -rf bodies
	mkdir bodies
	for path; do asked+=(-o "bodies/$((n += 1))" "$URL/api/$path"); done
	curl -s --max-time 20 -w '%{http_code} %{content_type}\n' "${asked[@]}" >heads
}

# must_all CODE TYPE PATH…: each of them is answered like that.
must_all() {
	all "${@:3}"
	[[ $(wc -l <heads) == "$(($# - 2))" ]] || { cat heads; return 1; }
	! grep -nvx "$1 $2" heads || { printf '%s\n' "${@:3}" | cat -n; return 1; }
}

# result N OP TARGET [OBJECT]: a line of results that was done, keys of OBJECT over it.
result() {
	jq -nc --argjson n "$1" --arg op "$2" --arg target "$3" --arg row "$(id "$1")" \
		--arg page "$(id "$((1000 + $1))")" --argjson more "${4:-"{}"}" '
		{kind: "result", n: $n, op: $op, target: $target, row_id: $row, page_id: $page,
			reason: "changed", status: "done"} + $more'
}

# run_of ID [OBJECT]: the run's folder, with results from stdin and such a record.
run_of() {
	mkdir -p "logs/runs/$1"
	{ echo '{"kind":"head","stream":"results","v":1}' && cat && echo '{"kind":"end","complete":true}'; } \
		>"logs/runs/$1/results.ndjson"
	summary 60 "$(over "{\"run_id\":\"$1\"}" "${2-}")" >"logs/runs/$1/run.json"
}

@test "each document is what report prints" {
	local state n
	for state in attention ok; do
		rm -rf logs
		cp -r "$FIXTURES/report/$state" logs
		start_server
		must_all 200 application/json activity 'activity?side=notion&kind=create&limit=1' \
			'activity?text=STRASSE%20f%C3%BCr' pending conflicts runs runs/last "records/$(id 1 | tr -d -)"
		n=0
		while read -ra options; do
			n=$((n + 1))
			"$BIN/report" "${options[@]//_/ }" --json 2>/dev/null | cmp "bodies/$n" - ||
				{ echo "${options[@]}"; return 1; }
		done <<-TEXT
			--activity
			--activity --side notion --kind create --limit 1
			--activity --text straße_FÜR
			--pending
			--conflicts
			--runs
			--run last
			--record $(id 1)
		TEXT
		stop_server
	done
	# What they say, where all of it is: of ok, the last.
	must_pass "$BIN/report" --activity --kind conflict --json
	must_hold '.[0] | .total == 1 and .next == null and .activity[0].title == "Adopt PostgreSQL"
		and .activity[0].conflict.winner == "notion"
		and .activity[0].fields == [{name: "type", was: "UX", now: "Ops"}]'
	must_pass "$BIN/report" --runs --json
	must_hold '.[0].runs | length == 8 and (map(.run_id) == (map(.run_id) | sort | reverse))
		and any(.can_undo) and any(.can_undo | not)'
	must_pass "$BIN/report" --record "$(id 1)" --json
	must_hold '.[0] | .paired_at == "2026-11-25T18:00:03Z" and .waits == null
		and (.entries | map(.op) == ["create", "update", "link"])'
	rm -rf logs
	cp -r "$FIXTURES/report/attention" logs
	must_pass "$BIN/report" --run 20261125T194500Z-105 --json
	must_hold '.[0] | .complete and (.results | map(.status) | unique == ["failed", "skipped", "unknown"])'
	must_fail 1 "$BIN/report" --pending --json
	must_hold '.[0] | .plan_run_id == "20261125T194500Z-105" and (.pending | map({(.kind): .acts[0]}) | add)
		== {failed: "sync", unclear: "sync", conflict: "resolve", poison: "full", orphan: "restore-orphans"}
		and any(.pending[]; .conflict.fields == [{name: "decision", supabase: "left", notion: "right"}])
		and any(.pending[]; .kind == "conflict" and (.seen | test("^[0-9a-f]{16}$")))
		and all(.pending[]; .kind == "conflict" or .seen == null)
		and any(.pending[]; .kind == "failed" and .title == "Straße für alle"
			and .fields == [{name: "decision", was: "Straße für alle", now: "Straße für viele"}])'
}

@test "wrong parameters are 400, unknown ids 404, and other methods 405" {
	cp -r "$FIXTURES/report/ok" logs
	start_server
	must_all 400 'text/plain; charset=utf-8' activity?limit=0 activity?limit=501 activity?limit= activity?side=base \
		'activity?kind=<b>' activity?after=x%0Ay activity?text=%FF activity?sort=at 'activity?side=notion&side=notion' \
		'activity?a&b&c&d&e&f&g&h&i' "activity?text=$(printf 'x%.0s' {1..1001})" pending?side=notion \
		runs?limit=1 runs/20261125 runs/ records/1 records/ "records/$(id 1)x" runs/last?x
	[[ $(cat bodies/* | wc -l) == 19 ]]
	must_all 404 'text/plain; charset=utf-8' '' x activit activity/ activity/1 pending/ plan/ \
		runs/20261125T000000Z-1 "records/$(id 99)" plan
	must_get 405 /api/activity -X POST -d '{}'
	must_get 405 "/api/records/$(id 1)" -X DELETE
	must_get 200 /api/activity --head
	[[ ! -s body || $body == HTTP/* ]]
	stop_server
	rm -rf logs
	start_server
	must_get 200 /api/activity
	must_hold '.[0] == {v: 1, activity: [], next: null, total: 0, left_out: 0}' body
	must_get 200 /api/runs
	must_get 404 /api/runs/last
	stop_server
	mkdir logs
	mkfifo logs/runs
	start_server
	must_get 503 /api/activity
}

# first_of FILE: the documents that the page in it brings along.
first_of() {
	sed -n '/ type="application\/json">/,/<\/script>/ { s/.* type="application\/json">//; s/<\/script>.*//; p }' "$1" | jq -c .
}

# Everything in it is somebody's text.
hostile() {
	jq -nc '"<script>alert(1)</script>\u202e\u001b[31m\n\t\"\\\u2028&amp;'"'"'/etc/passwd" as $t
		| {decision: $t, type: ($t * 3), date: null} as $d
		| {set: $d, was: ($d + {type: null}), agreed: $d, why: null, reason: ("cannot read /srv/vault/x" + $t),
			conflict: {fields: ["decision", $t], winner: "notion", lost: $d, supabase_at: $t, notion_at: $t}}'
}

@test "hostile texts are data, long ones are cut, and no path is told" {
	{
		result 1 update supabase "$(hostile)"
		result 2 create notion |
			jq -c '("ä" * 200000) as $t | . + {set: {decision: $t, type: $t}, was: {type: $t}, agreed: {decision: $t}}'
		result 3 update notion '{"status": "failed", "error": {"code": "x", "http": 0, "message": "in /srv/vault/state/y"}}'
		printf '{"kind":"result","n":4,"op":"create","target":"notion","set":{"type":"a\\u0000\\ud800"},"status":"done"}\n'
		printf '\377\0\n{"kind":"result",\n'
		printf '%s' "$(result 5 trash notion)" # cut
	} | run_of 20261125T193500Z-7 '{"message": "apply: cannot write /srv/vault/logs/sync.log", "status": "attention"}'
	cp logs/runs/*/run.json logs/last_run.json
	hostile | jq -c '. + {run_id: "20261101T000000Z-1", row_id: "'"$(id 1)"'", page_id: "'"$(id 1001)"'", winner: "notion",
		fields: ["type"], lost: {type: "x/y"}}' >logs/conflicts.ndjson
	start_server
	must_all 200 application/json activity pending conflicts runs runs/last "records/$(id 1)" "records/$(id 2)" \
		'activity?text=%3Cscript%3EALERT'
	cat bodies/* >body
	[[ $(wc -l <body) == 8 ]]
	! LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f]' body || { echo "control characters"; return 1; }
	must_hold 'length == 8 and ([.. | strings | utf8bytelength] | max <= 4020)
		and ([.. | objects | .message, .reason | strings] | all(contains("/srv/") | not))' body
	must_hold '.[0].total == 1' bodies/8
	# The page brings the same along.
	must_get 200 /
	first_of body >first
	must_hold '.[0] | keys == ["activity", "conflicts", "pending", "status"] and (.activity.activity[2].title | startswith("<script>"))' first
	diff <(jq '.activity, .pending, .conflicts' first) <(jq . bodies/{1,2,3})
	[[ $(grep -c '<script' body) == 2 && $(grep -c '</script' body) == 2 ]]
	must_hold '.[0].activity | map(.n) == [4, 2, 1] and .[0].fields == [{name: "type", now: "(unreadable)"}]
		and (.[1].title | endswith("… [cut]")) and (.[2].title | startswith("<script>"))
		and (.[2].title | endswith("/etc/passwd")) and (.[2].reason | startswith("cannot read …/x<script>"))' bodies/1
	must_hold '.[0].pending[0].reason == "x: in …/y"' bodies/2
	must_hold '.[0] | .message == "apply: cannot write …/sync.log" and (.results | length == 4)' bodies/5
	# report has all of it, and shows none of it to a terminal as it is.
	must_pass "$BIN/report" --activity --json
	must_hold '.[0].activity[1].title | utf8bytelength == 400000'
	must_pass "$BIN/report" --activity
	! LC_ALL=C grep -q $'[\x01-\x09\x0b-\x1f]' <<<"$output" || seen "a control character"
	((${#output} < 2000))
}

# many CHANGES RUN…: so many in each of these runs.
many() {
	(cd logs/runs && mkdir -p "${@:2}" && awk -v n="$1" 'BEGIN {
		for (r = 1; r < ARGC; r++) {
			out = ARGV[r] "/results.ndjson"
			for (i = 1; i <= n; i++) printf "{\"kind\":\"result\",\"n\":%d,\"op\":\"update\",\"target\":\"notion\",\"row_id\":\"%08x-0000-4000-8000-%012x\",\"page_id\":\"%08x-1111-4000-8000-%012x\",\"set\":{\"type\":\"Policy\"},\"was\":{\"type\":\"Ops\"},\"agreed\":{\"decision\":\"Keep the interface of module %d as it is, and write down why\",\"type\":\"Policy\",\"date\":\"2026-01-02\"},\"expect\":{\"row\":{\"decision\":\"Keep the interface of module %d as it is, and write down why\",\"type\":\"Ops\",\"date\":\"2026-01-02\",\"link\":\"00000000-0000-4000-8000-000000000000\"}},\"reason\":\"Supabase changed\",\"status\":\"done\"}\n", i, r, i, r, i, i, i >out
			print "{\"kind\":\"end\",\"complete\":true}" >out
			close(out)
			out = ARGV[r] "/run.json"
			printf "{\"run_id\":\"%s\",\"status\":\"ok\",\"ops\":{\"update\":{\"notion\":{\"done\":%d}}}}\n", ARGV[r], n >out
			close(out)
		} }' "${@:2}")
}

# within MS PATH [MORE]: answered in that time, the best of three.
within() {
	local n took best=999999
	for n in 1 2 3; do
		took=$(curl -s -o body -w '%{time_total}' "$URL$2${3+&n=$n}" | awk '{printf "%d", $1 * 1000}')
		((took >= best)) || best=$took
	done
	((best < $1)) || [[ $BIN == *asan* ]] || { echo "$2: $best ms"; return 1; }
}

resident() {
	awk '/VmHWM/ {print $2}' "/proc/$SERVER/status"
}

@test "two thousand changes in fifty runs, and sixty thousand in one: fast, and in little memory" {
	local before
	mkdir -p logs/runs
	many 40 20261125T1800{00..49}Z-7
	start_server
	before=$(resident)
	within 50 '/api/activity?limit=500'
	must_hold '.[0] | .total == 2000 and .left_out == 0 and (.activity | length == 500)' body
	within 50 '/api/activity?text=module+39'
	must_hold '.[0] | .total == 50 and .next == null' body
	within 50 "/api/records/00000019-0000-4000-8000-000000000007"
	must_hold '.[0].entries | length == 1' body
	# One more run, with more than all of them.
	rm -r logs/runs/20261125T180000Z-7
	many 60000 20261125T190000Z-7
	stop_server
	start_server
	must_get 200 /api/activity
	must_hold '.[0] | .activity[0].n == 60000 and .total == 2000 and .left_out == 58000 + 49 * 40' body
	must_get 200 /api/runs/last
	must_hold '.[0] | .complete and (.results | length) + .left_out == 60000' body
	must_get 404 "/api/records/$(id 99)"
	within 50 /api/activity
	(($(resident) - before < 24576)) || [[ $BIN == *asan* ]] || { echo "$(resident) kB"; return 1; }
}

@test "long answers, asked for in forty ways at once, take no more memory" {
	local n before text
	text=$(jq -nc '{agreed: {decision: ("x<" * 2500)}, set: {type: ("y" * 5000)}, was: {type: ("z" * 5000)}}')
	for n in {1..450}; do echo "${n}"; done | jq -c --argjson more "$text" '{kind: "result", n: ., op: "update",
		target: "notion", status: "done"} + $more' | run_of 20261125T193500Z-7
	start_server
	must_get 200 '/api/activity?limit=500'
	(($(wc -c <body) <= 1048576 + 100))
	must_hold '.[0] | .next != null and (.activity | length > 50) and .total + .left_out == 450' body
	before=$(resident)
	for n in {1..40}; do echo "url = \"$URL/api/activity?limit=$((n + 100))&text=x\""; echo 'output = /dev/null'; done >asked
	curl -s --parallel --parallel-max 20 -K asked -w '%{http_code}\n' | sort | uniq -c >codes
	must_get 200 '/api/activity?limit=100'
	(($(resident) - before < 24576)) || [[ $BIN == *asan* ]] || { echo "$before kB, $(resident) kB"; cat codes; return 1; }
	# Readers that never end keep no monitor from what is true now.
	must_get 200 /health
	# shellcheck disable=SC2016 # for that shell
	bash -c 'for ((n = 0; n < 24; n++)); do
			exec {fd}<>"/dev/tcp/127.0.0.1/$1" && printf "GET /api/activity?limit=%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" $((n + 300)) >&$fd
			sleep 0.05
		done; exec sleep 60' - "${URL##*:}" >/dev/null 2>&1 3>&- &
	local reader=$!
	for ((n = 0; n < 100; n++)); do
		get '/api/activity?limit=7'
		[[ $code != 503 ]] || break
		sleep 0.1
	done
	[[ $code == 503 ]] || { echo "nothing is held"; return 1; }
	must_get 200 /
	[[ $(first_of body) == '{}' ]]
	# They keep nobody else from anything; and what is old is not given for new.
	get '/api/activity?limit=8' --interface 127.0.0.2
	[[ $code == 200 || $code == 000 ]] || { echo "$code: $body"; return 1; }
	must_get 200 /status.json --interface 127.0.0.2
	sleep 5.1
	must_get 503 /status.json
	must_get 200 /status.json --interface 127.0.0.2
	summary 0 '{"run_id":"20261125T194500Z-8","status":"failed","exit_code":77}' >logs/last_run.json
	sleep 1.1
	get /health
	kill "$reader"
	[[ $code == 503 && $($JQ -r .condition body) == failing ]] || { echo "$code $body"; return 1; }
}

# with_plan: the page's dry run gives a plan that a guard blocks.
with_plan() {
	export SYNC_CONTROL_TOKEN=a-token-of-this-test
	mkdir scripts
	printf '#!/bin/sh\ncat "%s/plan"\nexit 3\n' "$T" >scripts/sync-now.sh
	cp scripts/sync-now.sh scripts/controls.sh
	chmod +x scripts/*.sh
	printf '%s\n' '{"kind":"head","stream":"plan","v":1,"plan_id":"'"$(id 1)"'","blocked":["mass-delete"],"guards":{"mass-delete":"6 of 7, in /srv/vault/x"},"counted":[{"guard":"mass-delete","op":"trash","target":"notion"}]}' \
		'{"kind":"op","n":1,"op":"trash","target":"notion","row_id":"'"$(id 2)"'","expect":{"row":{"decision":"<b>"}}}' \
		'{"kind":"op","n":2,"op":"skip","target":"none","code":"held","would":{"op":"update","target":"supabase"},"set":{"type":"a"},"was":{"type":"b"}}' \
		'{"kind":"end","count":2,"complete":true}' >plan
}

# new_plan [CURL-OPTION…]: asks for a dry run; its plan is in body, its number in id
new_plan() {
	local tries
	must_get 202 /control/dry-run -X POST -H "Authorization: Bearer $SYNC_CONTROL_TOKEN" "$@"
	id=$(jq .id body)
	for ((tries = 0; tries < 50; tries++)); do
		get /api/plan
		[[ $code != 200 || $(jq .id body) != "$id" ]] || return 0
		sleep 0.1
	done
}

@test "answers follow what they are made of: a run under way, what people decide, a dry run" {
	result 1 create notion | run_of 20261125T193500Z-7
	with_plan
	start_server --scripts "$T/scripts"
	must_get 200 /api/activity
	must_hold '.[0].total == 1' body
	mkdir logs/runs/20261125T194500Z-8
	result 2 create notion >logs/runs/20261125T194500Z-8/results.ndjson
	echo '{"kind":"approved","op":"trash","target":"notion","row_id":"'"$(id 7)"'","seen":{"row":{"decision":"Seven"}}}' \
		>state/approved.ndjson
	printf '{"kind":"head","stream":"base","v":1}\n{"kind":"pair","row_id":"%s","page_id":"%s","row_is":%s,"page_is":%s,"checksum":null}\n' \
		"$(id 8)" "$(id 1008)" '{"decision":"Eight","type":null,"date":null,"deleted":false}'{,} >state/base.ndjson
	mkdir state/resolve
	echo '{"kind":"resolve","row_id":"'"$(id 8)"'","page_id":"'"$(id 1008)"'","take":"notion","fields":{"type":{"supabase":"Ops","notion":"UX"}}}' \
		>state/resolve/a.json
	sleep 1.1
	must_get 200 /api/activity
	must_hold '.[0] | .total == 2 and .activity[0].at == "2026-11-25T19:45:00Z"' body
	must_get 200 /api/pending
	must_hold '.[0].pending | map([.kind, .title, .op, .fields]) == [["decided", "Eight", null, [{name: "type", now: "UX"}]],
		["approved", "Seven", "trash", []]]' body
	result 3 trash notion >>logs/runs/20261125T194500Z-8/results.ndjson
	rm state/approved.ndjson
	must_get 404 /api/plan
	local id n
	for n in 1 2; do
		new_plan -H 'Content-Type: application/json' -d '{}'
		must_hold ".[0] | .v == 1 and .id == $id"' and .kind == "dry-run" and .run_id == null and .exit_code == 3
			and (.cut | not) and .blocked == [{guard: "mass-delete", reason: "6 of 7, in …/x", op: "trash", target: "notion"}]
			and (.results | map(.status) == ["planned", "planned"] and .[0].title == "<b>"
			and .[1].would == {op: "update", target: "supabase"} and .[1].fields == [{name: "type", was: "b", now: "a"}])' body
	done
	# Of a long one, all is counted: it is carried out as a whole.
	jq -nc '{kind: "head", stream: "plan", v: 1, plan_id: "3f0c1d2e-0000-4000-8000-0000000000aa"},
		(range(1300) | {kind: "op", op: "trash", target: "notion"}, {kind: "op", op: "link", target: "supabase"}),
		{kind: "op", op: "skip", target: "none"}, {kind: "op", op: "adopt", target: "base"}, {kind: "end", complete: true}' >plan
	new_plan
	must_hold '.[0] | .total == {trash: {notion: 1300}, link: {supabase: 1300}} and (.results | length) == 2000
		and .left_out == 602 and .complete and (.cut | not)' body
	mkdir "logs/runs/$(date -u -d '+2 seconds' +%Y%m%dT%H%M%SZ)-9"
	sleep 1.1
	must_get 404 /api/plan
	must_get 200 /api/activity
	must_hold '.[0].total == 3' body
	must_get 200 /api/runs/20261125T194500Z-8
	must_hold '.[0] | .status == "open" and (.results | length == 2) and (.complete | not)' body
	must_get 200 /api/pending
	must_hold '.[0].pending | length == 1' body
}
