#!/usr/bin/env bats
# notion-setup: the properties of the Notion database.

load ../helper

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_BACKOFF_MS=1
}

# notion METHOD PATH [DATA]: a request to Notion's API as a person's script.
notion() {
	curl -fsS --max-time 30 -X "$1" "$SANDBOX/v1/$2" \
		-H "Authorization: Bearer ntn_sandbox" \
		-H "Notion-Version: 2026-03-11" \
		-H "Content-Type: application/json" ${3+-d "$3"}
}

SOURCE=d5000000-0000-4000-8000-000000000001
ROOT_PAGE=a0000000-0000-4000-8000-000000000001

properties() {
	notion GET "data_sources/$SOURCE" | jq -c .properties
}

change() {
	notion PATCH "data_sources/$SOURCE" "{\"properties\":$1}" >/dev/null
}

# Only the title, called Name, is left of the five.
strip() {
	change '{"title":{"name":"Name"},"Type":null,"Date":null,
		"Checksum":null,"Synced":null}'
}

# The requests since the last DELETE of the log that could change something.
writes() {
	control GET log | $JQ -sc '[.[] | select(.method != "GET" and
		((.path // .target) | test("/v1/")))] | length'
}

@test "nothing is sent where all is well" {
	start_sandbox
	before=$(properties)
	control DELETE log >/dev/null
	must_pass "$BIN/notion-setup"
	[[ $output == *"ready for API use"* ]] || seen "no summary"
	[[ $(writes) == 0 ]]
	[[ $(properties) == "$before" ]]
}

@test "everything missing is created in one request, and only once" {
	start_sandbox
	strip
	control DELETE log >/dev/null
	must_pass "$BIN/notion-setup" --json
	must_hold '.[0] | .ready and .changed and (.created | not)
		and ([.properties[].found] == ["other-name", "missing",
			"missing", "missing", "missing"])
		and all(.properties[]; .state == "ready" and .id != null)'
	[[ $(writes) == 1 ]]
	run properties
	must_hold '.[0] | .Decision.type == "title"
		and .Type.type == "multi_select"
		and [.Type.multi_select.options[].name] == ["Policy",
			"Architecture", "Ops", "UX", "Other"]
		and .Date.type == "date" and .Checksum.type == "rich_text"
		and .Synced.type == "checkbox" and (has("Name") | not)
		and .Owner and .Notes'
	must_pass "$BIN/notion-setup" --json
	must_hold '.[0] | .ready and (.changed | not)'
	[[ $(writes) == 1 ]]
}

@test "existing options stay, with id and colour; another case is the same option" {
	start_sandbox
	change '{"Type":null}'
	change '{"Type":{"multi_select":{"options":[
		{"name":"policy","color":"red"},{"name":"Mine","color":"pink"}]}}}'
	before=$(properties | jq -c '[.Type.multi_select.options[]
		| {id, name, color}]')
	must_pass "$BIN/notion-setup" --json
	must_hold '.[0].properties[1].options_added == ["Architecture",
		"Ops", "UX", "Other"]'
	run jq -nc --argjson before "$before" --argjson now "$(properties)" '
		[$now.Type.multi_select.options[] | {id, name, color}] as $o
		| {kept:($o[:2] == $before), names:[$o[].name]}'
	must_hold '.[0] == {kept:true, names:["policy", "Mine",
		"Architecture", "Ops", "UX", "Other"]}'
}

@test "a page keeps its values through all of it" {
	start_sandbox
	notion POST pages "{\"parent\":{\"data_source_id\":\"$SOURCE\"},
		\"properties\":{\"title\":{\"title\":[{\"text\":{\"content\":
		\"Keep me\"}}]},\"Type\":{\"multi_select\":[{\"name\":\"Mine\"}]},
		\"Owner\":{\"rich_text\":[{\"text\":{\"content\":\"Ann\"}}]}}}" \
		>page
	change '{"title":{"name":"Task"},"Checksum":null}'
	must_pass "$BIN/notion-setup"
	run notion GET "pages/$($JQ -r .id page)"
	must_hold '.[0].properties
		| .Decision.title[0].plain_text == "Keep me"
		and [.Type.multi_select[].name] == ["Mine"]
		and .Owner.rich_text[0].plain_text == "Ann"'
}

@test "Type with a hundred options gets no more, and that is not an error" {
	start_sandbox
	change "{\"Type\":{\"multi_select\":{\"options\":$(jq -nc \
		'[range(100) | {name:"n\(.)"}]')}}}"
	control DELETE log >/dev/null
	must_pass "$BIN/notion-setup"
	[[ $output == *"100 options"*"Policy"* ]] || seen "no note"
	[[ $(writes) == 0 ]]
}

@test "--check changes nothing, and says by its exit whether it would" {
	start_sandbox
	must_pass "$BIN/notion-setup" --check
	change '{"Checksum":null}'
	before=$(properties)
	control DELETE log >/dev/null
	must_fail $RC_ATTENTION "$BIN/notion-setup" --check --json
	must_hold '.[0] | (.ready | not) and .check and (.changed | not)
		and .properties[3].state == "missing"'
	must_fail $RC_ATTENTION "$BIN/notion-setup" -c
	[[ $output == *"to be added"* ]] || seen "no list of changes"
	[[ $(writes) == 0 ]]
	[[ $(properties) == "$before" ]]
}

@test "a property of a wrong type is refused before anything is changed" {
	start_sandbox
	local one
	for one in Type:number:multi_select Date:rich_text:date \
		Checksum:number:rich_text Synced:rich_text:checkbox; do
		IFS=: read -r name is should <<<"$one"
		change "{\"$name\":null,\"Decision\":{\"name\":\"Name\"}}"
		change "{\"$name\":{\"$is\":{}}}"
		before=$(properties)
		control DELETE log >/dev/null
		must_fail $RC_CONFIG "$BIN/notion-setup"
		must_say "\"$name\" has type $is and should have type $should"
		must_say "change its type in Notion, or rename it"
		[[ $output == *"Nothing was changed"* ]] || seen "$name"
		must_fail $RC_CONFIG "$BIN/notion-setup" --check
		[[ $(writes) == 0 ]] || seen "$name: something was sent"
		[[ $(properties) == "$before" ]]
		change "{\"$name\":null}"
		must_pass "$BIN/notion-setup" -q
	done
}

@test "the title can't take a name that another property has" {
	start_sandbox
	change '{"title":{"name":"Name"}}'
	change '{"Decision":{"rich_text":{}}}'
	must_fail $RC_CONFIG "$BIN/notion-setup"
	must_say '"Decision" has type rich_text and should have type title'
}

@test "a property that differs by case is pointed out and left alone" {
	start_sandbox
	change '{"Date":null,"date":{"date":{}}}'
	must_pass "$BIN/notion-setup"
	[[ $output == *'note: there is also a property "date"'* ]] ||
		seen "no note"
	run properties
	must_hold '.[0] | .date.type == "date" and .Date.type == "date"'
}

@test "a type or a name from a malicious service can't control the terminal" {
	local evil='\u001b[31m\u009b\u202e\n' source
	start_sandbox
	source=$(notion GET "data_sources/$SOURCE" | jq -c --argjson evil "\"$evil\"" '
		.title = [{plain_text: $evil}] | .properties.Type.type = "x" + $evil')
	jq -nc --arg body "$source" '{match: {api: "notion", path: "/v1/data_sources"}, times: -1,
		status: 200, content_type: "application/json", body: $body}' >fault
	control POST faults @fault >/dev/null
	catch "$BIN/notion-setup" --check
	printf '%s\n' "$output" "$stderr" >said
	grep -q 'has type x.u{001B}' said || seen "not shown"
	[[ $(<said) != *$'\033'* && $(<said) != *$'\u202e'* && $(<said) != *$'\u009b'* ]] || seen "raw"
}

@test "Synced is optional" {
	start_sandbox
	change '{"Synced":null}'
	must_pass "$BIN/notion-setup" --without-synced --json
	must_hold '.[0] | .ready and (.changed | not)
		and .properties[4].state == "left-out"'
	must_fail $RC_ATTENTION "$BIN/notion-setup" --check -q
}

@test "a lost answer is looked into, not repeated blindly" {
	start_sandbox
	strip
	control POST faults '{"match":{"method":"PATCH"},"drop":"after","times":1}' \
		>/dev/null
	must_pass "$BIN/notion-setup" --json
	must_hold '.[0] | .ready and .changed'
	run properties
	must_hold '.[0].Type.multi_select.options | length == 5'
}

@test "--create creates a database that is ready, and prints the line for .env" {
	start_sandbox
	unset NOTION_DATABASE_ID
	must_pass "$BIN/notion-setup" --create "$ROOT_PAGE" --title Choices
	line=$(grep -x 'NOTION_DATABASE_ID=.*' <<<"$output")
	export "${line?}"
	must_pass "$BIN/notion-setup" --check
	must_pass "$BIN/notion-fetch"
	run notion GET "databases/$NOTION_DATABASE_ID"
	must_hold ".[0] | .parent.page_id == \"$ROOT_PAGE\"
		and .title[0].plain_text == \"Choices\""
}

@test "--create accepts a page's link, and creates no second database by accident" {
	start_sandbox
	must_fail $RC_CONFIG "$BIN/notion-setup" --create "$ROOT_PAGE"
	must_say "NOTION_DATABASE_ID is already set"
	database=$NOTION_DATABASE_ID
	unset NOTION_DATABASE_ID
	control DELETE log >/dev/null
	must_fail $RC_CONFIG "$BIN/notion-setup" --create \
		"https://app.notion.com/p/Team-${ROOT_PAGE//-/}?pvs=4"
	must_say "NOTION_DATABASE_ID=$database"
	[[ $(writes) == 0 ]]
	must_pass "$BIN/notion-setup" --create "$ROOT_PAGE" --force-new --json
	must_hold ".[0] | .ready and .created
		and .database_id != \"$database\""
}

@test "--create refuses what is not a page, or not shared" {
	start_sandbox
	unset NOTION_DATABASE_ID
	must_fail $RC_USAGE "$BIN/notion-setup" --create "My page"
	must_say "needs the id of a page"
	must_fail $RC_CONFIG "$BIN/notion-setup" --create "$(id 77)"
	must_say "Connections, and add this connection"
}

@test "a connection that may not change the database is told so" {
	start_sandbox
	change '{"Checksum":null}'
	control POST config '{"can_update":false}' >/dev/null
	must_fail $RC_CREDENTIALS "$BIN/notion-setup"
	must_say "allow this connection to read, update and insert"
}

@test "options, help, version, full disk" {
	must_pass "$BIN/notion-setup" --help
	[[ $output == *--create*--without-synced* ]] || seen "help"
	must_pass "$BIN/notion-setup" --version
	must_fail $RC_USAGE "$BIN/notion-setup" --nonsense
	must_fail $RC_USAGE "$BIN/notion-setup" operand
	must_fail $RC_USAGE "$BIN/notion-setup" --check --create x
	must_fail $RC_USAGE "$BIN/notion-setup" --title x
	must_fail $RC_USAGE "$BIN/notion-setup" --create x --title ' '
	must_fail $RC_CONFIG "$BIN/notion-setup"
	must_say "NOTION_API_KEY is not set"
	start_sandbox
	must_fail $RC_LOCAL pipe "'$BIN/notion-setup' >/dev/full"
}
