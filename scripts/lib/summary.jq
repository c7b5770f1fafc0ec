# The summary of a run, as logs/last_run.json has it, and behind it the line of
# the log that a run ends with. Inputs, as raw lines so that memory stays flat and
# a cut one is passed over: the ends of both fetches, the records, the plan, the
# results, as far as the run came. What only the script knows comes in by --arg;
# $before is the record of the last run, whose `totals` are the sums over all
# runs, which metrics count by.

def count(path): setpath(path; (getpath(path) // 0) + 1);

# Adds numbers key by key.
def plus($a; $b):
  if ($a | type) == "object" or ($b | type) == "object" then
    reduce (($a // {}) + ($b // {}) | keys_unsorted[]) as $key
      ({}; .[$key] = plus($a[$key]; $b[$key]))
  else ($a // 0) + ($b // 0) end;

def record:
  count(["counts", .line.source,
    if .line.state then .line.state
    elif .line.deleted then "deleted"
    else "live" end]);

def result:
  .line as $l
  | count(["ops", $l.op, $l.target, $l.status])
  | if $l.status == "skipped" then count(["skips", $l.code // "other"])
    elif $l.status != "done" then count(["errors"])
    elif $l.conflict then count(["conflicts"])
    else . end;

reduce (inputs | fromjson?) as $line (
  {
    v: 1, run_id: $run_id, status: $status, exit_code: $code, stage: $stage,
    signal: (if $signal == "" then null else $signal end),
    message: (if $message == "" then null else $message end),
    started_at: ($started / 1000 | floor | todate),
    ended_at: ($ended / 1000 | floor | todate),
    duration_ms: ($ended - $started), version: $version,
    planned: 0, ops: {}, skips: {}, errors: 0, conflicts: 0, complete: false
  };
  .line = $line
  | if $line.kind == "head" and $line.stream == "plan" then
      . + ($line | {plan_id, scope, policy, blocked, tripped: (.guards // {} | keys), emptied})
    elif $line.kind == "record" then record
    elif $line.kind == "op" then .planned += 1
    elif $line.kind == "result" then result
    elif $line.kind == "end" and $line.source then
      reduce ("requests", "waited_ms", "limited") as $n (.;
        .[$n][$line.source] += ($line[$n] // 0))
    elif $line.kind == "end" and $line.requests then
      reduce ("requests", "waited_ms", "limited") as $n (.; .[$n] = plus(.[$n]; $line[$n]))
      | .complete = $line.complete
    else . end)
| del(.line)
| .totals = plus([$before | fromjson? | .totals? | objects][0];
    {ops, conflicts, requests: (.requests // {}), waited_ms: (.waited_ms // {}),
      limited: (.limited // {})})
| tojson, "ends: \(.status), exit code \(.exit_code), \(.planned) ops planned, \(.errors) failed, \(.conflicts) conflicts decided, \(.duration_ms) ms"
