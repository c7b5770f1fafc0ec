# For tests of health-server: `load health` after `load helper`, and
# stop_server in teardown().

# start_server [OPTION…]: $URL is where it answers.
start_server() {
	local tries
	rm -f ready
	"$BIN/health-server" --listen 127.0.0.1:0 --ready "$T/ready" "$@" \
		>server.out 2>server.err </dev/null 3>&- &
	SERVER=$!
	for ((tries = 0; tries < 1000; tries++)); do
		[[ ! -s ready ]] || break
		nap 0.01
	done
	slurp URL ready
}

# One that hangs is killed.
stop_server() {
	local tries
	[[ ${SERVER-} ]] || return 0
	kill "$SERVER" 2>/dev/null || true
	for ((tries = 0; tries < 500; tries++)); do
		kill -0 "$SERVER" 2>/dev/null || break
		nap 0.02
	done
	kill -KILL "$SERVER" 2>/dev/null || true
	wait "$SERVER" 2>/dev/null || true
	SERVER=
}

# sign SECRET BODY: as Notion signs a call.
sign() {
	printf 'sha256=%s' "$(printf %s "$2" | openssl dgst -sha256 -hmac "$1" | sed 's/.* //')"
}

# get PATH [CURL-OPTION…]: $code, the body in $body and in the file body, the head in the
# file head. curl is only started for its options.
get() {
	local path=$1 host=${URL#http://}
	host=${host%%/*}
	shift
	# A refusal may be an end without an answer: 000.
	: >body
	if (($# == 0)); then
		ask "${host##*:}" GET "${URL#"http://$host"}$path" '' "Host: $host" || true
		code=${HEAD:9:3}
		code=${code:-000}
		printf '%s' "$REPLY" >body
		printf '%s\r\n' "$HEAD" >head
		slurp body body
	else
		code=$(curl -s --max-time 20 -o body -D head -w '%{http_code}' "$@" \
			"$URL$path") || true
		body=$(<body)
	fi
}

must_get() {
	local want=$1
	shift
	get "$@"
	[[ $code == "$want" ]] ||
		{ echo "$*: $code instead of $want: $body"; return 1; }
}

# summary AGE-SECONDS [OBJECT]: a run's record
summary() {
	local more=${2-}
	"$JQ" -nc --argjson age "$1" --argjson more "${more:-"{}"}" '(now - $age | floor) as $t
		| {v: 1, run_id: "20261125T193500Z-7", status: "ok", exit_code: 0,
			stage: "apply", message: null, started_at: ($t - 4 | todate),
			ended_at: ($t | todate), duration_ms: 4000, errors: 0,
			conflicts: 0, ops: {}, counts: {}} + $more'
}

both() {
	summary "$@" | tee logs/last_run.json >logs/last_success.json
}
