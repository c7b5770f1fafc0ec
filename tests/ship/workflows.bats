#!/usr/bin/env bats
# What GitHub runs: of this project, and for those who let it run their sync.

load ../helper

WORKFLOWS=("$ROOT"/.github/workflows/*.yml "$ROOT/packaging/github/sync.yml")

# as_json FILE: the workflow, read by a program that knows YAML
as_json() {
	python3 -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))' "$1"
}

@test "each workflow is one: jobs on a machine, steps that do one thing, and no right to write" {
	python3 -c 'import yaml' 2>/dev/null || skip "no YAML for Python here: apt-get install python3-yaml"
	local f
	for f in "${WORKFLOWS[@]}"; do
		must_pass as_json "$f"
		# YAML takes the word "on" for true.
		must_hold '.[0] | (.name | type) == "string" and (.true | type) == "object" and .permissions == {"contents": "read"}
			and (.concurrency.group | type) == "string" and (.jobs | length) > 0
			and all(.jobs[]; (."runs-on" | type) == "string" and ."timeout-minutes" > 0
				and all(.steps[]; (has("run") != has("uses")) and (.uses // "a@v1" | test("^[a-z/-]+@v[0-9]+$"))))'
	done
	# It knows more rules, where there is one.
	! command -v actionlint >/dev/null || must_pass actionlint "${WORKFLOWS[@]}"
}

@test "the workflows run what this project has" {
	local f word
	grep -qE '^ +- run: \.ci/run$' "$ROOT/.github/workflows/ci.yml"
	for f in "${WORKFLOWS[@]}"; do
		for word in $(grep -oE '(tests|scripts)/[a-z/._-]+\.(sh|bats)' "$f"); do
			[[ -e $ROOT/$word ]] || seen "${f##*/} runs $word, which is not there"
		done
	done
	for word in $(sed -n 's/^ *- target: //p' "$ROOT/.github/workflows/proofs.yml"); do
		grep -rqE "^$word:" "$ROOT/Makefile" --include=Makefile --include='*.mk' "$ROOT/tests" ||
			seen "make $word is not there"
	done
	# What the suite installs on a Debian is what the others are given, by their names there.
	# shellcheck source=/dev/null
	. "$ROOT/scripts/lib/setup.sh"
	for word in make jq curl "${library_packages[@]}"; do
		[[ $word == libc6-dev ]] || grep -qw -- "$word" "$ROOT/packaging/github/sync.yml" || seen "sync.yml: $word"
	done
}

@test "a scheduled sync keeps its state, runs alone, and has its keys from secrets" {
	local f=$ROOT/packaging/github/sync.yml name
	for name in SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY NOTION_DATABASE_ID SYNC_PING_URL; do
		grep -qE "^ +$name: \\$\{\{ secrets\.$name \}\}\$" "$f" || seen "$name"
	done
	grep -q '^  cancel-in-progress: false$' "$f"
	# Saved whatever became of the run, under a key that is new, and the newest is restored.
	grep -A1 'name: Save the state' "$f" | grep -q 'if: always()'
	[[ $(grep -c 'key: vaultsync-state-${{ github.run_id }}-${{ github.run_attempt }}$' "$f") == 2 ]]
	grep -q 'restore-keys: vaultsync-state-$' "$f"
	# A run ends before the job is stopped, and nothing would be saved.
	local limit minutes
	limit=$(sed -n 's/.*sync-now.sh --limit \([0-9]*\).*/\1/p' "$f") minutes=$(sed -n 's/ *timeout-minutes: //p' "$f")
	((limit < minutes * 60)) || seen "the limit"
}
