# A vault of any size in which everything is in sync: for the benchmark, and for
# tests that need many pairs at once. A first run on it writes nothing to either
# service; it only notes the pairs in its base. Sourced.
# shellcheck shell=bash

# Pair i in awk: take(i) sets row_id, page_id, decision, type, day and, spread
# over the years from 2016 to 2024, the minute in which the page was made.
# shellcheck disable=SC2016 # it is awk's
pair_in_awk='
	function take(i, n,    k) {
		row_id = sprintf("%04x%04x-1111-4000-8000-%012x", i * 40503 % 65536, i * 30011 % 65536, i)
		page_id = sprintf("%04x%04x-2222-4000-8000-%012x", i * 40503 % 65536, i * 30011 % 65536, i)
		decision = sprintf("Decision %d: keep the interface of module %d as it is, and write down why", i, i % 97)
		split("Policy Architecture Ops UX Other", types, " ")
		type = types[i % 5 + 1]
		day = sprintf("%04d-%02d-%02d", 2020 + int(i / 336) % 6, int(i / 28) % 12 + 1, i % 28 + 1)
		k = int(i * 4354560 / (n + 1))
		made = sprintf("%04d-%02d-%02dT%02d:%02d", 2016 + int(k / 483840),
			int(k / 40320) % 12 + 1, int(k / 1440) % 28 + 1, int(k / 60) % 24, k % 60)
	}'

# linked_pairs N NORMALIZE: lines to seed a sandbox with, a row and its page in turn.
# The program that the checksums come from is the one that knows their rule.
linked_pairs() {
	# shellcheck disable=SC2016 # it is awk's
	awk -v n="$1" "$pair_in_awk"' BEGIN {
		print "{\"kind\":\"head\",\"stream\":\"fetch\",\"v\":1,\"source\":\"supabase\",\"scope\":\"x\",\"mode\":\"full\",\"soft_delete\":true,\"at\":\"2026-01-01T00:00:00.000000Z\"}"
		for (i = 1; i <= n; i++) {
			take(i, n)
			printf "{\"kind\":\"row\",\"row\":{\"id\":\"%s\",\"decision\":\"%s\",\"type\":\"%s\",\"date\":\"%s\",\"created_at\":\"%s:01+00:00\",\"updated_at\":\"%s:01+00:00\",\"notion_page_id\":\"%s\",\"notion_synced\":true,\"checksum\":null,\"deleted_at\":null}}\n", row_id, decision, type, day, made, made, page_id
		}
		printf "{\"kind\":\"end\",\"source\":\"supabase\",\"count\":%d,\"complete\":true,\"requests\":1}\n", n
	}' | "$2" -q | awk -v n="$1" "$pair_in_awk"' /"kind":"record"/ {
		match($0, /"checksum":"[0-9a-f]+"/)
		checksum = substr($0, RSTART, RLENGTH)
		take(++i, n)
		values = sprintf("\"decision\":\"%s\",\"type\":\"%s\",\"date\":\"%s\",%s", decision, type, day, checksum)
		printf "{\"side\":\"supabase\",\"id\":\"%s\",%s,\"created_at\":\"%s:01+00:00\",\"updated_at\":\"%s:01+00:00\",\"notion_page_id\":\"%s\",\"notion_synced\":true}\n", row_id, values, made, made, page_id
		printf "{\"side\":\"notion\",\"id\":\"%s\",%s,\"synced\":true,\"created_by\":\"person\",\"created_at\":\"%s:00.000Z\",\"edited_at\":\"%s:00.000Z\"}\n", page_id, values, made, made
	}'
}
