# One record never stops the others: what fails belongs to its record as long as
# the service answers anything else.

load ../helper
load ../sync

setup() {
	sync_setup
	export SYNC_JOBS=1 SYNC_RETRIES=1 SYNC_BACKOFF_MS=1
}

make_plan() {
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion | "$BIN/plan" --base state/base.ndjson >plan
}

apply_plan() {
	"$BIN/apply" --base state/base.ndjson plan
}

# pairs N: so many, synced.
pairs() {
	mapfile -t all < <(printf 'decision %s\n' $(seq "$1"))
	seed supabase "${all[@]}"
	must_pass sync_now -q
}

fault() { # fault MATCH ANSWER: for good
	control POST faults "{\"match\":{$1},$2,\"times\":-1}" >/dev/null
}

# The first N ops on notion of the plan fail, always.
break_pages() {
	local id
	while read -r id; do
		fault "\"api\":\"notion\",\"method\":\"PATCH\",\"path\":\"/v1/pages/$id\"" '"status":500'
	done < <($JQ -r 'select(.op == "update").page_id' plan | head -n "$1")
}

arrived() {
	control GET dump | $JQ -s 'map(select(.side == "notion" and .type == ["UX"])) | length'
}

requests() { # requests METHOD PATH-REGEX
	control GET log | $JQ -s --arg m "$1" --arg p "$2" \
		'[.[] | select(.method == $m and (.path | test($p)))] | length'
}

@test "pages that always fail at the head of the plan: the others arrive in the same run" {
	local jobs title
	pairs 30
	for jobs in 1 4; do
		for title in "${all[@]:0:14}"; do
			edit supabase "$title" "{\"type\":\"UX\",\"date\":\"2026-02-0$jobs\"}"
		done
		make_plan
		break_pages 7
		control DELETE log >/dev/null
		SYNC_JOBS=$jobs must_fail $RC_ATTENTION apply_plan
		must_hold 'last.complete and last.totals.unknown == 7'
		[[ $(control GET dump | $JQ -s --arg d "2026-02-0$jobs" 'map(select(.side == "notion"
			and .date.start == $d)) | length') == 7 ]] || seen "$(arrived) arrived"
		# After three failures in a row Notion is asked beside them, not each time.
		(($(requests GET '/users/me') <= 4)) || seen "probes: $(requests GET '/users/me')"
		control DELETE faults >/dev/null
	done
	must_pass sync_now -q
	[[ $(arrived) == 14 ]]
}

@test "where a plain read fails too, it is an outage, 75" {
	local title
	pairs 30
	for title in "${all[@]:0:6}"; do edit supabase "$title" '{"type":"UX"}'; done
	make_plan
	fault '"api":"notion","method":"PATCH"' '"status":500'
	fault '"api":"notion","path":"/v1/users/me"' '"status":503'
	must_fail $RC_TEMPORARY apply_plan
	must_hold 'last.complete == false and last.totals.failed + last.totals.unknown == 3'
	must_say "the run ends here: Notion"
}

@test "a row that no update reaches fails alone, and says what keeps it" {
	pairs 4
	edit notion "decision 1" '{"type":"UX"}'
	edit notion "decision 2" '{"type":"UX"}'
	control POST config '{"triggers":[{"on":"update","find":"decision 1","swallow":true}]}'
	make_plan
	must_fail $RC_ATTENTION apply_plan
	must_hold '[.[] | select(.status == "failed") | .error]
		| length == 1 and .[0].code == "not-kept" and (.[0].message | contains("policy"))'
	live supabase "decision 2" | must_hold '.[0].type == "UX"' /dev/stdin
}

@test "a policy that refuses one row, the others go on; one that refuses all, the run ends" {
	local id
	pairs 1
	seed notion "one" "two" "three"
	make_plan
	id=$(live notion two | $JQ -r .id)
	fault "\"api\":\"supabase\",\"method\":\"POST\",\"body\":\"$id\"" '"status":403,"code":"42501",
		"message":"new row violates row-level security policy for table \"decision_vault\""'
	must_fail $RC_ATTENTION apply_plan
	must_hold 'last.complete and last.totals.failed == 1'
	live supabase one
	live supabase three
	control DELETE faults >/dev/null
	control POST config '{"no_grant":true}'
	must_fail $RC_CONFIG apply_plan
	control POST config '{"no_grant":false}'
	fault '"api":"supabase","method":"POST"' '"status":403,"code":"42501",
		"message":"permission denied for table decision_vault"'
	must_fail $RC_CONFIG apply_plan
	must_say "grant select, insert, update"
	must_hold 'last.complete == false'
}

@test "a key that is refused ends the run, 77, at the first record" {
	pairs 30
	for title in "${all[@]:0:6}"; do edit supabase "$title" '{"type":"UX"}'; done
	make_plan
	control DELETE log >/dev/null
	fault '"api":"notion"' '"status":401,"code":"unauthorized"'
	must_fail $RC_CREDENTIALS apply_plan
	must_say "NOTION_API_KEY"
	must_hold 'last.totals.failed <= 1'
}

@test "where Notion accepts no new pages, edits continue and creates stop without a request" {
	pairs 3
	edit supabase "decision 1" '{"type":"UX"}'
	seed supabase "new 1" "new 2" "new 3" "new 4"
	make_plan
	cat >blocked <<-'JSON'
		{"object":"error","status":403,"code":"restricted_resource","message":"no more blocks",
		 "additional_data":{"block_limit":"block_creation"}}
	JSON
	fault '"api":"notion","method":"POST","path":"/v1/pages[?]"' \
		"\"status\":403,\"content_type\":\"application/json\",\"body\":$(jq -Rs . blocked)"
	control DELETE log >/dev/null
	must_fail $RC_ATTENTION apply_plan
	must_hold 'last.complete and last.totals.failed == 1'
	must_hold '[.[] | select(.code == "waits")] | length == 3'
	[[ $(requests POST '/v1/pages$') == 1 ]] || seen "creates: $(requests POST '/v1/pages$')"
	[[ $(arrived) == 1 ]]
	control DELETE faults >/dev/null
	must_pass sync_now -q
	live notion "new 4"
	must_be_settled
}
