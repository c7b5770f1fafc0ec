#!/usr/bin/env bats
# What doctor, and apply before the first sync, find out of both services does no
# harm whatever becomes of a request on its way.

load ../helper
load ../sync

setup() {
	sync_setup
	export SYNC_RETRIES=0
}

# must_find_out COMMAND…: it says that filters are lost, and nothing changes.
must_find_out() {
	local before
	before=$(control GET dump)
	must_fail $RC_CONFIG "$@"
	[[ $output$stderr == *"the filters of requests are lost on the way"* ]] || seen "it isn't told"
	[[ $(control GET dump) == "$before" ]] || { diff <(cat <<<"$before") <(control GET dump); seen "something was written"; }
}

# A single row: no maximum of rows could save it.
@test "a proxy that drops filters and preferences: nothing is written, and it is reported" {
	seed supabase 'the only row'
	control POST config '{"drop_filters":true}' >/dev/null
	must_find_out "$BIN/doctor"
	# Reading finds it out by itself where there are rows enough.
	before=$(control GET dump)
	must_fail 65 sync_now
	[[ $(control GET dump) == "$before" ]] || seen "a run wrote something"
	control POST config '{"drop_filters":false}' >/dev/null
	seed notion 'a page'
	records >in && "$BIN/plan" in >plan
	control POST config '{"drop_filters":true}' >/dev/null
	must_find_out "$BIN/apply" plan
}

records() {
	"$BIN/sb-fetch" >sb && "$BIN/notion-fetch" >nt && "$BIN/normalize" sb nt
}

# The requests themselves, each with anything left out on the way.
@test "no probe of the rows carries a value" {
	seed supabase 'a row'
	must_pass "$BIN/doctor" --json --only grants,link-index,column-types
	control GET log | $JQ -c 'select(.api == "supabase" and .method != "GET")' >writes
	[[ $(wc -l <writes) -ge 3 ]] || { cat writes; seen "too few probes"; }
	control POST config '{"drop_filters":true}' >/dev/null
	local before method target body parts part query i
	before=$(control GET dump)
	while IFS=$'\t' read -r method target body; do
		query=${target#*\?}
		IFS='&' read -ra parts <<<"$query"
		# All, none, and all but one of the parameters.
		for ((i = -2; i < ${#parts[@]}; i++)); do
			part=("${parts[@]}")
			[[ $i != -2 ]] || part=()
			[[ $i -lt 0 ]] || unset 'part[i]'
			curl -sS -X "$method" "$SANDBOX${target%%\?*}?$(IFS='&'; echo "${part[*]}")" \
				-H "apikey: $SUPABASE_SERVICE_ROLE_KEY" \
				-H 'content-type: application/json' -d "$body" >/dev/null
			[[ $(control GET dump) == "$before" ]] || seen "$method, case $i of: $target"
		done
	done < <(jq -r '"\(.method)\t\(.path)\t\(.body | tojson)"' writes)
}
