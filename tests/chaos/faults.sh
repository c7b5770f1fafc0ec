#!/usr/bin/env bash
# The fault matrix: every kind of fault on every kind of request of a mixed run,
# once and for good. The faulty run ends right, or stops with a code that its
# manual page knows; then clean runs come to the end of an undisturbed run.
#   faults.sh [--jobs N] [--step N] [--offset N] [--kind NAME] [--wire] [--once]
# --jobs N: apply has so many workers. --step N: every Nth cell only, from
# --offset on. --wire: only what goes wrong on the wire, which the HTTP library
# sees first. Prints "N cells, M failed".
set -euo pipefail
# shellcheck source=tests/chaos/lib.bash
. "$(dirname "$0")/lib.bash"
# shellcheck source=tests/chaos/mixed.bash
. "$here/mixed.bash"

step=1 offset=0 kind='' wire='' once='' jobs=1
while (($#)); do
	case $1 in
		--jobs) jobs=$2; shift ;;
		--step) step=$2; shift ;;
		--offset) offset=$2; shift ;;
		--kind) kind=$2; shift ;;
		--wire) wire=' dropped-before dropped-after cut garbage silence ' ;;
		--once) once=1 ;;
		*) sed -n '2,9s/^# *//p' "$0" >&2; exit 2 ;;
	esac
	shift
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/chaos.XXXXXX")
trap 'serve_end; [[ -n ${KEEP-} ]] || rm -rf "$dir"' EXIT
export SYNC_TIMEOUT=1 SYNC_JOBS=$jobs

# The file kinds: name, exit codes when it happens once, for good, and the fault
# itself. 1: an op failed, waits or is unclear; 75: an outage; 77: a key was
# refused; 78: a setting is wrong. A read that meets a broken answer is repeated;
# a write that was carried out in spite of one is found out by a look.

# The kinds of requests: name, and what the fault matches.
targets=$(cat <<'LIST'
page-get "api":"notion","method":"GET","path":"/v1/pages/"
page-create "api":"notion","method":"POST","path":"/v1/pages"
page-patch "api":"notion","method":"PATCH","path":"/v1/pages/"
page-trash "api":"notion","method":"PATCH","path":"/v1/pages/@trashed@"
page-restore "api":"notion","method":"PATCH","path":"/v1/pages/@restored@"
source-get "api":"notion","method":"GET","path":"/v1/data"
row-get "api":"supabase","method":"GET","path":"/rest/v1/"
row-insert "api":"supabase","method":"POST","path":"/rest/v1/"
row-patch "api":"supabase","method":"PATCH","path":"/rest/v1/"
row-link "api":"supabase","method":"PATCH","path":"id=eq.@unlinked@"
LIST
)

# A failure belongs to its record as long as the service answers a cheap read
# beside it: Notion who we are, Supabase one row's id. Only a fault that meets
# that read too, or the data source, which is asked first, is an outage or a
# refusal for all.
for_all=' source-get row-get '
# These may meet the harmless writes that are asked next where the answer could
# concern all: then both are right.
probed=' page-create page-patch row-insert row-patch '

# expect TARGET KIND TIMES: sets $codes for the cell.
expect() {
	local stays=''
	[[ $3 == 1 ]] || stays=1
	case $codes in
		1,75)
			# What other workers get done in between shows that the service is
			# well; Supabase's 409 is about one record.
			if [[ $for_all != *" $1 "* ]]; then
				[[ $probed == *" $1 "* ]] || codes=1
			elif ((jobs == 1)) && [[ $stays && $2:$1 != 409:row-* ]]; then
				codes=75
			fi
			;;
		77*)
			[[ $1 == source-get ]] || codes=1,$codes
			# The halves of a refused insert are tried, and meet it no more; of
			# several workers each has few rows, or one that has no halves.
			[[ $1 != row-insert || $stays ]] || codes=$(((jobs > 1) ? 1 : 0)),0
			;;
	esac
}

allowed() { # allowed CODE LIST
	[[ ,$2, == *",$1,"* ]]
}

ends_right() { # ends_right TIMES CODES
	apply_plan ""
	allowed "$code" "$2" || {
		PROBLEM="apply ended with $code: $(tail -n 3 "$W/err")"
		return 1
	}
	# Stopped before the first op: there are no results.
	[[ ! -s $W/results.ndjson && $code -ge 65 ]] ||
		[[ $(tail -n 1 "$W/results.ndjson") == '{"kind":"end"'* ]] || {
		PROBLEM="the results have no end"
		return 1
	}
	! grep -q 'sb_secret_sandbox\|ntn_sandbox' "$W/err" || { PROBLEM="a key is shown"; return 1; }
}

cell() { # cell TARGET MATCH NAME FAULT TIMES CODES
	cells=$((cells + 1))
	back_to "$dir/mixed" "$dir/w"
	PROBLEM=''
	control POST faults "{\"match\":{$2},\"times\":$5,$4}"
	if ends_right "$5" "$6"; then
		control GET faults
		[[ $REPLY != *'"hits":0'* ]] || PROBLEM="the fault met no request"
		control DELETE faults
		if [[ -z $PROBLEM ]] && settle 4 && as_undisturbed "$dir/shape"; then
			((cells % 10 != 1)) || writes_nothing || true
		fi
	fi
	[[ $PROBLEM ]] || return 0
	failed=$((failed + 1))
	printf '%s at %s, %s times: %s\n' "$3" "$1" "$5" "$PROBLEM"
}

make_mixed "$dir/w"
targets=${targets//@trashed@/${named["notion agreed 10"]}}
targets=${targets//@restored@/${named["notion agreed 12"]}}
targets=${targets//@unlinked@/${named["supabase agreed 7"]}}
back_to "$dir/mixed" "$dir/w"
apply_plan ""
if ! { settle 0 && sound; }; then
	die "the undisturbed run: $PROBLEM"
fi
shape >"$dir/shape"

cells=0 failed=0 n=0
while read -r target match; do
	while read -r name codes_once codes_always fault; do
		[[ -z $kind || $kind == "$name" ]] || continue
		[[ -z $wire || $wire == *" $name "* ]] || continue
		for times in 1 -1; do
			[[ -z $once || $times == 1 ]] || continue
			n=$((n + 1))
			(((n + offset) % step == 0)) || continue
			codes=$codes_once
			[[ $times == 1 ]] || codes=$codes_always
			expect "$target" "$name" "$times"
			cell "$target" "$match" "$name" "$fault" "$times" "$codes"
		done
	done <"$here/kinds"
done <<<"$targets"
printf '%d cells of %d, %d failed\n' "$cells" "$n" "$failed"
((cells > 0 && failed == 0))
