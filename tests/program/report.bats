#!/usr/bin/env bats
# report: what it says of every state that the log folder can be in. The
# fixtures' last run ended at 19:45, and the time is 20:00 unless a test sets
# another. Each was left by sync-now.sh.

load ../helper

setup() {
	common_setup
	export SYNC_NOW=2026-11-25T20:00:00Z
	REPORT=$BIN/report
}

# logs STATE: a copy of that fixture is the log folder.
logs() {
	cp -r "$FIXTURES/report/$1" "$T/logs"
	LAST=$T/logs/last_run.json
	SUCCESS=$T/logs/last_success.json
}

# say_line PATTERN: a line of the last output matches the regex.
say_line() {
	has_line "$1" || seen "expected a line: $1"
}

say_no_line() {
	if has_line "$1"; then seen "unexpected: $1"; fi
}

has_line() {
	local line
	while IFS= read -r line; do
		[[ ! $line =~ $1 ]] || return 0
	done <<<"$output"
	return 1
}

# edit FILE FILTER: jq's filter over a JSON file, in place.
edit() {
	jq -c "$2" "$1" >"$1.edited"
	mv "$1.edited" "$1"
}

# judged CONDITION LEVEL CODE: what --json and --health say.
judged() {
	must_pass "$REPORT" --json
	must_hold ".[0] | .condition == \"$1\" and .level == \"$2\""
	catch "$REPORT" --health
	[[ $status -eq $3 ]] || seen "expected exit $3"
	[[ ${#lines[@]} -eq 1 ]] || seen 'expected one line'
	say_line "^SYNC $2 - "
}

# --- the contract of every program -------------------------------------------

@test "help names every option, and version the program" {
	must_pass "$REPORT" --help
	local option
	for option in json brief health metrics activity side kind text limit \
		record run runs paths pending \
		conflicts resolve take field quiet \
		verbose help version; do
		say_line "^ .*--$option"
	done
	must_pass "$REPORT" --version
	say_line '^report [0-9]+\.[0-9]+\.[0-9]+ \(.*\)$'
}

@test "wrong usage ends with 2" {
	must_fail "$RC_USAGE" "$REPORT" --no-such
	must_fail "$RC_USAGE" "$REPORT" operand
	must_fail "$RC_USAGE" "$REPORT" --record
	must_fail "$RC_USAGE" "$REPORT" --json --brief
	must_say 'only one kind of report'
	must_fail "$RC_USAGE" "$REPORT" --runs --activity --json
	must_fail "$RC_USAGE" "$REPORT" --side notion
	must_say 'belong to --activity'
	must_fail "$RC_USAGE" "$REPORT" --activity --limit 501
	must_say '--limit: 501 is not a number from 1 to 500'
	must_fail "$RC_USAGE" "$REPORT" --activity --kind link
	must_say '--kind: link is not a kind of change'
	must_fail "$RC_USAGE" "$REPORT" --record 'not an id'
	must_say 'is not a row or page id'
	must_fail "$RC_USAGE" "$REPORT" --run ../../etc
	must_say 'report --runs'
}

@test "an unwritable standard output is 74, whatever is asked for" {
	logs ok
	local option
	for option in --json --brief --health --metrics --runs --paths --shell --help \
		"--run=last" "--record=$(id 1)" --quiet; do
		must_fail "$RC_LOCAL" pipe "\"$REPORT\" $option >/dev/full"
	done
}

@test "a wrong setting is 78, and UNKNOWN to a monitor" {
	SYNC_INTERVAL=often must_fail "$RC_CONFIG" "$REPORT"
	must_say 'SYNC_INTERVAL'
	SYNC_NOW=noon must_fail "$RC_CONFIG" "$REPORT"
	must_say 'SYNC_NOW'
	SYNC_INTERVAL=often must_fail 3 "$REPORT" --health
	say_line '^SYNC UNKNOWN - SYNC_INTERVAL'
}

@test "SYNC_INTERVAL is read in seconds, minutes, hours and days" {
	local pair
	for pair in 15m=900 900=900 30s=30 1h=3600 1d=86400 31d=2678400; do
		SYNC_INTERVAL=${pair%=*} must_pass "$REPORT" --paths
		must_hold ".[0].interval_seconds == ${pair#*=}"
	done
	local wrong
	for wrong in 0 0m -5 5x 15mm m 1.5h 32d 99999999999 ' 5m' '5 m'; do
		SYNC_INTERVAL=$wrong must_fail "$RC_CONFIG" "$REPORT" --paths
	done
}

@test "paths are those of the settings" {
	must_pass "$REPORT" --paths
	must_hold '.[0] | .state == "state" and .logs == "logs" and
		.interval_seconds == 900 and (.version | test("^[0-9.]+$"))'
	SYNC_STATE_DIR=/s SYNC_LOG_DIR=$'l "\n' must_pass "$REPORT" --paths
	must_hold '.[0] | .state == "/s" and .logs == "l \"\n"'
}

@test "a shell evals the same settings, whatever is in them" {
	local state logs interval_seconds notion_rpm ping_url notify_cmd hold settle_seconds version
	SYNC_STATE_DIR=$'s \'\n$(exit) \\' SYNC_LOG_DIR='`l`"' SYNC_HOLD=trash must_pass "$REPORT" --shell
	eval "$output"
	[ "$state" = $'s \'\n$(exit) \\' ]
	[ "$logs" = '`l`"' ]
	[ "$interval_seconds $notion_rpm $ping_url$notify_cmd$settle_seconds" = '900 180 0' ]
	SYNC_HOLD=trash must_pass "$REPORT" --paths
	must_hold "$(printf '.[0] | .hold == %s and .version == "%s" and (keys | length) == 9' "$hold" "$version")"
	[ "$("$REPORT" --shell | sed -n 's/=.*//p' | wc -l)" = 9 ]
	SYNC_INTERVAL=0 must_fail "$RC_CONFIG" "$REPORT" --shell
	[ -z "$output" ]
}

@test "it links no libcurl" {
	must_pass readelf -d "$REPORT"
	say_no_line 'libcurl'
}

# --- the states ----------------------------------------------------------------

@test "never ran" {
	judged never-ran UNKNOWN 3
	must_pass "$REPORT"
	say_line '^never ran$'
	say_line '^ +scripts/sync-now.sh --dry-run$'
	must_pass "$REPORT" --brief
	say_line '^never ran$'
	must_pass "$REPORT" --runs
	must_pass "$REPORT" --metrics
	say_no_line '^vaultsync_last_'
	[[ ! -e $T/logs ]] || seen 'it made a folder'
	mkdir -p "$T/logs/runs/20261125T195900Z-7"
	judged never-ran UNKNOWN 3
	say_line 'the first run goes on or was killed'
}

@test "ok" {
	logs ok
	judged healthy OK 0
	must_pass "$REPORT"
	say_line '^healthy, last success 14 minutes ago$'
	say_line '^Do next +Nothing\.$'
	say_line '^Success +2026-11-25 19:45:02 UTC, 14 minutes ago$'
	say_line '^Last run +2026-11-25 19:45:02 UTC, .* ok, took 2\.1 s'
	say_line '^Waiting +nothing$'
	say_line '^Records +Supabase 3 live; Notion 3 live; 3 pairs$'
	say_line '^Trend +\+\.\+x!\.i\.  the last 8: 2 ok with changes'
	say_no_line $'\033'
	must_pass "$REPORT" --brief
	[[ $output == 'done: no changes; 0 conflicts; 6 requests, 1.5 s waited' ]] ||
		seen 'expected one line'
}

@test "attention: pending records are listed with id, code and reason" {
	logs attention
	judged attention WARNING 1
	must_pass "$REPORT"
	say_line '^needs attention, last success 14 minutes ago$'
	say_line "^ +bin/report --record $(id 2)$"
	say_line '^Waiting +1 failed, 1 unclear, 1 conflict, 1 poison, 1 orphan$'
	say_line "^  failed +row $(id 2)  update in Notion: validation_error, HTTP 400: "
	say_line "^  unclear +row $(id 6)  create in Notion: timeout: no answer"
	say_line "^  poison +row $(id 4)  a comma in the type$"
	say_line "^  orphan +row $(id 5)  the page is gone$"
	say_line '^  updated +- +- +1$'
	say_line '^Records +Supabase 6 live; Notion 5 live, 1 deleted, 1 moved; 4 pairs$'
	# No decision's text, and nothing that drives the terminal.
	say_no_line 'Straße|red|left|right'
	say_no_line $'\033'
	must_pass "$REPORT" --json
	must_hold '.[0] | .waiting.counts == {failed:1, unclear:1, conflict:1,
		poison:1, orphan:1} and (.waiting.records | length) == 5 and
		.waiting.records[0].error.http == 400 and
		(.waiting.records[2] | .kind == "conflict" and .conflict.fields == ["decision"]
			and .conflict.supabase.decision == "left"
			and .conflict.notion.decision == "right") and
		([.waiting.records[] | select(.conflict)] | length) == 1 and
		.next.command == "bin/report --record '"$(id 2)"'"'
	must_pass "$REPORT" --brief
	say_line '^done, but something needs attention: .*; 2 not done; 0 conflicts; '
}

@test "blocked: by which guard, since when, and how to proceed" {
	logs blocked
	judged blocked CRITICAL 2
	must_pass "$REPORT"
	say_line '^blocked by mass-delete since 2026-11-25 19:30:03 UTC \(29 minutes\)$'
	say_line '^ +scripts/sync-now.sh --allow mass-delete$'
	say_line '^Guard +mass-delete: 6 of 7 live pages in Notion would be deleted$'
	must_pass "$REPORT" --brief
	say_line '^blocked by mass-delete: '
	say_line 'scripts/sync-now.sh --allow mass-delete$'
	edit "$LAST" '.blocked = [{guard:"scope", message:"x"}, "a;b", 7]'
	must_pass "$REPORT" --json
	must_hold '.[0].next.command == "scripts/sync-now.sh --allow scope"'
	# Not yet stopped: a person has time until two intervals are missed.
	SYNC_NOW=2026-11-25T19:50:00Z SYNC_INTERVAL=1h judged blocked WARNING 1
}

@test "failed: since the first in a row, with the message and the way out" {
	logs failed
	judged failing CRITICAL 2
	must_pass "$REPORT"
	say_line '^failing since 2026-11-25 19:15:00 UTC \(45 minutes\)$'
	say_line '^Do next +The Notion key was refused: put a valid NOTION_API_KEY'
	say_line '^Stopped in +notion-fetch$'
	say_line '^Message +notion-fetch: Notion refused the key'
	say_line '^ +notion-fetch: put a valid NOTION_API_KEY into .env$'
	say_line '^Success +2026-11-25 19:00:03 UTC, 59 minutes ago$'
	must_pass "$REPORT" --brief
	((${#lines[@]} == 3)) || seen 'expected three lines'
}

@test "failed: a temporary failure warns until two intervals are missed" {
	logs failed
	edit "$LAST" '.exit_code = 75'
	SYNC_INTERVAL=1h judged failing WARNING 1
	judged failing CRITICAL 2
	# What no later run can fix is critical at once.
	local code
	for code in 2 70 77 78; do
		edit "$LAST" ".exit_code = $code"
		SYNC_INTERVAL=1h judged failing CRITICAL 2
	done
	rm "$SUCCESS" "$T"/logs/runs/*-101/run.json
	edit "$LAST" '.exit_code = 75'
	SYNC_INTERVAL=1h judged failing CRITICAL 2
}

@test "failed: every exit code has its own way out" {
	logs failed
	local code
	for code in 2 65 70 74 75 77 78 126; do
		edit "$LAST" ".exit_code = $code"
		must_pass "$REPORT" --json
		must_hold '.[0].next | (.text | length) > 20 and
			(.command | test("^(scripts/sync-now.sh|bin/report)"))'
		((code != 65)) || must_hold '.[0].next.text | test("do as the message says")'
		$JQ -r .next.text <<<"$output" >>"$T/texts"
	done
	[[ $(sort -u "$T/texts" | wc -l) -eq 8 ]] || {
		cat "$T/texts"
		return 1
	}
}

@test "interrupted" {
	logs interrupted
	judged interrupted WARNING 1
	must_pass "$REPORT"
	say_line '^interrupted since 2026-11-25 19:45:03 UTC'
	say_line '^ +scripts/sync-now.sh$'
	must_pass "$REPORT" --brief
	say_line '^interrupted: 1 linked in Supabase; '
}

@test "late at one missed interval, stopped at two" {
	logs ok
	# The last success ended at 19:45:02; a minute more is granted.
	SYNC_NOW=2026-11-25T20:01:02Z judged healthy OK 0
	SYNC_NOW=2026-11-25T20:01:03Z judged late WARNING 1
	SYNC_NOW=2026-11-25T20:16:02Z judged late WARNING 1
	SYNC_NOW=2026-11-25T20:16:03Z judged stopped CRITICAL 2
	export SYNC_NOW=2026-11-28T20:00:00Z
	must_pass "$REPORT"
	say_line '^stopped since 2026-11-25 20:00:02 UTC, last success 3 days ago$'
	say_line '^ +scripts/sync-now.sh$'
	SYNC_INTERVAL=7d judged healthy OK 0
	# Of a short interval a tenth is granted.
	SYNC_NOW=2026-11-25T19:45:35Z SYNC_INTERVAL=30s judged healthy OK 0
	SYNC_NOW=2026-11-25T19:45:36Z SYNC_INTERVAL=30s judged late WARNING 1
}

@test "while a schedule goes on, its own interval is the one that counts" {
	logs ok
	export SYNC_NOW=2026-11-25T20:35:00Z
	echo '{"v":1,"next_at":"2026-11-25T21:45:00Z","interval_seconds":7200,"failures":0}' >logs/schedule.json
	# That of a schedule which was killed counts no more.
	judged stopped CRITICAL 2
	hold schedule
	judged healthy OK 0
	must_hold '.[0].interval_seconds == 7200' <("$REPORT" --json)
	must_hold '.[0].interval_seconds == 900' <("$REPORT" --paths)
	SYNC_NOW=2026-11-25T21:50:00Z judged late WARNING 1
	edit logs/schedule.json '.interval_seconds = 0'
	judged stopped CRITICAL 2
	let_go
}

@test "a run that began in time and is still under way is not late" {
	logs ok
	mkdir "$T/logs/runs/20261125T200000Z-109"
	export SYNC_NOW=2026-11-25T20:10:00Z
	judged healthy OK 0
	must_pass "$REPORT"
	say_line '^Open run +began 2026-11-25 20:00:00 UTC, 10 minutes ago: it is still under way, or was killed'
	SYNC_NOW=2026-11-25T20:20:00Z judged stopped CRITICAL 2
	mv "$T"/logs/runs/20261125T20{0000,0900}Z-109
	judged late WARNING 1
}

@test "from the future: no age is made up" {
	logs future
	judged future UNKNOWN 3
	must_pass "$REPORT"
	say_line '^unknown, a run ended in the future, at 2027-11-25 19:45:02 UTC$'
	say_line '^ +date -u$'
	# A clock may be a little wrong.
	SYNC_NOW=2027-11-25T19:44:10Z judged healthy OK 0
}

# --- damage ----------------------------------------------------------------------

@test "a damaged last_run.json is replaced by the record of the newest run" {
	logs failed
	printf '{"v":1,' >"$LAST"
	judged failing CRITICAL 2
	must_pass "$REPORT"
	say_line '^Last run +2026-11-25 19:45:00 UTC'
	say_line '^Damaged +logs/last_run.json: byte [0-9]+: '
}

@test "a damaged last_run.json does not hide last_success.json" {
	logs ok
	rm -r "$T/logs/runs"
	: >"$LAST"
	judged healthy WARNING 1
	say_line 'but the record of a run is damaged'
	must_pass "$REPORT"
	say_line '^healthy, last success 14 minutes ago$'
	say_line '^Last run +unknown$'
	say_line '^Damaged +logs/last_run.json: empty$'
	must_pass "$REPORT" --brief
	say_line '^healthy'
}

@test "without the summaries the runs are used, and without the runs the summaries" {
	logs ok
	rm "$LAST" "$SUCCESS"
	judged healthy OK 0
	rm -r "$T/logs"
	logs attention
	rm -r "$T/logs/runs"
	judged attention WARNING 1
	must_pass "$REPORT"
	say_line '^Waiting +2 failed, .*1 poison.*, no details are kept$'
	say_line '^ +scripts/sync-now.sh$'
}

@test "where nothing is known, damage is 65" {
	mkdir "$T/logs"
	printf 'x' >"$T/logs/last_run.json"
	must_fail "$RC_STREAM" "$REPORT"
	say_line '^unknown, no record of a run can be read$'
	say_line '^Damaged +logs/last_run.json: byte 1: '
	say_line '^ +scripts/sync-now.sh$'
	must_fail "$RC_STREAM" "$REPORT" --brief
	must_fail "$RC_STREAM" "$REPORT" --json
	must_hold '.[0].condition == "damaged"'
	must_fail 3 "$REPORT" --health
	printf '{"v":2,"status":"ok"}' >"$T/logs/last_run.json"
	must_fail "$RC_STREAM" "$REPORT"
	say_line 'has format 2, written by a later vaultsync, and this is vaultsync'
	printf '{"v":1,"status":"fine"}' >"$T/logs/last_run.json"
	must_fail "$RC_STREAM" "$REPORT"
}

@test "a log folder that is not a folder is 74, with the way out" {
	: >"$T/logs"
	must_fail "$RC_LOCAL" "$REPORT"
	must_say 'SYNC_LOG_DIR'
	must_fail 3 "$REPORT" --health
	say_line '^SYNC UNKNOWN - logs/runs: '
}

@test "a record cut anywhere is reported as damaged, or not at all" {
	logs blocked
	rm -r "$T/logs/runs" "$SUCCESS"
	local whole n
	whole=$(<"$LAST")
	for ((n = 0; n < ${#whole}; n += 83)); do
		printf '%s' "${whole:0:n}" >"$LAST"
		must_fail "$RC_STREAM" "$REPORT" --json
		must_hold '.[0].condition == "damaged"'
	done
}

@test "values of a wrong type are never a crash" {
	logs attention
	local line code option=--quiet
	# Each key of the record in turn holds each of these.
	jq -c '. as $whole | keys - ["v", "status"] | .[] as $key
		| (null, [1, ["x"]], "x", -1,
			{create:[1], notion:[1], supabase:[1], a:{b:-1}})
		| . as $value | $whole | .[$key] = $value' "$LAST" >"$T/wrong"
	[[ $(wc -l <"$T/wrong") -gt 80 ]] || seen 'too few'
	while IFS= read -r line; do
		printf '%s' "$line" >"$LAST"
		code=0
		"$REPORT" $option >"$T/out" 2>&1 || code=$?
		((code == 0)) || {
			printf 'exit %s of %s with %s\n' "$code" "$option" "$line"
			cat "$T/out"
			return 1
		}
		case $option in
		--quiet) option=--metrics ;;
		--metrics) option=--json ;;
		*) option=--quiet ;;
		esac
	done <"$T/wrong"
}

@test "only a status is enough of a record" {
	mkdir "$T/logs"
	printf '{"status":"ok"}' >"$T/logs/last_run.json"
	judged stopped CRITICAL 2
	printf '{"status":"failed"}' >"$T/logs/last_run.json"
	judged failing CRITICAL 2
	must_pass "$REPORT"
	must_pass "$REPORT" --brief
	must_pass "$REPORT" --metrics
}

@test "results that are cut show what comes before the cut" {
	logs attention
	local results
	results=$(echo "$T"/logs/runs/*-105/results.ndjson)
	head -n 4 "$results" >"$results.cut"
	printf '{"kind":"resu' >>"$results.cut"
	mv "$results.cut" "$results"
	must_pass "$REPORT"
	say_line '^Waiting +1 failed, 1 poison$'
	say_line '^Damaged +logs/runs/.*/results.ndjson:5: '
	must_pass "$REPORT" --run last
	say_line 'a comma in the type'
	say_line '^cut off here: '
	# A folder in the place of a file.
	rm "$results"
	mkdir "$results"
	must_pass "$REPORT"
	say_line '^Damaged +logs/runs/.*not a file'
}

# --- the other forms ---------------------------------------------------------------

# waiting N MEMBERS: the last run of `logs attention` left out N records, each
# with these members, where . is its number.
waiting() {
	logs attention
	jq -nc --argjson n "$1" '{kind:"head",stream:"results",v:1},
		(range($n) | {kind:"result", n:(. + 1), op:"skip", target:"none",
			status:"skipped", row_id:"r\(.)", reason:"x"} + '"$2"'),
		{kind:"end",count:$n,complete:true}' >"$(echo "$T"/logs/runs/*-105/results.ndjson)"
}

@test "twenty pending records are listed, the others counted" {
	waiting 1500 '{code:"poison"}'
	must_pass "$REPORT"
	[[ $(grep -c '^  poison' <<<"$output") -eq 20 ]] || seen 'expected 20'
	say_line '^  and 1,480 more: bin/report --run 20261125T194500Z-105$'
	must_pass "$REPORT" --json
	must_hold '.[0].waiting | .counts.poison == 1500 and
		(.records | length) == 1000 and .left_out == 500'
}

@test "what can be approved is counted, whatever of it is listed" {
	waiting 1250 '{code:"held", would:{op:"trash", target:"notion"}}'
	must_fail 1 "$REPORT" --pending --json
	must_hold '.[0] | .totals == {held: {"trash:notion": 1250}} and (.pending | length) == 1000 and .left_out == 250'
}

@test "what a person has to see to is listed before what goes on by itself, however late it comes" {
	local results
	waiting 1500 '{code:"settling"}'
	results=$(echo "$T"/logs/runs/*-105/results.ndjson)
	sed -i '$d' "$results"
	jq -nc '{kind:"result",n:1501,op:"skip",target:"none",status:"skipped",row_id:"3f0c1d2e-0000-4000-8000-0000000000aa",
		page_id:"77ab90c4-0000-4000-8000-0000000000bb",code:"conflict",reason:"both",conflict:{fields:["type"],
		supabase:{type:("left" * 2500)},notion:{type:"right"}}},
		{kind:"result",n:1502,op:"skip",target:"none",status:"skipped",row_id:"r",code:"strange",reason:"x"},
		{kind:"result",n:1503,op:"skip",target:"none",status:"skipped",row_id:"r",code:"waits",reason:"x"},
		{kind:"end",count:1503,complete:true}' >>"$results"
	must_fail 1 "$REPORT" --pending --json
	must_hold '.[0] | .left_out == 503 and (.pending | length == 1000 and .[0].kind == "conflict"
		and .[0].conflict.fields[0].notion == "right" and any(.kind == "strange") and any(.kind == "waits"))'
	must_pass "$REPORT"
	say_line 'scripts/controls.sh resolve --list$'
	# Nor do long lines of the one leave the other without its values.
	waiting 999 '{code:"settling", would:{op:"update",target:"notion"}, set:{decision:("long" * 1000)}}'
	sed -i '$d' "$results"
	jq -nc '{kind:"result",n:1000,op:"skip",target:"none",status:"skipped",row_id:"r",code:"held",reason:"x",
		would:{op:"update",target:"notion"},set:{decision:"what it would be"}},{kind:"end",count:1000,complete:true}' >>"$results"
	must_fail 1 "$REPORT" --pending --json
	must_hold '.[0].pending[] | select(.kind == "held") | .fields[0].now == "what it would be"'
}

@test "open conflicts have both values, up to a megabyte of them" {
	waiting 200 '{code:"conflict", conflict:{fields:["decision"],
		supabase:{decision:("left" * 2500)}, notion:{decision:"right \(.)"}}}'
	must_pass "$REPORT" --json
	must_hold '.[0].waiting.records | length == 200
		and (map(select(.conflict)) | length > 90 and length < 105
			and all(.row_id as $id | .conflict.notion.decision == "right " + $id[1:]))'
	must_pass "$REPORT"
	say_no_line 'left|right'
}

# conflict LEFT RIGHT [OBJECT]: the one that waits; what has been seen of it in $seen
conflict() {
	waiting 1 "$(jq -nc --arg left "$1" --arg right "$2" --argjson more "${3-"{}"}" '{code: "conflict",
		row_id: "3f0c1d2e-0000-4000-8000-0000000000aa", page_id: "77ab90c4-0000-4000-8000-0000000000bb",
		conflict: {fields: ["type"], supabase: {type: $left}, notion: {type: $right}}} + $more')"
	must_pass "$REPORT" --conflicts --json
	seen=$($JQ -r '.conflicts[] | select(.decided | not) | .seen' <<<"$output")
}

@test "a conflict is decided as it was seen: its values, whole, whatever the run" {
	local seen first long
	conflict UX Policy
	[[ $seen =~ ^[0-9a-f]{16}$ ]] || seen "seen: $seen"
	first=$seen
	must_fail 1 "$REPORT" --pending --json
	must_hold '.[0].pending | map(select(.kind == "conflict").seen) == ["'"$first"'"]'
	must_pass "$REPORT" --resolve 3f0c1d2e --take notion --seen "$first"
	must_hold '.[0] | .fields.type.notion == "Policy" and (has("seen") | not)'
	conflict UX Policy '{"reason":"in other words"}'
	[[ $seen == "$first" ]] || seen 'the same again'
	conflict UX Product
	must_fail 2 "$REPORT" --resolve 3f0c1d2e --take notion --seen "$first"
	must_say 'the values have changed since they were shown, and nothing was decided: look again with scripts/controls.sh resolve --list'
	must_fail 2 "$REPORT" --resolve 3f0c1d2e --take notion --field type --seen "$first"
	must_pass "$REPORT" --resolve 3f0c1d2e --take notion --seen "$seen"
	conflict Policy UX # the sides have changed places
	[[ $seen != "$first" ]] || seen 'the other way round'
	conflict UX "" # what is empty is empty
	first=$seen
	conflict UX x '{"conflict":{"fields":["type"],"supabase":{"type":"UX"},"notion":{"type":null}}}'
	[[ $seen == "$first" ]] || seen 'nothing'
	long=$(printf '%05000d' 0)
	conflict UX "${long}1"
	first=$seen
	conflict UX "${long}2"
	[[ $seen != "$first" ]] || seen 'far behind'
	must_fail 2 "$REPORT" --pending --seen "$first"
}

# --- everything that waits -----------------------------------------------------

# pending CODE: the line of that kind, cut at its tabs into $id, $command and $reason.
pending() {
	local kind
	IFS=$'\t' read -r kind id command reason < <(grep -P "^$1\t" <<<"$output") ||
		seen "no line of $1"
}

@test "pending: a line each, with the id, the command that goes on and the reason" {
	local code n=0 id command reason
	local -A goes_on=(
		[poison]='sync-now.sh --full' [orphan]='sync-now.sh --orphans restore'
		[held]='controls.sh approve ID' [blocked]='controls.sh approve ID'
		[conflict]='controls.sh resolve ID --take supabase'
		[not-resolved]='controls.sh resolve --list' [settling]='sync-now.sh'
		[paused]='sync-now.sh' [double-link]='sync-now.sh' [problem]='sync-now.sh'
		[unknown-page]='sync-now.sh' [changed]='sync-now.sh' [waits]='sync-now.sh'
		[not-kept]='sync-now.sh --retry')
	logs attention
	{
		echo '{"kind":"head","stream":"results","v":1}'
		for code in "${!goes_on[@]}"; do
			n=$((n + 1))
			printf '{"kind":"result","n":%d,"op":"skip","target":"none","status":"skipped","code":"%s","row_id":"%s","reason":"why %s"}\n' \
				"$n" "$code" "$(id "$n")" "$code"
		done
		printf '{"kind":"result","n":90,"op":"update","target":"notion","status":"failed","row_id":"%s","failures":4,"error":{"code":"validation_error","http":400,"message":"no\\u001b[31m"}}\n' "$(id 90)"
		printf '{"kind":"result","n":91,"op":"create","target":"supabase","status":"unknown","page_id":"%s","reason":"only in Notion"}\n' "$(id 91)"
		printf '{"kind":"result","n":92,"op":"update","target":"notion","status":"done","row_id":"%s"}\n' "$(id 92)"
		printf '{"kind":"end","count":%d,"complete":true}\n' $((n + 3))
	} >"$(echo "$T"/logs/runs/*-105/results.ndjson)"
	must_fail $RC_ATTENTION "$REPORT" --pending
	[[ ${#lines[@]} == $((n + 2)) ]] || seen "expected $((n + 2)) lines"
	n=0
	for code in "${!goes_on[@]}"; do
		n=$((n + 1))
		pending "$code"
		[[ $id == "$(id "$n")" && $command == "scripts/${goes_on[$code]//ID/$id}" &&
			$reason == "why $code"* ]] || seen "the line of $code"
	done
	pending conflict
	[[ $reason == *"; or: scripts/controls.sh resolve $id --take notion" ]]
	pending failed
	[[ $id == "$(id 90)" && $reason == 'validation_error, HTTP 400: no\u{001B}[31m; failed 4 times in a row' ]] ||
		seen "the failing one"
	pending unclear
	[[ $id == "$(id 91)" && $command == scripts/sync-now.sh ]]
	VAULTSYNC_COMMAND=vaultsync must_fail $RC_ATTENTION "$REPORT" --pending
	pending held
	[[ $command == "vaultsync controls approve $id" ]] || seen "as vaultsync types it"
	must_fail $RC_ATTENTION "$REPORT" --pending --json
	must_hold '.[0].pending | (map(.kind) | length == 16 and index("failed") == 0)
		and all(.commands | length > 0)'
}

@test "pending: the guards of a blocked run, in one command" {
	logs blocked
	must_fail $RC_ATTENTION "$REPORT" --pending
	say_line $'^blocked\t(mass-|empty-|scope)[a-z-]*\tscripts/sync-now.sh --allow [a-z,-]+\t.'
	must_fail $RC_ATTENTION "$REPORT" --pending --json
	must_hold '.[0] | (.pending | length == 1 and (.[0] | .guard == "mass-delete" and .acts == ["allow", "approve"]))
		and .plan_id and .plan_run_id == .pending[0].run_id'
	must_pass "$REPORT" --run last --json
	must_hold '.[0] | .blocked[0].guard == "mass-delete" and (.results | length > 1 and all(.status == "planned"))'
}

@test "pending: decisions and approvals that wait for the next run" {
	logs ok
	must_pass "$REPORT" --pending
	[[ -z $output ]] || seen 'nothing waits'
	must_say 'nothing waits'
	mkdir -p state/resolve
	echo '{"kind":"resolve","row_id":"'"$(id 1)"'","page_id":"'"$(id 2)"'"}' >"state/resolve/$(id 1).x.json"
	echo 'torn' >"state/resolve/$(id 3).x.json"
	printf '%s\n' '{"kind":"head","stream":"approved","v":1}' \
		'{"kind":"approved","op":"trash","row_id":"'"$(id 4)"'","page_id":"'"$(id 5)"'"}' >state/approved.ndjson
	must_fail $RC_ATTENTION "$REPORT" --pending
	[[ ${#lines[@]} == 2 ]] || seen 'two'
	say_line $'^decided\t'"$(id 1)"$'\tscripts/sync-now.sh\t'
	say_line $'^approved\t'"$(id 4)"$'\tscripts/sync-now.sh\t'
}

@test "json has the last run's record and all runs" {
	logs ok
	must_pass "$REPORT" --json
	must_hold '.[0] | .v == 1 and .at == "2026-11-25T20:00:00Z" and
		.last_success.age_seconds == 898 and .last_run.exit_code == 0 and
		.last_run.counts.notion.live == 3 and .live_pairs == 3 and
		(.runs | length) == 8 and .runs[0].changes == 3 and
		.runs[3].status == "failed" and .damage == [] and .open_run == null'
}

@test "the newest fifty runs are looked at" {
	logs ok
	local n
	for ((n = 100; n < 160; n++)); do
		cp -r "$T/logs/runs/20261125T184500Z-104" \
			"$T/logs/runs/20261125T195000Z-$n"
	done
	rm "$LAST"
	must_pass "$REPORT" --json
	must_hold '.[0].runs | length == 50 and .[0].run_id == "20261125T195000Z-110"'
	must_pass "$REPORT"
	say_line '^failing since before '
	say_line '^Trend +x{30}  the last 30: 30 failed \(x\)$'
}

@test "runs: one line each, oldest first" {
	logs ok
	mkdir "$T/logs/runs/20261125T195900Z-109" "$T/logs/runs/other"
	must_pass "$REPORT" --runs
	((${#lines[@]} == 9)) || seen 'expected nine lines'
	[[ ${lines[0]} =~ ^20261125T180000Z-101.*'2 created in Notion; 1 created in Supabase'$ ]] ||
		seen 'not the first run'
	say_line '^20261125T190000Z-105 +! attention .*; 2 not done$'
	say_line '^20261125T195900Z-109 +~ open'
}

@test "run: its results in full, or its plan where it has none" {
	logs ok
	must_pass "$REPORT" --run 20261125T190000Z-105
	say_line "^ +1  row $(id 2)  page "
	say_line 'not updated in Notion, failed: validation_error, HTTP 400: .* \[decision\]$'
	say_line 'left alone \(poison\): a comma in the type$'
	say_line 'unclear whether created in Notion: timeout'
	say_no_line 'Straße'
	rm -r "$T/logs"
	logs blocked
	must_pass "$REPORT" --run last
	say_line 'planned, but not carried out: trash in Notion: deleted in Supabase$'
}

@test "activity: what changed, newest first, in words" {
	logs ok
	must_pass "$REPORT" --activity
	[[ ${#lines[@]} -eq 4 ]]
	[[ ${lines[0]} == '2026-11-25 18:30  "Adopt PostgreSQL"  type UX → Ops  Notion → Supabase  (conflict: Notion won)' ]] || seen 'line 1'
	[[ ${lines[1]} == '2026-11-25 18:00  "From Notion"  created  Notion → Supabase' ]] || seen 'line 2'
	must_pass "$REPORT" --activity --side notion --limit 1
	say_line '^2026-11-25 18:00  "Straße für alle"  created  Supabase → Notion$'
	say_line '^… and 1 more: --limit'
	edit logs/runs/20261125T183000Z-103/run.json '. + {undoes: "20261125T180000Z-101"}'
	must_pass "$REPORT" --activity --kind update
	say_line '  type UX → Ops  taken back in Supabase'
	must_pass "$REPORT" --activity --text nothing-like-it
	[[ -z $output ]]
}

@test "a run that was taken back can't be once more, until that is taken back itself" {
	local one=20261125T180000Z-101 run
	logs ok
	# undo ID OF STATUS: that run is one that took OF back.
	undo() {
		edit "logs/runs/$1/run.json" '. + {undoes: "'"$2"'", status: "'"$3"'",
			errors: 0, ops: {update: {notion: {done: 1}}}}'
	}
	state() {
		"$REPORT" --runs --json | jq -c --arg id "$1" '.runs[] | select(.run_id == $id) | [.can_undo, .undone_by]'
	}
	[[ $(state $one) == '[true,null]' ]] || seen "not at first: $(state $one)"
	undo 20261125T181500Z-102 $one failed
	[[ $(state $one) == '[true,null]' ]] || seen "by a failed undo"
	undo 20261125T181500Z-102 $one ok
	[[ $(state $one) == '[false,"20261125T181500Z-102"]' ]] || seen "still to be undone: $(state $one)"
	[[ $(state 20261125T181500Z-102) == '[true,null]' ]] || seen "an undo can be undone"
	must_pass "$REPORT" --run $one --json
	must_hold '.[0] | .can_undo == false and .undone_by == "20261125T181500Z-102"'
	undo 20261125T184500Z-104 20261125T181500Z-102 attention
	[[ $(state $one) == '[true,null]' ]] || seen "the undo was undone"
	[[ $(state 20261125T181500Z-102) == '[false,"20261125T184500Z-104"]' ]]
	undo 20261125T190000Z-105 $one ok
	edit logs/runs/20261125T190000Z-105/run.json '.ops = {}'
	[[ $(state $one) == '[true,null]' ]] || seen "one that found nothing to take back counts"
	undo 20261125T190000Z-105 $one ok
	[[ $(state $one) == '[false,"20261125T190000Z-105"]' ]]
}

# undone STATUS [MORE]: after the last run another one was taken back, and ended so.
undone() {
	local id=20261125T195000Z-900 of=$T/logs/runs/20261125T195000Z-900
	mkdir -p "$of"
	jq -c --arg id $id --arg status "$1" '. + {run_id: $id, status: $status,
		exit_code: 0, blocked: [], tripped: [], errors: 0, ops: {},
		message: "sb-fetch: no\n", undoes: "20261125T180000Z-101",
		started_at: "2026-11-25T19:50:00Z", ended_at: "2026-11-25T19:50:03Z"}
		+ ('"${2-"{}"}"')' "$LAST" >"$of/run.json"
	cp "$of/run.json" "$LAST"
}

@test "an undo is no run of the sync: what was blocked, failed or waits still does" {
	local state waits
	for state in blocked failed attention ok; do
		rm -rf "$T/logs"
		logs $state
		must_pass "$REPORT" --json
		jq -c '[.condition, .level, .since, .next, .waiting, .guards, .last_success.run_id]' <<<"$output" >before
		catch "$REPORT" --pending --json
		waits=$output
		undone ok
		must_pass "$REPORT" --json
		jq -c '[.condition, .level, .since, .next, .waiting, .guards, .last_success.run_id]' <<<"$output" | diff before - ||
			seen "$state is another state"
		catch "$REPORT" --pending --json
		[[ $output == "$waits" ]] || seen "$state: something else waits"
		# Nor where a version before this one took it for a success.
		cp "$LAST" "$SUCCESS"
		must_pass "$REPORT" --json
		jq -c '[.condition, .level, .since, .next, .waiting, .guards, .last_success.run_id]' <<<"$output" | diff before - ||
			seen "$state: the undo is a success"
	done
	# What an undo left undone is told where nothing else is.
	undone failed '{exit_code: 77, stage: "sb-fetch"}'
	judged healthy OK 0
	must_pass "$REPORT"
	say_line '^Do next +The sync goes on, but an undo failed: see why with'
	say_line 'report --run 20261125T195000Z-900'
	undone attention '{exit_code: 1, ops: {skip: {none: {skipped: 2}}}}'
	judged healthy OK 0
	must_pass "$REPORT"
	say_line '^Do next +An undo left 2 ops alone: see which, and why, with'
	undone interrupted '{exit_code: 130}'
	must_pass "$REPORT"
	say_line 'controls.sh undo 20261125T180000Z-101'
	undone blocked '{blocked: ["mass-delete"]}'
	judged healthy OK 0
	must_pass "$REPORT" --brief
	say_line '^blocked by mass-delete: '
}

@test "json of a run and a record that are not known" {
	must_fail "$RC_USAGE" "$REPORT" --run last --json
	must_fail "$RC_USAGE" "$REPORT" --json --run 20261125T180000Z-1
	must_fail "$RC_USAGE" "$REPORT" --record x --json
	must_pass "$REPORT" --record "$(id 1)" --json
	must_hold '.[0] | .row_id == null and .entries == [] and .waits == null'
	must_pass "$REPORT" --json --runs
	must_hold '.[0] == {v: 1, runs: []}'
}

@test "record: pairing, writes before and after, conflicts with what lost" {
	logs ok
	local asked
	# The same story by either id, with and without dashes.
	for asked in "$(id 1)" "$(id $((16#1001)))" "$(id 1 | tr -d -)"; do
		must_pass "$REPORT" --record "$asked"
		[[ ${lines[0]} == 'Adopt PostgreSQL' ]] || seen 'no title'
		say_line "^row +$(id 1)$"
		say_line "^page +$(id $((16#1001)))$"
		say_line '^paired +2026-11-25 18:00:00 UTC, by run 20261125T180000Z-101$'
		say_line '^waits +for nothing$'
		say_line '^  created in Notion: only in Supabase$'
		say_line '^    date: "2026-01-02"$'
		say_line '^    type: "UX" -> "Ops"$'
		say_line '^    conflict in type: Notion won$'
		say_line '^      lost: type "UX"$'
		say_line '^      last agreed: type "Architecture"$'
		say_line 'edited in Supabase 2026-11-25 18:20:00 UTC, in Notion 2026-11-25 18:22:00 UTC$'
		say_line '^  linked in Supabase: paired by content$'
		[[ $(grep -c ' run 2026' <<<"$output") -eq 4 ]] || seen 'wrong runs'
	done
}

@test "record: what it waits for, and what was planned and not done" {
	logs attention
	must_pass "$REPORT" --record "$(id 4)"
	say_line '^waits +poison: a comma in the type$'
	say_line '^paired +not yet'
	must_pass "$REPORT" --record "$(id 2)"
	say_line '^Straße für alle$'
	say_line 'decision: "Straße für alle" -> "Straße für viele"$'
	must_pass "$REPORT" --record "$(id 6)"
	say_line '^\\u\{001B\}\[31mred\\u\{202E\}$'
	say_line '^waits +unclear: timeout'
	rm -r "$T/logs"
	logs blocked
	must_pass "$REPORT" --record "$(id 1)"
	say_line '^waits +for its plan, which was not carried out$'
	say_line '^  planned, but not carried out: trash in Notion'
	rm -r "$T/logs"
	logs ok
	must_pass "$REPORT" --record "$(id 2)"
	say_line '^  planned, but not carried out: link in Supabase'
}

@test "record: what is the same in each run is shown once" {
	logs attention
	cp -r "$T/logs/runs/20261125T194500Z-105" "$T/logs/runs/20261125T195000Z-106"
	cp -r "$T/logs/runs/20261125T194500Z-105" "$T/logs/runs/20261125T195500Z-107"
	must_pass "$REPORT" --record "$(id 4)"
	[[ $(grep -c 'left alone (poison)' <<<"$output") -eq 1 ]] || seen 'not once'
	say_line '^  the same in 2 more runs, until 2026-11-25 19:55:00 UTC'
}

@test "record: conflicts of runs that are gone, and records without a history" {
	logs ok
	rm -r "$T/logs/runs/20261125T183000Z-103"
	printf 'damaged\n{"run_id":"2026' >>"$T/logs/conflicts.ndjson"
	must_pass "$REPORT" --record "$(id 1)"
	say_line '^      lost: type "UX"$'
	[[ $(grep -c 'conflict in type' <<<"$output") -eq 1 ]] || seen 'not once'
	mv "$T/logs/conflicts.ndjson" "$T/logs/conflicts.ndjson.1"
	sed 's/"UX"/"Older"/g; s/20261125T/20261124T/' "$T/logs/conflicts.ndjson.1" >"$T/logs/conflicts.ndjson.5"
	must_pass "$REPORT" --record "$(id 1)"
	[[ $(grep -o 'lost: type .*' <<<"$output") == $'lost: type "Older"\nlost: type "UX"' ]] ||
		seen 'oldest first, from those put aside'
	must_pass "$REPORT" --record "$(id 99)"
	say_line "^nothing is known of $(id 99): none of the 7 runs since "
	rm -r "$T/logs"
	must_pass "$REPORT" --record "$(id 99)"
	say_line "^nothing is known of $(id 99): no runs are kept$"
}

@test "metrics: each family once, counters over all runs, an end" {
	logs ok
	must_pass "$REPORT" --metrics
	say_line '^vaultsync_health 0$'
	say_line '^vaultsync_condition\{condition="healthy"\} 1$'
	say_line '^vaultsync_last_success_timestamp_seconds 1795635902$'
	say_line '^vaultsync_last_run_timestamp_seconds 1795635902$'
	say_line '^vaultsync_last_run_duration_seconds 2\.100$'
	say_line '^vaultsync_records\{side="notion",state="live"\} 3$'
	say_line '^vaultsync_ops_total\{op="create",target="notion",status="done"\} 2$'
	say_line '^vaultsync_conflicts_total 1$'
	say_line '^vaultsync_api_requests_total\{api="notion",code="limited"\} 14$'
	say_line '^vaultsync_api_wait_seconds_total\{api="notion"\} 10\.500$'
	[[ ${lines[-1]} == '# EOF' ]] || seen 'no end'
	[[ -z $(grep '^# TYPE' <<<"$output" | sort | uniq -d) ]] || seen 'twice'
	[[ -z $(grep -v '^#' <<<"$output" | cut -d' ' -f1 | sort | uniq -d) ]] ||
		seen 'a sample twice'
	edit "$LAST" '.totals.ops["x\"y"] = {z:{done:1}}'
	must_pass "$REPORT" --metrics
	say_no_line 'x"y'
}

@test "colour on a terminal only, and not with NO_COLOR" {
	logs ok
	command -v script >/dev/null || skip 'no script(1) on this machine'
	TERM=xterm must_pass script -qec "$REPORT" /dev/null
	[[ $output == *$'\033[1;32mhealthy'* ]] || seen 'no colour'
	NO_COLOR=1 TERM=xterm must_pass script -qec "$REPORT" /dev/null
	[[ $output != *$'\033['* ]] || seen 'coloured in spite of NO_COLOR'
	TERM=dumb must_pass script -qec "$REPORT" /dev/null
	[[ $output != *$'\033['* ]] || seen 'coloured on a dumb terminal'
}

@test "health has performance data with the thresholds" {
	logs ok
	must_pass "$REPORT" --health
	say_line '\| last_success_age=898s;900;1800;0 duration=2100ms;;;0 changes=0;;;0 errors=0;;;0 conflicts=0;;;0$'
}

@test "the record that sync-now.sh writes is read, and its totals are continued" {
	logs ok
	cat >script <<-SCRIPT
		#!/bin/sh
		cp "$T/logs/runs/20261125T180000Z-101"/*.ndjson "\$SYNC_RUN_DIR"
		echo apply >"\$SYNC_RUN_WORK/stage"
		echo "apply: the last word" >&2
	SCRIPT
	chmod +x script
	SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs must_pass "$BIN/run" -q -- ./script
	must_hold '.[0] | .stage == "apply" and .message == "apply: the last word" and .complete' "$LAST"
	grep -q 'program=run msg="ends: ok, exit code 0, .* ms"$' logs/sync.log
	grep -q 'level=info .*program=apply msg="the last word"$' logs/sync.log
	must_pass "$REPORT" --brief
	say_line '^done: 2 created in Notion; 1 created in Supabase; 0 conflicts; 13 requests, 1.5 s waited$'
	must_pass "$REPORT" --metrics
	say_line '^vaultsync_ops_total\{op="create",target="notion",status="done"\} 4$'
}

@test "the programs of a checkout find its state and logs wherever they are started" {
	unset SYNC_NOW SYNC_ENV_FILE SYNC_STATE_DIR SYNC_LOG_DIR
	start_sandbox
	control POST seed '{"side":"supabase","decision":"one","type":"Ops","date":"2026-01-02"}' >/dev/null
	mkdir -p checkout/bin elsewhere
	cp "$BIN"/{sb-fetch,notion-fetch,normalize,plan,apply,report,approve,run,doctor} checkout/bin
	cp -r "$ROOT/scripts" checkout/
	printf '%s=%s\n' SUPABASE_URL "$SUPABASE_URL" NOTION_API_URL "$NOTION_API_URL" \
		SUPABASE_SERVICE_ROLE_KEY "$SUPABASE_SERVICE_ROLE_KEY" NOTION_API_KEY "$NOTION_API_KEY" \
		NOTION_DATABASE_ID "$NOTION_DATABASE_ID" SYNC_STATE_DIR memory >checkout/.env
	chmod 600 checkout/.env
	unset "${!SUPABASE_@}" "${!NOTION_@}" "${!SYNC_@}" VAULTSYNC_BIN
	cd elsewhere
	must_pass ../checkout/scripts/sync-now.sh -q
	[[ -s ../checkout/memory/base.ndjson && -s ../checkout/logs/last_run.json ]]
	must_pass ../checkout/bin/report --json
	must_hold '.[0].last_run.status == "ok"'
	catch ../checkout/bin/doctor
	[[ $output != *"none yet"* ]] || seen "another base"
	# The environment's are of the current folder, as any program's are.
	SYNC_LOG_DIR=here must_pass ../checkout/bin/report --json
	must_hold '.[0].last_run == null'
	# vaultsync works in the folder where it is called, and that has no settings.
	must_fail $RC_CONFIG ../checkout/scripts/vaultsync sync-now -q
}
