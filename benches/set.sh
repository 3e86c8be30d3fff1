#!/usr/bin/env bash
# How many property values can be set a second, by what is on disk when the call returns. `make bench-set` builds what this needs. The
# file goes to a folder in build, which is to be on a real disk; SETS changes how much is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
. benches/platform.sh

folder=build/bench-set
mkdir -p "$folder"
trap 'rm -rf "$folder"; end_platforms' EXIT

# row NAME SETS ARGUMENTS...
row() {
    local name=$1 sets=$2
    shift 2
    rm -f "$folder"/*
    printf '%-32s ' "$name"
    build/set -d "$folder" -n "$sets" "$@"
}

load
df --output=fstype "$folder" | sed -n '2s/^/file system: /p'
for _ in $(seq "${TIMES:-1}"); do
    row 'in memory' "${SETS:-200000}" -m none
    row 'in memory, 8 threads' "$((${SETS:-200000} / 8))" -m none -t 8
    row 'on disk within 100 ms' "${SETS:-200000}" -m window
    row 'every value on disk' "$((${SETS:-200000} / 50))" -m every
    row 'every value on disk, 8 threads' "$((${SETS:-200000} / 50))" -m every -t 8
    row 'every value on disk, 32 threads' "$((${SETS:-200000} / 50))" -m every -t 32
done
load
