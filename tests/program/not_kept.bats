# A write is done when its answer shows it: a service that answers success and
# stores something else is reported, and no value is lost because of it.

load ../helper
load ../sync

setup() {
	sync_setup
	seed supabase one two
	must_pass sync_now -q
	# Edits are later than what was synced.
	control POST clock '{"advance":3600}' >/dev/null
}

automations() {
	control POST config "{\"automations\":[${1-}]}" >/dev/null
}

triggers() {
	control POST config "{\"triggers\":[${1-}]}" >/dev/null
}

writes() {
	control GET log | $JQ -sc 'map(select(.method == "PATCH" or .method == "DELETE"
		or (.method == "POST" and (.path | endswith("/query") | not)))) | length'
}

# must_be_told TEXT: the run ended with 1, a failed op has the code and says so;
# the next two runs write nothing, end with 1 too, and report names the record.
must_be_told() {
	must_fail $RC_ATTENTION sync_now -q
	results | $JQ -se --arg text "$1" 'map(select(.status == "failed"))
		| length == 1 and .[0].error.code == "not-kept"
		and (.[0].error.message | contains($text))' >/dev/null ||
		{ results; seen "no op failed with not-kept and $1"; }
	results | $JQ -se 'all(.[]; .op != "stamp" and .op != "link" or .status != "done")' \
		>/dev/null || { results; seen "a link or stamp claims agreement"; }
	local again
	for again in 1 2; do
		control DELETE log >/dev/null
		must_fail $RC_ATTENTION sync_now -q
		[[ $(writes) == 0 ]] || seen "run $again wrote"
		must_hold '.[0].skips == {"not-kept":1}' logs/last_run.json
	done
	catch "$BIN/report"
	[[ $output == *"something else was stored"* && $output == *"not-kept"* ]] ||
		seen "report: $output"
	[[ ! -s logs/conflicts.ndjson ]] || seen "a conflict was made up"
}

now() {
	live "$1" "$2" | $JQ -r "$3"
}

@test "a page that keeps its old title: the row keeps its new one" {
	automations '{"on":"edit","swallow":true}'
	edit supabase one '{"decision":"one, edited"}'
	must_be_told 'decision: "one, edited" was sent, "one" is kept'
	live supabase "one, edited"
	live notion one
	# When asked to, and when Notion takes it, it arrives.
	automations
	must_pass sync_now -q --retry
	live notion "one, edited"
	must_be_settled
}

@test "a title that an automation cuts: no value changes again and again, none is lost" {
	automations '{"on":"edit","find":"edited","set":{"decision":"cut"}}'
	edit supabase one '{"decision":"one, edited"}'
	must_be_told 'was sent, "cut" is kept'
	live supabase "one, edited"
	live notion cut
	# The person edits again: that is sent at once.
	automations
	edit supabase "one, edited" '{"decision":"one, again"}'
	must_pass sync_now -q
	live notion "one, again"
	must_be_settled
}

@test "what was refused stays so while another field goes the other way" {
	automations '{"on":"edit","swallow":true}'
	edit supabase one '{"decision":"one, edited"}'
	must_be_told '"one, edited" was sent'
	edit notion one '{"type":["UX"]}'
	control POST clock '{"advance":3600}' >/dev/null
	sync_now -q --hold update:notion || true
	[[ $(now supabase "one, edited" .type) == UX ]] || seen "the type has not arrived"
	must_hold 'map(select(.refused)) | length == 1 and .[0].refused.times == 1' state/base.ndjson
	automations
	must_pass sync_now -q --retry
	live notion "one, edited" | $JQ -e '.type == ["UX"]' >/dev/null || seen "the decision has not arrived"
	must_be_settled
}

@test "a page that refused is edited by a person: both have changed" {
	automations '{"on":"edit","swallow":true}'
	edit supabase one '{"decision":"of the row"}'
	must_be_told '"of the row" was sent'
	automations
	control POST clock '{"advance":3600}' >/dev/null
	edit notion one '{"decision":"of the page"}'
	must_pass sync_now -q
	live supabase "of the page"
	must_hold '.[0].winner == "notion" and .[0].lost == {"decision":"of the row"}' \
		logs/conflicts.ndjson
	must_be_settled
}

@test "a row that a trigger keeps as it was: the page keeps its edit" {
	triggers '{"on":"update","keep":["decision","checksum"]}'
	edit notion one '{"decision":"one, edited"}'
	must_be_told 'decision: "one, edited" was sent, "one" is kept'
	live notion "one, edited"
	live supabase one
	triggers
	must_pass sync_now -q --retry
	live supabase "one, edited"
	must_be_settled
}

@test "a text that a trigger cuts: the page stays whole" {
	triggers '{"on":"update","cut":5}'
	edit notion one '{"decision":"one, and much more"}'
	must_be_told '"one, and much more" was sent, "one, " is kept' ||
		must_be_told 'was sent, "one," is kept'
	live notion "one, and much more"
}

@test "a trash that Notion doesn't carry out: the row stays deleted" {
	automations '{"on":"edit","swallow":true}'
	act supabase one soft-delete
	must_be_told 'in_trash: "true" was sent, "false" is kept'
	dead supabase one
	live notion one
	automations
	must_pass sync_now -q --retry
	dead notion one
	must_be_settled
}

@test "a deleted_at that a trigger resets: the page stays in the trash" {
	triggers '{"on":"update","keep":["deleted_at"]}'
	act notion one trash
	must_be_told 'deleted_at'
	dead notion one
	live supabase one
	triggers
	must_pass sync_now -q --retry
	dead supabase one
	must_be_settled
}

@test "a restore that Notion doesn't carry out is reported" {
	act supabase one soft-delete
	must_pass sync_now -q
	dead notion one
	automations '{"on":"edit","swallow":true}'
	act supabase one undelete
	must_be_told 'in_trash: "false" was sent, "true" is kept'
	live supabase one
	automations
	must_pass sync_now -q --retry
	live notion one
	must_be_settled
}

@test "a link that a trigger removes is reported, and no page is created twice" {
	seed notion three
	seed supabase three
	triggers '{"on":"update","find":"three","keep":["notion_page_id"]}'
	must_be_told 'notion_page_id'
	[[ $(control GET dump | $JQ -sc 'map(select(.decision == "three")) | length') == 2 ]]
	triggers
	must_pass sync_now -q --retry
	[[ $(now supabase three .notion_page_id) == "$(now notion three .id)" ]]
	must_be_settled
}

@test "a day later it is sent again without being asked" {
	automations '{"on":"edit","swallow":true}'
	edit supabase one '{"decision":"one, edited"}'
	must_be_told '"one, edited" was sent'
	automations
	# As if the refusal were of the day before.
	jq -c --arg at "$(date -u -d '25 hours ago' +%FT%TZ)" \
		'if .refused then .refused.at = $at else . end' state/base.ndjson >base
	cp base state/base.ndjson
	must_pass sync_now -q
	live notion "one, edited"
	must_be_settled
}

@test "a trigger that rewrites the checksum alone is noticed once, not fought" {
	triggers '{"on":"update","set":{"checksum":null}}'
	edit notion one '{"decision":"one, edited"}'
	must_pass sync_now -q
	live supabase "one, edited"
	results | $JQ -se 'any(.[]; .note // "" | test("checksum"))' >/dev/null || seen "no note"
	must_be_settled
}

@test "an automation that resets Synced and Checksum alone is noticed once, not fought" {
	automations '{"on":"edit","set":{"synced":false,"checksum":"reset"}}'
	edit supabase one '{"decision":"one, edited"}'
	must_pass sync_now -q
	live notion "one, edited"
	results | $JQ -se 'any(.[]; .note // "" | test("sent in Checksum.*sent in Synced"))' >/dev/null || seen "no note"
	must_be_settled
}

# answer_with API BODY: to each PATCH of that service, which is not carried out.
answer_with() {
	jq -nc --arg api "$1" --arg body "$2" '{match:{$api, method:"PATCH"}, times:-1,
		status:200, content_type:"application/json", $body}' >fault
	control POST faults @fault >/dev/null
}

@test "an answer about another record: nothing is agreed on its word" {
	local page row
	act notion two trash
	must_pass sync_now -q
	page=$(curl -sS -H "Authorization: Bearer ntn_sandbox" -H 'Notion-Version: 2026-03-11' \
		"$SANDBOX/v1/pages/$(id_of notion two)")
	act supabase one soft-delete
	answer_with notion "$page"
	must_fail $RC_ATTENTION sync_now -q
	control DELETE faults >/dev/null
	live notion one
	must_pass sync_now -q
	dead notion one
	dead supabase one
	# The other row holds the value that is sent, and another text.
	seed supabase three four
	edit supabase four '{"date":"2026-03-03"}'
	must_pass sync_now -q
	control POST clock '{"advance":3600}' >/dev/null
	row=$(curl -sS -H 'apikey: sb_secret_sandbox' \
		"$SANDBOX/rest/v1/decision_vault?id=eq.$(id_of supabase four)")
	edit notion three '{"date":"2026-03-03"}'
	answer_with supabase "$row"
	must_fail $RC_ATTENTION sync_now -q
	control DELETE faults >/dev/null
	must_pass sync_now -q
	[[ $(now notion three '.date.start') == 2026-03-03 ]] || seen "$(live notion three)"
	[[ $(now supabase three .date) == 2026-03-03 ]] || seen "$(live supabase three)"
	must_be_settled
}
