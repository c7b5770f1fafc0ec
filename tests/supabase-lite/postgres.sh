#!/usr/bin/env bash
# A throw-away PostgreSQL, with the roles that a Supabase project has.
#   postgres.sh DIR
# DIR/pg is the folder of its socket, DIR/bin that of its programs. Every new database
# has what roles.sql grants. down.sh DIR ends it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$1

pg=''
for pg in /usr/lib/postgresql/*/bin; do :; done
[[ -x $pg/initdb ]] || pg=$(dirname "$(command -v initdb)")
# Debian's own psql and pg_dump are scripts that take longer to start than these.
ln -s "$pg" "$dir/bin"

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
as_postgres "$pg/initdb" -D "$dir/pg/data" -U postgres -A trust -E UTF8 --locale=C --wal-segsize=1 \
  --no-sync --no-instructions >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log"; exit 1; }
# It need not survive anything, and does nothing that nobody has asked for.
cat >>"$dir/pg/data/postgresql.conf" <<TEXT
listen_addresses = ''
unix_socket_directories = '$dir/pg'
timezone = 'UTC'
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = '1GB'
checkpoint_timeout = '1d'
autovacuum = off
jit = off
huge_pages = off
shared_buffers = '16MB'
max_connections = 50
max_worker_processes = 0
max_parallel_workers = 0
max_logical_replication_workers = 0
bgwriter_lru_maxpages = 0
bgwriter_delay = '10s'
wal_writer_delay = '10s'
TEXT
as_postgres "$pg/pg_ctl" start -s -w -D "$dir/pg/data" -l "$dir/pg/log"
"$pg/psql" -qX -h "$dir/pg" -U postgres -d template1 -v ON_ERROR_STOP=1 -f "$here/roles.sql"
