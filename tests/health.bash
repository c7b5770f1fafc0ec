# For tests of health-server: `load health` behind `load helper`, and
# stop_server in teardown().

# start_server [OPTION…]: $URL is where it answers.
start_server() {
	local tries
	rm -f ready
	"$BIN/health-server" --listen 127.0.0.1:0 --ready "$T/ready" "$@" \
		>server.out 2>server.err </dev/null 3>&- &
	SERVER=$!
	for ((tries = 0; tries < 200; tries++)); do
		[[ ! -s ready ]] || break
		sleep 0.05
	done
	URL=$(<ready)
}

stop_server() {
	[[ -z ${SERVER-} ]] || { kill "$SERVER" && wait "$SERVER"; } 2>/dev/null || true
	SERVER=
}

# sign SECRET BODY: as Notion signs a call.
sign() {
	printf 'sha256=%s' "$(printf %s "$2" | openssl dgst -sha256 -hmac "$1" | sed 's/.* //')"
}
