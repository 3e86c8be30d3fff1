# For test scripts, to be sourced in the project's folder: a local platform for as long as the script runs.

# start_platform LOG: sets TWEDGE_TEST_PORT and TWEDGE_TEST_KEY; fails when there is no platform and none can be
# built. What it writes on standard error goes to LOG.
start_platform() {
    local program=${CARGO_TARGET_DIR:-target}/debug/twedge-platform line
    if command -v "${CARGO:-cargo}" >/dev/null; then
        "${CARGO:-cargo}" build --locked --quiet --package twedge-platform --bin twedge-platform
    fi
    [ -x "$program" ] || return 1
    coproc PLATFORM { exec "$program" --port 0 --quiet 2>"$1"; }
    trap 'kill "$platform"' EXIT
    platform=$PLATFORM_PID
    read -r -t 30 -u "${PLATFORM[0]}" line || return 1
    export TWEDGE_TEST_PORT=${line##*:} TWEDGE_TEST_KEY=twedge-demo-key
}
