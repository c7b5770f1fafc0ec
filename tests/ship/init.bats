#!/usr/bin/env bats
# init.sh: from nothing to the first plan.

load ../helper

setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs SYNC_BACKOFF_MS=1
	export VAULTSYNC_BIN=$BIN SYNC_ENV_FILE=$T/new/.env
	mkdir "$T/new"
	INIT=$ROOT/scripts/init.sh
}

SOURCE=d5000000-0000-4000-8000-000000000001

one_row() {
	control POST seed '{"side":"supabase","decision":"Adopt jq","type":"Ops","date":"2026-01-02"}' >/dev/null
}

change() {
	notion PATCH "data_sources/$SOURCE" "{\"properties\":$1}"
}

notion() { # notion METHOD PATH BODY
	ask "${SANDBOX##*:}" "$1" "/v1/$2" "$3" "Authorization: Bearer ntn_sandbox" \
		"Notion-Version: 2026-03-11" "Content-Type: application/json"
	[[ $HEAD == "HTTP/1."?" 2"* ]] || { printf '%s\n' "$HEAD" "$REPLY"; return 1; }
}

# answer LINE…: init.sh at a terminal, each line given when it asks for it.
answer() {
	local line size=0 tries shown rc=0
	mkfifo in
	: >screen
	timeout 120 script -qec "$INIT" /dev/null <in >screen 2>&1 3>&- &
	exec 7>in
	for line; do
		for ((tries = 0; tries < 600; tries++)); do
			slurp shown screen
			((${#shown} > size)) && [[ $shown == *': ' ]] && break
			nap 0.1
		done
		size=${#shown}
		nap 0.3
		printf '%s\n' "$line" >&7
	done
	wait $! || rc=$?
	exec 7>&-
	cat screen
	return "$rc"
}

# The settings that the answers bring must not be there already.
hide_settings() {
	URL=$SUPABASE_URL DATABASE=$NOTION_DATABASE_ID
	unset SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY \
		NOTION_DATABASE_ID
}

@test "without a terminal: from the environment to the first plan" {
	start_sandbox
	one_row
	before=$(control GET dump)
	SYNC_ENV_FILE='' VAULTSYNC_HOME=$T/new must_pass "$INIT" </dev/null
	[[ $output == *"Adopt jq"* ]] || seen "no plan"
	must_say "To sync now: $ROOT/scripts/sync-now.sh"
	[[ $(stat -c %a new/.env) == 600 ]]
	[[ $(ls -A new) == .env ]]
	[[ $(control GET dump) == "$before" ]] || seen "something was written"
	grep -qx "SUPABASE_URL=$SUPABASE_URL" new/.env
	grep -qx "SUPABASE_SERVICE_ROLE_KEY=sb_secret_sandbox" new/.env
	grep -qx "NOTION_API_KEY=ntn_sandbox" new/.env
	[[ $output$stderr != *sb_secret_sandbox* && $output$stderr != *ntn_sandbox* ]]
}

@test "names of one's own are read beside the file to be written, and nowhere else" {
	start_sandbox
	mkdir tmp
	echo '{' >tmp/fields.json
	TMPDIR=$T/tmp must_pass "$INIT" -q </dev/null
	[[ $(ls -A tmp) == fields.json ]] || seen "left: $(ls -A tmp)"
	rm new/.env
	echo '{' >new/fields.json
	must_fail $RC_CONFIG "$INIT" </dev/null
	must_say "new/fields.json:2: not valid JSON"
}

@test "the file alone is enough for the next command" {
	start_sandbox
	must_pass "$INIT" -q </dev/null
	export NOTION_API_URL
	hide_settings
	must_pass "$INIT" </dev/null
	must_pass "$BIN/sb-fetch"
	must_pass "$BIN/notion-fetch"
}

@test "an existing file is changed only with --force, and keeps its other lines" {
	start_sandbox
	(umask 077 && printf '%s\n' '# mine' 'SYNC_INTERVAL=1h' \
		'export NOTION_API_KEY="ntn_old"' 'SUPABASE_URL=https://old.supabase.co' \
		'NOTION_API_KEY=ntn_older' >new/.env)
	cp new/.env old
	must_fail $RC_CONFIG "$INIT" </dev/null
	must_say "change it with --force"
	cmp old new/.env
	must_pass "$INIT" --force </dev/null
	printf '%s\n' '# mine' 'SYNC_INTERVAL=1h' 'NOTION_API_KEY=ntn_sandbox' \
		"SUPABASE_URL=$SUPABASE_URL" \
		SUPABASE_SERVICE_ROLE_KEY=sb_secret_sandbox \
		"NOTION_DATABASE_ID=$NOTION_DATABASE_ID" \
		"NOTION_API_URL=$NOTION_API_URL" >want
	diff want new/.env
	[[ $(ls -A new) == .env ]]
}

@test "a file with the same settings stays, and is closed to others" {
	start_sandbox
	must_pass "$INIT" -q </dev/null
	chmod 644 new/.env
	before=$(stat -c %i new/.env)
	must_pass "$INIT" -q </dev/null
	[[ $(stat -c '%i %a' new/.env) == "$before 600" ]]
}

# As on a disk that is full, but for anybody: no file may grow beyond a kilobyte.
short_of_room() {
	(trap '' XFSZ && ulimit -f 1 && "$@")
}

@test "without room the file stays as it is, and none is left beside it" {
	start_sandbox
	(umask 077 && printf '# %0100d\n' {1..20} >new/.env)
	cp new/.env old
	must_fail $RC_LOCAL short_of_room "$INIT" --force </dev/null
	must_say "cannot write $T/new/.env"
	cmp old new/.env
	[[ $(ls -A new) == .env ]] || seen "left: $(ls -A new)"
	# Room for the old lines, but not for the settings.
	(umask 077 && printf '# %098d\n' {1..10} >new/.env)
	cp new/.env old
	must_fail $RC_LOCAL short_of_room "$INIT" --force </dev/null
	cmp old new/.env
	[[ $(ls -A new) == .env ]] || seen "left: $(ls -A new)"
}

@test "a wrong setting is reported in doctor's words, and nothing is written" {
	start_sandbox
	SUPABASE_SERVICE_ROLE_KEY=sb_publishable_sandbox \
		must_fail $RC_CONFIG "$INIT" </dev/null
	must_say "holds a publishable key, which sees no rows"
	SUPABASE_SERVICE_ROLE_KEY=sb_secret_other \
		must_fail $RC_CREDENTIALS "$INIT" </dev/null
	NOTION_API_KEY='' must_fail $RC_CONFIG "$INIT" </dev/null
	must_say "NOTION_API_KEY is not set"
	NOTION_DATABASE_ID=$(id 9) must_fail $RC_CONFIG "$INIT" </dev/null
	must_say "Connections"
	[[ ! -e new/.env ]]
}

@test "a missing table is reported with what prints the SQL to paste" {
	start_sandbox
	control POST config '{"table_missing":true}' >/dev/null
	must_fail $RC_CONFIG "$INIT" </dev/null
	must_say "paste what .*doctor --sql prints into the SQL editor"
	[[ -e new/.env ]]
}

@test "--yes lets notion-setup add what is missing, nothing else does" {
	start_sandbox
	change '{"Type":null,"Date":null}'
	must_fail $RC_CONFIG "$INIT" </dev/null
	must_say "prepare the database with: .*notion-setup"
	must_say "has no property"
	must_pass "$INIT" --yes </dev/null
	must_pass "$BIN/notion-setup" --check
}

@test "a service that is down is not a wrong setting" {
	start_sandbox
	SUPABASE_URL=http://127.0.0.1:1 SYNC_RETRIES=0 \
		must_fail $RC_TEMPORARY "$INIT" </dev/null
	must_say "Failed to connect"
}

@test "at a terminal: asks, checks each answer at once, hides the keys" {
	start_sandbox
	one_row
	hide_settings
	run answer https://x.supabase.co/auth/v1 "$URL" ntn_sandbox \
		sb_secret_sandbox ntn_wrong ntn_sandbox Decisions "$DATABASE"
	[[ $status -eq 0 ]] || seen "exit"
	[[ $output == *"SUPABASE_URL has a path"* ]] || seen "path"
	[[ $output == *"holds a Notion token"* ]] || seen "kind of key"
	[[ $output == *"API token is invalid"* ]] || seen "wrong token"
	[[ $output == *"NOTION_DATABASE_ID holds no id"* ]] || seen "no id"
	[[ $output == *"Adopt jq"* ]] || seen "no plan"
	[[ $output != *_sandbox* ]] || seen "a key is on the screen"
	# The four, and the sandbox's address, which is set.
	[[ $(grep -c '^[A-Z]' new/.env) == 5 ]]
	grep -qx "NOTION_API_KEY=ntn_sandbox" new/.env
}

@test "at a terminal, without a database: what is known is kept, and how to make one is named" {
	start_sandbox
	hide_settings
	run answer "$URL" sb_secret_sandbox ntn_sandbox ""
	[[ $status -eq $RC_CONFIG ]] || seen "exit"
	[[ $output == *"notion-setup --create PAGE"*"init"*" again"* ]] || seen "what to do"
	grep -qx "NOTION_API_KEY=ntn_sandbox" new/.env
	# That command works now, and with its line init goes on: Enter keeps the rest.
	unset NOTION_API_URL
	SYNC_ENV_FILE=$T/new/.env must_fail $RC_USAGE "$BIN/notion-setup" --create nonsense
	must_say "copy its link"
	rm in
	echo "NOTION_DATABASE_ID=$DATABASE" >>new/.env
	run answer "" "" "" ""
	[[ $status -eq 0 ]] || seen "the second time"
}

# A second data source in the database, and what is set beside the four names.
@test "with several data sources, the one that is set is written, or asked for" {
	start_sandbox
	one_row
	notion POST data_sources "{\"parent\":{\"database_id\":\"$NOTION_DATABASE_ID\"},
		\"properties\":{\"Name\":{\"title\":{}}}}"
	must_fail $RC_CONFIG "$INIT" </dev/null
	must_say "choose one by setting NOTION_DATA_SOURCE_ID="
	NOTION_DATA_SOURCE_ID=$SOURCE SUPABASE_TABLE=decision_vault \
		must_pass "$INIT" </dev/null
	grep -qx "NOTION_DATA_SOURCE_ID=$SOURCE" new/.env || seen "no source in .env"
	grep -qx "SUPABASE_TABLE=decision_vault" new/.env || seen "no table in .env"
	hide_settings
	must_pass "$ROOT/scripts/sync-now.sh" --dry-run
	rm new/.env
	run answer "$URL" sb_secret_sandbox ntn_sandbox "$DATABASE" nonsense "$SOURCE"
	[[ $status -eq 0 ]] || seen "exit"
	grep -qx "NOTION_DATA_SOURCE_ID=$SOURCE" new/.env || seen "the answer is not in .env"
}

@test "keys are in no argument list" {
	grep -nE '(curl|printf|echo|env|jq|sed|grep)[^|]*(KEY|value\[)' \
		"$ROOT/scripts/init.sh" >found || true
	# printf of line_of and compose is the shell's own.
	run grep -vE "printf '%s=%s|echo \"(Supabase|Notion)|echo (SUPABASE_S|NOTION_A)" found
	[[ -z $output ]] || { echo "$output"; return 1; }
}

@test "options" {
	must_pass "$INIT" --help
	[[ $output == *--force*--yes* ]]
	must_pass "$INIT" --version
	must_fail $RC_USAGE "$INIT" --nonsense
}
