# What was measured, as tables in Markdown. Sourced by bench.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bench.sh sets work, bin, home and delay

machine() {
  local commit
  commit=$(git -C "$home" rev-parse --short HEAD 2>/dev/null) || commit=unknown
  [ -z "$(git -C "$home" status --porcelain --untracked-files=no 2>/dev/null)" ] || commit+=", changed since"
  echo "$("$bin/plan" --version) (commit $commit), Node.js $(node --version), $(jq --version)"
  echo "$(uname -sm), $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
    "load $(cut -d' ' -f1 /proc/loadavg) at the start, $(date -u +%F)"
}

# The middle of each column of a file.
median() {
  local n middle=()
  for n in 1 2 3; do
    middle+=("$(cut -d' ' -f"$n" "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')")
  done
  echo "${middle[*]}"
}

# requests FILE API: how many the last run of FILE sent.
requests() {
  jq --arg api "$2" '[.requests[$api][]?] | add // 0' "$1.count"
}

# figures FILE: seconds, CPU seconds, MiB, requests to Notion and to Supabase
figures() {
  local wall cpu kib
  read -r wall cpu kib < <(median "$1")
  echo "$wall $cpu $(times "$kib" 1024) $(requests "$1" notion) $(requests "$1" supabase)"
}

times() { # times A B: A/B
  awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.*f", a / b < 10 ? 2 : 0, a / b; else print "-" }'
}

line() {
  printf '| %-43s | %-9s | %6s | %6s | %5s | %6s | %8s | %5s | %7s |\n' "$@"
}

table_head() {
  echo
  line "$1" "" seconds "CPU s" MiB Notion Supabase bound "/ bound"
  line --- --- --- --- --- --- --- --- --- | tr ' ' '-'
}

# compare TITLE BOUND NOTE FILE FILE: a job's lines; the files are those of the sync and
# of the script. NOTE is what a check found of the script; with "can't" it did not do
# the job, and has no figures.
compare() {
  local v s ratio=() i
  read -ra v < <(figures "$4")
  line "$1" vaultsync "${v[@]}" "$2" "$(times "${v[3]}" "$2")"
  if [[ $3 = "can't"* ]]; then
    line "- $3" script "can't" "" "" "" "" "" ""
    return
  fi
  read -ra s < <(figures "$5")
  line "${3:+- $3}" script "${s[@]}" "" "$(times "${s[3]}" "$2")"
  for i in 0 1 2 3 4; do ratio+=("$(times "${v[i]}" "${s[i]}")"); done
  line "" ratio "${ratio[@]}" "" ""
}

# listing N: the answers that a listing of N pages takes.
listing() {
  echo $(($1 > 0 ? ($1 + 99) / 100 : 1))
}

about_the_bound() {
  cat <<TEXT

"seconds" are those of a sandbox that answers after $delay ms; Notion allows three requests a
second. "ratio": the sync's figure by the script's. "bound": the fewest requests to
Notion that can do the job, with 100 pages to an answer:
- nothing to do: a listing of what was edited, and one of what is archived; or of all, if
  that is one answer;
- all read: a listing of all pages;
- edits: for each, a look at its page and a write to it (the values, or the stamp after
  its row was written), and the listing of what was edited, as above;
- first sync: a write for each page (it is made, or stamped), a listing of all pages, and
  one request for the id of the data source.
TEXT
}
