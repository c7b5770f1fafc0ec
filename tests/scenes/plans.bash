# The scenes of plan, one function each: what there is, and what people have done since.
# Sourced by record.sh.
# shellcheck shell=bash

# read_both: ./records of both sides as they are now, and the ./base of them.
read_both() {
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	[[ ! -s state/base.ndjson ]] || cp state/base.ndjson base
}

# change_records FILTER: each line of ./records through jq.
change_records() {
	jq -c "$1" records >changed
	mv changed records
}

# the FILE SIDE DECISION: the id of such a record, from ./records.
the() {
	jq -r --arg s "$1" --arg d "$2" 'select(.source == $s and .decision == $d) | if $s == "notion" then .page_id else .row_id end' records
}

# Some of everything.
busy_world() {
	settled supabase one two three four five six
	seed supabase old
	"$ROOT/scripts/sync-now.sh" -q
	act supabase old soft-delete
	"$ROOT/scripts/sync-now.sh" -q
	control POST clock '{"advance":3600}' >/dev/null
	edit supabase one '{"decision":"one, by a row","type":null}'
	edit notion two '{"date":"2026-05-06"}'
	act supabase three soft-delete
	act notion four trash
	edit supabase five '{"decision":"five, by a row, and in so many words that neither this nor what was there fits into half a line"}'
	act supabase old undelete
	seed supabase seven
	seed notion eight
	control POST seed '{"side":"notion","decision":"bare"}' >/dev/null
	read_both
	# One pair that nobody knows yet, and a page whose checksum is stale.
	sed -i "/$(the supabase six)/d; s/\"count\":7/\"count\":6/" base
	change_records 'if .source == "notion" and .decision == "six" then .stored_checksum = null else . end'
}

plan_everything() {
	busy_world
	WITH=terminal record_plan everything "Some of everything, on a terminal." --base base --human records
}

plan_everything_narrow() {
	busy_world
	WITH=$'with COLUMNS=50\nwith NO_COLOR=1\nterminal' record_plan everything_narrow "The same, on a narrow terminal without colours." --base base --human records
}

plan_everything_to_apply() {
	busy_world
	record_plan everything_to_apply "The same, as apply reads it." --base base records
}

plan_nothing_at_all() {
	read_both
	record_plan nothing_at_all "Where nothing has ever been, nothing is missed." --base base --human records
}

plan_long_words() {
	seed supabase one
	read_both
	change_records 'if .kind == "record" then {kind: "problem", source, row_id, page_id, code: "text",
		detail: ("the text " + ("x" * 90) + " is not one that a page can hold")} else . end'
	WITH='with COLUMNS=40' record_plan long_words "What has no place to be cut at stays whole." --human records
}

plan_not_kept() {
	settled supabase one
	config '"automations":[{"on":"edit","swallow":true}]'
	edit supabase one '{"decision":"one, by a row"}'
	"$ROOT/scripts/sync-now.sh" -q || true
	read_both
	record_plan not_kept "What Notion did not keep is not sent again." --base base --human records
}

plan_not_kept_again() {
	settled supabase one
	config '"automations":[{"on":"edit","swallow":true}]'
	edit supabase one '{"decision":"one, by a row"}'
	"$ROOT/scripts/sync-now.sh" -q || true
	read_both
	record_plan not_kept_again "It is when told to." --base base --retry --human records
}

plan_nothing() {
	settled supabase one two
	read_both
	record_plan nothing "Where all agree there is nothing to do." --base base --human records
}

plan_nothing_to_apply() {
	settled supabase one two
	read_both
	change_records 'if .kind == "end" then .inputs = {rows: ("5e" * 32), snapshot: "2026-11-30T17:02:44.990782Z-7"} else . end'
	record_plan nothing_to_apply "A plan without ops says what it was made from, so that it may do once more." --base base records
}

# Four conflicts: a later row, a later page, both at once, and one without a time.
conflicts() {
	local d
	settled supabase row page tie timeless
	for d in row page tie timeless; do
		edit supabase "$d" "{\"decision\":\"$d, by a row\"}"
		edit notion "$d" "{\"decision\":\"$d, by a page\",\"type\":\"UX\"}"
	done
	read_both
	change_records 'if .decision == "row, by a row" then .edited_at = "2026-11-30T11:01:30Z"
		elif .decision == "row, by a page" then .edited_at = "2026-11-30T11:00:00Z"
		elif .decision == "page, by a row" then .edited_at = "2026-11-30T11:01:30Z"
		elif .decision == "page, by a page" then .edited_at = "2026-11-30T11:02:00Z"
		elif .decision == "tie, by a row" then .edited_at = "2026-11-30T11:01:30Z"
		elif .decision == "tie, by a page" then .edited_at = "2026-11-30T11:01:00Z"
		elif .decision == "timeless, by a row" then .edited_at = null
		else . end'
}

plan_conflicts() {
	conflicts
	WITH=terminal record_plan conflicts "Who wins, and why: the later edit, or the one with a time." --base base --human records
}

plan_conflicts_by_rule() {
	conflicts
	record_plan conflicts_by_rule "The same, and Notion wins." --base base --conflict notion --human records
}

plan_conflicts_stop() {
	conflicts
	record_plan conflicts_stop "The same, and nobody does." --base base --conflict stop --human records
}

plan_conflicts_stop_to_apply() {
	conflicts
	record_plan conflicts_stop_to_apply "The same, as apply reads it." --base base --conflict stop records
}

plan_conflict_decided() {
	conflicts
	{
		printf '{"kind":"resolve","row_id":"%s","page_id":"%s","take":"notion","fields":{"decision":{"supabase":"tie, by a row","notion":"tie, by a page"}}}\n' \
			"$(the supabase 'tie, by a row')" "$(the notion 'tie, by a page')"
	} >given.ndjson
	record_plan conflict_decided "A person has decided one of them." --base base --conflict stop --resolve given.ndjson records
}

plan_matches() {
	seed supabase alike
	control POST seed '{"side":"supabase","decision":"types","type":"Ops","date":"2026-01-02"}' >/dev/null
	control POST seed '{"side":"notion","decision":"alike","type":"Ops"}' >/dev/null
	control POST seed '{"side":"notion","decision":"types","type":"UX","date":"2026-01-02"}' >/dev/null
	control POST seed '{"side":"supabase","decision":"further"}' >/dev/null
	control POST seed '{"side":"notion","decision":"further","type":"Ops"}' >/dev/null
	read_both
	# A row without a type clears none where there are further ones: no conflict, nobody wins.
	change_records 'if .source == "notion" and .decision == "further" then .extra_types = ["UX"] else . end'
	record_plan matches "Records that were never linked, joined by their decision." --match decision --human records
}

plan_matches_stop() {
	seed supabase types
	control POST seed '{"side":"notion","decision":"types","type":"UX","date":"2026-01-02"}' >/dev/null
	read_both
	WITH=terminal record_plan matches_stop "The same, and nobody wins where they differ." --match decision --conflict stop --human records
}

plan_matches_an_edit() {
	settled supabase one two
	edit notion one '{"type":"UX"}'
	edit supabase two '{"date":null}'
	rm -f state/*
	read_both
	change_records 'if .source == "supabase" then .page_id = null else . end'
	record_plan matches_an_edit "Pairs that have lost their link and the base: the checksums tell who has edited." --match decision --human records
}

plan_waits() {
	settled supabase one two three four
	act supabase one soft-delete
	edit notion two '{"decision":"two, by a page"}'
	edit supabase three '{"type":null,"date":"2026-05-06"}'
	edit notion four '{"date":null}'
	seed notion five
	read_both
	change_records 'if .decision == "three" and .source == "supabase" then .edited_at = "2026-11-30T11:59:30Z" else . end
		| if .kind == "head" then .sources[].at = "2026-11-30T12:00:00Z" else . end'
	WITH='with SYNC_HOLD=trash' record_plan waits "Held by a setting, by an option, and for a fresh edit: nothing is written." \
		--base base --direction to-notion --settle 2m --human records
}

plan_waits_to_apply() {
	settled supabase one two three
	act supabase one soft-delete
	edit notion two '{"decision":"two, by a page"}'
	edit supabase three '{"type":null}'
	seed notion five
	read_both
	WITH=$'with SYNC_HOLD=trash,create:supabase\nwith SYNC_DIRECTION=to-notion\nwith SYNC_SETTLE=90s' record_plan waits_to_apply \
		"Held by settings, as apply reads it, with the rules that hold again afterwards." \
		--base base --last-rules '{"conflict":"stop"}' --match decision+date records
}

# Ten of twelve rows are deleted.
deletions() {
	local d
	settled supabase one two three four five six seven eight nine ten eleven twelve
	for d in one two three four five six seven eight nine ten; do act supabase "$d" soft-delete; done
	read_both
}

plan_blocked() {
	deletions
	WITH=terminal record_plan blocked "A guard blocks it, with the two ways on." --base base --human records
}

plan_blocked_to_apply() {
	deletions
	record_plan blocked_to_apply "The same, as apply reads it." --base base records
}

plan_allowed() {
	deletions
	record_plan allowed "It is let pass, and says so." --base base --allow mass-delete records
}

plan_allowed_as_seen() {
	local id
	deletions
	# With what a scene has instead of the port.
	sed -i 's|127\.0\.0\.1:[0-9]*|127.0.0.1:1|g' records base
	id=$("$BIN/plan" --base base records 2>/dev/null | jq -r 'select(.kind == "head").plan_id') || true
	record_plan allowed_as_seen "It is let pass by its id." --base base --allow-plan "$id" records
}

plan_not_the_one_that_was_seen() {
	deletions
	WITH=terminal record_plan not_the_one_that_was_seen "Another plan was allowed than this one." \
		--base base --allow-plan 00000000-0000-4000-8000-000000000001 --human records
}

plan_another_than_asked_for() {
	settled supabase one
	edit supabase one '{"type":"UX"}'
	read_both
	record_plan another_than_asked_for "Only one plan may be carried out, and it isn't this one." \
		--base base --only-plan 00000000-0000-4000-8000-000000000001 records
}

plan_emptied() {
	settled supabase one two three four five six
	read_both
	change_records 'select(.source != "supabase")'
	sed -i 's/"count":[0-9]*/"count":6/' records
	record_plan emptied "A side that is empty all at once." --base base records
}

plan_emptied_together() {
	settled supabase one two three four five six
	read_both
	change_records 'select(.kind != "record")'
	sed -i 's/"count":[0-9]*/"count":0/' records
	record_plan emptied_together "Both sides are: nothing is written, and somebody is told." --base base records
}

plan_scope() {
	settled supabase one two
	read_both
	sed -i 's/"notion":"[0-9a-f-]*"/"notion":"00000000-0000-4000-8000-000000000001"/' base
	record_plan scope "The base is of another database." --base base --human records
}

plan_many() {
	local i
	for i in {1..23}; do printf '{"side":"supabase","decision":"decision %d","type":"Ops","date":"2026-01-02"}\n' "$i"; done >seeds
	control POST seed "$(cat seeds)" >/dev/null
	read_both
	WITH=terminal record_plan many "A section of more than twenty is cut." --human records
}

# a_run: what a run has done, to be taken back: ./run, and ./records of today.
a_run() {
	local run
	settled supabase one two three four five refused
	edit supabase refused '{"type":"UX"}'
	fault "$page_patch,\"path\":\"$(id_of notion refused)\"" '"status":400,"code":"validation_error"'
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"type":"UX"}'
	act supabase three soft-delete
	act notion four trash
	seed supabase six
	seed notion seven
	edit supabase five '{"type":"UX"}'
	edit notion five '{"date":"2026-05-06"}'
	"$ROOT/scripts/sync-now.sh" -q --allow mass-change || true
	run=$(sed -n 's/.*"run_id":"\([^"]*\)".*/\1/p' logs/last_run.json)
	control POST clock '{"advance":3600}' >/dev/null
	cp -r "logs/runs/$run" run
}

plan_emptied_to_apply() {
	local d
	settled supabase one two three four five six
	for d in one two three four five six; do act notion "$d" trash; done
	read_both
	record_plan emptied_to_apply "All pages are in the trash, as apply reads it: two guards, and what the one of them counts." --base base records
}

plan_undo() {
	a_run
	read_both
	record_plan undo "A run is taken back." --base base --undo run records
}

plan_undo_of_nothing() {
	a_run
	read_both
	: >run/plan.ndjson
	record_plan undo_of_nothing "The record of the run is empty: damaged." --base base --undo run records
}

plan_undo_of_damaged() {
	local file
	a_run
	read_both
	for file in run/plan.ndjson run/results.ndjson; do
		jq -c 'if .n == 1 then del(.row_id) elif .n == 2 then del(.page_id)
			elif .n == 3 then del(.row_id, .page_id) else . end' "$file" >changed
		mv changed "$file"
	done
	record_plan undo_of_damaged "Of some ops the record has lost one id or both: what is left of it is told." --base base --undo run records
}

plan_undo_for_people() {
	a_run
	edit notion 'one, by a row' '{"decision":"one, once more"}'
	edit supabase two '{"date":"2026-07-08"}'
	act notion six trash
	read_both
	record_plan undo_for_people "People have edited since: what is theirs stays." --base base --undo run --human records
}

plan_verify() {
	settled supabase one two three four
	edit supabase one '{"type":"UX"}'
	act supabase two soft-delete
	act notion three trash
	act notion four erase
	seed supabase five
	seed notion six
	read_both
	record_plan verify "What is not equal, each field of both sides." --base base --verify --human records
}

plan_verify_to_read() {
	settled supabase one two three
	edit supabase one '{"type":"UX","date":"2026-05-06"}'
	seed notion four
	read_both
	change_records 'if .decision == "two" and .source == "notion" then .paused = true | .date = null else . end'
	record_plan verify_to_read "The same as lines; one page is paused." --base base --verify records
}

plan_verified() {
	settled supabase one two
	read_both
	record_plan verified "Nothing differs." --base base --verify records
}

plan_snapshot_page() {
	settled supabase one two
	act supabase one delete
	read_both
	change_records 'if .kind == "head" then .sources.notion.mode = "snapshot" else . end
		| if .source == "notion" then .kept = true else . end'
	record_plan snapshot_page "What a reading of changes can't show needs a full one." --base base --orphans trash records
}

plan_no_such_rule() {
	seed supabase one
	read_both
	record_plan no_such_rule "A rule that isn't one: those that are one are listed." --conflict latest records
}
