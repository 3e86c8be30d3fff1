#!/usr/bin/env bash
# Compiles sources as programs for the original have them against include/: each compiler, each dialect, with and without
# the defines of old build files, from a flat folder and from one folder per part, and all headers in many orders.
# SHUFFLES=n and SEED=n choose the orders. Nothing is linked or run.
set -u
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=tests/headers
passed=0 failed=0

# compiles NAME COMMAND...
compiles() {
    local name=$1
    shift
    if "$@" -fsyntax-only >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED  headers: $name: $*"
        sed 's/^/        /' "$work/log"
    fi
}

strict=(-Wall -Wextra -Werror)
old_defines=(-DTW_OS_INCLUDE='"twLinux-openssl.h"' -DTW_TLS_INCLUDE='"twOpenSSL.h"' -DENABLE_TUNNELING -DENABLE_FILE_XFER
    -D_FILE_OFFSET_BITS=64 -DPATH_MAX=255 -DCC_GNU -DLTC_NO_ROLC -DC_SDK_VERSION='"2.2.1"' -DOFFLINE_MSG_STORE=2)

# The original's folders, each with its headers: build files name them one by one.
nested=()
while IFS=$'\t' read -r header folder _; do
    mkdir -p "$work/tree/$folder"
    echo "#include \"$PWD/include/$header\"" >"$work/tree/$folder/$header"
done < <(tail -n +2 tests/abi/headers.tsv)
for folder in "$work"/tree/*; do nested+=(-I"$folder"); done

# in_every_way NAME COMMAND...
in_every_way() {
    local name=$1
    shift
    compiles "$name" "$@" -Iinclude
    compiles "$name, TW_OS_INCLUDE" "$@" -Iinclude -DTW_OS_INCLUDE='"twLinux-openssl.h"'
    compiles "$name, without TLS header" "$@" -Iinclude -DTW_OS_INCLUDE='"twLinux.h"' -DTW_TLS_INCLUDE='"twNoTls.h"'
    compiles "$name, all old defines" "$@" -Iinclude "${old_defines[@]}"
    compiles "$name, one folder per part" "$@" "${nested[@]}" "${old_defines[@]}"
}

for compiler in gcc clang; do
    for dialect in c99 gnu89 gnu99 c11 gnu11 c17 gnu17 c2x gnu2x; do
        in_every_way "application.c $compiler $dialect" \
            "$compiler" -std=$dialect -D_GNU_SOURCE "${strict[@]}" -I$here $here/application.c
        # The next dialect has no functions without prototype any more.
        case $dialect in *2x) continue ;; esac
        in_every_way "old_style.c $compiler $dialect" "$compiler" -std=$dialect -D_GNU_SOURCE -w -I$here $here/old_style.c
    done
    # Without _GNU_SOURCE: ours is in time when a header of the SDK is the first.
    compiles "application.c $compiler c99 alone" "$compiler" -std=c99 "${strict[@]}" -Iinclude -I$here $here/application.c
    for dialect in c++11 gnu++11 c++14 c++17 c++20 gnu++20; do
        in_every_way "application.cpp $compiler $dialect" "${compiler/gcc/g}++" -std=$dialect -Wall -Wextra -Werror -I$here \
            $here/application.cpp
    done
done
# What newer compilers refuse is no warning even today.
for compiler in gcc clang; do
    compiles "handlers of other shapes $compiler" "$compiler" -Werror=incompatible-pointer-types -Werror=implicit-function-declaration \
        -Werror=int-conversion -Iinclude -I$here $here/application.c
done

# Any order, but for the headers that need another one first, with the original too.
mapfile -t all < <(cd include && ls ./*.h | sed 's|./||' | grep -vxE 'twLinux.h|twNoTls.h|twOpenSSL.h|twVersion.h')
seed=${SEED:-1}
for ((turn = 0; turn < ${SHUFFLES:-40}; turn++)); do
    order=$(printf '%s\n' "${all[@]}" | shuf --random-source=<(yes "$seed $turn"))
    {
        echo '#include <stdint.h>'
        case $((turn % 3)) in 1) echo '#include <stdbool.h>' ;; 2) echo '#include "twOSPort.h"' ;; esac
        # shellcheck disable=SC2086
        printf '#include "%s"\n' $order
        [ $((turn % 3)) != 0 ] || echo '#include <stdbool.h>'
        echo 'int nothing_else;'
    } >"$work/order.c"
    cp "$work/order.c" "$work/order.cpp"
    compiles "order $seed/$turn: $(echo $order)" gcc -std=gnu11 -Wall -Wextra -Werror -Iinclude "$work/order.c"
    compiles "order $seed/$turn: $(echo $order)" g++ -std=c++17 -Wall -Wextra -Werror -Iinclude "$work/order.cpp"
done
echo "headers: $passed passed, $failed failed"
[ $failed -eq 0 ]
