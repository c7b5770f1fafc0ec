#!/usr/bin/env bats
# Two builds of one commit are equal, byte for byte, and know their commit. "make
# reproducible" does the whole of it; here are the parts of which it could fail.

load ../helper

# tree FOLDER: a project of three lines there, with our Makefile
tree() {
	mkdir -p "$1"/{packaging,lib/util,cmd/plan}
	cp "$ROOT/Makefile" "$1"
	cp "$ROOT/packaging/commit.sh" "$1/packaging"
	cp "$ROOT"/lib/util/version.[ch] "$1/lib/util"
	cat >"$1/cmd/plan/plan.c" <<-'END'
		#include <stdio.h>
		#include "util/version.h"
		int main(void)
		{
			return printf("%s %s\n", __FILE__, version_text()) < 0;
		}
	END
}

build() { # build FOLDER [VARIABLE]…
	CCACHE_DISABLE=1 make -s -C "$1" BUILD=build BIN=bin PROGRAMS=plan "${@:2}" all
}

@test "a program does not know the folder that it was built in" {
	in_turn 2 3
	tree one
	tree another/and/longer
	must_pass build one
	must_pass build another/and/longer "BUILD=$T/elsewhere"
	cmp one/bin/plan another/and/longer/bin/plan
	must_pass one/bin/plan
	[[ $output == "cmd/plan/plan.c 0.1.0 (unknown commit)" ]] || seen "what it is called"
	! grep -lF "$ROOT" "$BIN"/* || seen "a program names the folder that it was built in"
}

@test "the version follows the commit: clean, changed, archived, given, or unknown" {
	local at is
	in_turn 2 3
	tree one
	cp "$ROOT/.gitattributes" one
	printf '%s\n' /bin/ /build/ >one/.gitignore
	must_pass build one
	# A tree inside somebody else's repository is of none of its commits.
	git init -q . && git -C "$T" add one && git -C "$T" -c user.name=x -c user.email=x@x commit -qm theirs
	must_pass one/packaging/commit.sh
	[[ -z $output ]] || seen "the commit of another project"
	rm -rf .git
	git -C one init -q
	git -C one add .
	GIT_COMMITTER_DATE='1700000000 +0000' git -C one -c user.name=x -c user.email=x@x commit -qm first
	at=$(git -C one rev-parse HEAD) is=$(stat -c %y one/bin/plan)
	must_pass build one
	must_pass one/bin/plan
	[[ $output == *" (${at:0:12})" && $(stat -c %y one/bin/plan) != "$is" ]] || seen "clean"
	touch one/notes && is=$(stat -c %y one/bin/plan)
	must_pass build one
	[[ $(stat -c %y one/bin/plan) == "$is" ]] || seen "linked again for nothing"
	cp one/.git/index index && echo damaged >one/.git/index
	must_pass one/packaging/commit.sh
	[[ $output == "${at:0:12}-dirty" ]] || seen "git can't tell whether it was changed"
	cp index one/.git/index
	git -C one archive --prefix=archived/ HEAD | tar -x
	must_pass build archived
	must_pass archived/bin/plan
	[[ $output == *" (${at:0:12})" ]] || seen "archived"
	[[ $(archived/packaging/commit.sh --date) == 1700000000 ]]
	cmp one/bin/plan archived/bin/plan
	# What is built counts, be it known to git or not.
	: >one/lib/util/more.c
	must_pass build one
	must_pass one/bin/plan
	[[ $output == *" (${at:0:12}-dirty)" ]] || seen "changed"
	rm -r one/.git
	must_pass one/packaging/commit.sh
	[[ -z $output && $(one/packaging/commit.sh --date) == 315532800 ]] || seen "unknown"
	must_pass build one VAULTSYNC_COMMIT=abcdef0123456789
	must_pass one/bin/plan
	[[ $output == *" (abcdef012345)" ]] || seen "given"
	must_fail 2 build one VAULTSYNC_COMMIT=HEAD
	must_say "VAULTSYNC_COMMIT=HEAD is not a commit"
}
