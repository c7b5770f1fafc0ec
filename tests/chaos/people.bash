# People at work through a day, for day.sh: what they do, when, and to which records.
# shellcheck shell=bash
# shellcheck disable=SC2154 # day.sh sets pairs, twice and W

# Each kind of edit comes up equally often, as far as there is a record for it.
people_do=("row decision" "row type" "row date" "page decision" "page type" "page date"
	"new row" "new page" "row deleted" "row undeleted" "page trashed" "page restored"
	"page moved away" "page moved back")
types=(Policy Architecture Ops UX Other)
home_source=d5000000-0000-4000-8000-000000000001

# Of each pair, by number: its halves, its type, where it is if it isn't in place (dead,
# away), and what is under way: the fields, or "all".
row_of=() page_of=() type_of=() is=() busy=()
# The edits that have not arrived, by number, and the times of those that will come.
under_way=() times=() deck=()
done_edits=0

know_pairs() {
	local lines i
	mapfile -t lines < <(grep -o '"id":"[^"]*"' | cut -d'"' -f4)
	for ((i = 1; i <= pairs; i++)); do
		row_of[i]=${lines[2 * i - 2]}
		page_of[i]=${lines[2 * i - 1]}
		type_of[i]=${types[i % 5]}
	done
}

# random N: $R, from 0 to N-1.
random() {
	R=$(((RANDOM << 15 | RANDOM) % $1))
}

# people_come EDITS SECONDS: that many times within the day.
people_come() {
	local i
	for ((i = 0; i < $1; i++)); do
		random "$2"
		times+=("$R")
	done
	mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
}

# next_edit_by SECOND: $AT is when the next edit is made, if it is by then.
next_edit_by() {
	((done_edits < ${#times[@]} && times[done_edits] <= $1)) || return 1
	AT=${times[done_edits]}
}

# pick_pair STATE FIELD: $PAIR, one in that state with nothing under way; with --twice
# sometimes one where other fields are.
pick_pair() {
	local i tries
	PAIR=''
	if [[ $twice && $2 != all ]] && ((RANDOM % 2)); then
		for i in "${!busy[@]}"; do
			[[ ${busy[i]} == *all* || " ${busy[i]} " == *" $2 "* ]] || { PAIR=$i; return 0; }
		done
	fi
	if [[ $1 == there ]]; then
		for ((tries = 0; tries < 1000; tries++)); do
			random "$pairs"
			i=$((R + 1))
			[[ ${is[i]-} || ${busy[i]-} ]] || { PAIR=$i; return 0; }
		done
		return 1
	fi
	for i in "${!is[@]}"; do
		[[ ${is[i]} != "$1" || ${busy[i]-} ]] || { PAIR=$i; return 0; }
	done
	return 1
}

# find_pair KIND: one that it can be done to.
find_pair() {
	case $1 in
		new*) PAIR='' ;;
		"row undeleted" | "page restored") pick_pair dead all ;;
		"page moved back") pick_pair away all ;;
		"row deleted" | "page trashed" | "page moved away") pick_pair there all ;;
		*) pick_pair there "${1#* }" ;;
	esac
}

# deal: $KIND, the first of the deck that there is a pair for, which is $PAIR.
deal() {
	local i n all=("${people_do[@]}")
	while :; do
		for i in "${!deck[@]}"; do
			find_pair "${deck[i]}" || continue
			KIND=${deck[i]}
			unset "deck[i]"
			return 0
		done
		for ((n = ${#all[@]}; n > 0; n--)); do
			random "$n"
			deck+=("${all[R]}")
			all[R]=${all[n - 1]}
		done
		all=("${people_do[@]}")
	done
}

# set_of KIND N: $SET, what such an edit writes; each value is written only once, but
# for types, which are another one of those that there are.
set_of() {
	local type date
	printf -v date '%04d-%02d-%02d' $((2027 + $2 / 336)) $(($2 / 28 % 12 + 1)) $(($2 % 28 + 1))
	SET=''
	case $1 in
		new*) SET="\"decision\":\"made by edit $2.\",\"type\":\"Ops\",\"date\":\"$date\"" ;;
		*decision) SET="\"decision\":\"said by edit $2.\"" ;;
		*date | *back) SET="\"date\":\"$date\"" ;;
		*type)
			while :; do
				random ${#types[@]}
				type=${types[R]}
				[[ $type == "${type_of[PAIR]}" ]] || break
			done
			type_of[PAIR]=$type
			SET="\"type\":\"$type\""
			;;
	esac
}

# action_of KIND: $ACTION, further members of the edit.
action_of() {
	ACTION=''
	case $1 in
		"row deleted") ACTION=',"action":"soft-delete"' ;;
		"row undeleted") ACTION=',"action":"undelete"' ;;
		"page trashed") ACTION=',"action":"trash"' ;;
		"page restored") ACTION=',"action":"restore"' ;;
		"page moved away") ACTION=',"action":"move"' ;;
		"page moved back") ACTION=",\"action\":\"move\",\"to\":\"$home_source\"" ;;
		# Not every table moves updated_at on.
		row*) ((RANDOM % 3)) || ACTION=',"touch":false' ;;
	esac
}

# edit_something RUN: the next edit is made, before that run; at second $NOW.
edit_something() {
	local n=$((done_edits += 1)) side=notion id='' halves=''
	deal
	set_of "$KIND" "$n"
	action_of "$KIND"
	[[ $KIND != *row* ]] || side=supabase
	if [[ $PAIR ]]; then
		id=${page_of[PAIR]}
		[[ $side == notion ]] || id=${row_of[PAIR]}
		halves=",\"row\":\"${row_of[PAIR]}\",\"page\":\"${page_of[PAIR]}\""
		case $KIND in
			*deleted | *trashed | *restored | *moved*) busy[PAIR]=all ;;
			*) busy[PAIR]+=" ${KIND#* }" ;;
		esac
	fi
	edit "{\"side\":\"$side\"${id:+,\"id\":\"$id\"}${SET:+,\"set\":{$SET\}}$ACTION}"
	if [[ ! $PAIR ]]; then
		[[ $REPLY =~ \"id\":\"([^\"]+)\" ]]
		halves=",\"${KIND#new }\":\"${BASH_REMATCH[1]}\""
	fi
	printf -v 'under_way[n]' '{"n":%d,"kind":"%s","pair":%d,"at":%d,"first":%d%s,"set":{%s}}' \
		"$n" "$KIND" "${PAIR:-0}" "$NOW" "$1" "$halves" "$SET"
	printf '%s\n' "${under_way[n]}" >>"$W/edits"
}

# arrived NUMBER PAIR KIND: that edit is on the other side.
arrived() {
	unset "under_way[$1]"
	(($2)) || return 0
	case $3 in
		*undeleted | *restored | *back) unset "is[$2]" ;;
		*deleted | *trashed) is[$2]=dead ;;
		*away) is[$2]=away ;;
		*)
			busy[$2]=${busy[$2]/ ${3#* }/}
			[[ -z ${busy[$2]} ]] || return 0
			;;
	esac
	unset "busy[$2]"
}
