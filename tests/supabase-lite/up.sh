#!/usr/bin/env bash
# A throw-away PostgreSQL (postgres.sh) with @supabase/lite before it, on a free
# port of the loopback. down.sh DIR ends both.
#   up.sh DIR MODULES KEY [SQL-FILE…]
# DIR/url is the project's URL.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$1 modules=$2 key=$3
shift 3

"$here/postgres.sh" "$dir" "$@"
cp "$here/serve.mjs" "$modules/serve.mjs"
LITE_TELEMETRY=0 DO_NOT_TRACK=1 node "$modules/serve.mjs" "$dir/pg" "$dir/url" "$key" \
  >"$dir/lite.log" 2>&1 </dev/null &
echo $! >"$dir/lite.pid"
for ((i = 0; i < 600; i++)); do
  [[ ! -s $dir/url ]] || exit 0
  kill -0 "$(<"$dir/lite.pid")" 2>/dev/null || break
  sleep 0.05
done
cat "$dir/lite.log" >&2
exit 1
