#!/usr/bin/env bash
# Every Nth case of a sweep, as two halves side by side.
#   halves.sh N SCRIPT [OPTION…]
set -euo pipefail
n=$1 script=$(dirname "$0")/$2
shift 2
"$script" --step "$((2 * n))" --offset 0 "$@" &
first=$!
code=0
"$script" --step "$((2 * n))" --offset "$n" "$@" || code=$?
wait "$first" || code=$?
exit "$code"
