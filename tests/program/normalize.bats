# normalize: what it makes of rows and pages.

load ../helper

normalize=$BIN/normalize

@test "help, version and wrong usage" {
	must_pass "$normalize" --help
	[[ $output == "usage: normalize "* ]] || seen "help on stdout"
	must_pass "$normalize" -h
	must_pass "$normalize" --version
	[[ $output =~ ^normalize\ [0-9]+\.[0-9]+\.[0-9]+\  ]] || seen "version"
	must_fail 2 "$normalize" --no-such-option
	must_say '--no-such-option'
	must_fail 2 "$normalize" - -
	must_say 'standard input can be read only once'
	must_fail 2 "$normalize" -x
	[[ -z $output ]] || seen "nothing on stdout"
}

@test "the manual page names every option of --help" {
	local option
	must_pass "$normalize" --help
	while read -r option; do
		grep -q -- "Fl -$option" "$ROOT/cmd/normalize/normalize.1" ||
			seen "in normalize.1: --$option"
	done < <(grep -o -- '  *--[a-z-]*' <<<"$output" |
		sed 's/.*--//' | grep .)
}

@test "a row becomes a record, keys in their order" {
	row 1 "{\"notion_page_id\":\"$(id 2)\",\"notion_synced\":true}" |
		sb_stream >sb.ndjson
	must_pass "$normalize" sb.ndjson
	[[ ${#lines[@]} -eq 3 ]] || seen "three lines"
	[[ ${lines[1]} == "{\"kind\":\"record\",\"source\":\"supabase\",\
\"row_id\":\"$(id 1)\",\"page_id\":\"$(id 2)\",\
\"decision\":\"Adopt PostgreSQL\",\"type\":\"Architecture\",\
\"date\":\"2026-01-02\",\
\"checksum\":\"2aa316e588a21e79f89f6e7e42020a920a3a1b7e51ca046796622993c0ffcf17\",\
\"stored_checksum\":null,\"synced\":true,\"deleted\":false,\
\"created_at\":\"2026-01-02T03:04:05.678901Z\",\
\"edited_at\":\"2026-01-03T03:04:05.678901Z\"}" ]] || seen "the record"
	[[ ${lines[2]} == '{"kind":"end","counts":{"supabase":{"live":1}},"count":1,"complete":true}' ]] ||
		seen "the end"
	[[ -z $stderr ]] || seen "nothing on stderr"
}

@test "a page becomes a record, keys in their order" {
	page 2 '{"type":["Ops","UX"], "synced":true, "date":
		{"start":"2026-01-02T09:00:00.000+01:00","end":null}}' |
		notion_stream >notion.ndjson
	must_pass "$normalize" notion.ndjson
	[[ ${lines[1]} == "{\"kind\":\"record\",\"source\":\"notion\",\
\"page_id\":\"$(id 2)\",\"decision\":\"Adopt PostgreSQL\",\"type\":\"Ops\",\
\"extra_types\":[\"UX\"],\"date\":\"2026-01-02\",\
\"date_detail\":{\"start\":\"2026-01-02T09:00:00.000+01:00\",\"end\":null},\
\"checksum\":\""*"\",\"stored_checksum\":null,\"synced\":true,\"own\":false,\
\"deleted\":false,\"created_at\":\"2026-01-02T03:04:00.000000Z\",\
\"edited_at\":\"2026-01-03T03:04:00.000000Z\"}" ]] || seen "the record"
}

@test "the head keeps both fetch heads whole, whatever their order" {
	local sb notion
	sb=$(sb_head) notion=$(notion_head)
	sb="${sb%\}},\"new\":{\"key\":[1,2]}}"
	notion=${notion/\"full\"/\"snapshot\"}
	printf '%s\n' "$sb" >head.sb
	{ cat head.sb; body_and_end supabase row </dev/null; } >sb.ndjson
	printf '%s\n' "$notion" >head.notion
	{ cat head.notion; body_and_end notion page </dev/null; } >notion.ndjson
	must_pass "$normalize" notion.ndjson sb.ndjson
	[[ $notion == *snapshot* && ${lines[0]} == '{"kind":"head","stream":"records","v":1,"sources":{'"\"supabase\":$sb,\"notion\":$notion}}" ]] ||
		seen "the head"
}

@test "one source alone is fine" {
	row 1 | sb_stream >sb.ndjson
	must_pass "$normalize" sb.ndjson
	must_hold '(.[0].sources | keys) == ["supabase"] and .[-1].count == 1'
	page 1 | notion_stream >notion.ndjson
	must_pass "$normalize" notion.ndjson
	must_hold '(.[0].sources | keys) == ["notion"] and .[-1].count == 1'
}

@test "files, standard input, one after another: the same records" {
	{ row 1; row 2; } | sb_stream >sb.ndjson
	{ page 3; page 4; } | notion_stream >notion.ndjson
	"$normalize" sb.ndjson notion.ndjson >wanted
	[[ $(wc -l <wanted) -eq 6 ]]
	cat sb.ndjson notion.ndjson >both.ndjson
	"$normalize" both.ndjson | cmp - wanted
	"$normalize" <both.ndjson | cmp - wanted
	"$normalize" - <both.ndjson | cmp - wanted
	"$normalize" - notion.ndjson <sb.ndjson | cmp - wanted
	"$normalize" sb.ndjson - <notion.ndjson | cmp - wanted
	"$normalize" -- sb.ndjson notion.ndjson | cmp - wanted
	"$normalize" <(cat sb.ndjson) <(cat notion.ndjson) | cmp - wanted
	# A name that looks like an option.
	cp sb.ndjson ./-q
	"$normalize" -- -q notion.ndjson | cmp - wanted
}

@test "an empty stream of each side gives an empty record stream" {
	sb_stream </dev/null >sb.ndjson
	notion_stream </dev/null >notion.ndjson
	must_pass "$normalize" sb.ndjson notion.ndjson
	must_hold 'length == 2 and .[1].count == 0 and .[1].complete'
}

@test "a source that is given twice is refused" {
	row 1 | sb_stream >sb.ndjson
	row 2 | sb_stream >again.ndjson
	page 3 | notion_stream >notion.ndjson
	must_fail 65 "$normalize" sb.ndjson again.ndjson
	must_say 'again.ndjson:1: a second supabase stream'
	must_fail 65 "$normalize" sb.ndjson notion.ndjson again.ndjson
	cat sb.ndjson notion.ndjson again.ndjson >all.ndjson
	must_fail 65 "$normalize" all.ndjson
	must_say 'all.ndjson:7: a second supabase stream'
	must_hold 'all(.kind != "end")'
}

@test "heads: optional keys may be missing or null" {
	local head
	for head in '{"bot_user":null}' '{"type_options":null}' \
		'{"properties":{"Date":"d~te","Type":"%3Aty","Decision":"title"}}' \
		'{"properties":{"Decision":"title","Type":"%3Aty","Date":"d~te",
			"Checksum":null,"Synced":null}}'; do
		page 1 '{"checksum":"x","synced":true}' |
			notion_stream "$head" >notion.ndjson
		must_pass "$normalize" notion.ndjson
		must_hold '.[1].kind == "record" and .[1].stored_checksum == null
			and (.[1].own | not)'
	done
	# Synced isn't read where it isn't bound.
	must_hold '.[1].synced == false'
	notion_stream </dev/null | jq -c 'del(.bot_user)' >notion.ndjson
	must_pass "$normalize" notion.ndjson
}

@test "heads: a missing required key is refused" {
	local head
	for head in '{"source":"airtable"}' '{"source":null}' \
		'{"stream":"records"}' '{"v":2}' '{"properties":null}' \
		'{"properties":{"Decision":"title","Type":"t"}}'; do
		page 1 | notion_stream "$head" >notion.ndjson
		must_fail 65 "$normalize" notion.ndjson
		must_say '^normalize: notion.ndjson:1: '
		[[ -z $output ]] || seen "nothing on stdout"
	done
}

@test "keys in any order, unknown keys ignored" {
	row 1 '{"status":"Final","extra":{"a":[1]}}' | sb_stream '{"x":1}' |
		jq -c 'to_entries | reverse | from_entries' >sb.ndjson
	must_pass "$normalize" sb.ndjson
	must_hold '.[1].decision == "Adopt PostgreSQL"
		and (.[1] | has("status") | not)'
}

@test "properties are found by id, whatever they are called" {
	page 1 '{"decision":"Über"}' | jq -c '.properties |= with_entries(
		.key as $was | .key = ({Decision:"Titel", Type:"Date",
			Date:"Type"}[$was] // $was))' |
		notion_stream >notion.ndjson
	grep -q '"Titel"' notion.ndjson
	must_pass "$normalize" notion.ndjson
	must_hold '.[1].decision == "Über" and .[1].type == "Architecture"
		and .[1].date == "2026-01-02"'
}

@test "the rules at their edges: rows" {
	must_pass "$normalize" "$FIXTURES/torture-rows.ndjson"
	"$normalize" -q "$FIXTURES/torture-rows.ndjson" | sed '1d;$d' >seen
	diff seen "$FIXTURES/torture-rows.records" | cut -c 1-500
	cmp seen "$FIXTURES/torture-rows.records"
	must_say 'problem'
}

@test "the rules at their edges: pages" {
	must_pass "$normalize" "$FIXTURES/torture-pages.ndjson"
	"$normalize" -q "$FIXTURES/torture-pages.ndjson" | sed '1d;$d' >seen
	diff seen "$FIXTURES/torture-pages.records" | cut -c 1-500
	cmp seen "$FIXTURES/torture-pages.records"
}

@test "a problem stops nothing else" {
	{ row 1; row 2 '{"date":"soon"}'; row 3; } | sb_stream >sb.ndjson
	must_pass "$normalize" sb.ndjson
	must_hold 'map(.kind) == ["head","record","problem","record","end"]
		and .[2].code == "date" and .[-1].count == 3'
	must_say '1 of 3'
	must_pass "$normalize" -q sb.ndjson
	[[ -z $stderr ]] || seen "nothing on stderr with -q"
}

@test "a page that could not be read is a problem with its id" {
	{
		notion_head
		jq -nc --arg a "$(id 1)" --arg b "$(id 2)" '
			{kind: "problem", page_id: $a, code: "unread",
				detail: "m (HTTP 500)"},
			{kind: "problem", page_id: $b, code: "poison"},
			{kind: "problem", page_id: 7, code: "new", detail: []},
			{kind: "end", source: "notion", count: 3,
				complete: true}'
	} >notion.ndjson
	must_pass "$BIN/normalize" notion.ndjson
	must_hold "map(select(.kind == \"problem\")) == [
		{kind: \"problem\", source: \"notion\", row_id: null,
			page_id: \"$(id 1)\", code: \"unread\",
			detail: \"m (HTTP 500)\"},
		{kind: \"problem\", source: \"notion\", row_id: null,
			page_id: \"$(id 2)\", code: \"poison\",
			detail: \"the page can't be read\"},
		{kind: \"problem\", source: \"notion\", row_id: null,
			page_id: null, code: \"unread\",
			detail: \"the page can't be read\"}]"
	# Rows have no such lines.
	{
		sb_head
		head -n 2 notion.ndjson | tail -n 1
		jq -nc '{kind: "end", source: "supabase", count: 1,
			complete: true}'
	} >sb.ndjson
	must_fail $RC_STREAM "$BIN/normalize" sb.ndjson
}

@test "a detail that quotes a name stays a text, however it is cut" {
	local i name
	for i in '' a ab abc; do
		name=$i$(printf '\U1F600%.0s' {1..20})
		page 1 | jq -c --arg name "$name" \
			'.properties.Type.type = $name' |
			notion_stream >notion.ndjson
		must_pass "$normalize" notion.ndjson
		iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null ||
			seen "UTF-8"
		must_hold '.[1].code == "type"'
	done
	row 1 '{"decision":{"unreadable":"forged"}}' | sb_stream >sb.ndjson
	must_pass "$normalize" sb.ndjson
	must_hold '.[1].code == "shape"'
}

# empty_columns [COLUMN]...: these and those that the torture rows don't have.
empty_columns() {
	printf '"%s":null,' "$@" created_at updated_at notion_page_id \
		notion_synced checksum
	printf '"deleted_at":null'
}

@test "a column that was asked for and isn't there is no empty one" {
	local column
	for column in id decision type date created_at updated_at \
		notion_page_id notion_synced checksum deleted_at; do
		row 1 "{\"notion_page_id\":\"$(id 2)\"}" |
			jq -c "del(.$column)" |
			sb_stream '{"columns":{"decision":"Entscheid"}}' >sb.ndjson
		must_pass "$normalize" sb.ndjson
		must_hold ".[1].kind == \"problem\" and .[2].count == 1
			and (.[1].code == {id:\"id\", notion_page_id:\"link\"}.$column
			or .[1].code == \"shape\" and .[1].page_id == \"$(id 2)\"
			and (.[1].detail | startswith({decision:\"Entscheid\"}.$column
			// \"$column\")))"
	done
	row 1 | jq -c 'del(.deleted_at)' |
		sb_stream '{"soft_delete":false}' >sb.ndjson
	must_pass "$normalize" sb.ndjson
	must_hold '.[1].kind == "record" and .[1].deleted == false'
}

# large_row BYTES: the stream of a row with so long a text.
large_row() {
	sb_head
	printf '{"kind":"row","row":{"id":"%s","decision":"' "$(id 1)"
	head -c "$1" /dev/zero | tr '\0' x
	printf '",%s}}\n' "$(empty_columns type date)"
	printf '{"kind":"end","source":"supabase","count":1,"complete":true}\n'
}

@test "a record too large for the plans that it may get is a problem of its own" {
	large_row $((512 * 1024)) >sb.ndjson
	must_pass "$normalize" sb.ndjson
	must_hold ".[1].kind == \"problem\" and .[1].code == \"poison\"
		and .[1].row_id == \"$(id 1)\" and .[2].count == 1"
	large_row $((511 * 1024)) >sb.ndjson
	must_pass "$normalize" sb.ndjson
	must_hold '.[1].kind == "record"'
}

@test "nor does the largest stop a plan, in conflict and with all that is expected of it" {
	local text base="\"row_id\":\"$(id 1)\",\"page_id\":\"$(id 2)\""
	text() { head -c $(($2 * 1000)) /dev/zero | tr '\0' "$1"; }
	for text in a b c; do
		{ printf '{"decision":"'; text "$text" $([[ $text == b ]] && echo 200 || echo 520); printf '"}'; } >"$text"
	done
	{
		row 1 '{"notion_page_id":"'"$(id 2)"'","notion_synced":true}' | jq -c --slurpfile t a '. + $t[0]' | sb_stream
		page 2 '{"synced":true}' | jq -c --slurpfile t b '.properties.Decision.title[0] |=
			(.plain_text = $t[0].decision | .text.content = .plain_text)' | notion_stream
	} >both
	must_pass "$normalize" both
	printf '%s\n' "$output" >records
	{
		jq -nc '{kind:"head", stream:"base", v:1, scope:{supabase:"test.local/decision_vault", notion:$ARGS.positional[0]}}' --args "$DATA_SOURCE"
		jq -nc --slurpfile t c "{kind:\"pair\",$base,row_is:(\$t[0] + {type:\"Architecture\",date:\"2026-01-02\",deleted:false})} | .page_is = .row_is"
		printf '{"kind":"end","count":1,"complete":true}\n'
	} >base
	must_pass "$BIN/plan" --base base --conflict notion records
	printf '%s\n' "$output" >plan
	must_hold 'map(select(.kind == "op") | .op) == ["update", "stamp"]' plan
	[[ $(wc -L <plan) -lt $((4 * 1024 * 1024)) ]]
	# Longer ones can come from elsewhere: then it is said whose they are.
	{ printf '{"decision":"'; text d 2500; printf '"}'; } >d
	jq -c --slurpfile t d 'if .source == "supabase" then .decision = $t[0].decision else . end' records >larger
	must_fail $RC_STREAM "$BIN/plan" --base base --conflict notion larger
	must_say "for row $(id 1) and page $(id 2): a line longer than"
}

@test "the text of a record is in no message" {
	row 1 '{"decision":"secret plan","date":"secret date"}' |
		sb_stream >sb.ndjson
	must_pass "$normalize" -vv sb.ndjson
	[[ $output$stderr != *"secret"* ]] || seen "no text of the record"
}

@test "every hand-made torture record, through a row" {
	shared data/torture.ndjson
	{
		sb_head
		awk -v more="$(empty_columns)" '{
			printf "{\"kind\":\"row\",\"row\":{\"id\":\"" \
			"00000000-0000-4000-8000-%012x\",%s,%s}\n", NR, more,
			substr($0, 2)}' "$SHARED_FILE"
		printf '{"kind":"end","count":%d,"complete":true}\n' \
			"$(wc -l <"$SHARED_FILE")"
	} >sb.ndjson
	must_pass "$normalize" sb.ndjson
	sed '1d;$d' <<<"$output" >seen.ndjson
	[[ $(wc -l <seen.ndjson) -eq $(wc -l <"$SHARED_FILE") ]]
	must_hold 'all(.kind == "record" or .kind == "problem")
		and ([.[].row_id] | unique | length) == length' seen.ndjson
	# What jq can't read is a problem, and so is a text with U+0000.
	grep -nP '\\u0000|\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u....)\\u[dD][c-fC-F]..' \
		"$SHARED_FILE" | cut -d : -f 1 >unreadable
	local n
	while read -r n; do
		must_hold '.[0].kind == "problem" and .[0].code == "text"' \
			<(sed -n "${n}p" seen.ndjson)
	done <unreadable
	[[ -s unreadable ]]
	# All others have the same values, null for empty text.
	awk 'NR == FNR {skip[$1] = 1; next} !(FNR in skip)' unreadable \
		"$SHARED_FILE" >readable.in
	awk 'NR == FNR {skip[$1] = 1; next} !(FNR in skip)' unreadable \
		seen.ndjson >readable.out
	jq -nc --slurpfile a readable.in --slurpfile b readable.out '
		def empty_is_null: if . == "" then null else . end;
		[range($a | length) as $i | $a[$i] as $in | $b[$i] as $out
		| select(if $out.kind == "problem" then $out.code != "date"
			else ($in.decision | empty_is_null) != $out.decision
			or ($in.type | empty_is_null) != $out.type
			or ($in.date | empty_is_null) != $out.date end)
		| $in.why]' >wrong
	[[ $(<wrong) == '[]' ]] || seen "differ: $(head -c 2000 wrong)"
}

@test "every recorded page: the title is the joined plain_text" {
	local file group
	# A page without a multi-select or a date gets an empty one.
	for file in notion-2025-09-03 notion-2026-03-11; do
		shared "recorded/$file.ndjson"
		jq -c '.response | select(type == "object")
			| if .object == "page" then . elif .object == "list"
			then .results[] | select(.object == "page") else empty end
			| select(.properties)
			| .properties |= ([.[] | .type] as $types
			| if $types | index("multi_select") then . else
			.no_tags = {id:"no-tags", type:"multi_select",
				multi_select:[]} end
			| if $types | index("date") then . else
			.no_date = {id:"no-date", type:"date", date:null} end)
			| . as $page | def first_of($type): first(
				.properties[] | select(.type == $type) | .id);
			{ids:{Decision:first_of("title"),
				Type:first_of("multi_select"),
				Date:first_of("date"),
				Checksum:(first_of("rich_text") // null),
				Synced:(first_of("checkbox") // null)}, page:.}' \
			"$SHARED_FILE"
	done | jq -sc --argjson head "$(notion_head)" 'group_by(.ids)[]
		| {head:($head + {properties:.[0].ids}), pages:map(.page)}' \
		>groups.ndjson
	# One stream for each set of properties, one after the other.
	while read -r group; do
		jq -c '.head, (.pages[] | {kind:"page", page:.}),
			{kind:"end", count:(.pages | length), complete:true}' \
			<<<"$group" | "$normalize" | sed '1d;$d'
	done <groups.ndjson >records.ndjson
	jq -c '.head.properties as $ids | .pages[] | {$ids, page:.}' \
		groups.ndjson >pages.ndjson
	[[ -d $ROOT/../shared/recorded ]] || skip "no ../shared/recorded on this machine"
	[[ $(wc -l <pages.ndjson) -gt 500 ]]
	[[ $(wc -l <pages.ndjson) -eq $(wc -l <records.ndjson) ]]
	jq -nc --slurpfile pages pages.ndjson --slurpfile records records.ndjson '
		def value($p; $id; $type): first($p.properties[]
			| select(.id == $id))[$type];
		[range($pages | length) as $i | $pages[$i].ids as $ids
		| $pages[$i].page as $p | $records[$i] as $r
		| select($r.kind != "record" or $r.page_id != $p.id
		or ($r.decision // "") != (value($p; $ids.Decision; "title")
			| map(.plain_text) | join(""))
		or [$r.type // empty] + $r.extra_types != (value($p; $ids.Type;
			"multi_select") | map(.name))
		or $r.date != ((value($p; $ids.Date; "date")
			// {start:null}).start | .[0:10]? // null)
		or $r.deleted != $p.in_trash
		or $r.edited_at[0:19] != $p.last_edited_time[0:19])
		| [$p.id, $r]]' >wrong
	[[ $(<wrong) == '[]' ]] || seen "differ: $(head -c 2000 wrong)"
}

@test "memory does not grow with the stream" {
	{
		sb_head
		yes "{\"kind\":\"row\",\"row\":$(row 1)}" | head -n 100000
		printf '{"kind":"end","count":100000,"complete":true}\n'
	} >sb.ndjson
	# 64 MB of address space; a sanitizer needs terabytes of it.
	if is_sanitized "$normalize"; then skip "a sanitizer's build"; fi
	if is_foreign "$normalize"; then skip "an emulator takes more by itself"; fi
	must_pass bash -c "ulimit -v 65536; '$normalize' sb.ndjson | tail -n 1"
	[[ $output == '{"kind":"end","counts":{"supabase":{"live":100000}},"count":100000,"complete":true}' ]] ||
		seen "the end"
}
