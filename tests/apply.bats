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
