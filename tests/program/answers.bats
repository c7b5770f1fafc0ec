# What the user's own table, project or gateway answers: a setting (78) or an
# outage (75), told with what the service says; never a bug of these tools.

load ../helper
load ../sync

setup() {
	sync_setup
	export SYNC_RETRIES=2
	seed notion "from Notion"
	seed supabase "from Supabase"
}

# answers CODE PATTERN FAULT: a run that meets it for good ends so.
answers() {
	control DELETE faults >/dev/null
	control DELETE log >/dev/null
	control POST faults "{\"times\":-1,$3}" >/dev/null
	must_fail "$1" sync_now --quiet
	must_say "$2"
	[[ $stderr != *"bug of these tools"* ]] || seen "a bug?"
	catch "$BIN/report"
	[[ $output != *"bug of these tools"* ]] || seen "a bug?"
}

# refusals METHOD API: how often it was asked in vain.
refusals() {
	control GET log | $JQ -s --arg m "$1" --arg a "$2" 'map(select(.method == $m
		and .api == $a and .status >= 400 and (.path | endswith("decision_vault")))) | length'
}

@test "what the table itself refuses is a setting, asked once" {
	answers $RC_CONFIG 'drop expression' '"match":{"api":"supabase","method":"PATCH"},
		"status":400,"code":"428C9","message":"column \"checksum\" can only be updated to DEFAULT"'
	answers $RC_CONFIG 'INSERT or UPDATE rules.*decision_vault is a view, or one of its rules forbids' \
		'"match":{"api":"supabase","method":"POST"},"status":400,"code":"0A000",
		"message":"INSERT with ON CONFLICT clause cannot be used with table that has INSERT or UPDATE rules"'
}

@test "a view that can't be written is told by name, and not asked again" {
	answers $RC_CONFIG 'decision_vault is a view' '"match":{"api":"supabase","method":"PATCH"},
		"status":500,"code":"55000","message":"cannot update view \"decision_vault\""'
	[[ $(refusals PATCH supabase) == 1 ]]
	answers $RC_CONFIG 'decision_vault is a view' '"match":{"api":"supabase","method":"POST"},
		"status":500,"code":"55000","message":"cannot insert into view \"decision_vault\""'
}

@test "what a listing meets is a setting, with the service's own words" {
	local code
	for code in P0001 22012 22P02 42804; do
		answers $RC_CONFIG 'not in office hours' "\"match\":{\"api\":\"supabase\",\"method\":\"GET\"},
			\"status\":400,\"code\":\"$code\",\"message\":\"not in office hours\""
	done
	answers $RC_CONFIG 'something new' '"match":{"api":"notion","path":"/query"},
		"status":400,"code":"something_new","message":"something new"'
}

@test "a lock, a busy object and a rate limit are temporary: tried again, then an outage" {
	local code
	for code in 55P03 55006; do
		answers $RC_TEMPORARY 'in use' "\"match\":{\"api\":\"supabase\",\"method\":\"GET\",
			\"path\":\"id=gt\"},\"status\":500,\"code\":\"$code\",\"message\":\"in use\""
	done
	answers $RC_TEMPORARY 'try again after a while' '"match":{"api":"supabase","method":"POST"},
		"status":420,"content_type":"application/json",
		"body":"{\"message\":\"Rate limit exceeded, try again after a while\",\"code\":null}"'
	[[ $(refusals POST supabase) -gt 1 ]]
}

@test "a gateway's 4xx is an outage, whichever service is behind it" {
	local api status
	for api in notion supabase; do
		for status in 400 403 405 418; do
			answers $RC_TEMPORARY 'on the way to it' "\"match\":{\"api\":\"$api\"},
				\"status\":$status,\"content_type\":\"text/html\",
				\"body\":\"<html><title>no</title></html>\""
		done
	done
}

@test "PostgREST's details and hint are shown" {
	answers $RC_CONFIG 'hint: Grant the required privileges' '"match":{"api":"supabase","method":"GET"},
		"status":403,"content_type":"application/json",
		"body":"{\"code\":\"42501\",\"message\":\"permission denied\",\"details\":null,\"hint\":\"Grant the required privileges to the current role with: GRANT SELECT\"}"'
}
