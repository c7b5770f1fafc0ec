#!/usr/bin/env bash
# Makes the seeds of every harness: seeds.sh DIR, where the harnesses are, fills
# DIR/seeds/NAME. They come from the fixtures, the cases and the texts in the unit tests,
# and from tests/fuzz/seeds/NAME: what was found once, and the few that nothing else has.
# shellcheck disable=SC2016 # programs of awk are in single quotes
set -euo pipefail

dir=${1:?a folder}
cd "$(dirname "$0")/../.."
[[ $dir = /* ]] || dir=$PWD/$dir
seeds=$dir/seeds fixtures=tests/fixtures
rm -rf "$seeds"
folders=(tests/fuzz/*_fuzz.c)
folders=("${folders[@]##*/}")
folders=("${folders[@]%.c}")
mkdir -p "${folders[@]/#/$seeds/}"
cp -r tests/fuzz/seeds/. "$seeds"

# split FILE PREFIX PROGRAM: each line by itself, as the awk program makes a text of it
split() {
  LC_ALL=C awk -v prefix="$2" '{ out = prefix NR } '"$3" "$1"
}

"$dir/case_seeds" "$seeds/plan_fuzz" "$seeds/apply_ops_fuzz" "$seeds/undo_fuzz" tests/cases/*.json
ln "$seeds"/plan_fuzz/{approv,resolve,settl,base}*.json "$seeds/state_fuzz"
ln "$seeds"/apply_ops_fuzz/{allow,approv,guard,hold,settl}*.json "$seeds/approve_fuzz"
cp tests/cases/a*.json "$seeds/json_fuzz"
split $fixtures/torture-rows.ndjson "$seeds/json_fuzz/row-" '{ printf "%s", $0 >out; close(out) }'

for side in rows pages; do
  source=supabase kind=row call=a
  if [ $side = pages ]; then source=notion kind=page call=g; fi
  { printf '\3'; cat $fixtures/torture-$side.ndjson; } >"$seeds/stream_fuzz/$side"
  { echo "@$source"; cat $fixtures/torture-$side.ndjson; } >"$seeds/normalize_fuzz/$side"
  split $fixtures/torture-$side.ndjson "$seeds/normalize_fuzz/$side-" 'NR == 1 { head = $0; next }
    { print "@'$source'\n" head "\n" $0 "\n{\"kind\":\"end\",\"count\":1,\"complete\":true}" >out; close(out) }'
  split $fixtures/torture-$side.ndjson "$seeds/${source}_fuzz/$side-" '
    sub(/^[{]"kind":"'$kind'","'$kind'":/, "") { sub(/[}]$/, ""); one = "'$call'" == "g"
      print "@call\n'$call'\n@200\n" (one ? $0 : "[" $0 "]") >out; close(out)
      if (!one) next
      print "@call\nq\n@200\n{\"results\":[" $0 "],\"has_more\":false,\"next_cursor\":null}" >(out "q"); close(out "q") }'
done
cat "$seeds/normalize_fuzz"/{rows,pages} >"$seeds/normalize_fuzz/both"

# Each file of a run behind a line with its name, or without where there is none.
for state in "$fixtures"/report/*/; do
  for run in "$state"runs/*/; do
    name=${state%/} of=${run%/}
    name=${name##*/}-${of##*/}
    parts=()
    for file in last_run.json last_success.json conflicts.ndjson "${run#"$state"}"{run.json,plan.ndjson,results.ndjson}; do
      [ ! -s "$state$file" ] || parts+=("$state$file")
    done
    [ "${#parts[@]}" = 0 ] || awk -v from="${#state}" 'FNR == 1 { print "@" substr(FILENAME, from + 1) } { print }' "${parts[@]}" >"$seeds/runs_fuzz/$name"
    [ ! -s "${run}plan.ndjson" ] || cp "${run}plan.ndjson" "$seeds/apply_ops_fuzz/$name"
  done
done

for run in "$seeds"/runs_fuzz/*Z-*; do
  { printf '@ask\npending\nactivity?limit=3\nconflicts\nruns/last\n' && cat "$run"; } >"$seeds/api_fuzz/${run##*/}"
done

# Every short text in the unit tests of times, ids, texts and settings.
for harness in text_fuzz times_fuzz; do
  grep -ohE '"[^"\\]{1,120}"' tests/unit/{times,uuid,settings,http}_test.c | sort -u |
    awk -v prefix="$seeds/$harness/" '{ out = prefix NR; printf "%s", substr($0, 2, length($0) - 2) >out; close(out) }'
done

# What is longer is slow, and finds no more.
find "$seeds" -type f -size +40k -delete
