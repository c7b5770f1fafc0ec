# Where a decision lives: with SYNC_LINK_PROPERTY a page shows its row, and report
# shows the page's address.

load ../helper
load ../sync

SOURCE=d5000000-0000-4000-8000-000000000001

setup() {
	sync_setup
	export SYNC_LINK_PROPERTY=Row
}

# shown DECISION: what its page shows of its row.
shown() {
	curl -fsS --max-time 30 "$SANDBOX/v1/pages/$(live notion "$1" | $JQ -r .id)" \
		-H "Authorization: Bearer ntn_sandbox" -H "Notion-Version: 2026-03-11" |
		$JQ -r '.properties.Row | .url // (.rich_text // [] | map(.plain_text) | join(""))'
}

row_id() {
	live supabase "$1" | $JQ -r .id
}

# writes: of pages, that Notion has taken since the log was emptied.
writes() {
	control GET log | $JQ -sc '[.[] | select(.api == "notion" and .status == 200 and
		(.method == "PATCH" or (.method == "POST" and .path == "/v1/pages")))] | length'
}

@test "a link made from a template, with the write that is made anyway" {
	export SYNC_LINK_TEMPLATE='https://app.example.org/d/{id}'
	must_fail $RC_CONFIG sync_now --quiet
	must_say 'no property "Row" of type url or rich_text \(SYNC_LINK_PROPERTY\).*it has: Decision'
	must_pass "$BIN/notion-setup"
	seed supabase 'Row'
	seed notion 'Page'
	control DELETE log >/dev/null
	must_pass sync_now --quiet
	# The create and the stamp: as without it.
	[[ $(writes) == 2 ]] || seen "$(control GET log)"
	[[ $(shown Row) == "https://app.example.org/d/$(row_id Row)" ]]
	[[ $(shown Page) == "https://app.example.org/d/$(row_id Page)" ]]
	must_be_settled
	# It is no content: a person's change of it is put right, and travels nowhere.
	edit notion Row '{"properties":{"Row":{"url":"https://else.example"}}}'
	must_pass sync_now --quiet
	[[ $(shown Row) == "https://app.example.org/d/$(row_id Row)" ]]
	must_hold '[.[] | select(.kind == "result") | .op] == ["stamp"]' <(results)
	must_be_settled
	# Another template is another link for every page.
	export SYNC_LINK_TEMPLATE='https://new.example.org/{id}'
	must_pass sync_now --quiet
	[[ $(shown Page) == "https://new.example.org/$(row_id Page)" ]]
	must_be_settled
}

@test "the id alone in a text, for a database that is in sync already; and the page's address" {
	unset SYNC_LINK_PROPERTY
	seed supabase 'Row'
	must_pass sync_now --quiet
	curl -fsS --max-time 30 -X PATCH "$SANDBOX/v1/data_sources/$SOURCE" -H "Authorization: Bearer ntn_sandbox" \
		-H "Notion-Version: 2026-03-11" -d '{"properties":{"Row":{"rich_text":{}}}}' >/dev/null
	export SYNC_LINK_PROPERTY=Row
	must_pass sync_now --quiet
	[[ $(shown Row) == "$(row_id Row)" ]]
	must_be_settled
	must_pass "$BIN/report" --record "$(row_id Row)"
	page=$(live notion Row | $JQ -r .id)
	[[ $output == *"https://app.notion.com/p/${page//-/}"* ]] || seen "no address"
}

@test "an automation that writes something else there is told of, and not fought" {
	must_pass "$BIN/notion-setup"
	seed supabase 'Row'
	must_pass sync_now --quiet
	control POST config '{"automations":[{"on":"edit","find":"Row",
		"set":{"properties":{"Row":{"url":"https://auto.example"}}}}]}' >/dev/null
	edit supabase Row '{"type":"UX"}'
	must_pass sync_now --quiet
	must_hold 'any(.[]; .note // "" | test("SYNC_LINK_PROPERTY"))' <(results)
	[[ $(shown Row) == https://auto.example ]]
	must_be_settled
}
