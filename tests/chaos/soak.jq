# What a round of the soak has lost or doubled. Input: the dump before the runs
# (lines with "at":0), the dump behind them ("at":1), all lines of the runs'
# plans and results ("at":2), what people wrote meanwhile ("at":3) and what they
# wrote over ("at":4).
# $orphans: ids of halves that people bereft of their other half;
# $copies: {decision: how often people copied it}.
def live: .in_trash == false and .state == "home";
def form: (. // "") | gsub("[ \t\n]+"; " ") | ltrimstr(" ") | rtrimstr(" ");
def values: if .side == "supabase" then .decision, .type, .date
  else .decision, .type[], .date.start, .date.end end | select(. != null and . != "");
def recorded: (.was // {}), (.set // {}), (.conflict.lost // {})
  | .decision, .type, .date, .date_detail.start, .date_detail.end | select(. != null);
(map(select(.at == 1))) as $after
| ([($after[] | values), (.[] | select(.at == 2) | recorded)]
    | map({key: ., value: true}) | from_entries) as $kept
| (map(select(.at == 4).decision)) as $replaced
| ([.[] | select(.at == 0 or .at == 3) | values] | unique - $replaced | .[]
    | select($kept[.] | not) | "lost: \(.)"),
  ([$after[] | select(.side == "supabase" and .deleted_at == null)]) as $rows
| ($after | map(select(.side == "notion")) | map({key: .id, value: .}) | from_entries) as $pages
| ($rows | map(.notion_page_id | strings) | group_by(.)[] | select(length > 1)
    | "\(length) live rows have the page \(.[0])"),
  ($after | map(select(.side == "supabase" and .decision != null))
    | group_by(.decision)[] | select(length > 1 + ($copies[.[0].decision] // 0))
    | "\(length) rows say \(.[0].decision)"),
  ($after | map(select(.side == "notion" and .decision != null and .decision != ""))
    | group_by(.decision)[] | select(length > 1 + ($copies[.[0].decision] // 0))
    | "\(length) pages say \(.[0].decision)"),
  ($rows[] | . as $r | $pages[.notion_page_id // ""] as $p
    | if ($p == null or ($p | live | not)) then
        if $orphans[$r.id] then empty else "the live row \($r.id) has no live page: \($r.decision)" end
      elif ($r.decision | form) != ($p.decision | form)
        or ($r.type | form | ascii_downcase) != ($p.type[0] | form | ascii_downcase)
        or ($r.date // "") != ($p.date.start // "")[:10]
      then "the row \($r.id) is [\($r.decision), \($r.type), \($r.date)], its page [\($p.decision), \($p.type), \($p.date.start)]"
      else empty end),
  ([$after[] | select(.side == "supabase") | .notion_page_id | strings]
    | map({key: ., value: true}) | from_entries) as $claimed
| ($pages[] | select(live) | select($claimed[.id] or $orphans[.id] | not)
    | "the live page \(.id) has no row: \(.decision)"),
  ($after[] | select(.side == "supabase" and .deleted_at != null)
    | select($orphans[.id] | not) | . as $r
    | $pages[.notion_page_id // ""] | select(. != null and live)
    | "the page \(.id) of the deleted row is live: \(.decision)")
