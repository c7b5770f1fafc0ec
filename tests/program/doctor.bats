#!/usr/bin/env bats
# doctor: what is wrong with the set-up; and the wrong set-ups themselves.

load ../helper

WRONG=$ROOT/tests/cases/setup/wrong.ndjson

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_BACKOFF_MS=1 SYNC_RETRIES=0 SYNC_NOTION_RPM=10000
}

# notion METHOD PATH [BODY]: its answer is in $REPLY.
notion() {
	ask "${SANDBOX##*:}" "$1" "/v1/$2" "${3-}" "Authorization: Bearer ntn_sandbox" \
		"Notion-Version: 2026-03-11" "Content-Type: application/json" || return
	[[ $HEAD == "HTTP/1."?" 2"* ]] || { printf '%s\n' "$HEAD" "$REPLY"; return 1; }
}

records() {
	"$BIN/sb-fetch" >sb && "$BIN/notion-fetch" >nt &&
		"$BIN/normalize" sb nt
}

# A record that is in step, an edit of it in Supabase, and one new record on
# each side: $T/plan writes all four ways. The sandbox's data are made once.
healthy() {
	local made=$BATS_FILE_TMPDIR/healthy.sqlite
	[[ -e $made ]] || make_healthy "$made"
	cp "$made" data.sqlite
	start_sandbox --data "$T/data.sqlite"
	records >two
	"$BIN/plan" two >plan
	control GET dump >/dev/null
	[[ $REPLY =~ '{"side":"notion","id":"'([^\"]+) ]]
	PAGE=${BASH_REMATCH[1]}
	control GET config >/dev/null
	CONFIG=$REPLY
}

make_healthy() {
	start_sandbox --data "$T/new.sqlite"
	control POST seed '{"side":"supabase","decision":"A","type":"Ops","date":"2026-01-02"}' >/dev/null
	records >one
	"$BIN/plan" one >first
	"$BIN/apply" --base "$T/first.base" first >/dev/null
	control GET dump >/dev/null
	[[ $REPLY =~ '{"side":"supabase","id":"'([^\"]+) ]]
	control POST edit '{"side":"supabase","id":"'"${BASH_REMATCH[1]}"'","set":{"decision":"A, later"}}' >/dev/null
	control POST seed '{"side":"supabase","decision":"B","type":"Ops","date":"2026-01-02"}' >/dev/null
	control POST seed '{"side":"notion","decision":"C","type":"Ops","date":"2026-01-02"}' >/dev/null
	stop_sandboxes
	[[ ! -e new.sqlite-wal ]]
	mv new.sqlite "$1"
	rm first.base*
}

@test "the plan for the wrong set-ups writes all four ways" {
	healthy
	must_hold '[.[] | select(.kind == "op") | "\(.op) \(.target)"] | unique
		| contains(["create notion", "create supabase",
			"update notion"])' plan
}

# The sandbox as it was, except for the requests to Notion's API.
reset() {
	[[ -z $faults ]] || control DELETE faults >/dev/null
	[[ -z $config ]] || control POST config "$CONFIG" >/dev/null
	[[ ! -e $T/state && ! -e $T/logs && ! -e $T/wrong.env ]] || rm -rf "$T/state" "$T/logs" "$T/wrong.env"
}

# fill TEXT: sets $FILLED, the text with the ids of this sandbox.
fill() {
	FILLED=${1//'{anon_jwt}'/$ANON}
	FILLED=${FILLED//'{database}'/$NOTION_DATABASE_ID}
	FILLED=${FILLED//'{data_source}'/$SOURCE}
	FILLED=${FILLED//'{page}'/$PAGE}
	FILLED=${FILLED//'{sandbox}'/$SANDBOX}
}

# Each case as shell that sets a variable for each of its members, empty where it
# lacks it, and a record separator: a jq for each member would take most of the time.
in_shell() {
	jq -r "select($1)"' | def lines: map(tojson) | join("\n");
		"name=\(.name | @sh) check=\(.check | @sh) mark=\(.mark // "bad" | @sh)
		code=\(.exit // 78) says=\(.says | @sh) same=\(.same != false)
		programs=\(.programs // [] | join(" ") | @sh)
		config=\(.config // "" | if . == "" then . else tojson end | @sh)
		clock=\(.clock // "" | if . == "" then . else tojson end | @sh)
		faults=\(.faults // [] | lines | @sh) base=\(.base // "" | @sh)
		approved=\(.approved // "" | @sh)
		envfile=\(.envfile // [] | join("\n") | @sh) mode=\(.mode // "600")
		notion=\(.notion // [] | map([.[0], .[1], (.[2] | tojson)] | join("\t"))
			| join("\n") | @sh)
		env=\(.env // {} | to_entries | map(if .value == null then "unset \(.key)"
			else "export \(.key)=\(.value | @sh)" end) | join("\n") | @sh)\u001e"' "$WRONG"
}

# Does to the sandbox and the environment what the case says.
break_it() {
	local line method path body
	[[ -z $config ]] || control POST config "$config" >/dev/null || return
	while IFS= read -r line; do
		[[ -z $line ]] || control POST faults "$line" >/dev/null || return
	done <<<"$faults"
	while IFS=$'\t' read -r method path body; do
		[[ -z $method ]] || notion "$method" "$path" "$body" || return
	done <<<"$notion"
	[[ -z $clock ]] || control POST clock "$clock" >/dev/null || return
	if [[ $envfile ]]; then
		printf '%s\n' "$envfile" >wrong.env
		chmod "$mode" wrong.env
		export SYNC_ENV_FILE=$T/wrong.env
	fi
	if [[ $base ]]; then
		mkdir -p state
		printf '%s\n' "$base" >state/base.ndjson
	fi
	if [[ $approved ]]; then
		mkdir -p state
		printf '%s\n' "$approved" >state/approved.ndjson
	fi
	eval "$env"
}

program() {
	case $1 in
	apply) "$BIN/apply" plan ;;
	plan) "$BIN/plan" --base "$T/state/base.ndjson" --approved "$T/state/approved.ndjson" two ;;
	*) "$BIN/$1" ;;
	esac
}

HARMLESS+='program '

# finding CHECK MARK: $text is what doctor --json said of it; "" where it did not.
finding() {
	local rest=${output#*"{\"check\":\"$1\",\"mark\":\"$2\","} line=$'\n'
	text=''
	[[ $rest != "$output" && $rest =~ ^(\"exit\":[0-9]+,)?\"text\":\"(([^\"\\]|\\.)*)\"\} ]] || return 0
	text=${BASH_REMATCH[2]}
	[[ $text != *'\u'* ]] || { echo "a character that this test can't read"; return 1; }
	text=${text//\\\\/$'\x01'}
	text=${text//\\\"/\"}
	text=${text//\\n/$line}
	text=${text//$'\x01'/\\}
}

# One case: doctor's finding, each program's words, and nothing written.
one_case() {
	local text p before
	break_it || { echo "the case can't be set up"; return 1; }
	control GET dump >/dev/null
	before=$REPLY
	must_fail "$code" "$BIN/doctor" --json || return
	finding "$check" "$mark"
	[[ $text == *"$says"* ]] || { seen "doctor says: $text"; return 1; }
	# How long a connection was tried is not part of our text.
	[[ ! $text =~ \ after\ [0-9]+\ ms ]] || text=${text/"${BASH_REMATCH[0]}"/}
	for p in $programs; do
		must_fail "$code" program "$p" || return
		[[ ! $stderr =~ \ after\ [0-9]+\ ms ]] || stderr=${stderr/"${BASH_REMATCH[0]}"/}
		[[ $stderr == *"$says"* ]] || { seen "$p"; return 1; }
		[[ $same == false ]] ||
			[[ $stderr == *"$p: $text" ]] || [[ $stderr == *"$p: $text"$'\n'* ]] ||
			{ seen "doctor's words are others: $text"; return 1; }
	done
	control GET dump >/dev/null
	[[ $REPLY == "$before" ]] || { echo "something was written"; return 1; }
}

# cases FILTER: all of them that jq's filter takes.
cases() {
	local case failed=0 n=0
	local name check mark code says same programs config clock faults base approved envfile mode notion env
	healthy
	control GET info >/dev/null
	[[ $REPLY =~ \"supabase_anon_jwt\":\"([^\"]+)\" ]]
	ANON=${BASH_REMATCH[1]}
	[[ $REPLY =~ \"data_source\":\"([^\"]+)\" ]]
	SOURCE=${BASH_REMATCH[1]}
	in_shell "$1" >cases
	while IFS= read -r -d $'\x1e' case; do
		fill "$case"
		eval "$FILLED"
		n=$((n + 1))
		(one_case) >out 2>&1 || {
			printf '%s:\n' "$name"
			sed 's/^/    /' out
			failed=$((failed + 1))
		}
		if [[ $notion || $clock ]]; then
			stop_sandboxes
			rm -rf state logs
			healthy
		else
			reset
		fi
	done <cases
	echo "$n cases, $failed failed"
	((n > 0 && failed == 0))
}

@test "wrong settings" {
	cases '.env and (.check | test("^[A-Z]|^settings$"))'
}

@test "wrong .env files" {
	cases '.check == "env-file"'
}

@test "wrong in Supabase" {
	cases '.check | IN("supabase", "supabase-key", "table", "columns",
		"column-types", "grants")'
}

@test "wrong in Notion" {
	cases '.check | IN("notion", "notion-key", "read", "database",
		"insert", "update", "properties")'
}

@test "wrong on this machine" {
	cases '.check | IN("folders", "clock", "base", "approved")'
}

@test "a file in the state folder that is another user's is bad, with the way out" {
	local as=()
	mkdir state logs && : >state/approved.ndjson
	cp "$BIN/doctor" .
	chmod 711 "$BATS_RUN_TMPDIR" "${T%/*}" "$T"
	if [[ $EUID == 0 ]]; then
		as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
		chmod 600 state/approved.ndjson
		chown 65534 state logs empty.env
	else
		chmod 0 state/approved.ndjson
	fi
	must_fail $RC_LOCAL "${as[@]}" ./doctor --only folders
	[[ $output == *"state/approved.ndjson is not this user's to read and write"*"sudo chown -R "* ]] || seen "the finding"
	rm -f state/approved.ndjson
	must_pass "${as[@]}" ./doctor --only folders
}

@test "every case is run by one of the tests, and there are forty at least" {
	run jq -s '[.[] | .check | select(test("^[A-Z]") or IN("settings",
		"env-file", "supabase", "supabase-key", "table", "columns",
		"column-types", "grants", "notion", "notion-key", "read",
		"database", "insert", "update", "properties", "folders",
		"clock", "base", "approved") | not)] == [] and length >= 40
		and (map(.name) | unique | length) == length' "$WRONG"
	[[ $output == true ]]
}

@test "all is well: one line per check, and the scheduler's first run is still to come" {
	start_sandbox
	must_fail $RC_ATTENTION "$BIN/doctor"
	[[ $output == *"no run yet"*" ok, 1 warn, 0 bad, 1 skipped" ]] || seen "lines"
	mkdir logs
	jq -nc '{ended_at:(now | todate)}' >logs/last_run.json
	must_pass "$BIN/doctor" --json
	must_hold '.[0] | .exit == 0 and .bad == 0 and .warn == 0
		and (.checks | length) == .ok + .skipped
		and [.checks[] | select(.mark == "skipped") | .check] == ["triggers", "scheduler"]'
	jq -nc '{ended_at:(now - 3000 | todate)}' >logs/last_run.json
	must_fail $RC_ATTENTION "$BIN/doctor" --only scheduler
	[[ $output == *"whether the scheduler is running"* ]] || seen "late"
}

# schedule NEXT FAILURES: what schedule.sh publishes; NEXT in seconds from now.
schedule() {
	jq -nc --argjson next "$1" --argjson failures "$2" '{v:1, failures:$failures,
		interval_seconds:900, next_at:($next | if . then now + . | todate else . end)}' \
		>logs/schedule.json
}

@test "a schedule is recognized by its lock; a run by hand is not one" {
	start_sandbox
	mkdir state logs
	jq -nc '{ended_at:(now | todate)}' >logs/last_run.json
	# Left by one that was killed.
	schedule 60 0
	: >state/schedule.lock
	must_pass "$BIN/doctor" --json --only scheduler
	must_hold '.[0].checks[0] | .mark == "skipped"
		and (.text | contains("no scripts/schedule.sh is running here"))'
	hold schedule
	must_pass "$BIN/doctor" --json --only scheduler
	must_hold '.[0].checks[0] | .mark == "ok" and (.text | contains("is due at 2"))'
	schedule null 0
	must_pass "$BIN/doctor" --json --only scheduler
	must_hold '.[0].checks[0] | .mark == "ok" and (.text | contains("a run is under way"))'
	schedule 60 3
	must_fail $RC_ATTENTION "$BIN/doctor" --only scheduler
	[[ $output == *"its runs fail, 3 in a row so far: see bin/report"* ]] || seen "failures"
	schedule -120 0
	must_fail $RC_ATTENTION "$BIN/doctor" --only scheduler
	[[ $output == *"hasn't begun: start it again"* ]] || seen "it hangs"
	let_go
}

@test "nothing is written, on neither side and in no file but the count" {
	start_sandbox
	control POST seed '{"side":"supabase","decision":"A"}' >/dev/null
	before=$(control GET dump)
	must_fail $RC_ATTENTION "$BIN/doctor"
	[[ $(control GET dump) == "$before" ]]
	[[ ! -e state && ! -e logs ]]
}

@test "optional things that are missing cause no warning" {
	start_sandbox
	control POST config '{"soft_delete":false}' >/dev/null
	notion PATCH data_sources/d5000000-0000-4000-8000-000000000001 \
		'{"properties":{"Checksum":null,"Synced":null}}'
	must_pass "$BIN/doctor" --json -o soft-delete,properties,link-index
	must_hold '.[0].checks | all(.mark == "ok")
		and (map(.text) | join(" ") | contains("no column deleted_at")
			and contains("Checksum missing, but optional")
			and contains("no unique index"))'
	control POST config '{"unique_page_id":true}' >/dev/null
	must_pass "$BIN/doctor" -o link-index
	[[ $output == *"is unique"* ]] || seen "index"
}

@test "a run under way is recognized by its process, and not disturbed" {
	start_sandbox
	must_pass "$BIN/doctor" -o lock
	[[ $output == *"no run is under way"* ]] || seen "no lock"
	mkdir state
	hold sync
	must_pass "$BIN/doctor" -o lock
	[[ $output == *"a run is under way, process "* ]] || seen "holder"
	pid=$(sed -nE 's/.*process ([0-9]+);.*/\1/p' <<<"$output")
	[[ $pid == "$HOLDER" ]] || seen "process $pid"
	let_go
}

@test "what a trigger of the table does is known from the base" {
	start_sandbox
	control POST seed '{"side":"supabase","decision":"A"}' >/dev/null
	control POST config '{"reset_synced":true}' >/dev/null
	records >one
	"$BIN/plan" one >first
	"$BIN/apply" first >/dev/null || true
	must_fail $RC_ATTENTION "$BIN/doctor" -o triggers
	[[ $output == *"notion_synced of 1"* ]] || seen "trigger"
}

@test "--only checks what a check needs, and shows that where it is bad" {
	start_sandbox
	SUPABASE_URL=x must_fail $RC_CONFIG "$BIN/doctor" --json --only columns
	must_hold '.[0].checks | map(.check + " " + .mark)
		== ["SUPABASE_URL bad", "columns skipped"]'
	NOTION_API_KEY='' must_pass "$BIN/doctor" --json --only columns
	must_hold '.[0].checks | map(.check) == ["columns"]'
}

@test "a token is tried before there is a database" {
	start_sandbox
	NOTION_DATABASE_ID='' must_pass "$BIN/doctor" --json --only notion-key
	must_hold '.[0].checks | map(.check + " " + .mark) == ["notion-key ok"]'
	NOTION_DATABASE_ID='' NOTION_API_KEY=ntn_wrong \
		must_fail $RC_CREDENTIALS "$BIN/doctor" --only notion-key
	NOTION_DATABASE_ID=none must_fail $RC_CONFIG "$BIN/doctor" --json --only read
	must_hold '.[0].checks | map(.check + " " + .mark)
		== ["NOTION_DATABASE_ID bad", "read skipped"]'
}

@test "no key in any output" {
	start_sandbox
	export SUPABASE_SERVICE_ROLE_KEY=sb_secret_other NOTION_API_KEY=ntn_other
	must_fail $RC_CREDENTIALS "$BIN/doctor" -vv
	[[ $output$stderr != *sb_secret_other* && $output$stderr != *ntn_other* ]]
}

@test "options, help, version, full disk" {
	must_pass "$BIN/doctor" --help
	must_pass "$BIN/doctor" --version
	must_pass "$BIN/doctor" --list
	[[ $(wc -l <<<"$output") == 30 ]] || seen "names"
	must_fail $RC_USAGE "$BIN/doctor" --only nonsense
	must_fail $RC_USAGE "$BIN/doctor" operand
	must_fail $RC_LOCAL pipe "'$BIN/doctor' --list >/dev/full"
	must_fail $RC_LOCAL pipe "'$BIN/doctor' >/dev/full"
}

@test "whose Notion token it is, and whether it ends" {
	start_sandbox
	must_pass "$BIN/doctor" --json -o notion-key
	must_hold '.[0].checks[0] | .mark == "ok" and (.text | contains("of the internal connection")
		and contains("doesn'"'"'t expire"))'
	control POST config '{"personal_token":true}' >/dev/null
	must_fail $RC_ATTENTION "$BIN/doctor" --json -o notion-key
	must_hold '.[0].checks[0] | .mark == "warn" and (.text | contains("a personal access token of ")
		and contains("7 days to a year"))'
	control POST config '{"personal_token":false}' >/dev/null
	control POST faults '{"match":{"api":"notion","path":"/users/me"},"status":200,"times":-1,
		"content_type":"application/json",
		"body":"{\"object\":\"user\",\"id\":\"0b000000-0000-4000-8000-00000000000b\",\"name\":\"Sync\\u001b[2J\",\"type\":\"bot\",\"bot\":{\"owner\":{\"type\":\"user\",\"user\":{\"object\":\"user\",\"id\":\"0c000000-0000-4000-8000-00000000000c\"}}}}"}' >/dev/null
	must_pass "$BIN/doctor" -o notion-key
	[[ $output == *"of the public connection Sync"*"withdraws it"* ]] || seen "public"
	[[ $output != *$'\e'* ]] || seen "an escape reaches the terminal"
}

# PostgREST says what is missing in hint and details: it is shown.
@test "what PostgREST adds to an error is shown" {
	start_sandbox
	control POST config '{"no_grant":true}' >/dev/null
	must_fail $RC_CONFIG "$BIN/doctor" -o grants
	[[ $output == *"GRANT SELECT ON public.decision_vault TO service_role"* ]] || seen "the grant"
	control POST config '{"no_grant":false}' >/dev/null
	SUPABASE_SCHEMA=hidden must_fail $RC_CONFIG "$BIN/doctor" -o supabase
	[[ $output == *"Only the following schemas are exposed: public"* ]] || seen "the schemas"
}

@test "another schema, and a URL with what is often copied with it" {
	start_sandbox
	control POST config '{"in_schema_api":true}' >/dev/null
	must_fail $RC_CONFIG "$BIN/doctor" -o supabase
	export SUPABASE_SCHEMA=api SUPABASE_URL=$SUPABASE_URL/rest/v1/
	must_pass "$BIN/doctor" -o supabase,table,columns,grants,column-types
	[[ $output == *"api\".decision_vault exists"* ]] || seen "the table's name"
	control GET log | $JQ -e -s '[.[] | select(.api == "supabase")][-3:]
		| all(.headers["accept-profile"] == "api" and .headers["content-profile"] == "api")' >/dev/null
	records >one
	$JQ -e -s '.[0].scope | tostring | test("/api.decision_vault")' sb >/dev/null || seen "the scope"
}

@test "plain http to a host of a private network" {
	start_sandbox
	export SUPABASE_URL=http://127.1:${SANDBOX##*:}
	must_fail $RC_CONFIG "$BIN/doctor" -o supabase
	[[ $output == *"set SYNC_ALLOW_HTTP=1"* ]] || seen "the way out"
	SYNC_ALLOW_HTTP=1 must_pass "$BIN/doctor" -o supabase,tls
	[[ $output == *"none: SYNC_ALLOW_HTTP allows it"* ]] || seen "tls"
}
