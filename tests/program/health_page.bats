#!/usr/bin/env bats
# The page of health-server in a real browser: tests/page.

load ../helper
load ../npm

@test "the page: every state, phone and desk, light and dark, and its buttons" {
	local browser
	[[ $BIN != *asan* ]] || skip "the page is the same in every build"
	browser=$(command -v chromium || command -v chromium-browser) ||
		skip "no chromium on this machine: apt-get install chromium"
	npm_packages page
	cp "$ROOT"/tests/page/*.mjs .
	ln -s "$MODULES/node_modules" .
	mkdir shots
	run node page.mjs "$BIN/health-server" "$browser" "$T/shots"
	grep -A1 '^not ok' <<<"$output" || true
	[[ $status -eq 0 && $(grep -c '^ok' <<<"$output") -gt 90 ]] || {
		tail -n 20 <<<"$output"
		return 1
	}
}
