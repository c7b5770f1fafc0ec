#!/usr/bin/env bats
# The page of health-server in a real browser: tests/page.

load ../helper
load ../npm

setup_file() {
	[[ $BIN != *asan* ]] || skip "the page is the same in every build"
}

# page PART…: at least so many checks, none of which fails
page() {
	local least=$1 browser
	shift
	# The first has no window to open, starts in half the time, and draws the same.
	browser=$(command -v chromium-headless-shell || command -v chromium || command -v chromium-browser) ||
		skip "no chromium on this machine: apt-get install chromium-headless-shell"
	npm_packages page
	cp "$ROOT"/tests/page/*.mjs .
	ln -s "$MODULES/node_modules" .
	ROOT=$ROOT run node page.mjs "$BIN" "$browser" "$T" "$@"
	grep -A1 '^not ok' <<<"$output" || true
	[[ $status -eq 0 && $(grep -c '^ok' <<<"$output") -ge $least ]] || {
		tail -n 20 <<<"$output"
		return 1
	}
}

@test "the page: its first screen in every state, phone and desk, light and dark" {
	in_turn 1 2
	page 200 states
}

@test "the page: runs, records and a plan, by keyboard too, and it follows" {
	page 45 views follows
}

@test "the page: each act, seen on both sides; read only, and private" {
	in_turn 0 2
	page 60 acts locked
}
