#!/usr/bin/env bash
# A throw-away PostgreSQL, with the roles that a Supabase project has.
#   postgres.sh DIR [SQL-FILE…]
# DIR/pg is the folder of its socket. The SQL files are run after roles.sql, as
# the database's owner. down.sh DIR ends it. PG_NEW is the folder of a new data
# folder, to be copied, which takes a tenth of making one; the first call makes it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
shift

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
if [[ -d ${PG_NEW-} ]]; then
  cp -a "$PG_NEW" "$dir/pg/data"
else
  as_postgres "$pg/initdb" -D "$dir/pg/data" -U postgres -A trust -E UTF8 --locale=C --wal-segsize=1 \
    --no-sync >"$dir/initdb.log" 2>&1
  [[ -z ${PG_NEW-} ]] || cp -a "$dir/pg/data" "$PG_NEW"
fi
as_postgres "$pg/pg_ctl" start -s -w -D "$dir/pg/data" -l "$dir/pg/log" -o "-c listen_addresses='' \
  -c unix_socket_directories='$dir/pg' -c fsync=off -c full_page_writes=off -c timezone=UTC"
for sql in "$here/roles.sql" "$@"; do
  psql -q -h "$dir/pg" -U postgres -v ON_ERROR_STOP=1 -f "$sql"
done
