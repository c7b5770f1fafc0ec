# What day.sh asks of its records: the edits ({"n","kind","pair","at","first","row",
# "page","set"}), the seed, the dump, and the skips of a plan.

# A record as dumped or seeded, in one form for both sides.
def half:
  {side, id, link: .notion_page_id, decision,
    type: (.type | if type == "array" then .[0] else . end),
    date: (.date | if type == "object" then .start else . end),
    live: (.deleted_at == null and (.in_trash | not)),
    home: (.side == "supabase" or .state == "home")};

def by(key): reduce .[] as $v ({}; .[$v | key] = $v);

# The kinds by what they do; those of a row must be seen on its page, and the other way
# round.
def deletes: IN("row deleted", "page trashed");
def brings_back: IN("row undeleted", "page restored");

# arrived: input: the edits under way, the records that they are about, and the skips of
# the last plan. "NUMBER PAIR KIND" of each that has arrived.
def arrived:
  [inputs] as $in
  | ([$in[] | select(.side) | half] | by(.id)) as $is
  | ([$in[] | select(.side == "supabase" and .notion_page_id and .deleted_at == null) | half]
    | by(.link)) as $row_of
  | ([$in[] | select(.code == "orphan")] | by(.page_id)) as $orphan
  | $in[] | select(.first) | . as $e
  | (if .page then $row_of[.page] else $is[.row] end) as $row
  | $is[.page // $row.link // ""] as $page
  | (if .kind | startswith("row") or . == "new row" then $page else $row end) as $other
  | select(
      if .kind == "page moved away" then $orphan[.page]
      elif .kind == "row deleted" then $page.live == false
      elif .kind == "page trashed" then $row == null
      else $other and $other.live and ($other | contains($e.set)) and $orphan[.page // ""] == null end)
  | "\(.n) \(.pair) \(.kind)";

# What must be in the end: of each pair its values, whether it lives, and where its page is.
def after($edits):
  reduce $edits[] as $e (.;
    if $e.pair == 0 then . + [{row: $e.row, page: $e.page, set: $e.set, live: true, home: true}]
    else .[$e.pair - 1] |= (.set += $e.set
      | if $e.kind | deletes then .live = false
        elif $e.kind | brings_back then .live = true
        elif $e.kind == "page moved away" then .home = false
        elif $e.kind == "page moved back" then .home = true
        else . end) end);

# judge: input: the dump. A line for each thing that is wrong in the end.
def judge($seed; $edits):
  [inputs | half] as $dump
  | ($dump | by(.id)) as $is
  | ([$dump[] | select(.side == "supabase" and .link)] | by(.link)) as $row_of
  | ([range(0; $seed | length; 2) as $i | {row: $seed[$i].id, page: $seed[$i + 1].id,
      set: ($seed[$i] | {decision, type, date}), live: true, home: true}] | after($edits)) as $pairs
  | ($dump | length - 2 * ($pairs | length)
    | if . != 0 then "\(.) records too many" else empty end),
    ($pairs[] | . as $p
    | (if .row then $is[.row] else $row_of[.page] end) as $row
    | (if .page then $is[.page] else $is[$row.link // ""] end) as $page
    | if $row == null or $page == null then "one half is missing: \($p)"
      elif $row.link != $page.id then "the row \($row.id) has the page \($row.link), not \($page.id)"
      else ($row, $page) | select(contains($p.set) and .live == $p.live
          and (.home == $p.home or .side == "supabase") | not)
        | "the \(if .side == "notion" then "page" else "row" end) \(.id) is \(tojson), not \($p | tojson)"
      end);

# late: input: as for table. A line for each edit that arrived later than it had to: at the
# next run, but what nothing but a full reading shows, after $full runs at most.
def late($full):
  [inputs] as $in
  | ($in | map(select(.arrived)) | by(.n | tostring)) as $arrivals
  | $in[] | select(.kind) | . as $e | $arrivals["\(.n)"] // empty
  | (.last - $e.first + 1) as $runs
  | select($runs > if $e.kind | IN("page trashed", "page moved away") then $full else 1 end)
  | "\($runs) runs late: \($e | tojson)";

def middle: sort | .[length / 2 | floor];
def minutes: . / 60 | round;
def cell($n): tostring | (" " * ([$n - length, 0] | max) // "") + .;
def name($n): . + (" " * ([$n - length, 0] | max) // "");

# table: input: the edits, and {"n","arrived","last"} of each that has arrived. How late
# each kind was, in runs and in minutes, and what the runs asked of Notion.
def table($runs; $hours):
  [inputs] as $in
  | ($in | map(select(.arrived)) | by(.n | tostring)) as $arrivals
  | [$in[] | select(.kind) | . + ($arrivals["\(.n)"] // {})] as $edits
  | "",
    ("kind" | name(16)) + "  edits arrived   runs: median  max   minutes: median  max",
    ($edits | group_by(.kind)[]
      | [.[] | select(.arrived)] as $there
      | [$there[] | .last - .first + 1] as $late
      | [$there[] | .arrived - .at | minutes] as $minutes
      | (.[0].kind | name(16)) + (length | cell(7)) + ($there | length | cell(8))
        + ($late | middle // "-" | cell(15)) + ($late | max // "-" | cell(5))
        + ($minutes | middle // "-" | cell(18)) + ($minutes | max // "-" | cell(5))),
    "",
    "runs: \($runs | length); all of Notion was read by \([$runs[] | select(.full)] | length) ("
      + ([$runs[] | select(.full)] | group_by(.why) | map("\(.[0].why) \(length)") | join(", ")) + ")",
    ([$runs[] | select(.full).notion] as $full | [$runs[] | select(.full | not).notion] as $less
      | (($full + $less) | add) as $sum
      | "requests to Notion: \($full | add // 0) by those, \($less | add // 0) by the \($less | length) others (median \($less | middle // 0)); "
        + "\($sum * 1000 / (180 * 60 * $hours) | round | . / 10)% of what 180 a minute allow");
