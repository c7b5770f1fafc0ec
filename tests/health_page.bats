#!/usr/bin/env bats
# The page of health-server in a real browser: tests/page.

load helper

@test "the page: every state, phone and desk, light and dark, and its buttons" {
	local browser
	[[ $BIN != *asan* ]] || skip "the page is the same in every build"
	browser=$(command -v chromium || command -v chromium-browser) ||
		skip "no chromium on this machine: apt-get install chromium"
	command -v node >/dev/null && command -v npm >/dev/null ||
		skip "no node and npm on this machine: apt-get install nodejs npm"
	[[ -d $ROOT/tests/page/node_modules/playwright-core ]] ||
		npm ci --prefix "$ROOT/tests/page" --no-audit --no-fund >npm.log 2>&1 ||
		skip "npm ci did not get tests/page: $(tail -n 1 npm.log)"
	mkdir shots
	run node "$ROOT/tests/page/page.mjs" "$BIN/health-server" "$browser" "$T/shots"
	grep -A1 '^not ok' <<<"$output" || true
	[[ $status -eq 0 && $(grep -c '^ok' <<<"$output") -gt 90 ]] || {
		tail -n 20 <<<"$output"
		return 1
	}
}
