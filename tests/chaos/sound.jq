# What is wrong with a dump that should be in sync: a line each, none if it is.
# Halves that may stand alone are named in their text: a decision that starts with
# "alone" has no other half. $told: pages of which the plan tells that they have none.
def form: (. // "") | gsub("[ \t\n]+"; " ") | ltrimstr(" ") | rtrimstr(" ");
def live: .in_trash == false and .state == "home";
(map(select(.side == "notion")) | map({key: .id, value: .}) | from_entries) as $pages
| map(select(.side == "supabase")) as $rows
| [$rows[] | select(.deleted_at == null)] as $live
| ($live | map(.notion_page_id | values) | group_by(.)[] | select(length > 1)
    | "\(length) live rows have the page \(.[0])"),
  ($live[] | . as $r | $pages[.notion_page_id // ""] as $p
    | if (.decision // "" | startswith("alone")) then empty
      elif $p == null then "the live row \(.id) has no page: \(.decision)"
      elif ($p | live | not) then "the page of the live row \(.id) isn't live: \(.decision)"
      elif (.decision | form) != ($p.decision | form)
        or (.type | form | ascii_downcase) != ($p.type[0] | form | ascii_downcase)
        or (.date // "") != ($p.date.start // "")[:10]
      then "the row \(.id) is [\(.decision), \(.type), \(.date)], its page [\($p.decision), \($p.type), \($p.date.start)]"
      else empty end),
  ([$rows[].notion_page_id | values] as $claimed | $pages[]
    | select(live and (.decision // "" | startswith("alone") | not))
    | select(.id as $id | $claimed + $told | index($id) | not)
    | "the live page \(.id) has no row: \(.decision)"),
  ($rows[] | select(.deleted_at != null) | . as $r | $pages[.notion_page_id // ""]
    | select(. != null and live) | "the page of the deleted row \($r.id) is live: \(.decision)")
