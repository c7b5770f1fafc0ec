# For tests with @supabase/lite, a real Data API, before a real PostgreSQL: `load ../lite`
# after `load ../helper`, `../sync`, `../npm` and `../postgres`. The Notion side is the
# sandbox.

lite_setup() {
	common_setup
	export SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_NOTION_RPM=10000 SYNC_BACKOFF_MS=5
	npm_packages supabase-lite
	new_database
	start_sandbox
}

# start_lite [SQL-FILE…]: after the project's own table, and aims the settings at it. One
# node is the file's, and ends with the server; a test has a project of its own in it.
start_lite() {
	local file url=$PG/$DATABASE.url tries
	for file in "$ROOT/sql/decision_vault.sql" "$@"; do sql -f "$file"; done
	[[ -s $PG/lite.pid ]] || serve_lite
	echo "$DATABASE ${MAX_ROWS-1000} $url" 1<>"$PG/projects"
	for ((tries = 0; tries < 1500; tries++)); do
		[[ -s $url ]] && break
		kill -0 "$(<"$PG/lite.pid")" 2>/dev/null || break
		nap 0.02
	done
	[[ -s $url ]] || { cat "$PG/lite.log"; return 1; }
	slurp SUPABASE_URL "$url"
	export SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY=sb_secret_lite_test
}

serve_lite() {
	cp "$ROOT/tests/supabase-lite/serve.mjs" "$PG/"
	ln -s "$MODULES/node_modules" "$PG/"
	mkfifo -m 600 "$PG/projects"
	{
		LITE_TELEMETRY=0 DO_NOT_TRACK=1 node "$PG/serve.mjs" "$PG/pg" sb_secret_lite_test \
			<&8 >"$PG/lite.log" 2>&1 3>&- &
		echo $! >"$PG/lite.pid"
	} 8<>"$PG/projects"
}
