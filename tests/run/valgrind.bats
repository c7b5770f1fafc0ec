# The whole pipeline under valgrind: no wrong access, nothing leaked.

load ../helper
load ../sync

setup() {
	command -v valgrind >/dev/null || skip "no valgrind"
	! grep -q __asan_init "$BIN/plan" || skip "a build with sanitizers"
	sync_setup
	mkdir vbin
	local p
	for p in "$BIN"/*; do
		printf '#!/bin/sh\nexec valgrind -q --error-exitcode=99 %s %s "$@"\n' \
			"--leak-check=full --errors-for-leak-kinds=definite,indirect" \
			"$p" >"vbin/${p##*/}"
		chmod +x "vbin/${p##*/}"
	done
}

@test "valgrind finds a fault where there is one" {
	printf '#include <stdlib.h>\nint main(void){volatile char*p=malloc(1);return p[1];}' |
		cc -x c -o bad - 2>/dev/null || skip "no compiler"
	must_fail 99 valgrind -q --error-exitcode=99 ./bad
}

@test "both ways, a merge, a conflict, deletions, poison, nothing to do" {
	in_turn 1 3
	seed supabase one two three four
	seed notion five six "sev, en"
	echo '{"side":"supabase","decision":"poison","type":"a, b"}' >more
	control POST seed @more >/dev/null
	export VAULTSYNC_BIN=$T/vbin
	must_fail $RC_ATTENTION "$ROOT/scripts/sync-now.sh" --quiet
	edit supabase one '{"type":"UX"}'
	edit notion one '{"date":"2026-05-05"}'
	edit supabase two '{"type":"UX"}'
	edit notion two '{"type":"Policy"}'
	act notion three trash
	act supabase five soft-delete
	act supabase six delete
	# What a dry run starts otherwise than a run.
	make_plan
	must_pass vbin/plan --human --base state/base.ndjson records
	must_fail $RC_ATTENTION "$ROOT/scripts/sync-now.sh" --quiet
	# And the plan of a run that has nothing to do.
	make_plan
	must_pass vbin/plan --base state/base.ndjson records
	must_hold 'last.count == 2 and ([.[].code | strings] == ["poison", "orphan"])'
	must_pass vbin/report
	must_pass vbin/report --json
}

@test "refused streams and settings" {
	export SYNC_ENV_FILE=/dev/null
	printf '{"kind":"head"}\n' >bad
	must_fail $RC_STREAM vbin/normalize bad
	must_fail $RC_STREAM vbin/plan bad
	must_fail $RC_STREAM vbin/apply bad
	SUPABASE_URL=x must_fail $RC_CONFIG vbin/sb-fetch
	NOTION_DATABASE_ID=x must_fail $RC_CONFIG vbin/notion-fetch
	NOTION_API_KEY=ntn_wrong must_fail $RC_CREDENTIALS vbin/notion-fetch
}

@test "a data source without a title" {
	local path=/v1/data_sources/d5000000-0000-4000-8000-000000000001
	ask "${SANDBOX##*:}" GET "$path" '' 'Authorization: Bearer ntn_sandbox' \
		'Notion-Version: 2026-03-11'
	jq -c '{match: {path: "/v1/data_sources/", method: "GET"}, times: -1,
		status: 200, content_type: "application/json",
		body: (del(.properties.Decision) | tojson)}' \
		<<<"$REPLY" >fault
	control POST faults @fault >/dev/null
	must_fail $RC_CONFIG vbin/notion-setup
	must_say 'no title property'
	must_fail $RC_CONFIG vbin/notion-fetch
	must_fail $RC_CONFIG vbin/doctor
}
