#!/usr/bin/env bats
# The sandbox as Notion.

load ../helper
load http

setup() {
	common_setup
	start_sandbox
}

TITLE='{"Decision":{"title":[{"text":{"content":"a"}}]}}'

# units N: a text of N letters
units() {
	head -c "$1" /dev/zero | tr '\0' x
}

# refused MESSAGE: the last answer is a validation error that says it.
refused() {
	[[ $STATUS == 400 && $($JQ -r '.code, .message' <<<"$BODY") == validation_error$'\n'*"$1"* ]] && return
	printf 'expected a validation error: %s\n%s %s\n' "$1" "$STATUS" "$BODY"
	return 1
}

@test "the token, the version, the request id" {
	KEY=other notion GET /v1/users/me
	must_answer 401 '.code == "unauthorized"
		and .message == "API token is invalid."'
	request GET /v1/users/me '' -H 'Authorization: Bearer ntn_sandbox'
	must_answer 400 '.code == "missing_version"'
	VERSION=2022-06-28 notion GET /v1/users/me
	refused headers.notion-version
	notion GET /v1/users/me
	must_answer 200 '.type == "bot" and .bot.owner.type == "workspace"'
	header x-notion-request-id
	[[ $HEADER && $HEADER == "$($JQ -r .request_id <<<"$BODY")" ]]
	notion GET /v1/nothing
	must_answer 400 '.code == "invalid_request_url" and .request_id != null'
}

@test "database to data source to properties" {
	notion GET "/v1/databases/$NOTION_DATABASE_ID"
	must_answer 200 '.data_sources == [{id:
		"d5000000-0000-4000-8000-000000000001",
		name: "Decision Vault"}]
		and (.created_time | test("\\.[0-9]{3}\\+00:00$"))
		and (has("archived") | not)'
	notion GET "/v1/data_sources/${SOURCE//-/}"
	must_answer 200 '(.properties | map_values(.type)) == {
		Decision: "title", Type: "multi_select", Date: "date",
		Checksum: "rich_text", Synced: "checkbox",
		Owner: "rich_text", Notes: "rich_text"}
		and .properties.Type.id == "%5Ckxk"
		and (.created_time | endswith(":00.000Z"))'
	VERSION=2025-09-03 notion GET "/v1/data_sources/$SOURCE"
	must_answer 200 '.archived == false'
	notion GET "/v1/data_sources/$NOTION_DATABASE_ID"
	must_answer 404 '.code == "object_not_found"
		and (.message | contains("integration \"Sandbox\""))
		and .additional_data.integration_id != null'
}

@test "a page there and back" {
	create '{"title":{"title":[{"text":{"content":"Hi"}},
			{"text":{"content":" there"}},
			{"text":{"content":"!"},"annotations":{"bold":true}}]},
		"%5Ckxk":{"multi_select":[{"name":"ops"},{"name":"Fresh"}]},
		"Date":{"date":{"start":"2026-12-01T10:20:30.5+01:00",
			"end":"2026-12-02"}},
		"Synced":{"checkbox":true}}'
	must_answer 200 '.properties
		| [.Decision.title[].plain_text] == ["Hi there", "!"]
		and .Decision.title[1].annotations.bold
		and [.Type.multi_select[].name] == ["Ops", "Fresh"]
		and .Date.date == {start: "2026-12-01T10:20:00.000+01:00",
			end: "2026-12-02", time_zone: null}
		and .Checksum.rich_text == [] and .Synced.checkbox'
	local page
	page=$($JQ -r .id <<<"$BODY")
	notion GET "/v1/pages/${page//-/}?filter_properties=title&filter_properties=%255Ckxk"
	must_answer 200 '(.properties | keys) == ["Decision", "Type"]
		and (.last_edited_time | endswith(":00.000Z"))
		and .last_edited_by.id == .created_by.id'
	notion GET "/v1/data_sources/$SOURCE"
	must_answer 200 '[.properties.Type.multi_select.options[].name][-1]
		== "Fresh"'
	notion PATCH "/v1/pages/$page" '{"properties":{"Date":{"date":null},
		"title":{"title":[]}}}'
	must_answer 200 '.properties | .Date.date == null
		and .Decision.title == [] and .Synced.checkbox'
}

@test "a write answers with the properties that were asked for, and writes all" {
	local page asked='filter_properties=title&filter_properties=%255Ckxk'
	notion POST "/v1/pages?$asked" "$(jq -nc --arg s "$SOURCE" '{parent:{data_source_id:$s},
		properties:{title:{title:[{text:{content:"x"}}]}, Synced:{checkbox:true}}}')"
	must_answer 200 '.properties | keys == ["Decision", "Type"]'
	page=$($JQ -r .id <<<"$BODY")
	notion PATCH "/v1/pages/$page?$asked" '{"properties":{"Date":{"date":{"start":"2026-12-01"}}}}'
	must_answer 200 '.properties | keys == ["Decision", "Type"]'
	notion GET "/v1/pages/$page"
	must_answer 200 '.properties | .Synced.checkbox and .Date.date.start == "2026-12-01"'
}

@test "a text of 2001 units in two elements comes back as one" {
	create "{\"Decision\":{\"title\":[{\"text\":{\"content\":\"$(units 2000)\"}},
		{\"text\":{\"content\":\"y\"}}]}}"
	must_answer 200 '.properties.Decision.title | length == 1
		and (.[0].plain_text | length) == 2001'
}

@test "limits, counted in UTF-16 units" {
	create "{\"Decision\":{\"title\":[{\"text\":{\"content\":\"$(units 2001)\"}}]}}"
	refused 'body.properties.Decision.title[0].text.content.length should be ≤ `2000`, instead was `2001`.'
	create "{\"Decision\":{\"title\":[{\"text\":{\"content\":\"$(units 1999)😀\"}}]}}"
	refused 'instead was `2001`'
	create "{\"Decision\":{\"title\":[{\"text\":{\"content\":\"$(units 1998)😀\"}}]}}"
	must_answer 200
	create "$(jq -nc '{Decision: {title: [range(101)
		| {text: {content: "x"}}]}}')"
	refused 'body.properties.Decision.title.length should be ≤ `100`, instead was `101`.'
	create "{\"Type\":{\"multi_select\":[{\"name\":\"$(units 101)\"}]}}"
	refused 'multi_select[0].name.length should be ≤ `100`'
	create '{"Type":{"multi_select":[{"name":"a,b"}]}}'
	refused 'Invalid select option, commas not allowed: a,b'
	create "$(jq -nc '{Type: {multi_select: [range(101)
		| {name: "o\(.)"}]}}')"
	refused 'multi_select.length should be ≤ `100`'
	jq -nc --arg s "$SOURCE" '{parent: {data_source_id: $s}, properties:
		{Decision: {title: [range(100) | {text: {content: ("x" * 2000)},
		annotations: {bold: (. % 2 == 0)}}]}},
		children: ["x" * 400000]}' >big
	notion POST /v1/pages @big
	refused 'body.length should be ≤ `512000`'
}

@test "a wrong value is refused, and nothing of it is stored" {
	local message body
	while IFS='|' read -r message body; do
		create "$body"
		refused "$message"
	done <<-'EOF'
		Nothing is not a property that exists.|{"Nothing":{"checkbox":true}}
		Checksum is expected to be rich_text.|{"Checksum":{"title":[]}}
		body.properties.Synced.checkbox should be a boolean, instead was `"yes"`.|{"Synced":{"checkbox":"yes"}}
		body.properties.Decision.title should be an array, instead was `"x"`.|{"Decision":{"title":"x"}}
		title[0].text.content should be a string, instead was `undefined`.|{"Decision":{"title":[{"text":{}}]}}
		title[0].foo should be not present, instead was `1`.|{"Decision":{"title":[{"text":{"content":"x"},"foo":1}]}}
		body.properties.Date.date.start should be a valid ISO 8601 date string, instead was `"2026-02-30"`.|{"Date":{"date":{"start":"2026-02-30"}}}
		body.properties.Date.date.start should be a valid ISO 8601|{"Date":{"date":{"start":"10000-01-01"}}}
		body.properties.Date.date.colour should be not present|{"Date":{"date":{"start":"2026-01-01","colour":1}}}
		There is no select option with id|{"Type":{"multi_select":[{"name":"Brand new"},{"id":"nothing"}]}}
	EOF
	notion POST /v1/pages '{"properties":{}}'
	refused 'body.parent should be defined, instead was `undefined`.'
	notion POST /v1/pages '{"parent":'
	must_answer 400 '.code == "invalid_json"
		and .message == "Error parsing JSON body."'
	notion POST /v1/pages '[]'
	refused 'body should be an object'
	notion GET /v1/pages/12345678-1234-1234-1234-123456789abc
	refused 'path failed validation: path.page_id should be a valid uuid, instead was `"12345678-1234-1234-1234-123456789abc"`.'
	query
	must_answer 200 '.results == []'
	notion GET "/v1/data_sources/$SOURCE"
	must_answer 200 '[.properties.Type.multi_select.options[].name]
		| index("Brand new") == null'
}

@test "trash and back" {
	local page
	page=$(add_page '{"decision":"a"}')
	notion PATCH "/v1/pages/$page" '{"in_trash":true}'
	must_answer 200 '.in_trash'
	query
	must_answer 200 '.results == []'
	notion PATCH "/v1/pages/$page" "{\"properties\":$TITLE}"
	refused "Can't edit block that is archived. You must unarchive the block before editing."
	notion PATCH "/v1/pages/$page" \
		"{\"in_trash\":false,\"properties\":$TITLE}"
	refused "Can't edit block that is archived."
	notion GET "/v1/pages/$page"
	must_answer 200 '.in_trash'
	config '{"restore_with_properties":true}'
	notion PATCH "/v1/pages/$page" \
		"{\"in_trash\":false,\"properties\":$TITLE}"
	must_answer 200 '.in_trash == false'
	notion DELETE "/v1/blocks/$page"
	must_answer 200 '.object == "block" and .in_trash
		and .child_page.title == "a"'
	notion PATCH "/v1/pages/$page" '{"archived":false}'
	refused body.archived
	VERSION=2025-09-03 notion PATCH "/v1/pages/$page" '{"archived":false}'
	must_answer 200 '.archived == false and .in_trash == false'
}

@test "an archived page: in a listing of its own, readable, and closed to edits" {
	local page other
	page=$(add_page '{"decision":"a"}')
	other=$(add_page '{"decision":"b"}')
	control POST edit "{\"side\":\"notion\",\"id\":\"$page\",
		\"action\":\"archive\"}" >/dev/null
	query
	must_answer 200 "[.results[].id] == [\"$other\"] and
		.results[0].is_archived == false"
	query '{"is_archived":true}'
	must_answer 200 "[.results[].id] == [\"$page\"] and
		.results[0].is_archived and (.results[0].in_trash | not)"
	notion GET "/v1/pages/$page"
	must_answer 200 '.is_archived'
	notion PATCH "/v1/pages/$page" "{\"properties\":$TITLE}"
	refused "Can't edit block that is archived."
	config '{"edit_archived":true}'
	notion PATCH "/v1/pages/$page" "{\"properties\":$TITLE}"
	must_answer 200 '.is_archived'
	config '{"edit_archived":false}'
	notion PATCH "/v1/pages/$page" '{"in_trash":true}'
	must_answer 200 '.in_trash'
	query '{"is_archived":true}'
	must_answer 200 '.results == []'
	notion PATCH "/v1/pages/$page" '{"in_trash":false,"is_archived":false}'
	must_answer 200 '.is_archived == false and .in_trash == false'
}

@test "a service that ignores is_archived, or doesn't know it" {
	local page
	page=$(add_page '{"decision":"a","archived":true}')
	add_page '{"decision":"b"}' >/dev/null
	config '{"archive_asked_in_vain":true}'
	query '{"is_archived":true}'
	must_answer 200 '[.results[].is_archived] == [false]'
	config '{"archive_known":false}'
	query '{"is_archived":true}'
	refused "body.is_archived should be not present"
	notion GET "/v1/pages/$page"
	must_answer 200 'has("is_archived") | not'
}

@test "with a person's access token everything is that person's" {
	config '{"personal_token":true}'
	notion GET /v1/users/me
	must_answer 200 '.type == "person" and (has("bot") | not)'
	local me
	me=$(jq .id <<<"$BODY")
	create "$TITLE"
	must_answer 200 ".created_by.id == $me and .last_edited_by.id == $me"
}

@test "moved, unshared and erased pages" {
	local page
	page=$(add_page '{"decision":"a","type":"Ops"}')
	control POST edit "{\"side\":\"notion\",\"id\":\"$page\",\"action\":\"move\"}"
	query
	must_answer 200 '.results == []'
	notion GET "/v1/pages/$page"
	must_answer 200 '.in_trash == false and .parent.data_source_id !=
		"d5000000-0000-4000-8000-000000000001"'
	notion POST "/v1/pages/$page/move" \
		"{\"parent\":{\"type\":\"data_source_id\",\"data_source_id\":\"$SOURCE\"}}"
	must_answer 200 '.properties.Type.multi_select[0].name == "Ops"'
	control POST edit "{\"side\":\"notion\",\"id\":\"$page\",\"action\":\"unshare\"}"
	notion GET "/v1/pages/$page"
	must_answer 404 ".message == \"Could not find page with ID: $page. Make sure the relevant pages and databases are shared with your integration \\\"Sandbox\\\".\""
	notion PATCH "/v1/pages/$page" '{"in_trash":true}'
	must_answer 404
	control POST edit "{\"side\":\"notion\",\"id\":\"$page\",\"action\":\"share\"}"
	notion GET "/v1/pages/$page"
	must_answer 200
	control POST edit "{\"side\":\"notion\",\"id\":\"$page\",\"action\":\"erase\"}"
	notion GET "/v1/pages/$page"
	must_answer 404
}

# walk BODY: all the ids of a query, page by page, into $IDS.
walk() {
	local cursor='' page
	IDS=()
	while :; do
		query "${1%\}}${cursor:+,\"start_cursor\":\"$cursor\"}}"
		must_answer 200 || return
		mapfile -t page < <($JQ -r '.next_cursor // "", .results[].id' <<<"$BODY")
		IDS+=("${page[@]:1}")
		cursor=${page[0]}
		[[ -n $cursor ]] || break
	done
}

seed_pages() {
	local n
	for ((n = 1; n <= $1; n++)); do
		printf '{"side":"notion","decision":"d%03d","checksum":"c%d",' \
			"$n" "$n"
		printf '"created_at":"2026-01-01T00:%02d:00Z"}\n' $((n % 60))
	done >seed
	control POST seed @seed | $JQ -r '.ids[]' >ids
}

@test "every order gives every page once" {
	local sorts
	seed_pages 23
	for sorts in '[]' '[{"timestamp":"created_time","direction":"ascending"}]' \
		'[{"timestamp":"last_edited_time","direction":"descending"}]' \
		'[{"property":"Decision","direction":"descending"}]' \
		'[{"property":"Date","direction":"ascending"},{"timestamp":"created_time","direction":"descending"}]'; do
		walk "{\"page_size\":5,\"sorts\":$sorts}"
		[[ ${#IDS[@]} == 23 ]]
		[[ $(printf '%s\n' "${IDS[@]}" | sort -u) == "$(sort ids)" ]]
	done
	walk '{"page_size":7,"sorts":[{"timestamp":"created_time","direction":"ascending"}]}'
	[[ $(printf '%s\n' "${IDS[@]}") == "$(<ids)" ]]
	walk '{"page_size":7,"sorts":[{"property":"Decision","direction":"descending"}]}'
	[[ $(printf '%s\n' "${IDS[@]}") == "$(tac ids)" ]]
}

@test "cursors are opaque, short-lived, and belong to their query" {
	seed_pages 5
	query '{"page_size":2}'
	must_answer 200 '.has_more and (.next_cursor | test("^s:"))
		and (has("request_status") | not)'
	local cursor
	cursor=$($JQ -r .next_cursor <<<"$BODY")
	query "{\"page_size\":2,\"start_cursor\":\"$cursor\"}"
	must_answer 200 '.results | length == 2'
	query "{\"start_cursor\":\"$cursor\",\"sorts\":[{\"timestamp\":\"created_time\",\"direction\":\"ascending\"}]}"
	refused 'The start_cursor provided is invalid'
	query '{"start_cursor":"nonsense"}'
	refused 'The start_cursor provided is invalid: nonsense'
	control POST clock '{"advance":3600}'
	query "{\"page_size\":2,\"start_cursor\":\"$cursor\"}"
	refused 'The start_cursor provided is invalid'
	query '{"page_size":101}'
	refused 'page_size should be ≤ `100`, instead was `101`'
	query '{"page_size":"x"}'
	refused body.page_size
	query '{"in_trash":true}'
	refused 'body.in_trash should be not present, instead was `true`.'
}

@test "a query over the cap says that it is incomplete" {
	seed_pages 7
	config '{"query_cap":5}'
	query '{"page_size":3}'
	must_answer 200 '.has_more and .request_status == {type: "incomplete",
		incomplete_reason: "query_result_limit_reached"}'
	query "{\"page_size\":3,\"start_cursor\":$(jq .next_cursor <<<"$BODY")}"
	must_answer 200 '(.results | length) == 2 and .has_more == false
		and .next_cursor == null
		and .request_status.type == "incomplete"'
	config '{"query_cap":7}'
	query '{"page_size":3}'
	must_answer 200 'has("request_status") | not'
}

# finds FILTER NAMES
finds() {
	query "{\"filter\":$1}"
	must_answer 200 "([.results[].properties.Decision.title[0].plain_text]
		| sort | join(\" \")) == \"$2\""
}

@test "filters" {
	local p
	control POST seed '{"side":"notion","decision":"a","type":["Ops","UX"],"date":"2026-01-01","checksum":"c1","synced":true,"created_at":"2026-01-01T00:05:00Z"}
{"side":"notion","decision":"b","type":"Ops","date":{"start":"2026-01-02T10:00:00+01:00"},"checksum":"c2","created_at":"2026-01-01T00:06:00Z"}
{"side":"notion","decision":"c","created_at":"2026-01-01T00:07:00Z"}' >/dev/null
	finds '{"property":"Checksum","rich_text":{"equals":"c1"}}' a
	finds '{"property":"CWCZ","rich_text":{"is_empty":true}}' c
	finds '{"property":"title","title":{"does_not_equal":"a"}}' 'b c'
	finds '{"property":"Decision","rich_text":{"starts_with":"b"}}' b
	finds '{"property":"Synced","checkbox":{"equals":true}}' a
	finds '{"property":"Type","multi_select":{"contains":"UX"}}' a
	finds '{"property":"Type","multi_select":{"does_not_contain":"UX"}}' 'b c'
	finds '{"property":"Type","multi_select":{"is_empty":true}}' c
	finds '{"property":"Date","date":{"equals":"2026-01-02"}}' b
	finds '{"property":"Date","date":{"before":"2026-01-02"}}' a
	finds '{"property":"Date","date":{"on_or_after":"2026-01-02T09:00:00Z"}}' b
	finds '{"property":"Date","date":{"after":"2026-01-02T09:00:00Z"}}' ''
	finds '{"property":"Date","date":{"is_not_empty":true}}' 'a b'
	finds '{"timestamp":"created_time","created_time":{"on_or_after":"2026-01-01T00:06:00.000Z"}}' 'b c'
	finds '{"timestamp":"created_time","created_time":{"on_or_after":"2026-01-01T00:06:00.001Z"}}' c
	finds '{"and":[{"property":"Type","multi_select":{"contains":"Ops"}},{"or":[{"property":"Checksum","rich_text":{"equals":"c2"}},{"property":"Checksum","rich_text":{"equals":"c3"}}]}]}' b
	query '{"filter":{"property":"Nothing","rich_text":{"equals":"x"}}}'
	refused 'Could not find property with name or id: Nothing'
	query '{"filter":{"property":"Synced","rich_text":{"equals":"x"}}}'
	refused 'database property checkbox does not match filter rich_text'
	query '{"filter":{"timestamp":"created_time","property":"Date","created_time":{"is_empty":true}}}'
	refused body.filter
	query '{"filter":{"and":[{"or":[{"and":[]}]}]}}'
	refused 'two levels'
	query '{"sorts":[{"property":"Nothing","direction":"ascending"}]}'
	refused 'Could not find sort property with name or id: Nothing'
}

@test "the option list of a patch replaces the existing one" {
	local page options
	page=$(add_page '{"decision":"a","type":["Ops","UX"]}')
	notion GET "/v1/data_sources/$SOURCE"
	options=$(jq -c '[.properties.Type.multi_select.options[]
		| select(.name != "UX") | {id}] + [{name: "New"}]' <<<"$BODY")
	notion PATCH "/v1/data_sources/$SOURCE" \
		"{\"properties\":{\"Type\":{\"multi_select\":{\"options\":$options}}}}"
	must_answer 200 '[.properties.Type.multi_select.options[].name] ==
		["Policy", "Architecture", "Ops", "Other", "New"]'
	notion GET "/v1/pages/$page"
	must_answer 200 '[.properties.Type.multi_select[].name] == ["Ops"]'
	notion PATCH "/v1/data_sources/$SOURCE" \
		'{"properties":{"Type":{"multi_select":{"options":[{"name":"a"},{"name":"A"}]}}}}'
	refused unique
}

@test "properties are added, renamed and removed" {
	local page
	page=$(add_page '{"decision":"a","checksum":"c"}')
	notion PATCH "/v1/data_sources/$SOURCE" '{"properties":{
		"Extra":{"number":{}},"CWCZ":{"name":"Sum"},"Notes":null}}'
	must_answer 200 '.properties | .Extra.type == "number"
		and .Sum.id == "CWCZ" and (has("Notes") | not)'
	notion GET "/v1/pages/$page"
	must_answer 200 '.properties.Sum.rich_text[0].plain_text == "c"
		and (.properties | has("Notes") | not)'
	notion PATCH "/v1/data_sources/$SOURCE" '{"properties":{"Decision":null}}'
	refused 'title property'
	notion PATCH "/v1/data_sources/$SOURCE" '{"properties":{"Gone":null}}'
	refused 'Could not find property with name or id: Gone'
}

@test "a new database, with its data source" {
	notion POST /v1/databases '{"parent":{"page_id":
		"a0000000-0000-4000-8000-000000000001"},
		"initial_data_source":{"properties":{"N":{"title":{}},
		"T":{"multi_select":{"options":[{"name":"x"}]}}}}}'
	must_answer 200 '.title[0].plain_text == "New database"
		and (.data_sources | length) == 1'
	notion GET "/v1/data_sources/$($JQ -r '.data_sources[0].id' <<<"$BODY")"
	must_answer 200 '.properties | .N.id == "title"
		and .T.multi_select.options[0].name == "x"'
	notion POST /v1/databases '{"parent":{"page_id":
		"a0000000-0000-4000-8000-000000000001"},"properties":{}}'
	refused body.properties
}

@test "more than 25 mentions are cut in a page, not in the property" {
	local page rich
	rich=$(jq -nc '[range(30) | {mention: {user: {id:
		"c0000000-0000-4000-8000-000000000001"}}},
		{text: {content: " \(.) "}}]')
	page=$(add_page "{\"title_rich_text\":$rich}")
	notion GET "/v1/pages/$page"
	must_answer 200 '[.properties.Decision.title[]
		| select(.type == "mention")] | length == 25'
	notion GET "/v1/pages/$page/properties/title?page_size=40"
	must_answer 200 '(.results | length) == 40 and .has_more
		and .results[0].title.plain_text == "@Sandy Person"'
	notion GET "/v1/pages/$page/properties/title?start_cursor=$($JQ -r .next_cursor <<<"$BODY")"
	must_answer 200 '(.results | length) == 20 and .has_more == false'
	notion GET "/v1/pages/$page/properties/title?start_cursor=x"
	refused start_cursor
	notion GET "/v1/pages/$page/properties/Ur%5DX"
	must_answer 200 '.object == "property_item" and .checkbox == false'
}

@test "a query lags behind, a page by its id doesn't" {
	local page
	config '{"query_lag_ms":60000}'
	control POST clock '{"freeze":true}'
	create "$TITLE"
	page=$($JQ -r .id <<<"$BODY")
	query
	must_answer 200 '.results == []'
	control POST clock '{"advance":60}'
	query
	must_answer 200 '.results | length == 1'
	notion PATCH "/v1/pages/$page" \
		'{"properties":{"Checksum":[{"text":{"content":"1"}}]}}'
	control POST clock '{"advance":30}'
	notion PATCH "/v1/pages/$page" '{"in_trash":true}'
	query
	must_answer 200 '.results[0].properties.Checksum.rich_text == []'
	control POST clock '{"advance":30}'
	query
	must_answer 200 '.results[0] | .in_trash == false and
		.properties.Checksum.rich_text[0].plain_text == "1"'
	control POST clock '{"advance":30}'
	query
	must_answer 200 '.results == []'
}

@test "a fixed window of requests, and what a 429 says" {
	config '{"rate_limit":3}'
	control POST clock '{"freeze":true}'
	for _ in 1 2 3; do
		notion GET /v1/users/me
		must_answer 200
	done
	control POST clock '{"advance":20}'
	notion GET /v1/users/me
	must_answer 429 '.code == "rate_limited" and .additional_data ==
		{rate_limit_reason: "public_api_request_rate_limit",
		retry_after: "40"}'
	must_head Retry-After 40
	control POST clock '{"advance":40}'
	notion GET /v1/users/me
	must_answer 200
}

@test "times are the sandbox's, and a write without a change is an edit" {
	local page
	page=$(add_page '{"decision":"a"}')
	control POST clock '{"now":"2027-01-02T03:04:05.678Z","freeze":true}'
	notion PATCH "/v1/pages/$page" "{\"properties\":$TITLE}"
	must_answer 200 '.last_edited_time == "2027-01-02T03:04:00.000Z"'
	config '{"bump_same_value":false}'
	control POST clock '{"advance":3600}'
	notion PATCH "/v1/pages/$page" "{\"properties\":$TITLE}"
	must_answer 200 '.last_edited_time == "2027-01-02T03:04:00.000Z"'
	notion PATCH "/v1/pages/$page" \
		'{"properties":{"Synced":{"checkbox":true}}}'
	must_answer 200 '.last_edited_time == "2027-01-02T04:04:00.000Z"'
}

@test "a connection without a capability" {
	config '{"can_insert":false}'
	create "$TITLE"
	must_answer 403 '.code == "restricted_resource"'
	query
	must_answer 200
	config '{"can_read":false}'
	query
	must_answer 403
	notion GET /v1/users/me
	must_answer 200
}

@test "a query trims texts where that is switched on" {
	local page
	page=$(add_page '{"decision":"  a  "}')
	query
	must_answer 200 '.results[0].properties.Decision.title[0].plain_text
		== "  a  "'
	config '{"query_trims":true}'
	query
	must_answer 200 '.results[0].properties.Decision.title[0].plain_text
		== "a"'
	notion GET "/v1/pages/$page"
	must_answer 200 '.properties.Decision.title[0].plain_text == "  a  "'
}

@test "the automations that a database may have" {
	local parent="\"parent\":{\"data_source_id\":\"$SOURCE\"}" page
	control POST config '{"automations":[{"on":"create","set":{"type":"Policy"}},
		{"on":"edit","find":"a","swallow":true},{"on":"edit","find":"b","action":"trash"}]}'
	notion POST /v1/pages "{$parent,\"properties\":$TITLE}"
	must_answer 200 '.properties.Type.multi_select[0].name == "Policy"'
	page=$($JQ -r .id <<<"$BODY")
	notion PATCH "/v1/pages/$page" '{"properties":{"Decision":{"title":[{"text":{"content":"aa"}}]}}}'
	must_answer 200 '.properties.Decision.title[0].plain_text == "a"'
	notion PATCH "/v1/pages/$page" '{"properties":{"Decision":{"title":[{"text":{"content":"b"}}]}}}'
	must_answer 200 '.in_trash'
}
