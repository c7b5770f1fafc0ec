# For tests with a real PostgreSQL: `load ../postgres` after `load ../helper`. The server
# is the file's, begun and ended by setup_file and teardown_file below. Each test
# has a database of its own, by new_database, and speaks to it as its owner: sql.

have_postgres() {
	{ compgen -G '/usr/lib/postgresql/*/bin/initdb' || command -v initdb; } >/dev/null
}

# setup_file: starts the server, in $PG, and one psql for all that is asked of it: to
# start a psql, and its session in the server, takes far longer than what it is asked.
setup_file() {
	have_postgres || return 0
	# A socket's path must be short, so it isn't in the file's own folder.
	PG=$(mktemp -d /tmp/pg.XXXXXX)
	export PG
	"$ROOT/tests/supabase-lite/postgres.sh" "$PG" 3>&-
	echo template1 >"$PG/database"
	mkfifo -m 600 "$PG/ask" "$PG/answers"
	# Open before anybody asks: what is in a pipe that nobody has open is lost.
	{ serve_psql 3>&- & } 8<>"$PG/ask" 9<>"$PG/answers"
}

teardown_file() {
	[[ ${PG-} ]] || return 0
	[[ ! -p $PG/ask ]] || echo '\q' 1<>"$PG/ask"
	"$ROOT/tests/supabase-lite/down.sh" "$PG"
}

# serve_psql: psql reads $PG/ask. One that an error ends is an answer too, its exit code,
# and another one takes its place.
serve_psql() {
	local code=3
	while ((code == 3)); do
		code=0
		"$PG/bin/psql" -qAtX -h "$PG/pg" -U postgres -v ON_ERROR_STOP=1 "$(<"$PG/database")" \
			<&8 >&9 2>>"$PG/said" || code=$?
		((code == 0)) || echo "$code" >&9
	done
}

# new_database: for this test; empty, but for what Supabase grants everybody. Roles are the
# server's, so a test that failed may have left one otherwise.
new_database() {
	have_postgres || skip "no PostgreSQL here: apt-get install postgresql"
	DATABASE=test_$BATS_TEST_NUMBER
	sql -c "create database $DATABASE" -c "\\connect $DATABASE" -c "alter role service_role bypassrls"
	echo "$DATABASE" >"$PG/database"
}

# sql [-c TEXT | -f FILE]…, or <TEXT: as the owner; each as in a session of its own. It ends
# at the first error, with 1.
sql() {
	local text='' code=none request=$PG/request.$EPOCHREALTIME
	(($#)) || IFS= read -r -d '' text || true
	while (($#)); do
		case $1 in
		-c) text+=$2$'\n;\n' ;;
		-f)
			[[ $2 == /* ]] || set -- -f "$PWD/$2" "${@:3}"
			text+="\\i '$2'"$'\n'
			;;
		esac
		shift 2
	done
	: >"$PG/out"
	: >"$PG/said"
	# Each in a file of its own: psql still looks for the end of the last one's when that has
	# answered, and would find there what a longer one has put behind it.
	printf '%s\n' "\\o $PG/out" '\set VERBOSITY default' 'discard all;' "$text" ';' \
		'\o' '\echo 0' >"$request"
	echo "\\i $request" 1<>"$PG/ask"
	# Opened for both, it waits for nobody who would open the other end.
	IFS= read -r -t 60 code <>"$PG/answers" || echo "psql does not answer" >&2
	show "$PG/out"
	show "$PG/said" >&2
	[[ $code == 0 ]]
}
HARMLESS+='sql '

# show FILE: as by cat, without a process.
show() {
	local text=''
	IFS= read -r -d '' text <"$1" || true
	printf %s "$text"
}

# as ROLE TEXT
as() {
	sql -c "set role $1" -c "$2"
}
HARMLESS+='as '
