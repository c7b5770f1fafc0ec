#!/usr/bin/env bats
# Where keys go: TLS with verification, the configured host, nowhere else.

load ../helper

setup() {
	common_setup
	SERVER=
	export SUPABASE_SERVICE_ROLE_KEY=sb_secret_of_ours SYNC_RETRIES=0
}

teardown() {
	stop_tls_server
	common_teardown
}

stop_tls_server() {
	[[ -n $SERVER ]] || return 0
	# One that is not openssl yet may lose a TERM.
	kill -KILL "$SERVER" || true
	wait "$SERVER" 2>/dev/null || true
	SERVER=
}

# A TLS server with a certificate that nobody has signed, on $PORT; further
# options of openssl's s_server.
start_tls_server() {
	local tries
	command -v openssl >/dev/null || skip "no openssl on this machine"
	openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost \
		-keyout key.pem -out cert.pem 2>/dev/null
	: >server.log # there before the server is
	openssl s_server -www -accept 127.0.0.1:0 -key key.pem -cert cert.pem \
		"$@" >server.log 2>&1 3>&- </dev/null &
	SERVER=$!
	for ((tries = 0; tries < 100; tries++)); do
		PORT=$(sed -n 's/^ACCEPT 127\.0\.0\.1:\([0-9]*\)$/\1/p' \
			server.log)
		[[ -z $PORT ]] || return 0
		sleep 0.05
	done
	cat server.log
	return 1
}

@test "a certificate that can't be verified gets no request" {
	start_tls_server
	export SUPABASE_URL=https://localhost:$PORT
	must_fail $RC_CONFIG "$BIN/sb-fetch"
	must_say 'ca-certificates'
	must_say 'nothing was sent'
	[[ -z $output ]]
	run ! grep -q apikey server.log
}

# The handshake comes before the certificate is looked at, and so do its keys.
@test "the TLS keys are never written to a file, whatever SSLKEYLOGFILE says" {
	start_tls_server
	export SUPABASE_URL=https://localhost:$PORT SSLKEYLOGFILE=$T/keys
	must_fail $RC_CONFIG "$BIN/sb-fetch"
	must_say 'ca-certificates'
	[[ ! -e keys ]]
}

# With the machine's own policy switched off: TLS 1.2 is not left to it.
@test "a service with only TLS 1.1 is refused" {
	cat >openssl.cnf <<-'END'
		openssl_conf = init
		[init]
		ssl_conf = ssl
		[ssl]
		system_default = default
		[default]
		MinProtocol = TLSv1
		CipherString = ALL:@SECLEVEL=0
	END
	export OPENSSL_CONF=$T/openssl.cnf
	start_tls_server -tls1_1
	export SUPABASE_URL=https://localhost:$PORT
	must_fail $RC_TEMPORARY "$BIN/sb-fetch"
	run ! grep -q apikey server.log
	stop_tls_server
	start_tls_server -tls1_2
	export SUPABASE_URL=https://localhost:$PORT
	must_fail $RC_CONFIG "$BIN/sb-fetch"
	must_say 'ca-certificates'
}

@test "plain http to another machine is refused before anything is sent" {
	export SUPABASE_URL=http://192.0.2.1
	must_fail $RC_CONFIG "$BIN/sb-fetch"
	must_say 'SUPABASE_URL'
}

@test "nobody listens: temporary, with the host in the message" {
	export SUPABASE_URL=http://127.0.0.1:1
	must_fail $RC_TEMPORARY "$BIN/sb-fetch"
	must_say '127\.0\.0\.1'
	[[ -z $output ]]
}

@test "for a name without an address, the message says what may be wrong" {
	export SUPABASE_URL=https://gone.invalid SYNC_TIMEOUT=20
	must_fail $RC_TEMPORARY "$BIN/sb-fetch"
	must_say 'paused'
}

@test "the fetchers need settings, and name the one that is missing" {
	must_fail $RC_CONFIG "$BIN/sb-fetch"
	must_say 'SUPABASE_URL is not set'
	must_fail $RC_CONFIG "$BIN/notion-fetch"
	must_say 'NOTION_API_KEY is not set'
}

@test "a SYNC_BACKOFF_MS that is not a number is refused" {
	export SUPABASE_URL=http://127.0.0.1:1 SYNC_BACKOFF_MS=soon
	must_fail $RC_CONFIG "$BIN/sb-fetch"
	must_say 'SYNC_BACKOFF_MS'
}
