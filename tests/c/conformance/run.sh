#!/usr/bin/env bash
# The conformance table: compiles tests/c/conformance/*.c, one program per public header, runs them and prints a row each.
#
# Without arguments in the environment it tests our library in build, once plainly and once under valgrind.
#   LIB=FILE       another shared library, INCLUDE=FOLDERS its headers (with all folders below that hold some);
#                  CONFORMANCE_OTHER=1 is set then: what the original is known to fail is counted as expected
#   CONFORMANCE_FLAGS   more compiler flags
#   VALGRIND=0     no run under valgrind; it is the default with LIB
# Arguments: names of programs, default all.
set -u
cd "$(dirname "$0")/../../.."
folder=tests/c/conformance
out=build/conformance
rm -rf "$out"
mkdir -p "$out"
export LC_ALL=C
# For the files of the tests; removed at the end.
TMPDIR=$(mktemp -d)
export TMPDIR

. tests/c/platform.sh
start_platform "$out/platform.log" || echo 'no local platform: checks that need one are not made' >&2

flags=(-std=gnu99 -g -D_GNU_SOURCE)
if [ -n "${LIB:-}" ]; then
    export CONFORMANCE_OTHER=1
    VALGRIND=${VALGRIND:-0}
    library=$(readlink -f "$LIB")
    # Its soname may be another name than the file's.
    ln -sf "$library" "$out/libtwCSdk.so"
    soname=$(objdump -p "$library" | awk '$1 == "SONAME" { print $2 }')
    [ -z "$soname" ] || ln -sf "$library" "$out/$soname"
    while read -r path; do
        flags+=(-isystem "$path")
    done < <(find ${INCLUDE:?with LIB also INCLUDE} -name '*.h' -printf '%h\n' | sort -u)
    # Some of the original's headers count on the port header before them.
    flags+=('-DTW_OS_INCLUDE="twLinux-openssl.h"' -w -include twOSPort.h)
    directory=$PWD/$out
else
    flags+=(-Iinclude -Wall -Wextra -Werror)
    directory=$PWD/build
fi
read -r -a more <<<"${CONFORMANCE_FLAGS:-}"
flags+=("${more[@]}")
export LD_LIBRARY_PATH=$directory

programs=()
for source in "$folder"/*.c; do
    name=$(basename "$source" .c)
    [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
    programs+=("$name")
done

# one NAME: compiles and runs; everything that it says goes to files
one() {
    local name=$1
    if ! "${CC:-gcc}" "${flags[@]}" -fno-pie -no-pie "$folder/$name.c" -o "$out/$name" -L"$directory" -ltwCSdk -lpthread -lm \
        >"$out/$name.log" 2>&1; then
        printf '\nROW\t%s.h\t1\t0\t1\t0\n' "$name" >"$out/$name.table"
        return
    fi
    timeout 300 "$out/$name" </dev/null >"$out/$name.table" 2>>"$out/$name.log"
    grep -q "^ROW" "$out/$name.table" || printf '\nROW\t%s.h\t1\t0\t1\t0\n' "$name" >>"$out/$name.table"
    [ "${VALGRIND:-1}" = 1 ] || return
    UNDER_VALGRIND=1 timeout 600 valgrind -q --error-exitcode=99 --leak-check=full --suppressions=tests/c/valgrind.supp \
        "$out/$name" </dev/null >"$out/$name.valgrind-table" 2>"$out/$name.valgrind"
    echo $? >"$out/$name.valgrind-status"
}

jobs_at_once=$(nproc)
for name in "${programs[@]}"; do
    while [ "$(jobs -rp | grep -vcx "${platform:-none}")" -ge "$jobs_at_once" ]; do
        wait -n
    done
    one "$name" &
done
for job in $(jobs -rp | grep -vx "${platform:-none}"); do
    wait "$job"
done

passed=0 failed=0 expected=0 unclean=0
printf '%-28s %7s %7s %7s %9s\n' header checks passed failed expected
for name in "${programs[@]}"; do
    IFS=$'\t' read -r _ header checks good bad known < <(grep -a '^ROW' "$out/$name.table")
    printf '%-28s %7d %7d %7d %9d\n' "$header" "$checks" "$good" "$bad" "$known"
    passed=$((passed + good)) failed=$((failed + bad)) expected=$((expected + known))
done
for name in "${programs[@]}"; do
    if grep -qaP '^ROW\t.*\t.*\t.*\t[1-9]\d*\t' "$out/$name.table" || [ -n "${LIB:-}" ]; then
        head -60 "$out/$name.log" | sed "s/^/$name: /"
    fi
    if [ -f "$out/$name.valgrind-status" ] && [ "$(cat "$out/$name.valgrind-status")" != 0 ]; then
        unclean=$((unclean + 1))
        echo "$name: under valgrind (status $(cat "$out/$name.valgrind-status")):"
        head -100 "$out/$name.valgrind" | sed "s/^/$name: /"
    fi
done
note=
[ "$expected" = 0 ] || note=", $expected as expected of the original not"
[ "${VALGRIND:-1}" = 0 ] || note="$note; $unclean programs with errors under valgrind"
echo "conformance: $passed passed, $((failed + unclean)) failed$note"
rm -rf "$TMPDIR"
[ $((failed + unclean)) -eq 0 ]
