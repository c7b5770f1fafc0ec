#!/usr/bin/env bats
# Wrong set-ups of a real PostgreSQL behind a real Data API, @supabase/lite: what
# doctor says, that a run says so too, and that nothing is written. The cases are
# lines of cases/setup/lite.ndjson: sql breaks the table, mend puts it right.
#
# This server doesn't hand an insert or an update of no row on to the database, so
# a missing grant to write and a missing key aren't here: sql.bats has them.

load ../helper
load ../sync
load ../npm
load ../postgres
load ../lite

setup() {
	lite_setup
	export SYNC_RETRIES=0
	start_lite
	# With its first statement the server grants all to everybody.
	must_pass "$BIN/sb-fetch"
}

# The table as it should be, with a row for Notion; a page waits for the table.
# It stays the same table, and the cases that take something away come last: the
# server remembers a table or column that is gone as gone.
good() {
	rm -rf state logs
	sql -f "$ROOT/sql/decision_vault.sql" -c "delete from decision_vault" \
		-c "insert into decision_vault (decision, type) values ('from the row', 'Ops')" >/dev/null 2>&1
}

# $ROWS are those of the table; none where it isn't there.
rows() {
	catch sql -c "select * from decision_vault"
	ROWS=$output
	((status == 0)) || ROWS=none
}

# Each case as shell that sets a variable for each of its members, and a record separator:
# a jq for each member would take most of the time.
in_shell() {
	$JQ -r '"name=\(.name | @sh) check=\(.check | @sh) code=\(.exit) says=\(.says | @sh)
		text=\(.sql // "" | @sh) mend=\(.mend // "" | @sh) runs=\(.run != false)
		env=\(.env // {} | to_entries | map("export \(.key)=\(.value | @sh)") | join("\n")
			| @sh)\u001e"' "$ROOT/tests/cases/setup/lite.ndjson"
}

one_case() {
	local before pages
	[[ -z $text ]] || sql -c "$text" || return
	eval "${env//'{url}'/$SUPABASE_URL}"
	rows
	before=$ROWS
	control GET dump >/dev/null
	pages=$REPLY
	must_fail "$code" "$BIN/doctor" --json || return
	text=$($JQ -r --arg c "$check" '.checks[]
		| select(.check == $c and .mark == "bad") | .text' <<<"$output")
	[[ $text == *"$says"* ]] || { jq -c '.checks[] | select(.mark == "bad")' <<<"$output"; seen "doctor says: $text"; return 1; }
	if [[ $runs == true ]]; then
		must_fail "$code" sync_now --quiet || return
		[[ $stderr == *"$says"* ]] || { seen "the run"; return 1; }
	fi
	rows
	control GET dump >/dev/null
	[[ $ROWS == "$before" && $REPLY == "$pages" ]] || { echo "something was written"; return 1; }
}

@test "each wrong set-up is reported by doctor and by the run, before anything is written" {
	local case failed=0 n=0 name check code says text mend runs env
	control POST seed '{"side":"notion","decision":"from the page","type":"Ops"}' >/dev/null
	in_shell >cases
	while IFS= read -r -d $'\x1e' case; do
		eval "$case"
		good
		n=$((n + 1))
		(one_case) >out 2>&1 || {
			printf '%s:\n' "$name"
			sed 's/^/    /' out
			failed=$((failed + 1))
		}
		[[ -z $mend ]] || sql -c "$mend"
	done <cases
	echo "$n cases, $failed failed"
	((n >= 10 && n == $(grep -c . "$ROOT/tests/cases/setup/lite.ndjson") && failed == 0))
}

# Row-level security hides all rows of a role that it holds for: an empty answer,
# and no error. Nothing may be concluded from that.
@test "rows that a policy hides are not taken for deleted" {
	sql -c "insert into decision_vault (decision) select 'decision ' || n from generate_series(1, 6) n"
	must_pass sync_now --quiet
	local pages
	pages=$(control GET dump)
	sql -c "alter role service_role nobypassrls"
	must_fail $RC_ATTENTION sync_now --quiet
	must_say 'a key that row-level security holds for sees none either'
	must_hold '.[0] | .skips == {orphan: 6} and .planned == 6' logs/last_run.json
	must_fail $RC_ATTENTION "$BIN/doctor" --only grants
	[[ $output == *"row-level security hides them from this key; set SUPABASE_SERVICE_ROLE_KEY"* ]] ||
		seen "doctor"
	local orphans
	for orphans in trash restore; do
		must_fail $RC_GUARD sync_now --quiet --orphans "$orphans"
		must_say 'empty-side'
	done
	# Without the base the pages look new, and no row can be inserted: each
	# says so, because the database refuses a row and not the right to write.
	mv state kept
	must_fail $RC_ATTENTION sync_now --quiet
	results | $JQ -se 'map(select(.op == "create")) | length == 6 and all(.[];
		.status == "failed" and (.error | tostring | test("row-level security")))' \
		>/dev/null || { results; seen "an insert"; }
	rm -r state
	mv kept state
	[[ $(control GET dump) == "$pages" ]] || seen "pages were written"
	sql -c "alter role service_role bypassrls"
	must_be_settled
}
