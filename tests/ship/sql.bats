# sql/decision_vault.sql on a real PostgreSQL: what it makes of an empty database,
# of a bare table, and of one that people have worked in; and that a second run
# changes nothing.

load ../helper
load ../postgres

SQL=$ROOT/sql/decision_vault.sql

setup() {
	common_setup
	new_database
}

schema() {
	"$PG/bin/pg_dump" -h "$PG/pg" -U postgres --schema-only --no-owner "$DATABASE" |
		grep -Ev '^(--|.(un)?restrict )'
}

# Runs it twice: neither fails, both say the same, nothing or the notice about
# row-level security, and the second run changes nothing in the database.
run_twice() {
	must_pass sql -f "$SQL"
	[[ -z $output ]] || seen "it says something"
	[[ -z $stderr ]] || [[ $stderr == *"row-level security is off"* ]] || seen "the first run warns"
	local first=$stderr
	schema >first
	sql -c "select * from decision_vault order by id" >rows.first
	must_pass sql -f "$SQL"
	[[ -z $output && $stderr == "$first" ]] || seen "the second run says something else"
	schema | diff first - || seen "the second run changed the schema"
	sql -c "select * from decision_vault order by id" | diff rows.first - ||
		seen "the second run changed rows"
}

# What the sync needs of the table is there.
must_be_ready() {
	sql -c "select column_name || ' ' || data_type from information_schema.columns
		where table_name = 'decision_vault'" >columns
	local column
	for column in 'id uuid' 'decision text' 'type text' 'date date' \
		'created_at timestamp with time zone' 'updated_at timestamp with time zone' \
		'notion_page_id text' 'notion_synced boolean' 'checksum text' \
		'deleted_at timestamp with time zone'; do
		grep -qx "$column" columns || { cat columns; seen "no column $column"; }
	done
	as service_role "insert into decision_vault (decision, notion_page_id) values ('made', 'p-new')"
	must_fail 1 as service_role "insert into decision_vault (notion_page_id) values ('p-new')"
	must_say 'duplicate key'
	as service_role "insert into decision_vault (decision) values ('no page'), ('nor here')"
	sql -c "delete from decision_vault where decision in ('made', 'no page', 'nor here')"
}

row_security() {
	sql -c "select relrowsecurity from pg_class where relname = 'decision_vault'"
}

# updated_at moves with a change of what people write, and with nothing else.
must_touch() {
	sql -c "insert into decision_vault (decision, updated_at) values ('touched', '2026-01-02Z')"
	sql -c "update decision_vault set notion_synced = true, checksum = 'c' where decision = 'touched'"
	[[ $(sql -c "select updated_at::date from decision_vault where decision = 'touched'") == 2026-01-02 ]]
	sql -c "update decision_vault set type = 'Ops' where decision = 'touched'"
	[[ $(sql -c "select updated_at > now() - interval '1 hour' from decision_vault
		where decision = 'touched'") == t ]]
	sql -c "delete from decision_vault where decision = 'touched'"
}

bare_table() {
	sql <<-'TEXT'
		create table decision_vault (
		  id uuid primary key default gen_random_uuid(), decision text, type text, date date,
		  created_at timestamptz default now(), updated_at timestamptz default now(),
		  notion_page_id text, notion_synced boolean default false, checksum text
		);
	TEXT
}

@test "an empty database" {
	run_twice
	[[ -z $stderr ]] || seen "a notice about a table that it made"
	[[ $(row_security) == t ]]
	must_be_ready
	must_touch
}

@test "the bare table" {
	bare_table
	run_twice
	must_be_ready
	must_touch
}

@test "a table of few columns, one of them the user's own" {
	sql -c "create table decision_vault (id uuid primary key, decision text not null, owner text)"
	sql -c "insert into decision_vault values ('$(id 1)', 'kept', 'Ada')"
	run_twice
	[[ $(sql -c "select decision, owner, notion_page_id is null from decision_vault") == 'kept|Ada|t' ]]
	sql -c "alter table decision_vault alter id set default gen_random_uuid()"
	must_fail 1 sql -c "insert into decision_vault (owner) values ('Ada')"
	sql -c "alter table decision_vault alter decision drop not null"
	must_be_ready
}

@test "a table with data: no row, policy, trigger or index of it is changed" {
	bare_table
	sql <<-'TEXT'
		create extension moddatetime;
		create trigger handle_updated_at before update on decision_vault
		  for each row execute procedure moddatetime(updated_at);
		create policy readers on decision_vault for select to authenticated using (true);
		grant select on decision_vault to authenticated;
		alter table decision_vault add constraint one_page unique (notion_page_id);
		insert into decision_vault (decision, type, date, updated_at, notion_page_id, checksum)
		  select 'decision ' || n, 'Ops', '2026-01-02', '2026-01-03Z', nullif('p' || n, 'p7'), 'sum'
		  from generate_series(1, 250) n;
	TEXT
	sql -c "select xmin, * from decision_vault order by id" | sed 's/$/|/' >before
	run_twice
	sql -c "select xmin, * from decision_vault order by id" | diff before - ||
		seen "rows were written"
	[[ $(sql -c "select string_agg(tgname, ' ') from pg_trigger where not tgisinternal") == handle_updated_at ]]
	[[ $(sql -c "select count(*) from pg_indexes where tablename = 'decision_vault'") == 2 ]]
	[[ $(as authenticated "select count(*) from decision_vault") == 250 ]]
	must_be_ready
}

@test "rows that share a page: a warning and no index; once they don't, it is created" {
	bare_table
	sql -c "insert into decision_vault (decision, notion_page_id) values ('a', 'p'), ('b', 'p')"
	must_pass sql -f "$SQL"
	must_say 'some rows share a notion_page_id'
	[[ $(sql -c "select count(*) from pg_indexes where tablename = 'decision_vault'") == 1 ]]
	sql -c "update decision_vault set notion_page_id = null where decision = 'b'"
	run_twice
	must_be_ready
}

# An app that reads the table with the anon key must go on seeing its rows.
@test "an existing table stays as open as it was, and a notice says so" {
	bare_table
	sql -c "grant select on decision_vault to anon, authenticated"
	sql -c "insert into decision_vault (decision) values ('shown by an app')"
	run_twice
	[[ $(row_security) == f ]] || seen "it was switched on"
	[[ $(as anon "select decision from decision_vault") == 'shown by an app' ]]
	must_pass sql -f "$SQL"
	must_say "public key can read it .as anon and authenticated"
	# Both lines can be pasted: one closes it, the other opens it for reading.
	grep '^alter table' <<<"$stderr" >close.sql
	grep '^create policy' <<<"$stderr" >open.sql
	must_pass sql -f close.sql
	[[ -z $(as anon "select decision from decision_vault") ]]
	[[ $(as service_role "select decision from decision_vault") == 'shown by an app' ]]
	must_pass sql -f open.sql
	[[ $(as anon "select decision from decision_vault") == 'shown by an app' ]]
	must_fail 1 as anon "insert into decision_vault (decision) values ('mine')"
	run_twice
	[[ -z $stderr ]] || seen "a notice about a table that has row-level security"
}

@test "a table that nobody else may read is reported as such" {
	bare_table
	must_pass sql -f "$SQL"
	must_say "No grant lets anybody read it"
}

@test "no right is granted that the sync doesn't use" {
	run_twice
	[[ $(sql -c "select string_agg(privilege_type, ' ' order by privilege_type)
		from information_schema.role_table_grants where grantee = 'service_role'") == 'INSERT SELECT UPDATE' ]]
	must_fail 1 as service_role "delete from decision_vault"
	must_say 'permission denied'
}

@test "nobody but the service role sees or writes a row" {
	run_twice
	sql -c "insert into decision_vault (decision) values ('secret')"
	must_fail 1 as anon "select * from decision_vault"
	# As where a project's default privileges grant all to everybody.
	sql -c "grant all on decision_vault to anon, authenticated"
	local role
	for role in anon authenticated; do
		[[ $(as "$role" "select count(*) from decision_vault") == 0 ]]
		must_fail 1 as "$role" "insert into decision_vault (decision) values ('mine')"
		must_say 'row-level security'
		as "$role" "update decision_vault set decision = 'changed'"
	done
	[[ $(as service_role "select decision from decision_vault") == secret ]]
}

# What doctor asks of PostgREST before a run: an insert and an update of no row.
# PostgREST makes these statements of an empty list and columns=.
@test "an insert and an update of no row meet missing grants and keys, and write nothing" {
	run_twice
	sql -c "insert into decision_vault (decision) values ('there before')"
	sql -c "select xmin, * from decision_vault" >before
	local insert="insert into public.decision_vault (id, decision) select pgrst_body.id, pgrst_body.decision
		from (select '[]'::json as json_data) pgrst_payload, lateral (select id, decision
		from json_to_recordset(pgrst_payload.json_data) as _(id uuid, decision text)) pgrst_body
		on conflict (id) do nothing"
	# As where every condition was lost on the way.
	local update="update public.decision_vault set decision = pgrst_body.decision
		from (select '[]'::json as json_data) pgrst_payload, lateral (select decision
		from json_to_recordset(pgrst_payload.json_data) as _(decision text)) pgrst_body"
	must_pass as service_role "$insert"
	must_pass as service_role "$update"
	must_pass as service_role "$update where public.decision_vault.id is null"
	sql -c "select xmin, * from decision_vault" | diff before - || seen "something was written"
	sql -c "revoke insert on decision_vault from service_role"
	must_fail 1 as service_role "$insert"
	must_say 'permission denied for table decision_vault'
	must_pass as service_role "$update"
	sql -c "grant insert on decision_vault to service_role; revoke update on decision_vault from service_role"
	must_fail 1 as service_role "$update where public.decision_vault.id is null"
	must_say 'permission denied for table decision_vault'
	sql -c "alter table decision_vault drop constraint decision_vault_pkey"
	must_fail 1 as service_role "$insert"
	must_say 'no unique or exclusion constraint'
}

@test "what the manual has for uninstalling takes away what is the sync's own, twice, and no row" {
	sql -f "$SQL"
	sql -c "insert into decision_vault (decision, deleted_at) values ('kept', null), ('deleted', now())"
	sed -n '/^\*\*Uninstalling/,/^### /{/^```sql$/,/^```$/p;}' "$ROOT/README_SYNC.md" | sed '1d;$d' >uninstall.sql
	grep -q '^drop trigger' uninstall.sql
	must_pass sql -f uninstall.sql
	must_pass sql -f uninstall.sql
	[[ $(sql -c "select string_agg(column_name, ' ' order by ordinal_position) from information_schema.columns
		where table_name = 'decision_vault'") == "id decision type date created_at updated_at deleted_at" ]]
	[[ $(sql -c "select string_agg(decision, ' ' order by decision) from decision_vault") == "deleted kept" ]]
	# It can be made ready again.
	must_pass sql -f "$SQL"
}
