#!/usr/bin/env bats
# Nothing depends on the locale's way of writing numbers: its decimal point may
# be a comma, or a character of two bytes (ps_AF: U+066B).

load ../helper
load ../sync

setup() {
	sync_setup
}

# make_locale LOCALE POINT: here, so that it needn't be installed; without its order of
# words, which is most of the work.
make_locale() {
	sed '/^LC_COLLATE/,/^END LC_COLLATE/c\LC_COLLATE\ncopy "POSIX"\nEND LC_COLLATE' \
		"/usr/share/i18n/locales/$1" >"$T/$1" &&
		localedef --no-archive -i "$T/$1" -f UTF-8 "$T/$1.UTF-8" 2>/dev/null ||
		skip "localedef can't make $1 here: apt-get install locales"
	LOCALE=$1.UTF-8
	[[ $(speak locale decimal_point) == "$2" ]] || seen "the locale isn't in force"
}

speak() {
	env LOCPATH="$T" LC_ALL="$LOCALE" VAULTSYNC_BIN="$BIN" "$@"
}

# A run, what it wrote down of its times, and what others make of that.
works() {
	seed supabase 'from the row'
	must_pass speak "$ROOT/scripts/sync-now.sh"
	must_hold '.[0] | .status == "ok" and .started_at <= .ended_at
		and (.ended_at | sub("\\.[0-9]+"; "") | fromdate) > now - 600' logs/last_run.json
	run grep -cEv "^time=$(date +%Y)-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z level=" logs/sync.log
	[[ $output == 0 ]] || { cat logs/sync.log; seen "the log's times"; }
	must_pass speak "$BIN/doctor" --json --only clock,settings
	must_pass speak "$BIN/report"
}

@test "a decimal point that is a comma" {
	make_locale de_DE ,
	works
}

@test "a decimal point of two bytes" {
	make_locale ps_AF $'\u066b'
	works
}

@test "a language with digits of its own" {
	make_locale fa_IR .
	works
}
