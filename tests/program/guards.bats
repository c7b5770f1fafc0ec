# Each guard, end to end: it stops the run before a write, says what it saw and
# the command that goes on, and lets the run pass when told to.

load ../helper
load ../sync

setup() {
	sync_setup
}

must_block() {
	control DELETE log >/dev/null
	must_fail $RC_GUARD sync_now "${@:2}"
	must_say "$1"
	must_say "scripts/sync-now.sh --allow $1"
	must_hold ".[0].status == \"blocked\" and .[0].blocked == [\"$1\"]" \
		logs/last_run.json
	control GET log | $JQ -sc 'map(select(.method == "PATCH"
		or (.method == "POST" and (.path | endswith("/query") | not))))
		| .[]' >"$T/writes"
	[[ ! -s $T/writes ]] || seen "a blocked run wrote: $(cat "$T/writes")"
}

must_pass_with() {
	must_pass sync_now --quiet --allow "$1"
	must_be_settled
}

# Each of these with the local base, and without it, as on a fresh machine.
without_base() {
	rm -r state
}

empty_side() {
	seed supabase r{1..6}
	must_pass sync_now --quiet
	local r
	for r in r{1..6}; do act notion "$r" unshare; done
	# A new row, so that there is something to write.
	seed supabase fresh
	"$@"
	must_block empty-side
	must_pass_with empty-side
	live notion fresh
	live supabase r1
}

mass_delete() {
	seed supabase r{1..12}
	must_pass sync_now --quiet
	local r
	for r in r{1..6}; do act notion "$r" trash; done
	"$@"
	must_block mass-delete
	live supabase r1
	must_pass_with mass-delete
	dead supabase r1
}

mass_change() {
	seed supabase r{1..8}
	must_pass sync_now --quiet
	local r
	for r in r{1..8}; do edit supabase "$r" '{"type":"Policy"}'; done
	"$@"
	must_block mass-change
	must_pass_with mass-change
	live notion r1 | $JQ -e '.type == ["Policy"]'
}

@test "empty-side: one side came back empty" {
	empty_side true
}

@test "empty-side, without the local base" {
	empty_side without_base
}

@test "empty-side: all rows are gone, which only the local base shows" {
	seed supabase r{1..6}
	must_pass sync_now --quiet
	local r
	for r in r{1..6}; do act supabase "$r" delete; done
	# Nothing to write, and never healthy.
	must_fail 1 sync_now --quiet
	must_say 'no live rows in Supabase .a key that row-level security holds for.*nothing is written'
	must_hold '.[0].status == "attention" and (.[0].emptied | test("no live rows"))' \
		logs/last_run.json
	must_fail 1 "$BIN/report" --health
	must_fail 1 sync_now --dry-run
	catch "$BIN/report"
	[[ $output == *"One side shows no records any more"*bin/doctor* ]] ||
		seen "report: $output"
	seed notion fresh
	must_block empty-side
	must_pass_with empty-side
}

@test "mass-delete: more deletions than a few" {
	mass_delete true
}

@test "mass-delete, without the local base" {
	mass_delete without_base
}

@test "mass-change: every record would be rewritten" {
	mass_change true
}

@test "mass-change, without the local base" {
	mass_change without_base
}

@test "mass-create: two non-empty sides that don't match" {
	seed supabase r{1..21}
	seed notion p{1..21}
	must_block mass-create
	none notion r1
	must_pass_with mass-create
	live notion r1
	live supabase p1
}

@test "scope: the base belongs to another database" {
	seed supabase r{1..3}
	must_pass sync_now --quiet
	sed -i '1s/"notion":"d5/"notion":"e5/' state/base.ndjson
	seed supabase fresh
	must_block scope
	must_pass_with scope
	live notion fresh
	must_hold '.[0].scope.notion | startswith("d5")' state/base.ndjson
}

@test "scope: with nothing to write there is nothing to allow" {
	seed supabase r1
	must_pass sync_now --quiet
	sed -i '1s/"notion":"d5/"notion":"e5/' state/base.ndjson
	cp state/base.ndjson before
	act notion r1 move
	local options
	for options in '' '--allow scope' ''; do
		# shellcheck disable=SC2086 # words
		# There is no other page, which is never well.
		must_fail $RC_ATTENTION sync_now --quiet $options
		cmp state/base.ndjson before || seen "another place's base was written"
	done
}

@test "two guards at once: each is named, and one command passes both" {
	seed supabase r{1..6}
	must_pass sync_now --quiet
	local r command
	for r in r{1..6}; do act notion "$r" trash; done
	must_fail $RC_GUARD sync_now
	must_say 'guard empty-side:'
	must_say 'guard mass-delete:'
	must_say 'if that is right: scripts/sync-now.sh --allow empty-side,mass-delete'
	# One of them alone is not enough, and the command says so.
	must_fail $RC_GUARD sync_now --quiet --allow empty-side
	must_say 'if that is right: scripts/sync-now.sh --allow empty-side,mass-delete'
	command=$("$BIN/report" --json | $JQ -r .next.command) || true
	[[ $command == "scripts/sync-now.sh --allow empty-side,mass-delete" ]] ||
		seen "report says: $command"
	must_pass_with empty-side,mass-delete
	dead supabase r1
}

@test "incomplete: a stream that was cut gives no plan at all" {
	seed supabase r{1..3}
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	head -n -1 records >cut
	must_fail $RC_STREAM "$BIN/plan" cut
	[[ -z $output ]] || seen "a plan from a cut stream"
	jq -c 'if .kind == "end" then .complete = false else . end' records >half
	must_fail $RC_STREAM "$BIN/plan" half
	head -n -1 sb >cut-sb
	must_fail $RC_STREAM "$BIN/normalize" cut-sb notion
	"$BIN/normalize" sb >one-side
	must_fail $RC_STREAM "$BIN/plan" one-side
}

@test "apply refuses a blocked plan, and accepts it with --allow" {
	seed supabase r{1..21}
	seed notion p{1..21}
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	catch bash -c '"$BIN/plan" records >plan'
	[[ $status -eq $RC_GUARD ]] || seen "plan"
	must_fail $RC_GUARD "$BIN/apply" plan
	must_say "--allow mass-create"
	none notion r1
	must_pass "$BIN/apply" --allow mass-create plan
	live notion r1
}
