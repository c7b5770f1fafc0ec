# Requests to the sandbox, for its own tests. Each leaves $STATUS, $BODY, and
# the answer's headers in the file ./headers.

TABLE=/rest/v1/decision_vault
SOURCE=d5000000-0000-4000-8000-000000000001

# request METHOD PATH [BODY|@FILE] [-H HEADER]…: by the shell itself (control.bash), which
# takes a tenth of curl's time; what curl makes of a request, asked_by_curl tells.
request() {
	local method=$1 path=$2 body=${3-} fields=() code=0
	shift $(($# < 3 ? $# : 3))
	[[ $body != @* ]] || slurp body "${body#@}"
	while (($#)); do
		[[ $1 == -H ]] || { echo "request: $1 is no option of it"; return 1; }
		fields+=("$2")
		shift 2
	done
	ask "${SANDBOX##*:}" "$method" "$path" "$body" ${fields[@]+"${fields[@]}"} || code=$?
	BODY=$REPLY
	if ((code)); then STATUS="curl $code"; else STATUS=${HEAD:9:3}; fi
}

# asked_by_curl METHOD PATH [BODY] [CURL-OPTION…]: the same by curl.
asked_by_curl() {
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
	HEAD=$(<headers)
	BODY=$(<body) || BODY=
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
		printf 'status %s, expected %s\n%s\n' "$STATUS" "$1" "${BODY::3000}"
		return 1
	fi
	(($# > 1)) || return 0
	jq -c "$2" <<<"$BODY" >"$T/.got" 2>&1 || true
	slurp got "$T/.got"
	[[ $got == true ]] && return
	printf 'does not hold: %s\njq says: %s\nin: %s\n' "$2" "$got" "${BODY::3000}"
	return 1
}

# header NAME: $HEADER is that of the last answer.
header() {
	local line IFS=$'\n'
	HEADER=''
	for line in ${HEAD//$'\r'/}; do
		[[ ${line,,} != "${1,,}: "* ]] || HEADER=${line#*: }
	done
}

# must_head NAME VALUE
must_head() {
	header "$1"
	[[ $HEADER == "$2" ]] && return
	printf '%s: expected %s, seen:\n%s\n' "$1" "$2" "$HEAD"
	return 1
}

# add_row OBJECT, add_page OBJECT: seeds it and prints its id.
add_row() {
	add supabase "$1"
}

add_page() {
	add notion "$1"
}

add() {
	local more=${2//$'\n'/ }
	more=${more#\{}
	control POST seed "{\"side\":\"$1\"${more:+,}${more:-\}}" >/dev/null
	[[ $REPLY =~ \"ids\":\[\"([^\"]+)\"\] ]] || { echo "$REPLY"; return 1; }
	printf '%s\n' "${BASH_REMATCH[1]}"
}

# create PROPERTIES: a page, by the API.
create() {
	notion POST /v1/pages "{\"parent\":{\"data_source_id\":\"$SOURCE\"},\"properties\":$1}"
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
