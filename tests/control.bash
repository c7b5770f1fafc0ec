# The sandbox, asked by the shell itself: curl would take
# longer to start than the answer takes to come, and tests ask thousands of
# times. Sourced by tests/helper.bash and by tests/chaos/lib.bash.
# shellcheck shell=bash

# JQ is for all that needs no order of keys: gojq starts in a third of the time that jq 1.6
# takes, but gives an object's keys in the order of the alphabet.
JQ=jq
[[ ! -x /usr/bin/gojq ]] || JQ=/usr/bin/gojq
export JQ

# ask PORT METHOD PATH [BODY [HEADER…]]: the head of the answer is in $HEAD, its body in
# $REPLY; fails where none began to come within half a minute. With -N, bash reads
# it in large pieces; with -t it makes four system calls a byte, so only the first
# byte is read with it.
ask() {
	local LC_ALL=C body=${4-} fd code=0 first=''
	HEAD='' REPLY=''
	exec {fd}<>"/dev/tcp/127.0.0.1/$1" || return
	printf '%s\r\n' "$2 $3 HTTP/1.0" "${@:5}" "Content-Length: ${#body}" '' >&"$fd"
	printf '%s' "$body" >&"$fd"
	IFS= read -r -t 30 -N 1 first <&"$fd" && IFS= read -r -N 100000000 REPLY <&"$fd" || code=$?
	exec {fd}<&-
	# 1: the end of the answer, as it should be.
	((code == 1)) || return 28
	HEAD=$first${REPLY%%$'\r\n\r\n'*}
	REPLY=${REPLY#*$'\r\n\r\n'}
	# Cut: the sandbox ended meanwhile.
	[[ $HEAD == "HTTP/1."?" 204 "* || $HEAD =~ Content-Length:\ ([0-9]+) && ${#REPLY} == "${BASH_REMATCH[1]}" ]] || return 18
}

# nap SECONDS: a pause without a process of its own.
nap() {
	[[ ${NAP_FD-} ]] || exec {NAP_FD}<> <(:)
	read -r -t "$1" -u "$NAP_FD" || true
}
