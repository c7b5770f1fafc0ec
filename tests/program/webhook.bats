#!/usr/bin/env bats
# From a call of Notion's to the row, with all that stands between.

load ../helper
load ../sync
load ../health

setup() {
	sync_setup
	export SYNC_HOOK_SECRET_NOTION=secret_of-this-test SYNC_WAKE_SECONDS=1
}

has_row() { live supabase "$1" >/dev/null; }
is_published() { $JQ -e '.next_at != null' logs/schedule.json >/dev/null 2>&1; }

# eventually COMMAND: within thirty seconds.
eventually() {
	local end=$((SECONDS + 30))
	until "$@"; do
		((SECONDS < end)) || { echo "not within 30 s: $*"; cat serve.log; return 1; }
		sleep 0.2
	done
}

@test "an edited page's signed call reaches the row within seconds" {
	local url event='{"type":"page.properties_updated","entity":{"type":"page"}}'
	seed notion "Adopt PostgreSQL"
	VAULTSYNC_BIN=$BIN "$ROOT/scripts/serve.sh" --listen 127.0.0.1:0 --every 1h \
		>serve.log 2>&1 </dev/null 3>&- &
	SANDBOX_PIDS+=("$!")
	eventually is_published
	has_row "Adopt PostgreSQL"
	url=$(grep -oE 'http://[0-9.:]+' serve.log | head -n 1)
	edit notion "Adopt PostgreSQL" '{"decision":"Adopt SQLite"}'
	must_pass curl -fsS --max-time 10 "$url/hooks/notion" -d "$event" \
		-H "X-Notion-Signature: $(sign "$SYNC_HOOK_SECRET_NOTION" "$event")"
	# The schedule lets ten seconds pass between two runs that are called for.
	eventually has_row "Adopt SQLite"
	none supabase "Adopt PostgreSQL"
	eventually is_published
	must_hold '.[0].ops.update.supabase.done == 1' logs/last_run.json
	[[ ! -e state/wake ]]
}
