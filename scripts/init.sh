#!/usr/bin/env bash
# From nothing to the first plan: asks for the settings, writes .env, checks both.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "${0%"${0##*/}"}lib/common.sh"

usage() {
  cat <<'TEXT'
usage: init.sh [options]
Ask for the four settings, write .env, check that both services are ready, and
show the first plan. Nothing is written to either side except, if you agree,
the properties of the Notion database.

  -f, --force    change an existing .env without asking
  -y, --yes      ask nothing: take the settings from the environment and .env,
                 and let notion-setup add what the database lacks
  -q, --quiet    say only what is wrong
  -h, --help     show this and exit
      --version  show the version and exit

It does not ask for settings that are in the environment: SUPABASE_URL,
SUPABASE_SERVICE_ROLE_KEY, NOTION_API_KEY, NOTION_DATABASE_ID. Without a
terminal it asks nothing. NOTION_DATA_SOURCE_ID, SUPABASE_TABLE,
SUPABASE_SCHEMA, SYNC_ALLOW_HTTP, NOTION_API_URL, SYNC_FIELDS,
SYNC_PAUSED_PROPERTY, SYNC_LINK_PROPERTY and SYNC_LINK_TEMPLATE go into the file
if they are set; it asks for the first one if the database has several data
sources.
The file is SYNC_ENV_FILE, or else .env beside the Makefile, readable only by
its owner.
TEXT
}

force='' yes='' quiet=''
while [ $# -gt 0 ]; do
  case $1 in
    -f | --force) force=1 ;;
    -y | --yes) yes=1 ;;
    -q | --quiet) quiet=1 ;;
    -h | --help) usage; exit 0 ;;
    --version) exec "$bin/doctor" --version ;;
    *) die 2 "unknown option: $1 (try: $0 --help)" ;;
  esac
  shift
done

need_programs doctor notion-setup sb-fetch notion-fetch normalize plan apply report
file=${SYNC_ENV_FILE:-$place/.env}
[[ $file = /* ]] || file=$PWD/$file
file=$(real_file "$file")
names=(SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY NOTION_DATABASE_ID)
# Written where they are set.
others=(NOTION_DATA_SOURCE_ID SUPABASE_TABLE SUPABASE_SCHEMA SYNC_ALLOW_HTTP NOTION_API_URL
  SYNC_FIELDS SYNC_PAUSED_PROPERTY SYNC_LINK_PROPERTY SYNC_LINK_TEMPLATE)
declare -A value=()
new='' none='' several=''
trap 'rm -rf ${new:+"$new"} ${none:+"$none"}' EXIT
# Until it is written, no other .env may be used instead; nor a fields.json that
# is not beside it, so the empty one is in a folder where nobody else can put one.
use=$file
if [ ! -e "$file" ]; then
  none=$(umask 077 && mktemp -d) || die 74 "no room for temporary files: set TMPDIR"
  use=$none/.env
  (umask 077 && : >"$use") || die 74 "no room for temporary files: set TMPDIR"
fi
export SYNC_ENV_FILE=$use

asks() {
  [ ! "$yes" ] && [ -t 0 ]
}

# agree QUESTION: yes or no; no where nobody can be asked.
agree() {
  local answer
  asks || return 1
  read -r -p "$1 [y/N] " answer || return 1
  [[ $answer == [yY]* ]]
}

is_in_file() {
  [ -e "$file" ] && grep -Eq "^[[:blank:]]*(export[[:blank:]]+)?$1=." "$file"
}

# The answers so far, in the environment of one command and nowhere else.
with_answers() (
  local name
  [ ! "$none" ] || [ ! -e "${file%/*}/fields.json" ] || export SYNC_FIELDS="${SYNC_FIELDS:-${file%/*}/fields.json}"
  for name in "${!value[@]}"; do export "$name=${value[$name]}"; done
  "$@"
)

# check CHECK…: lets doctor check; its text is shown where one is bad.
check() {
  local IFS=, code=0 said
  said=$(with_answers "$bin/doctor" -q --only "$*") || code=$?
  [ "$code" != 1 ] || code=0
  several=''
  [[ $said != *"choose one by setting NOTION_DATA_SOURCE_ID="* ]] || several=1
  [ -z "$said" ] || warn "$(sed -E 's/^bad +[^ ]+ +//' <<<"$said")"
  return "$code"
}

# What is checked as soon as a setting is known: its form, then the service.
checks_of() {
  case $1 in
    SUPABASE_SERVICE_ROLE_KEY) echo SUPABASE_SERVICE_ROLE_KEY supabase-key ;;
    NOTION_API_KEY) echo NOTION_API_KEY notion-key ;;
    NOTION_DATABASE_ID) echo NOTION_DATABASE_ID database ;;
    NOTION_DATA_SOURCE_ID) echo database ;;
    *) echo "$1" ;;
  esac
}

question_of() {
  case $1 in
    SUPABASE_URL) echo "Supabase: the project's URL (Project Settings, Data API)" ;;
    SUPABASE_SERVICE_ROLE_KEY) echo "Supabase: the secret key, sb_secret_… (Project Settings, API Keys)" ;;
    NOTION_API_KEY) echo "Notion: the connection's token, ntn_… (Settings, Connections)" ;;
    NOTION_DATABASE_ID) echo "Notion: the link of the database, or its id (Enter where there is none yet)" ;;
    NOTION_DATA_SOURCE_ID) echo "Notion: the id of one of these data sources" ;;
  esac
}

# What was typed so far isn't lost.
end_without_database() {
  write_env
  warn "to make a database in a page that is shared with the connection: $(typed notion-setup) --create PAGE"
  warn "put the line that it prints into $file, then run $(typed init) again"
  exit 78
}

# ask NAME: sets value[NAME]; not where the file has it and it stays.
ask() {
  local name=$1 hidden='' answer kept='' question
  case $name in *KEY) hidden=-s ;; esac
  question=$(question_of "$name")
  if is_in_file "$name"; then question="${question% (Enter*} (Enter keeps the current one)" kept=1; fi
  while :; do
    # shellcheck disable=SC2229,SC2248 # answer is the name; hidden is none, or one
    read -r $hidden -p "$question: " answer || die 78 "no answer"
    [ -z "$hidden" ] || echo >&2
    answer=${answer#"${answer%%[![:space:]]*}"}
    answer=${answer%"${answer##*[![:space:]]}"}
    if [ -n "$answer" ]; then value[$name]=$answer; else unset "value[$name]"; fi
    if [ -z "$answer$kept" ]; then
      [ "$name" != NOTION_DATABASE_ID ] || end_without_database
      continue
    fi
    # A service that is down at the moment is no reason to ask again.
    # shellcheck disable=SC2046 # words
    check $(checks_of "$name") || [ $? = 75 ] || [ "$several" ] || continue
    [ -z "$several" ] || ask NOTION_DATA_SOURCE_ID
    return 0
  done
}

collect() {
  local name code=0
  for name in "${others[@]}"; do
    [ -z "${!name:-}" ] || value[$name]=${!name}
  done
  for name in "${names[@]}"; do
    if [ -n "${!name:-}" ]; then
      value[$name]=${!name}
      # shellcheck disable=SC2046 # words
      check $(checks_of "$name") || code=$?
    elif asks; then
      ask "$name"
    else
      # shellcheck disable=SC2046 # words
      check $(checks_of "$name") || code=$?
    fi
    if [ "$several" ] && asks; then
      ask NOTION_DATA_SOURCE_ID
      code=0
    fi
    [ "$code" = 0 ] || [ "$code" = 75 ] || exit "$code"
  done
}

# A value as a line of .env holds it: quoted where it would be misread.
line_of() {
  local v=${value[$1]}
  case $v in
    *[\"\'\#]*)
      case $v in
        *\'*\"* | *\"*\'*) die 78 "$1 has both kinds of quotes, which .env can't hold" ;;
        *\'*) v="\"$v\"" ;;
        *) v="'$v'" ;;
      esac
      ;;
  esac
  printf '%s=%s\n' "$1" "$v"
}

# The new content: every line that is not ours stays unchanged. Whoever asks whether
# it went well switches errexit off in here.
compose() {
  local line name done=' '
  if [ -e "$file" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
      name=${line#"${line%%[![:space:]]*}"}
      name=${name#export }
      name=${name#"${name%%[![:space:]]*}"}
      name=${name%%=*}
      if [[ $line != *=* || ! $name =~ ^[A-Z_]+$ || -z ${value[$name]:-} ]]; then
        printf '%s\n' "$line" || return
      elif [[ $done != *" $name "* ]]; then
        line_of "$name" || return
        done+="$name "
      fi
    done <"$file" || return
  fi
  for name in "${names[@]}" "${others[@]}"; do
    [[ -z ${value[$name]:-} || $done == *" $name "* ]] || line_of "$name" || return
  done
}

write_env() {
  umask 077
  new=$(mktemp "$file.XXXXXX") || die 74 "cannot write beside $file"
  compose >"$new" || die 74 "cannot write $new"
  if [ -e "$file" ] && cmp -s "$new" "$file"; then
    chmod 600 "$file"
    rm -f "$new"
  else
    if [ -e "$file" ] && [ ! "$force" ] && ! agree "$file exists: change it?"; then
      die 78 "$file exists with other settings: change it with --force"
    fi
    { sync "$new" && mv -f "$new" "$file"; } || die 74 "cannot write $file"
    say "wrote $file, which only you can read"
  fi
  new=''
  export SYNC_ENV_FILE=$file
}

# is CHECK MARK: what the last doctor found.
is() {
  [[ $found == *"{\"check\":\"$1\",\"mark\":\"$2\","* ]]
}

look() {
  code=0
  found=$("$bin/doctor" --json) || code=$?
}

offer_sql() {
  if agree "The table is not ready for the sync. Show the SQL that prepares it?"; then
    "$bin/doctor" --sql
    read -r -p "Paste it into the SQL editor of the dashboard, run it, then press Enter " _ || true
    look
  else
    warn "paste what $(typed doctor) --sql prints into the SQL editor of the dashboard, run it, then run $(typed init) again"
  fi
}

offer_setup() {
  "$bin/notion-setup" --check || true
  if [ "$yes" ] || agree "Let notion-setup do that?"; then
    "$bin/notion-setup" || exit
    look
  else
    warn "prepare the database with: $(typed notion-setup)"
  fi
}

cd "$place"
collect
write_env
look
if is table bad || is columns bad || is grants bad; then offer_sql; fi
if is database ok; then
  due=0
  "$bin/notion-setup" --check -q 2>/dev/null || due=$?
  [ "$due" != 1 ] || offer_setup
fi
# The last check is shown in full, so that everything wrong is seen at once.
if [ "$code" -gt 1 ]; then
  "$bin/doctor" -q >&2 || true
  warn "fix what is wrong above, then run $(typed init) again"
  exit "$code"
fi
[ "$quiet" ] || "$bin/doctor" || true
say "the first plan, which is not carried out yet:"
code=0
"$home/scripts/sync-now.sh" --dry-run || code=$?
case $code in
  0)
    # With another file it may be meant for a service, which has a state of its own.
    if [ "$file" -ef "$place/.env" ]; then
      say "all is ready. To sync now: $(typed sync-now)"
    else
      say "all is ready, for what runs the sync with SYNC_ENV_FILE=$file"
    fi
    ;;
  3) say "a guard needs your consent to that plan: see above for the command" ;;
esac
exit "$code"
