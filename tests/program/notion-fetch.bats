#!/usr/bin/env bats
# notion-fetch: every page of the data source, and what became of linked ones.

load ../helper

setup() {
	common_setup
	export SYNC_BACKOFF_MS=5 SYNC_NOTION_RPM=10000
}

# seed_pages FROM TO: pages P FROM to P TO; their ids into the file ids.
seed_pages() {
	local i
	for ((i = $1; i <= $2; i++)); do
		printf '{"side":"notion","decision":"P %d","type":"Ops"' $i
		printf ',"date":"2026-01-02"}\n'
	done >seed.ndjson
	seed_file
}

# seed_file: what is in seed.ndjson; the ids into the file ids.
seed_file() {
	control POST seed @seed.ndjson >seeded
	$JQ -r 'if .refused == [] then .ids[] else error("\(.refused)") end' seeded >ids
	IDS=() && mapfile -t -O 1 IDS <ids
}

# page_id N: the id of the Nth page of seed_pages.
page_id() {
	printf '%s\n' "${IDS[$1]}"
}

edit() {
	control POST edit "$1" >/dev/null
}

# person ACTION ID [MORE]: what a person does to a page.
person() {
	edit "{\"side\":\"notion\",\"action\":\"$1\",\"id\":\"$2\"${3-}}"
}

clock() {
	control POST clock "{\"now\":\"$1\"}" >/dev/null
}

fault() {
	control POST faults "$1" >/dev/null
}

fetch() {
	"$BIN/notion-fetch" "$@"
}

# rows_linked_to ID…: a whole fetch stream of rows with these links.
rows_linked_to() {
	local n=0 id
	for id in "$@"; do
		row $((++n)) "{\"notion_page_id\":\"$id\"}"
	done | sb_stream
}

# The stream is whole, with N pages, each once.
must_have_pages() {
	must_hold "(.[0] | .kind == \"head\" and .stream == \"fetch\" and
			.v == 1 and .source == \"notion\") and
		(.[-1] | .kind == \"end\" and .source == \"notion\" and
			.complete) and (.[-1].count == length - 2) and
		([.[] | select(.kind == \"page\") | .page.id] |
			length == $1 and length == (unique | length))"
}

@test "help, version, wrong usage" {
	must_pass fetch --help
	[[ $output == *--known*--since*--snapshot*--full* ]] || seen "options lack"
	must_pass fetch --version
	[[ $output =~ ^notion-fetch\ [0-9] ]] || seen "no version"
	for wrong in --since=yesterday --since=2026-02-30T00:00:00Z --nonsense \
		operand; do
		must_fail $RC_USAGE fetch "$wrong"
		[[ -z $output ]] || seen "output with $wrong"
	done
}

@test "the head binds the properties; every page once, oldest first" {
	start_sandbox
	seed_pages 1 130
	clock 2020-01-01T00:00:00Z
	control POST seed '{"side":"notion","decision":"oldest"}' >/dev/null
	must_pass fetch
	must_have_pages 131
	must_hold '.[0] | .mode == "full" and .properties.Decision == "title"
		and (.properties | keys == ["Checksum", "Date", "Decision",
			"Synced", "Type"])
		and (.type_options | index("Ops"))
		and (.bot_user | length == 36) and .since == null'
	must_hold '.[1].page.properties | to_entries | map(select(.value.type ==
		"title")) | .[0].value.title[0].plain_text == "oldest"'
	must_hold '[.[1:-1][].page.created_time] | . == sort'
	must_hold '.[0].properties as $p | .[1].page.properties |
		map(.id) | sort == ($p | map(.) | sort)'
	[[ -z $stderr ]] || seen "messages"
	control GET log >requests
	must_hold 'map(select(.path | endswith("/query"))) | length == 3 and
		map(.body.is_archived) == [null, null, true] and
		all(.query | [scan("filter_properties")] | length == 5) and
		all(.headers["notion-version"] == "2026-03-11")' requests
}

@test "with a person's token no page is our own" {
	start_sandbox
	control POST seed '{"side":"notion","decision":"a","created_by":"bot"}' \
		>/dev/null
	own() {
		"$JQ" -c 'select(.kind == "record").own'
	}
	must_pass pipe '"$BIN/notion-fetch" | "$BIN/normalize"'
	[[ $(own <<<"$output") == true ]] || seen "not our own"
	control POST config '{"personal_token":true}' >/dev/null
	control POST seed '{"side":"notion","decision":"b"}' >/dev/null
	must_pass pipe '"$BIN/notion-fetch" | tee fetched | "$BIN/normalize"'
	must_hold '.[0].bot_user == null' fetched
	[[ $(own <<<"$output" | sort -u) == false ]] || seen "our own"
}

@test "an empty data source gives a complete stream" {
	start_sandbox
	must_pass fetch
	must_have_pages 0
}

@test "known: a linked page that the listing lacks is looked up" {
	start_sandbox
	seed_pages 1 6
	person trash "$(page_id 2)"
	person move "$(page_id 3)"
	person unshare "$(page_id 4)"
	person erase "$(page_id 5)"
	local undashed
	undashed=$(page_id 2 | tr -d - | tr a-f A-F)
	rows_linked_to "$(page_id 1)" "$(page_id 2)" "$(page_id 3)" \
		"$(page_id 4)" "$(page_id 5)" "$undashed" \
		12345678-1234-1234-1234-123456789abc not-an-id >sb.ndjson
	must_pass fetch --known sb.ndjson
	must_have_pages 3
	must_hold "[.[] | select(.kind == \"missing\") | {(.page_id): .state}] |
		add == {\"$(page_id 3)\":\"moved\",
			\"$(page_id 4)\":\"unreachable\",
			\"$(page_id 5)\":\"unreachable\",
			\"12345678-1234-1234-1234-123456789abc\":\"unreachable\"}"
	must_hold "[.[] | select(.page.id == \"$(page_id 2)\")] |
		length == 1 and .[0].page.in_trash"
	# Where a deletion is complete, nothing is asked.
	for mark in true false; do
		row 1 "{\"notion_page_id\":\"$(page_id 2)\",
			\"deleted_at\":\"2026-01-03T03:04:05+00:00\",
			\"notion_synced\":$mark}" | sb_stream >$mark.ndjson
	done
	must_pass fetch --known true.ndjson
	must_have_pages 3
	must_pass fetch --known false.ndjson
	must_have_pages 2
	# What stands in a text is no link, and no time of a deletion.
	{
		row 1 "{\"notion_page_id\":\"$(page_id 2)\", \"deleted_at\":\"2026-01-03T03:04:05+00:00\",
			\"decision\":\"\\\"deleted_at\\\":null\"}"
		row 2 "{\"decision\":\"\\\"notion_page_id\\\":\\\"$(page_id 2)\\\"\"}"
	} | sb_stream >texts.ndjson
	grep -q 'deleted_at\\":null' texts.ndjson
	grep -q 'page_id\\":\\"' texts.ndjson
	must_pass fetch --known texts.ndjson
	must_have_pages 2
	# A row in another form says the same.
	row 1 "{\"notion_page_id\":\"$(page_id 2)\"}" | sb_stream | jq -cS . >sorted.ndjson
	must_pass fetch --known sorted.ndjson
	must_have_pages 3
	# From standard input as well.
	must_pass pipe '"$BIN/notion-fetch" -k - <sb.ndjson'
	must_have_pages 3
}

@test "known: no answer but Notion's own 404 makes a page missing" {
	start_sandbox
	seed_pages 1 2
	person trash "$(page_id 2)"
	rows_linked_to "$(page_id 2)" >sb.ndjson
	export SYNC_RETRIES=1
	while read -r spec; do
		fault "{\"match\":{\"path\":\"/v1/pages/\"},\"times\":-1,$spec}"
		must_pass fetch --known sb.ndjson
		must_have_pages 1
		must_hold "(map(select(.kind == \"missing\")) == []) and
			(map(select(.kind == \"problem\")) | length == 1 and
			(.[0] | .page_id == \"$(page_id 2)\" and
			.code == \"unread\" and (.detail | length > 10)))"
		must_say "$(page_id 2)"
		control DELETE faults >/dev/null
	done <<-'TEXT'
		"status":400
		"status":403
		"status":401,"body":""
		"status":404,"content_type":"text/html","body":"<html>"
		"status":500
		"status":502
		"drop":"before"
		"cut":30
		"status":200,"content_type":"application/json","body":"{}"
	TEXT
}

@test "known: where Notion answers nothing else either, it is an outage" {
	start_sandbox
	seed_pages 1 2
	person trash "$(page_id 2)"
	rows_linked_to "$(page_id 2)" >sb.ndjson
	export SYNC_RETRIES=1
	while read -r code spec; do
		fault "{\"match\":{\"path\":\"/v1/pages/\"},\"times\":-1,$spec}"
		# The first time it is asked for at the start of the run.
		fault "{\"match\":{\"path\":\"/v1/users/me\",\"nth\":2},
			\"times\":-1,$spec}"
		must_fail "$code" fetch --known sb.ndjson
		must_hold '(map(select(.kind == "missing" or
			.kind == "problem")) == []) and
			(.[-1] | .kind == "end" and .complete == false)'
		control DELETE faults >/dev/null
	done <<-'TEXT'
		77 "status":403
		77 "status":401,"body":""
		75 "status":500
		75 "status":502
		75 "status":529
		75 "drop":"before"
		75 "cut":30
	TEXT
}

@test "known: a request limit concerns the connection, not a page" {
	start_sandbox
	seed_pages 1 2
	person trash "$(page_id 2)"
	rows_linked_to "$(page_id 2)" >sb.ndjson
	fault '{"match":{"path":"/v1/pages/"},"times":-1,"status":429,
		"retry_after":999}'
	must_fail $RC_TEMPORARY fetch --known sb.ndjson
	must_hold 'map(select(.kind == "problem")) == []'
}

@test "known: many pages that can't be read cost few requests each" {
	start_sandbox
	seed_pages 1 12
	local n
	for ((n = 1; n <= 12; n++)); do person trash "$(page_id $n)"; done
	mapfile -t all <ids
	rows_linked_to "${all[@]}" >sb.ndjson
	fault '{"match":{"path":"/v1/pages/"},"times":-1,"status":500}'
	must_pass fetch --known sb.ndjson
	must_hold 'map(select(.kind == "problem")) | length == 12'
	must_hold 'map(select(.path | startswith("/v1/pages/"))) |
		length == 3 * 4 + 9' <(control GET log)
}

# title_answers: what the endpoint of a title answers: it leads from the first to
# the second part and back, for ever.
title_answers() {
	local n=0 next items='[{"object":"property_item","type":"title",
		"id":"title","title":{"type":"text","plain_text":"a"}}]'
	fault_list() {
		jq -nc --arg path "$1" --arg next "$2" --argjson items "$3" '
		{match: {path: $path}, times: -1, status: 200,
			content_type: "application/json",
			body: ({object: "list", results: $items,
				has_more: true, next_cursor: $next,
				type: "property_item"} | tojson)}'
	}
	fault "$(fault_list 'start_cursor=one' two "$items")"
	fault "$(fault_list 'start_cursor=two' one "$items")"
	fault "$(fault_list '/properties/title' one "$items")"
}

@test "a page that the listing shows although it is elsewhere is looked up" {
	start_sandbox
	seed_pages 1 3
	must_pass fetch
	# Page 2 moved away, and the listing has it still; page 3 is there, and
	# the listing has it as it was elsewhere.
	jq -c --arg other "$(id 99)" --arg first "$(page_id 1)" '{object: "list", has_more: false,
		next_cursor: null, results: [.[] | select(.kind == "page").page]}
		| (.results[] | select(.id != $first)).parent.data_source_id = $other' \
		< <(jq -s . <<<"$output") >listing
	person move "$(page_id 2)"
	fault "$(jq -nc --rawfile body listing '{match: {method: "POST",
		path: "/query"}, status: 200, content_type: "application/json",
		body: $body}')"
	rows_linked_to "$(page_id 2)" >sb.ndjson
	must_pass fetch --known sb.ndjson
	must_have_pages 2
	must_hold "[.[] | select(.kind == \"missing\")] |
		length == 1 and .[0].page_id == \"$(page_id 2)\" and
		.[0].state == \"moved\""
}

@test "a title that goes round in circles is a problem of its page alone" {
	start_sandbox
	seed_pages 1 2
	jq -nc '{side: "notion", title_rich_text: [range(30) | {type: "mention",
		mention: {type: "user", user: {id:
			"c0000000-0000-4000-8000-000000000001"}}}]}' >long.ndjson
	control POST seed @long.ndjson >seeded
	$JQ -e '.refused == []' seeded
	title_answers
	must_pass timeout 20 "$BIN/notion-fetch"
	must_hold "(map(select(.kind == \"page\")) | length == 2) and
		(map(select(.kind == \"problem\")) | length == 1 and
		(.[0] | .page_id == $(jq '.ids[0]' seeded) and
		.code == \"unread\" and (.detail | test(\"circle\")))) and
		.[-1].complete"
	# The endpoint may also fail for this page alone.
	control DELETE faults >/dev/null
	fault '{"match":{"path":"/properties/title"},"times":-1,"status":500}'
	must_pass fetch
	must_hold 'map(select(.kind == "problem")) | length == 1'
}

@test "a page too large for a line is a problem of its own" {
	start_sandbox
	seed_pages 1 2
	head -c 4300000 /dev/zero | tr '\0' x |
		jq -Rc '{side: "notion", decision: .}' >long.ndjson
	control POST seed @long.ndjson >seeded
	$JQ -e '.refused == []' seeded
	must_pass fetch
	must_hold "(map(select(.kind == \"page\")) | length == 2) and
		(map(select(.kind == \"problem\")) | length == 1 and
		(.[0] | .page_id == $(jq '.ids[0]' seeded) and
		.code == \"poison\")) and (.[-1] | .complete and .count == 3)"
}

@test "known: an incomplete stream is refused before any request" {
	start_sandbox
	rows_linked_to "$(id 7)" >sb.ndjson
	head -n 2 sb.ndjson >cut.ndjson
	sed 's/"count":1/"count":2/' sb.ndjson >miscounted.ndjson
	sed 's/"complete":true/"complete":false/' sb.ndjson >partial.ndjson
	notion_stream </dev/null >notion.ndjson
	: >empty.ndjson
	cat sb.ndjson sb.ndjson >two.ndjson
	for file in cut miscounted partial notion empty two; do
		must_fail $RC_STREAM fetch --known $file.ndjson
		must_say "$file\.ndjson"
		[[ -z $output ]] || seen "output with $file"
	done
	must_fail $RC_LOCAL fetch --known no-such-file
	must_hold 'map(select(.api == "notion")) == []' <(control GET log)
}

@test "since: only what was edited from that minute on" {
	start_sandbox
	clock 2026-03-01T10:00:00Z
	seed_pages 1 3
	clock 2026-03-01T11:22:33Z
	edit "{\"side\":\"notion\",\"id\":\"$(page_id 2)\",
		\"set\":{\"decision\":\"edited\"}}"
	must_pass fetch --since 2026-03-01T11:22:50+00:00
	must_have_pages 1
	must_hold ".[0].mode == \"since\" and
		.[0].since == \"2026-03-01T11:22:00.000000Z\" and
		.[1].page.id == \"$(page_id 2)\""
	must_pass fetch --since 2026-03-01T11:23:00Z
	must_have_pages 0
}

# The body lines, without order and without what counts requests.
body() {
	"$JQ" -c 'select(.kind == "page" or .kind == "missing")' "$@" | sort
}

@test "Notion's limit of rows in a listing is worked around" {
	start_sandbox
	control POST config '{"query_cap":30}' >/dev/null
	clock 2026-03-01T10:00:00Z
	seed_pages 1 25
	clock 2026-03-01T10:01:00Z
	seed_pages 26 50
	clock 2026-03-01T10:02:00Z
	seed_pages 51 75
	must_pass fetch
	must_have_pages 75
}

# seed_many N FILTER: N pages, each what jq's FILTER makes of its number.
seed_many() {
	jq -nc "range($1) | {side:\"notion\"} + ($2)" >seed.ndjson
	seed_file
}

minute() {
	control POST clock "{\"now\":\"$1\",\"freeze\":true}" >/dev/null
}

@test "more pages of one minute than Notion lists: split by their content" {
	start_sandbox
	minute 2026-03-01T10:00:00Z
	control POST config '{"query_cap":40}' >/dev/null
	local filter n=0
	while read -r filter; do
		minute "2026-03-01T10:0$((++n)):00Z"
		seed_many 150 "$filter"
		must_pass fetch
		must_have_pages $((n * 150))
		must_hold "(map(.page.id // empty) | sort) as \$got |
			$("$JQ" -Rsc 'split("\n")[:-1]' ids) - \$got == []"
	done <<-'TEXT'
		{decision: "Import \(.)"}
		{decision: "same", edited_at: "2026-03-02T\(100 + . % 24 | tostring[1:]):\(100 + . % 60 | tostring[1:]):00Z"}
		{decision: (if . % 3 == 0 then "" else "Ü\(.) 決\(. % 7)" end)}
		{decision: "same", type: "Kind \(. % 5)", date: "2026-01-\(101 + . % 5 | tostring[1:])"}
		{decision: "same", date: (if . % 2 == 0 then null else "2026-\(101 + . % 12 | tostring[1:])-01" end), synced: (. % 3 == 0)}
	TEXT
	# What is older and younger isn't lost on the way.
	minute 2026-03-05T10:00:00Z
	seed_pages 1 90
	minute 2026-03-06T10:00:00Z
	seed_pages 1 5
	minute 2025-03-06T10:00:00Z
	seed_pages 1 5
	must_pass fetch
	must_have_pages 850
	must_pass fetch --since 2026-03-05T00:00:00Z
	must_have_pages 95
}

@test "pages of one minute that nothing distinguishes: read from the other end, or refused" {
	start_sandbox
	minute 2026-03-01T10:00:00Z
	control POST config '{"query_cap":40}' >/dev/null
	seed_many 70 '{decision: "same"}'
	must_pass fetch
	must_have_pages 70
	seed_many 30 '{decision: "same"}'
	must_fail $RC_CONFIG fetch
	must_say 'within one minute, 2026-03-01T10:00Z'
	must_hold '.[-1].complete == false'
	# As the message says, to change some titles is enough.
	local n
	for ((n = 1; n <= 30; n++)); do
		edit "{\"side\":\"notion\",\"id\":\"$(page_id $n)\",
			\"set\":{\"decision\":\"other $n\"}}"
	done
	must_pass fetch
	must_have_pages 100
}

# seed_history: 2,600 pages, 2,000 of them made within an hour, the others over
# the three years since.
seed_history() {
	clock 2026-03-01T00:00:00Z
	seed_many 2600 '{decision: "P \(.)", created_at: (
		(if . < 2000 then 1672531200 + . * 1.8
		else 1672531200 + (. - 2000) * 166000 end) | floor | todate)}'
}

# windows: the bounds that queries asked for.
windows() {
	control GET log | $JQ -sc 'map(.body.filter | .. | objects |
		.created_time? // empty) | unique'
}

@test "a large listing is read in windows, each page once, oldest first" {
	start_sandbox
	seed_history
	must_pass fetch
	must_have_pages 2600
	must_hold '[.[1:-1][].page.created_time] | . == sort'
	must_hold "(map(.page.id // empty) | sort) == ($("$JQ" -Rsc 'split("\n")[:-1]' ids) | sort)"
	$JQ -e 'length >= 2' <<<"$(windows)"
	# One request for a hundred pages, and some more for the windows.
	must_hold '.[-1].requests <= 4 + 26 + 12'
	control DELETE log >/dev/null
	must_pass fetch --since 2026-02-28T00:00:00Z
	[[ $(windows) == '[]' ]] || seen "windows in a short listing"
}

@test "a window that fails ends the listing; one that gets what it didn't ask for, too" {
	start_sandbox
	seed_history
	fault '{"match":{"api":"notion","body":"on_or_after"},"times":-1,"status":500}'
	SYNC_RETRIES=1 must_fail $RC_TEMPORARY fetch
	must_hold '.[-1].complete == false'
	control DELETE faults >/dev/null
	control POST config '{"query_filter_ignored":true}' >/dev/null
	must_pass fetch
	must_have_pages 2600
}

@test "archived pages are listed by themselves, and not looked up" {
	start_sandbox
	seed_pages 1 8
	local n
	for n in 2 3 4; do person archive "$(page_id $n)"; done
	mapfile -t all <ids
	rows_linked_to "${all[@]}" >sb.ndjson
	must_pass fetch --known sb.ndjson
	must_have_pages 8
	must_hold "[.[].page | select(.is_archived) | .id] | sort ==
		([\"$(page_id 2)\", \"$(page_id 3)\", \"$(page_id 4)\"] | sort)"
	must_hold 'map(select(.path | startswith("/v1/pages/"))) == []' \
		<(control GET log)
	# Normalized they are there, live, and marked.
	must_pass pipe '"$BIN/notion-fetch" | "$BIN/normalize"'
	must_hold 'map(select(.kind == "record")) | length == 8 and
		(map(select(.archived)) | length == 3) and
		all(.deleted == false)'
	# Since a time as well.
	must_pass fetch --since 2020-01-01T00:00:00Z
	must_have_pages 8
}

@test "archived pages: a service that refuses, ignores or lacks the flag" {
	start_sandbox
	seed_pages 1 120
	person archive "$(page_id 2)"
	rows_linked_to "$(page_id 1)" "$(page_id 2)" >sb.ndjson
	queries() {
		control GET log | $JQ -s 'map(select(.path | endswith("/query")))
			| length'
	}
	# Refused: one request more, and the linked page is looked up.
	fault '{"match":{"path":"/query","body":"is_archived"},"times":-1,
		"status":400,"message":"body.is_archived should be not present"}'
	must_pass fetch --known sb.ndjson
	must_have_pages 120
	[[ $(queries) == 3 ]] || seen "$(queries) queries"
	control DELETE faults >/dev/null
	# Ignored: the same, and no page comes twice.
	control POST config '{"archive_asked_in_vain":true}' >/dev/null
	control DELETE log >/dev/null
	must_pass fetch --known sb.ndjson
	must_have_pages 120
	[[ $(queries) == 3 ]] || seen "$(queries) queries"
	# Unknown: not asked at all.
	control POST config '{"archive_known":false}' >/dev/null
	control DELETE log >/dev/null
	must_pass fetch --known sb.ndjson
	[[ $(queries) == 2 ]] || seen "$(queries) queries"
	# Any other failure is one of the listing.
	control POST config '{"archive_known":true}' >/dev/null
	fault '{"match":{"path":"/query","body":"is_archived"},"times":-1,
		"status":503}'
	SYNC_RETRIES=0 must_fail $RC_TEMPORARY fetch
}

@test "a listing whose cursors go round in circles ends the run" {
	start_sandbox
	seed_pages 1 3
	fetch | jq -c 'select(.kind == "page").page' >pages
	answer() {
		jq -nc --arg match "$1" --arg next "$2" --argjson pages "$3" '
		{match: {path: "/query", body: $match}, times: -1,
			status: 200, content_type: "application/json",
			body: ({object: "list", results: $pages, has_more: true,
				next_cursor: $next} | tojson)}'
	}
	for results in '[]' "$(jq -sc '.[:1]' pages)"; do
		fault "$(answer '"start_cursor":"A"' B "$results")"
		fault "$(answer '"start_cursor":"B"' A "$results")"
		fault "$(answer '' A "$results")"
		must_fail $RC_TEMPORARY timeout 20 "$BIN/notion-fetch"
		must_say 'makes no progress'
		must_hold '.[-1].complete == false'
		control DELETE faults >/dev/null
	done
}

@test "a listing that says that it is cut, here or there, ends the run" {
	start_sandbox
	seed_pages 1 1
	fetch | jq -c 'select(.kind == "page").page' >pages
	answer() {
		jq -c --arg match "$1" --arg created "$2" '
		{match: {path: "/query", body: $match}, times: -1,
			status: 200, content_type: "application/json",
			body: ({object: "list", has_more: false,
				next_cursor: null,
				results: [. + {created_time: $created}],
				request_status: {type: "incomplete",
				incomplete_reason: "query_result_limit_reached"}}
				| tojson)}' pages
	}
	fault "$(answer 10:00:00 2026-03-01T11:00:00.000Z)"
	fault "$(answer 11:00:00 2026-03-01T10:00:00.000Z)"
	fault "$(answer '' 2026-03-01T10:00:00.000Z)"
	catch timeout 20 "$BIN/notion-fetch"
	[[ $status -eq $RC_TEMPORARY || $status -eq $RC_CONFIG ]] ||
		seen "it went on"
	must_hold '.[-1].complete == false'
}

@test "settings that lead to no database" {
	start_sandbox
	NOTION_DATABASE_ID=$(id 99) must_fail $RC_CONFIG fetch
	must_say 'Connections'
	[[ -z $output ]] || seen "output"
	NOTION_API_KEY=ntn_wrong must_fail $RC_CREDENTIALS fetch
	must_say 'NOTION_API_KEY'
	[[ $stderr != *ntn_wrong* ]] || seen "the key is in the message"
	NOTION_DATA_SOURCE_ID=$(id 98) must_fail $RC_CONFIG fetch
	must_say 'NOTION_DATA_SOURCE_ID'
	local info
	info=$(control GET info)
	NOTION_DATABASE_ID=$($JQ -r .ids.data_source <<<"$info") \
		must_pass fetch
	must_hold ".[0].scope == \"$($JQ -r .ids.data_source <<<"$info")\""
}

@test "temporary faults change nothing" {
	start_sandbox
	seed_pages 1 120
	fetch >before.ndjson
	for spec in '"status":503' '"status":500' '"status":502' \
		'"status":504' '"status":409' '"status":529' \
		'"status":429,"retry_after":1' '"drop":"before"' \
		'"drop":"after"' '"cut":700' '"garbage":true'; do
		fault "{\"match\":{\"path\":\"/query\",\"nth\":2},$spec}"
		must_pass fetch
		must_have_pages 120
		diff <(body before.ndjson) <(body <<<"$output") ||
			seen "other pages with $spec"
		control DELETE faults >/dev/null
	done
}

@test "lasting faults end the run, and the stream says that it isn't complete" {
	start_sandbox
	seed_pages 1 120
	export SYNC_RETRIES=1
	for spec in '"status":503' '"status":502' '"status":529' \
		'"drop":"after"' '"cut":700' '"garbage":true'; do
		fault "{\"match\":{\"path\":\"/query\",\"nth\":2},
			\"times\":-1,$spec}"
		must_fail $RC_TEMPORARY fetch
		must_hold '.[-1] | .kind == "end" and .complete == false'
		control DELETE faults >/dev/null
	done
	fault '{"match":{"path":"/query"},"status":429,"retry_after":999}'
	must_fail $RC_TEMPORARY fetch
	must_say '999 s'
}

@test "the budget of a minute is shared by runs, and kept" {
	start_sandbox
	mkdir state
	export SYNC_NOTION_RPM=6 SYNC_STATE_DIR=state
	must_pass fetch
	catch timeout -k 5 3 "$BIN/notion-fetch"
	[[ $status -eq 124 ]] || seen "it didn't wait"
	must_say 'request budget is used up'
	must_hold 'map(select(.api == "notion")) | length == 6' \
		<(control GET log)
	[[ $(stat -c %a state/notion-rate) == 600 ]]
}

@test "a full disk and a closed pipe" {
	start_sandbox
	seed_pages 1 250
	full() {
		"$BIN/notion-fetch" >/dev/full
	}
	must_fail $RC_LOCAL full
	must_say 'No space left'
	closed() {
		"$BIN/notion-fetch" | head -n 1 >/dev/null
		return "${PIPESTATUS[0]}"
	}
	must_fail $RC_LOCAL closed
	ignored() {
		(trap '' PIPE && closed)
	}
	must_fail $RC_LOCAL ignored
}

@test "a signal ends the stream as incomplete, and the program dies of it" {
	start_sandbox
	seed_pages 1 120
	for signal in INT TERM; do
		# Nobody waits so long for an answer.
		fault '{"match":{"path":"/query","nth":2},"delay_ms":600000}'
		SYNC_TIMEOUT=500 signalled $signal "$BIN/notion-fetch"
		[[ $status -eq $((128 + $(kill -l $signal))) ]] ||
			seen "not ended by $signal"
		must_hold '.[-1] | .kind == "end" and .complete == false and
			.count == 100'
		control DELETE faults >/dev/null
	done
}

@test "no key in the output" {
	start_sandbox
	must_pass fetch -vv
	[[ $stderr == *'HTTP 200'* ]] || seen "no requests shown"
	[[ $output$stderr != *ntn_sandbox* ]] || seen "the key"
}
