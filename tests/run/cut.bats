# A run that is killed between two requests, and people at work before the next
# one: our own request is never taken for an edit, nor an edit for an old value.

load ../helper
load ../sync

setup() {
	sync_setup
	seed supabase one two
	must_pass sync_now -q
	later
}

later() {
	control POST clock '{"advance":3600}' >/dev/null
}

# cut_at MATCH [WHEN]: apply is killed at the first request that matches, after
# it was carried out, or `before`.
cut_at() {
	local fault='"silence_ms":600000'
	[[ ${2-after} == after ]] || fault='"delay_ms":600000,"drop":"before"'
	make_plan
	control POST faults "{\"match\":$1,\"times\":1,$fault}" >/dev/null
	apply_until_hit
}

# Both halves of the one decision that is not "two".
halves() {
	control GET dump | $JQ -sc 'map(select(.decision != "two")
		| [.side, .decision, (.in_trash == true or .deleted_at != null)]) | sort'
}

must_end_as() {
	must_pass sync_now -q
	[[ $(halves) == "$1" ]] || seen "$(halves), not $1"
	must_be_settled
}

PAGE='"api":"notion","method":"PATCH"'
ROW='"api":"supabase","method":"PATCH"'

@test "between the two requests of a restore: the row's edit arrives" {
	edit notion one '{"decision":"of the page"}'
	act notion "of the page" trash
	later
	edit supabase one '{"decision":"of the row"}'
	later
	cut_at "{$PAGE,\"body\":\"in_trash\"}"
	live notion "of the page"
	must_end_as '[["notion","of the row",false],["supabase","of the row",false]]'
}

@test "before the second request of a restore: the row's edit arrives" {
	edit notion one '{"decision":"of the page"}'
	act notion "of the page" trash
	later
	edit supabase one '{"decision":"of the row"}'
	later
	cut_at "{$PAGE,\"body\":\"of the row\"}" before
	live notion "of the page"
	must_end_as '[["notion","of the row",false],["supabase","of the row",false]]'
	[[ ! -s logs/conflicts.ndjson ]] || seen "a conflict was made up"
}

@test "a page of an unanswered create, and the row is edited: the edit arrives" {
	seed supabase three
	cut_at "{\"api\":\"notion\",\"method\":\"POST\",\"path\":\"/v1/pages\"}"
	later
	edit supabase three '{"decision":"three, edited"}'
	later
	sync_now -q || true
	must_pass sync_now -q
	live notion "three, edited"
	live supabase "three, edited"
	none notion three
	must_be_settled
}

@test "before the first request of a restore" {
	edit notion one '{"decision":"of the page"}'
	act notion "of the page" trash
	later
	edit supabase one '{"decision":"of the row"}'
	later
	cut_at "{$PAGE,\"body\":\"in_trash\"}" before
	must_end_as '[["notion","of the row",false],["supabase","of the row",false]]'
}

@test "after a page's trash, and the row is undeleted: the page comes back" {
	act supabase one soft-delete
	later
	cut_at "{$PAGE,\"body\":\"in_trash\"}"
	dead notion one
	act supabase one undelete
	must_end_as '[["notion","one",false],["supabase","one",false]]'
}

@test "after a row's trash, and the page is restored: the row comes back" {
	act notion one trash
	later
	cut_at "{$ROW}"
	dead supabase one
	act notion one restore
	must_end_as '[["notion","one",false],["supabase","one",false]]'
}

@test "after a page's write, and the page is set back: an edit, no conflict" {
	edit supabase one '{"decision":"new"}'
	later
	cut_at "{$PAGE,\"body\":\"new\"}"
	live notion new
	later
	edit notion new '{"decision":"one"}'
	must_end_as '[["notion","one",false],["supabase","one",false]]'
	[[ ! -s logs/conflicts.ndjson ]] || seen "a conflict was made up"
}

@test "after a page's write, and the row is set back: an edit, no conflict" {
	edit supabase one '{"decision":"new"}'
	later
	cut_at "{$PAGE,\"body\":\"new\"}"
	later
	edit supabase new '{"decision":"one"}'
	must_end_as '[["notion","one",false],["supabase","one",false]]'
	[[ ! -s logs/conflicts.ndjson ]] || seen "a conflict was made up"
}

@test "after a row's write, and the row is set back: an edit, no conflict" {
	edit notion one '{"decision":"new"}'
	later
	cut_at "{$ROW}"
	live supabase new
	later
	edit supabase new '{"decision":"one"}'
	must_end_as '[["notion","one",false],["supabase","one",false]]'
	[[ ! -s logs/conflicts.ndjson ]] || seen "a conflict was made up"
}

@test "after a row's write, and the page is set back: an edit, no conflict" {
	edit notion one '{"decision":"new"}'
	later
	cut_at "{$ROW}"
	later
	edit notion new '{"decision":"one"}'
	must_end_as '[["notion","one",false],["supabase","one",false]]'
	[[ ! -s logs/conflicts.ndjson ]] || seen "a conflict was made up"
}

@test "between the two writes of a merge: both edits arrive" {
	edit supabase one '{"decision":"new"}'
	edit notion one '{"type":["Policy"]}'
	later
	cut_at "{$PAGE,\"body\":\"new\"}"
	must_end_as '[["notion","new",false],["supabase","new",false]]'
	[[ $(live supabase new | $JQ -r .type) == Policy ]]
	live notion new | $JQ -e '.type == ["Policy"]'
	[[ ! -s logs/conflicts.ndjson ]] || seen "a conflict was made up"
}
