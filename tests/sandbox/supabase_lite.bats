# The whole sync with a real PostgreSQL behind a real Data API, @supabase/lite;
# the Notion side is the sandbox.

load ../helper
load ../sync
load ../npm
load ../postgres
load ../lite

setup() {
	lite_setup
}

page_edit() { # page_edit DECISION MEMBERS
	find_record notion "$1" && person notion "$2"
}

# Rows and pages agree, pair by pair, and a further run plans nothing.
must_agree() {
	local rows
	rows=$(sql -c "select coalesce(json_agg(r order by r), '[]') from (select decision, type,
		date::text, notion_page_id, notion_synced, checksum from decision_vault
		where deleted_at is null) r")
	control GET dump >pages
	$JQ -sec --argjson rows "$rows" 'map(select(.side == "notion" and (.in_trash | not))
		| {decision, type: .type[0], date: .date.start, notion_page_id: .id,
			notion_synced: .synced, checksum}) | sort_by(.notion_page_id)
		| if . == ($rows | sort_by(.notion_page_id)) then true else {rows: $rows, pages: .}, false end' pages >agree ||
		{ cat agree; return 1; }
	must_pass sync_now --quiet
	must_hold '.[0].planned == 0' logs/last_run.json
}

# People at work on both sides, and what must come of it.
there_and_back() {
	sql -c "insert into decision_vault (decision, type, date) values
		('from the row', 'Ops', '2026-01-02'), ('  Ünïcode \"quoted\", (a+b)&c=d%  ', 'UX', null),
		('to be edited', 'Policy', '2026-02-03'), ('to be deleted', null, '2026-02-03'),
		('deleted in Notion', 'Ops', '2026-02-04')"
	control POST edit '{"side":"notion","set":{"decision":"from the page","type":["Ops","UX"],"date":"2026-03-04"}}'
	must_pass sync_now --quiet
	must_agree
	sql -c "update decision_vault set decision = 'edited in the row' where decision = 'to be edited'"
	page_edit 'to be edited' '"set":{"date":"2026-09-09"}'
	page_edit 'from the row' '"set":{"decision":"edited on the page"}'
	sql -c "update decision_vault set deleted_at = now() where decision = 'to be deleted'"
	page_edit 'deleted in Notion' '"action":"trash"'
	must_pass sync_now --quiet
	must_agree
	[[ $(sql -c "select date from decision_vault where decision = 'edited in the row'") == 2026-09-09 ]]
	[[ $(sql -c "select count(*) from decision_vault where decision = 'edited on the page'") == 1 ]]
	[[ $(sql -c "select count(*) from decision_vault where deleted_at is not null") == 2 ]]
	sql -c "update decision_vault set deleted_at = null where decision = 'to be deleted'"
	page_edit 'deleted in Notion' '"action":"restore"'
	must_pass sync_now --quiet
	must_agree
	[[ $(sql -c "select count(*) from decision_vault where deleted_at is not null") == 0 ]]
}

@test "the whole sync, with the table of sql/decision_vault.sql" {
	start_lite
	there_and_back
}

@test "the whole sync, with a moddatetime trigger instead" {
	cat >"$T/moddatetime.sql" <<-'SQL'
		drop trigger decision_vault_touch on decision_vault;
		create schema extensions;
		create extension moddatetime schema extensions;
		create trigger handle_updated_at before update on decision_vault
		  for each row execute procedure extensions.moddatetime(updated_at);
	SQL
	start_lite "$T/moddatetime.sql"
	there_and_back
}

@test "the whole sync, without any trigger" {
	echo "drop trigger decision_vault_touch on decision_vault;" >"$T/none.sql"
	start_lite "$T/none.sql"
	there_and_back
}

@test "a server that gives fifty rows at most: all 130 come over" {
	export MAX_ROWS=50
	start_lite
	sql -c "insert into decision_vault (decision, type)
		select 'decision ' || n, 'Ops' from generate_series(1, 130) n"
	must_pass sync_now --quiet
	must_agree
	[[ $(control GET dump | $JQ -sc 'map(select(.side == "notion")) | length') == 130 ]]
}

@test "a wrong key ends with 77, and nothing is deleted because it cannot be seen" {
	start_lite
	sql -c "insert into decision_vault (decision) values ('seen')"
	must_pass sync_now --quiet
	SUPABASE_SERVICE_ROLE_KEY=sb_secret_not_this_one must_fail $RC_CREDENTIALS sync_now --quiet
	must_say "SUPABASE_SERVICE_ROLE_KEY"
	must_agree
}

@test "a service role without its grants: 78, with the SQL that fixes it" {
	start_lite
	sql -c "insert into decision_vault (decision) values ('seen')"
	must_pass sync_now --quiet
	sql -c "revoke all on decision_vault from service_role"
	must_fail $RC_CONFIG sync_now --quiet
	must_say "grant select, insert, update on public.decision_vault to service_role"
	sql -c "grant select, insert, update on public.decision_vault to service_role"
	must_agree
}

# both_are_equal: plan(1) compares each field of each pair.
both_are_equal() {
	must_pass pipe "cat <(\"$BIN/sb-fetch\") <(\"$BIN/notion-fetch\") |
		\"$BIN/normalize\" | \"$BIN/plan\" --verify"
}

@test "names of their own that SQL must quote, with the table that doctor --sql makes" {
	cat >fields.json <<-'JSON'
		{"supabase": {"id":"uid", "decision":"Title", "type":"group", "date":"when", "link":"page",
		  "checksum":"sum", "synced":"seen", "created":"made", "updated":"changedAt", "deleted":"end"}}
	JSON
	export SUPABASE_TABLE=Ledger
	must_pass "$BIN/doctor" --sql
	printf '%s\n' "$output" >ledger.sql
	start_lite "$T/ledger.sql"
	sql -f "$T/ledger.sql"
	sql -c "insert into \"Ledger\" (\"Title\", \"group\", \"when\") values ('from a row', 'Ops', '2026-01-02')"
	control POST seed '{"side":"notion","decision":"from a page","type":"UX","date":"2026-02-03"}' >/dev/null
	must_pass sync_now --quiet
	[[ $(sql -c "select \"group\" from \"Ledger\" where \"Title\" = 'from a page'") == UX ]]
	sql -c "update \"Ledger\" set \"when\" = '2026-09-09' where \"Title\" = 'from a row'"
	[[ $(sql -c "select \"changedAt\" > \"made\" from \"Ledger\" where \"Title\" = 'from a row'") == t ]] ||
		seen "the trigger"
	page_edit 'from a page' '"set":{"decision":"edited on the page"}'
	must_pass sync_now --quiet
	both_are_equal
	[[ $(sql -c "select count(*) from \"Ledger\" where \"Title\" = 'edited on the page'") == 1 ]]
	sql -c "update \"Ledger\" set \"end\" = now() where \"Title\" = 'from a row'"
	must_pass sync_now --quiet
	both_are_equal
	control GET dump | $JQ -se 'any(.decision == "from a row" and .in_trash)' >/dev/null
	catch "$BIN/doctor" --only columns,column-types,grants,soft-delete,link-index
	[[ $status -le 1 && $output == *"page is unique"* && $output == *"end exists"* ]] || seen doctor
	[[ $(sql -c "select count(*) from decision_vault") == 0 ]] || seen "the other table"
	# A column of another type, and the SQL that fixes it.
	sql -c "alter table \"Ledger\" add column late date"
	jq '.supabase.updated = "late"' fields.json >new.json && mv new.json fields.json
	catch "$BIN/doctor" --only column-types
	[[ $status -eq $RC_CONFIG && $output == *'alter column "late" type timestamptz'* ]] || seen types
	jq '.supabase.updated = "later"' fields.json >new.json && mv new.json fields.json
	must_fail $RC_CONFIG sync_now --quiet
	must_say 'it has: .*Title.*correct the names'
}
