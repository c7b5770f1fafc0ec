#!/usr/bin/env bash
# A throw-away PostgreSQL with @supabase/lite before it, on a free port of the
# loopback. down.sh DIR ends both.
#   up.sh DIR MODULES KEY [SQL-FILE…]
# DIR/url is the project's URL, DIR/pg the folder of the database's socket. The
# SQL files are run behind roles.sql, as the database's owner.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$1 modules=$2 key=$3
shift 3

pg=''
for pg in /usr/lib/postgresql/*/bin; do :; done
[[ -x $pg/initdb ]] || pg=$(dirname "$(command -v initdb)")

# PostgreSQL refuses to run as root.
as_postgres() {
  if [[ $(id -u) == 0 ]]; then
    setpriv --reuid=postgres --regid=postgres --init-groups env -C / -i PATH="$PATH" "$@"
  else
    "$@"
  fi
}

mkdir -p "$dir/pg"
if [[ $(id -u) == 0 ]]; then
  chmod 711 "$dir"
  chown postgres: "$dir/pg"
fi
as_postgres "$pg/initdb" -D "$dir/pg/data" -U postgres -A trust -E UTF8 --locale=C \
  --no-sync >"$dir/initdb.log" 2>&1
as_postgres "$pg/pg_ctl" start -s -w -D "$dir/pg/data" -l "$dir/pg/log" -o "-c listen_addresses='' \
  -c unix_socket_directories='$dir/pg' -c fsync=off -c full_page_writes=off -c timezone=UTC"
for sql in "$here/roles.sql" "$@"; do
  psql -q -h "$dir/pg" -U postgres -v ON_ERROR_STOP=1 -f "$sql"
done

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
