#!/usr/bin/env bash
# Installs into a folder of its own, builds program/ there in each way that an installation offers, runs it, and
# uninstalls. Needs what `make` has put into build.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
passed=0

# check NAME COMMAND...
check() {
    local name=$1
    shift
    if ! "$@" >"$tree/log" 2>&1; then
        echo "FAILED  install: $name"
        sed 's/^/        /' "$tree/log"
        echo "install: $passed passed, 1 failed"
        exit 1
    fi
    passed=$((passed + 1))
    echo "ok      install: $name"
}

prefix=$tree/usr
make_here() { make --no-print-directory PREFIX="$prefix" PROFILE="${PROFILE:-release}" "$@"; }
check 'make install' make_here install
cp -r tests/install/program "$tree/program"
cd "$tree/program"
warnings='-Wall -Wextra -Werror'

# runs SHELL TEXT: builds ./it and runs it
runs() {
    rm -f it
    bash -o pipefail -ec "$1" && LD_LIBRARY_PATH="$prefix/lib" ./it | grep -x '2.2.1 1'
}
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
check 'pkg-config' runs "gcc $warnings main.c -o it \$(pkg-config --cflags --libs twCSdk)"
check 'pkg-config, static' runs "gcc $warnings main.c -o it \$(pkg-config --cflags twCSdk) -l:libtwCSdk_static.a \
    -L$prefix/lib \$(pkg-config --static --libs-only-other --libs-only-l twCSdk | sed s/-ltwCSdk//)"
check '-I and -L' runs "gcc $warnings main.c -o it -I$prefix/include/twedge -L$prefix/lib -ltwCSdk"
check 'static library' runs "gcc $warnings main.c -o it -I$prefix/include/twedge $prefix/lib/libtwCSdk_static.a -lpthread -ldl -lm"
folders=$(cd "$prefix/include/libtwCSdk" && for folder in *; do printf -- '-I%s ' "$PWD/$folder"; done)
check "the original's folders" runs "gcc $warnings main.c -o it $folders -L$prefix/lib -ltwCSdk"
# nested: the same program with the folders in its #include lines
nested() {
    local header
    cp main.c nested.c
    for header in utils/stringUtils.h api/twApi.h utils/twList.h utils/twTasker.h; do
        sed -i "s|\"${header#*/}\"|\"libtwCSdk/$header\"|" nested.c
    done
    runs "gcc $warnings nested.c -o it -I$prefix/include -L$prefix/lib -ltwCSdk"
}
check 'one path above the folders' nested
check 'find_package' bash -o pipefail -ec "cmake -S . -B made -DCMAKE_PREFIX_PATH=$prefix && cmake --build made"
check 'find_package, shared' bash -o pipefail -ec './made/shared | grep -x "2.2.1 1"'
check 'find_package, static' bash -o pipefail -ec './made/static | grep -x "2.2.1 1"'
check 'find_package of a newer version is refused' bash -o pipefail -ec "sed -i 's/twCSdk 2.2/twCSdk 9/' CMakeLists.txt; \
    ! cmake -S . -B refused -DCMAKE_PREFIX_PATH=$prefix"
check 'moved as a whole' bash -o pipefail -ec "mv $prefix $tree/moved; sed -i 's/twCSdk 9/twCSdk 2.2/' CMakeLists.txt; \
    cmake -S . -B again -DCMAKE_PREFIX_PATH=$tree/moved && cmake --build again && ./again/shared; mv $tree/moved $prefix"
cd - >/dev/null
check 'make uninstall' make_here uninstall
check 'nothing is left' bash -o pipefail -ec "! find $prefix -not -type d | grep ."
check 'DESTDIR' make --no-print-directory PREFIX=/usr DESTDIR="$tree/stage" PROFILE="${PROFILE:-release}" install
check 'a staged installation names the final folders' grep -x 'libdir=/usr/lib' "$tree/stage/usr/lib/pkgconfig/twCSdk.pc"
echo "install: $passed passed, 0 failed"
