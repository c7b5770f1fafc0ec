# What every program promises: help, version, usage, and what happens when its
# output can't be written. Later programs join by standing in bin/.

load ../helper

programs() {
	local p
	for p in "$BIN"/*; do
		[[ -x $p && -f $p ]] && basename "$p"
	done
}

scripts() {
	local s
	for s in "$ROOT"/scripts/*.sh; do
		[[ $s == */test.sh ]] || basename "$s" .sh
	done
}

# The options of COMMAND's --help, one a line, long names only.
help_options() {
	"$1" --help | grep -oE '^  (-., )? *--[a-z-]+' | grep -oE -- '--[a-z-]+' | sort -u
}

# The options of a manual page, likewise: the items of its option list.
page_options() {
	grep -E '^\.It Fl' "$1" | grep -oE 'Fl -[a-z-]+' |
		sed 's/Fl -/--/' | sort -u
}

@test "there are programs to test" {
	(($(programs | wc -l) >= 7))
}

@test "--help prints its usage on standard output and nothing else, exit 0" {
	local p
	for p in $(programs); do
		must_pass "$BIN/$p" --help
		[[ ${output%%$'\n'*} == "usage: $p "* ]] || seen "$p: first line"
		[[ -z $stderr ]] || seen "$p: messages"
		must_pass "$BIN/$p" -h
	done
}

@test "--version prints name, version and commit" {
	local p
	for p in $(programs); do
		must_pass "$BIN/$p" --version
		[[ $output =~ ^"$p "[0-9]+\.[0-9]+\.[0-9]+\ \(([0-9a-f]{12}(-dirty)?|unknown commit)\)$ ]] || seen "$p"
	done
}

@test "an unknown option is a usage error, names it, and hints at --help" {
	local p
	for p in $(programs); do
		must_fail $RC_USAGE "$BIN/$p" --no-such-option
		must_say "no-such-option"
		must_say "--help"
		[[ -z $output ]] || seen "$p: output"
		must_fail $RC_USAGE "$BIN/$p" -Z
	done
}

@test "too many operands are a usage error" {
	local p
	for p in plan apply report sb-fetch notion-fetch sandbox; do
		must_fail $RC_USAGE "$BIN/$p" a b c
		must_say "$p: "
	done
}

@test "--help into a full disk fails with 74" {
	[[ -w /dev/full ]] || skip "no /dev/full"
	local p
	for p in $(programs); do
		must_fail $RC_LOCAL pipe "$BIN/$p --help >/dev/full"
	done
}

@test "the manual page and --help name the same options" {
	local p page
	for p in $(programs); do
		page=$ROOT/cmd/$p/$p.1
		[[ $p != sandbox ]] || page=$ROOT/sandbox/sandbox.1
		[[ -f $page ]] || seen "$p has no manual page"
		diff <(help_options "$BIN/$p") <(page_options "$page") ||
			seen "$p: --help (<) and manual page (>) differ"
	done
	for p in $(scripts); do
		[[ -f $ROOT/scripts/$p.1 ]] || seen "$p.sh has no manual page"
		diff <(help_options "$ROOT/scripts/$p.sh") <(page_options "$ROOT/scripts/$p.1") ||
			seen "$p.sh: --help (<) and manual page (>) differ"
	done
}

@test "the manual pages are clean" {
	command -v mandoc >/dev/null || skip "no mandoc"
	local page
	for page in "$ROOT"/cmd/*/*.1 "$ROOT"/sandbox/*.1 "$ROOT"/scripts/*.1; do
		run mandoc -Tlint -Wwarning "$page"
		[[ $status -eq 0 ]] || seen "$page"
	done
}

@test "normalize, plan and report are not linked with libcurl" {
	command -v readelf >/dev/null || skip "no readelf"
	local p
	for p in normalize plan report; do
		must_pass readelf -d "$BIN/$p"
		[[ $output == *NEEDED*libc.so* ]] || seen "$p: not what readelf prints"
		[[ $output != *curl* ]] || seen "$p is linked with libcurl"
	done
}

@test "missing settings are named, exit 78, before anything is sent or read" {
	local p
	for p in sb-fetch notion-fetch; do
		must_fail $RC_CONFIG "$BIN/$p"
		must_say "(SUPABASE_URL|NOTION_API_KEY) is not set"
	done
}

@test "the SQL that doctor prints is that of the file, where nothing has a name of its own" {
	must_pass "$BIN/doctor" --sql
	diff <(printf '%s\n' "$output") "$ROOT/sql/decision_vault.sql"
}

@test "the SQL in the README is that of the file" {
	sed -n '/^```sql$/,/^```$/{p;/^```$/q;}' "$ROOT/README_SYNC.md" | sed '1d;$d' |
		diff - "$ROOT/sql/decision_vault.sql"
}
