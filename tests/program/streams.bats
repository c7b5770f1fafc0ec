# Incomplete streams, and outputs that fail: nobody may act on them.

load ../helper

normalize=$BIN/normalize

# A small stream of each source, as short as the format allows.
small() {
	printf '%s\n' '{"kind":"head","stream":"fetch","v":1,"source":"supabase"}' \
		"{\"kind\":\"row\",\"row\":{\"id\":\"$(id 1)\",\"decision\":\"é\"}}" \
		'{"kind":"end","count":1,"complete":true}' >sb.ndjson
	printf '%s\n' '{"kind":"head","stream":"fetch","v":1,"source":"notion","properties":{"Decision":"title","Type":"t","Date":"d"}}' \
		"{\"kind\":\"missing\",\"page_id\":\"$(id 2)\",\"state\":\"moved\"}" \
		'{"kind":"end","count":1,"complete":true}' >notion.ndjson
}

# cut_refused STATUS LINES: the last run, out and err, of a cut stream.
cut_refused() {
	[[ $1 -eq 65 && $(<out) != *'"kind":"end"'* &&
		$(<err) =~ ^normalize:\ [a-z.]+:[$2]:\ . ]] && return
	printf 'cut at byte %d: exit %d\n' "$k" "$1"
	cat out err
	return 1
}

# Every byte; under a sanitizer, whose programs take long to start, every ninth.
cut_step() {
	if is_sanitized "$normalize"; then echo 9; else echo 1; fi
}

# refused FILE…: exit 65, a message with file and line, no end line.
refused() {
	must_fail 65 "$normalize" "$@"
	must_say '^normalize: [^:]+:[0-9]+: .'
	[[ $output != *'"kind":"end"'* ]] || seen "no end line"
}

@test "a stream cut at every byte is refused" {
	local size k step status
	small
	step=$(cut_step)
	size=$(wc -c <sb.ndjson)
	[[ $size -gt 100 ]]
	for ((k = 0; k < size; k += step)); do
		status=0
		first_bytes "$k" sb.ndjson >cut.ndjson
		"$normalize" cut.ndjson >out 2>err || status=$?
		cut_refused "$status" 1-4
	done
	must_pass "$normalize" sb.ndjson
}

@test "the second of two streams cut anywhere is refused" {
	local size k step status
	small
	step=$((4 * $(cut_step)))
	cat sb.ndjson notion.ndjson >both.ndjson
	size=$(wc -c <both.ndjson)
	for ((k = $(wc -c <sb.ndjson) + 1; k < size; k += step)); do
		status=0
		first_bytes "$k" both.ndjson >cut.ndjson
		"$normalize" <cut.ndjson >out 2>err || status=$?
		cut_refused "$status" 4-7
	done
	must_pass "$normalize" both.ndjson
	must_hold 'length == 4'
}

@test "every line left out, repeated or swapped is refused" {
	local n
	small
	for n in 1 2 3; do
		sed "${n}d" sb.ndjson >broken.ndjson
		refused broken.ndjson
		sed "${n}p" sb.ndjson >broken.ndjson
		refused broken.ndjson
	done
	for n in 1 2; do
		sed "${n}{h;d};$((n + 1))G" sb.ndjson >broken.ndjson
		refused broken.ndjson
	done
}

@test "a wrong end is refused" {
	local end
	small
	for end in '{"kind":"end","count":0,"complete":true}' \
		'{"kind":"end","count":2,"complete":true}' \
		'{"kind":"end","count":-1,"complete":true}' \
		'{"kind":"end","count":"1","complete":true}' \
		'{"kind":"end","count":null,"complete":true}' \
		'{"kind":"end","complete":true}' \
		'{"kind":"end","count":1,"complete":false}' \
		'{"kind":"end","count":1,"complete":null}' \
		'{"kind":"end","count":1}' \
		'{"kind":"end","count":1,"complete":true,"source":"notion"}'; do
		{ sed '$d' sb.ndjson; printf '%s\n' "$end"; } >broken.ndjson
		refused broken.ndjson
		must_say '^normalize: broken.ndjson:3: '
	done
}

@test "invalid lines are refused with their place" {
	local line
	small
	for line in '' ' ' 'x' '[]' '1' 'null' '{}' '{"kind":null}' '{"kind":7}' \
		'{"kind":"row"' '{"kind":"row"}}' '{"kind":"rows"}' \
		'{"kind":"page","page":{}}' '{"kind":"missing"}' \
		'{"kind":"record"}' '{"kind":"row","kind":"row"}' \
		'{"kind":"row","row":{"id":"a","id":"b"}}' \
		'{"kind":"row","n":1e999}' '{"kind":"row","n":12345678901234567}' \
		$'{"kind":"row","s":"\x01"}' $'\xEF\xBB\xBF{"kind":"row"}' \
		'{"kind":"row","\u0000":1}' $'{"kind":"row","\xFF":1}'; do
		{ sed -n 1p sb.ndjson; printf '%s\n' "$line"
			sed -n 3p sb.ndjson; } >broken.ndjson
		refused broken.ndjson
		must_say '^normalize: broken.ndjson:2: '
	done
}

@test "a line over 4 MiB is refused" {
	small
	{
		sed -n 1p sb.ndjson
		printf '{"kind":"row","row":"'
		head -c $((4 * 1024 * 1024)) /dev/zero | tr '\0' x
		printf '"}\n'
		sed -n 3p sb.ndjson
	} >broken.ndjson
	refused broken.ndjson
	must_say 'broken.ndjson:2: a line longer than 4194304 bytes'
}

@test "something after the end is refused, another stream is not" {
	small
	printf '\n' | cat sb.ndjson - >broken.ndjson
	refused broken.ndjson
	printf 'x' | cat sb.ndjson - >broken.ndjson
	refused broken.ndjson
	cat sb.ndjson notion.ndjson >both.ndjson
	must_pass "$normalize" both.ndjson
}

@test "an empty input and a wrong stream are refused" {
	small
	: >empty
	refused empty
	refused sb.ndjson empty
	must_fail 65 "$normalize" </dev/null
	must_pass "$normalize" sb.ndjson
	printf '%s\n' "$output" >records.ndjson
	refused records.ndjson
	must_say '"fetch" stream was expected, not "records"'
	head -c 100000 /dev/urandom >noise
	refused noise
	head -c 100000 /dev/zero >zeros
	refused zeros
}

@test "a file that can't be read is a local failure" {
	small
	must_fail 74 "$normalize" no-such-file
	must_say '^normalize: no-such-file: '
	must_fail 74 "$normalize" .
	must_fail 74 "$normalize" sb.ndjson no-such-file
	[[ -z $output ]] || seen "nothing on stdout"
	must_fail 74 bash -c "'$normalize' <&-"
}

@test "a full disk is a local failure, however little there is to write" {
	small
	must_fail 74 bash -c "'$normalize' sb.ndjson >/dev/full"
	must_say 'No space left'
	must_fail 74 bash -c "'$normalize' sb.ndjson notion.ndjson >/dev/full"
	must_fail 74 bash -c "'$normalize' --help >/dev/full"
	must_fail 74 bash -c "'$normalize' --version >/dev/full"
	{
		sed -n 1p sb.ndjson
		yes "$(sed -n 2p sb.ndjson)" | head -n 2000
		printf '{"kind":"end","count":2000,"complete":true}\n'
	} >large.ndjson
	must_fail 74 bash -c "'$normalize' large.ndjson >/dev/full"
	must_fail 74 bash -c \
		"'$normalize' large.ndjson notion.ndjson >/dev/full"
}

@test "a standard output that isn't open is a local failure" {
	small
	must_fail 74 bash -c "'$normalize' sb.ndjson >&-"
	must_fail 74 bash -c "'$normalize' sb.ndjson notion.ndjson >&-"
	must_fail 74 bash -c "'$normalize' <sb.ndjson >&-"
	must_fail 74 bash -c "'$normalize' --help >&-"
}

@test "a reader that goes away ends it, with SIGPIPE ignored or not" {
	small
	{
		sed -n 1p sb.ndjson
		yes "$(sed -n 2p sb.ndjson)" | head -n 3000
		printf '{"kind":"end","count":3000,"complete":true}\n'
	} >large.ndjson
	must_pass bash -c "trap '' PIPE
		'$normalize' large.ndjson notion.ndjson | :
		echo \${PIPESTATUS[0]}"
	[[ $output == 74 ]] || seen "74 with SIGPIPE ignored"
	must_pass bash -c "'$normalize' large.ndjson notion.ndjson | :
		echo \${PIPESTATUS[0]}"
	[[ $output == 141 || $output == 74 ]] || seen "ended by SIGPIPE"
}
