#!/usr/bin/env bats
# The sandbox as Supabase: what PostgREST and the gateway in front answer.

load ../helper
load http

setup() {
	common_setup
	start_sandbox
}

X=11111111-1111-4111-8111-111111111111

@test "the gateway asks for a key" {
	request GET $TABLE
	must_answer 401 '.message == "No API key found in request"
		and (has("code") | not)'
	must_head sb-error-code UNAUTHORIZED_MISSING_API_KEY
	KEY=sb_secret_other sb GET $TABLE
	must_answer 401 '.message == "Invalid API key"'
	request GET $TABLE '' -H 'apikey: sb_secret_sandbox' \
		-H 'User-Agent: Mozilla/5.0'
	must_answer 401 '.message | startswith("Forbidden use of secret")'
	request GET "$TABLE?apikey=sb_secret_sandbox"
	must_answer 200 '. == []'
}

@test "a Bearer token is the same key, or one of the JWTs" {
	local jwt
	jwt=$(control GET info | $JQ -r .keys.supabase_service_role_jwt)
	request GET $TABLE '' -H 'apikey: sb_secret_sandbox' \
		-H 'Authorization: Bearer sb_secret_sandbox'
	must_answer 200
	request GET $TABLE '' -H "apikey: $jwt" -H "Authorization: Bearer $jwt"
	must_answer 200
	request GET $TABLE '' -H 'apikey: sb_secret_sandbox' \
		-H 'Authorization: Bearer junk'
	must_answer 401 '.code == "PGRST301"
		and .message == "Expected 3 parts in JWT; got 1"'
	must_head Proxy-Status 'PostgREST; error=PGRST301'
}

@test "row security hides everything from the anon key" {
	add_row '{"decision":"a"}'
	KEY=sb_publishable_sandbox sb GET $TABLE
	must_answer 200 '. == []'
	KEY=sb_publishable_sandbox sb PATCH "$TABLE?decision=eq.a" \
		'{"type":"x"}' return=representation
	must_answer 200 '. == []'
	KEY=sb_publishable_sandbox sb POST $TABLE '{"decision":"b"}'
	must_answer 401 '.code == "42501"'
	config '{"anon_no_grant":true}'
	KEY=sb_publishable_sandbox sb GET $TABLE
	must_answer 401 '.code == "42501"'
	sb GET $TABLE
	must_answer 200 'length == 1'
}

@test "values come back as PostgREST writes them" {
	sb POST "$TABLE" '{"id":"AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA",
		"decision":17,"type":{"a":[1]},
		"date":"2026-05-06T23:30:00-05:00",
		"created_at":"2026-02-03T05:05:06.100000+01:00",
		"updated_at":"2026-02-03 04:05:06.1234567Z",
		"notion_synced":"yes"}' return=representation
	must_answer 201 '.[0] == {id: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
		decision: "17", type: "{\"a\":[1]}", date: "2026-05-06",
		created_at: "2026-02-03T04:05:06.1+00:00",
		updated_at: "2026-02-03T04:05:06.123457+00:00",
		notion_page_id: null, notion_synced: true, checksum: null,
		deleted_at: null}'
	must_head Content-Range '*/*'
}

@test "dates and times of all ages" {
	local given want
	while read -r given want; do
		sb POST "$TABLE?select=date" "{\"date\":\"$given\"}" \
			return=representation
		must_answer 201 ".[0].date == \"${want//_/ }\""
	done <<-'EOF'
		10000-01-01 10000-01-01
		infinity infinity
		-infinity -infinity
		20240229 2024-02-29
		2024/02/29 2024-02-29
		02/29/2024 2024-02-29
		0001-01-01 0001-01-01
	EOF
	sb POST "$TABLE?select=date" '{"date":"0044-03-15 BC"}' \
		return=representation
	must_answer 201 '.[0].date == "0044-03-15 BC"'
	sb POST "$TABLE?select=created_at" \
		'{"created_at":"1600-01-01T00:00:00.000001+00:00"}' \
		return=representation
	must_answer 201 '.[0].created_at == "1600-01-01T00:00:00.000001+00:00"'
	sb GET "$TABLE?date=gt.9999-12-31&order=date&select=date"
	must_answer 200 'map(.date) == ["10000-01-01", "infinity"]'
}

@test "values that PostgreSQL refuses, by code" {
	local code body
	while IFS=' ' read -r code body; do
		sb POST $TABLE "$body"
		must_answer 400 ".code == \"$code\" and has(\"details\")
			and has(\"hint\")"
	done <<-'EOF'
		22P02 {"id":"nonsense"}
		22P02 {"notion_synced":"maybe"}
		22007 {"date":""}
		22007 {"date":"soon"}
		22008 {"date":"2026-02-30"}
		22007 {"created_at":"x"}
		22P05 {"decision":"a\u0000b"}
		22P02 {"decision":"a\ud800b"}
		PGRST204 {"nothing":1}
		PGRST102 {"decision":
		PGRST102 [{"decision":1},{"type":2}]
		23502 {"id":null}
	EOF
	sb GET $TABLE
	must_answer 200 '. == []'
}

@test "curl's own content type is taken for a column" {
	asked_by_curl POST $TABLE '{"decision":"a"}' -H 'apikey: sb_secret_sandbox'
	must_answer 400 '.code == "PGRST204"'
}

@test "a bulk insert is all rows or none" {
	sb POST $TABLE '[{"decision":"a","date":null},
		{"decision":"b","date":"x"}]'
	must_answer 400 '.code == "22007"'
	sb GET $TABLE
	must_answer 200 '. == []'
	sb POST $TABLE '[]' return=representation
	must_answer 201 '. == []'
	sb POST $TABLE '{}' return=representation
	must_answer 201 'length == 1 and .[0].id != null'
}

@test "columns= and missing=default, as supabase-js sends them" {
	sb POST "$TABLE?columns=%22decision%22%2C%22notion_synced%22&select=*" \
		'[{"decision":"x","type":"no"},
		{"decision":"y","notion_synced":true}]' return=representation
	must_answer 201 'map([.decision, .notion_synced, .type]) ==
		[["x", null, null], ["y", true, null]]'
	sb POST "$TABLE?columns=decision,notion_synced" '[{"decision":"z"}]' \
		'count=exact, missing=default, return=representation'
	must_answer 201 '.[0].notion_synced == false'
	must_head Content-Range '*/1'
	must_head Preference-Applied \
		'missing=default, return=representation, count=exact'
}

@test "an idempotent insert answers no row the second time" {
	local p=resolution=ignore-duplicates,return=representation
	sb POST "$TABLE?on_conflict=id" "{\"id\":\"$X\",\"decision\":\"a\"}" $p
	must_answer 201 'length == 1'
	must_head Preference-Applied \
		'resolution=ignore-duplicates, return=representation'
	sb POST "$TABLE?on_conflict=id" "{\"id\":\"$X\",\"decision\":\"b\"}" $p
	must_answer 201 '. == []'
	sb GET "$TABLE?select=decision"
	must_answer 200 '. == [{"decision":"a"}]'
	sb POST $TABLE "{\"id\":\"$X\"}"
	must_answer 409 '.code == "23505"
		and (.details | endswith("already exists."))'
}

@test "a merging upsert writes the columns it has, and only those" {
	local p=resolution=merge-duplicates,return=representation
	add_row "{\"id\":\"$X\",\"decision\":\"a\",\"type\":\"t\"}"
	sb POST $TABLE "{\"id\":\"$X\",\"type\":\"u\"}" $p
	must_answer 200 '.[0] | .decision == "a" and .type == "u"'
	sb POST $TABLE "[{\"id\":\"$X\",\"type\":\"v\"},
		{\"id\":\"${X/1/2}\",\"type\":\"w\"}]" $p
	must_answer 201 'map(.type) == ["v", "w"]'
	sb POST $TABLE "[{\"id\":\"$X\"},{\"id\":\"$X\"}]" $p
	must_answer 500 '.code == "21000"'
	sb POST "$TABLE?on_conflict=notion_page_id" '{"notion_page_id":"p"}' $p
	must_answer 400 '.code == "42P10"'
	config '{"unique_page_id":true}'
	sb POST "$TABLE?on_conflict=notion_page_id" '{"notion_page_id":"p"}' $p
	must_answer 201 'length == 1'
	sb POST $TABLE '{"notion_page_id":"p"}'
	must_answer 409 '.message | contains("notion_page_id")'
}

@test "a patch as compare-and-swap, in every flavour" {
	add_row "{\"id\":\"$X\",\"decision\":\"a\"}"
	sb PATCH "$TABLE?id=eq.$X&checksum=is.null" '{"type":"b"}' \
		return=representation
	must_answer 200 'length == 1 and .[0].type == "b"'
	must_head Content-Range '0-0/*'
	sb PATCH "$TABLE?id=eq.$X&type=eq.no" '{"type":"c"}' \
		return=representation
	must_answer 200 '. == []'
	must_head Content-Range '*/*'
	sb PATCH "$TABLE?id=eq.$X" '{"type":"c"}'
	must_answer 204
	must_head Content-Range '0-0/*'
	sb PATCH "$TABLE?id=eq.$X" '{"type":"c"}' count=exact
	must_answer 204
	must_head Content-Range '0-0/1'
	sb PATCH "$TABLE?id=eq.$X&type=eq.no" '{"type":"c"}' count=exact
	must_answer 204
	must_head Content-Range '*/0'
	request PATCH "$TABLE?id=eq.$X&type=eq.no" '{"type":"d"}' \
		-H 'apikey: sb_secret_sandbox' \
		-H 'Content-Type: application/json' \
		-H 'Accept: application/vnd.pgrst.object+json'
	must_answer 406 '.code == "PGRST116"
		and .details == "The result contains 0 rows"'
	sb PATCH "$TABLE?id=eq.$X" '{}' return=representation
	must_answer 200 '. == []'
}

@test "max-affected stops a write that would touch more" {
	add_row '{"type":"t"}'
	add_row '{"type":"t"}'
	sb PATCH "$TABLE?type=eq.t" '{"type":"u"}' \
		handling=strict,max-affected=1
	must_answer 400 '.code == "PGRST124"'
	sb DELETE "$TABLE?type=eq.t" '' handling=strict,max-affected=1
	must_answer 400 '.code == "PGRST124"'
	sb PATCH "$TABLE?type=eq.t" '{"type":"u"}' max-affected=1
	must_answer 204
	sb GET "$TABLE?type=eq.u"
	must_answer 200 'length == 2'
	sb GET $TABLE '' handling=strict,foo=bar
	must_answer 400 '.code == "PGRST122"
		and .details == "Invalid preferences: foo=bar"'
	sb GET $TABLE '' foo=bar
	must_answer 200
}

@test "no write without a filter, no limit on one" {
	add_row '{"type":"t"}'
	add_row '{"type":"t"}'
	sb PATCH $TABLE '{"type":"u"}'
	must_answer 400 '.code == "21000"'
	sb DELETE $TABLE
	must_answer 400 '.message == "DELETE requires a WHERE clause"'
	sb PATCH "$TABLE?type=eq.t&limit=1" '{"type":"u"}' count=exact
	must_head Content-Range '0-1/2'
	sb DELETE "$TABLE?type=eq.u" '' return=representation
	must_answer 200 'length == 2'
	sb GET $TABLE
	must_answer 200 '. == []'
}

# seeds five rows a … e
five_rows() {
	local n
	for n in 1 2 3 4 5; do
		printf '{"side":"supabase","id":"%s","decision":"%s",%s}\n' \
			"${X//1/$n}" "d$n" "\"date\":\"2026-01-0$n\""
	done >five
	control POST seed @five >/dev/null
}

@test "pages, counts and ranges" {
	five_rows
	sb GET "$TABLE?order=id&limit=2"
	must_answer 200 'length == 2'
	must_head Content-Range '0-1/*'
	sb GET "$TABLE?order=id&limit=2" '' count=exact
	must_answer 206
	must_head Content-Range '0-1/5'
	sb GET "$TABLE?order=id&limit=9" '' count=exact
	must_answer 200
	sb GET "$TABLE?offset=5" '' count=exact
	must_answer 206 '. == []'
	must_head Content-Range '*/5'
	sb GET "$TABLE?offset=6" '' count=exact
	must_answer 416 '.code == "PGRST103"'
	sb GET "$TABLE?limit=0"
	must_answer 200 '. == []'
	sb GET "$TABLE?limit=-1"
	must_answer 416
	sb GET "$TABLE?limit=x&offset=-1"
	must_answer 200 'length == 5'
	request GET "$TABLE?order=id&limit=1" '' -H 'Range: 1-3' \
		-H 'Range-Unit: items' -H 'apikey: sb_secret_sandbox'
	must_answer 200 'map(.decision) == ["d2", "d3", "d4"]'
	must_head Content-Range '1-3/*'
	sb GET "$TABLE?id=gt.${X//1/4}&order=id"
	must_head Content-Range '0-0/*'
	sb HEAD "$TABLE" '' count=exact
	must_answer 200
	must_head Content-Range '0-4/5'
	must_head Content-Length 0
}

@test "max rows cuts reads silently, and nothing else" {
	five_rows
	config '{"max_rows":2}'
	sb GET "$TABLE?limit=4"
	must_answer 200 'length == 2'
	must_head Content-Range '0-1/*'
	sb PATCH "$TABLE?type=is.null" '{"type":"x"}' return=representation
	must_answer 200 'length == 5'
}

# finds QUERY NAMES: the decisions, in order.
finds() {
	sb GET "$TABLE?select=decision&order=id&$1"
	must_answer 200 "(map(.decision) | join(\" \")) == \"$2\""
}

@test "filters" {
	five_rows
	finds decision=eq.d2 d2
	finds decision=neq.d2 'd1 d3 d4 d5'
	finds 'decision=gt.d2&decision=lt.d5' 'd3 d4'
	finds 'date=gte.2026-01-04' 'd4 d5'
	finds 'date=lte.2026-01-02' 'd1 d2'
	finds 'decision=in.(d1,"d3")' 'd1 d3'
	finds 'decision=in.()' ''
	finds 'decision=not.in.()' 'd1 d2 d3 d4 d5'
	finds 'decision=in.("")' ''
	finds 'type=is.null&decision=not.eq.d1' 'd2 d3 d4 d5'
	finds 'type=is.not_null' ''
	finds 'type=isdistinct.x&limit=1' d1
	finds 'notion_synced=is.false&limit=1' d1
	finds 'decision=like.d*' 'd1 d2 d3 d4 d5'
	finds 'decision=like.D*' ''
	finds 'decision=ilike.D_' 'd1 d2 d3 d4 d5'
	finds 'decision=like.*1*' d1
	finds 'decision=not.like.d_%25' ''
	finds 'decision=like.d' ''
	finds 'or=(decision.eq.d1,and(date.gt.2026-01-02,date.lt.2026-01-04))' \
		'd1 d3'
	finds 'not.or=(decision.eq.d1,decision.eq.d2)' 'd3 d4 d5'
	finds 'and=(not.or(decision.eq.d1,decision.eq.d2),id.not.is.null)' \
		'd3 d4 d5'
	finds "id=eq.${X^^}" d1
	finds 'type=eq.null' ''
}

@test "quotes in filters, where they count and where they don't" {
	add_row '{"decision":"a,b"}'
	add_row '{"decision":"\"q\""}'
	add_row '{"decision":"back\\slash)"}'
	add_row '{"decision":"x y+z"}'
	finds 'decision=eq.a,b' 'a,b'
	sb GET "$TABLE?select=decision&decision=eq.%22q%22"
	must_answer 200 '.[0].decision == "\"q\""'
	finds 'decision=in.(%22a,b%22,nothing)' 'a,b'
	sb GET "$TABLE?select=decision&or=(decision.eq.%22back%5C%5Cslash)%22)"
	must_answer 200 '.[0].decision == "back\\slash)"'
	finds 'decision=eq.x+y%2Bz' 'x y+z'
	sb GET "$TABLE?updated_at=eq.2026-02-03T04:05:06+00:00"
	must_answer 400 '.code == "22007"'
}

@test "times compare as instants" {
	add_row '{"decision":"a","updated_at":"2026-02-03T04:05:06.123456Z"}'
	finds 'updated_at=eq.2026-02-03T04:05:06.123456Z' a
	finds 'updated_at=eq.2026-02-03T05:05:06.123456%2B01:00' a
	finds 'updated_at=eq.2026-02-03+04:05:06.123456%2B00' a
	finds 'updated_at=eq.2026-02-03T04:05:06.123457Z' ''
}

@test "select and order" {
	five_rows
	sb PATCH "$TABLE?decision=in.(d2,d4)" '{"type":"t"}'
	sb GET "$TABLE?select=name:decision,date::text&order=id&limit=1"
	must_answer 200 '. == [{"name":"d1","date":"2026-01-01"}]'
	sb GET "$TABLE?select=decision&order=type,decision.desc"
	must_answer 200 'map(.decision) == ["d4", "d2", "d5", "d3", "d1"]'
	sb GET "$TABLE?select=decision&order=type.asc.nullsfirst,id"
	must_answer 200 'map(.decision) == ["d1", "d3", "d5", "d2", "d4"]'
	sb GET "$TABLE?select=decision&order=type.desc,id"
	must_answer 200 'map(.decision) == ["d1", "d3", "d5", "d2", "d4"]'
	sb GET "$TABLE?select=decision&order=type.desc.nullslast,id"
	must_answer 200 'map(.decision) == ["d2", "d4", "d1", "d3", "d5"]'
}

@test "requests that are wrong, by status and code" {
	local status code path
	while read -r status code path; do
		sb GET "/rest/v1/$path"
		must_answer "$status" ".code == \"$code\""
		must_head Proxy-Status "PostgREST; error=$code"
	done <<-'EOF'
		400 42703 decision_vault?select=nothing
		400 42703 decision_vault?nothing=eq.1
		400 42703 decision_vault?order=nothing
		400 PGRST100 decision_vault?type=foo.1
		400 PGRST100 decision_vault?type=nodot
		400 PGRST100 decision_vault?or=(type.eq.1
		400 PGRST100 decision_vault?order=id.sideways
		400 PGRST100 decision_vault?type=in.a
		400 22P02 decision_vault?id=eq.1
		400 22P02 decision_vault?notion_synced=eq.maybe
		400 22021 decision_vault?type=eq.%00
		400 22021 decision_vault?type=eq.%ff
		404 42883 decision_vault?id=like.1*
		404 PGRST205 other_table
		404 PGRST125 a/b
	EOF
	sb PUT $TABLE '{}'
	must_answer 405 '.code == "PGRST117"'
	request GET $TABLE '' -H 'apikey: sb_secret_sandbox' -H 'Accept: text/csv'
	must_answer 406 '.code == "PGRST107"'
	request GET $TABLE '' -H 'apikey: sb_secret_sandbox' \
		-H 'Accept-Profile: other'
	must_answer 406 '.code == "PGRST106"'
}

@test "the states that a project can be in" {
	add_row '{"decision":"a","checksum":"abc","notion_synced":true,
		"updated_at":"2026-01-01T00:00:00Z"}'
	config '{"moddatetime":true,"rewrite_checksum":true,
		"reset_synced":true}'
	sb PATCH "$TABLE?decision=eq.a" \
		'{"updated_at":"2030-01-01T00:00:00Z","notion_synced":true}' \
		return=representation
	must_answer 200 '.[0] | .checksum == "ABC" and .notion_synced == false
		and (.updated_at | startswith("2030") or
			startswith("2026-01-01") | not)'
	config '{"moddatetime":false,"soft_delete":false}'
	sb GET "$TABLE?select=deleted_at"
	must_answer 400 '.code == "42703"'
	config '{"extra_columns":["status"],"stale_columns":["status"],
		"missing_columns":["checksum"]}'
	sb GET "$TABLE?select=status"
	must_answer 200
	sb PATCH "$TABLE?decision=eq.a" '{"status":"x"}'
	must_answer 400 '.code == "PGRST204"'
	config '{"stale_columns":[]}'
	sb PATCH "$TABLE?decision=eq.a" '{"status":"x"}' return=representation
	must_answer 200 '.[0].status == "x" and (.[0] | has("checksum") | not)'
	config '{"read_only":true}'
	sb PATCH "$TABLE?decision=eq.a" '{"status":"y"}'
	must_answer 405 '.code == "25006"'
	config '{"no_grant":true}'
	sb GET $TABLE
	must_answer 403 '.code == "42501"'
	config '{"no_grant":false,"table_missing":true}'
	sb GET $TABLE
	must_answer 404 '.code == "PGRST205"'
	config '{"paused":true}'
	sb GET $TABLE
	must_answer 540
}

@test "a pattern can't keep the server busy" {
	add_row "{\"decision\":\"$(head -c 3000 /dev/zero | tr '\0' a)\"}"
	sb GET "$TABLE?decision=like.$(printf '%%25a%.0s' {1..40})b"
	must_answer 200 '. == []'
}

@test "a URL over 16 KB gets the edge's answer" {
	sb GET "$TABLE?decision=eq.$(head -c 17000 /dev/zero | tr '\0' x)"
	must_answer 520
	header content-type
	[[ $HEADER == text/html* ]]
}

@test "the triggers, defaults and not-null columns that a table may have" {
	config '{"triggers":[{"on":"insert","find":"new","new_id":true},
		{"on":"insert","find":"long","cut":2},{"find":"gone","swallow":true},
		{"on":"update","find":"kept","keep":["type"],"set":{"checksum":"t"}}]}'
	sb POST "$TABLE" "[{\"id\":\"$X\",\"decision\":\"new\"}]" return=representation
	must_answer 201 ".[0].id != \"$X\" and length == 1"
	sb POST "$TABLE" '[{"decision":"long"},{"decision":"gone"}]' return=representation
	must_answer 201 '[.[].decision] == ["lo"]'
	sb PATCH "$TABLE?decision=eq.new" '{"decision":"gone"}' return=representation
	must_answer 200 '. == []'
	sb PATCH "$TABLE?decision=eq.new" '{"decision":"kept","type":"UX"}' return=representation
	must_answer 200 '[.[] | .type, .checksum] == [null, "t"]'
	config '{"triggers":[],"not_null":["updated_at"],
		"defaults":{"updated_at":null,"deleted_at":"infinity"}}'
	sb POST "$TABLE" '[{"decision":"a"}]'
	must_answer 400 '.code == "23502" and (.message | contains("\"updated_at\""))'
	sb POST "$TABLE" '[{"decision":"a","updated_at":"now"}]' return=representation
	must_answer 201 '.[0].deleted_at == "infinity"'
}
