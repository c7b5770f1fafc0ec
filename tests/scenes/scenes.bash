# The scenes of apply, one function each: what there is, what people do, which faults
# meet the requests. Sourced by record.sh.
# shellcheck shell=bash

# settled SIDE DECISION…: pairs that are in sync, with a base, an hour ago.
settled() {
	seed "$@"
	"$ROOT/scripts/sync-now.sh" -q
	control POST clock '{"advance":3600}' >/dev/null
}

fault() { # fault MATCH MORE
	control POST faults "{\"match\":{$1},$2}" >/dev/null
}

config() { # config MEMBERS
	control POST config "{$1}" >/dev/null
}

# meanwhile MATCH SIDE DECISION CHANGE: right before that request, a person does so.
meanwhile() {
	find_record "$2" "$3" live
	[[ $RECORD =~ \"id\":\"([^\"]+)\" ]]
	fault "$1" "\"edit\":{\"side\":\"$2\",\"id\":\"${BASH_REMATCH[1]}\",$4}"
}

# change_plan FILTER: each line of ./plan through jq.
change_plan() {
	jq -c "$1" plan >changed
	mv changed plan
}

# blocked_plan: most of what there is would be deleted.
blocked_plan() {
	local d
	settled supabase one two three four five six seven eight nine ten eleven twelve
	for d in one two three four five six seven eight nine ten; do act supabase "$d" soft-delete; done
	make_plan || true
}

# Checksums are all that such a plan expects.
bare='del(.sources) | if .expect.checksum then .expect |= {checksum} elif .expect then .expect |= {row, page} else . end'

# answered NAME AWK: the scene that was recorded, with other answers, and what follows.
answered() {
	awk "$2" "$HERE/$1.scene" >other
	mv other "$HERE/$1.scene"
	(cd "$ROOT" && "$test" --update "$1") >/dev/null
}

# For answered: the page of the answer to a PATCH is somewhere else.
# shellcheck disable=SC2016
moves='/^ask PATCH .v1.pages/ { patched = 1 }
	patched && /^. .*"object":"page"/ { gsub(/"data_source_id":"[^"]*"/, "\"data_source_id\":\"00000000-0000-4000-8000-00000000e15e\""); patched = 0 }
	{ print }'

# without_marks: the data source has neither Checksum nor Synced.
without_marks() {
	curl -fsS -X PATCH "$SANDBOX/v1/data_sources/$(control GET info | jq -r .ids.data_source)" \
		-H "Authorization: Bearer $NOTION_API_KEY" -H "Notion-Version: 2026-03-11" \
		-H "Content-Type: application/json" \
		-d '{"properties":{"Checksum":null,"Synced":null}}' >/dev/null
}

page_patch='"api":"notion","method":"PATCH"'
page_look='"api":"notion","method":"GET","path":"/v1/pages/"'
page_post='"api":"notion","method":"POST","path":"/v1/pages[?]"'
row_patch='"api":"supabase","method":"PATCH"'
row_post='"api":"supabase","method":"POST"'
row_look='"api":"supabase","method":"GET"'

scene_edits() {
	settled supabase one two three
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	edit supabase three '{"type":"UX"}'
	edit notion three '{"date":"2026-02-03"}'
	make_plan
	record edits "An edit of a row, one of a page, and one field on each side."
}

scene_creates() {
	seed supabase one
	seed notion two
	make_plan
	record creates "A row without a page, and a page without a row."
}

scene_first_links() {
	seed supabase one two
	seed notion one
	seed notion two
	edit notion two '{"type":"UX"}'
	make_plan --match decision
	record first_links "Records that were never linked are joined, one with a difference."
}

scene_deletions() {
	settled supabase one two three four
	act supabase one soft-delete
	act notion two trash
	act supabase three delete
	make_plan
	record deletions "A row and a page are deleted: the other halves go to the trash. One row is erased."
}

scene_comes_back() {
	settled supabase one two
	act supabase one soft-delete
	act notion two trash
	"$ROOT/scripts/sync-now.sh" -q
	control POST clock '{"advance":3600}' >/dev/null
	act supabase one undelete
	act notion two restore
	make_plan
	record comes_back "Both come back: what went with them does, too."
}

scene_orphans() {
	settled supabase one two
	act supabase one delete
	act notion two erase
	make_plan --orphans restore --allow mass-create
	record orphans "Halves that are gone for good are made again."
}

scene_conflict() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	control POST clock '{"advance":600}' >/dev/null
	edit notion one '{"decision":"one, by a page"}'
	make_plan
	record conflict "Both sides have edited one field: the later edit is written."
}

scene_skips() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion one '{"decision":"one, by a page"}'
	edit notion two '{"decision":"two, by a page"}'
	make_plan --conflict stop
	record skips "A conflict that nobody has decided is left alone."
}

scene_dry_run() {
	settled supabase one two three
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	act notion three trash
	seed supabase four
	seed notion five
	make_plan
	record dry_run "A dry run looks, and writes nothing." --dry-run
}

scene_changed_page() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit supabase two '{"decision":"two, by a row"}'
	make_plan
	edit notion one '{"decision":"one, by a page"}'
	meanwhile "$page_look" notion two '"set":{"date":"2026-05-06"}'
	record changed_page "Pages that were edited since the plan, or a moment ago, are not written."
}

scene_changed_row() {
	settled supabase one two
	edit notion one '{"decision":"one, by a page"}'
	edit notion two '{"decision":"two, by a page"}'
	make_plan
	edit supabase one '{"decision":"one, by a row"}'
	meanwhile "$row_patch" supabase two '"set":{"date":"2026-05-06"}'
	record changed_row "Rows that were edited since the plan, or a moment ago, are not written."
}

scene_page_is_gone() {
	settled supabase one two three
	edit supabase one '{"decision":"one, by a row"}'
	edit supabase two '{"decision":"two, by a row"}'
	edit supabase three '{"decision":"three, by a row"}'
	make_plan
	act notion one trash
	act notion two erase
	act notion three move
	record page_is_gone "Pages in the trash, erased and moved since the plan."
}

scene_lost_answers() {
	settled supabase one two three four
	edit supabase one '{"decision":"one, by a row"}'
	edit supabase two '{"decision":"two, by a row"}'
	edit notion three '{"decision":"three, by a page"}'
	edit notion four '{"decision":"four, by a page"}'
	make_plan
	fault "$page_patch,\"body\":\"one\"" '"drop":"after"'
	fault "$page_patch,\"body\":\"two\"" '"drop":"before"'
	fault "$row_patch,\"body\":\"three\"" '"drop":"after"'
	fault "$row_patch,\"body\":\"four\"" '"drop":"before"'
	record lost_answers "Answers to writes are lost, whether they were carried out or not."
}

scene_create_is_lost() {
	seed supabase one two three
	make_plan
	fault "$page_post,\"body\":\"one\"" '"drop":"after"'
	fault "$page_post,\"body\":\"two\"" '"drop":"before"'
	fault "$page_post,\"body\":\"three\"" '"status":503,"commit":true'
	record create_is_lost "Creates without an answer: pages that are there are found, none is made twice."
}

scene_create_of_an_earlier_run() {
	local apply row
	seed supabase one two
	make_plan
	fault "$page_post,\"body\":\"one\"" '"drop":"after","silence_ms":0'
	row=$(sed -n 's/.*"op":"create","target":"notion","row_id":"\([^"]*\)".*"decision":"one".*"checksum":"\([0-9a-f]*\)".*/\1 \2/p' plan)
	[[ $row ]]
	printf '%s\n' '{"kind":"head","stream":"journal","v":1}' \
		"{\"kind\":\"creating\",\"row_id\":\"${row% *}\",\"checksum\":\"${row#* }\",\"at\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}" >state/base.ndjson.journal
	control DELETE faults >/dev/null
	control POST seed "{\"side\":\"notion\",\"decision\":\"one\",\"type\":\"Ops\",\"date\":\"2026-01-02\",\"created_by\":\"bot\",\"checksum\":\"${row#* }\",\"synced\":true}" >/dev/null
	record create_of_an_earlier_run "A page that a killed run may have made is looked for first."
}

scene_insert_is_lost() {
	seed notion one two
	make_plan
	fault "$row_post,\"body\":\"one\"" '"drop":"after"'
	fault "$row_post,\"body\":\"two\"" '"status":500,"code":"XX000","times":9'
	record insert_is_lost "An insert whose answer is lost is found by its id; one that fails is told."
}

scene_row_is_there() {
	seed notion one
	make_plan
	"$BIN/apply" -q --base state/base.ndjson plan >/dev/null
	rm state/*
	record row_is_there "The row of a page is there already: it isn't inserted twice."
}

scene_page_keeps_another_value() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit supabase two '{"type":"UX"}'
	config '"automations":[{"on":"edit","find":"one, by a row","set":{"decision":"cut"}},{"on":"edit","find":"two","set":{"type":null}}]'
	make_plan
	record page_keeps_another_value "An automation changes what was written: not kept, and nobody is told it was."
}

scene_row_keeps_another_value() {
	settled supabase one
	edit notion one '{"decision":"one, by a page"}'
	config '"triggers":[{"on":"update","set":{"decision":"cut"}}]'
	make_plan
	record row_keeps_another_value "A trigger changes what was written."
}

scene_created_otherwise() {
	seed supabase one two
	config '"automations":[{"on":"create","find":"one","set":{"type":null}},{"on":"create","find":"two","action":"trash"}]'
	make_plan
	record created_otherwise "Pages that an automation changes, or trashes, as they are made."
}

scene_limited() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	make_plan
	fault "$page_patch" '"status":429,"retry_after":7'
	fault "$row_patch" '"status":503'
	record limited "Services that ask for a pause, and are asked again after it."
}

scene_limited_and_may_not_wait() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	make_plan
	fault "$page_patch" '"status":429,"retry_after":7'
	record limited_and_may_not_wait "A pause, and the run may wait for none." --max-wait 0
}

scene_limited_for_long() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit supabase two '{"decision":"two, by a row"}'
	make_plan
	fault "$page_patch" '"status":429,"retry_after":700'
	record limited_for_long "A pause that is longer than the run may wait ends it." --max-wait 60
}

scene_limited_for_an_hour() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	make_plan
	fault "$page_patch" '"status":429,"retry_after":3600'
	record limited_for_an_hour "A pause of an hour, which the run may wait: it asks once more, and not before." --max-wait 7200
}

scene_outage() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit supabase two '{"decision":"two, by a row"}'
	make_plan
	fault '"api":"notion"' '"status":500,"times":-1'
	record outage "Notion fails for good: the run ends, and says what is not known."
}

scene_key_is_refused() {
	settled supabase one two
	edit notion one '{"decision":"one, by a page"}'
	edit notion two '{"decision":"two, by a page"}'
	make_plan
	fault "$row_patch" '"status":401,"code":"PGRST301","times":-1'
	record key_is_refused "A key that is refused in the middle ends the run."
}

scene_refused() {
	settled supabase one two three
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	edit supabase three '{"decision":"three, by a row"}'
	make_plan
	fault "$page_patch,\"body\":\"one\"" '"status":400,"code":"validation_error"'
	fault "$row_patch,\"body\":\"two\"" '"status":400,"code":"23514"'
	record refused "Writes that a service refuses are failures of their own."
}

scene_slow() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	make_plan
	record slow "As it is; played with answers that take half a minute, it looks again."
	sed -i 's/^\(answer .*\)/\1 took=30/' "$HERE/slow.scene"
	(cd "$ROOT" && "$test" --update slow) >/dev/null
}

scene_undo() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	"$ROOT/scripts/sync-now.sh" -q
	local run
	run=$(sed -n 's/.*"run_id":"\([^"]*\)".*/\1/p' logs/last_run.json)
	"$BIN/sb-fetch" >sb
	"$BIN/notion-fetch" --known sb >notion
	"$BIN/normalize" sb notion >records
	"$BIN/plan" --base state/base.ndjson --undo "logs/runs/$run" records >plan
	record undo "A run is taken back."
}

scene_short_plan() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	seed supabase three
	make_plan
	change_plan 'del(.sources) | if .expect then .expect |= {checksum, updated_at} else . end'
	record short_plan "A plan without what it expects: both halves are looked at."
}

scene_no_heads() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	make_plan
	change_plan 'del(.sources)'
	record no_heads "A plan without the heads of its sources: the services are asked."
}

scene_short_plan_is_old() {
	settled supabase one two three
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	edit notion three '{"decision":"three, by a page"}'
	make_plan
	change_plan 'del(.sources) | if .expect then .expect |= {checksum, updated_at} else . end'
	edit notion one '{"decision":"one, by a page"}'
	edit supabase two '{"decision":"two, by a row"}'
	act supabase three delete
	record short_plan_is_old "The same, and records have changed since, or are gone."
}

scene_lost_deletions() {
	settled supabase one two three four
	act supabase one soft-delete
	act supabase two soft-delete
	act notion three trash
	act notion four trash
	make_plan --allow mass-delete
	fault "$page_patch,\"nth\":1" '"drop":"after"'
	fault "$page_patch,\"nth\":2" '"drop":"before"'
	fault "$row_patch,\"nth\":1" '"drop":"after"'
	fault "$row_patch,\"nth\":2" '"drop":"before"'
	record lost_deletions "Answers to deletions are lost, carried out or not."
}

scene_lost_restores() {
	settled supabase one two
	act supabase one soft-delete
	act notion two trash
	"$ROOT/scripts/sync-now.sh" -q
	control POST clock '{"advance":3600}' >/dev/null
	act supabase one undelete
	act notion two restore
	find_record supabase one live
	edit supabase one '{"decision":"one, anew"}'
	make_plan
	fault "$page_patch,\"nth\":1" '"drop":"after"'
	fault "$row_patch,\"nth\":1" '"drop":"after"'
	record lost_restores "Answers to restores are lost; one of them with an edit."
}

scene_settles() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	control POST clock '{"advance":3600}' >/dev/null
	edit notion two '{"decision":"two, by a page"}'
	make_plan --settle 10m
	record settles "A fresh edit waits, and since when is noted." --settling settling.ndjson
}

scene_held() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	act supabase two soft-delete
	make_plan --hold trash
	record held "A deletion is held, the rest is written."
}

scene_blocked() {
	blocked_plan
	record blocked "A plan that a guard blocks is not carried out."
}

scene_blocked_and_allowed() {
	blocked_plan
	fault '"api":"notion"' '"status":500,"times":-1'
	record blocked_and_allowed "It is when told to; Notion fails for good, and the run ends." --allow mass-delete
}

scene_filtered() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	seed notion two
	make_plan
	change_plan 'select(.op != "update")'
	record filtered "A plan of which an op was taken out: what needs it is not done."
}

scene_another_base() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	make_plan
	sed -i 's/"notion":"[0-9a-f-]*"/"notion":"00000000-0000-4000-8000-000000000001"/' state/base.ndjson
	record another_base "The base is of another database."
}

scene_another_base_is_given_up() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	make_plan
	sed -i 's/"notion":"[0-9a-f-]*"/"notion":"00000000-0000-4000-8000-000000000001"/' state/base.ndjson
	record another_base_is_given_up "It is given up when told to." --allow scope
}

scene_inserts() {
	seed notion one two three four
	make_plan
	fault "$row_post,\"body\":\"one\"" '"status":400,"code":"23514","times":1'
	config '"triggers":[{"on":"insert","set":{"type":"UX"}}]'
	record inserts "Rows in one request, which is refused, then one by one; a trigger changes them."
}

scene_slow_creates() {
	seed supabase one two
	seed notion three four
	make_plan
	record slow_creates "As it is; played with answers that take half a minute, it looks again."
	sed -i 's/^\(answer .*\)/\1 took=30/' "$HERE/slow_creates.scene"
	(cd "$ROOT" && "$test" --update slow_creates) >/dev/null
}

scene_first_links_meet() {
	seed supabase one two three
	seed notion one two three
	"$ROOT/scripts/sync-now.sh" -q --match decision
	rm -f state/*
	make_plan
	record first_links_meet "Pairs that are linked and of which the base is lost are noted again."
}

scene_adopted_pages_have_changed() {
	settled supabase one two
	rm -f state/*
	make_plan
	edit notion one '{"decision":"one, by a page"}'
	edit supabase two '{"decision":"two, by a row"}'
	record adopted_pages_have_changed "What is only noted is not looked at; the next run sees it."
}

scene_leftover_pages() {
	local sum
	seed supabase one two three
	make_plan
	sum() {
		sed -n 's/.*"op":"create","target":"notion","row_id":"\([^"]*\)".*"decision":"'"$1"'".*"checksum":"\([0-9a-f]*\)".*/"row_id":"\1","checksum":"\2"/p' plan | head -1
	}
	{
		printf '%s\n' '{"kind":"head","stream":"journal","v":1}'
		printf '{"kind":"creating",%s,"at":"%s"}\n' "$(sum one)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
		printf '{"kind":"creating",%s,"at":"%s"}\n' "$(sum two)" "$(date -u -d '-1 day' +%Y-%m-%dT%H:%M:%SZ)"
		printf '{"kind":"creating",%s,"at":"%s"}\n' "$(sum three)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
		printf '{"kind":"created",%s,"page_id":"%s","answered":true}\n' "$(sum three | cut -d, -f1)" 00000000-0000-4000-8000-00000000dead
	} >state/base.ndjson.journal
	record leftover_pages "Creates of killed runs: one waits, one is made again, one's page is gone."
}

scene_page_yields() {
	seed supabase one
	make_plan
	seed notion one
	meanwhile "$row_patch,\"path\":\"[?&]id=eq.$(id_of supabase one)\"" supabase one \
		"\"set\":{\"notion_page_id\":\"$(id_of notion one)\"}"
	fault "$page_patch" '"status":429,"code":"rate_limited","retry_after":11'
	record page_yields "Another machine was faster: our page goes, and is looked at again when that had to wait."
}

scene_many_failures() {
	local d
	settled supabase one two three four five six seven eight
	for d in one two three four five six seven eight; do edit supabase "$d" "{\"decision\":\"$d, by a row\"}"; done
	make_plan --allow mass-change
	fault "$page_patch" '"status":500,"times":-1'
	record many_failures "Every write fails, and reads don't: the run ends after some of them."
}

scene_bare_plan() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	seed supabase three
	seed notion four
	make_plan
	change_plan "$bare"
	record bare_plan "A plan with the checksums that it expects, and nothing else."
}

scene_moved_by_the_write() {
	settled supabase one
	edit supabase one '{"decision":"one, by a row"}'
	make_plan
	record moved_by_the_write "The answer to a write shows the page somewhere else: written it is, and the next reading sees the move."
	answered moved_by_the_write "$moves"
}

scene_forecast() {
	local d
	settled supabase one two three four five six seven eight nine
	for d in one two three four five six seven eight nine; do edit supabase "$d" "{\"decision\":\"$d, by a row\"}"; done
	make_plan --allow mass-change
	SYNC_NOTION_RPM=7 record forecast "What takes minutes is told before, and waits for its turn."
}

scene_swallowed() {
	settled supabase one two
	seed notion three four
	edit notion one '{"decision":"one, by a page"}'
	act notion two trash
	make_plan
	config '"triggers":[{"on":"insert","swallow":true},{"on":"update","swallow":true}]'
	record swallowed "A table that takes every write and keeps none."
}

scene_page_swallows() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	act supabase two soft-delete
	make_plan
	config '"automations":[{"on":"edit","swallow":true}]'
	record page_swallows "A database that takes every write and keeps none."
}

scene_lost_for_good() {
	settled supabase one two three four
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	act supabase three soft-delete
	seed supabase five
	seed notion six
	make_plan
	fault '"api":"notion","method":"PATCH"' '"drop":"before","times":-1'
	fault '"api":"supabase","method":"PATCH"' '"drop":"before","times":-1'
	fault "$page_post" '"drop":"before","times":-1'
	fault "$row_post" '"drop":"before","times":-1'
	record lost_for_good "No write ever gets an answer, while reads do: nobody knows what is there."
}

scene_read_fails() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	make_plan
	fault "$page_look" '"status":500,"times":-1'
	fault "$row_look" '"status":500,"code":"XX000","times":-1'
	record read_fails "The looks before a write fail: nothing is written."
}

scene_titles_and_dates() {
	settled supabase one two
	control POST seed '{"side":"notion","decision":"a range","type":"Ops","date":"2026-01-02","date_end":"2026-01-05"}' >/dev/null
	edit supabase one '{"date":null,"type":null}'
	edit supabase two '{"date":"2025-12-31"}'
	make_plan
	record titles_and_dates "Values that are cleared, and a date."
}

scene_one_of_a_pair_fails() {
	settled supabase one
	edit supabase one '{"type":"UX"}'
	edit notion one '{"date":"2026-02-03"}'
	make_plan
	fault "$page_patch" '"status":400,"code":"validation_error"'
	record one_of_a_pair_fails "A field each way, and the first write is refused: the second isn't tried."
}

# lost_run MATCH FAULT: a run whose writes get no answer; what it sent is noted.
lost_run() {
	make_plan
	fault "$1" "$2"
	"$BIN/apply" -q --base state/base.ndjson plan >/dev/null 2>&1 || true
	control DELETE faults >/dev/null
	control POST clock '{"advance":600}' >/dev/null
}

scene_sent_and_arrived() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	lost_run '"method":"PATCH"' '"drop":"after","times":-1'
	edit notion one\,\ by\ a\ row '{"date":"2026-05-06"}'
	edit supabase two\,\ by\ a\ page '{"date":"2026-05-06"}'
	make_plan
	record sent_and_arrived "Writes whose answers were lost have arrived; people have edited since."
}

scene_sent_and_lost() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	lost_run '"method":"PATCH"' '"drop":"before","times":-1'
	edit notion one '{"date":"2026-05-06"}'
	edit supabase two '{"date":"2026-05-06"}'
	make_plan
	record sent_and_lost "Writes whose answers were lost have not arrived; people have edited since."
}

scene_sent_deletions() {
	settled supabase one two three four
	act supabase one soft-delete
	act notion two trash
	lost_run '"method":"PATCH"' '"drop":"after","times":-1'
	act notion one restore
	act supabase two undelete
	make_plan
	record sent_deletions "Deletions whose answers were lost have arrived, and people have taken them back."
}

scene_bare_plan_of_a_merge() {
	settled supabase one two
	edit supabase one '{"type":"UX"}'
	edit notion one '{"date":"2026-02-03"}'
	edit supabase two '{"type":"UX"}'
	edit notion two '{"date":"2026-02-03"}'
	make_plan
	change_plan "$bare"
	edit notion two '{"decision":"two, again"}'
	record bare_plan_of_a_merge "A field each way by a plan with checksums alone; one page was edited since."
}

scene_row_gets_another_field() {
	settled supabase one
	edit notion one '{"decision":"one, by a page"}'
	make_plan
	config '"triggers":[{"on":"update","set":{"date":"2026-05-06"}}]'
	record row_gets_another_field "The answer to a write has a field that was not written: it is done, and that is an edit."
}

scene_unreadable_by_now() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit supabase two '{"type":"UX"}'
	make_plan
	edit supabase two '{"date":"infinity"}'
	record unreadable_by_now "A page whose title can't be read any more is not written, nor that of a row with such a day."
	answered unreadable_by_now '/^. .*"object":"page"/ { sub(/"title":[[][^]]*[]]/, "\"title\":null") } { print }'
}

# For answered: the title of the page in the answer to a PATCH has so many mentions that it
# may be cut, and that is the last answer.
# shellcheck disable=SC2016
mentions='BEGIN { m = "{\"type\":\"mention\",\"mention\":{\"type\":\"date\",\"date\":{\"start\":\"2026-01-02\"}},\"plain_text\":\"x\",\"href\":null}"
		for (i = 1; i < 25; i++) all = all m ","; all = all m }
	/^ask PATCH .v1.pages/ { patched = 1 }
	patched && /^. .*"object":"page"/ { sub(/"title":[[][^]]*[]]/, "\"title\":[" all "]"); patched = 0; print; ends = 1 }
	/^exit/ { ends = 0 }
	!ends { print }'

scene_answered_cut() {
	settled supabase one
	edit supabase one '{"decision":"xxxxxxxxxxxxxxxxxxxxxxxxx"}'
	make_plan
	record answered_cut "The answer to a write shows what was written, but in so many mentions that there may be more, and the look at the page fails: nobody knows."
	answered answered_cut "$mentions"
}

scene_stamped_elsewhere() {
	settled supabase one
	edit notion one '{"properties":{"Checksum":{"rich_text":[]}}}'
	make_plan
	record stamped_elsewhere "A stamp, which nobody looks before, and the page turns out to be somewhere else."
	answered stamped_elsewhere "$moves"
}

scene_slow_stamps() {
	local d
	settled supabase one two three
	for d in one two three; do edit notion "$d" '{"properties":{"Checksum":{"rich_text":[]}}}'; done
	make_plan
	fault "$page_patch,\"nth\":2" '"status":429,"retry_after":10'
	record slow_stamps "A row that was looked at ten seconds ago is looked at again before its page is stamped."
}

scene_rows_out_of_reach() {
	settled supabase one two three
	edit notion one '{"decision":"one, by a page"}'
	edit notion two '{"decision":"two, by a page"}'
	edit notion three '{"decision":"three, by a page"}'
	make_plan
	fault "$row_patch,\"body\":\"three\"" '"drop":"before"'
	fault "$row_patch,\"body\":\"three\"" '"times":-1,"status":200,"content_type":"application/json","body":"[]"'
	fault "$row_patch,\"body\":\"one\"" '"times":-1,"status":200,"content_type":"application/json","body":"[]"'
	fault "$row_patch,\"body\":\"two\"" '"times":2,"status":200,"content_type":"application/json","body":"[]"'
	fault "$row_look,\"path\":\"id=eq.$(id_of supabase two)\",\"nth\":2" "\"edit\":{\"side\":\"supabase\",\"id\":\"$(id_of supabase two)\",\"set\":{\"date\":\"2026-05-06\"}}"
	record rows_out_of_reach "Rows that can be read and that no write reaches; one is edited in between, and of one the first answer was lost."
}

# killed_create AGE: a run was killed that long ago, as it made the page of the row "one".
killed_create() {
	local sum
	sum=$(sed -n 's/.*"op":"create","target":"notion","row_id":"\([^"]*\)".*"decision":"one".*"checksum":"\([0-9a-f]*\)".*/"row_id":"\1","checksum":"\2"/p' plan | head -1)
	[[ $sum ]]
	{
		printf '%s\n' '{"kind":"head","stream":"journal","v":1}'
		printf '{"kind":"creating",%s,"at":"%s"}\n' "$sum" "$(date -u -d "-$1" +%Y-%m-%dT%H:%M:%SZ)"
	} >state/base.ndjson.journal
}

# made_page: the page that it has made.
made_page() {
	local sum
	sum=$(sed -n 's/.*"creating".*"checksum":"\([0-9a-f]*\)".*/\1/p' state/base.ndjson.journal)
	control POST seed "{\"side\":\"notion\",\"decision\":\"one\",\"type\":\"Ops\",\"date\":\"2026-01-02\",\"created_by\":\"bot\",\"checksum\":\"$sum\",\"synced\":true}" >/dev/null
}

scene_search_fails() {
	seed supabase one two
	make_plan
	killed_create '10 minutes'
	fault '"api":"notion","method":"POST","path":"/query"' '"status":500,"times":-1'
	record search_fails "Where the page of a killed run can't be looked for, none is made."
}

scene_owner_is_unknown() {
	seed supabase one
	make_plan
	killed_create '10 minutes'
	made_page
	fault "$row_look,\"path\":\"select=id,decision.*notion_page_id=eq\"" '"status":500,"code":"XX000","times":-1'
	record owner_is_unknown "Nobody can tell whether another row has the page that was found: none is made."
}

scene_found_without_checksum() {
	without_marks
	seed supabase one two
	make_plan
	fault "$page_post,\"body\":\"one\"" '"drop":"after"'
	fault "$page_post,\"body\":\"two\"" '"drop":"before"'
	record found_without_checksum "Without the property Checksum, the pages of lost creates are found by what they hold."
}

a_held_create_has_a_page() {
	seed supabase one
	make_plan
	killed_create '1 minute'
	made_page
	edit supabase one '{"decision":"one, edited"}'
	make_plan --hold create:notion
}

scene_page_of_a_held_create() {
	a_held_create_has_a_page
	record page_of_a_held_create "A page that a killed run made gets no row: its own is linked to it, though creates are held."
}

scene_no_room_for_a_held_create() {
	a_held_create_has_a_page
	WITH='no-room "linked"' record no_room_for_a_held_create "The same, and no room to note that: the run ends."
}

scene_takes_no_pages() {
	seed supabase one two
	make_plan
	fault "$page_post" '"status":400,"code":"row_limit_exceeded","message":"This data source has too many rows."'
	record takes_no_pages "A database that is full is not asked again for each page."
}

scene_further_types() {
	settled supabase one two
	edit supabase one '{"type":null}'
	edit supabase two '{"type":null}'
	make_plan
	edit notion one '{"type":["Ops","UX"]}'
	edit notion two '{"type":["Ops","UX","Legal"]}'
	record further_types "A type isn't cleared where the page has got further ones since."
}

# Once for each line of the journal.
no_room() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	seed supabase three
	seed notion four
	make_plan
	WITH="no-room \"$1\"" record "no_room_$1" "$2"
}

scene_no_room_creating() {
	no_room creating "No room to note a create: it is not sent."
}

scene_no_room_created() {
	no_room created "No room to note the page that was made: nobody knows that it is there."
}

scene_no_room_linked() {
	no_room linked "No room to note that the page has its row: done it is, and the run ends."
}

scene_no_room_sent() {
	no_room 'sent' "No room to note what is about to be sent: it is not."
}

scene_bare_plan_is_old() {
	settled supabase one two three
	edit supabase one '{"checksum":null}'
	edit supabase two '{"decision":"two, by a row"}'
	edit notion three '{"decision":"three, by a page"}'
	make_plan
	change_plan "$bare"
	edit supabase one '{"decision":"one, by a row"}'
	fault "\"api\":\"notion\",\"method\":\"GET\",\"path\":\"/v1/pages/$(id_of notion two)\",\"nth\":2" "\"edit\":{\"side\":\"notion\",\"id\":\"$(id_of notion two)\",\"set\":{\"properties\":{\"Checksum\":{\"rich_text\":[]}}}}"
	record bare_plan_is_old "A plan with checksums alone: a row was edited that is only linked, and a page's Checksum between two looks."
}

scene_rows_are_there_untimed() {
	seed notion one two
	make_plan
	"$BIN/apply" -q --base state/base.ndjson plan >/dev/null
	rm state/*
	record rows_are_there_untimed "Where nothing tells the time, and no row is to be inserted, nobody is asked for it."
	answered rows_are_there_untimed '/^answer/ { sub(/ date=[^ ]*/, "") } { print }'
}

scene_stopped() {
	local d
	settled supabase one two three
	for d in one two; do edit supabase "$d" "{\"decision\":\"$d, by a row\"}"; done
	edit notion three '{"decision":"three, by a page"}'
	make_plan
	record stopped "A signal between the look and the write: what is on its way is ended, and no more is begun."
	answered stopped '/^ask PATCH/ && !n++ { stop = 1 } /^answer/ && !stop { line = $0; sub(/$/, " stop", line); last = NR } { at[NR] = $0; with[NR] = line; line = "" } END { for (i = 1; i <= NR; i++) print i == last ? with[i] : at[i] }'
}

scene_stopped_at_a_write() {
	settled supabase one two
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	make_plan
	record stopped_at_a_write "A signal during a write: its answer counts, and its pair is finished by the next run."
	answered stopped_at_a_write '/^ask PATCH/ && !n++ { write = 1 } /^answer/ && write { write = 0; print $0 " stop"; next } { print }'
}

scene_marks_are_rewritten() {
	settled supabase one two
	config '"triggers":[{"on":"update","set":{"checksum":null,"notion_synced":false}}],"automations":[{"on":"edit","find":"one","set":{"checksum":null}}]'
	edit supabase one '{"decision":"one, by a row"}'
	edit notion two '{"decision":"two, by a page"}'
	"$ROOT/scripts/sync-now.sh" -q || true
	control POST clock '{"advance":3600}' >/dev/null
	edit supabase 'one, by a row' '{"type":"UX"}'
	edit notion 'two, by a page' '{"type":"UX"}'
	make_plan
	record marks_are_rewritten "A table and a database that rewrite the marks, which the base knows from before."
}

scene_page_stays() {
	seed supabase one
	make_plan
	seed notion one
	meanwhile "$row_patch,\"path\":\"[?&]id=eq.$(id_of supabase one)\"" supabase one \
		"\"set\":{\"notion_page_id\":\"$(id_of notion one)\"}"
	fault "$page_patch" '"drop":"before","times":-1'
	record page_stays "Another machine was faster, and nobody knows whether our page went."
}

scene_page_may_not_go() {
	seed supabase one
	make_plan
	seed notion one
	meanwhile "$row_patch,\"path\":\"[?&]id=eq.$(id_of supabase one)\"" supabase one \
		"\"set\":{\"notion_page_id\":\"$(id_of notion one)\"}"
	fault "$page_patch" '"status":400,"code":"validation_error","times":-1'
	record page_may_not_go "Another machine was faster, and Notion refuses to move our page to the trash."
}

scene_first_links_stop() {
	seed supabase one two
	seed notion one two
	edit notion two '{"type":"UX"}'
	make_plan --match decision --conflict stop
	record first_links_stop "Records that were never linked are joined, and nobody wins where they differ."
}

scene_listing_fails() {
	without_marks
	seed supabase one
	make_plan
	killed_create '10 minutes'
	fault '"api":"notion","method":"POST","path":"/query"' '"status":500,"times":-1'
	record listing_fails "The same without the property Checksum, where all that was edited since is listed."
}

# left_over: a killed run made a page for the row "one", which another machine's page has got.
left_over() {
	seed supabase one
	make_plan
	killed_create '10 minutes'
	made_page
	printf '{"kind":"created","row_id":"%s","page_id":"%s","answered":true}\n' \
		"$(id_of supabase one)" "$(id_of notion one)" >>state/base.ndjson.journal
	seed notion other
	edit supabase one "{\"notion_page_id\":\"$(id_of notion other)\"}"
	make_plan
	change_plan 'select(.kind != "op" or .op == "create")'
}

scene_left_over_goes() {
	left_over
	record left_over_goes "A page that a killed run made, while another machine made one: it goes, and gets no row."
}

scene_left_over_is_unknown() {
	left_over
	fault "$page_patch" '"drop":"before","times":-1'
	record left_over_is_unknown "The same, and nobody knows whether it went."
}

scene_left_over_stays() {
	left_over
	fault "$page_patch" '"status":400,"code":"validation_error","times":-1'
	record left_over_stays "The same, and Notion refuses."
}

scene_stamps_are_stopped() {
	local d row
	settled supabase one two
	for d in one two; do edit notion "$d" '{"properties":{"Checksum":{"rich_text":[]}}}'; done
	make_plan
	row="\"edit\":{\"side\":\"supabase\",\"set\":{\"type\":\"UX\"},\"id\""
	fault "\"api\":\"notion\",\"method\":\"PATCH\",\"path\":\"$(id_of notion one)\"" "\"drop\":\"before\",$row:\"$(id_of supabase one)\"}"
	fault "\"api\":\"notion\",\"method\":\"PATCH\",\"path\":\"$(id_of notion two)\"" "\"status\":429,\"retry_after\":1,$row:\"$(id_of supabase two)\"}"
	record stamps_are_stopped "Rows that are edited while their pages' stamps are repeated: one of them may have arrived."
}

scene_two_rows_of_a_page() {
	seed notion one
	make_plan
	"$BIN/apply" -q --base state/base.ndjson plan >/dev/null
	rm state/*
	record two_rows_of_a_page "A page has its row already, and another one: its own counts."
	# shellcheck disable=SC2016
	answered two_rows_of_a_page '/^. [[]{"id":/ { row = $0; sub(/^. [[]/, "", row); sub(/"id":"[^"]*"/, "\"id\":\"aaaaaaaa-0000-4000-8000-000000000001\"", row); sub(/[]]$/, "," row) } { print }'
}

scene_bare_first_links() {
	seed supabase one two
	seed notion one two
	edit notion two '{"type":"UX"}'
	make_plan --match decision
	change_plan "$bare"
	record bare_first_links "First links by a plan with checksums alone."
}
