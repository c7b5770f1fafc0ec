#!/usr/bin/env bats
# make install and what it puts in place: the one command, its completions and
# its manual pages; and taking it away.

load ../helper
load ../sync

# Once a file, into a folder of its own, from the programs that are tested.
setup_file() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	BIN=${BIN:-bin}
	[[ $BIN = /* ]] || BIN=$ROOT/$BIN
	export DEST=$BATS_FILE_TMPDIR/dest
	export NAMES
	NAMES=$(sed -n '/^PROGRAMS :=/,/[^\\]$/p' "$ROOT/Makefile" |
		sed 's/^PROGRAMS :=//; s/\\$//' | xargs)
	install_with
}

install_with() {
	DESTDIR=$DEST PREFIX=/usr/local BIN=$BIN PROGRAMS=$NAMES \
		"$ROOT/packaging/install.sh" "$@"
}

setup() {
	common_setup
	VAULTSYNC=$DEST/usr/local/bin/vaultsync
	PATH=${VAULTSYNC%/*}:$PATH
	unset VAULTSYNC_BIN VAULTSYNC_HOME VAULTSYNC_COMMAND SYNC_ENV_FILE
	export SYNC_NOTION_RPM=10000 SYNC_BACKOFF_MS=5
}

# env_file FILE: the settings that are in the environment, which loses them.
env_file() {
	local name
	for name in SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY NOTION_API_URL \
		NOTION_API_KEY NOTION_DATABASE_ID; do
		echo "$name=${!name}"
		unset "$name"
	done >"$1"
	chmod 600 "$1"
}

@test "every command answers --help and --version, and an unknown one is refused" {
	local c
	for c in $NAMES init sync-now schedule serve sync-all controls completions; do
		must_pass "$VAULTSYNC" "$c" --help
		[[ $output == "usage: "* ]] || seen "$c"
	done
	must_pass "$VAULTSYNC" --version
	[[ $output =~ ^vaultsync\ [0-9.]+\ \(.*\)$ ]] || seen "version"
	must_pass "$VAULTSYNC" --help
	for c in $NAMES init sync-now schedule serve sync-all controls demo completions; do
		[[ $output =~ (^|[ $'\n'])$c([ ,]|$'\n') ]] || seen "not in --help: $c"
	done
	for c in nonsense test lib/common ../scripts/init ''; do
		must_fail $RC_USAGE "$VAULTSYNC" "$c"
	done
	must_fail $RC_USAGE "$VAULTSYNC" --nonsense
	must_fail $RC_USAGE "$VAULTSYNC" -C
	must_fail $RC_CONFIG "$VAULTSYNC" -C "$T/gone" report
	must_say "mkdir -p '$T/gone'"
}

@test "it works in the current folder, in -C FOLDER, or in VAULTSYNC_HOME" {
	start_sandbox
	seed supabase "Adopt PostgreSQL"
	mkdir here there
	env_file here/.env
	cd here
	must_pass "$VAULTSYNC" sync-now --quiet
	[[ -s state/base.ndjson && -s logs/last_run.json ]]
	must_pass "$VAULTSYNC" report --json
	must_hold '.[0].last_run.status == "ok"'
	cd ..
	must_pass "$VAULTSYNC" -C here report --json
	must_hold '.[0].last_run.status == "ok"'
	export VAULTSYNC_HOME=$T/here
	must_pass "$VAULTSYNC" sync-now --quiet
	must_hold '.[0].planned == 0' here/logs/last_run.json
	mv here/.env there/
	must_fail $RC_CONFIG "$VAULTSYNC" sync-now
	must_pass "$VAULTSYNC" -C there sync-now --quiet
	[[ -s there/state/base.ndjson && ! -e state && ! -e logs ]]
	! find "$DEST" -newer there/state/base.ndjson -type f | grep . || seen "the program is newer than the state"
}

@test "the stages work by hand, and find their files where they are called" {
	start_sandbox
	seed supabase "Adopt PostgreSQL"
	must_pass pipe "'$VAULTSYNC' sb-fetch >sb && '$VAULTSYNC' notion-fetch --known sb >nt &&
		'$VAULTSYNC' normalize sb nt | '$VAULTSYNC' plan"
	must_hold '[.[] | select(.kind == "op") | .op] == ["create"]'
	[[ -s sb && -s nt ]]
}

@test "the health page's button and schedule run the installed sync-now" {
	start_sandbox
	seed supabase "Adopt PostgreSQL"
	must_pass "$VAULTSYNC" schedule --once -q
	must_hold '.[0].status == "ok"' logs/last_run.json
	find "$DEST" | sort >before
	export SYNC_CONTROL_TOKEN=a-token-of-this-test
	"$VAULTSYNC" serve --listen 127.0.0.1:0 --every 1h >serve.log 2>&1 3>&- &
	pid=$!
	SANDBOX_PIDS+=("$pid")
	for _ in {1..200}; do
		[[ -s logs/schedule.json && $(<logs/schedule.json) =~ \"next_at\":\ *\" ]] && break
		kill -0 "$pid" || break
		nap 0.05
	done
	url=$(grep -oE 'http://[0-9.:]+' serve.log | head -n 1)
	catch curl -fsS --max-time 10 "$url/health"
	[[ $status == 0 ]] || { cat serve.log; seen "health"; }
	must_hold '.[0].status == "pass"'
	must_pass "$VAULTSYNC" doctor --only scheduler
	[[ $output == *"vaultsync schedule is running here, and the next run is due at "* ]] || seen "doctor"
	# The button works where the page does, not where the scripts are.
	runs=(logs/runs/*/run.json)
	must_pass curl -fsS --max-time 10 -X POST -H "Authorization: Bearer $SYNC_CONTROL_TOKEN" \
		"$url/control/sync-now"
	for _ in {1..200}; do
		now=(logs/runs/*/run.json)
		((${#now[@]} <= ${#runs[@]})) || break
		nap 0.05
	done
	((${#now[@]} == ${#runs[@]} + 1)) ||
		{ curl -s "$url/status.json" | jq .control; find logs/runs; return 1; }
	diff before <(find "$DEST" | sort)
	kill -TERM "$pid"
	code=0
	wait "$pid" || code=$?
	((code == 143)) || { cat serve.log; echo "exit $code"; return 1; }
	# Both ended with it.
	! curl -fsS --max-time 2 "$url/livez" 2>/dev/null || seen "the server still answers"
	! is_held schedule state || seen "the schedule is still held"
}

@test "serve ends with the schedule's code when that ends, and leaves no server" {
	hold schedule
	must_fail $RC_TEMPORARY "$VAULTSYNC" serve --listen 127.0.0.1:0
	must_say "stopping the health page too"
	let_go
	must_fail $RC_USAGE "$VAULTSYNC" serve --once
}

@test "messages name the command as it was called" {
	start_sandbox
	must_fail $RC_TEMPORARY "$VAULTSYNC" controls wake
	must_say "start vaultsync schedule"
	must_fail 1 "$VAULTSYNC" doctor --only scheduler
	[[ $output == *"vaultsync sync-now"* && $output != *scripts/* ]] || seen "doctor"
	seed supabase r{1..12}
	must_pass "$VAULTSYNC" sync-now --quiet
	must_pass "$VAULTSYNC" sync-now --quiet
	control GET dump | $JQ -c 'select(.side == "notion")
		| {side, id, action:"trash"}' | head -n 8 >edits
	while read -r line; do control POST edit "$line" >/dev/null; done <edits
	must_fail $RC_GUARD "$VAULTSYNC" sync-now
	must_say "vaultsync sync-now --allow mass-delete"
	[[ $stderr != *scripts/sync-now.sh* ]] || seen "the script's name"
	must_pass "$VAULTSYNC" report
	[[ $output == *"vaultsync sync-now"* && $output != *scripts/* && $output != *bin/report* ]] ||
		seen "report"
}

# Each runs one of the commands that a message names in a folder of another pair.
@test "what messages name works from any folder on the pair that they speak of" {
	local command as
	start_sandbox
	mkdir "a pair" other
	cp empty.env "a pair/.env"
	echo SUPABASE_URL=nonsense >other/.env
	chmod 600 other/.env
	seed supabase r{1..12}
	must_pass "$VAULTSYNC" -C "a pair" sync-now --quiet
	control GET dump | $JQ -c 'select(.side == "notion")
		| {side, id, action:"trash"}' | head -n 8 >edits
	while read -r line; do control POST edit "$line" >/dev/null; done <edits
	env_file "a pair/.env"
	cd other
	for as in "vaultsync -C ../a\ pair" "SYNC_ENV_FILE='$T/a pair/.env' vaultsync -C '$T/a pair'" \
		"$T/by-another-name -C '$T/a pair'"; do
		ln -sf "$VAULTSYNC" "$T/by-another-name"
		must_fail $RC_GUARD bash -c "$as sync-now"
		command=$(sed -n 's/^plan: if that is right: \(.*\) --allow mass-delete$/\1/p' <<<"$stderr")
		must_pass bash -c "$command --dry-run --allow mass-delete"
		must_pass bash -c "$as report"
		command=$(sed -n 's/.*Only if all of it is what you want, allow it once: *//p' <<<"$output")
		[[ $output == *"a\\ pair sync-now --allow mass-delete"* ]] || seen "the next step"
		# In a script, where doctor's are made.
		must_fail $RC_TEMPORARY bash -c "$as controls wake"
		command=$(sed -n 's/.*or run the sync with: //p' <<<"$stderr")
		must_pass bash -c "$command --dry-run --allow mass-delete"
	done
	[[ $(ls -A) == .env ]] || seen "left: $(ls -A)"
	# Where PATH leads to no vaultsync, or to another, it is named by its path.
	PATH=${PATH#*:} must_fail $RC_TEMPORARY "$VAULTSYNC" -C .. controls wake
	must_say "start $VAULTSYNC -C $T schedule"
	# A service's own copy of the settings is gone when it ends.
	CREDENTIALS_DIRECTORY=$T/other SYNC_ENV_FILE=$T/other/.env SUPABASE_URL='' \
		must_fail $RC_TEMPORARY "$VAULTSYNC" controls wake
	must_say "start vaultsync schedule"
}

@test "init names no run with another file than the folder's own" {
	start_sandbox
	mkdir etc
	SYNC_ENV_FILE=etc/env must_pass "$VAULTSYNC" -C . init </dev/null
	must_say "all is ready.*$T/etc/env"
	[[ $stderr != *"sync-now"* ]] || seen "a run of its own"
}

@test "init says to run it again as it was called, and puts nothing beside the programs" {
	start_sandbox
	find "$DEST" | sort >before
	mkdir here
	cd here
	control POST config '{"table_missing":true}' >/dev/null
	must_fail $RC_CONFIG "$VAULTSYNC" init </dev/null
	must_say "run vaultsync init again"
	[[ $stderr != *libexec* ]] || seen "a way past the command"
	[[ -s .env ]] || seen "no .env"
	control POST config '{"table_missing":false}' >/dev/null
	# What is pasted needs no settings: they are in the file.
	export NOTION_API_URL
	unset SUPABASE_URL SUPABASE_SERVICE_ROLE_KEY NOTION_API_KEY NOTION_DATABASE_ID
	must_pass "$VAULTSYNC" init </dev/null
	diff ../before <(find "$DEST" | sort)
}

# must_have_options COMMAND OPTION…: of these, the long ones are those that the command's
# --help names; it is asked once for all tests.
must_have_options() {
	local help=$BATS_FILE_TMPDIR/help-$1 option
	local -A has=()
	[[ -s $help ]] || "$VAULTSYNC" "$1" --help | sed -nE 's/^  (-., |    )(--[a-z-]+).*/\2/p' >"$help"
	[[ -s $help ]] || seen "$1 --help names no option"
	for option in "${@:2}"; do [[ $option != --* ]] || has[$option]=1; done
	while IFS= read -r option; do
		[[ ${has[$option]-} ]] || seen "not of $1: $option"
		has[$option]=known
	done <"$help"
	for option in "${!has[@]}"; do [[ ${has[$option]} == known ]] || seen "not in $1 --help: $option"; done
}

@test "bash completes commands, and each one's options as --help has them" {
	local c
	# shellcheck source=/dev/null
	source "$DEST/usr/local/share/bash-completion/completions/vaultsync"
	complete_it() {
		COMP_WORDS=(vaultsync "$@") COMP_CWORD=$# COMPREPLY=()
		_vaultsync
	}
	complete_it ''
	local commands=" ${COMPREPLY[*]} "
	for c in $NAMES init sync-now schedule serve sync-all controls completions; do
		[[ $commands == *" $c "* ]] || { echo "not completed: $c"; return 1; }
		complete_it "$c" --
		must_have_options "$c" "${COMPREPLY[@]}"
		complete_it -C /tmp "$c" --
		must_have_options "$c" "${COMPREPLY[@]}"
	done
	complete_it pl
	[[ ${COMPREPLY[*]} == plan ]]
	touch records.ndjson
	complete_it plan --base rec
	[[ ${COMPREPLY[*]} == records.ndjson ]]
	complete_it plan rec
	[[ ${COMPREPLY[*]} == records.ndjson ]]
	complete_it plan --conflict rec
	[[ -z ${COMPREPLY[*]} ]]
}

@test "zsh's completion has the same options" {
	local c='' line file=$DEST/usr/local/share/zsh/site-functions/_vaultsync
	local -A options=()
	[[ $(head -n 1 "$file") == "#compdef vaultsync" ]]
	! command -v zsh >/dev/null || must_pass zsh -n "$file"
	while IFS= read -r line; do
		if [[ $line =~ ^\ {4}([a-z-]+)\)$ ]]; then
			c=${BASH_REMATCH[1]}
		elif [[ $c && $line =~ ^\ +\'(--[a-z-]+) ]]; then
			options[$c]+=" ${BASH_REMATCH[1]}"
		fi
	done <"$file"
	for c in $NAMES init sync-now schedule serve sync-all controls completions; do
		# shellcheck disable=SC2086 # words
		must_have_options "$c" ${options[$c]-}
	done
}

@test "every command has a clean manual page, and every page that it names exists" {
	local page name man=$DEST/usr/local/share/man
	for name in $NAMES init sync-now schedule serve sync-all controls demo completions; do
		[[ -s $man/man1/vaultsync-$name.1 ]] || { echo "no page: $name"; return 1; }
		grep -q "^\.Nm vaultsync $name\$" "$man/man1/vaultsync-$name.1"
		grep -q "^\.Nm vaultsync-$name\$" "$man/man1/vaultsync-$name.1"
	done
	[[ -s $man/man1/vaultsync.1 && -s $man/man5/vaultsync-streams.5 && -s $man/man7/vaultsync.7 ]]
	while read -r name section; do
		[[ -e $man/man$section/$name.$section ]] ||
			[[ $name =~ ^(jq|grep|ssh|parallel|cron|curl|sh)$ ]] ||
			{ echo "named and not there: $name($section)"; return 1; }
	done < <(cat "$man"/man?/* | grep -oE '(^\.| )Xr [^ ]+ [0-9]' | awk '{ print $(NF - 1), $NF }')
	! grep -n 'Dl.*[|&$] \(plan\|apply\|report\|sb-fetch\|normalize\|[a-z-]*\.sh\)\b' "$man"/man1/* || seen "a program by another name than its own"
	command -v mandoc >/dev/null || skip "no mandoc"
	for page in "$man"/man?/*; do
		must_pass mandoc -Tlint -Wwarning "$page"
	done
}

@test "vaultsync(1) names every command, and vaultsync(7) every setting" {
	local name page=$ROOT/man/vaultsync.1
	for name in $NAMES init sync-now schedule serve sync-all controls demo completions; do
		grep -qE "(Cm|,) $name( |,|\$)" "$page" || { echo "not in the page: $name"; return 1; }
	done
	while read -r name; do
		grep -q "$name" "$ROOT/man/vaultsync.7" || { echo "not in the page: $name"; return 1; }
	done < <(grep -hoE '"(SUPABASE|NOTION|SYNC)_[A-Z_]+"' "$ROOT"/lib/settings/setting*.c |
		tr -d '"' | sort -u)
}

@test "the manual, the specification and what changed are installed with it" {
	local f doc=$DEST/usr/local/share/doc/vaultsync
	for f in README_SYNC.md CHANGELOG.md SECURITY.md doc/semantics.md doc/speed.md; do
		cmp "$ROOT/$f" "$doc/$f" || { find "$doc"; return 1; }
	done
}

@test "removing it leaves what is not ours, and nothing else" {
	touch "$DEST/usr/local/libexec/vaultsync/theirs"
	install_with --remove
	[[ $(cd "$DEST" && find . ! -type d) == ./usr/local/libexec/vaultsync/theirs ]] ||
		{ find "$DEST" ! -type d; return 1; }
	rm "$DEST/usr/local/libexec/vaultsync/theirs"
	install_with --remove
	[[ ! -e $DEST/usr/local/libexec/vaultsync && ! -e $DEST/usr/local/share/doc/vaultsync ]]
}
