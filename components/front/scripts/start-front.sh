#!/bin/sh
# Starts HAProxy and waits until it ends.
#
# usage: start-front.sh CONFIGURATION [STORE COPY]
#   CONFIGURATION  HAProxy's configuration file
#   STORE, COPY    the certificate store and the folder for the copy of it (see copy-store.sh), for a front that takes its
#                  certificate from the store
# environment:
#   FRONT_CONFIGURATION  text that is written to CONFIGURATION first. Unset: the file exists.
#
# HAProxy drops its connections on SIGTERM and finishes them on SIGUSR1. Not every runtime honours the STOPSIGNAL of an
# image, so this shell waits for HAProxy and translates the signals.
set -eu
configuration=$1

if [ "${FRONT_CONFIGURATION+set}" ]; then
    printf '%s\n' "$FRONT_CONFIGURATION" >"$configuration"
fi

# HAProxy reads the copy when it starts. An unreachable share must not delay it for longer than this.
first_copy_seconds=5

if [ $# -gt 1 ]; then
    copy=$3
    rm -f "$copy/.copied"
    sh "$(dirname "$0")/copy-store.sh" "$2" "$copy" &
    copier=$!
    trap 'kill "$copier" 2>/dev/null' EXIT
    tries=0
    while [ ! -e "$copy/.copied" ] && [ "$tries" -lt $((first_copy_seconds * 10)) ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
fi

haproxy -f "$configuration" &
haproxy=$!
trap 'kill -USR1 "$haproxy"' TERM INT USR1
status=0
wait "$haproxy" || status=$?
# A signal ends the wait before HAProxy has ended.
while kill -0 "$haproxy" 2>/dev/null; do
    status=0
    wait "$haproxy" || status=$?
done
exit "$status"
