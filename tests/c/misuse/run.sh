#!/usr/bin/env bash
# NULL for every pointer argument of every function that applications call: generates the program, runs it, and runs it under
# valgrind. Needs what `make` has put into build.
set -u
cd "$(dirname "$0")/../../.."
out=build/misuse
mkdir -p "$out"
export LC_ALL=C LD_LIBRARY_PATH=$PWD/build
passed=0 failed=0

step() {
    local name=$1
    shift
    if "$@" >"$out/log" 2>&1; then
        passed=$((passed + 1))
        grep '^misuse:' "$out/log"
    else
        failed=$((failed + 1))
        echo "FAILED  misuse $name"
        head -200 "$out/log"
    fi
}

generate() {
    "${PYTHON:-python3}" tests/c/misuse/generate.py tests/abi src/ffi/exports >"$out/misuse.c" &&
        "${CC:-gcc}" -std=gnu99 -g -Iinclude -Wall -Wextra -Werror -Wno-unused-function "$out/misuse.c" -o "$out/misuse" \
            -Lbuild -ltwCSdk
}

step build generate
step run timeout 60 "$out/misuse"
step valgrind timeout 300 valgrind -q --error-exitcode=99 --leak-check=full --suppressions=tests/c/valgrind.supp "$out/misuse"
grep '^/\* Left out' "$out/misuse.c"
echo "misuse: $passed passed, $failed failed"
[ $failed -eq 0 ]
