# Keys go to the configured hosts and nowhere else: everything that runs leave
# behind is searched for them, and what other users of the machine can see.

load ../helper
load ../sync

ROW_SECRET=sb_secret_Zx9-unmistakable-Qq7
PAGE_SECRET=ntn_Zx9unmistakableQq8

setup() {
	sync_setup
	export SYNC_BACKOFF_MS=1
}

# no_key FOLDER…: neither key is in any file there, in any spelling that a
# log or a dump could give it.
no_key() {
	local key found
	for key in "${KEYS[@]}" "$(printf %s "${KEYS[0]}" | base64 -w 0)" \
		"$(printf %s "${KEYS[1]}" | base64 -w 0)"; do
		found=$(grep -rlF -e "$key" "$@" || true)
		[[ -z $found ]] || { echo "a key stands in: $found"; return 1; }
	done
}

# The pipeline step by step, each with -vv, so that all it can say is said.
run_loud() {
	local code=0
	mkdir -p out
	"$BIN/sb-fetch" -vv >out/sb 2>>out/err || code=$?
	"$BIN/notion-fetch" -vv --known out/sb >out/notion 2>>out/err || code=$?
	"$BIN/normalize" -vv out/sb out/notion >out/records 2>>out/err || code=$?
	"$BIN/plan" -vv --base state/base.ndjson out/records >out/plan 2>>out/err || code=$?
	"$BIN/apply" -vv --base state/base.ndjson out/plan >out/results 2>>out/err || code=$?
	sync_now -v -v >>out/script 2>>out/err || code=$?
	"$BIN/report" >>out/report 2>>out/err || true
	"$BIN/notion-setup" -vv --check >>out/setup 2>>out/err || true
	return "$code"
}

@test "a successful run leaves no key behind, whatever its verbosity" {
	KEYS=(sb_secret_sandbox ntn_sandbox)
	seed supabase one two
	seed notion three
	mkdir state
	run_loud
	[[ -s out/err && -s out/plan && -s logs/last_run.json ]]
	no_key out state logs
}

@test "refused keys are not shown, and the run ends with 77" {
	KEYS=("$ROW_SECRET" "$PAGE_SECRET")
	export SUPABASE_SERVICE_ROLE_KEY=$ROW_SECRET
	must_fail $RC_CREDENTIALS sync_now -v -v
	printf '%s\n' "$output" "$stderr" >messages
	export SUPABASE_SERVICE_ROLE_KEY=sb_secret_sandbox NOTION_API_KEY=$PAGE_SECRET
	must_fail $RC_CREDENTIALS sync_now -v -v
	printf '%s\n' "$output" "$stderr" >>messages
	no_key messages state logs
}

@test "a service that answers with the key in its error is not repeated" {
	KEYS=(sb_secret_sandbox ntn_sandbox)
	control POST faults '{"match":{"api":"supabase"},"times":-1,"status":500,
		"body":"{\"code\":\"XX000\",\"message\":\"bad header apikey: sb_secret_sandbox\"}",
		"content_type":"application/json"}'
	control POST faults '{"match":{"api":"notion"},"times":-1,"status":400,
		"body":"token ntn_sandbox is odd","content_type":"text/plain"}'
	catch sync_now -v -v
	[[ $status -ne 0 ]]
	printf '%s\n' "$output" "$stderr" >messages
	catch "$BIN/notion-fetch" -vv
	[[ $status -ne 0 ]]
	printf '%s\n' "$output" "$stderr" >>messages
	no_key messages state logs
}

@test "a key in .env that is not well-formed is not quoted" {
	KEYS=("$ROW_SECRET" "$PAGE_SECRET")
	unset SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY
	printf 'SUPABASE_SERVICE_ROLE_KEY=%s tail\nNOTION_API_KEY "%s"\n' \
		"$ROW_SECRET" "$PAGE_SECRET" >broken.env
	chmod 600 broken.env
	SYNC_ENV_FILE=$T/broken.env catch sync_now -v -v
	[[ $status -eq $RC_CONFIG ]] || seen "exit code"
	printf '%s\n' "$output" "$stderr" >messages
	no_key messages
	# And one of each setting that a message may complain about.
	printf 'SUPABASE_SERVICE_ROLE_KEY=%s\nNOTION_API_KEY=%s\n' \
		"sb_publishable_$ROW_SECRET" "  $PAGE_SECRET\\x  " >broken.env
	SYNC_ENV_FILE=$T/broken.env catch sync_now -v -v
	printf '%s\n' "$output" "$stderr" >messages
	no_key messages
}

@test "a .env that others could have written is refused, with the command that fixes it" {
	seed supabase one
	# shellcheck disable=SC2016 # for the command's shell
	echo 'SYNC_NOTIFY_CMD=touch "$T/obeyed"' >shared.env
	export SYNC_ENV_FILE=$T/shared.env T
	chmod 662 shared.env
	must_fail $RC_CONFIG env SUPABASE_SERVICE_ROLE_KEY=sb_secret_wrong \
		VAULTSYNC_BIN="$BIN" "$ROOT/scripts/sync-now.sh" -q
	must_say "shared.env can be written by others.*chmod 600 '.*shared.env'"
	[[ ! -e obeyed && ! -e logs ]] || seen "it was obeyed"
	must_fail $RC_CONFIG "$BIN/doctor" -q --only env-file
	[[ $output == *"chmod 600"* ]] || seen "doctor"
	chmod 600 shared.env
	if ((EUID == 0)); then
		chown 4242 shared.env
		must_fail $RC_CONFIG sync_now -q
		must_say "shared.env belongs to 4242.*chown root '.*shared.env'"
		[[ ! -e obeyed ]]
		chown root shared.env
	fi
	must_fail $RC_CREDENTIALS env SUPABASE_SERVICE_ROLE_KEY=sb_secret_wrong \
		VAULTSYNC_BIN="$BIN" "$ROOT/scripts/sync-now.sh" -q
	[[ -e obeyed ]] || seen "its owner's isn't obeyed"
}

@test "no process has a key among its arguments" {
	local pid
	KEYS=(sb_secret_sandbox ntn_sandbox)
	seed supabase one two three four five
	# Slow answers, so that there is time to look at every program.
	control POST faults '{"times":-1,"delay_ms":60}'
	sync_now -q >messages 2>&1 3>&- &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		# Other tests run at the same time, and their curl has the key in a header.
		grep -alsF "BATS_TEST_TMPDIR=$T" /proc/[0-9]*/environ >>ours || true
		grep -as '' /proc/[0-9]*/cmdline >>all || true
	done
	wait "$pid"
	sort -u ours | sed 's/environ$/cmdline:/' >names
	grep -aFf names all | tr '\0' '\n' >cmdlines
	grep -q -- --known cmdlines
	grep -q -- --base cmdlines
	no_key cmdlines messages
}

@test "normalize, plan and report are not given the keys of a .env file" {
	local pid seen_env
	KEYS=(sb_secret_sandbox ntn_sandbox)
	printf 'SUPABASE_SERVICE_ROLE_KEY=%s\nNOTION_API_KEY=%s\n' "${KEYS[@]}" >keys.env
	chmod 600 keys.env
	unset SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY
	export SYNC_ENV_FILE=$T/keys.env
	seed supabase one two three
	control POST faults '{"times":-1,"delay_ms":40}'
	sync_now -q >messages 2>&1 3>&- &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		for seen_env in $(pgrep -P "$pid" || true); do
			tr '\0' '\n' <"/proc/$seen_env/environ" >>environs 2>/dev/null || true
		done
	done
	wait "$pid"
	[[ -s environs ]]
	no_key environs messages
}

@test "a redirect is not followed, and no key goes to where it leads" {
	KEYS=(sb_secret_sandbox ntn_sandbox)
	local first=$SANDBOX
	start_sandbox
	control DELETE log
	export SUPABASE_URL=$first NOTION_API_URL=$first
	curl -fsS -X POST "$first/control/faults" -d '{"times":-1,"status":307,"body":""}' >/dev/null
	catch sync_now -v -v
	[[ $status -ne 0 ]]
	control GET log >log
	[[ ! -s log ]]
}

# core_limit PROGRAM OPTION…: that of the program, once it has begun.
core_limit() {
	local tries pid limit
	(ulimit -c unlimited && exec "$BIN/$1" "${@:2}" >/dev/null 2>&1 </dev/null 3>&-) &
	pid=$!
	for ((tries = 0; tries < 100; tries++)); do
		limit=$(awk '/^Max core file size/ { print $5 }' "/proc/$pid/limits")
		[[ $limit != 0 ]] || break
		sleep 0.02
	done
	echo "$limit"
	kill -ABRT "$pid"
	wait "$pid" 2>/dev/null || [[ $? == 134 ]] || echo "$1 didn't end by ABRT"
}

@test "a program that dies leaves no core file, because it would contain the keys" {
	seed supabase one
	must_pass sync_now --quiet
	seed supabase two
	mkdir out
	"$BIN/sb-fetch" >out/sb
	"$BIN/notion-fetch" --known out/sb >out/notion
	"$BIN/normalize" out/sb out/notion | "$BIN/plan" --base state/base.ndjson >out/plan
	# So that it is still there to be looked at.
	control POST faults '{"times":-1,"delay_ms":1000}' >/dev/null
	local program options
	for program in sb-fetch "notion-fetch --known out/sb" "apply --base state/base.ndjson out/plan" \
		"health-server --listen 127.0.0.1:0"; do
		read -ra options <<<"$program"
		must_pass core_limit "${options[@]}"
		[[ $output == 0 ]] || seen "$program"
	done
	[[ -z $(find . -name 'core*') ]] || { find . -name 'core*'; return 1; }
}

@test "files with records in them are for their owner only" {
	seed supabase one
	must_pass sync_now -q
	run find state logs -type f -perm /077
	[[ -z $output ]] || { echo "open to others: $output"; return 1; }
}
