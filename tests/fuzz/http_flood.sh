#!/usr/bin/env bash
# Broken requests against health-server: http_flood.sh [COUNT [SEED]], a million by
# default. It must go on answering, with flat memory. BIN names the build.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
bin=${BIN:-$root/bin}
count=${1:-1000000} seed=${2:-$RANDOM$RANDOM}
work=$(mktemp -d)
server=''
clean_up() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT

resident() {
  awk '/VmRSS/ {print $2}' "/proc/$server/status"
}

"${CC:-cc}" -O2 -Wall -Wextra -Werror -o "$work/http_flood" "$root/tests/fuzz/http_flood.c"
mkdir -p "$work/logs/runs"
export SYNC_ENV_FILE=/dev/null SYNC_LOG_DIR=$work/logs SYNC_STATE_DIR=$work/state
SYNC_CONTROL_TOKEN=a-token-of-this-test SYNC_HOOK_SECRET_SUPABASE=a-secret-of-this-test \
  "$bin/health-server" -q --listen 127.0.0.1:0 --ready "$work/ready" --scripts "$root/scripts" &
server=$!
for _ in $(seq 100); do
  [ -s "$work/ready" ] && break
  sleep 0.1
done
url=$(cat "$work/ready")
"$work/http_flood" "${url##*:}" 2000 1 >/dev/null
before=$(resident)
echo "seed $seed"
"$work/http_flood" "${url##*:}" "$count" "$seed"
curl -fsS --max-time 10 -o /dev/null "$url/livez"
echo "memory: $before kB before, $(resident) kB after"
[ ! -e "$work/state/wake" ] || { echo "a broken request woke the sync" >&2; exit 1; }
# Under the sanitizers memory is kept back for their own ends.
[[ $bin == *asan* ]] || [ $(($(resident) - before)) -lt 10000 ]
kill "$server"
code=0
wait "$server" || code=$?
server=''
[ "$code" = 143 ]
