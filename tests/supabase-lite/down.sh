#!/usr/bin/env bash
# Ends the PostgreSQL that postgres.sh started in DIR, and what tests/lite.bash has before
# it, and removes its data.
#   down.sh DIR
set -euo pipefail
dir=$1
if [[ -s $dir/lite.pid ]]; then
  kill "$(<"$dir/lite.pid")" 2>/dev/null || true
fi
# The first line is the server's pid; QUIT ends it at once.
if [[ -s $dir/pg/data/postmaster.pid ]]; then
  read -r pid <"$dir/pg/data/postmaster.pid"
  kill -QUIT "$pid" 2>/dev/null || true
  for ((i = 0; i < 100; i++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
fi
rm -rf "$dir"
