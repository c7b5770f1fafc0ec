# What apply looks at before it writes, and what it says of each op.

load helper
load sync

setup() {
	sync_setup
}

# make_plan: both sides as they are now, planned.
make_plan() {
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	"$BIN/plan" --base state/base.ndjson records >plan
}

id_of() {
	live "$1" "$2" | jq -r .id
}

@test "the end counts the ops by status" {
	seed supabase one two
	make_plan
	edit supabase two '{"type":"UX"}'
	must_pass "$BIN/apply" plan
	must_hold 'last.totals == {done:1, skipped:1, failed:0, unknown:0}'
}

@test "every skip of a plan keeps its code, of the same page too" {
	make_plan
	{
		jq -c --arg one "$(id 1)" --arg two "$(id 2)" --arg page "$(id 9)" '
			if .kind == "head" then ., ({kind:"op", op:"skip", target:"none",
				code:"double-link", page_id:$page}
				| . + {n:1, row_id:$one}, . + {n:2, row_id:$two})
			else . end' plan
	} >doubled
	must_fail $RC_ATTENTION "$BIN/apply" doubled
	must_hold '[.[] | select(.kind == "result") | .code]
		== ["double-link", "double-link"]'
}

@test "a row that is deleted meanwhile is not written, though no trigger tells" {
	seed supabase one
	must_pass sync_now --quiet
	edit notion one '{"type":"UX"}'
	make_plan
	control POST faults "$(jq -nc --arg id "$(id_of supabase one)" '
		{match:{api:"supabase", method:"PATCH"}, edit:{side:"supabase",
			id:$id, action:"soft-delete", touch:false}}')"
	must_pass "$BIN/apply" plan
	must_hold '.[1] | .op == "update" and .status == "skipped" and .code == "changed"'
	# The page was changed, so its row comes back.
	must_pass sync_now --quiet
	live supabase one | jq -e '.type == "UX"'
	live notion one | jq -e '.type == ["UX"]'
}

@test "the time that a person gives a date meanwhile is not overwritten" {
	seed supabase one
	must_pass sync_now --quiet
	edit supabase one '{"date":"2026-05-05"}'
	make_plan
	edit notion one '{"date":{"start":"2026-01-02T10:00:00.000Z","end":"2026-01-03T10:00:00.000Z"}}'
	must_pass "$BIN/apply" plan
	must_hold '.[1] | .op == "update" and .status == "skipped" and .code == "changed"'
	# The next plan has what it replaces.
	must_pass sync_now --quiet
	results >after
	must_hold 'map(select(.op == "update"))[0] | .status == "done"
		and .was.date_detail.end == "2026-01-03T10:00:00.000+00:00"' after
	live supabase one | jq -e '.date == "2026-05-05"'
}

@test "a page comes back in one request where nothing else is to be written" {
	curl -fsS -X PATCH "$SANDBOX/v1/data_sources/$(control GET info | jq -r .ids.data_source)" \
		-H "Authorization: Bearer $NOTION_API_KEY" -H "Notion-Version: 2026-03-11" \
		-H "Content-Type: application/json" \
		-d '{"properties":{"Checksum":null,"Synced":null}}' >/dev/null
	seed supabase one
	must_pass sync_now --quiet
	act notion one trash
	must_pass sync_now --quiet
	act supabase one undelete
	control DELETE log
	must_pass sync_now --quiet
	live notion one
	control GET log | jq -c 'select(.api == "notion" and .method == "PATCH") | .body' >bodies
	must_hold '. == [{in_trash:false}]' bodies
}

@test "a create whose page was moved away is a plain success" {
	seed supabase zero
	must_pass sync_now --quiet
	seed supabase one
	make_plan
	control POST faults '{"match":{"api":"supabase","method":"PATCH"},"status":500,"code":"XX000","times":4}'
	must_fail $RC_ATTENTION "$BIN/apply" plan
	control DELETE faults
	act notion one move
	must_pass "$BIN/apply" plan
	must_hold '.[1] | .op == "create" and .status == "done" and .code == null
		and .why == null'
}
