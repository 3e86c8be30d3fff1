#!/usr/bin/env bash
# How often a connected device wakes up: context switches (from /proc) and, where strace may be used, system calls per
# second and thread. `make bench-idle` builds what this needs. SECONDS_EACH is how long each is watched, 60 by default.
set -euo pipefail
cd "$(dirname "$0")/.."
. benches/platform.sh
each=${SECONDS_EACH:-60}

# switches PID: "thread name voluntary involuntary" for each thread
switches() {
    local status
    for status in /proc/"$1"/task/*/status; do
        awk '/^Name:/ { name = $2 } /^Pid:/ { id = $2 } /^voluntary/ { own = $2 } /^nonvoluntary/ { other = $2 }
            END { print id, name, own, other }' "$status"
    done
}

# watch PID: a table of its threads
watch() {
    local pid=$1
    switches "$pid" >"$work/before"
    sleep "$each"
    switches "$pid" >"$work/after"
    : >"$work/calls"
    if command -v strace >/dev/null; then
        # strace is told to end by `timeout`, and does so with a status of its own.
        timeout "$each" strace -f -qq -o "$work/calls" -p "$pid" 2>"$work/strace" || true
    fi
    [ -s "$work/calls" ] || echo '  (no system calls counted: strace is missing, may not attach, or there were none)'
    awk -v seconds="$each" -v calls="$work/calls" '
        FILENAME == ARGV[1] { own[$1] = $3; other[$1] = $4; next }
        FILENAME == calls {
            if ($0 ~ /resumed>/ || $0 ~ /(---|\+\+\+)/) next
            name = $2; sub(/\(.*/, "", name)
            count[$1]++; if (!(($1, name) in by)) names[$1] = names[$1] " " name; by[$1, name]++
            next
        }
        { order[++threads] = $1; title[$1] = $2; own[$1] = $3 - own[$1]; other[$1] = $4 - other[$1] }
        END {
            printf "  %-9s %-16s %14s %14s %14s\n", "thread", "name", "wake-ups/s", "preempted/s", "system calls/s"
            for (i = 1; i <= threads; i++) {
                t = order[i]
                printf "  %-9s %-16s %14.2f %14.2f %14.2f ", t, title[t], own[t] / seconds, other[t] / seconds, count[t] / seconds
                parts = split(names[t], part, " ")
                for (p = 1; p <= parts; p++) printf " %s %d", part[p], by[t, part[p]]
                print ""
                all_own += own[t]; all_other += other[t]; all += count[t]
            }
            printf "  %-26s %14.2f %14.2f %14.2f\n", "all", all_own / seconds, all_other / seconds, all / seconds
        }' "$work/before" "$work/calls" "$work/after"
    awk '/^VmRSS/ { print "  resident memory: " $2 " kB" }' "/proc/$pid/status"
}

# device NAME COMMAND...: runs a device, watches it when it is synchronized, ends it
device() {
    local name=$1 pid tries
    shift
    echo "$name"
    : >"$work/output"
    # Said explicitly: a command in the background has /dev/null otherwise.
    "$@" <&0 >"$work/output" 2>&1 &
    pid=$!
    for tries in $(seq 100); do
        ! grep -q synchronized "$work/output" || break
        sleep 0.1
    done
    if ! grep -q synchronized "$work/output"; then
        echo '  does not connect:' >&2
        cat "$work/output" >&2
        kill "$pid" 2>/dev/null || true
        return 1
    fi
    # What follows the connection process is over by then.
    sleep 3
    watch "$pid"
    kill "$pid"
    wait "$pid" || true
}

start_platform tls --tls --self-signed --write-ca "$work/ca.pem"
sensor=(build/SteamSensor -H 127.0.0.1 -p "$port" -c "$work/ca.pem")
# It logs through the C library, which would hold the lines back.
tutorial=(stdbuf -oL build/SteamTutorial 127.0.0.1 "$port" "$TW_APP_KEY")

load
device 'SteamSensor, a scan per second' "${sensor[@]}" -t SteamSensor1 -r 1000
device 'SteamSensor, nothing to do' "${sensor[@]}" -t SteamSensor2 -r 3600000
device 'SteamTutorial, standard input /dev/null' "${tutorial[@]}" Tutorial1 </dev/null
mkfifo "$work/input"
exec 9<>"$work/input"
device 'SteamTutorial, standard input a pipe' "${tutorial[@]}" Tutorial2 <"$work/input"
load
