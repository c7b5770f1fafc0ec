#!/usr/bin/env bash
# Breaks the deciding code at one place at a time, and runs what should notice:
# tests/mutation.sh --help.
exec python3 "$(dirname "$0")/mutation/mutation.py" "$@"
