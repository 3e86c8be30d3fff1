#!/usr/bin/env bash
# Round trips of a blocking service call over loopback: plain and TLS, with and without threads that pump.
# `make bench` builds what this needs. ROUNDS and WARM_UP change how much is measured, TIMES how often.
set -euo pipefail
cd "$(dirname "$0")/.."
. benches/platform.sh

start_platform plain
plain_port=$port
start_platform tls --tls --write-ca "$work/ca.pem"
tls_port=$port

# row NAME ARGUMENTS...
row() {
    local name=$1
    shift
    printf '%-28s ' "$name"
    build/invoke -n "${ROUNDS:-20000}" -w "${WARM_UP:-2000}" "$@"
}

load
for _ in $(seq "${TIMES:-1}"); do
    row 'plain, no pump' -p "$plain_port"
    row 'plain, two threads pump' -p "$plain_port" -t
    row 'TLS, no pump' -p "$tls_port" -c "$work/ca.pem"
    row 'TLS, two threads pump' -p "$tls_port" -c "$work/ca.pem" -t
done
load
