#!/usr/bin/env bash
# Which room may include which, held by `make lint`: each only what is below it.
#   util < net, sync, settings, runs < notion, supabase, views < a program of cmd/
# A program includes nothing of another one, and the sandbox only itself and
# lib/util, so that what it knows of the two services is its own.
#   floors.sh [FOLDER]     the checkout, by default this one
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
[ -d lib/util ] || { echo "floors.sh: no lib/util in $PWD" >&2; exit 2; }

find lib cmd sandbox -name '*.[ch]' -exec grep -Hn '^ *# *include *"' {} + | sort -t: -k1,1 -k2,2n |
  awk '
  BEGIN {
    floor["util"] = 1
    floor["net"] = floor["sync"] = floor["settings"] = floor["runs"] = 2
    floor["notion"] = floor["supabase"] = floor["views"] = 3
  }
  {
    split($0, at, ":")
    path = at[1]
    include = $0
    sub(/^[^"]*"/, "", include)
    sub(/".*/, "", include)
    n = split(path, p, "/")
    slash = index(include, "/")
    room = slash ? substr(include, 1, slash - 1) : ""
    why = ""
    if (include ~ /\.\./)
      why = "a path that climbs: name the room"
    else if (p[1] == "sandbox") {
      if (room != "sandbox" && room != "util")
        why = "the sandbox includes itself and util only"
    } else if (room == "") {
      # The page of the health server is made by the build.
      own = path
      sub(/[^\/]*$/, "", own)
      if (p[1] == "lib")
        why = "an include in lib names its room"
      else if (include !~ /[.]inc$/ && (getline line < (own include)) < 0)
        why = "not in this program"
      close(own include)
    } else if (!(room in floor))
      why = "no such room in lib"
    else if (p[1] == "lib" && room != p[2] && floor[room] >= floor[p[2]])
      why = "lib/" p[2] " is not above lib/" room
    if (why != "") {
      printf "%s:%s: \"%s\": %s\n", path, at[2], include, why
      bad = 1
    }
  }
  END { exit bad }' >&2
