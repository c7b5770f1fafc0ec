# For tests with @supabase/lite, a real PostgreSQL behind a real Data API:
# `load lite` after `load helper`, `load sync` and `load npm`. The Notion side is
# the sandbox.

lite_setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_NOTION_RPM=10000 SYNC_BACKOFF_MS=5
	export PG_NEW=$BATS_FILE_TMPDIR/pg-new
	LITE=''
	npm_packages supabase-lite
	{ compgen -G '/usr/lib/postgresql/*/bin/initdb' || command -v initdb; } >/dev/null ||
		skip "no PostgreSQL here: apt-get install postgresql"
	start_sandbox
}

lite_teardown() {
	[[ -z $LITE ]] || "$ROOT/tests/supabase-lite/down.sh" "$LITE"
	common_teardown
}

# start_lite [SQL-FILE…]: after the project's own table, and aims the settings
# at it. A socket's path must be short, so it isn't in $T.
start_lite() {
	LITE=$(mktemp -d /tmp/lite.XXXXXX)
	"$ROOT/tests/supabase-lite/up.sh" "$LITE" "$MODULES" sb_secret_lite_test \
		"$ROOT/sql/decision_vault.sql" "$@" 3>&-
	SUPABASE_URL=$(<"$LITE/url")
	export SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY=sb_secret_lite_test
}

# sql STATEMENTS, sql_file FILE: as the owner of the database.
sql() {
	psql_as_owner -c "$1"
}

sql_file() {
	psql_as_owner -f "$1"
}

psql_as_owner() {
	psql -qAt -h "$LITE/pg" -U postgres -v ON_ERROR_STOP=1 "$@"
}
