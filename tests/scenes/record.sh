#!/usr/bin/env bash
# Makes the scenes of tests/unit/apply_scenes_test.c and plan_scenes_test.c again, with
# the sandbox as the services; or those that are named (NAME, plan/NAME). What changes is
# to be read in a diff: a scene says what apply and plan are right to do.
set -euo pipefail
HERE=$(cd "${0%/*}" && pwd)
bats_require_minimum_version() { :; }
# shellcheck source=tests/helper.bash
. "$HERE/../helper.bash"
# shellcheck source=tests/sync.bash
. "$HERE/../sync.bash"
# shellcheck source=tests/scenes/scenes.bash
. "$HERE/scenes.bash"
# shellcheck source=tests/scenes/plans.bash
. "$HERE/plans.bash"
test=$ROOT/build/tests/unit/apply_scenes_test
work=$(mktemp -d)
SANDBOX_PIDS=()
trap 'stop_sandboxes; rm -rf "$work"' EXIT

# begin NAME: an empty folder, and a sandbox of its own.
begin() {
	T=$work/$1
	BATS_TEST_TMPDIR=$T
	mkdir "$T"
	cd "$T"
	export SYNC_ENV_FILE=/dev/null SYNC_STATE_DIR=$T/state SYNC_LOG_DIR=$T/logs
	export SYNC_NOTION_RPM=10000 SYNC_BACKOFF_MS=0
	mkdir state
	start_sandbox
}

# record NAME TEXT [ARG…]: ./plan is carried out on the base in state/, with these
# arguments of apply; the lines before its first request, and then the scene. $WITH: more
# lines, such as "no-room TEXT".
record() {
	local name=$1 text=$2 var file
	shift 2
	{
		printf '# %s\n' "$text"
		for var in SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY NOTION_API_URL NOTION_API_KEY \
			NOTION_DATABASE_ID SYNC_NOTION_RPM SYNC_BACKOFF_MS; do
			printf 'with %s=%s\n' "$var" "${!var}"
		done
		printf 'with SYNC_JOBS=1\nwith SYNC_STATE_DIR=.\n'
		[[ ! ${WITH-} ]] || printf '%s\n' "$WITH"
		printf 'args %s\n' "--base base.ndjson $* plan"
		printf 'clock %s\n' "$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)"
		for file in base.ndjson base.ndjson.journal; do
			[[ -s state/$file ]] || continue
			printf 'file %s\n' "$file"
			sed 's/^/| /' "state/$file"
		done
		printf 'file plan\n'
		sed 's/^/| /' plan
	} >given
	"$test" --record seen <given >said || { cat said; return 1; }
	sed "s|127\.0\.0\.1:[0-9]*|127.0.0.1:1|g" seen >"$HERE/$name.scene"
	# As recorded, so played.
	(cd "$ROOT" && "$test" "$name") || { echo "$name: not the same when played"; return 1; }
}

# put_file NAME: such a file of this folder, as a scene has it.
put_file() {
	printf 'file %s\n' "$1"
	sed 's/^/| /' "$1"
}

# record_plan NAME TEXT [ARG…]: plan with these arguments on ./records, and, where they
# are there, on ./base, ./given.ndjson and a folder ./run. $WITH: settings, and "terminal".
record_plan() {
	local name=$1 text=$2 file
	shift 2
	{
		printf '# %s\n' "$text"
		[[ ! ${WITH-} ]] || printf '%s\n' "$WITH"
		printf 'args %s\n' "$*"
		printf 'clock 2026-11-30T12:00:00.000000Z\n'
		for file in records base given.ndjson run/plan.ndjson run/results.ndjson; do
			[[ ! -e $file ]] || put_file "$file"
		done
	} | sed "s|127\.0\.0\.1:[0-9]*|127.0.0.1:1|g" >"$HERE/plan/$name.scene"
	(cd "$ROOT" && build/tests/unit/plan_scenes_test --update "$name")
}

names=("$@")
[[ ${#names[@]} -gt 0 ]] ||
	mapfile -t names < <(sed -n 's/^scene_\([a-z_]*\)().*/\1/p; s/^plan_\([a-z_]*\)().*/plan\/\1/p' "$HERE/scenes.bash" "$HERE/plans.bash")
for name in "${names[@]}"; do
	begin "${name//\//_}"
	if [[ $name == plan/* ]]; then
		"plan_${name#plan/}"
	else
		"scene_$name"
	fi
	stop_sandboxes
	cd "$work"
done
