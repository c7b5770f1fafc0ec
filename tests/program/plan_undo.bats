#!/usr/bin/env bats
# plan --undo: from a run's records and the records of now, the ops that take
# the run back. Each test plans a run, writes down what apply would have said,
# and shows plan the world as the run left it.

load ../helper

SUM_A=5e20ce970a0d98d8a8de644199b4a1c2a3d56d8df7c47959d91dc715540eb465 # A||

# row_of VALUES, page_of VALUES: the record line of the one row and page.
row_of() {
	"$JQ" -nc --argjson more "$1" --arg row "$(id 1)" --arg page "$(id 101)" '{
		kind:"record", source:"supabase", row_id:$row, page_id:$page,
		decision:"A", synced:true, deleted:false,
		edited_at:"2026-01-03T03:04:05Z"} + $more'
}

page_of() {
	"$JQ" -nc --argjson more "$1" --arg page "$(id 101)" '{
		kind:"record", source:"notion", page_id:$page, decision:"A",
		synced:true, deleted:false,
		edited_at:"2026-01-03T03:04:05Z"} + $more'
}

# world ROW PAGE: a record stream; "" leaves one out.
world() {
	{
		[[ -z $1 ]] || row_of "$1"
		[[ -z $2 ]] || page_of "$2"
	} | records_stream
}

# ran [STATUS] [NEW-IDS]: plans the stream `before` as run 1 and writes its
# records; NEW-IDS are keys that apply adds to its creates.
ran() {
	mkdir -p run
	"$BIN/plan" before >run/plan.ndjson
	"$JQ" -c --arg status "${1:-done}" --argjson new "${2:-"{}"}" '
		if .kind == "head" then .stream = "results"
		elif .kind == "op" then .kind = "result" | .status = $status
			| if .op == "create" then . + $new else . end
		else . end' run/plan.ndjson >run/results.ndjson
}

ops_are() {
	must_hold "[.[] | select(.kind == \"op\") | [.op, .target]] == $1"
}

sum_of() {
	$JQ -r "select(.op == \"$1\").checksum" run/plan.ndjson
}

@test "an update of a page goes back, and the row's checksum with it" {
	world "{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >before
	ran
	local sum
	sum=$(sum_of update)
	world "{\"decision\":\"B\",\"stored_checksum\":\"$sum\"}" \
		"{\"decision\":\"B\",\"stored_checksum\":\"$sum\"}" >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["update","notion"],["link","supabase"]]'
	must_hold '.[1] | .set == {decision:"A"} and .was == {decision:"B"}'
	must_hold "all(.[1:3][]; .checksum == \"$SUM_A\")"
	must_hold '.[2].agreed.decision == "A" and (.[2].agreed.deleted | not)'
	must_hold '.[1].expect.page.decision == "B"'
	must_hold '.[1].reason | test("formatting")'
	must_hold '.[0].undo == "run"'
}

@test "what was undone already is skipped" {
	world "{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >before
	ran
	must_pass "$BIN/plan" --undo run before
	ops_are '[]'
}

@test "after an undo the sync sees the same difference again" {
	world "{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >before
	must_pass "$BIN/plan" before
	must_hold '.[1] | .op == "update" and .target == "notion"
		and .set == {decision:"B"} and (has("conflict") | not)'
}

@test "an update of a row goes back, and the page's checksum with it" {
	world "{\"stored_checksum\":\"$SUM_A\"}" \
		"{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" >before
	ran
	local sum
	sum=$(sum_of update)
	world "{\"decision\":\"B\",\"stored_checksum\":\"$sum\"}" \
		"{\"decision\":\"B\",\"stored_checksum\":\"$sum\"}" >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["update","supabase"],["stamp","notion"]]'
	must_hold "all(.[1:3][]; .checksum == \"$SUM_A\")"
}

@test "a date comes back with its time and end" {
	world "{\"date\":\"2026-02-03\"}" "{\"date\":\"2026-02-02\",
		\"date_detail\":{\"start\":\"2026-02-02T09:00:00Z\",
		\"end\":\"2026-02-04\"}}" >before
	ran
	world "{\"date\":\"2026-02-03\"}" "{\"date\":\"2026-02-03\"}" >after
	must_pass "$BIN/plan" --undo run after
	must_hold '.[1].set == {date:"2026-02-02",
		date_detail:{start:"2026-02-02T09:00:00Z", end:"2026-02-04"}}'
}

@test "what was edited since is left alone, with the reason" {
	world "{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >before
	ran
	world '{"decision":"B"}' '{"decision":"C"}' >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["skip","none"]]'
	must_hold '.[1] | .code == "conflict" and (.reason | test("edited"))'
}

@test "a later edit of another field is not an obstacle" {
	world "{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >before
	ran
	world '{"decision":"B"}' '{"decision":"B","type":"Ops"}' >after
	must_pass "$BIN/plan" --undo run after
	must_hold '.[1] | .op == "update" and .set == {decision:"A"}'
}

@test "an outcome that nobody knows is left alone" {
	world "{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >before
	ran unknown
	world '{"decision":"B"}' '{"decision":"B"}' >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["skip","none"]]'
}

@test "a page that the run created goes to the trash, and its row is reported" {
	world '{"page_id":null,"synced":false}' '' >before
	ran "done" "{\"page_id\":\"$(id 101)\"}"
	world '{}' '{}' >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["trash","notion"],["link","supabase"]]'
	must_hold '.[2] | .synced == false and .agreed.deleted'
}

@test "a row that the run created is soft-deleted" {
	world '' '{}' >before
	ran "done" "{\"row_id\":\"$(id 1)\"}"
	world '{}' '{}' >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["trash","supabase"]]'
	must_hold '.[1] | .synced == false and .agreed.deleted'
}

@test "a row that the run created stays where the table has no deleted_at" {
	world '' '{}' >before
	ran "done" "{\"row_id\":\"$(id 1)\"}"
	world '{}' '{}' | jq -c 'if .kind == "head"
		then .sources.supabase.soft_delete = false else . end' >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["skip","none"]]'
	must_hold '.[1] | .code == "trashed" and (.reason | test("deleted_at"))'
}

@test "what the run trashed comes back, as something that came back" {
	world "{\"deleted\":true,\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >before
	ran
	world "{\"deleted\":true,\"synced\":false,
		\"stored_checksum\":\"$SUM_A\"}" \
		"{\"deleted\":true,\"stored_checksum\":\"$SUM_A\"}" >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["restore","notion"]]'
	world "{\"deleted\":true,\"synced\":false,
		\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >undone
	must_pass "$BIN/plan" undone
	ops_are '[["restore","supabase"]]'
}

@test "what the run restored goes back to the trash" {
	world "{\"synced\":false,\"stored_checksum\":\"$SUM_A\"}" \
		"{\"deleted\":true,\"stored_checksum\":\"$SUM_A\"}" >before
	ran
	world "{\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[["trash","notion"],["link","supabase"]]'
}

@test "bookkeeping alone is not undone" {
	world '{"synced":false}' '{"synced":false}' >before
	ran
	world "{\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >after
	must_pass "$BIN/plan" --undo run after
	ops_are '[]'
}

@test "a record that is gone is reported" {
	world "{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" \
		"{\"stored_checksum\":\"$SUM_A\"}" >before
	ran
	world '{"decision":"B"}' '' >after
	# There is no other page, which is never well.
	must_fail $RC_ATTENTION "$BIN/plan" --undo run after
	ops_are '[["skip","none"]]'
	must_hold '.[1].code == "orphan"'
}

@test "a large undo is blocked like any plan, with its own way out" {
	local n
	for ((n = 1; n <= 6; n++)); do
		page_of "{\"page_id\":\"$(id $((100 + n)))\",\"decision\":\"D$n\"}"
	done | records_stream >before
	mkdir -p run
	"$BIN/plan" before >run/plan.ndjson
	jq -c 'if .kind == "head" then .stream = "results"
		elif .kind == "op" then .kind = "result" | .status = "done"
			| if .op == "create" then .row_id =
				(.page_id | sub("^00000000"; "11111111"))
			else . end
		else . end' run/plan.ndjson >run/results.ndjson
	for ((n = 1; n <= 6; n++)); do
		page_of "{\"page_id\":\"$(id $((100 + n)))\",\"decision\":\"D$n\"}"
		row_of "{\"page_id\":\"$(id $((100 + n)))\",\"decision\":\"D$n\",
			\"row_id\":\"11111111$(id $((100 + n)) | cut -c9-)\"}"
	done | records_stream >after
	must_fail "$RC_GUARD" "$BIN/plan" --undo run after
	must_say 'plan --undo run --allow mass-delete'
	must_pass "$BIN/plan" --undo run --allow mass-delete after
}

@test "a run on another table, a damaged or a missing record: no plan" {
	world '{}' '{}' >before
	ran
	mkdir other
	cp run/* other
	sed -i 's/test.local/else.where/' other/plan.ndjson
	must_fail "$RC_STREAM" "$BIN/plan" --undo other before
	must_say 'another table'
	head -c 100 run/results.ndjson >other/results.ndjson
	cp run/plan.ndjson other/plan.ndjson
	must_fail "$RC_STREAM" "$BIN/plan" --undo other before
	must_fail "$RC_LOCAL" "$BIN/plan" --undo nowhere before
	must_say 'nowhere/plan.ndjson'
	: >other/plan.ndjson
	must_fail "$RC_STREAM" "$BIN/plan" --undo other before
	must_say 'other/plan.ndjson.*empty'
}

@test "what the run has skipped, or failed in, is not taken back" {
	local status
	world "{\"decision\":\"B\",\"stored_checksum\":\"$SUM_A\"}" "{\"stored_checksum\":\"$SUM_A\"}" >before
	for status in skipped failed; do
		ran $status
		world '{"decision":"B"}' '{"decision":"B"}' >after
		must_pass "$BIN/plan" --undo run after
		ops_are '[]'
	done
}
