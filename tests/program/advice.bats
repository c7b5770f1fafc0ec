#!/usr/bin/env bats
# The SQL that doctor tells people to run, run: as it stands, on a real PostgreSQL,
# for each kind of wrong table. What people wrote must be there afterwards.

load ../helper
load ../postgres

setup() {
	common_setup
	new_database
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs SYNC_RETRIES=0 SYNC_BACKOFF_MS=1
	start_sandbox
}

# The SQL in what doctor says is wrong.
advice() {
	"$BIN/doctor" --json >out || true
	$JQ -r 'first(.checks[] | select(.mark == "bad")) | .text / "run in the SQL editor: "
		| select(length > 1) | last' out >advice.sql
	[[ -s advice.sql ]] || { cat out; return 1; }
}

# with FAULT…: doctor's advice where Supabase answers so.
with() {
	control DELETE faults >/dev/null
	local fault
	for fault; do
		control POST faults "$fault" >/dev/null
	done
	advice
}

# refuse PATTERN CODE MESSAGE: $FAULT is one for requests whose path has the pattern.
refuse() {
	answer_with "$1" '"status":400,"code":"'"$2"'","message":"'"${3//\"/\\\"}"'"'
}

# answer_with PATTERN MEMBERS
answer_with() {
	FAULT='{"match":{"api":"supabase","method":"GET","path":"'"${1//\\/\\\\}"'"},'"$2"',"times":-1}'
}

GOOD_TABLE='drop table if exists decision_vault cascade;
	create table decision_vault (id uuid primary key default gen_random_uuid(),
		decision text, type text, date date, created_at timestamptz default now(),
		updated_at timestamptz default now(), notion_page_id text, notion_synced boolean default false,
		checksum text, deleted_at timestamptz);'

# mends COLUMN WRONG-TYPE VALUE… WANTED…: a row of each value (SQL), which is the
# wanted text after the advice was pasted. The message is PostgreSQL's own, for the
# literal that the probe sends.
mends() {
	local column=$1 type=$2 n=$((($# - 2) / 2)) i probe text
	shift 2
	text="set client_min_messages = warning; $GOOD_TABLE
		alter table decision_vault drop column $column;"
	[[ $type != kind ]] || text+="drop type if exists kind cascade; create type kind as enum ('Ops', 'UX');"
	text+="alter table decision_vault add column $column $type;"
	for ((i = 1; i <= n; i++)); do
		text+="insert into decision_vault ($column, checksum) values (${!i}, '$i');"
	done
	sql -c "$text"
	case $column in
	id) probe="id = '00000000-0000-0000-0000-000000000000'" ;;
	notion_synced) probe="notion_synced is true" ;;
	date) probe="date = '300000-01-01'" ;;
	*_at) probe="$column = '2026-01-02T03:04:05Z'" ;;
	*) probe="$column = 'x'" ;;
	esac
	catch sql -c '\set VERBOSITY verbose' -c "select from decision_vault where $probe"
	if [[ $stderr =~ ERROR:\ \ ([0-9A-Z]+):\ ([^$'\n']*) ]]; then
		refuse "[&?]$column=" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
	else
		# Taken by a type that refuses nothing, such as text.
		((status == 0)) || seen "the probe"
		answer_with "[&?]$column=eq\\.(x|300000)" '"status":200,"body":"[]","content_type":"application/json"'
	fi
	with "$FAULT" || return
	must_pass sql -f advice.sql
	must_pass sql -c "select coalesce($column::text, 'null') from decision_vault
		where checksum is not null order by checksum"
	((${#lines[@]} == n)) || seen "$n rows"
	for ((i = 1; i <= n; i++)); do
		local wanted=$((n + i))
		# shellcheck disable=SC2053 # it may be a pattern
		[[ ${lines[i - 1]} == ${!wanted} ]] || { cat advice.sql; seen "$column $type ${!i}"; }
	done
	sql -c "insert into decision_vault (decision) values ('new')"
}

@test "a type that is an array, an enumeration or JSON" {
	mends type 'text[] not null default '"'{}'" "'{Ops,UX}'" "'{}'" Ops null
	mends type kind "'UX'" null UX null
	mends type jsonb "'\"Ops\"'" Ops
	mends decision json "'\"a \\\"quoted\\\" text\"'" 'a "quoted" text'
	mends notion_page_id integer 1 1
}

@test "a time that is a boolean, a number, a text or a day" {
	mends deleted_at boolean false null null null
	[[ $(<advice.sql) == *"case when deleted_at then now() end"* ]]
	mends deleted_at 'boolean not null default false' false null
	mends updated_at bigint 1767323045 1767323045000 '2026-01-02 03:04:05+00' '2026-01-02 03:04:05+00'
	mends updated_at text "'2026-01-02T03:04:05Z'" "''" '2026-01-02 03:04:05+00' null
	mends created_at date "'2026-01-02'" '2026-01-02 00:00:00+00'
	[[ $(sql -c "select created_at is not null from decision_vault where decision = 'new'") == t ]] ||
		seen "the default is gone"
}

@test "a date that is a time, a text or a number" {
	mends date text "'2026-01-02'" "''" 2026-01-02 null
	mends date timestamptz "'2026-01-02T03:04:05Z'" 2026-01-02
	mends date integer 1767323045 2026-01-02
}

@test "a mark that is a text, a number or a time" {
	mends notion_synced text "'yes'" "'TRUE'" "'no'" "'maybe'" "''" true true false false false
	mends notion_synced integer 1 0 null true false null
	mends notion_synced timestamptz 'now()' null true false
	[[ $(sql -c "select notion_synced from decision_vault where decision = 'new'") == f ]]
}

@test "an id that is a text of UUIDs" {
	mends id 'text unique' "'$(id 7)'" "$(id 7)"
	[[ $(sql -c "select pg_typeof(id) from decision_vault where checksum = '1'") == uuid ]]
}

# Nothing can be cast, so the old id stays beside a new one.
@test "an id that is a number, or a text of other things" {
	local type
	for type in 'bigint generated always as identity primary key' 'text primary key default now()::text'; do
		sql -c "drop table if exists decision_vault; create table decision_vault (id $type, decision text);
			insert into decision_vault (decision) values ('kept')"
		case $type in
		bigint*)
			refuse '[&?]id=eq' 22P02 'invalid input syntax for type bigint: "00000000-0000-0000-0000-000000000000"'
			with "$FAULT"
			;;
		text*)
			with '{"match":{"api":"supabase","method":"GET","path":"[&?]id=(eq\\.x|not\\.like)"},"status":200,
				"body":"[{\"id\":\"2026\"}]","content_type":"application/json","times":-1}'
			;;
		esac
		must_pass sql -f advice.sql
		sql -c "insert into decision_vault (id, decision) values ('$(id 1)', 'new') on conflict (id) do nothing"
		[[ $(sql -c "select count(*) from decision_vault where id is not null and old_id is not null") == 2 ]]
	done
}

# Its name must be quoted, in whichever advice, and its schema too.
@test "a table whose name has capitals, in a schema of a reserved name" {
	local name
	for name in '"DecisionVault"' '"2024_decisions"' 'order'; do
		export SUPABASE_TABLE=${name//\"/}
		sql -c "drop table if exists public.${name/order/\"order\"}"
		with '{"match":{"api":"supabase"},"status":404,"code":"PGRST205","message":"no table","times":-1}'
		must_pass sql -f advice.sql
		must_pass sql -f advice.sql
		sql -c "alter table public.${name/order/\"order\"} drop column checksum"
		with '{"match":{"api":"supabase"},"status":400,"code":"42703","message":"no column","times":-1}'
		must_pass sql -f advice.sql
		[[ $(sql -c "select checksum from public.${name/order/\"order\"}") == '' ]]
		with '{"match":{"api":"supabase"},"status":403,"code":"42501","message":"permission denied","times":-1}'
		must_pass sql -f advice.sql
	done
	export SUPABASE_TABLE=Log SUPABASE_SCHEMA=user
	control POST config '{"in_schema_api":true}' >/dev/null
	sql -c 'create schema "user"'
	with '{"match":{"api":"supabase"},"status":404,"code":"PGRST205","message":"no table","times":-1}'
	must_pass sql -f advice.sql
	with '{"match":{"api":"supabase"},"status":403,"code":"42501","message":"permission denied","times":-1}'
	must_pass sql -f advice.sql
	[[ $(sql -c 'set role service_role' -c 'select count(*) from "user"."Log"') == 0 ]]
}

@test "an id that is not a key, while another column is" {
	sql -c "$GOOD_TABLE alter table decision_vault drop constraint decision_vault_pkey, add column nr serial primary key"
	with '{"match":{"api":"supabase","method":"POST"},"status":400,"code":"42P10","message":"there is no unique or exclusion constraint matching the ON CONFLICT specification","times":-1}'
	must_pass sql -f advice.sql
	sql -c "insert into decision_vault (id) values ('$(id 1)') on conflict (id) do nothing"
}
