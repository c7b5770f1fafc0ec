# Requests to the sandbox, for its own tests. Each leaves $STATUS, $BODY, and
# the answer's headers in the file ./headers.

TABLE=/rest/v1/decision_vault
SOURCE=d5000000-0000-4000-8000-000000000001

# request METHOD PATH [BODY] [CURL-OPTION…]
request() {
	local method=$1 path=$2 body=()
	shift 2
	if (($#)); then
		[[ -z $1 ]] || body=(--data-binary "$1")
		shift
	fi
	# curl takes a HEAD's headers for its body.
	[[ $method != HEAD ]] || body+=(--head)
	: >headers
	STATUS=$(curl -sS --globoff --max-time 20 -X "$method" -D headers \
		-o body -w '%{http_code}' ${body[@]+"${body[@]}"} \
		"$@" "$SANDBOX$path") || STATUS="curl $?"
	BODY=$(tr -d '\0' <body 2>/dev/null) || BODY=
	rm -f body
}

# sb METHOD PATH [BODY] [PREFER]: as the service role.
sb() {
	request "$1" "$2" "${3-}" -H "apikey: ${KEY-sb_secret_sandbox}" \
		-H 'Content-Type: application/json' ${4+-H "Prefer: $4"}
}

# notion METHOD PATH [BODY]
notion() {
	request "$1" "$2" "${3-}" \
		-H "Authorization: Bearer ${KEY-ntn_sandbox}" \
		-H "Notion-Version: ${VERSION-2026-03-11}" \
		-H 'Content-Type: application/json'
}

# must_answer STATUS [FILTER]: the last answer's status, and jq's filter over
# its body is true.
must_answer() {
	local got
	if [[ $STATUS != "$1" ]]; then
		printf 'status %s, expected %s\n%s\n' "$STATUS" "$1" \
			"$(head -c 3000 <<<"$BODY")"
		return 1
	fi
	(($# > 1)) || return 0
	got=$(jq -c "$2" <<<"$BODY" 2>&1) || true
	[[ $got == true ]] && return
	printf 'does not hold: %s\njq says: %s\nin: %s\n' "$2" "$got" \
		"$(head -c 3000 <<<"$BODY")"
	return 1
}

# header NAME: of the last answer.
header() {
	tr -d '\r' <headers | sed -n "s/^$1: //Ip"
}

# must_head NAME VALUE
must_head() {
	[[ $(header "$1") == "$2" ]] && return
	printf '%s: expected %s, seen:\n%s\n' "$1" "$2" "$(<headers)"
	return 1
}

# add_row OBJECT, add_page OBJECT: seeds it and prints its id.
add_row() {
	control POST seed "$(jq -c '{side: "supabase"} + .' <<<"$1")" |
		jq -er '.ids[0]'
}

add_page() {
	control POST seed "$(jq -c '{side: "notion"} + .' <<<"$1")" |
		jq -er '.ids[0]'
}

# create PROPERTIES: a page, by the API.
create() {
	notion POST /v1/pages "$(jq -nc --arg s "$SOURCE" --argjson p "$1" \
		'{parent: {data_source_id: $s}, properties: $p}')"
}

# query [OBJECT]
query() {
	notion POST "/v1/data_sources/$SOURCE/query" "${1-"{}"}"
}

config() {
	control POST config "$1" >/dev/null
}

fault() {
	control POST faults "$1" >/dev/null
}
