# The log of an undisturbed run and the dump behind it: for each request the row
# and the page that it is about (the next request's, where it names none), and
# the properties it writes: "n row page properties".
(map(select(.side == "supabase")) | map({key: .id, value: .notion_page_id}) | from_entries) as $page_of
| (map(select(.side == "supabase" and .notion_page_id != null))
  | map({key: .notion_page_id, value: .id}) | from_entries) as $row_of
| map(select(.side == null))
| map(
    ((.query | capture("(^|&)id=eq\\.(?<id>[0-9a-f-]{36})") | .id) // null) as $row
    | ((.path | capture("^/v1/pages/(?<id>[0-9a-f-]{36})") | .id) // null) as $page
    | (if .body | type == "array" then .body[0].notion_page_id else null end) as $new
    | {n, properties: ((.body | objects | .properties // {} | keys) // [] | join(",")),
      row: ($row // $row_of[$page // $new // ""]),
      page: ($page // $new // $page_of[$row // ""])})
| reverse
| reduce .[] as $r ({next: {row: "-", page: "-"}, out: []};
    (if $r.row then $r else .next + {n: $r.n, properties: $r.properties} end) as $it
    | .next = {row: $it.row, page: $it.page} | .out += [$it])
| .out | reverse[] | "\(.n) \(.row // "-") \(.page // "-") \(.properties)"
