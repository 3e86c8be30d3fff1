# To be sourced by the scripts beside it: local platforms on free ports that end with the script.

platform=${PLATFORM:-target/release/twedge-platform}
work=$(mktemp -d)
platforms=()
export TW_APP_KEY=bench-$$-$RANDOM$RANDOM

end_platforms() {
    [ ${#platforms[@]} -eq 0 ] || kill "${platforms[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap end_platforms EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start_platform NAME [ARGUMENTS]: sets `port`; the output is in $work/NAME
start_platform() {
    local name=$1 tries
    shift
    TWEDGE_APP_KEY=$TW_APP_KEY "$platform" --quiet --port 0 "$@" >"$work/$name" 2>&1 &
    platforms+=($!)
    for tries in $(seq 100); do
        port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$work/$name")
        [ -z "$port" ] || return 0
        sleep 0.1
    done
    echo "$platform does not start:" >&2
    cat "$work/$name" >&2
    return 1
}

load() {
    echo "load average: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors"
}
