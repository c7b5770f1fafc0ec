#!/usr/bin/env bats
# The Makefile, on a tree of three lines.

load ../helper

build() {
	# Not where the programs are that the tests run.
	make BUILD=build BIN=bin PROGRAMS=plan all
}

@test "a file that was moved in is built in, however old it is" {
	cp "$ROOT/Makefile" .
	mkdir -p lib/util cmd/plan tests/unit
	: >tests/unit/first_test.c
	echo 'int first(void); int first(void) { return 1; }' >lib/util/first.c
	echo 'int main(void) { return 0; }' >cmd/plan/plan.c
	must_pass build
	echo 'int moved(void); int moved(void) { return 2; }' >lib/util/moved.c
	touch -d '1 year ago' lib/util/moved.c
	must_pass build
	[[ $(ar t build/lib/util.a | sort) == $'first.o\nmoved.o' ]] ||
		{ ar t build/lib/util.a; seen "moved.o is not in the library"; }
	must_pass build
	[[ $output != *-c* ]] || seen "a third time there is nothing to do"
}

@test "the programs are hardened as Debian hardens its own" {
	command -v readelf >/dev/null || skip "no readelf"
	! is_sanitized "$BIN/plan" || skip "not of a build with a sanitizer"
	local p
	for p in "$BIN"/*; do
		readelf -hldW --dyn-syms "$p" >said
		awk 'BEGIN { n = split("Type: *DYN|GNU_RELRO|BIND_NOW|__stack_chk_fail|__[a-z]*printf_chk", asked, "|") }
			{ for (i = 1; i <= n; i++) if (!(i in met) && $0 ~ asked[i]) met[i] }
			/GNU_STACK .* RWE/ { print "its stack can be run" }
			/UND v?f?printf@/ { print "not all of its output is checked" }
			END { for (i = 1; i <= n; i++) if (!(i in met)) print "no " asked[i] }' said >wrong
		[[ ! -s wrong ]] || seen "${p##*/}: $(<wrong)"
	done
}

@test "no flag of Debian's hardening is missing" {
	command -v dpkg-buildflags >/dev/null ||
		skip "no dpkg-buildflags on this machine: apt-get install dpkg-dev"
	local kind flag ours='' theirs=0
	must_pass make -C "$ROOT" -n -B BUILD="$T/build" BIN="$T/bin" CFLAGS=-O2 "$T/bin/plan"
	ours=" ${output//$'\n'/ } "
	for kind in CFLAGS CPPFLAGS LDFLAGS; do
		for flag in $(DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get $kind); do
			[[ $flag == -@(fstack|fcf|mbranch|D_FORTIFY|Wl,-z)* ]] || continue
			theirs=$((theirs + 1))
			[[ $flag != -D_FORTIFY_SOURCE=3 ]] || flag=-D_FORTIFY_SOURCE=2 # Ubuntu's is stricter
			[[ $ours == *" $flag "* || $ours == *"${flag#-Wl}"* ]] || seen "not built with $flag"
		done
	done
	((theirs >= 4)) || seen "only $theirs flags of Debian's are known"
	# In Debian these two are the compiler's own, or said by a file of specs.
	[[ $ours == *" -fPIE "* && $ours == *" -pie "* ]] || seen "not built to be moved"
}

@test "the compiler's protections against misled jumps and stack clashes are switched on" {
	command -v readelf >/dev/null || skip "no readelf"
	[[ $(uname -m) == x86_64 ]] || skip "not on $(uname -m)"
	cp "$ROOT/Makefile" .
	mkdir -p lib/util cmd/plan
	echo 'int first(void); int first(void) { return 1; }' >lib/util/first.c
	cat >cmd/plan/plan.c <<-'END'
		char fill(unsigned n);
		char fill(unsigned n)
		{
			volatile char big[100000];
			big[n] = 1;
			return big[n / 2];
		}
		int main(void) { return 0; }
	END
	must_pass build
	must_pass readelf -n build/cmd/plan/plan.o
	[[ $output == *IBT*SHSTK* ]] || seen "no control-flow protection"
	# A program says so as a whole only where what the C library adds to it does.
	must_pass readelf -n "$("${CC:-cc}" -print-file-name=crt1.o)" bin/plan
	[[ $output != *crt1.o*IBT*plan* || $output == *plan*IBT*SHSTK* ]] ||
		seen "the program as a whole has none"
	must_pass objdump -d --disassemble=main bin/plan
	[[ $output == *endbr64* ]] || seen "main() is no place to jump to"
	# A frame of many pages is touched page by page.
	must_pass objdump -d build/cmd/plan/plan.o
	[[ $output == *'$0x0,(%rsp)'* ]] || seen "no probes of the stack"
	# A sanitizer and a build without an optimizer do without checked functions.
	for flags in -O0 '-O1 -fsanitize=address'; do
		must_pass make -n -B BUILD=build BIN=bin PROGRAMS=plan CFLAGS="$flags" all
		[[ $output == *-fPIE* && $output != *FORTIFY* ]] || seen "$flags"
	done
	must_pass make -n -B BUILD=build BIN=bin PROGRAMS=plan CFLAGS=-O1 all
	[[ $output == *-D_FORTIFY_SOURCE=2* ]] || seen "-O1"
}

# refused FILE INCLUDE TEXT: planted there, the include is refused and named.
refused() {
	mkdir -p "$(dirname "$1")"
	[[ ! -e $1 ]] || cp "$1" kept
	echo "#include \"$2\"" >>"$1"
	must_fail 1 "$ROOT/tests/floors.sh" "$PWD"
	[[ $stderr == "$1:"*"\"$2\": $3"* ]] || seen "$1 includes $2"
	if [[ -e kept ]]; then mv kept "$1"; else rm "$1"; fi
}

@test "an include that climbs, or reaches into another program, is refused" {
	cp -r "$ROOT/lib" "$ROOT/cmd" "$ROOT/sandbox" .
	must_pass "$ROOT/tests/floors.sh" "$PWD"
	refused lib/util/text.c net/http.h "lib/util is not above lib/net"
	refused lib/net/http.c settings/settings.h "lib/net is not above lib/settings"
	refused lib/sync/planted.h notion/page.h "lib/sync is not above lib/notion"
	refused lib/notion/client.c supabase/row.h "lib/notion is not above lib/supabase"
	refused lib/notion/client.c client.h "an include in lib names its room"
	refused cmd/plan/plan.c ../apply/ops.h "a path that climbs"
	refused cmd/plan/plan.c recheck.h "not in this program"
	refused cmd/plan/plan.c plan/ops.h "no such room in lib"
	refused sandbox/world.c notion/limits.h "the sandbox includes itself and util only"
	refused sandbox/notion/page.h ../../lib/notion/page.h "a path that climbs"
}

# A decision has one home: whatever else names its fields speaks to a service, sets
# one up, or lets a team name them.
@test "the fields of a decision are listed in one table" {
	local named
	named=$(cd "$ROOT" && grep -rliE '"decision"' --include='*.c' lib cmd | xargs grep -liE '"type"' | sort | xargs)
	[[ $named == "lib/notion/shape.c lib/settings/field_names.c lib/settings/field_names_load.c lib/supabase/columns.c lib/supabase/probe.c lib/supabase/row.c lib/supabase/types.c lib/sync/decision.c" ]] ||
		seen "named in $named"
}
