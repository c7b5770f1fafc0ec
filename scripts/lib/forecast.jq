# What a plan will take: Notion's budget of requests is the narrow place. A page
# is created with one request; before another is written, or a row because of
# it, the page is read again.

def requests:
  if .op == "adopt" or .op == "skip" then 0
  elif .target == "notion" then (if .op == "create" then 1 else 2 end)
  elif .op == "link" or .page_id == null then 0
  else 1 end;

def grouped: tostring
  | [while(length > 0; .[:-3]) | .[-3:]] | reverse | join(",");

def many($one; $more): if . == 1 then "1 \($one)" else "\(grouped) \($more)" end;

reduce (inputs | select(.kind == "op")) as $op ({requests: 0, pages: 0, rows: 0, other: 0};
  .requests += ($op | requests)
  | if $op.op == "create" and $op.target == "notion" then .pages += 1
    elif $op.op == "create" then .rows += 1
    elif $op.op == "adopt" or $op.op == "skip" then .
    else .other += 1 end)
| (.requests / $rpm) as $minutes
| select($minutes >= 1)
| [(select(.pages > 0) | .pages | many("page"; "pages") + " to create"),
   (select(.rows > 0) | .rows | many("row"; "rows") + " to create"),
   (select(.other > 0) | .other | many("other write"; "other writes"))]
| "\(join(", ")), about \($minutes | round
    | if . < 120 then many("minute"; "minutes")
      else "\(. / 60 | floor) h \(. % 60) min" end) at \($rpm | grouped) requests a minute"
