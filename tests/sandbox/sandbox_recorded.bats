#!/usr/bin/env bats
# Real exchanges with Notion, replayed at the sandbox: the same status, and
# answers with the same keys and types.

load ../helper

setup() {
	common_setup
	start_sandbox
	control GET info >info
}

# with_jobs FILTER [FILE…]: jq with the definitions of sandbox/*.jq.
with_jobs() {
	local filter=$1
	shift
	$JQ -nr -L "$BATS_TEST_DIRNAME" --arg url "$SANDBOX" \
		--arg root "$($JQ -r .ids.root_page info)" \
		--arg database "$($JQ -r .ids.database info)" \
		--arg person "$($JQ -r .ids.person_user info)" \
		"include \"shape\"; $(<"$BATS_TEST_DIRNAME/jobs.jq")
		$filter" "$@"
}

# send KIND: a request for each of ./jobs, over one connection. The answers
# are left in ./answers, {"status","body"} a line, in the order of the jobs.
send() {
	local n=0 files=()
	with_jobs "[inputs | ${1}_request] | curl_config" jobs >curl.conf
	curl --config curl.conf >status || return
	while ((n < $(wc -l <status))); do
		files+=("out.$n")
		n=$((n + 1))
	done
	jq -c . "${files[@]}" >bodies
	paste -d '\t' status bodies | jq -Rc 'index("\t") as $at
		| {status: (.[:$at] | tonumber), body: (.[$at + 1:] | fromjson)}' \
		>answers
}

# with_answer FILTER: each job, $a being its answer, through the filter.
with_answer() {
	with_jobs "[inputs] as \$all | (\$all | length / 2) as \$n
		| range(\$n) as \$i | \$all[\$n + \$i] as \$a
		| \$all[\$i] | $1 | tojson" jobs answers
}

# replay FILE LEAST: all of the file, at least so many exchanges.
replay() {
	local n
	with_jobs 'all_jobs | tojson' "$1" >jobs
	send source
	with_answer '.source = $a.body.id' >next && mv next jobs
	send page
	with_answer '.page = $a.body.id' >next && mv next jobs
	send last
	n=$(wc -l <jobs)
	printf '%s exchanges\n' "$n"
	[[ $(wc -l <answers) == "$n" ]]
	with_answer 'if .status != $a.status
		then {differs: "status \($a.status)", job: ., answer: $a.body}
		else ([.response, $a.body] | compare) as $d
		| if $d == [] then empty
		else {differs: $d, job: ., answer: $a.body} end end' >bad
	head -c 6000 bad
	[[ ! -s bad ]] && ((n >= $2))
}

@test "recorded exchanges of 2026-03-11" {
	shared recorded/notion-2026-03-11.ndjson
	replay "$SHARED_FILE" 100
}

@test "recorded exchanges of 2025-09-03" {
	shared recorded/notion-2025-09-03.ndjson
	replay "$SHARED_FILE" 100
}

@test "the comparison sees a missing key, another type, a key too much" {
	local got
	got=$(with_jobs '[{a: 1, b: [{c: 1}], d: null},
		{a: "1", b: [{}], d: 5, e: 1}] | compare | tojson')
	[[ $got == '[".e: too much",".a: number and string",".b[0].c: missing"]' ]] ||
		{ echo "$got"; false; }
}
