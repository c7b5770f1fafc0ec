# The official clients at the sandbox: what their users do works there, so the
# sandbox speaks the two APIs as these clients understand them.

load ../helper
load ../npm

setup() {
	common_setup
	npm_packages official-clients
	start_sandbox
}

# client NAME ARGUMENT…: the script beside the packages, where node finds them.
client() {
	cp "$ROOT/tests/official-clients/$1.mjs" "$MODULES/$1.mjs"
	timeout 120 node "$MODULES/$1.mjs" "${@:2}"
}

@test "@supabase/supabase-js accepts every answer" {
	must_pass client supabase "$SANDBOX" sb_secret_sandbox \
		"$(control GET info | $JQ -r .keys.supabase_publishable)"
	[[ $output =~ ^[0-9]+\ calls$ ]]
	echo "$output"
}

@test "@notionhq/client accepts every answer" {
	must_pass client notion "$SANDBOX" ntn_sandbox "$NOTION_DATABASE_ID"
	[[ $output =~ ^[0-9]+\ calls$ ]]
	echo "$output"
}
