#!/usr/bin/env bats
# What users run does without what only GNU's programs, glibc or Linux have.

load ../helper
load ../sync

setup() {
	sync_setup
}

# plain_tools: first in PATH, programs that refuse what only GNU's have, as those of BSD and
# macOS do; and those that are not there are not found.
plain_tools() {
	local name
	mkdir plain
	cat >plain/refuse <<-'TEXT'
		#!/bin/sh
		name=${0##*/}
		for a; do
			case $name:$a in
				stat:-c* | *:--* | sed:-[iszu]* | date:-d* | readlink:-[efm]* | tee:-p | sort:-[zV]* | xargs:-[rd]* | \
					find:-printf | find:-regextype | grep:-*P* | touch:-d* | install:-[Dt]* | head:-n-* | cp:-*[aTt]* | \
					sed:*'\U'* | sed:*'\L'* | install:/dev/stdin)
					echo "$name $*" >>"$REFUSED"
					echo "$name: illegal option: $a" >&2
					exit 64 ;;
			esac
		done
		PATH=${PATH#*:}
		exec "$name" "$@"
	TEXT
	printf '#!/bin/sh\necho "${0##*/} $*" >>"$REFUSED"\nexit 127\n' >plain/none
	chmod +x plain/*
	for name in stat sed date readlink tee sort xargs find grep touch install head cp; do
		ln -s refuse "plain/$name"
	done
	for name in realpath flock timeout nproc tac setsid; do ln -s none "plain/$name"; done
	export REFUSED=$T/refused OSTYPE=freebsd14.1
	: >refused
	PATH=$T/plain:$PATH
}

@test "installing, syncing, settling a conflict and the schedule need no program of GNU's own" {
	local path=$PATH
	in_turn 2 3
	seed supabase "Adopt SQLite" && seed notion "Keep it"
	plain_tools
	PREFIX=$T/opt DESTDIR='' BIN=$BIN PROGRAMS="plan report run" must_pass "$ROOT/packaging/install.sh"
	ln -s ../opt/bin/vaultsync plain/vaultsync
	must_pass plain/vaultsync --version
	must_pass sync_now --quiet
	# The listing of rows is read to its end, whatever becomes of the other one.
	must_fail $RC_CREDENTIALS env NOTION_API_KEY=ntn_wrong VAULTSYNC_BIN="$BIN" "$ROOT/scripts/sync-now.sh" --quiet
	must_hold '.[0].stage == "notion-fetch"' logs/last_run.json
	VAULTSYNC_BIN=$BIN must_pass "$ROOT/scripts/controls.sh" resolve --list
	touch state/wake-full
	VAULTSYNC_BIN=$BIN must_pass "$ROOT/scripts/schedule.sh" --once
	mkdir pairs
	(umask 077 && echo "NOTION_DATABASE_ID=$NOTION_DATABASE_ID" >pairs/one.env)
	must_pass env -u NOTION_DATABASE_ID -u SYNC_STATE_DIR -u SYNC_LOG_DIR -u SYNC_ENV_FILE VAULTSYNC_HOME="$T" \
		VAULTSYNC_BIN="$BIN" "$ROOT/scripts/sync-all.sh" --dry-run
	[[ $output == "one: Notion: create 0, "* ]] || seen "not prefixed"
	must_say "1 pair, 0 with problems"
	PATH=$path
	[[ ! -s refused ]] || { cat refused; seen "not portable"; }
	live notion "Adopt SQLite" && live supabase "Keep it"
}

@test "what is asked of files works with either stat" {
	mkdir bsd
	printf '#!/bin/bash\n[ "$1 $2" = "-f %%m" ] || exit 1\necho 42\n' >bsd/stat
	chmod +x bsd/stat
	changed() { PATH=$1 bash -c '. "$ROOT/scripts/lib/common.sh"; changed_at "$0"' "$T/empty.env"; }
	touch -d @1700000000 empty.env
	[[ $(changed "$PATH") == 1700000000 && $(changed "$T/bsd:$PATH") == 42 ]]
	mkdir -p a/b && : >a/b/file && ln -s b/file a/link && ln -s "$T/a/link" other && ln -s a/b way
	real() { bash -c '. "$ROOT/scripts/lib/common.sh"; real_file "$0"' "$1"; }
	[[ $(real other) == "$T/a/b/file" && $(real way/file) == "$T/a/b/file" && $(real a/b/none) == "$T/a/b/none" ]] ||
		seen "$(real other) $(real way/file)"
	[[ $(real none/at/all) == none/at/all ]]
}

@test "a linker and a compiler without our flags are asked for nothing that they lack" {
	mkdir -p bin lib/util cmd/plan
	cp "$ROOT/Makefile" .
	echo 'int first(void); int first(void) { return 1; }' >lib/util/first.c
	echo 'int main(void) { return 0; }' >cmd/plan/plan.c
	cat >plain-cc <<-'TEXT'
		#!/bin/bash
		for a; do
			case $a in
				-Wl,* | -pie | -fcf-protection | -fstack-clash-protection | -ffile-prefix-map=* | -mbranch-protection=*)
					echo "plain-cc: unknown: $a" >&2
					exit 1 ;;
			esac
		done
		exec cc "$@"
	TEXT
	chmod +x plain-cc
	must_pass make -s BUILD=build BIN=bin PROGRAMS=plan CC="$T/plain-cc" all
	must_pass bin/plan
}

@test "the code asks for POSIX, and names what is beyond it at few places" {
	local beyond
	beyond=$(cd "$ROOT" && grep -rlE 'SOCK_CLOEXEC|accept4|pipe2\(|prctl|strchrnul|qsort_r|_GNU_SOURCE|epoll|eventfd|getrandom|sys/random|secure_getenv|program_invocation|dup3|linux/' \
		--include='*.[ch]' lib cmd | sort | xargs)
	[[ $beyond == "cmd/health-server/server.c cmd/run/script.c lib/util/spawn.c lib/util/stop.c" ]] || seen "$beyond"
	# Each of them is asked for where it is there alone.
	! (cd "$ROOT" && awk 'FNR == 1 { depth = 0 } /^#if/ { depth++ } /^#endif/ { depth-- }
		!depth && /(SOCK_CLOEXEC|prctl)/ { print FILENAME ": " $0; bad = 1 } END { exit !bad }' \
		cmd/health-server/server.c cmd/run/script.c lib/util/spawn.c lib/util/stop.c) || seen "not guarded"
}

@test "what asks the system for something compiles with another C library" {
	in_turn 2 3
	command -v musl-gcc >/dev/null || skip "no musl-gcc here: apt-get install musl-tools"
	local files
	mapfile -t files < <(cd "$ROOT" && grep -lE '#include <(sys/|fcntl|poll|signal|getopt|dirent|pthread|netinet|arpa|netdb)' \
		lib/*/*.c cmd/*/*.c sandbox/*.c sandbox/*/*.c)
	((${#files[@]} > 30)) || seen "too few: ${files[*]}"
	cd "$ROOT"
	# The headers of the libraries are those of here; of the C library, musl's come first.
	must_pass musl-gcc -fsyntax-only -std=c17 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -Ilib -I. \
		-idirafter /usr/include -idirafter "/usr/include/$(gcc -print-multiarch)" "${files[@]}"
}
