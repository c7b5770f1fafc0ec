# A machine whose clock is wrong: what the sync writes goes by the services'.
# The sandbox's clock is set off instead, which comes to the same.

load ../helper
load ../sync

setup() {
	sync_setup
}

teardown() {
	common_teardown
}

# off SECONDS: the services' clock is so far from this machine's.
off() {
	control POST clock "$(jq -nc --argjson s "$1" \
		'{now:(now + $s | todate)}')" >/dev/null
}

# near TIME: within a minute of the services' clock; the offset of both is $1.
near() {
	$JQ -ne --arg t "$2" --argjson s "$1" '
		def at: sub("\\.[0-9]+"; "") | sub("[+]00:00$"; "Z") | fromdate;
		(now + $s - ($t | at)) | . > -60 and . < 60' >/dev/null ||
		{ echo "$2 is not by the services' clock ($1 s)"; return 1; }
}

follows_the_services() {
	off "$1"
	seed supabase kept trashed restored
	must_pass sync_now --quiet
	act notion trashed trash
	edit notion kept '{"decision":"kept, edited"}'
	act supabase restored soft-delete
	edit notion restored '{"type":["UX"]}'
	must_pass sync_now --quiet
	near "$1" "$(dead supabase trashed | $JQ -r .deleted_at)"
	near "$1" "$(dead supabase trashed | $JQ -r .updated_at)"
	near "$1" "$(live supabase "kept, edited" | $JQ -r .updated_at)"
	near "$1" "$(live supabase restored | $JQ -r .updated_at)"
	must_be_settled
}

@test "what is written to a row has the service's time: this machine is a day ahead" {
	follows_the_services -86400
}

@test "what is written to a row has the service's time: this machine is years behind" {
	follows_the_services 100000000
}

# The settle time is counted by the clock of the service that holds the record.
@test "how fresh a row is goes by the service's clock, also where this machine is wrong" {
	local seconds
	seed supabase one
	for seconds in -86400 86400; do
		off "$seconds"
		near "$seconds" "$("$BIN/sb-fetch" | $JQ -r 'select(.kind == "head").at')"
	done
}

# The table has no trigger, so the time of the sync's own write stays on the
# row, and must not make it the later one of a conflict for a day.
@test "with the machine a day ahead, the row does not win each conflict for a day" {
	off -86400
	seed supabase one
	must_pass sync_now --quiet
	edit notion one '{"type":["UX"]}'
	must_pass sync_now --quiet
	curl -fsS -X PATCH "$SANDBOX/rest/v1/decision_vault?decision=eq.one" \
		-H "apikey: $SUPABASE_SERVICE_ROLE_KEY" \
		-H "Content-Type: application/json" -d '{"type":"Policy"}'
	off -82800
	edit notion one '{"type":["Product"]}'
	catch sync_now --quiet
	live supabase one | $JQ -e '.type == "Product"'
}

# Without the property Checksum the page of a create that got no answer is
# looked for by its time.
@test "with the machine a day ahead, an unanswered create is found and not repeated" {
	off -86400
	curl -fsS -X PATCH "$SANDBOX/v1/data_sources/$(control GET info | $JQ -r .ids.data_source)" \
		-H "Authorization: Bearer $NOTION_API_KEY" -H "Notion-Version: 2026-03-11" \
		-H "Content-Type: application/json" \
		-d '{"properties":{"Checksum":null,"Synced":null}}' >/dev/null
	seed supabase one
	control POST faults '{"match":{"method":"POST","path":"/v1/pages[?]"},"drop":"after"}' >/dev/null
	must_pass sync_now --quiet
	control GET dump | $JQ -es 'map(select(.side == "notion")) | length == 1'
	live supabase one | $JQ -e '.notion_page_id != null'
}

# In a later run, in which nothing needs to be asked of Notion first.
@test "with the machine a day ahead, a page is made once and known as our own, in every run" {
	off -86400
	seed supabase one
	must_pass sync_now --quiet
	seed supabase two
	seed notion three
	must_pass sync_now --quiet
	must_hold '.[0].errors == 0 and .[0].ops.create.notion.done == 1' logs/last_run.json
	near -86400 "$(live supabase three | $JQ -r .updated_at)"
	live supabase two | $JQ -e '.notion_page_id != null'
	# A row alone: Notion isn't asked anything before it, and needn't be.
	seed notion four
	must_pass sync_now --quiet
	near -86400 "$(live supabase four | $JQ -r .updated_at)"
	must_be_settled
}

# hit: a fault has met its request.
hit() {
	for ((tries = 0; tries < 600; tries++)); do
		[[ $(control GET faults) != *'"hits":1'* ]] || return 0
		sleep 0.05
	done
	seen "no request met the fault"
}

# Whether a person took the sync's own deletion of a page back is told by
# Notion's times: the table's service may be an hour ahead of them.
@test "with Supabase an hour ahead, a page that comes back after an unanswered trash stays" {
	seed supabase one
	must_pass sync_now --quiet
	act supabase one soft-delete
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	"$BIN/plan" --base state/base.ndjson records >plan
	off 3600
	control POST faults '{"match":{"api":"notion","method":"GET","path":"/v1/pages/"},"delay_ms":3000}' >/dev/null
	"$BIN/apply" -q --base state/base.ndjson plan >results 2>/dev/null 3>&- &
	apply=$!
	hit # so the row was looked at, and the page's answer has another time
	off 0
	control DELETE faults >/dev/null
	control POST faults '{"match":{"api":"notion","method":"PATCH"},"silence_ms":60000}' >/dev/null
	hit
	kill -9 $apply
	wait $apply 2>/dev/null || true
	control DELETE faults >/dev/null
	dead notion one
	off 600
	act notion one restore
	must_pass sync_now --quiet
	live notion one
	live supabase one
}
