#!/usr/bin/env bash
# About every Nth case of a sweep, as two halves side by side. The step is odd,
# so that it meets each kind of case in turn; 1: all of them.
#   halves.sh N SCRIPT [OPTION…]
set -euo pipefail
n=$1 script=$(dirname "$0")/$2
shift 2
step=$((n == 1 ? 2 : 2 * n + 1))
"$script" --step "$step" --offset 0 "$@" &
first=$!
code=0
"$script" --step "$step" --offset "$n" "$@" || code=$?
wait "$first" || code=$?
exit "$code"
