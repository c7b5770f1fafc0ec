# A run that finds nothing to do writes nothing but its record: no apply, no base
# written again. What a killed run left behind is put in its place all the same.

load ../helper
load ../sync

setup() {
	sync_setup
	seed supabase one two
	must_pass sync_now --quiet
}

# The state folder without what the budget of requests leaves there: inode, size,
# time of each file.
state_files() {
	stat -c '%n %i %s %y' state/base* | sort
}

# traced: programs that note their names in ./calls.
traced() {
	local name
	mkdir programs
	for name in "$BIN"/*; do
		printf '#!/bin/sh\necho %s >>"%s/calls"\nexec "%s" "$@"\n' "${name##*/}" "$T" "$name" \
			>"programs/${name##*/}"
	done
	chmod +x programs/*
}

@test "a plan without ops: apply isn't called, and the base stays as it is" {
	local dir
	traced
	state_files >before
	VAULTSYNC_BIN=$T/programs must_pass "$ROOT/scripts/sync-now.sh"
	grep -qx plan calls
	! grep -qx apply calls || seen "apply was called"
	state_files | diff before -
	dir=logs/runs/$(jq -r .run_id logs/last_run.json)
	[[ ! -e $dir/results.ndjson ]]
	must_hold '.[0] | .status == "ok" and .exit_code == 0 and .planned == 0 and .complete
		and .counts == {supabase:{live:2}, notion:{live:2}}' logs/last_run.json
	must_hold '.[0] | .status == "ok"' logs/last_success.json
	must_pass "$BIN/report"
	[[ $output == *healthy* ]]
	must_pass "$BIN/report" --run last
	[[ $output == *"no ops"* ]]
	# It can be taken back like any other: there is nothing to take back.
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	must_pass "$BIN/plan" --undo "$dir" records
	must_hold 'last | .kind == "end" and .count == 0'
}

@test "a plan of skips alone: each has its result, and the base stays as it is" {
	act notion one unshare
	must_pass sync_now --quiet
	state_files >before
	must_pass sync_now --quiet
	results | must_hold '[.[] | select(.kind == "result") | .code] == ["orphan"]' /dev/stdin
	must_hold '.[0].complete' logs/last_run.json
	state_files | diff before -
}

@test "what a killed run left in the journal is folded in, though there is nothing to do" {
	local line
	line=$(jq -c 'select(.kind == "pair")' state/base.ndjson | head -n 1)
	jq -nc --argjson scope "$(jq -c 'select(.kind == "head") | .scope' state/base.ndjson)" \
		'{kind:"scope", scope:$scope}' >state/base.ndjson.journal
	jq -c '.at = "2026-01-02T03:04:05.000000Z"' <<<"$line" >>state/base.ndjson.journal
	grep -vF "$(jq -r .row_id <<<"$line")" state/base.ndjson |
		jq -c 'if .kind == "end" then .count = 1 else . end' >less
	cp less state/base.ndjson
	must_pass sync_now --quiet
	must_hold '.[0] | .planned == 0 and .complete' logs/last_run.json
	[[ ! -s state/base.ndjson.journal ]]
	must_hold '[.[] | select(.kind == "pair")] | length == 2 and any(.at == "2026-01-02T03:04:05.000000Z")' \
		state/base.ndjson
}
