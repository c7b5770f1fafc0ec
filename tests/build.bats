#!/usr/bin/env bats
# The Makefile, on a tree of three lines.

load helper

build() {
	# Not where the programs are that the tests run.
	make BUILD=build BIN=bin PROGRAMS=plan all
}

@test "a file that was moved in is built in, however old it is" {
	cp "$ROOT/Makefile" .
	mkdir -p cmd/common cmd/plan tests/unit
	: >tests/unit/first_test.c
	echo 'int first(void); int first(void) { return 1; }' >cmd/common/first.c
	echo 'int main(void) { return 0; }' >cmd/plan/plan.c
	must_pass build
	echo 'int moved(void); int moved(void) { return 2; }' >cmd/common/moved.c
	touch -d '1 year ago' cmd/common/moved.c
	must_pass build
	[[ $(ar t build/libcommon.a | sort) == $'first.o\nmoved.o' ]] ||
		{ ar t build/libcommon.a; seen "moved.o is not in the library"; }
	must_pass build
	[[ $output != *-c* ]] || seen "a third time there is nothing to do"
}
