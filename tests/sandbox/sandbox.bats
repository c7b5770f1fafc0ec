#!/usr/bin/env bats
# The sandbox as a program, and its control interface.

load ../helper
load http

setup() {
	common_setup
	start_sandbox
}

X=11111111-1111-4111-8111-111111111111

@test "help, version, wrong usage" {
	must_pass "$BIN/sandbox" --help
	[[ $output == usage:* && $output == *--until-eof* ]]
	must_pass "$BIN/sandbox" --version
	must_fail $RC_USAGE "$BIN/sandbox" --nothing
	must_fail $RC_USAGE "$BIN/sandbox" --port 70000
	must_fail $RC_USAGE "$BIN/sandbox" operand
}

@test "a port in use, a file that is not a database, a full output" {
	must_fail $RC_LOCAL "$BIN/sandbox" --port "${SANDBOX##*:}"
	must_say "can't listen on 127.0.0.1:${SANDBOX##*:}"
	printf 'this is a letter, not a database, and it is long enough' >letter
	must_fail $RC_LOCAL "$BIN/sandbox" --data letter
	must_say '^sandbox: letter: '
	must_fail $RC_LOCAL "$BIN/sandbox" --data /nonexistent/x
	must_fail $RC_LOCAL pipe "'$BIN/sandbox' --until-eof </dev/null >/dev/full"
}

@test "it ends on TERM and at the end of input, with 0" {
	kill -TERM "$SANDBOX_PID"
	wait "$SANDBOX_PID"
	must_pass timeout 10 "$BIN/sandbox" --until-eof </dev/null
	[[ $output == http://127.0.0.1:* ]]
}

@test "it ends although an answer is held back" {
	fault '{"match":{"api":"notion"},"silence_ms":600000}'
	curl -s -o /dev/null -H 'Authorization: Bearer ntn_sandbox' \
		"$SANDBOX/v1/users/me" 3>&- &
	while [[ -z $(control GET log) ]]; do sleep 0.05; done
	kill -TERM "$SANDBOX_PID"
	wait "$SANDBOX_PID"
	wait $! || true
}

@test "data, switches and ids outlast the program" {
	local first
	stop_sandboxes
	start_sandbox --data vault.db
	config '{"extra_columns":["status"],"max_rows":7}'
	add_row '{"decision":"a","status":"x"}'
	add_page '{"decision":"b","type":"New"}'
	first=$(control GET dump)
	stop_sandboxes
	start_sandbox --data vault.db
	[[ $(control GET dump) == "$first" ]]
	[[ $(control GET config | $JQ .max_rows) == 7 ]]
	must_fail $RC_LOCAL "$BIN/sandbox" --data vault.db --until-eof </dev/null
	must_say 'vault.db: database is locked'
}

@test "keys come from the environment, and appear in no log" {
	stop_sandboxes
	SANDBOX_SUPABASE_KEY=sb_secret_mine SANDBOX_NOTION_KEY=ntn_mine \
		start_sandbox
	KEY=sb_secret_mine sb GET $TABLE
	must_answer 200
	KEY=ntn_mine notion GET /v1/users/me
	must_answer 200
	notion GET /v1/users/me
	must_answer 401
	request GET "$TABLE?apikey=sb_secret_mine&limit=1"
	must_answer 200
	output=$(control GET log)
	[[ $output != *mine* && $output != *ntn_sandbox* ]]
	must_hold 'map(.headers.authorization) ==
			["absent", "ok", "bad", "absent"]
		and .[3].query == "apikey=ok&limit=1"
		and .[0].headers.apikey == "ok"'
}

@test "it listens on the loopback only, and knows no other path" {
	[[ $SANDBOX == http://127.0.0.1:* ]]
	request GET /elsewhere
	must_answer 404 '.error != null'
	request GET /control/nothing
	must_answer 404
	request PUT /control/config
	must_answer 405
}

@test "info leads to everything" {
	control GET info >info
	output=$(<info)
	must_hold '.[0] | .keys.notion == "ntn_sandbox"
		and .database_id == .ids.database
		and (.keys.supabase_service_role_jwt | split(".") | length) == 3'
}

@test "a seed refuses lines, not the rest" {
	output=$(control POST seed '{"side":"supabase","decision":"a"}
{"side":"supabase","decision":"a\u0000b"}
{"side":"supabase","date":"2026-02-30"}
{"side":"supabase","nothing":1}

{"side":"notion","decision":"b","type":["x","y"],"date":{"start":"2026-01-01","end":"2026-01-02"},"checksum":"c","synced":true,"created_by":"bot","created_at":"2026-01-01T00:00:30Z"}
{"side":"notion","type":"a,b"}
{"side":"notion","decision":"\ud800"}
{"side":"elsewhere"}
not json')
	must_hold '.[0] | .accepted == 2 and (.ids | length) == 9
		and [.refused[].line] == [2, 3, 4, 7, 8, 9, 10]
		and [.refused[].code] == ["22P05", "22008", "PGRST204",
			"validation_error", "validation_error", "invalid_json",
			"invalid_json"]'
	output=$(control GET dump)
	must_hold 'map(select(.side == "notion"))[0]
		| .decision == "b" and .type == ["x", "y"] and .synced
		and .date.end == "2026-01-02" and .state == "home"
		and .created_time == "2026-01-01T00:00:00.000Z"
		and .created_by == "b0000000-0000-4000-8000-000000000001"'
}

@test "the register of decisions in one seed" {
	jq -c '{side: ("supabase", "notion"), decision, type, date}' \
		"$FIXTURES/peps.ndjson" >seed
	output=$(control POST seed @seed)
	must_hold ".[0] | .accepted == $(wc -l <seed) and .refused == []"
	output=$(control GET dump)
	must_hold "length == $(wc -l <seed)"
}

@test "people edit rows" {
	local id
	id=$(control POST edit '{"side":"supabase","set":{"decision":"a"}}' |
		$JQ -r .id)
	control POST clock '{"now":"2027-01-01T00:00:00Z","freeze":true}'
	control POST edit "{\"side\":\"supabase\",\"id\":\"$id\",\"set\":{\"type\":\"t\"}}"
	output=$(control GET dump)
	must_hold '.[0] | .type == "t"
		and .updated_at == "2027-01-01T00:00:00+00:00"'
	control POST clock '{"advance":60}'
	control POST edit "{\"side\":\"supabase\",\"id\":\"$id\",\"touch\":false,\"action\":\"soft-delete\"}"
	output=$(control GET dump)
	must_hold '.[0] | .deleted_at == "2027-01-01T00:01:00+00:00"
		and .updated_at == "2027-01-01T00:00:00+00:00"'
	control POST edit "{\"side\":\"supabase\",\"id\":\"$id\",\"action\":\"undelete\"}"
	output=$(control GET dump)
	must_hold '.[0].deleted_at == null'
	control POST edit "{\"side\":\"supabase\",\"id\":\"$id\",\"action\":\"delete\"}"
	[[ -z $(control GET dump) ]]
}

@test "people edit pages" {
	local id copy
	id=$(control POST edit '{"side":"notion","set":{"decision":"a",
		"checksum":"c"}}' | $JQ -r .id)
	control POST edit "{\"side\":\"notion\",\"id\":\"$id\",\"set\":{\"type\":[\"Ops\",\"UX\"],\"date\":\"2026-01-02\"}}"
	copy=$(control POST edit "{\"side\":\"notion\",\"id\":\"$id\",\"action\":\"duplicate\"}" | $JQ -r .id)
	[[ $copy != "$id" ]]
	output=$(control GET dump)
	must_hold 'length == 2 and all(.decision == "a" and .checksum == "c"
		and .type == ["Ops", "UX"] and .date.start == "2026-01-02")'
	control POST edit "{\"side\":\"notion\",\"id\":\"$id\",\"action\":\"trash\"}"
	output=$(control GET dump)
	must_hold "map(select(.in_trash).id) == [\"$id\"]"
}

@test "control reports what it can't do" {
	local path body
	while read -r path body; do
		request POST "/control/$path" "$body"
		must_answer 400 '.error | length > 5'
	done <<-'EOF'
		config {"nothing":1}
		config {"max_rows":-1}
		config {"soft_delete":1}
		config {"extra_columns":["Bad Name"]}
		config {"missing_columns":["id"]}
		config [1
		clock {"now":"soon"}
		clock {}
		faults {"nothing":1}
		faults {"drop":"sometimes"}
		faults {"match":{"path":"("}}
		faults {"status":7}
		edit {"side":"nowhere"}
		edit {"side":"notion","id":"x"}
		edit {"side":"notion","nothing":1}
		edit {"side":"supabase","set":{"date":"x"}}
	EOF
}

@test "faults by status, with the API's own bodies" {
	fault '{"match":{"api":"notion"},"status":429,"retry_after":7}'
	notion GET /v1/users/me
	must_answer 429 '.code == "rate_limited" and
		.additional_data.retry_after == "7" and .request_id != null'
	must_head Retry-After 7
	notion GET /v1/users/me
	must_answer 200
	fault '{"match":{"api":"supabase"},"status":503,"retry_after":1}'
	sb GET $TABLE
	must_answer 503 '.code == "PGRST000"'
	fault '{"match":{"api":"supabase"},"status":500,"code":"57014",
		"message":"too slow"}'
	sb GET $TABLE
	must_answer 500 '.code == "57014" and .message == "too slow"'
	fault '{"status":502}'
	notion GET /v1/users/me
	must_answer 502
	header content-type
	[[ $HEADER == text/html* ]]
	fault '{"status":401,"body":""}'
	sb GET $TABLE
	must_answer 401
	[[ -z $BODY ]]
}

@test "faults wait for their request" {
	fault '{"match":{"method":"POST","path":"/v1/pages","nth":2},"status":500,
		"times":2}'
	create '{}'
	must_answer 200
	notion GET /v1/users/me
	must_answer 200
	create '{}'
	must_answer 500 '.code == "internal_server_error"'
	create '{}'
	must_answer 500
	create '{}'
	must_answer 200
	output=$(control GET faults)
	must_hold '.[0][0] | .seen == 4 and .hits == 2 and .left == 0'
	fault "{\"match\":{\"request\":$(($(control GET log | wc -l) + 2))},\"status\":409}"
	create '{}'
	must_answer 200
	create '{}'
	must_answer 409 '.code == "conflict_error"'
	fault '{"status":500,"times":-1}'
	create '{}'
	must_answer 500
	control DELETE faults
	create '{}'
	must_answer 200
}

@test "dropped before and after the commit" {
	fault '{"match":{"method":"POST"},"drop":"before"}'
	sb POST $TABLE '{"decision":"before"}'
	[[ $STATUS == curl* ]]
	fault '{"match":{"method":"POST"},"drop":"after"}'
	sb POST $TABLE '{"decision":"after"}'
	[[ $STATUS == curl* ]]
	sb GET "$TABLE?select=decision"
	must_answer 200 '. == [{"decision":"after"}]'
	output=$(control GET log)
	must_hold 'map(.status) == [0, 0, 200] and .[1].fault.drop == "after"'
}

@test "an error after the commit names what was created" {
	fault '{"match":{"path":"/v1/pages"},"status":503,"commit":true}'
	create '{"title":{"title":[{"text":{"content":"a"}}]}}'
	must_answer 503 '.code == "service_unavailable"'
	local id
	id=$($JQ -r .additional_data.committed_resource_id <<<"$BODY")
	notion GET "/v1/pages/$id"
	must_answer 200
	fault '{"match":{"path":"/v1/pages"},"status":504,"commit":true}'
	notion PATCH "/v1/pages/$id" '{"in_trash":true}'
	must_answer 504
	notion GET "/v1/pages/$id"
	must_answer 200 .in_trash
}

@test "a body that is cut, and one that is not JSON" {
	fault '{"cut":10}'
	asked_by_curl GET /v1/users/me '' -H 'Authorization: Bearer ntn_sandbox' -H 'Notion-Version: 2026-03-11'
	[[ $STATUS == 'curl 18' ]]
	[[ ${#BODY} == 10 ]]
	fault '{"garbage":true}'
	notion GET /v1/users/me
	[[ $STATUS == 200 ]]
	# jq's own code for it differs from version to version.
	catch jq . <<<"$BODY"
	[[ $status != 0 ]] || seen "it is JSON"
	must_say "parse error"
}

@test "a delayed answer makes nobody else wait" {
	local from
	fault '{"match":{"method":"POST"},"silence_ms":3000}'
	curl -s -o late --max-time 1 -H 'apikey: sb_secret_sandbox' \
		-H 'Content-Type: application/json' -d '{"decision":"a"}' \
		"$SANDBOX$TABLE" 3>&- &
	while [[ -z $(control GET log) ]]; do sleep 0.05; done
	from=$SECONDS
	sb GET "$TABLE?select=decision"
	must_answer 200 '. == [{"decision":"a"}]'
	((SECONDS - from < 2))
	[[ ! -s late ]]
	wait $! || true
	fault '{"delay_ms":300}'
	from=${EPOCHREALTIME/./}
	sb GET $TABLE
	must_answer 200
	((${EPOCHREALTIME/./} - from >= 300000))
}

@test "a person edits between two requests" {
	add_row "{\"id\":\"$X\",\"decision\":\"a\",\"checksum\":\"c\"}"
	fault "{\"match\":{\"method\":\"PATCH\"},\"edit\":{\"side\":\"supabase\",
		\"id\":\"$X\",\"set\":{\"decision\":\"theirs\"}}}"
	sb PATCH "$TABLE?id=eq.$X&decision=eq.a" '{"decision":"ours"}' \
		return=representation
	must_answer 200 '. == []'
	sb GET "$TABLE?select=decision"
	must_answer 200 '. == [{"decision":"theirs"}]'
}

@test "the log and the counts" {
	sb POST "$TABLE?select=id" '{"decision":"a"}'
	query '{"page_size":1}'
	notion PATCH "/v1/pages/$X" '{"in_trash":true}'
	output=$(control GET log)
	must_hold 'map([.n, .api, .method, .status]) == [
		[1, "supabase", "POST", 201], [2, "notion", "POST", 200],
		[3, "notion", "PATCH", 404]]
		and .[0].query == "select=id" and .[0].body == {decision: "a"}
		and .[1].headers["notion-version"] == "2026-03-11"'
	output=$(control GET count)
	must_hold '.[0] == {requests: {supabase: {POST: 1},
		notion: {POST: 1, PATCH: 1}}, writes: 1}'
	control DELETE log
	[[ -z $(control GET log) ]]
	control DELETE count
	output=$(control GET count)
	must_hold '.[0] == {requests: {}, writes: 0}'
}

# raw TEXT: sends the bytes and prints what comes back.
raw() {
	timeout 5 bash -c 'exec 4<>"/dev/tcp/127.0.0.1/$1"
		printf "$2" >&4; timeout 2 cat <&4' _ "${SANDBOX##*:}" "$1" ||
		true
}

@test "malformed requests do no harm" {
	local path
	raw 'nonsense\r\n\r\n' >/dev/null
	raw 'GET /v1/users/me HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n' \
		>/dev/null
	raw 'POST /rest/v1/decision_vault HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n' >/dev/null
	raw "GET /$(head -c 200000 /dev/zero | tr '\0' a) HTTP/1.1\r\n\r\n" \
		>/dev/null
	for path in '/v1/%00' '/v1/pages/%ff' '/rest/v1/%2e%2e' '/v1//' '/v1' \
		'/control' '/rest/v1/decision_vault?%00=1' '/v1/pages/%25%25' \
		'/rest/v1/decision_vault?select=(((((' '/control/%00' \
		'/rest/v1/decision_vault?or=(((((((((((((((((((((((((((((((((((' \
		"/rest/v1/decision_vault?type=like.$(printf '%%25a%.0s' {1..30})"; do
		KEY=sb_secret_sandbox sb GET "$path"
		[[ $STATUS =~ ^[1-5][0-9][0-9]$ ]] ||
			{ echo "$path: $STATUS"; false; }
	done
	sb POST $TABLE "$(head -c 5000 /dev/zero | tr '\0' '[')"
	must_answer 400 '.code == "PGRST102"'
	kill -0 "$SANDBOX_PID"
	sb GET $TABLE
	must_answer 200
}
