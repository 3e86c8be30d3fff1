#!/usr/bin/env bash
# Compiles every tests/c/*.c with each compiler, links it with the shared and with the static library, and runs it;
# the shared one also under valgrind. Needs what `make` has put into build. Arguments: names of tests, default all.
#
# Tests that need a platform find the port of one in TWEDGE_TEST_PORT and a valid application key in TWEDGE_TEST_KEY; it
# runs on this machine for as long as this script.
#
# A test is a program that returns 0. One that says 77 could not be run here and counts as skipped.
set -u
cd "$(dirname "$0")/../.."
out=build/c
mkdir -p "$out"
passed=0 failed=0 skipped=0 failures=()
limit=${TEST_TIMEOUT:-120}
warnings=(-Wall -Wextra -Werror)
natives=(-lpthread -ldl -lm)
own_folder=tests/c/support/own_folder.c

# step NAME COMMAND...: runs a command, shows its output when it fails
step() {
    local name=$1 status
    shift
    "$@" >"$out/log" 2>&1
    status=$?
    case $status in
    0) passed=$((passed + 1)) && echo "ok      $name" ;;
    77) skipped=$((skipped + 1)) && echo "skipped $name" ;;
    *)
        failed=$((failed + 1)) failures+=("$name (status $status)")
        echo "FAILED  $name (status $status)"
        sed 's/^/        /' "$out/log"
        ;;
    esac
    return $status
}

build() {
    "$@" >"$out/log" 2>&1 && return 0
    failed=$((failed + 1)) failures+=("does not build: $*")
    echo "FAILED  does not build: $*"
    sed 's/^/        /' "$out/log"
    return 1
}

. tests/c/platform.sh
start_platform "$out/platform.log" || echo 'no local platform: tests that need one are skipped' >&2
export LD_LIBRARY_PATH=$PWD/build
for source in tests/c/*.c; do
    name=$(basename "$source" .c)
    [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
    for compiler in ${COMPILERS:-gcc clang}; do
        program=$out/$name.$compiler
        # Valgrind gives up over some of what newer forms of debug information have.
        compile=("$compiler" -std=c99 -gdwarf-4 "${warnings[@]}" -Iinclude)
        # Binaries that were built for the original may hold copies of its data (not position independent).
        if build "${compile[@]}" -fno-pie -no-pie "$source" "$own_folder" -o "$program.so" -Lbuild -ltwCSdk; then
            step "$name $compiler shared" timeout "$limit" "$program.so"
            step "$name $compiler valgrind" env UNDER_VALGRIND=1 timeout $((limit * 5)) valgrind -q --error-exitcode=99 --leak-check=full \
                --suppressions=tests/c/valgrind.supp \
                "$program.so"
        fi
        # Extension libraries find the SDK in the program then, too.
        if build "${compile[@]}" "$source" "$own_folder" -o "$program.static" -rdynamic build/libtwCSdk_static.a "${natives[@]}"; then
            step "$name $compiler static" timeout "$limit" "$program.static"
        fi
    done
done
[ $failed -eq 0 ] || printf 'FAILED  %s\n' "${failures[@]}"
note=
[ $skipped -eq 0 ] || note=", $skipped skipped"
echo "C tests: $passed passed, $failed failed$note"
[ $failed -eq 0 ]
