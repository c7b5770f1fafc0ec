# The workers of apply: pairs side by side, rows inserted together.

load ../helper
load ../sync

setup() {
	sync_setup
	export SYNC_NOTION_RPM=10000
}

make_plan() {
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	"$BIN/plan" --base state/base.ndjson records >plan
}

# requests METHOD PATH: how many the sandbox has seen.
requests() {
	control GET log | $JQ -s --arg m "$1" --arg p "$2" \
		'[.[] | select(.method == $m and .path == $p)] | length'
}

decisions() {
	seq -f "decision %.0f" "$1" "$2"
}

# What must hold after every run: all on both sides, once, and nothing to do.
settled() {
	local side
	for side in supabase notion; do
		control GET dump | $JQ -r --arg side "$side" '
			select(.side == $side and .deleted_at == null and (.in_trash | not))
			| .decision' | sort >"$side"
	done
	cmp supabase notion
	diff <(sort "$1") supabase
	make_plan
	must_hold '[.[] | select(.kind == "op")] == []' plan
}

@test "new rows go in together, a part for each worker" {
	mapfile -t all < <(decisions 1 60)
	seed notion "${all[@]}"
	make_plan
	SYNC_JOBS=1 must_pass "$BIN/apply" plan
	must_hold 'last.totals.done == 120 and last.requests.supabase >= 1'
	[[ $(requests POST /rest/v1/decision_vault) -le 2 ]] ||
		seen "$(requests POST /rest/v1/decision_vault) inserts"
	settled <(printf '%s\n' "${all[@]}")
	mapfile -t more < <(decisions 61 100)
	seed notion "${more[@]}"
	make_plan
	SYNC_JOBS=4 must_pass "$BIN/apply" plan
	must_hold '[.[] | select(.kind == "result") | .n] | sort == [range(1; 81)]'
	[[ $(requests POST /rest/v1/decision_vault) -le 7 ]] ||
		seen "$(requests POST /rest/v1/decision_vault) inserts"
	settled <(printf '%s\n' "${all[@]}" "${more[@]}")
}

@test "the row that can't be inserted fails alone" {
	local jobs page
	mapfile -t all < <(decisions 1 20)
	seed notion "${all[@]}"
	make_plan
	page=$(live notion "decision 13" | $JQ -r .id)
	for jobs in 1 4; do
		control POST faults "{\"match\":{\"api\":\"supabase\",\"method\":\"POST\",
			\"body\":\"$page\"},\"status\":400,\"code\":\"23514\",\"times\":-1}"
		SYNC_JOBS=$jobs must_fail $RC_ATTENTION "$BIN/apply" --base "base$jobs" plan
		must_hold "[.[] | select(.kind == \"result\" and .status != \"done\"
			and .code != \"pair\") | [.page_id, .status]] == [[\"$page\", \"failed\"]]"
		must_hold 'last.totals.failed == 1 and last.complete'
		[[ $(control GET dump | $JQ -s '[.[] | select(.side == "supabase")] | length') == 19 ]]
		control DELETE faults >/dev/null
		# Again from the start for the other number of workers.
		control GET dump | $JQ -r 'select(.side == "supabase") | .id' |
			while read -r id; do
				jq -nc --arg id "$id" '{side:"supabase", id:$id, action:"delete"}' >edit
				control POST edit @edit >/dev/null
			done
	done
}

@test "a page that got a row after the plan gets no second one" {
	local page
	mapfile -t all < <(decisions 1 10)
	seed notion "${all[@]}"
	make_plan
	page=$(live notion "decision 7" | $JQ -r .id)
	jq -nc --arg page "$page" '{side:"supabase", decision:"decision 7", type:"Ops",
		date:"2026-01-02", notion_page_id:$page}' >seed
	control POST seed @seed >/dev/null
	must_pass "$BIN/apply" plan
	must_hold "[.[] | select(.code == \"changed\") | .page_id] == [\"$page\"]"
	must_pass sync_now -q
	settled <(printf '%s\n' "${all[@]}")
}

@test "an outage at the inserts ends the run soon, and the next run completes it" {
	mapfile -t all < <(decisions 1 40)
	seed notion "${all[@]}"
	make_plan
	control POST faults '{"match":{"api":"supabase","method":"POST"},"status":500,"times":-1}'
	SYNC_RETRIES=1 SYNC_BACKOFF_MS=1 must_fail $RC_TEMPORARY "$BIN/apply" plan
	[[ $(requests POST /rest/v1/decision_vault) -le 60 ]] ||
		seen "$(requests POST /rest/v1/decision_vault) inserts"
	control DELETE faults >/dev/null
	must_pass sync_now -q
	settled <(printf '%s\n' "${all[@]}")
}

@test "lost answers duplicate nothing, even for equal pages" {
	# After a first run no probe goes before the creates and takes the faults.
	seed supabase first
	must_pass sync_now -q
	mapfile -t all < <(decisions 1 20)
	seed supabase "${all[@]}" same same same same
	make_plan
	control POST faults '{"match":{"api":"notion","method":"POST","path":"/v1/pages",
		"body":"same"},"drop":"after","times":3}'
	control POST faults '{"match":{"api":"notion","method":"POST","path":"/v1/pages",
		"body":"decision 1"},"drop":"after","times":3}'
	SYNC_JOBS=4 catch "$BIN/apply" --base state/base.ndjson plan
	must_hold '[.[] | select(.kind == "result" and .status == "done")] | length >= 20'
	must_hold '[.[].hits] == [3, 3]' <(control GET faults | $JQ -c '.[]? // .')
	control DELETE faults >/dev/null
	must_pass sync_now -q
	settled <(printf '%s\n' first "${all[@]}" same same same same)
}

# No unique index keeps two rows from one page here.
@test "a page left open by a killed run is settled before others look for it" {
	local old
	mapfile -t all < <(decisions 1 12)
	seed supabase first
	must_pass sync_now -q
	seed supabase left
	make_plan
	# Made, and killed before the row was linked.
	control POST faults '{"match":{"api":"supabase","method":"PATCH"},"silence_ms":600000,
		"status":503}' >/dev/null
	"$BIN/apply" -q --base state/base.ndjson plan >results &
	pid=$!
	until_hits
	kill -9 $pid
	wait $pid || true
	control DELETE faults >/dev/null
	edit supabase left '{"decision":"left and edited"}'
	seed supabase "${all[@]}"
	seed notion more
	make_plan
	# The link of its row is slow: others get time to look for the page.
	old=$(live supabase "left and edited" | $JQ -r .id)
	control POST faults "{\"match\":{\"api\":\"supabase\",\"method\":\"PATCH\",
		\"path\":\"id=eq.$old\"},\"delay_ms\":1000}"
	SYNC_JOBS=4 catch "$BIN/apply" --base state/base.ndjson plan
	control DELETE faults >/dev/null
	must_pass sync_now -q
	must_pass sync_now -q
	settled <(printf '%s\n' first more "left and edited" "${all[@]}")
}

@test "a conflict reported by Notion is waited out" {
	mapfile -t all < <(decisions 1 40)
	seed supabase "${all[@]}"
	make_plan
	for nth in 30 31 32 60 61; do
		control POST faults "{\"match\":{\"api\":\"notion\",\"nth\":$nth},\"status\":409}"
	done
	SYNC_JOBS=4 SYNC_BACKOFF_MS=5 must_pass "$BIN/apply" plan
	settled <(printf '%s\n' "${all[@]}")
}

@test "TERM ends all workers, each after its request" {
	mapfile -t all < <(decisions 1 60)
	seed supabase "${all[@]}"
	make_plan
	control POST faults '{"match":{"api":"notion","method":"POST"},"delay_ms":100,"times":-1}'
	SYNC_JOBS=4 "$BIN/apply" plan >results &
	pid=$!
	until (($(grep -c '"result"' results) > 3)); do sleep 0.05; done
	kill -TERM $pid
	rc=0
	wait $pid || rc=$?
	((rc == 143)) || seen "ended with $rc"
	must_hold 'last.kind == "end" and last.complete == false' results
	control DELETE faults >/dev/null
	must_pass sync_now -q
	settled <(printf '%s\n' "${all[@]}")
}

@test "SYNC_JOBS is a number from 1 to 16" {
	make_plan
	for wrong in 0 17 two; do
		SYNC_JOBS=$wrong must_fail $RC_CONFIG "$BIN/apply" plan
		must_say SYNC_JOBS
	done
}

# Requests to $1 while it had asked for a pause of 2 s; those that were under
# way as it did are let off.
asked_in_pause() {
	control GET log | $JQ -sr --arg api "$1" '
		def at: (.at | sub("[.][0-9]+Z"; "Z") | fromdate) +
			(.at | capture("(?<f>[.][0-9]+)Z").f | "0" + . | tonumber);
		map(select(.api == $api) | {at:at, status, method, path})
		| (map(select(.status == 429))[0].at) as $t
		| .[] | select(.at > $t + 0.3 and .at < $t + 1.9)
		| [.at - $t, .method, .path] | @tsv'
}

# A 429 is for all of the run, not only for the worker that met it.
@test "a pause that a service asks for holds back all four workers" {
	local side other n=0
	export SYNC_JOBS=4 SYNC_BACKOFF_MS=1
	mapfile -t all < <(decisions 1 24)
	seed notion "${all[@]}"
	must_pass sync_now --quiet
	for side in supabase notion; do
		for _ in {1..12}; do
			n=$((n + 1))
			if [[ $side = supabase ]]; then
				other=notion
				edit notion "decision $n" '{"type":["UX"]}'
			else
				other=supabase
				edit supabase "decision $n" '{"type":"Policy"}'
			fi
		done
		make_plan
		# The other side is slow, so that there is work left by then.
		control DELETE faults >/dev/null
		control POST faults "{\"match\":{\"api\":\"$other\",\"method\":\"GET\"},
			\"times\":-1,\"delay_ms\":400}" >/dev/null
		control POST faults "{\"match\":{\"api\":\"$side\",\"method\":\"PATCH\",
			\"nth\":2},\"status\":429,\"retry_after\":2}" >/dev/null
		control DELETE log >/dev/null
		must_pass "$BIN/apply" --base state/base.ndjson plan
		must_hold "last.limited | .$side == 1 and add == 1"
		[[ -z $(asked_in_pause "$side") ]] ||
			seen "$side was asked: $(asked_in_pause "$side")"
	done
}
