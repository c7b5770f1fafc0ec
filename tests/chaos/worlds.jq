# What is wrong with how the programs treated a random world; a line each, none
# where all is well. Input: the files of worlds.sh, <jobs>/<phase>; the phases are
# meanwhile, first, edited, last (dumps), run1, run2 (results) and plan (the last
# one). Between meanwhile and first the plan is older than what people did.
include "shape";
def form: (. // "") | gsub("[ \t\n]+"; " ") | ltrimstr(" ") | rtrimstr(" ");
def live: .deleted_at == null and .in_trash != true and (.state // "home") == "home";
def half: if .side == "supabase" then "row \(.id)" else "page \(.id)" end;
def by_id: map({key: .id, value: .}) | from_entries;
def rows: map(select(.side == "supabase"));
def pages: map(select(.side == "notion"));

# What the sync may write, and the times that go with it.
def foreign: if .side == "supabase"
  then del(.decision, .type, .date, .notion_page_id, .notion_synced, .checksum,
    .updated_at, .deleted_at)
  else {id, owner, notes, shared, state, data_source_id, created_time, created_by,
    further: .type[1:]} end;

# The ops of $done that write the half. A page that is made gets into its row.
def ops_on($done): . as $half | $done[] | select(if $half.side == "supabase"
  then .row_id == $half.id and (.target == "supabase" or .op == "create")
  else .page_id == $half.id and .target == "notion" end);

def value_of($field): .[$field]
  | if type == "array" then .[0] elif type == "object" then [.start, .end] else . end;
def was_of($field; $side): .was // {}
  | if $field != "date" or $side == "supabase" then .[$field]
    elif .date_detail then [.date_detail | .start, .end] else [.date, null] end;

# No loss: each value of the half is still in it, or in the op that replaced it.
def judge_half($now; $done): . as $old
  | [ops_on($done)] as $ops
  | if $now == null then "the \(half) is gone"
    elif $ops == [] and $now != $old then "the \(half) was \($old | tojson), is \($now | tojson), and no op says so"
    elif ($now | foreign) != foreign then "of the \(half), \(foreign | tojson) became \($now | foreign | tojson)"
    else ("decision", "type", "date") as $f | ($old | value_of($f)) as $v
      | select($v != null and $v != "" and $v != ($now | value_of($f)))
      | select(all($ops[]; was_of($f; $old.side) != $v))
      | "the \(half) has lost its \($f) \($v | tojson)"
    end;

def claimed_twice: [rows[] | select(.deleted_at == null and .notion_page_id)]
  | group_by(.notion_page_id) | map(select(length > 1) | .[0].notion_page_id);

# Every op was done or left to the next run, each half is what the ops say, and
# no more was made than was planned, once for each half that was alone.
def judge_run($before; $after; $results):
  ($results | map(select(.status == "done"))) as $done
  | ($done | map(select(.op == "create"))) as $made
  | ($after | by_id) as $now
  | ($results[] | select(.status | . != "done" and . != "skipped") | "not done: \(tojson)"),
    ($before[] | judge_half($now[.id]; $done)),
    ("supabase", "notion" | . as $side
      | ($made | map(select(.target == $side)) | length) as $n
      | ($after | map(select(.side == $side)) | length) as $there
      | ($before | map(select(.side == $side)) | length) as $was
      | select($there != $was + $n)
      | "\($n) made in \($side), where \($was) became \($there)"),
    ($made | group_by(if .target == "notion" then .row_id else .page_id end)[]
      | select(length > 1) | "made more than once: \(.[0] | tojson)"),
    (($after | claimed_twice) - ($before | claimed_twice) | .[]
      | "more than one live row has the page \(.)");

# The end: live halves are pairs of equal content, but for those that the last
# plan leaves to a person.
def judge_end($last; $plan):
  ([$plan[] | select(.op == "skip") | .row_id, .page_id | strings] | unique) as $left
  | ($last | pages | by_id) as $pages
  | ($last | rows | map(select(live) | .notion_page_id | strings) | unique) as $claimed
  | ($plan[] | select(.kind == "op" and .op != "skip") | "at the end there is still planned \(tojson)"),
    ($last[] | select(live and (.id as $id | $left | index($id) | not))
      | if .side == "notion"
        then select(.id as $id | $claimed | index($id) | not) | "the live \(half) has no row"
        else . as $r | $pages[.notion_page_id // ""] as $p
          | if ($p == null or ($p | live | not)) then "the live \(half) has no live page"
            elif (.decision | form) != ($p.decision | form)
              or (.type | form | ascii_downcase) != ($p.type[0] | form | ascii_downcase)
              or (.date // "") != ($p.date.start // "")[:10]
            then "the \(half) and its page differ: \(tojson) \($p | tojson)"
            else empty end
        end);

reduce (inputs | [input_filename, .]) as [$name, $line] ({};
  ($name | split("/")[-2:]) as [$jobs, $phase] | .[$jobs][$phase] += [$line])
| map({meanwhile: [], first: [], edited: [], last: [], run1: [], run2: []} + .
  | .run1 |= map(select(.kind == "result")) | .run2 |= map(select(.kind == "result"))) as $ways
| ($ways[] | judge_run(.meanwhile; .first; .run1), judge_run(.edited; .last; .run2),
    judge_end(.last; .plan)),
  ("first", "last" | . as $at | [$ways[] | .[$at] | [shape]]
    | select(.[0] != .[1])
    | "with other jobs, \($at): \(.[0] - .[1] | tojson) against \(.[1] - .[0] | tojson)")
