# Makes of recorded exchanges what can be replayed at a sandbox: requests whose
# ids are the sandbox's own, each with the answer that was recorded.

def uuid: "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}";

# Types of properties that the sandbox keeps and a request can write.
def kept: ["title", "rich_text", "number", "select", "multi_select", "status",
	"date", "people", "files", "checkbox", "url", "email", "phone_number",
	"created_time", "created_by", "last_edited_time", "last_edited_by",
	"place"];

def is_kept: .type as $t | kept | index($t) != null;

# A schema for the properties that an answer shows.
def schema:
	map_values(select(is_kept) | . as $p | {type, (.type):
		(if .type == "select" or .type == "status"
		then {options: [$p[$p.type] // empty | {name, color}]}
		elif .type == "multi_select"
		then {options: [$p.multi_select[] | {name, color}]}
		elif .type == "number" then {format: "number"}
		else {} end)});

# The request's properties, by name, without those of other types.
def written($shown):
	[to_entries[]
	| .key as $k
	| ([$shown | to_entries[] | select(.key == $k or .value.id == $k
		or (.value.id | @uri) == $k)] | .[0]) as $p
	| select($p != null and ($p.value | is_kept)
		and ($p.value.type | IN("created_time", "created_by",
			"last_edited_time", "last_edited_by") | not))
	| {key: $p.key, value: (.value | walk(if type == "object"
		then del(.id) | if .object == "user" then .id = $person
			else . end
		else . end))}]
	| from_entries;

def job($kind): {kind: $kind, version, status, response};

def jobs:
	if .status >= 400 then
		select((.path | test("/users/|/invalid|/pages/|/data_sources/")
			) and (.path | endswith("/query") | not))
		| job("plain") + {method, path, request,
			key: (.status != 401)}
	elif .path == "/v1/users/me" then
		job("plain") + {method, path, request, key: true}
	elif .method == "POST" and .path == "/v1/databases" then
		select((.request.initial_data_source.properties // {})
			| all(.[]; (.type // keys[0]) as $t
				| kept | index($t)))
		| job("plain") + {method, path, key: true, request:
			(.request | .parent = {type: "page_id", page_id: $root})}
	elif .method == "POST" and .path == "/v1/data_sources" then
		select(.request.properties | all(.[]; (.type // keys[0]) as $t
			| kept | index($t)))
		| job("plain") + {method, path, key: true, request: (.request
			| .parent = {type: "database_id",
				database_id: $database})}
	elif .method == "POST" and .path == "/v1/pages"
		and .request.parent.page_id then
		job("page-in-page") + {request: (.request
			| .parent = {page_id: $root} | del(.children))}
	elif .method == "POST" and .path == "/v1/pages"
		and .request.parent.data_source_id then
		.response.properties as $shown
		| job("page") + {schema: ($shown | schema),
			request: (.request | del(.children, .template)
			| .properties |= written($shown))}
	elif .method == "PATCH" and (.path | test("^/v1/pages/" + uuid + "$"))
		and .response.parent.data_source_id then
		.response.properties as $shown
		| job("patch") + {schema: ($shown | schema),
			request: (.request | del(.template) |
			if .properties then .properties |= written($shown)
			else . end)}
	elif (.path | test("/properties/")) then
		(.response | if .object == "list" then .property_item.type
			else .type end) as $type
		| select($type as $t | kept | index($t))
		| job("item") + {type: $type}
	elif (.path | endswith("/query")) then
		select(.response.results | length > 0 and .[0].object == "page")
		| .response.results[0].properties as $shown
		| job("query") + {schema: ($shown | schema)}
	else empty end;

# Only what the sandbox keeps is compared.
def comparable:
	if .properties then .properties |= map_values(select(is_kept))
	else . end
	| if .results and .type == "page_or_data_source" then
		.results |= map(comparable) else . end;

# One of each kind of request is enough: those that differ in content only are
# left out. So are answers of before 2026, which lack keys that came later.
def all_jobs:
	[inputs | select((.response.created_time // "2026") >= "2026"
		and (.status != 404 or .response.additional_data))
	| jobs | .response |= comparable]
	| unique_by([.kind, .version, .status, .type, .schema,
		(.request | shape), (.response | shape)])
	| .[];

# A job takes up to three requests: a data source, a page in it, and the one
# that was recorded. Where one isn't needed, a harmless one is used instead.

def idle: {method: "GET", path: "/v1/users/me", version: "2026-03-11"};

def new_page($properties):
	{method: "POST", path: "/v1/pages", version: "2026-03-11",
		body: {parent: {data_source_id: .source},
		properties: $properties}};

def item_property: if .type == "title" then "title" else "P" end;

def item_value:
	.type as $t
	| {title: [{text: {content: "x"}}],
	rich_text: [{text: {content: "x"}}], number: 1,
	select: {name: "a"}, multi_select: [{name: "a"}],
	status: {name: "Done"}, date: {start: "2026-01-02"},
	people: [{id: $person}], checkbox: true,
	url: "https://example.com", email: "a@example.com",
	phone_number: "1", files: [], place: null}
	| if has($t) then {($t): .[$t]} else null end;

def source_request:
	(if .kind == "item" and .type != "title"
		then {T: {title: {}}, P: {(.type): {}}}
	elif .kind == "item" then {T: {title: {}}}
	else .schema end) as $schema
	| if $schema then {method: "POST", path: "/v1/data_sources",
		version: "2026-03-11", body: {properties: $schema,
		parent: {database_id: $database}}}
	else idle end;

def page_request:
	if .kind == "item" then item_value as $v
		| new_page(if $v then {(item_property): $v} else {} end)
	elif .kind == "patch" or .kind == "query" then new_page({})
	else idle end;

def last_request:
	{version, method: "POST", path: "/v1/pages", body: .request}
	+ if .kind == "plain" then {method, path, key}
	elif .kind == "page" then {body:
		(.source as $s | .request | .parent = {data_source_id: $s})}
	elif .kind == "patch" then
		{method: "PATCH", path: "/v1/pages/\(.page)"}
	elif .kind == "item" then {method: "GET", body: null, path:
		"/v1/pages/\(.page)/properties/\(item_property)?page_size=100"}
	elif .kind == "query" then {body: {page_size: 100},
		path: "/v1/data_sources/\(.source)/query"}
	else {} end;

# Requests, in an array, as a curl configuration that leaves the files out.N.
def curl_config:
	to_entries[] | .key as $n | .value
	| (if $n > 0 then "next" else empty end),
	"url = \($url + .path | @json)", "request = \(.method)", "silent",
	"globoff", "max-time = 20", "output = \"out.\($n)\"",
	"write-out = \"%{http_code}\\n\"",
	"header = \"Notion-Version: \(.version)\"",
	"header = \"Content-Type: application/json\"",
	"header = \"Authorization: Bearer \(if .key == false
		then "wrong" else "ntn_sandbox" end)\"",
	(if .body then "data-raw = \(.body | tojson | @json)"
		else empty end);
