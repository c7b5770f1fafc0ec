# The deciding code, broken on purpose: tests/mutation.sh. The whole sample is a make
# target of its own; here is seen that it tells what was noticed from what was not.

load ../helper

setup_file() {
	command -v python3 >/dev/null || skip "no python3 on this machine: apt-get install python3"
	"$ROOT/tests/mutation.sh" --list >"$BATS_FILE_TMPDIR/places"
}

# place FILE FUNCTION WHAT: $PLACE is the first such place.
place() {
	PLACE=$(awk -F'\t' -v file="$1" -v f="$2" -v what="$3" \
		'index($1, file ":") == 1 && $2 == f && $3 == what { print $1; exit }' "$BATS_FILE_TMPDIR/places")
	[[ $PLACE ]] || seen "no such place: $*"
}

@test "a rule that is broken is noticed, and what is not is said to have survived" {
	[[ $BIN != *asan* ]] || skip "it builds for itself"
	local ties end
	in_turn 2 3
	place cmd/plan/merge.c later_edit '>  ->  >='
	ties=$PLACE
	place cmd/plan/human.c show_blocked 'put_colour(o, RED);  ->  (nothing)'
	end=$PLACE
	must_fail 1 "$ROOT/tests/mutation.sh" --one "$ties" --one "$end" --by unit/plan_cases_test
	[[ ${lines[0]} == "$ties"$'\t'later_edit$'\t>  ->  >=\t'unit/plan_cases_test$'\t'* ]] || seen "the rule for ties"
	# Its text for people is tried elsewhere.
	[[ ${lines[1]} == "$end"$'\t'*$'\tSURVIVED: 1 tests of 1\t'* && ${lines[2]} == "2 places, "*": 1 noticed, 50.0 of 100; 1 survived, 0 of them known" ]] ||
		seen "what plan_cases_test doesn't look at"
}

@test "what is known to survive is still in the code, each with a reason" {
	local file function what why
	while IFS=$'\t' read -r file function what why; do
		[[ $file != '#'* ]] || continue
		[[ $why =~ [a-z]{3} ]] || seen "no reason: $file $function $what"
		printf '%s\t%s\t%s\n' "$file" "$function" "$what"
	done < <(sed 's/ :: /\t/g' "$ROOT/tests/mutation/survivors.txt") | sort -u >known
	awk -F'\t' '{ sub(/:.*/, "", $1); print $1 "\t" $2 "\t" $3 }' "$BATS_FILE_TMPDIR/places" | sort -u >there
	comm -23 known there >gone
	[[ -s known && ! -s gone ]] || { cat gone; seen "tests/mutation/survivors.txt: no such place"; }
}
